"""The batch record of a run: what is complete, what is missing, how deep it can be traced (R-39,
R-63)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from firstoff.rules.trace.batch_record.gaps import Gap, gaps, standing, wrong
from firstoff.rules.trace.batch_record.gathering import Gathered, gather, spans, within
from firstoff.rules.trace.batch_record.kinds import TITLES, Section
from firstoff.rules.trace.batch_record.units import Look, Shows
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
    material: Level
    process: Level
    statement: tuple[Sentence, ...]
    serials: Mapping[int, str]  # by position

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


def batch_record(run: RunMade, looks: Sequence[Look]) -> BatchRecord:
    """The record as it reads now. looks: of every unit, in any order, each position once."""
    held = gather(run, looks)
    found = gaps(run, looks, held)
    lacking = {p for gap in found if gap.open for p in within(gap.units)}
    sections = tuple(_section(s, found, len(looks)) for s in Section)
    parts = _parts(run, held)
    counts = Counter(one.shows for one in looks)
    serials = {one.position: one.serial for one in looks}
    return BatchRecord(
        complete=len(looks) - len(lacking),
        units=max(run.planned, len(looks)),
        started=len(looks),
        sections=sections,
        lots=_lot_lines(run, held),
        equipment=_equipment_lines(run, held),
        tests=tuple(
            TestedLine(name, t.passed, t.failed, t.open, t.tries)
            for name, t in sorted(held.tests.items())
        ),
        people=tuple(
            sorted(PersonLine(run.people.get(key, "?"), n) for key, n in held.people.items())
        ),
        material=material(_material_seen(run, looks, held, parts, serials)),
        process=process(_process_seen(looks, counts, serials)),
        statement=statement(_shown(run, counts, found, len(looks))),
        serials=serials,
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


def _parts(run: RunMade, held: Gathered) -> dict[str, set[int]]:
    """Parts that the product is made of, as far as the records tell: units that hold each."""
    common = {p: at for p, at in held.parts.items() if 2 * len(at) > len(held.everyone)}
    return common | {p: held.parts.get(p, set()) for p in held.in_batch}


def _material_seen(
    run: RunMade,
    looks: Sequence[Look],
    held: Gathered,
    parts: Mapping[str, set[int]],
    serials: Mapping[int, str],
) -> MaterialSeen:
    used = {k: lot for k, lot in run.lots.items() if k in held.lots or lot.in_batch}
    lots = list(used.values())
    named = [lot for key, lot in used.items() if lot.maker and _quantity(run, held, key)]
    own = set.intersection(*(set(at) for at in parts.values())) if parts else set()
    exact = {one.position for one in looks if one.shows & Shows.DESIGNATED} & own
    unnamed = next((x for x in lots if x not in named), None)
    return MaterialSeen(
        units=len(looks),
        lots=len(lots),
        named=len(named),
        unnamed=f"{unnamed.part} lot {unnamed.code}" if unnamed else "",
        identified=sum(bool(lot.supplier_lot or lot.received) for lot in lots),
        unidentified=next(
            (f"{x.part} lot {x.code}" for x in lots if not (x.supplier_lot or x.received)), ""
        ),
        own=len(own),
        not_own=_first(serials, own),
        batch_parts=tuple(sorted(held.in_batch)),
        exact=len(exact),
        not_exact=_first(serials, exact),
    )


def _first(serials: Mapping[int, str], has: set[int]) -> str:
    """The first unit, in the order of building, that is not among them."""
    without = min((p for p in serials if p not in has), default=None)
    return "" if without is None else serials[without]


def _process_seen(
    looks: Sequence[Look], counts: Mapping[int, int], serials: Mapping[int, str]
) -> ProcessSeen:
    asked = (
        Shows.RESULT,
        Shows.RESULT | Shows.FIXTURES | Shows.CRITICAL,
        Shows.RESULT | Shows.FIXTURES | Shows.CRITICAL | Shows.NUMBERS,
        Shows.RESULT | Shows.FIXTURES | Shows.CRITICAL | Shows.NUMBERS | Shows.ATTACHED,
    )
    found = []
    for wanted in asked:
        have = sum(n for shows, n in counts.items() if shows & wanted == wanted)
        first = ""
        if have < len(looks):
            first = min((x for x in looks if x.shows & wanted != wanted), key=_place).serial
        found.append((have, first))
    return ProcessSeen(len(looks), tuple(found))


def _place(one: Look) -> int:
    return one.position


def _shown(run: RunMade, counts: Mapping[int, int], found: Sequence[Gap], units: int) -> Shown:
    def having(wanted: Shows) -> int:
        return sum(n for shows, n in counts.items() if shows & wanted == wanted)

    missing = any(g.kind.name in ("material_none", "material_missing") for g in found)
    on_batch = run.plan.operations.keys() <= run.batch_operations
    return Shown(
        units=units,
        labelled=having(Shows.LABELLED),
        results=having(Shows.RESULT),
        operations=units if on_batch else having(Shows.OPERATIONS),
        lots=len(run.lots),
        material=bool(run.lots) and not missing,
    )
