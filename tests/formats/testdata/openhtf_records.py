"""OpenHTF records for tests, as the package writes them, and short ways to read them."""

import json

from firstoff.formats.sources import Limits
from firstoff.formats.testdata.drafts import (
    ImportResult,
    MeasurementDraft,
    ReadOptions,
    TestDraft,
)
from firstoff.formats.testdata.openhtf import read

START, END = 1_777_881_600_000, 1_777_881_614_048


def record(measurements=None, **given) -> dict:
    """A record as OpenHTF 1.6 writes it, with one phase of these measurements."""
    phase = {
        "name": "electrical",
        "subtest_name": None,
        "start_time_millis": START,
        "end_time_millis": END,
        "outcome": "PASS",
        "marginal": False,
        "result": {"phase_result": "CONTINUE"},
        "measurements": measurements if measurements is not None else {},
        "attachments": {},
    }
    whole = {
        "dut_id": "U-1",
        "start_time_millis": START,
        "end_time_millis": END,
        "outcome": "PASS",
        "outcome_details": [],
        "marginal": False,
        "metadata": {"test_name": "final", "test_version": "2"},
        "phases": [phase],
        "subtests": [],
        "diagnoses": [],
        "log_records": [{"message": "x"}, {"message": "y"}],
        "station_id": "bench-3",
    }
    return {key: value for key, value in (whole | given).items() if value is not ...}


def measurement(**given) -> dict:
    return {"v": {"name": "v", "outcome": "PASS"} | given}


def take(content, name="r.json", limits: Limits | None = None) -> ImportResult:
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    options = ReadOptions() if limits is None else ReadOptions(limits=limits)
    return read(raw, name=name, options=options)


def one(content) -> TestDraft:
    result = take(content)
    assert result.refused == ()
    return result.tests[0]


def value(**given) -> MeasurementDraft:
    return one(record(measurement(**given))).measurements[0]


def sentence(content) -> str:
    result = take(content)
    assert result.drafts == ()
    return result.refused[0].sentence
