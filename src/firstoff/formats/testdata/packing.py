"""Test records as the database keeps them: numbers packed in the order of a frozen procedure.

A procedure's definition and a record's extras are canonical JSON; values are little-endian
float64, NaN where nothing was measured or where it was no number. What a float cannot hold
exactly (a long decimal, text, a series, NaN as text) stands in the extras as it came.
"""

import json
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any

from firstoff.formats.testdata.drafts import (
    Cell,
    LimitsDraft,
    MeasurementDraft,
    SubUnitDraft,
    TestDraft,
    UnitOfMeasure,
    ValueKind,
)
from firstoff.formats.testdata.procedures import MeasurementDefinition, procedure_of
from firstoff.rules.ledger import canonical, text_digest
from firstoff.terms import TestOutcome

LETTERS: Mapping[TestOutcome, str] = {
    TestOutcome.PASS: "p",
    TestOutcome.FAIL: "f",
    TestOutcome.ERROR: "e",
    TestOutcome.TIMEOUT: "t",
    TestOutcome.ABORTED: "a",
    TestOutcome.UNSET: "u",
    TestOutcome.PARTIALLY_SET: "h",
    TestOutcome.SKIPPED: "s",
}
_OUTCOMES = {letter: outcome for outcome, letter in LETTERS.items()}
_ABSENT = "-"  # the record broke off before this measurement
NAN = float("nan")


@dataclass(frozen=True, slots=True)
class Measured:
    """One line of a procedure: what is measured, in which unit, within which limits.

    ``characteristic`` is its number in the baseline where it is known when recorded; ``lower``
    and ``upper`` are inclusive. ``rule`` says in words what limits cannot: a pattern, an expected
    value, a limit on every value of a series, the text of a validator that is not understood."""

    name: str
    phase: str = ""
    subtest: str = ""
    unit: str = ""
    lower: Decimal | None = None
    upper: Decimal | None = None
    marginal_lower: Decimal | None = None
    marginal_upper: Decimal | None = None
    rule: str = ""
    characteristic: str = ""


@dataclass(frozen=True, slots=True)
class Procedure:
    """What a test measures, in order. ``digest`` is the SHA-256 of ``definition``."""

    name: str
    lines: tuple[Measured, ...]
    definition: str = field(repr=False)
    digest: str


@dataclass(frozen=True, slots=True)
class Packed:
    values: bytes
    outcomes: str
    extras: str


@dataclass(frozen=True, slots=True)
class Result:
    """One measurement read back. ``text`` is the value as it came where it is no plain number."""

    line: Measured
    outcome: TestOutcome | None  # None: the record broke off before it
    value: float | None
    text: str
    marginal: bool

    @property
    def shown(self) -> str:
        """The value with the digits it came with; empty where nothing was measured."""
        return self.text or ("" if self.value is None else _shortest(self.value))


@dataclass(frozen=True, slots=True)
class Taken:
    """A value to be packed: a number, or the text of what is none."""

    outcome: TestOutcome
    value: Decimal | None = None
    text: str = ""
    marginal: bool = False


def procedure(name: str, lines: Sequence[Measured]) -> Procedure:
    """A procedure frozen: its definition as canonical JSON and that text's digest."""
    definition = canonical({"name": name, "measurements": [_line_out(line) for line in lines]})
    return Procedure(name, tuple(lines), definition, text_digest(definition))


@lru_cache(maxsize=256)
def read_procedure(definition: str) -> Procedure:
    """A stored definition as a procedure again."""
    held = json.loads(definition)
    lines = tuple(_line_in(line) for line in held["measurements"])
    return Procedure(held["name"], lines, definition, text_digest(definition))


def pack(taken: Iterable[Taken | None], extras: Mapping[str, Any] | None = None) -> Packed:
    """Values in the order of their procedure; None where the record broke off before.

    extras: what else belongs to the record, by name (``meta``, ``repeats``)."""
    values, letters, texts, marginal = [], [], {}, []
    for place, one in enumerate(taken):
        if one is None:
            values.append(NAN)
            letters.append(_ABSENT)
            continue
        number = NAN if one.value is None else float(one.value)
        values.append(number)
        letters.append(LETTERS[one.outcome])
        if one.text:
            texts[str(place)] = one.text
        elif one.value is not None and (said := f"{one.value:f}") != _shortest(number):
            texts[str(place)] = said  # zeros at the end, digits that a float64 has no room for
        if one.marginal:
            marginal.append(place)
    held: dict[str, Any] = dict(extras or {})
    held.update({key: found for key, found in (("text", texts), ("marginal", marginal)) if found})
    return Packed(struct.pack(f"<{len(values)}d", *values), "".join(letters), canonical(held))


def unpack(lines: Sequence[Measured], values: bytes, outcomes: str, extras: str) -> list[Result]:
    """The measurements of a record, in the order of its procedure."""
    held = json.loads(extras)
    texts: Mapping[str, str] = held.get("text", {})
    marginal = frozenset(held.get("marginal", ()))
    numbers = struct.unpack(f"<{len(lines)}d", bytes(values))
    return [
        Result(
            line,
            _OUTCOMES.get(letter),
            None if number != number else number,
            texts.get(str(place), ""),
            place in marginal,
        )
        for place, (line, letter, number) in enumerate(zip(lines, outcomes, numbers, strict=True))
    ]


