"""Equipment, process plans, defect codes, baselines; and a definition as one thing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import BooleanField, Count, ExpressionWrapper, Q, QuerySet

from firstoff.db.models import Baseline, DefectCode, Equipment, Operation, ProcessPlan
from firstoff.errors import InvalidInput, NotFound
from firstoff.queries.product import (
    ProgramView,
    RevisionView,
    characteristics_of,
    part_revisions,
    program_by_id,
)
from firstoff.rules.access import Actor, require
from firstoff.rules.ledger import canonical, decimal_text, text_digest
from firstoff.rules.plan import (
    CALIBRATION_NOTICE,
    BaselineFacts,
    CatalogueCode,
    Definition,
    Difference,
    EquipmentFacts,
    EquipmentState,
    Gap,
    PlanOperation,
    baseline_content,
    differences,
    equipment_state,
    freeze_stops,
    plan_gaps,
    read_baseline,
    total_minutes,
)
from firstoff.rules.product import (
    CharacteristicFacts,
    ProgramFacts,
    balloon_key,
    characteristic_gaps,
)
from firstoff.terms import EquipmentClass, EquipmentKind, RevisionStatus

SHORT = 8  # hex digits by which people name a baseline
_NEWEST = 50  # baselines that stand on a definition's page


@dataclass(frozen=True, slots=True)
class EquipmentView:
    id: int
    code: str
    name: str
    kind: EquipmentKind
    equipment_class: EquipmentClass
    line: str
    calibration_due: date | None
    max_uses: int | None  # its life, where it is counted
    uses: int
    retired_at: datetime | None
    state: EquipmentState


@dataclass(frozen=True, slots=True)
class EquipmentList:
    """One page; the counts are of everything in use that the search finds."""

    items: tuple[EquipmentView, ...]
    total: int
    kinds: Mapping[EquipmentKind, int]
    classes: Mapping[EquipmentClass, int]
    retired: int
    due: int  # to be calibrated within the notice, or overdue


@dataclass(frozen=True, slots=True)
class BaselineView:
    """A frozen definition in a list. ``short`` is how people name it."""

    id: int
    uid: UUID
    digest: str
    revision: str
    plan: str
    by: str
    frozen_at: datetime
    runs: int

    @property
    def short(self) -> str:
        return self.digest[:SHORT]


@dataclass(frozen=True, slots=True)
class DefinitionView:
    """What is built and how, of one revision and plan, and what stops it from being frozen.

    ``digest`` is the ID that a freeze would give now; ``frozen`` the baseline that has it.
    """

    program: ProgramView
    revisions: tuple[RevisionView, ...]
    revision: RevisionView
    characteristics: tuple[CharacteristicFacts, ...]
    plans: tuple[RevisionView, ...]
    plan: RevisionView | None
    operations: tuple[PlanOperation, ...]
    defect_codes: tuple[CatalogueCode, ...]
    characteristic_gaps: tuple[str, ...]
    plan_gaps: tuple[Gap, ...]
    stops: tuple[str, ...]
    content: str  # canonical JSON
    digest: str
    baselines: tuple[BaselineView, ...]

    @property
    def frozen(self) -> BaselineView | None:
        return next((b for b in self.baselines if b.digest == self.digest), None)

    @property
    def gap_count(self) -> int:
        return len(self.characteristic_gaps) + len(self.plan_gaps)

    @property
    def standard_minutes(self) -> Decimal | None:
        """Sum of the standard times; None while one is missing."""
        return total_minutes(self.operations)


def equipment(
    actor: Actor,
    site_id: int,
    *,
    today: date,
    search: str = "",
    kind: str = "",
    equipment_class: str = "",
    retired: bool = False,
    due_by: date | None = None,
    offset: int = 0,
    limit: int = 50,
) -> EquipmentList:
    """Equipment of a site by code: in use, or retired. Three queries.

    due_by: only what has to be calibrated by that day, the most urgent first.
    """
    require(actor, "see", site_id)
    rows = Equipment.objects.filter(site=site_id)
    if search:
        rows = rows.filter(
            Q(code__icontains=search) | Q(name__icontains=search) | Q(line__icontains=search)
        )
    kinds, classes, gone, due = _counts(rows, today)
    rows = rows.filter(retired_at__isnull=not retired).order_by("code", "pk")
    if due_by is not None:
        rows = rows.filter(calibration_due__lte=due_by).order_by("calibration_due", "code", "pk")
    if kind:
        rows = rows.filter(kind=kind)
    if equipment_class:
        rows = rows.filter(equipment_class=equipment_class)
    page = rows.select_related("use")[offset : offset + limit]
    found = tuple(_equipment(e, today) for e in page)
    return EquipmentList(found, rows.count(), kinds, classes, gone, due)


def equipment_named(actor: Actor, site_id: int, code: str, *, today: date) -> EquipmentView:
    """Raises NotFound. One query."""
    require(actor, "see", site_id)
    rows = Equipment.objects.filter(site=site_id, code=code)
    found = rows.select_related("use").first()
    if found is None:
        raise NotFound(f"There is no equipment {code!r} at this site.")
    return _equipment(found, today)


def usable(actor: Actor, site_id: int, *kinds: EquipmentKind) -> tuple[EquipmentView, ...]:
    """What is not retired, for a choice; of these kinds, or of all. One query."""
    require(actor, "see", site_id)
    rows = Equipment.objects.filter(site=site_id, retired_at__isnull=True)
    rows = rows.select_related("use").order_by("code")
    if kinds:
        rows = rows.filter(kind__in=kinds)
    return tuple(_equipment(e, date.min) for e in rows)


def defect_codes(
    actor: Actor, program_id: int, *, retired: bool = True
) -> tuple[CatalogueCode, ...]:
    """The program's catalogue by code. Two queries."""
    program_by_id(actor, program_id)
    found = codes_of(program_id)
    return found if retired else tuple(c for c in found if not c.retired)


