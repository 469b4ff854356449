"""What was done on a machine, with a tool, in a jig, between two times."""

from dataclasses import dataclass
from datetime import datetime

from firstoff.rules.trace.conditions.base import (
    SINCE,
    UNTIL,
    Condition,
    Field,
    Moment,
    utc,
    window,
)


@dataclass(frozen=True, slots=True)
class Equipment(Condition):
    kind = "equipment"
    title = "Equipment"
    by_tests = True
    fields = (Field("equipment", "Equipment", required=True, hint="Its code"), SINCE, UNTIL)

    equipment: str
    since: datetime | None = None
    until: datetime | None = None

    def sentence(self, moment: Moment = utc) -> str:
        return f"equipment {self.equipment}{window(self.since, self.until, moment)}"
