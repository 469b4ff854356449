"""Gates and programs: where each stands, and what blocks it."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Max, QuerySet

from firstoff.db.keys import Keys, among, keys
from firstoff.db.models import (
    Baseline,
    GateDecision,
    GateStatement,
    Judgement,
    LedgerEntry,
    Run,
    Waiver,
)
from firstoff.db.prepared import prepared
from firstoff.queries import ledger
from firstoff.queries.evidence.pilot import RunAddress, addresses_of
from firstoff.queries.evidence.verdict import Assessed, assess_all
from firstoff.queries.execution.definition import frozen, frozen_all
from firstoff.queries.product import ProgramView, program, programs
from firstoff.queries.techpack import definition_evidence, state
from firstoff.rules.access import Actor
from firstoff.rules.criteria import GateEvidence, PilotStanding, look
from firstoff.rules.execution import Reading
from firstoff.rules.nonconformity import DesignDefect, open_design_defects
from firstoff.rules.plan import BaselineFacts
from firstoff.rules.release import (
    GateDecisionFacts,
    GateLook,
    GateSpec,
    Standing,
    StatementFacts,
    StoredFinding,
    Template,
    WaiverFacts,
    standing,
    template,
)
from firstoff.terms import RunKind, Verdict


@dataclass(frozen=True, slots=True)
class Road:
    """A program on its road: each gate as it reads now, and the runs so far."""

    program: ProgramView
    template: Template
    gates: tuple[GateLook, ...]
    standing: Standing
    pilot: Assessed | None  # the latest pilot run
    version: int  # the program's newest ledger entry

    def gate(self, number: int) -> GateLook:
        """The gate with this number. Raises InvalidInput."""
        self.template.gate(number)
        return self.gates[number - 1]


@dataclass(frozen=True, slots=True)
class Row:
    """A program on the board."""

    road: Road
    blocked: str  # the one thing that blocks it, as a sentence
    waits_for: str  # permission that would move it; empty where nobody's signature would
    due_in_days: int | None


# What of the ledger a plant manager wants to read in the morning, in words.
_TOLD = {
    "evidence.hold": "held by signature",
    "evidence.sign_off": "signed off",
    "execution.lock_bar": "bar locked",
    "execution.create_run": "run created",
    "execution.repeat_run": "repeat created",
    "execution.correct_judgement": "result corrected by signature",
    "execution.release_route": "refusal released by signature",
    "nonconformity.propose_action": "action proposed",
    "nonconformity.put_action_in_force": "action in force",
    "nonconformity.record_cause": "cause recorded",
    "plan.freeze_baseline": "definition frozen",
    "release.decide_gate": "decided by signature",
    "release.waive_criterion": "waived by signature",
    "release.state_criterion": "stated by signature",
    "release.state_gate": "stated by signature",
}


@dataclass(frozen=True, slots=True)
class Change:
    """Something that happened to a program: an entry of the ledger, in words."""

    at: datetime
    by: str
    said: str
    subject: str
    site: str
    program: str
    program_name: str


def changes(actor: Actor, *, since: datetime, limit: int = 8) -> tuple[Change, ...]:
    """What changed in the programs the actor sees, newest first. One query."""
    rows = LedgerEntry.objects.filter(
        program__site__in=actor.site_ids, at__gte=since, verb__in=list(_TOLD)
    ).order_by("-seq")
    columns = ("at", "by", "verb", "subject", "program__site__code", "program__code")
    table: Iterable[Any] = rows.values_list(*columns, "program__name")[:limit]
    return tuple(
        Change(at, by, _TOLD[verb], subject, site, code, name)
        for at, by, verb, subject, site, code, name in table
    )


def road(actor: Actor, site: str, code: str, *, now: datetime, sure: bool = False) -> Road:
    """A program's road. Raises NotFound."""
    return roads([program(actor, site, code)], now=now, sure=sure)[0]


def board(
    actor: Actor, *, now: datetime, search: str = "", offset: int = 0, limit: int = 50
) -> tuple[tuple[Row, ...], int]:
    """The programs the actor sees with where each stands, and how many there are.

    As many queries for fifty programs as for one.
    """
    found, total = programs(actor, search=search, offset=offset, limit=limit)
    return tuple(_row(each, now) for each in roads(found, now=now)), total


