"""A file is what its content says."""

import pytest

from firstoff.errors import InvalidInput
from firstoff.formats.media import (
    KINDS,
    ODS,
    XLSX,
    download_name,
    media_named,
    media_of,
    safe_name,
)
from tests.drawing import DXF, STEP, SVG, packed, pdf, png


@pytest.mark.parametrize(
    ("content", "type_"),
    [
        (pdf(), "application/pdf"),
        (b"\xef\xbb\xbf\r\n" + pdf(), "application/pdf"),
        (png(), "image/png"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "image/jpeg"),
        (SVG, "image/svg+xml"),
        (b"<!-- made by hand -->\n<svg/>", "image/svg+xml"),
        (STEP, "model/step"),
        (b"\x00" * 80 + (1).to_bytes(4, "little") + b"\x00" * 50, "model/stl"),
        (DXF, "image/vnd.dxf"),
        (b"999\r\ncomment\r\n0\r\nSECTION\r\n", "image/vnd.dxf"),
        (b"AC1032\x00\x00", "image/vnd.dwg"),
        (packed(a="b"), "application/zip"),
        (packed(mimetype="application/vnd.oasis.opendocument.spreadsheet"), ODS.type),
        (packed(**{"[Content_Types].xml": "", "xl__workbook.xml": ""}), XLSX.type),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "application/x-ole-storage"),
        ("G0 X10 µ\r\n".encode(), "text/plain"),
        ("G0 X10 µ\r\n".encode("cp1252"), "text/plain"),
    ],
)
def test_the_content_tells(content: bytes, type_: str) -> None:
    assert media_of(content, "file.exe").type == type_


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"MZ\x90\x00" + b"\x00" * 200,
        b"\x7fELF" + b"\x00" * 100,
        b"<!doctype html><script>alert(1)</script>",
        b"<html><body>",
        packed(a="b")[:20],
        bytes(range(1, 32)) * 10,
    ],
    ids=["empty", "exe", "elf", "html with doctype", "html", "cut zip", "control bytes"],
)
def test_what_is_no_document_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidInput) as refused:
        media_of(content, "drawing.pdf")
    assert refused.value.details["field"] == "file"


def test_a_file_named_like_another_is_told() -> None:
    with pytest.raises(InvalidInput, match="named like a PDF and holds something else"):
        media_of(b"MZ\x90\x00\x03", "drawing.pdf")


def test_a_file_over_the_limit_is_refused() -> None:
    with pytest.raises(InvalidInput, match="at most"):
        media_of(png(), "a.png", largest=10)


def test_only_pdf_and_pictures_are_shown() -> None:
    assert {k.ending for k in KINDS if k.shown} == {"pdf", "png", "jpg"}


def test_a_type_of_an_older_version_is_a_download() -> None:
    assert media_named("image/tiff").shown == ""


@pytest.mark.parametrize(
    ("name", "kept", "downloaded"),
    [
        ("C:\\drawings\\crock.pdf", "crock.pdf", "crock.pdf"),
        ("../../etc/passwd", "passwd", "passwd"),
        ('a"b\r\n.pdf', "a_b__.pdf", "a_b__.pdf"),
        ("图纸.pdf", "图纸.pdf", "__.pdf"),
        ("..", "file", "file"),
    ],
)
def test_a_name_names_a_file_and_nothing_else(name: str, kept: str, downloaded: str) -> None:
    assert (safe_name(name), download_name(safe_name(name))) == (kept, downloaded)
