"""Tolerances of a definition against what processes hold, and its chains, as the doors show it."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from firstoff.db.models import (
    CapabilityStudy,
    Characteristic,
    CharacteristicProcess,
    PartRevision,
    ProcessCapability,
    Run,
    StackUpLink,
)
from firstoff.db.prepared import prepared
from firstoff.errors import InvalidInput, NotFound
from firstoff.queries.evidence.measured import measurements_now
from firstoff.queries.ledger import head
from firstoff.queries.plan.frozen import frozen_stacks
from firstoff.queries.product import characteristics_of, facts_of, program_by_id
from firstoff.rules.access import Actor, require
from firstoff.rules.ledger import decimal_text
from firstoff.rules.plan import FrozenStack
from firstoff.rules.product import CharacteristicFacts, balloon_key
from firstoff.rules.tolerance import (
    ChainVerdict,
    Holding,
    ProcessFacts,
    StudyFacts,
    chain_links,
    holding,
    judge_chain,
    study_label,
)
from firstoff.terms import RevisionStatus, RunKind, Verdict

_RUNS = 6  # the newest runs of a program, in which measured values are looked for
_MEASURED_KINDS = (
    *(RunKind.SAMPLE, RunKind.PRE_PRODUCTION, RunKind.PILOT),
    RunKind.PRODUCTION,
)
_WORST = {Verdict.NOT_MET: 0, Verdict.NO_EVIDENCE: 1, Verdict.MET: 2, Verdict.WAIVED: 3}


@dataclass(frozen=True, slots=True)
class ProcessView:
    """An entry of the process-capability library, the newest of its process and machine."""

    uid: UUID
    facts: ProcessFacts
    by: str
    retired: bool


@dataclass(frozen=True, slots=True)
class StudyView:
    """A study as it was recorded, without its values. ``superseded``: a later one corrects it;
    ``supersedes``: the study that this one corrects."""

    uid: UUID
    part: str
    revision: str
    characteristic: str
    name: str
    pieces: int
    unit: str
    measured_on: date
    machine: str
    gauge: str
    source: str
    by: str
    at: datetime
    superseded: bool
    supersedes: UUID | None

    @property
    def label(self) -> str:
        return study_label(self.pieces, self.machine, self.measured_on)


@dataclass(frozen=True, slots=True)
class Assigned:
    """Which process is to make a characteristic; ``required``: the index asked, or None."""

    process: str
    machine: str
    required: Decimal | None


_Known = Mapping[tuple[str, str], ProcessFacts]  # by process and machine, without regard to case
_Latest = Mapping[tuple[int, str, str], StudyFacts]  # by part, number and name


@dataclass(frozen=True, slots=True)
class Declared:
    """What tolerances are judged by beside measured values: the characteristics of a revision,
    those of others that its chains go over, the processes that are to make them, the process
    library and the studies of their parts."""

    revision: PartRevision
    part: str
    characteristics: tuple[CharacteristicFacts, ...]
    assigned: Mapping[str, Assigned]
    known: _Known
    others: tuple[Characteristic, ...]
    latest: _Latest
    stacks: tuple[FrozenStack, ...]


@dataclass(frozen=True, slots=True)
class ChainView:
    """A chain as declared, and judged. ``problem``: why it cannot be judged."""

    chain: FrozenStack
    verdict: ChainVerdict | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ToleranceView:
    """Every characteristic of a revision against its process, the worst first."""

    revision_id: int
    revision: str
    status: RevisionStatus
    holdings: tuple[Holding, ...]
    assigned: Mapping[str, Assigned]  # by number
    chains: tuple[ChainView, ...]
    measured_in: tuple[str, ...]  # batch IDs whose units were read

    @property
    def not_held(self) -> tuple[Holding, ...]:
        return tuple(h for h in self.holdings if h.verdict is Verdict.NOT_MET)

    @property
    def unknown(self) -> tuple[Holding, ...]:
        """Critical ones of which nothing is known (R-13)."""
        return tuple(h for h in self.holdings if h.matters and h.verdict is Verdict.NO_EVIDENCE)


def library(
    actor: Actor,
    site_id: int,
    *,
    search: str = "",
    retired: bool = False,
    offset: int = 0,
    limit: int = 50,
) -> tuple[tuple[ProcessView, ...], int]:
    """The library of a site by process: one page, and the total. Two queries."""
    require(actor, "see", site_id)
    rows = newest(site_id).filter(retired=retired)
    if search:
        rows = rows.filter(
            Q(process__icontains=search)
            | Q(machine__icontains=search)
            | Q(equipment__code__icontains=search)
            | Q(feature__icontains=search)
        )
    rows = rows.select_related("equipment", "by").order_by("process", "machine", "pk")
    page = tuple(
        ProcessView(r.uid, process_facts(r), r.by.name, r.retired)
        for r in rows[offset : offset + limit]
    )
    return page, rows.count()


def newest(site_id: int) -> "QuerySet[ProcessCapability]":
    """The entries that hold: none later of the same process, feature and machine."""
    same = {name: OuterRef(name) for name in ("process", "feature", "machine")}
    later = ProcessCapability.objects.filter(site=site_id, pk__gt=OuterRef("pk"), **same)
    on = later.annotate(on=Coalesce("equipment", 0))
    later = on.filter(on=Coalesce(OuterRef("equipment"), 0))
    return ProcessCapability.objects.filter(~Exists(later), site=site_id)


def process_facts(row: ProcessCapability) -> ProcessFacts:
    return ProcessFacts(
        process=row.process,
        unit=row.unit,
        spread=_plain(row.spread),
        values=row.values,
        measured_on=row.measured_on,
        shift=_plain(row.shift),
        feature=row.feature,
        machine=row.equipment.code if row.equipment else row.machine,
        source=row.source,
    )


def studies(
    actor: Actor,
    site_id: int,
    *,
    part: str = "",
    revision: str = "",
    characteristic: str = "",
    offset: int = 0,
    limit: int = 50,
) -> tuple[tuple[StudyView, ...], int]:
    """Studies of a site, the latest measured first: one page, and the total. Two queries."""
    require(actor, "see", site_id)
    asked = {"part__number": part, "revision": revision, "characteristic": characteristic}
    rows = CapabilityStudy.objects.filter(
        site=site_id, **{name: value for name, value in asked.items() if value}
    )
    page = _with_names(rows).defer("values").order_by("-measured_on", "-pk")
    return tuple(map(_study_view, page[offset : offset + limit])), rows.count()


def study(actor: Actor, site_id: int, uid: UUID) -> tuple[StudyView, StudyFacts]:
    """One study, with its values. Raises NotFound. One query."""
    require(actor, "see", site_id)
    found = _with_names(CapabilityStudy.objects.filter(site=site_id, uid=uid)).first()
    if found is None:
        raise NotFound(f"There is no study {uid} here.")
    return _study_view(found), study_facts(found)


def _with_names(rows: "QuerySet[CapabilityStudy]") -> "QuerySet[CapabilityStudy]":
    found = rows.select_related("part", "equipment", "by", "supersedes", "superseded_by")
    return found.defer("supersedes__values", "superseded_by__values")


def _study_view(row: CapabilityStudy) -> StudyView:
    return StudyView(
        uid=row.uid,
        part=row.part.number,
        revision=row.revision,
        characteristic=row.characteristic,
        name=row.name,
        pieces=row.pieces,
        unit=row.unit,
        measured_on=row.measured_on,
        machine=row.equipment.code if row.equipment else row.machine,
        gauge=row.gauge,
        source=row.source,
        by=row.by.name,
        at=row.received_at,
        superseded=hasattr(row, "superseded_by"),
        supersedes=row.supersedes.uid if row.supersedes else None,
    )


def study_facts(row: CapabilityStudy) -> StudyFacts:
    return StudyFacts(
        values=tuple(map(Decimal, json.loads(row.values))),
        unit=row.unit,
        measured_on=row.measured_on,
        machine=row.equipment.code if row.equipment else row.machine,
        gauge=row.gauge,
        source=row.source,
    )


def tolerances(actor: Actor, program_id: int, *, revision: str = "") -> ToleranceView:
    """Those of the newest revision, unless said. Raises NotFound. A fixed number of queries."""
    program = program_by_id(actor, program_id)
    rows = PartRevision.objects.filter(part=program.part_id).order_by("-pk")
    found = (rows.filter(label=revision) if revision else rows).first()
    if found is None:
        raise NotFound(f"There is no revision {revision!r} of this part.")
    return of_revision(program.id, program.site_id, found)


def of_revision(program_id: int, site_id: int, revision: PartRevision) -> ToleranceView:
    """The same without asking who looks."""
    return measured_on(program_id, declared(site_id, revision))


def declared(site_id: int, revision: PartRevision) -> Declared:
    """What is said of a revision before a unit of it is measured. Some nine queries."""
    others = tuple(_others(revision.pk))
    return Declared(
        revision=revision,
        part=revision.part.number,
        characteristics=characteristics_of(revision.pk),
        assigned=_assigned(revision.pk),
        known=_known(site_id),
        others=others,
        latest=_latest({revision.part_id, *(c.revision.part_id for c in others)}),
        stacks=tuple(frozen_stacks([revision.pk])[revision.pk]),
    )


def measured_on(program_id: int, of: Declared) -> ToleranceView:
    """That, judged with what the program's runs measured. At most five queries."""
    values, where = _measured(program_id, of.characteristics)
    revision, assigned = of.revision, of.assigned
    part = revision.part_id
    holdings = [
        holding(
            c,
            process=_process(of.known, assigned.get(c.number)),
            named=assigned[c.number].process if c.number in assigned else "",
            measured=values.get(c.number, ()),
            where=where.get(c.number, ""),
            study=of.latest.get((part, c.number, c.name)),
            asked=assigned[c.number].required if c.number in assigned else None,
        )
        for c in of.characteristics
    ]
    holdings.sort(key=lambda h: (_WORST[h.verdict], not h.matters, balloon_key(h.number)))
    return ToleranceView(
        revision_id=revision.pk,
        revision=revision.label,
        status=RevisionStatus(revision.status),
        holdings=tuple(holdings),
        assigned=assigned,
        chains=_chains(of, values),
        measured_in=tuple(dict.fromkeys(where.values())),
    )


