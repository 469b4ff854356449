"""What somebody did between two times."""

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
class Operator(Condition):
    kind = "operator"
    title = "Operator"
    by_tests = True
    fields = (Field("operator", "Operator", required=True, hint="User name"), SINCE, UNTIL)

    operator: str
    since: datetime | None = None
    until: datetime | None = None

    def sentence(self, moment: Moment = utc) -> str:
        return f"operator {self.operator}{window(self.since, self.until, moment)}"
