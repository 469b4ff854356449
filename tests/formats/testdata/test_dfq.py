"""Q-DAS files become test records: one for each set of values, judged by the limits beside it."""

import os
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstoff.errors import InvalidInput
from firstoff.formats.sources import Limits
from firstoff.formats.testdata.dfq import read, read_file
from firstoff.formats.testdata.drafts import LimitsDraft, ReadOptions
from firstoff.terms import TestOutcome
from tests.formats.testdata.dfq_files import FIRST_SET, HEAD, TIME, of, one, row, take, value

SHARED = Path(
    os.environ.get("FIRSTOFF_SHARED", Path(__file__).resolve().parents[3] / ".." / "shared")
)
CASES = SHARED / "cases" / "testdata" / "dfq"


def refusal(raw: bytes, **given) -> str:
    with pytest.raises(InvalidInput) as caught:
        take(raw, **given)
    return str(caught.value)


# ---------------------------------------------------------------- a set of values


def test_a_set_of_values_is_a_record_of_its_unit():
    draft = one(*FIRST_SET)
    assert (draft.serial, draft.outcome, draft.part_number, draft.revision, draft.test_name) == (
        "SN-1",
        TestOutcome.FAIL,
        "HSG-7",
        "B",
        "Housing",
    )
    assert draft.started_at == draft.ended_at == datetime(2026, 3, 4, 7, 30, tzinfo=UTC)
    bore, flat = draft.measurements
    assert (bore.name, bore.note, bore.value, bore.unit.suffix, bore.outcome, bore.limits) == (
        "12",
        "Bore",
        Decimal("10.01"),
        "mm",
        TestOutcome.PASS,
        LimitsDraft(lower=Decimal("9.98"), upper=Decimal("10.02")),
    )
    assert (flat.name, flat.value, flat.outcome, flat.unread) == (
        "13",
        Decimal("0.06"),
        TestOutcome.FAIL,
        ("the lower limit is a natural boundary (K2120)",),
    )


def test_a_line_of_values_says_the_same_as_k_fields():
    line = row(f"10.01,0,{TIME}", f"6.0E-2,0,{TIME}")
    by_line, by_field = one(line, "K0014/0 SN-1"), one(*FIRST_SET)
    assert [(m.name, m.value, m.outcome) for m in by_line.measurements] == [
        (m.name, m.value, m.outcome) for m in by_field.measurements
    ]
    assert (by_line.serial, by_line.started_at) == (by_field.serial, by_field.started_at)


def test_a_line_of_values_says_batch_cavity_operator_machine_and_gauge():
    draft = one(row(f"10,0,{TIME},,B-7,3,ann,M2,,G-12", "0.01"), "K0053/0 PO-9", "K0014/0 S")
    assert (draft.lot, draft.operator, draft.station) == ("B-7", "ann", "M2")
    assert draft.metadata == (
        '{"part":{"K1001":"HSG-7","K1002":"Housing","K1004":"B"},"values":{'
        '"12":{"batch":"B-7","cavity":"3","gauge":"G-12","machine":"M2","operator":"ann",'
        '"order":"PO-9"},"13":{"order":"PO-9"}}}'
    )


def test_the_first_second_and_third_value_are_three_sets():
    lines = [f"K0001/{c} {v}" for c in (1, 2) for v in ("10.0", "10.1", "10.2")]
    drafts = take(of(*HEAD, *lines)).tests
    assert [[str(m.value) for m in draft.measurements] for draft in drafts] == [
        ["10.0", "10.0"],
        ["10.1", "10.1"],
        ["10.2", "10.2"],
    ]


def test_a_line_of_values_is_one_set_though_some_are_missing():
    drafts = take(of(*HEAD, row("10.0", ""), row("", "0.01"), row("10.1", "0.02"))).tests
    assert [[(m.name, str(m.value)) for m in draft.measurements] for draft in drafts] == [
        [("12", "10.0")],
        [("13", "0.01")],
        [("12", "10.1"), ("13", "0.02")],
    ]


