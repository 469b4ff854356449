"""The batch record of a run: what is complete, what is missing, how deep it can be traced (R-39,
R-63)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from firstoff.rules.trace.batch_record.gaps import Gap, gaps, holding, in_batch, standing, wrong
from firstoff.rules.trace.batch_record.gathering import Gathered, spans, within
from firstoff.rules.trace.batch_record.kinds import TITLES, Section
from firstoff.rules.trace.batch_record.units import Shows
from firstoff.rules.trace.batch_record.values import EquipmentMade, LotMade, RunMade, Span
from firstoff.rules.trace.levels import Level, MaterialSeen, ProcessSeen, material, process
from firstoff.rules.trace.statement import Sentence, Shown, statement
from firstoff.rules.trace.then import Standing


@dataclass(frozen=True, slots=True)
class SectionFigures:
    """A section of the record: of how many units nothing is missing in it, and its gaps."""

    section: Section
    title: str
    complete: int
    units: int
    gaps: tuple[Gap, ...]

    @property
    def open(self) -> int:
        return sum(gap.open for gap in self.gaps)


@dataclass(frozen=True, slots=True)
class LotLine:
    """A lot of the run. ``units``: how many hold it themselves; ``fit``: whether it was accepted
    and not expired each time it went in."""

    lot: LotMade
    units: int
    quantity: Decimal
    spans: tuple[Span, ...]
    first: datetime | None
    last: datetime | None
    fit: bool


@dataclass(frozen=True, slots=True)
class EquipmentLine:
    """Equipment that made the run, and how it stood then."""

    equipment: EquipmentMade
    units: int
    first: datetime
    last: datetime
    then: Standing


class TestedLine(NamedTuple):
    """Units by the last result of one procedure. ``tries``: tests in all, repeats included."""

    procedure: str
    passed: int
    failed: int
    open: int
    tries: int


class PersonLine(NamedTuple):
    """Somebody who built, operated, tested or judged, and how many units."""

    name: str
    units: int


class ParameterLine(NamedTuple):
    """Readings of one parameter at one operation, with the limits they were judged by."""

    seq: int
    name: str
    unit: str
    lower: Decimal | None
    upper: Decimal | None
    readings: int
    smallest: Decimal
    largest: Decimal

    @property
    def outside(self) -> bool:
        below = self.lower is not None and self.smallest < self.lower
        return below or (self.upper is not None and self.largest > self.upper)


@dataclass(frozen=True, slots=True)
class BatchRecord:
    """``complete``: units without a gap that nobody signed for; ``units``: planned, or started
    where those are more."""

    complete: int
    units: int
    started: int
    sections: tuple[SectionFigures, ...]
    lots: tuple[LotLine, ...]
    equipment: tuple[EquipmentLine, ...]
    tests: tuple[TestedLine, ...]
    people: tuple[PersonLine, ...]
    parameters: tuple[ParameterLine, ...]
    material: Level
    process: Level
    statement: tuple[Sentence, ...]
    serials: Mapping[int, str]  # by position
    first: datetime | None  # unit started
    last: datetime | None  # operation ended

    @property
    def gaps(self) -> tuple[Gap, ...]:
        return tuple(gap for section in self.sections for gap in section.gaps)

    @property
    def open(self) -> tuple[Gap, ...]:
        return tuple(gap for gap in self.gaps if gap.open)

    @property
    def accepted(self) -> tuple[Gap, ...]:
        return tuple(gap for gap in self.gaps if gap.accepted)

    @property
    def headline(self) -> str:
        """``37 of 40 units complete; 4 gaps are open.``"""
        count = len(self.open)
        left = "no gap is open" if not count else "1 gap is open"
        left = f"{count:,} gaps are open" if count > 1 else left
        return f"{self.complete:,} of {self.units:,} units complete; {left}."


def batch_record(run: RunMade, held: Gathered) -> BatchRecord:
    """The record as it reads now. held: what all units of the run hold, each position once."""
    started = len(held.serials)
    found = gaps(run, held)
    lacking = {p for gap in found if gap.open for p in within(gap.units)}
    return BatchRecord(
        complete=started - len(lacking),
        units=max(run.planned, started),
        started=started,
        sections=tuple(_section(s, found, started) for s in Section),
        lots=_lot_lines(run, held),
        equipment=_equipment_lines(run, held),
        tests=tuple(
            TestedLine(name, t.passed, t.failed, t.open, t.tries)
            for name, t in sorted(held.tests.items())
        ),
        people=tuple(
            sorted(PersonLine(run.people.get(key, "?"), n) for key, n in held.people.items())
        ),
        parameters=_parameter_lines(run, held),
        material=material(_material_seen(run, held)),
        process=process(_process_seen(held)),
        statement=statement(_shown(run, held, found)),
        serials=held.serials,
        first=held.first,
        last=held.last,
    )


def _section(section: Section, found: Sequence[Gap], units: int) -> SectionFigures:
    mine = tuple(gap for gap in found if gap.kind.section is section)
    lacking = {p for gap in mine if gap.open for p in within(gap.units)}
    return SectionFigures(section, TITLES[section], units - len(lacking), units, mine)


def _lot_lines(run: RunMade, held: Gathered) -> tuple[LotLine, ...]:
    lines = []
    for key, lot in run.lots.items():
        used = held.lots.get(key)
        times = [t for t in (used and used.first, used and used.last, lot.batch_at) if t]
        lines.append(
            LotLine(
                lot,
                len(used.positions) if used else 0,
                _quantity(run, held, key),
                spans(used.positions) if used else (),
                min(times, default=None),
                max(times, default=None),
                not any(wrong(lot, at) for at in times),
            )
        )
    return tuple(sorted(lines, key=lambda line: (line.lot.part, line.lot.code)))


def _quantity(run: RunMade, held: Gathered, key: int) -> Decimal:
    used = held.lots.get(key)
    of_units = Decimal(used.millionths).scaleb(-6) if used else Decimal(0)
    return of_units + run.lots[key].batch_quantity


def _equipment_lines(run: RunMade, held: Gathered) -> tuple[EquipmentLine, ...]:
    lines = [
        EquipmentLine(
            run.equipment[key],
            len(used.positions),
            used.first,
            used.last,
            standing(run.equipment[key], used.first, used.last),
        )
        for key, used in held.equipment.items()
    ]
    return tuple(sorted(lines, key=lambda line: line.equipment.code))


def _parameter_lines(run: RunMade, held: Gathered) -> tuple[ParameterLine, ...]:
    lines = [
        ParameterLine(*limits, read.readings, read.smallest, read.largest)
        for limits, read in held.read.items()
    ]
    lines += [
        ParameterLine(seq, p.name, p.unit, p.lower, p.upper, 1, p.value, p.value)
        for seq, p in run.batch_parameters
        if p.value is not None
    ]
    return tuple(sorted(lines, key=lambda line: (line.seq, line.name, str(line.lower))))


def _parts(run: RunMade, held: Gathered) -> dict[str, set[int]]:
    """Parts that the product is made of, as far as the records tell: units that hold each."""
    parts = holding(run, held)
    common = {p: at for p, at in parts.items() if 2 * len(at) > len(held.serials)}
    return common | {p: parts.get(p, set()) for p in in_batch(run)}


def _material_seen(run: RunMade, held: Gathered) -> MaterialSeen:
    used = {k: lot for k, lot in run.lots.items() if k in held.lots or lot.in_batch}
    lots = list(used.values())
    named = [lot for key, lot in used.items() if lot.maker and _quantity(run, held, key)]
    parts = _parts(run, held)
    own = set.intersection(*parts.values()) if parts else set()
    exact = held.showing(Shows.DESIGNATED) & own
    identified = [lot for lot in lots if lot.supplier_lot or lot.received]
    return MaterialSeen(
        units=len(held.serials),
        lots=len(lots),
        named=len(named),
        unnamed=_lot_without(lots, named),
        identified=len(identified),
        unidentified=_lot_without(lots, identified),
        own=len(own),
        not_own=_unit_without(held, own),
        batch_parts=tuple(sorted(in_batch(run))),
        exact=len(exact),
        not_exact=_unit_without(held, exact),
    )


def _lot_without(lots: Sequence[LotMade], having: Sequence[LotMade]) -> str:
    found = next((lot for lot in lots if lot not in having), None)
    return f"{found.part} lot {found.code}" if found else ""


def _unit_without(held: Gathered, having: set[int]) -> str:
    """The first unit, in the order of building, that is not among them."""
    without = min(held.serials.keys() - having, default=None)
    return "" if without is None else held.serials[without]


_BY_LEVEL = (
    Shows.RESULT,
    Shows.RESULT | Shows.FIXTURES | Shows.CRITICAL,
    Shows.RESULT | Shows.FIXTURES | Shows.CRITICAL | Shows.NUMBERS,
    Shows.RESULT | Shows.FIXTURES | Shows.CRITICAL | Shows.NUMBERS | Shows.ATTACHED,
)


def _process_seen(held: Gathered) -> ProcessSeen:
    steps = tuple((held.having(wanted), held.without(wanted)) for wanted in _BY_LEVEL)
    return ProcessSeen(len(held.serials), steps)


def _shown(run: RunMade, held: Gathered, found: Sequence[Gap]) -> Shown:
    units = len(held.serials)
    missing = any(g.kind.name in ("material_none", "material_missing") for g in found)
    on_batch = run.plan.operations.keys() <= run.batch_operations
    return Shown(
        units=units,
        labelled=held.having(Shows.LABELLED),
        results=held.having(Shows.RESULT),
        operations=units if on_batch else held.having(Shows.OPERATIONS),
        lots=len(run.lots),
        material=bool(run.lots) and not missing,
    )
