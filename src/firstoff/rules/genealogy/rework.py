"""A failed unit goes back into the route: what follows is its next attempt (R-48)."""

from firstoff.rules.genealogy.values import Number, Posted, check_reason, need_unit


class Reworked(Posted, frozen=True, kw_only=True, tag="rework"):
    serial: str
    reason: str
    part: str = ""
    batch: str = ""
    from_operation: Number | None = None

    def check(self) -> None:
        need_unit(self.part, self.serial, self.batch)
        check_reason(self.reason, "Rework")
