"""A build that somebody asks about: its bill of materials through all levels, with everything
known of each part."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from firstoff.db.models import ComplianceDeclaration, Need, RequiredScheme
from firstoff.errors import InvalidInput, NotFound
from firstoff.queries.bom.exploding import Tree, tree_of
from firstoff.queries.product import ProgramView, default_revision, program, revisions
from firstoff.queries.sourcing.known import Known, known_of, rates
from firstoff.rules.access import Actor
from firstoff.rules.bom.explosion import Need as ExplodedNeed
from firstoff.rules.bom.explosion import needs as exploded_needs
from firstoff.rules.sourcing.buying import PartNeed, pooled
from firstoff.rules.sourcing.compliance import Scheme
from firstoff.rules.sourcing.netting import Structure
from firstoff.rules.sourcing.stockout import Demand
from firstoff.rules.sourcing.values import (
    ZERO,
    Build,
    Declaration,
    LineNeed,
    OrderFacts,
    Source,
    StockFacts,
)
from firstoff.terms import CharacteristicClass, ComplianceStatus, Procurement, RunKind

_LARGEST = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked: how many units of which revision, when, as which kind of run."""

    program: ProgramView
    revision_id: int
    revision: str
    variant: str
    build: Build


@dataclass(frozen=True, slots=True)
class Wanted:
    """A part that the build takes: bought, at any level. ``lines`` are keys of its BOM lines,
    ``places`` where it goes: find numbers and designators."""

    part_id: int
    need: LineNeed
    lines: tuple[int, ...]
    places: tuple[str, ...]


@dataclass
class Gathered:
    """A build with everything that judging it takes. Parts are named by their numbers."""

    asked: Asked
    tree: Tree
    wanted: tuple[Wanted, ...]  # by part number
    known: Known
    schemes: tuple[Scheme, ...]
    declared: tuple[Declaration, ...]  # of the product itself
    demands: tuple[tuple[date, int, str], ...]  # when, how many units, for what

    @property
    def build(self) -> Build:
        return self.asked.build

    @cached_property
    def by_number(self) -> Mapping[str, Wanted]:
        return {one.need.part: one for one in self.wanted}

    @cached_property
    def sources(self) -> Mapping[str, Sequence[Source]]:
        return {w.need.part: self.known.sources.get(w.part_id, ()) for w in self.wanted}

    @cached_property
    def stock(self) -> Mapping[str, StockFacts]:
        kind = self.build.kind
        return {w.need.part: self.known.stock(w.part_id, kind) for w in self.wanted}

    @cached_property
    def orders(self) -> Mapping[str, Sequence[OrderFacts]]:
        return {w.need.part: self.known.orders.get(w.part_id, ()) for w in self.wanted}

    @cached_property
    def needs(self) -> Mapping[str, PartNeed]:
        found = pooled(
            [w.need for w in self.wanted], self.build, stock=self.stock, orders=self.orders
        )
        return {one.part: one for one in found}

    def demand(self, need: LineNeed) -> tuple[Demand, ...]:
        """What is taken of a part, when."""
        return tuple(Demand(on, need.needed(units), what) for on, units, what in self.demands)

    @cached_property
    def structure(self) -> Structure:
        """Each part that is made with its lines, the top among them."""
        tree, found = self.tree, dict[str, list[LineNeed]]()
        made = {u.child: u.part for usages in tree.usages.values() for u in usages if u.child}
        for revision, usages in tree.usages.items():
            top = revision == tree.root
            number = self.asked.program.part_number if top else tree.parts[made[revision]][0]
            found[number] = [
                LineNeed(
                    str(u.line),
                    tree.parts[u.part][0],
                    u.quantity,
                    tree.parts[u.part][1],
                    tree.parts[u.part][3],
                    attrition=u.attrition,
                    setup=u.setup,
                )
                for u in usages
            ]
        return found


def ask(
    actor: Actor,
    site: str,
    code: str,
    *,
    today: date,
    units: int | None = None,
    needed_by: date | None = None,
    kind: RunKind = RunKind.PRODUCTION,
    revision: str = "",
    variant: str = "",
) -> Asked:
    """What a program is asked about: its first quantity and its date unless said, its newest
    released revision, or else the newest draft. Raises NotFound, InvalidInput. Five queries."""
    found = program(actor, site, code)
    meant = _revision(actor, found, revision)
    count = units if units is not None else (found.first_quantity or 1)
    if not 1 <= count <= _LARGEST:
        raise InvalidInput(
            f"The quantity is {count:,}; expected 1 to {_LARGEST:,} units.", field="units"
        )
    build = Build(
        kind=kind,
        units=count,
        today=today,
        needed_by=needed_by or found.due,
        currency=found.currency,
        rates=rates(found.site_id, found.currency, today),
    )
    return Asked(found, *meant, variant, build)


