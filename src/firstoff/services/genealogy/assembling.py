"""Plans of records about subassemblies: fitted, taken out, replaced."""

from uuid import UUID, uuid5

from firstoff.db.models import Unit
from firstoff.errors import Refused
from firstoff.rules.execution import enforce
from firstoff.rules.genealogy import (
    Installed,
    Removed,
    UnitName,
    check_free,
    check_in,
    check_no_loop,
    leaving_refusals,
    place_refusal,
)
from firstoff.services.genealogy.standing import standing_of
from firstoff.services.genealogy.taking import Taking, said_by
from firstoff.terms import FloorKind, Place

_ELSEWHERE = (Place.SHIPPED, Place.SCRAPPED)
_NOT_FREE = (Place.SHIPPED, Place.SCRAPPED, Place.PACKED)


def install(taking: Taking, record: Installed) -> None:
    fit(taking, record)


def fit(taking: Taking, record: Installed, *, of: UUID | None = None) -> None:
    """A subassembly into its parent: free, not held, not failed, not inside itself (R-38)."""
    picture, at = taking.picture, taking.time_of(record)
    parent = picture.unit(record.serial, record.part, record.batch)
    child = picture.unit(record.child.serial, record.child.part, field="child")
    _check_parent(taking, parent)
    check_no_loop(
        parent.pk, child.pk, picture.readings.inside(), names=(parent.serial, child.serial)
    )
    for fitting in picture.readings.fittings.get(child.pk, ()):
        inside = picture.by_key[fitting.parent].serial
        check_free(
            child.serial,
            inside,
            until=fitting.removed_at,
            at=at,
            again=fitting.parent == parent.pk,
        )
    stand = standing_of(picture, child, leaving=True)
    refusal = place_refusal(stand, f"installed in {parent.serial}", *_NOT_FREE)
    enforce([refusal] if refusal else [])
    enforce(leaving_refusals(stand, f"installed in {parent.serial}", whole=False))
    said = said_by(record)
    taking.put(
        record,
        FloorKind.INSTALL,
        {"child": child.pk, "position": record.position, "before": stand.place.value},
        at=at,
        run=parent.run_id,
        unit=parent.pk,
        seq=record.operation,
        said={**said, "of": of} if of is not None else said,
    )


def _check_parent(taking: Taking, parent: Unit) -> None:
    """Raises Refused where nothing goes into the parent any more: held, shipped, scrapped."""
    stand = standing_of(taking.picture, parent)
    doing = "given a subassembly"
    refusal = place_refusal(stand, doing, *_ELSEWHERE)
    enforce([refusal] if refusal else [])
    held = [r for r in leaving_refusals(stand, doing, whole=False) if r.code == "R-62"]
    enforce(held)


def remove(taking: Taking, record: Removed) -> None:
    """A subassembly out of its parent; what replaces it is fitted in its place."""
    picture, at = taking.picture, taking.time_of(record)
    parent = picture.unit(record.serial, record.part, record.batch)
    child = picture.unit(record.child.serial, record.child.part, field="child")
    fitting = picture.readings.fitted(child.pk)
    mine = fitting is not None and fitting.parent == parent.pk
    since = fitting.installed_at if fitting is not None and mine else None
    check_in(child.serial, parent.serial, since=since, at=at)
    stand = standing_of(picture, parent)
    if stand.place is Place.SHIPPED:
        refusal = place_refusal(stand, "taken apart", Place.SHIPPED)
        enforce([refusal] if refusal else [])
    position = fitting.position if fitting is not None else ""
    taking.put(
        record,
        FloorKind.REMOVE,
        {"child": child.pk},
        at=at,
        run=parent.run_id,
        unit=parent.pk,
        seq=record.operation,
    )
    if record.replaced_by is not None:
        _replace(taking, record, record.replaced_by, position)


def _replace(taking: Taking, record: Removed, new: UnitName, position: str) -> None:
    name = UnitName(serial=new.serial, part=new.part or record.child.part)
    if name.serial == record.child.serial and name.part == record.child.part:
        raise Refused(
            f"{name.serial} would be replaced by itself.",
            code="R-38",
            way_out="Name what was put in its place.",
        )
    fit(
        taking,
        Installed(
            id=uuid5(record.id, "replaced_by"),
            at=record.at,
            operator=record.operator,
            serial=record.serial,
            part=record.part,
            batch=record.batch,
            child=name,
            position=record.position or position,
            operation=record.operation,
        ),
        of=record.id,
    )
