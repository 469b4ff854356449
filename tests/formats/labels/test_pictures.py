"""Codes read off a camera's picture."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from firstoff.errors import InvalidInput
from firstoff.formats import labels
from firstoff.formats.labels import Scanned, What, pictures
from firstoff.formats.labels.pictures import read_picture

UNIT = "(01)09506000134352(21)0017(10)CC1-P1"


def photograph(*codes: tuple[str, str], turned: float = 0, form: str = "JPEG") -> bytes:
    """Codes under each other on grey paper, turned and a little dull."""
    page = Image.new("L", (900, 420 * len(codes) + 80), 190)
    for row, (kind, text) in enumerate(codes):
        made = labels.symbol(kind).encode(text)
        rows = [np.frombuffer(one, dtype=np.uint8) for one in made.rows]
        dark = np.repeat(np.array(rows), 40 if made.height == 1 else 1, axis=0)
        picture = Image.fromarray((1 - np.pad(dark, 4)) * np.uint8(170) + np.uint8(40))
        cells = 3 if made.height == 1 else 10
        picture = picture.resize((picture.width * cells, picture.height * cells), 0)
        page.paste(picture, (60, 60 + 420 * row))
    page = page.rotate(turned, resample=Image.Resampling.BICUBIC, expand=True, fillcolor=190)
    made_bytes = BytesIO()
    page.convert("RGB").save(made_bytes, form)
    return made_bytes.getvalue()


@pytest.mark.parametrize("kind", ["gs1_datamatrix", "gs1_qr", "gs1_128"])
@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_gs1_is_read_off_a_photograph(kind: str, form: str) -> None:
    (found,) = read_picture(photograph((kind, UNIT), form=form))
    assert (found.what, found.gtin, found.serial, found.lot) == (
        What.GS1,
        "09506000134352",
        "0017",
        "CC1-P1",
    )


@pytest.mark.parametrize("turned", [8, 90, 180, 200])
def test_the_camera_may_be_held_askew(turned: float) -> None:
    (found,) = read_picture(photograph(("datamatrix", "U CC1 0017 JK"), turned=turned))
    assert (found.names, found.part, found.serial) == ("unit", "CC1", "0017")


def test_all_codes_come_from_the_top_down_each_once() -> None:
    codes = [("qr", "B CC1-P1 NU"), ("gs1_128", "(00)395011010530000015"), ("qr", "B CC1-P1 NU")]
    found = read_picture(photograph(*codes))
    assert [(one.what, one.lot, one.sscc) for one in found] == [
        (What.INTERNAL, "CC1-P1", ""),
        (What.GS1, "", "395011010530000015"),
    ]


def test_a_text_of_any_script_is_read() -> None:
    assert read_picture(photograph(("qr", "ÅÄÖ 外壳"))) == (Scanned("ÅÄÖ 外壳", What.TEXT),)


def test_a_distributors_label_is_read() -> None:
    label = "[)>\x1e06\x1d1PRC0402\x1dQ10000\x1e\x04"
    (found,) = read_picture(photograph(("datamatrix", label)))
    assert (found.what, found.mpn, found.quantity) == (What.DISTRIBUTOR, "RC0402", 10000)


def test_a_picture_without_codes_says_nothing() -> None:
    made = BytesIO()
    Image.new("RGB", (300, 200), "white").save(made, "PNG")
    assert read_picture(made.getvalue()) == ()


def gif() -> bytes:
    made = BytesIO()
    Image.new("L", (8, 8)).save(made, "GIF")
    return made.getvalue()


@pytest.mark.parametrize(
    "content", [b"", b"not a picture", gif(), photograph(("qr", "A"))[:900]], ids=range(4)
)
def test_what_is_no_whole_png_or_jpeg_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidInput, match="expected a whole PNG or JPEG"):
        read_picture(content)


def test_a_picture_too_large_is_refused_before_it_is_unpacked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    content = photograph(("qr", "A"), form="PNG")
    monkeypatch.setattr(pictures, "MOST_PIXELS", 1000)
    with pytest.raises(InvalidInput, match=r"has 900 × 500 pixels; expected at most 1,000 in all"):
        read_picture(content)
    monkeypatch.setattr(pictures, "LARGEST", 100)
    with pytest.raises(InvalidInput, match="expected at most 100"):
        read_picture(content)


def test_a_bomb_is_refused() -> None:
    """A PNG whose head promises 60,000 x 60,000 pixels."""
    content = bytearray(photograph(("qr", "A"), form="PNG"))
    content[16:24] = (60_000).to_bytes(4) * 2
    import zlib

    content[29:33] = zlib.crc32(content[12:29]).to_bytes(4)
    with pytest.raises(InvalidInput):
        read_picture(bytes(content))
