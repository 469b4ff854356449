"""What was shipped to a customer."""

from dataclasses import dataclass

from firstoff.rules.trace.conditions.base import Condition, Field, Moment, utc


@dataclass(frozen=True, slots=True)
class Customer(Condition):
    kind = "customer"
    title = "Customer"
    fields = (Field("customer", "Customer", required=True),)

    customer: str

    def sentence(self, moment: Moment = utc) -> str:
        return f"customer {self.customer}"
