"""Short ways to read a table in tests."""

import io

import pytest
from openpyxl import Workbook

from firstoff.errors import InvalidInput
from firstoff.formats.tables import Table, normal_header, read_table

KNOWN = {"serial": "serial", "serialno": "serial", "operator": "operator", "note": "note"}


def recognise(header: str) -> str | None:
    return KNOWN.get(normal_header(header))


def read(raw, name="log.csv", **given) -> Table:
    given.setdefault("required", ("serial",))
    return read_table(raw, recognise=recognise, name=name, **given)


def refusal(raw, name="log.csv", **given) -> str:
    with pytest.raises(InvalidInput) as caught:
        read(raw, name, **given)
    return str(caught.value)


def cells(table: Table) -> list[tuple[str, ...]]:
    return [row.cells for row in table.rows]


def workbook(fill) -> bytes:
    book = Workbook()
    fill(book)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
