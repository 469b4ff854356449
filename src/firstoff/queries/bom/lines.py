"""The lines of a revision: all of them, or a page of many."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    When,
)

from firstoff.db.fields import PLACES
from firstoff.db.models import Alternate, BomLine, ManufacturerPart, PartRevision
from firstoff.errors import InvalidInput, NotFound
from firstoff.queries.bom.views import AlternateView, BomHead, BomLineView, SourceView
from firstoff.rules.access import Actor
from firstoff.terms import CharacteristicClass, Lifecycle, Procurement, RevisionStatus

_CHUNK = 5000  # parameters of one query
_COLUMNS = (
    *("id", "revision_id", "position", "find_number", "part_id", "part__number", "part__name"),
    *("part__description", "part__value", "part__package", "part__category"),
    *("part__procurement", "part__retired_at", "quantity", "unit", "part__unit", "designators"),
    *("not_fitted", "fitted", "classification", "attrition", "setup_pieces", "section", "note"),
    *("attributes", "child_id", "child__label", "child__status"),
)
_PART, _CHILD = _COLUMNS.index("part_id"), _COLUMNS.index("child_id")
ONLY: Mapping[str, Q] = {
    "assemblies": Q(child__isnull=False),
    "not_fitted": Q(fitted=False) | ~Q(not_fitted=[]),
    "critical": Q(classification=CharacteristicClass.CRITICAL),
    "without_source": Q(
        ~Exists(ManufacturerPart.objects.filter(part=OuterRef("part"), retired_at__isnull=True)),
        fitted=True,
        part__procurement=Procurement.BUY,
    ),
}


@dataclass(frozen=True, slots=True)
class _Beside:
    """What hangs on lines: sources by part, alternates by line and by part, sizes by revision."""

    sources: Mapping[int, tuple[SourceView, ...]]
    of_lines: Mapping[int, Sequence[AlternateView]]
    of_parts: Mapping[int, Sequence[AlternateView]]
    sizes: Mapping[int, int]


class _Length(Func):
    """How many items a JSON list has."""

    function = "json_array_length"
    output_field = IntegerField()

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, function="jsonb_array_length", **extra)


def lines(
    actor: Actor,
    revision_id: int,
    *,
    search: str = "",
    only: str = "",
    section: str | None = None,
    offset: int = 0,
    limit: int = 50,
) -> tuple[tuple[BomLineView, ...], int]:
    """A page of a revision's lines in their order, and how many there are. Seven queries.

    search: part number, name, value, find number, MPN, or one designator. only: one of ``ONLY``.
    Raises NotFound, InvalidInput.
    """
    found = revision_seen(actor, revision_id)
    rows = _searched(BomLine.objects.filter(revision=found.pk), search.strip())
    if only:
        if only not in ONLY:
            raise InvalidInput(
                f"There is no choice {only[:40]!r}; expected one of {', '.join(ONLY)}.",
                field="only",
            )
        rows = rows.filter(ONLY[only])
    if section is not None:
        rows = rows.filter(section=section)
    total = rows.count()
    # The keys first, out of the index alone: a page far down reads no rows that it does not show.
    keys = list(rows.order_by("position").values_list("pk", flat=True)[offset : offset + limit])
    return _with_parts(BomLine.objects.filter(pk__in=keys)), total


def lines_of(revision_id: int) -> tuple[BomLineView, ...]:
    """Every line of a revision, in order. Four queries, whatever their number."""
    return _with_parts(BomLine.objects.filter(revision=revision_id))


def line(actor: Actor, line_id: int) -> BomLineView:
    """One line. Raises NotFound. Four queries."""
    found = BomLine.objects.filter(pk=line_id, revision__part__site__in=actor.site_ids)
    views = _with_parts(found)
    if not views:
        raise NotFound("There is no such line, or not for you.")
    return views[0]


def head(actor: Actor, revision_id: int) -> BomHead:
    """The figures of a revision's lines. Raises NotFound. Two queries."""
    found = revision_seen(actor, revision_id)
    fitted, empty = Q(fitted=True), Q(fitted=False)
    sums = BomLine.objects.filter(revision=found.pk).aggregate(
        lines=Count("pk"),
        pieces=Sum(Case(When(fitted, then=F("quantity")), output_field=IntegerField())),
        places=Sum(_Length("designators")),
        empty=Count("pk", filter=empty),
        empty_places=Sum(_Length("not_fitted")),
        assemblies=Count("child"),
        parts=Count("part", distinct=True),
        sourceless=Count("pk", filter=ONLY["without_source"]),
    )
    return BomHead(
        revision_id=found.pk,
        part_id=found.part_id,
        part_number=found.part.number,
        part_name=found.part.name,
        label=found.label,
        status=RevisionStatus(found.status),
        lines=sums["lines"],
        pieces=Decimal(sums["pieces"] or 0).scaleb(-PLACES),
        designators=sums["places"] or 0,
        do_not_populate=sums["empty"],
        do_not_populate_designators=sums["empty_places"] or 0,
        assemblies=sums["assemblies"],
        parts=sums["parts"],
        without_source=sums["sourceless"],
    )


def sections(actor: Actor, revision_id: int) -> tuple[tuple[str, int], ...]:
    """The headings in a revision's lines and how many lines stand under each. Two queries."""
    found = revision_seen(actor, revision_id)
    rows = BomLine.objects.filter(revision=found.pk).values("section").order_by("section")
    return tuple((r["section"], r["n"]) for r in rows.annotate(n=Count("pk")))


