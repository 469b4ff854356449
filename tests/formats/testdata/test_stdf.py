"""STDF: each part tested makes one record, in either byte order, packed or not."""

import bz2
import gzip
import json
import os
import struct
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstoff.errors import InvalidInput
from firstoff.formats.sources import Limits
from firstoff.formats.testdata import detect
from firstoff.formats.testdata.drafts import (
    LimitsDraft,
    OutcomeDetail,
    ReadOptions,
    UnitOfMeasure,
    ValueKind,
)
from firstoff.formats.testdata.stdf import read
from firstoff.formats.testdata.stdf_file import decimal_of
from firstoff.terms import TestOutcome
from tests.formats.testdata.stdf_files import FAIL_PART, FAIL_TEST, Writer, take

SHARED = Path(
    os.environ.get("FIRSTOFF_SHARED", Path(__file__).resolve().parents[3] / ".." / "shared")
)
CASES = SHARED / "cases" / "testdata" / "stdf"
PASS, FAIL = TestOutcome.PASS, TestOutcome.FAIL
W = Writer()


def parts(*records):
    result = take(W.file(*records))
    assert result.refused == ()
    return result.tests


def measured(*records):
    """The measurements of one part with these test records."""
    return parts(W.pir(), *records, W.prr("U-1"))[0].measurements


def refusal(content, **given):
    with pytest.raises(InvalidInput) as caught:
        take(content, **given)
    return caught.value


# ---------------------------------------------------------------- a part


def test_a_part_is_a_record():
    draft = parts(W.part("U-1", 0.25))[0]
    assert (draft.row, draft.serial, draft.outcome) == (1, "U-1", PASS)
    assert (draft.lot, draft.part_number, draft.station) == ("L-7", "CTR", "ST01")
    assert (draft.test_name, draft.test_version, draft.operator) == ("final", "1.0", "eva")
    assert draft.started_at == datetime(2026, 1, 1, tzinfo=UTC)
    assert json.loads(draft.metadata) == {
        "hard_bin": 1, "head": 1, "milliseconds": 1200, "mode": "P", "part_id": "U-1",
        "site": 1, "soft_bin": 1, "station": "1", "tester": "SIM",
    }  # fmt: skip


def test_a_result_is_a_measurement_with_limits_and_unit():
    found = measured(W.ptr(0.25))[0]
    assert (found.name, found.phase, found.kind) == ("lid_gap", "1000", ValueKind.NUMBER)
    assert (found.value, found.outcome) == (Decimal("0.25"), PASS)
    assert found.limits == LimitsDraft(lower=Decimal("0.1"), upper=Decimal("0.45"))
    assert found.unit == UnitOfMeasure(suffix="mm")


def test_both_byte_orders_packed_or_not_give_the_same_records():
    found = [
        pack(w.file(w.part("U-1", 0.25), w.part("U-2", 0.6, failed=True)))
        for w in (Writer("<"), Writer(">"))
        for pack in (bytes, gzip.compress, bz2.compress)
    ]
    first = take(found[0]).drafts
    assert len(first) == 2
    assert [take(content).drafts == first for content in found] == [True] * 6


def test_times_are_by_the_clock_on_the_wall_of_the_tester():
    options = ReadOptions(time_zone=ZoneInfo("Asia/Shanghai"))
    draft = read(W.file(W.part("U-1", 0.2)), name="t", options=options).tests[0]
    assert draft.started_at == datetime(2025, 12, 31, 16, 0, tzinfo=UTC)


def test_a_file_may_say_no_time():
    content = W.far() + W.mir(start=0) + W.part("U-1", 0.2) + W.mrr()
    assert take(content).tests[0].started_at is None


@pytest.mark.parametrize(
    ("flags", "outcome"),
    [(0x00, PASS), (0x08, FAIL), (0x10, TestOutcome.UNSET), (0x04, TestOutcome.ABORTED)],
)
def test_the_outcome_of_a_part_is_as_its_flags_say(flags, outcome):
    assert parts(W.pir(), W.prr("U-1", flags))[0].outcome is outcome


