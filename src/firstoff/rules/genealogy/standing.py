"""Where a unit is and how it stands, and what that forbids (R-35, R-62)."""

from dataclasses import dataclass

from firstoff.rules.execution import FAILED, ORDER, Hold, Refusal, held_refusals
from firstoff.terms import Place

_RELEASE = "A quality manager can release it by signature, with a reason."


@dataclass(frozen=True, slots=True)
class UnitStanding:
    """A unit as the records have it. ``open_operations``: of its route, not passed yet."""

    serial: str
    place: Place = Place.IN_PROCESS
    where: str = ""  # the package, the shipment, the unit that it is in
    contained: tuple[Hold, ...] = ()  # containments that hold it
    failed_test: str = ""  # the procedure whose latest run it failed
    rejected: bool = False  # by its result in force
    failed_operation: str = ""  # the one that its latest attempt failed
    open_operations: tuple[str, ...] = ()
    first_article_failed: str = ""  # batch ID
    lifted: frozenset[tuple[str, str]] = frozenset()


_BUSY = {
    Place.SHIPPED: ("was shipped with {}", "Record its return first."),
    Place.SCRAPPED: ("is scrapped", "A scrapped unit goes no further."),
    Place.INSTALLED: ("is installed in {}", "Record its removal first, or name that unit."),
    Place.PACKED: ("is packed in {}", "Name the package, or unpack the unit first."),
}


def place_refusal(unit: UnitStanding, doing: str, *places: Place) -> Refusal | None:
    """Why a unit that is in one of these places cannot be ``doing``; None: it is elsewhere."""
    if unit.place not in places:
        return None
    sentence, way_out = _BUSY[unit.place]
    is_there = sentence.format(unit.where) if unit.where else sentence.partition(" {")[0]
    return Refusal("R-35", f"{unit.serial} {is_there}; it cannot be {doing}.", way_out)


def leaving_refusals(unit: UnitStanding, doing: str, *, whole: bool = True) -> tuple[Refusal, ...]:
    """Why a unit may not be packed, shipped or built in: it failed, or is not finished (R-35).

    whole: it has to be finished as well; a part that goes into another one has not.
    """
    found: list[Refusal | None] = [*held_refusals(unit.serial, unit.contained, doing)]
    if (FAILED, unit.serial) not in unit.lifted:
        found.append(_failed(unit, doing))
    if whole and (ORDER, unit.serial) not in unit.lifted:
        found.append(_unfinished(unit, doing))
    if unit.first_article_failed:
        found.append(
            Refusal(
                "R-35",
                f"The first article of {unit.first_article_failed} failed; {unit.serial} cannot "
                f"be {doing}.",
                "An inspector records a first article that passed.",
            )
        )
    return tuple(refusal for refusal in found if refusal is not None)


def _failed(unit: UnitStanding, doing: str) -> Refusal | None:
    if unit.failed_test:
        why, way_out = f"failed {unit.failed_test}", "Repair it and test it again."
    elif unit.failed_operation:
        why, way_out = f"failed {unit.failed_operation}", "Record its rework first."
    elif unit.rejected:
        why, way_out = "is rejected", "Record its rework or retest first."
    else:
        return None
    return Refusal(
        "R-35",
        f"{unit.serial} {why}; it cannot be {doing}.",
        f"{way_out} {_RELEASE}",
        lift=FAILED,
        subject=unit.serial,
    )


def _unfinished(unit: UnitStanding, doing: str) -> Refusal | None:
    if not unit.open_operations:
        return None
    return Refusal(
        "R-35",
        f"{unit.serial} is not finished: it has no record of {unit.open_operations[0]}. It cannot "
        f"be {doing}.",
        f"Record what is missing. {_RELEASE}",
        lift=ORDER,
        subject=unit.serial,
    )
