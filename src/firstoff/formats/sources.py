"""A file from outside, opened safely: size before content, content before name.

Nothing here reads a whole file into memory: a 300 MB file is refused by its size, a stream without
a size after the first byte too many.
"""

import codecs
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from firstoff.errors import InvalidInput

RawSource = bytes | os.PathLike[str] | BinaryIO

MEGABYTE = 1_000_000
_CHUNK = 1 << 16
_HEAD = 1 << 16


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one file may hold. What is over a limit is refused in one sentence, not cut off."""

    file_bytes: int = 50 * MEGABYTE
    rows: int = 100_000
    columns: int = 200
    cell_length: int = 10_000  # characters
    cells: int = 5_000_000  # of a sheet's filled rectangle: two far corners make it huge
    zip_entries: int = 2_000
    unpacked_bytes: int = 200 * MEGABYTE
    zip_ratio: int = 200  # unpacked to packed; real workbooks stay below 100
    json_values: int = 3_000_000  # about 300 MB once they are objects


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Source:
    """One opened file: seekable, its size known and within the limit; ``name`` is for people."""

    file: BinaryIO
    name: str
    size: int

    def head(self, count: int = _HEAD) -> bytes:
        self.file.seek(0)
        return self.file.read(count)

    def chunks(self) -> Iterator[bytes]:
        self.file.seek(0)
        while chunk := self.file.read(_CHUNK):
            yield chunk

    def sha256(self) -> str:
        digest = hashlib.sha256()
        for chunk in self.chunks():
            digest.update(chunk)
        return digest.hexdigest()


@contextmanager
def opened(raw: RawSource, *, name: str = "", limits: Limits = DEFAULT_LIMITS) -> Iterator[Source]:
    """Open bytes, a path or a binary file object (which stays open) for reading.

    Raises InvalidInput when it is empty, over ``limits.file_bytes`` or cannot be read at all."""
    if isinstance(raw, bytes):
        yield _checked(BytesIO(raw), name or "The file", limits)
    elif isinstance(raw, os.PathLike):
        path = Path(raw)
        label = name or path.name
        try:
            file: BinaryIO = path.open("rb")
        except OSError as error:
            raise InvalidInput(
                f"{label} cannot be read: {error.strerror or error}.", file=label
            ) from error
        with file:
            yield _checked(file, label, limits)
    else:
        label = name or Path(str(getattr(raw, "name", "") or "The file")).name
        with _seekable(raw, limits) as file:
            yield _checked(file, label, limits)


@contextmanager
def _seekable(raw: BinaryIO, limits: Limits) -> Iterator[BinaryIO]:
    if raw.seekable():
        yield raw
        return
    with tempfile.SpooledTemporaryFile(max_size=4 * MEGABYTE) as copy:
        left = limits.file_bytes + 1
        while left > 0 and (chunk := raw.read(min(_CHUNK, left))):
            copy.write(chunk)
            left -= len(chunk)
        yield copy  # type: ignore[misc]  # a spooled file does all that BinaryIO is used for


def _checked(file: BinaryIO, name: str, limits: Limits) -> Source:
    size = file.seek(0, os.SEEK_END)
    if size > limits.file_bytes:
        raise InvalidInput(
            f"{name} has {megabytes(size)}; "
            f"at most {megabytes(limits.file_bytes)} can be imported in one file.",
            code="too-large",
            way_out="Split it.",
            file=name,
            found=size,
            expected=limits.file_bytes,
        )
    if size == 0:
        raise InvalidInput(f"{name} is empty.", code="empty-file", file=name)
    return Source(file, name, size)


def megabytes(size: int) -> str:
    """ "50 MB", with a no-break space; small sizes in bytes, so that none reads 0 MB."""
    if size < MEGABYTE:
        return f"{size:,}\u00a0bytes"
    return f"{size / MEGABYTE:.1f}".removesuffix(".0") + "\u00a0MB"


# ---------------------------------------------------------------- what a file is, by its content

_MAGIC = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"%PDF-", "pdf"),
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "rar"),
    (b"\x89PNG\r\n", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
    (b"SQLite format 3\x00", "sqlite"),
)

CONTENT_WORDS = {
    "zip": "a ZIP archive",
    "ole": "an old Office file (.xls, .doc) or one locked by a password",
    "pdf": "a PDF",
    "gzip": "a gzip archive",
    "bzip2": "a bzip2 archive",
    "7z": "a 7-Zip archive",
    "rar": "a RAR archive",
    "image": "an image",
    "program": "a program",
    "sqlite": "an SQLite database",
    "html": "a web page (HTML)",
    "xml": "an XML file",
    "json": "a JSON file",
    "utf-32": "text in UTF-32",
    "binary": "not a text",
    "text": "a text",
}


def content_of(head: bytes) -> str:
    """What a file is by its first bytes, whatever its name says: a key of CONTENT_WORDS."""
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    marked = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if not marked and _is_binary(head):
        return "binary"
    text = _peek(head).lstrip("\ufeff \t\r\n").lower()
    if text.startswith(("<!doctype html", "<html", "<table", "<head", "<body", "<meta")):
        return "html"
    if text.startswith("<?xml"):
        return "html" if "<html" in text[:2000] else "xml"
    return "json" if text.startswith(("{", "[")) else "text"


def _peek(head: bytes) -> str:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return head[:4096].decode("utf-16", "replace")
    return head[:4096].decode("utf-8", "replace")


def _is_binary(head: bytes) -> bool:
    """Control characters in one place of fifty; a stray one is named by its cell instead."""
    controls = sum(head.count(code) for code in _CONTROLS)
    return controls > 3 and controls * 50 > len(head)


_CONTROLS = tuple(bytes([code]) for code in range(32) if code not in (9, 10, 12, 13, 20, 15, 26))


def encoding_of(source: Source) -> str:
    """The encoding of a text: UTF-8 with or without mark, UTF-16 only with it, else cp1252.

    A cp1252 text of even length decodes as UTF-16 without an error, so UTF-16 is never guessed.
    Raises InvalidInput for a text that is none of these, with the first line in the way."""
    head = source.head(4)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _proven(source, "utf-16")
    if head.startswith(codecs.BOM_UTF8):
        return _proven(source, "utf-8-sig")
    if _bad_line(source, "utf-8") is None:
        return "utf-8"
    return _proven(source, "cp1252")


def _proven(source: Source, encoding: str) -> str:
    line = _bad_line(source, encoding)
    if line is None:
        return encoding
    found = "neither UTF-8 nor Windows-1252" if encoding == "cp1252" else f"not {encoding}"
    raise InvalidInput(
        f"{source.name}, line {line}: the text is {found}.",
        code="encoding",
        way_out="Save it as UTF-8.",
        file=source.name,
        row=line,
    )


def _bad_line(source: Source, encoding: str) -> int | None:
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    try:
        for chunk in source.chunks():
            line += decoder.decode(chunk).count("\n")
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        return line + error.object[: error.start].count(b"\n")
    return None