def test_a_failed_part_names_its_bin():
    records = W.part("U-1", 0.6, failed=True, hard=5), W.hbr(5, 1, "F", "GAP")
    draft = parts(*records)[0]
    assert draft.outcome_details == (OutcomeDetail("bin 5", "GAP"),)
    assert json.loads(draft.metadata)["hard_bin_name"] == "GAP"


# ---------------------------------------------------------------- tests


@pytest.mark.parametrize(
    ("flags", "outcome", "kind"),
    [
        (0x00, PASS, ValueKind.NUMBER),
        (0x80, FAIL, ValueKind.NUMBER),
        (0x40, TestOutcome.UNSET, ValueKind.NUMBER),
        (0xC0, TestOutcome.UNSET, ValueKind.NUMBER),
        (0x02, PASS, ValueKind.NONE),
        (0x08, TestOutcome.TIMEOUT, ValueKind.NUMBER),
        (0x10, TestOutcome.SKIPPED, ValueKind.NONE),
        (0x20, TestOutcome.ABORTED, ValueKind.NONE),
    ],
)
def test_the_outcome_of_a_test_is_as_its_flags_say(flags, outcome, kind):
    found = measured(W.ptr(0.25, flags))[0]
    assert (found.outcome, found.kind) == (outcome, kind)


def test_what_the_first_record_of_a_test_says_holds_for_later_ones():
    found = measured(W.ptr(0.25), W.ptr(0.3, short=True))
    assert [(m.name, m.unit, m.limits) for m in found] == [
        ("lid_gap", UnitOfMeasure(suffix="mm"), found[0].limits)
    ] * 2


@pytest.mark.parametrize(
    ("option", "low", "high"),
    [
        (0x00, "0.2", "0.9"),  # its own
        (0x10, "0.1", "0.9"),  # the low one as before
        (0x20, "0.2", "0.45"),  # the high one as before
        (0x40, None, "0.9"),  # no low one
        (0x80, "0.2", None),  # no high one
        (0xC0, None, None),
    ],
)
def test_opt_flag_says_which_limits_are_its_own(option, low, high):
    later = W.ptr(0.3, option=option, low=0.2, high=0.9, text="", unit="")
    limits = measured(W.ptr(0.25), later)[1].limits
    assert limits == LimitsDraft(lower=low and Decimal(low), upper=high and Decimal(high))


def test_tests_with_one_number_and_other_names_are_other_tests():
    found = measured(W.ptr(0.25), W.ptr(1.5, text="wall", low=1.0, high=2.0), W.ptr(0.3, short=1))
    assert [(m.name, str(m.limits.upper)) for m in found] == [
        ("lid_gap", "0.45"),
        ("wall", "2"),
        ("lid_gap", "0.45"),
    ]


def test_a_test_without_a_name_has_its_number():
    assert measured(W.ptr(0.25, text=""))[0].name == "test 1000"


def test_a_test_named_only_in_the_synopsis_has_that_name():
    tsr = W.record(10, 30, "BBcIIIIn", 255, 255, "P", 1000, 1, 0, 0, "lid_gap")
    assert parts(W.pir(), W.ptr(0.25, text=""), W.prr("U-1"), tsr)[0].measurements[0].name == (
        "lid_gap"
    )


def test_a_result_that_is_no_number_is_named():
    found = measured(W.ptr(float("nan"), 0x80), W.ptr(float("inf"), 0x80))
    assert [(m.value, m.special) for m in found] == [(None, "nan"), (None, "inf")]


def test_a_multiple_result_is_a_series_over_pins():
    pmr = W.record(1, 60, "HHnnn", 7, 0, "ch7", "ball7", "VDD")
    found = measured(pmr, W.mpr([0.5, -0.25], [7, 8]))[0]
    assert (found.kind, found.series) == (
        ValueKind.SERIES,
        (("VDD", Decimal("0.5")), ("8", Decimal("-0.25"))),
    )
    assert found.limits == LimitsDraft(lower=Decimal(-1), upper=Decimal(1), each=True)
    assert (found.unit.suffix, found.dimensions[0].name) == ("uA", "pin")


