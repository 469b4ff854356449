"""Action priority against the handbook's table, and rows of the PFMEA."""

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from firstoff.errors import InvalidInput
from firstoff.rules.review import (
    FailureModeFacts,
    action_priority,
    check_failure_mode,
    priorities,
    priority_letters,
)


def test_every_rating_has_the_priority_of_the_table(shared: Path) -> None:
    with (shared / "cases/forms/pfmea_action_priority.csv").open() as file:
        rows = list(csv.DictReader(file))

    def span(text: str) -> range:
        low, _, high = text.partition("-")
        return range(int(low), int(high or low) + 1)

    compared = 0
    for row in rows:
        for column, detections in (
            ("D7-10", "7-10"),
            ("D5-6", "5-6"),
            ("D2-4", "2-4"),
            ("D1", "1"),
        ):
            for s in span(row["S"]):
                for o in span(row["O"]):
                    for d in span(detections):
                        assert (s, o, d, action_priority(s, o, d)) == (s, o, d, row[column])
                        compared += 1
    assert compared == 1000


@pytest.mark.parametrize(
    ("ratings", "priority"),
    [
        ((10, 10, 10), "H"),
        ((10, 2, 4), "L"),  # S 9 to 10 is not always high
        ((10, 1, 10), "L"),
        ((8, 5, 1), "M"),
        ((6, 8, 4), "M"),
        ((3, 8, 7), "M"),
        ((1, 10, 10), "L"),
    ],
)
def test_severity_counts_first_then_occurrence_then_detection(
    ratings: tuple[int, int, int], priority: str
) -> None:
    assert action_priority(*ratings) == priority


@pytest.mark.parametrize("ratings", [(0, 1, 1), (1, 11, 1), (1, 1, -1)])
def test_a_rating_outside_one_to_ten_is_refused(ratings: tuple[int, int, int]) -> None:
    with pytest.raises(InvalidInput, match="expected a rating from 1 to 10"):
        action_priority(*ratings)


ROW = FailureModeFacts("Lid does not seat", severity=7, occurrence=6, detection=7)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"failure_mode": " "}, "failure_mode"),
        ({"severity": 11}, "severity"),
        ({"action_state": "later"}, "action_state"),
        ({"action_state": "none needed"}, "action_taken"),
    ],
)
def test_a_row_that_says_nothing_is_refused(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_failure_mode(replace(ROW, **changes))
    assert refused.value.details["field"] == field


def test_a_high_row_is_open_until_it_was_acted_on() -> None:
    done = replace(
        ROW, action_state="done", action_taken="Relief skim", action_due=date(2026, 5, 1)
    )
    assert (ROW.open, done.open) == (True, False)
    assert priorities([ROW, done, FailureModeFacts("Chipped rim")]) == {
        "H": 2,
        "M": 0,
        "L": 0,
        "": 1,
    }


def test_the_letters_of_a_page_are_the_table() -> None:
    letters = priority_letters()
    rated = [(s, o, d) for s in range(1, 11) for o in range(1, 11) for d in range(1, 11)]
    assert [letters[(s - 1) * 100 + (o - 1) * 10 + d - 1] for s, o, d in rated] == [
        action_priority(*one) for one in rated
    ]
