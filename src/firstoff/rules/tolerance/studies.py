"""Studies: pieces measured to see what a process holds of one characteristic (R-13)."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from firstoff.errors import InvalidInput
from firstoff.rules.product import CharacteristicFacts, check_line
from firstoff.rules.tolerance.figures import check_number, same_unit, varied
from firstoff.terms import CharacteristicKind

MOST_PIECES = 10_000


@dataclass(frozen=True, slots=True)
class StudyFacts:
    """What a study measured. ``values``: one of each piece, in the order measured, in ``unit``;
    ``machine``: code of the equipment, or the name of one that is not ours."""

    values: tuple[Decimal, ...]
    unit: str
    measured_on: date
    machine: str = ""
    gauge: str = ""
    source: str = ""

    @property
    def label(self) -> str:
        """``Study of 30 pieces on Haas VF-2, 2026-03-02``: what a figure is from."""
        return study_label(len(self.values), self.machine, self.measured_on)

    @property
    def numbers(self) -> tuple[float, ...]:
        """The values as statistics take them."""
        return tuple(map(float, self.values))


def study_label(pieces: int, machine: str, measured_on: date) -> str:
    """What a study is called wherever its figures stand."""
    counted = "1 piece" if pieces == 1 else f"{pieces:,} pieces"
    return f"Study of {counted}{f' on {machine}' if machine else ''}, {measured_on}"


def check_study(found: StudyFacts, *, today: date) -> StudyFacts:
    """The facts, trimmed. Raises InvalidInput naming the field, and of a value its row, from 1."""
    if not found.values:
        raise InvalidInput("The study has no values; expected one of each piece.", field="values")
    if len(found.values) > MOST_PIECES:
        raise InvalidInput(
            f"The study has {len(found.values):,} values; expected at most {MOST_PIECES:,}.",
            field="values",
        )
    for row, value in enumerate(found.values, 1):
        check_number(value, f"Value {row}", field="values", row=row)
    if found.measured_on > today:
        raise InvalidInput(
            f"The study was measured on {found.measured_on}, which lies in the future; it is "
            f"{today} now.",
            field="measured_on",
        )
    return replace(
        found,
        unit=check_line(found.unit, "unit", longest=20, field="unit"),
        machine=check_line(found.machine, "machine", longest=120, field="machine"),
        gauge=check_line(found.gauge, "gauge", longest=120, field="gauge"),
        source=check_line(found.source, "source", longest=300, field="source"),
    )


def check_studied(of: CharacteristicFacts, unit: str) -> str:
    """That a study in ``unit`` can be of this characteristic; answers the unit as the
    characteristic writes it, which is meant where nothing is said. Raises InvalidInput."""
    if of.kind is CharacteristicKind.ATTRIBUTE:
        raise InvalidInput(
            f"{of.label} is judged, not measured: no study can be made of it.",
            field="characteristic",
        )
    if unit.strip() and not same_unit(unit, of.unit):
        raise InvalidInput(
            f"The study is in {unit.strip()}, {of.label} is in {of.unit or 'no unit'}; expected "
            "the unit of the characteristic.",
            field="unit",
        )
    return of.unit


def usable(study: StudyFacts | None, of: CharacteristicFacts | None) -> tuple[float, ...]:
    """The values of a study where they show a spread in the unit of the characteristic; else
    none."""
    if study is None or of is None or not same_unit(study.unit, of.unit):
        return ()
    return study.numbers if varied(study.numbers) else ()
