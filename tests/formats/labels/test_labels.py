"""Codes that a scanner reads: each kind is read back by another program's eyes."""

import re

import numpy as np
import pytest
import zxingcpp

from firstoff.errors import InvalidInput
from firstoff.formats import labels

CELL = 6  # pixels a module


def seen(picture: str) -> list[str]:
    """What a scanner reads off the drawing: its unit squares painted, then decoded."""
    size = re.search(r'viewBox="0 0 (\d+) (\d+)"', picture)
    assert size is not None
    width, height = int(size[1]), int(size[2])
    image = np.full((height, width), 255, dtype=np.uint8)
    for x, y, w, h in re.findall(r"M(\d+) (\d+)h(\d+)v(\d+)h-\d+Z", picture):
        image[int(y) : int(y) + int(h), int(x) : int(x) + int(w)] = 0
    large = np.kron(image, np.ones((CELL, CELL), dtype=np.uint8))
    framed = np.pad(large, 4 * CELL, constant_values=255)
    return [code.text for code in zxingcpp.read_barcodes(framed)]


@pytest.mark.parametrize("symbol", labels.SYMBOLS, ids=lambda s: s.name)
@pytest.mark.parametrize("text", ["CC1-P1", "CC1-P1-001", "A" * 60])
def test_every_kind_scans_back(symbol: labels.Symbol, text: str) -> None:
    assert seen(symbol.draw(text)) == [text]


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


def test_an_unknown_kind_names_those_there_are() -> None:
    with pytest.raises(InvalidInput, match="expected one of datamatrix, qr"):
        labels.svg("A", "code39")
