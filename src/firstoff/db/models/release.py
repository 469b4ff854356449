"""Gates: statements signed for them, waivers, and the decisions."""

from django.db import models

from firstoff.db.models.access import Signature
from firstoff.db.models.ledger import Record
from firstoff.db.models.plan import Baseline
from firstoff.db.models.product import Program


class GateStatement(Record):
    """A criterion that no record can decide, stated and signed for by a person."""

    program = models.ForeignKey(Program, models.PROTECT, related_name="statements")
    gate = models.PositiveIntegerField()
    criterion = models.CharField(max_length=60)
    holds = models.BooleanField()  # the statement is true, or it is stated not to be
    evidence = models.TextField()
    signature = models.ForeignKey(Signature, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"gate {self.gate} {self.criterion}: {self.holds}"


class Waiver(Record):
    """One criterion set aside: reason, a person with the authority, an expiry (R-3)."""

    program = models.ForeignKey(Program, models.PROTECT, related_name="waivers")
    gate = models.PositiveIntegerField()
    criterion = models.CharField(max_length=60)
    reason = models.TextField()
    expires_at = models.DateTimeField()
    signature = models.ForeignKey(Signature, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"gate {self.gate} {self.criterion} until {self.expires_at:%Y-%m-%d}"


class GateDecision(Record):
    """A signed snapshot of a gate: each criterion as it was then. It never changes (R-2)."""

    program = models.ForeignKey(Program, models.PROTECT, related_name="gate_decisions")
    gate = models.PositiveIntegerField()
    number = models.PositiveIntegerField()  # first, second ... decision on this gate
    passed = models.BooleanField()
    reason = models.TextField(blank=True)
    findings = models.TextField()  # canonical JSON
    evidence_digest = models.CharField(max_length=64)
    baseline = models.ForeignKey(Baseline, models.PROTECT, null=True, related_name="+")
    product_version = models.CharField(max_length=40)
    signature = models.ForeignKey(Signature, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["program", "gate", "number"], name="gate_decision_number_once"
            )
        ]

    def __str__(self) -> str:
        return f"gate {self.gate} {'passed' if self.passed else 'held'}"
