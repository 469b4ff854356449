"""Sheets of an OpenDocument workbook (OASIS ODF 1.3 part 3, clauses 9 and 19.385), cell by cell.

A row or cell may say that it stands for a million alike, so repeats are counted before they are
written out.
"""

import re
from collections.abc import Iterator

from firstoff.formats.archives import open_archive, part_of, unpack_once
from firstoff.formats.cells import (
    SHEET_ROWS,
    Sheet,
    SheetBuilder,
    bare_names,
    clock_text,
    number_text,
    walk_xml,
)
from firstoff.formats.sources import Limits, Source

_CELLS = ("table-cell", "covered-table-cell")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d{1,4})?", re.ASCII)
_CLOCK = re.compile(r"PT(\d{1,6})H(\d{1,6})M(\d{1,6}(?:[.,]\d{1,12})?)S", re.ASCII)


def ods_sheets(source: Source, limits: Limits) -> Iterator[Sheet]:
    """The sheets of a workbook in the order of their tabs.

    Raises InvalidInput: damaged, a bomb, over a limit."""
    with open_archive(source, limits) as archive:
        unpack_once(archive, source.name)
        handler = _Tables(source.name, limits)
        walk_xml(part_of(archive, "content.xml", source.name), handler, source.name)
    for builder in handler.found:
        yield builder.sheet()


class _Tables:
    """Walks tables, rows, cells and their paragraphs; notes on cells are left out."""

    def __init__(self, file: str, limits: Limits) -> None:
        self.file, self.limits = file, limits
        self.found: list[SheetBuilder] = []
        self.builder = SheetBuilder("", file, limits)
        self.row_repeat = self.repeat = 1
        self.given: dict[str, str] = {}
        self.lines: list[str] = []
        self.annotations = self.paragraphs = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "annotation":
            self.annotations += 1
        elif tag == "table":
            title = bare_names(attributes).get("name", "")
            self.builder = SheetBuilder(title, self.file, self.limits)
            self.found.append(self.builder)
        elif tag == "table-row":
            self.builder.count()
            self.row_repeat = _repeat(bare_names(attributes).get("number-rows-repeated"))
            if self.builder.row < SHEET_ROWS:
                self.builder.begin_row(self.builder.row + 1)
        elif tag in _CELLS:
            self._cell(bare_names(attributes))
        elif not self.annotations:
            self._inside_text(tag, attributes)

    def _inside_text(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "p":
            self.paragraphs += 1
            self.lines.append("")
        elif tag == "s":  # spaces that XML would take together
            count = min(_repeat(bare_names(attributes).get("c")), self.limits.cell_length + 1)
            self.text(" " * count)
        elif tag in ("tab", "line-break"):
            self.text("\t" if tag == "tab" else "\n")

    def text(self, data: str) -> None:
        if self.paragraphs and not self.annotations and self.lines:
            self.lines[-1] += data

    def end(self, tag: str) -> None:
        if tag == "annotation":
            self.annotations = max(0, self.annotations - 1)
        elif tag == "p" and not self.annotations:
            self.paragraphs = max(0, self.paragraphs - 1)
        elif tag in _CELLS:
            self._filled()
        elif tag == "table-row":
            self.builder.end_row(self.row_repeat)

    def _cell(self, given: dict[str, str]) -> None:
        builder = self.builder
        builder.count()
        builder.column += 1
        self.given, self.lines = given, []
        self.repeat = _repeat(given.get("number-columns-repeated"))
        rows = _repeat(given.get("number-rows-spanned"))
        columns = _repeat(given.get("number-columns-spanned"))
        if rows > 1 or columns > 1:
            corner = (builder.row + rows - 1, builder.column + columns - 1)
            builder.merges.append((builder.row, builder.column, *corner))
        if "formula" in given:
            builder.formulas.append((builder.row, builder.column))

    def _filled(self) -> None:
        builder = self.builder
        text, kind = self._value()
        if not text and "formula" in self.given and "value-type" not in self.given:
            builder.no_value.append((builder.row, builder.column))
        if text.strip():
            # One past the limit is enough to be refused by it.
            last = min(builder.column + self.repeat, self.limits.columns + 2)
            for column in range(builder.column, max(last, builder.column + 1)):
                builder.put(column, text, kind)
        builder.column += self.repeat - 1

    def _value(self) -> tuple[str, str]:
        """Text and kind of a cell by its value type."""
        given, kind = self.given, self.given.get("value-type", "string")
        value = given.get("value", "")
        if kind in ("float", "currency", "percentage") and _NUMBER.fullmatch(value):
            return number_text(float(value)), "number"
        if kind == "boolean":
            return given.get("boolean-value", "").upper(), ""
        if kind == "date" and given.get("date-value"):
            return given["date-value"], ""
        if kind == "time" and (clock := _CLOCK.fullmatch(given.get("time-value", ""))):
            hours, minutes = int(clock[1]), int(clock[2])
            seconds = float(clock[3].replace(",", "."))
            return clock_text(hours * 3600 + minutes * 60 + seconds), "time"
        return given.get("string-value") or "\n".join(self.lines), ""


def _repeat(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and 0 < len(text) < 9 and int(text) else 1
