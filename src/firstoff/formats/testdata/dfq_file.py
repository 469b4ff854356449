"""The lines of a Q-DAS ASCII file (.dfq, or .dfd with .dfx): parts, characteristics, values.

Two ways to write a value are read, in one file too: by K-field (K0001/3 4.6) and as a line of all
characteristics (fields parted by DC4, characteristics by SI). The index of K2xxx counts over the
file, not in each part. Source: Q-DAS ASCII Transfer Format, V12.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from firstoff.errors import InvalidInput
from firstoff.formats.testdata.assembling import decimal_of

FIELD, CHARACTERISTIC = "\x14", "\x0f"  # DC4 and SI
_LINE = re.compile(r"(K[0-9X]\d{3}|K10[01])(?:/(\d{1,6})(?:/(\d{1,9}))?)?(?:\s+(.*))?")
_IN_ORDER = (
    "K0001", "K0002", "K0004", "K0005", "K0006", "K0007", "K0008", "K0010", "K0011", "K0012",
)  # fmt: skip
_ATTRIBUTIVE = ("K0020", "K0021", "", *_IN_ORDER[1:])
_ATTRIBUTIVE_TYPES = ("1", "5", "6")  # K2004: attributive, and two kinds of error log sheet
_ALL = 0  # the index that means every part, or every characteristic


@dataclass(slots=True)
class Value:
    """One value of one characteristic: K-field to text, and the line it began in. ``place`` is
    that of its set: of the line of values, else which value of the characteristic it is."""

    line: int
    place: int
    by_line: bool = False
    fields: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Characteristic:
    index: int
    line: int
    fields: dict[str, str] = field(default_factory=dict)
    values: list[Value] = field(default_factory=list)

    @property
    def attributive(self) -> bool:
        kind = self.fields.get("K2004", "")
        return kind in _ATTRIBUTIVE_TYPES or any("K0020" in v.fields for v in self.values[:1])


@dataclass(slots=True)
class Part:
    index: int
    fields: dict[str, str] = field(default_factory=dict)
    characteristics: list[Characteristic] = field(default_factory=list)


@dataclass(slots=True)
class DfqFile:
    """What the lines say. ``groups`` and ``nodes`` are K50xx and K51xx: (key, index, text)."""

    name: str
    parts: dict[int, Part] = field(default_factory=dict)
    declared: int | None = None  # K0100: the characteristics the file says it has
    groups: dict[int, str] = field(default_factory=dict)
    nodes: list[tuple[str, int, str]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def characteristics(self) -> list[Characteristic]:
        return [each for part in self.parts.values() for each in part.characteristics]

    @property
    def values(self) -> int:
        return sum(len(each.values) for each in self.characteristics)


def read_lines(files: Iterable[tuple[str, str]], name: str, most: int) -> DfqFile:
    """The file, or its two parts in order: description, then values. ``files``: name and text;
    ``most``: values it may hold.

    Raises InvalidInput with the line that is none of a Q-DAS file, or at which it breaks off."""
    reader = _Reader(DfqFile(name), most)
    for label, text in files:
        reader.label = label
        for number, line in enumerate(text.split("\n"), start=1):
            reader.line(number, line.strip(" \t\r\x1a\ufeff"))
        reader.finish(text)
    reader.defaults()
    return reader.file


class _Reader:
    """Takes line after line; ``places`` finds a characteristic by its index over the file."""

    def __init__(self, file: DfqFile, most: int) -> None:
        self.file, self.left, self.most = file, most, most
        self.label = file.name
        self.number = 0
        self.part = 0  # the index of the part that the lines are about
        self.places: dict[int, tuple[int, Characteristic]] = {}
        self.every: dict[str, dict[str, str]] = {"K1": {}, "K2": {}}
        self.row: list[Value] = []  # the values of the last line of values
        self.rows = 0  # lines of values so far
        self.describing = False  # the last line was of a part or characteristic
        self.last: tuple[Characteristic, Value, str] | None = None

    def line(self, number: int, line: str) -> None:
        self.number = number
        if not line:
            return
        if FIELD in line or CHARACTERISTIC in line or decimal_of(line, comma=True) is not None:
            self._values(line)
            return
        match = _LINE.fullmatch(line)
        if match is None:
            raise self._refused(
                f"found {line[:60]!r}", "a K-field (K2001/1 text) or a line of values"
            )
        key, index, place, text = match.groups()
        text = (text or "").strip()
        if key in ("K0100", "K100"):
            self.file.declared = int(text) if text.isascii() and text.isdigit() else None
        elif key not in ("K0101", "K101"):
            self._field(key, None if index is None else int(index), place, text)

    def _field(self, key: str, index: int | None, place: str | None, text: str) -> None:
        level = key[:2]
        if level == "KX":
            level = "K" + key[2]
        self.describing = level in ("K1", "K2", "K8")
        if level == "K1":
            self._part_field(key, index, text)
        elif level in ("K2", "K8"):
            self._characteristic_field(key, index, text)
        elif level == "K0":
            self._value_field(key, index, place, text)
        elif key in ("K5001", "K5002"):
            self.file.groups[index or 1] = text
        elif level == "K5":
            self.file.nodes.append((key, index or 1, text))

    def _part_field(self, key: str, index: int | None, text: str) -> None:
        if index == _ALL:
            self.every["K1"][key] = text
            return
        self.part = index or 1
        self._this_part().fields[key] = text

    def _this_part(self) -> Part:
        index = self.part or 1
        return self.file.parts.setdefault(index, Part(index))

    def _characteristic_field(self, key: str, index: int | None, text: str) -> None:
        if index == _ALL:
            self.every["K2"][key] = text
            return
        index = index or 1
        held = self.places.get(index)
        part = self._this_part()
        if held is None or (held[0] != part.index and key in held[1].fields):
            # Some count anew in each part: the one that is described now holds.
            found = Characteristic(index, self.number)
            part.characteristics.append(found)
            held = self.places[index] = (part.index, found)
        held[1].fields[key] = text

    # ------------------------------------------------------------ values

    def _value_field(self, key: str, index: int | None, place: str | None, text: str) -> None:
        if index in (None, _ALL) and self.row:
            for value in self.row:  # it says something of the whole line of values before it
                value.fields.setdefault(key, text)
            return
        if index == _ALL:
            raise self._refused(f"{key}/0 before any values", "the values it is about")
        index = index or 1
        if index not in self.places:
            raise self._unknown(index)
        found = self.places[index][1]
        value = self._value_of(found, key, None if place is None else int(place))
        value.fields[key] = text
        self.last = (found, value, key)
        if key in ("K0001", "K0020"):
            self.row = []

    def _value_of(self, found: Characteristic, key: str, place: int | None) -> Value:
        if place is not None:
            if not 0 < place <= len(found.values) + 1:
                raise self._refused(
                    f"value {place} of characteristic {found.index}",
                    f"value {len(found.values) + 1} next",
                )
            if place <= len(found.values):
                return found.values[place - 1]
        elif found.values and key not in found.values[-1].fields:
            return found.values[-1]
        self._add(found, Value(self.number, len(found.values)))
        return found.values[-1]

    def _add(self, found: Characteristic, value: Value) -> None:
        self.left -= 1
        if self.left < 0:
            raise InvalidInput(
                f"{self.label} holds more than {self.most:,} values.",
                code="too-large",
                way_out="Split it.",
                file=self.label,
            )
        found.values.append(value)

    def _values(self, line: str) -> None:
        self.describing = False
        pieces = line.split(CHARACTERISTIC)
        if pieces[-1] == "":
            pieces.pop()  # some close each characteristic instead of parting them
        self.row = []
        self.rows += 1
        for index, piece in enumerate(pieces, start=1):
            if index not in self.places:
                raise self._unknown(index)
            found = self.places[index][1]
            fields = dict(self._portions(found, piece))
            value = Value(self.number, self.rows - 1, by_line=True, fields=fields)
            if value.fields:
                self._add(found, value)
                self.row.append(value)
                self.last = (found, value, list(value.fields)[-1])

    def _portions(self, found: Characteristic, piece: str) -> Iterator[tuple[str, str]]:
        portions = piece.split(FIELD)
        kind = found.fields.get("K2004", "")
        counted = kind in _ATTRIBUTIVE_TYPES or (not kind and len(portions) > len(_IN_ORDER))
        keys = _ATTRIBUTIVE if counted else _IN_ORDER
        if len(portions) > len(keys):
            raise self._refused(
                f"{len(portions)} fields of characteristic {found.index}", f"at most {len(keys)}"
            )
        for key, text in zip(keys, portions, strict=False):
            if key and text.strip():
                yield key, text.strip()

    # ------------------------------------------------------------ the end

    def finish(self, text: str) -> None:
        """What shows that a file broke off: it is refused, so that no half value is taken."""
        file, lines = self.file, text.count("\n") + 1
        count = len(file.characteristics)
        if file.declared is not None and count < file.declared:
            raise self._cut(lines, f"{count} of {file.declared} characteristics (K0100)")
        elif file.declared is not None and count > file.declared:
            file.warnings.append(
                f"{self.label}: K0100 says {file.declared} characteristics, the file has {count}."
            )
        if not text.endswith(("\n", "\r", "\x1a")) and self.last is not None:
            if self.describing:  # values of what is described last have to follow
                raise self._cut(lines, "a description without values, in a line without an end")
            self._check_last(lines)

    def _check_last(self, lines: int) -> None:
        """The last line has no end. It is whole where it looks like those before it."""
        found, value, key = self.last or (Characteristic(0, 0), Value(0, 0), "")
        others = [each for each in found.values if each is not value]
        others += [v for each in self.file.characteristics for v in each.values if v is not value]
        if not others:
            return
        parts = [part.characteristics for part in self.file.parts.values()]
        beside = next(held for held in parts if any(each is found for each in held))
        fewer = any(len(each.values) > len(found.values) for each in beside)
        missing = not set(others[0].fields) <= set(value.fields)
        shorter = len(value.fields.get(key, "")) < min(len(o.fields.get(key, "")) for o in others)
        if fewer or missing or shorter:
            raise self._cut(lines, f"a line without an end, in characteristic {found.index}")

    def _cut(self, line: int, after: str) -> InvalidInput:
        return InvalidInput(
            f"{self.label}, line {line}: the file ends after {after}.",
            code="cut-off",
            way_out="Copy it again.",
            file=self.label,
            row=line,
        )

    def defaults(self) -> None:
        """Fields with index 0 hold for every part, or characteristic, without its own."""
        for part in self.file.parts.values():
            part.fields = self.every["K1"] | part.fields
            for each in part.characteristics:
                each.fields = self.every["K2"] | each.fields

    def _unknown(self, index: int) -> InvalidInput:
        known = len(self.places)
        way_out = "" if known else "Give its description (.dfd) with it."
        return self._refused(
            f"a value of characteristic {index}",
            f"one of the {known} that the file describes" if known else "its description before",
            way_out,
        )

    def _refused(self, found: str, expected: str, way_out: str = "") -> InvalidInput:
        return InvalidInput(
            f"{self.label}, line {self.number}: {found}; expected {expected}.",
            code="not-dfq",
            way_out=way_out,
            file=self.label,
            row=self.number,
            found=found,
            expected=expected,
        )