def roads(views: Sequence[ProgramView], *, now: datetime, sure: bool = False) -> tuple[Road, ...]:
    """The roads of several programs, in as many queries as of one.

    What definition and supply say is read of each program once after each record of it. sure: of
    this moment, for whoever signs: else stock may be a minute behind what other programs took.
    """
    there = state()
    ids = [view.id for view in views]
    statements = _statements(ids)
    decisions = _decisions(ids)
    waivers = _waivers(ids)
    baselines = _newest_baselines(ids)
    pilots = {a.run.program_id: a for a in assess_all(_latest_pilots(ids))}
    judged = _judgements(ids)
    versions = ledger.versions(ids)
    stamps = ledger.hashes(versions.values())
    found = []
    for view in views:
        spec = template(view.template)
        pilot = pilots.get(view.id)
        baseline = baselines.get(view.id)
        zone = ZoneInfo(view.time_zone)
        defects = _design_defects(pilot, baseline)
        newest = versions.get(view.id, 0)
        version = stamps.get(newest, "")
        definition = definition_evidence(view, version, there, now=now, sure=sure)
        looks = tuple(
            look(
                GateEvidence(
                    spec=gate,
                    hard_gates=frozenset(g.number for g in spec.gates if g.hard),
                    statements=_of_gate(statements.get(view.id, ()), gate),
                    decisions=decisions.get(view.id, {}),
                    baseline=baseline,
                    pilot=None if pilot is None else _pilot_standing(pilot),
                    design_defects=defects,
                    pilot_units=judged.get(view.id, 0),
                    zone=zone,
                    definition=definition,
                ),
                tuple(waivers.get(view.id, ())),
                now=now,
            )
            for gate in spec.gates
        )
        found.append(Road(view, spec, looks, standing(looks), pilot, newest))
    return tuple(found)


def _row(road: Road, now: datetime) -> Row:
    due = road.program.due
    today = now.astimezone(ZoneInfo(road.program.time_zone)).date()
    sentence, waits_for = blocked(road)
    return Row(road, sentence, waits_for, None if due is None else (due - today).days)


def blocked(road: Road) -> tuple[str, str]:
    """The one thing that blocks a program, and whose permission would move it."""
    where = road.standing
    gate = road.gates[where.gate - 1]
    pilot = road.pilot
    if gate.may_pass and where.stops == 0 and where.blocked == "":
        if all(each.decision is not None and each.decision.passed for each in road.gates):
            return "Every gate is passed.", ""
        return f"Gate {where.gate}, {where.name}: ready to sign.", "gate.decide"
    if any(c.kind == "pilot_run_signed_off" for c in gate.spec.criteria) and pilot is not None:
        verdict, batch = pilot.verdict, pilot.run.batch_id
        if verdict.may_sign_off:
            return f"{batch} clears its bar and waits for a signature.", "run.decide"
        if pilot.evidence.run.units:
            return f"{batch}: {verdict.why[0] if verdict.why else verdict.headline}", ""
    return where.blocked, ""


def _pilot_standing(pilot: Assessed) -> PilotStanding:
    verdict = pilot.verdict
    against = [line for line in verdict.why if "reject" in line]
    return PilotStanding(
        batch_id=pilot.run.batch_id,
        uid=pilot.run.uid,
        baseline=pilot.run.baseline,
        state=verdict.state,
        computed=verdict.verdict,
        headline=verdict.headline,
        sentence=against[0] if against else verdict.headline,
        findings=verdict.findings,
        decision=verdict.decision,
    )


def _design_defects(
    pilot: Assessed | None, baseline: BaselineFacts | None
) -> tuple[DesignDefect, ...]:
    if pilot is None or baseline is None:
        return ()
    evidence = pilot.evidence
    readings: list[Reading] = [*evidence.earlier_readings, evidence.reading]
    return open_design_defects(readings, evidence.actions, baseline=baseline.digest, at=None)


def _latest_pilots(program_ids: list[int]) -> tuple[RunAddress, ...]:
    return addresses_of([pk for _, pk in _last_pilots(keys(program_ids))])


