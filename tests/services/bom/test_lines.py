"""Lines of a draft: set, added, changed, taken out; all of it or nothing."""

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from firstoff.errors import InvalidInput, NotAllowed, NotFound, Refused, StaleState
from firstoff.queries import bom as reads
from firstoff.queries.ledger import verify
from firstoff.rules.bom.lines import AlternateFacts, LineFacts
from firstoff.rules.bom.variant_facts import ChangeFacts, VariantFacts
from firstoff.services import bom, product
from firstoff.terms import CharacteristicClass
from tests.building import make_bom, make_parts
from tests.conftest import NOW, World

RES = LineFacts("RES", Decimal(3), "10", designators=("R1", "R2", "R3"))
CAP = LineFacts("CAP", Decimal(2), "20", designators=("C1", "C2"))


def board(world: World) -> Any:
    """A draft without lines, of a part named BRD."""
    make_parts(world.site, "RES", "RES-2", "CAP", "CHIP")
    return make_bom(world.site, {"BRD": ()})["BRD"]


def put(world: World, revision: Any, *lines: LineFacts, **more: Any) -> Any:
    given = {"revision_id": revision.pk, "lines": lines, "by": world.eli, "at": NOW}
    return bom.set_lines(**{**given, **more})


def stored(revision: Any) -> list[LineFacts]:
    return list(reads.line_facts(revision.pk).values())


def details() -> Any:
    from firstoff.db.models import LedgerEntry

    return json.loads(LedgerEntry.objects.order_by("seq").last().details)  # type: ignore[union-attr]


def test_lines_come_back_as_they_went(world: World) -> None:
    revision = board(world)
    full = LineFacts(
        "RES",
        Decimal("2.5"),
        "7",
        unit="m",
        designators=("R1", "R2", "R3"),
        not_fitted=("R2",),
        classification=CharacteristicClass.CRITICAL,
        attrition=Decimal("2.5"),
        setup_pieces=Decimal(10),
        section="Top",
        note="Watch the polarity",
        attributes={"Tolerance": "1 %"},
        alternates=(AlternateFacts("RES-2", 1, "0402"),),
    )

    written = put(world, revision, full, CAP)

    assert stored(revision) == [full, CAP]
    assert [w.sentence for w in written.warnings] == [
        "line 7 (RES): the quantity is 2.5, and 2 designators are fitted."
    ]
    assert details()["lines"] == {"added": 2, "changed": 0, "removed": 0, "same": 0}
    assert verify().holds


def test_a_line_that_stays_keeps_its_key_wherever_it_stands(world: World) -> None:
    revision = board(world)
    put(world, revision, RES, CAP, LineFacts("CHIP", Decimal(1), "30"))
    before = {line.part_number: line.id for line in reads.lines_of(revision.pk)}

    written = put(
        world, revision, LineFacts("CHIP", Decimal(4), "30"), LineFacts("RES-2", Decimal(1)), RES
    )

    after = [(line.part_number, line.id, line.position) for line in reads.lines_of(revision.pk)]
    assert after[0] == ("CHIP", before["CHIP"], 1)
    assert after[2] == ("RES", before["RES"], 3)
    assert [d.change.value for d in written.differences] == [
        "changed",
        "added",
        "same",
        "removed",
    ]
    assert details()["changes"] == [
        {"change": "changed", "fields": {"quantity": ["1", "4"]}, "line": "line 30 (CHIP)"},
        {"change": "added", "line": "RES-2", "quantity": "1"},
        {"change": "removed", "line": "line 20 (CAP)", "quantity": "2"},
    ]


def test_lines_can_be_turned_round(world: World) -> None:
    revision = board(world)
    put(world, revision, RES, CAP)
    put(world, revision, CAP, RES)
    assert stored(revision) == [CAP, RES]


def test_one_line_is_added_changed_and_taken_out(world: World) -> None:
    revision = board(world)
    given = {"revision_id": revision.pk, "by": world.eli, "at": NOW}
    bom.add_line(line=RES, **given)
    bom.add_line(line=CAP, position=1, **given)
    cap, res = reads.lines_of(revision.pk)
    bom.update_line(line_id=res.id, line=replace(RES, part="RES-2"), **given)
    assert [(line.part_number, line.id) for line in reads.lines_of(revision.pk)] == [
        ("CAP", cap.id),
        ("RES-2", res.id),
    ]
    bom.remove_line(line_id=cap.id, **given)
    assert [(line.part_number, line.position) for line in reads.lines_of(revision.pk)] == [
        ("RES-2", 1)
    ]
    with pytest.raises(NotFound, match="no such line"):
        bom.remove_line(line_id=cap.id, **given)
    with pytest.raises(InvalidInput, match="The place is 9; expected 1 to 2"):
        bom.add_line(line=CAP, position=9, **given)


