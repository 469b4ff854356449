"""The unit log: one row per unit and attempt, as CSV, XLSX or ODS.

A row that cannot be taken is refused with one sentence; the others still come, for the preview.
"""

import csv
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from io import BytesIO, StringIO
from typing import TypeVar

from firstoff.formats.cells import Row
from firstoff.formats.sources import RawSource, content_of
from firstoff.formats.tables import Table, read_table
from firstoff.formats.testdata.columns import LOG_COLUMNS, OPEN_COLUMNS, LogColumn, recogniser
from firstoff.formats.testdata.drafts import (
    Importer,
    ImportResult,
    MeasureDraft,
    ReadOptions,
    RowProblem,
    StepDraft,
    UnitDraft,
)
from firstoff.formats.testdata.fields import (
    Unreadable,
    attempt,
    cause_class,
    decimal,
    minutes,
    moment,
    outcome,
)
from firstoff.formats.testdata.serials import SERIAL_LENGTH, hidden_character
from firstoff.terms import Attempt, OperationOutcome

EXAMPLE_NOTE = "EXAMPLE ROW: skipped by the import"
_TEXT_LENGTH = 4_000
_ERRORS = frozenset(
    ("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!")
)
_ASPECTS = ("fit", "finish", "function")
_T = TypeVar("_T")


class _RowRefused(Exception):
    def __init__(self, problem: RowProblem) -> None:
        super().__init__(problem.sentence)
        self.problem = problem


def read(raw: RawSource, *, name: str, options: ReadOptions) -> ImportResult:
    """Read a unit log. Raises InvalidInput when the file as a whole cannot be taken."""
    table = read_table(
        raw,
        recognise=recogniser(options.mapping),
        required=tuple(dict.fromkeys(("serial", *options.required))),
        name=name,
        limits=options.limits,
    )
    reading = _Reading(table, options)
    for row in table.rows:
        reading.take(row)
    return ImportResult(
        kind=IMPORTER.name,
        name=table.name,
        sha256=table.sha256,
        encoding=table.encoding,
        delimiter=table.delimiter,
        sheet=table.sheet,
        header_row=table.header_row,
        columns=table.columns,
        drafts=tuple(reading.drafts),
        refused=tuple(reading.refused),
        warnings=table.warnings + tuple(reading.warnings),
    )


