"""A manufacturer part, by its number."""

from dataclasses import dataclass

from firstoff.rules.trace.conditions.base import Condition, Field, Moment, Subject, utc


@dataclass(frozen=True, slots=True)
class ManufacturerPart(Condition):
    kind = "mpn"
    title = "Manufacturer part"
    subject = Subject.LOT
    fields = (
        Field("mpn", "Manufacturer part number", required=True),
        Field("manufacturer", "Manufacturer"),
    )

    mpn: str
    manufacturer: str = ""

    def sentence(self, moment: Moment = utc) -> str:
        of = f" of {self.manufacturer}" if self.manufacturer else ""
        return f"manufacturer part {self.mpn}{of}"
