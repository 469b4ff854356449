"""The registry of gate criteria: one file per kind, one line here.

Menus, the reference page and the tests are built from it. The order is that of the verdict.
"""

from collections.abc import Mapping
from datetime import datetime

from firstoff.errors import InvalidInput
from firstoff.rules.criteria.actions_in_force_before_batch import ActionsInForceBeforeBatch
from firstoff.rules.criteria.alternates_stocked import AlternatesStocked
from firstoff.rules.criteria.bar_locked_before_first_unit import BarLockedBeforeFirstUnit
from firstoff.rules.criteria.base import (
    Answer,
    Criterion,
    Example,
    GateCriterion,
    GateEvidence,
    PilotStanding,
    RunCriterion,
)
from firstoff.rules.criteria.build_time_within_bar import BuildTimeWithinBar
from firstoff.rules.criteria.capability_within_bar import CapabilityWithinBar
from firstoff.rules.criteria.compliance_declared import ComplianceDeclared
from firstoff.rules.criteria.counting_units_complete import CountingUnitsComplete
from firstoff.rules.criteria.design_frozen import DesignFrozen
from firstoff.rules.criteria.dfm_findings_closed import DfmFindingsClosed
from firstoff.rules.criteria.earlier_gates_passed import EarlierGatesPassed
from firstoff.rules.criteria.first_article_passed import FirstArticlePassed
from firstoff.rules.criteria.first_pass_yield_within_bar import FirstPassYieldWithinBar
from firstoff.rules.criteria.instructions_cover_every_operation import (
    InstructionsCoverEveryOperation,
)
from firstoff.rules.criteria.jigs_named import JigsNamed
from firstoff.rules.criteria.lines_covered import LinesCovered
from firstoff.rules.criteria.no_failed_test_counted_good import NoFailedTestCountedGood
from firstoff.rules.criteria.no_open_design_defect import (
    NoOpenDesignDefect,
    NoOpenDesignDefectAtGate,
)
from firstoff.rules.criteria.no_unknown_causes import NoUnknownCauses
from firstoff.rules.criteria.package_complete import PackageComplete
from firstoff.rules.criteria.pilot_run_signed_off import PilotRunSignedOff
from firstoff.rules.criteria.process_changed_since_last_try import ProcessChangedSinceLastTry
from firstoff.rules.criteria.production_intent_material import ProductionIntentMaterial
from firstoff.rules.criteria.queries_answered import QueriesAnswered
from firstoff.rules.criteria.rejects_within_bar import RejectsWithinBar
from firstoff.rules.criteria.standard_times_known import StandardTimesKnown
from firstoff.rules.criteria.statement import Statement
from firstoff.rules.criteria.terms_fit import TermsFit
from firstoff.rules.criteria.tolerances_held import TolerancesHeld
from firstoff.rules.criteria.tolerances_stated import TolerancesStated
from firstoff.rules.criteria.verdict import assess_run
from firstoff.rules.evidence import Finding, PilotEvidence, RunAssessment
from firstoff.rules.release import (
    EARLIER_GATES,
    STATEMENT,
    CriterionSpec,
    Difference,
    GateLook,
    WaiverFacts,
    differences,
    gate_state,
    open_gates,
    with_waivers,
)
from firstoff.terms import GateState, Verdict

