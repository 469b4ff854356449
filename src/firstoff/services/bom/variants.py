"""Variants of a draft: set whole, taken out."""

from datetime import datetime

from firstoff.db.models import BomLine, PartRevision, Variant, VariantChange
from firstoff.errors import InvalidInput, NotFound
from firstoff.queries.bom import line_facts, variant_facts
from firstoff.rules.access import Actor
from firstoff.rules.bom.variant_facts import VariantFacts, check_variant
from firstoff.rules.product import check_unmoved
from firstoff.services.bom.ground import (
    check_no_loop,
    children_named,
    draft,
    parts_named,
    revision_for,
    verb,
)


def set_variant(
    *, revision_id: int, variant: VariantFacts, by: Actor, at: datetime, seen: str = ""
) -> VariantFacts:
    """A variant of a draft with all that it changes: what is not named is as in the lines.

    seen: ``state_of`` what the person saw; raises StaleState when somebody changed it since.
    """
    revision = revision_for(by, revision_id, "definition.edit")
    with verb("set_variant", revision, by, at) as entry:
        revision = draft(revision)
        wanted = check_variant(variant, list(line_facts(revision.pk).values()))
        check_unmoved(seen, variant_facts(revision.pk, wanted.code), "variant")
        row, made = Variant.objects.get_or_create(
            revision=revision, code=wanted.code, defaults={"name": wanted.name}
        )
        if not made and row.name != wanted.name:
            row.name = wanted.name
            row.save(update_fields=["name"])
        VariantChange.objects.filter(variant=row).delete()
        VariantChange.objects.bulk_create(_rows(revision, row, wanted))
        entry.details.update(variant=wanted.code, name=wanted.name)
        entry.details.update(
            changes=[[c.position, c.designator, c.fitted, c.part] for c in wanted.changes]
        )
    return wanted


def remove_variant(*, revision_id: int, code: str, by: Actor, at: datetime) -> None:
    """Raises NotFound."""
    revision = revision_for(by, revision_id, "definition.edit")
    with verb("remove_variant", revision, by, at) as entry:
        revision = draft(revision)
        row = Variant.objects.filter(revision=revision, code=code).first()
        if row is None:
            raise NotFound(f"There is no variant {code[:40]!r} of this revision.")
        VariantChange.objects.filter(variant=row).delete()
        row.delete()
        entry.details.update(variant=code)


def _rows(revision: PartRevision, variant: Variant, wanted: VariantFacts) -> list[VariantChange]:
    numbers = {c.part for c in wanted.changes if c.part}
    parts = parts_named(revision.part.site_id, numbers)
    for row, change in enumerate(wanted.changes):
        if change.part and change.part not in parts:
            raise InvalidInput(f"There is no part {change.part!r} here.", field="part", row=row)
    labels = {(c.part, c.child) for c in wanted.changes}
    children = children_named(parts.values(), labels)
    check_no_loop(revision, parts.values(), children.values())
    lines = dict(BomLine.objects.filter(revision=revision).values_list("position", "pk"))
    return [
        VariantChange(
            variant=variant,
            line_id=lines[change.position],
            designator=change.designator,
            fitted=change.fitted,
            part=parts[change.part] if change.part else None,
            child_id=children[change.part, change.child] if change.child else None,
            quantity=change.quantity,  # type: ignore[misc]  # the stubs miss null
        )
        for change in wanted.changes
    ]