def sources_of(part_ids: Collection[int]) -> dict[int, tuple[SourceView, ...]]:
    """The manufacturer parts of each part, preferred first. One query per 5,000 parts."""
    found: dict[int, list[SourceView]] = {}
    for some in chunks(list(part_ids)):
        _gather_sources(ManufacturerPart.objects.filter(part__in=some), found)
    return {part: tuple(views) for part, views in found.items()}


def revision_seen(actor: Actor, revision_id: int) -> PartRevision:
    """The revision, with its part, if the actor sees its site. Raises NotFound. One query."""
    found = (
        PartRevision.objects.filter(pk=revision_id, part__site__in=actor.site_ids)
        .select_related("part")
        .first()
    )
    if found is None:
        raise NotFound("There is no such revision, or not for you.")
    return found


def chunks(items: Sequence[int]) -> Iterable[Sequence[int]]:
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]


def _searched(rows: "QuerySet[BomLine]", search: str) -> "QuerySet[BomLine]":
    if not search:
        return rows
    named = ManufacturerPart.objects.filter(part=OuterRef("part"), mpn__icontains=search)
    return rows.filter(
        Q(part__number__icontains=search)
        | Q(part__name__icontains=search)
        | Q(part__value__icontains=search)
        | Q(find_number__iexact=search)
        | Q(designators__icontains=f'"{search}"')
        | Exists(named)
    )


def _with_parts(rows: "QuerySet[BomLine]") -> tuple[BomLineView, ...]:
    """Four queries: the lines, their sources, their alternates, the sizes of what goes in."""
    found = list(rows.order_by("position").values_list(*_COLUMNS))
    if not found:
        return ()
    parts: Any = rows.values("part")
    children: Any = rows.filter(child__isnull=False).values("child")
    if len(found) <= _CHUNK:
        parts = {row[_PART] for row in found}
        children = {row[_CHILD] for row in found if row[_CHILD]}
    sources: dict[int, list[SourceView]] = {}
    _gather_sources(ManufacturerPart.objects.filter(part__in=parts), sources)
    beside = _Beside(
        {part: tuple(views) for part, views in sources.items()},
        *_alternates(rows, parts),
        dict(
            BomLine.objects.filter(revision__in=children)
            .values_list("revision")
            .annotate(n=Count("pk"))
            .order_by()
        ),
    )
    return tuple(_view(row, beside) for row in found)


def _gather_sources(
    rows: "QuerySet[ManufacturerPart]", found: dict[int, list[SourceView]]
) -> None:
    columns = ("id", "part_id", "manufacturer", "mpn", "lifecycle", "rank", "description")
    # Rank 0 is what nobody ranked: it comes after what somebody did.
    order = (Case(When(rank=0, then=1), default=0), "rank", "pk")
    for key, part, maker, mpn, lifecycle, rank, text in (
        rows.filter(retired_at__isnull=True).order_by(*order).values_list(*columns)
    ):
        view = SourceView(key, part, maker, mpn, _LIFECYCLES[lifecycle], rank, text)
        found.setdefault(part, []).append(view)


def _alternates(
    rows: "QuerySet[BomLine]", parts: Any
) -> tuple[dict[int, list[AlternateView]], dict[int, list[AlternateView]]]:
    columns = ("id", "part_id", "line_id", "alternate_id", "alternate__number", "alternate__name")
    of_lines: dict[int, list[AlternateView]] = {}
    of_parts: dict[int, list[AlternateView]] = {}
    meant = Q(line__in=rows.values("pk")) | Q(line__isnull=True, part__in=parts)
    found = Alternate.objects.filter(meant, retired_at__isnull=True).order_by("rank", "pk")
    for row in found.values_list(*columns, "rank", "note"):
        view = AlternateView(*row)
        if view.line_id is None:
            of_parts.setdefault(view.part_id, []).append(view)
        else:
            of_lines.setdefault(view.line_id, []).append(view)
    return of_lines, of_parts


def _view(row: tuple[Any, ...], beside: "_Beside") -> BomLineView:
    key, revision, position, find, part, number, name, description, value, package = row[:10]
    category, procurement, retired, quantity, unit, part_unit, places, empty, fitted = row[10:19]
    classification, attrition, setup, section, note, attributes, child, label, status = row[19:]
    return BomLineView(
        id=key,
        revision_id=revision,
        position=position,
        find_number=find,
        part_id=part,
        part_number=number,
        part_name=name,
        description=description,
        value=value,
        package=package,
        category=category,
        procurement=_PROCUREMENT[procurement],
        retired=retired is not None,
        quantity=quantity,
        unit=unit or part_unit,
        designators=tuple(places),
        not_fitted=tuple(empty),
        fitted=fitted,
        classification=_CLASSES[classification],
        attrition=attrition,
        setup_pieces=setup,
        section=section,
        note=note,
        attributes=attributes,
        child_id=child,
        child_label=label or "",
        child_status=_STATUSES[status],
        child_lines=beside.sizes.get(child, 0) if child else 0,
        sources=beside.sources.get(part, ()),
        alternates=(*beside.of_lines.get(key, ()), *beside.of_parts.get(part, ())),
    )


_LIFECYCLES = {c.value: c for c in Lifecycle}
_PROCUREMENT = {p.value: p for p in Procurement}
_CLASSES: dict[str, CharacteristicClass | None] = {"": None}
_CLASSES.update((c.value, c) for c in CharacteristicClass)
_STATUSES: dict[str | None, RevisionStatus | None] = {None: None}
_STATUSES.update((s.value, s) for s in RevisionStatus)
