"""Test records packed against a frozen procedure, and read back as they were."""

import json
import struct
from decimal import Decimal
from pathlib import Path

import pytest

from firstoff.formats.testdata import read
from firstoff.formats.testdata.packing import (
    Measured,
    Taken,
    pack,
    pack_draft,
    procedure,
    procedure_from,
    read_procedure,
    unpack,
)
from firstoff.rules.ledger import text_digest
from firstoff.terms import TestOutcome

LINES = (
    Measured("gap", unit="mm", lower=Decimal("0.30"), upper=Decimal("0.90"), characteristic="1"),
    Measured("colour", rule="matches /blue/"),
    Measured("force", unit="N", upper=Decimal(45)),
)
PASS, FAIL = TestOutcome.PASS, TestOutcome.FAIL


def test_a_procedure_is_known_by_its_content() -> None:
    made = procedure("lid", LINES)
    assert (made.digest, read_procedure(made.definition)) == (text_digest(made.definition), made)
    wider = (Measured("gap", unit="mm", upper=Decimal("0.95")), *LINES[1:])
    assert procedure("lid", wider).digest != made.digest


def test_limits_written_differently_are_one_procedure() -> None:
    other = (
        Measured("gap", unit="mm", lower=Decimal("0.3"), upper=Decimal("0.9"), characteristic="1"),
        *LINES[1:],
    )
    assert procedure("lid", other).digest == procedure("lid", LINES).digest


def test_values_are_packed_as_little_endian_doubles() -> None:
    packed = pack([Taken(PASS, Decimal("0.61")), Taken(PASS, text="blue"), None])
    assert packed.values[:8] == struct.pack("<d", 0.61)
    assert (len(packed.values), packed.outcomes) == (24, "pp-")


def test_what_was_packed_is_read_back() -> None:
    packed = pack(
        [Taken(PASS, Decimal("0.61"), marginal=True), Taken(FAIL, text="red"), None], {"lot": "7"}
    )
    found = unpack(LINES, packed.values, packed.outcomes, packed.extras)
    assert [(r.line.name, r.outcome, r.value, r.text, r.marginal) for r in found] == [
        ("gap", PASS, 0.61, "", True),
        ("colour", FAIL, None, "red", False),
        ("force", None, None, "", False),
    ]
    assert json.loads(packed.extras)["lot"] == "7"


def test_digits_that_a_double_has_no_room_for_stay() -> None:
    exact = Decimal("0.1000000000000000055511151231257827")
    packed = pack([Taken(PASS, exact), Taken(PASS), Taken(PASS, Decimal("1e-3"))])
    found = unpack(LINES, packed.values, packed.outcomes, packed.extras)
    assert [r.text for r in found] == [f"{exact:f}", "", ""]


def test_a_value_keeps_the_zeros_of_its_gauge() -> None:
    taken = [Taken(PASS, Decimal(value)) for value in ("0.60", "5", "5.0")]
    packed = pack(taken)
    found = unpack(LINES, packed.values, packed.outcomes, packed.extras)
    assert [(r.value, r.shown) for r in found] == [(0.6, "0.60"), (5.0, "5"), (5.0, "5.0")]
    assert json.loads(packed.extras) == {"text": {"0": "0.60", "2": "5.0"}}


def test_every_outcome_has_a_letter() -> None:
    for outcome in TestOutcome:
        packed = pack([Taken(outcome)])
        (found,) = unpack(LINES[:1], packed.values, packed.outcomes, packed.extras)
        assert found.outcome is outcome


def shared_records() -> list[Path]:
    folder = Path(__file__).resolve().parents[4] / "shared" / "cases" / "testdata" / "openhtf"
    return sorted(folder.rglob("*.json"))


@pytest.mark.skipif(not shared_records(), reason="the folder of shared cases is not here")
def test_shared_records_keep_every_outcome_value_and_limit() -> None:
    for file in shared_records():
        (draft,) = read(file, name=file.name).tests
        lines = read_procedure(procedure_from(draft).definition).lines
        packed = pack_draft(draft)
        found = {
            (r.line.subtest, r.line.phase, r.line.name): r
            for r in unpack(lines, packed.values, packed.outcomes, packed.extras)
        }
        for m in draft.measurements:
            kept = found[m.subtest, m.phase, m.name]
            assert kept.outcome is m.outcome, (file.name, m.name)
            assert (kept.line.lower, kept.line.upper) == (
                (None, None) if m.limits.each else (m.limits.lower, m.limits.upper)
            ), (file.name, m.name)
            if m.value is not None:
                assert kept.value == float(m.value), (file.name, m.name)
            if m.special:
                assert kept.text == m.special, (file.name, m.name)
