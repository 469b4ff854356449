"""Where a part goes: straight, and through what goes into what."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from decimal import Context, Decimal, localcontext
from typing import Any

from django.db.models import Q, QuerySet

from firstoff.db.models import Alternate, BomLine, Part, PartRevision, Program, VariantChange
from firstoff.errors import NotFound
from firstoff.queries.bom.lines import chunks
from firstoff.queries.bom.views import UseView
from firstoff.queries.product import default_revisions
from firstoff.rules.access import Actor
from firstoff.terms import RevisionStatus

_EXACT = Context(prec=400)
_NONE = Decimal(0)


@dataclass(slots=True)
class _Held:
    """What one revision holds of it. ``below``: (revision that goes in, how many)."""

    level: int
    straight: Decimal = _NONE
    below: list[tuple[int, Decimal]] = field(default_factory=list)
    lines: int = 0
    finds: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    how: str = "line"


def where_used(actor: Actor, part_id: int) -> tuple[UseView, ...]:
    """Every revision that holds the part, nearest first; by part number and label within a level.

    As an alternate, or in a variant, it counts as used with quantity zero. Raises NotFound. Six
    queries, and three more for each level.
    """
    if not Part.objects.filter(pk=part_id, site__in=actor.site_ids).exists():
        raise NotFound("There is no such part, or not for you.")
    found = _straight(part_id)
    level, front = 1, set(found)
    while front:
        level += 1
        front = _above(found, front, level)
    return _views(found)


def _straight(part_id: int) -> dict[int, _Held]:
    found: dict[int, _Held] = {}
    for row in _lines(BomLine.objects.filter(part=part_id)):
        owner, amount = _note(found, row, 1)
        found[owner].straight += amount
    of_lines = Q(alternates__alternate=part_id, alternates__retired_at__isnull=True)
    everywhere = Alternate.objects.filter(
        alternate=part_id, line__isnull=True, retired_at__isnull=True
    ).values("part")
    rows = BomLine.objects.filter(of_lines | Q(part__in=everywhere)).distinct()
    _otherwise(found, rows, "alternate")
    changed = VariantChange.objects.filter(part=part_id).values("line")
    _otherwise(found, BomLine.objects.filter(pk__in=changed), "variant")
    return found


def _otherwise(found: dict[int, _Held], rows: "QuerySet[BomLine]", how: str) -> None:
    lines = [row for row in _lines(rows) if row[0] not in found or found[row[0]].how == how]
    for row in lines:
        owner, _ = _note(found, row, 1)
        found[owner].how = how


def _above(found: dict[int, _Held], front: Collection[int], level: int) -> set[int]:
    """What the revisions go into; answers those met for the first time."""
    new: set[int] = set()
    for some in chunks(sorted(front)):
        parts = dict(PartRevision.objects.filter(pk__in=some).values_list("part_id", "pk"))
        meant = {part: key for part, (key, _) in default_revisions(parts).items() if key in some}
        unnamed = Q(child__isnull=True, part__in=meant)
        for row in _lines(BomLine.objects.filter(Q(child__in=some) | unnamed)):
            if row[0] not in found:
                new.add(row[0])
            owner, amount = _note(found, row, level)
            found[owner].below.append((row[1] or meant[row[6]], amount))
    return new


def _lines(rows: "QuerySet[BomLine]") -> Iterable[tuple[Any, ...]]:
    return rows.order_by("revision", "position").values_list(
        *("revision_id", "child_id", "quantity", "fitted", "find_number", "designators"),
        "part_id",
    )


def _note(found: dict[int, _Held], row: tuple[Any, ...], level: int) -> tuple[int, Decimal]:
    """The line into what its revision holds; answers whose it is, and what it puts in."""
    owner, _, quantity, fitted, find, places, _ = row
    held = found.setdefault(owner, _Held(level))
    if held.level == level:
        held.lines += 1
        held.places += places
        if find:
            held.finds.append(find)
    return owner, quantity if fitted else _NONE


def _views(found: dict[int, _Held]) -> tuple[UseView, ...]:
    with localcontext(_EXACT):
        totals = _totals(found)
    views = []
    for some in chunks(sorted(found)):
        rows = list(PartRevision.objects.filter(pk__in=some).select_related("part"))
        parts = {row.part_id for row in rows}
        newest = default_revisions(parts)
        programs = _programs(parts)
        for row in rows:
            held = found[row.pk]
            views.append(
                UseView(
                    level=held.level,
                    revision_id=row.pk,
                    part_id=row.part_id,
                    part_number=row.part.number,
                    part_name=row.part.name,
                    label=row.label,
                    status=RevisionStatus(row.status),
                    quantity=totals[row.pk],
                    lines=held.lines,
                    find_numbers=tuple(held.finds),
                    designators=tuple(held.places),
                    how=held.how,
                    default=newest.get(row.part_id, (None,))[0] == row.pk,
                    programs=tuple(programs.get(row.part_id, ())),
                )
            )
    return tuple(sorted(views, key=lambda v: (v.level, v.part_number, v.label)))


def _totals(found: dict[int, _Held]) -> dict[int, Decimal]:
    """How many of the part are in one of each revision, over all paths."""
    totals: dict[int, Decimal] = {}
    waiting: set[int] = set()

    for start in found:
        stack = [start]
        while stack:
            key = stack[-1]
            open_ = [c for c, _ in found[key].below if c not in totals and c not in waiting]
            if key not in totals and open_:
                waiting.add(key)
                stack += open_
                continue
            stack.pop()
            waiting.discard(key)
            held = found[key]
            below = (totals.get(child, _NONE) * amount for child, amount in held.below)
            totals[key] = sum(below, held.straight)
    return totals


def _programs(part_ids: Collection[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    rows = Program.objects.filter(part__in=part_ids).order_by("code")
    for part, code in rows.values_list("part_id", "code"):
        found.setdefault(part, []).append(code)
    return found
