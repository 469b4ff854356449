"""What was built by certain work instructions: before a change of them, or after."""

from dataclasses import dataclass

from firstoff.rules.trace.conditions.base import Condition, Field, Moment, check_digest, utc


@dataclass(frozen=True, slots=True)
class Instruction(Condition):
    kind = "instruction"
    title = "Work instructions followed"
    fields = (
        Field(
            "instruction",
            "Instructions",
            required=True,
            hint="The first characters of their digest",
        ),
    )

    instruction: str

    def sentence(self, moment: Moment = utc) -> str:
        return f"instructions {self.instruction[:12]}"

    def check(self, where: str) -> None:
        check_digest(self.instruction, "instruction", where)