def test_values_by_their_number_are_of_that_set():
    lines = ["K0001/1/1 10.0", "K0001/1/2 10.1", "K0014/1/1 S-1", "K0014/1/2 S-2"]
    drafts = take(of(*HEAD, *lines)).tests
    assert [(d.serial, d.measurements[0].value) for d in drafts] == [
        ("S-1", Decimal("10.0")),
        ("S-2", Decimal("10.1")),
    ]


def test_values_of_two_units_in_one_place_are_two_records():
    drafts = take(of(*HEAD, "K0001/1 10", "K0014/1 S-1", "K0001/2 0", "K0014/2 S-2")).tests
    assert [(d.serial, len(d.measurements)) for d in drafts] == [("S-1", 1), ("S-2", 1)]


def test_a_batch_number_with_a_hash_is_the_identity_of_the_unit():
    draft = one("K0001/1 10", "K0006/1 #4711")
    assert (draft.serial, draft.lot) == ("4711", "")


def test_a_set_without_identity_is_named_by_part_and_time():
    lines = [f"K0001/1 10,K0004/1 {TIME}".split(",")[n] for _ in (1, 2) for n in (0, 1)]
    result = take(of(*HEAD, *lines, "K0001/1 10"))
    assert [draft.serial for draft in result.tests] == [
        "HSG-7 2026-03-04T07:30:00Z",
        "HSG-7 2026-03-04T07:30:00Z #2",
        "HSG-7 #1",
    ]
    assert result.warnings[-1] == (
        "Part 1 has no part ID (K0014): its value sets are named by part and time, "
        "as 'HSG-7 2026-03-04T07:30:00Z'."
    )


@pytest.mark.parametrize("attribute", ["255", "256"])
def test_a_value_marked_invalid_is_a_note_and_no_value(attribute):
    found = value("K0001/1 99", f"K0002/1 {attribute}", "K0014/1 S")
    assert (found.value, found.outcome, found.note) == (
        None,
        TestOutcome.SKIPPED,
        f"Bore; marked invalid (K0002 {attribute}, 99)",
    )


def test_another_attribute_is_noted():
    assert value("K0001/1 10", "K0002/1 3", "K0014/1 S").note == "Bore; attribute 3 (K0002)"


def test_defects_in_a_sample_are_counted():
    head = ["K1001 P", "K2001/1 scratches", "K2004/1 1"]
    for lines in (["K0020/1 1000", "K0021/1 3"], [row("1000,3")]):
        (draft,) = take(of(*head, *lines)).tests
        found = draft.measurements[0]
        assert (found.value, found.unit.name, found.note, found.outcome) == (
            Decimal(3),
            "defects",
            "3 of 1000",
            TestOutcome.UNSET,
        )


def test_limits_may_be_given_as_deviations():
    head = ["K1001 P", "K2001/1 x", "K2101/1 10", "K2112/1 -0,2", "K2113/1 0,1", "K0001/1 9,85"]
    found = take(of(*head)).tests[0].measurements[0]
    assert (found.value, found.limits, found.outcome) == (
        Decimal("9.85"),
        LimitsDraft(lower=Decimal("9.8"), upper=Decimal("10.1")),
        TestOutcome.PASS,
    )


def test_a_value_without_limits_is_not_judged():
    draft = take(of("K1001 P", "K2001/1 x", "K0001/1 9")).tests[0]
    assert (draft.outcome, draft.measurements[0].outcome) == (TestOutcome.UNSET,) * 2


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("04.03.2026/07:30:00", 7),
        ("4.3.26/8:5", 8),
        ("03/04/2026 09:00:00", 9),
        ("2026-03-04T10:00:00+02:00", 8),
        ("04.03.2026.11:00:00", 11),
    ],
)
def test_times_are_read_in_every_form_of_the_format(text, hour):
    began = one("K0001/1 10", f"K0004/1 {text}", "K0014/1 S").started_at
    assert (began.month, began.day, began.hour) == (3, 4, hour)


# ---------------------------------------------------------------- parts, groups, defaults


def test_the_index_of_characteristics_counts_over_the_file():
    lines = ["K1001/1 P", "K2001/1 a", "K1001/2 Q", "K2001/2 b", "K0001/1 1", "K0001/2 2"]
    assert [
        (d.part_number, d.measurements[0].name, d.measurements[0].value)
        for d in take(of(*lines)).tests
    ] == [("P", "a", Decimal(1)), ("Q", "b", Decimal(2))]


