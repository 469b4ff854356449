"""Units and packages to a customer."""

from typing import ClassVar

from firstoff.errors import InvalidInput
from firstoff.rules.genealogy.pack import HasContents, check_contents
from firstoff.rules.genealogy.values import check_name, check_short


class Shipped(HasContents, frozen=True, kw_only=True, tag="ship"):
    permission: ClassVar[str] = "unit.ship"

    shipment: str
    customer: str
    reference: str = ""

    def check(self) -> None:
        check_name(self.shipment, "shipment", "shipment")
        check_name(self.customer, "customer", "customer", longest=200)
        check_short(self.reference, "reference", "reference", longest=200)
        check_contents(self)
        if not self.units and not self.packages:
            raise InvalidInput(
                f"Nothing is shipped with {self.shipment}.",
                way_out="Expected units or packages.",
                field="units",
            )