def _assigned(revision_id: int) -> dict[str, Assigned]:
    return {
        r.characteristic.number: Assigned(
            r.process, r.equipment.code if r.equipment else r.machine, r.required
        )
        for r in _processes(revision_id)
    }


@prepared
def _processes(revision: int) -> "QuerySet[CharacteristicProcess]":
    rows = CharacteristicProcess.objects.filter(characteristic__revision=revision)
    return rows.select_related("characteristic", "equipment")


def _known(site_id: int) -> _Known:
    """The newest of several features."""
    found = (process_facts(row) for row in _library(site_id))
    return {(f.process.casefold(), f.machine.casefold()): f for f in found}


@prepared
def _library(site: int) -> "QuerySet[ProcessCapability]":
    return newest(site).filter(retired=False).select_related("equipment").order_by("pk")


def _process(known: _Known, assigned: Assigned | None) -> ProcessFacts | None:
    if assigned is None:
        return None
    name, machine = assigned.process.casefold(), assigned.machine.casefold()
    if machine:
        return known.get((name, machine))
    return next((f for (process, _), f in known.items() if process == name), None)


def _measured(
    program_id: int, characteristics: Sequence[CharacteristicFacts]
) -> tuple[dict[str, Sequence[float]], dict[str, str]]:
    """Values of the newest run that has some, by number, and the batch ID they are of."""
    runs = list(
        Run.objects.filter(program=program_id, kind__in=_MEASURED_KINDS)
        .order_by("-pk")
        .values_list("pk", "batch_id")[:_RUNS]
    )
    asked = [c for c in characteristics if c.limits]
    if not runs or not asked:
        return {}, {}
    read = measurements_now({run: asked for run, _ in runs}, head().seq)
    values: dict[str, Sequence[float]] = {}
    where: dict[str, str] = {}
    for run, batch in runs:
        for number, rows in read.get(run, {}).items():
            found = [m.value for m in rows if m.value is not None]
            if number not in values and len(found) > 1:
                values[number], where[number] = found, batch
    return values, where


