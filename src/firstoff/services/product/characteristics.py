"""Characteristics of a draft: set, added, changed, taken out. Of the part of a program, or of any
part: what is bought to a drawing is inspected by its characteristics too (R-22)."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from firstoff.db.models import Characteristic, PartRevision
from firstoff.errors import NotFound
from firstoff.queries.product import characteristics_of, facts_of
from firstoff.rules.access import Actor
from firstoff.rules.product import (
    CharacteristicFacts,
    check_characteristic,
    check_characteristics,
    check_unmoved,
)
from firstoff.services.ledger import Entry
from firstoff.services.product.drawn import drop_characteristic
from firstoff.services.product.naming import subject_for

_FIELDS = (
    *("number", "name", "kind", "classification", "nominal", "lower", "upper"),
    *("unit", "method", "measured_as", "decimals", "zone", "form", "symbol", "tolerance"),
    *("diametral", "material_condition", "datums", "gauge", "source_id"),
)


def set_characteristics(
    *,
    revision: str,
    characteristics: Sequence[CharacteristicFacts],
    by: Actor,
    at: datetime,
    program_id: int | None = None,
    part_id: int | None = None,
    seen: str = "",
) -> tuple[CharacteristicFacts, ...]:
    """All characteristics of a draft at once: what is not named goes.

    seen: ``state_of`` what the person saw; raises StaleState when somebody changed it since.
    """
    about = subject_for(by, "definition.edit", program_id=program_id, part_id=part_id)
    wanted = check_characteristics(characteristics)
    with about.verb("product.set_characteristics", by, at) as entry:
        found = about.draft(revision)
        check_unmoved(seen, characteristics_of(found.pk), "characteristics")
        write_characteristics(found, wanted, entry)
    return wanted


def add_characteristic(
    *,
    revision: str,
    characteristic: CharacteristicFacts,
    by: Actor,
    at: datetime,
    program_id: int | None = None,
    part_id: int | None = None,
) -> CharacteristicFacts:
    about = subject_for(by, "definition.edit", program_id=program_id, part_id=part_id)
    one = check_characteristic(characteristic)
    with about.verb("product.add_characteristic", by, at) as entry:
        found = about.draft(revision)
        check_characteristics([*facts_in(found), one])
        Characteristic.objects.create(revision=found, **values_of(one))
        entry.details.update(revision=found.label, **values_of(one))
    return one


def update_characteristic(
    *,
    revision: str,
    number: str,
    characteristic: CharacteristicFacts,
    by: Actor,
    at: datetime,
    program_id: int | None = None,
    part_id: int | None = None,
) -> CharacteristicFacts:
    """Change one of a draft, its number included."""
    about = subject_for(by, "definition.edit", program_id=program_id, part_id=part_id)
    one = check_characteristic(characteristic)
    with about.verb("product.update_characteristic", by, at) as entry:
        found = about.draft(revision)
        row = _numbered(found, number)
        others = [c for c in facts_in(found) if c.number != row.number]
        check_characteristics([*others, one])
        entry.details.update(revision=found.label, number=row.number)
        entry.details.update(changes=_write(row, one))
    return one


def remove_characteristic(
    *,
    revision: str,
    number: str,
    by: Actor,
    at: datetime,
    program_id: int | None = None,
    part_id: int | None = None,
) -> None:
    """Take one out of a draft; operations that checked it check it no more."""
    about = subject_for(by, "definition.edit", program_id=program_id, part_id=part_id)
    with about.verb("product.remove_characteristic", by, at) as entry:
        found = about.draft(revision)
        row = _numbered(found, number)
        entry.details.update(revision=found.label, **values_of(facts_of(row)))
        drop_characteristic(row)


def write_characteristics(
    revision: PartRevision, wanted: Iterable[CharacteristicFacts], entry: Entry
) -> bool:
    """Bring a draft's characteristics to these; False when they were so already."""
    rows = {c.number: c for c in Characteristic.objects.filter(revision=revision)}
    changes: dict[str, Any] = {}
    for one in wanted:
        row = rows.pop(one.number, None)
        if row is None:
            Characteristic.objects.create(revision=revision, **values_of(one))
            changes[one.number] = "added"
        elif moved := _write(row, one):
            changes[one.number] = moved
    for number, row in rows.items():
        drop_characteristic(row)
        changes[number] = "removed"
    entry.details.update(revision=revision.label, characteristics=changes)
    return bool(changes)


def values_of(one: CharacteristicFacts) -> dict[str, Any]:
    """The columns of a characteristic."""
    values = {field: getattr(one, field) for field in _FIELDS}
    return values | {
        "form": one.form or "",
        "symbol": one.symbol or "",
        "datums": list(one.datums),
    }


def facts_in(revision: PartRevision) -> list[CharacteristicFacts]:
    return [facts_of(row) for row in Characteristic.objects.filter(revision=revision)]


def _numbered(revision: PartRevision, number: str) -> Characteristic:
    found = Characteristic.objects.filter(revision=revision, number=number).first()
    if found is None:
        raise NotFound(f"Revision {revision.label} has no characteristic {number!r}.")
    return found


def _write(row: Characteristic, one: CharacteristicFacts) -> dict[str, list[Any]]:
    """Save what differs; answers it as field -> [before, after]."""
    before, after = values_of(facts_of(row)), values_of(one)
    changes = {f: [before[f], after[f]] for f in _FIELDS if before[f] != after[f]}
    if changes:
        for field, (_, value) in changes.items():
            setattr(row, field, value)
        row.save()
    return changes
