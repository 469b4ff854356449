"""Price and lead-time lists: what a part costs where, from how many, and when it comes.

CSV, text in columns, XLSX, ODS and XLS with the headers that bills of materials have, see
``firstoff.formats.bom.meanings``. Nothing is approved by a list; a row that names no part is
refused with its number.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from firstoff.errors import InvalidInput
from firstoff.formats.bom.buying import offers, orderables
from firstoff.formats.bom.cells_of import CellsOf
from firstoff.formats.bom.headers import bare_count
from firstoff.formats.bom.layout import Layout, layout_of
from firstoff.formats.bom.lines import LineReader
from firstoff.formats.bom.mpns import is_number
from firstoff.formats.bom.quantities import days, money, plain
from firstoff.formats.bom.reader import BomMapping, BomOptions
from firstoff.formats.bom.tabular import Found, table_of
from firstoff.formats.bom.unpacking import unpacked
from firstoff.formats.cells import Row
from firstoff.formats.sources import DEFAULT_LIMITS, Limits, RawSource, opened
from firstoff.rules.bom.draft import BomColumn, OfferDraft, Remark

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_LOOKED_AT = 50  # rows, to tell what a column holds
_KINDS = {"csv": "CSV", "text": "text in columns", "xlsx": "XLSX", "ods": "ODS", "xls": "XLS"}


@dataclass(frozen=True, slots=True)
class OfferRow:
    """One offer of one supplier. ``offer.breaks``: from how many pieces, at what price of one.
    ``alternates``: further numbers that the row names. ``asked``: the day it is of."""

    row: int
    mpn: str
    manufacturer: str
    offer: OfferDraft
    alternates: tuple[str, ...] = ()
    description: str = ""
    lifecycle: str = ""
    compliance: Mapping[str, str] = field(default_factory=dict)
    asked: date | None = None


@dataclass(frozen=True, slots=True)
class OfferFile:
    """What was understood of one list."""

    name: str
    label: str
    sha256: str
    rows: tuple[OfferRow, ...]
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    header_row: int | None = None
    columns: tuple[BomColumn, ...] = ()
    warnings: tuple[Remark, ...] = ()
    refused: tuple[Remark, ...] = ()


def read_offers(
    raw: RawSource,
    *,
    name: str = "",
    mapping: BomMapping | None = None,
    sheet: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> OfferFile:
    """The offers in a list. mapping and sheet as in ``read_bom``.

    Raises InvalidInput: no table, no column of part numbers or of suppliers' numbers, nothing
    about price, lead time or minimum, not one offer."""
    mapping = mapping or BomMapping()
    if sheet:
        mapping = BomMapping(
            mapping.columns, mapping.header_row, mapping.delimiter, mapping.encoding, sheet
        )
    with opened(raw, name=name, limits=limits) as packed, unpacked(packed, limits) as source:
        found = table_of(source, BomOptions(mapping, limits))
        found = _tiers(found, mapping)
        _demand_columns(source.name, found.layout)
        rows, warnings, refused = _read(found)
        if not rows and not refused:
            raise InvalidInput(
                f"{source.name}: no offer below the header.",
                code="no-lines",
                way_out="Expected rows with a part number and a price, minimum or lead time.",
                file=source.name,
            )
        return OfferFile(
            name=source.name,
            label=_KINDS[found.grid.kind],
            sha256=source.sha256(),
            rows=rows,
            encoding=found.grid.encoding,
            delimiter=found.grid.delimiter,
            sheet=found.grid.sheet,
            header_row=found.header.number if found.header else None,
            columns=found.layout.columns,
            warnings=(*found.grid.remarks, *found.remarks, *warnings),
            refused=refused,
        )


# ---------------------------------------------------------------- columns


def _tiers(found: Found, mapping: BomMapping) -> Found:
    """In a list of prices "Qty 2" beside "Price 2" is from how many that price is, and amounts of
    money under 1, 10, 100 are what one costs from so many."""
    layout = found.layout
    prices = {layout.headers[place].numbers for place in layout.at.get("price", ())}
    given = dict(mapping.columns)
    for place, head in enumerate(layout.headers):
        numbered = head.phrase == "quantity" and head.numbers and head.numbers in prices
        if numbered and place not in given:
            given[place] = "price_quantity"
    given = {**dict.fromkeys(_counts(found), "price"), **given}
    if len(given) == len(mapping.columns):
        return found
    names = found.header.cells if found.header else ()
    again = layout_of(
        names, found.body, header_row=layout.header_row, given=given, comma=layout.comma
    )
    return replace(found, layout=again)


def _counts(found: Found) -> tuple[int, ...]:
    """Places of columns headed by nothing but a number, rising to the right, of money alone."""
    headers = found.layout.headers
    places = [p for p, head in enumerate(headers) if bare_count(head.text) is not None]
    counts = [bare_count(headers[p].text) or 0 for p in places]
    if len(places) < 2 or counts != sorted(set(counts)):
        return ()
    for place in places:
        cells = [row.cells[place] for row in found.body[:_LOOKED_AT] if place < len(row.cells)]
        filled = [text for text in cells if text.strip()]
        if not filled or any(money(text) is None for text in filled):
            return ()
    return tuple(places)


def _demand_columns(name: str, layout: Layout) -> None:
    missing = []
    if not layout.has("mpn", "maker_mpn", "distributor_number"):
        missing.append("part numbers")
    if not layout.has("price", "lead_time", "minimum", "pack", "in_stock", "multiple"):
        missing.append("prices, lead times or minimum quantities")
    if missing:
        known = [column.header for column in layout.columns if column.meaning]
        raise InvalidInput(
            f"{name}: no column of {' and none of '.join(missing)}; "
            f"understood {', '.join(known[:8]) or 'none'}.",
            code="missing-column",
            way_out="Name the column so, as MPN, Unit price, Lead time, MOQ, or map one.",
            file=name,
        )


# ---------------------------------------------------------------- rows


def _read(
    found: Found,
) -> tuple[tuple[OfferRow, ...], tuple[Remark, ...], tuple[Remark, ...]]:
    reader = LineReader(found.layout)
    rows: list[OfferRow] = []
    warnings: list[Remark] = []
    refused: list[Remark] = []
    seen: dict[tuple[str, str, str], OfferRow] = {}
    for row in found.body:
        cells = CellsOf(row, found.layout)
        made = list(_offers_of(row, cells, reader, warnings))
        if row.blank or (not made and not _says_something(cells)):
            continue
        warnings.extend(_odd(row, cells, made))
        if not made:
            refused.append(_no_offer(row, cells))
        for each in made:
            key = (each.mpn, each.offer.distributor, each.offer.number)
            first = seen.setdefault(key, each)
            if first is not each and first.offer != each.offer:
                what = each.mpn or each.offer.number
                sentence = f"{what} is offered otherwise in row {first.row}; both are kept."
                warnings.append(Remark(row.number, sentence, "", "offer-twice"))
        rows += made
    return tuple(rows), tuple(warnings), tuple(refused)


def _offers_of(
    row: Row, cells: CellsOf, reader: LineReader, warnings: list[Remark]
) -> Iterator[OfferRow]:
    """One for each supplier of the row; one without a supplier where none is named."""
    sources = reader.sources(cells, warnings)
    sold = orderables(cells)
    if not sources and not sold:
        return
    made = list(offers(cells, sold))
    known = {(offer.distributor, offer.number) for offer in made}
    made += [
        OfferDraft(item.distributor, item.number)
        for _, item in sold
        if (item.distributor, item.number) not in known
    ]
    for offer in made:
        yield OfferRow(
            row=row.number,
            mpn=sources[0].mpn if sources else "",
            manufacturer=sources[0].manufacturer if sources else "",
            offer=offer,
            alternates=tuple(source.mpn for source in sources[1:]),
            description=cells.line("description"),
            lifecycle=cells.line("lifecycle"),
            compliance=reader.compliance(cells),
            asked=day(cells.line("date")),
        )


def _says_something(cells: CellsOf) -> bool:
    """Whether a row is meant as an offer: it has a price, a lead time or a minimum."""
    return any(True for key in ("price", "lead_time", "minimum") for _ in cells.texts(key))


def _no_offer(row: Row, cells: CellsOf) -> Remark:
    keys = ("mpn", "maker_mpn", "distributor_number")
    if any(is_number(text) for key in keys for _, text in cells.texts(key)):
        sentence = "No price, lead time or minimum that can be read."
        return Remark(row.number, sentence, "", "no-offer")
    sentence = "No part number and no supplier's number; an offer needs one."
    return Remark(row.number, sentence, "", "no-part")


def _odd(row: Row, cells: CellsOf, made: list[OfferRow]) -> Iterator[Remark]:
    """Cells that say nothing readable, and prices that rise with the quantity."""
    columns, headers = cells.layout.columns, cells.layout.headers
    tests = (("price", money, "amount of money"), ("lead_time", None, "time"))
    for meaning, test, word in tests:
        for place, text in cells.texts(meaning):
            read = test(text) if test else days(text, unit=headers[place].per)
            if read is None and text.casefold() not in ("-", "n/a", "none", "call", "tbd"):
                sentence = f"{text[:40]!r} is no {word}; left open."
                yield Remark(row.number, sentence, columns[place].letter, meaning)
    if (text := cells.line("date")) and day(text) is None:
        sentence = f"{text[:40]!r} is no certain date; write it as 2026-05-31."
        yield Remark(row.number, sentence, cells.letter("date"), "date")
    for each in made:
        prices = [price for _, price in each.offer.breaks]
        for (start, price), before in zip(each.offer.breaks[1:], prices, strict=False):
            if price > before:
                sentence = f"The price rises to {plain(price)} from {plain(start)} pieces."
                yield Remark(row.number, sentence, "", "price-rises")


def day(text: str) -> date | None:
    """2026-05-31, 31.05.2026, 31 May 2026, May 31, 2026; None where day and month are not told
    apart (05/06/2026)."""
    text = text.strip()[:20]
    try:
        if found := re.match(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:T|\s|$)", text):
            return date(int(found[1]), int(found[2]), int(found[3]))
        if found := re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", text):
            return date(int(found[3]), int(found[2]), int(found[1]))
        if found := re.fullmatch(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})", text):
            first, second = int(found[1]), int(found[2])
            if first <= 12 and second <= 12 and first != second:
                return None
            in_order = (second, first) if first > 12 else (first, second)
            return date(int(found[3]), *in_order)
        words = re.findall(r"[a-z]+|\d+", text.casefold())
        month = next((w for w in words if w[:3] in _MONTHS and w.isalpha()), "")
        numbers = [int(w) for w in words if w.isdecimal()]
        if month and len(numbers) == 2:
            return date(max(numbers), _MONTHS.index(month[:3]) + 1, min(numbers))
    except ValueError:
        return None
    return None
