"""A unit judged for fit, finish and function (R-34)."""

from decimal import Decimal

from firstoff.rules.genealogy.operation import DefectFound, Measure
from firstoff.rules.genealogy.values import Posted, check_name, need_unit
from firstoff.terms import Attempt, OperationOutcome


class UnitResult(Posted, frozen=True, kw_only=True, tag="result"):
    serial: str
    batch: str = ""
    part: str = ""
    attempt: Attempt = Attempt.FIRST
    fit: OperationOutcome | None = None
    finish: OperationOutcome | None = None
    function: OperationOutcome | None = None
    build_seconds: Decimal | None = None
    defects: tuple[DefectFound, ...] = ()
    measures: tuple[Measure, ...] = ()

    def check(self) -> None:
        check_name(self.serial, "serial number", "serial")
        need_unit(self.part, self.serial, self.batch)
