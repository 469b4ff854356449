"""A WATS report makes the same record whichever of its two formats it comes in."""

import base64
import copy
import json
import os
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstoff.errors import InvalidInput
from firstoff.formats.sources import Limits
from firstoff.formats.testdata import detect
from firstoff.formats.testdata.drafts import (
    LimitsDraft,
    OutcomeDetail,
    ReadOptions,
    SubUnitDraft,
    ValueKind,
)
from firstoff.formats.testdata.packing import pack_draft, procedure_from, unpack
from firstoff.formats.testdata.wats_json import read as read_json
from firstoff.formats.testdata.wats_xml import read as read_xml
from firstoff.terms import TestOutcome
from tests.formats.testdata.wats_reports import (
    ID,
    numeric,
    repair,
    report,
    step,
    take,
    take_xml,
    xml,
)

SHARED = Path(
    os.environ.get("FIRSTOFF_SHARED", Path(__file__).resolve().parents[3] / ".." / "shared")
)
CASES = SHARED / "cases" / "testdata" / "wats"
PASS, FAIL = TestOutcome.PASS, TestOutcome.FAIL


def one(held):
    """The draft of a report, proven the same out of either format."""
    found, other = take(held), take_xml(xml(held))
    assert (found.refused, other.refused) == ((), ())
    assert found.drafts == other.drafts
    assert found.warnings == other.warnings
    return found.drafts[0]


def value(held, **of_step):
    return one(report(step("Iref", numericMeas=[held], **of_step))).measurements[0]


def warnings(held):
    one(held)
    return take(held).warnings


def refusal(content, reader=take):
    with pytest.raises(InvalidInput) as caught:
        reader(content)
    return str(caught.value)


# ---------------------------------------------------------------- the head of a report


def test_a_report_is_read_whole():
    draft = one(report(step("Iref", numericMeas=[numeric(5.0, low=4.5, high=5.5)])))
    assert (draft.serial, draft.station, draft.outcome) == ("U-1", "bench-3", PASS)
    assert (draft.test_name, draft.test_version, draft.procedure_id) == ("Final test", "2.1", "10")
    assert (draft.part_number, draft.revision, draft.lot) == ("CTR-149", "B", "L-7")
    assert (draft.operator, draft.record_id) == ("eva", ID)
    assert draft.started_at == datetime(2026, 5, 4, 8, 0, 0, 250_000, tzinfo=UTC)
    assert draft.ended_at == datetime(2026, 5, 4, 8, 0, 12, 750_000, tzinfo=UTC)
    assert json.loads(draft.metadata) == {
        "fixture": "FX-1",
        "location": "Hall 2",
        "purpose": "Production",
        "sequence": {"name": "final.seq", "path": "C:\\final.seq", "version": "2.1"},
    }


@pytest.mark.parametrize(
    ("letter", "outcome"),
    [
        ("P", TestOutcome.PASS),
        ("F", TestOutcome.FAIL),
        ("E", TestOutcome.ERROR),
        ("T", TestOutcome.ABORTED),
        ("D", TestOutcome.UNSET),
    ],
)
def test_each_result_is_kept(letter, outcome):
    assert one(report(result=letter)).outcome is outcome


def test_a_time_without_offset_is_of_the_site():
    draft = one(report(startUTC=..., start="2026-05-04T10:00:00"))
    assert draft.started_at == datetime(2026, 5, 4, 10, 0, tzinfo=UTC)


def test_a_report_may_say_no_time():
    draft = one(report(startUTC=..., start=...))
    assert (draft.started_at, draft.ended_at) == (None, None)


def test_misc_info_assets_and_errors_are_kept():
    held = report(
        miscInfos=[
            {"description": "firmware", "text": "1.4", "numeric": None},
            {"description": "humidity", "text": None, "numeric": 41.0},
        ],
        assets=[{"assetSN": "DMM-7", "usageCount": 1}],
        uut={"errorCode": 17, "errorMessage": "no contact"},
    )
    draft = one(held)
    assert json.loads(draft.metadata)["misc"] == [
        {"name": "firmware", "text": "1.4"},
        {"name": "humidity", "number": "41"},
    ]
    assert json.loads(draft.metadata)["assets"] == [{"serial": "DMM-7", "used": "1"}]
    assert draft.outcome_details == (OutcomeDetail("17", "no contact"),)


