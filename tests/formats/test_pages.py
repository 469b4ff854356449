"""Pages are drawn in a process of their own; what cannot be drawn is a sentence."""

import io

import pytest
from PIL import Image

from firstoff.errors import InvalidInput, NotFound
from firstoff.formats import pages
from tests.drawing import pdf, png

pytestmark = pytest.mark.slow  # each starts a process


def test_a_page_of_a_pdf_is_a_picture_in_a_width() -> None:
    drawn = pages.draw(pdf("one", "two"), "pdf", "a.pdf", page=2, width=320)
    image = Image.open(io.BytesIO(drawn.png))
    assert (image.size, drawn.pages, drawn.points) == ((320, 227), 2, (842.0, 595.0))


def test_a_picture_is_drawn_no_larger_than_it_is() -> None:
    drawn = pages.draw(png(40, 30), "picture", "a.png", page=1, width=320)
    assert (drawn.width, drawn.height) == (40, 30)


def test_pages_are_counted() -> None:
    assert (
        pages.count(pdf("a", "b", "c"), "pdf", "a.pdf"),
        pages.count(png(), "picture", ""),
    ) == (
        3,
        1,
    )


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7\n", "pdf"),
        (pdf()[:150], "pdf"),
        (b"%PDF-1.4\n" + bytes(range(256)) * 40, "pdf"),
        (png()[:60], "picture"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "picture"),
    ],
)
def test_a_damaged_file_is_a_sentence(content: bytes, kind: str) -> None:
    with pytest.raises(InvalidInput, match=r"lid\.bin is damaged"):
        pages.count(content, kind, "lid.bin")


def test_a_page_that_is_not_there_is_not_found() -> None:
    with pytest.raises(NotFound, match="no page 3"):
        pages.draw(pdf("one"), "pdf", "a.pdf", page=3, width=320)


def test_what_brings_the_worker_down_brings_nothing_else_down(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pages, "_WORKER", "/nowhere/worker.py")
    with pytest.raises(InvalidInput, match="cannot be drawn"):
        pages.draw(pdf(), "pdf", "a.pdf", page=1, width=320)


def test_a_picture_of_too_many_pixels_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "SOURCE_PIXELS", 100)
    with pytest.raises(InvalidInput, match="too large"):
        pages.count(png(), "picture", "a.png")


def test_widths_are_few() -> None:
    assert [pages.width_for(w) for w in (1, 320, 1201, 99999)] == [320, 320, 2000, 3200]
