"""Whether the plan says everything (R-15): instructions, steps, consumed lines, checks."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from firstoff.rules.plan.process import Gap, PlanOperation
from firstoff.rules.plan.work import MaterialUse, StepNeed
from firstoff.rules.product import CharacteristicFacts
from firstoff.terms import CharacteristicClass

_NEEDS = {
    StepNeed.PICTURE: "a picture",
    StepNeed.CAUTION: "a caution",
    StepNeed.TOOL: "a tool",
    StepNeed.TORQUE: "a torque",
    StepNeed.PARAMETER: "a parameter",
    StepNeed.CHECK: "a check",
}


class ListedLine(NamedTuple):
    """A line of the bill of materials. ``line``: its place, from 1."""

    line: int
    part: str
    name: str = ""
    find_number: str = ""
    fitted: bool = True

    @property
    def label(self) -> str:
        number = f"find number {self.find_number}" if self.find_number else f"line {self.line}"
        return f"{number}, {self.part}" + (f" {self.name}" if self.name != self.part else "")


def plan_gaps(
    operations: Sequence[PlanOperation],
    *,
    lines: Sequence[ListedLine] = (),
    characteristics: Iterable[CharacteristicFacts] = (),
    inspected: Collection[str] = (),
) -> tuple[Gap, ...]:
    """What the plan lacks: in the order of its operations, then lines, then characteristics.

    lines: of the bill of materials; where there are none, none is asked for. inspected: numbers of
    characteristics that an inspection plan checks.
    """
    return (
        *(gap for operation in operations for gap in _of_operation(operation)),
        *_consumed(operations, lines),
        *_checked(operations, characteristics, inspected),
    )


def _of_operation(operation: PlanOperation) -> Iterator[Gap]:
    label, seq = f"Operation {operation.seq}, {operation.name},", operation.seq
    if not operation.instructed:
        yield Gap("instruction", seq, f"{label} has no work instruction.")
    for place, step in enumerate(operation.steps, start=1):
        for need in step.lacks:
            sentence = f"Step {place} of operation {seq}, {operation.name}, is marked to carry "
            yield Gap("step", seq, f"{sentence}{_NEEDS[need]} and has none.", step=place)
    if not operation.jig and not operation.jig_not_needed:
        yield Gap("jig", seq, f"{label} names no jig, nor that none is needed.")
    if operation.standard_minutes is None:
        yield Gap("standard_time", seq, f"{label} has no standard time.")


def _consumed(operations: Iterable[PlanOperation], lines: Iterable[ListedLine]) -> Iterator[Gap]:
    used = [material for operation in operations for material in operation.materials]
    for line in lines:
        if line.fitted and not any(consumes(material, line) for material in used):
            sentence = f"No operation consumes {line.label}."
            yield Gap("consumed", 0, sentence, line=line.line)


def consumes(material: MaterialUse, line: ListedLine) -> bool:
    """Whether this is the line meant: by its place, or by what else is said of it."""
    if material.line:
        return material.line == line.line
    return all(
        said in ("", known)
        for said, known in ((material.find_number, line.find_number), (material.part, line.part))
    )


def _checked(
    operations: Iterable[PlanOperation],
    characteristics: Iterable[CharacteristicFacts],
    inspected: Collection[str],
) -> Iterator[Gap]:
    checked = {number for o in operations for number in o.characteristics}.union(inspected)
    for one in characteristics:
        critical = one.classification is CharacteristicClass.CRITICAL
        if critical and one.number not in checked:
            yield Gap(
                "check",
                0,
                f"{one.label} is critical, and no operation or inspection checks it.",
                number=one.number,
            )
