"""The rows of a file that may be a bill of materials, whatever it is kept in."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from firstoff.errors import InvalidInput
from firstoff.formats.archives import archive_kind
from firstoff.formats.bom.fixed_width import column_starts, cut, runs_over
from firstoff.formats.bom.mending import rows_with_odd_quotes
from firstoff.formats.bom.reader import BomMapping
from firstoff.formats.bom.scoring import Score, score
from firstoff.formats.cells import TITLE_ROWS, Row, too_many_rows
from firstoff.formats.sources import CONTENT_WORDS, Limits, Source, content_of, encoding_of
from firstoff.formats.spreadsheets import sheets
from firstoff.formats.tables import (
    DELIMITERS,
    check_cells,
    csv_rows,
    declared_delimiter,
    lenient_rows,
    lines_of,
)
from firstoff.rules.bom.draft import Remark

FIXED = "fixed"  # in place of a delimiter
_SAMPLE_LINES = 120
_EXPECTED = "a table as CSV, text in columns, XLSX, ODS or XLS"


@dataclass(frozen=True, slots=True)
class Grid:
    """Filled rows. ``kind``: csv, text, xlsx, ods, xls. ``delimiter``: ``fixed`` in a text."""

    kind: str
    rows: tuple[Row, ...]
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    merges: tuple[tuple[int, int, int, int], ...] = ()
    remarks: tuple[Remark, ...] = ()


def grids(source: Source, mapping: BomMapping, limits: Limits) -> Iterator[Grid]:
    """The one grid of a text, or each sheet of a workbook.

    Raises InvalidInput: neither, damaged, over a limit, a sheet or encoding that is not there."""
    kind = _kind_of(source, limits)
    if kind == "csv":
        yield _text(source, mapping, limits)
        return
    found = False
    for sheet in sheets(source, kind, limits):
        if mapping.sheet and sheet.name.casefold() != mapping.sheet.casefold():
            continue
        found = True
        remarks = tuple(
            Remark(row, "A formula without a stored value; read as empty.", "", "formula")
            for row, _ in sheet.no_value[:20]
        )
        yield Grid(kind, sheet.rows, "", "", sheet.name, sheet.merges, remarks)
    if mapping.sheet and not found:
        raise InvalidInput(
            f"{source.name} has no sheet {mapping.sheet!r}.",
            code="no-sheet",
            file=source.name,
            found=mapping.sheet,
        )


def _kind_of(source: Source, limits: Limits) -> str:
    content = content_of(source.head())
    # A CSV may begin with [ or { in a cell, or with a bare word of HTML.
    if content in ("text", "json"):
        return "csv"
    word = CONTENT_WORDS[content]
    if content == "ole":
        return "xls"
    if content == "zip":
        kind = archive_kind(source, limits)
        if kind in ("xlsx", "ods"):
            return kind
        word = {"xlsb": "a binary workbook (.xlsb)", "docx": "a text document"}.get(kind, word)
    raise InvalidInput(
        f"{source.name} is {word}; expected {_EXPECTED}.",
        code="not-a-table",
        way_out="Save the table as .xlsx or CSV." if content == "zip" else "",
        file=source.name,
        found=word,
        expected=_EXPECTED,
    )


# ---------------------------------------------------------------- text


def _text(source: Source, mapping: BomMapping, limits: Limits) -> Grid:
    encoding = _encoding(source, mapping)
    sample = [line.rstrip("\r\n") for line in islice(_lines(source, encoding, limits), 400)]
    delimiter = mapping.delimiter or declared_delimiter(source, encoding)
    if not delimiter:
        delimiter, found = _likeliest(sample)
        if found == (0, 0) and column_starts(sample) is not None:
            delimiter = FIXED
    if delimiter == FIXED:
        return _fixed(source, encoding, sample, limits)
    grid = Grid("csv", (), encoding, delimiter)
    remarks = _encoding_remarks(encoding, mapping)
    try:
        return replace(
            grid, rows=tuple(csv_rows(source, encoding, delimiter, limits)), remarks=remarks
        )
    except InvalidInput as error:
        if error.code != "unbalanced-quotes":
            raise
    except UnicodeError as error:
        raise _not_text(source.name, encoding) from error
    rows, odd = _mended(source, encoding, delimiter, limits)
    return replace(grid, rows=rows, remarks=remarks + odd)


def _encoding(source: Source, mapping: BomMapping) -> str:
    if not mapping.encoding:
        found = encoding_of(source)
        return "gb18030" if found == "cp1252" and _is_chinese(source) else found
    try:
        codec = codecs.lookup(mapping.encoding)
        decoder = codec.incrementaldecoder()
        if not isinstance(decoder.decode(b""), str):
            raise LookupError(mapping.encoding)
    except (LookupError, TypeError) as error:
        raise InvalidInput(
            f"There is no text encoding {mapping.encoding!r}; expected utf-8 or cp1252.",
            code="encoding",
        ) from error
    return codec.name


def _is_chinese(source: Source) -> bool:
    """Whether bytes beyond ASCII come in pairs, as in the Chinese GB 2312 and nowhere in Western
    text, where a µ or an é stands between plain letters."""
    head = source.head()
    pairs = sum(len(run) // 2 * 2 for run in re.findall(rb"[\xa1-\xfe]{2,}", head))
    beyond = sum(1 for byte in head if byte > 0x7F)
    if pairs < 12 or pairs < 0.95 * beyond:
        return False
    try:
        for chunk in codecs.iterdecode(source.chunks(), "gb18030"):
            del chunk
    except UnicodeDecodeError:
        return False
    return True


def _lines(source: Source, encoding: str, limits: Limits) -> Iterator[str]:
    try:
        yield from lines_of(source, encoding, limits)
    except UnicodeError as error:
        raise _not_text(source.name, encoding) from error


def _not_text(name: str, encoding: str) -> InvalidInput:
    return InvalidInput(f"{name} is not {encoding} text.", code="encoding", file=name)


def _encoding_remarks(encoding: str, mapping: BomMapping) -> tuple[Remark, ...]:
    if encoding not in ("cp1252", "gb18030") or mapping.encoding:
        return ()
    sentence = "Not UTF-8; read as Windows-1252. Look at signs like µ, Ω and accents."
    if encoding == "gb18030":
        sentence = "Not UTF-8; read as Chinese (GB 18030). Look at the words."
    return (Remark(None, sentence, "", "encoding"),)


def _likeliest(sample: list[str]) -> tuple[str, Score]:
    """The delimiter under which a row means most; then the one that most lines agree on."""
    best, most = ",", ((0, 0), 0)
    for delimiter in DELIMITERS:
        found, widths = (0, 0), list[int]()
        for place, cells in enumerate(lenient_rows(sample[:_SAMPLE_LINES], delimiter)):
            widths.append(len(cells))
            if place <= TITLE_ROWS and len(cells) > 1:
                found = max(found, score(cells))
        common = max((widths.count(width) for width in set(widths) if width > 1), default=0)
        if (found, common) > most:
            best, most = delimiter, (found, common)
    return best, most[0]


def _fixed(source: Source, encoding: str, sample: list[str], limits: Limits) -> Grid:
    found = column_starts(sample)
    if found is None:
        raise InvalidInput(
            f"{source.name} is no text in columns of fixed width.",
            code="no-header",
            way_out="Name the delimiter.",
            file=source.name,
        )
    header, starts = found
    rows: list[Row] = []
    remarks: list[Remark] = []
    for number, raw in enumerate(_lines(source, encoding, limits), start=1):
        line = raw.rstrip("\r\n")
        if not line.strip():
            continue
        if len(rows) > limits.rows:
            raise too_many_rows(source.name, limits)
        above = number <= header
        rows.append(Row(number, (line.strip(),) if above else tuple(cut(line, starts))))
        check_cells(rows[-1], source.name, limits)
        if not above and number > header + 1 and runs_over(line, starts):
            sentence = "A text runs over the edge of its column; look at the row."
            remarks.append(Remark(number, sentence, "", "column-edge"))
    return Grid("text", tuple(rows), encoding, FIXED, remarks=tuple(remarks))


def _mended(
    source: Source, encoding: str, delimiter: str, limits: Limits
) -> tuple[tuple[Row, ...], tuple[Remark, ...]]:
    rows: list[Row] = []
    remarks: list[Remark] = []
    sentence = "A quote inside a cell or never closed; taken as a sign. Look at the row."
    for row, odd in rows_with_odd_quotes(_lines(source, encoding, limits), delimiter):
        if row.blank:
            continue
        check_cells(row, source.name, limits)
        rows.append(row)
        if len(rows) > limits.rows + TITLE_ROWS:
            raise too_many_rows(source.name, limits)
        if odd:
            remarks.append(Remark(row.number, sentence, "", "quotes"))
    return tuple(rows), tuple(remarks)
