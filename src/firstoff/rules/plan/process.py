"""How it is built: equipment, operations and what they lack, defect codes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from firstoff.errors import InvalidInput
from firstoff.rules.plan.asked import AskedParameter, asked_by, check_asked
from firstoff.rules.plan.order import check_order
from firstoff.rules.plan.work import (
    MaterialUse,
    ParameterFacts,
    StepFacts,
    check_materials,
    check_parameters,
    check_steps,
)
from firstoff.rules.product import (
    at_row,
    balloon_key,
    check_code,
    check_line,
    check_name,
    check_prose,
)
from firstoff.terms import (
    Aspect,
    EquipmentClass,
    EquipmentKind,
)

SEQ_STEP = 10  # operations are numbered 10, 20, 30, so that one fits between
CALIBRATION_NOTICE = timedelta(days=30)  # "due soon" from then on
_LONGEST_LIFE = 10**12  # uses
_LONGEST_EQUIPMENT_CODE = 60
_LONGEST_PROSE = 20_000


@dataclass(frozen=True, slots=True)
class EquipmentFacts:
    """A machine, tool, jig or gauge, as it is entered."""

    code: str
    name: str
    kind: EquipmentKind
    equipment_class: EquipmentClass
    line: str = ""
    calibration_due: date | None = None
    max_uses: int | None = None  # its life, where it is counted


class EquipmentState(StrEnum):
    """What the equipment page says of one: usable, or why not."""

    IN_USE = "in_use"  # not calibrated, or not said when
    CALIBRATED = "calibrated"
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"  # cannot be used
    WORN = "worn"  # past its counted life; R-35: cannot be used
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class PlanOperation:
    """An operation of the process plan, as drafted or as frozen in the baseline.

    ``predecessors``: numbers of the operations it waits for. None: the one before it by number;
    empty: it may be first. ``equipment``: codes of what it is done on, beside its jig.
    """

    seq: int  # 10, 20, 30
    name: str
    standard_minutes: Decimal | None = None
    instruction: str = ""
    caution: str = ""
    required_skill: str = ""
    jig: str = ""  # code of the equipment
    jig_not_needed: bool = False
    work_centre: str = ""
    characteristics: tuple[str, ...] = ()  # numbers
    predecessors: tuple[int, ...] | None = None
    equipment: tuple[str, ...] = ()
    parameters: tuple[ParameterFacts, ...] = ()
    materials: tuple[MaterialUse, ...] = ()
    steps: tuple[StepFacts, ...] = ()

    @property
    def label(self) -> str:
        return f"{self.seq} {self.name}"

    @property
    def instructed(self) -> bool:
        """Whether anything says how it is done."""
        return bool(self.instruction.strip() or self.steps)

    @property
    def asked(self) -> tuple[AskedParameter, ...]:
        """Process parameters that are asked for at the line."""
        return asked_by(self.parameters, self.instruction)


@dataclass(frozen=True, slots=True)
class CatalogueCode:
    """A defect code of the program."""

    code: str
    name: str
    category: str
    retired: bool = False


@dataclass(frozen=True, slots=True)
class Gap:
    """Something the plan lacks. ``kind`` is instruction, step, jig or standard_time of the
    operation ``seq``; consumed or check of the plan as a whole, with 0.

    What it is about: ``step`` from 1, ``line`` of the bill of materials from 1, ``number`` of a
    characteristic.
    """

    kind: str
    seq: int
    sentence: str
    step: int = 0
    line: int = 0
    number: str = ""


def check_equipment(found: EquipmentFacts) -> EquipmentFacts:
    """The equipment, trimmed. Raises InvalidInput naming the field."""
    code = check_code(found.code, longest=_LONGEST_EQUIPMENT_CODE)
    life = found.max_uses
    if life is not None and not 1 <= life <= _LONGEST_LIFE:
        raise InvalidInput(
            f"The life of {code} is {life} uses; expected 1 to {_LONGEST_LIFE:,}.",
            field="max_uses",
        )
    return replace(
        found,
        code=code,
        name=check_name(found.name, f"name of {code}", field="name"),
        line=check_line(found.line, f"line of {code}", longest=120, field="line"),
    )


def equipment_state(
    calibration_due: date | None,
    retired_at: datetime | None,
    today: date,
    *,
    max_uses: int | None = None,
    uses: int = 0,
) -> EquipmentState:
    """Where a piece of equipment stands on a day. It may be used up to the day it is due, and as
    often as its life holds."""
    if retired_at is not None:
        return EquipmentState.RETIRED
    if max_uses is not None and uses >= max_uses:
        return EquipmentState.WORN
    if calibration_due is None:
        return EquipmentState.IN_USE
    if calibration_due < today:
        return EquipmentState.OVERDUE
    soon = calibration_due - today <= CALIBRATION_NOTICE
    return EquipmentState.DUE_SOON if soon else EquipmentState.CALIBRATED


def check_operation(operation: PlanOperation) -> PlanOperation:
    """The operation, trimmed, if it can be worked by. Raises InvalidInput naming the field."""
    what = f"Operation {operation.seq}"
    if not 1 <= operation.seq <= 1_000_000:
        raise InvalidInput(f"{what}: expected a number from 1 to 1,000,000.", field="seq")
    time = operation.standard_minutes
    if time is not None and not (time.is_finite() and 0 < time < 100_000):
        raise InvalidInput(
            f"{what}: the standard time is {time} min; expected above 0 and below 100,000.",
            field="standard_minutes",
        )
    if time is not None and time != round(time, 3):
        raise InvalidInput(
            f"{what}: the standard time is {time} min; expected at most 3 decimals.",
            field="standard_minutes",
        )
    if operation.jig and operation.jig_not_needed:
        raise InvalidInput(
            f"{what} names jig {operation.jig} and says that none is needed; expected one.",
            field="jig",
        )
    check_asked(operation.instruction, what)
    return _trimmed(operation, what.lower())


def _trimmed(operation: PlanOperation, what: str) -> PlanOperation:
    def line(field: str) -> str:
        words = f"{field.replace('_', ' ')} of {what}"
        return check_line(getattr(operation, field), words, longest=120, field=field)

    def prose(field: str) -> str:
        text = check_prose(getattr(operation, field), f"{field} of {what}", field=field)
        if len(text) > _LONGEST_PROSE:
            raise InvalidInput(
                f"The {field} of {what} has {len(text):,} characters; expected at most "
                f"{_LONGEST_PROSE:,}.",
                field=field,
            )
        return text

    parameters = check_parameters(operation.parameters, what)
    steps = check_steps(operation.steps, parameters, what)
    # What a step checks is a check of its operation: the line asks for it.
    checks = {*operation.characteristics, *(s.characteristic for s in steps if s.characteristic)}
    return replace(
        operation,
        name=check_name(operation.name, f"name of {what}", field="name"),
        instruction=prose("instruction"),
        caution=prose("caution"),
        required_skill=line("required_skill"),
        work_centre=line("work_centre"),
        characteristics=tuple(sorted(checks, key=balloon_key)),
        predecessors=_waits(operation),
        equipment=tuple(sorted({code.strip() for code in operation.equipment} - {""})),
        parameters=parameters,
        materials=check_materials(operation.materials, what),
        steps=steps,
    )


def _waits(operation: PlanOperation) -> tuple[int, ...] | None:
    return None if operation.predecessors is None else tuple(sorted({*operation.predecessors}))


def check_operations(operations: Sequence[PlanOperation]) -> tuple[PlanOperation, ...]:
    """The operations by number, each once, without a loop. Raises InvalidInput.

    ``row`` in the details of the error is the place in ``operations``, from 0.
    """
    seen: set[int] = set()
    checked = []
    for row, operation in enumerate(operations):
        with at_row(row):
            checked.append(check_operation(operation))
        if operation.seq in seen:
            raise InvalidInput(f"Operation {operation.seq} is there twice.", field="seq", row=row)
        seen.add(operation.seq)
    check_order((o.seq, o.predecessors) for o in checked)
    return tuple(sorted(checked, key=seq_of))


def next_seq(taken: Iterable[int]) -> int:
    """The number a new last operation gets: 10, 20, 30."""
    last = max(taken, default=0)
    return (last // SEQ_STEP + 1) * SEQ_STEP


def renumbered(order: Sequence[int], taken: Iterable[int]) -> dict[int, int]:
    """Old number to new number when the operations are put into this order: 10, 20, 30.

    Raises InvalidInput unless the order names each operation once.
    """
    there = sorted(taken)
    if sorted(order) != there:
        raise InvalidInput(
            f"The order {', '.join(map(str, order)) or '(none)'} is not that of the operations.",
            way_out=f"Name each once: {', '.join(map(str, there))}.",
            field="order",
        )
    return {old: SEQ_STEP * (place + 1) for place, old in enumerate(order)}


def seq_of(operation: PlanOperation) -> int:
    return operation.seq


def check_category(category: str) -> Aspect:
    """What a defect code is about. Raises InvalidInput."""
    try:
        return Aspect(category)
    except ValueError:
        raise InvalidInput(
            f"A defect code cannot be about {category or 'nothing'}.",
            way_out=f"Expected one of {', '.join(Aspect)}.",
            field="category",
        ) from None


def check_catalogue_code(found: CatalogueCode) -> CatalogueCode:
    """A defect code of a program, trimmed. Raises InvalidInput naming the field."""
    code = check_code(found.code)
    return replace(
        found,
        code=code,
        name=check_name(found.name, f"name of {code}", field="name"),
        category=check_category(found.category).value,
    )


def total_minutes(operations: Sequence[PlanOperation]) -> Decimal | None:
    """Sum of the standard times; None while one is missing."""
    times = [operation.standard_minutes for operation in operations]
    known = [time for time in times if time is not None]
    return sum(known, Decimal(0)) if times and len(known) == len(times) else None


def plan_release_stops(operations: Sequence[PlanOperation]) -> tuple[str, ...]:
    """What stops a plan from being released: there is nothing to do in it."""
    return () if operations else ("It has no operation.",)