def _revision(actor: Actor, found: ProgramView, label: str) -> tuple[int, str]:
    if label:
        for one in revisions(actor, found.id):
            if one.label == label:
                return one.id, one.label
        raise NotFound(f"There is no revision {label[:20]!r} of {found.code}.")
    newest = default_revision(found.part_id)
    if newest is None:
        raise NotFound(f"{found.code} has no revision yet.")
    return newest.id, newest.label


def gather(asked: Asked) -> Gathered:
    """Everything about the build: the tree in four queries and one a level, and fifteen more,
    whatever the number of lines."""
    tree = tree_of(asked.revision_id, asked.variant)
    found = _bought(tree)
    lines = {part: lines for part, (_, lines, _) in found.items()}
    known = known_of(asked.program.site_id, found.keys(), today=asked.build.today, lines=lines)
    wanted = [
        Wanted(part, _need(tree, part, amounts, known.classes.get(part)), tuple(keys), places)
        for part, (amounts, keys, places) in found.items()
    ]
    return Gathered(
        asked=asked,
        tree=tree,
        wanted=tuple(sorted(wanted, key=lambda w: w.need.part)),
        known=known,
        schemes=schemes_of(asked.program.id),
        declared=_declared(asked.program.part_id),
        demands=_demands(asked),
    )


_Amounts = tuple[Decimal, Decimal, Decimal]  # in one unit; with losses of one, and of two


def _bought(tree: Tree) -> dict[int, tuple[_Amounts, list[int], tuple[str, ...]]]:
    """What is bought, by part, with the lines that take it and its places."""
    one, two = (_leaves(tree, exploded_needs(tree.usages, tree.root, Decimal(n))) for n in (1, 2))
    lines: dict[int, list[int]] = defaultdict(list)
    places: dict[int, list[str]] = defaultdict(list)
    for usages in tree.usages.values():
        for usage in usages:
            if usage.part in one:
                lines[usage.part].append(usage.line)
                _, find, _, designators = tree.said[usage.line, usage.part]
                places[usage.part] += designators or ([find] if find else [])
    return {
        part: ((quantity, losses, two[part][1]), lines[part], tuple(places[part]))
        for part, (quantity, losses) in one.items()
    }


def _leaves(tree: Tree, needs: Sequence[ExplodedNeed]) -> dict[int, tuple[Decimal, Decimal]]:
    """What is bought; a part that is made and has no lines yet is nobody's to supply."""
    found: dict[int, tuple[Decimal, Decimal]] = {}
    for one in needs:
        if one.leaf and tree.parts[one.part][2] is Procurement.BUY:
            quantity, losses = found.get(one.part, (ZERO, ZERO))
            found[one.part] = (quantity + one.quantity, losses + one.with_losses)
    return found


def _need(
    tree: Tree, part: int, amounts: _Amounts, classification: CharacteristicClass | None
) -> LineNeed:
    """Losses over all levels are so much a unit, and so much once a run: two explosions tell."""
    number, name, _, unit, _ = tree.parts[part]
    quantity, first, second = amounts
    each, once = second - first, 2 * first - second
    attrition = ZERO
    if quantity and each != quantity:
        percent = ((each / quantity - 1) * 100).quantize(Decimal("0.000001"))
        if quantity * (100 + percent) / 100 == each:
            attrition = percent
        else:
            quantity = each  # no percentage says it exactly: what is needed does
    return LineNeed(number, number, quantity, name, unit, classification, attrition, once)


def schemes_of(program_id: int) -> tuple[Scheme, ...]:
    """What a program has to declare. One query."""
    rows = RequiredScheme.objects.filter(program=program_id).order_by("scheme")
    return tuple(Scheme(*row) for row in rows.values_list("scheme", "whole_product"))


def _declared(part_id: int) -> tuple[Declaration, ...]:
    rows = ComplianceDeclaration.objects.filter(part=part_id, manufacturer_part__isnull=True)
    found = []
    for row in rows.select_related("version__document").order_by("pk"):
        paper = str(row.version) if row.version else ""
        evidence = ", ".join(text for text in (row.reference, paper) if text)
        status = ComplianceStatus(row.status)
        found.append(Declaration(row.scheme, status, evidence, "", row.declared_on, row.expires))
    return tuple(found)


def _demands(asked: Asked) -> tuple[tuple[date, int, str], ...]:
    """The build, and what else the program owes by other dates."""
    build = asked.build
    rows = Need.objects.filter(program=asked.program.id).order_by("pk")
    held = {
        (due, kind): units for units, due, kind in rows.values_list("quantity", "due", "run_kind")
    }
    own = (build.needed_by or build.today, build.units, "this build")
    others = [
        (due, units, f"{units:,} units by {due}")
        for (due, _), units in sorted(held.items())
        if units
    ]
    return (own, *others)
