"""How many of a lot are looked at, as a plan says it."""

from decimal import Decimal
from typing import Any

import pytest

from firstoff.errors import InvalidInput
from firstoff.rules.plan.sampling import (
    DEFAULTS,
    SCHEMES_OF,
    check_sampling,
    sample_of,
    sampling_words,
    wider_than_usual,
)
from firstoff.terms import InspectionKind


@pytest.mark.parametrize(
    ("sampling", "lot", "size", "accept"),
    [
        ({}, 12, 12, 0),
        ({"kind": "fixed", "n": 5, "accept": 1}, 500, 5, 1),
        ({"kind": "fixed", "n": 5}, 3, 3, 0),
        ({"kind": "aql", "aql": "2.5"}, 20, 5, 0),  # ISO 2859-1, letter C
        ({"kind": "aql", "aql": "1.0"}, 100, 13, 0),  # the arrow leads down to E
        ({"kind": "aql", "aql": "1.0"}, 500, 50, 1),
        ({"kind": "aql", "aql": "1.0", "zero": True}, 500, 50, 0),
        ({"kind": "c0", "ltpd": "0.1", "confidence": "0.9"}, 10**6, 22, 0),  # 0.9 ** 22 < 0.1
        ({"kind": "c0", "ltpd": "0.1"}, 1, 1, 0),
        ({"kind": "interval", "share": "0.1", "most": 30}, 500, 17, 0),  # every 30th
        ({"kind": "interval", "share": "0.1", "most": 30}, 40, 10, 0),  # every 4th
        ({"kind": "interval"}, 9, 9, 0),  # a tenth is less than one
    ],
)
def test_a_lot_gives_a_sample(sampling: dict[str, Any], lot: int, size: int, accept: int) -> None:
    found = sample_of(sampling, Decimal(lot))
    assert (found.size, found.accept) == (size, accept)


def test_what_is_no_whole_piece_counts_up() -> None:
    assert sample_of({"kind": "all"}, Decimal("2.5")).size == 3


@pytest.mark.parametrize("kind", list(InspectionKind))
def test_what_is_usual_can_be_kept_and_reads_as_words(kind: InspectionKind) -> None:
    usual = dict(DEFAULTS[kind])
    assert usual["kind"] in SCHEMES_OF[kind]
    assert check_sampling(usual, kind) == usual
    assert "expected" not in sampling_words(usual)


@pytest.mark.parametrize(
    "sampling",
    [
        {"kind": "fixed", "n": 2_000_000},
        {"kind": "fixed", "n": "5"},
        {"kind": "fixed", "n": 5, "accept": -1},
        {"kind": "aql", "aql": "1.0", "zero": "yes"},
        {"kind": "aql", "aql": "1.0", "inspection": "loose"},
        {"kind": "aql", "aql": None},
        {"kind": "c0", "ltpd": True},
        {"kind": "c0", "ltpd": "1e-999999"},
        {"kind": "c0", "ltpd": "1"},
        {"kind": ["all"]},
        {"kind": "all", "n": 5},
    ],
)
def test_words_that_mean_nothing_are_refused(sampling: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_sampling(sampling, InspectionKind.FINAL)
    assert refused.value.details["field"] == "sampling"


def test_an_interval_longer_than_usual_is_told() -> None:
    assert not wider_than_usual(DEFAULTS[InspectionKind.IN_PROCESS])
    assert wider_than_usual({"kind": "interval", "share": "0.2", "most": 30})
    assert wider_than_usual({"kind": "interval", "share": "0.1", "most": 50})
    assert not wider_than_usual({"kind": "all"})


def test_words_of_a_file_are_shown_as_they_are_wrong() -> None:
    assert sampling_words({"kind": "fixed"}).startswith("The plan's sampling has n None")