def _latest(part_ids: Collection[int]) -> _Latest:
    """The latest study of each characteristic of parts, of whatever revision: units measured in a
    run count for the next revision as well. By number and name: a number that stands for something
    else now has nothing of the studies made under it."""
    standing = CapabilityStudy.objects.filter(superseded_by__isnull=True)
    same = {name: OuterRef(name) for name in ("part", "characteristic", "name")}
    on = Q(measured_on=OuterRef("measured_on"), pk__gt=OuterRef("pk"))
    later = standing.filter(on | Q(measured_on__gt=OuterRef("measured_on")), **same)
    rows = standing.filter(~Exists(later), part__in=part_ids).select_related("equipment")
    return {(r.part_id, r.characteristic, r.name): study_facts(r) for r in rows}


def _chains(of: Declared, values: Mapping[str, Sequence[float]]) -> tuple[ChainView, ...]:
    part, revision = of.part, of.revision
    keys = {c.number: (part, revision.label, c.number) for c in of.characteristics}
    facts = {keys[c.number]: c for c in of.characteristics}
    parts = dict.fromkeys(facts, revision.part_id)
    for c in of.others:
        key = (c.revision.part.number, c.revision.label, c.number)
        facts[key], parts[key] = facts_of(c), c.revision.part_id
    named = {key: (parts[key], c.number, c.name) for key, c in facts.items()}
    studied = {key: of.latest[name] for key, name in named.items() if name in of.latest}
    found = {n: _process(of.known, a) for n, a in of.assigned.items()}
    processes = {keys[n]: p for n, p in found.items() if p is not None and n in keys}
    measured = {keys[n]: v for n, v in values.items()}
    views = []
    for chain in of.stacks:
        try:
            made = chain_links(
                chain,
                facts,
                part=part,
                revision=revision.label,
                processes=processes,
                measured=measured,
                studies=studied,
            )
            views.append(ChainView(chain, judge_chain(chain, made)))
        except InvalidInput as error:
            views.append(ChainView(chain, None, error.message))
    return tuple(views)


def _others(revision_id: int) -> "QuerySet[Characteristic]":
    """Characteristics of other revisions that a chain of this one goes over."""
    links = StackUpLink.objects.filter(stack__revision=revision_id, characteristic__isnull=False)
    rows = Characteristic.objects.filter(pk__in=links.values("characteristic"))
    return rows.exclude(revision=revision_id).select_related("revision__part")


def _plain(value: Decimal) -> Decimal:
    return Decimal(decimal_text(value))
