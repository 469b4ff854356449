"""Questions about what was recorded as stations record it."""

from typing import Any

import pytest

from firstoff.db.keys import keys
from firstoff.db.models import Lot as Material
from firstoff.db.models import Unit
from firstoff.queries import trace
from firstoff.rules.trace import AsOf, Question
from firstoff.rules.trace.conditions import Lot
from firstoff.terms import Place
from tests.conftest import World
from tests.queries.trace.genealogy import hour
from tests.recording import lot, post, rec, unit

TOP = {"part": "TOP", "serial": "T-1"}


def at_risk(world: World, code: str, as_of: Any = None) -> list[str]:
    ids = trace.at_risk_ids(Question((Lot(code),), as_of), world.site.pk).tolist()
    return sorted(Unit.objects.filter(pk__in=ids).values_list("serial", flat=True))


def story(world: World, part: str = "TOP", serial: str = "T-1", as_of: Any = None) -> Any:
    return trace.story(world.vic, "STOKE", part, serial, as_of)


@pytest.fixture
def recorded(world: World) -> None:
    """A unit of two boards; one is replaced after the first shipment came back."""
    post(
        world,
        *lot("A"),
        *lot("B"),
        unit("T-1", "TOP"),
        *(unit(f"B-{n}", "BOARD") for n in (1, 2, 3)),
        rec("lot_split", lot="A", into=[{"lot": "A-2", "quantity": "2"}], at=hour(1)),
    )
    post(
        world,
        rec("lot_status", lot="A-2", part="GLZ", status="accepted", reason="of A", at=hour(1)),
        rec(
            "consume", part="BOARD", serial="B-1", items=[{"lot": "A", "quantity": "1"}],
            at=hour(2),
        ),
        rec(
            "consume", part="BOARD", serial="B-2", items=[{"lot": "A-2", "quantity": "1"}],
            at=hour(2),
        ),
        rec(
            "consume", part="BOARD", serial="B-3", items=[{"lot": "B", "quantity": "0.5"}],
            at=hour(2),
        ),
        rec("install", **TOP, child={"part": "BOARD", "serial": "B-1"}, position="1", at=hour(3)),
        rec("pack", package="PK-1", units=[TOP], at=hour(4)),
        rec("ship", shipment="SO-1", customer="Acme", packages=["PK-1"], at=hour(5)),
        rec("return", **TOP, customer="Acme", failure="leaks", at=hour(6)),
        rec(
            "remove", **TOP, child={"part": "BOARD", "serial": "B-1"}, reason="leaks",
            replaced_by={"part": "BOARD", "serial": "B-3"}, at=hour(7),
        ),
    )  # fmt: skip


def test_what_is_inside_now_then_and_when_it_went(world: World, recorded: None) -> None:
    assert {
        "now": at_risk(world, "A"),
        "then": at_risk(world, "A", hour(4)),
        "shipped": at_risk(world, "A", AsOf.SHIPPED),
        "ever": at_risk(world, "A", AsOf.EVER),
        # What came out of the split is the same material, and so is what it came from.
        "split": at_risk(world, "A-2"),
        "replacement": at_risk(world, "B"),
        "replacement, as shipped": at_risk(world, "B", AsOf.SHIPPED),
    } == {
        "now": ["B-1", "B-2"],
        "then": ["B-1", "B-2", "T-1"],
        "shipped": ["T-1"],
        "ever": ["B-1", "B-2", "T-1"],
        "split": ["B-1", "B-2"],
        "replacement": ["B-3", "T-1"],
        "replacement, as shipped": [],
    }


def test_who_has_to_be_called_is_kept_ready(world: World, recorded: None) -> None:
    kept = {
        code: [
            Unit.objects.get(pk=key).serial
            for key in trace.shipped_with(
                keys(Material.objects.filter(code=code).values_list("pk", flat=True))
            )
        ]
        for code in ("A", "B", "A-2")
    }
    assert kept == {"A": ["T-1"], "B": ["T-1"], "A-2": []}


def test_the_story_of_a_unit_that_came_back(world: World, recorded: None) -> None:
    found = story(world)
    assert [h.what for h in found.timeline] == [
        "Started",
        "B-1 installed",
        "Shipped to Acme",
        "Returned by Acme",
        "B-1 removed",
        "B-3 installed",
    ]
    assert (found.where.place, found.where.customer) == (Place.RETURNED, "Acme")
    (part,), (gone,) = found.tree.lines, found.tree.removed
    assert (part.first, [s.lot.code for s in part.lots]) == ("B-3", ["B"])
    assert gone.removal is not None
    assert (gone.serial, gone.removal.reason, gone.removal.replaced_by) == ("B-1", "leaks", "B-3")


def test_a_part_taken_out_is_in_stock_again(world: World, recorded: None) -> None:
    found = story(world, "BOARD", "B-1")
    assert found.where.place is Place.STOCK
    assert [h.what for h in found.timeline][-2:] == ["Installed in T-1", "Removed from T-1"]
    assert [
        h.detail for h in story(world, "BOARD", "B-3").timeline if h.what.startswith("Mat")
    ] == ["B (0.5)"]


def test_each_unit_of_an_answer_says_where_it_is(world: World, recorded: None) -> None:
    answer = trace.at_risk(world.vic, world.site.pk, Question((Lot("B"),)))
    seen = {u.serial: (u.where.place, u.where.inside) for u in trace.page(answer).items}
    assert seen == {
        "T-1": (Place.RETURNED, None),
        "B-3": (Place.RETURNED, ("TOP", "T-1")),
    }
    assert {p.place: p.units for p in answer.counts.places} == {
        Place.RETURNED: 1,
        Place.INSTALLED: 1,
    }
