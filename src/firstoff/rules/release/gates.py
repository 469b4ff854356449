"""The road: gates of a template, waivers, decisions, and how they read today (R-1 to R-5)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo

from firstoff.errors import InvalidInput, Refused
from firstoff.rules.evidence import Finding
from firstoff.rules.evidence.words import counted, listed
from firstoff.rules.execution import moment
from firstoff.rules.release.templates import EARLIER_GATES, STATEMENT, CriterionSpec, GateSpec
from firstoff.terms import GateState, Verdict


@dataclass(frozen=True, slots=True)
class StatementFacts:
    """A criterion that no record decides, stated by a person; the latest holds."""

    gate: int
    criterion: str  # statement:tooling
    holds: bool
    evidence: str
    by: str
    at: datetime
    uid: str = ""


@dataclass(frozen=True, slots=True)
class WaiverFacts:
    """One criterion set aside: by whom, why, until when (R-3)."""

    gate: int
    criterion: str
    reason: str
    by: str
    at: datetime
    expires_at: datetime
    uid: str = ""

    def active(self, now: datetime) -> bool:
        return now < self.expires_at


@dataclass(frozen=True, slots=True)
class StoredFinding:
    """A finding as it was when a gate was decided."""

    key: str
    title: str
    verdict: Verdict
    sentence: str


@dataclass(frozen=True, slots=True)
class GateDecisionFacts:
    """A signed decision on a gate, with what was computed then (R-2)."""

    gate: int
    number: int
    passed: bool
    reason: str
    by: str
    at: datetime
    findings: tuple[StoredFinding, ...] = ()
    baseline: str = ""
    uid: str = ""


@dataclass(frozen=True, slots=True)
class GateFinding:
    """A finding at a gate, with the waivers on it. ``verdict`` is what counts here."""

    finding: Finding
    verdict: Verdict
    waivable: bool
    waiver: WaiverFacts | None = None  # in force
    expired: tuple[WaiverFacts, ...] = ()

    @property
    def stops(self) -> bool:
        return self.verdict in (Verdict.NOT_MET, Verdict.NO_EVIDENCE)


@dataclass(frozen=True, slots=True)
class Difference:
    """A criterion that reads differently today than when the gate was decided."""

    key: str
    title: str
    then: Verdict | None  # None: the criterion was not asked for then
    now: Verdict | None
    sentence: str


@dataclass(frozen=True, slots=True)
class GateLook:
    """A gate as it reads now, beside what was decided."""

    spec: GateSpec
    state: GateState
    findings: tuple[GateFinding, ...]
    decision: GateDecisionFacts | None = None
    differences: tuple[Difference, ...] = ()

    @property
    def stops(self) -> tuple[GateFinding, ...]:
        return tuple(found for found in self.findings if found.stops)

    @property
    def may_pass(self) -> bool:
        return not self.stops

    @property
    def headline(self) -> str:
        """``Closed: 3 not met, 2 without evidence`` or what was decided."""
        if self.state is GateState.PASSED:
            return "Passed" if not self.differences else "Passed; would read differently today"
        return "Ready to sign" if self.may_pass else f"Closed: {stops_in_words(self.findings)}"


def stops_in_words(findings: Iterable[GateFinding]) -> str:
    """``3 not met, 2 without evidence``."""
    verdicts = [found.verdict for found in findings]
    not_met, none = verdicts.count(Verdict.NOT_MET), verdicts.count(Verdict.NO_EVIDENCE)
    parts = [f"{not_met} not met"] if not_met else []
    return ", ".join([*parts, *([f"{none} without evidence"] if none else [])]) or "nothing open"


def with_waivers(
    spec: GateSpec,
    findings: Iterable[Finding],
    waivers: Iterable[WaiverFacts],
    *,
    now: datetime,
    unwaivable: frozenset[str] = frozenset(),
) -> tuple[GateFinding, ...]:
    """The findings of a gate with its waivers (R-3). A waiver changes only what stops.

    unwaivable: kinds that cannot be waived just now, beside those that never can.
    """
    hard = {c.name for c in spec.criteria if c.hard} | unwaivable
    mine = [w for w in waivers if w.gate == spec.number]
    found = []
    for finding in findings:
        own = [w for w in mine if w.criterion in (finding.key, finding.kind)]
        waivable = finding.kind not in hard and finding.key not in hard
        stops = finding.verdict in (Verdict.NOT_MET, Verdict.NO_EVIDENCE)
        live = [w for w in own if w.active(now)]
        waiver = live[-1] if live and waivable else None
        found.append(
            GateFinding(
                finding,
                Verdict.WAIVED if waiver is not None and stops else finding.verdict,
                waivable and stops,
                waiver,
                tuple(w for w in own if not w.active(now)),
            )
        )
    return tuple(found)


def gate_state(spec: GateSpec, decisions: Mapping[int, GateDecisionFacts]) -> GateState:
    """Where a gate stands. decisions: the latest decision by gate number."""
    decision = decisions.get(spec.number)
    if decision is not None:
        return GateState.PASSED if decision.passed else GateState.HELD
    earlier = range(1, spec.number)
    if all(number in decisions and decisions[number].passed for number in earlier):
        return GateState.OPEN
    return GateState.NOT_REACHED


def differences(
    decision: GateDecisionFacts, findings: Sequence[GateFinding]
) -> tuple[Difference, ...]:
    """What a passed gate would read differently today (R-2). The decision itself stays."""
    then = {found.key: found for found in decision.findings}
    now = {found.finding.key: found for found in findings}
    changed = []
    for key in dict.fromkeys([*then, *now]):
        before, after = then.get(key), now.get(key)
        was = None if before is None else before.verdict
        reads = None if after is None else after.verdict
        if was == reads:
            continue
        title = after.finding.title if after is not None else (before.title if before else key)
        sentence = after.finding.sentence if after is not None else "It is no longer asked for."
        changed.append(Difference(key, title, was, reads, sentence))
    return tuple(changed)


def check_statement(spec: GateSpec, name: str, evidence: str) -> CriterionSpec:
    """The statement of the gate with this name. Raises InvalidInput."""
    statements = [c for c in spec.criteria if c.kind == STATEMENT]
    for criterion in statements:
        if criterion.name == name:
            if not evidence.strip():
                raise InvalidInput(
                    "A statement needs its evidence: a record, a document, a name, a date.",
                    field="evidence",
                )
            return criterion
    known = ", ".join(c.name for c in statements) or "none"
    raise InvalidInput(
        f"Gate {spec.number} has no statement {name}.",
        way_out=f"It has: {known}.",
        field="criterion",
    )


def check_waiver(
    found: GateFinding | None,
    *,
    name: str,
    gate: int,
    reason: str,
    expires_at: datetime,
    now: datetime,
) -> GateFinding:
    """Whether the criterion may be waived now. Raises InvalidInput, Refused (R-3, R-5)."""
    if found is None:
        raise InvalidInput(f"Gate {gate} has no criterion {name}.", field="criterion")
    if found.finding.verdict is Verdict.MET:
        raise Refused(f"{found.finding.title} is met; there is nothing to waive.", code="R-3")
    if not found.waivable:
        raise Refused(
            f"No waiver exists for this: {found.finding.title}.",
            code="R-5",
            way_out="The evidence has to be made.",
        )
    if not reason.strip():
        raise InvalidInput("A waiver needs a reason.", field="reason")
    if expires_at <= now:
        raise InvalidInput("A waiver has to expire in the future.", field="expires_at")
    return found


def check_gate_decision(look: GateLook, *, passed: bool, reason: str) -> None:
    """Whether the gate may be decided so. Raises Refused, InvalidInput.

    A gate may always be held, with a reason; it passes only when every criterion is met or waived.
    """
    if not passed:
        if not reason.strip():
            raise InvalidInput("Holding a gate needs a reason.", field="reason")
        return
    stops = look.stops
    if not stops:
        return
    titles = listed([found.finding.title for found in stops])
    earlier = any(found.finding.kind == EARLIER_GATES for found in stops)
    raise Refused(
        f"Gate {look.spec.number} cannot be passed: {stops_in_words(stops)} ({titles}).",
        code="R-4" if earlier and len(stops) == 1 else "R-1",
        way_out="Bring the evidence, or waive what can be waived by signature.",
        stops=[found.finding.key for found in stops],
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a program stands, for the board: the gate in work and the one thing that blocks it."""

    gate: int
    name: str
    state: GateState
    blocked: str  # a sentence; empty when nothing does
    stops: int


