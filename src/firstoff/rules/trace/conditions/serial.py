"""One serial number, or a range of them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from firstoff.errors import InvalidInput
from firstoff.rules.trace.conditions.base import PART, Condition, Field, Moment, utc

_PARTED = re.compile(r"(.*?)(\d+)\Z", re.DOTALL | re.ASCII)


@dataclass(frozen=True, slots=True)
class Span:
    """Serial numbers of one length: the same beginning, then digits from ``first`` to ``last``."""

    beginning: str
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Serial(Condition):
    kind = "serial"
    title = "Serial number, or a range"
    fields = (
        Field("serial", "Serial number", required=True, hint="The first of a range"),
        Field("to_serial", "To serial number", hint="The last; empty for one"),
        PART,
    )

    serial: str
    to_serial: str = ""
    part: str = ""

    def check(self, where: str) -> None:
        if self.to_serial:
            tuple(self.spans(where))

    def spans(self, where: str = "the range") -> Iterator[Span]:
        """The range, a length of serial numbers at a time: 98 to 102 is 98 to 99, 100 to 102."""
        first, last = (_PARTED.match(s) for s in (self.serial, self.to_serial))
        if first is None or last is None or first[1] != last[1]:
            raise InvalidInput(
                f"{where}: {self.serial[:40]!r} to {self.to_serial[:40]!r} is no range; both have "
                "to begin alike and end with digits.",
                field="to_serial",
            )
        low, high = int(first[2]), int(last[2])
        if high < low or len(last[2]) < len(first[2]):
            raise InvalidInput(f"{where}: the range ends before it begins.", field="to_serial")
        for length in range(len(first[2]), len(last[2]) + 1):
            begins = first[2] if length == len(first[2]) else f"1{'0' * (length - 1)}"
            ends = last[2] if length == len(last[2]) else "9" * length
            if begins <= ends:
                yield Span(first[1], first[1] + begins, first[1] + ends)

    def sentence(self, moment: Moment = utc) -> str:
        of = f" of part {self.part}" if self.part else ""
        if self.to_serial:
            return f"serial numbers {self.serial} to {self.to_serial}{of}"
        return f"serial number {self.serial}{of}"
