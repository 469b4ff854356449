"""An operation done on a unit, or on the whole batch."""

from decimal import Decimal

from firstoff.errors import InvalidInput
from firstoff.rules.genealogy.consume import check_items
from firstoff.rules.genealogy.values import (
    Aware,
    Item,
    Number,
    Part,
    Posted,
    UnitName,
    check_name,
    check_number,
    check_short,
    need_unit,
)
from firstoff.terms import OperationOutcome

_LARGEST = Decimal(10) ** 11  # what the column holds before the point


class Parameter(Part, frozen=True, kw_only=True):
    """A process parameter as it was, with the limits it was judged by."""

    name: str
    value: Decimal
    unit: str = ""
    lower: Decimal | None = None
    upper: Decimal | None = None

    @property
    def outside(self) -> bool:
        below = self.lower is not None and self.value < self.lower
        return below or (self.upper is not None and self.value > self.upper)


class DefectFound(Part, frozen=True, kw_only=True):
    """A defect by its code; the cause may come later."""

    code: str
    note: str = ""
    cause_class: str = ""
    cause: str = ""


class Measure(Part, frozen=True, kw_only=True):
    """A value of a characteristic, by its number in the baseline."""

    characteristic: str
    value: Decimal | None = None
    text: str = ""


class ChildIn(Part, frozen=True, kw_only=True):
    """A serialised subassembly fitted in an operation."""

    child: UnitName
    position: str = ""


class OperationDone(Posted, frozen=True, kw_only=True, tag="operation"):
    """``operation`` is its number in the plan. Without a serial it was done on the batch."""

    operation: Number
    batch: str = ""
    part: str = ""
    serial: str = ""
    began_at: Aware | None = None
    ended_at: Aware | None = None
    equipment: str = ""
    tools: tuple[str, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    instruction: str = ""
    outcome: OperationOutcome = OperationOutcome.PASS
    defects: tuple[DefectFound, ...] = ()
    measures: tuple[Measure, ...] = ()
    consumes: tuple[Item, ...] = ()
    installs: tuple[ChildIn, ...] = ()

    def check(self) -> None:
        if self.serial:
            need_unit(self.part, self.serial, self.batch)
        else:
            self._check_batch()
        if self.consumes:
            check_items(self.consumes, "consumes")
        for place, child in enumerate(self.installs):
            child.child.check(f"installs[{place}].child")
            check_short(child.position, "position", f"installs[{place}].position", longest=120)
        for place, parameter in enumerate(self.parameters):
            _check_parameter(parameter, f"parameters[{place}]")

    def _check_batch(self) -> None:
        if not self.batch:
            raise InvalidInput(
                f"Operation {self.operation} names neither a unit nor a batch.", field="batch"
            )
        if self.installs or self.defects or self.measures:
            raise InvalidInput(
                "Defects, measured values and subassemblies belong to a unit; no serial is given.",
                field="serial",
            )


def _check_parameter(parameter: Parameter, field: str) -> None:
    check_name(parameter.name, "parameter", f"{field}.name")
    check_short(parameter.unit, "unit of measure", f"{field}.unit", longest=20)
    for name in ("value", "lower", "upper"):
        check_number(getattr(parameter, name), parameter.name, f"{field}.{name}", below=_LARGEST)
    low, high = parameter.lower, parameter.upper
    if low is not None and high is not None and low > high:
        raise InvalidInput(
            f"The limits of {parameter.name} are {low:f} to {high:f}: the lower one is above.",
            field=f"{field}.lower",
        )
