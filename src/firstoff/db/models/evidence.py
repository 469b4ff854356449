"""The signed decision on a run."""

from django.db import models

from firstoff.db.models.access import Signature
from firstoff.db.models.execution import Run
from firstoff.db.models.ledger import Record
from firstoff.terms import RunVerdict


class RunDecision(Record):
    """Sign off or hold, signed once (R-40): a snapshot of what was computed then.

    ``findings`` is the canonical JSON of the verdict as it was: each condition with its figure,
    threshold, sentence, parameters and method; ``evidence_digest`` is over the records read.
    """

    run = models.OneToOneField(Run, models.PROTECT, related_name="decision")
    decision = models.CharField(max_length=8, choices=[(v.value, v.value) for v in RunVerdict])
    computed = models.CharField(max_length=8, choices=[(v.value, v.value) for v in RunVerdict])
    reason = models.TextField(blank=True)
    findings = models.TextField()
    evidence_digest = models.CharField(max_length=64)
    product_version = models.CharField(max_length=40)
    signature = models.ForeignKey(Signature, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                # never the reverse, whatever code asks for it.
                condition=models.Q(decision="hold") | models.Q(computed="sign_off"),
                name="sign_off_only_where_computed",
            )
        ]

    def __str__(self) -> str:
        return f"{self.run}: {self.decision}"
