"""Gaps of the whole run: those of its units folded together, and those only the run can tell."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from firstoff.rules.execution import SETUP_ITEMS, setup_gaps
from firstoff.rules.trace.batch_record.gathering import Gathered, spans, within
from firstoff.rules.trace.batch_record.kinds import BY_NAME, GapKind
from firstoff.rules.trace.batch_record.units import Shows
from firstoff.rules.trace.batch_record.values import (
    Deviation,
    EquipmentMade,
    LotMade,
    RunMade,
    Span,
)
from firstoff.rules.trace.batch_record.words import about_of
from firstoff.rules.trace.then import Standing, calibration_then
from firstoff.terms import EquipmentKind, Verdict

MOST = 0.5  # what more than half of the units hold belongs to the product
_SETUP_ORDER = {item.key: place for place, item in enumerate(SETUP_ITEMS)}
_GOOD = frozenset({"accepted", "depleted"})


@dataclass(frozen=True, slots=True)
class Gap:
    """Something missing. ``units``: the positions it is about; none where it is about the run.

    ``accepted``: the deviations signed for it; ``open``: whether something is left that nobody
    signed for. ``said``, ``units`` and ``count`` are of what is left, and of all of it once
    everything is accepted."""

    key: str
    kind: GapKind
    said: str
    units: tuple[Span, ...]
    count: int
    open: bool
    accepted: tuple[Deviation, ...] = ()


def gaps(run: RunMade, held: Gathered) -> tuple[Gap, ...]:
    """Every gap of the run, in the order of ``KINDS``."""
    found = {key: set(positions) for key, positions in held.gaps.items()}
    for seq in run.batch_operations:  # done on the batch as a whole
        found.pop(f"operation_missing:{seq}", None)
    for seq, made in run.batch_parameters:  # read once, for all
        found.pop(f"parameter_asked:{seq}:{made.name}", None)
    for key, positions in _of_run(run, held):
        found.setdefault(key, set()).update(positions)
    order = {name: place for place, name in enumerate(BY_NAME)}
    keys = sorted(found, key=lambda key: (order[key.partition(":")[0]], _number(key)))
    return tuple(_gap(run, key, found[key]) for key in keys)


def _gap(run: RunMade, key: str, positions: set[int]) -> Gap:
    kind = BY_NAME[key.partition(":")[0]]
    signed = tuple(d for d in run.deviations if d.gap == key)
    left = positions - {p for d in signed for p in within(d.scope)}
    still = bool(left) if positions else not signed
    shown = left if still else positions
    units = "1 unit" if len(shown) == 1 else f"{len(shown):,} units"
    said = kind.says.format(about=about_of(run, key), units=units)
    return Gap(key, kind, said[:1].upper() + said[1:], spans(shown), len(shown), still, signed)


def _number(key: str) -> tuple[int, str]:
    """Operations and lines of the setup in their order, everything else by name."""
    kind, _, about = key.partition(":")
    if kind == "setup_line":
        return (_SETUP_ORDER[about], "")
    first = about.partition(":")[0]
    return (int(first) if first.isdecimal() else 0, about)


Keyed = Iterator[tuple[str, Iterable[int]]]


def _of_run(run: RunMade, held: Gathered) -> Keyed:
    for item in setup_gaps(run.setup):
        yield f"setup_line:{item.key}", ()
    started = len(held.serials)
    if started < run.planned:
        yield f"units_missing:{run.planned - started}", ()
    yield from _parameters(run, held)
    article = run.first_article
    if run.gated and (article is None or not article[1]):
        yield f"first_article:{article[0] if article else ''}", ()
    yield from _material(run, held)
    yield from _lots(run, held)
    yield from _equipment(run, held)
    for contained in run.contained:
        yield f"containment:{contained.label}", contained.positions
    for code, positions in run.unknown_causes.items():
        yield f"cause_unknown:{code}", positions
    for action in run.actions:
        yield f"action_open:{action.label}", ()
    if run.decides and not run.decided:
        yield "decision:", ()


def _parameters(run: RunMade, held: Gathered) -> Keyed:
    for seq, made in run.batch_parameters:
        if made.outside:
            yield f"parameter_outside:{seq}:{made.name}", held.serials
    of_batch = {(seq, made.name) for seq, made in run.batch_parameters}
    for (seq, name), positions in held.parameters.items():
        if (seq, name) in of_batch or _rare(positions, held):
            continue
        if name in run.plan.parameters.get(seq, ()):
            continue  # asked for by the plan, whatever its neighbours have
        if len(positions) == len(held.serials):
            continue
        # Where the operation itself has no record, that is the gap.
        without = {
            one.position
            for one in held.each()
            if seq in one.done and one.position not in positions
        }
        if without:
            yield f"parameter_missing:{seq}:{name}", without


def _rare(positions: set[int], held: Gathered) -> bool:
    return len(positions) <= MOST * len(held.serials)


def in_batch(run: RunMade) -> frozenset[str]:
    """Parts whose lots are recorded for the batch."""
    return frozenset(lot.part for lot in run.lots.values() if lot.in_batch)


def holding(run: RunMade, held: Gathered) -> dict[str, set[int]]:
    """Which units hold a part themselves, by its number: a lot of it, or one with a serial."""
    found = {part: set(positions) for part, positions in held.parts.items()}
    for key, used in held.lots.items():
        found.setdefault(run.lots[key].part, set()).update(used.positions)
    return found


def _material(run: RunMade, held: Gathered) -> Keyed:
    parts, of_batch = holding(run, held), in_batch(run)
    if held.serials and not parts and not of_batch:
        yield "material_none:", ()
    unfinished = held.gaps.get("result_missing:", set()) | held.showing(Shows.SCRAPPED)
    for part, positions in parts.items():
        if part in of_batch or _rare(positions, held):
            continue
        without = held.serials.keys() - positions - unfinished
        if without:
            yield f"material_missing:{part}", without


def _lots(run: RunMade, held: Gathered) -> Keyed:
    """Lots that were not fit to be used when they were."""
    doubtful = set()
    for key, lot in run.lots.items():
        if lot.batch_at is not None:
            yield from ((f"{name}:{_lot(lot)}", held.serials) for name in wrong(lot, lot.batch_at))
        used = held.lots.get(key)
        if used is not None and not _always_good(lot, used.first, used.last):
            doubtful.add(key)
    for one in held.each() if doubtful else ():
        for key, at, _ in one.lots:
            if key in doubtful:
                for name in wrong(run.lots[key], at):
                    yield f"{name}:{_lot(run.lots[key])}", (one.position,)


def _lot(lot: LotMade) -> str:
    return f"{lot.part}/{lot.code}"


def _always_good(lot: LotMade, first: datetime, last: datetime) -> bool:
    if lot.expires is not None and lot.expires < last.date():
        return False
    decided = [status for at, status in lot.statuses if first < at <= last]
    return lot.status_at(first) in _GOOD and all(status in _GOOD for status in decided)


def wrong(lot: LotMade, at: datetime) -> tuple[str, ...]:
    """Why the lot was not fit to be used then: kinds of gaps."""
    found = []
    if lot.status_at(at) not in _GOOD:
        found.append("lot_status")
    if lot.expires is not None and lot.expires < at.date():
        found.append("lot_expired")
    return tuple(found)


def _equipment(run: RunMade, held: Gathered) -> Keyed:
    for key, used in held.equipment.items():
        machine = run.equipment[key]
        if not unfit(machine, used.first, used.last):
            continue
        # Which of its uses: those after it was due, or all where it was found failing.
        positions = {
            one.position
            for one in held.each()
            for other, at in one.uses
            if other == key and unfit(machine, at, at)
        }
        yield f"equipment_calibration:{machine.code}", positions or used.positions


def standing(machine: EquipmentMade, first: datetime, last: datetime) -> Standing:
    """How equipment stood from its first to its last use in the run. Where no calibration is on
    record, by the date on its page."""
    if not machine.calibrations and machine.due is not None:
        if machine.due < last.date():
            return Standing(Verdict.NOT_MET, f"Due {machine.due}: out of calibration.")
        return Standing(Verdict.MET, f"Due {machine.due}.")
    return calibration_then(machine.kind, machine.calibrations, first, last)


def unfit(machine: EquipmentMade, first: datetime, last: datetime) -> bool:
    """Overdue, found failing, or a gauge that nobody shows to have been calibrated."""
    found = standing(machine, first, last)
    unknown = found.verdict is Verdict.NO_EVIDENCE
    return found.verdict is Verdict.NOT_MET or (
        unknown and EquipmentKind(machine.kind) is EquipmentKind.GAUGE
    )
