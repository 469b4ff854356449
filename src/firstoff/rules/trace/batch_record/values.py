"""What a batch record is computed from: a unit as it was made, and the run around the units."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from firstoff.rules.plan import BaselineFacts
from firstoff.rules.trace.then import CalibrationFacts
from firstoff.terms import CharacteristicClass, CharacteristicKind, UnitResult

Span = tuple[int, int]  # from and to, by position in the run, both included


@dataclass(frozen=True, slots=True)
class PlanAsks:
    """What the frozen definition asks of every unit.

    ``asked``: characteristics that an operation checks, and every critical one; the others may
    be sampled. ``names``: of operations by number, of characteristics by number. ``parameters``:
    those that an operation asks for, by its number.
    """

    operations: Mapping[int, str]
    asked: Mapping[str, str]
    critical: frozenset[str]
    variable: frozenset[str]  # of those asked: what is a number
    instruction: str
    parameters: Mapping[int, tuple[str, ...]] = field(default_factory=dict)

    def operation(self, seq: int) -> str:
        return f"{seq} {self.operations.get(seq, '')}".strip()


def plan_asks(definition: BaselineFacts) -> PlanAsks:
    checked = {number for o in definition.operations for number in o.characteristics}
    critical = frozenset(
        c.number
        for c in definition.characteristics
        if c.classification is CharacteristicClass.CRITICAL
    )
    variable = frozenset(
        c.number for c in definition.characteristics if c.kind is CharacteristicKind.VARIABLE
    )
    return PlanAsks(
        operations={o.seq: o.name for o in definition.operations},
        asked={
            c.number: c.name
            for c in definition.characteristics
            if c.number in checked or c.number in critical
        },
        critical=critical,
        variable=variable & (checked | critical),
        instruction=definition.instruction,
        parameters={
            o.seq: tuple(one.name for one in asked)
            for o in definition.operations
            if (asked := o.asked)
        },
    )


class ParameterMade(NamedTuple):
    """A reading with the limits it was judged by."""

    name: str
    value: Decimal | None = None
    lower: Decimal | None = None
    upper: Decimal | None = None
    unit: str = ""

    @property
    def outside(self) -> bool:
        if self.value is None:
            return False
        below = self.lower is not None and self.value < self.lower
        return below or (self.upper is not None and self.value > self.upper)


class OperationMade(NamedTuple):
    """The last attempt at an operation. ``equipment``: whether a machine or fixture is named."""

    seq: int
    passed: bool
    equipment: bool
    instruction: str = ""  # digest, where the record names one
    parameters: tuple[ParameterMade, ...] = ()


class MadeTest(NamedTuple):
    """The last test by one procedure. ``passed`` None: it gave no result.

    ``judged``: characteristics with a result; ``values``: those with a number."""

    procedure: str
    passed: bool | None
    judged: frozenset[str] = frozenset()
    values: frozenset[str] = frozenset()
    parametric: bool = False  # any number at all
    attached: bool = False  # a file or picture is kept with it
    tries: int = 1


class LotUse(NamedTuple):
    """A lot in a unit, when it went in and how much of it; 0 where a reel's count is unknown."""

    lot: int
    at: datetime
    millionths: int = 0


class EquipmentUse(NamedTuple):
    equipment: int
    at: datetime


@dataclass(frozen=True, slots=True)
class UnitMade:
    """A unit and what the records hold of it."""

    position: int  # in the run, from 1
    serial: str
    instruction: str = ""
    result: UnitResult = UnitResult.PENDING
    scrapped: bool = False
    conceded: bool = False  # let pass by concession, in a containment
    labelled: bool = False  # a label was scanned back
    operations: tuple[OperationMade, ...] = ()
    tests: tuple[MadeTest, ...] = ()
    lots: tuple[LotUse, ...] = ()
    parts: frozenset[str] = frozenset()  # numbers of serialised parts fitted
    designated: bool = False  # each lot in it names its reference designators
    uses: tuple[EquipmentUse, ...] = ()
    people: tuple[int, ...] = ()  # who built, operated, tested or judged it
    began: datetime | None = None
    ended: datetime | None = None  # its last operation


@dataclass(frozen=True, slots=True)
class LotMade:
    """A lot that the run consumed. ``statuses``: when it was decided, oldest first."""

    code: str
    part: str
    maker: str = ""  # manufacturer and MPN
    supplier: str = ""
    supplier_lot: str = ""  # or date code
    received: str = ""  # delivery note
    status: str = "quarantine"  # now
    statuses: tuple[tuple[datetime, str], ...] = ()
    expires: date | None = None
    in_batch: bool = False  # recorded for the batch, not for its units
    batch_at: datetime | None = None
    batch_quantity: Decimal = Decimal(0)
    measured_in: str = ""  # pieces where nothing is said

    def status_at(self, at: datetime) -> str:
        """How it stood then; as it is where nobody ever decided about it."""
        if not self.statuses:
            return self.status
        earlier = [status for decided, status in self.statuses if decided <= at]
        return earlier[-1] if earlier else "quarantine"


@dataclass(frozen=True, slots=True)
class EquipmentMade:
    """Equipment that made units of the run, with its calibrations, oldest first.

    ``due``: as its page says now, where no calibration is on record."""

    code: str
    name: str
    kind: str
    calibrations: tuple[CalibrationFacts, ...] = ()
    due: date | None = None


class Contained(NamedTuple):
    """An open containment, and the positions of the units it holds."""

    label: str
    title: str
    positions: frozenset[int]


class OpenAction(NamedTuple):
    """A corrective action against this run that is not in force."""

    label: str
    against: str


class Deviation(NamedTuple):
    """A gap accepted by signature, as far as it reached then. No spans: a gap of the run."""

    gap: str
    scope: tuple[Span, ...]
    reason: str
    by: str
    at: datetime
    uid: str = ""
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class RunMade:
    """The run around its units."""

    batch_id: str
    planned: int
    plan: PlanAsks
    decides: bool  # a pilot run, which somebody signs
    decided: bool = False
    gated: bool = True  # a first article opens the rest of the batch
    setup: Mapping[str, str] = field(default_factory=dict)
    first_article: tuple[str, bool] | None = None  # its serial, and whether it passed
    batch_operations: frozenset[int] = frozenset()  # done on the batch as a whole
    batch_parameters: tuple[tuple[int, ParameterMade], ...] = ()  # the last reading of each
    lots: Mapping[int, LotMade] = field(default_factory=dict)
    equipment: Mapping[int, EquipmentMade] = field(default_factory=dict)
    contained: tuple[Contained, ...] = ()
    unknown_causes: Mapping[str, frozenset[int]] = field(default_factory=dict)
    actions: tuple[OpenAction, ...] = ()
    people: Mapping[int, str] = field(default_factory=dict)
    deviations: tuple[Deviation, ...] = ()
