"""Records as a station hands them in, for tests that need some."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec

from firstoff.rules.genealogy import KINDS, Posted
from tests.conftest import NOW

LATER = NOW + timedelta(days=1)
_BY_KIND = {kind.__struct_config__.tag: kind for kind in KINDS}


def rec(kind: str, *, id: UUID | None = None, at: datetime | None = NOW, **fields: Any) -> Posted:
    """A record of this kind, as the API decodes it."""
    given = {"id": id or uuid4(), "at": at, **fields}
    return msgspec.convert(
        {name: value for name, value in given.items() if value is not None},
        _BY_KIND[kind],
    )


def post(
    world: Any, *records: Posted, by: Any = None, at: datetime = LATER, mode: str = "all"
) -> Any:
    from firstoff.services import genealogy

    return genealogy.post_records(
        site_id=world.site.pk, records=list(records), by=by or world.ada, at=at, mode=mode
    )


def refused(world: Any, *records: Posted, **given: Any) -> list[tuple[str, str]]:
    """Code and sentence of each record that is refused, as far as possible taken."""
    answer = post(world, *records, mode="best_effort", **given)
    return [(a.code, a.message) for a in answer.refused]


def lot(
    code: str = "GLZ-7781", quantity: str = "10", *, part: str = "GLZ", accepted: bool = True
) -> list[Posted]:
    """A lot that came in, and was accepted by inspection."""
    came = rec("lot", part=part, lot=code, quantity=quantity)
    if not accepted:
        return [came]
    return [came, rec("lot_status", part=part, lot=code, status="accepted", reason="inspected")]


def unit(serial: str, part: str = "PCBA", **fields: Any) -> Posted:
    return rec("unit", serial=serial, part=part, **fields)


def on_hand(code: str, part: str = "GLZ") -> str:
    from firstoff.db.models import LotBalance

    found = LotBalance.objects.get(lot__code=code, lot__part__number=part)
    return f"{found.on_hand.normalize():f}"


def sound() -> None:
    """What is kept is what follows from the records, and the ledger holds."""
    from firstoff.queries.ledger import verify
    from firstoff.services import genealogy

    assert (genealogy.check(), verify().broken) == ((), None)
