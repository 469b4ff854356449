"""Where lots lie: put on a shelf, taken to a line."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid5

from django.db.models import OuterRef, Subquery

from firstoff.db.models import Lot, LotPlace
from firstoff.errors import InvalidInput
from firstoff.rules.access import Actor, require
from firstoff.services.sourcing.ground import short, verb
from firstoff.services.supply import LotBook

_MOST = 1000
_LONGEST_PLACE = 120


def place_lots(
    *,
    site_id: int,
    lots: Sequence[tuple[str, str]],
    place: str,
    by: Actor,
    at: datetime,
    placed_at: datetime | None = None,
    uid: UUID | None = None,
) -> int:
    """Lots lie at a place from now on; how many were moved. One that lies there already stays.

    lots: (code, part); the part may be empty where only one part has a lot of that code.
    Raises NotFound, InvalidInput; all are moved or none.
    """
    require(by, "lot.move", site_id)
    said = short(place, "place", longest=_LONGEST_PLACE)
    if not said:
        raise InvalidInput("The place is empty; expected a shelf or a line.", field="place")
    if not 1 <= len(lots) <= _MOST:
        raise InvalidInput(f"{len(lots)} lots are named; expected 1 to {_MOST}.", field="lots")
    when = placed_at or at
    if when > at:
        raise InvalidInput("A lot is not put away in the future.", field="placed_at")
    book = LotBook(site_id)
    subject = f"lot {lots[0][0]}" if len(lots) == 1 else f"{len(lots)} lots"
    with verb("place_lots", subject, by=by, at=at) as entry:
        book.read(code for code, _ in lots)
        seen = {s.lot.pk: s.lot for s in (book.find(code, part) for code, part in lots)}
        there = _places(seen)
        moved = [lot for key, lot in seen.items() if there.get(key) != said]
        rows = [LotPlace(lot=lot, place=said, placed_at=when) for lot in moved]
        for number, row in enumerate(rows):
            if uid is not None:
                row.uid = uid if number == 0 else uuid5(uid, f"place/{number}")
        entry.add_all(rows)
        entry.lots.update(lot.pk for lot in moved)
        entry.details.update(place=said, lots=[lot.code for lot in moved][:50])
    return len(moved)


def _places(lots: dict[int, Lot]) -> dict[int, str]:
    latest = LotPlace.objects.filter(lot=OuterRef("pk")).order_by("-placed_at", "-pk")
    rows = Lot.objects.filter(pk__in=lots).annotate(lies=Subquery(latest.values("place")[:1]))
    return {key: place for key, place in rows.values_list("pk", "lies") if place}
