"""Variants of a revision, and its lines as one of them has them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from firstoff.db.models import Part, PartRevision, Variant, VariantChange
from firstoff.errors import NotFound
from firstoff.queries.bom.lines import lines_of, revision_seen, sources_of
from firstoff.queries.bom.views import BomLineView
from firstoff.rules.access import Actor
from firstoff.rules.bom.variant_facts import ChangeFacts, VariantFacts
from firstoff.rules.bom.variants import Fit, FitChange, effective
from firstoff.terms import Procurement, RevisionStatus


@dataclass(frozen=True, slots=True)
class VariantView:
    """A variant. ``pieces``: what is fitted in one, as ``BomHead.pieces``."""

    id: int
    facts: VariantFacts
    lines: int  # that differ
    pieces: Decimal


def variants(actor: Actor, revision_id: int) -> tuple[VariantView, ...]:
    """The variants of a revision by code. Eight queries. Raises NotFound."""
    found = revision_seen(actor, revision_id)
    rows = list(Variant.objects.filter(revision=found.pk).order_by("code"))
    plain = lines_of(found.pk) if rows else ()
    views = []
    changes = _changes(found.pk)
    for row in rows:
        said = changes.get(row.pk, [])
        fits = [f for line in plain for f in _fits(line, said)]
        pieces = sum((f.quantity for f in fits if f.fitted), Decimal(0))
        facts = VariantFacts(row.code, row.name, tuple(_facts(c) for c in said))
        views.append(VariantView(row.pk, facts, len({c.line_id for c in said}), pieces))
    return tuple(views)


def variant_facts(revision_id: int, code: str) -> tuple[VariantFacts, ...]:
    """A variant as it was said; nothing where there is none."""
    row = Variant.objects.filter(revision=revision_id, code=code).first()
    if row is None:
        return ()
    said = _changes(revision_id).get(row.pk, [])
    return (VariantFacts(row.code, row.name, tuple(_facts(c) for c in said)),)


def variant_lines(actor: Actor, revision_id: int, code: str) -> tuple[BomLineView, ...]:
    """The lines of a revision as a variant has them, in order. Another part on some places is a
    line of its own, with the key of the line it comes from. Nine queries. Raises NotFound."""
    found = revision_seen(actor, revision_id)
    row = Variant.objects.filter(revision=found.pk, code=code).first()
    if row is None:
        raise NotFound(f"There is no variant {code[:40]!r} of this revision.")
    said = _changes(found.pk).get(row.pk, [])
    pairs = [(line, fit) for line in lines_of(found.pk) for fit in _fits(line, said)]
    others = {fit.part for line, fit in pairs if fit.part != line.part_id}
    parts = {part.pk: part for part in Part.objects.filter(pk__in=others)}
    children = {fit.child for line, fit in pairs if fit.child and fit.child != line.child_id}
    revisions = {r.pk: r for r in PartRevision.objects.filter(pk__in=children)}
    sources = sources_of(others)
    return tuple(
        _line(line, fit)
        if fit.part == line.part_id
        else replace(
            _other(_line(line, fit), parts[fit.part], revisions.get(fit.child or 0)),
            sources=sources.get(fit.part, ()),
        )
        for line, fit in pairs
    )


def _changes(revision_id: int) -> dict[int, list[VariantChange]]:
    found: dict[int, list[VariantChange]] = {}
    rows = VariantChange.objects.filter(variant__revision=revision_id)
    for row in rows.select_related("line", "part", "child").order_by("pk"):
        found.setdefault(row.variant_id, []).append(row)
    return found


def _fits(line: BomLineView, changes: Sequence[VariantChange]) -> tuple[Fit, ...]:
    fit = Fit(
        line.part_id,
        line.child_id,
        line.quantity,
        line.designators,
        line.not_fitted,
        line.fitted,
    )
    return effective(
        fit,
        [
            FitChange(c.fitted, c.designator, c.part_id, c.child_id, c.quantity)
            for c in changes
            if c.line_id == line.id
        ],
    )


def _line(line: BomLineView, fit: Fit) -> BomLineView:
    return replace(
        line,
        quantity=fit.quantity,
        designators=fit.designators,
        not_fitted=fit.not_fitted,
        fitted=fit.fitted,
    )


def _other(line: BomLineView, part: Part, child: PartRevision | None) -> BomLineView:
    return replace(
        line,
        part_id=part.pk,
        part_number=part.number,
        part_name=part.name,
        description=part.description,
        value=part.value,
        package=part.package,
        category=part.category,
        procurement=Procurement(part.procurement),
        retired=part.retired_at is not None,
        unit=part.unit,
        child_id=child.pk if child else None,
        child_label=child.label if child else "",
        child_status=RevisionStatus(child.status) if child else None,
        child_lines=0,
        alternates=(),
    )


def _facts(row: VariantChange) -> ChangeFacts:
    return ChangeFacts(
        position=row.line.position,
        fitted=row.fitted,
        designator=row.designator,
        part=row.part.number if row.part else "",
        child=row.child.label if row.child else "",
        quantity=row.quantity,
    )
