"""Parts of a site to choose from: by lifecycle and category; names of variants; headings."""

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, QuerySet

from firstoff.db.models import BomLine, ManufacturerPart, Part, PartRevision, Variant
from firstoff.queries.bom.lines import revision_seen
from firstoff.queries.product.parts import PartView, found_parts, views_of
from firstoff.rules.access import Actor, require
from firstoff.terms import Lifecycle, RevisionStatus

LIFECYCLES = tuple(s.value for s in RevisionStatus)
SUPPLIED = tuple(c.value for c in Lifecycle if c is not Lifecycle.ACTIVE)


@dataclass(frozen=True, slots=True)
class PartList:
    """A page of parts. ``total`` of what was asked for; ``by_procurement`` of all in use."""

    parts: tuple[PartView, ...]
    total: int
    by_procurement: dict[str, int]
    categories: tuple[tuple[str, int], ...]


def part_list(
    actor: Actor,
    site_id: int,
    *,
    search: str = "",
    procurement: str = "",
    lifecycle: str = "",
    category: str = "",
    retired: str = "",
    offset: int = 0,
    limit: int = 50,
) -> PartList:
    """Parts of a site by number. Ten queries.

    lifecycle: of a revision (draft ... obsolete), or ``supply-`` and a word of what is bought
    (``supply-nrnd``). Raises InvalidInput for a choice that there is not.
    """
    require(actor, "see", site_id)
    rows = found_parts(
        actor,
        site_id=site_id,
        search=search,
        procurement=procurement,
        category=category,
        retired=retired,
    )
    rows = _living(rows, lifecycle)
    page = rows.order_by("number", "pk")[offset : offset + limit]
    used = Part.objects.filter(site=site_id, retired_at__isnull=True)
    kinds = dict(used.values_list("procurement").annotate(n=Count("pk")).order_by())
    named = used.exclude(category="").values_list("category").annotate(n=Count("pk"))
    categories = tuple(named.order_by("category")[:200])
    return PartList(views_of(page), rows.count(), kinds, categories)


def variant_names(actor: Actor, revision_id: int) -> tuple[tuple[str, str], ...]:
    """Code and name of each variant of a revision, by code. Two queries. Raises NotFound."""
    found = revision_seen(actor, revision_id)
    return tuple(
        Variant.objects.filter(revision=found.pk).order_by("code").values_list("code", "name")
    )


def line_count(revision_id: int) -> int:
    """How many lines a revision has. One query."""
    return BomLine.objects.filter(revision=revision_id).count()


def _living(rows: "QuerySet[Part]", lifecycle: str) -> "QuerySet[Part]":
    word = lifecycle.removeprefix("supply-")
    if lifecycle in LIFECYCLES:
        return rows.filter(
            Exists(PartRevision.objects.filter(part=OuterRef("pk"), status=lifecycle))
        )
    if lifecycle.startswith("supply-") and word in SUPPLIED:
        bought = ManufacturerPart.objects.filter(
            part=OuterRef("pk"), lifecycle=word, retired_at__isnull=True
        )
        return rows.filter(Exists(bought))
    return rows