def test_an_index_counted_anew_in_each_part_is_understood():
    lines = ["K1001/1 P", "K2001/1 a", "K0001/1 1", "K1001/2 Q", "K2001/1 b", "K0001/1 2"]
    assert [
        (d.part_number, d.measurements[0].name, d.measurements[0].value)
        for d in take(of(*lines)).tests
    ] == [("P", "a", Decimal(1)), ("Q", "b", Decimal(2))]


def test_index_0_holds_for_all_that_do_not_say_their_own():
    lines = ["K1001/1 P", "K2142/0 mm", "K2001/1 a", "K2001/2 b", "K2142/2 N", row("1", "2")]
    found = take(of(*lines)).tests[0].measurements
    assert [each.unit.suffix for each in found] == ["mm", "N"]


def test_groups_and_parents_are_the_phase():
    head = ["K1001/1 P", "K2001/1 top", "K2001/2 under", "K2001/3 in group"]
    nodes = ["K5002/1 Face A", "K5111/1 1", "K5112/2 1", "K5112/3 2", "K5113/4 1", "K5112/5 3",
             "K5103/1 2", "K5103/1 4", "K5102/2 2", "K5102/4 3"]  # fmt: skip
    found = take(of(*head, row("1", "2", "3"), *nodes)).tests[0].measurements
    assert [each.phase for each in found] == ["", "top", "Face A"]


def test_a_group_tied_to_itself_ends():
    nodes = ["K5002/1 G", "K5113/4 1", "K5103/4 4", "K5102/4 1"]
    assert take(of("K1001 P", "K2001/1 a", "K0001/1 1", *nodes)).tests[0].measurements[0].phase


def test_grouped_characteristics_in_the_simple_form():
    head = ["K1001 P", "K2001/1 true position", "K2030/1 5", "K2001/2 x", "K2031/2 5"]
    found = take(of(*head, row("1", "2"))).tests[0].measurements
    assert [each.phase for each in found] == ["", "true position"]


# ---------------------------------------------------------------- files


def test_line_ends_and_encodings_do_not_matter():
    lines = [*HEAD, "K2002/1 Bohrung ø", *FIRST_SET]
    texts = [of(*lines), of(*lines, end="\n"), of(*lines).decode().encode("cp1252"),
             b"\xef\xbb\xbf" + of(*lines)]  # fmt: skip
    assert len({take(text).tests[0].digest for text in texts}) == 1


def test_a_description_and_its_values_are_read_together():
    values = of(row(f"10.01,0,{TIME}", "0.01"), "K0014/0 S")
    result = take(values, "m.dfx", companion=of(*HEAD))
    assert [(d.serial, len(d.measurements)) for d in result.tests] == [("S", 2)]
    assert refusal(values, name="m.dfx") == (
        "m.dfx, line 1: a value of characteristic 1; expected its description before. "
        "Give its description (.dfd) with it."
    )


def test_a_file_without_values_says_what_it_holds():
    result = take(of(*HEAD))
    said = (
        "m.dfq holds 1 part, 2 characteristics and no values: there is no record to take from it."
    )
    assert (result.drafts, result.nothing) == ((), said)
    assert result.holds == {"parts": 1, "characteristics": 2, "values": 0}
    with pytest.raises(InvalidInput) as caught:
        result.demand_all()
    assert str(caught.value) == said


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (("nonsense",), "m.dfq, line 16: found 'nonsense'; "
                        "expected a K-field (K2001/1 text) or a line of values."),
        ((row("1", "2", "3"),), "m.dfq, line 16: a value of characteristic 3; "
                                "expected one of the 2 that the file describes."),
        (("K0001/7 1",), "m.dfq, line 16: a value of characteristic 7; "
                         "expected one of the 2 that the file describes."),
        ((row(",".join("1" * 14)),), "m.dfq, line 16: 14 fields of characteristic 1; "
                                     "expected at most 12."),
    ],
)  # fmt: skip
def test_a_line_that_means_nothing_is_named(lines, said):
    assert refusal(of(*HEAD, *lines)) == said


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (("K0001/1 ten",), "Line 16, K0001: found 'ten'; expected a number."),
        (("K0001/1 10", "K0004/1 31.02.2026/10:00"),
         "Line 16, K0004: found '31.02.2026/10:00'; expected a date and time as 2026-03-04 07:30 "
         "(year-month-day); there is no such day or time."),
        (("K0001/1 10", "K0014/1 a\u200bb"),
         "Line 16, K0014: found the invisible character U+200B; expected visible characters."),
    ],
)  # fmt: skip
def test_a_value_that_means_nothing_refuses_its_set(lines, said):
    result = take(of(*HEAD, *lines))
    assert ([problem.sentence for problem in result.refused], result.drafts) == ([said], ())


