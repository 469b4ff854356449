"""Equipment, as the doors show it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import BooleanField, Count, ExpressionWrapper, Q, QuerySet

from firstoff.db.models import Equipment
from firstoff.errors import NotFound
from firstoff.rules.access import Actor, require
from firstoff.rules.plan import (
    CALIBRATION_NOTICE,
    EquipmentFacts,
    EquipmentState,
    equipment_state,
)
from firstoff.terms import EquipmentClass, EquipmentKind


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


def equipment_facts(row: Equipment) -> EquipmentFacts:
    return EquipmentFacts(
        row.code,
        row.name,
        EquipmentKind(row.kind),
        EquipmentClass(row.equipment_class),
        row.line,
        row.calibration_due,
        row.max_uses,
    )
