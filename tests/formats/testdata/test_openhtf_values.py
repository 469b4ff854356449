"""Measurements of OpenHTF records: values kept exactly, units, series, marginal, attachments."""

import base64
import copy
import hashlib
import json
from decimal import Decimal

import pytest

from firstoff.formats.testdata.drafts import (
    LimitsDraft,
    UnitOfMeasure,
    ValueKind,
)
from firstoff.terms import TestOutcome
from tests.formats.testdata.openhtf_records import (
    END,
    START,
    measurement,
    one,
    record,
    sentence,
    take,
    value,
)

# ---------------------------------------------------------------- values


@pytest.mark.parametrize(
    ("given", "kind", "held"),
    [
        (4.83, ValueKind.NUMBER, Decimal("4.83")),
        (0, ValueKind.NUMBER, Decimal(0)),
        (1e300, ValueKind.NUMBER, Decimal("1e300")),
        (10**39, ValueKind.NUMBER, Decimal(10**39)),
        (10**40, ValueKind.TEXT, None),
        ("1.4.3", ValueKind.TEXT, None),
        ("4.83", ValueKind.TEXT, None),
        (None, ValueKind.NONE, None),
        ({"k": 1}, ValueKind.OTHER, None),
        ([[1], {"a": 2}], ValueKind.OTHER, None),
    ],
)
def test_a_value_is_kept_exactly(given, kind, held):
    found = value(measured_value=given)
    assert (found.kind, found.value) == (kind, held)


def test_a_truth_is_no_number():
    found = value(measured_value=True, validators=["x == True"])
    assert (found.kind, found.flag, found.value) == (ValueKind.BOOLEAN, True, None)


def test_a_number_written_as_text_is_one_where_the_limits_are_numbers():
    found = value(measured_value="4.83", validators=["4.5 <= x <= 5"])
    assert (found.kind, found.value, found.text) == (ValueKind.NUMBER, Decimal("4.83"), "4.83")


@pytest.mark.parametrize(
    ("raw", "special"),
    [
        (b'"nan"', "nan"),
        (b"NaN", "nan"),
        (b'"inf"', "inf"),
        (b"-Infinity", "-inf"),
        (b"1e999", "inf"),
        (b'"-Infinity"', "-inf"),
    ],
)
def test_nan_and_infinity_are_named_and_the_outcome_is_kept(raw, special):
    given = record(measurement(outcome="FAIL", measured_value="@", validators=["x <= 1"]))
    content = json.dumps(given | {"outcome": "FAIL"}).encode().replace(b'"@"', raw)
    found = take(content).tests[0].measurements[0]
    assert (found.kind, found.value, found.special, found.outcome) == (
        ValueKind.NUMBER,
        None,
        special,
        TestOutcome.FAIL,
    )
    assert found.not_a_number is (special == "nan")


def test_the_text_nan_stays_a_text_where_a_text_is_asked_for():
    found = value(measured_value="nan", validators=["'x' matches /nan/"])
    assert (found.kind, found.special, found.text) == (ValueKind.TEXT, "", "nan")


def test_a_measurement_that_was_not_set_has_limits_and_no_value():
    found = value(outcome="UNSET", validators=["x <= 0.0025"])
    assert (found.outcome, found.kind, found.limits) == (
        TestOutcome.UNSET,
        ValueKind.NONE,
        LimitsDraft(upper=Decimal("0.0025")),
    )


def test_a_series_keeps_its_dimensions():
    found = value(
        measured_value=[[0, "k", 20.0], [10, "k", "nan"], [20, None, True]],
        dimensions=[
            {"name": "second [unit of time]", "suffix": "s", "code": "SEC"},
            {"name": "zone", "uom_suffix": "", "uom_code": "E57"},
        ],
        units={"name": "degree Celsius", "suffix": "°C", "code": "CEL"},
    )
    assert found.series == (
        (Decimal(0), "k", Decimal("20.0")),
        (Decimal(10), "k", "nan"),
        (Decimal(20), None, True),
    )
    assert found.dimensions == (
        UnitOfMeasure("second [unit of time]", "s", "SEC"),
        UnitOfMeasure("zone", "", "E57"),
    )
    assert found.unit == UnitOfMeasure("degree Celsius", "°C", "CEL")


@pytest.mark.parametrize(
    ("units", "found"),
    [
        (None, UnitOfMeasure()),
        ("mm", UnitOfMeasure(suffix="mm")),
        ({"name": "None", "code": None, "suffix": None}, UnitOfMeasure()),
        (
            {"name": "volt", "uom_code": "VLT", "uom_suffix": "V"},
            UnitOfMeasure("volt", "V", "VLT"),
        ),
    ],
)
def test_units_of_every_version_are_read(units, found):
    assert value(measured_value=1, units=units).unit == found


@pytest.mark.parametrize(
    ("given", "marginal"),
    [
        ({"measured_value": 0.12}, True),
        ({"measured_value": 0.15}, True),
        ({"measured_value": 0.2}, False),
        ({"measured_value": 0.2, "marginal": True}, True),
        ({"measured_value": 0.05, "outcome": "FAIL"}, None),
        ({"outcome": "UNSET"}, None),
    ],
)
def test_marginal_is_as_given_or_computed_from_the_marginal_limits(given, marginal):
    texts = ["0.1 <= Marginal:0.15 <= x <= Marginal:0.4 <= 0.45"]
    assert value(validators=texts, **given).marginal is marginal