def codes_of(program_id: int) -> tuple[CatalogueCode, ...]:
    rows = DefectCode.objects.filter(program=program_id).order_by("code")
    return tuple(CatalogueCode(c.code, c.name, c.category, c.retired) for c in rows)


def plans_of(revision_id: int) -> tuple[RevisionView, ...]:
    """Every plan of a revision, newest first. One query."""
    rows = ProcessPlan.objects.filter(revision=revision_id).select_related("released_by")
    return tuple(
        RevisionView(
            p.pk,
            p.label,
            RevisionStatus(p.status),
            p.released_at,
            p.released_by.name if p.released_by else "",
        )
        for p in rows.order_by("-pk")
    )


def operations_of(plan_id: int) -> tuple[PlanOperation, ...]:
    """In their order. Two queries."""
    rows = Operation.objects.filter(plan=plan_id).select_related("jig").order_by("seq")
    return tuple(operation_facts(o) for o in rows.prefetch_related("characteristics"))


def operation_facts(row: Operation) -> PlanOperation:
    """A row as the rules know it."""
    numbers = sorted((c.number for c in row.characteristics.all()), key=balloon_key)
    return PlanOperation(
        seq=row.seq,
        name=row.name,
        standard_minutes=_plain(row.standard_minutes),
        instruction=row.instruction,
        caution=row.caution,
        required_skill=row.required_skill,
        jig=row.jig.code if row.jig else "",
        jig_not_needed=row.jig_not_needed,
        work_centre=row.work_centre,
        characteristics=tuple(numbers),
    )


def definition(
    actor: Actor, program_id: int, *, revision: str = "", plan: str = ""
) -> DefinitionView:
    """The definition of a revision and one of its plans: the newest of each, unless said.

    Raises NotFound. Eight queries.
    """
    program = program_by_id(actor, program_id)
    revisions = part_revisions(program.part_id)
    chosen = _chosen(revisions, revision, "revision")
    plans = plans_of(chosen.id)
    planned = _chosen(plans, plan, "plan") if plans or plan else None
    characteristics = characteristics_of(chosen.id)
    operations = operations_of(planned.id) if planned else ()
    content = _content(program, chosen, planned, operations, characteristics)
    return DefinitionView(
        program=program,
        revisions=revisions,
        revision=chosen,
        characteristics=characteristics,
        plans=plans,
        plan=planned,
        operations=operations,
        defect_codes=codes_of(program_id),
        characteristic_gaps=tuple(g for c in characteristics for g in characteristic_gaps(c)),
        plan_gaps=plan_gaps(operations),
        stops=freeze_stops(
            revision_status=chosen.status,
            plan_status=planned.status if planned else RevisionStatus.DRAFT,
            operations=operations,
            characteristics=characteristics,
        ),
        content=content,
        digest=text_digest(content),
        baselines=_baselines(_of(program_id).defer("content")[:_NEWEST]),
    )


def _content(
    program: ProgramView,
    revision: RevisionView,
    plan: RevisionView | None,
    operations: tuple[PlanOperation, ...],
    characteristics: tuple[CharacteristicFacts, ...],
) -> str:
    """The canonical JSON that a freeze keeps."""
    return canonical(
        baseline_content(
            part=program.part_number,
            part_name=program.part_name,
            revision=revision.label,
            plan=plan.label if plan else "",
            operations=operations,
            characteristics=characteristics,
        )
    )


def as_definition(
    actor: Actor, program_id: int, *, revision: str = "", plan: str = ""
) -> Definition:
    """A definition that can be loaded elsewhere, with the equipment its operations name."""
    view = definition(actor, program_id, revision=revision, plan=plan)
    jigs = {o.jig for o in view.operations if o.jig}
    rows = Equipment.objects.filter(site=view.program.site_id, code__in=jigs).order_by("code")
    program = view.program
    return Definition(
        program=ProgramFacts(
            program.code,
            program.name,
            program.description,
            program.first_quantity,
            program.due,
            program.currency,
        ),
        part=program.part_number,
        part_name=program.part_name,
        revision=view.revision.label,
        release_revision=not view.revision.draft,
        characteristics=view.characteristics,
        plan=view.plan.label if view.plan else "1",
        release_plan=view.plan is not None and not view.plan.draft,
        operations=view.operations,
        equipment=tuple(_equipment_facts(row) for row in rows),
        defect_codes=tuple(c for c in view.defect_codes if not c.retired),
    )


