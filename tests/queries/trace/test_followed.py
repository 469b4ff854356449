"""How units of a containment stand is read on: only what a record may have moved is read again."""

import threading
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest
from django.db import connection, connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firstoff.db.models import ContainedUnit, Containment
from firstoff.queries.trace import containments, counting, followed
from firstoff.queries.trace.contained import Filter, members
from firstoff.queries.trace.counting import Stood
from firstoff.queries.trace.followed import Followed
from firstoff.rules.trace import Question
from firstoff.rules.trace.conditions import Lot, Serial
from firstoff.rules.trace.containment import Group, MemberState
from firstoff.services import genealogy, trace
from firstoff.terms import ContainmentOutcome, Place
from tests.conftest import NOW
from tests.making import opened_pilot
from tests.recording import LATER, lot, post, rec, unit
from tests.services.genealogy.test_properties import BOARDS, BOXES, MADE, STEPS, record


@pytest.fixture
def plant(lasting_world: Any) -> Any:
    world = lasting_world
    item = [{"lot": "GLZ-7781", "quantity": "1"}]
    post(world, *lot(), *(unit(f"P-{n}") for n in range(4)))
    post(world, *(rec("consume", part="PCBA", serial=f"P-{n}", items=item) for n in range(2)))
    trace.open_containment(
        site_id=world.site.pk,
        question=Question((Lot("GLZ-7781"),)),
        title="Glaze",
        reason="It cracks.",
        by=world.ada,
        at=LATER,
    )
    return world


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Which units were read, each time: None for all of them."""
    found: list[Any] = []
    real = followed.stood

    def stood(keys: Sequence[int], units: Any = None) -> Any:
        found.append(None if units is None else serials_of(units.tolist()))
        return real(keys, units)

    monkeypatch.setattr(followed, "stood", stood)
    fresh = Followed()
    for module in ("containments", "contained"):
        monkeypatch.setattr(f"firstoff.queries.trace.{module}.followed", fresh)
    return found


def serials_of(units: Sequence[int]) -> list[str]:
    from firstoff.db.models import Unit

    return list(Unit.objects.filter(pk__in=units).order_by("pk").values_list("serial", flat=True))


def places(world: Any) -> dict[str, int]:
    view = containments.containment(world.ada, "STOKE", 1)
    return {p.place.value: p.units for p in containments.progress(view).places}


def where(world: Any) -> dict[str, int]:
    key = Containment.objects.get().pk
    found: dict[str, int] = {}
    for group in containments.groups([key])[key]:
        found[group.place.value] = found.get(group.place.value, 0) + group.units
    return found


def test_what_moves_nothing_is_not_read_again(plant: Any, read: list[Any]) -> None:
    procedure = {"name": "ICT", "lines": [{"name": "u", "upper": "2"}]}
    tested: dict[str, Any] = {"part": "PCBA", "procedure": procedure, "values": [1.0]}
    assert where(plant) == {"in_process": 2}
    post(plant, rec("test", serial="P-1", **tested), unit("P-9"))
    post(plant, rec("scrap", part="PCBA", serial="P-3", reason="fell", at=LATER))  # not in it
    assert (where(plant), read) == ({"in_process": 2}, [None])


@pytest.mark.parametrize(
    ("record", "there"),
    [
        (("scrap", {"reason": "fell"}), {"in_process": 1, "scrapped": 1}),
        (("pack", {"package": "CARTON-1"}), {"in_process": 1, "packed": 1}),
        (("ship", {"shipment": "S-1", "customer": "Acme"}), {"in_process": 1, "shipped": 1}),
    ],
)
def test_of_what_moves_one_unit_that_one_is_read(
    plant: Any, read: list[Any], record: Any, there: dict[str, int]
) -> None:
    where(plant)
    release(plant, "P-1")
    post(plant, _of(record))
    assert (where(plant), read) == (there, [None, ["P-1"]])


def test_what_is_inside_goes_where_its_outermost_goes(plant: Any, read: list[Any]) -> None:
    release(plant, "P-1")
    child = {"part": "PCBA", "serial": "P-1"}
    post(plant, unit("B-1", "BOX"), rec("install", part="BOX", serial="B-1", child=child))
    assert where(plant) == {"in_process": 3}  # what holds a unit at risk joins
    release(plant, "B-1")
    box = {"part": "BOX", "serial": "B-1"}
    post(plant, rec("pack", package="CARTON-1", units=[box], at=LATER))
    assert (where(plant), read[1:]) == ({"in_process": 1, "packed": 2}, [["P-1", "B-1"]])
    post(plant, rec("ship", shipment="S-1", customer="Acme", packages=["CARTON-1"], at=LATER))
    assert (where(plant), read[2:]) == ({"in_process": 1, "shipped": 2}, [["P-1", "B-1"]])


def test_what_is_taken_out_is_read(plant: Any, read: list[Any]) -> None:
    release(plant, "P-1")
    child = {"part": "PCBA", "serial": "P-1"}
    fitted = rec("install", part="BOX", serial="B-1", child=child)
    post(plant, unit("B-1", "BOX"), fitted)
    release(plant, "B-1")
    assert where(plant) == {"in_process": 3}
    post(plant, rec("remove", part="BOX", serial="B-1", child=child, reason="burnt", at=LATER))
    assert (where(plant), read) == ({"in_process": 2, "stock": 1}, [None, ["P-1", "B-1"]])


def test_what_another_process_recorded_is_followed(plant: Any, read: list[Any]) -> None:
    where(plant)

    def elsewhere() -> None:
        post(plant, rec("scrap", part="PCBA", serial="P-0", reason="fell", at=LATER))
        connections.close_all()

    other = threading.Thread(target=elsewhere)
    other.start()
    other.join()
    assert (where(plant), read) == ({"in_process": 1, "scrapped": 1}, [None, ["P-0"]])


def test_readings_made_again_are_read_again(plant: Any, read: list[Any]) -> None:
    where(plant)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE firstoff_unitstate SET place = 'stock'")
    assert where(plant) == {"in_process": 2}  # nothing was recorded
    genealogy.rebuild(by=plant.ada, at=LATER)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE firstoff_unitstate SET place = 'stock'")
    assert (where(plant), read) == ({"stock": 2}, [None, None])


def test_a_shipment_taken_back_is_read_anew(plant: Any, read: list[Any]) -> None:
    release(plant, "P-1")
    shipped = _of(("ship", {"shipment": "S-1", "customer": "Acme"}))
    post(plant, shipped)
    assert where(plant) == {"in_process": 1, "shipped": 1}
    post(plant, rec("void", supersedes=shipped.id, reason="wrong", at=LATER))
    assert (where(plant), read) == ({"in_process": 2}, [None, None])


def test_too_much_is_read_anew(
    plant: Any, read: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    where(plant)
    monkeypatch.setattr(followed, "_FOLLOWED", 0)
    post(plant, rec("scrap", part="PCBA", serial="P-0", reason="fell", at=LATER))
    assert (where(plant), read) == ({"in_process": 1, "scrapped": 1}, [None, None])


def test_counts_outlive_the_units_they_were_counted_of(
    plant: Any, read: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(followed, "_UNITS", 1)
    assert where(plant) == where(plant) == {"in_process": 2}
    post(plant, unit("P-9"))
    assert (where(plant), read) == ({"in_process": 2}, [None])
    post(plant, rec("scrap", part="PCBA", serial="P-0", reason="fell", at=LATER))
    assert (where(plant), read) == ({"in_process": 1, "scrapped": 1}, [None, None])
    view = containments.containment(plant.ada, "STOKE", 1)
    assert (len(members(view)[0]), read) == (2, [None, None, None])


def _of(record: Any) -> Any:
    kind, given = record
    if kind in ("pack", "ship"):
        return rec(kind, units=[{"part": "PCBA", "serial": "P-1"}], at=LATER, **given)
    return rec(kind, part="PCBA", serial="P-1", at=LATER, **given)


def release(world: Any, serial: str) -> None:
    member = ContainedUnit.objects.get(unit__serial=serial)
    trace.record_finding(
        containment_id=member.containment_id,
        serial=serial,
        outcome=ContainmentOutcome.CLEARED,
        note="Looked at.",
        found_at=LATER,
        by=world.ada,
        at=LATER,
    )


def test_a_unit_that_joins_is_read(plant: Any, read: list[Any]) -> None:
    where(plant)
    item = [{"lot": "GLZ-7781", "quantity": "1"}]
    post(plant, rec("consume", part="PCBA", serial="P-2", items=item))
    assert (where(plant), read) == ({"in_process": 3}, [None, ["P-2"]])
    view = containments.containment(plant.ada, "STOKE", 1)
    assert [row.serial for row in members(view)[0]] == ["P-0", "P-1", "P-2"]


def test_what_was_taken_back_is_not_kept(plant: Any, read: list[Any]) -> None:
    item = [{"lot": "GLZ-7781", "quantity": "1"}]
    with transaction.atomic():
        post(plant, rec("consume", part="PCBA", serial="P-2", items=item))
        assert where(plant) == {"in_process": 3}
        transaction.set_rollback(True)
    assert where(plant) == {"in_process": 2}


def test_units_sifted_by_state_are_those_that_are_in_it_now(plant: Any) -> None:
    view = containments.containment(plant.ada, "STOKE", 1)
    still = Filter(state=MemberState.OPEN)

    def serials() -> list[str]:
        return [row.serial for row in members(view, sift=still)[0]]

    assert (serials(), serials()) == (["P-0", "P-1"], ["P-0", "P-1"])
    release(plant, "P-1")
    assert (serials(), places(plant), NOW < LATER) == (["P-0"], {"in_process": 2}, True)


def test_units_are_sifted_by_what_they_are_and_how_they_are_called(
    plant: Any, read: list[Any]
) -> None:
    view = containments.containment(plant.ada, "STOKE", 1)
    release(plant, "P-1")

    def serials(**sift: Any) -> list[str]:
        return [row.serial for row in members(view, sift=Filter(**sift))[0]]

    assert serials() == ["P-0", "P-1"]
    assert serials(outcome=ContainmentOutcome.CLEARED) == ["P-1"]
    assert serials(joined=Place.IN_PROCESS, state=MemberState.OPEN) == ["P-0"]
    assert (serials(joined=Place.STOCK), serials(customer=1)) == ([], [])
    assert (serials(serial="P-"), serials(serial="P-1"), serials(serial="%")) == (
        ["P-0", "P-1"],
        ["P-1"],
        [],
    )
    assert serials(serial="P-1", state=MemberState.OPEN) == []
    assert read == [None]


FOUND = st.tuples(
    st.just("found"),
    st.sampled_from((*BOARDS, *BOXES, *MADE)),
    st.sampled_from(("cleared", "rework", "scrap", "return")),
)


def as_it_stands(held: Stood) -> dict[tuple[int, int], Group]:
    rows = zip(held.units.tolist(), held.members.tolist(), held.group.tolist(), strict=True)
    return {(unit, member): held.known[group] for unit, member, group in rows}


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(st.one_of(STEPS, FOUND), min_size=3, max_size=25), size=st.integers(1, 4))
def test_whatever_is_recorded_it_is_what_is_read_anew(
    world: Any, steps: list[tuple[Any, ...]], size: int
) -> None:
    with transaction.atomic():
        key = _at_risk(world)
        kept, made = Followed(), list[Any]()
        kept._look([key], whole=True)
        posted: list[Any] = []
        for place, step in enumerate(steps):
            if step[0] == "found":
                _found(world, key, *step[1:])
            elif one := record(step, place, made):
                made.append(one)
                posted.append(one)
            if len(posted) >= size or step is steps[-1]:
                if posted:
                    post(world, *posted, mode="best_effort")
                posted = []
                now, held = counting.stood([key])[key], kept._look([key], whole=True)[key]
                assert held.stood is not None
                assert as_it_stands(held.stood) == as_it_stands(now)
                assert Counter(held.groups) == Counter(now.groups)
                assert sum(g.units for g in held.groups) == now.units.size
        transaction.set_rollback(True)


def _at_risk(world: Any) -> int:
    """All but the last of each kind, looked at and found good, so that they may move."""
    opened_pilot(world)
    begun = [
        rec("unit", batch="CC1-P1", serial=serial, at=NOW + (LATER - NOW) / 480) for serial in MADE
    ]
    boards, boxes = [unit(s) for s in BOARDS], [unit(s, "BOX") for s in BOXES]
    post(world, *lot("A", "5"), *lot("B", "50"), *boards, *boxes, *begun)
    meant = (BOARDS[0], *BOXES[:2], MADE[0])
    done = trace.open_containment(
        site_id=world.site.pk,
        question=Question(tuple(map(Serial, meant))),
        title="All",
        reason="To be looked at.",
        by=world.ada,
        at=LATER,
    )
    for serial in meant:
        _found(world, done.id, serial, "cleared")
    return done.id


def _found(world: Any, containment: int, serial: str, outcome: str) -> None:
    from firstoff.errors import FirstoffError

    try:
        with transaction.atomic():
            trace.record_finding(
                containment_id=containment,
                serial=serial,
                outcome=ContainmentOutcome(outcome),
                note="Seen.",
                by=world.ada,
                at=LATER,
            )
    except FirstoffError:
        return


def test_of_no_units_nothing_is_known() -> None:
    nobody = counting.NOBODY
    assert (nobody.groups, nobody.meant(lambda _: True).tolist()) == ((), [])
    assert nobody.moved(nobody).groups == ()
