"""Parts, as the doors show them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from firstoff.db.models import BomLine, ManufacturerPart, Part, PartRevision, Program
from firstoff.errors import InvalidInput, NotFound
from firstoff.queries.product.revisions import default_revisions
from firstoff.rules.access import Actor
from firstoff.rules.product import PartFacts
from firstoff.terms import Procurement, RevisionStatus

RETIRED = ("", "with", "only")


@dataclass(frozen=True, slots=True)
class PartView:
    """A part. ``revision``: the one that is meant where nobody says, with its ``lines``;
    ``used_in``: how many revisions have a line of it."""

    id: int
    site_id: int
    site: str
    number: str
    name: str
    description: str
    procurement: Procurement
    unit: str
    value: str
    package: str
    category: str
    scheme: str
    attributes: Mapping[str, Any]
    retired_at: datetime | None
    revision_id: int | None
    revision: str
    status: RevisionStatus | None
    lines: int
    used_in: int
    sources: int
    programs: tuple[str, ...]

    @property
    def facts(self) -> PartFacts:
        return PartFacts(
            number=self.number,
            name=self.name,
            description=self.description,
            procurement=self.procurement,
            unit=self.unit,
            value=self.value,
            package=self.package,
            category=self.category,
            scheme=self.scheme,
            attributes=self.attributes,
        )


def parts(
    actor: Actor,
    *,
    site_id: int | None = None,
    search: str = "",
    procurement: str = "",
    category: str = "",
    retired: str = "",
    offset: int = 0,
    limit: int = 50,
) -> tuple[tuple[PartView, ...], int]:
    """Parts of the sites the actor sees, by number: one page, and the total. Eight queries.

    search: in number, name, value, description and manufacturer part numbers. retired: one of
    ``RETIRED``: without them, with them, only them. Raises InvalidInput.
    """
    rows = found_parts(
        actor,
        site_id=site_id,
        search=search,
        procurement=procurement,
        category=category,
        retired=retired,
    )
    page = rows.order_by("number", "site__code", "pk")[offset : offset + limit]
    return views_of(page), rows.count()


def found_parts(
    actor: Actor,
    *,
    site_id: int | None = None,
    search: str = "",
    procurement: str = "",
    category: str = "",
    retired: str = "",
) -> "QuerySet[Part]":
    """The rows that ``parts`` shows a page of, in no order. Raises InvalidInput."""
    rows = _seen(actor)
    if site_id is not None:
        rows = rows.filter(site=site_id)
    rows = _chosen(rows, procurement, retired)
    if category:
        rows = rows.filter(category=category)
    if search := search.strip():
        named = ManufacturerPart.objects.filter(part=OuterRef("pk"), mpn__icontains=search)
        rows = rows.filter(
            Q(number__icontains=search)
            | Q(name__icontains=search)
            | Q(value__icontains=search)
            | Q(description__icontains=search)
            | Exists(named)
        )
    return rows


def part(actor: Actor, site: str, number: str) -> PartView:
    """By the site's code and the part's number, exactly. Raises NotFound. Seven queries."""
    return _one(_seen(actor).filter(site__code=site, number=number), f"part {number[:120]!r}")


def part_by_id(actor: Actor, part_id: int) -> PartView:
    """Raises NotFound. Seven queries."""
    return _one(_seen(actor).filter(pk=part_id), "such part")


def _one(rows: "QuerySet[Part]", what: str) -> PartView:
    found = views_of(rows)
    if not found:
        raise NotFound(f"There is no {what} here, or not for you.")
    return found[0]


def _seen(actor: Actor) -> "QuerySet[Part]":
    return Part.objects.filter(site__in=actor.site_ids).select_related("site")


def _chosen(rows: "QuerySet[Part]", procurement: str, retired: str) -> "QuerySet[Part]":
    if retired not in RETIRED:
        raise InvalidInput(
            f"{retired[:40]!r} is no choice; expected with or only.", field="retired"
        )
    if retired != "with":
        rows = rows.filter(retired_at__isnull=retired != "only")
    if not procurement:
        return rows
    if procurement not in {p.value for p in Procurement}:
        words = ", ".join(p.value for p in Procurement)
        raise InvalidInput(
            f"{procurement[:40]!r} is no choice; expected {words}.", field="procurement"
        )
    return rows.filter(procurement=procurement)


def views_of(rows: Iterable[Part]) -> tuple[PartView, ...]:
    """Seven queries: the parts, their revisions, and what refers to them."""
    found = list(rows)
    keys = [row.pk for row in found]
    meant = default_revisions(keys)
    statuses = dict(
        PartRevision.objects.filter(pk__in=[key for key, _ in meant.values()]).values_list(
            "pk", "status"
        )
    )
    of_revisions = BomLine.objects.filter(revision__in=statuses)
    lines = dict(of_revisions.values_list("revision").annotate(n=Count("pk")).order_by())
    uses = BomLine.objects.filter(part__in=keys).values_list("part")
    used = dict(uses.annotate(n=Count("revision", distinct=True)).order_by())
    known = ManufacturerPart.objects.filter(part__in=keys, retired_at__isnull=True)
    sources = dict(known.values_list("part").annotate(n=Count("pk")).order_by())
    programs: dict[int, list[str]] = {}
    for part_id, code in (
        Program.objects.filter(part__in=keys).order_by("code").values_list("part_id", "code")
    ):
        programs.setdefault(part_id, []).append(code)
    return tuple(
        _view(
            row,
            meant.get(row.pk),
            statuses,
            lines,
            used.get(row.pk, 0),
            sources.get(row.pk, 0),
            tuple(programs.get(row.pk, ())),
        )
        for row in found
    )


def _view(
    row: Part,
    meant: tuple[int, str] | None,
    statuses: Mapping[int, str],
    lines: Mapping[int, int],
    used_in: int,
    sources: int,
    programs: tuple[str, ...],
) -> PartView:
    key, label = meant or (None, "")
    return PartView(
        id=row.pk,
        site_id=row.site_id,
        site=row.site.code,
        number=row.number,
        name=row.name,
        description=row.description,
        procurement=Procurement(row.procurement),
        unit=row.unit,
        value=row.value,
        package=row.package,
        category=row.category,
        scheme=row.scheme,
        attributes=row.attributes,
        retired_at=row.retired_at,
        revision_id=key,
        revision=label,
        status=RevisionStatus(statuses[key]) if key is not None else None,
        lines=lines.get(key, 0) if key is not None else 0,
        used_in=used_in,
        sources=sources,
        programs=programs,
    )
