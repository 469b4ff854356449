"""The decision on a run: sign off or hold, by signature, once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from firstoff import __version__
from firstoff.db.models import Run, RunDecision
from firstoff.errors import InvalidInput, Refused, StaleState
from firstoff.queries import ledger as reads
from firstoff.queries.evidence.pilot import run_at, run_evidence
from firstoff.rules.access import Actor
from firstoff.rules.criteria import run_verdict
from firstoff.rules.evidence import (
    Finding,
    PilotEvidence,
    RunAssessment,
    evidence_digest,
    finding_content,
)
from firstoff.rules.evidence.words import listed
from firstoff.rules.execution import moment
from firstoff.rules.ledger import canonical
from firstoff.rules.product import check_prose
from firstoff.services import access, ledger
from firstoff.services.execution.ground import answer_stored, run_for
from firstoff.services.repeating import AlreadyStored
from firstoff.terms import RunKind, RunVerdict, Verdict


@dataclass(frozen=True, slots=True)
class RunDecided:
    run_id: int
    uid: UUID
    decision: RunVerdict
    computed: RunVerdict
    decided_at: datetime
    evidence_digest: str
    content_digest: str  # of what was signed
    entry: int  # of the ledger


def decision_meaning(
    decision: RunVerdict, *, batch_id: str, baseline: str, commits: int | None
) -> str:
    """What whoever decides signs."""
    if decision is RunVerdict.HOLD:
        return f"I have reviewed batch {batch_id} and hold the process."
    for_units = f" for {commits:,} units" if commits else ""
    return (
        f"I have reviewed the evidence of batch {batch_id} and release the process of baseline "
        f"{baseline[:8]}{for_units}."
    )


def decide_run(
    *,
    run_id: int,
    decision: RunVerdict | str,
    password: str,
    by: Actor,
    at: datetime,
    reason: str = "",
    seen: int | None = None,
    uid: UUID | None = None,
) -> RunDecided:
    """Sign a run off, or hold it (R-40). Signed once; the verdict is computed again to sign it.

    seen: the ledger entry the signer's page was read at; a sign-off of records that have changed
    since is refused. Raises Refused (R-40) for a sign-off that the bar does not give; StaleState
    where somebody signed first; ``signature`` for a wrong password.
    """
    run = run_for(by, run_id, "run.decide")
    wanted = _decision(decision)
    said = check_prose(reason, "reason", field="reason")
    confirmed = access.confirm(by, password, at)
    try:
        with ledger.verb(
            f"evidence.{wanted}", by=by, at=at, subject=f"run {run.batch_id}", program=run.program
        ) as entry:
            answer_stored(RunDecision, uid, run, decision=wanted.value)
            _undecided(run)
            _unchanged(run, wanted, seen)
            evidence = run_evidence(run_at(by, run.pk))
            verdict = run_verdict(evidence)
            _check(run, wanted, verdict, said)
            snapshot = verdict_content(verdict)
            proof = evidence_digest(evidence)
            signature = access.sign(
                entry,
                confirmed,
                meaning=_meaning(run, wanted, evidence),
                subject=f"run {run.batch_id}",
                permission="run.decide",
                site_id=run.site_id,
                content={
                    "run": str(run.uid),
                    "decision": wanted,
                    "computed": verdict.verdict,
                    "reason": said,
                    "verdict": snapshot,
                    "evidence_digest": proof,
                },
            )
            row = RunDecision(
                run=run,
                decision=wanted,
                computed=verdict.verdict,
                reason=said,
                findings=canonical(snapshot),
                evidence_digest=proof,
                product_version=__version__,
                signature=signature,
                decided_at=at,
            )
            if uid is not None:
                row.uid = uid
            entry.add(row)
            entry.details.update(
                decision=wanted, computed=verdict.verdict, evidence_digest=proof, reason=said
            )
            return _decided(row)
    except AlreadyStored as known:
        return _decided(known.of(RunDecision))


def verdict_content(verdict: RunAssessment) -> dict[str, Any]:
    """The verdict as it is kept with a decision."""
    return {
        "verdict": verdict.verdict,
        "headline": verdict.headline,
        "why": list(verdict.why),
        "findings": [finding_content(finding) for finding in verdict.findings],
        "bar_differences": list(verdict.bar_differences),
        "corrections": list(verdict.corrections),
        "deviations": list(verdict.deviations),
    }


def _decision(decision: RunVerdict | str) -> RunVerdict:
    try:
        return RunVerdict(decision)
    except ValueError:
        raise InvalidInput(
            f"{decision!r} is no decision.", way_out="Expected sign_off or hold.", field="decision"
        ) from None


def _undecided(run: Run) -> None:
    # Two people may press the button at once: the second reads what the first one signed.
    held = RunDecision.objects.filter(run=run).select_related("by").first()
    if held is None:
        return
    what = "sign off" if held.decision == RunVerdict.SIGN_OFF else "hold"
    signed = moment(held.decided_at, ZoneInfo(run.site.time_zone))
    raise StaleState(
        f"{held.by.name} signed “{what}” for {run.batch_id} at {signed}.",
        way_out="A run is decided once; read that decision first.",
        decision=held.decision,
        by=held.by.name,
    )


def _check(run: Run, wanted: RunVerdict, verdict: RunAssessment, reason: str) -> None:
    batch = run.batch_id
    if not verdict.may_hold:
        raise Refused(
            f"No counting unit of {batch} is judged; there is nothing to decide on.",
            code="R-40",
            way_out="Judge the units first.",
        )
    if wanted is RunVerdict.HOLD:
        if verdict.verdict is RunVerdict.SIGN_OFF and not reason:
            raise InvalidInput(
                "Every line of the bar is met; holding all the same needs a reason.",
                field="reason",
            )
        return
    if run.kind != RunKind.PILOT:
        # Other runs answer to no earlier try: they would be the way round a pilot.
        kind = run.kind.replace("_", "-")
        raise Refused(
            f"{batch} is a {kind} run; only a pilot run releases a process.",
            code="R-40",
            way_out="Build the pilot batch, and sign that off.",
        )
    if verdict.verdict is RunVerdict.SIGN_OFF:
        return
    stops = [f for f in verdict.findings if f.verdict is not Verdict.MET]
    names = [_stop(f) for f in stops]
    raise Refused(
        f"{batch} cannot be signed off: {listed(names, most=4)}.",
        code="R-40",
        way_out="A person may hold what the bar would sign off, never the reverse.",
        stops=[f.key for f in stops],
    )


def _stop(finding: Finding) -> str:
    """``rejects 5 of 20 (bar: at most 1 of 20)``."""
    asked = f" (bar: {finding.threshold})" if finding.threshold else ""
    return f"{finding.title[:1].lower()}{finding.title[1:]} {finding.figure}{asked}"


def _unchanged(run: Run, wanted: RunVerdict, seen: int | None) -> None:
    newest = reads.version(run.program_id)
    if seen is None or wanted is RunVerdict.HOLD or newest == seen:
        return
    raise StaleState(
        f"Records of {run.batch_id} or its program were added since you opened this page.",
        way_out="Read the verdict again, then sign.",
        seen=seen,
        newest=newest,
    )


def _meaning(run: Run, wanted: RunVerdict, evidence: PilotEvidence) -> str:
    bar = evidence.run.bar
    return decision_meaning(
        wanted,
        batch_id=run.batch_id,
        baseline=run.baseline.digest,
        commits=None if bar is None else bar.commits,
    )


def _decided(row: RunDecision) -> RunDecided:
    return RunDecided(
        row.run_id,
        row.uid,
        RunVerdict(row.decision),
        RunVerdict(row.computed),
        row.decided_at,
        row.evidence_digest,
        row.signature.content_digest,
        row.entry_id,
    )
