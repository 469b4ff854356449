"""Statements, waivers and decisions at gates, each by signature."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from firstoff import __version__
from firstoff.db.models import (
    Baseline,
    GateDecision,
    GateStatement,
    Program,
    Signature,
    Waiver,
)
from firstoff.errors import InvalidInput, NotFound, Refused, StaleState
from firstoff.queries import ledger as reads
from firstoff.queries import release
from firstoff.queries.product import program_by_id
from firstoff.rules.access import Actor, require, sees
from firstoff.rules.evidence import finding_content
from firstoff.rules.execution import moment
from firstoff.rules.ledger import canonical, digest
from firstoff.rules.product import check_prose
from firstoff.rules.release import (
    CriterionSpec,
    GateLook,
    GateSpec,
    check_gate_decision,
    check_statement,
    check_waiver,
    template,
)
from firstoff.rules.release import decision_meaning as gate_meaning
from firstoff.services import access, ledger
from firstoff.services.execution.ground import answer_stored
from firstoff.services.repeating import AlreadyStored


@dataclass(frozen=True, slots=True)
class StatementGiven:
    """A criterion as a person states it. ``evidence`` may be empty where one text is for all."""

    criterion: str  # statement:tooling
    holds: bool = True
    evidence: str = ""


def statement_meaning(claim: str, *, holds: bool) -> str:
    """What whoever states a criterion signs."""
    return f"I state: {claim}" if holds else f"I state that this does not hold: {claim}"


@dataclass(frozen=True, slots=True)
class _Said:
    """A statement that may be made, as it will be signed."""

    criterion: CriterionSpec
    holds: bool
    evidence: str
    uid: UUID | None

    @property
    def meaning(self) -> str:
        return statement_meaning(self.criterion.claim, holds=self.holds)

    @property
    def content(self) -> dict[str, Any]:
        return {
            "criterion": self.criterion.name,
            "claim": self.criterion.claim,
            "holds": self.holds,
            "evidence": self.evidence,
        }

    def row(self, program: Program, gate: int, signature: Signature) -> GateStatement:
        row = GateStatement(
            program=program,
            gate=gate,
            criterion=self.criterion.name,
            holds=self.holds,
            evidence=self.evidence,
            signature=signature,
        )
        if self.uid is not None:
            row.uid = self.uid
        return row


@dataclass(frozen=True, slots=True)
class Stated:
    id: int
    uid: UUID
    gate: int
    criterion: str


@dataclass(frozen=True, slots=True)
class Waived:
    id: int
    uid: UUID
    gate: int
    criterion: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class GateDecided:
    id: int
    uid: UUID
    gate: int
    number: int
    passed: bool
    content_digest: str
    entry: int


def waiver_meaning(title: str, gate: int, until: str) -> str:
    return f"I set aside for gate {gate} until {until}: {title}"


def state_criterion(
    *,
    program_id: int,
    gate: int,
    criterion: str,
    holds: bool,
    evidence: str,
    password: str,
    by: Actor,
    at: datetime,
    uid: UUID | None = None,
) -> Stated:
    """State by signature what no record can decide, with its evidence; the latest holds."""
    given = [StatementGiven(criterion, holds=holds, evidence=evidence)]
    program, said = _to_state(by, program_id, gate, given, "", [uid], at)
    claim = said[0].criterion.claim
    return _state("state_criterion", claim, program, gate, said, password, by, at)[0]


def state_gate(
    *,
    program_id: int,
    gate: int,
    statements: Sequence[StatementGiven],
    password: str,
    by: Actor,
    at: datetime,
    evidence: str = "",
    uid: UUID | None = None,
) -> tuple[Stated, ...]:
    """State several criteria of a gate under one signature; of each the latest holds.

    evidence: for the statements that bring none of their own.
    """
    uids = [None if uid is None else uuid5(uid, s.criterion) for s in statements]
    program, said = _to_state(by, program_id, gate, statements, evidence, uids, at)
    about = f"{len(said)} statement{'' if len(said) == 1 else 's'}"
    return _state("state_gate", about, program, gate, said, password, by, at)


def _to_state(
    by: Actor,
    program_id: int,
    gate: int,
    given: Sequence[StatementGiven],
    evidence: str,
    uids: Sequence[UUID | None],
    at: datetime,
) -> tuple[Program, list[_Said]]:
    """What is to be stated, as it may be. Raises NotAllowed, InvalidInput."""
    program = _program_for(by, program_id, "gate.state")
    spec = template(program.template).gate(gate)
    if not given:
        raise InvalidInput(f"Nothing is stated for gate {gate}.", field="statements")
    said = []
    for one, uid in zip(given, uids, strict=True):
        text = check_prose(one.evidence or evidence, "evidence", field="evidence")
        wanted = check_statement(spec, one.criterion, text)
        _check_undecided(by, program, gate, wanted, at)
        said.append(_Said(wanted, one.holds, text, uid))
    twice = [name for name, count in Counter(s.criterion.name for s in said).items() if count > 1]
    if twice:
        raise InvalidInput(f"{twice[0]} is stated twice in one post.", field="statements")
    return program, said


def _check_undecided(
    by: Actor, program: Program, gate: int, wanted: CriterionSpec, at: datetime
) -> None:
    """Raises Refused (R-1) where records decide it: nobody's word stands against them."""
    if not wanted.computed:
        return
    there = release.road(by, program.site.code, program.code, now=at, sure=True).gate(gate)
    found = next((f for f in there.findings if f.finding.kind == wanted.computed), None)
    if found is not None:
        raise Refused(
            f"Records decide this: {wanted.claim} They say: {found.finding.sentence}",
            code="R-1",
            way_out="Bring the records to it, or waive the criterion by signature.",
        )


