"""Whether a process holds a tolerance: predicted from the library, or measured on units."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from firstoff import stats
from firstoff.errors import InvalidInput
from firstoff.rules.product import CharacteristicFacts
from firstoff.rules.tolerance import Holding, ProcessFacts, check_process, holding, required_index
from firstoff.terms import CharacteristicClass, CharacteristicKind, Verdict

BORE = CharacteristicFacts(
    "7",
    "Bore",
    CharacteristicKind.VARIABLE,
    CharacteristicClass.CRITICAL,
    Decimal("12.00"),
    Decimal("11.99"),
    Decimal("12.01"),
    "mm",
    "Bore gauge",
)
MILLING = ProcessFacts(
    "CNC milling, bore", "mm", Decimal("0.006"), 50, date(2026, 3, 1), machine="M-07"
)


def test_a_hundredth_that_the_machine_cannot_hold_is_not_met_with_the_figure() -> None:
    found = holding(BORE, process=MILLING)

    assert (found.verdict, found.source) == (Verdict.NOT_MET, "library")
    assert found.index == pytest.approx(0.01 / (3 * 0.006))
    assert found.bound == pytest.approx(stats.ppk_lower_bound(0.01 / (3 * 0.006), 50))
    assert found.sentence == (
        "7 Bore, 11.99 to 12.01\u00a0mm: Cpk is predicted at 0.56 (CNC milling, bore on M-07, "
        "50 values), lower bound 0.44 at 95\u00a0%; under 1.67 asked. The process holds "
        "±0.036\u00a0mm."
    )


def test_the_tolerance_that_would_be_held_is_held() -> None:
    wider = replace(BORE, lower=Decimal("11.963"), upper=Decimal("12.037"))
    assert holding(wider, process=MILLING).verdict is Verdict.MET


def test_the_bound_decides_and_not_the_index() -> None:
    few = replace(MILLING, spread=Decimal("0.0019"), values=8)
    found = holding(BORE, process=few)
    assert found.index is not None
    assert (found.index > 1.67, found.verdict) == (True, Verdict.NOT_MET)


def test_what_units_show_goes_before_what_the_library_says() -> None:
    values = [12.000, 12.001, 11.999, 12.0005, 11.9995] * 6
    found = holding(BORE, process=MILLING, measured=values, where="CC1-P1")
    expected = stats.capability(values, lower=11.99, upper=12.01)
    assert (found.source, found.process, found.verdict) == ("records", "CC1-P1", Verdict.MET)
    assert (found.index, found.bound) == (expected.ppk, expected.ppk_lower)


def test_a_shift_off_the_nominal_takes_from_one_side() -> None:
    off = replace(MILLING, spread=Decimal("0.001"), shift=Decimal("0.004"))
    assert holding(BORE, process=off).index == pytest.approx(0.006 / 0.003)


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (holding(BORE), "7 Bore: no process is named for it and no unit was measured."),
        (holding(BORE, named="Honing"), "7 Bore: the library has no figures of Honing."),
        (
            holding(replace(BORE, lower=None, upper=None), process=MILLING),
            "7 Bore has no limits, so nothing can hold them.",
        ),
        (
            holding(BORE, process=replace(MILLING, unit="in")),
            "7 Bore is in mm, what the library has of CNC milling, bore on M-07 is in in.",
        ),
        (
            holding(BORE, measured=[12.0] * 20),
            "7 Bore: all 20 values are equal; the gauge does not resolve the spread.",
        ),
    ],
)
def test_where_nothing_is_known_nothing_is_said(found: Holding, sentence: str) -> None:
    assert (found.verdict, found.index) == (Verdict.NO_EVIDENCE, None)
    assert found.sentence == sentence


def test_critical_asks_for_more_unless_somebody_says_how_much() -> None:
    major = replace(BORE, classification=CharacteristicClass.MAJOR)
    asked = [required_index(BORE), required_index(major), required_index(BORE, Decimal(2))]
    assert asked == [Decimal("1.67"), Decimal("1.33"), Decimal(2)]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"spread": Decimal(0)}, "spread"),
        ({"spread": Decimal("NaN")}, "spread"),
        ({"values": 1}, "values"),
        ({"process": " "}, "process"),
        ({"unit": ""}, "unit"),
    ],
)
def test_figures_that_mean_nothing_are_refused(change: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_process(replace(MILLING, **change))
    assert refused.value.details["field"] == field
