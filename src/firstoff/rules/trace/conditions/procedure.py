"""What was tested by a revision of a test procedure."""

from dataclasses import dataclass

from firstoff.rules.trace.conditions.base import Condition, Field, Moment, utc


@dataclass(frozen=True, slots=True)
class Procedure(Condition):
    kind = "procedure"
    title = "Test procedure revision"
    by_tests = True
    fields = (
        Field(
            "procedure",
            "Test procedure",
            required=True,
            hint="Its name, or the first eight characters of a revision's digest",
        ),
    )

    procedure: str

    def sentence(self, moment: Moment = utc) -> str:
        return f"test procedure {self.procedure}"