def _state(
    verb: str,
    about: str,
    program: Program,
    gate: int,
    said: Sequence[_Said],
    password: str,
    by: Actor,
    at: datetime,
) -> tuple[Stated, ...]:
    spec = template(program.template).gate(gate)
    confirmed = access.confirm(by, password, at)
    try:
        with _verb(verb, program, spec, by, at, about) as entry:
            for one in said:
                answer_stored(
                    GateStatement,
                    one.uid,
                    None,
                    program_id=program.pk,
                    gate=gate,
                    criterion=one.criterion.name,
                    holds=one.holds,
                    evidence=one.evidence,
                )
            content = [one.content for one in said]
            signature = access.sign(
                entry,
                confirmed,
                meaning=" ".join(one.meaning for one in said),
                subject=f"program {program.code}, gate {gate}",
                permission="gate.state",
                site_id=program.site_id,
                content={"program": program.code, "gate": gate, "statements": content},
            )
            rows = [one.row(program, gate, signature) for one in said]
            entry.add_all(rows)
            entry.details.update(statements=content)
    except AlreadyStored:
        stored = {r.uid: r for r in GateStatement.objects.filter(uid__in=[s.uid for s in said])}
        rows = [stored[one.uid] for one in said if one.uid in stored]
        if len(rows) < len(said):
            raise Refused(
                "Under this record ID other statements are stored already.",
                code="R-36",
                way_out="A new record needs an ID of its own.",
            ) from None
    return tuple(Stated(row.pk, row.uid, row.gate, row.criterion) for row in rows)


def waive_criterion(
    *,
    program_id: int,
    gate: int,
    criterion: str,
    reason: str,
    expires_at: datetime,
    password: str,
    by: Actor,
    at: datetime,
    uid: UUID | None = None,
) -> Waived:
    """Set one criterion aside by signature, with a reason and an expiry (R-3, R-5)."""
    program = _program_for(by, program_id, "gate.waive")
    spec = template(program.template).gate(gate)
    said = check_prose(reason, "reason", field="reason")
    confirmed = access.confirm(by, password, at)
    try:
        with _verb("waive_criterion", program, spec, by, at, criterion) as entry:
            answer_stored(Waiver, uid, None, program_id=program.pk, gate=gate, criterion=criterion)
            look = _look(by, program, gate, at)
            there = next((f for f in look.findings if f.finding.key == criterion), None)
            found = check_waiver(
                there, name=criterion, gate=gate, reason=said, expires_at=expires_at, now=at
            )
            until = moment(expires_at, ZoneInfo(program.site.time_zone))
            signature = access.sign(
                entry,
                confirmed,
                meaning=waiver_meaning(found.finding.title, gate, until),
                subject=f"program {program.code}, gate {gate}",
                permission="gate.waive",
                site_id=program.site_id,
                content={
                    "program": program.code,
                    "gate": gate,
                    "criterion": criterion,
                    "finding": finding_content(found.finding),
                    "reason": said,
                    "expires_at": expires_at,
                },
            )
            row = Waiver(
                program=program,
                gate=gate,
                criterion=criterion,
                reason=said,
                expires_at=expires_at,
                signature=signature,
            )
            _add(entry, row, uid)
            entry.details.update(criterion=criterion, reason=said, expires_at=expires_at)
    except AlreadyStored as known:
        row = known.of(Waiver)
    return Waived(row.pk, row.uid, row.gate, row.criterion, row.expires_at)


