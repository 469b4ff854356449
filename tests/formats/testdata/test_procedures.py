"""A procedure is known by its content: the same limits, the same digest."""

import json
from decimal import Decimal

from firstoff.formats.testdata.drafts import LimitsDraft, ReadOptions
from firstoff.formats.testdata.openhtf import read
from firstoff.formats.testdata.procedures import ProcedureDraft, procedure_of

START = 1_777_881_600_000


def procedure(*phases: tuple[str, dict[str, list[str]]], **given) -> ProcedureDraft:
    """Of a record with these phases; each measurement with its validators."""
    record = {
        "dut_id": "U-1",
        "station_id": "s",
        "start_time_millis": START,
        "end_time_millis": START,
        "outcome": "PASS",
        "metadata": {"test_name": "final", "test_version": "2"},
        "phases": [
            {
                "name": name,
                "measurements": {
                    key: {"name": key, "outcome": "UNSET", "validators": texts}
                    for key, texts in measurements.items()
                },
            }
            for name, measurements in phases
        ],
    }
    raw = json.dumps(record | given).encode()
    return procedure_of(read(raw, name="r.json", options=ReadOptions()).tests[0])


ELECTRICAL = ("electrical", {"v": ["4.5 <= x <= 5"], "i": ["x <= 1"]})
OPTICAL = ("optical", {"red": []})


def test_the_definitions_keep_their_order_and_limits():
    found = procedure(ELECTRICAL, OPTICAL)
    assert [definition.key for definition in found.definitions] == [
        ("", "electrical", "v"),
        ("", "electrical", "i"),
        ("", "optical", "red"),
    ]
    assert found.definitions[0].limits == LimitsDraft(lower=Decimal("4.5"), upper=Decimal(5))
    assert (found.name, found.version, found.complete, len(found.digest)) == (
        "final",
        "2",
        True,
        64,
    )


def test_values_stations_times_and_the_way_a_number_is_written_change_nothing():
    same = procedure(
        ("electrical", {"v": ["4.50 <= x <= 5.0"], "i": ["x <= 1e0"]}),
        OPTICAL,
        dut_id="U-2",
        outcome="FAIL",
        station_id="other",
        metadata={"test_version": "3"},
    )
    assert same.digest == procedure(ELECTRICAL, OPTICAL).digest


def test_a_limit_a_name_an_order_or_a_unit_changes_the_digest():
    digests = {
        procedure(ELECTRICAL, OPTICAL).digest,
        procedure(OPTICAL, ELECTRICAL).digest,
        procedure(("electrical", {"v": ["4.5 <= x <= 5.1"], "i": ["x <= 1"]}), OPTICAL).digest,
        procedure(("electric", ELECTRICAL[1]), OPTICAL).digest,
        procedure(("electrical", {"v": ["odd"], "i": ["x <= 1"]}), OPTICAL).digest,
    }
    assert len(digests) == 5


def test_the_address_of_a_function_is_not_part_of_it():
    one = procedure(("a", {"v": ["<function f at 0x7f01>"]}))
    other = procedure(("a", {"v": ["<function f at 0x7f99>"]}))
    assert one.digest == other.digest
    assert one.definitions[0].validators == ("<function f at 0x7f01>",)


def test_a_repeated_phase_is_defined_once():
    assert procedure(ELECTRICAL, ELECTRICAL, OPTICAL).digest == (
        procedure(ELECTRICAL, OPTICAL).digest
    )


def test_a_record_that_broke_off_holds_a_part_of_its_procedure():
    whole, part = procedure(ELECTRICAL, OPTICAL), procedure(ELECTRICAL, outcome="ERROR")
    assert (part.complete, whole.includes(part), part.includes(whole)) == (False, True, False)
