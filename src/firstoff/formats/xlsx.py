"""Sheets of an XLSX workbook (ECMA-376 part 1, 18.2 to 18.8), walked cell by cell.

Not python-calamine: it lays a sheet out as one full rectangle and ends the process when a damaged
cell reference makes that too large. openpyxl gives the meaning of number formats and dates.
"""

import re
import zipfile
from collections.abc import Iterator
from datetime import datetime, time, timedelta

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel
from openpyxl.utils.escape import unescape

from firstoff.formats.archives import damaged, open_archive, part_of, too_many_cells, unpack_once
from firstoff.formats.cells import (
    Sheet,
    SheetBuilder,
    bare_names,
    clock_text,
    number_text,
    walk_xml,
)
from firstoff.formats.sources import Limits, Source

_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,4})?", re.ASCII)
# Date formats that depend on the language of the program (18.8.30).
_LOCAL_DATES = frozenset((*range(27, 37), *range(50, 59)))


def xlsx_sheets(source: Source, limits: Limits) -> Iterator[Sheet]:
    """The sheets of a workbook in the order of their tabs, each read when it is asked for.

    Raises InvalidInput: damaged, a bomb, over a limit."""
    with open_archive(source, limits) as archive:
        unpack_once(archive, source.name)
        book = _Book(archive, source.name, limits)
        for title, part in book.parts:
            builder = SheetBuilder(title, source.name, limits)
            walk_xml(part_of(archive, part, source.name), _Cells(builder, book), source.name)
            yield builder.sheet()


class _Collect:
    """Collects the attributes of some kinds of elements."""

    def __init__(self, *tags: str) -> None:
        self.found: dict[str, list[dict[str, str]]] = {tag: [] for tag in tags}

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in self.found and len(self.found[tag]) < 100_000:
            self.found[tag].append(bare_names(attributes))

    def text(self, data: str) -> None: ...

    def end(self, tag: str) -> None: ...


class _Book:
    """What cells refer to: the parts of the sheets, shared strings, number formats, the epoch."""

    def __init__(self, archive: zipfile.ZipFile, name: str, limits: Limits) -> None:
        self.archive, self.name, self.limits = archive, name, limits
        book = _Collect("sheet", "workbookPr")
        walk_xml(part_of(archive, "xl/workbook.xml", name), book, name)
        links = _Collect("Relationship")
        walk_xml(part_of(archive, "xl/_rels/workbook.xml.rels", name), links, name)
        self._links = links.found["Relationship"]
        properties = book.found["workbookPr"]
        old_mac = any(each.get("date1904") in ("1", "true") for each in properties)
        self.epoch = MAC_EPOCH if old_mac else WINDOWS_EPOCH
        self.parts = self._sheet_parts(book.found["sheet"])
        self.strings = self._shared_strings()
        self.formats = self._formats()

    def _path(self, link: dict[str, str]) -> str:
        target = link.get("Target", "")
        return target.lstrip("/") if target.startswith("/") else f"xl/{target}"

    def _sheet_parts(self, sheets: list[dict[str, str]]) -> list[tuple[str, str]]:
        paths = {link.get("Id", ""): self._path(link) for link in self._links}
        found = []
        for sheet in sheets:
            path = paths.get(sheet.get("id", ""), "")
            # Chart sheets and macro sheets hold no table.
            if path in self.archive.NameToInfo and "worksheets" in path:
                found.append((sheet.get("name", ""), path))
        return found

    def _part_of_kind(self, kind: str) -> str | None:
        for link in self._links:
            path = self._path(link)
            if link.get("Type", "").endswith(f"/{kind}") and path in self.archive.NameToInfo:
                return path
        return None

    def _shared_strings(self) -> list[str]:
        path = self._part_of_kind("sharedStrings")
        if path is None:
            return []
        handler = _Strings(self.name, self.limits)
        walk_xml(part_of(self.archive, path, self.name), handler, self.name)
        return handler.found

    def _formats(self) -> list[str]:
        """The number format of each cell style by its index, "" for no date."""
        path = self._part_of_kind("styles")
        if path is None:
            return []
        handler = _Styles()
        walk_xml(part_of(self.archive, path, self.name), handler, self.name)
        return [_date_format(number, handler.codes) for number in handler.used]


def _date_format(number: str, codes: dict[str, str]) -> str:
    code = codes.get(number)
    if code is None and number.isdecimal() and len(number) < 4:
        code = "yyyy-mm-dd" if int(number) in _LOCAL_DATES else BUILTIN_FORMATS.get(int(number))
    return code if code and is_date_format(code) else ""


class _Strings:
    """The texts of shared strings; phonetic readings (rPh) beside them are left out."""

    def __init__(self, name: str, limits: Limits) -> None:
        self.name, self.limits = name, limits
        self.found: list[str] = []
        self.pieces: list[str] = []
        self.inside = False
        self.phonetic = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "si":
            self.pieces = []
        elif tag == "rPh":
            self.phonetic += 1
        self.inside = tag == "t" and not self.phonetic

    def text(self, data: str) -> None:
        if self.inside:
            self.pieces.append(data)

    def end(self, tag: str) -> None:
        self.inside = False
        if tag == "rPh":
            self.phonetic -= 1
        elif tag == "si":
            self.found.append(_unescaped("".join(self.pieces)))
            if len(self.found) > self.limits.cells:
                raise too_many_cells(self.name, len(self.found), self.limits)