def test_sub_units_are_the_parts_of_the_unit():
    held = report(
        subUnits=[
            {"partType": "PCBA", "pn": "PCB", "sn": "P-1", "rev": "A", "position": 0},
            {"partType": "PSU", "pn": "PSU", "sn": "S-9", "rev": "C", "position": 2},
        ]
    )
    assert one(held).sub_units == (
        SubUnitDraft("P-1", "PCB", "A", name="PCBA", position="0"),
        SubUnitDraft("S-9", "PSU", "C", name="PSU", position="2"),
    )


# ---------------------------------------------------------------- steps


def test_steps_are_phases_with_the_path_of_their_sequence():
    inner = step("Supply", 2, stepType="SequenceCall", steps=[step("Iref", 3)])
    phases = one(report(inner)).phases
    assert [(p.name, p.subtest, p.outcome) for p in phases] == [
        ("Main", "", PASS),
        ("Supply", "Main", PASS),
        ("Iref", "Main/Supply", PASS),
    ]


def test_a_step_that_is_done_judged_nothing():
    phase = one(report(step("wait", status="D"))).phases[1]
    assert (phase.outcome, phase.result) == (None, "Done")


def test_steps_of_one_name_are_told_apart():
    held = report(
        step("Iref", 2, numericMeas=[numeric(1, low=0, high=2)]),
        step("Iref", 3, numericMeas=[numeric(1, low=0, high=9)]),
    )
    assert [m.phase for m in one(held).measurements] == ["Iref", "Iref #2"]
    assert [line.upper for line in procedure_from(one(held)).lines] == [Decimal(2), Decimal(9)]


def test_the_turns_of_a_loop_keep_one_name_and_the_last_one_holds():
    held = report(
        step("Iref", 2, loop={"num": 2, "passed": 1, "failed": 1}, numericMeas=[numeric(7.0)]),
        step("Iref", 3, loop={"idx": 0}, numericMeas=[numeric(6.0)]),
        step("Iref", 4, loop={"idx": 1}, numericMeas=[numeric(7.0)]),
    )
    draft = one(held)
    assert [p.result for p in draft.phases[1:]] == [
        "loop of 2, passed 1, failed 1",
        "turn 0",
        "turn 1",
    ]
    packed, lines = pack_draft(draft), procedure_from(draft).lines
    found = unpack(lines, packed.values, packed.outcomes, packed.extras)
    assert [result.value for result in found] == [7.0]


def test_the_text_of_a_step_goes_with_its_first_value():
    assert value(numeric(1), reportText="seen\r\ntwice").note == "seen\ntwice"


def test_an_error_of_a_step_is_named_with_it():
    held = report(step("Iref", errorCode=9999, errorMessage="range"))
    assert one(held).outcome_details == (OutcomeDetail("9999", "Iref: range"),)


def test_an_attachment_comes_with_its_content():
    data = base64.b64encode(b"a,b\n").decode()
    held = report(
        step("Iref", attachment={"name": "t.csv", "contentType": "text/csv", "data": data})
    )
    found = one(held).attachments
    assert [(a.name, a.mimetype, a.content, a.phase) for a in found] == [
        ("t.csv", "text/csv", b"a,b\n", "Iref")
    ]


# ---------------------------------------------------------------- measurements


@pytest.mark.parametrize(
    ("operator", "low", "high", "limits", "rule"),
    [
        ("LOG", None, None, LimitsDraft(), ()),
        ("EQ", 5, None, LimitsDraft(lower=Decimal(5), upper=Decimal(5)), ()),
        ("NE", 4, None, LimitsDraft(), ("x != 4",)),
        ("GE", 5, None, LimitsDraft(lower=Decimal(5)), ()),
        ("GT", 4, None, LimitsDraft(lower=Decimal(4)), ("x > 4",)),
        ("LE", 5, None, LimitsDraft(upper=Decimal(5)), ()),
        ("LT", 6, None, LimitsDraft(upper=Decimal(6)), ("x < 6",)),
        ("LT", None, 6, LimitsDraft(upper=Decimal(6)), ("x < 6",)),
        ("GELE", 4, 6, LimitsDraft(lower=Decimal(4), upper=Decimal(6)), ()),
        ("GTLT", 4, 6, LimitsDraft(lower=Decimal(4), upper=Decimal(6)), ("x > 4 and x < 6",)),
        ("GELT", 4, 6, LimitsDraft(lower=Decimal(4), upper=Decimal(6)), ("x < 6",)),
        ("GTLE", 4, 6, LimitsDraft(lower=Decimal(4), upper=Decimal(6)), ("x > 4",)),
        ("LEGE", 5, 9, LimitsDraft(), ("x <= 5 or x >= 9",)),
        ("LTGT", 6, 9, LimitsDraft(), ("x < 6 or x > 9",)),
        ("ODD", 6, 9, LimitsDraft(), ("ODD 6 9",)),
    ],
)
def test_each_comparison_keeps_what_it_asks(operator, low, high, limits, rule):
    found = value(numeric(5.0, operator, low, high))
    assert (found.value, found.limits, found.unread) == (Decimal(5), limits, rule)
    assert warnings(report(step("Iref", numericMeas=[numeric(5.0, operator, low, high)]))) == ()


