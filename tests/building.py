"""A bill of materials of several levels, put into the tables for tests that only read it."""

from decimal import Decimal
from typing import Any

# number -> its lines: (part, quantity, designators); what is not here is bought
BOARD: dict[str, tuple[tuple[str, str, str], ...]] = {
    "BRD": (("RES", "3", "R1 R2 R3"), ("CAP", "2", "C1 C2"), ("CHIP", "1", "U1")),
    "CASE": (("LID", "1", ""), ("SCREW", "4", "")),
    "BOX": (("BRD", "1", ""), ("CASE", "2", ""), ("SCREW", "2", ""), ("GLUE", "0.02", "")),
}


def make_parts(site: Any, *numbers: str, **values: Any) -> dict[str, Any]:
    from firstoff.db.models import Part

    rows = [Part(site=site, number=n, name=n.lower(), **values) for n in numbers]
    return {part.number: part for part in Part.objects.bulk_create(rows)}


def make_bom(
    site: Any,
    tree: dict[str, tuple[tuple[str, str, str], ...]] | None = None,
    *,
    label: str = "1",
    phantoms: tuple[str, ...] = (),
) -> dict[str, Any]:
    """The revisions by the number of their part; an assembly stands after what goes into it."""
    from firstoff.db.models import BomLine, Part, PartRevision
    from firstoff.terms import Procurement

    wanted = BOARD if tree is None else tree
    bought = {line[0] for lines in wanted.values() for line in lines} - wanted.keys()
    there = {p.number: p for p in Part.objects.filter(site=site)}
    parts = there | make_parts(site, *sorted(bought - there.keys()))
    parts |= make_parts(site, *(n for n in wanted if n not in there), procurement=Procurement.MAKE)
    Part.objects.filter(site=site, number__in=phantoms).update(procurement=Procurement.PHANTOM)
    revisions = {n: PartRevision.objects.create(part=parts[n], label=label) for n in wanted}
    for number, lines in wanted.items():
        BomLine.objects.bulk_create(
            BomLine(
                revision=revisions[number],
                position=place,
                find_number=str(place * 10),
                part=parts[part],
                child=revisions.get(part),
                quantity=Decimal(quantity),
                designators=places.split(),
            )
            for place, (part, quantity, places) in enumerate(lines, 1)
        )
    return revisions
