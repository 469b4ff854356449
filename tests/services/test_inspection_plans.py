"""Inspection plans: drafted out of the one list, changed, released, of bought parts too."""

from dataclasses import replace
from typing import Any

import pytest
from msgspec.structs import replace as with_

from firstoff.errors import InvalidInput, NotAllowed, NotFound, Refused, StaleState
from firstoff.queries.ledger import verify
from firstoff.queries.plan.inspection import inspection_plan, inspection_plans, plans_of_part
from firstoff.rules.plan import FrozenInspectionLine, FrozenInspectionPlan
from firstoff.rules.plan.inspection import InspectionSeen
from firstoff.rules.product import PartFacts, state_of
from firstoff.services import plan, product
from firstoff.services.plan.inspection import (
    create_inspection_plan,
    discard_inspection_plan,
    propose_inspection_lines,
    release_inspection_plan,
    set_inspection_plan,
)
from firstoff.terms import CharacteristicClass, InspectionKind
from tests.conftest import NOW, World
from tests.making import CROCK

pytestmark = pytest.mark.django_db
SCRATCH = replace(
    CROCK.characteristics[1],
    number="3",
    name="Scratches",
    classification=CharacteristicClass.MINOR,
)
RICH = replace(CROCK, characteristics=(*CROCK.characteristics, SCRATCH))


@pytest.fixture
def of(world: World) -> dict[str, Any]:
    loaded = plan.load_definition(site_id=world.site.pk, definition=RICH, by=world.eli, at=NOW)
    return {"program_id": loaded.program_id, "revision": "C", "by": world.eli, "at": NOW}


def release(of: dict[str, Any], kind: str = "first_article", label: str = "1") -> None:
    release_inspection_plan(**of, kind=kind, label=label)


def test_each_kind_begins_with_what_it_asks_for(world: World, of: dict[str, Any]) -> None:
    made = {k: create_inspection_plan(**of, kind=k) for k in InspectionKind}
    assert {k: [line.characteristic for line in p.lines] for k, p in made.items()} == {
        "incoming": ["1"],
        "first_article": ["1", "2", "3"],
        "in_process": ["1", "2"],
        "top_of_production": ["1", "2"],
        "final": ["1", "2"],
    }
    found = inspection_plans(world.vic, of["program_id"])
    assert [p.sample(500).size for p in found.plans] == [80, 1, 17, 5, 50]
    (interval,) = [p for p in found.plans if p.facts.kind == "in_process"]
    assert (interval.sample(500).scheme, interval.sample(40).scheme) == ("1 in 30", "1 in 4")
    assert [p.gaps for p in found.plans] == [
        (),
        ("2 Glaze colour has neither a method nor a gauge.",),
        ("2 Glaze colour has neither a method nor a gauge.",),
        ("2 Glaze colour has neither a method nor a gauge.",),
        ("2 Glaze colour has neither a method nor a gauge.",),
    ]


def test_a_release_is_refused_with_every_reason(world: World, of: dict[str, Any]) -> None:
    create_inspection_plan(**of, kind="first_article")
    empty = FrozenInspectionPlan(kind="first_article", label="1", sampling={"kind": "all"})
    set_inspection_plan(**of, plan=empty)
    with pytest.raises(Refused) as refused:
        release(of)
    assert refused.value.code == "R-10"
    assert refused.value.details["stops"] == [
        "It has no line.",
        "1 Lid clearance is not on the plan.",
        "2 Glaze colour is not on the plan.",
        "3 Scratches is not on the plan.",
    ]
    propose_inspection_lines(**of, kind="first_article", label="1")
    release(of)
    with pytest.raises(Refused, match="cannot be changed"):
        set_inspection_plan(**of, plan=empty)
    with pytest.raises(Refused, match="released already"):
        release(of)
    assert create_inspection_plan(**of, kind="first_article").label == "2"
    with pytest.raises(Refused, match="still a draft"):
        create_inspection_plan(**of, kind="first_article")
    release(of, label="2")
    found = inspection_plans(world.vic, of["program_id"]).plans
    assert [(p.facts.label, p.status) for p in found] == [("2", "released"), ("1", "superseded")]
    assert verify().broken is None