def test_a_functional_test_is_yes_or_no():
    found = measured(W.ftr(), W.ftr(FAIL_TEST))
    assert [(m.name, m.flag, m.outcome, m.note) for m in found] == [
        ("scan", True, PASS, "vector p1"),
        ("scan", False, FAIL, "vector p1; 2 pins failed"),
    ]


def test_tests_of_a_program_section_are_under_its_name():
    begin, end = W.record(20, 10, "n", "dc"), W.record(20, 20)
    found = measured(begin, W.ptr(0.2), end, W.ptr(0.3, number=1001))
    assert [m.subtest for m in found] == ["dc", ""]


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_a_number_of_four_bytes_has_digits_that_tell_it_from_all_others(value):
    found = decimal_of(value)
    assert struct.pack("<f", float(found)) == struct.pack("<f", value or 0.0)
    assert len(found.as_tuple().digits) <= 9


# ---------------------------------------------------------------- sites, wafers, retests


def test_results_of_several_sites_come_interleaved():
    draft = parts(
        W.pir(site=1), W.pir(site=2),
        W.ptr(0.2, site=1), W.ptr(0.3, site=2), W.ptr(0.25, site=1),
        W.prr("B", site=2), W.prr("A", site=1),
    )  # fmt: skip
    found = {d.serial: [str(m.value) for m in d.measurements] for d in draft}
    assert found == {"B": ["0.3"], "A": ["0.2", "0.25"]}


def test_a_part_without_a_name_has_its_place_on_the_wafer():
    records = W.wir("W03"), W.part("", 0.2, x=4, y=-2), W.wrr(1, "W03")
    draft = parts(*records)[0]
    assert draft.serial == "L-7/W03/X4Y-2"
    assert draft.started_at == datetime(2026, 1, 1, 0, 1, tzinfo=UTC)


def test_names_that_come_at_several_places_do_not_tell_parts_apart():
    records = (W.part("1", 0.2, x=1, y=1), W.part("1", 0.2, x=2, y=1))
    result = take(W.file(W.wir("L-7-03"), *records, W.wrr(2, "L-7-03")))
    assert [d.serial for d in result.drafts] == ["L-7-03/X1Y1", "L-7-03/X2Y1"]
    assert result.warnings == (
        "1 PART_IDs come at several places on the wafer; parts are named by wafer and place.",
    )


def test_a_retest_by_place_is_a_test_of_the_part_there():
    first, again = W.part("7", 0.6, x=1, y=1, failed=True), W.pir() + W.prr("9", 0x02, x=1, y=1)
    found = parts(W.wir("W"), first, again)
    assert [(d.serial, d.outcome) for d in found] == [("7", FAIL), ("7", PASS)]
    assert json.loads(found[1].metadata)["retest"] == "place"
    assert found[0].digest != found[1].digest


def test_a_retest_by_name_keeps_both_results():
    again = W.pir() + W.ptr(0.2) + W.prr("A", 0x01)
    result = take(W.file(W.part("A", 0.6, failed=True), again))
    assert [(d.serial, d.outcome) for d in result.drafts] == [("A", FAIL), ("A", PASS)]
    assert result.warnings == ()


def test_names_that_only_count_are_a_warning():
    result = take(W.file(W.part("1", 0.2), W.part("2", 0.2)))
    assert result.warnings == (
        "PART_ID counts from 1 to 2: such a serial is unique only within lot L-7.",
    )


def test_a_part_without_name_and_place_is_refused():
    result = take(W.file(W.part("A", 0.2), W.part("", 0.2)))
    assert [d.serial for d in result.drafts] == ["A"]
    assert result.refused[0].sentence == (
        "Part 2, PART_ID: found nothing; expected a PART_ID, or the place on a wafer."
    )


def test_equipment_of_a_site_is_kept():
    sdr = W.record(1, 80, "BBBann", 1, 1, 2, bytes([1, 2]), "handler", "H-4")
    found = json.loads(parts(sdr, W.part("A", 0.2))[0].metadata)["equipment"]
    assert found == {"handler_type": "handler", "handler": "H-4"}


# ---------------------------------------------------------------- contradictions


def warnings(*records):
    return take(W.file(*records)).warnings


