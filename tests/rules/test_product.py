"""Labels, limits, characteristics: what they may be and how they are written."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from firstoff.errors import InvalidInput, Refused, StaleState
from firstoff.rules.product import (
    CharacteristicFacts,
    ProgramFacts,
    at_row,
    balloon_key,
    characteristic_gaps,
    check_address,
    check_characteristic,
    check_characteristics,
    check_code,
    check_currency,
    check_editable,
    check_label,
    check_name,
    check_program,
    check_prose,
    check_releasable,
    check_unmoved,
    next_label,
    release_stops,
    state_of,
)
from firstoff.terms import CharacteristicClass, CharacteristicKind

GAP = CharacteristicFacts(
    "1",
    "Lid clearance",
    CharacteristicKind.VARIABLE,
    CharacteristicClass.CRITICAL,
    lower=Decimal("0.30"),
    upper=Decimal("0.90"),
    unit="mm",
    method="G-11",
)


@pytest.mark.parametrize(
    ("label", "after"),
    [
        *[("A", "B"), ("C", "D"), ("Z", "AA"), ("AZ", "BA"), ("ZZ", "AAA"), ("z", "aa")],
        *[("1", "2"), ("9", "10"), ("03", "04"), ("099", "100"), ("C1", "C2"), ("-", "-1")],
        ("土", "土1"),
    ],
)
def test_the_label_after_this_one(label: str, after: str) -> None:
    assert next_label(label) == after


def test_numbers_stand_as_people_count() -> None:
    numbers = ["10a", "2", "10", "B1", "1", "A", "10.2", "10.10"]

    assert sorted(numbers, key=balloon_key) == [
        *["1", "2", "10", "10.2", "10.10", "10a", "A", "B1"]
    ]


@pytest.mark.parametrize(
    ("lower", "upper", "unit", "said"),
    [
        ("0.30", "0.90", "mm", "0.30 to 0.90\u00a0mm"),
        ("20", "45", "N", "20 to 45\u00a0N"),
        (None, "0.50", "mm", "at most 0.50\u00a0mm"),
        ("-0.5", None, "", "at least -0.5"),
        (None, None, "mm", ""),
        ("0", "1E+3", "", "0 to 1000"),
        ("0.1", "0.25", "", "0.10 to 0.25"),
    ],
)
def test_limits_are_written_with_the_digits_of_the_drawing(
    lower: str | None, upper: str | None, unit: str, said: str
) -> None:
    low, high = (None if limit is None else Decimal(limit) for limit in (lower, upper))
    found = replace(GAP, lower=low, upper=high, unit=unit)

    assert check_characteristic(found).limits == said


def test_what_the_database_pads_is_written_as_before() -> None:
    padded = replace(GAP, lower=Decimal("0.300000000"), upper=Decimal("0.900000000"), decimals=2)

    assert padded.limits == "0.30 to 0.90\u00a0mm"


@pytest.mark.parametrize("limit", ["NaN", "sNaN", "Infinity", "1e11", "0.0000000001", "1E+400"])
def test_a_limit_is_a_number_that_can_be_kept(limit: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_characteristic(replace(GAP, upper=Decimal(limit)))
    assert refused.value.details["field"] == "upper"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"number": ""}, "number"),
        ({"number": "1\u200b"}, "number"),
        ({"number": "x" * 21}, "number"),
        ({"name": "a\nb"}, "name"),
        ({"unit": "m" * 21}, "unit"),
        ({"method": "m" * 201}, "method"),
        ({"measured_as": "m\x00"}, "measured_as"),
        ({"lower": Decimal(2)}, "lower"),
        ({"lower": Decimal("0.90")}, "lower"),
        ({"nominal": Decimal("0.2")}, "nominal"),
        ({"kind": CharacteristicKind.ATTRIBUTE}, "kind"),
    ],
)
def test_the_field_that_is_wrong_is_named(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_characteristic(replace(GAP, **changes))
    assert refused.value.details["field"] == field


def test_the_row_that_is_wrong_is_named() -> None:
    wrong = replace(GAP, number="2", upper=Decimal(0))

    with pytest.raises(InvalidInput) as refused:
        check_characteristics([GAP, wrong])
    assert (refused.value.details["row"], refused.value.details["field"]) == (1, "lower")
    with pytest.raises(InvalidInput) as refused:
        check_characteristics([GAP, GAP])
    assert (refused.value.details["row"], refused.value.details["field"]) == (1, "number")
    with pytest.raises(InvalidInput) as refused, at_row(3):
        raise InvalidInput("No.", code="odd", way_out="Yes.", field="x")
    error = refused.value
    assert (error.code, error.way_out, dict(error.details)) == (
        "odd",
        "Yes.",
        {"field": "x", "row": 3},
    )


def test_a_critical_characteristic_needs_limits_and_a_method() -> None:
    bare = replace(GAP, lower=None, upper=None, method=" ")

    assert characteristic_gaps(GAP) == ()
    assert characteristic_gaps(bare) == (
        "1 Lid clearance is critical and has no limits.",
        "1 Lid clearance is critical and names no measuring method or gauge.",
    )
    major = replace(bare, classification=CharacteristicClass.MAJOR)
    assert characteristic_gaps(major) == ("1 Lid clearance is major and has no limits.",)
    assert release_stops([GAP, major]) == ()
    assert release_stops([bare]) == characteristic_gaps(bare)


def test_released_is_released() -> None:
    for status in ("released", "superseded"):
        with pytest.raises(Refused) as refused:
            check_editable(status, "Revision C")
        assert refused.value.message == f"Revision C is {status}; it cannot be changed."
        with pytest.raises(Refused, match=f"Revision C is {status} already"):
            check_releasable(status, "Revision C")
    check_editable("draft", "Revision C")
    check_releasable("draft", "Revision C")


def test_what_somebody_moved_since_it_was_seen_is_stale() -> None:
    seen = state_of([GAP])

    check_unmoved(seen, [replace(GAP)], "characteristics")
    check_unmoved("", [], "characteristics")
    with pytest.raises(StaleState, match="changed the characteristics since you opened them"):
        check_unmoved(seen, [replace(GAP, unit="cm")], "characteristics")


def test_a_program_is_trimmed_and_its_money_has_a_code() -> None:
    found = check_program(ProgramFacts(" CC-1 ", " Crock\t", "a\r\nb ", 1, None, "gbp"))

    assert found == ProgramFacts("CC-1", "Crock", "a\nb", 1, None, "GBP")
    for currency in ("", "GB", "G8P", "ΓΒΡ"):
        with pytest.raises(InvalidInput):
            check_currency(currency)


@pytest.mark.parametrize("code", ["", " A", "A ", "A\tB", "A\u200bB", "x" * 41])
def test_a_code_can_be_typed_and_scanned(code: str) -> None:
    with pytest.raises(InvalidInput):
        check_code(code)


@pytest.mark.parametrize("code", ["A/B", "A\\B", ".", ".."])
def test_a_code_in_addresses_has_no_slash(code: str) -> None:
    assert check_code(code) == code
    with pytest.raises(InvalidInput):
        check_address(code)
    with pytest.raises(InvalidInput):
        check_label(code)


def test_texts_are_trimmed_and_keep_their_script() -> None:
    assert check_name("  土鍋 ", "name") == "土鍋"
    assert check_prose(" a\r\nb\n", "instruction") == "a\nb"
    with pytest.raises(InvalidInput, match="holds a NUL character"):
        check_prose("a\x00", "instruction")
