"""The ZIP archive that a workbook is, checked before anything in it is read.

A bomb is refused by its index alone, within milliseconds and without unpacking.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator

from firstoff.errors import InvalidInput
from firstoff.formats.sources import Limits, Source, megabytes

_CHUNK = 1 << 18


def archive_kind(source: Source, limits: Limits) -> str:
    """What a ZIP archive is: xlsx, ods, xlsb, docx, pptx or zip. Refuses a bomb by its index."""
    with open_archive(source, limits) as archive:
        names = set(archive.namelist())
        if "xl/workbook.xml" in names:
            return "xlsx"
        if "content.xml" in names and "mimetype" in names:
            text = next(part_of(archive, "mimetype", source.name), b"")[:80]
            return "ods" if b"opendocument.spreadsheet" in text else "zip"
    parts = (("xl/workbook.bin", "xlsb"), ("word/", "docx"), ("ppt/", "pptx"))
    for prefix, kind in parts:
        if any(name.startswith(prefix) for name in names):
            return kind
    return "zip"


def open_archive(source: Source, limits: Limits) -> zipfile.ZipFile:
    source.file.seek(0)
    try:
        archive = zipfile.ZipFile(source.file)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError) as error:
        raise damaged(source.name) from error
    _check_index(archive.infolist(), source, limits)
    return archive


def _check_index(entries: list[zipfile.ZipInfo], source: Source, limits: Limits) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > limits.zip_entries:
        raise _bomb(source, f"holds {len(entries):,} files")
    if unpacked > limits.unpacked_bytes:
        raise _bomb(source, f"would unpack to {megabytes(unpacked)}")
    if len({entry.filename.casefold() for entry in entries}) < len(entries):
        raise damaged(source.name)  # two readers could take two different parts for the same
    for entry in entries:
        if entry.flag_bits & 0x1:
            raise InvalidInput(
                f"{source.name} is locked by a password.",
                code="encrypted",
                way_out="Save it without one.",
                file=source.name,
            )
        if entry.file_size > 1_000_000 and entry.file_size > limits.zip_ratio * max(
            entry.compress_size, 1
        ):
            raise _bomb(
                source, f"would unpack to {megabytes(unpacked)} from {megabytes(source.size)}"
            )
        if not _is_safe(entry.filename):
            raise InvalidInput(
                f"{source.name} holds a file named {entry.filename[:60]!r}, "
                "which points outside it.",
                code="unsafe-archive",
                file=source.name,
            )


def _is_safe(name: str) -> bool:
    parts = re.split(r"[/\\]", name)
    return bool(name) and parts[0] != "" and ".." not in parts and ":" not in parts[0]


def _bomb(source: Source, what: str) -> InvalidInput:
    return InvalidInput(
        f"{source.name} {what}: that is no workbook a person filled in.",
        code="zip-bomb",
        way_out="Save the table as CSV.",
        file=source.name,
    )


def damaged(name: str) -> InvalidInput:
    return InvalidInput(
        f"{name} is a damaged workbook.",
        code="damaged-workbook",
        way_out="Open and save it again, or save it as CSV.",
        file=name,
    )


def unpack_once(archive: zipfile.ZipFile, name: str) -> None:
    """Unpack every part once: an index that lies about a size shows as a wrong checksum here."""
    for entry in archive.infolist():
        for _ in part_of(archive, entry, name):
            pass


def part_of(archive: zipfile.ZipFile, entry: zipfile.ZipInfo | str, name: str) -> Iterator[bytes]:
    try:
        with archive.open(entry) as part:
            while chunk := part.read(_CHUNK):
                yield chunk
    except (
        KeyError, OSError, EOFError, ValueError, RuntimeError, NotImplementedError,
        zipfile.BadZipFile, zlib.error,
    ) as error:  # fmt: skip
        raise damaged(name) from error


def too_many_cells(label: str, count: int, limits: Limits) -> InvalidInput:
    return InvalidInput(
        f"{label}: {count:,} cells; at most {limits.cells:,} can be imported.",
        code="too-many-cells",
        way_out="Split it.",
    )
