"""Through all levels of a bill of materials, level by level."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Q

from firstoff.db.models import BomLine, Part, PartRevision, Variant, VariantChange
from firstoff.errors import NotFound
from firstoff.queries.bom.lines import chunks, revision_seen
from firstoff.queries.bom.views import ExplodedLine, NeedView
from firstoff.queries.product import default_revisions
from firstoff.rules.access import Actor
from firstoff.rules.bom.explosion import Need, Node, Usage, explode, needs
from firstoff.rules.bom.variants import Fit, FitChange, effective
from firstoff.terms import Procurement

_COLUMNS = (
    *("id", "revision_id", "find_number", "part_id", "child_id", "quantity", "unit"),
    *("designators", "not_fitted", "fitted", "attrition", "setup_pieces"),
)
_ONE = Decimal(1)


@dataclass(slots=True)
class Tree:
    """Every line under a revision, as it is fitted."""

    root: int
    usages: dict[int, list[Usage]] = field(default_factory=dict)  # by revision
    # by line and part: whose it is, its find number, its own unit, the places that are fitted
    said: dict[tuple[int, int], tuple[int, str, str, tuple[str, ...]]] = field(
        default_factory=dict
    )
    parts: dict[int, tuple[str, str, Procurement, str, str]] = field(default_factory=dict)
    labels: dict[int, str] = field(default_factory=dict)  # of revisions


def exploded(
    revision_id: int, quantity: Decimal | int = 1, variant: str = ""
) -> tuple[ExplodedLine, ...]:
    """Every leaf and assembly under a revision with what is needed of it, depth first.

    variant: a code of the revision's; a revision below that has one of that code is built so too.
    Two queries, and three more for each level at most (four with a variant). Raises NotFound for
    a variant that is not there, Refused over a million places.
    """
    tree = tree_of(revision_id, variant)
    return tuple(_line(tree, n) for n in explode(tree.usages, revision_id, Decimal(quantity)))


def needed(
    revision_id: int, quantity: Decimal | int = 1, variant: str = "", *, leaves: bool = False
) -> tuple[NeedView, ...]:
    """What is needed of each part over all levels, by part number; as quick as its lines are many.

    leaves: without the assemblies. The same queries as ``exploded``.
    """
    tree = tree_of(revision_id, variant)
    found = needs(tree.usages, revision_id, Decimal(quantity))
    views = (_need(tree, one) for one in found if one.leaf or not leaves)
    return tuple(sorted(views, key=lambda v: (v.part_number, v.child_label)))


def explosion(
    actor: Actor,
    revision_id: int,
    quantity: Decimal | int = 1,
    variant: str = "",
) -> tuple[ExplodedLine, ...]:
    """``exploded`` for somebody who may see it. Raises NotFound."""
    return exploded(revision_seen(actor, revision_id).pk, quantity, variant)


def needs_of(
    actor: Actor,
    revision_id: int,
    quantity: Decimal | int = 1,
    variant: str = "",
    *,
    leaves: bool = False,
) -> tuple[NeedView, ...]:
    """``needed`` for somebody who may see it. Raises NotFound."""
    return needed(revision_seen(actor, revision_id).pk, quantity, variant, leaves=leaves)


def tree_of(revision_id: int, variant: str = "") -> Tree:
    """Every line under a revision. Raises NotFound for a variant that it does not have."""
    if variant and not Variant.objects.filter(revision=revision_id, code=variant).exists():
        raise NotFound(f"There is no variant {variant[:40]!r} of this revision.")
    tree = Tree(revision_id)
    level = {revision_id}
    while level:
        below: set[int] = set()
        for some in chunks(sorted(level)):
            below |= _read(tree, some, variant)
        level = below - tree.usages.keys()
    _name(tree)
    return tree


def _line(tree: Tree, node: Node) -> ExplodedLine:
    usage = node.usage
    owner, find, unit, places = tree.said[usage.line, usage.part]
    number, name, procurement, part_unit, _ = tree.parts[usage.part]
    return ExplodedLine(
        level=node.level,
        path=node.path,
        line_id=usage.line,
        revision_id=owner,
        find_number=find,
        part_id=usage.part,
        part_number=number,
        part_name=name,
        procurement=procurement,
        child_id=usage.child,
        child_label=tree.labels.get(usage.child, "") if usage.child else "",
        per=usage.quantity,
        quantity=node.quantity,
        with_losses=node.with_losses,
        unit=unit or part_unit,
        designators=places,
        leaf=node.leaf,
    )


def _need(tree: Tree, one: Need) -> NeedView:
    number, name, procurement, unit, category = tree.parts[one.part]
    return NeedView(
        part_id=one.part,
        part_number=number,
        part_name=name,
        procurement=procurement,
        category=category,
        child_id=one.child,
        child_label=tree.labels.get(one.child, "") if one.child else "",
        quantity=one.quantity,
        with_losses=one.with_losses,
        unit=unit,
        level=one.level,
        leaf=one.leaf,
    )


def _read(tree: Tree, revisions: Iterable[int], variant: str) -> set[int]:
    """The lines of these revisions into the tree; what goes into them."""
    wanted = list(revisions)
    tree.usages.update((key, []) for key in wanted)
    changes = _changes(wanted, variant) if variant else {}
    children: set[int] = set()
    rows = BomLine.objects.filter(revision__in=wanted).order_by("revision", "position")
    meant = _meant(wanted)
    for row in rows.values_list(*_COLUMNS):
        (key, owner, find, part, child, amount, unit, places, empty, fitted, lost, setup) = row
        child = meant.get(part) if child is None else child
        fit = Fit(part, child, amount, tuple(places), tuple(empty), fitted)
        for one in effective(fit, changes[key]) if key in changes else (fit,):
            if not one.fitted:
                continue
            usage = Usage(key, one.part, one.child, one.quantity, lost, setup)
            tree.usages[owner].append(usage)
            left = set(one.not_fitted)
            here = tuple(d for d in one.designators if d not in left)
            tree.said[key, one.part] = (owner, find, unit, here)
            if one.child is not None:
                children.add(one.child)
    return children


def _meant(revisions: Iterable[int]) -> dict[int, int]:
    """Of parts made here whose lines name no revision, the one that is meant. Two queries."""
    made = BomLine.objects.filter(
        revision__in=revisions,
        child__isnull=True,
        part__procurement__in=(Procurement.MAKE, Procurement.PHANTOM),
    )
    parts = set(made.values_list("part_id", flat=True))
    return {part: key for part, (key, _) in default_revisions(parts).items()}


def _changes(revisions: list[int], variant: str) -> dict[int, list[FitChange]]:
    rows = VariantChange.objects.filter(
        variant__revision__in=revisions, variant__code=variant
    ).order_by("pk")
    found: dict[int, list[FitChange]] = {}
    columns = ("line_id", "fitted", "designator", "part_id", "child_id", "quantity")
    for line, *said in rows.values_list(*columns):
        found.setdefault(line, []).append(FitChange(*said))
    return found


def _name(tree: Tree) -> None:
    """Names of the parts and labels of the revisions; phantoms are told from the rest."""
    parts = {u.part for usages in tree.usages.values() for u in usages}
    columns = ("pk", "number", "name", "procurement", "unit", "category")
    for some in chunks(sorted(parts)):
        for key, *said in Part.objects.filter(pk__in=some).values_list(*columns):
            tree.parts[key] = (said[0], said[1], Procurement(said[2]), said[3], said[4])
    for some in chunks(sorted(tree.usages)):
        tree.labels.update(PartRevision.objects.filter(pk__in=some).values_list("pk", "label"))
    phantoms = {k for k, said in tree.parts.items() if said[2] is Procurement.PHANTOM}
    if phantoms:
        for key, usages in tree.usages.items():
            tree.usages[key] = list(_marked(usages, phantoms))


def _marked(usages: Iterable[Usage], phantoms: set[int]) -> Iterator[Usage]:
    for u in usages:
        if u.part in phantoms:
            yield Usage(u.line, u.part, u.child, u.quantity, u.attrition, u.setup, True)
        else:
            yield u


def children_of(revision_ids: Iterable[int]) -> dict[int, list[int]]:
    """Which revisions go into each of these and into what goes into them, variants included; for
    whoever looks for loops. Five queries a level."""
    found: dict[int, list[int]] = {}
    level = set(revision_ids)
    while level:
        for some in chunks(sorted(level)):
            found.update((key, []) for key in some)
            direct = BomLine.objects.filter(revision__in=some, child__isnull=False)
            for owner, child in direct.values_list("revision_id", "child_id").distinct():
                found[owner].append(child)
            meant = _meant(some)
            unnamed = BomLine.objects.filter(revision__in=some, child__isnull=True, part__in=meant)
            for owner, part in unnamed.values_list("revision_id", "part_id").distinct():
                found[owner].append(meant[part])
            other = VariantChange.objects.filter(
                Q(variant__revision__in=some), child__isnull=False
            )
            for owner, child in other.values_list("variant__revision_id", "child_id").distinct():
                found[owner].append(child)
        level = {child for key in level for child in found[key]} - found.keys()
    return found
