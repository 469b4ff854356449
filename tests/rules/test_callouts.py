"""Characteristics as drawings state them: limits, callouts, what a judge takes."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from firstoff.errors import InvalidInput
from firstoff.rules.ledger import canonical, digest
from firstoff.rules.product import (
    SIGNS,
    CharacteristicFacts,
    characteristic_content,
    check_characteristic,
    read_characteristic,
)
from firstoff.terms import (
    CharacteristicClass,
    CharacteristicKind,
    GeometricSymbol,
    LimitForm,
)

HOLE = CharacteristicFacts(
    "7",
    "Bore",
    CharacteristicKind.VARIABLE,
    CharacteristicClass.MAJOR,
    nominal=Decimal("25"),
    lower=Decimal("24.8"),
    upper=Decimal("25.1"),
    unit="mm",
)
POSITION = CharacteristicFacts(
    "8",
    "Position of the bore",
    CharacteristicKind.VARIABLE,
    CharacteristicClass.CRITICAL,
    unit="mm",
    symbol=GeometricSymbol.POSITION,
    tolerance=Decimal("0.1"),
    diametral=True,
    material_condition="M",
    datums=("A", "B(M)", "C"),
)


def hole(**given: Any) -> CharacteristicFacts:
    said = {
        name: Decimal(v) if isinstance(v, str) and name in ("nominal", "lower", "upper") else v
        for name, v in given.items()
    }
    return check_characteristic(replace(HOLE, **said))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "25 +0.1 −0.2\u00a0mm"),
        ({"lower": "24.9"}, "25 ±0.1\u00a0mm"),
        ({"lower": "25"}, "25 +0.1 0\u00a0mm"),
        ({"upper": "25", "lower": "24.80"}, "25 0 −0.20\u00a0mm"),
        (
            {"lower": "25.022", "upper": "25.035", "form": LimitForm.BILATERAL},
            "25 +0.035 +0.022\u00a0mm",
        ),
        ({"nominal": None}, "24.8 to 25.1\u00a0mm"),
        ({"nominal": None, "lower": None}, "at most 25.1\u00a0mm"),
        ({"lower": None, "upper": None}, "25\u00a0mm"),
        ({"lower": None, "upper": None, "form": LimitForm.REFERENCE}, "(25)\u00a0mm"),
        ({"lower": None, "upper": None, "form": LimitForm.BASIC}, "25\u00a0mm basic"),
        ({"nominal": None, "lower": None, "upper": None}, ""),
    ],
)
def test_a_dimension_reads_as_a_drawing_writes_it(given: dict[str, Any], said: str) -> None:
    assert hole(**given).requirement == said


def test_a_callout_reads_as_its_frame() -> None:
    assert (
        check_characteristic(POSITION).requirement == "⌖\u00a0⌀\u00a00.1\u00a0Ⓜ | A | B\u00a0Ⓜ | C"
    )


def test_a_basic_dimension_stands_before_its_callout() -> None:
    found = check_characteristic(replace(POSITION, nominal=Decimal(25), form=LimitForm.BASIC))
    assert found.requirement.startswith("25\u00a0mm basic, ⌖")


def test_every_symbol_has_a_sign() -> None:
    assert (set(SIGNS), len(set(SIGNS.values()))) == (set(GeometricSymbol), len(GeometricSymbol))


def test_a_callout_is_judged_by_its_tolerance() -> None:
    found = check_characteristic(POSITION)
    assert (found.lower, found.upper, found.limits) == (
        None,
        Decimal("0.1"),
        "at most 0.1\u00a0mm",
    )


def test_a_limit_that_is_said_stays() -> None:
    assert check_characteristic(replace(POSITION, upper=Decimal("0.15"))).upper == Decimal("0.15")


def test_datums_and_conditions_are_kept_in_one_way_of_writing() -> None:
    said = replace(POSITION, material_condition="Ⓜ", datums=("a", " b Ⓜ", "C-D"))
    found = check_characteristic(said)
    assert (found.material_condition, found.datums) == ("M", ("A", "B(M)", "C-D"))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"tolerance": None}, "tolerance"),
        ({"tolerance": Decimal(0)}, "tolerance"),
        ({"tolerance": Decimal("-0.1")}, "tolerance"),
        ({"material_condition": "S"}, "material_condition"),
        ({"datums": ("A", "A(M)")}, "datums"),
        ({"datums": ("A", "1")}, "datums"),
        ({"datums": ("A", "B", "C", "D")}, "datums"),
        ({"symbol": GeometricSymbol.FLATNESS, "diametral": False}, "datums"),
        ({"symbol": GeometricSymbol.TOTAL_RUNOUT}, "diametral"),
        ({"symbol": GeometricSymbol.TOTAL_RUNOUT, "diametral": False}, "material_condition"),
        ({"kind": CharacteristicKind.ATTRIBUTE}, "kind"),
        ({"symbol": None}, "symbol"),
        ({"form": LimitForm.REFERENCE}, "form"),
    ],
)
def test_half_a_frame_is_refused(change: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_characteristic(replace(POSITION, **change))
    assert refused.value.details["field"] == field


@pytest.mark.parametrize(
    ("form", "given"),
    [
        (LimitForm.BILATERAL, {"lower": None}),
        (LimitForm.UNILATERAL, {}),
        (LimitForm.BASIC, {}),
        (LimitForm.BASIC, {"nominal": None, "lower": None, "upper": None}),
        (LimitForm.REFERENCE, {}),
    ],
)
def test_limits_are_stated_as_is_said(form: LimitForm, given: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as refused:
        hole(form=form, **given)
    assert refused.value.details["field"] == "form"


@pytest.mark.parametrize(
    ("form", "given"),
    [
        (LimitForm.BILATERAL, {}),
        (LimitForm.UNILATERAL, {"lower": None}),
        (LimitForm.UNILATERAL, {"lower": "25"}),
        (LimitForm.BASIC, {"lower": None, "upper": None}),
    ],
)
def test_limits_stated_as_is_said_are_taken(form: LimitForm, given: dict[str, Any]) -> None:
    assert hole(form=form, **given).form is form


def test_an_attribute_has_no_form() -> None:
    with pytest.raises(InvalidInput) as refused:
        hole(
            kind=CharacteristicKind.ATTRIBUTE,
            nominal=None,
            lower=None,
            upper=None,
            form=LimitForm.BILATERAL,
        )
    assert refused.value.details["field"] == "form"


def test_what_is_unset_of_the_newer_fields_changes_no_baseline() -> None:
    """The digest is of the content as it was written before they existed."""
    found = check_characteristic(HOLE)
    before = {
        "number": "7",
        "name": "Bore",
        "kind": "variable",
        "classification": "major",
        "nominal": Decimal("25"),
        "lower": Decimal("24.8"),
        "upper": Decimal("25.1"),
        "unit": "mm",
        "method": "",
        "measured_as": "",
        "decimals": 1,
    }
    assert digest(characteristic_content(found)) == digest(before)


@pytest.mark.parametrize("found", [HOLE, POSITION, replace(POSITION, zone="B4", gauge="G-11")])
def test_a_characteristic_comes_back_from_a_baseline(found: CharacteristicFacts) -> None:
    import json

    kept = check_characteristic(found)
    assert read_characteristic(json.loads(canonical(characteristic_content(kept)))) == kept
