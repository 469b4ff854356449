"""Material that came in between two times."""

from dataclasses import dataclass
from datetime import datetime

from firstoff.rules.trace.conditions.base import (
    SINCE,
    UNTIL,
    Condition,
    Field,
    Moment,
    Subject,
    utc,
    window,
)


@dataclass(frozen=True, slots=True)
class Received(Condition):
    kind = "received"
    title = "Part received between"
    subject = Subject.LOT
    fields = (
        Field("received", "Part received", required=True, hint="Its number; * for any part"),
        SINCE,
        UNTIL,
    )

    received: str
    since: datetime | None = None
    until: datetime | None = None

    def sentence(self, moment: Moment = utc) -> str:
        what = "material" if self.received == "*" else f"part {self.received}"
        return f"{what} received{window(self.since, self.until, moment)}"
