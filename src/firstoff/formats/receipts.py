"""A list of lots that came in: one row a lot or reel, as CSV, XLSX or ODS.

A row that cannot be taken is refused with one sentence; the others still come, for the preview.
"""

import csv
from dataclasses import dataclass, replace
from datetime import date
from io import StringIO

from firstoff.errors import InvalidInput
from firstoff.formats.cells import Row
from firstoff.formats.sources import RawSource
from firstoff.formats.tables import Table, normal_header, read_table
from firstoff.rules.supply import quantity

# field -> (what it means, an example, other headers that people write)
COLUMNS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "part": ("Part number, as here.", "CAP-100N", ("part number", "part no", "pn", "item")),
    "lot": (
        "Code of the lot or reel, as on its label. Left out: the supplier's lot.",
        "R-1043",
        ("reel", "reel id", "lot id", "lot code", "internal lot", "batch"),
    ),
    "quantity": ("How much came in, as a plain number.", "4000", ("qty", "amount", "count")),
    "unit": ("What it is counted in; pieces where nothing is said.", "pcs", ("uom", "measure")),
    "supplier": ("Who sent it.", "Mouser", ("vendor", "distributor")),
    "supplier_lot": (
        "The lot as the supplier calls it.",
        "L2209A",
        ("vendor lot", "lot number", "lot no", "manufacturer lot", "mfr lot"),
    ),
    "date_code": ("Date code.", "2231", ("dc", "datecode")),
    "manufacturer": ("Who made it.", "Murata", ("maker", "mfr", "mfg")),
    "mpn": (
        "The manufacturer's part number.",
        "GRM188R71C104KA01D",
        ("manufacturer part", "manufacturer part number", "mfr part", "mfg part"),
    ),
    "expires": ("Last day of use, 2026-12-31.", "", ("expiry", "use by", "best before")),
    "receipt": ("Delivery note or order.", "DN-881", ("delivery note", "order", "po", "grn")),
}  # fmt: skip
_BY_HEADER = {
    normal_header(word): field
    for field, (_, _, others) in COLUMNS.items()
    for word in (field, *others)
}


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """A lot as its row says it. ``problem``: why the row cannot be taken."""

    row: int
    expires: date | None = None
    part: str = ""
    lot: str = ""
    quantity: str = ""
    unit: str = ""
    supplier: str = ""
    supplier_lot: str = ""
    date_code: str = ""
    manufacturer: str = ""
    mpn: str = ""
    receipt: str = ""
    problem: str = ""
    raw: str = ""


@dataclass(frozen=True, slots=True)
class Receipts:
    """The rows of a file in their order; ``sha256`` is of the file."""

    name: str
    sha256: str
    rows: tuple[ReceiptRow, ...]
    warnings: tuple[str, ...]

    @property
    def refused(self) -> tuple[ReceiptRow, ...]:
        return tuple(r for r in self.rows if r.problem)


def recognise(header: str) -> str | None:
    """The field that a header means; None: none of these."""
    return _BY_HEADER.get(normal_header(header))


def read_receipts(raw: RawSource, *, name: str = "") -> Receipts:
    """Read a list of lots. Raises InvalidInput when the file as a whole cannot be taken."""
    table = read_table(raw, recognise=recognise, required=("quantity",), name=name)
    named = {c.field for c in table.columns}
    for either in (("part", "mpn"), ("lot", "supplier_lot")):
        if not named & set(either):
            raise InvalidInput(
                f"{table.name} has neither a column {either[0]} nor a column {either[1]}.",
                way_out="Take the headers from the template.",
                file=table.name,
            )
    rows = [_row(table, row) for row in table.rows]
    return Receipts(table.name, table.sha256, tuple(_once(rows)), table.warnings)


def _row(table: Table, row: Row) -> ReceiptRow:
    cells = {
        c.field: row.cells[c.index].strip()
        for c in table.columns
        if c.field and c.index < len(row.cells)
    }
    given = {field: cells.get(field, "") for field in COLUMNS}
    given["lot"] = given["lot"] or given["supplier_lot"]
    expires = given.pop("expires")
    read = ReceiptRow(row.number, None, **given, raw=_raw(row))
    try:
        day = date.fromisoformat(expires[:10]) if expires else None
        _check(given)
    except InvalidInput as error:
        return replace(read, problem=error.message)
    except ValueError:
        problem = f"expires is {expires[:40]!r}; expected a date such as 2026-12-31."
        return replace(read, problem=problem)
    return replace(read, expires=day)


def _check(given: dict[str, str]) -> None:
    if not given["part"] and not given["mpn"]:
        raise InvalidInput("The row names no part and no MPN.")
    if not given["lot"]:
        raise InvalidInput("The row names no lot.")
    if not given["quantity"]:
        raise InvalidInput("The row has no quantity.")
    quantity(given["quantity"], field="quantity")


def _once(rows: list[ReceiptRow]) -> list[ReceiptRow]:
    """A lot of a part stands once in a file: the second row of it says so."""
    seen: dict[tuple[str, str, str], int] = {}
    found = []
    for one in rows:
        key = (one.part, one.mpn if not one.part else "", one.lot)
        first = seen.setdefault(key, one.row)
        if not one.problem and first != one.row:
            problem = f"Lot {one.lot} stands in row {first} already."
            one = replace(one, problem=problem)
        found.append(one)
    return found


def _raw(row: Row) -> str:
    return " | ".join(row.cells)[:300]


def template() -> bytes:
    """The headers and one example row, in UTF-8 with its mark, so that Excel opens it right."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerow([example for _, example, _ in COLUMNS.values()])
    return text.getvalue().encode("utf-8-sig")