def test_fewer_characteristics_than_the_file_says_is_a_file_cut_off():
    assert refusal(of("K0100 3", *HEAD[1:])) == (
        "m.dfq, line 16: the file ends after 2 of 3 characteristics (K0100). Copy it again."
    )


def test_more_characteristics_than_the_file_says_is_a_warning():
    assert take(of("K0100 1", *HEAD[1:])).warnings == (
        "m.dfq: K0100 says 1 characteristics, the file has 2.",
    )


@pytest.mark.parametrize("lines", [FIRST_SET, (row(f"10.01,0,{TIME}", f"0.06,0,{TIME}"),)])
def test_a_file_cut_off_anywhere_gives_no_value_that_the_whole_has_not(lines):
    raw = of(*HEAD, *lines, *lines)
    whole = {(m.name, m.value) for t in take(raw).tests for m in t.measurements}
    for end in range(1, len(raw)):
        found, said = set(), "m.dfq, line "
        try:
            found = {(m.name, m.value) for t in take(raw[:end]).tests for m in t.measurements}
        except InvalidInput as error:
            said = error.message
        assert said.startswith("m.dfq, line ")
        # One value alone has no other to be like.
        assert found <= whole or end < len(of(*HEAD, *lines))


@given(st.integers(0, 600), st.binary(max_size=6), st.booleans())
@settings(max_examples=200, deadline=None, database=None)
def test_a_damaged_file_is_read_or_one_sentence(place, patch, cut):
    raw = of(*HEAD, *FIRST_SET)
    damaged = raw[:place] + patch + (b"" if cut else raw[place + len(patch) :])
    try:
        outcome = take(damaged or b"x").name
    except InvalidInput as error:
        outcome = error.message
    assert outcome.startswith("m.dfq")


def test_more_values_than_one_file_may_hold_are_refused():
    with pytest.raises(InvalidInput) as caught:
        read(of(*HEAD, *["K0001/1 1"] * 4), name="m.dfq",
             options=ReadOptions(limits=Limits(json_values=15)))  # fmt: skip
    assert str(caught.value) == "m.dfq holds more than 3 values. Split it."


# ---------------------------------------------------------------- the shared files


@pytest.mark.parametrize(
    ("name", "parts", "characteristics", "values", "tests"),
    [
        ("attributiveDfq_attributiveCharacteristic_and_errorLogSheet", 1, 2, 2, 1),
        ("basicDfq_singlePart_noCharacteristics", 1, 0, 0, 0),
        ("basicDfq_singlePart_threeCharacteristics", 1, 3, 9, 3),
        ("basicDfq_threeParts_differentNumberOfCharacteristics", 3, 9, 26, 12),
        ("characteristicHierarchy_singlePart_twoChildCharacteristics_twoGroups", 1, 4, 4, 1),
        ("multipleParts", 2, 2, 2, 2),
    ],
)
def test_each_shared_file_is_counted(name, parts, characteristics, values, tests):
    path = CASES / f"{name}.dfq"
    if not path.exists():
        pytest.skip(f"{path} is absent")
    file = read_file(path)
    result = take(path.read_bytes())
    assert (len(file.parts), len(file.characteristics), file.values, len(result.tests)) == (
        parts,
        characteristics,
        values,
        tests,
    )
    assert sum(len(draft.measurements) for draft in result.tests) == values
    assert result.refused == ()
