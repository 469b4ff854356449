"""Can so many be built by that day?"""

from dataclasses import replace
from datetime import date

import pytest

from firstoff.rules.sourcing.answering import Answer, build_answer
from firstoff.rules.sourcing.coverage import LineCoverage
from firstoff.rules.sourcing.standing import Colour
from tests.rules.sourcing.test_health import BUILD, GOOD, LATE, LATER, NONE

YES = replace(GOOD, colour=Colour.GREEN, blocked_units=0)
AMBER = replace(YES, colour=Colour.AMBER)
RED = replace(YES, colour=Colour.RED)
SILENT = replace(AMBER, blocked_units=500, days_late=0)


@pytest.mark.parametrize(
    ("lines", "answer"),
    [
        ([], Answer.NOT_KNOWN),
        ([YES], Answer.YES),
        ([YES, AMBER], Answer.AT_RISK),
        ([AMBER, RED], Answer.NOT_YET),
        ([SILENT, YES], Answer.NOT_KNOWN),
        ([LATE, YES], Answer.NO),
        ([NONE, YES], Answer.NO),
    ],
)
def test_the_worst_line_answers(lines: list[LineCoverage], answer: Answer) -> None:
    assert build_answer(lines, BUILD).answer is answer


def test_the_earliest_day_is_that_of_the_last_part() -> None:
    found = build_answer([LATE, LATER, YES], BUILD)
    assert found.earliest == date(2026, 7, 30)
    assert found.sentence == "As offers stand, all of it is here on 2026-07-30 at the earliest."


def test_no_day_is_named_where_one_part_has_none() -> None:
    assert build_answer([LATE, NONE], BUILD).earliest is None


def test_the_question_names_the_day_only_where_there_is_one() -> None:
    asked = build_answer([], BUILD), build_answer([], replace(BUILD, needed_by=None))
    assert [a.question for a in asked] == [
        "Can we build 500 by 2026-07-01?",
        "Can we build 500?",
    ]


def test_what_stops_the_gate_is_counted() -> None:
    assert build_answer([RED, RED], BUILD).sentence == "2 lines stop gate 3."
