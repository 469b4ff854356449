"""The units of a run: what became of each, which of them count, and why the others do not."""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from threading import Lock
from typing import Any
from zoneinfo import ZoneInfo

from firstoff.errors import InvalidInput
from firstoff.formats.exports import Value
from firstoff.queries import ledger
from firstoff.queries.execution.kept import readings
from firstoff.queries.execution.runs import RunView
from firstoff.rules.execution import DefectFacts, Reading, UnitState
from firstoff.terms import UnitResult

ALL, REJECTS, NOT_COUNTING, PENDING = "", "rejects", "not-counting", "pending"
FILTERS = (ALL, REJECTS, NOT_COUNTING, PENDING)
SORTS = ("order", "-order", "serial", "-serial", "time", "-time", "result", "-result")
_KEPT = 8  # runs kept read at a time; ten thousand units take some 20 MB


@dataclass(frozen=True, slots=True)
class DefectRow:
    code: str
    name: str
    category: str
    cause_class: str
    cause: str
    uid: str


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit as the table shows it. ``beyond``: it counts, but comes after the n of the bar."""

    serial: str
    position: int
    started_at: datetime
    operator: str
    equipment: str
    first: UnitResult
    final: UnitResult
    fit: str
    finish: str
    function: str
    build_seconds: float | None
    over_time: bool
    attempts: int
    corrected: bool
    counts: bool
    beyond: bool
    reasons: tuple[str, ...]
    defects: tuple[DefectRow, ...]
    uid: str


@dataclass(frozen=True, slots=True)
class UnitsPage:
    """One page; ``total`` of what was asked for, ``counts`` by filter over the whole run."""

    items: tuple[UnitRow, ...]
    total: int
    counts: Mapping[str, int]
    version: int


class _Sorted:
    """A run read once: its units by filter, in the order they were started."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading

    @cached_property
    def reasons(self) -> dict[int, tuple[str, ...]]:
        return {left.unit.id: left.reasons for left in self.reading.counted.left_out}

    @cached_property
    def beyond(self) -> frozenset[int]:
        return frozenset(unit.id for unit in self.reading.counted.beyond)

    @cached_property
    def states(self) -> list[UnitState]:
        found = self.reading.states
        return [found[unit.id] for unit in self.reading.run.units]

    @cached_property
    def defects(self) -> dict[int, list[DefectFacts]]:
        found: dict[int, list[DefectFacts]] = {}
        for defect in self.reading.defects:
            found.setdefault(defect.unit, []).append(defect)
        return found

    @cached_property
    def by_filter(self) -> dict[str, list[UnitState]]:
        return {
            ALL: self.states,
            REJECTS: [s for s in self.states if s.first is UnitResult.REJECT],
            NOT_COUNTING: [s for s in self.states if s.unit.id in self.reasons],
            PENDING: [s for s in self.states if s.first is UnitResult.PENDING],
        }

    def row(self, state: UnitState) -> UnitRow:
        unit = state.unit
        reasons = self.reasons.get(unit.id, ())
        return UnitRow(
            serial=unit.serial,
            position=unit.position,
            started_at=unit.started_at,
            operator=unit.operator,
            equipment=unit.equipment,
            first=state.first,
            final=state.final,
            fit=state.fit,
            finish=state.finish,
            function=state.function,
            build_seconds=state.build_seconds,
            over_time=state.over_time,
            attempts=state.attempts,
            corrected=state.corrected,
            counts=not reasons,
            beyond=unit.id in self.beyond,
            reasons=reasons,
            defects=tuple(_defect(d) for d in self.defects.get(unit.id, ())),
            uid=unit.uid,
        )


# Records are append-only: what was read at an entry of the ledger stays true of it.
_cache: OrderedDict[tuple[str, int], _Sorted] = OrderedDict()
_lock = Lock()


def _sorted(run: RunView) -> tuple[_Sorted, int]:
    """The run read at the program's newest entry. One query where nothing has changed."""
    key = (run.uid, ledger.version(run.program_id))
    with _lock:
        held = _cache.get(key)
        if held is not None:
            _cache.move_to_end(key)
            return held, key[1]
    held = _Sorted(readings([run.id], upto=key[1])[0])
    with _lock:
        for old in [k for k in _cache if k[0] == run.uid]:
            del _cache[old]  # an older reading of the same run
        _cache[key] = held
        while len(_cache) > _KEPT:
            _cache.popitem(last=False)
    return held, key[1]


