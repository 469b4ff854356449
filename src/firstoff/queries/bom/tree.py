"""A bill of materials as a tree that opens level by level: what is closed is not read."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count

from firstoff.db.models import BomLine
from firstoff.queries.bom.lines import chunks, revision_seen
from firstoff.queries.product import default_revisions
from firstoff.rules.access import Actor
from firstoff.terms import Procurement

MOST = 100  # lines of one assembly that a tree shows; its own page shows all
_DEEPEST = 30
_MADE = (Procurement.MAKE, Procurement.PHANTOM)
_COLUMNS = (
    *("id", "revision_id", "find_number", "part_id", "part__number", "part__name"),
    *("part__procurement", "child_id", "child__label", "quantity", "unit", "part__unit"),
    *("designators", "not_fitted", "fitted"),
)


@dataclass(frozen=True, slots=True)
class TreeLine:
    """A line where it stands. ``path``: keys of the lines from the top, joined by dots; ``lines``:
    how many the revision that goes in has."""

    path: str
    level: int
    find_number: str
    part_number: str
    part_name: str
    procurement: Procurement
    child_id: int | None
    child_label: str
    lines: int
    quantity: Decimal
    unit: str
    designators: tuple[str, ...]
    not_fitted: int
    fitted: bool
    open: bool = False


@dataclass(frozen=True, slots=True)
class Left:
    """Lines of an assembly that a tree leaves out."""

    path: str
    level: int
    revision_id: int
    lines: int


def tree(
    actor: Actor, revision_id: int, opened: Collection[str] = ()
) -> tuple[TreeLine | Left, ...]:
    """The lines of a revision, and under those that are opened what goes in, in their order.

    opened: paths. Two queries, and three more for each level that is open. Raises NotFound.
    """
    found = revision_seen(actor, revision_id)
    size = BomLine.objects.filter(revision=found.pk).count()
    shown: dict[str, list[TreeLine | Left]] = {}
    front = {"": (found.pk, size)}
    for level in range(1, _DEEPEST):
        front = _level(shown, front, level, frozenset(opened))
        if not front:
            break
    return tuple(_flat(shown, ""))


def _level(
    shown: dict[str, list[TreeLine | Left]],
    front: Mapping[str, tuple[int, int]],
    level: int,
    opened: frozenset[str],
) -> dict[str, tuple[int, int]]:
    """The lines of what is open at one level; answers what is open below."""
    rows: dict[int, list[tuple[Any, ...]]] = {}
    for some in chunks(sorted({key for key, _ in front.values()})):
        lines = BomLine.objects.filter(revision__in=some, position__lte=MOST)
        for row in lines.order_by("revision", "position").values_list(*_COLUMNS):
            rows.setdefault(row[1], []).append(row)
    every = [row for found in rows.values() for row in found]
    meant = default_revisions({r[3] for r in every if r[7] is None and r[6] in _MADE})
    children = {r[7] for r in every if r[7]} | {key for key, _ in meant.values()}
    sizes: dict[int, int] = {}
    for some in chunks(sorted(children)):
        counted = BomLine.objects.filter(revision__in=some).values_list("revision")
        sizes.update(counted.annotate(n=Count("pk")).order_by())
    below: dict[str, tuple[int, int]] = {}
    for path, (key, size) in front.items():
        here: list[TreeLine | Left] = []
        for row in rows.get(key, ()):
            one = _line(row, path, level, meant, sizes, opened)
            here.append(one)
            if one.open and one.child_id is not None:
                below[one.path] = (one.child_id, one.lines)
        if size > MOST:
            here.append(Left(path, level, key, size - MOST))
        shown[path] = here
    return below


def _line(
    row: tuple[Any, ...],
    above: str,
    level: int,
    meant: Mapping[int, tuple[int, str]],
    sizes: Mapping[int, int],
    opened: frozenset[str],
) -> TreeLine:
    key, _, find, part, number, name, procurement, child, label, amount, unit, other = row[:12]
    places, empty, fitted = row[12:]
    if child is None and part in meant:
        child, label = meant[part]
    path = f"{above}.{key}" if above else str(key)
    lines = sizes.get(child, 0) if child is not None else 0
    return TreeLine(
        path=path,
        level=level,
        find_number=find,
        part_number=number,
        part_name=name,
        procurement=Procurement(procurement),
        child_id=child,
        child_label=label or "",
        lines=lines,
        quantity=amount,
        unit=unit or other,
        designators=tuple(places),
        not_fitted=len(empty),
        fitted=fitted,
        open=bool(lines) and path in opened,
    )


def _flat(shown: Mapping[str, list[TreeLine | Left]], path: str) -> Iterable[TreeLine | Left]:
    for one in shown.get(path, ()):
        yield one
        if isinstance(one, TreeLine) and one.open:
            yield from _flat(shown, one.path)
