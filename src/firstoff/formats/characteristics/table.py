"""Characteristics of a table that a person keeps: CSV, XLSX or ODS, one row each.

A row says what is asked for in one cell (``Ø 12.50 ±0.05``), in several (nominal, deviations or
limits), or both; what contradicts itself is said, and the cells win over the text. A row whose
numbers cannot be read is refused with its column.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from firstoff.errors import InvalidInput
from firstoff.formats.cells import Row
from firstoff.formats.characteristics.columns import recogniser, unit_in
from firstoff.formats.characteristics.draft import (
    CharacteristicColumn,
    CharacteristicCounts,
    CharacteristicDraft,
    CharacteristicFile,
    Remark,
    by_type,
)
from firstoff.formats.characteristics.row import Reader, Unreadable
from firstoff.formats.characteristics.words import unit_of
from firstoff.formats.sources import Limits, Source
from firstoff.formats.tables import Column, Table, read_table

LABELS = {"csv": "table (CSV)", "xlsx": "workbook (XLSX)", "ods": "workbook (ODS)"}
_ASKED = ("requirement", "nominal", "upper", "lower", "callout", "tolerance", "plus", "minus",
          "symbol")  # fmt: skip
_COMMA = re.compile(r"\d+,\d+")


def read(source: Source, mapping: Mapping[str, str], limits: Limits) -> CharacteristicFile:
    """The rows of the table as characteristics. mapping: header -> field, before all synonyms.

    Raises InvalidInput: no table, no column of balloon numbers, none that says what is asked
    for, not one row."""
    table = _table(source, mapping, limits)
    columns = {column.field: column for column in table.columns if column.field}
    if not {*_ASKED, "name"} & set(columns):
        raise InvalidInput(
            f"{table.name}, row {table.header_row}: no column says what is asked for.",
            code="missing-column",
            way_out="Name one requirement, nominal, upper or lower, or map one.",
            file=table.name,
            row=table.header_row,
        )
    reading = _Rows(table, columns)
    for row in table.rows:
        reading.take(row)
    if not reading.drafts and not reading.refused:
        raise InvalidInput(
            f"{table.name} holds no characteristic below row {table.header_row}.",
            code="no-characteristics",
            file=table.name,
        )
    return reading.file()


def _table(source: Source, mapping: Mapping[str, str], limits: Limits) -> Table:
    """The table; where a weak word and a strong one mean the same, the strong one."""
    for weak in (True, False):
        source.file.seek(0)
        try:
            return read_table(
                source.file,
                recognise=recogniser(mapping, weak=weak),
                required=("number",),
                name=source.name,
                limits=limits,
            )
        except InvalidInput as error:
            if not weak or error.code != "duplicate-column":
                raise
    raise AssertionError("the second reading raises")


@dataclass(slots=True)
class _Rows:
    """One table being read."""

    table: Table
    columns: Mapping[str, Column]
    drafts: list[CharacteristicDraft] = field(default_factory=list)
    refused: list[Remark] = field(default_factory=list)
    warnings: list[Remark] = field(default_factory=list)
    first: dict[str, int] = field(default_factory=dict)  # number -> row
    unit: str = ""
    comma: bool | None = None
    letters: bool = False

    def __post_init__(self) -> None:
        units = [
            unit
            for name in ("nominal", "upper", "lower", "plus", "tolerance", "requirement")
            if name in self.columns and (unit := unit_in(self.columns[name].header))
        ]
        self.unit = unit_of(units[0]) if units else ""
        self.comma = self._decimal_comma()
        cells = {cell.strip().upper() for cell in self._cells("class")}
        self.letters = bool(cells & {"A", "B"})  # A, B, C: then C is the least of them

    def _cells(self, name: str) -> Sequence[str]:
        column = self.columns.get(name)
        if column is None:
            return ()
        return [
            row.cells[column.index] for row in self.table.rows if column.index < len(row.cells)
        ]

    def _decimal_comma(self) -> bool | None:
        """Whether 1,250 is one and a quarter, where other numbers show it. None: none does."""
        numbers = [cell for name in (*_ASKED, "requirement") for cell in self._cells(name)]
        commas = [part for cell in numbers for part in _COMMA.findall(cell)]
        if any(not re.fullmatch(r"[1-9]\d{0,2},\d{3}", part) for part in commas):
            return True
        if any(re.search(r"\d\.\d", cell) for cell in numbers):
            return False
        return None

    def take(self, row: Row) -> None:
        """One row: a characteristic, a refusal, or nothing."""
        cells = {
            name: row.cells[column.index].strip()
            for name, column in self.columns.items()
            if column.index < len(row.cells) and row.cells[column.index].strip()
        }
        if not cells:
            return
        if set(cells) == {"number"}:
            self._warn(row.number, f"{cells['number'][:60]!r} stands alone; left out.", "heading")
            return
        reader = Reader(cells, unit=self.unit, comma=self.comma, letters=self.letters)
        try:
            draft = reader.draft(row.number)
        except Unreadable as error:
            column = self.columns.get(error.field)
            self._refuse(row.number, column, cells.get(error.field, ""), str(error))
            return
        for code, sentence in reader.odd:
            self._warn(row.number, sentence, code)
        if (before := self.first.get(draft.number)) is not None:
            self._refuse(
                row.number,
                self.columns["number"],
                draft.number,
                f"a number of its own; row {before} has it already",
                code="number-twice",
            )
            return
        self.first[draft.number] = row.number
        self.drafts.append(draft)

    def _warn(self, row: int, sentence: str, code: str) -> None:
        self.warnings.append(Remark(row, f"Row {row}: {sentence}", code=code))

    def _refuse(
        self, row: int, column: Column | None, found: str, expected: str, code: str = "cell"
    ) -> None:
        where = f"column {column.letter} ({column.header})" if column else "the row"
        what = f"found {found[:60]!r}" if found else "found nothing"
        self.refused.append(
            Remark(
                row,
                f"{self.table.name}, row {row}, {where}: {what}; expected {expected}.",
                column=column.header if column else "",
                code=code,
            )
        )

    def file(self) -> CharacteristicFile:
        table, drafts = self.table, tuple(self.drafts)
        datums = dict.fromkeys(
            letter for each in drafts for datum in each.datums for letter in _letters(datum)
        )
        counts = CharacteristicCounts(len(drafts), by_type(drafts), len(datums))
        return CharacteristicFile(
            name=table.name, kind=table.kind, label=LABELS[table.kind], sha256=table.sha256,
            characteristics=drafts, counts=counts, datums=tuple(datums),
            encoding=table.encoding or "", delimiter=table.delimiter or "",
            sheet=table.sheet or "", header_row=table.header_row,
            columns=tuple(
                CharacteristicColumn(each.index, each.letter, each.header, each.field or "")
                for each in table.columns
            ),
            warnings=(
                *(Remark(None, sentence, code="table") for sentence in table.warnings),
                *self.warnings,
            ),
            refused=tuple(self.refused),
        )  # fmt: skip


def _letters(datum: str) -> list[str]:
    return datum.partition("(")[0].split("-")
