"""A lot of material, a reel: known by its code."""

from dataclasses import dataclass

from firstoff.rules.trace.conditions.base import PART, Condition, Field, Moment, Subject, utc


@dataclass(frozen=True, slots=True)
class Lot(Condition):
    kind = "lot"
    title = "Lot"
    subject = Subject.LOT
    fields = (Field("lot", "Lot", required=True), PART)

    lot: str
    part: str = ""

    def sentence(self, moment: Moment = utc) -> str:
        of = f" of part {self.part}" if self.part else ""
        return f"lot {self.lot}{of}"
