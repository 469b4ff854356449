"""The units of a run."""

from dataclasses import dataclass

from firstoff.rules.trace.conditions.base import Condition, Field, Moment, utc


@dataclass(frozen=True, slots=True)
class Batch(Condition):
    kind = "batch"
    title = "Batch"
    fields = (Field("batch", "Batch", required=True, hint="Its batch ID"),)

    batch: str

    def sentence(self, moment: Moment = utc) -> str:
        return f"batch {self.batch}"
