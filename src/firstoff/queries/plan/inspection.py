"""Inspection plans of a revision, of the program's part or of one that is bought."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import QuerySet

from firstoff.db.models import BomLine, InspectionPlan, Operation, Part
from firstoff.errors import NotFound
from firstoff.queries.product import (
    ProgramView,
    RevisionView,
    characteristics_of,
    part_revisions,
    program_by_id,
)
from firstoff.rules.access import Actor, require
from firstoff.rules.plan import FrozenInspectionLine, FrozenInspectionPlan
from firstoff.rules.plan.inspection import (
    KIND_NAMES,
    SheetLine,
    inspection_gaps,
    inspection_release_stops,
    sheet_lines,
)
from firstoff.rules.plan.sampling import Sample, sample_of, sampling_words
from firstoff.rules.product import CharacteristicFacts
from firstoff.terms import (
    CharacteristicClass,
    InspectionKind,
    Procurement,
    RevisionStatus,
)

USUAL_LOT = 500  # that a sample is shown for, where the program says no quantity


@dataclass(frozen=True, slots=True)
class Inspected:
    """What plans are read against: the revision's one list, and what operations check of it."""

    part_id: int
    site_id: int
    site_name: str
    part: str
    part_name: str
    revisions: tuple[RevisionView, ...]
    revision: RevisionView
    characteristics: tuple[CharacteristicFacts, ...]
    checked: frozenset[str]


@dataclass(frozen=True, slots=True)
class InspectionPlanView:
    """An inspection plan. ``gaps``: what it lacks; ``stops``: why it cannot be released, while it
    is a draft."""

    id: int
    facts: FrozenInspectionPlan
    status: RevisionStatus
    released_at: datetime | None
    released_by: str
    gaps: tuple[str, ...]
    stops: tuple[str, ...]

    @property
    def draft(self) -> bool:
        return self.status is RevisionStatus.DRAFT

    @property
    def name(self) -> str:
        return KIND_NAMES[self.kind]

    @property
    def kind(self) -> InspectionKind:
        return InspectionKind(self.facts.kind)

    @property
    def sampling(self) -> str:
        return sampling_words(self.facts.sampling)

    def sample(self, lot: int) -> Sample:
        return sample_of(self.facts.sampling, Decimal(lot))


@dataclass(frozen=True, slots=True)
class InspectionPlanList:
    """The inspection plans of one revision, by kind, the newest of each first."""

    of: Inspected
    plans: tuple[InspectionPlanView, ...]
    program: ProgramView | None = None

    def newest(self, kind: InspectionKind) -> InspectionPlanView | None:
        return next((p for p in self.plans if p.kind is kind), None)

    def lines(self, plan: InspectionPlanView, lot: int) -> tuple[SheetLine, ...]:
        """What is looked at, with the sample of a lot. Raises InvalidInput."""
        return sheet_lines(plan.facts, self.of.characteristics, Decimal(lot))


def inspection_plans(
    actor: Actor, program_id: int, *, part: str = "", revision: str = ""
) -> InspectionPlanList:
    """Of a revision of the program's part, or of another part of its site: the newest unless
    said. Raises NotFound. Eight queries."""
    program = program_by_id(actor, program_id)
    found = plans_of_part(actor, program.site_id, part or program.part_number, revision=revision)
    return InspectionPlanList(found.of, found.plans, program)


def plans_of_part(
    actor: Actor, site_id: int, part: str, *, revision: str = ""
) -> InspectionPlanList:
    """Raises NotFound. Seven queries."""
    require(actor, "see", site_id)
    row = Part.objects.filter(site=site_id, number=part).select_related("site").first()
    there = part_revisions(row.pk) if row else ()
    chosen = next((r for r in there if revision in ("", r.label)), None)
    if row is None or chosen is None:
        raise NotFound(_nothing_of(part, revision, there=row is not None))
    of = inspected(row, there, chosen)
    return InspectionPlanList(of, _views(InspectionPlan.objects.filter(revision=chosen.id), of))


