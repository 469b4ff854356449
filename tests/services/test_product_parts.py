"""Parts and their revisions: made, labelled, looked at, released with what goes in."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from firstoff.errors import InvalidInput, NotAllowed, NotFound, Refused
from firstoff.queries import product as reads
from firstoff.queries.ledger import verify
from firstoff.rules.product import LabelKind, PartFacts, Scheme
from firstoff.services import product
from firstoff.terms import Procurement, RevisionStatus
from tests.building import make_bom, make_parts
from tests.conftest import NOW, World

RESISTOR = PartFacts("R-1", "Resistor", value="10 k", package="0603", category="passive")


def part(world: World, facts: PartFacts = RESISTOR, **more: Any) -> Any:
    given = {"site_id": world.site.pk, "part": facts, "by": world.eli, "at": NOW}
    return product.create_part(**{**given, **more})


def revise(world: World, part_id: int, **more: Any) -> Any:
    return product.create_revision(part_id=part_id, by=world.eli, at=NOW, **more)


def release(world: World, part_id: int, label: str) -> Any:
    return product.release_revision(part_id=part_id, revision=label, by=world.eli, at=NOW)


def stand(part_id: int) -> list[tuple[str, str]]:
    return [(r.label, r.status.value) for r in reads.part_revisions(part_id)]


def test_a_part_says_what_it_is_and_is_found(world: World) -> None:
    made = part(world)
    part(world, PartFacts("C-1", "Capacitor", procurement=Procurement.MAKE))

    seen = reads.part(world.vic, "STOKE", "R-1")
    assert (seen.id, seen.facts, seen.revision, seen.programs) == (made.pk, RESISTOR, "", ())
    assert [p.number for p in reads.parts(world.vic)[0]] == ["C-1", "R-1"]
    assert [p.number for p in reads.parts(world.vic, search="10 K")[0]] == ["R-1"]
    assert [p.number for p in reads.parts(world.vic, procurement="make")[0]] == ["C-1"]
    assert reads.parts(world.cy) == ((), 0)
    assert verify().holds


def test_a_part_number_is_taken_once(world: World) -> None:
    part(world)
    with pytest.raises(InvalidInput, match="There is a part 'r-1' at this site already"):
        part(world, replace(RESISTOR, number="r-1"))
    with pytest.raises(InvalidInput, match="The name is empty"):
        part(world, PartFacts("X", " "))
    with pytest.raises(NotAllowed):
        part(world, PartFacts("X", "x"), by=world.ben)
    with pytest.raises(NotFound):
        part(world, PartFacts("X", "x"), by=world.cy)


def test_a_part_is_changed_and_keeps_its_number(world: World) -> None:
    made = part(world)
    product.update_part(
        part_id=made.pk, part=replace(RESISTOR, value="12 k"), by=world.eli, at=NOW
    )
    assert reads.part_by_id(world.vic, made.pk).value == "12 k"
    with pytest.raises(Refused) as refused:
        product.update_part(
            part_id=made.pk, part=replace(RESISTOR, number="R-2"), by=world.eli, at=NOW
        )
    assert refused.value.code == "R-68"


def test_a_part_that_is_used_is_retired_and_never_deleted(world: World) -> None:
    from firstoff.db.models import Part

    made = make_bom(world.site)
    screw = Part.objects.get(number="SCREW")
    with pytest.raises(Refused, match="is a draft and has a line of SCREW"):
        product.retire_part(part_id=screw.pk, by=world.eli, at=NOW)
    release(world, made["CASE"].part_id, "1")
    release(world, made["BRD"].part_id, "1")
    release(world, made["BOX"].part_id, "1")

    product.retire_part(part_id=screw.pk, by=world.eli, at=NOW)
    assert "SCREW" not in [p.number for p in reads.parts(world.vic)[0]]
    assert [p.number for p in reads.parts(world.vic, retired="only")[0]] == ["SCREW"]
    product.reinstate_part(part_id=screw.pk, by=world.eli, at=NOW)
    assert reads.part_by_id(world.vic, screw.pk).retired_at is None


def test_numbers_before_the_first_release_and_letters_after(world: World) -> None:
    key = part(world).pk
    assert revise(world, key).label == "1"
    with pytest.raises(Refused, match="Revision 1 is still a draft"):
        revise(world, key)
    move(world, key, "1", RevisionStatus.OBSOLETE)
    assert revise(world, key).label == "2"
    release(world, key, "2")
    assert revise(world, key).label == "A"
    release(world, key, "A")
    assert revise(world, key).label == "B"
    assert stand(key) == [
        ("B", "draft"),
        ("A", "released"),
        ("2", "superseded"),
        ("1", "obsolete"),
    ]
    assert reads.default_revision(key).label == "A"  # type: ignore[union-attr]


def move(world: World, key: int, label: str, to: RevisionStatus) -> None:
    product.move_revision(part_id=key, revision=label, to=to, by=world.eli, at=NOW)


def test_a_site_and_a_part_may_label_otherwise(world: World) -> None:
    def save(scheme: Scheme, default: bool) -> None:
        product.save_scheme(
            site_id=world.site.pk, scheme=scheme, default=default, by=world.eli, at=NOW
        )

    save(Scheme("p", "Prototypes", prefix_before="P", skipped="ABC"), True)
    save(Scheme("n", "Numbers", after_release=LabelKind.NUMERIC), False)
    one, other = part(world).pk, part(world, PartFacts("X", "x", scheme="n")).pk

    assert [revise(world, key).label for key in (one, other)] == ["P1", "1"]
    release(world, one, "P1")
    release(world, other, "1")
    assert [revise(world, key).label for key in (one, other)] == ["D", "2"]
    assert [(s.scheme.key, s.default) for s in reads.schemes(world.vic, world.site.pk)] == [
        ("", False),
        ("n", False),
        ("p", True),
    ]
    with pytest.raises(InvalidInput, match="no revision scheme 'z'"):
        part(world, PartFacts("Y", "y", scheme="z"))


def test_nobody_changes_a_revision_while_it_is_looked_at(world: World) -> None:
    key = part(world).pk
    revise(world, key)
    move(world, key, "1", RevisionStatus.IN_REVIEW)
    with pytest.raises(Refused, match="Revision 1 is in review already"):
        move(world, key, "1", RevisionStatus.IN_REVIEW)
    with pytest.raises(Refused, match="in review; it cannot be changed meanwhile"):
        product.discard_revision(part_id=key, revision="1", by=world.eli, at=NOW)
    move(world, key, "1", RevisionStatus.DRAFT)
    move(world, key, "1", RevisionStatus.IN_REVIEW)
    release(world, key, "1")
    with pytest.raises(Refused, match="Revision 1 is released; it cannot become draft"):
        move(world, key, "1", RevisionStatus.DRAFT)
    move(world, key, "1", RevisionStatus.OBSOLETE)
    assert stand(key) == [("1", "obsolete")]


def test_a_release_names_all_that_goes_in_and_is_not_released(world: World) -> None:
    from firstoff.db.models import BomLine

    made = make_bom(world.site)
    BomLine.objects.filter(part__number="CASE").update(child=None)
    make_parts(world.site, "JIG", procurement="make")
    jig = BomLine.objects.get(part__number="GLUE", revision=made["BOX"])
    BomLine.objects.filter(pk=jig.pk).update(part=reads.part(world.vic, "STOKE", "JIG").id)

    with pytest.raises(Refused) as refused:
        release(world, made["BOX"].part_id, "1")
    assert refused.value.details["stops"] == [
        "BRD revision 1 is draft; release it first.",
        "CASE revision 1 is draft; release it first.",
        "JIG is made here and has no revision; make one, or buy it.",
    ]
    assert BomLine.objects.get(part__number="CASE").child_id is None


def test_a_release_settles_which_revisions_go_in(world: World) -> None:
    from firstoff.db.models import BomLine

    made = make_bom(world.site)
    BomLine.objects.filter(part__number="CASE").update(child=None)
    for number in ("BRD", "CASE", "BOX"):
        release(world, made[number].part_id, "1")
    assert BomLine.objects.get(part__number="CASE").child_id == made["CASE"].pk


RAW = (
    "UPDATE firstoff_bomline SET quantity = 1",
    "DELETE FROM firstoff_bomline",
    "UPDATE firstoff_variant SET name = 'x'",
)


@pytest.mark.parametrize("statement", RAW)
def test_the_database_holds_the_lines_of_a_released_revision(world: World, statement: str) -> None:
    from firstoff.db.models import Variant

    made = make_bom(world.site, {"BRD": (("RES", "3", ""),)})["BRD"]
    Variant.objects.create(revision=made, code="EU", name="Europe")
    release(world, made.part_id, "1")

    refused = pytest.raises(DatabaseError, match="R-10")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_next_revision_has_the_lines_and_variants_of_the_one_before(world: World) -> None:
    from firstoff.db.models import Alternate, BomLine, Variant, VariantChange

    made = make_bom(world.site, {"BRD": (("RES", "3", "R1 R2 R3"), ("CAP", "2", ""))})["BRD"]
    first, last = BomLine.objects.order_by("position")
    other = make_parts(world.site, "RES-2")["RES-2"]
    Alternate.objects.create(part=first.part, line=first, alternate=other, note="0402")
    eu = Variant.objects.create(revision=made, code="EU", name="Europe")
    VariantChange.objects.create(variant=eu, line=last, fitted=True, quantity=Decimal(1))
    release(world, made.part_id, "1")

    draft = revise(world, made.part_id, note="Other resistor")

    rows = BomLine.objects.filter(revision=draft).order_by("position")
    assert [(r.part_id, r.quantity, r.designators) for r in rows] == [
        (first.part_id, 3, ["R1", "R2", "R3"]),
        (last.part_id, 2, []),
    ]
    assert Alternate.objects.get(line=rows[0]).note == "0402"
    change = VariantChange.objects.get(variant__revision=draft)
    assert (change.line_id, change.quantity, change.variant.code) == (rows[1].pk, 1, "EU")
    assert (draft.label, reads.part_revisions(made.part_id)[0].note) == ("A", "Other resistor")

    product.discard_revision(part_id=made.part_id, revision="A", by=world.eli, at=NOW)
    assert BomLine.objects.count() == 2
    assert Variant.objects.count() == VariantChange.objects.count() == 1


def test_a_draft_that_goes_into_another_is_not_discarded(world: World) -> None:
    made = make_bom(world.site)
    with pytest.raises(Refused, match="Revision 1 goes into BOX revision 1"):
        product.discard_revision(part_id=made["BRD"].part_id, revision="1", by=world.eli, at=NOW)


def test_a_draft_that_records_name_is_made_obsolete_instead(world: World) -> None:
    from firstoff.db.models import BomImport
    from firstoff.services import ledger

    made = make_bom(world.site, {"BRD": (("RES", "3", ""),)})["BRD"]
    with ledger.verb("test", by=world.eli, at=NOW, subject="x") as entry:
        entry.add(
            BomImport(revision=made, file_name="b.csv", sha256="0" * 64, kind="x", summary="{}")
        )

    product.discard_revision(part_id=made.part_id, revision="1", by=world.eli, at=NOW)
    assert stand(made.part_id) == [("1", "obsolete")]


@pytest.mark.parametrize("times", [1, 3])
def test_the_number_of_queries_does_not_grow(
    world: World, django_assert_num_queries: Any, times: int
) -> None:
    make_bom(world.site, {f"B-{n}": ((f"R-{n}", "1", ""),) for n in range(times)})

    with django_assert_num_queries(8):
        assert reads.parts(world.vic)[1] == 2 * times
