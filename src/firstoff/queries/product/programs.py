"""Programs, as the doors show them."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet

from firstoff.db.models import Program
from firstoff.errors import NotFound
from firstoff.rules.access import Actor


@dataclass(frozen=True, slots=True)
class ProgramView:
    """One product on its road. ``site`` is the site's code; addresses are (site, code)."""

    id: int
    site_id: int
    site: str
    site_name: str
    time_zone: str
    code: str
    name: str
    description: str
    part_id: int
    part_number: str
    part_name: str
    owner: str
    owner_username: str
    template: str
    first_quantity: int | None
    due: date | None
    currency: str
    created_at: datetime


def programs(
    actor: Actor, *, site_id: int | None = None, search: str = "", offset: int = 0, limit: int = 50
) -> tuple[tuple[ProgramView, ...], int]:
    """Programs of the sites the actor sees, by code: one page, and the total. Two queries."""
    rows = _seen(actor).order_by("site__code", "code", "pk")
    if site_id is not None:
        rows = rows.filter(site=site_id)
    if search:
        rows = rows.filter(
            Q(code__icontains=search)
            | Q(name__icontains=search)
            | Q(part__number__icontains=search)
        )
    return tuple(_program(p) for p in rows[offset : offset + limit]), rows.count()


def sites_with(actor: Actor, code: str) -> frozenset[int]:
    """The sites the actor sees that have a program of this code."""
    found = Program.objects.filter(code=code, site__in=actor.site_ids)
    return frozenset(found.values_list("site_id", flat=True))


def program(actor: Actor, site: str, code: str) -> ProgramView:
    """By the codes of an address. Raises NotFound. One query."""
    found = _seen(actor).filter(site__code=site, code=code).first()
    if found is None:
        raise NotFound(f"There is no program {code!r} at site {site!r}, or not for you.")
    return _program(found)


def program_by_id(actor: Actor, program_id: int) -> ProgramView:
    """Raises NotFound. One query."""
    found = _seen(actor).filter(pk=program_id).first()
    if found is None:
        raise NotFound("There is no such program, or not for you.")
    return _program(found)


def _seen(actor: Actor) -> QuerySet[Program]:
    return Program.objects.filter(site__in=actor.site_ids).select_related("site", "part", "owner")


def _program(row: Program) -> ProgramView:
    return ProgramView(
        id=row.pk,
        site_id=row.site_id,
        site=row.site.code,
        site_name=row.site.name,
        time_zone=row.site.time_zone,
        code=row.code,
        name=row.name,
        description=row.description,
        part_id=row.part_id,
        part_number=row.part.number,
        part_name=row.part.name,
        owner=row.owner.name,
        owner_username=row.owner.username,
        template=row.template,
        first_quantity=row.first_quantity,
        due=row.due,
        currency=row.currency,
        created_at=row.created_at,
    )