RUN_CRITERIA: tuple[RunCriterion, ...] = (
    BarLockedBeforeFirstUnit(),
    CountingUnitsComplete(),
    RejectsWithinBar(),
    BuildTimeWithinBar(),
    FirstPassYieldWithinBar(),
    CapabilityWithinBar(),
    FirstArticlePassed(),
    NoFailedTestCountedGood(),
    NoUnknownCauses(),
    NoOpenDesignDefect(),
    ActionsInForceBeforeBatch(),
    ProcessChangedSinceLastTry(),
)
GATE_CRITERIA: tuple[GateCriterion, ...] = (
    Statement(),
    TolerancesStated(),
    QueriesAnswered(),
    PackageComplete(),
    LinesCovered(),
    AlternatesStocked(),
    TermsFit(),
    ComplianceDeclared(),
    DfmFindingsClosed(),
    TolerancesHeld(),
    ProductionIntentMaterial(),
    DesignFrozen(),
    NoOpenDesignDefectAtGate(),
    PilotRunSignedOff(),
    InstructionsCoverEveryOperation(),
    JigsNamed(),
    StandardTimesKnown(),
    EarlierGatesPassed(),
)
CRITERIA: tuple[Criterion, ...] = (*RUN_CRITERIA, *GATE_CRITERIA)

_RUN: Mapping[str, RunCriterion] = {c.kind: c for c in RUN_CRITERIA}
_GATE: Mapping[str, GateCriterion] = {c.kind: c for c in GATE_CRITERIA}


def run_verdict(evidence: PilotEvidence) -> RunAssessment:
    """The verdict on a pilot run, with its findings and every figure beside it."""
    return assess_run(evidence, RUN_CRITERIA)


def assess(evidence: GateEvidence) -> tuple[Finding, ...]:
    """The findings of a gate, in the order of its template.

    Criteria of the run are taken from the verdict on the latest pilot run; one that this run's bar
    does not ask for gives no finding. A statement that records decide is decided by them.
    """
    found: list[Finding] = []
    stated = {f"{f.kind}:{f.subject}": f for f in _GATE[STATEMENT].judge(evidence)}
    for spec in evidence.spec.criteria:
        if spec.kind == STATEMENT:
            found.extend(by_records(spec, evidence) or (stated[spec.name],))
        elif spec.kind in _GATE:
            found.extend(_GATE[spec.kind].judge(evidence))
        elif spec.kind in _RUN:
            found.extend(_of_pilot(_RUN[spec.kind], evidence.pilot))
        else:
            raise InvalidInput(f"The template asks for {spec.kind}, which is no criterion.")
    return tuple(found)


def by_records(spec: CriterionSpec, evidence: GateEvidence) -> tuple[Finding, ...]:
    """What records find of a statement; empty where none can decide it."""
    return _GATE[spec.computed].judge(evidence) if spec.computed else ()


def _of_pilot(criterion: RunCriterion, pilot: PilotStanding | None) -> tuple[Finding, ...]:
    if pilot is not None:
        return tuple(f for f in pilot.findings if f.kind == criterion.kind)
    answer = Answer(Verdict.NO_EVIDENCE, "no run", "", "There is no pilot run yet.")
    return (criterion.finding(answer),)


def look(evidence: GateEvidence, waivers: tuple[WaiverFacts, ...], *, now: datetime) -> GateLook:
    """A gate as it reads now: findings, waivers, state, and what differs from its decision."""
    spec = evidence.spec
    findings = with_waivers(
        spec, assess(evidence), waivers, now=now, unwaivable=_unwaivable(evidence)
    )
    decision = evidence.decisions.get(spec.number)
    state = gate_state(spec, evidence.decisions)
    changed: tuple[Difference, ...] = ()
    if decision is not None and state is GateState.PASSED:
        changed = differences(decision, findings)
    return GateLook(spec, state, findings, decision, changed)


def _unwaivable(evidence: GateEvidence) -> frozenset[str]:
    """No waiver leads past an open hard gate (R-5)."""
    waiting = open_gates(evidence.spec, evidence.decisions)
    return frozenset({EARLIER_GATES}) if evidence.hard_gates & set(waiting) else frozenset()


__all__ = [
    "CRITERIA",
    "GATE_CRITERIA",
    "RUN_CRITERIA",
    "Answer",
    "Criterion",
    "Example",
    "GateCriterion",
    "GateEvidence",
    "PilotStanding",
    "RunCriterion",
    "assess",
    "assess_run",
    "by_records",
    "look",
    "run_verdict",
]
