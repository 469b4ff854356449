"""Reading bills of materials: lines, explosion, where a part goes."""

from decimal import Decimal
from typing import Any

import pytest

from firstoff.errors import InvalidInput, NotFound
from firstoff.queries import bom
from firstoff.terms import CharacteristicClass, Lifecycle, Procurement, RevisionStatus
from tests.building import make_bom, make_parts
from tests.conftest import World


def places(found: Any) -> list[tuple[str, int, str]]:
    return [(n.part_number, n.level, f"{n.quantity.normalize():f}") for n in found]


def test_a_line_says_what_it_takes_and_from_whom(world: World) -> None:
    from firstoff.db.models import Alternate, BomLine, ManufacturerPart, Part

    made = make_bom(world.site)
    res = Part.objects.get(number="RES")
    ManufacturerPart.objects.create(part=res, manufacturer="Yageo", mpn="RC0603-10K", rank=2)
    ManufacturerPart.objects.create(part=res, manufacturer="Vishay", mpn="CRCW0603", rank=1)
    ManufacturerPart.objects.create(part=res, manufacturer="", mpn="ANY")
    row = BomLine.objects.get(revision=made["BRD"], part=res)
    other = make_parts(world.site, "RES-2", "RES-3")
    Alternate.objects.create(part=res, line=row, alternate=other["RES-2"])
    Alternate.objects.create(part=res, alternate=other["RES-3"], rank=2)
    BomLine.objects.filter(pk=row.pk).update(not_fitted=["R2"], classification="major")

    first, *_ = bom.lines_of(made["BRD"].pk)

    assert (first.position, first.find_number, first.part_number) == (1, "10", "RES")
    assert (first.quantity, first.unit, first.procurement) == (3, "", Procurement.BUY)
    assert first.classification is CharacteristicClass.MAJOR
    assert (first.not_fitted, first.fitted_designators) == (("R2",), ("R1", "R3"))
    assert [s.name for s in first.sources] == ["Vishay CRCW0603", "Yageo RC0603-10K", "ANY"]
    assert first.sources[0].lifecycle is Lifecycle.UNKNOWN
    assert [(a.number, a.line_id == row.pk) for a in first.alternates] == [
        ("RES-2", True),
        ("RES-3", False),
    ]


def test_an_assembly_names_the_revision_that_goes_in(world: World) -> None:
    made = make_bom(world.site)

    board, case, screw, glue = bom.lines_of(made["BOX"].pk)

    assert (board.child_id, board.child_label, board.child_lines) == (made["BRD"].pk, "1", 3)
    assert board.child_status is RevisionStatus.DRAFT
    assert (case.child_lines, screw.child_id, glue.quantity) == (2, None, Decimal("0.02"))


def test_a_page_a_search_and_the_true_total(world: World) -> None:
    made = make_bom(world.site)
    board, box = made["BRD"].pk, made["BOX"].pk

    page, total = bom.lines(world.vic, board, offset=1, limit=1)
    assert ([line.part_number for line in page], total) == (["CAP"], 3)
    assert numbers(world, board, search="c1") == ["CAP"]
    assert numbers(world, board, search="R") == ["RES"]
    assert numbers(world, board, search="R2") == ["RES"]
    assert numbers(world, box, only="assemblies") == ["BRD", "CASE"]
    assert numbers(world, box, only="without_source") == ["SCREW", "GLUE"]
    assert numbers(world, box, only="not_fitted") == []
    with pytest.raises(InvalidInput, match="expected one of assemblies"):
        bom.lines(world.vic, box, only="odd")


def numbers(world: World, revision: int, **asked: Any) -> list[str]:
    return [line.part_number for line in bom.lines(world.vic, revision, **asked)[0]]


def test_the_figures_of_a_revision(world: World) -> None:
    from firstoff.db.models import BomLine

    made = make_bom(world.site)
    BomLine.objects.filter(revision=made["BRD"], part__number="CAP").update(
        not_fitted=["C1", "C2"], fitted=False
    )

    found = bom.head(world.vic, made["BRD"].pk)
    assert (found.lines, found.pieces, found.designators, found.parts) == (3, 4, 6, 3)
    assert (found.do_not_populate, found.do_not_populate_designators) == (1, 2)
    assert (found.assemblies, found.without_source) == (0, 2)
    assert bom.head(world.vic, made["BOX"].pk).pieces == Decimal("5.02")
    assert bom.sections(world.vic, made["BOX"].pk) == (("", 4),)


