"""Equipment calibrated: how it was found, how it was left, until when it holds."""

from datetime import date
from typing import ClassVar

from firstoff.rules.genealogy.values import Posted, check_name, check_short
from firstoff.terms import CalibrationResult


class Calibrated(Posted, frozen=True, kw_only=True, tag="calibration"):
    """``result`` is how it was found; ``as_left`` how it was left, where that differs."""

    permission: ClassVar[str] = "calibration.record"

    equipment: str
    result: CalibrationResult
    as_left: CalibrationResult | None = None
    due: date | None = None
    certificate: str = ""

    def check(self) -> None:
        check_name(self.equipment, "equipment", "equipment")
        check_short(self.certificate, "certificate", "certificate", longest=200)
