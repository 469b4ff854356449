"""What was tested on a station between two times."""

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
class Station(Condition):
    kind = "station"
    title = "Test station"
    by_tests = True
    fields = (Field("station", "Test station", required=True), SINCE, UNTIL)

    station: str
    since: datetime | None = None
    until: datetime | None = None

    def sentence(self, moment: Moment = utc) -> str:
        return f"test station {self.station}{window(self.since, self.until, moment)}"
