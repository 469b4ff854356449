"""Plans of records about equipment: calibrated, and until when that holds."""

from datetime import timedelta

from firstoff.db.inserts import fresh
from firstoff.db.models import Calibration
from firstoff.errors import InvalidInput
from firstoff.rules.genealogy import Calibrated
from firstoff.services.genealogy.taking import Taking
from firstoff.terms import CalibrationResult


def calibrate(taking: Taking, record: Calibrated) -> None:
    """How equipment was found and left. Left as failed, it is out of calibration (R-35)."""
    picture, at = taking.picture, taking.time_of(record)
    machine = picture.machine(record.equipment)
    if machine is None:
        raise TypeError("a calibration without equipment")
    day = picture.day(at)
    if record.due is not None and record.due < day:
        raise InvalidInput(
            f"The calibration of {machine.code} would be due on {record.due}, before it was "
            f"done ({day}).",
            field="due",
        )
    left = record.as_left or record.result
    row = fresh(
        Calibration,
        uid=record.id,
        equipment=machine,
        calibrated_at=at,
        as_found=record.result.value,
        as_left=left.value,
        due=record.due,
        certificate=record.certificate,
    )
    undo = picture.undo
    undo.append(taking.pending.calibrations, row)
    latest = taking.picture.calibrated.get(machine.pk)
    if latest is not None and latest > at:
        return  # an earlier one that is told late changes nothing today
    undo.put(taking.picture.calibrated, machine.pk, at)
    failed = left is CalibrationResult.FAIL
    undo.change(machine, "calibration_due", day - timedelta(days=1) if failed else record.due)
    undo.put(taking.pending.calibrated, machine.pk, machine)