@pytest.mark.parametrize(
    ("operator", "low", "high"),
    [("GE", 6, None), ("GT", 5, None), ("GELT", 4, 5), ("EQ", 4, None), ("LEGE", 4, 6)],
)
def test_a_value_that_passed_outside_its_limits_is_a_warning(operator, low, high):
    assert warnings(report(step("Iref", numericMeas=[numeric(5.0, operator, low, high)]))) == (
        "Report 1, U-1: step 2 'Iref' is Passed, and 5 is outside its limits.",
    )


@pytest.mark.parametrize(("given", "special"), [("NaN", "nan"), ("INF", "inf"), ("-INF", "-inf")])
def test_what_is_no_finite_number_is_named(given, special):
    found = value(numeric(given, "LOG"))
    assert (found.kind, found.value, found.special) == (ValueKind.NUMBER, None, special)


def test_a_double_has_its_shortest_digits():
    assert value(numeric(0.1, "LOG")).value == Decimal("0.1")
    assert value(numeric(-7.18227949042409, "LOG")).value == Decimal("-7.18227949042409")


def test_measurements_of_one_step_have_their_own_names():
    many = [numeric(1, name="a"), numeric(2, name="b"), numeric(3, name="a")]
    names = [m.name for m in one(report(step("Iref", numericMeas=many))).measurements]
    assert names == ["a", "b", "a #2"]


def test_pass_and_fail_are_yes_and_no():
    held = report(
        step("lid", status="F", booleanMeas=[{"name": "seats", "status": "F"}]), result="F"
    )
    found = one(held).measurements[0]
    assert (found.name, found.kind, found.flag, found.outcome) == (
        "seats",
        ValueKind.BOOLEAN,
        False,
        FAIL,
    )


def test_a_text_is_compared_as_its_operator_says():
    meas = {"compOp": "IgnoreCase", "status": "P", "value": "v1.4", "limit": "V1.4"}
    found = one(report(step("fw", stringMeas=[meas]))).measurements[0]
    assert (found.kind, found.text, found.unread) == (
        ValueKind.TEXT,
        "v1.4",
        ("x == 'V1.4' in any case",),
    )
    assert warnings(report(step("fw", stringMeas=[meas | {"compOp": "CASESENSIT"}]))) == (
        "Report 1, U-1: step 2 'fw' is Passed, and 'v1.4' is outside its limits.",
    )


# ---------------------------------------------------------------- contradictions


def test_a_report_that_passes_what_failed_is_a_warning_with_the_step():
    held = report(step("Iref", 5, status="F"))
    assert warnings(held) == ("Report 1, U-1: the report says Passed, step 5 'Iref' failed.",)
    assert one(held).outcome is PASS


def test_a_report_that_fails_without_a_failed_step_is_a_warning():
    assert warnings(report(step("Iref"), result="F")) == (
        "Report 1, U-1: the report says Failed, no step failed.",
    )


def test_a_step_that_passes_a_failed_measurement_is_a_warning():
    held = report(step("Iref", numericMeas=[numeric(9, low=1, high=5, status="F")]))
    assert warnings(held) == (
        "Report 1, U-1: step 2 'Iref' is Passed, and a measurement in it is Failed.",
    )


# ---------------------------------------------------------------- repairs


