"""Samples of a lot and the verdict on it, without a database."""

from decimal import Decimal
from typing import Any

import pytest

from firstoff.errors import InvalidInput, Refused
from firstoff.rules.product import CharacteristicFacts
from firstoff.rules.sourcing.incoming import (
    LineResult,
    Sample,
    SheetLine,
    check_plan,
    drawn,
    judge,
    sample_of,
)
from firstoff.terms import CharacteristicClass, CharacteristicKind

FIVE = Sample(5, 0, "5 of 500")


def line(
    number: str, kind: str = "variable", sample: Sample = FIVE, own: bool = False
) -> SheetLine:
    limits: dict[str, Any] = {"lower": Decimal(9), "upper": Decimal(11)}
    one = CharacteristicFacts(
        number,
        f"C{number}",
        CharacteristicKind(kind),
        CharacteristicClass.MAJOR,
        **(limits if kind == "variable" else {}),
    )
    return SheetLine(one, sample, own)


def values(number: str, *found: int) -> LineResult:
    return LineResult(number, tuple(Decimal(v) for v in found))


@pytest.mark.parametrize(
    ("sampling", "lot", "size", "accept"),
    [
        ({}, "7", 7, 0),
        ({"kind": "all"}, "2.5", 3, 0),
        ({"kind": "fixed", "n": 5, "accept": 1}, "500", 5, 1),
        ({"kind": "fixed", "n": 5}, "3", 3, 0),
        # MIL-STD-105E, table II-A: letter H, 50, AQL 1.0 is 1; letter J, 80, AQL 0.65 is 1.
        ({"kind": "aql", "aql": "1.0"}, "500", 50, 1),
        ({"kind": "aql", "aql": "0.65", "level": "II"}, "1200", 80, 1),
        ({"kind": "aql", "aql": "1.0", "zero": True}, "500", 50, 0),
        ({"kind": "aql", "aql": "1.0"}, "1", 1, 0),
    ],
)
def test_the_sample_of_a_lot(sampling: dict[str, Any], lot: str, size: int, accept: int) -> None:
    found = sample_of(sampling, Decimal(lot))
    assert (found.size, found.accept) == (size, accept)


@pytest.mark.parametrize(
    "sampling",
    [
        {"kind": "some"},
        {"kind": "fixed"},
        {"kind": "fixed", "n": 0},
        {"kind": "fixed", "n": True},
        {"kind": "aql", "aql": "0.7"},
        {"kind": "aql", "aql": "1.0", "level": "IV"},
    ],
)
def test_sampling_that_means_nothing_is_said(sampling: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as wrong:
        sample_of(sampling, Decimal(500))
    assert wrong.value.details["field"] == "sampling"


def test_a_seed_draws_the_same_pieces_and_a_whole_lot_none() -> None:
    first = drawn(Decimal(500), FIVE, "s")
    assert (drawn(Decimal(500), FIVE, "s"), len(set(first))) == (first, 5)
    assert drawn(Decimal(5), FIVE, "s") == drawn(Decimal("7.5"), FIVE, "s") == ()


def test_a_piece_that_fails_twice_is_one_piece() -> None:
    lines = [line("1"), line("2")]
    sample = Sample(5, 1, "")
    bad = (10, 10, 10, 10, 12)
    found = judge(lines, sample, [values("1", *bad), values("2", *bad)])
    assert (found.rejects, found.accepted) == (1, True)


def test_counts_of_two_attributes_are_of_two_pieces() -> None:
    lines = [line("1", "attribute"), line("2", "attribute")]
    given = [LineResult("1", nonconforming=1), LineResult("2", nonconforming=1)]
    found = judge(lines, Sample(5, 1, ""), given)
    assert (found.rejects, found.accepted) == (2, False)


def test_a_variable_may_be_counted_where_it_was_gauged() -> None:
    found = judge([line("1")], FIVE, [LineResult("1", nonconforming=0)])
    assert found.accepted is True


def test_values_on_the_limits_conform() -> None:
    assert judge([line("1")], FIVE, [values("1", 9, 11, 10, 10, 10)]).accepted is True


def test_a_critical_part_needs_a_plan() -> None:
    check_plan("PIN", has_plan=True, critical=True)
    check_plan("PIN", has_plan=False, critical=False)
    with pytest.raises(Refused) as no:
        check_plan("PIN", has_plan=False, critical=True)
    assert no.value.code == "R-22"
