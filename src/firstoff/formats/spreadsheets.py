"""Sheets of XLSX and ODS as rows of text.

The values are read by python-calamine. Before it sees the file, the archive and each sheet are
walked here: calamine lays a sheet out as one full rectangle, so two filled cells in far corners
would cost gigabytes, and it does not say which cells are formulas.
"""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, BinaryIO
from xml.parsers import expat

import python_calamine

from firstoff.errors import InvalidInput
from firstoff.formats.archives import damaged, open_archive, part_of, too_many_cells, unpack_once
from firstoff.formats.sources import Limits, Source

_EXCEL_ROWS = 1_048_576
_XML_ENTITY = "declares XML entities, which no spreadsheet program writes"


@dataclass(frozen=True, slots=True)
class Row:
    """One row as text. ``number`` is the row a person sees; ``numbers`` and ``times`` are the
    columns (from 0) whose cell was a number or a clock time and not text."""

    number: int
    cells: tuple[str, ...]
    numbers: frozenset[int] = frozenset()
    times: frozenset[int] = frozenset()

    @property
    def blank(self) -> bool:
        return not any(cell.strip() for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet. Merges are (first row, first column, last row, last column), from 1;
    ``no_value`` are formula cells whose result the file does not hold."""

    name: str
    rows: tuple[Row, ...]
    merges: tuple[tuple[int, int, int, int], ...]
    formulas: tuple[tuple[int, int], ...]
    no_value: tuple[tuple[int, int], ...]


def sheets(source: Source, kind: str, limits: Limits) -> Iterator[Sheet]:
    """The sheets of a workbook, one by one in their order, each read when it is asked for.

    Raises InvalidInput: damaged, a bomb, over a limit, a cell that is too long."""
    with open_archive(source, limits) as archive:
        unpack_once(archive, source.name, limits)
        walks = _xlsx_walks(archive, source.name, limits)
        if kind == "ods":
            walks = _ods_walks(archive, source.name, limits)
        source.file.seek(0)
        with _calamine(source.file, source.name) as workbook:
            for name, walk in walks:
                yield _sheet(workbook, name, walk, source.name, limits)


# ---------------------------------------------------------------- walking a sheet


@dataclass(slots=True)
class _Walk:
    """What a walk over the XML of one sheet saw. Rows and columns from 1."""

    limits: Limits
    file: str
    label: str
    row: int = 0
    column: int = 0
    seen: int = 0
    first: list[int] = field(default_factory=list)
    last: list[int] = field(default_factory=list)
    formulas: list[tuple[int, int]] = field(default_factory=list)
    no_value: list[tuple[int, int]] = field(default_factory=list)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)

    def fill(self, last_row: int, last_column: int) -> None:
        """A filled cell from (row, column) to there; refuses what calamine could not lay out."""
        if not self.first:
            self.first, self.last = [self.row, self.column], [last_row, last_column]
        self.first = [min(self.first[0], self.row), min(self.first[1], self.column)]
        self.last = [max(self.last[0], last_row), max(self.last[1], last_column)]
        if self.last[1] > self.limits.columns:
            raise InvalidInput(
                f"{self.file}, {self.label}, row {self.row}: {self.last[1]:,} columns; "
                f"at most {self.limits.columns:,} can be imported.",
                code="too-many-columns",
                file=self.file,
                row=self.row,
            )
        area = (self.last[0] - self.first[0] + 1) * (self.last[1] - self.first[1] + 1)
        if area > self.limits.cells:
            raise too_many_cells(self.file, self.label, area, self.limits)

    def count(self) -> None:
        self.seen += 1
        if self.seen > self.limits.cells:
            raise too_many_cells(self.file, self.label, self.seen, self.limits)


_Reference = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")


def column_letter(number: int) -> str:
    """1 is A, 27 is AA."""
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _xlsx_walks(
    archive: zipfile.ZipFile, name: str, limits: Limits
) -> Iterator[tuple[str, _Walk]]:
    for title, part in _xlsx_parts(archive, name):
        walk = _Walk(limits, name, f"sheet {title!r}")
        _parse(part_of(archive, part, name), _XlsxHandler(walk), name)
        yield title, walk


def _xlsx_parts(archive: zipfile.ZipFile, name: str) -> list[tuple[str, str]]:
    """Title and archive path of each worksheet, in the order of the tabs."""
    book, links = _Attributes("sheet"), _Attributes("Relationship")
    _parse(part_of(archive, "xl/workbook.xml", name), book, name)
    _parse(part_of(archive, "xl/_rels/workbook.xml.rels", name), links, name)
    titles = [sheet.get("name", "") for sheet in book.found]
    if len(set(titles)) < len(titles) or len({link.get("Id") for link in links.found}) < len(
        links.found
    ):
        raise damaged(name)  # two readers could take two different sheets for the same
    targets = {link.get("Id", ""): link.get("Target", "") for link in links.found}
    found = []
    for sheet in book.found:
        target = targets.get(sheet.get("id", ""), "")
        path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if path in archive.NameToInfo and "worksheets" in path:
            found.append((sheet.get("name", ""), path))
    return found


class _Attributes:
    """Collects the attributes of one kind of element, without their namespaces."""

    def __init__(self, tag: str) -> None:
        self.tag = tag
        self.found: list[dict[str, str]] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if _local(name) == self.tag and len(self.found) < 10_000:
            self.found.append({_local(key): value for key, value in attributes.items()})

    def text(self, data: str) -> None: ...

    def end(self, name: str) -> None: ...


def _local(tag: str) -> str:
    return tag.rpartition("}")[2].rpartition(":")[2]


class _XlsxHandler:
    """Walks <row>, <c>, <f>, <v> and <is> of a worksheet part (ECMA-376 part 1, 18.3.1)."""

    def __init__(self, walk: _Walk) -> None:
        self.walk = walk
        self.kind = ""
        self.formula = self.filled = self.inside = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = _local(name)
        if tag == "c":
            self._cell(attributes)
        elif tag in ("v", "is"):
            self.inside = True
        elif tag == "f":
            self.formula = True
        elif tag == "row":
            self._row(attributes)
        elif tag == "mergeCell":
            self._merge(attributes.get("ref", ""))

    def _row(self, attributes: dict[str, str]) -> None:
        given = attributes.get("r", "")
        self.walk.row = int(given) if given.isdecimal() and len(given) < 8 else self.walk.row + 1
        self.walk.column = 0
        if self.walk.row > _EXCEL_ROWS:
            raise damaged(self.walk.file)
        self.walk.count()

    def _cell(self, attributes: dict[str, str]) -> None:
        self.walk.count()
        self.kind = attributes.get("t", "")
        self.formula = self.filled = self.inside = False
        place = _Reference.fullmatch(attributes.get("r", ""))
        if place:
            self.walk.column, self.walk.row = _column_number(place[1]), int(place[2])
        else:
            self.walk.column += 1

    def _merge(self, reference: str) -> None:
        corners = [_Reference.fullmatch(part) for part in reference.split(":")]
        if len(corners) == 2 and corners[0] and corners[1]:
            (first, last) = (corners[0], corners[1])
            self.walk.merges.append(
                (int(first[2]), _column_number(first[1]), int(last[2]), _column_number(last[1]))
            )

    def text(self, data: str) -> None:
        if self.inside and data:
            self.filled = True

    def end(self, name: str) -> None:
        tag = _local(name)
        if tag in ("v", "is"):
            self.inside = False
        elif tag == "c":
            walk = self.walk
            if self.filled:
                walk.fill(walk.row, walk.column)
            if self.formula:
                walk.formulas.append((walk.row, walk.column))
                if not self.filled and self.kind != "str":  # str: the result is an empty text
                    walk.no_value.append((walk.row, walk.column))


def _ods_walks(archive: zipfile.ZipFile, name: str, limits: Limits) -> Iterator[tuple[str, _Walk]]:
    handler = _OdsHandler(name, limits)
    _parse(part_of(archive, "content.xml", name), handler, name)
    yield from handler.found


class _OdsHandler:
    """Walks table rows and cells of an OpenDocument content part (OASIS ODF 1.3 part 3, 9.1)."""

    def __init__(self, file: str, limits: Limits) -> None:
        self.file, self.limits = file, limits
        self.found: list[tuple[str, _Walk]] = []
        self.walk = _Walk(limits, file, "sheet")
        self.row_repeat = self.repeat = 1
        self.filled = self.inside = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = _local(name)
        given = {_local(key): value for key, value in attributes.items()}
        if tag == "table":
            title = given.get("name", "")
            self.walk = _Walk(self.limits, self.file, f"sheet {title!r}")
            self.found.append((title, self.walk))
            self.row_repeat = 1
        elif tag == "table-row":
            self.walk.count()
            self.walk.row += 1
            self.walk.column = 0
            self.row_repeat = _repeat(given.get("number-rows-repeated"))
        elif tag in ("table-cell", "covered-table-cell"):
            self._cell(given)
        elif tag == "p":
            self.inside = True

    def _cell(self, given: dict[str, str]) -> None:
        walk = self.walk
        walk.count()
        walk.column += 1
        self.repeat = _repeat(given.get("number-columns-repeated"))
        self.inside = False
        self.filled = given.get("value-type", "string") != "string" or "string-value" in given
        if "formula" in given:
            walk.formulas.append((walk.row, walk.column))
        rows, columns = (
            _repeat(given.get(key)) for key in ("number-rows-spanned", "number-columns-spanned")
        )
        if rows > 1 or columns > 1:
            corner = (walk.row + rows - 1, walk.column + columns - 1)
            walk.merges.append((walk.row, walk.column, *corner))

    def text(self, data: str) -> None:
        if self.inside and data:
            self.filled = True

    def end(self, name: str) -> None:
        tag = _local(name)
        walk = self.walk
        if tag == "p":
            self.inside = False
        elif tag in ("table-cell", "covered-table-cell"):
            if self.filled:
                walk.fill(walk.row + self.row_repeat - 1, walk.column + self.repeat - 1)
            walk.column += self.repeat - 1
        elif tag == "table-row":
            walk.row += self.row_repeat - 1


def _repeat(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and 0 < len(text) < 9 and int(text) else 1


def _parse(chunks: Iterator[bytes], handler: Any, name: str) -> None:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = handler.start
    parser.EndElementHandler = handler.end
    parser.CharacterDataHandler = handler.text

    def refuse_entity(*_: object) -> None:
        raise InvalidInput(f"{name} {_XML_ENTITY}.", code="unsafe-xml", file=name)

    parser.EntityDeclHandler = refuse_entity
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except (expat.ExpatError, ValueError) as error:
        raise damaged(name) from error


# ---------------------------------------------------------------- the values


class _calamine:  # noqa: N801 - reads as a function: with _calamine(...)
    """Opens a workbook; whatever calamine makes of a damaged one becomes one sentence."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self.name = name
        self.workbook = self._call(python_calamine.CalamineWorkbook.from_filelike, file)

    def _call(self, function: Any, *arguments: Any) -> Any:
        try:
            return function(*arguments)
        except Exception as error:
            raise damaged(self.name) from error
        except BaseException as error:
            # A panic in the Rust below comes up as a BaseException; it is about this file only.
            if type(error).__name__ == "PanicException":
                raise damaged(self.name) from error
            raise

    def __enter__(self) -> "_calamine":
        return self

    def __exit__(self, *_: object) -> None:
        self.workbook.close()

    def values(self, title: str) -> tuple[int, list[list[Any]]]:
        """Index of the first filled column, and all rows from the first row of the sheet on."""
        sheet = self._call(self.workbook.get_sheet_by_name, title)
        start = sheet.start
        if start is None:
            return 0, []
        rows = self._call(lambda: list(sheet.iter_rows()))
        # Leading empty rows are part of iter_rows, leading empty columns are not.
        return int(start[1]), rows


def _sheet(book: _calamine, title: str, walk: _Walk, name: str, limits: Limits) -> Sheet:
    offset, values = book.values(title) if walk.first else (0, [])
    rows = []
    for index, cells in enumerate(values, start=1):
        row = _row(index, offset, cells)
        if not row.blank:
            rows.append(row)
            _check_row(row, f"{name}, sheet {title!r}", limits)
        if len(rows) > limits.rows + 40:  # titles may stand above the header
            raise too_many_rows(name, limits)
    return Sheet(
        title, tuple(rows), tuple(walk.merges), tuple(walk.formulas), tuple(walk.no_value)
    )


def _row(number: int, offset: int, cells: list[Any]) -> Row:
    texts = [""] * offset
    numbers, times = set(), set()
    for index, cell in enumerate(cells, start=offset):
        texts.append(_text(cell))
        if isinstance(cell, float | int) and not isinstance(cell, bool):
            numbers.add(index)
        elif isinstance(cell, time | timedelta):
            times.add(index)
    while texts and not texts[-1].strip():
        texts.pop()
    return Row(number, tuple(texts), frozenset(numbers), frozenset(times))


def _text(cell: Any) -> str:
    """The text of a cell. Excel holds and shows 15 digits; what a float has beyond is noise."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float | int):
        return _number(float(cell))
    if isinstance(cell, datetime):
        return _rounded(cell).isoformat(sep="T")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, time):
        cell = timedelta(hours=cell.hour, minutes=cell.minute, seconds=cell.second)
    if isinstance(cell, timedelta):
        seconds = round(cell.total_seconds())
        return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return "" if cell is None else str(cell)


def _number(value: float) -> str:
    text = format(value, ".15g")
    if "e" not in text:
        return text
    return format(Decimal(text), "f") if 1e-12 < abs(value) < 1e21 else text


def _rounded(moment: datetime) -> datetime:
    """To the millisecond: dates are floats in the file, and 07:30 can be 07:29:59.999999."""
    short = timedelta(microseconds=moment.microsecond % 1000)
    lower = moment - short
    return lower + timedelta(milliseconds=1) if short.microseconds >= 500 else lower


def _check_row(row: Row, where: str, limits: Limits) -> None:
    for index, cell in enumerate(row.cells, start=1):
        if len(cell) > limits.cell_length:
            raise InvalidInput(
                f"{where}, row {row.number}, column {column_letter(index)}: {len(cell):,} "
                f"characters; a cell holds at most {limits.cell_length:,}.",
                code="cell-too-long",
                row=row.number,
                column=column_letter(index),
            )


def too_many_rows(name: str, limits: Limits) -> InvalidInput:
    """Said by every reader of rows alike."""
    return InvalidInput(
        f"{name} has more than {limits.rows:,} rows.",
        code="too-many-rows",
        way_out="Split it.",
        file=name,
        expected=limits.rows,
    )