def forget() -> None:
    """Read everything anew the next time."""
    with _lock:
        _cache.clear()


def reading(run: RunView) -> Reading:
    """The run as the rules of counting read it. One query where nothing has changed."""
    return _sorted(run)[0].reading


def units(
    run: RunView,
    *,
    show: str = ALL,
    search: str = "",
    sort: str = "order",
    offset: int = 0,
    limit: int = 50,
) -> UnitsPage:
    """One page of the run's units. At most thirteen queries, one where nothing has changed.

    show: ``rejects``, ``not-counting``, ``pending``, or empty for all. search: part of a serial.
    sort: ``order`` of starting, ``serial``, ``time``, ``result``; with a minus the other way.
    """
    found, version = _sorted(run)
    wanted = _wanted(found, show, search, sort)
    return UnitsPage(
        items=tuple(found.row(s) for s in wanted[offset : offset + limit]),
        total=len(wanted),
        counts={name: len(states) for name, states in found.by_filter.items()},
        version=version,
    )


def unit(run: RunView, serial: str) -> UnitRow | None:
    """One unit of the run; None where it is not started."""
    found, _ = _sorted(run)
    state = next((s for s in found.states if s.unit.serial == serial), None)
    return None if state is None else found.row(state)


def _wanted(found: _Sorted, show: str, search: str, sort: str) -> list[UnitState]:
    if show not in FILTERS:
        raise InvalidInput(
            f"Units are not shown by {show!r}; expected {', '.join(f for f in FILTERS if f)}.",
            field="show",
        )
    states = found.by_filter[show]
    if search:
        text = search.strip().casefold()
        states = [s for s in states if text in s.unit.serial.casefold()]
    name = sort.removeprefix("-")
    if sort not in SORTS:
        raise InvalidInput(f"Units are not sorted by {sort!r}.", field="sort")
    if sort == "order":
        return states
    return sorted(states, key=_KEYS[name], reverse=sort.startswith("-"))


_RESULTS = {UnitResult.REJECT: 0, UnitResult.PENDING: 1, UnitResult.GOOD: 2}
_KEYS: Mapping[str, Callable[[UnitState], Any]] = {
    "order": lambda s: s.unit.position,
    "serial": lambda s: s.unit.serial,
    "time": lambda s: (s.build_seconds is None, s.build_seconds or 0.0),
    "result": lambda s: _RESULTS[s.first],
}


def _defect(found: DefectFacts) -> DefectRow:
    return DefectRow(
        found.code, found.name, found.category, found.cause_class, found.cause, found.uid
    )


EXPORT_HEADER = (
    "serial",
    "order",
    "started_at",
    "operator",
    "equipment",
    "first_result",
    "final_result",
    "fit",
    "finish",
    "function",
    "build_minutes",
    "defects",
    "causes",
    "attempts",
    "corrected",
    "counts",
    "why_not",
)


def export(
    run: RunView, *, show: str = ALL, search: str = "", sort: str = "order"
) -> Iterator[tuple[Value, ...]]:
    """The rows of the table exactly as shown, all pages of it, times in the site's zone."""
    # Asked before the first row is sent: a download that has begun can no longer be refused.
    found, _ = _sorted(run)
    return _rows(found, _wanted(found, show, search, sort), ZoneInfo(run.time_zone))


def _rows(found: _Sorted, states: list[UnitState], zone: ZoneInfo) -> Iterator[tuple[Value, ...]]:
    for state in states:
        row = found.row(state)
        spent = None if row.build_seconds is None else round(row.build_seconds / 60, 4)
        causes = dict.fromkeys(d.cause_class for d in row.defects)
        yield (
            row.serial,
            row.position,
            row.started_at.astimezone(zone),
            row.operator,
            row.equipment,
            row.first.value,
            row.final.value,
            row.fit,
            row.finish,
            row.function,
            spent,
            "; ".join(d.code for d in row.defects),
            "; ".join(causes),
            row.attempts,
            "yes" if row.corrected else "",
            "beyond the sample" if row.beyond else "yes" if row.counts else "no",
            "; ".join(row.reasons),
        )
