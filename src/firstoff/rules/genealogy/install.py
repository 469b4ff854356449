"""A serialised subassembly fitted: in one place at a time, never inside itself (R-38)."""

from collections.abc import Mapping
from datetime import datetime

from firstoff.errors import InvalidInput, Refused
from firstoff.rules.genealogy.values import Number, Posted, UnitName, check_short, need_unit


class Installed(Posted, frozen=True, kw_only=True, tag="install"):
    serial: str
    child: UnitName
    part: str = ""
    batch: str = ""
    position: str = ""
    operation: Number | None = None

    def check(self) -> None:
        need_unit(self.part, self.serial, self.batch)
        self.child.check("child")
        if not self.child.part:
            raise InvalidInput(f"{self.child.serial} is named without its part.", field="child")
        check_short(self.position, "position", "position", longest=120)


def check_free(
    child: str, inside: str, *, until: datetime | None, at: datetime, again: bool
) -> None:
    """Raises Refused where the child is, or then was, inside another unit.

    inside: the serial of that unit; until: when it was taken out, None while it is in; again: it
    is the unit that it would be fitted into now.
    """
    if until is not None and at >= until:
        return
    if until is None:
        where = "this unit already" if again else inside
        message = f"{child} is installed in {where}."
        way_out = f"Record its removal from {inside} first."
    else:
        message = f"{child} was installed in {inside} until {until.isoformat()}."
        way_out = "Look at the time of the record; a subassembly is in one place at a time."
    raise Refused(message, code="R-38", way_out=way_out)


def check_no_loop(
    parent: int, child: int, inside: Mapping[int, int], *, names: tuple[str, str]
) -> None:
    """Raises Refused where the child would hold itself, through any depth.

    inside: what is installed now, child to parent, at least upwards from the parent. names: the
    serials of parent and child.
    """
    outer: int | None = parent
    seen: set[int] = set()
    while outer is not None and outer not in seen:
        if outer == child:
            what = "itself" if parent == child else f"{names[0]}, which is inside {names[1]}"
            raise Refused(
                f"{names[1]} cannot be installed in {what}: a unit does not hold itself.",
                code="R-38",
                way_out="Look at which of the two is the assembly.",
            )
        seen.add(outer)
        outer = inside.get(outer)
