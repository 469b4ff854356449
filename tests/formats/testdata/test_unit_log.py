"""A unit log becomes drafts; a row that cannot be taken is refused with one sentence."""

import io
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from firstoff.errors import InvalidInput
from firstoff.formats.testdata.columns import LOG_COLUMNS, OPEN_COLUMNS, field_of
from firstoff.formats.testdata.drafts import (
    ImportResult,
    MeasureDraft,
    ReadOptions,
    StepDraft,
    UnitDraft,
)
from firstoff.formats.testdata.unit_log import EXAMPLE_NOTE, read, template_csv, template_xlsx
from firstoff.terms import Attempt, CauseClass, OperationOutcome

LONDON = ReadOptions(time_zone=ZoneInfo("Europe/London"))


def log(text: str, options: ReadOptions = LONDON, encoding: str = "utf-8") -> ImportResult:
    return read(text.encode(encoding), name="log.csv", options=options)


def sentences(result: ImportResult) -> list[str]:
    return [problem.sentence for problem in result.refused]


def workbook(*rows: tuple[object, ...]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


FULL = (
    "Serial Number;Started;Judged at;Operator;Machine;Fit;Finish;Function;Build time;Defect;"
    "Defect description;Cause class;Root cause;Attempt;Step 10;Op. 020;Measure 4;"
    "Characteristic 12.1;Remarks;Old serial;Weather\n"
    "CTR-0001;2026-05-04 08:00;2026-05-04T08:22:30;m.hall;JIG-01;nok;ok;1;11:30;"
    "LID-SEAT; GLAZE ;lid does not seat;Process;faces foul;;4,5;7;0,05;> 3;seen by two;;rain\n"
)


def test_every_column_is_read_under_its_synonyms():
    result = log(FULL.replace("LID-SEAT; GLAZE ", '"LID-SEAT; GLAZE "'))
    assert result.refused == ()
    assert result.drafts == (
        UnitDraft(
            row=2,
            serial="CTR-0001",
            attempt=Attempt.FIRST,
            started_at=datetime(2026, 5, 4, 7, 0, tzinfo=UTC),
            judged_at=datetime(2026, 5, 4, 7, 22, 30, tzinfo=UTC),
            operator="m.hall",
            equipment="JIG-01",
            fit=OperationOutcome.FAIL,
            finish=OperationOutcome.PASS,
            function=OperationOutcome.PASS,
            build_minutes=Decimal("11.5"),
            defect_codes=("LID-SEAT", "GLAZE"),
            defect_note="lid does not seat",
            cause_class=CauseClass.PROCESS,
            cause="faces foul",
            note="seen by two",
            previous_serial="",
            steps=(StepDraft("10", Decimal("4.5")), StepDraft("20", Decimal(7))),
            measures=(
                MeasureDraft("4", Decimal("0.05"), "0,05"),
                MeasureDraft("12.1", None, "> 3"),
            ),
        ),
    )
    assert [(c.letter, c.header) for c in result.columns if c.field is None] == [("U", "Weather")]


def test_the_result_says_how_the_file_was_read():
    result = log("serial;note\nA;Prüfung\n", encoding="cp1252")
    assert (result.kind, result.name, result.encoding, result.delimiter, result.header_row) == (
        "unit_log",
        "log.csv",
        "cp1252",
        ";",
        1,
    )
    assert result.units[0].note == "Prüfung"
    assert result.warnings == (
        "log.csv is not UTF-8 and was read as Windows-1252: look at accents and signs.",
    )
    assert len(result.sha256) == 64


def test_serial_numbers_are_data():
    serials = ["007", "CTR 0001 é_Ω", 'A "1"', "=1+1", "品番-1", "'x", "a,b"]
    rows = "".join('"' + serial.replace('"', '""') + '"\n' for serial in serials)
    assert [unit.serial for unit in log("serial\n" + rows).units] == serials


def test_spaces_around_a_serial_are_left_out_and_told():
    result = log("serial\n  A 1 \n")
    assert (result.units[0].serial, result.warnings) == (
        "A 1",
        ("Row 2: spaces around serial 'A 1' left out.",),
    )


@pytest.mark.parametrize(
    ("serial", "found"),
    [
        ("A\x07B", "found the control character U+0007; expected text."),
        ("A\u200bB", "found the invisible character U+200B; expected visible characters."),
        ("A\u202eB", "found the invisible character U+202E; expected visible characters."),
        ("A" * 101, "found 101 characters; expected at most 100."),
    ],
)
def test_what_nobody_can_see_in_a_serial_is_refused(serial, found):
    assert sentences(log(f"serial,note\n{serial},x\nB,y\n")) == [
        f"Row 2, column 'serial': {found}"
    ]


def test_a_row_without_a_serial_is_refused_and_the_others_come():
    result = log("serial,note\n,x\nB,y\n")
    assert sentences(result) == [
        "Row 2, column 'serial': found nothing; expected a serial number."
    ]
    assert ([unit.serial for unit in result.units], result.refused[0].raw) == (["B"], " | x")


def test_a_serial_twice_is_refused_naming_both_rows():
    assert sentences(log("serial,note\nA,x\nB,y\nA,z\n")) == [
        "Row 4, column 'serial': found 'A', which row 2 has already; "
        "expected each serial once as first result."
    ]


def test_a_rework_stands_beside_the_first_result():
    result = log(
        "serial,attempt,fit,judged_at\n"
        "A,,fail,\n"
        "A,rework,pass,2026-05-04 09:00\n"
        "A,retest,fail,2026-05-04 10:00\n"
        "A,retest,pass,2026-05-04 11:00\n"
        "A,retest,pass,2026-05-04 11:00\n"
    )
    assert [unit.attempt for unit in result.units] == [
        Attempt.FIRST,
        Attempt.REWORK,
        Attempt.RETEST,
        Attempt.RETEST,
    ]
    assert [problem.row for problem in result.refused] == [6]


def test_serials_that_differ_only_in_case_are_told():
    assert log("serial\nctr-1\nCTR-1\n").warnings == (
        "Rows 2 and 3: serials 'ctr-1' and 'CTR-1' differ only in case or form; "
        "they are taken as two units.",
    )


@pytest.mark.parametrize(
    ("column", "cell", "sentence"),
    [
        (
            "started_at",
            "03/04/2026 07:30",
            "found '03/04/2026 07:30'; expected a date and time as 2026-03-04 07:30 "
            "(year-month-day); day and month can be taken either way.",
        ),
        (
            "fit",
            "perhaps",
            "found 'perhaps'; expected pass or fail (ok/nok, good/reject, yes/no, 1/0), "
            "or nothing when not judged.",
        ),
        (
            "build_minutes",
            "long",
            "found 'long'; expected minutes (11.5), mm:ss (11:30) or h:mm:ss.",
        ),
        (
            "cause_class",
            "fate",
            "found 'fate'; expected process, design, material, test, handling or unknown.",
        ),
        ("attempt", "third", "found 'third'; expected first, retest or rework."),
        ("step 10", "-1", "found '-1'; expected a duration of 0 to 1,000,000 minutes."),
    ],
)
def test_a_cell_that_means_nothing_is_named(column, cell, sentence):
    assert sentences(log(f"serial,{column}\nA,{cell}\n")) == [
        f"Row 2, column {column!r}: {sentence}"
    ]


def test_a_row_with_more_cells_than_headers_is_refused():
    assert sentences(log("serial,note\nA,one,two\n")) == [
        "Row 2, column 'serial': found 3 cells under 2 headers; expected as many cells as headers."
    ]


def test_a_unit_cannot_be_judged_before_it_was_begun():
    text = "serial,started_at,judged_at\nA,2026-05-04 08:00,2026-05-04 07:59\n"
    assert sentences(log(text)) == [
        "Row 2, column 'judged_at': found a time before the start; "
        "expected a time after started_at."
    ]


def test_contradictions_are_told_and_taken():
    result = log("serial,fit,finish,function,defect\nA,1,1,1,LID\nB,0,1,1,\n")
    assert (len(result.units), result.warnings) == (
        2,
        (
            "Row 2: unit 'A' has a defect and passed fit, finish and function.",
            "Row 3: unit 'B' failed and has no defect code.",
        ),
    )


def test_a_column_can_be_mapped_and_another_left_out():
    options = replace(LONDON, mapping={"Nummer": "serial", "Operator": "", "Wer": "operator"})
    result = log("Nummer;Operator;Wer;SN\n7;x;m.hall;9\n", options)
    assert (result.units[0].serial, result.units[0].operator) == ("7", "m.hall")
    assert [column.field for column in result.columns] == ["serial", None, "operator", None]


def test_a_mapping_to_no_field_is_refused():
    with pytest.raises(InvalidInput) as caught:
        log("a,b\n1,2\n", replace(LONDON, mapping={"a": "serail"}))
    assert caught.value.message.startswith(
        "Mapping of column 'a': no field 'serail'; expected one of attempt, build_minutes,"
    )


def test_a_missing_serial_column_is_one_sentence():
    with pytest.raises(InvalidInput) as caught:
        log("operator,fit\nm.hall,ok\n")
    assert str(caught.value) == (
        "log.csv, row 1: no column for serial; found 'operator', 'fit'. "
        "Name the column so, or map one."
    )


def test_more_columns_can_be_demanded():
    with pytest.raises(InvalidInput) as caught:
        log("serial,fit\nA,ok\n", replace(LONDON, required=("operator", "equipment", "fit")))
    assert str(caught.value) == (
        "log.csv, row 1: no column for operator and equipment; found 'serial', 'fit'. "
        "Name the column so, or map one."
    )


def test_demand_all_takes_everything_or_nothing():
    log("serial\nA\n").demand_all()
    with pytest.raises(InvalidInput) as caught:
        log("serial,fit\n,ok\nB,hm\nC,hm\n").demand_all()
    assert str(caught.value) == (
        "log.csv: Row 2, column 'serial': found nothing; expected a serial number. "
        "2 more rows are refused."
    )


# ---------------------------------------------------------------- workbooks


def test_a_number_as_a_serial_is_taken_and_told():
    result = read(workbook(("serial",), (12345.0,)), name="log.xlsx", options=LONDON)
    assert (result.units[0].serial, result.warnings) == (
        "12345",
        (
            "Row 2: serial 12345 is a number in the workbook; leading zeros that were only "
            "shown are not part of it.",
        ),
    )


def test_a_serial_that_a_workbook_has_rounded_is_refused():
    raw = workbook(("serial",), (12345678901234567,))
    assert sentences(read(raw, name="log.xlsx", options=LONDON)) == [
        "Row 2, column 'serial': found the number 12345678901234600, of which a spreadsheet "
        "keeps 15 digits; expected the serial as text."
    ]


def test_the_error_of_a_formula_is_no_serial():
    assert sentences(log("serial\n#N/A\n")) == [
        "Row 2, column 'serial': found the error #N/A of a formula; expected a value."
    ]


def test_dates_and_clock_times_of_a_workbook_are_read():
    rows = (
        ("serial", "started_at", "build_minutes"),
        ("A", datetime(2026, 5, 4, 8, 0), datetime(2026, 1, 1, 11, 30).time()),  # noqa: DTZ001
    )
    result = read(workbook(*rows), name="log.xlsx", options=LONDON)
    assert result.units[0].started_at == datetime(2026, 5, 4, 7, 0, tzinfo=UTC)
    assert (result.units[0].build_minutes, result.warnings) == (
        Decimal(690),
        (
            "Row 2: build_minutes is a clock time in the workbook, 11:30:00 (h:mm:ss); "
            "taken as 690\u00a0minutes.",
        ),
    )


# ---------------------------------------------------------------- templates


@pytest.mark.parametrize("template", [template_csv, template_xlsx])
def test_a_template_as_it_comes_holds_no_unit(template):
    result = read(template(), name="template", options=LONDON)
    assert (result.drafts, result.refused) == ((), ())
    assert result.warnings[-1] == "Row 2: the example row of the template; skipped."
    assert [column.field for column in result.columns if column.field is None] == []


@pytest.mark.parametrize("template", [template_csv, template_xlsx])
def test_the_example_of_a_template_is_a_row_that_would_be_taken(template):
    result = read(template(), name="template", options=LONDON)
    example = [column.example for column in (*LOG_COLUMNS[:-1], *OPEN_COLUMNS)]
    header = [column.header for column in result.columns if column.field != "note"]
    text = ",".join(header) + "\n" + ",".join(example) + "\n"
    taken = log(text)
    assert (taken.refused, len(taken.units)) == ((), 1)


def test_a_template_as_it_comes_is_no_success():
    with pytest.raises(InvalidInput) as caught:
        read(template_csv(), name="log.csv", options=LONDON).demand_all()
    assert str(caught.value) == "log.csv holds no row to import."


def test_a_filled_template_is_read():
    book = load_workbook(io.BytesIO(template_xlsx()))
    sheet = book["Unit log"]
    sheet["A3"], sheet["F3"] = "0042", "fail"
    file = io.BytesIO()
    book.save(file)
    result = read(file.getvalue(), name="log.xlsx", options=LONDON)
    assert [(unit.serial, unit.fit) for unit in result.units] == [("0042", OperationOutcome.FAIL)]


def test_the_second_sheet_of_the_template_explains_every_column():
    sheet = load_workbook(io.BytesIO(template_xlsx()))["Columns"]
    named = [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert sorted(named) == sorted(column.field for column in (*LOG_COLUMNS, *OPEN_COLUMNS))
    assert EXAMPLE_NOTE in template_csv().decode("utf-8-sig")


def test_each_header_and_synonym_means_its_own_field():
    for column in (*LOG_COLUMNS, *OPEN_COLUMNS):
        for header in (column.field, *column.synonyms):
            assert (header, field_of(header.upper())) == (header, field_of(column.field))


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("Step 010", "step 10"),
        ("op-20 (min)", "step 20"),
        ("Operation 30 minutes", "step 30"),
        ("Measure 4 [mm]", "measure 4"),
        ("characteristic D12.1", "measure D12.1"),
        ("balloon7", "measure 7"),
        ("charge", None),
        ("measurement", None),
        ("Measured by", None),
        ("step", None),
        ("Operations", None),
    ],
)
def test_open_columns_are_known_by_their_number(header, found):
    assert field_of(header) == found


# ---------------------------------------------------------------- whatever comes


@given(st.lists(st.text(max_size=12), min_size=8, max_size=8))
@settings(max_examples=100, deadline=None, database=None)
def test_any_cells_are_a_unit_or_one_sentence(texts):
    header = "serial,started_at,fit,build_minutes,attempt,cause_class,step 1,measure 1\n"
    quoted = ",".join('"' + text.replace('"', '""').replace("\0", "") + '"' for text in texts)
    raw = (header + quoted + "\nlast,,,,,,,\n").encode("utf-8", "ignore")
    try:
        result = read(raw, name="log.csv", options=LONDON)
    except InvalidInput as refused:
        assert_one_sentence(refused)
    else:
        assert 1 <= len(result.drafts) + len(result.refused) <= 2


def assert_one_sentence(error: InvalidInput) -> None:
    assert error.message.startswith("log.csv")