def test_what_is_needed_through_all_levels(world: World) -> None:
    box = make_bom(world.site)["BOX"].pk

    assert places(bom.exploded(box, 10)) == [
        ("BRD", 1, "10"),
        ("RES", 2, "30"),
        ("CAP", 2, "20"),
        ("CHIP", 2, "10"),
        ("CASE", 1, "20"),
        ("LID", 2, "20"),
        ("SCREW", 2, "80"),
        ("SCREW", 1, "20"),
        ("GLUE", 1, "0.2"),
    ]
    assert places(bom.needs_of(world.vic, box, 10, leaves=True)) == [
        ("CAP", 2, "20"),
        ("CHIP", 2, "10"),
        ("GLUE", 1, "0.2"),
        ("LID", 2, "20"),
        ("RES", 2, "30"),
        ("SCREW", 2, "100"),
    ]


def test_what_is_not_fitted_is_not_needed_and_phantoms_are_passed_through(world: World) -> None:
    from firstoff.db.models import BomLine

    box = make_bom(world.site, phantoms=("CASE",))["BOX"].pk
    BomLine.objects.filter(part__number="BRD").update(fitted=False)

    assert places(bom.exploded(box)) == [
        ("LID", 1, "2"),
        ("SCREW", 1, "8"),
        ("SCREW", 1, "2"),
        ("GLUE", 1, "0.02"),
    ]


def test_a_line_of_a_part_made_here_that_names_no_revision_takes_the_one_that_is_meant(
    world: World,
) -> None:
    from firstoff.db.models import BomLine, Part

    made = make_bom(world.site)
    BomLine.objects.filter(revision=made["BOX"]).update(child=None)

    assert [(n.part_number, n.level) for n in bom.exploded(made["BOX"].pk)][:2] == [
        ("BRD", 1),
        ("RES", 2),
    ]
    assert bom.children_of([made["BOX"].pk])[made["BOX"].pk] == [made["BRD"].pk, made["CASE"].pk]
    used = bom.where_used(world.vic, Part.objects.get(number="SCREW").pk)
    assert [(u.level, u.part_number, int(u.quantity)) for u in used] == [
        (1, "BOX", 10),
        (1, "CASE", 4),
    ]


def test_a_variant_is_built_on_every_level_that_has_it(world: World) -> None:
    from firstoff.db.models import BomLine, Variant, VariantChange

    made = make_bom(world.site)
    parts = make_parts(world.site, "RES-HI")
    for name in ("BOX", "BRD"):
        Variant.objects.create(revision=made[name], code="EU", name="Europe")
    of_board = Variant.objects.get(revision=made["BRD"])
    of_box = Variant.objects.get(revision=made["BOX"])
    res = BomLine.objects.get(part__number="RES")
    case = BomLine.objects.get(part__number="CASE")
    change = VariantChange.objects.create
    change(variant=of_board, line=res, designator="R1", fitted=True, part=parts["RES-HI"])
    change(variant=of_board, line=res, designator="R2", fitted=False)
    change(variant=of_box, line=case, fitted=True, quantity=Decimal(1))

    found = bom.explosion(world.vic, made["BOX"].pk, variant="EU")
    assert places(found) == [
        ("BRD", 1, "1"),
        ("RES", 2, "1"),
        ("RES-HI", 2, "1"),
        ("CAP", 2, "2"),
        ("CHIP", 2, "1"),
        ("CASE", 1, "1"),
        ("LID", 2, "1"),
        ("SCREW", 2, "4"),
        ("SCREW", 1, "2"),
        ("GLUE", 1, "0.02"),
    ]
    assert [n.designators for n in found[1:3]] == [("R3",), ("R1",)]
    with pytest.raises(NotFound, match="no variant 'US'"):
        bom.exploded(made["BOX"].pk, variant="US")


def test_where_a_part_goes_through_all_levels(world: World) -> None:
    from firstoff.db.models import Part

    make_bom(world.site)
    screw, res = Part.objects.get(number="SCREW"), Part.objects.get(number="RES")

    used = bom.where_used(world.vic, screw.pk)
    assert [(u.level, u.part_number, u.label, int(u.quantity), u.default) for u in used] == [
        (1, "BOX", "1", 10, True),
        (1, "CASE", "1", 4, True),
    ]
    used = bom.where_used(world.vic, res.pk)
    assert [(u.level, u.part_number, int(u.quantity), u.designators) for u in used] == [
        (1, "BRD", 3, ("R1", "R2", "R3")),
        (2, "BOX", 3, ()),
    ]


def test_where_a_part_may_stand_for_another(world: World) -> None:
    from firstoff.db.models import Alternate, Part

    make_bom(world.site)
    other = make_parts(world.site, "RES-2")["RES-2"]
    Alternate.objects.create(part=Part.objects.get(number="RES"), alternate=other)

    used = bom.where_used(world.vic, other.pk)
    assert [(u.level, u.part_number, int(u.quantity), u.how) for u in used] == [
        (1, "BRD", 0, "alternate"),
        (2, "BOX", 0, "line"),
    ]