def standing(looks: Sequence[GateLook]) -> Standing:
    """The first gate that is not passed, or the last one of all."""
    for look in looks:
        if look.state is not GateState.PASSED:
            return _standing(look)
    return replace(_standing(looks[-1]), blocked="", stops=0)


def _standing(look: GateLook) -> Standing:
    order = {Verdict.NOT_MET: 0, Verdict.NO_EVIDENCE: 1}
    stops = sorted(look.stops, key=lambda found: order[found.verdict])
    blocked = _said(stops[0].finding) if stops else ""
    return Standing(look.spec.number, look.spec.name, look.state, blocked, len(stops))


def _said(finding: Finding) -> str:
    """A statement says nothing without what is stated."""
    if finding.kind != STATEMENT:
        return finding.sentence
    if finding.verdict is Verdict.NO_EVIDENCE:
        return f"Not stated yet: {finding.title}"
    return f"{finding.title} {finding.sentence}"


def decision_meaning(spec: GateSpec, program: str, *, passed: bool) -> str:
    """What the signature under a gate decision says."""
    verb = "pass" if passed else "hold"
    return (
        f"I have reviewed the evidence and {verb} gate {spec.number}, {spec.name}, of {program}."
    )


def waiver_words(waiver: WaiverFacts, zone: tzinfo = UTC) -> str:
    """``Waived by L. M. until 2026-05-31 23:59: "OP 17 packs only."``"""
    until = moment(waiver.expires_at, zone)
    return f"Waived by {waiver.by} until {until}: “{waiver.reason}”"


def open_gates(spec: GateSpec, decisions: Mapping[int, GateDecisionFacts]) -> tuple[int, ...]:
    """Numbers of the earlier gates that are not passed (R-4)."""
    return tuple(
        number
        for number in range(1, spec.number)
        if number not in decisions or not decisions[number].passed
    )


def gates_in_words(numbers: Sequence[int]) -> str:
    """``gate 6``, ``gates 2, 3 and 6``."""
    return (
        f"{counted(len(numbers), 'gate').split()[1]} {listed([str(n) for n in numbers], most=9)}"
    )
