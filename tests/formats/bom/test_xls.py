"""Old Excel workbooks: read like any other, and refused in a sentence where damaged."""

import random

import pytest

from firstoff.errors import InvalidInput
from firstoff.formats.bom import read_bom
from tests.formats.bom.tables import refusal
from tests.formats.bom.xls_files import xls

BOOK = xls(
    ("Cover", [["made by somebody"]]),
    (
        "BOM",
        [
            ["Designator", "Quantity", "Value", "Manufacturer Part Number 1", "Note"],
            ["R1, R2", 2, "10kΩ", "AB-12345", None],
            ["J1", 1.0, None, 61302221021, "NF(J1)"],
        ],
    ),
)


def test_an_old_workbook_is_read():
    file = read_bom(BOOK, name="bom.xls")
    assert (file.kind, file.label, file.sheet, file.header_row) == (
        "altium",
        "Altium Designer, XLS",
        "BOM",
        1,
    )
    assert [(line.designators, line.quantity, line.value) for line in file.lines] == [
        (("R1", "R2"), 2, "10kΩ"),
        (("J1",), 1, ""),
    ]


def test_numbers_in_it_have_no_exponent_and_no_point():
    assert read_bom(BOOK).lines[1].sources[0].mpn == "61302221021"


def test_an_old_document_is_no_workbook():
    other = BOOK.replace("Workbook".encode("utf-16-le"), "WordDocu".encode("utf-16-le"))
    assert refusal(other, name="bom.doc") == (
        "bom.doc is an old Office file and no workbook. Save the table as .xlsx or CSV."
    )


@pytest.mark.parametrize("length", [8, 64, 512, 600, 1024, 1100, 1500, 1800, 2200])
def test_one_that_is_cut_off_is_read_or_refused(length):
    try:
        read_bom(BOOK[:length], name="bom.xls")
    except InvalidInput as error:
        assert error.message.startswith("bom.xls")  # noqa: PT017


def test_one_that_is_changed_anywhere_is_read_or_refused():
    chance = random.Random(7)
    for _ in range(300):
        raw = bytearray(BOOK)
        for _ in range(chance.randint(1, 4)):
            raw[chance.randrange(8, len(raw))] = chance.randrange(256)
        try:
            read_bom(bytes(raw), name="bom.xls")
        except InvalidInput as error:
            assert error.message.startswith("bom.xls")  # noqa: PT017
