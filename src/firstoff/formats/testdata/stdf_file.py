"""The records of an STDF V4 file as bytes, one after another, in either byte order.

Plain, gzip or bzip2, read as a stream: no more than one record of 65,535 bytes is held. A record
that is cut off or cannot be one is refused with its byte offset (in the unpacked file).
"""

import bz2
import gzip
import math
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from io import BufferedReader
from typing import BinaryIO

from firstoff.errors import InvalidInput
from firstoff.formats.sources import CONTENT_WORDS, Limits, Source, content_of, megabytes
from firstoff.formats.testdata.openhtf_values import clean

Kind = tuple[int, int]

NAMES: dict[Kind, str] = {
    (0, 10): "FAR", (0, 20): "ATR", (0, 30): "VUR", (1, 10): "MIR", (1, 20): "MRR",
    (1, 30): "PCR", (1, 40): "HBR", (1, 50): "SBR", (1, 60): "PMR", (1, 62): "PGR",
    (1, 63): "PLR", (1, 70): "RDR", (1, 80): "SDR", (1, 90): "PSR", (1, 91): "NMR",
    (1, 92): "CNR", (1, 93): "SSR", (1, 94): "CDR", (2, 10): "WIR", (2, 20): "WRR",
    (2, 30): "WCR", (5, 10): "PIR", (5, 20): "PRR", (10, 30): "TSR", (15, 10): "PTR",
    (15, 15): "MPR", (15, 20): "FTR", (15, 30): "STR", (20, 10): "BPS", (20, 20): "EPS",
    (50, 10): "GDR", (50, 30): "DTR",
}  # fmt: skip
_TYPES = frozenset((0, 1, 2, 5, 10, 15, 20, 50, 180, 181))  # 180 and 181 are of Image Technology
_ORDERS = {b"\x02\x00\x00\x0a": "<", b"\x00\x02\x00\x0a": ">"}
_CPUS = {"<": 2, ">": 1}
_VERSION = 4


def order_of(head: bytes) -> str:
    """The byte order by the first record, which is a FAR: "<", ">", or "" for no STDF."""
    return _ORDERS.get(head[:4], "")