def test_validators_are_kept_as_text_beside_their_limits():
    texts = ["x <= 5", "<function f at 0x7f>"]
    found = value(measured_value=4, validators=texts)
    assert (found.validators, found.unread) == (tuple(texts), ("<function f at 0x7f>",))


# ---------------------------------------------------------------- attachments


def with_attachment(**given) -> dict:
    content = record()
    content["phases"][0]["attachments"] = {"log.txt": given}
    return content


def test_an_attachment_is_checked_and_hashed():
    data = b"raw bytes \xff\x00 log"
    sha1 = hashlib.sha1(data).hexdigest()
    held = one(
        with_attachment(mimetype="text/plain", sha1=sha1, data=base64.b64encode(data).decode())
    ).attachments[0]
    assert (held.name, held.phase, held.mimetype, held.content, held.sha1_matches) == (
        "log.txt",
        "electrical",
        "text/plain",
        data,
        True,
    )
    assert held.sha256 == hashlib.sha256(data).hexdigest()


def test_an_attachment_that_came_over_damaged_is_told():
    result = take(with_attachment(sha1="00", data="eA=="))
    assert (result.tests[0].attachments[0].sha1_matches, result.warnings) == (
        False,
        ("$.phases[0].attachments['log.txt']: the content does not match its SHA-1.",),
    )


def test_an_attachment_kept_elsewhere_has_no_content():
    held = one(with_attachment(mimetype=None, sha1="ab")).attachments[0]
    assert (held.content, held.sha256, held.sha1_matches, held.mimetype) == (None, None, None, "")


def test_an_attachment_that_is_not_base64_is_refused():
    assert sentence(with_attachment(data="***")) == (
        "Record 1, $.phases[0].attachments['log.txt'].data: found text that is not base64; "
        "expected the content in base64."
    )


# ---------------------------------------------------------------- contradictions


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            {"outcome": "FAIL", "measured_value": 9, "validators": ["x <= 5"]},
            "The record is PASS, and measurement v of electrical is FAIL.",
        ),
        (
            {"measured_value": 9, "validators": ["x <= 5"]},
            "electrical, v: PASS, and 9 is outside its limits.",
        ),
        (
            {"measured_value": "nan", "validators": ["x <= 5"]},
            "electrical, v: PASS, and the value is not a number.",
        ),
        (
            {"measured_value": 1, "validators": ["5 <= x <= 2"]},
            "electrical, v: the lower limit 5 is above the upper limit 2.",
        ),
        (
            {"measured_value": [[1, 2, 3]], "dimensions": [{"name": "s"}]},
            "electrical, v: rows of the series do not have 2 values each.",
        ),
    ],
)
def test_a_contradiction_is_told_and_the_outcome_kept(given, said):
    result = take(record(measurement(**given)))
    assert (result.tests[0].outcome, result.warnings) == (TestOutcome.PASS, (said,))


def test_a_repeated_phase_counts_by_its_last_run():
    given = record(measurement(outcome="FAIL", measured_value=0, validators=["1 <= x"]))
    again = copy.deepcopy(given["phases"][0])
    given["phases"][0]["outcome"] = "FAIL"
    again["measurements"] = measurement(measured_value=1, validators=["1 <= x"])
    given["phases"].append(again)
    assert take(given).warnings == ()


def test_a_name_given_twice_is_told():
    raw = json.dumps(record()).replace('"measurements": {}', '"measurements": {"a": {}, "a": {}}')
    assert take(raw.encode()).warnings == (
        "$.phases[0].measurements['a']: no outcome; taken as UNSET.",
        "'a': given twice in one object; the last one was taken.",
    )


# ---------------------------------------------------------------- older versions


def test_a_record_of_2016_is_read():
    given = {
        "dut_id": "123",
        "start_time_millis": START,
        "end_time_millis": END,
        "outcome": "PASS",
        "metadata": {"config": {"station_id": "host"}},
        "phases": [
            {
                "name": "hello",
                "measured_values": {"greeting": "Hello"},
                "measurements": {"greeting": {"name": "greeting", "outcome": "PASS"}},
                "result": {"phase_result": "CONTINUE"},
            }
        ],
    }
    draft = one(given)
    assert (draft.station, draft.phases[0].outcome, draft.measurements[0].text) == (
        "host",
        None,
        "Hello",
    )


def test_empty_phases_and_missing_keys_are_read():
    given = record(phases=[{}, {"name": "b", "measurements": None, "attachments": None}])
    assert [phase.name for phase in one(given).phases] == ["", "b"]
    bare = record(phases=..., metadata=..., outcome_details=..., log_records=..., marginal=...)
    assert (one(bare).phases, one(bare).log_records, one(bare).marginal) == ((), 0, None)


def test_an_exception_is_kept_as_the_result_of_its_phase():
    given = record(outcome="ERROR")
    given["phases"][0]["result"] = {"phase_result": {"exc_type": "RuntimeError", "exc_val": "x"}}
    assert one(given).phases[0].result == "RuntimeError x"
