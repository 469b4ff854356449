"""A placed import written: parts, manufacturer parts, revisions, lines; in few statements."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Max

from firstoff.db.models import ManufacturerPart, Part, PartRevision, ProcessPlan
from firstoff.queries.bom import line_facts
from firstoff.rules.bom.planning import ImportPlan, NewPart, NewSource
from firstoff.services.bom.ground import CHUNK, parts_named
from firstoff.services.bom.placing import Placed, PlacedImport
from firstoff.services.bom.writing import Named, apply_lines, insert_lines, tell
from firstoff.services.ledger import Entry
from firstoff.services.product import copy_revision
from firstoff.terms import Procurement

_BATCH = 1000


def take(top: PartRevision, placed: PlacedImport, plan: ImportPlan, entry: Entry) -> None:
    """Write all of it, inside the verb."""
    site = top.part.site_id
    made = _new_parts(site, plan.parts)
    numbers = {
        number
        for one in placed.assemblies
        for d in one.differences
        if d.after is not None
        for number in (d.after.part, *(a.part for a in d.after.alternates))
    }
    numbers |= {one.part for one in placed.assemblies} | {s.part for s in plan.sources}
    parts = made | parts_named(site, numbers - made.keys())
    _new_sources(parts, plan.sources)
    revisions = _revisions(parts, placed)
    children = {(one.part, one.label): revisions[one.part].pk for one in placed.assemblies}
    children |= _other_children(parts, placed, children)
    _write(placed, Named(parts, children), revisions, entry.at)
    tell(entry, placed.assemblies[-1].differences)


def _write(
    placed: PlacedImport, named: Named, revisions: dict[str, PartRevision], at: datetime
) -> None:
    new = {}
    for one in placed.assemblies:
        revision = revisions[one.part]
        if not one.writes:
            continue
        if one.revision is None and one.source is None:
            new[revision.pk] = one.differences
            continue
        # The copy of an earlier revision has its lines in the same order.
        keys = one.keys if one.revision is not None else tuple(line_facts(revision.pk))
        apply_lines(revision, one.differences, keys, named, at)
    insert_lines(new, named)


def _new_parts(site_id: int, parts: Sequence[NewPart]) -> dict[str, Part]:
    rows = [
        Part(
            site_id=site_id,
            number=one.number,
            name=one.name,
            description=one.description,
            procurement=one.procurement.value,
            unit=one.unit,
            value=one.value,
            package=one.package,
            attributes={"number_made": True} if one.made else {},
        )
        for one in parts
    ]
    return {row.number: row for row in Part.objects.bulk_create(rows, batch_size=_BATCH)}


def _new_sources(parts: dict[str, Part], sources: Sequence[NewSource]) -> None:
    """Ranked as the file has them, after those that are there."""
    there = sorted({parts[s.part].pk for s in sources})
    ranks: dict[int, int] = {}
    for start in range(0, len(there), CHUNK):
        rows = ManufacturerPart.objects.filter(part__in=there[start : start + CHUNK])
        ranks.update(rows.values_list("part").annotate(last=Max("rank")).order_by())
    made = []
    for one in sources:
        part = parts[one.part]
        ranks[part.pk] = ranks.get(part.pk, 0) + 1
        made.append(
            ManufacturerPart(
                part=part,
                manufacturer=one.manufacturer,
                mpn=one.mpn,
                lifecycle=one.lifecycle.value,
                rank=ranks[part.pk],
            )
        )
    ManufacturerPart.objects.bulk_create(made, batch_size=_BATCH)


def _revisions(parts: dict[str, Part], placed: PlacedImport) -> dict[str, PartRevision]:
    """The revision of each assembly; those that are not there are made."""
    found = {one.part: one.revision for one in placed.assemblies if one.revision is not None}
    plain: list[tuple[Placed, PartRevision]] = []
    for one in placed.assemblies:
        if one.revision is not None:
            continue
        row = PartRevision(part=parts[one.part], label=one.label)
        if one.source is None:
            plain.append((one, row))
        else:
            row.save()
            copy_revision(one.source, row)
            found[one.part] = row
    made = PartRevision.objects.bulk_create([row for _, row in plain], batch_size=_BATCH)
    ProcessPlan.objects.bulk_create(
        [ProcessPlan(revision=row, label="1") for row in made], batch_size=_BATCH
    )
    found |= {one.part: row for (one, _), row in zip(plain, made, strict=True)}
    bought = [
        parts[one.part].pk
        for one in placed.assemblies
        if parts[one.part].procurement == Procurement.BUY
    ]
    for start in range(0, len(bought), CHUNK):
        Part.objects.filter(pk__in=bought[start : start + CHUNK]).update(
            procurement=Procurement.MAKE
        )
    return found


def _other_children(
    parts: dict[str, Part], placed: PlacedImport, known: dict[tuple[str, str], int]
) -> dict[tuple[str, str], int]:
    """Revisions that lines name and that no assembly of the file is."""
    wanted = {
        (d.after.part, d.after.child)
        for one in placed.assemblies
        for d in one.differences
        if d.after is not None and d.after.child
    } - known.keys()
    numbers = {parts[number].pk: number for number, _ in wanted}
    rows = PartRevision.objects.filter(part__in=numbers) if wanted else ()
    return {(numbers[r.part_id], r.label): r.pk for r in rows}
