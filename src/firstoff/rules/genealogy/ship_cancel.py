"""A shipment that did not leave: all of it, or some of its units."""

from typing import ClassVar

from firstoff.rules.genealogy.pack import HasContents, check_contents
from firstoff.rules.genealogy.values import check_name, check_reason


class ShipmentCancelled(HasContents, frozen=True, kw_only=True, tag="ship_cancel"):
    permission: ClassVar[str] = "unit.ship"

    shipment: str
    reason: str

    def check(self) -> None:
        check_name(self.shipment, "shipment", "shipment")
        check_reason(self.reason, "A cancelled shipment")
        check_contents(self)
