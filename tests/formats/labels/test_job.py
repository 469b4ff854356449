"""A print job becomes one file."""

import zipfile
from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image
from pypdf import PdfReader

from firstoff.errors import InvalidInput
from firstoff.formats.labels.data import LabelData
from firstoff.formats.labels.job import FORMS, Job, printed
from firstoff.formats.labels.pictures import read_picture
from firstoff.formats.labels.verify import Match, verify
from tests.formats.labels import printer

pytestmark = pytest.mark.slow  # sets pages

UNITS = tuple(
    LabelData(part="CC1", name="Counter", serial=f"CC1-P1-{n:03d}", batch="CC1-P1")
    for n in range(1, 6)
)
JOB = Job(template="unit", size="50x25", labels=UNITS)
MM = 72 / 25.4


def pages(content: bytes) -> list[tuple[float, float, str]]:
    """(width mm, height mm, text) of each page."""
    return [
        (
            round(float(page.mediabox.width) / MM, 1),
            round(float(page.mediabox.height) / MM, 1),
            page.extract_text(),
        )
        for page in PdfReader(BytesIO(content)).pages
    ]


def test_a_roll_is_a_page_a_label_with_its_copies_together() -> None:
    made = printed(replace(JOB, copies=2))
    assert (made.media_type, made.name) == ("application/pdf", "labels-unit-50x25.pdf")
    found = pages(made.content)
    serials = [unit.serial for unit in UNITS for _ in range(2)]
    assert [serial in text for serial, (*_, text) in zip(serials, found, strict=True)] == [
        True
    ] * 10
    assert {(width, height) for width, height, _ in found} == {(50.0, 25.0)}


def test_a_sheet_begins_where_the_last_one_ended() -> None:
    made = printed(replace(JOB, size="avery-5163", start=8))
    first, second = pages(made.content)
    assert first[:2] == (215.9, 279.4)
    assert [unit.serial in first[2] for unit in UNITS] == [True, True, True, False, False]
    assert [unit.serial in second[2] for unit in UNITS] == [False, False, False, True, True]


def test_a_place_that_the_sheet_has_not_is_refused() -> None:
    with pytest.raises(InvalidInput, match="has places 1 to 10; found 11"):
        printed(replace(JOB, size="avery-5163", start=11))


def test_one_picture_is_a_file_more_are_an_archive() -> None:
    one = printed(replace(JOB, labels=UNITS[:1], form="png", dpi=203))
    with Image.open(BytesIO(one.content)) as picture:
        assert (picture.size, picture.mode) == ((400, 200), "1")
        assert round(picture.info["dpi"][0], 1) == 203.2
    many = printed(replace(JOB, form="png", dpi=203))
    assert (many.media_type, many.name) == ("application/zip", "labels-unit-50x25.png.zip")
    with zipfile.ZipFile(BytesIO(many.content)) as archive:
        assert archive.namelist() == [f"unit-000{n}.png" for n in range(1, 6)]
        found = [read_picture(archive.read(name)) for name in archive.namelist()]
    assert [
        verify(layout.holds, codes).match
        for layout, codes in zip(many.layouts, found, strict=True)
    ] == [Match.MATCHED] * 5


def test_a_preview_is_svg() -> None:
    made = printed(replace(JOB, labels=UNITS[:1], form="svg"))
    assert made.content.startswith(b"<svg")
    assert made.media_type == "image/svg+xml"


def test_zpl_leaves_the_copies_to_the_printer() -> None:
    made = printed(replace(JOB, form="zpl", copies=4))
    assert [one.copies for one in printer.read(made.content.decode())] == [4] * 5


@pytest.mark.parametrize("form", [form.name for form in FORMS])
def test_the_same_job_gives_the_same_bytes(form: str) -> None:
    job = replace(JOB, labels=UNITS[:2], form=form)
    assert printed(job).content == printed(job).content


@pytest.mark.parametrize("form", [form.name for form in FORMS])
def test_no_text_is_markup(form: str) -> None:
    nasty = LabelData(
        part="#sys", name='"] #panic("x") <b>&amp; $x$ \\', serial="*a* _b_ @c", batch="^XZ~JA"
    )
    assert printed(replace(JOB, labels=(nasty,), form=form)).content


REFUSED = [
    ({"labels": ()}, "A job of 0 labels, 1 times; expected 1 to 10,000 in all"),
    ({"copies": 0}, "A job of 5 labels, 0 times"),
    ({"copies": 5000}, "A job of 5 labels, 5000 times"),
    ({"form": "epl"}, "expected one of pdf, png, svg, zpl"),
    ({"labels": (*UNITS, replace(UNITS[0], serial=""))}, "Label 6 of 6: A unit label needs the"),
]


@pytest.mark.parametrize(("changed", "sentence"), REFUSED)
def test_what_cannot_be_printed_is_refused_whole(
    changed: dict[str, object], sentence: str
) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        printed(replace(JOB, **changed))
