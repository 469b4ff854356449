"""What was built to a frozen definition."""

from dataclasses import dataclass

from firstoff.rules.trace.conditions.base import Condition, Field, Moment, check_digest, utc


@dataclass(frozen=True, slots=True)
class Baseline(Condition):
    kind = "baseline"
    title = "Baseline"
    fields = (Field("baseline", "Baseline", required=True, hint="The first characters of its ID"),)

    baseline: str

    def sentence(self, moment: Moment = utc) -> str:
        return f"baseline {self.baseline[:12]}"

    def check(self, where: str) -> None:
        check_digest(self.baseline, "baseline", where)
