"""Files as they come: packed, cut off, huge, foreign; refused in one sentence, never half read."""

import gzip
import random
import zipfile
from io import BytesIO

import pytest

from firstoff.errors import InvalidInput
from firstoff.formats.bom import read_bom, reader_named
from firstoff.formats.bom.summaries import summary
from firstoff.formats.sources import Limits
from tests.formats.bom.tables import csv, refusal, table, workbook

LAMP = csv("Designator,Qty,MPN", '"R1, R2",2,AB-12345', "C1,1,CD-67890")


def test_a_packed_file_is_unpacked():
    file = read_bom(gzip.compress(LAMP), name="lamp.csv.gz")
    assert (file.name, len(file.lines)) == ("lamp.csv", 2)


@pytest.mark.parametrize("cut", [11, 20, 40])
def test_a_packed_file_that_is_cut_off_is_refused(cut):
    assert refusal(gzip.compress(LAMP)[:cut], name="lamp.csv.gz") == (
        "lamp.csv.gz is a damaged gzip archive. Pack or download it again."
    )


def test_a_packed_file_that_holds_nothing_is_refused():
    assert refusal(gzip.compress(b""), name="lamp.csv.gz") == "lamp.csv.gz is empty."


def test_a_packed_file_that_grows_too_large_is_refused():
    raw = gzip.compress(b"A,B\n" * 1_000_000)
    assert refusal(raw, name="lamp.csv.gz", limits=Limits(unpacked_bytes=100_000)) == (
        "lamp.csv.gz unpacks to more than 100,000\u00a0bytes."
    )


def test_a_file_over_the_limit_is_refused():
    assert refusal(LAMP, limits=Limits(file_bytes=20)).startswith("bom.csv has 53\u00a0bytes;")


def test_more_rows_than_the_limit_are_refused():
    raw = csv("Designator,MPN", *(f"R{n},AB-{n}" for n in range(200)))
    assert refusal(raw, limits=Limits(rows=100)) == "bom.csv has more than 100 rows. Split it."


def test_more_columns_than_the_limit_are_refused():
    raw = csv("Designator,MPN", "R1," + "," * 300 + "x")
    assert refusal(raw).startswith("bom.csv, row 2: 302 columns; at most 200 can be imported.")


@pytest.mark.slow
def test_a_bomb_is_refused_by_its_index():
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 30_000_000)
    assert refusal(packed.getvalue(), name="lamp.xlsx").startswith("lamp.xlsx would unpack to ")


def test_a_nul_byte_is_named_by_its_cell():
    assert refusal(b"Designator,MPN\nR1,A\0B\n").startswith(
        "bom.csv, row 2, column B: a NUL byte; expected text."
    )


def test_a_kind_that_there_is_not_is_refused():
    with pytest.raises(InvalidInput) as caught:
        reader_named("word")
    assert caught.value.code == "unknown-kind"


def test_tables_cut_off_anywhere_are_read_or_refused():
    book = workbook(("BOM", [("Designator", "Qty", "MPN"), *[("R1", 1, "AB-1")] * 30]))
    for raw in (LAMP, book):
        for cut in range(0, len(raw), max(1, len(raw) // 60)):
            try:
                read_bom(raw[:cut], name="lamp")
            except InvalidInput as error:
                assert error.message.startswith("lamp")  # noqa: PT017


def test_tables_changed_anywhere_are_read_or_refused():
    chance = random.Random(5)
    signs = (b'"', b",", b";", b"\n", b"DNP", b"Total", b"-", b"1e999", b"C1-C9999", b"\xb5")
    for _ in range(300):
        raw = bytearray(LAMP * 3)
        for _ in range(chance.randint(1, 12)):
            place = chance.randrange(len(raw))
            raw[place : place + chance.randint(0, 4)] = chance.choice(signs)
        try:
            assert summary(read_bom(bytes(raw), name="lamp"))["name"] == "lamp"
        except InvalidInput as error:
            assert error.message.startswith("lamp")  # noqa: PT017


def test_a_summary_has_plain_numbers():
    said = summary(table("Designator,Qty,MPN,Unit price", ",1e3,AB-12345,$0.0000001"))
    assert (said["counts"]["pieces"], said["cost"]) == (1000, {"USD": "0.0001"})
