"""OpenHTF records become drafts: outcomes and limits as the station gave them."""

import copy
import json
import os
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstoff.errors import InvalidInput
from firstoff.formats.sources import Limits
from firstoff.formats.testdata.drafts import (
    LimitsDraft,
    MeasurementDraft,
    OutcomeDetail,
    ReadOptions,
    SubtestDraft,
    TestDraft,
)
from firstoff.formats.testdata.openhtf import read
from firstoff.terms import TestOutcome
from tests.formats.testdata.openhtf_records import (
    START,
    measurement,
    one,
    record,
    sentence,
    take,
    value,
)

SHARED = Path(
    os.environ.get("FIRSTOFF_SHARED", Path(__file__).resolve().parents[3] / ".." / "shared")
)
CASES = SHARED / "cases" / "testdata" / "openhtf"


def refusal(raw: bytes, **given) -> str:
    with pytest.raises(InvalidInput) as caught:
        take(raw, **given)
    return str(caught.value)


# ---------------------------------------------------------------- the record


def test_a_record_is_read_whole():
    draft = one(record(metadata={"test_name": "final", "lot": "L2", "part_number": "P", "n": 1}))
    assert (draft.row, draft.serial, draft.station, draft.outcome, draft.marginal) == (
        1,
        "U-1",
        "bench-3",
        TestOutcome.PASS,
        False,
    )
    assert draft.started_at == datetime(2026, 5, 4, 8, 0, tzinfo=UTC)
    assert draft.ended_at == datetime(2026, 5, 4, 8, 0, 14, 48_000, tzinfo=UTC)
    assert (draft.test_name, draft.lot, draft.part_number, draft.revision) == (
        "final",
        "L2",
        "P",
        "",
    )
    assert draft.metadata == '{"lot":"L2","n":1,"part_number":"P","test_name":"final"}'
    assert (draft.log_records, draft.diagnoses, len(draft.digest)) == (2, 0, 64)
    assert (draft.phases[0].name, draft.phases[0].outcome, draft.phases[0].result) == (
        "electrical",
        TestOutcome.PASS,
        "CONTINUE",
    )


def test_the_digest_is_of_the_content_and_not_of_the_layout():
    given = record()
    turned = dict(reversed(list(given.items())))
    assert (
        one(given).digest
        == take(json.dumps(turned, indent=4).encode("utf-16")).tests[0].digest
        != one(record(dut_id="U-2")).digest
    )


@pytest.mark.parametrize("outcome", ["PASS", "FAIL", "ERROR", "TIMEOUT", "ABORTED"])
def test_each_outcome_is_kept(outcome):
    assert one(record(outcome=outcome)).outcome.name == outcome


def test_details_of_an_outcome_are_kept_in_new_and_old_form():
    details = [{"code": "RuntimeError", "description": "contact lost"}, ["E1", "old"], "word"]
    assert one(record(outcome="ERROR", outcome_details=details)).outcome_details == (
        OutcomeDetail("RuntimeError", "contact lost"),
        OutcomeDetail("E1", "old"),
        OutcomeDetail("", "word"),
    )


def test_subtests_keep_their_name_and_outcome():
    given = record(subtests=[{"name": "rf", "outcome": "FAIL"}], outcome="FAIL")
    given["phases"][0]["subtest_name"] = "rf"
    given["phases"][0]["outcome"] = "SKIP"
    draft = one(given)
    assert draft.subtests == (SubtestDraft("rf", TestOutcome.FAIL),)
    assert (draft.phases[0].subtest, draft.phases[0].outcome) == ("rf", TestOutcome.SKIPPED)


def test_metadata_may_hold_anything():
    events = [{"parent": "A", "child": "B"}, "AssemblyEvent { dut: 1 }", None, 1.5, [[]]]
    assert json.loads(one(record(metadata={"assembly_events": events})).metadata) == {
        "assembly_events": events
    }


def test_a_serial_keeps_spaces_inside_and_every_script():
    assert one(record(dut_id="CTR-0001b é_Ω")).serial == "CTR-0001b é_Ω"