BAD = (
    (replace(RES, designators=("R1", "R1")), "has R1 twice"),
    (replace(CAP, designators=("R1",)), r"R1 of line 20 \(CAP\) is already on line 10 \(RES\)"),
    (replace(CAP, not_fitted=("C9",)), "leaves C9 empty and does not have it"),
    (replace(CAP, quantity=Decimal(-1)), "expected 0 or more"),
    (replace(CAP, quantity=Decimal("0.0000001")), "at most 6 decimals"),
    (replace(CAP, quantity=Decimal("NaN")), "expected a number"),
    (replace(CAP, attrition=Decimal(2000)), "expected 0 to 999 percent"),
    (replace(CAP, part="NONE"), "There is no part 'NONE' here"),
    (replace(CAP, part="BRD"), "BRD would go into itself: BRD > BRD"),
    (replace(CAP, child="9"), "There is no revision '9' of CAP"),
    (replace(CAP, alternates=(AlternateFacts("CAP"),)), "names itself as an alternate"),
    (replace(CAP, alternates=(AlternateFacts("NONE"),)), "There is no part 'NONE' here"),
)


@pytest.mark.parametrize(("line", "said"), BAD)
def test_what_cannot_stand_stops_all_of_it(world: World, line: LineFacts, said: str) -> None:
    revision = board(world)
    put(world, revision, CAP)
    with pytest.raises((InvalidInput, Refused), match=said):
        put(world, revision, RES, line)
    assert stored(revision) == [CAP]


def test_the_row_of_what_cannot_stand_is_named(world: World) -> None:
    revision = board(world)
    with pytest.raises(InvalidInput) as refused:
        put(world, revision, RES, replace(CAP, part="NONE"))
    assert (refused.value.details["row"], refused.value.details["field"]) == (1, "part")


def test_a_designator_may_stand_once_under_each_heading(world: World) -> None:
    revision = board(world)
    put(world, revision, replace(RES, section="A"), replace(RES, find_number="", section="B"))
    assert [line.section for line in stored(revision)] == ["A", "B"]


def test_a_line_that_is_not_fitted_leaves_all_its_places_empty(world: World) -> None:
    revision = board(world)
    put(world, revision, replace(CAP, fitted=False), replace(RES, not_fitted=("R1", "R2", "R3")))
    assert [(line.fitted, line.not_fitted) for line in stored(revision)] == [
        (False, ("C1", "C2")),
        (False, ("R1", "R2", "R3")),
    ]


def test_an_assembly_does_not_go_into_itself_through_others(world: World) -> None:
    made = make_bom(world.site)
    with pytest.raises(Refused) as refused:
        put(world, made["BRD"], LineFacts("BOX", Decimal(1), child="1"))
    assert refused.value.code == "R-10"
    assert refused.value.message == "BRD would go into itself: BRD > BOX > BRD."


def test_the_database_refuses_a_line_that_is_its_own_parent(world: World) -> None:
    made = make_bom(world.site)
    refused = pytest.raises(DatabaseError)
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE firstoff_bomline SET child_id = revision_id WHERE revision_id = %s",
            [made["BOX"].pk],
        )


def test_whoever_looked_before_somebody_else_changed_them_is_told(world: World) -> None:
    revision = board(world)
    put(world, revision, RES)
    seen = reads.state(world.vic, revision.pk)
    put(world, revision, RES, CAP, seen=seen)
    with pytest.raises(StaleState, match="Somebody else changed the lines"):
        put(world, revision, CAP, seen=seen)
    assert stored(revision) == [RES, CAP]


def test_a_released_revision_keeps_its_lines(world: World) -> None:
    revision = board(world)
    put(world, revision, RES)
    product.release_revision(part_id=revision.part_id, revision="1", by=world.eli, at=NOW)
    line = reads.lines_of(revision.pk)[0].id
    given = {"revision_id": revision.pk, "by": world.eli, "at": NOW}
    for attempt in (
        lambda: put(world, revision),
        lambda: bom.add_line(line=CAP, **given),
        lambda: bom.update_line(line_id=line, line=CAP, **given),
        lambda: bom.remove_line(line_id=line, **given),
        lambda: bom.set_variant(variant=VariantFacts("EU", "Europe"), **given),
    ):
        with pytest.raises(Refused) as refused:
            attempt()
        assert refused.value.code == "R-10"


def test_only_who_defines_changes_lines(world: World) -> None:
    revision = board(world)
    with pytest.raises(NotAllowed):
        put(world, revision, RES, by=world.ben)
    with pytest.raises(NotFound):
        put(world, revision, RES, by=world.cy)


def test_a_retired_part_stays_where_it_is_and_comes_to_no_new_place(world: World) -> None:
    from firstoff.db.models import Part

    revision = board(world)
    put(world, revision, RES)
    Part.objects.filter(number__in=["RES", "CAP"]).update(retired_at=NOW)
    put(world, revision, replace(RES, note="still here"))
    with pytest.raises(Refused, match="Part CAP is retired"):
        put(world, revision, RES, CAP)


