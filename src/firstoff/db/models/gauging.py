"""Measuring equipment: when it was calibrated, and how it was found."""

from django.db import models

from firstoff.db.models.ledger import Record
from firstoff.db.models.plan import Equipment
from firstoff.terms import CalibrationResult


class Calibration(Record):
    """ISO 10012 7.1: metrological confirmation. ``as_found`` failing casts doubt on everything
    measured since the last one that passed (R-61)."""

    equipment = models.ForeignKey(Equipment, models.PROTECT, related_name="calibrations")
    calibrated_at = models.DateTimeField()
    as_found = models.CharField(
        max_length=8, choices=[(r.value, r.value) for r in CalibrationResult]
    )
    as_left = models.CharField(
        max_length=8, choices=[(r.value, r.value) for r in CalibrationResult]
    )
    due = models.DateField(null=True)
    certificate = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["equipment", "calibrated_at"], name="calibration_by_time")]

    def __str__(self) -> str:
        return f"{self.equipment}: {self.as_found}"