def test_a_draft_revision_stops_a_release_and_takes_plans_along(
    world: World, of: dict[str, Any]
) -> None:
    create_inspection_plan(**of, kind="final")
    product.create_revision(program_id=of["program_id"], by=world.eli, at=NOW)
    next_one = {**of, "revision": "D"}
    assert inspection_plan(world.vic, of["program_id"], kind="final")[1].facts.lines != ()
    with pytest.raises(Refused, match="Revision D is not released"):
        release(next_one, "final")
    discard_inspection_plan(**next_one, kind="final", label="1")
    with pytest.raises(NotFound):
        release(next_one, "final")


def test_sampling_that_means_nothing_is_told_with_its_line(
    world: World, of: dict[str, Any]
) -> None:
    made = create_inspection_plan(**of, kind="incoming")
    for sampling in (
        {"kind": "interval"},
        {"kind": "some"},
        {"kind": "fixed"},
        {"kind": "fixed", "n": 0},
        {"kind": "fixed", "n": True},
        {"kind": "fixed", "n": 5, "colour": "blue"},
        {"kind": "aql", "aql": "0.66"},
        {"kind": "aql"},
        {"kind": "aql", "aql": "1.0", "level": "IV"},
        {"kind": "c0", "ltpd": "10"},
        {"kind": "c0", "ltpd": "nan"},
        {"kind": "c0", "ltpd": [1]},
    ):
        with pytest.raises(InvalidInput) as refused:
            set_inspection_plan(**of, plan=with_(made, sampling=sampling))
        assert refused.value.details["field"] == "sampling"
        line = with_(made.lines[0], sampling=sampling)
        with pytest.raises(InvalidInput) as refused:
            set_inspection_plan(**of, plan=with_(made, lines=(line,)))
        assert refused.value.details["row"] == 0
    twice = with_(made, lines=(made.lines[0], made.lines[0]))
    with pytest.raises(InvalidInput, match="twice"):
        set_inspection_plan(**of, plan=twice)
    ghost = with_(made, lines=(FrozenInspectionLine(characteristic="99"),))
    with pytest.raises(InvalidInput, match="no characteristic 99"):
        set_inspection_plan(**of, plan=ghost)
    said = set_inspection_plan(**of, plan=with_(made, sampling={"kind": "c0", "ltpd": "0.1"}))
    assert said.sampling == {"kind": "c0", "ltpd": "0.1", "confidence": "0.9"}
    (one,) = inspection_plans(world.vic, of["program_id"]).plans
    assert (one.sample(500).size, one.sample(500).accept) == (22, 0)


def test_who_may_and_who_was_quicker(world: World, of: dict[str, Any]) -> None:
    made = create_inspection_plan(**of, kind="final")
    seen = state_of([InspectionSeen(made)])
    set_inspection_plan(**of, plan=with_(made, note="At the packing bench."), seen=seen)
    with pytest.raises(StaleState):
        set_inspection_plan(**of, plan=made, seen=seen)
    with pytest.raises(NotAllowed):
        release({**of, "by": world.ben}, "final")
    with pytest.raises(NotFound):
        release({**of, "by": world.cy}, "final")
    with pytest.raises(InvalidInput, match="no inspection of the kind"):
        create_inspection_plan(**of, kind="monthly")


def test_a_bought_part_has_its_incoming_plan(world: World, of: dict[str, Any]) -> None:
    part_id = product.create_part(
        site_id=world.site.pk, part=PartFacts("RING", "Seal ring"), by=world.eli, at=NOW
    ).pk
    product.create_revision(part_id=part_id, label="A", by=world.eli, at=NOW)
    here = {"part_id": part_id, "revision": "A", "by": world.eli, "at": NOW}
    create_inspection_plan(**here, kind="incoming")
    (found,) = plans_of_part(world.vic, world.site.pk, "RING").plans
    assert (found.facts.lines, found.draft) == ((), True)
    product.release_revision(part_id=part_id, revision="A", by=world.eli, at=NOW)
    product.create_revision(part_id=part_id, label="B", by=world.eli, at=NOW)
    (taken,) = plans_of_part(world.vic, world.site.pk, "RING", revision="B").plans
    assert (taken.facts, taken.draft) == (found.facts, True)
    with pytest.raises(NotFound):
        plans_of_part(world.cy, world.site.pk, "RING")