def test_a_number_as_a_serial_is_taken_and_told():
    result = take(record(dut_id=42))
    assert (result.tests[0].serial, result.warnings) == (
        "42",
        ("$.dut_id is the number 42; leading zeros may be lost.",),
    )


def test_what_a_database_cannot_hold_is_replaced_in_texts():
    assert value(measured_value="a\u0000b\ud800c").text == "a\ufffdb\ufffdc"


# ---------------------------------------------------------------- refusals of a record


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"dut_id": ...}, "$.dut_id: found nothing; expected the serial number of the unit."),
        ({"dut_id": None}, "$.dut_id: found nothing; expected the serial number of the unit."),
        ({"dut_id": " "}, "$.dut_id: found ' '; expected the serial number of the unit."),
        ({"dut_id": "a\x1bb"}, "$.dut_id: found the control character U+001B; "
                               "expected visible characters."),
        ({"dut_id": "\ud800"}, "$.dut_id: found the control character U+D800; "
                               "expected visible characters."),
        ({"dut_id": ["a"]}, "$.dut_id: found a list; expected the serial number of the unit."),
        ({"outcome": None}, "$.outcome: found nothing; "
                            "expected ABORTED, ERROR, FAIL, PASS or TIMEOUT."),
        ({"outcome": "GREAT"}, "$.outcome: found 'GREAT'; "
                               "expected ABORTED, ERROR, FAIL, PASS or TIMEOUT."),
        ({"start_time_millis": ...}, "$.start_time_millis: found nothing; expected milliseconds "
                                     "since 1970-01-01 UTC, in the years 1990 to 2100."),
        ({"start_time_millis": 1737383526}, "$.start_time_millis: found 1737383526; expected "
         "milliseconds since 1970-01-01 UTC, in the years 1990 to 2100."),
        ({"start_time_millis": True}, "$.start_time_millis: found True; expected milliseconds "
         "since 1970-01-01 UTC, in the years 1990 to 2100."),
        ({"end_time_millis": START - 1}, f"$.end_time_millis: found {START - 1}, before the start "
                                         f"{START}; expected an end at or after the start."),
        ({"phases": {}}, "$.phases: found an object; expected a list."),
        ({"phases": ["a"]}, "$.phases[0]: found 'a'; expected an object."),
        ({"metadata": []}, "$.metadata: found a list; expected an object."),
    ],
)  # fmt: skip
def test_a_field_that_means_nothing_is_named_by_its_path(given, said):
    assert sentence(record(**given)) == f"Record 1, {said}"


@pytest.mark.parametrize(
    ("measurements", "said"),
    [
        ({"v": 5}, "$.phases[0].measurements['v']: found 5; expected an object."),
        (
            {"v": {"outcome": "GOOD"}},
            "$.phases[0].measurements['v'].outcome: found 'GOOD'; "
            "expected FAIL, PARTIALLY_SET, PASS, SKIPPED or UNSET.",
        ),
        (
            [{"outcome": "PASS"}],
            "$.phases[0].measurements[0].name: found nothing; expected a name.",
        ),
        (
            {"v": {"outcome": "PASS", "validators": 3}},
            "$.phases[0].measurements['v'].validators: found 3; expected a list.",
        ),
    ],
)
def test_a_measurement_that_means_nothing_is_named_by_its_path(measurements, said):
    assert sentence(record(measurements)) == f"Record 1, {said}"


def test_a_missing_end_and_station_are_told():
    result = take(record(end_time_millis=None, station_id=None))
    assert (result.tests[0].ended_at, result.warnings) == (
        None,
        ("$.end_time_millis is missing.", "$.station_id is missing."),
    )


# ---------------------------------------------------------------- files


def test_a_list_and_a_record_per_line_are_read_alike():
    records = [record(dut_id=f"U-{number}") for number in range(3)]
    lines = "\n\n".join(json.dumps(each) for each in records).encode()
    for content in (json.dumps(records).encode(), lines, b"\xef\xbb\xbf" + lines + b"\n"):
        assert [(draft.row, draft.serial) for draft in take(content).tests] == [
            (1, "U-0"),
            (2, "U-1"),
            (3, "U-2"),
        ]


