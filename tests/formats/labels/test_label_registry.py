"""Every template on every size: it scans back from PNG, PDF and ZPL, or says what would fit."""

import shutil
import subprocess
from contextlib import suppress
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from PIL import Image

from firstoff.errors import InvalidInput
from firstoff.formats.labels import paper, raster
from firstoff.formats.labels.data import LabelData
from firstoff.formats.labels.layout import Layout, lay_out
from firstoff.formats.labels.pictures import read_picture
from firstoff.formats.labels.scans import scanned
from firstoff.formats.labels.sizes import DOTS, SIZES, Size
from firstoff.formats.labels.templates import TEMPLATES, Template
from firstoff.formats.labels.verify import Match, verify
from firstoff.formats.labels.zpl import zpl
from tests.formats.labels import printer

pytestmark = pytest.mark.slow  # sets and draws hundreds of labels: not for `make fast`

SIZE = pytest.mark.parametrize("size", SIZES, ids=lambda one: one.name)
LONG = LabelData(
    part="PCBA-2043-0017-REV/7",
    name="Steuergerät für die Füllstandsmessung, 外壳 aus Aluminium, eloxiert",
    revision="AA.12",
    serial="SN-2026-11-20-000000017",
    batch="PCBA-2043-P12",
    lot="L-2026-000412-B",
    number="C-2026-000031",
    quantity=12500,
    unit="Stück",
    extra=("Ein längerer Hinweis, der kaum auf das Etikett passt", "2", "3"),
    marks="FCC ID: 2ABCD-CC1 IC: 1234A-CC1",
)


def layouts(size: Size, dpi: int, code: str = "datamatrix") -> list[Layout]:
    """Of every template whose example fits."""
    made = []
    for template in TEMPLATES:
        for data in (template.example, replace(template.example, gtin="", sscc=""), LONG):
            with suppress(InvalidInput):
                made.append(lay_out(template, size, data, dpi=dpi, code=code))
    assert made
    return made


def held(layout: Layout) -> Match:
    return verify(layout.holds, read_picture(raster.png(layout))).match


@SIZE
@pytest.mark.parametrize(("dpi", "code"), [(203, "datamatrix"), (300, "datamatrix"), (203, "qr")])
def test_every_label_scans_back_from_its_dots(size: Size, dpi: int, code: str) -> None:
    made = layouts(size, dpi, code)
    for layout, png in zip(made, raster.pngs(made), strict=True):
        codes = zxingcpp.read_barcodes(Image.open(BytesIO(png)).convert("L"))
        expected = sorted(bytes(wire(text), "utf-8") for text in layout.holds)
        assert sorted(found.bytes for found in codes) == expected
        gs1 = [text.startswith("(") for text in layout.holds]
        assert sorted(found.content_type == zxingcpp.ContentType.GS1 for found in codes) == sorted(
            gs1
        )


def wire(text: str) -> str:
    """What a symbol transmits for what its label holds."""
    from firstoff.formats.labels import gs1

    return gs1.encode(gs1.from_text(text)) if text.startswith("(") else text


@SIZE
@pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="no pdftoppm on this machine")
def test_every_label_scans_back_from_the_pdf(size: Size, tmp_path: Path) -> None:
    made = layouts(size, 600)
    (tmp_path / "labels.pdf").write_bytes(paper.pdf(made))
    subprocess.run(
        ["pdftoppm", "-r", "300", "-gray", "labels.pdf", "page"], cwd=tmp_path, check=True
    )
    pages = [Image.open(picture) for picture in sorted(tmp_path.glob("page*"))]
    for number, layout in enumerate(made):
        codes = zxingcpp.read_barcodes(_label(pages, size, number))
        expected = sorted(bytes(wire(text), "utf-8") for text in layout.holds)
        assert sorted(code.bytes for code in codes) == expected


def _label(pages: list[Image.Image], size: Size, number: int) -> Image.Image:
    """The label cut out of its page."""
    if size.sheet is None:
        return pages[number]
    page, place = divmod(number, size.sheet.many)
    x, y = size.sheet.place(place)
    box = (x, y, x + size.width, y + size.height)
    return pages[page].crop(tuple(round(mm * 300 / 25.4) for mm in box))


@SIZE
def test_every_label_is_well_formed_zpl_and_its_pictures_scan_back(size: Size) -> None:
    made = layouts(size, 203)
    printed = printer.read(zpl(made, pictures=True, copies=2))
    assert [(one.width, one.height, one.copies) for one in printed] == [
        (one.width, one.height, 2) for one in made
    ]
    for layout, label in zip(made, printed, strict=True):
        picture = Image.fromarray(~np.pad(label.dots(), 40))
        codes = zxingcpp.read_barcodes(picture.convert("L"))
        assert sorted(code.bytes for code in codes) == sorted(
            bytes(wire(text), "utf-8") for text in layout.holds
        )


@SIZE
def test_nothing_stands_over_the_edge_or_on_another_thing(size: Size) -> None:
    for layout in layouts(size, 203):
        taken = np.zeros((layout.height, layout.width), dtype=int)
        edge = int(size.margin * layout.dots)
        for code in layout.codes:
            assert min(code.x, code.y) >= edge
            assert code.x + code.width <= layout.width - edge
            assert code.y + code.height <= layout.height - edge
            taken[code.y : code.y + code.height, code.x : code.x + code.width] += 1
        (text,) = raster.text_dots([layout])
        assert not text[taken > 0].any()
        assert not text[:, -1].any()
        assert not text[-1].any()
        assert taken.max() == 1


@SIZE
def test_modules_are_whole_dots_of_at_least_the_minimum(size: Size) -> None:
    for dpi in DOTS:
        for layout in layouts(size, dpi):
            assert layout.module_mm >= 0.25
            assert [code.dots for code in layout.codes] == [int(c.dots) for c in layout.codes]
            assert layout.module_mm == round(layout.codes[0].dots / DOTS[dpi], 4)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda one: one.name)
def test_the_batch_is_on_every_label_of_what_a_batch_made(template: Template) -> None:
    if "batch" not in template.needs:
        pytest.skip("comes from no batch")
    with pytest.raises(InvalidInput, match="every label carries its batch ID") as refused:
        lay_out(template, SIZES[5], replace(template.example, batch=" "))
    assert refused.value.code == "R-66"
    for data in (template.example, replace(template.example, gtin="", sscc="")):
        layout = lay_out(template, SIZES[1], data)
        assert any(data.batch in text.text for text in layout.texts)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda one: one.name)
def test_every_example_fits_a_small_and_a_large_label_whole(template: Template) -> None:
    for size in (SIZES[5], SIZES[9]):
        assert lay_out(template, size, template.example).left_out == ()


def test_what_is_scanned_off_an_example_is_what_was_printed() -> None:
    made = [lay_out(one, SIZES[7], one.example) for one in TEMPLATES]
    assert [held(layout) for layout in made] == [Match.MATCHED] * len(TEMPLATES)
    units = [scanned(layout.holds[0]) for layout in made if layout.size.name == "100x100"]
    assert units[0].serial == "CC1-P1-0017"
