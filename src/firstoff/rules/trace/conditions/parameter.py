"""A process parameter outside a range, or outside the limits it was recorded with."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from firstoff.errors import InvalidInput
from firstoff.rules.ledger import decimal_text
from firstoff.rules.trace.conditions.base import (
    SINCE,
    UNTIL,
    Condition,
    Field,
    FieldKind,
    Moment,
    utc,
    window,
)


@dataclass(frozen=True, slots=True)
class Parameter(Condition):
    """With neither end given: outside its own limits."""

    kind = "parameter"
    title = "Process parameter outside a range"
    fields = (
        Field("parameter", "Process parameter", required=True),
        Field("lower", "Below", FieldKind.NUMBER, hint="Neither: outside its limits"),
        Field("upper", "Or above", FieldKind.NUMBER),
        SINCE,
        UNTIL,
    )

    parameter: str
    lower: Decimal | None = None
    upper: Decimal | None = None
    since: datetime | None = None
    until: datetime | None = None

    def check(self, where: str) -> None:
        Condition.check(self, where)
        if self.lower is not None and self.upper is not None and self.upper < self.lower:
            raise InvalidInput(f"{where}: its upper end is below the lower.", field="upper")

    def sentence(self, moment: Moment = utc) -> str:
        said = window(self.since, self.until, moment)
        if self.lower is not None and self.upper is not None:
            ends = f"{decimal_text(self.lower)} to {decimal_text(self.upper)}"
            return f"{self.parameter} outside {ends}{said}"
        if self.lower is not None:
            return f"{self.parameter} below {decimal_text(self.lower)}{said}"
        if self.upper is not None:
            return f"{self.parameter} above {decimal_text(self.upper)}{said}"
        return f"{self.parameter} outside its limits{said}"
