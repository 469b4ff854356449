"""Everything that came from one supplier."""

from dataclasses import dataclass

from firstoff.rules.trace.conditions.base import Condition, Field, Moment, Subject, utc


@dataclass(frozen=True, slots=True)
class Supplier(Condition):
    kind = "supplier"
    title = "Supplier"
    subject = Subject.LOT
    fields = (Field("supplier", "Supplier", required=True),)

    supplier: str

    def sentence(self, moment: Moment = utc) -> str:
        return f"material of {self.supplier}"
