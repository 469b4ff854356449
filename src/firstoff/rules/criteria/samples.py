"""Small evidence for the examples of the criteria: their tests and their reference page."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from firstoff.rules.criteria.base import GateEvidence, PilotStanding
from firstoff.rules.evidence import FailedTest, Measurement, PilotEvidence, RunState, TestFacts
from firstoff.rules.execution import (
    Bar,
    BarCapability,
    DecisionFacts,
    DefectFacts,
    FirstArticleFacts,
    JudgementFacts,
    RunFacts,
    UnitFacts,
)
from firstoff.rules.nonconformity import ActionFacts, DesignDefect
from firstoff.rules.plan import BaselineFacts, PlanOperation, instruction_digest
from firstoff.rules.product import CharacteristicFacts
from firstoff.rules.release import SMALL_BATCH, STATEMENT, GateDecisionFacts, StatementFacts
from firstoff.terms import (
    CharacteristicClass,
    CharacteristicKind,
    RunKind,
    RunVerdict,
)

LOCKED = datetime(2026, 5, 8, 15, 20, tzinfo=UTC)
BEGAN = datetime(2026, 5, 11, 7, 23, tzinfo=UTC)
_OPERATIONS = (
    PlanOperation(10, "Fit the seal ring", Decimal("1.5"), "Press it in.", jig="J-01"),
    PlanOperation(20, "Seat the lid", Decimal("2.5"), "Turn it home.", jig_not_needed=True),
)
_GAPS = (_OPERATIONS[0], PlanOperation(20, "Seat the lid"))
_CLEARANCE = CharacteristicFacts(
    "3",
    "Lid clearance",
    CharacteristicKind.VARIABLE,
    CharacteristicClass.CRITICAL,
    Decimal("0.60"),
    Decimal("0.30"),
    Decimal("0.90"),
    "mm",
    "Gap gauge",
)
BAR = Bar(
    sample=20,
    max_rejects=1,
    commits=1000,
    max_mean_minutes=Decimal(7),
    min_first_pass_yield=Decimal("0.9"),
    capabilities=(BarCapability("3", Decimal("1.33")),),
    bad_unit_cost=Decimal("61.40"),
    batch_cost=Decimal(1640),
    delay_days=7,
    delay_day_cost=Decimal(0),
    locked_at=LOCKED,
    locked_by="Quality manager",
    uid="bar-1",
)


def frozen(*, gaps: bool = False) -> BaselineFacts:
    operations = _GAPS if gaps else _OPERATIONS
    return BaselineFacts(
        digest="7c19e0a4" * 8,
        instruction=instruction_digest(operations),
        part="CC-1",
        part_name="Counter crock",
        revision="C",
        plan="1",
        operations=operations,
        characteristics=(_CLEARANCE,),
    )


def run(
    batch_id: str = "CC1-P1",
    *,
    number: int = 1,
    units: int = 20,
    rejects: int = 0,
    bar: Bar | None = BAR,
    began: datetime = BEGAN,
    build_minutes: float | None = 6,
    equipment_class: str = "production",
    builder_class: str = "line",
    cause_class: str = "process",
    first_article: bool | None = True,
    decision: RunVerdict | None = None,
    key: int = 0,
    untimed: int = 0,
) -> RunFacts:
    """A pilot run of ``units``, of which the first ``rejects`` fail for fit with code D-101.

    The first ``untimed`` have no build time.
    """
    ids = range(key + 1, key + units + 1)
    instruction = frozen().instruction
    seconds = None if build_minutes is None else build_minutes * 60.0
    bad = {unit for unit in ids if unit - key <= rejects}
    serials = {unit: f"{batch_id}-{unit - key:03}" for unit in ids}
    return RunFacts(
        id=number,
        batch_id=batch_id,
        kind=RunKind.PILOT,
        number=number,
        baseline=frozen().digest,
        instruction=instruction,
        planned_quantity=20,
        line="Line 2",
        operations=tuple(o.seq for o in _OPERATIONS),
        bar=bar,
        bench_minutes=Decimal(4),
        uid=f"run-{number}",
        units=tuple(
            UnitFacts(
                unit,
                f"unit-{unit}",
                serials[unit],
                unit - key,
                began + timedelta(minutes=20 * (unit - key - 1)),
                "Operator",
                builder_class,
                "L2",
                equipment_class,
                instruction,
                "",
                "",
            )
            for unit in ids
        ),
        judgements=tuple(
            JudgementFacts(
                unit,
                unit,
                1,
                "fail" if unit in bad else "pass",
                "pass",
                "pass",
                seconds if unit - key > untimed else None,
                None,
                "",
            )
            for unit in ids
        ),
        defects=tuple(
            DefectFacts(
                unit,
                f"defect-{unit}",
                unit,
                unit,
                "D-101",
                "Lid does not seat",
                "fit",
                cause_class,
                "" if cause_class == "unknown" else "The mating faces foul.",
            )
            for unit in sorted(bad)
        ),
        first_article=None
        if first_article is None or not units
        else FirstArticleFacts(
            "first-article-1",
            serials[key + 1],
            first_article,
            38,
            38 if first_article else 36,
            began,
        ),
        decision=None
        if decision is None
        else DecisionFacts(decision, "Ada", began + timedelta(days=1), uid="decision-1"),
    )


def pilot(
    *,
    units: int = 20,
    rejects: int = 0,
    bar: Bar | None = BAR,
    locked_after: timedelta | None = None,
    build_minutes: float | None = 6,
    equipment_class: str = "production",
    cause_class: str = "process",
    first_article: bool | None = True,
    spread: float | None = 0.03,
    untimed: int = 0,
) -> PilotEvidence:
    """A first pilot run. ``spread`` is that of the measured lid clearance, None: not measured."""
    began = BEGAN if locked_after is None else LOCKED - locked_after
    made = run(
        units=units,
        rejects=rejects,
        bar=bar,
        began=began,
        build_minutes=build_minutes,
        equipment_class=equipment_class,
        cause_class=cause_class,
        first_article=first_article,
        untimed=untimed,
    )
    return PilotEvidence(
        run=made, baseline=frozen(), measurements=_clearances(made, spread), currency="GBP"
    )


def with_tests(*, failed: int = 0) -> PilotEvidence:
    """A first pilot run without rejects, tested; the last ``failed`` units failed."""
    evidence = pilot()
    units = evidence.run.units
    bad = units[len(units) - failed :]
    tests = TestFacts(
        frozenset(u.id for u in units),
        tuple(FailedTest(u.id, "Leak test", BEGAN, f"test-{u.position}") for u in bad),
    )
    return replace(evidence, tests=tests)


def repeat(
    *, units: int = 20, rejects: int = 1, in_force: bool = True, spread: float | None = 0.03
) -> PilotEvidence:
    """A second pilot run after a first that was held for five rejects."""
    began = BEGAN + timedelta(days=7)
    held = run(rejects=5, decision=RunVerdict.HOLD, key=100)
    made = run("CC1-P2", number=2, units=units, rejects=rejects, began=began)
    action = ActionFacts(
        1,
        "action-1",
        11,
        "CC1-P1",
        "D-101",
        "process",
        "Relief skim on the lid mating face",
        began - timedelta(days=4) if in_force else None,
    )
    return PilotEvidence(
        run=made,
        baseline=frozen(),
        earlier=(held,),
        actions=(action,),
        measurements=_clearances(made, spread),
        currency="GBP",
    )


def _clearances(made: RunFacts, spread: float | None) -> dict[str, tuple[Measurement, ...]]:
    if spread is None:
        return {}
    values = (
        Measurement(unit.id, 0.6 + spread * ((unit.position % 5) - 2), f"test-{unit.position}")
        for unit in made.units
    )
    return {"3": tuple(values)}


def gate(
    number: int,
    *,
    stated: bool | None = None,
    passed: int | None = None,
    baseline: bool = True,
    gaps: bool = False,
    pilot: RunVerdict | None = None,
    design_defect: bool = False,
) -> GateEvidence:
    """A gate whose earlier gates up to ``passed`` are passed (all of them unless told)."""
    spec = SMALL_BATCH.gate(number)
    before = number - 1 if passed is None else passed
    made = run()
    return GateEvidence(
        spec=spec,
        statements={}
        if stated is None
        else {
            c.name: StatementFacts(
                number, c.name, stated, "Report QR-031", "Ada", BEGAN, f"statement-{c.key}"
            )
            for c in spec.criteria
            if c.kind == STATEMENT
        },
        decisions={
            n: GateDecisionFacts(n, 1, True, "", "Ada", LOCKED, uid=f"gate-{n}")
            for n in range(1, before + 1)
        },
        baseline=frozen(gaps=gaps) if baseline else None,
        pilot=None if pilot is None else _standing(pilot),
        design_defects=(DesignDefect("CC1-P1", "D-101", "Lid does not seat", made.units[:1]),)
        if design_defect
        else (),
        pilot_units=20 if design_defect else 0,
    )


def _standing(decision: RunVerdict) -> PilotStanding:
    signed_off = decision is RunVerdict.SIGN_OFF
    return PilotStanding(
        batch_id="CC1-P2",
        uid="run-2",
        baseline=frozen().digest,
        state=RunState.SIGNED_OFF if signed_off else RunState.HELD,
        computed=decision,
        headline="Yes. Signed off." if signed_off else "No. Hold.",
        sentence="5 of 20 units were rejected.",
        decision=DecisionFacts(decision, "Ada", BEGAN + timedelta(days=8)),
    )
