"""What was recorded about a run, as values. Nothing here knows where it is stored.

Facts that come by the thousand (units, judgements, defects, times) are named tuples: a row of a
query becomes one with ``UnitFacts._make(row)``, without a Python call for every field.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from typing import NamedTuple, overload

import numpy as np

from firstoff.errors import Refused
from firstoff.rules.plan import PlanOperation
from firstoff.terms import RunKind, RunVerdict


def moment(at: datetime, zone: tzinfo = UTC) -> str:
    """A time inside a sentence, in the zone of the plant: ``2026-05-08 16:20``."""
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A rule that says no: which, what is missing, and who can lift it.

    ``lift`` is the name under which a quality manager can release it for ``subject`` by
    signature; empty where no signature lifts it.
    """

    code: str  # the rule of the domain: R-35
    message: str
    way_out: str
    lift: str = ""
    subject: str = ""

    def error(self) -> Refused:
        return Refused(
            self.message,
            code=self.code,
            way_out=self.way_out,
            lift=self.lift,
            subject=self.subject,
        )


@dataclass(frozen=True, slots=True)
class Hold:
    """A containment that holds a unit (R-62). ``working``: it is being reworked, so what is done
    to it at operations goes on; it still is not packed, shipped or built in."""

    number: str  # C-0001; empty where none is named
    title: str = ""
    working: bool = False

    def __str__(self) -> str:
        name = f"containment {self.number}" if self.number else "a containment"
        return f"{name} ({self.title})" if self.title else name


@dataclass(frozen=True, slots=True)
class BarCapability:
    characteristic: str  # its number in the baseline
    minimum: Decimal


@dataclass(frozen=True, slots=True)
class Bar:
    """What counts as passing (R-32). ``locked_at`` is None while it is a draft."""

    sample: int  # units that count
    max_rejects: int  # accept number c
    commits: int  # the quantity a pass commits
    max_mean_minutes: Decimal | None = None
    max_unit_minutes: Decimal | None = None
    min_first_pass_yield: Decimal | None = None  # a fraction
    capabilities: tuple[BarCapability, ...] = ()
    reject_definition: str = ""
    bad_unit_cost: Decimal | None = None
    batch_cost: Decimal | None = None
    delay_days: int | None = None
    delay_day_cost: Decimal | None = None
    locked_at: datetime | None = None
    locked_by: str = ""
    uid: str = ""

    @property
    def rate(self) -> float:
        """The reject rate that statements about the bar speak of: c / n."""
        return self.max_rejects / self.sample


class UnitFacts(NamedTuple):
    """A unit as it was when it was started (R-37). ``excluded`` is the reason, or empty."""

    id: int
    uid: str
    serial: str
    position: int  # order of starting, from 1
    started_at: datetime
    operator: str
    builder_class: str
    equipment: str  # its code; empty where none was named
    equipment_class: str
    instruction: str  # digest of the instructions followed
    previous_serial: str
    excluded: str


class JudgementFacts(NamedTuple):
    """One judgement of one unit; rows are in the order they were recorded."""

    id: int
    unit: int
    attempt: int
    fit: str  # pass, fail or empty: not judged
    finish: str
    function: str
    build_seconds: float | None
    supersedes: int | None
    correction_reason: str
    judged_at: datetime | None = None  # as recorded; a correction has that of what it corrects


class DefectFacts(NamedTuple):
    """A defect with the cause that holds now: the latest finding, or unknown."""

    id: int
    uid: str
    unit: int
    judgement: int
    code: str
    name: str
    category: str
    cause_class: str
    cause: str


class OperationTime(NamedTuple):
    """How long one operation took on one unit, at its first attempt."""

    unit: int
    seq: int
    seconds: float