def test_a_record_twice_in_a_file_is_taken_once():
    result = take([record(), record()])
    assert (len(result.drafts), result.warnings) == (
        1,
        ("Record 2 is record 1 again; taken once.",),
    )


def test_in_a_list_the_path_names_the_record():
    result = take([record(), record(dut_id=None), 7])
    assert [problem.sentence for problem in result.refused] == [
        "Record 2, $[1].dut_id: found nothing; expected the serial number of the unit.",
        "Record 3, $[2]: found 7; expected an OpenHTF record (an object).",
    ]
    assert len(result.drafts) == 1


def test_truncated_json_is_refused_with_line_column_and_offset():
    raw = json.dumps(record(dut_id="é"), indent=1, ensure_ascii=False).encode()
    cut = raw[: raw.index(b'"outcome"')]
    assert refusal(cut) == (
        f"r.json, line 5, column 2 (byte {len(cut):,}): the JSON ends in the middle of a value. "
        "Copy the file again."
    )


def test_broken_json_is_refused_with_its_place():
    assert refusal(b'{"dut_id": "a",\n "outcome" "PASS"}') == (
        "r.json, line 2, column 12 (byte 27): no valid JSON (expecting ':' delimiter)."
    )


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (b'"a"', "'a'"),
        (b"5", "5"),
        (b"[]", "an empty list"),
        (b"{}", "an empty object"),
        (b'{"type": "T", "id": 1}', "an object with 'type', 'id'"),
        (b"[[1]]", "a list"),
    ],
)
def test_what_is_no_record_at_all_is_named(raw, found):
    assert refusal(raw) == (
        f"r.json: found {found}; expected an OpenHTF record, an object with 'dut_id', "
        "'outcome' and 'phases'."
    )


def test_what_is_no_json_is_named_by_its_content():
    assert refusal(b"%PDF-1.4 ...") == "r.json is a PDF; expected JSON."


def test_nesting_without_end_and_too_many_values_are_refused():
    assert refusal(b"[" * 200_000) == ("r.json: objects inside objects, more than a record has.")
    assert refusal(b"[1,1,1,1,1,1]", limits=Limits(json_values=5)) == (
        "r.json holds more than 5 values. Split it."
    )


def test_commas_and_brackets_in_texts_are_not_counted_as_values():
    given = record(log_records=[{"message": 'a,b,[[[,"\\,,' * 50}] * 3)
    result = take(given, limits=Limits(json_values=400))
    assert (result.refused, result.tests[0].log_records) == ((), 3)


def test_windows_1252_is_read_and_told():
    raw = json.dumps(record(dut_id="é"), ensure_ascii=False).encode("cp1252")
    result = take(raw)
    assert (result.tests[0].serial, result.warnings) == (
        "é",
        ("r.json is not UTF-8 and was read as Windows-1252.",),
    )


# ---------------------------------------------------------------- the shared records


def shared(name: str) -> TestDraft:
    path = CASES / name
    if not path.exists():
        pytest.skip(f"{path} is absent")
    result = read(path, name="", options=ReadOptions())
    assert (result.refused, result.warnings) == ((), ())
    return result.tests[0]


def measured(draft: TestDraft, name: str) -> MeasurementDraft:
    return next(each for each in draft.measurements if each.name == name)


GAP = LimitsDraft(
    lower=Decimal("0.1"),
    upper=Decimal("0.45"),
    marginal_lower=Decimal("0.15"),
    marginal_upper=Decimal("0.4"),
)


@pytest.mark.parametrize(
    ("name", "serial", "outcome", "marginal", "failed"),
    [
        ("CTR-0001", "CTR-0001", "PASS", False, []),
        ("CTR-0001b_unicode", "CTR-0001b é_Ω", "FAIL", None, ["firmware_version"]),
        ("CTR-0002", "CTR-0002", "FAIL", None, ["lid_gap_mm", "lid_seats"]),
        ("CTR-0003", "CTR-0003", "FAIL", None, ["pinholes_top_face"]),
        ("CTR-0004", "CTR-0004", "ERROR", None, []),
        ("CTR-0005", "CTR-0005", "PASS", True, []),
        ("CTR-0006", "CTR-0006", "FAIL", None, ["lid_gap_mm"]),
    ],
)
def test_each_generated_record_is_read_as_given(name, serial, outcome, marginal, failed):
    draft = shared(f"generated/{name}.counter_final.json")
    found = [each.name for each in draft.measurements if each.outcome is TestOutcome.FAIL]
    assert (draft.serial, draft.outcome.name, draft.marginal, found) == (
        serial,
        outcome,
        marginal,
        failed,
    )
    assert measured(draft, "lid_gap_mm").limits == GAP
    assert (draft.part_number, draft.revision, draft.lot) == ("CTR-149", "B", "CER-LOT-02")


