"""A sheet of KiCad up to version 5 (``EESchema Schematic File Version``): lines of text."""

import re
from collections.abc import Iterator

from firstoff.errors import InvalidInput
from firstoff.formats.bom.kicad_parts import KicadPart
from firstoff.formats.bom.kicad_sheets import Below, Sheet, Symbol
from firstoff.formats.sources import Limits

HEADER = "EESchema Schematic File Version"
_QUOTED = r'"((?:[^"\\]|\\.)*)"'
_FIELD = re.compile(rf"F\s*(\d+)\s+{_QUOTED}(.*)")
_LAST = re.compile(rf".*\s{_QUOTED}\s*")
_INSTANCE = re.compile(rf"AR\s+Path={_QUOTED}\s+Ref={_QUOTED}")
_TITLE = re.compile(rf"(Title|Rev)\s+{_QUOTED}")
_ESCAPE = re.compile(r"\\(.)")
_END = "$EndSCHEMATC"

Lines = Iterator[tuple[int, str]]


def legacy_sheet(text: str, file: str, limits: Limits) -> Sheet:
    """One sheet. Raises InvalidInput: broken off, or more than ``limits.json_values`` lines."""
    split = text.splitlines()
    lines = enumerate(split, start=1)
    symbols: list[Symbol] = []
    below: list[Below] = []
    said: dict[str, str] = {}
    if len(split) > limits.json_values:
        raise _broken(file, len(split), f"more than {limits.json_values:,} lines", "")
    for number, line in lines:
        if line.startswith("$Comp") and line.strip() == "$Comp":
            symbols.append(_symbol(lines, file, number))
        elif line.startswith("$Sheet"):
            below.append(_below(lines, file, number))
        elif match := _TITLE.match(line):
            said.setdefault(match[1], _plain(match[2]))
        elif line.startswith(_END):
            return Sheet(
                file, "", tuple(symbols), tuple(below), said.get("Title", ""), said.get("Rev", "")
            )
    raise _broken(file, len(split), f"the file ends without {_END}", "Copy the file again.")


def _block(lines: Lines, file: str, begun: int, end: str) -> Iterator[str]:
    for _, line in lines:
        if line.startswith(end):
            return
        yield line
    raise _broken(file, begun, f"the file ends before {end}", "Copy the file again.")


def _symbol(lines: Lines, file: str, begun: int) -> Symbol:
    part, stamp = KicadPart(""), ""
    references: dict[str, str] = {}
    for line in _block(lines, file, begun, "$EndComp"):
        words = line.split()
        if line.startswith("L ") and len(words) > 2:
            part.reference = words[2]
        elif line.startswith("U ") and len(words) > 3:
            stamp = words[3]
        elif match := _FIELD.match(line):
            _take(part, int(match[1][:3]), _plain(match[2]), match[3])
        elif match := _INSTANCE.match(line):
            references[match[1]] = _plain(match[2])
    return Symbol(part, stamp, references, tuple(references.values()))


def _take(part: KicadPart, place: int, text: str, rest: str) -> None:
    """Fields 0 to 3 are reference, value, footprint and datasheet; later ones carry a name."""
    text = "" if text == "~" else text
    if place == 0:
        part.reference = text or part.reference
    elif place == 1:
        part.value = text
    elif place == 2:
        part.footprint = text
    elif place == 3:
        part.datasheet = text
    elif named := _LAST.fullmatch(rest):
        part.fields[_plain(named[1]).strip()] = text


def _below(lines: Lines, file: str, begun: int) -> Below:
    stamp = name = target = ""
    for line in _block(lines, file, begun, "$EndSheet"):
        if line.startswith("U "):
            stamp = line.split()[1] if len(line.split()) > 1 else ""
        elif match := _FIELD.match(line):
            if match[1] == "0":
                name = _plain(match[2])
            elif match[1] == "1":
                target = _plain(match[2])
    return Below(stamp, target, name)


def _plain(text: str) -> str:
    return _ESCAPE.sub(r"\1", text)


def _broken(file: str, line: int, what: str, way_out: str) -> InvalidInput:
    return InvalidInput(
        f"{file}, line {line}: {what}.",
        code="broken-schematic",
        way_out=way_out,
        file=file,
        row=line,
        expected="a complete schematic",
    )
