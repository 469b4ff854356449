"""When what a gauge measured is in doubt."""

from datetime import UTC, datetime

import pytest

from firstoff.rules.trace.conditions import Calibrated, Doubt, doubt
from firstoff.terms import CalibrationResult

PASS, FAIL, UNKNOWN = CalibrationResult


def day(number: int) -> datetime:
    return datetime(2026, 5, number, tzinfo=UTC)


@pytest.mark.parametrize(
    ("calibrations", "expected"),
    [
        ([], Doubt(None, None)),
        ([(1, PASS, PASS)], Doubt(day(1), None)),
        ([(1, PASS, PASS), (5, PASS, PASS)], Doubt(day(5), None)),
        ([(1, PASS, PASS), (5, FAIL, PASS)], Doubt(day(1), day(5))),
        ([(1, PASS, PASS), (5, FAIL, FAIL)], Doubt(day(1), None)),
        ([(1, PASS, PASS), (5, FAIL, FAIL), (7, FAIL, PASS)], Doubt(day(1), day(7))),
        ([(1, PASS, PASS), (5, FAIL, FAIL), (7, UNKNOWN, PASS)], Doubt(day(1), day(7))),
        ([(1, UNKNOWN, PASS), (3, UNKNOWN, UNKNOWN), (5, FAIL, FAIL)], Doubt(day(1), None)),
        ([(1, FAIL, FAIL)], Doubt(None, None)),
        ([(1, PASS, PASS), (5, FAIL, PASS), (9, PASS, PASS)], Doubt(day(1), day(5))),
        ([(1, PASS, PASS), (3, FAIL, PASS), (5, FAIL, PASS)], Doubt(day(3), day(5))),
    ],
)
def test_doubt_lasts_from_the_last_good_calibration_to_where_it_was_put_right(
    calibrations: list[tuple[int, CalibrationResult, CalibrationResult]], expected: Doubt
) -> None:
    assert doubt([Calibrated(day(n), found, left) for n, found, left in calibrations]) == expected
