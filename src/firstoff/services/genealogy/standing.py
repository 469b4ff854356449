"""How a unit stands, from what is recorded about it."""

from dataclasses import replace

from firstoff.db.models import Unit
from firstoff.rules.execution import RouteFacts, next_operation
from firstoff.rules.genealogy import UnitStanding
from firstoff.services.execution.floor import Floor, History
from firstoff.services.genealogy.picture import Picture
from firstoff.services.genealogy.readings import Stand
from firstoff.terms import Place


def standing_of(picture: Picture, unit: Unit, *, leaving: bool = False) -> UnitStanding:
    """Where it is and what holds it. leaving: and how it was judged, for packing and shipping."""
    stand = picture.readings.stands.get(unit.pk, Stand())
    run = picture.runs.get(unit.run_id) if unit.run_id is not None else None
    failed = picture.failed_tests.get(unit.pk, {}) if leaving else {}
    found = UnitStanding(
        unit.serial,
        stand.place,
        _where(picture, unit, stand),
        picture.contained.get(unit.pk, ()),
        next((name for name, bad in sorted(failed.items()) if bad), ""),
    )
    if run is None or not leaving:
        return found
    floor = picture.floor(run)
    history = floor.history(unit.serial)
    article = floor.first_article
    return replace(
        found,
        rejected=_rejected(history),
        failed_operation=_failed_operation(floor, history),
        open_operations=_open(floor, history),
        first_article_failed=run.batch_id if article is not None and not article.passed else "",
        lifted=floor.lifted,
    )


def _where(picture: Picture, unit: Unit, stand: Stand) -> str:
    if stand.place is Place.INSTALLED:
        fitting = picture.readings.fitted(unit.pk)
        parent = picture.by_key.get(fitting.parent) if fitting else None
        return parent.serial if parent else "another unit"
    if stand.place is Place.SHIPPED:
        return picture.shipment_code(stand.shipment)
    if stand.place is Place.PACKED:
        return picture.package_code(stand.package)
    return ""


def _rejected(history: History) -> bool:
    """Whether the latest attempt that was judged failed."""
    rows = history.judgements
    if not rows:
        return False
    last = max(row.attempt for row in rows)
    return any(row.aspects.failed for row in rows if row.attempt == last)


def _failed_operation(floor: Floor, history: History) -> str:
    attempts = [attempt for attempt, _ in history.done]
    if not attempts:
        return ""
    last = max(attempts)
    for operation in floor.operations:
        if history.done.get((last, operation.seq)) == "fail":
            return f"operation {operation.seq}, {operation.name}"
    return ""


def _open(floor: Floor, history: History) -> tuple[str, ...]:
    """Operations that are missing; none where only its result was recorded, and it has one."""
    if not history.done:
        judged = {name for row in history.judgements for name in row.aspects.judged}
        return () if judged else tuple(f"operation {o.seq}, {o.name}" for o in floor.operations)
    last = max(attempt for attempt, _ in history.done)
    following = next_operation(
        RouteFacts(serial="", operations=floor.operations, seq=0, attempt=last, done=history.done)
    )
    return () if following is None else (f"operation {following.seq}, {following.name}",)
