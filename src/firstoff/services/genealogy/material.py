"""Plans of records about material: consumed by name, or carried from a reel on its place."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from firstoff.db.models import Run, Unit
from firstoff.errors import Refused
from firstoff.rules.execution import enforce, find_operation, held_refusals
from firstoff.rules.genealogy import Consumed, Item, Loaded, Unloaded, place_refusal
from firstoff.rules.supply import quantity
from firstoff.services.genealogy.readings import Fact, Spot, carried
from firstoff.services.genealogy.standing import standing_of
from firstoff.services.genealogy.taking import Taking
from firstoff.terms import FloorKind, Place


def consume(taking: Taking, record: Consumed) -> None:
    """Lots into a unit, or into the batch (R-38)."""
    picture, at = taking.picture, taking.time_of(record)
    unit: Unit | None = None
    if record.serial:
        unit = picture.unit(record.serial, record.part, record.batch)
        check_open(taking, unit, "given more material")
        run_id = unit.run_id
    else:
        run_id = picture.run(record.batch).pk
    taking.put(
        record,
        FloorKind.CONSUME,
        {"items": draw(taking, record.items, at, "items")},
        at=at,
        run=run_id,
        unit=unit.pk if unit else None,
        seq=record.operation,
    )


def check_open(taking: Taking, unit: Unit, doing: str) -> None:
    """Raises Refused where nothing may be done to the unit any more: held (R-62), scrapped."""
    contained = taking.picture.contained.get(unit.pk, ())
    enforce(held_refusals(unit.serial, contained, doing, work=True))
    refusal = place_refusal(standing_of(taking.picture, unit), doing, Place.SCRAPPED)
    enforce([refusal] if refusal else [])


def draw(taking: Taking, items: Sequence[Item], at: datetime, field: str) -> list[tuple[int, str]]:
    """Take the items out of their lots (R-22, R-67); their keys and quantities."""
    picture, book = taking.picture, taking.picture.book
    found = []
    for place, item in enumerate(items):
        seen = book.find(item.lot, item.part, field=f"{field}[{place}].lot")
        wanted = quantity(item.quantity, field=f"{field}[{place}].quantity")
        book.check_usable(seen, at, picture.day(at))
        book.draw(seen, wanted, at)
        found.append((seen.lot.pk, f"{wanted.normalize():f}"))
    return found


def load(taking: Taking, record: Loaded) -> None:
    """A reel on its place. One that is told late is carried by the units done meanwhile."""
    picture, at = taking.picture, taking.time_of(record)
    run = picture.run(record.batch)
    _check_operation(taking, run, record.operation)
    seen = picture.book.find(record.lot, record.part)
    picture.book.check_usable(seen, at, picture.day(at))
    per_unit = None
    if record.per_unit is not None:
        per_unit = quantity(record.per_unit, field="per_unit", zero=True)
    spot = (run.pk, record.operation, record.position)
    before = taken_from(taking, spot)
    keys: dict[str, Any] = {"lot": seen.lot.pk, "position": record.position}
    keys["per_unit"] = None if per_unit is None else f"{per_unit.normalize():f}"
    taking.put(record, FloorKind.LOAD, keys, at=at, run=run.pk, seq=record.operation)
    settle(taking, spot, before, at)


def unload(taking: Taking, record: Unloaded) -> None:
    picture, at = taking.picture, taking.time_of(record)
    run = picture.run(record.batch)
    _check_operation(taking, run, record.operation)
    spot = (run.pk, record.operation, record.position)
    on = next((reel for reel in picture.readings.reels.get(spot, ()) if reel.on(at)), None)
    wanted = picture.book.find(record.lot, record.part).lot.pk if record.lot else None
    if on is None or (wanted is not None and on.lot != wanted):
        where = f"operation {record.operation} {record.position}".strip()
        there = f"lot {picture.book.by_key(on.lot).lot.code}" if on else "nothing"
        what = f"lot {record.lot}" if record.lot else "a reel"
        raise Refused(
            f"At {where} of {record.batch} {there} is loaded; {what} cannot be taken off it.",
            code="R-38",
            way_out="Look at the operation and the position.",
        )
    before = taken_from(taking, spot)
    keys = {"position": record.position, "lot": on.lot}
    taking.put(record, FloorKind.UNLOAD, keys, at=at, run=run.pk, seq=record.operation)
    settle(taking, spot, before, at)


def _check_operation(taking: Taking, run: Run, seq: int) -> None:
    find_operation(taking.picture.floor(run).operations, seq)


def taken_from(taking: Taking, spot: Spot) -> dict[int, Decimal]:
    """What the units done so far took from the reels of a place, by lot."""
    picture = taking.picture
    reels = [r for r in picture.readings.reels.get(spot, ()) if r.per_unit]
    found: dict[int, Decimal] = {}
    done = [*picture.done.get(spot[:2], ()), *picture.doing.get(spot[:2], ())]
    for edge in carried(reels, done):
        found[edge.lot] = found.get(edge.lot, Decimal(0)) + edge.quantity
    return found


def settle(taking: Taking, spot: Spot, before: dict[int, Decimal], at: datetime) -> None:
    """Balances after the reels of a place were told otherwise. Raises Refused (R-67)."""
    book, after = taking.picture.book, taken_from(taking, spot)
    for lot in sorted(before.keys() | after.keys()):
        more = after.get(lot, Decimal(0)) - before.get(lot, Decimal(0))
        if more < 0:
            book.give_back(book.by_key(lot), -more)
        elif more:
            book.draw(book.by_key(lot), more, at)


def carry(taking: Taking, run: int, seq: int, ended_at: datetime) -> None:
    """A unit takes from the reels that were on. Raises Refused (R-67) at an empty one."""
    picture = taking.picture
    for reel in picture.readings.reels_at(run, seq, ended_at):
        if reel.per_unit:
            picture.book.draw(picture.book.by_key(reel.lot), reel.per_unit, ended_at)


def undo_consume(taking: Taking, fact: Fact) -> None:
    """What a record that is taken back had drawn goes back into its lots."""
    book = taking.picture.book
    for lot, wanted in fact.keys["items"]:
        book.give_back(book.by_key(lot), Decimal(wanted))
