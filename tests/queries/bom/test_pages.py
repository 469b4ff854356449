"""What the pages of parts ask: trees that open, figures that are kept, parts to choose from."""

from typing import Any

import pytest

from firstoff.db.models import BomLine, ManufacturerPart, Part, PartRevision
from firstoff.errors import NotFound
from firstoff.queries.bom import figures as counted
from firstoff.queries.bom.figures import figures
from firstoff.queries.bom.listing import part_list
from firstoff.queries.bom.standing import stops_of
from firstoff.queries.bom.tree import MOST, Left, tree
from firstoff.services import product
from firstoff.terms import RevisionStatus
from tests.building import make_bom
from tests.conftest import NOW, World


def shown(found: Any) -> list[tuple[int, str, bool]]:
    return [(one.level, one.part_number, one.open) for one in found]


def test_a_tree_opens_where_it_is_asked_to(world: World) -> None:
    box = make_bom(world.site)["BOX"]
    closed = tree(world.eli, box.pk)
    assert [one.level for one in closed] == [1, 1, 1, 1]
    case = closed[1].path
    assert shown(tree(world.eli, box.pk, [case])) == [
        (1, "BRD", False),
        (1, "CASE", True),
        (2, "LID", False),
        (2, "SCREW", False),
        (1, "SCREW", False),
        (1, "GLUE", False),
    ]
    # What is open under something closed, or is nowhere, shows nothing.
    assert shown(tree(world.eli, box.pk, ["9.9", f"{case}.1"])) == shown(closed)


def test_the_revision_that_is_meant_goes_in_where_a_line_names_none(world: World) -> None:
    box = make_bom(world.site)["BOX"]
    BomLine.objects.filter(revision=box).update(child=None)
    first = tree(world.eli, box.pk)[0]
    assert (first.child_label, first.lines) == ("1", 3)


def test_long_levels_say_how_many_are_left(world: World) -> None:
    lines = tuple((f"P{n}", "1", "") for n in range(MOST + 5))
    big = make_bom(world.site, {"BIG": lines})["BIG"]
    found = tree(world.eli, big.pk)
    assert (len(found), found[-1]) == (MOST + 1, Left("", 1, big.pk, 5))


def test_a_tree_of_another_site_is_not_there(world: World) -> None:
    box = make_bom(world.site)["BOX"]
    with pytest.raises(NotFound):
        tree(world.cy, box.pk)


def test_figures_are_kept_until_something_is_written(world: World, monkeypatch: Any) -> None:
    monkeypatch.setattr(counted, "_MANY", 1)
    box = make_bom(world.site)["BOX"]
    assert figures(world.eli, box.pk).head.lines == 4
    BomLine.objects.filter(revision=box, position=4).delete()
    assert figures(world.eli, box.pk).head.lines == 4  # behind the ledger's back
    part = Part.objects.get(number="GLUE")
    product.retire_part(part_id=part.pk, by=world.eli, at=NOW)
    assert figures(world.eli, box.pk).head.lines == 3
    with pytest.raises(NotFound):
        figures(world.cy, box.pk)


def test_parts_are_chosen_by_how_they_live(world: World) -> None:
    made = make_bom(world.site)
    PartRevision.objects.filter(pk=made["BRD"].pk).update(status=RevisionStatus.RELEASED)
    chip = Part.objects.get(number="CHIP")
    ManufacturerPart.objects.create(part=chip, manufacturer="M", mpn="M1", lifecycle="nrnd")

    def numbers(lifecycle: str) -> list[str]:
        found = part_list(world.eli, world.site.pk, lifecycle=lifecycle)
        return [one.number for one in found.parts]

    assert numbers("released") == ["BRD"]
    assert numbers("draft") == ["BOX", "CASE"]
    assert numbers("supply-nrnd") == ["CHIP"]
    assert len(numbers("nonsense")) == 9


def test_what_stops_a_release_is_said_as_the_refusal_says_it(world: World) -> None:
    made = make_bom(world.site)
    assert stops_of(made["BOX"].pk) == (
        "BRD revision 1 is draft; release it first.",
        "CASE revision 1 is draft; release it first.",
    )
    assert stops_of(made["BRD"].pk) == ()