# ---------------------------------------------------------------- from an importer's draft


def procedure_from(draft: TestDraft) -> Procedure:
    """The procedure that an imported record ran."""
    return procedure(
        draft.test_name or "test", [_from(d) for d in procedure_of(draft).definitions]
    )


def pack_draft(draft: TestDraft) -> Packed:
    """The record's values in the order of ``procedure_from``, with everything else it said."""
    order = {d.key: place for place, d in enumerate(procedure_of(draft).definitions)}
    taken: list[Taken | None] = [None] * len(order)
    repeats = []
    for measured in draft.measurements:
        place = order[(measured.subtest, measured.phase, measured.name)]
        one = _taken(measured)
        if taken[place] is not None:  # a repeated phase: the last one holds, all are kept
            repeats.append({"place": place, "before": _shown(taken[place])})
        taken[place] = one
    return pack(taken, _rest(draft, repeats))


def _rest(draft: TestDraft, repeats: list[dict[str, Any]]) -> dict[str, Any]:
    phases = [
        {
            "name": phase.name,
            "outcome": phase.outcome,
            "began": phase.started_at,
            "ended": phase.ended_at,
        }
        for phase in draft.phases
    ]
    named = {
        "version": draft.test_version,
        "procedure_id": draft.procedure_id,
        "part_number": draft.part_number,
        "revision": draft.revision,
        "lot": draft.lot,
        "metadata": "" if draft.metadata in ("", "{}") else draft.metadata,
        "notes": {f"{m.phase}/{m.name}": m.note for m in draft.measurements if m.note},
        "repeats": repeats,
        "phases": phases,
        "operator": draft.operator,
        "record_id": draft.record_id,
        "sub_units": [_part(part) for part in draft.sub_units],
        "log_records": draft.log_records,
        "diagnoses": draft.diagnoses,
    }
    return {name: value for name, value in named.items() if value}


def _part(part: SubUnitDraft) -> dict[str, Any]:
    held = {name: getattr(part, name) for name in SubUnitDraft.__dataclass_fields__}
    return {name: value for name, value in held.items() if value}


def _taken(measured: MeasurementDraft) -> Taken:
    number = measured.value if measured.kind is ValueKind.NUMBER else None
    return Taken(measured.outcome, number, _text(measured), bool(measured.marginal))


def _text(measured: MeasurementDraft) -> str:
    if measured.special:
        return measured.special
    match measured.kind:
        case ValueKind.NUMBER | ValueKind.NONE:
            return ""
        case ValueKind.BOOLEAN:
            return "true" if measured.flag else "false"
        case ValueKind.SERIES:
            return canonical([[_cell(cell) for cell in row] for row in measured.series])
        case _:
            return measured.text


def _cell(cell: Cell) -> object:
    return f"{cell:f}" if isinstance(cell, Decimal) else cell


def _shown(taken: Taken | None) -> dict[str, Any]:
    if taken is None:
        return {}
    value = taken.text or ("" if taken.value is None else f"{taken.value:f}")
    return {"value": value, "outcome": taken.outcome}


def _from(definition: MeasurementDefinition) -> Measured:
    limits = definition.limits
    return Measured(
        name=definition.name,
        phase=definition.phase,
        subtest=definition.subtest,
        unit=_unit(definition.unit),
        lower=None if limits.each else limits.lower,
        upper=None if limits.each else limits.upper,
        marginal_lower=None if limits.each else limits.marginal_lower,
        marginal_upper=None if limits.each else limits.marginal_upper,
        rule=_rule(limits, definition.unread),
    )


def _unit(unit: UnitOfMeasure) -> str:
    return unit.suffix or unit.name or unit.code


def _rule(limits: LimitsDraft, unread: tuple[str, ...]) -> str:
    found = []
    if limits.expected is not None:
        found.append(f"is {'true' if limits.expected else 'false'}")
    if limits.pattern is not None:
        found.append(f"matches /{limits.pattern}/")
    if limits.each:
        if limits.lower is not None:
            found.append(f"every value at least {limits.lower:f}")
        if limits.upper is not None:
            found.append(f"every value at most {limits.upper:f}")
    return "; ".join([*found, *unread])


def _shortest(number: float) -> str:
    """``0.6``, ``5``: as few digits as tell it from every other float64."""
    text = repr(number)
    return text[:-2] if text.endswith(".0") else text


def _line_out(line: Measured) -> dict[str, Any]:
    held = {name: getattr(line, name) for name in Measured.__dataclass_fields__}
    return {name: value for name, value in held.items() if value not in (None, "")}


def _line_in(held: Mapping[str, Any]) -> Measured:
    numbers = ("lower", "upper", "marginal_lower", "marginal_upper")
    values: dict[str, Any] = {k: Decimal(v) if k in numbers else v for k, v in held.items()}
    return Measured(**values)
