"""What a drawing asks for, read out of the words it writes."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstoff.formats.characteristics.requirements import requirement
from firstoff.terms import GeometricSymbol as G
from firstoff.terms import LimitForm

BOTH, ONE = LimitForm.BILATERAL, LimitForm.UNILATERAL


def number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


@pytest.mark.parametrize(
    ("text", "nominal", "lower", "upper", "form"),
    [
        ("12.50 ±0.05", "12.50", "12.45", "12.55", BOTH),
        ("12,50 ±0,05", "12.50", "12.45", "12.55", BOTH),
        ("12.5 +/- 0.05", "12.5", "12.45", "12.55", BOTH),
        (".500 ±.005", "0.500", "0.495", "0.505", BOTH),
        ("25 +0.1/-0.2", "25", "24.8", "25.1", BOTH),
        ("25 -0.2/+0.1", "25", "24.8", "25.1", BOTH),
        ("25 +0.1 -0.2", "25", "24.8", "25.1", BOTH),
        ("25 (+0.1/-0.2)", "25", "24.8", "25.1", BOTH),
        ("25 +0.1/0", "25", "25", "25.1", ONE),
        ("25 0/-0.2", "25", "24.8", "25", ONE),
        ("25 +0.1", "25", "25", "25.1", ONE),
        ("25 -0.2", "25", "24.8", "25", ONE),
        ("25 −0.2", "25", "24.8", "25", ONE),
        ("0 -0.2", "0", "-0.2", "0", ONE),
        ("12.5 +0.05/+0.02", "12.5", "12.52", "12.55", BOTH),
        ("12.5 -0.02/-0.05", "12.5", "12.45", "12.48", BOTH),
        ("12.4 MAX", None, None, "12.4", ONE),
        ("MAX. 12.4", None, None, "12.4", ONE),
        ("≤ 12.4", None, None, "12.4", ONE),
        ("3 MIN", None, "3", None, ONE),
        (">= 3", None, "3", None, ONE),
        ("12.45 - 12.55", None, "12.45", "12.55", BOTH),
        ("12.45-12.55", None, "12.45", "12.55", BOTH),
        ("12.55/12.45", None, "12.45", "12.55", BOTH),
        ("2.5 to 3.5", None, "2.5", "3.5", BOTH),
        ("25 … 30", None, "25", "30", BOTH),
        ("25.4", "25.4", None, None, None),
        ("[25]", "25", None, None, LimitForm.BASIC),
        ("25 BASIC", "25", None, None, LimitForm.BASIC),
        ("(25)", "25", None, None, LimitForm.REFERENCE),
        ("25 REF.", "25", None, None, LimitForm.REFERENCE),
        ("5.0 ± 5%", "5.0", "4.75", "5.25", BOTH),
        ("1,250.5 ±0.5", "1250.5", "1250.0", "1251.0", BOTH),
    ],
)
def test_a_dimension_has_its_limits(text, nominal, lower, upper, form):
    found = requirement(text)
    assert (found.nominal, found.lower, found.upper, found.form) == (
        number(nominal),
        number(lower),
        number(upper),
        form,
    )


@pytest.mark.parametrize(
    ("text", "feature", "unit", "places"),
    [
        ("Ø 12.5 ±0.05", "diameter", "", 1),
        ("⌀12.5 ±0.05", "diameter", "", 1),
        ("4X Ø6 +0.1/0", "diameter", "", 4),
        ("R3 MIN", "radius", "", 1),
        ("R0.5 ±0.1 (2 PL)", "radius", "", 2),
        ("SR 5 ±0.1", "spherical radius", "", 1),
        ("60° ±0.5°", "", "deg", 1),
        ("45 ± 1 deg", "", "deg", 1),
        ("1.500 ±.005 in", "", "in", 1),
        ("12 Nm ±1", "", "Nm", 1),
        ("3.3 V ±5 %", "", "V", 1),
        ("≤ 0.3 mm", "", "mm", 1),
    ],
)
def test_what_stands_around_a_dimension_is_kept(text, feature, unit, places):
    found = requirement(text)
    assert (found.feature, found.unit, found.places, found.understood) == (
        feature,
        unit,
        places,
        True,
    )


@pytest.mark.parametrize(
    ("text", "symbol", "tolerance", "diametral", "condition", "datums"),
    [
        ("⌖ ⌀0.1 Ⓜ A B C", G.POSITION, "0.1", True, "M", ("A", "B", "C")),
        ("[⌖|⌀0.1 Ⓜ|A|B Ⓜ|C]", G.POSITION, "0.1", True, "M", ("A", "B(M)", "C")),
        ("⌖ Ø0,1 (L) A-B C", G.POSITION, "0.1", True, "L", ("A-B", "C")),
        ("True Position Ø0.25 MMC A B", G.POSITION, "0.25", True, "M", ("A", "B")),
        ("⌖ 0.1 AB", G.POSITION, "0.1", False, "", ("A", "B")),
        ("⏥ 0.2", G.FLATNESS, "0.2", False, "", ()),
        ("FLATNESS 0.2", G.FLATNESS, "0.2", False, "", ()),
        ("⟂ ⌀0.05 Ⓜ A", G.PERPENDICULARITY, "0.05", True, "M", ("A",)),
        ("PERPENDICULARITY 0.05 TO A", G.PERPENDICULARITY, "0.05", False, "", ("A",)),
        ("⌓ 0.5 A", G.PROFILE_SURFACE, "0.5", False, "", ("A",)),
        ("PROFILE OF A LINE 0.5 A", G.PROFILE_LINE, "0.5", False, "", ("A",)),
        ("∥ 0.1 A", G.PARALLELISM, "0.1", False, "", ("A",)),
        ("∠ 0.2 A", G.ANGULARITY, "0.2", False, "", ("A",)),
        ("⏤ 0.1", G.STRAIGHTNESS, "0.1", False, "", ()),
        ("○ 0.1", G.CIRCULARITY, "0.1", False, "", ()),
        ("⌭ 0.1", G.CYLINDRICITY, "0.1", False, "", ()),
        ("◎ ⌀0.1 A", G.CONCENTRICITY, "0.1", True, "", ("A",)),
        ("⌯ 0.1 A", G.SYMMETRY, "0.1", False, "", ("A",)),
        ("↗ 0.05 A-B", G.CIRCULAR_RUNOUT, "0.05", False, "", ("A-B",)),
        ("⌰ 0.05 A", G.TOTAL_RUNOUT, "0.05", False, "", ("A",)),
    ],
)
def test_a_callout_has_symbol_zone_and_datums(
    text, symbol, tolerance, diametral, condition, datums
):
    found = requirement(text)
    assert (found.symbol, found.tolerance, found.diametral) == (
        symbol,
        Decimal(tolerance),
        diametral,
    )
    assert (found.material_condition, found.datums, found.unread) == (condition, datums, "")


def test_an_angle_is_no_angularity():
    found = requirement("∠ 45° ±1°")
    assert found.symbol is None


def test_a_fit_is_named_and_its_limits_are_not_made_up():
    alone, given_too = requirement("Ø10 H7"), requirement("Ø10 H7 (+0.015/0)")
    assert (alone.nominal, alone.fit, alone.upper) == (Decimal(10), "H7", None)
    assert (given_too.fit, given_too.lower, given_too.upper) == (
        "H7",
        Decimal(10),
        Decimal("10.015"),
    )


def test_a_roughness_by_itself_is_the_most_that_is_allowed():
    found = requirement("Ra 3.2")
    assert (found.feature, found.nominal, found.upper) == ("roughness Ra", None, Decimal("3.2"))


@pytest.mark.parametrize(
    "text", ["No burrs", "M8x1.25 - 6H", "12.5 ±", "see note 4", "2X 45° x 0.5", "", "ROUND EDGES"]
)
def test_what_is_no_dimension_is_a_text(text):
    assert requirement(text).understood is False


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="0123456789.,+-±/()[]ØRMAXIN ⌖⏥ⒶABC|°%xX", max_size=24))
def test_any_text_is_read_or_left_a_text(text):
    found = requirement(text)
    bounded = found.lower is not None and found.upper is not None
    assert found.understood or not bounded
    assert not bounded or found.lower <= found.upper
