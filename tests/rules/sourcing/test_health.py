"""What to do first."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from firstoff.rules.sourcing.buying import PartNeed
from firstoff.rules.sourcing.coverage import Coverage, LineCoverage, judge_line
from firstoff.rules.sourcing.health import bom_health, worst_first
from firstoff.rules.sourcing.standing import CheckKind, Colour, LineFacts
from firstoff.rules.sourcing.values import (
    Approval,
    Build,
    LineNeed,
    ManufacturerPartFacts,
    Offer,
    PriceBreak,
    Source,
)
from firstoff.terms import Lifecycle, RunKind

D = Decimal
BUILD = Build(RunKind.PRODUCTION, 500, date(2026, 4, 1), date(2026, 7, 1))


def line(
    part: str, days: int | None, *, on_hand: int = 0, sources: int = 2, key: str = ""
) -> LineCoverage:
    offered = Offer(
        part, "Acme", "n", part, "USD", (PriceBreak(D(1), D("0.5")),), lead_time_days=days
    )
    named = [
        Source(
            ManufacturerPartFacts(f"{part}{i}", f"{part}{i}", "", Lifecycle.ACTIVE),
            (Approval(),),
            (offered,),
        )
        for i in range(sources)
    ]
    need = PartNeed(part, D(500), on_hand=D(on_hand))
    return judge_line(LineFacts(LineNeed(key or part, part, D(1)), need, tuple(named)), BUILD)


GOOD = line("R-1", 7)
LATE = line("U-1", 100)
LATER = line("U-2", 120, on_hand=400)
NONE = line("X-1", None, sources=0)
SINGLE = line("J-1", 7, sources=1)


def test_what_blocks_most_comes_first() -> None:
    found = bom_health([GOOD, SINGLE, LATER, LATE, NONE], BUILD)
    assert [(t.part, t.kind.value, t.blocks, t.why) for t in found.tasks] == [
        ("U-1", "lead_time", 500, "All 500 units wait for 9 days."),
        ("X-1", "coverage", 500, "All 500 units wait."),
        ("U-2", "lead_time", 100, "100 of 500 units wait for 29 days."),
        ("J-1", "single_source", 0, "May come to stop the 500 units."),
    ]
    assert found.tasks[0].do == (
        "Qualify an alternate that is stocked, find 500 in stock, or move the build to 2026-07-10."
    )


def test_the_lines_are_counted_by_colour_verdict_and_look() -> None:
    found = bom_health([GOOD, SINGLE, LATER, LATE, NONE], BUILD)
    assert found.colours == {Colour.RED: 3, Colour.AMBER: 1, Colour.GREEN: 1}
    assert found.verdicts == {
        Coverage.NOT_COVERED: 1,
        Coverage.AT_RISK: 2,
        Coverage.SINGLE_SOURCE: 1,
        Coverage.COVERED: 1,
    }
    assert found.checks[CheckKind.LEAD_TIME] == {
        Colour.RED: 2,
        Colour.AMBER: 1,
        Colour.GREEN: 2,
    }
    assert (found.served_units, found.sentence) == (
        0,
        "5 lines: 3 red, 1 amber, 1 green. 3 parts stand between you and 500 units: "
        "there is material for none in time.",
    )


def test_lines_of_one_part_are_one_thing_to_do() -> None:
    twice = [line("U-1", 100, key="1"), line("U-1", 100, key="7")]
    (task,) = bom_health(twice, BUILD).tasks
    assert (task.lines, task.also) == (("1", "7"), (CheckKind.SINGLE_SOURCE,))


def test_nothing_to_do_is_said_so() -> None:
    found = bom_health([GOOD], BUILD)
    assert (found.tasks, found.sentence) == (
        (),
        "1 line: 1 green. Material for 500 units can be here in time.",
    )
    assert bom_health([], BUILD).sentence == "The bill of materials has no line yet."


def test_the_page_begins_with_the_worst_line() -> None:
    found = worst_first([GOOD, SINGLE, LATER, LATE, NONE])
    assert [c.line.part for c in found] == ["U-1", "X-1", "U-2", "J-1", "R-1"]


@given(st.lists(st.tuples(st.integers(1, 200), st.integers(0, 600)), max_size=30))
def test_there_are_ten_tasks_at_most_and_red_ones_first(facts: list[tuple[int, int]]) -> None:
    lines = [line(f"P-{i}", days, on_hand=here) for i, (days, here) in enumerate(facts)]
    found = bom_health(lines, BUILD)
    assert len(found.tasks) == min(10, len(lines) - found.colours[Colour.GREEN])
    ranks = [(t.colour is not Colour.RED, -t.blocks) for t in found.tasks]
    assert ranks == sorted(ranks)
    assert found.served_units == 500 - max((c.blocked_units for c in lines), default=0)
    assert replace(found, tasks=()).lines == len(lines)
