"""Reading definitions: the same number of SQL queries whatever there is to read."""

from dataclasses import replace
from typing import Any

import pytest

from firstoff.queries import plan, product
from firstoff.services import plan as verbs
from firstoff.services import product as program_verbs
from tests.conftest import NOW, World
from tests.making import CROCK


def load(world: World, places: int) -> int:
    """As many programs as asked; the first has as many plans, baselines and codes."""
    for n in range(places):
        program = replace(CROCK.program, code=f"CC-{n + 1}")
        wanted = replace(CROCK, program=program, part=f"CC-{n + 1}")
        verbs.load_definition(site_id=world.site.pk, definition=wanted, by=world.eli, at=NOW)
    first = product.program(world.eli, "STOKE", "CC-1").id
    for n in range(places):
        if n:
            last = CROCK.operations[-1]
            more = (*CROCK.operations, *(replace(last, seq=100 + k) for k in range(n)))
            wanted = replace(CROCK, part="CC-1", plan=str(n + 1), operations=more)
            verbs.load_definition(site_id=world.site.pk, definition=wanted, by=world.eli, at=NOW)
        verbs.freeze_baseline(program_id=first, by=world.eli, at=NOW)
    return first


@pytest.mark.parametrize("places", [1, 3])
def test_the_number_of_queries_does_not_grow(
    world: World, django_assert_num_queries: Any, places: int
) -> None:
    first = load(world, places)
    today = NOW.date()

    with django_assert_num_queries(2):
        assert len(product.programs(world.vic)[0]) == places
    with django_assert_num_queries(1):
        product.program(world.vic, "STOKE", "CC-1")
    with django_assert_num_queries(2):
        product.revisions(world.vic, first)
    with django_assert_num_queries(3):
        product.characteristics(world.vic, first, "C")
    with django_assert_num_queries(22):
        assert len(plan.definition(world.vic, first).plans) == places
    with django_assert_num_queries(3):
        assert len(plan.baselines(world.vic, first)[0]) == places
    with django_assert_num_queries(3):
        plan.equipment(world.vic, world.site.pk, today=today)
    with django_assert_num_queries(2):
        plan.defect_codes(world.vic, first)
    frozen = plan.baselines(world.vic, first)[0]
    with django_assert_num_queries(4):
        plan.compare(world.vic, first, frozen[0].digest, frozen[-1].digest)


def test_a_page_of_programs_and_the_true_total(world: World) -> None:
    load(world, 3)

    page, total = product.programs(world.vic, offset=1, limit=1)
    assert ([p.code for p in page], total) == (["CC-2"], 3)
    assert [p.code for p in product.programs(world.vic, search="-3")[0]] == ["CC-3"]
    assert product.programs(world.cy) == ((), 0)


def test_a_definition_says_what_stops_its_freeze_and_what_the_gate_will_ask_for(
    world: World,
) -> None:
    made = program_verbs.create_program(
        site_id=world.site.pk, code="X-1", name="Thing", by=world.eli, at=NOW
    )
    verbs.set_operations(
        program_id=made.pk,
        revision="A",
        plan="1",
        operations=[replace(CROCK.operations[0], standard_minutes=None, jig_not_needed=False)],
        by=world.eli,
        at=NOW,
    )

    view = plan.definition(world.vic, made.pk)
    assert view.stops == (
        "The part revision is a draft; release it first.",
        "The process plan is a draft; release it first.",
    )
    assert [g.sentence for g in view.plan_gaps] == [
        "Operation 10, Fit the ring, names no jig, nor that none is needed.",
        "Operation 10, Fit the ring, has no standard time.",
    ]
    assert (view.gap_count, view.standard_minutes, view.frozen) == (2, None, None)


def test_a_definition_shows_whether_it_is_frozen(world: World) -> None:
    first = load(world, 1)

    view = plan.definition(world.vic, first)
    assert view.frozen is not None
    assert (view.frozen.digest, view.stops) == (view.digest, ())
    assert plan.baseline_text(world.vic, first, view.digest[:6]) == view.content
    assert str(view.standard_minutes) == "4.0"


def test_a_definition_can_be_carried_to_another_site(world: World) -> None:
    first = load(world, 1)
    plan_here = plan.definition(world.vic, first)

    carried = plan.as_definition(world.vic, first)
    loaded = verbs.load_definition(
        site_id=world.other_site.pk, definition=carried, by=world.cy, at=NOW
    )

    assert plan.definition(world.cy, loaded.program_id).digest == plan_here.digest
    assert [e.code for e in carried.equipment] == ["J-02"]