class _Styles:
    """Number formats by their id, and the id of each cell style in its order."""

    def __init__(self) -> None:
        self.codes: dict[str, str] = {}
        self.used: list[str] = []
        self.cells = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "numFmt" and len(self.codes) < 10_000:
            self.codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")[:1_000]
        elif tag == "cellXfs":
            self.cells = True
        elif tag == "xf" and self.cells and len(self.used) < 100_000:
            self.used.append(attributes.get("numFmtId", "0"))

    def text(self, data: str) -> None: ...

    def end(self, tag: str) -> None:
        if tag == "cellXfs":
            self.cells = False


class _Cells:
    """Walks the rows, cells and merges of one worksheet part."""

    def __init__(self, builder: SheetBuilder, book: _Book) -> None:
        self.builder, self.book = builder, book
        self.kind = self.style = ""
        self.formula = self.inside = False
        self.phonetic = 0
        self.pieces: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "c":
            self._cell(attributes)
        elif tag in ("v", "t"):
            self.inside = not self.phonetic
        elif tag == "f":
            self.formula = True
        elif tag == "rPh":
            self.phonetic += 1
        elif tag == "row":
            self._row(attributes.get("r", ""))
        elif tag == "mergeCell":
            self._merge(attributes.get("ref", ""))

    def text(self, data: str) -> None:
        if self.inside:
            self.pieces.append(data)

    def end(self, tag: str) -> None:
        if tag in ("v", "t"):
            self.inside = False
        elif tag == "c":
            self._filled()
        elif tag == "row":
            self.builder.end_row()
        elif tag == "rPh":
            self.phonetic -= 1

    def _row(self, number: str) -> None:
        self.builder.count()
        given = int(number) if number.isdecimal() and len(number) < 8 else None
        self.builder.begin_row(self.builder.row + 1 if given is None else given)

    def _cell(self, attributes: dict[str, str]) -> None:
        self.builder.count()
        self.kind, self.style = attributes.get("t", ""), attributes.get("s", "")
        self.formula = self.inside = False
        self.pieces = []
        reference = attributes.get("r")
        if reference is None:
            self.builder.column += 1
            return
        place = _REFERENCE.fullmatch(reference)
        if place is None or int(place[2]) != self.builder.row:
            raise damaged(self.builder.file)
        self.builder.column = _column_number(place[1])

    def _merge(self, reference: str) -> None:
        self.builder.count()
        corners = [_REFERENCE.fullmatch(part) for part in reference.split(":")]
        if len(corners) == 2 and corners[0] and corners[1]:
            (first, last) = (corners[0], corners[1])
            self.builder.merges.append(
                (int(first[2]), _column_number(first[1]), int(last[2]), _column_number(last[1]))
            )

    def _filled(self) -> None:
        builder, raw = self.builder, "".join(self.pieces)
        if self.formula:
            builder.formulas.append((builder.row, builder.column))
            if not raw and self.kind != "str":  # str: the result is an empty text
                builder.no_value.append((builder.row, builder.column))
        if raw:
            builder.put(builder.column, *self._value(raw))

    def _value(self, raw: str) -> tuple[str, str]:
        """Text and kind of a cell by its type (18.18.11)."""
        if self.kind == "s":
            return self._shared(raw), ""
        if self.kind == "b":
            return ("FALSE" if raw.strip() == "0" else "TRUE"), ""
        if self.kind in ("", "n") and _NUMBER.fullmatch(raw.strip()):
            return self._number(float(raw))
        return _unescaped(raw), ""

    def _shared(self, raw: str) -> str:
        index = int(raw) if raw.strip().isdecimal() and len(raw) < 10 else -1
        if not 0 <= index < len(self.book.strings):
            raise damaged(self.builder.file)
        return self.book.strings[index]

    def _number(self, value: float) -> tuple[str, str]:
        index = int(self.style) if self.style.isdecimal() and len(self.style) < 7 else 0
        code = self.book.formats[index] if index < len(self.book.formats) else ""
        if code:
            try:
                found = from_excel(value, self.book.epoch, timedelta=is_timedelta_format(code))
            except (OverflowError, ValueError):
                return number_text(value), "number"
            return _moment(found, code)
        return number_text(value), "number"


def _moment(found: object, code: str) -> tuple[str, str]:
    if isinstance(found, datetime):
        clock = "h" in re.sub(r'"[^"]*"|\\.|\[[^\]]*\]', "", code).lower()
        whole = found.isoformat(timespec="auto")
        return (whole if clock or "T00:00:00" not in whole else whole[:10]), ""
    if isinstance(found, time):
        seconds = found.hour * 3600 + found.minute * 60 + found.second
        return clock_text(seconds + found.microsecond / 1e6), "time"
    if isinstance(found, timedelta) and found >= timedelta(0):
        return clock_text(found.total_seconds()), "time"
    return str(found), ""


def _unescaped(text: str) -> str:
    """``_x000D_`` is how XLSX writes a character that XML cannot hold."""
    return str(unescape(text)) if "_x" in text else text


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