@dataclass(slots=True)
class _Reading:
    """One file being read: what was taken, refused and noticed so far."""

    table: Table
    options: ReadOptions
    drafts: list[UnitDraft] = field(default_factory=list)
    refused: list[RowProblem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    seen: dict[tuple[str, Attempt, datetime | None], int] = field(default_factory=dict)
    alike: dict[str, tuple[str, int]] = field(default_factory=dict)

    def take(self, row: Row) -> None:
        cells = _Cells(self, row)
        try:
            if _is_example(cells):
                self.warnings.append(
                    f"Row {row.number}: the example row of the template; skipped."
                )
                return
            draft = _draft(cells)
            self._check_once(cells, draft)
        except _RowRefused as refusal:
            self.refused.append(refusal.problem)
            return
        self.drafts.append(draft)

    def _check_once(self, cells: "_Cells", draft: UnitDraft) -> None:
        """A serial has one first result. Retests may follow one another, at different times."""
        moment_of = None if draft.attempt is Attempt.FIRST else draft.judged_at
        key = (draft.serial, draft.attempt, moment_of)
        if earlier := self.seen.get(key):
            raise cells.refusal(
                "serial",
                f"{draft.serial!r}, which row {earlier} has already",
                f"each serial once as {draft.attempt.value} result"
                + ("" if moment_of is None else " at one time"),
            )
        self.seen[key] = draft.row
        shape = unicodedata.normalize("NFKC", draft.serial).casefold()
        other, number = self.alike.setdefault(shape, (draft.serial, draft.row))
        if other != draft.serial:
            self.warnings.append(
                f"Rows {number} and {draft.row}: serials {other!r} and {draft.serial!r} differ "
                "only in case or form; they are taken as two units."
            )

    @property
    def comma(self) -> bool:
        """Where semicolons part the columns, or a workbook holds text, 11,5 means 11.5."""
        return self.table.delimiter != ","


class _Cells:
    """The cells of one row by field, each read with its refusal at hand."""

    def __init__(self, reading: _Reading, row: Row) -> None:
        self.reading = reading
        self.row = row
        self.columns = {column.field: column for column in reading.table.columns if column.field}

    def text(self, name: str, *, longest: int = _TEXT_LENGTH, lines: bool = False) -> str:
        """The trimmed text of a field, "" where it has no column or no cell."""
        column = self.columns.get(name)
        if column is None or column.index >= len(self.row.cells):
            return ""
        text = self.row.cells[column.index].strip()
        allowed = "\n\r\t" if lines else ""
        for sign in text:
            if unicodedata.category(sign) == "Cc" and sign not in allowed:
                raise self.refusal(name, f"the control character U+{ord(sign):04X}", "text")
        if text in _ERRORS:
            raise self.refusal(name, f"the error {text} of a formula", "a value")
        if len(text) > longest:
            raise self.refusal(name, f"{len(text):,} characters", f"at most {longest:,}")
        return text

    def read(self, name: str, reader: Callable[[str], _T]) -> _T | None:
        """A field by a reader of ``fields``; None where it is empty."""
        text = self.text(name)
        if not text:
            return None
        try:
            return reader(text)
        except Unreadable as error:
            raise self.refusal(name, error.found or repr(text), error.expected) from error

    def is_number(self, name: str) -> bool:
        column = self.columns.get(name)
        return column is not None and column.index in self.row.numbers

    def is_clock(self, name: str) -> bool:
        column = self.columns.get(name)
        return column is not None and column.index in self.row.times

    def refusal(self, name: str, found: str, expected: str) -> _RowRefused:
        column = self.columns.get(name)
        header = column.header if column else name
        sentence = f"Row {self.row.number}, column {header!r}: found {found}; expected {expected}."
        raw = " | ".join(self.row.cells)
        return _RowRefused(
            RowProblem(self.row.number, header, found, expected, sentence, raw[:500])
        )

    def warn(self, sentence: str) -> None:
        self.reading.warnings.append(f"Row {self.row.number}: {sentence}")


def _is_example(cells: _Cells) -> bool:
    return cells.text("note", lines=True).casefold() == EXAMPLE_NOTE.casefold()


def _draft(cells: _Cells) -> UnitDraft:
    count, width = len(cells.row.cells), len(cells.reading.table.columns)
    if count > width:
        raise cells.refusal(
            "serial", f"{count} cells under {width} headers", "as many cells as headers"
        )
    zone = cells.reading.options.time_zone
    started = cells.read("started_at", lambda text: moment(text, zone))
    judged = cells.read("judged_at", lambda text: moment(text, zone))
    if started and judged and judged < started:
        raise cells.refusal("judged_at", "a time before the start", "a time after started_at")
    draft = UnitDraft(
        row=cells.row.number,
        serial=_serial(cells),
        attempt=cells.read("attempt", attempt) or Attempt.FIRST,
        started_at=started,
        judged_at=judged,
        operator=cells.text("operator", longest=200),
        equipment=cells.text("equipment", longest=200),
        fit=cells.read("fit", outcome),
        finish=cells.read("finish", outcome),
        function=cells.read("function", outcome),
        build_minutes=_minutes(cells, "build_minutes"),
        defect_codes=_codes(cells),
        defect_note=cells.text("defect_note", lines=True),
        cause_class=cells.read("cause_class", cause_class),
        cause=cells.text("cause", lines=True),
        note=cells.text("note", lines=True),
        previous_serial=cells.text("previous_serial", longest=SERIAL_LENGTH),
        steps=_steps(cells),
        measures=_measures(cells),
    )
    _warn_of_contradiction(cells, draft)
    return draft


def _serial(cells: _Cells) -> str:
    serial = cells.text("serial", longest=SERIAL_LENGTH)
    if not serial:
        raise cells.refusal("serial", "nothing", "a serial number")
    if hidden := hidden_character(serial):
        raise cells.refusal("serial", hidden, "visible characters")
    if serial != cells.row.cells[cells.columns["serial"].index]:
        cells.warn(f"spaces around serial {serial!r} left out.")
    if cells.is_number("serial"):
        if len(serial.lstrip("-")) > 15:
            raise cells.refusal(
                "serial",
                f"the number {serial}, of which a spreadsheet keeps 15 digits",
                "the serial as text",
            )
        cells.warn(
            f"serial {serial} is a number in the workbook; leading zeros that were only shown "
            "are not part of it."
        )
    return serial


def _minutes(cells: _Cells, name: str) -> Decimal | None:
    found = cells.read(name, lambda text: minutes(text, comma=cells.reading.comma))
    if found is not None and cells.is_clock(name):
        cells.warn(
            f"{name} is a clock time in the workbook, {cells.text(name)} (h:mm:ss); taken as "
            f"{found.normalize():f}\u00a0minutes."
        )
    return found


def _codes(cells: _Cells) -> tuple[str, ...]:
    """Codes in their order, each once."""
    parts = (part.strip() for part in cells.text("defect_code").split(";"))
    return tuple(dict.fromkeys(part for part in parts if part))


def _steps(cells: _Cells) -> tuple[StepDraft, ...]:
    found = []
    for name in cells.columns:
        if name.startswith("step "):
            spent = _minutes(cells, name)
            if spent is not None:
                found.append(StepDraft(name.removeprefix("step "), spent))
    return tuple(found)


def _measures(cells: _Cells) -> tuple[MeasureDraft, ...]:
    found = []
    for name in cells.columns:
        if name.startswith("measure ") and (text := cells.text(name, longest=200)):
            try:
                value = decimal(text, comma=cells.reading.comma)
            except Unreadable:
                value = None  # "ok", "> 5": kept as the word it is
            found.append(MeasureDraft(name.removeprefix("measure "), value, text))
    return tuple(found)


def _warn_of_contradiction(cells: _Cells, draft: UnitDraft) -> None:
    aspects = [getattr(draft, aspect) for aspect in _ASPECTS]
    failed = OperationOutcome.FAIL in aspects
    if draft.defect_codes and not failed and None not in aspects:
        cells.warn(f"unit {draft.serial!r} has a defect and passed fit, finish and function.")
    if failed and not draft.defect_codes:
        cells.warn(f"unit {draft.serial!r} failed and has no defect code.")


# ---------------------------------------------------------------- templates


def template_csv() -> bytes:
    """An empty log with one example row, in UTF-8 with its mark, so that Excel opens it right."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerows(_template_rows())
    return text.getvalue().encode("utf-8-sig")


def _template_columns() -> tuple[LogColumn, ...]:
    *first, note = LOG_COLUMNS
    return (*first, *OPEN_COLUMNS, note)


def _template_rows() -> tuple[tuple[str, ...], tuple[str, ...]]:
    columns = _template_columns()
    examples = tuple(
        EXAMPLE_NOTE if column.field == "note" else column.example for column in columns
    )
    return tuple(column.field for column in columns), examples


def template_xlsx() -> bytes:
    """The same as a workbook. All cells are text, so that 007 and 11:30 stay what was typed."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=False)
    book.remove(book.worksheets[0])
    log = book.create_sheet("Unit log")
    for row in _template_rows():
        log.append(row)
    header, example = Font(bold=True), Font(italic=True, color="808080")
    for number, name in enumerate(_template_rows()[0], start=1):
        letter = get_column_letter(number)
        log.column_dimensions[letter].width = max(13, len(name) + 3)
        log.column_dimensions[letter].number_format = "@"  # text
        log.cell(1, number).font = header
        log.cell(1, number).fill = PatternFill("solid", fgColor="E8ECEF")
        log.cell(2, number).font = example
        log.cell(2, number).number_format = "@"
    log.freeze_panes = "B2"

    help_sheet = book.create_sheet("Columns")
    help_sheet.append(("Name", "Meaning", "Expected", "Other names"))
    for column in _template_columns():
        help_sheet.append(
            (column.field, column.meaning, column.expected, ", ".join(column.synonyms))
        )
    for letter, width in zip("ABCD", (18, 60, 60, 60), strict=True):
        help_sheet.column_dimensions[letter].width = width
        help_sheet[f"{letter}1"].font = header
        for cell in help_sheet[letter]:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    file = BytesIO()
    book.save(file)
    return file.getvalue()


# ---------------------------------------------------------------- the kind


def sniff(head: bytes, name: str) -> bool:
    """A workbook or a text: a unit log is the usual table, so any table may be one."""
    return content_of(head) in ("zip", "text")


IMPORTER = Importer(
    name="unit_log",
    label="Unit log (CSV, XLSX or ODS)",
    endings=(".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".ods"),
    sniff=sniff,
    read=read,
)
