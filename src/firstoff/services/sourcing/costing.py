"""What a cost rests on beside material: a way of making it, assumed (R-80)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from firstoff.db.models import CostAssumptions
from firstoff.rules.access import Actor
from firstoff.rules.ledger import canonical
from firstoff.rules.product import check_name
from firstoff.rules.sourcing.assumptions import read_way, write_way
from firstoff.services.repeating import AlreadyStored, answer_stored
from firstoff.services.sourcing.ground import program_for, verb, with_uid


def assume_cost(
    *,
    program_id: int,
    way: str,
    given: Mapping[str, Any],
    by: Actor,
    at: datetime,
    uid: UUID | None = None,
) -> CostAssumptions:
    """What one way of making it costs; the latest of a way holds. given: texts by the names in
    ``rules.sourcing.assumptions.FIELDS``, money in the program's currency. Raises InvalidInput."""
    program = program_for(by, program_id, "source.edit")
    name = check_name(way, "way", longest=60, field="way")
    texts = write_way(read_way(name, given))
    try:
        with verb(
            "assume_cost", f"program {program.code}, {name}", by=by, at=at, program=program
        ) as entry:
            said = canonical(texts)
            answer_stored(CostAssumptions, uid, program_id=program.pk, way=name, assumptions=said)
            entry.details.update(texts)
            row = CostAssumptions(program=program, way=name, assumptions=said)
            return entry.add(with_uid(row, uid))
    except AlreadyStored as known:
        return known.of(CostAssumptions)