def test_a_repair_names_what_failed_and_what_replaced_it():
    draft = one(repair())
    assert (draft.serial, draft.operator, draft.process, draft.test_name) == (
        "U-1",
        "ida",
        "Repair",
        "Burn in",
    )
    assert draft.test_id == "5a0c8d3e-0000-4000-8000-000000000001"
    failure = draft.failures[0]
    assert (failure.code, failure.category, failure.component, failure.note) == (
        "Burned",
        "Component",
        "U1",
        "dark",
    )
    assert (failure.serial, failure.article, failure.article_vendor, failure.step) == (
        "U-1",
        "TPS7A",
        "TI",
        "4",
    )
    new = SubUnitDraft("P-2", "PCB", "A", name="PCBA")
    old = SubUnitDraft("P-1", "PCB", "A", name="PCBA", removed=True)
    assert draft.sub_units == (old, new)
    assert [(r.removed, r.installed) for r in draft.replacements] == [(old, new)]


def test_the_name_of_the_step_stays_where_the_report_has_it():
    assert take(repair()).repairs[0].failures[0].step_name == "Iref"


def test_a_repair_of_nothing_is_a_warning():
    held = repair(subUnits=[], uur={"processCode": 90, "processName": "x", "user": "ida"})
    assert warnings(held) == (
        "Report 1, U-1: the repair names no test report.",
        "Report 1, U-1: the repair names no failure.",
    )


# ---------------------------------------------------------------- files


def test_several_reports_come_in_one_file():
    held = [report(id=f"r{n}", sn=f"U-{n}") for n in range(3)]
    assert [d.serial for d in take(held).drafts] == ["U-0", "U-1", "U-2"]
    assert take(b"\n".join(json.dumps(r).encode() for r in held)).drafts == take(held).drafts
    assert take_xml(xml(*held)).drafts == take(held).drafts


def test_a_report_that_is_there_twice_is_taken_once():
    result = take([report(), report()])
    assert (len(result.drafts), result.warnings[-1]) == (
        1,
        "Report 2 is report 1 again; taken once.",
    )


def test_one_id_for_two_reports_is_a_warning():
    result = take([report(), report(sn="U-2")])
    assert (len(result.drafts), result.warnings[-1]) == (
        2,
        f"Reports 1 and 2 have one ID, {ID}, and differ.",
    )


def test_a_report_that_cannot_be_taken_leaves_the_others():
    result = take([report(), report(id="x", result="GREAT"), report(id="y", sn=" ")])
    assert len(result.drafts) == 1
    assert [row.sentence for row in result.refused] == [
        "Report 2, result: found 'GREAT'; expected Passed, Failed, Done, Error, Terminated or "
        "Skipped (or P, F, D, E, T, S).",
        "Report 3, sn: found ' '; expected the serial number of the unit.",
    ]


@pytest.mark.parametrize(
    ("meas", "sentence"),
    [
        (numeric("12,5"), "Report 1, step 2 'Iref', value: found '12,5'; expected a number."),
        (numeric(1, status="X"), "Report 1, step 2 'Iref', status: found 'X'; expected Passed"),
    ],
)
def test_a_field_that_cannot_be_taken_is_named(meas, sentence):
    held = report(step("Iref", numericMeas=[meas]))
    for result in (take(held), take_xml(xml(held))):
        assert result.refused[0].sentence.startswith(sentence)


def test_a_report_is_found_by_its_names_and_not_by_those_of_others():
    root_first = {"root": report()["root"], "sn": "U-1", "pn": "P", "result": "P"}
    openhtf = {"metadata": {"sub_units": [{"sn": "P-1"}]}, "dut_id": "U-1", "phases": []}
    found = [detect(json.dumps(held).encode()).name for held in (root_first, [report()], openhtf)]
    assert found == ["wats_json", "wats_json", "openhtf"]
    assert detect(json.dumps(report()).encode("utf-16")).name == "wats_json"
    prefixed = xml(report()).replace(b"<Reports xmlns=", b"<w:Reports xmlns:w=")
    assert detect(prefixed).name == "wats_xml"


def test_what_is_no_report_is_told():
    assert refusal(b'{"a": 1}') == (
        "r.json: found an object with 'a'; expected a WATS report, an object with 'sn', 'pn', "
        "'result' and 'root' or 'uur'."
    )
    assert refusal(b"<Reports/>", take_xml) == (
        "r.xml: found <Reports>; expected <Reports> with a WATS <Report> in it."
    )


def test_entities_are_refused():
    bomb = b'<!DOCTYPE r [<!ENTITY a "aaaa">]><Reports>&a;</Reports>'
    assert refusal(bomb, take_xml) == "r.xml declares XML entities, which no record does."


