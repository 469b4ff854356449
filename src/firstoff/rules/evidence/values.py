"""What a verdict is read from, and what it says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from firstoff.rules.execution import (
    DecisionFacts,
    LeftOut,
    Reading,
    RunFacts,
    UnitState,
)
from firstoff.rules.nonconformity import ActionFacts
from firstoff.rules.plan import BaselineFacts
from firstoff.terms import RunVerdict, Verdict


class Ref(NamedTuple):
    """A record behind a statement: its kind, its outside ID, and how a person calls it."""

    kind: str  # unit, defect, judgement, bar, action, run, baseline, operation, first_article ...
    id: str
    label: str


class Measurement(NamedTuple):
    """One measured value of one characteristic on one unit; None where nothing was measured."""

    unit: int
    value: float | None
    uid: str  # of the test record


class FailedTest(NamedTuple):
    """A test that a unit failed, and did not pass later."""

    unit: int
    test: str  # its name
    ended_at: datetime
    uid: str  # of the test record


@dataclass(frozen=True, slots=True)
class TestFacts:
    """What the test records of a run say. A test alone judges no unit."""

    __test__ = False  # not a test class, whatever pytest thinks of the name

    tested: frozenset[int] = frozenset()  # units with a record that passed or failed
    failed: tuple[FailedTest, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """What a criterion returns (R-1), with everything a later reader needs to check it.

    ``figure`` and ``threshold`` are worded for a table, ``parameters`` hold the numbers behind
    them unrounded, as text, numbers or lists, so that a signed finding can be recomputed.
    """

    kind: str
    title: str
    verdict: Verdict
    figure: str
    threshold: str
    sentence: str
    records: tuple[Ref, ...] = ()
    parameters: Mapping[str, object] = field(default_factory=dict)
    method: str = ""
    subject: str = ""  # which of several: a characteristic, an operation

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.subject}" if self.subject else self.kind


@dataclass(frozen=True)
class PilotEvidence:
    """Everything the verdict on a pilot run is read from.

    ``earlier`` holds the program's pilot runs before this one, in the order built;
    ``measurements`` the first value of each unit for each characteristic the bar asks for;
    ``read`` the readings of the earlier runs and of this one, where they are made already.
    """

    run: RunFacts
    baseline: BaselineFacts
    earlier: tuple[RunFacts, ...] = ()
    actions: tuple[ActionFacts, ...] = ()
    measurements: Mapping[str, tuple[Measurement, ...]] = field(default_factory=dict)
    tests: TestFacts = field(default_factory=TestFacts)
    step_fixes: Mapping[int, str] = field(default_factory=dict)  # operation to proposal
    currency: str = "USD"
    read: tuple[Reading, ...] = field(default=(), compare=False, repr=False)

    @cached_property
    def reading(self) -> Reading:
        held = (r for r in self.read if r.run is self.run)
        return next(held, None) or Reading(self.run)

    @cached_property
    def earlier_readings(self) -> tuple[Reading, ...]:
        held = {id(r.run): r for r in self.read}
        return tuple(held.get(id(run)) or Reading(run) for run in self.earlier)

    @property
    def began_at(self) -> datetime | None:
        """When the batch began: the start of its first unit."""
        return self.reading.first_unit_at


class RunState(StrEnum):
    """Where a run stands; the value is what a person reads."""

    DRAFT = "draft"
    BAR_LOCKED = "bar locked"
    RUNNING = "running"
    COMPLETE = "complete, waiting for a signature"
    HELD = "held"
    SIGNED_OFF = "signed off"


@dataclass(frozen=True, slots=True)
class RateFigures:
    """What the sample says about the process behind it (R-43). Rates are fractions.

    ``over_bar``, ``clean_90`` and ``clean_95`` are None where the bar allows no reject: it then
    names no rate that could be exceeded or shown.
    """

    rejects: int
    judged: int
    rate: float
    lower: float
    upper: float
    bar_rate: float
    over_bar: float | None
    committed: int
    predicted: float
    predicted_median: int
    predicted_lower: int
    predicted_upper: int
    clean_90: int | None
    clean_95: int | None
    interval_method: str = "Clopper-Pearson, two-sided 95\u00a0%"
    prior: str = "Jeffreys, Beta(½, ½)"
    prediction_method: str = "beta-binomial, 90\u00a0%"

    @property
    def expected(self) -> float:
        """Rejects in the committed quantity at the observed rate."""
        return self.rate * self.committed


@dataclass(frozen=True, slots=True)
class MoneyLine:
    what: str
    units: int | None
    amount: float | None


@dataclass(frozen=True, slots=True)
class Money:
    """What a hold saved or a release risks (R-44), from the assumptions locked with the bar.

    ``units`` and ``units_lower`` to ``units_upper`` are always there; amounts only where the bar
    names the costs. ``missing`` says which it does not.
    """

    currency: str
    held: bool
    units: float
    units_lower: int
    units_upper: int
    per_unit: float | None
    at_stake: float | None
    repeat_costs: float | None
    delay_days: int | None
    lines: tuple[MoneyLine, ...]
    missing: tuple[str, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class TryRow:
    """A process at ``rate``: the chance that it passes within 1, 2, 3 ... batches."""

    rate: float
    chances: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Tries:
    """R-46: ``since_change`` counts this batch; ``total`` is over the program."""

    total: int
    since_change: int
    changed_at: datetime | None
    changes: tuple[ActionFacts, ...]
    table: tuple[TryRow, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class CauseBar:
    """One defect code of the Pareto: how many rejects show it, and what is known about it.

    A reject with two codes stands under both, so that shares may add up to more than one.
    """

    code: str
    name: str
    category: str
    rejects: int
    share: float
    cumulative: float  # of all counts, for the line of the chart
    classes: tuple[str, ...]
    causes: tuple[str, ...]
    actions: tuple[ActionFacts, ...]
    units: tuple[Ref, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """Measured time of one operation over the counting units (R-47). Times in minutes."""

    seq: int
    name: str
    standard: float | None
    mean: float
    lower: float | None
    upper: float | None
    n: int
    ratio: float | None
    proposal: str
    jig: str
    slow: bool


@dataclass(frozen=True, slots=True)
class BuildTime:
    """Build time per unit over the sample, in minutes; the interval needs two units."""

    n: int
    mean: float
    lower: float | None
    upper: float | None
    bench: float | None
    standard: float | None


@dataclass(frozen=True, slots=True)
class YieldFigures:
    """First-pass and final yield, always apart (R-48). Counts of the sample."""

    first_good: int
    first_judged: int
    final_good: int
    final_judged: int
    first_lower: float | None
    first_upper: float | None

    @property
    def first_pass(self) -> float | None:
        return self.first_good / self.first_judged if self.first_judged else None

    @property
    def final(self) -> float | None:
        return self.final_good / self.final_judged if self.final_judged else None


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change between two batches shows in the later one: ``3 → 0``."""

    action: ActionFacts
    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class BatchComparison:
    """Two batches of the program beside each other, the earlier first."""

    earlier: str
    later: str
    earlier_rejects: int
    earlier_judged: int
    later_rejects: int
    later_judged: int
    p_value: float
    significant: bool
    sentence: str
    overlap: str
    time_sentence: str
    bar_differences: tuple[str, ...]
    effects: tuple[Effect, ...]