def test_a_part_that_passes_a_failed_test_is_a_warning():
    assert warnings(W.pir(), W.ptr(0.6, FAIL_TEST), W.prr("A")) == (
        "Part 1, A: the record says passed, test 1000 'lid_gap' failed.",
    )


def test_a_part_that_fails_no_test_is_a_warning():
    assert warnings(W.pir(), W.ptr(0.2), W.prr("A", FAIL_PART)) == (
        "1 parts failed, and no test of theirs did.",
    )


def test_values_outside_limits_that_passed_are_a_warning():
    assert warnings(W.part("A", 0.6)) == (
        "Test 1000 'lid_gap': 1 result passed outside the limits.",
    )


def test_alternate_limits_are_none():
    assert warnings(W.pir(), W.ptr(0.6, parm=0x20), W.prr("A")) == ()


def test_counts_that_do_not_agree_are_warnings():
    assert warnings(W.wir("W"), W.part("A", 0.2, x=1, y=1), W.wrr(2, "W"), W.pcr(3, 2)) == (
        f"Byte {len(W.far() + W.mir() + W.wir('W') + W.part('A', 0.2)):,}: wafer W has 2 parts by "
        "its WRR, and 1 in the file.",
        "PCR of all parts: 3 parts, and the file holds 1.",
        "PCR of all parts: 2 good parts, and the file holds 1.",
    )


def test_a_bin_that_counts_other_parts_is_a_warning():
    assert warnings(W.part("A", 0.2), W.hbr(1, 3, "P", "GOOD"), W.hbr(2, 0, "F", "BAD")) == (
        "HBR: 3 parts in bin 1, and the file holds 1.",
    )


def test_a_good_bin_with_failed_parts_is_a_warning():
    assert warnings(W.part("A", 0.6, failed=True), W.hbr(1, 1, "P", "GOOD")) == (
        "Hard bin 1 is for good parts, and 1 in it failed.",
    )


def test_parts_begun_and_not_ended_and_strays_are_warnings():
    assert warnings(W.ptr(0.2), W.part("A", 0.2), W.pir(), W.prr("B", site=4)) == (
        "1 test results of no part (no PIR at their head and site).",
        "1 parts ended and not begun (PRR without PIR).",
        "1 parts begun and not ended (PIR without PRR).",
    )


def test_a_missing_mrr_is_a_warning():
    content = W.far() + W.mir() + W.part("A", 0.2)
    result = take(content)
    assert (len(result.drafts), result.warnings) == (
        1,
        (f"It ends at byte {len(content)} without an MRR.",),
    )


def test_a_cpu_type_of_the_other_order_is_a_warning():
    content = W.far(cpu=1) + W.mir() + W.part("A", 0.2) + W.mrr()
    assert take(content).warnings == ("CPU_TYPE is 1, and the file is little-endian; read so.",)


# ---------------------------------------------------------------- what is refused


def test_a_file_without_mir_is_refused():
    assert str(refusal(W.far() + W.wir("W"))) == (
        "t.stdf holds no MIR, the record that says what was tested; it ends at byte 18. "
        "Copy the file again."
    )


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (W.far(version=3), "t.stdf, byte 0: found STDF version 3; expected version 4."),
        (W.far(cpu=0), "t.stdf, byte 0: found numbers of a DEC computer (CPU_TYPE 0)"),
        (W.far() + b"\x00\x00\x63\x01", "t.stdf, byte 6: found a record of type 99/1; expected"),
        (W.far() + W.mir() + W.mir(), "t.stdf, byte 57: found a second MIR; expected one lot"),
        (b"{}", "t.stdf is a JSON file; expected an STDF V4 file, which begins with a FAR"),
        (b"\x00\x01\x02\x03\x04\x05", "t.stdf is a file that does not begin with a FAR record"),
        (
            W.file(W.pir(), W.record(15, 10, "I", 1)),
            "t.stdf, byte 63: found a PTR record that ends in the middle of a field",
        ),
    ],
)
def test_what_is_no_stdf_is_refused_with_the_byte(content, sentence):
    assert str(refusal(content)).startswith(sentence)