def test_too_much_is_refused():
    options = ReadOptions(limits=Limits(json_values=20))
    for reader, content in ((read_json, json.dumps(report()).encode()), (read_xml, xml(report()))):
        with pytest.raises(InvalidInput) as caught:
            reader(content, name="r", options=options)
        assert str(caught.value) == "r holds more than 20 values. Split it."


@pytest.mark.parametrize("depth", [120, 5_000])
def test_steps_deeper_than_any_sequence_are_refused(depth):
    inner = '{"name": "s", "status": "P", "steps": [' * depth + "]}" * depth
    deep = json.dumps(report(root="HERE")).replace('"HERE"', inner).encode()
    try:
        found = take(deep).refused[0].sentence
    except InvalidInput as error:
        found = str(error)
    assert found in (
        "Report 1, steps: found steps inside steps; expected at most 100 levels.",
        "r.json: objects inside objects, more than a record has.",
    )
    steps = b'<Step Name="s" Status="P">' * depth + b"</Step>" * depth
    cut = xml(report(root=...)).replace(b"</Report>", steps + b"</Report>")
    if depth > 400:
        assert refusal(cut, take_xml) == "r.xml: elements inside elements, more than a record has."


WHOLE = report(
    step("Iref", numericMeas=[numeric(5.0, low=4, high=6)], reportText="é"),
    subUnits=[{"partType": "PCBA", "pn": "PCB", "sn": "P-1", "rev": "A", "position": 0}],
)


@pytest.mark.parametrize(
    ("content", "reader"), [(json.dumps(WHOLE).encode(), take), (xml(WHOLE), take_xml)]
)
def test_a_file_cut_off_anywhere_is_refused_with_the_place(content, reader):
    for end in range(1, len(content)):
        with pytest.raises(InvalidInput) as caught:
            reader(content[:end])
        assert caught.value.code in (
            "broken-json",
            "broken-xml",
            "not-json",
            "not-xml",
            "not-wats",
        )


@pytest.mark.parametrize("reader", [take, take_xml])
@given(raw=st.binary(min_size=1, max_size=200))
def test_any_bytes_are_read_or_refused(reader, raw):
    with suppress(InvalidInput):
        reader(raw)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=4,
)


def places(held, found=()):
    """The path of every value in a report."""
    items = held.items() if isinstance(held, dict) else enumerate(held)
    for key, each in items:
        yield (*found, key)
        if isinstance(each, dict | list):
            yield from places(each, (*found, key))


@settings(max_examples=150)
@given(data=st.data())
def test_any_field_may_hold_anything(data):
    whole = copy.deepcopy(data.draw(st.sampled_from([WHOLE, repair()])))
    *path, last = data.draw(st.sampled_from(list(places(whole))))
    at = whole
    for key in path:
        at = at[key]
    at[last] = data.draw(anything)
    result = take(whole)
    assert len(result.drafts) + len(result.refused) == 1


# ---------------------------------------------------------------- a real report, in both formats


@pytest.mark.slow
@pytest.mark.skipif(not CASES.exists(), reason="the shared WATS reports are not here")
def test_a_real_report_is_the_same_in_both_formats():
    found = read_json(CASES / "uut-wsjf-export.json", name="", options=ReadOptions())
    other = read_xml(CASES / "uut-wsxf-export.xml", name="", options=ReadOptions())
    assert found.drafts == other.drafts
    assert (found.refused, found.warnings, other.warnings) == ((), (), ())
    draft = found.tests[0]
    assert Counter(phase.outcome for phase in draft.phases) == {PASS: 118, FAIL: 67, None: 1}
    assert Counter(m.kind for m in draft.measurements) == {
        ValueKind.NUMBER: 108,
        ValueKind.BOOLEAN: 17,
        ValueKind.TEXT: 21,
    }
    assert (len(draft.sub_units), len(draft.attachments)) == (2, 2)
    again = replace(draft, row=2)
    assert pack_draft(again) == pack_draft(draft)


@pytest.mark.skipif(not CASES.exists(), reason="the shared WATS reports are not here")
def test_a_real_repair_refers_to_its_test():
    draft = read_json(CASES / "uur_repair_example.json", name="", options=ReadOptions()).repairs[0]
    assert draft.test_id == "873d67f8-7669-4f4b-a627-e598e444d323"
    assert [(f.code, f.component) for f in draft.failures] == [("Burned Component", "U1")]
