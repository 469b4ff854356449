"""Change after the freeze: orders with reason, impact, disposition, effectivity, signatures."""

from django.db import models

from firstoff.db.models.access import Signature
from firstoff.db.models.ledger import Record
from firstoff.db.models.plan import Baseline
from firstoff.db.models.product import PartRevision, Program
from firstoff.terms import ChangeState, EffectivityKind


class ChangeOrder(Record):
    """A change that somebody asks for (R-12); its standing is in its ``ChangeStep``s."""

    program = models.ForeignKey(Program, models.PROTECT, related_name="change_orders")
    number = models.PositiveIntegerField()  # of the program, from 1
    title = models.CharField(max_length=200)
    reason = models.TextField()
    baseline = models.ForeignKey(Baseline, models.PROTECT, null=True, related_name="+")  # before
    asked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["program", "number"], name="change_order_number_once")
        ]

    def __str__(self) -> str:
        return f"ECO-{self.number:04}"


class ChangeItem(Record):
    """A part revision that the change replaces, and the draft that will."""

    order = models.ForeignKey(ChangeOrder, models.PROTECT, related_name="items")
    before = models.ForeignKey(PartRevision, models.PROTECT, null=True, related_name="+")
    after = models.ForeignKey(PartRevision, models.PROTECT, related_name="+")
    text = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.order}: {self.after}"


class ChangeStep(Record):
    """One step on its way; the latest holds. ``content``: canonical JSON of the impact as it was
    then (where used, stock, open runs, units), of the disposition of stock and of the effectivity.
    """

    order = models.ForeignKey(ChangeOrder, models.PROTECT, related_name="steps")
    state = models.CharField(max_length=12, choices=[(s.value, s.value) for s in ChangeState])
    text = models.TextField(blank=True)
    content = models.TextField()
    effectivity = models.CharField(
        max_length=8, blank=True, choices=[(e.value, e.value) for e in EffectivityKind]
    )
    effective_from = models.CharField(max_length=120, blank=True)  # date, batch ID or serial
    stepped_at = models.DateTimeField()
    signature = models.ForeignKey(Signature, models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.order}: {self.state}"


class RunChange(Record):
    """A change order that names a running run: from then on it works to another baseline
    (R-37b)."""

    order = models.ForeignKey(ChangeOrder, models.PROTECT, related_name="runs")
    run = models.ForeignKey("firstoff.Run", models.PROTECT, related_name="changes")
    baseline = models.ForeignKey(Baseline, models.PROTECT, related_name="+")
    effective_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.order}: {self.run}"
