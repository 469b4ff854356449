"""Old Excel workbooks (.xls) for tests: BIFF8 in a compound file, the least that one can be.

Layout after [MS-CFB] 2.1 to 2.6 and [MS-XLS] 2.4."""

import struct
from collections.abc import Sequence

_SECTOR = 512
_END, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def xls(*sheets: tuple[str, Sequence[Sequence[object]]]) -> bytes:
    """A workbook of these sheets; cells are text, numbers or None."""
    return _container(_workbook(sheets))


def _record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _bof(kind: int) -> bytes:
    return _record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0x0DBB, 1996, 0x41, 6))


def _workbook(sheets: Sequence[tuple[str, Sequence[Sequence[object]]]]) -> bytes:
    parts = [_sheet(rows) for _, rows in sheets]
    names = [title.encode("latin-1") for title, _ in sheets]
    head = _bof(0x0005) + _record(0x0042, struct.pack("<H", 1200))
    bound = sum(4 + 8 + len(name) for name in names)
    place = len(head) + bound + 4
    globals_ = head
    for name, part in zip(names, parts, strict=True):
        globals_ += _record(0x0085, struct.pack("<IHBB", place, 0, len(name), 0) + name)
        place += len(part)
    return globals_ + _record(0x000A, b"") + b"".join(parts)


def _sheet(rows: Sequence[Sequence[object]]) -> bytes:
    cells = b""
    for y, row in enumerate(rows):
        for x, value in enumerate(row):
            if isinstance(value, str):
                text = value.encode("utf-16-le")
                head = struct.pack("<HHHHB", y, x, 0, len(value), 1)
                cells += _record(0x0204, head + text)
            elif value is not None:
                cells += _record(0x0203, struct.pack("<HHHd", y, x, 0, float(str(value))))
    return _bof(0x0010) + cells + _record(0x000A, b"")


def _container(stream: bytes) -> bytes:
    size = max(4096, len(stream))  # smaller ones would live in the mini stream
    sectors = -(-size // _SECTOR)
    table = [_FAT, _END, *range(3, 2 + sectors), _END]
    assert len(table) <= _SECTOR // 4
    table += [_FREE] * (_SECTOR // 4 - len(table))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, _END, 0, _END, 0)
    head += struct.pack("<109I", 0, *[_FREE] * 108)
    return (
        head
        + struct.pack(f"<{_SECTOR // 4}I", *table)
        + _entry("Root Entry", 5, 1, _END, 0)
        + _entry("Workbook", 2, _FREE, 2, size)
        + bytes(256)
        + stream.ljust(sectors * _SECTOR, b"\0")
    )


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = (name + "\0").encode("utf-16-le")
    return (
        text.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(text), kind, 1, _FREE, _FREE, child)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )
