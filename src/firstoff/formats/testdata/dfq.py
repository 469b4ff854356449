"""Q-DAS ASCII files (AQDEF): each set of values of a part is one test record.

The format holds limits and no outcomes, so a value is judged by the limits beside it; a value
that the file marks invalid is kept as a note and judged by nobody. A set with a part ID (K0014) is
of that unit; one without is named by part and time, with a warning.
"""

import codecs
import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import PurePath
from zoneinfo import ZoneInfo

from firstoff.errors import InvalidInput
from firstoff.formats.sources import (
    CONTENT_WORDS,
    Limits,
    RawSource,
    content_of,
    encoding_of,
    opened,
)
from firstoff.formats.testdata.assembling import (
    Reading,
    decimal_of,
    judged,
    measurement,
    outcome_of,
    record,
    special_of,
)
from firstoff.formats.testdata.dfq_file import (
    Characteristic,
    DfqFile,
    Part,
    Value,
    read_lines,
)
from firstoff.formats.testdata.drafts import (
    Importer,
    ImportResult,
    LimitsDraft,
    MeasurementDraft,
    ReadOptions,
    RowProblem,
    TestDraft,
    UnitOfMeasure,
)
from firstoff.formats.testdata.fields import Unreadable, moment
from firstoff.formats.testdata.serials import SERIAL_LENGTH, hidden_character
from firstoff.terms import TestOutcome

# What a value set says beside value, attribute and time, by the names it is kept under.
_SAID = {
    "K0005": "events", "K0006": "batch", "K0007": "cavity", "K0008": "operator", "K0009": "text",
    "K0010": "machine", "K0011": "process_parameter", "K0012": "gauge", "K0015": "reason",
    "K0016": "production_number", "K0017": "fixture", "K0053": "order", "K0080": "subgroup",
    "K0081": "position",
}  # fmt: skip
_TAKEN = ("K0000", "K0001", "K0002", "K0004", "K0014", "K0020", "K0021")
_INVALID = ("255", "256")
_NATURAL = ("2", "3")  # K2120, K2121: no specification, nothing can lie beyond it
_DATE = re.compile(
    r"(?:(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4}|\d{2})"
    r"|(?P<us_month>\d{1,2})/(?P<us_day>\d{1,2})/(?P<us_year>\d{4}|\d{2})"
    r"|(?P<iso_year>\d{4}|\d{2})-(?P<iso_month>\d{1,2})-(?P<iso_day>\d{1,2}))"
    r"[/ .T](?P<clock>\d{1,2}:\d{1,2}(?::\d{1,2}(?:[.,]\d{1,9})?)?)"
    r"(?P<offset>Z|[+-]\d{2}:?\d{2})?",
    re.ASCII,
)
_LINE_START = re.compile(r"\s*K(?:[0-9X]\d{3}|10[01])(?:/\d+)*[ \r\n]")


def read(raw: RawSource, *, name: str, options: ReadOptions) -> ImportResult:
    """Read a .dfq, or a .dfx whose .dfd is ``options.companion``.

    Raises InvalidInput with the line for what is no Q-DAS file and for one that broke off."""
    with opened(raw, name=name, limits=options.limits) as source:
        reading = Reading(IMPORTER.name, source.name, source.sha256(), encoding_of(source))
    file = read_file(raw, name=reading.name, companion=options.companion, limits=options.limits)
    reading.warnings.extend(file.warnings)
    reading.holds = {
        "parts": len(file.parts),
        "characteristics": len(file.characteristics),
        "values": file.values,
    }
    for part in file.parts.values():
        _Sets(file, part, reading, options.time_zone).take()
    if not reading.tests and not reading.refused:
        reading.nothing = _holds(file)
    return reading.result()


def read_file(
    raw: RawSource,
    *,
    name: str = "",
    companion: RawSource | None = None,
    limits: Limits | None = None,
) -> DfqFile:
    """The parts, characteristics and values of a file, as they stand in it."""
    limits = limits or Limits()
    files = [] if companion is None else [_text(companion, "", limits)]
    label, text = _text(raw, name, limits)
    return read_lines([*files, (label, text)], label, limits.json_values // 5)


def _text(raw: RawSource, name: str, limits: Limits) -> tuple[str, str]:
    with opened(raw, name=name, limits=limits) as source:
        content = content_of(source.head())
        if content != "text":
            raise InvalidInput(
                f"{source.name} is {CONTENT_WORDS[content]}; expected a Q-DAS ASCII file.",
                code="not-dfq",
                file=source.name,
                found=CONTENT_WORDS[content],
                expected="a Q-DAS ASCII file",
            )
        text = b"".join(source.chunks()).decode(encoding_of(source)).removeprefix("\ufeff")
        return source.name, text.replace("\r\n", "\n").replace("\r", "\n")


def _holds(file: DfqFile) -> str:
    parts, count = len(file.parts), len(file.characteristics)
    part = f"{parts} part{'' if parts == 1 else 's'}"
    held = f"{part}, {count} characteristic{'' if count == 1 else 's'}"
    return f"{file.name} holds {held} and no values: there is no record to take from it."


# ---------------------------------------------------------------- sets of values


class _Sets:
    """The values of one part as records: the first of each characteristic, the second, ..."""

    def __init__(self, file: DfqFile, part: Part, reading: Reading, zone: ZoneInfo) -> None:
        self.file, self.part, self.reading, self.zone = file, part, reading, zone
        self.groups = _Groups(file, part)
        self.named: dict[str, int] = {}

    def take(self) -> None:
        held = self.part.characteristics
        counts = [len(each.values) for each in held]
        if len(set(counts)) > 1 and not all(v.by_line for each in held for v in each.values):
            shown = ", ".join(map(str, counts[:20]))
            self.reading.warn(
                f"Part {self.part.index}: its characteristics have {shown} values; "
                "values are put together by their place."
            )
        for one in self._sets():
            row = len(self.reading.tests) + len(self.reading.refused) + 1
            try:
                self.reading.tests.append(self._record(row, one))
            except _Refused as refusal:
                self.reading.refused.append(refusal.problem(row))

    def _sets(self) -> Iterator[list[tuple[Characteristic, Value]]]:
        """Values in the same place are of one set, unless their part IDs differ."""
        by_place: dict[int, list[tuple[Characteristic, Value]]] = {}
        for each in self.part.characteristics:
            for value in each.values:
                by_place.setdefault(value.place, []).append((each, value))
        for place in sorted(by_place):
            by_serial: dict[str, list[tuple[Characteristic, Value]]] = {}
            for each, value in by_place[place]:
                by_serial.setdefault(_serial(value), []).append((each, value))
            unnamed = by_serial.pop("", [])
            if len(by_serial) == 1:  # written once for the set
                unnamed += by_serial.pop(next(iter(by_serial)))
                unnamed.sort(key=lambda pair: pair[0].index)
            yield from (held for held in (unnamed, *by_serial.values()) if held)

    def _record(self, row: int, held: list[tuple[Characteristic, Value]]) -> TestDraft:
        times = [_moment(v.fields["K0004"], v, self.zone) for _, v in held if "K0004" in v.fields]
        measured = [_measured(c, v, self.groups.path(c)) for c, v in held]
        began = min(times) if times else None
        said = [{_SAID.get(k, k): t for k, t in v.fields.items() if k not in _TAKEN}
                for _, v in held]  # fmt: skip
        fields = self.part.fields
        return record(
            row,
            self._unit(held, began),
            outcome_of(measured),
            measured,
            started_at=began,
            ended_at=max(times) if times else None,
            station=_first(said, "machine") or fields.get("K1081", "") or fields.get("K1082", ""),
            operator=_first(said, "operator"),
            test_name=fields.get("K1002", "") or fields.get("K1001", ""),
            part_number=fields.get("K1001", ""),
            revision=fields.get("K1004", ""),
            lot="" if _first(said, "batch").startswith("#") else _first(said, "batch"),
            metadata={
                "part": fields,
                "values": {m.name: s for m, s in zip(measured, said, strict=True) if s},
            },
        )

    def _unit(self, held: list[tuple[Characteristic, Value]], began: datetime | None) -> str:
        given = [serial for _, value in held if (serial := _serial(value))]
        if given:
            if hidden := hidden_character(given[0]):
                raise _Refused(held[0][1], "K0014", hidden, "visible characters")
            if len(given[0]) > SERIAL_LENGTH:
                expected = f"at most {SERIAL_LENGTH} characters"
                raise _Refused(held[0][1], "K0014", f"{len(given[0])} characters", expected)
            return given[0]
        fields = self.part.fields
        name = fields.get("K1001") or fields.get("K1002") or PurePath(self.reading.name).stem
        name = name[: SERIAL_LENGTH - 40]
        name = f"{name} {began:%Y-%m-%dT%H:%M:%SZ}" if began else name
        if not self.named:
            self.reading.warn(
                f"Part {self.part.index} has no part ID (K0014): its value sets are named by part "
                f"and time, as {name!r}."
            )
        self.named[name] = place = self.named.get(name, 0) + 1
        return name if place == 1 and began else f"{name} #{place}"


def _serial(value: Value) -> str:
    """K0014; or the batch number where it is marked as an identity by its # sign."""
    batch = value.fields.get("K0006", "")
    return value.fields.get("K0014", "") or (batch[1:].strip() if batch.startswith("#") else "")


def _first(said: list[dict[str, str]], name: str) -> str:
    return next((each[name] for each in said if each.get(name)), "")


# ---------------------------------------------------------------- one value


class _Refused(Exception):
    """A value that cannot be taken; its set is refused with it."""

    def __init__(self, value: Value, key: str, found: str, expected: str) -> None:
        super().__init__(key)
        self.value, self.key, self.found, self.expected = value, key, found, expected

    def problem(self, row: int) -> RowProblem:
        said = ", ".join(f"{key} {text}" for key, text in self.value.fields.items())
        sentence = (
            f"Line {self.value.line}, {self.key}: found {self.found}; expected {self.expected}."
        )
        return RowProblem(row, self.key, self.found, self.expected, sentence, said[:500])


def _measured(found: Characteristic, value: Value, group: str) -> MeasurementDraft:
    fields = found.fields
    number, name = fields.get("K2001", ""), fields.get("K2002", "")
    notes = [name] if name and number else []
    limits, rules = _limits(found)
    figure, special = None, ""
    unit = UnitOfMeasure(suffix=fields.get("K2142", ""))
    if found.attributive:
        figure, said = _counted(value)
        notes.append(said)
        unit = UnitOfMeasure(name="defects")
    else:
        text = value.fields.get("K0001", "")
        figure, special = decimal_of(text, comma=True), special_of(text)
        if text and figure is None and not special:
            raise _Refused(value, "K0001", repr(text[:60]), "a number")
    outcome = judged(figure, limits)
    attribute = value.fields.get("K0002", "0")
    if attribute in _INVALID:
        shown = "" if figure is None else f", {figure:f}"
        notes.append(f"marked invalid (K0002 {attribute}{shown})")
        figure, special, outcome = None, "", TestOutcome.SKIPPED
    elif attribute not in ("", "0"):
        notes.append(f"attribute {attribute} (K0002)")
    return measurement(
        number or name or f"characteristic {found.index}",
        outcome,
        value=figure,
        special=special,
        unit=unit,
        limits=limits,
        rules=rules,
        phase=group,
        note="; ".join(note for note in notes if note),
    )


def _counted(value: Value) -> tuple[Decimal | None, str]:
    """Defects in a sample (K0021 in K0020)."""
    sample, defects = value.fields.get("K0020", ""), value.fields.get("K0021", "")
    for key, text in (("K0020", sample), ("K0021", defects)):
        if text and decimal_of(text) is None:
            raise _Refused(value, key, repr(text[:60]), "a count")
    if not sample or not defects:
        return None, f"sample of {sample}" if sample else ""
    return decimal_of(defects), f"{defects} of {sample}"


def _limits(found: Characteristic) -> tuple[LimitsDraft, tuple[str, ...]]:
    """K2110 and K2111; else the nominal with its deviations (K2101, K2112, K2113)."""
    nominal = decimal_of(found.fields.get("K2101", ""), comma=True)
    ends: list[Decimal | None] = []
    rules = []
    for side, limit, deviation, kind in (
        ("lower", "K2110", "K2112", "K2120"),
        ("upper", "K2111", "K2113", "K2121"),
    ):
        end = decimal_of(found.fields.get(limit, ""), comma=True)
        away = decimal_of(found.fields.get(deviation, ""), comma=True)
        if end is None and nominal is not None and away is not None:
            end = nominal + away
        if end is not None and found.fields.get(kind) in _NATURAL:
            rules.append(f"the {side} limit is a natural boundary ({kind})")
        ends.append(end)
    return LimitsDraft(lower=ends[0], upper=ends[1]), tuple(rules)


def _moment(text: str, value: Value, zone: ZoneInfo) -> datetime:
    """K0004: 31.12.2026/23:59:00, 12/31/2026/23:59 (month first) or 2026-12-31/23:59."""
    match = _DATE.fullmatch(text)
    expected = "a date and time as 31.12.2026/23:59:00"
    if match is None:
        raise _Refused(value, "K0004", repr(text[:60]), expected)
    given = match.groupdict()
    year, month, day = (
        next(given[kind + name] for kind in ("", "us_", "iso_") if given[kind + name])
        for name in ("year", "month", "day")
    )
    if len(year) == 2:
        year = f"20{year}" if int(year) < 70 else f"19{year}"
    clock = ":".join(piece.zfill(2) for piece in given["clock"].split(":"))
    try:
        return moment(f"{year}-{month}-{day} {clock}{given['offset'] or ''}", zone)
    except Unreadable as error:
        raise _Refused(value, "K0004", repr(text[:60]), error.expected) from error


# ---------------------------------------------------------------- groups


class _Groups:
    """The names above a characteristic: of groups (K5xxx), or of the one it belongs to (K203x)."""

    def __init__(self, file: DfqFile, part: Part) -> None:
        self.file = file
        self.names: dict[int, str] = {}  # of nodes
        self.above: dict[int, int] = {}  # node to the node above it
        self.own: dict[int, int] = {}  # characteristic to its node
        self.under: dict[int, int] = {}  # characteristic to the node above it
        self.heads = {
            head: each for each in part.characteristics if (head := each.fields.get("K2030"))
        }
        places = {each.index: each for each in file.characteristics}
        for key, index, text in file.nodes:
            if not text.isascii() or not text.isdigit():
                continue
            target = int(text)
            if key == "K5112":
                self.own[target] = index
                self.names[index] = _name(places.get(target))
            elif key == "K5113":
                self.names[index] = file.groups.get(target, f"group {target}")
            elif key == "K5103":
                self.above[target] = index
            elif key == "K5102":
                self.under[target] = index

    def path(self, found: Characteristic) -> str:
        """The names above it, outermost first, parted by a slash; "" for none."""
        node = self.under.get(found.index) or self.above.get(self.own.get(found.index, 0))
        names: list[str] = []
        seen: set[int] = set()
        while node is not None and node not in seen:
            seen.add(node)  # a file may tie a node to itself
            names += [self.names[node]] if self.names.get(node) else []
            node = self.above.get(node)
        if not names and (head := self.heads.get(found.fields.get("K2031", ""))):
            names += [_name(head)] if head is not found else []
        return "/".join(reversed(names))


def _name(found: Characteristic | None) -> str:
    return "" if found is None else found.fields.get("K2001") or found.fields.get("K2002") or ""


# ---------------------------------------------------------------- the kind


def sniff(head: bytes, name: str) -> bool:
    """A text whose first line is a K-field; or named as a Q-DAS file, so that a broken one is told
    as such."""
    if content_of(head) != "text":
        return False
    text = head[:4096].removeprefix(codecs.BOM_UTF8).decode("latin-1")
    return bool(_LINE_START.match(text)) or name.lower().endswith(IMPORTER.endings)


IMPORTER = Importer(
    name="dfq",
    label="Q-DAS values (DFQ)",
    endings=(".dfq", ".dfx", ".dfd"),
    sniff=sniff,
    read=read,
)
