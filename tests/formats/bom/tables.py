"""Short ways to write a table and to read it as a bill of materials in tests."""

import io
from collections.abc import Iterable, Sequence

import pytest
from openpyxl import Workbook

from firstoff.errors import InvalidInput
from firstoff.formats.bom import BomMapping, read_bom
from firstoff.rules.bom.draft import BomFile, LineDraft


def csv(*rows: str, encoding: str = "utf-8", end: str = "\n") -> bytes:
    return (end.join(rows) + end).encode(encoding)


def workbook(*sheets: tuple[str, Iterable[Sequence[object]]]) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def table(*rows: str, name: str = "bom.csv", mapping: BomMapping | None = None) -> BomFile:
    return read_bom(csv(*rows), name=name, mapping=mapping)


def lines(*rows: str, mapping: BomMapping | None = None) -> tuple[LineDraft, ...]:
    return table(*rows, mapping=mapping).lines


def only(*rows: str) -> LineDraft:
    (line,) = lines(*rows)
    return line


def meanings(file: BomFile) -> dict[str, str]:
    return {column.header: column.meaning for column in file.columns}


def said(file: BomFile, code: str = "") -> list[tuple[int | None, str]]:
    return [(w.row, w.sentence) for w in file.warnings if not code or w.code == code]


def codes(file: BomFile) -> list[str]:
    return [warning.code for warning in file.warnings]


def refusal(raw: bytes, name: str = "bom.csv", **given: object) -> str:
    with pytest.raises(InvalidInput) as caught:
        read_bom(raw, name=name, **given)  # type: ignore[arg-type]
    return str(caught.value)
