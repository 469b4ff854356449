"""Serial numbers told briefly: runs of consecutive ones, first and last."""

import re
from collections.abc import Iterable

_COUNTED = re.compile(r"^(.*?)(\d+)$", re.DOTALL)


def runs(serials: Iterable[str]) -> list[tuple[str, str, int]]:
    """(first, last, how many) of each run, in the order given. A run counts up by one and keeps
    prefix and number of digits: FO-0099, FO-0100."""
    found: list[tuple[str, str, int]] = []
    expected = ""
    for serial in serials:
        if found and serial == expected:
            first, _, many = found[-1]
            found[-1] = (first, serial, many + 1)
        else:
            found.append((serial, serial, 1))
        expected = _next(serial)
    return found


def _next(serial: str) -> str:
    match = _COUNTED.match(serial)
    if match is None or not match[2].isascii():
        return ""
    return f"{match[1]}{int(match[2]) + 1:0{len(match[2])}d}"


def told(serials: Iterable[str]) -> str:
    """``FO-0002 to FO-0021, FO-0034``. Two in a row stay two: a range would say no less."""
    return ", ".join(
        first if many == 1 else f"{first}, {last}" if many == 2 else f"{first} to {last}"
        for first, last, many in runs(serials)
    )
