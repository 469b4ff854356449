"""Defects, their causes, and the actions against them."""

from django.db import models

from firstoff.db.models.execution import Judgement, Run, Unit
from firstoff.db.models.ledger import Record
from firstoff.db.models.product import Program
from firstoff.terms import Aspect, CauseClass


class Defect(Record):
    """What was wrong with a unit in one judgement; name and category as they were then."""

    run = models.ForeignKey(Run, models.PROTECT, related_name="defects")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="defects")
    judgement = models.ForeignKey(Judgement, models.PROTECT, related_name="defects")
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    category = models.CharField(max_length=12, choices=[(a.value, a.value) for a in Aspect])
    note = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["run", "code"], name="defect_by_run")]

    def __str__(self) -> str:
        return f"{self.unit}: {self.code}"


class CauseFinding(Record):
    """Why a defect came to be; the latest finding for a defect holds (R-34)."""

    defect = models.ForeignKey(Defect, models.PROTECT, related_name="causes")
    cause_class = models.CharField(max_length=10, choices=[(c.value, c.value) for c in CauseClass])
    cause = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.defect}: {self.cause_class}"


class CorrectiveAction(Record):
    """What is changed against a cause (ISO 9000:2015 3.12.2)."""

    program = models.ForeignKey(Program, models.PROTECT, related_name="actions")
    run = models.ForeignKey(Run, models.PROTECT, related_name="actions")  # the held batch
    number = models.PositiveIntegerField()  # CA-0001, CA-0002 ... in the program
    against = models.CharField(max_length=40)  # a defect code, or BUILD-TIME
    cause_class = models.CharField(max_length=10, choices=[(c.value, c.value) for c in CauseClass])
    what = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["program", "number"], name="action_number_once")
        ]

    def __str__(self) -> str:
        return f"CA-{self.number:04d}"


class ActionEffect(Record):
    """From when an action is in force, and how one can tell."""

    action = models.OneToOneField(CorrectiveAction, models.PROTECT, related_name="effect")
    effective_at = models.DateTimeField()
    evidence = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.action} from {self.effective_at:%Y-%m-%d %H:%M}"