@prepared
def _last_pilots(programs: Keys) -> "QuerySet[Run, tuple[int, int]]":
    rows = Run.objects.filter(among(Run, "program", programs), kind=RunKind.PILOT).order_by()
    return rows.values_list("program_id").annotate(last=Max("pk"))


def _judgements(program_ids: list[int]) -> dict[int, int]:
    """Judgements in the pilot runs, by program."""
    rows = Judgement.objects.filter(run__program__in=program_ids, run__kind=RunKind.PILOT)
    return dict(rows.order_by().values_list("run__program_id").annotate(n=Count("pk")))


def _newest_baselines(program_ids: list[int]) -> dict[int, BaselineFacts]:
    newest = [pk for _, pk in _last_baselines(keys(program_ids))]
    table = _digests(keys(newest))
    frozen_all({pk: digest for _, pk, digest in table})
    return {key: frozen(pk, digest) for key, pk, digest in table}


@prepared
def _last_baselines(programs: Keys) -> "QuerySet[Baseline, tuple[int, int]]":
    rows = Baseline.objects.filter(among(Baseline, "program", programs)).order_by()
    return rows.values_list("program_id").annotate(last=Max("pk"))


@prepared
def _digests(baselines: Keys) -> "QuerySet[Baseline, tuple[int, int, str]]":
    rows = Baseline.objects.filter(among(Baseline, "id", baselines))
    return rows.values_list("program_id", "pk", "digest")


def _statements(program_ids: list[int]) -> dict[int, list[StatementFacts]]:
    found: dict[int, list[StatementFacts]] = {}
    for key, gate, criterion, holds, evidence, by, at, uid in _stated(keys(program_ids)):
        facts = StatementFacts(gate, criterion, holds, evidence, by, at, str(uid))
        found.setdefault(key, []).append(facts)
    return found


@prepared
def _stated(programs: Keys) -> "QuerySet[GateStatement, tuple[Any, ...]]":
    rows = GateStatement.objects.filter(among(GateStatement, "program", programs))
    columns = ("program_id", "gate", "criterion", "holds", "evidence", "by__name")
    return rows.order_by("pk").values_list(*columns, "received_at", "uid")


def _of_gate(statements: Iterable[StatementFacts], gate: GateSpec) -> dict[str, StatementFacts]:
    return {s.criterion: s for s in statements if s.gate == gate.number}  # the latest holds


def _waivers(program_ids: list[int]) -> dict[int, list[WaiverFacts]]:
    found: dict[int, list[WaiverFacts]] = {}
    for key, gate, criterion, reason, by, at, expires_at, uid in _waived(keys(program_ids)):
        facts = WaiverFacts(gate, criterion, reason, by, at, expires_at, str(uid))
        found.setdefault(key, []).append(facts)
    return found


@prepared
def _waived(programs: Keys) -> "QuerySet[Waiver, tuple[Any, ...]]":
    rows = Waiver.objects.filter(among(Waiver, "program", programs)).order_by("pk")
    columns = ("program_id", "gate", "criterion", "reason", "by__name", "received_at")
    return rows.values_list(*columns, "expires_at", "uid")


def _decisions(program_ids: list[int]) -> dict[int, dict[int, GateDecisionFacts]]:
    """The latest decision on each gate, by program and gate."""
    found: dict[int, dict[int, GateDecisionFacts]] = {}
    for key, gate, number, passed, reason, by, at, findings, baseline, uid in _decided(
        keys(program_ids)
    ):
        found.setdefault(key, {})[gate] = GateDecisionFacts(
            gate, number, passed, reason, by, at, _stored(findings), baseline or "", str(uid)
        )
    return found


@prepared
def _decided(programs: Keys) -> "QuerySet[GateDecision, tuple[Any, ...]]":
    rows = GateDecision.objects.filter(among(GateDecision, "program", programs)).order_by("pk")
    columns = ("program_id", "gate", "number", "passed", "reason", "by__name", "decided_at")
    return rows.values_list(*columns, "findings", "baseline__digest", "uid")


def _stored(findings: str) -> tuple[StoredFinding, ...]:
    return tuple(
        StoredFinding(f["key"], f["title"], Verdict(f["counts_as"]), f["sentence"])
        for f in json.loads(findings)["findings"]
    )
