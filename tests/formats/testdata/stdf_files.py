"""STDF files for tests, written record by record in either byte order."""

import struct
from collections.abc import Iterable

from firstoff.formats.sources import Limits
from firstoff.formats.testdata.drafts import ImportResult, ReadOptions
from firstoff.formats.testdata.stdf import read

START = 1_767_225_600  # 2026-01-01 00:00
FAIL_TEST, FAIL_PART = 0x80, 0x08
NO_PLACE = -32768


class Writer:
    """Records in one byte order; ``<`` little, ``>`` big."""

    def __init__(self, order: str = "<") -> None:
        self.order = order

    def record(self, major: int, minor: int, form: str = "", *fields) -> bytes:
        """form: struct letters, n for a text with its length, a for an array of given bytes."""
        body = b""
        for letter, value in zip(form, fields, strict=True):
            if letter == "n":
                text = value if isinstance(value, bytes) else value.encode()
                body += bytes([len(text)]) + text
            elif letter == "a":
                body += value
            elif letter == "c":
                body += value.encode()
            else:
                body += struct.pack(self.order + letter, value)
        return struct.pack(self.order + "HBB", len(body), major, minor) + body

    def far(self, cpu: int | None = None, version: int = 4) -> bytes:
        said = {"<": 2, ">": 1}[self.order] if cpu is None else cpu
        return self.record(0, 10, "BB", said, version)

    def mir(self, lot: str = "L-7", start: int = START, job: str = "final") -> bytes:
        texts = [lot, "CTR", "ST01", "SIM", job, "1.0", "", "eva"]
        form = "IIBcccHc" + "n" * len(texts)
        return self.record(1, 10, form, start, start, 1, "P", " ", " ", 0, " ", *texts)

    def mrr(self) -> bytes:
        return self.record(1, 20, "Ic", START + 900, " ")

    def pir(self, head: int = 1, site: int = 1) -> bytes:
        return self.record(5, 10, "BB", head, site)

    def prr(
        self, name: str, flags: int = 0, *, head=1, site=1, hard=1, x=NO_PLACE, y=NO_PLACE, tests=1
    ) -> bytes:
        fields = (head, site, flags, tests, hard, hard, x, y, 1200, name, "", "")
        return self.record(5, 20, "BBBHHHhhInnn", *fields)

    def ptr(self, value: float, flags: int = 0, *, number=1000, head=1, site=1, **given) -> bytes:
        """As the first of its test: with name, limits and unit, unless ``short``."""
        held = {"text": "lid_gap", "option": 0x0E, "low": 0.1, "high": 0.45, "unit": "mm"} | given
        fields = [number, head, site, flags, given.get("parm", 0), value]
        form = "IBBBBf"
        if "short" not in given:
            form += "nnBbbbffn"
            fields += [held["text"], "", held["option"], 0, 0, 0]
            fields += [held["low"], held["high"], held["unit"]]
        return self.record(15, 10, form, *fields)

    def mpr(self, values: Iterable[float], pins: Iterable[int], flags: int = 0) -> bytes:
        values, pins = list(values), list(pins)
        count, order = len(pins), self.order
        return self.record(
            15, 15, "IBBBBHHaannBbbbffffan",
            2000, 1, 1, flags, 0, count, len(values), bytes((count + 1) // 2),
            struct.pack(f"{order}{len(values)}f", *values), "leakage", "", 0x0E, 0, 0, 0,
            -1.0, 1.0, 0.0, 0.0, struct.pack(f"{order}{count}H", *pins), "uA",
        )  # fmt: skip

    def ftr(self, flags: int = 0, *, head=1, site=1) -> bytes:
        fields = (3000, head, site, flags, 0, 9, 0, 0, 2, 0, 0, 0, 0, 0, 0, "p1", "", "", "scan")
        return self.record(15, 20, "IBBBBIIIIiihHHHnnnn", *fields)

    def wir(self, name: str, head: int = 1, start: int = START + 60) -> bytes:
        return self.record(2, 10, "BBIn", head, 255, start, name)

    def wrr(self, parts: int, name: str, head: int = 1) -> bytes:
        many = 0xFFFFFFFF
        fields = (head, 255, START + 600, parts, many, many, many, many, name)
        return self.record(2, 20, "BBIIIIIIn", *fields)

    def pcr(self, parts: int, good: int, head: int = 255, site: int = 255) -> bytes:
        return self.record(1, 30, "BBIIII", head, site, parts, 0, 0, good)

    def hbr(self, number: int, count: int, judged: str, name: str) -> bytes:
        return self.record(1, 40, "BBHIcn", 255, 255, number, count, judged, name)

    def file(self, *records: bytes) -> bytes:
        return b"".join((self.far(), self.mir(), *records, self.mrr()))

    def part(self, name: str, value: float, *, failed: bool = False, **given) -> bytes:
        """One part with one test."""
        flags = (FAIL_TEST, FAIL_PART) if failed else (0, 0)
        return self.pir() + self.ptr(value, flags[0]) + self.prr(name, flags[1], **given)


def take(content: bytes, name: str = "t.stdf", limits: Limits | None = None) -> ImportResult:
    options = ReadOptions() if limits is None else ReadOptions(limits=limits)
    return read(content, name=name, options=options)
