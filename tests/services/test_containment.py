"""Containment: the units at risk are fixed, held, joined by later ones, worked off, closed."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from firstoff.db.models import (
    ContainedUnit,
    Containment,
    ContainmentFinding,
    FloorRecord,
    LedgerEntry,
    UnitState,
)
from firstoff.errors import InvalidInput, NotAllowed, NotFound, Refused
from firstoff.queries.ledger import verify
from firstoff.queries.trace.contained import Filter, members
from firstoff.queries.trace.containments import containment_of, containments, progress
from firstoff.rules.trace.containment import MemberState
from firstoff.services import execution, trace
from firstoff.services.trace import UnitGiven
from firstoff.terms import ContainmentOutcome, Place
from tests.conftest import PASSWORD
from tests.containing import (
    SUSPECT,
    THEN,
    close,
    consumed,
    counted,
    floor,
    found,
    opened,
    serials,
    ship,
)
from tests.making import opened_pilot, start
from tests.recording import lot, post, rec, refused, unit


def holds() -> dict[str, int]:
    return dict(UnitState.objects.filter(holds__gt=0).values_list("unit__serial", "holds"))


@pytest.fixture
def at_risk(world: Any) -> Any:
    floor(world)
    return opened(world)


def test_the_units_at_risk_are_fixed_with_all_they_are_inside_of(at_risk: Any) -> None:
    assert (at_risk.label, at_risk.sentence) == ("C-0001", "lot GLZ-7781")
    assert serials(at_risk) == ["D-1", "D-4", "P-1", "P-2", "P-3", "P-4"]


def test_each_is_kept_with_where_it_was_and_why(at_risk: Any) -> None:
    rows = ContainedUnit.objects.order_by("unit__serial")
    columns = rows.values_list("unit__serial", "place", "customer__name", "late", "why")
    assert list(columns) == [
        ("D-1", "in_process", None, False, "holds a unit: lot GLZ-7781"),
        ("D-4", "shipped", "Brown", False, "holds a unit: lot GLZ-7781"),
        ("P-1", "in_process", None, False, "lot GLZ-7781"),
        ("P-2", "in_process", None, False, "lot GLZ-7781"),
        ("P-3", "shipped", "Acme", False, "lot GLZ-7781"),
        ("P-4", "shipped", "Brown", False, "lot GLZ-7781"),
    ]


def test_the_numbers_add_up(at_risk: Any) -> None:
    names = ("at_risk", "in_house", "held", "at_customers", "scrapped", "worked_off", "open")
    assert counted(at_risk, *names) == (6, 3, 3, 3, 0, 0, 6)


def test_opening_is_one_entry_that_verifies(at_risk: Any) -> None:
    entry = LedgerEntry.objects.order_by("seq").last()
    assert entry is not None
    assert (entry.verb, entry.subject) == (
        "trace.open_containment",
        "containment at STOKE: Glaze crazing",
    )
    assert verify().broken is None


def test_a_held_unit_is_refused_and_the_refusal_names_who_releases_it(
    world: Any, at_risk: Any
) -> None:
    assert refused(world, consumed("P-1", "GLZ-9000")) == [
        (
            "R-62",
            "P-1 is held by containment C-0001 (Glaze crazing); it cannot be given more material.",
        )
    ]
    with pytest.raises(Refused) as error:
        ship(world, "SH-3", "Acme", ("D-1", "DEVICE"))
    assert error.value.code == "R-62"
    assert "An inspector, an engineer or a quality manager can release it" in error.value.way_out


def test_opened_again_under_its_id_it_is_opened_once(world: Any) -> None:
    floor(world)
    uid = uuid4()
    first, second = opened(world, uid=uid), opened(world, uid=uid)
    assert (first.id, Containment.objects.count(), holds()["P-1"]) == (second.id, 1, 1)
    with pytest.raises(Refused) as error:
        opened(world, uid=uid, title="Another")
    assert error.value.code == "R-36"


def test_only_who_may_opens_one_and_others_do_not_see_it(world: Any, at_risk: Any) -> None:
    with pytest.raises(NotAllowed):
        opened(world, by=world.ben)
    with pytest.raises(NotFound):
        opened(world, by=world.cy)
    with pytest.raises(NotFound):
        found(world, at_risk, "P-1", "cleared", by=world.cy)
    with pytest.raises(NotFound):
        containment_of(world.cy, at_risk.id)


def test_a_misspelt_lot_opens_nothing(world: Any) -> None:
    floor(world)
    with pytest.raises(NotFound):
        opened(world, {"where": [{"kind": "lot", "lot": "GLZ-7718"}]})
    assert (Containment.objects.count(), holds()) == (0, {})


def test_without_a_reason_nothing_is_opened(world: Any) -> None:
    floor(world)
    for given in ({"title": " "}, {"reason": ""}):
        with pytest.raises(InvalidInput):
            opened(world, **given)


# ---------- joining ----------


def test_a_unit_that_takes_of_the_lot_later_joins_and_is_held(world: Any, at_risk: Any) -> None:
    post(world, unit("P-6"), consumed("P-6"))
    row = ContainedUnit.objects.get(unit__serial="P-6")
    assert (row.late, row.why, holds()["P-6"]) == (True, "lot GLZ-7781", 1)
    entry = LedgerEntry.objects.get(pk=row.entry_id)
    assert (entry.verb, '"joined":[["C-0001",1]]' in entry.details) == (
        "genealogy.post_records",
        True,
    )
    assert verify().broken is None


def test_what_a_unit_at_risk_is_built_into_joins(world: Any, at_risk: Any) -> None:
    found(world, at_risk, "P-1", "cleared")
    child = {"serial": "P-1", "part": "PCBA"}
    post(world, unit("D-6", part="DEVICE"))
    post(world, rec("install", part="DEVICE", serial="D-6", child=child))
    assert serials(at_risk)[2] == "D-6"


def test_a_unit_that_does_not_match_does_not_join(world: Any, at_risk: Any) -> None:
    post(world, unit("P-6"), consumed("P-6", "GLZ-9000"))
    assert len(serials(at_risk)) == 6


def test_material_mixed_later_brings_in_who_had_taken_it(world: Any, at_risk: Any) -> None:
    taken = [{"lot": "GLZ-7781", "part": "GLZ", "quantity": "1"}]
    post(world, rec("lot_merge", part="GLZ", into="GLZ-9000", lots=taken, reason="poured over"))
    assert [s for s in serials(at_risk) if s in ("P-5", "D-5")] == ["D-5", "P-5"]


def test_a_late_record_of_a_unit_that_was_shipped_joins_with_its_customer(
    world: Any, at_risk: Any
) -> None:
    post(world, unit("P-7"))
    ship(world, "SH-7", "Acme", ("P-7", "PCBA"))
    post(world, consumed("P-7"))
    row = ContainedUnit.objects.get(unit__serial="P-7")
    assert (row.late, row.place, row.customer and row.customer.name) == (True, "shipped", "Acme")


def test_after_closing_nobody_joins(world: Any, at_risk: Any) -> None:
    work_off(world, at_risk)
    close(world, at_risk)
    post(world, unit("P-6"), consumed("P-6"))
    assert len(serials(at_risk)) == 6


def test_two_containments_hold_twice(world: Any, at_risk: Any) -> None:
    other = opened(world, {"where": [{"kind": "serial", "serial": "P-1"}]})
    assert (other.label, holds()["P-1"]) == ("C-0002", 2)
    found(world, other, "P-1", "cleared")
    assert holds()["P-1"] == 1
    assert refused(world, consumed("P-1"))[0][0] == "R-62"


def test_a_unit_is_added_by_hand_with_what_holds_it(world: Any, at_risk: Any) -> None:
    uid = uuid4()
    given = {
        "containment_id": at_risk.id,
        "units": [UnitGiven("P-5"), UnitGiven("P-1")],
        "reason": "Stood beside them in the kiln.",
        "by": world.eli,
        "at": THEN,
        "uid": uid,
    }
    done, again = trace.add_units(**given), trace.add_units(**given)
    assert ((done.units, done.known), (again.units, again.again)) == ((2, 1), (2, True))
    assert [s for s in serials(at_risk) if s in ("P-5", "D-5")] == ["D-5", "P-5"]
    with pytest.raises(InvalidInput, match="P-99"):
        trace.add_units(**{**given, "units": [UnitGiven("P-99")], "uid": None})


# ---------- findings ----------


def test_a_unit_found_good_goes_on(world: Any, at_risk: Any) -> None:
    done = found(world, at_risk, "P-1", "cleared", note="no crazing under the lamp")
    assert (done.units, done.freed) == (1, 1)
    assert "P-1" not in holds()
    post(world, consumed("P-1", "GLZ-9000"))


def test_a_scan_of_a_gs1_code_finds_the_unit(world: Any, at_risk: Any) -> None:
    done = found(world, at_risk, "(01)04012345678901(21)P-1", "cleared")
    assert done.serials == ("P-1",)


def test_what_is_inside_goes_with_the_unit(world: Any, at_risk: Any) -> None:
    done = found(world, at_risk, "D-1", "cleared")
    assert (done.units, done.inside, done.serials) == (2, 1, ("D-1", "P-2"))
    assert [s for s in ("D-1", "P-2") if s in holds()] == []


def test_rework_keeps_the_hold_and_lets_the_work_be_done(world: Any, at_risk: Any) -> None:
    found(world, at_risk, "P-1", "rework", note="strip the glaze")
    assert (holds()["P-1"], serials(at_risk, state=MemberState.WORK)) == (1, ["P-1"])
    post(world, consumed("P-1", "GLZ-9000"))
    with pytest.raises(Refused) as error:
        ship(world, "SH-3", "Acme", ("P-1", "PCBA"))
    assert "When its rework is done" in error.value.way_out
    found(world, at_risk, "P-1", "cleared")
    assert "P-1" not in holds()
    assert (counted(at_risk, "faulty", "looked_at")) == (1, 1)


def test_scrap_is_recorded_as_scrap(world: Any, at_risk: Any) -> None:
    found(world, at_risk, "P-1", "scrap", note="cracked")
    state = UnitState.objects.get(unit__serial="P-1")
    record = FloorRecord.objects.get(kind="scrap")
    assert (state.place, state.holds, record.unit_id) == ("scrapped", 0, state.unit_id)
    assert (counted(at_risk, "scrapped", "worked_off")) == (1, 1)
    assert verify().broken is None


def test_a_unit_inside_another_is_not_scrapped_by_itself(world: Any, at_risk: Any) -> None:
    with pytest.raises(Refused) as error:
        found(world, at_risk, "P-2", "scrap")
    assert str(error.value) == (
        "P-2 is inside D-1; it cannot be scrapped by itself. Record its removal first, or work "
        "off D-1."
    )
    found(world, at_risk, "D-1", "scrap")
    assert counted(at_risk, "scrapped", "worked_off") == (2, 2)


def test_at_a_customer_a_unit_is_replaced_and_open_again_when_it_comes_back(
    world: Any, at_risk: Any
) -> None:
    found(world, at_risk, "P-3", "replaced")
    assert (counted(at_risk, "worked_off"), holds()["P-3"]) == ((1,), 1)
    post(world, rec("return", part="PCBA", serial="P-3", failure="exchanged"))
    assert (counted(at_risk, "worked_off"), serials(at_risk, state=MemberState.OPEN)[-1]) == (
        (0,),
        "P-4",
    )
    assert refused(world, consumed("P-3"))[0][0] == "R-62"
    found(world, at_risk, "P-3", "scrap")
    assert counted(at_risk, "worked_off") == (1,)


def test_what_cannot_be_said_of_a_unit_there_is_refused(world: Any, at_risk: Any) -> None:
    with pytest.raises(Refused) as error:
        found(world, at_risk, "P-3", "rework")
    assert error.value.message == "P-3 is at Acme; “Rework” cannot be said of it there."
    with pytest.raises(Refused) as error:
        found(world, at_risk, "P-1", "unreachable")
    assert error.value.message == "P-1 is in house; “Not reachable” cannot be said of it there."
    assert ContainmentFinding.objects.count() == 0


def test_a_unit_that_is_not_in_it_is_told_apart_from_one_nobody_knows(
    world: Any, at_risk: Any
) -> None:
    with pytest.raises(NotFound, match="P-5 is not at risk"):
        found(world, at_risk, "P-5", "cleared")
    with pytest.raises(NotFound, match="Nobody recorded a unit 'P-99' here"):
        found(world, at_risk, "P-99", "cleared")


def test_a_concession_is_signed_by_who_has_the_authority(world: Any, at_risk: Any) -> None:
    with pytest.raises(NotAllowed):
        found(world, at_risk, "P-1", "use_as_is", note="cosmetic")
    with pytest.raises(Refused):
        found(world, at_risk, "P-1", "use_as_is", note="cosmetic", by=world.ada, password="no")
    with pytest.raises(InvalidInput):
        found(world, at_risk, "P-1", "use_as_is", by=world.ada, password=PASSWORD)
    given = {"by": world.ada, "password": PASSWORD, "note": "cosmetic, out of sight"}
    found(world, at_risk, "P-1", "use_as_is", **given)
    finding = ContainmentFinding.objects.get()
    from firstoff.db.models import Signature

    signature = Signature.objects.get(entry=finding.entry_id)
    assert (signature.meaning, "P-1" in holds()) == (
        "P-1 may be used as it is, by concession in C-0001: cosmetic, out of sight",
        False,
    )


def test_a_finding_posted_again_is_recorded_once(world: Any, at_risk: Any) -> None:
    uid = uuid4()
    first = found(world, at_risk, "D-1", "cleared", uid=uid)
    again = found(world, at_risk, "D-1", "cleared", uid=uid)
    assert (first.units, again.units, again.again) == (2, 2, True)
    assert ContainmentFinding.objects.count() == 2
    with pytest.raises(Refused) as error:
        found(world, at_risk, "D-1", "rework", uid=uid)
    assert error.value.code == "R-36"


def test_many_are_worked_off_at_once_or_none(world: Any, at_risk: Any) -> None:
    given = {"containment_id": at_risk.id, "by": world.ivy, "at": THEN}
    with pytest.raises(Refused, match="P-3 is at Acme"):
        trace.record_findings(
            **given, sift=Filter(), outcome=ContainmentOutcome.REWORK, expected=6
        )
    with pytest.raises(InvalidInput, match="2 units were expected under this filter; there are 3"):
        trace.record_findings(
            **given, sift=Filter(joined=Place.IN_PROCESS), outcome=ContainmentOutcome.CLEARED,
            expected=2,
        )  # fmt: skip
    uid = uuid4()
    bulk = {"sift": Filter(joined=Place.IN_PROCESS), "outcome": ContainmentOutcome.CLEARED}
    done = trace.record_findings(**given, **bulk, expected=3, uid=uid)
    again = trace.record_findings(**given, **bulk, expected=3, uid=uid)
    assert ((done.units, done.freed), (again.units, again.again)) == ((3, 3), (3, True))
    assert sorted(holds()) == ["D-4", "P-3", "P-4"]


# ---------- customers, closing ----------


def test_a_customer_is_told_and_told_again_when_more_join(world: Any, at_risk: Any) -> None:
    given = {"containment_id": at_risk.id, "by": world.ivy, "at": THEN}
    done = trace.tell_customer(**given, customer="Brown", reference="letter 14")
    acme, brown = progress(at_risk).customers
    assert (done.units, acme.to_be_told, brown.to_be_told, brown.reference) == (
        2,
        True,
        False,
        "letter 14",
    )
    with pytest.raises(InvalidInput):
        trace.tell_customer(**given, customer="Nobody")


def work_off(world: Any, view: Any) -> None:
    for serial, outcome in (("P-1", "cleared"), ("D-1", "scrap"), ("P-3", "unreachable")):
        found(world, view, serial, outcome)
    found(world, view, "D-4", "replaced")


def test_it_is_not_closed_while_a_unit_is_open(world: Any, at_risk: Any) -> None:
    found(world, at_risk, "P-1", "rework")
    with pytest.raises(Refused) as error:
        close(world, at_risk)
    assert (error.value.code, error.value.message) == (
        "R-62",
        "C-0001 cannot be closed: 6 units are still open, 1 of them in rework.",
    )


def test_it_is_closed_by_signature_with_the_numbers(world: Any, at_risk: Any) -> None:
    work_off(world, at_risk)
    with pytest.raises(NotAllowed):
        close(world, at_risk, by=world.eli)
    uid = uuid4()
    done, again = close(world, at_risk, uid=uid), close(world, at_risk, uid=uid)
    view = containment_of(world.ada, at_risk.id)
    assert (done.label, again.again, view.closed_by) == ("C-0001", True, "Ada Okafor")
    assert view.meaning == (
        "I close C-0001, Glaze crazing. 6 units at risk, all accounted for: 1 found good, 2 "
        "scrapped, 2 replaced at the customer, 1 not reachable."
    )
    assert view.at_closing["unreachable"] == [
        {"customer": "Acme", "part": "PCBA", "serial": "P-3"}
    ]
    assert (view.at_closing["at_risk"], view.at_closing["worked_off"]) == (6, 6)
    with pytest.raises(Refused, match="C-0001 was closed by Ada Okafor"):
        close(world, at_risk)
    assert verify().broken is None


def test_a_unit_nobody_could_reach_is_held_when_it_turns_up_after_closing(
    world: Any, at_risk: Any
) -> None:
    work_off(world, at_risk)
    close(world, at_risk)
    post(world, rec("return", part="PCBA", serial="P-3", failure="found in a drawer"))
    assert refused(world, consumed("P-3"))[0][0] == "R-62"
    found(world, at_risk, "P-3", "cleared")
    assert "P-3" not in holds()
    with pytest.raises(Refused, match="C-0001 is closed, and P-1 was worked off"):
        found(world, at_risk, "P-1", "rework")


def test_an_empty_containment_waits_for_what_comes(world: Any) -> None:
    post(world, *lot())
    view = opened(world, SUSPECT)
    assert (serials(view), progress(view).headline) == ([], "No unit is at risk so far.")
    post(world, unit("P-1"), consumed("P-1"))
    assert serials(view) == ["P-1"]


# ---------- other doors, and how often the database is asked ----------


def test_the_line_refuses_a_held_unit_and_a_unit_started_there_joins(world: Any) -> None:
    pilot = opened_pilot(world)  # its first unit is started
    view = opened(world, {"where": [{"kind": "batch", "batch": pilot.batch_id}]})
    start(world, pilot, 2)
    assert serials(view) == [f"{pilot.batch_id}-001", f"{pilot.batch_id}-002"]
    with pytest.raises(Refused) as error:
        operate(world, pilot, 1, 10)
    assert (error.value.code, error.value.message) == (
        "R-62",
        f"{pilot.batch_id}-001 is held by containment C-0001 (Glaze crazing); it cannot be "
        "recorded at operation 10.",
    )
    found(world, view, f"{pilot.batch_id}-001", "rework")
    operate(world, pilot, 1, 10)


def operate(world: Any, pilot: Any, number: int, seq: int) -> None:
    execution.record_operation(
        run_id=pilot.run_id,
        serial=f"{pilot.batch_id}-{number:03}",
        seq=seq,
        began_at=THEN,
        ended_at=THEN,
        outcome="pass",
        by=world.ben,
        at=THEN,
    )


def asked(verb: Any) -> int:
    with CaptureQueriesContext(connection) as seen:
        verb()
    return len([q for q in seen if "SAVEPOINT" not in q["sql"]])


def test_a_post_asks_as_often_for_300_units_as_for_one(world: Any) -> None:
    post(world, *lot(quantity="100"), unit("P-0"), consumed("P-0"))
    view = opened(world)
    post(world, unit("A-0"), consumed("A-0"))  # what is read once for ever is read
    found_ = {}
    for many in (1, 3, 300):
        records = [r for n in range(many) for r in _taken(f"U{many}-{n}")]
        found_[many] = asked(lambda: post(world, *records))  # noqa: B023
    assert found_[1] == found_[3] == found_[300]
    assert len(serials(view)) == 306


def _taken(serial: str) -> tuple[Any, Any]:
    return unit(serial), consumed(serial)


def test_where_no_containment_is_open_a_verb_asks_once_more_at_most(
    world: Any, settings: Any
) -> None:
    post(world, *lot(), unit("P-0"))
    after = settings.AFTER_VERBS
    settings.AFTER_VERBS = tuple(name for name in after if "trace" not in name)
    without = asked(lambda: post(world, unit("P-1")))
    settings.AFTER_VERBS = after
    assert asked(lambda: post(world, unit("P-2"))) - without == 1


@pytest.mark.parametrize("verb", ["open", "list", "progress", "members", "findings"])
def test_reading_and_working_off_ask_as_often_for_300_units_as_for_one(
    world: Any, verb: str
) -> None:
    post(world, *lot(quantity="100"))
    counts = {}
    for many in (1, 3, 300):
        post(world, *(r for n in range(many) for r in _taken(f"{many}-{n}")))
        view = opened(world, title=f"With {many}")
        counts[many] = asked(lambda: _verb(world, view, verb))  # noqa: B023
    assert counts[1] == counts[3] == counts[300]


def _verb(world: Any, view: Any, verb: str) -> None:
    match verb:
        case "open":
            opened(world, title="Another")
        case "list":
            containments(world.ada)
        case "progress":
            progress(view)
        case "members":
            members(view, sift=Filter(state=MemberState.OPEN))
        case _:
            trace.record_findings(
                containment_id=view.id,
                sift=Filter(),
                outcome=ContainmentOutcome.CLEARED,
                expected=members(view)[1],
                by=world.ivy,
                at=THEN,
            )
