"""What left with a shipment."""

from dataclasses import dataclass

from firstoff.rules.trace.conditions.base import Condition, Field, Moment, utc


@dataclass(frozen=True, slots=True)
class Shipment(Condition):
    kind = "shipment"
    title = "Shipment"
    fields = (Field("shipment", "Shipment", required=True),)

    shipment: str

    def sentence(self, moment: Moment = utc) -> str:
        return f"shipment {self.shipment}"
