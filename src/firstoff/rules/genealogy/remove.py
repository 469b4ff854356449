"""A subassembly taken out, with what was put in its place; the history of both stays (R-38)."""

from datetime import datetime

from firstoff.errors import InvalidInput, Refused
from firstoff.rules.genealogy.values import Number, Posted, UnitName, check_short, need_unit


class Removed(Posted, frozen=True, kw_only=True, tag="remove"):
    serial: str
    child: UnitName
    part: str = ""
    batch: str = ""
    reason: str = ""
    replaced_by: UnitName | None = None
    operation: Number | None = None
    position: str = ""

    def check(self) -> None:
        need_unit(self.part, self.serial, self.batch)
        self.child.check("child")
        if not self.child.part:
            raise InvalidInput(f"{self.child.serial} is named without its part.", field="child")
        check_short(self.position, "position", "position", longest=120)
        if self.replaced_by is not None:
            self.replaced_by.check("replaced_by")


def check_in(child: str, parent: str, *, since: datetime | None, at: datetime) -> None:
    """Raises Refused where the child is not in the parent, or was not yet. since: None: not in."""
    if since is None:
        raise Refused(
            f"{child} is not installed in {parent}.",
            code="R-38",
            way_out="Look at the trace of the subassembly: it says where it is.",
        )
    if at < since:
        raise Refused(
            f"{child} was installed in {parent} at {since.isoformat()}; it cannot be removed "
            f"at {at.isoformat()}, before that.",
            code="R-38",
            way_out="Look at the time of the record.",
        )
