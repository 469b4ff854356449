"""Codes that a scanner reads: each kind is read back by another program's eyes."""

import re

import numpy as np
import pytest
import zxingcpp

from firstoff.errors import InvalidInput
from firstoff.formats import labels
from firstoff.formats.labels import gs1

CELL = 6  # pixels a module
PLAIN = [one for one in labels.SYMBOLS if not one.is_gs1]
GS1 = [one for one in labels.SYMBOLS if one.is_gs1]
UNIT = "(01)09506000134352(21)A-1/b(10)CC1.P1"


def seen(picture: str) -> list[zxingcpp.Barcode]:
    """What a scanner reads off the drawing: its runs of modules painted, then decoded."""
    size = re.search(r'viewBox="0 0 (\d+) (\d+)"', picture)
    assert size is not None
    width, height = int(size[1]), int(size[2])
    image = np.full((height, width), 255, dtype=np.uint8)
    for x, y, w, h in re.findall(r"M(\d+) (\d+)h(\d+)v(\d+)h-\d+Z", picture):
        image[int(y) : int(y) + int(h), int(x) : int(x) + int(w)] = 0
    large = np.kron(image, np.ones((CELL, CELL), dtype=np.uint8))
    framed = np.pad(large, 4 * CELL, constant_values=255)
    return zxingcpp.read_barcodes(framed, text_mode=zxingcpp.TextMode.Plain)


@pytest.mark.parametrize("symbol", PLAIN, ids=lambda s: s.name)
@pytest.mark.parametrize("text", ["CC1-P1", "U CC1 001 KT", "A_^~\\>1", "A" * 48])
def test_every_plain_kind_scans_back(symbol: labels.Symbol, text: str) -> None:
    assert [code.text for code in seen(symbol.draw(text))] == [text]


@pytest.mark.parametrize("symbol", GS1, ids=lambda s: s.name)
@pytest.mark.parametrize("text", [UNIT, "(00)395011010530000015", "(01)09506000134352(21)A(B)"])
def test_every_gs1_kind_scans_back_as_gs1(symbol: labels.Symbol, text: str) -> None:
    (code,) = seen(symbol.draw(text))
    transmitted = gs1.encode(gs1.from_text(text)).encode()
    assert (code.content_type, code.bytes) == (zxingcpp.ContentType.GS1, transmitted)


@pytest.mark.parametrize("symbol", GS1, ids=lambda s: s.name)
def test_a_gs1_symbol_says_that_it_is_one(symbol: labels.Symbol) -> None:
    (code,) = seen(symbol.draw(UNIT))
    expected = {"gs1_datamatrix": "]d2", "gs1_qr": "]Q3", "gs1_128": "]C1"}
    assert code.symbology_identifier == expected[symbol.name]


@pytest.mark.parametrize("kind", ["datamatrix", "qr"])
@pytest.mark.parametrize("text", ["ÅÄÖ-1", "é", "Gehäuse 外壳 №5", "일련번호", "π·10"])
def test_a_text_of_any_script_scans_back(kind: str, text: str) -> None:
    assert [code.text for code in seen(labels.svg(text, kind))] == [text]


def test_data_matrix_is_square() -> None:
    codes = [labels.symbol("datamatrix").encode("A" * many) for many in range(1, 60)]
    assert [code.width - code.height for code in codes] == [0] * 59


def test_a_code_takes_the_size_of_its_place() -> None:
    picture = labels.svg("CC1-P1")
    assert picture.startswith('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ')
    assert "width=" not in picture[: picture.index(">")]


def test_a_text_with_markup_draws_no_markup() -> None:
    assert "<script" not in labels.svg("<script>alert(1)</script>")


@pytest.mark.parametrize("text", ["", "x" * 301])
def test_what_does_not_go_onto_a_label_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        labels.svg(text)


@pytest.mark.parametrize("text", ["é", "x" * 49])
def test_bars_take_short_ascii_alone(text: str) -> None:
    with pytest.raises(InvalidInput, match="expected up to 48 ASCII characters"):
        labels.svg(text, "code128")


def test_an_unknown_kind_names_those_there_are() -> None:
    with pytest.raises(InvalidInput, match="expected one of datamatrix, qr, gs1_datamatrix"):
        labels.svg("A", "code39")


ZPL = [
    ("datamatrix", "A_1^~\\", "^BXN,4,200,,,,_,1^FH\\^FDA__1\\5E\\7E\\5C^FS"),
    ("datamatrix", "é", None),
    ("gs1_datamatrix", "(01)09506000134352(21)A_1(10)B", r"_1010950600013435221A__1_110B"),
    ("qr", "A", None),
    ("gs1_qr", UNIT, None),
    ("code128", "CC1", "^BY4^BCN,80,N,N,N,A^FH\\^FDCC1^FS"),
    ("code128", "A>1", None),
    (
        "gs1_128",
        "(00)395011010530000015",
        "^BY4^BCN,80,N,N,N,N^FH\\^FD>;>800395011010530000015^FS",
    ),
    ("gs1_128", UNIT, None),
]


@pytest.mark.parametrize(("kind", "text", "command"), ZPL)
def test_a_printer_is_told_the_code_where_it_prints_the_same(
    kind: str, text: str, command: str | None
) -> None:
    said = labels.symbol(kind).zpl(text, 4, 80)
    assert said == command if command is None else command in (said or "")
