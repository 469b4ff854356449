"""How it is built: operations, what they lack, and the baseline that freezes a definition."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from firstoff.errors import InvalidInput, Refused
from firstoff.rules import ledger
from firstoff.rules.product import CharacteristicFacts, characteristic_gaps, check_name
from firstoff.terms import (
    Aspect,
    CharacteristicClass,
    CharacteristicKind,
    RevisionStatus,
)

FORMAT = "firstoff-baseline/1"


@dataclass(frozen=True, slots=True)
class PlanOperation:
    """An operation of the process plan, as drafted or as frozen in the baseline."""

    seq: int  # 10, 20, 30: the order they are recorded in
    name: str
    standard_minutes: Decimal | None = None
    instruction: str = ""
    caution: str = ""
    required_skill: str = ""
    jig: str = ""  # code of the equipment
    jig_not_needed: bool = False
    work_centre: str = ""
    characteristics: tuple[str, ...] = ()  # numbers

    @property
    def label(self) -> str:
        return f"{self.seq} {self.name}"


@dataclass(frozen=True, slots=True)
class CatalogueCode:
    """A defect code of the program."""

    code: str
    name: str
    category: str
    retired: bool = False


@dataclass(frozen=True, slots=True)
class Gap:
    """Something an operation lacks. ``kind`` is instruction, jig or standard_time."""

    kind: str
    seq: int
    sentence: str


@dataclass(frozen=True, slots=True)
class BaselineFacts:
    """A frozen definition, read back from its content."""

    digest: str
    instruction: str  # digest of the instructions alone
    part: str
    part_name: str
    revision: str
    plan: str
    operations: tuple[PlanOperation, ...]
    characteristics: tuple[CharacteristicFacts, ...]

    def characteristic(self, number: str) -> CharacteristicFacts | None:
        return next((c for c in self.characteristics if c.number == number), None)

    @property
    def measured(self) -> tuple[str, ...]:
        """Numbers of the characteristics whose capability a bar can ask for."""
        return tuple(
            c.number
            for c in self.characteristics
            if c.kind is CharacteristicKind.VARIABLE and c.limits
        )

    @property
    def standard_minutes(self) -> Decimal | None:
        """Sum of the standard times; None while one is missing."""
        times = [operation.standard_minutes for operation in self.operations]
        if not times or any(time is None for time in times):
            return None
        return sum((time for time in times if time is not None), Decimal(0))


def check_operation(operation: PlanOperation) -> PlanOperation:
    """The operation, if it can be worked by. Raises InvalidInput naming the field."""
    what = f"Operation {operation.seq}"
    if not 1 <= operation.seq <= 1_000_000:
        raise InvalidInput(f"{what}: expected a number from 1 to 1,000,000.", field="seq")
    check_name(operation.name, f"name of operation {operation.seq}")
    time = operation.standard_minutes
    if time is not None and not (time.is_finite() and 0 < time < 100_000):
        raise InvalidInput(
            f"{what}: the standard time is {time} min; expected above 0.", field="standard_minutes"
        )
    if operation.jig and operation.jig_not_needed:
        raise InvalidInput(
            f"{what} names jig {operation.jig} and says that none is needed; expected one.",
            field="jig",
        )
    return operation


def check_operations(operations: Sequence[PlanOperation]) -> tuple[PlanOperation, ...]:
    """The operations in order, each number once. Raises InvalidInput."""
    seen: set[int] = set()
    for operation in operations:
        check_operation(operation)
        if operation.seq in seen:
            raise InvalidInput(f"Operation {operation.seq} is there twice.", field="seq")
        seen.add(operation.seq)
    return tuple(sorted(operations, key=_seq))


def _seq(operation: PlanOperation) -> int:
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


def plan_gaps(operations: Iterable[PlanOperation]) -> tuple[Gap, ...]:
    """What the plan lacks, in the order of the operations (R-15, gate 7)."""
    found = []
    for operation in operations:
        label = f"Operation {operation.seq}, {operation.name},"
        if not operation.instruction.strip():
            found.append(Gap("instruction", operation.seq, f"{label} has no work instruction."))
        if not operation.jig and not operation.jig_not_needed:
            found.append(
                Gap("jig", operation.seq, f"{label} names no jig, nor that none is needed.")
            )
        if operation.standard_minutes is None:
            found.append(Gap("standard_time", operation.seq, f"{label} has no standard time."))
    return tuple(found)


def instruction_digest(operations: Iterable[PlanOperation]) -> str:
    """The identity of the released instructions: what a unit has to be built to (R-33)."""
    return ledger.digest(
        [
            {
                "seq": operation.seq,
                "name": operation.name,
                "instruction": operation.instruction,
                "caution": operation.caution,
            }
            for operation in sorted(operations, key=_seq)
        ]
    )


def freeze_stops(
    *,
    revision_status: RevisionStatus | str,
    plan_status: RevisionStatus | str,
    operations: Sequence[PlanOperation],
    characteristics: Iterable[CharacteristicFacts],
) -> tuple[str, ...]:
    """What stops a freeze, one sentence each; empty when nothing does (R-11, R-13).

    A missing jig or instruction does not stop it: gate 7 does, and the pilot is there to show it.
    """
    found = []
    for what, status in (("part revision", revision_status), ("process plan", plan_status)):
        if RevisionStatus(status) is RevisionStatus.DRAFT:
            found.append(f"The {what} is a draft; release it first.")
    if not operations:
        found.append("The process plan has no operation.")
    for characteristic in characteristics:
        if characteristic.classification is CharacteristicClass.CRITICAL:
            found.extend(characteristic_gaps(characteristic))
    return tuple(found)


def check_freeze(stops: Iterable[str]) -> None:
    """Raises Refused (R-11) with everything that stops the freeze."""
    found = tuple(stops)
    if found:
        raise Refused(
            f"The definition cannot be frozen: {' '.join(found)}", code="R-11", stops=list(found)
        )


def baseline_content(
    *,
    part: str,
    part_name: str,
    revision: str,
    plan: str,
    operations: Sequence[PlanOperation],
    characteristics: Sequence[CharacteristicFacts],
    documents: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The definition as plain data: its canonical JSON is what is frozen, its digest the ID.

    documents: name to SHA-256. Nothing in here depends on when, where or by whom it was frozen,
    so that the same definition gives the same ID everywhere (R-11).
    """
    return {
        "format": FORMAT,
        "part": {"number": part, "name": part_name, "revision": revision},
        "plan": {
            "label": plan,
            "operations": [_operation_content(o) for o in sorted(operations, key=_seq)],
        },
        "characteristics": [
            _characteristic_content(c) for c in sorted(characteristics, key=_number)
        ],
        "documents": dict(documents or {}),
    }