def test_the_revision_that_is_meant_is_the_newest_released_or_else_the_newest_draft(
    world: World,
) -> None:
    from firstoff.db.models import PartRevision

    part = make_parts(world.site, "P")["P"]
    assert bom.default_revision(part.pk) is None
    for label, status in (("1", "superseded"), ("2", "released"), ("3", "draft")):
        PartRevision.objects.create(part=part, label=label, status=status)
    assert bom.default_revision(part.pk).label == "2"  # type: ignore[union-attr]
    PartRevision.objects.filter(label="2").update(status="obsolete")
    assert bom.default_revision(part.pk).label == "3"  # type: ignore[union-attr]
    assert {k: v[1] for k, v in bom.default_revisions([part.pk]).items()} == {part.pk: "3"}


def test_somebody_from_another_site_sees_nothing(world: World) -> None:
    from firstoff.db.models import Part

    box = make_bom(world.site)["BOX"].pk
    screw = Part.objects.get(number="SCREW").pk
    asked = (
        lambda: bom.lines(world.cy, box),
        lambda: bom.head(world.cy, box),
        lambda: bom.sections(world.cy, box),
        lambda: bom.explosion(world.cy, box),
        lambda: bom.needs_of(world.cy, box),
        lambda: bom.where_used(world.cy, screw),
        lambda: bom.line(world.cy, bom.lines_of(box)[0].id),
    )
    for ask in asked:
        with pytest.raises(NotFound):
            ask()


@pytest.mark.parametrize("times", [1, 3])
def test_the_number_of_queries_does_not_grow(
    world: World, django_assert_num_queries: Any, times: int
) -> None:
    tree = {
        "BRD": tuple((f"RES-{n}", "3", f"R{n}") for n in range(times)),
        "BOX": tuple(("BRD", "1", "") for _ in range(times)),
    }
    made = make_bom(world.site, tree)
    from firstoff.db.models import Part

    part = Part.objects.get(number="RES-0").pk
    with django_assert_num_queries(7):
        bom.lines(world.vic, made["BOX"].pk)
    with django_assert_num_queries(4):
        bom.lines_of(made["BOX"].pk)
    with django_assert_num_queries(2):
        bom.head(world.vic, made["BRD"].pk)
    with django_assert_num_queries(6):
        bom.exploded(made["BOX"].pk)
    with django_assert_num_queries(13):
        bom.where_used(world.vic, part)


def test_two_revisions_side_by_side(world: World) -> None:
    from firstoff.db.models import BomLine, PartRevision

    made = make_bom(world.site)
    other = PartRevision.objects.create(part=made["BOX"].part, label="2")
    rows = list(BomLine.objects.filter(revision=made["BOX"]).order_by("position"))
    for row in rows[:3]:
        more = Decimal(1) if row.part.number == "CASE" else Decimal(0)
        BomLine.objects.create(
            revision=other,
            position=row.position,
            find_number=row.find_number,
            part=row.part,
            child=row.child,
            quantity=row.quantity + more,
        )

    found = bom.compare(world.vic, made["BOX"].pk, other.pk)
    assert (found.before, found.after) == ("BOX revision 1", "BOX revision 2")
    assert [(d.change.value, d.line.part, dict(d.fields)) for d in found.moved] == [
        ("changed", "CASE", {"quantity": (Decimal(2), Decimal(3))}),
        ("removed", "GLUE", {}),
    ]
    needs = bom.compare_needs(world.vic, made["BOX"].pk, other.pk)
    assert [(n.part, n.before, n.after) for n in needs] == [
        ("GLUE", Decimal("0.02"), 0),
        ("LID", 2, 3),
        ("SCREW", 10, 14),
    ]
    with pytest.raises(NotFound):
        bom.compare(world.cy, made["BOX"].pk, other.pk)


def test_a_revision_against_what_another_tool_says(world: World) -> None:
    board = make_bom(world.site)["BRD"].pk
    text = b'Reference,Part Number,Quantity\n"R1,R2",RES,2\n"C1,C2",CAP,2\nU2,CHIP-2,1\n'

    found = bom.compare_file(world.vic, board, [("other.csv", text)])
    assert found.compared == ("part", "quantity", "designators", "not_fitted", "fitted")
    assert [(d.change.value, d.line.part, sorted(d.fields)) for d in found.differences] == [
        ("changed", "RES", ["designators", "quantity"]),
        ("same", "CAP", []),
        ("added", "CHIP-2", []),
        ("removed", "CHIP", []),
    ]
