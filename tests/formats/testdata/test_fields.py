"""Words in the cells of a unit log: what they mean, and what is refused as having two meanings."""

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from firstoff.formats.testdata.fields import (
    Unreadable,
    attempt,
    cause_class,
    decimal,
    minutes,
    moment,
    outcome,
)
from firstoff.terms import Attempt, CauseClass, OperationOutcome

BERLIN = ZoneInfo("Europe/Berlin")


def expected(read, text, *given, **named) -> str:
    with pytest.raises(Unreadable) as caught:
        read(text, *given, **named)
    return caught.value.expected


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2026-03-04T07:30:00Z", (7, 30)),
        ("2026-03-04 07:30", (6, 30)),
        ("2026-03-04T07:30:15.250+02:00", (5, 30)),
        ("2026-03-04 07:30 +0530", (2, 0)),
        ("2026/3/4 7:30", (6, 30)),
        ("04.03.2026 07:30", (6, 30)),
        ("4 Mar 2026 7:30 PM", (18, 30)),
        ("March 4, 2026, 12:30 am", (23, 30)),
        ("13/03/2026 07:30", (6, 30)),
        ("03/13/2026 07:30", (6, 30)),
        ("3/3/2026 07:30", (6, 30)),
    ],
)
def test_a_time_is_read_in_its_common_forms(text, found):
    read = moment(text, BERLIN)
    assert ((read.hour, read.minute), read.tzinfo) == (found, UTC)


def test_a_time_keeps_its_seconds_and_its_day():
    assert moment("2026-03-04 00:30:15,5", BERLIN) == datetime(
        2026, 3, 3, 23, 30, 15, 500_000, tzinfo=UTC
    )


ISO = "a date and time as 2026-03-04 07:30 (year-month-day)"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("03/04/2026 07:30", f"{ISO}; day and month can be taken either way"),
        ("3-4-2026 07:30", f"{ISO}; day and month can be taken either way"),
        ("2026-03-04", f"{ISO}; there is no time of day"),
        ("2026-02-30 07:30", f"{ISO}; there is no such day or time"),
        ("2026-03-04 25:00", f"{ISO}; there is no such day or time"),
        ("2026-03-04 13:00 pm", ISO),
        ("46085.3125", ISO),
        ("yesterday", ISO),
        ("0026-03-04 07:30", "a year from 1990 to 2100"),
        ("2026-03-04 07:30+23:00", "an offset from UTC as +02:00"),
        (
            "2026-03-29 02:30",
            "a time that exists in Europe/Berlin: the clocks go forward then",
        ),
        (
            "2026-10-25 02:30",
            "the offset as well (+02:00): the clocks of Europe/Berlin show this hour twice",
        ),
    ],
)
def test_a_time_that_can_mean_two_things_or_none_is_refused(text, said):
    assert expected(moment, text, BERLIN) == said


def test_an_offset_settles_the_hour_that_comes_twice():
    assert moment("2026-10-25 02:30+01:00", BERLIN) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("11", "11"),
        ("11.5", "11.5"),
        ("11,5", "11.5"),
        ("11 min", "11"),
        ("11:30", "11.5"),
        ("1:11:30", "71.5"),
        ("10:00", "10"),
        ("0:00:20", "0.33333333"),
        ("0", "0"),
        ("90:00", "90"),
    ],
)
def test_minutes_are_read_as_a_number_or_a_clock(text, found):
    assert minutes(text, comma=True) == Decimal(found)


@pytest.mark.parametrize("text", ["11:75", "1:75:00", "soon", "nan", "inf", "1e3", "1.234,5", "٣"])
def test_minutes_that_are_none_are_refused(text):
    assert expected(minutes, text, comma=True).startswith(
        "minutes (11.5), mm:ss (11:30) or h:mm:ss"
    )


def test_minutes_are_neither_negative_nor_without_end():
    said = "a duration of 0 to 1,000,000 minutes"
    assert expected(minutes, "-1", comma=False) == said
    assert expected(minutes, "1000001", comma=False) == said


def test_a_decimal_comma_needs_another_delimiter():
    assert decimal("0,05", comma=True) == Decimal("0.05")
    assert expected(decimal, "0,05", comma=False) == "a number with a decimal point"


@pytest.mark.parametrize("text", ["pass", "OK", "Good", "1", "Yes", "TRUE", "i.O.", "passed"])
def test_words_for_pass(text):
    assert outcome(text) is OperationOutcome.PASS


@pytest.mark.parametrize("text", ["FAIL", "nok", "Not OK", "reject", "0", "no", "n.i.O.", "False"])
def test_words_for_fail(text):
    assert outcome(text) is OperationOutcome.FAIL


def test_words_for_not_judged_and_for_nothing_known():
    assert [outcome(text) for text in ("", "-", "n/a", "not judged")] == [None] * 4
    assert expected(outcome, "perhaps") == (
        "pass or fail (ok/nok, good/reject, yes/no, 1/0), or nothing when not judged"
    )


def test_attempts_and_causes():
    assert [attempt(text) for text in ("", "First", "re-test", "Rework")] == [
        Attempt.FIRST,
        Attempt.FIRST,
        Attempt.RETEST,
        Attempt.REWORK,
    ]
    assert expected(attempt, "third") == "first, retest or rework"
    assert [cause_class(text) for text in ("", "Process")] == [None, CauseClass.PROCESS]
    assert expected(cause_class, "fate") == (
        "process, design, material, test, handling or unknown"
    )