def read_baseline(content: str) -> BaselineFacts:
    """The frozen definition from its canonical JSON. Raises InvalidInput for another format."""
    data = json.loads(content)
    if data.get("format") != FORMAT:
        raise InvalidInput(f"This is no baseline: its format is {data.get('format')!r}.")
    operations = tuple(_read_operation(item) for item in data["plan"]["operations"])
    return BaselineFacts(
        digest=ledger.text_digest(content),
        instruction=instruction_digest(operations),
        part=data["part"]["number"],
        part_name=data["part"]["name"],
        revision=data["part"]["revision"],
        plan=data["plan"]["label"],
        operations=operations,
        characteristics=tuple(_read_characteristic(c) for c in data["characteristics"]),
    )


def _operation_content(operation: PlanOperation) -> dict[str, Any]:
    return {
        "seq": operation.seq,
        "name": operation.name,
        "standard_minutes": operation.standard_minutes,
        "instruction": operation.instruction,
        "caution": operation.caution,
        "required_skill": operation.required_skill,
        "jig": operation.jig,
        "jig_not_needed": operation.jig_not_needed,
        "work_centre": operation.work_centre,
        "characteristics": sorted(operation.characteristics),
    }


def _read_operation(data: Mapping[str, Any]) -> PlanOperation:
    return PlanOperation(
        **{
            **data,
            "standard_minutes": _decimal(data["standard_minutes"]),
            "characteristics": tuple(data["characteristics"]),
        }
    )


def _characteristic_content(found: CharacteristicFacts) -> dict[str, Any]:
    return {
        "number": found.number,
        "name": found.name,
        "kind": found.kind,
        "classification": found.classification,
        "nominal": found.nominal,
        "lower": found.lower,
        "upper": found.upper,
        "unit": found.unit,
        "method": found.method,
        "measured_as": found.measured_as,
    }


def _read_characteristic(data: Mapping[str, Any]) -> CharacteristicFacts:
    return CharacteristicFacts(
        **{
            **data,
            "kind": CharacteristicKind(data["kind"]),
            "classification": CharacteristicClass(data["classification"]),
            "nominal": _decimal(data["nominal"]),
            "lower": _decimal(data["lower"]),
            "upper": _decimal(data["upper"]),
        }
    )


def _number(found: CharacteristicFacts) -> str:
    return found.number


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
