"""What a file is, by its content: a name proves nothing."""

import io
import re
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath

from firstoff.errors import InvalidInput
from firstoff.formats.sources import megabytes

LARGEST = 50_000_000  # bytes of a document
_HEAD = 4096


@dataclass(frozen=True, slots=True)
class Media:
    """A kind of file. ``shown``: pages of it can be drawn (``pdf``, ``picture``), or nothing."""

    type: str
    word: str
    ending: str
    shown: str = ""


PDF = Media("application/pdf", "PDF", "pdf", "pdf")
PNG = Media("image/png", "PNG picture", "png", "picture")
JPEG = Media("image/jpeg", "JPEG picture", "jpg", "picture")
SVG = Media("image/svg+xml", "SVG drawing", "svg")
STEP = Media("model/step", "STEP model", "step")
STL = Media("model/stl", "STL model", "stl")
DXF = Media("image/vnd.dxf", "DXF drawing", "dxf")
DWG = Media("image/vnd.dwg", "DWG drawing", "dwg")
ZIP = Media("application/zip", "ZIP archive", "zip")
DOCX = Media(
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "text", "docx"
)
XLSX = Media(
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "spreadsheet", "xlsx"
)
PPTX = Media(
    "application/vnd.openxmlformats-officedocument.presentationml.presentation", "slides", "pptx"
)
ODT = Media("application/vnd.oasis.opendocument.text", "text", "odt")
ODS = Media("application/vnd.oasis.opendocument.spreadsheet", "spreadsheet", "ods")
ODP = Media("application/vnd.oasis.opendocument.presentation", "slides", "odp")
OLE = Media("application/x-ole-storage", "older office or CAD file", "bin")
TEXT = Media("text/plain", "text", "txt")

KINDS = (
    *(PDF, PNG, JPEG, SVG, STEP, STL, DXF, DWG, ZIP),
    *(DOCX, XLSX, PPTX, ODT, ODS, ODP, OLE, TEXT),
)
_BY_TYPE = {kind.type: kind for kind in KINDS}
_OPEN_DOCUMENT = {kind.type: kind for kind in (ODT, ODS, ODP)}
_OFFICE = (("word/", DOCX), ("xl/", XLSX), ("ppt/", PPTX))

_SVG = re.compile(
    rb"\A\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*(?:<!DOCTYPE\s+svg[^>]*>\s*)?"
    rb"(?:<!--.*?-->\s*)*<(?:\w+:)?svg[\s/>]",
    re.DOTALL | re.IGNORECASE,
)
_DXF = re.compile(rb"\A(?:\s*999\r?\n[^\n]*\n)*\s*0\r?\nSECTION\r?\n")
_SCRIPT = re.compile(rb"<\s*(?:!doctype\s+html|html|head|body|script|iframe)\b", re.IGNORECASE)


def media_named(type_: str) -> Media:
    """The kind that was stored by its type; a type of an older version is a download."""
    return _BY_TYPE.get(type_, Media(type_, "file", "bin"))


def media_of(content: bytes, name: str, *, largest: int = LARGEST) -> Media:
    """What the file is. Raises InvalidInput for an empty, too large or damaged one, and for what
    is none of the kinds that are kept."""
    if not content:
        raise InvalidInput(f"{name} is empty.", code="empty", field="file")
    if len(content) > largest:
        raise InvalidInput(
            f"{name} has {megabytes(len(content))}; at most {megabytes(largest)} are kept.",
            code="too-large",
            field="file",
        )
    head = content[:_HEAD]
    for begins, kind in _BEGINS:
        if begins(head):
            return kind
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _packed(content, name)
    if _is_stl(content):
        return STL
    if _is_text(content):
        return TEXT
    raise InvalidInput(
        f"{name}{_ends(name)} is of no kind that is kept.",
        code="unknown-file",
        way_out="PDF, PNG, JPEG, SVG, STEP, STL, DXF, DWG, office files, text and ZIP are; put "
        "anything else into a ZIP.",
        field="file",
    )


def safe_name(name: str) -> str:
    """The last part of a name as browsers send it, without what no file system takes."""
    last = PurePath(name.replace("\\", "/")).name
    kept = "".join(c if c.isprintable() and c not in '"<>|?*:' else "_" for c in last).strip(". ")
    return kept[-200:] or "file"


def download_name(name: str) -> str:
    """For a Content-Disposition header: letters, digits and little more."""
    return "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in name)[-120:]


def _begins(*with_: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(with_)


def _is_pdf(head: bytes) -> bool:
    return b"%PDF-" in head[:1024]  # readers take a little before it: ISO 32000-1 annex H.3.4.1


def _is_svg(head: bytes) -> bool:
    return _SVG.match(head.removeprefix(b"\xef\xbb\xbf")) is not None


_BEGINS: tuple[tuple[Callable[[bytes], bool], Media], ...] = (
    (_is_pdf, PDF),
    (_begins(b"\x89PNG\r\n\x1a\n"), PNG),
    (_begins(b"\xff\xd8\xff"), JPEG),
    (_is_svg, SVG),
    (lambda head: head.lstrip().startswith(b"ISO-10303-21;"), STEP),
    (lambda head: _DXF.match(head) is not None, DXF),
    (_begins(b"AutoCAD Binary DXF\r\n\x1a\x00"), DXF),
    (lambda head: re.match(rb"AC10\d\d\x00", head) is not None, DWG),
    (_begins(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), OLE),
)


def _packed(content: bytes, name: str) -> Media:
    """A ZIP archive, or what office programs make of one. Nothing is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            first = archive.infolist()[:1]
            kind = b""
            if first and first[0].filename == "mimetype" and first[0].file_size < 200:
                kind = archive.read(first[0])
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        RuntimeError,
        EOFError,
        OSError,
        zlib.error,
    ) as error:
        raise InvalidInput(
            f"{name} begins as a ZIP archive and cannot be opened: it is damaged or cut off.",
            code="damaged",
            field="file",
        ) from error
    if (known := _OPEN_DOCUMENT.get(kind.decode("ascii", "replace"))) is not None:
        return known
    if "[Content_Types].xml" in names:
        for folder, office in _OFFICE:
            if any(n.startswith(folder) for n in names):
                return office
    return ZIP


def _is_stl(content: bytes) -> bool:
    """Binary: 80 bytes, the number of triangles, 50 bytes each. As text it is text."""
    if len(content) < 84:
        return False
    return len(content) == 84 + 50 * int.from_bytes(content[80:84], "little")


def _is_text(content: bytes) -> bool:
    """Text without control characters; pages and scripts for browsers are none that is kept."""
    if b"\x00" in content or _SCRIPT.search(content[:_HEAD]):
        return False
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
        if "\ufffd" in text:
            return False
    odd = sum(ord(c) < 32 and c not in "\t\r\n\f\x1a" for c in text[:100_000])
    return odd == 0


def _ends(name: str) -> str:
    """What a wrong ending would make one expect."""
    ending = PurePath(name).suffix.lower().removeprefix(".")
    expected = next((k.word for k in KINDS if ending and k.ending == ending), "")
    return f" is named like a {expected} and holds something else; it" if expected else ""