@dataclass(frozen=True, slots=True)
class FixItem:
    """Something to fix before the repeat (R-42), worst first."""

    title: str
    detail: str
    rejects: int
    actions: tuple[ActionFacts, ...]
    code: str = ""


@dataclass(frozen=True, slots=True)
class Caution:
    """What the batch does not prove."""

    title: str
    sentence: str


@dataclass(frozen=True, slots=True)
class RunAssessment:
    """The answer on a run: the verdict, why, and every figure beside it."""

    batch_id: str
    verdict: RunVerdict  # computed; binary
    state: RunState
    settled: bool  # no further unit can change the verdict to sign-off without a new batch
    headline: str
    why: tuple[str, ...]
    findings: tuple[Finding, ...]
    figures: RateFigures | None
    money: Money | None
    tries: Tries | None
    pareto: tuple[CauseBar, ...]
    cause_classes: Mapping[str, int]
    steps: tuple[Step, ...]
    build_time: BuildTime | None
    yields: YieldFigures
    fix_next: tuple[FixItem, ...]
    comparison: BatchComparison | None
    cautions: tuple[Caution, ...]
    sample: tuple[UnitState, ...]
    beyond: tuple[UnitState, ...]
    left_out: tuple[tuple[LeftOut, UnitState], ...]
    corrections: tuple[str, ...]
    deviations: tuple[str, ...]
    bar_differences: tuple[str, ...]
    decision: DecisionFacts | None
    may_sign_off: bool
    may_hold: bool

    @property
    def slow_steps(self) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if step.slow)

    def finding(self, kind: str) -> Finding | None:
        return next((f for f in self.findings if f.kind == kind), None)