def test_the_marginal_the_error_and_the_nan_record():
    assert measured(shared("generated/CTR-0005.counter_final.json"), "lid_gap_mm").marginal is True
    error = shared("generated/CTR-0004.counter_final.json")
    unset = [each.name for each in error.measurements if each.outcome is TestOutcome.UNSET]
    assert unset == ["firmware_version", "standby_current", "not_set_on_abort"]
    assert error.outcome_details == (OutcomeDetail("RuntimeError", "fixture contact lost on TP3"),)
    nan = measured(shared("generated/CTR-0006.counter_final.json"), "lid_gap_mm")
    assert (nan.not_a_number, nan.value, nan.outcome) == (True, None, TestOutcome.FAIL)


def test_the_series_and_the_attachment_of_a_generated_record():
    draft = shared("generated/CTR-0001.counter_final.json")
    sweep = measured(draft, "thermal_sweep")
    assert (len(sweep.series), sweep.series[1]) == (5, (Decimal(10), Decimal("21.0")))
    assert (sweep.dimensions[0].suffix, sweep.unit.suffix) == ("s", "°C")
    assert (draft.attachments[0].name, draft.attachments[0].sha1_matches) == ("log.txt", True)


def test_the_record_from_the_field_is_read():
    draft = shared("PCB01A69658.openhtf_test.2025-01-20.json")
    assert (draft.serial, draft.procedure_id, draft.lot, len(draft.phases)) == (
        "PCB01A69658",
        "FVT4",
        "11-24",
        11,
    )
    assert (len(draft.measurements), (draft.ended_at - draft.started_at).total_seconds()) == (
        11,
        14.048,
    )
    voltage = measured(draft, "input_voltage")
    assert (voltage.value, voltage.limits, voltage.unit.suffix, voltage.validators) == (
        Decimal("4.83"),
        LimitsDraft(lower=Decimal("4.5"), upper=Decimal(5)),
        "V",
        ("4.5 <= x <= 5",),
    )


# ---------------------------------------------------------------- whatever comes

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
FULL = record(
    measurement(measured_value=1, validators=["x <= 5"], units={"name": "mm"}, dimensions=[]),
    subtests=[{"name": "a", "outcome": "PASS"}],
    outcome_details=[{"code": "a", "description": "b"}],
)
FULL["phases"][0]["attachments"] = {"a": {"data": "eA==", "sha1": "x", "mimetype": None}}


def places(content, path=()):
    """The path of every value in a record."""
    yield path
    pairs = content.items() if isinstance(content, dict) else []
    pairs = enumerate(content) if isinstance(content, list) else pairs
    for key, inner in pairs:
        yield from places(inner, (*path, key))


PLACES = [path for path in places(FULL) if path]


@given(st.sampled_from(PLACES), JSON)
@settings(max_examples=150, deadline=None, database=None)
def test_any_value_in_any_field_is_taken_or_refused_by_path(path, new):
    content = copy.deepcopy(FULL)
    inner = content
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = new
    result = take([content, record(dut_id="other")])
    assert len(result.drafts) + len(result.refused) == 2


RAW = json.dumps(FULL).encode()


@given(st.integers(0, len(RAW)), st.binary(max_size=4), st.booleans())
@settings(max_examples=150, deadline=None, database=None)
def test_a_damaged_file_is_read_or_one_sentence(place, patch, cut):
    raw = RAW[:place] + patch + (b"" if cut else RAW[place + len(patch) :])
    try:
        outcome = take(raw or b"{").name
    except InvalidInput as error:
        outcome = error.message
    assert outcome.startswith("r.json")