def test_a_line_that_goes_is_taken_out_of_variants_and_operations(world: World) -> None:
    from firstoff.db.models import (
        BomLine,
        Operation,
        OperationMaterial,
        ProcessPlan,
        VariantChange,
    )

    revision = board(world)
    put(world, revision, RES, CAP)
    plan = ProcessPlan.objects.create(revision=revision, label="1")
    operation = Operation.objects.create(plan=plan, seq=10, name="Solder")
    for line in BomLine.objects.filter(revision=revision):
        OperationMaterial.objects.create(operation=operation, line=line)
    change = ChangeFacts(2, False, "C1")
    bom.set_variant(
        revision_id=revision.pk,
        variant=VariantFacts("EU", "Europe", (change,)),
        by=world.eli,
        at=NOW,
    )

    put(world, revision, RES)
    assert [m.line.part.number for m in OperationMaterial.objects.all()] == ["RES"]
    assert not VariantChange.objects.exists()


def test_a_variant_is_set_read_and_taken_out(world: World) -> None:
    revision = board(world)
    put(world, revision, RES, CAP)
    wanted = VariantFacts(
        "EU",
        "Europe",
        (
            ChangeFacts(1, True, "R1", part="RES-2"),
            ChangeFacts(1, False, "R2"),
            ChangeFacts(2, True, quantity=Decimal(5)),
        ),
    )
    given = {"revision_id": revision.pk, "by": world.eli, "at": NOW}
    bom.set_variant(variant=replace(wanted, changes=()), **given)
    bom.set_variant(variant=wanted, **given)

    (view,) = reads.variants(world.vic, revision.pk)
    assert (view.facts, view.lines, view.pieces) == (wanted, 2, 7)
    found = reads.variant_lines(world.vic, revision.pk, "EU")
    assert [(x.part_number, x.quantity, x.fitted_designators) for x in found] == [
        ("RES", 1, ("R3",)),
        ("RES-2", 1, ("R1",)),
        ("CAP", 5, ("C1", "C2")),
    ]
    bom.remove_variant(code="EU", **given)
    assert reads.variants(world.vic, revision.pk) == ()
    with pytest.raises(NotFound):
        bom.remove_variant(code="EU", **given)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (ChangeFacts(9, True), "There is no line 9; there are 2"),
        (ChangeFacts(1, True, "R9"), "has no designator R9"),
        (ChangeFacts(1, False, part="CAP"), "is left out and takes a part"),
        (ChangeFacts(1, True, part="NONE"), "no part 'NONE'"),
        (ChangeFacts(1, True, part="BRD"), "would go into itself"),
    ],
)
def test_a_variant_that_means_nothing_is_refused(
    world: World, change: ChangeFacts, said: str
) -> None:
    revision = board(world)
    put(world, revision, RES, CAP)
    with pytest.raises((InvalidInput, Refused), match=said):
        bom.set_variant(
            revision_id=revision.pk,
            variant=VariantFacts("EU", "Europe", (change,)),
            by=world.eli,
            at=NOW,
        )
    assert reads.variants(world.vic, revision.pk) == ()


def test_alternates_of_a_part_are_proposed_and_those_not_named_retired(world: World) -> None:
    revision = board(world)
    put(world, revision, RES)

    def alternates(*found: AlternateFacts) -> list[tuple[str, int]]:
        part = reads.lines_of(revision.pk)[0].part_id
        bom.set_alternates(part_id=part, alternates=found, by=world.eli, at=NOW)
        return [(a.number, a.rank) for a in reads.lines_of(revision.pk)[0].alternates]

    assert alternates(AlternateFacts("RES-2", 2), AlternateFacts("CAP")) == [
        ("CAP", 1),
        ("RES-2", 2),
    ]
    assert alternates(AlternateFacts("RES-2")) == [("RES-2", 1)]
    with pytest.raises(InvalidInput, match="names itself"):
        alternates(AlternateFacts("RES"))


def test_two_people_who_save_at_once_take_turns(lasting_world: World) -> None:
    """Both had seen the same lines: the second is told, and writes nothing."""
    import threading

    from django.db import connections

    revision = board(lasting_world)
    seen = reads.state(lasting_world.eli, revision.pk)
    start = threading.Barrier(2)
    answers: list[str] = []

    def save(line: LineFacts) -> None:
        start.wait()
        try:
            put(lasting_world, revision, line, seen=seen)
            answers.append("saved")
        except StaleState:
            answers.append("stale")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=save, args=(line,)) for line in (RES, CAP)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["saved", "stale"]
    assert len(stored(revision)) == 1
    assert verify().holds
