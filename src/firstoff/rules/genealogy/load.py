"""A reel on its place: every unit at this operation carries it until the next scan (R-38)."""

from firstoff.rules.genealogy.values import Amount, Number, Posted, check_name, check_short
from firstoff.rules.supply import quantity


class Loaded(Posted, frozen=True, kw_only=True, tag="load"):
    """``per_unit``: what one unit takes of it; left out where nobody counts."""

    batch: str
    operation: Number
    lot: str
    position: str = ""
    part: str = ""
    per_unit: Amount | None = None

    def check(self) -> None:
        check_name(self.batch, "batch ID", "batch")
        check_name(self.lot, "lot", "lot")
        check_short(self.position, "position", "position", longest=60)
        if self.per_unit is not None:
            quantity(self.per_unit, field="per_unit", zero=True)