def decide_gate(
    *,
    program_id: int,
    gate: int,
    passed: bool,
    password: str,
    by: Actor,
    at: datetime,
    reason: str = "",
    seen: int | None = None,
    uid: UUID | None = None,
) -> GateDecided:
    """Pass or hold a gate by signature: a snapshot of its criteria that never changes (R-2).

    seen: the ledger entry the signer's page was read at; passing on records that have changed
    since is refused. Raises Refused (R-1, R-4) for a gate that may not be passed.
    """
    program = _program_for(by, program_id, "gate.decide")
    spec = template(program.template).gate(gate)
    said = check_prose(reason, "reason", field="reason")
    confirmed = access.confirm(by, password, at)
    try:
        with _verb("decide_gate", program, spec, by, at, "passed" if passed else "held") as entry:
            answer_stored(GateDecision, uid, None, program_id=program.pk, gate=gate, passed=passed)
            look = _look(by, program, gate, at)
            check_gate_decision(look, passed=passed, reason=said)
            _unchanged(program, passed, seen)
            content = gate_content(look)
            proof = digest(content)
            signature = access.sign(
                entry,
                confirmed,
                meaning=gate_meaning(spec, program.code, passed=passed),
                subject=f"program {program.code}, gate {gate}",
                permission="gate.decide",
                site_id=program.site_id,
                content={
                    "program": program.code,
                    "gate": gate,
                    "passed": passed,
                    "reason": said,
                    "look": content,
                },
            )
            row = GateDecision(
                program=program,
                gate=gate,
                number=GateDecision.objects.filter(program=program, gate=gate).count() + 1,
                passed=passed,
                reason=said,
                findings=canonical(content),
                evidence_digest=proof,
                baseline=Baseline.objects.filter(program=program).order_by("-pk").first(),
                product_version=__version__,
                signature=signature,
                decided_at=at,
            )
            _add(entry, row, uid)
            entry.details.update(gate=gate, passed=passed, reason=said, evidence_digest=proof)
    except AlreadyStored as known:
        row = known.of(GateDecision)
    return GateDecided(
        row.pk,
        row.uid,
        row.gate,
        row.number,
        row.passed,
        row.signature.content_digest,
        row.entry_id,
    )


def gate_content(look: GateLook) -> dict[str, Any]:
    """A gate as it is kept with its decision: ``counts_as`` is the verdict with its waiver."""
    return {
        "gate": look.spec.number,
        "name": look.spec.name,
        "findings": [
            {
                **finding_content(found.finding),
                "key": found.finding.key,
                "counts_as": found.verdict,
                "waiver": None
                if found.waiver is None
                else {
                    "uid": found.waiver.uid,
                    "by": found.waiver.by,
                    "reason": found.waiver.reason,
                    "expires_at": found.waiver.expires_at,
                },
            }
            for found in look.findings
        ],
    }


def _program_for(by: Actor, program_id: int, permission: str) -> Program:
    program = Program.objects.select_related("site").filter(pk=program_id).first()
    if program is None or not sees(by, program.site_id):
        raise NotFound("There is no such program, or not for you.")
    require(by, permission, program.site_id)
    return program


def _verb(name: str, program: Program, spec: GateSpec, by: Actor, at: datetime, about: str) -> Any:
    return ledger.verb(
        f"release.{name}",
        by=by,
        at=at,
        subject=f"program {program.code}, gate {spec.number}: {about}",
        program=program,
    )


def _look(by: Actor, program: Program, gate: int, at: datetime) -> GateLook:
    (road,) = release.roads([program_by_id(by, program.pk)], now=at, sure=True)
    return road.gate(gate)


def _unchanged(program: Program, passed: bool, seen: int | None) -> None:
    newest = reads.version(program.pk)
    if seen is None or not passed or newest == seen:
        return
    raise StaleState(
        f"Records of {program.code} were added since you opened this page.",
        way_out="Read the gate again, then sign.",
        seen=seen,
        newest=newest,
    )


def _add(entry: ledger.Entry, row: Any, uid: UUID | None) -> None:
    if uid is not None:
        row.uid = uid
    entry.add(row)
