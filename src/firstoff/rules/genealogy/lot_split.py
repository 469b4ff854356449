"""A lot parted: what goes to the new lots keeps its history."""

from typing import ClassVar

from firstoff.errors import InvalidInput
from firstoff.rules.genealogy.values import LotName, Posted, check_name
from firstoff.rules.supply import quantity


class LotSplit(Posted, frozen=True, kw_only=True, tag="lot_split"):
    permission: ClassVar[str] = "lot.move"

    lot: str
    into: tuple[LotName, ...]
    part: str = ""
    reason: str = ""

    def check(self) -> None:
        check_name(self.lot, "lot", "lot")
        check_lots(self.into, "into")
        if any(new.lot == self.lot for new in self.into):
            raise InvalidInput(f"Lot {self.lot} would be split into itself.", field="into")


def check_lots(lots: tuple[LotName, ...], field: str) -> None:
    """Raises InvalidInput naming the lot that cannot be meant, or that is named twice."""
    if not lots:
        raise InvalidInput("No lot is named.", field=field)
    for place, one in enumerate(lots):
        check_name(one.lot, "lot", f"{field}[{place}].lot")
        quantity(one.quantity, field=f"{field}[{place}].quantity")
    if len({(one.part, one.lot) for one in lots}) < len(lots):
        raise InvalidInput("A lot is named twice.", field=field)
