"""Alternates of parts, wherever they are used: proposed here, approved elsewhere (R-21)."""

from collections.abc import Sequence
from datetime import datetime

from firstoff.db.models import Alternate
from firstoff.errors import InvalidInput
from firstoff.rules.access import Actor
from firstoff.rules.bom.lines import AlternateFacts, check_alternates
from firstoff.services import ledger
from firstoff.services.bom.ground import parts_named
from firstoff.services.product import part_for


def set_alternates(
    *, part_id: int, alternates: Sequence[AlternateFacts], by: Actor, at: datetime
) -> tuple[AlternateFacts, ...]:
    """The parts that may stand for a part wherever it is used; what is not named is retired.

    Naming one proposes it. Whether it counts is an approval, which stays with it.
    """
    part = part_for(by, part_id, "definition.edit")
    wanted = check_alternates(alternates, part.number, f"Part {part.number}")
    with ledger.verb("bom.set_alternates", by=by, at=at, subject=f"part {part.number}") as entry:
        parts = parts_named(part.site_id, [one.part for one in wanted])
        there = {row.alternate_id: row for row in Alternate.objects.filter(part=part, line=None)}
        for row, one in enumerate(wanted):
            if one.part not in parts:
                raise InvalidInput(f"There is no part {one.part!r} here.", field="part", row=row)
            held = there.pop(parts[one.part].pk, None)
            if held is None:
                held = Alternate(part=part, alternate=parts[one.part])
            held.rank, held.note, held.retired_at = one.rank, one.note, None
            held.save()
        for held in there.values():
            if held.retired_at is None:
                held.retired_at = at
                held.save(update_fields=["retired_at"])
        entry.details.update(alternates=[[a.part, a.rank, a.note] for a in wanted])
    return wanted