def baselines(
    actor: Actor, program_id: int, *, offset: int = 0, limit: int = 50
) -> tuple[tuple[BaselineView, ...], int]:
    """Frozen definitions of a program, newest first: one page, and the total. Three queries."""
    program_by_id(actor, program_id)
    rows = _of(program_id).defer("content")
    return _baselines(rows[offset : offset + limit]), rows.count()


def baseline(actor: Actor, program_id: int, digest: str) -> tuple[BaselineView, BaselineFacts]:
    """By its ID, or by a beginning of at least 4 digits that only one has. Two queries."""
    found = _named(actor, program_id, digest)
    return _baselines([found])[0], read_baseline(found.content)


def baseline_text(actor: Actor, program_id: int, digest: str) -> str:
    """Its canonical JSON: the SHA-256 of this text is the ID. Two queries."""
    return _named(actor, program_id, digest).content


def _named(actor: Actor, program_id: int, digest: str) -> Baseline:
    program_by_id(actor, program_id)
    start = digest.replace(" ", "").lower()
    found = list(_of(program_id).filter(digest__startswith=start)[:2]) if len(start) > 3 else []
    if len(found) > 1:
        raise InvalidInput(
            f"Several baselines begin with {start}.", way_out="Give more digits.", field="digest"
        )
    if not found:
        raise NotFound(f"There is no baseline {digest!r} of this program.")
    return found[0]


def compare(
    actor: Actor, program_id: int, before: str, after: str
) -> tuple[BaselineView, BaselineView, tuple[Difference, ...]]:
    """What two baselines say differently. Four queries."""
    old, old_facts = baseline(actor, program_id, before)
    new, new_facts = baseline(actor, program_id, after)
    return old, new, differences(old_facts, new_facts)


def _of(program_id: int) -> QuerySet[Baseline]:
    rows = Baseline.objects.filter(program=program_id)
    return (
        rows.select_related("revision", "plan", "by")
        .annotate(run_count=Count("runs"))
        .order_by("-pk")
    )


def _baselines(rows: "QuerySet[Baseline] | list[Baseline]") -> tuple[BaselineView, ...]:
    return tuple(
        BaselineView(
            id=b.pk,
            uid=b.uid,
            digest=b.digest,
            revision=b.revision.label,
            plan=b.plan.label,
            by=b.by.name,
            frozen_at=b.received_at,
            runs=b.run_count,  # type: ignore[attr-defined]  # annotated by _of
        )
        for b in rows
    )


def _chosen(there: tuple[RevisionView, ...], label: str, what: str) -> RevisionView:
    found = next((r for r in there if r.label == label), None) if label else there[0]
    if found is None:
        raise NotFound(f"There is no {what} {label!r}.")
    return found


def _counts(
    rows: QuerySet[Equipment], today: date
) -> tuple[dict[EquipmentKind, int], dict[EquipmentClass, int], int, int]:
    """In use by kind and by class, retired, and to be calibrated within the notice."""
    kinds = dict.fromkeys(EquipmentKind, 0)
    classes = dict.fromkeys(EquipmentClass, 0)
    retired = soon = 0
    gone = ExpressionWrapper(Q(retired_at__isnull=False), BooleanField())
    near = Count("pk", filter=Q(calibration_due__lte=today + CALIBRATION_NOTICE))
    groups = rows.annotate(gone=gone).values_list("kind", "equipment_class", "gone")
    found = groups.annotate(n=Count("pk"), due=near).order_by()
    for kind, equipment_class, is_gone, n, due in found:
        if is_gone:
            retired += n
        else:
            kinds[EquipmentKind(kind)] += n
            classes[EquipmentClass(equipment_class)] += n
            soon += due
    return kinds, classes, retired, soon


def _equipment(row: Equipment, today: date) -> EquipmentView:
    """``use`` is read along: most equipment has none."""
    uses = row.use.uses if hasattr(row, "use") else 0
    return EquipmentView(
        id=row.pk,
        code=row.code,
        name=row.name,
        kind=EquipmentKind(row.kind),
        equipment_class=EquipmentClass(row.equipment_class),
        line=row.line,
        calibration_due=row.calibration_due,
        max_uses=row.max_uses,
        uses=uses,
        retired_at=row.retired_at,
        state=equipment_state(
            row.calibration_due,
            row.retired_at,
            today,
            max_uses=row.max_uses,
            uses=uses,
        ),
    )


def _equipment_facts(row: Equipment) -> EquipmentFacts:
    return EquipmentFacts(
        row.code,
        row.name,
        EquipmentKind(row.kind),
        EquipmentClass(row.equipment_class),
        row.line,
        row.calibration_due,
        row.max_uses,
    )


def _plain(value: Decimal | None) -> Decimal | None:
    return None if value is None else Decimal(decimal_text(value))