def unpacked_head(head: bytes) -> bytes:
    """The first bytes of what may be packed; b"" where they cannot be had from the head alone."""
    content = content_of(head)
    try:
        if content == "gzip":
            return zlib.decompressobj(31).decompress(head, 64)
        if content == "bzip2":
            return bz2.BZ2Decompressor().decompress(head, 64)
    except (zlib.error, OSError, ValueError):
        return b""
    return head


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its kind, where it begins, and what is in it, by turns."""

    kind: Kind
    offset: int
    body: "Body"


class Stream:
    """A file of records. ``warnings`` are about its first one; ``end`` is where it ended."""

    def __init__(self, source: Source, limits: Limits) -> None:
        self.name, self.limits = source.name, limits
        self.warnings: list[str] = []
        self.end = 0
        self._file = self._opened(source)
        self.order = self._begun()

    def _opened(self, source: Source) -> BinaryIO:
        head = source.head()
        content = content_of(head)
        source.file.seek(0)
        if content == "gzip":
            return BufferedReader(gzip.GzipFile(fileobj=source.file), 1 << 18)
        if content == "bzip2":
            return BufferedReader(bz2.BZ2File(source.file), 1 << 18)
        if order_of(head) or content == "binary":
            return source.file
        raise self._no_stdf(CONTENT_WORDS[content])

    def _begun(self) -> str:
        first = self._read(6)
        order = order_of(first)
        if not order:
            raise self._no_stdf("a file that does not begin with a FAR record")
        if len(first) < 6:
            raise self._cut("FAR", 0)
        cpu, version = first[4], first[5]
        if version != _VERSION:
            raise self.damaged(0, f"STDF version {version}", "version 4", code="stdf-version")
        if cpu == 0:
            raise self.damaged(0, "numbers of a DEC computer (CPU_TYPE 0)", "CPU_TYPE 1 or 2")
        if cpu != _CPUS[order]:
            said = "big" if order == ">" else "little"
            self.warnings.append(f"CPU_TYPE is {cpu}, and the file is {said}-endian; read so.")
        self.end = 6
        return order

    def records(self) -> Iterator[Record]:
        """Each record after the FAR."""
        header = struct.Struct(f"{self.order}HBB")
        while head := self._read(4):
            offset = self.end
            if len(head) < 4:
                raise self._cut("next", offset)
            length, major, minor = header.unpack(head)
            if major not in _TYPES:
                found = f"a record of type {major}/{minor}"
                raise self.damaged(offset, found, "a record of STDF V4", code="stdf-damaged")
            body = self._read(length)
            kind = (major, minor)
            if len(body) < length:
                raise self._cut(NAMES.get(kind, f"{major}/{minor}"), offset)
            self.end = offset + 4 + length
            if self.end > self.limits.unpacked_bytes:
                raise InvalidInput(
                    f"{self.name} would unpack to more than "
                    f"{megabytes(self.limits.unpacked_bytes)}.",
                    code="too-large",
                    way_out="Split it.",
                    file=self.name,
                )
            yield Record(kind, offset, Body(self, kind, offset, body))

    def _read(self, count: int) -> bytes:
        try:
            return self._file.read(count) if count else b""
        except (EOFError, OSError, zlib.error) as error:
            raise InvalidInput(
                f"{self.name}: the archive breaks off or is damaged after byte {self.end:,} "
                "of the unpacked file.",
                code="stdf-truncated",
                way_out="Copy the file again.",
                file=self.name,
                offset=self.end,
                expected="a whole archive",
            ) from error

    def _no_stdf(self, found: str) -> InvalidInput:
        return InvalidInput(
            f"{self.name} is {found}; expected an STDF V4 file, which begins with a FAR record.",
            code="not-stdf",
            file=self.name,
            found=found,
            expected="an STDF V4 file",
            offset=0,
        )

    def _cut(self, record: str, offset: int) -> InvalidInput:
        return InvalidInput(
            f"{self.name}, byte {offset:,}: the file ends in the middle of the {record} record.",
            code="stdf-truncated",
            way_out="Copy the file again.",
            file=self.name,
            offset=offset,
            found="the end of the file",
            expected="a whole record",
        )

    def damaged(
        self, offset: int, found: str, expected: str, *, code: str = "stdf-damaged"
    ) -> InvalidInput:
        """A refusal of the file for what stands at an offset."""
        return InvalidInput(
            f"{self.name}, byte {offset:,}: found {found}; expected {expected}.",
            code=code,
            file=self.name,
            offset=offset,
            found=found,
            expected=expected,
        )


class Body:
    """The fields of a record in their order. A record may end after any field: from there on
    numbers are None and texts "". One that ends inside a field is damaged."""

    __slots__ = ("at", "data", "kind", "offset", "order", "stream")

    def __init__(self, stream: Stream, kind: Kind, offset: int, data: bytes) -> None:
        self.stream, self.kind, self.offset, self.data = stream, kind, offset, data
        self.order = stream.order
        self.at = 0

    def _take(self, count: int) -> bytes | None:
        begin = self.at
        end = begin + count
        if end > len(self.data):
            if begin >= len(self.data):
                return None
            raise self.broken()
        self.at = end
        return self.data[begin:end]

    def broken(self) -> InvalidInput:
        """The refusal of a record that is too short for what it says."""
        name = NAMES.get(self.kind, "")
        return self.stream.damaged(
            self.offset, f"a {name} record that ends in the middle of a field", "whole fields"
        )

    def _number(self, form: str, count: int) -> int | None:
        data = self._take(count)
        return None if data is None else int(_struct(self.order + form).unpack(data)[0])

    def u1(self) -> int | None:
        data = self._take(1)
        return None if data is None else data[0]

    def i1(self) -> int | None:
        return self._number("b", 1)

    def u2(self) -> int | None:
        return self._number("H", 2)

    def i2(self) -> int | None:
        return self._number("h", 2)

    def u4(self) -> int | None:
        return self._number("I", 4)

    def i4(self) -> int | None:
        return self._number("i", 4)

    def r4(self) -> float | None:
        data = self._take(4)
        return None if data is None else float(_struct(self.order + "f").unpack(data)[0])

    def c1(self) -> str:
        data = self._take(1)
        return "" if data is None else _text(data)

    def cn(self) -> str:
        """A text of up to 255 characters."""
        return _text(self.bn())

    def bn(self) -> bytes:
        """Bytes that say their number first."""
        length = self.u1()
        if not length:
            return b""
        data = self._take(length)
        if data is None:
            raise self.broken()
        return data

    def dn(self) -> None:
        """Bits that say their number first; passed over."""
        bits = self.u2()
        if bits and self._take((bits + 7) // 8) is None:
            raise self.broken()

    def many(self, form: str, count: int) -> tuple[float, ...]:
        """An array of numbers; () where the record ended before it."""
        if not count:
            return ()
        data = self._take(count * struct.calcsize("<" + form))
        return () if data is None else struct.unpack(f"{self.order}{count}{form}", data)

    def nibbles(self, count: int) -> None:
        """An array of half bytes; passed over."""
        if count:
            self._take((count + 1) // 2)


@lru_cache(maxsize=32)
def _struct(form: str) -> struct.Struct:
    return struct.Struct(form)


@lru_cache(maxsize=8192)  # names and units come again with every part
def _text(data: bytes) -> str:
    try:
        return clean(data.decode("utf-8"))
    except UnicodeDecodeError:
        return clean(data.decode("latin-1"))


@lru_cache(maxsize=65536)
def decimal_of(value: float) -> Decimal | None:
    """A number of four bytes with as few digits as tell it from every other; None where it is
    none (NaN, infinite)."""
    if not math.isfinite(value):
        return None
    if not value:
        return Decimal(0)  # -0 is no other number
    packed = struct.pack("<f", value)
    for digits in (6, 7, 8):
        text = f"{value:.{digits}g}"
        if struct.pack("<f", float(text)) == packed:
            return Decimal(text)
    return Decimal(f"{value:.9g}")