def _nothing_of(part: str, revision: str, *, there: bool) -> str:
    if not there:
        return f"There is no part {part!r} here."
    if revision:
        return f"Part {part} has no revision {revision!r}."
    return f"Part {part} has no revision yet; one of its drawing says what of it is inspected."


def inspection_plan(
    actor: Actor,
    program_id: int,
    *,
    kind: str,
    part: str = "",
    revision: str = "",
    label: str = "",
) -> tuple[InspectionPlanList, InspectionPlanView]:
    """One of them, its newest label unless said, with the others. Raises NotFound."""
    found = inspection_plans(actor, program_id, part=part, revision=revision)
    return found, one_of_part(found, kind, label)


def one_of_part(found: InspectionPlanList, kind: str, label: str = "") -> InspectionPlanView:
    """One of the list, its newest label unless said. Raises NotFound."""
    for one in found.plans:
        if one.facts.kind == kind and label in ("", one.facts.label):
            return one
    what = f"{kind.replace('_', ' ')[:40]} {label[:40]}".strip()
    raise NotFound(
        f"Revision {found.of.revision.label} of {found.of.part} has no inspection plan {what}."
    )


def inspected(part: Part, there: tuple[RevisionView, ...], chosen: RevisionView) -> Inspected:
    """Two queries."""
    checked = Operation.objects.filter(
        plan__revision=chosen.id, characteristics__isnull=False
    ).values_list("characteristics__number", flat=True)
    return Inspected(
        part.pk,
        part.site_id,
        part.site.name,
        part.number,
        part.name,
        there,
        chosen,
        characteristics_of(chosen.id),
        frozenset(checked),
    )


def _views(rows: QuerySet[InspectionPlan], of: Inspected) -> tuple[InspectionPlanView, ...]:
    order = list(InspectionKind)
    found = rows.select_related("released_by").prefetch_related("lines__characteristic")
    views = [_view(row, of) for row in found.order_by("-pk")]
    return tuple(sorted(views, key=lambda v: order.index(v.kind)))


def _view(row: InspectionPlan, of: Inspected) -> InspectionPlanView:
    facts = plan_facts(row)
    draft = row.status == RevisionStatus.DRAFT
    stops = inspection_release_stops(
        facts, of.characteristics, revision=of.revision.label, status=of.revision.status
    )
    return InspectionPlanView(
        row.pk,
        facts,
        RevisionStatus(row.status),
        row.released_at,
        row.released_by.name if row.released_by else "",
        inspection_gaps(facts, of.characteristics, of.checked),
        stops if draft else (),
    )


def plan_facts(row: InspectionPlan) -> FrozenInspectionPlan:
    """A row as the rules know it."""
    return FrozenInspectionPlan(
        kind=row.kind,
        label=row.label,
        sampling=row.sampling,
        note=row.note,
        lines=tuple(
            FrozenInspectionLine(
                characteristic=line.characteristic.number,
                method=line.method,
                gauge=line.gauge,
                sampling=line.sampling,
                reaction=line.reaction,
            )
            for line in sorted(row.lines.all(), key=lambda line: line.position)
        ),
    )


@dataclass(frozen=True, slots=True)
class IncomingNeed:
    """A bought part with a critical characteristic. ``plan``: label of its released incoming
    plan; empty where its lots wait for one (R-22)."""

    part: str
    name: str
    plan: str


def incoming_needs(revision_id: int) -> tuple[IncomingNeed, ...]:
    """Of the lines of a revision, by part number. Two queries."""
    parts = Part.objects.filter(
        pk__in=BomLine.objects.filter(revision=revision_id).values("part"),
        procurement=Procurement.BUY,
        revisions__characteristics__classification=CharacteristicClass.CRITICAL,
    ).distinct()
    rows = InspectionPlan.objects.filter(
        revision__part__in=parts, kind=InspectionKind.INCOMING, status=RevisionStatus.RELEASED
    )
    plans = dict(rows.order_by("released_at").values_list("revision__part", "label"))
    return tuple(
        IncomingNeed(part.number, part.name, plans.get(part.pk, ""))
        for part in parts.order_by("number")
    )