class OperationTimes(Sequence[OperationTime]):
    """Operation times, a column each: sixty thousand of them take two megabytes, nothing has to
    be collected when memory is looked through, and numpy reads them as they are."""

    __slots__ = ("seconds", "seqs", "units")

    def __init__(self, units: "array[int]", seqs: "array[int]", seconds: "array[float]") -> None:
        self.units, self.seqs, self.seconds = units, seqs, seconds

    @classmethod
    def of(cls, rows: Iterable[OperationTime]) -> "OperationTimes":
        """The rows as columns; columns stay what they are."""
        if isinstance(rows, cls):
            return rows
        found = cls(array("q"), array("q"), array("d"))
        for row in rows:
            found.append(*row)
        return found

    def append(self, unit: int, seq: int, seconds: float) -> None:
        """One more, while they are read."""
        self.units.append(unit)
        self.seqs.append(seq)
        self.seconds.append(seconds)

    def __len__(self) -> int:
        return len(self.units)

    @overload
    def __getitem__(self, place: int) -> OperationTime: ...
    @overload
    def __getitem__(self, place: slice) -> "OperationTimes": ...
    def __getitem__(self, place: int | slice) -> "OperationTime | OperationTimes":
        if isinstance(place, slice):
            return OperationTimes(self.units[place], self.seqs[place], self.seconds[place])
        return OperationTime(self.units[place], self.seqs[place], self.seconds[place])

    def __iter__(self) -> Iterator[OperationTime]:
        return map(OperationTime, self.units, self.seqs, self.seconds)

    def __add__(self, later: "OperationTimes") -> "OperationTimes":
        return OperationTimes(
            self.units + later.units, self.seqs + later.seqs, self.seconds + later.seconds
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, OperationTimes):
            return NotImplemented
        same = (self.units, self.seqs) == (other.units, other.seqs)
        return same and np.array_equal(self.seconds, other.seconds)

    __hash__ = None  # type: ignore[assignment]  # mutable


@dataclass(frozen=True, slots=True)
class FirstArticleFacts:
    """The latest first article inspection of a run."""

    uid: str
    serial: str
    passed: bool
    checked: int
    conforming: int
    judged_at: datetime


@dataclass(frozen=True, slots=True)
class DecisionFacts:
    """What was signed about a run."""

    decision: RunVerdict
    by: str
    at: datetime
    reason: str = ""
    uid: str = ""


@dataclass(frozen=True, slots=True)
class ReleaseFacts:
    """A refusal lifted by signature, for one subject (R-35)."""

    lift: str
    subject: str
    reason: str
    by: str
    at: datetime
    uid: str = ""


@dataclass(frozen=True, slots=True)
class RunFacts:
    """A run with everything recorded about it."""

    id: int
    batch_id: str
    kind: RunKind
    number: int
    baseline: str  # its digest
    instruction: str  # digest of the instructions in that baseline
    planned_quantity: int
    line: str
    operations: tuple[int, ...] = ()  # of the plan in that baseline, by their numbers
    bar: Bar | None = None
    bench_minutes: Decimal | None = None
    repeat_of: str = ""  # batch ID
    decision: DecisionFacts | None = None
    first_article: FirstArticleFacts | None = None
    units: tuple[UnitFacts, ...] = ()
    judgements: tuple[JudgementFacts, ...] = ()
    defects: tuple[DefectFacts, ...] = ()
    times: Sequence[OperationTime] = ()
    releases: tuple[ReleaseFacts, ...] = ()
    uid: str = ""
    zone: tzinfo = UTC  # of the site, for times in sentences


@dataclass(frozen=True, slots=True)
class EquipmentFacts:
    code: str
    name: str
    equipment_class: str
    calibration_due: date | None = None
    retired_at: datetime | None = None
    max_uses: int | None = None  # its life, where it is counted
    uses: int = 0


@dataclass(frozen=True, slots=True)
class TrainingFacts:
    """A training of the person who records."""

    skill: str
    valid_from: date
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class KnownSerial:
    """A serial that exists already for the part."""

    serial: str
    batch_id: str
    result: str = ""  # rejected, good: what became of it there


@dataclass(frozen=True, slots=True)
class StartFacts:
    """What decides whether a unit may be started. ``counts``: whether this one would count."""

    batch_id: str
    serial: str
    started_at: datetime
    bar_locked_at: datetime | None
    counts: bool
    counting_started: int  # units of the run that count, started so far
    first_article: FirstArticleFacts | None = None
    decision: DecisionFacts | None = None
    known: KnownSerial | None = None
    lifted: frozenset[tuple[str, str]] = frozenset()  # (lift, subject) released by signature
    zone: tzinfo = UTC


@dataclass(frozen=True, slots=True)
class RouteFacts:
    """What decides whether an operation may be recorded on a unit.

    ``done`` holds what is recorded: (attempt, seq) to ``pass`` or ``fail``.
    """

    serial: str
    operations: tuple[PlanOperation, ...]
    seq: int
    attempt: int = 1
    done: Mapping[tuple[int, int], str] = field(default_factory=dict)
    lifted: frozenset[tuple[str, str]] = frozenset()
