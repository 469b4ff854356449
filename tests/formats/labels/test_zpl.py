"""ZPL: the same commands for the same label, nothing that a text could smuggle in."""

from dataclasses import replace
from pathlib import Path

import pytest

from firstoff.formats.labels import raster
from firstoff.formats.labels.data import LabelData
from firstoff.formats.labels.layout import Layout, lay_out
from firstoff.formats.labels.sizes import size_named
from firstoff.formats.labels.templates import template_named
from firstoff.formats.labels.zpl import zpl
from tests.formats.labels import printer

GOLDEN = Path(__file__).parent / "golden"
LABELS = [("unit", "50x25", 203), ("batch", "25x10", 300), ("carton", "100x100", 203)]
PLAIN = LabelData(part="CC1", serial="0017", batch="CC1-P1")


def layout(data: LabelData, code: str = "datamatrix") -> Layout:
    return lay_out(template_named("unit"), size_named("50x25"), data, dpi=203, code=code)


@pytest.mark.parametrize(("template", "size", "dpi"), LABELS)
def test_a_label_is_told_as_it_was(template: str, size: str, dpi: int) -> None:
    kind = template_named(template)
    told = zpl([lay_out(kind, size_named(size), kind.example, dpi=dpi)])
    file = GOLDEN / f"{template}-{size}-{dpi}.zpl"
    if not file.exists():  # delete it to write it anew, then look at it with a ZPL viewer
        file.write_text(told, "utf-8")
        pytest.fail(f"{file.name} was not there and is written now")
    assert told == file.read_text("utf-8")


def test_a_code_is_told_with_its_separators() -> None:
    data = replace(PLAIN, gtin="9506000134352", serial="A_1")
    (label,) = printer.read(zpl([layout(data)]))
    assert label.fields[0].data == "_1010950600013435221A__1_110CC1-P1"


@pytest.mark.parametrize("text", ["A^XZ", "~JA", "^FS^FDx", "\\5E", "a\\", "é_ß", "100 %"])
def test_a_text_is_only_ever_text(text: str) -> None:
    (label,) = printer.read(zpl([layout(replace(PLAIN, serial=text, name=text))]))
    said = [one.data for one in label.fields[1:]]
    assert said == [text, "P/N", "CC1", "S/N", text, "Batch", "CC1-P1"]


def test_a_text_that_the_printer_has_no_letters_for_goes_as_a_picture() -> None:
    made = layout(replace(PLAIN, name="计数器 Ω"))
    (label,) = printer.read(zpl([made]))
    (picture,) = [one for one in label.fields if one.commands[0][0] == "GF"]
    name = made.texts[0]
    assert (name.text, picture.x) == ("计数器 Ω", name.x)
    painted = label.dots()
    (whole,) = raster.text_dots([replace(made, texts=(name,))])
    assert painted.sum() > 0
    assert (painted == whole).all()


def test_a_qr_code_goes_as_a_picture() -> None:
    (label,) = printer.read(zpl([layout(PLAIN, "qr")]))
    assert label.fields[0].commands[0][0] == "GF"


def test_copies_are_the_printers_to_make() -> None:
    labels = printer.read(zpl([layout(PLAIN), layout(replace(PLAIN, serial="0018"))], copies=3))
    assert [one.copies for one in labels] == [3, 3]


def test_no_labels_are_no_text() -> None:
    assert zpl([]) == ""