def test_a_text_under_the_name_of_an_stdf_file_is_refused_as_such():
    for name, raw in (("lot.stdf", b"serial,fit"), ("lot.std.gz", gzip.compress(b"serial,fit\n"))):
        assert detect(raw, name=name).name == "stdf"
        assert refusal(raw, name=name).code == "not-stdf"


def test_a_field_that_is_cut_off_is_refused_with_the_byte():
    mir = W.mir()
    broken = W.record(1, 10, "a", mir[4:-2])
    assert refusal(W.far() + broken).details["offset"] == 6


WHOLE = W.file(W.wir("W"), W.part("A", 0.2, x=1, y=1), W.pir(), W.ftr(), W.prr("B"), W.pcr(2, 2))


def test_a_file_cut_off_inside_a_record_is_refused_with_the_byte():
    ends, at = set(), 0
    while at < len(WHOLE):
        at += 4 + int.from_bytes(WHOLE[at : at + 2], "little")
        ends.add(at)
    for end in range(1, len(WHOLE)):
        if end not in ends:
            error = refusal(WHOLE[:end])
            assert error.code in ("stdf-truncated", "not-stdf")
            assert error.details["offset"] <= end


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress])
def test_a_packed_file_cut_off_anywhere_is_refused_with_the_byte(pack):
    packed = pack(WHOLE)
    for end in range(1, len(packed)):
        error = refusal(packed[:end])
        assert error.code in ("stdf-truncated", "not-stdf")
        assert error.details["offset"] >= 0


@given(place=st.integers(0, len(WHOLE) - 1), value=st.integers(0, 255))
def test_a_byte_changed_anywhere_is_read_or_refused(place, value):
    changed = bytearray(WHOLE)
    changed[place] = value
    with suppress(InvalidInput):
        take(bytes(changed))


@given(raw=st.binary(min_size=1, max_size=300), order=st.sampled_from("<>"))
def test_any_bytes_after_the_first_record_are_read_or_refused(raw, order):
    with suppress(InvalidInput):
        take(raw)
    with suppress(InvalidInput):
        take(Writer(order).far() + Writer(order).mir() + raw)


def test_too_much_is_refused():
    many = W.file(W.pir(), *[W.ptr(0.2, short=True)] * 11, W.prr("A"))
    assert str(refusal(many, limits=Limits(json_values=30))) == (
        "t.stdf holds more than 10 test results. Split it."
    )
    packed = gzip.compress(W.file(W.part("A", 0.2), *[W.record(180, 1, "a", bytes(60_000))] * 20))
    assert str(refusal(packed, limits=Limits(unpacked_bytes=1_000_000))) == (
        "t.stdf would unpack to more than 1\u00a0MB. Split it."
    )


# ---------------------------------------------------------------- real files


@pytest.mark.skipif(not CASES.exists(), reason="the shared STDF files are not here")
def test_a_real_lot_is_read_whole():
    result = read(CASES / "lot2.stdf.gz", name="", options=ReadOptions())
    assert Counter(d.outcome for d in result.tests) == {PASS: 1389, FAIL: 180}
    values = [m for d in result.tests for m in d.measurements]
    assert (len(values), len({m.phase for m in values})) == (52_403, 74)
    assert len({d.serial for d in result.tests}) == len({d.digest for d in result.tests}) == 1569
    assert (result.tests[0].lot, result.refused) == ("GAL-LOT", ())


@pytest.mark.skipif(not CASES.exists(), reason="the shared STDF files are not here")
def test_a_real_file_without_mir_is_refused():
    with pytest.raises(InvalidInput) as caught:
        read(CASES / "semiate_tiny.stdf", name="", options=ReadOptions())
    assert (caught.value.code, caught.value.details["offset"]) == ("stdf-no-mir", 33)


@pytest.mark.skipif(not CASES.exists(), reason="the shared STDF files are not here")
def test_a_small_lot_in_little_endian_is_read():
    result = read(CASES / "synthetic_le_5parts.stdf", name="", options=ReadOptions())
    assert [d.outcome for d in result.tests] == [PASS, FAIL, PASS, PASS, FAIL]
    assert {d.lot for d in result.tests} == {"CER-LOT-02"}
