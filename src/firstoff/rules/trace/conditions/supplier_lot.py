"""What the supplier calls the lot, or its date code."""

from dataclasses import dataclass

from firstoff.rules.trace.conditions.base import Condition, Field, Moment, Subject, utc


@dataclass(frozen=True, slots=True)
class SupplierLot(Condition):
    kind = "supplier_lot"
    title = "Supplier lot or date code"
    subject = Subject.LOT
    fields = (
        Field("supplier_lot", "Supplier lot", required=True, hint="Or the date code"),
        Field("supplier", "Supplier"),
    )

    supplier_lot: str
    supplier: str = ""

    def sentence(self, moment: Moment = utc) -> str:
        of = f" of {self.supplier}" if self.supplier else ""
        return f"supplier lot {self.supplier_lot}{of}"
