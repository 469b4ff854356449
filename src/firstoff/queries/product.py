"""Programs, revisions and characteristics, as the doors show them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Q, QuerySet

from firstoff.db.models import Characteristic, PartRevision, Program
from firstoff.errors import NotFound
from firstoff.rules.access import Actor
from firstoff.rules.product import CharacteristicFacts, balloon_key
from firstoff.terms import (
    CharacteristicClass,
    CharacteristicKind,
    GeometricSymbol,
    LimitForm,
    RevisionStatus,
)


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


@dataclass(frozen=True, slots=True)
class RevisionView:
    id: int
    label: str
    status: RevisionStatus
    released_at: datetime | None
    released_by: str

    @property
    def draft(self) -> bool:
        return self.status is RevisionStatus.DRAFT


def programs(
    actor: Actor,
    *,
    site_id: int | None = None,
    search: str = "",
    offset: int = 0,
    limit: int = 50,
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


def revisions(actor: Actor, program_id: int) -> tuple[RevisionView, ...]:
    """Every revision of the program's part, newest first. Two queries."""
    part = program_by_id(actor, program_id).part_id
    return part_revisions(part)


def part_revisions(part_id: int) -> tuple[RevisionView, ...]:
    rows = PartRevision.objects.filter(part=part_id).select_related("released_by").order_by("-pk")
    return tuple(
        RevisionView(
            r.pk,
            r.label,
            RevisionStatus(r.status),
            r.released_at,
            r.released_by.name if r.released_by else "",
        )
        for r in rows
    )


def characteristics(
    actor: Actor, program_id: int, revision: str
) -> tuple[CharacteristicFacts, ...]:
    """Those of one revision. Raises NotFound. Three queries."""
    part = program_by_id(actor, program_id).part_id
    found = PartRevision.objects.filter(part=part, label=revision).first()
    if found is None:
        raise NotFound(f"There is no revision {revision!r} of this part.")
    return characteristics_of(found.pk)


def characteristics_of(revision_id: int) -> tuple[CharacteristicFacts, ...]:
    """In the order of their numbers: 2 before 10, 10 before 10a. One query."""
    rows = Characteristic.objects.filter(revision=revision_id)
    return tuple(sorted(map(facts_of, rows), key=lambda c: balloon_key(c.number)))


def characteristics_of_many(
    revision_ids: Iterable[int],
) -> Mapping[int, tuple[CharacteristicFacts, ...]]:
    """Those of several revisions at once; no key for one without any. One query."""
    found: dict[int, list[CharacteristicFacts]] = defaultdict(list)
    for row in Characteristic.objects.filter(revision__in=list(revision_ids)):
        found[row.revision_id].append(facts_of(row))
    return {key: tuple(sorted(v, key=lambda c: balloon_key(c.number))) for key, v in found.items()}


def facts_of(row: Characteristic) -> CharacteristicFacts:
    """A row as the rules know it; limits with the digits of the drawing again."""
    return CharacteristicFacts(
        number=row.number,
        name=row.name,
        kind=CharacteristicKind(row.kind),
        classification=CharacteristicClass(row.classification),
        nominal=_written(row.nominal, row.decimals),
        lower=_written(row.lower, row.decimals),
        upper=_written(row.upper, row.decimals),
        unit=row.unit,
        method=row.method,
        measured_as=row.measured_as,
        decimals=row.decimals,
        zone=row.zone,
        form=LimitForm(row.form) if row.form else None,
        symbol=GeometricSymbol(row.symbol) if row.symbol else None,
        tolerance=_written(row.tolerance, row.decimals),
        diametral=row.diametral,
        material_condition=row.material_condition,
        datums=tuple(row.datums),
        gauge=row.gauge,
        source_id=row.source_id,
    )


def _written(value: Decimal | None, decimals: int) -> Decimal | None:
    return None if value is None else value.quantize(Decimal(1).scaleb(-decimals))


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
