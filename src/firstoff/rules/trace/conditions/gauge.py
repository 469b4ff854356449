"""What a gauge measured since it was last known to be good."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from firstoff.rules.trace.conditions.base import Condition, Field, Moment, utc
from firstoff.terms import CalibrationResult


@dataclass(frozen=True, slots=True)
class Gauge(Condition):
    kind = "gauge"
    title = "Gauge since its last good calibration"
    by_tests = True
    fields = (Field("gauge", "Gauge", required=True, hint="Its code"),)

    gauge: str

    def sentence(self, moment: Moment = utc) -> str:
        return f"gauge {self.gauge} since its last good calibration"


@dataclass(frozen=True, slots=True)
class Calibrated:
    """A calibration as a question about its gauge reads it."""

    at: datetime
    as_found: CalibrationResult
    as_left: CalibrationResult


@dataclass(frozen=True, slots=True)
class Doubt:
    """When a gauge cannot be relied on; None: from the beginning, to now."""

    since: datetime | None
    until: datetime | None


def doubt(calibrations: Sequence[Calibrated]) -> Doubt:
    """The time in which what a gauge measured is in doubt (ISO 10012:2003 8.3.3).

    calibrations: in the order of time. Where the last one to be found failing was put right, doubt
    ends with it; where it was not, or none failed, it lasts until now. It begins with the last
    calibration before it that left the gauge good.
    """
    failed = max(
        (n for n, c in enumerate(calibrations) if c.as_found is CalibrationResult.FAIL),
        default=None,
    )
    earlier = calibrations if failed is None else calibrations[:failed]
    good = [c.at for c in earlier if c.as_left is CalibrationResult.PASS]
    put_right = None
    if failed is not None:
        later = [c.at for c in calibrations[failed:] if c.as_left is CalibrationResult.PASS]
        put_right = later[0] if later else None
    return Doubt(good[-1] if good else None, put_right)
