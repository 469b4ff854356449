"""How it is built: equipment, process plans, defect codes, and the frozen baseline."""

from django.db import models
from django.db.models import Q

from firstoff.db.models.access import Person, Site
from firstoff.db.models.ledger import Record
from firstoff.db.models.product import Characteristic, PartRevision, Program
from firstoff.terms import Aspect, EquipmentClass, EquipmentKind, RevisionStatus


class Equipment(models.Model):
    """A machine, tool, jig or gauge. Records copy its class: a later change rewrites nothing."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="equipment")
    code = models.CharField(max_length=60)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=[(k.value, k.value) for k in EquipmentKind])
    equipment_class = models.CharField(
        max_length=12, choices=[(c.value, c.value) for c in EquipmentClass]
    )
    line = models.CharField(max_length=120, blank=True)
    calibration_due = models.DateField(null=True)
    max_uses = models.PositiveBigIntegerField(null=True)  # its life, where it is counted
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "code"], name="equipment_code_once_a_site")
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class ProcessPlan(models.Model):
    """The operations that make a revision. Released plans are immutable, like revisions."""

    revision = models.ForeignKey(PartRevision, models.PROTECT, related_name="plans")
    label = models.CharField(max_length=20)
    status = models.CharField(
        max_length=12,
        choices=[(s.value, s.value) for s in RevisionStatus],
        default=RevisionStatus.DRAFT,
    )
    released_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["revision", "label"], name="plan_label_once")
        ]

    def __str__(self) -> str:
        return f"{self.revision}, plan {self.label}"


class Operation(models.Model):
    plan = models.ForeignKey(ProcessPlan, models.PROTECT, related_name="operations")
    seq = models.PositiveIntegerField()  # 10, 20, 30: the order they are recorded in
    name = models.CharField(max_length=200)
    work_centre = models.CharField(max_length=120, blank=True)
    standard_minutes = models.DecimalField(max_digits=9, decimal_places=3, null=True)
    instruction = models.TextField(blank=True)
    caution = models.TextField(blank=True)
    required_skill = models.CharField(max_length=120, blank=True)
    jig = models.ForeignKey(Equipment, models.PROTECT, null=True, related_name="+")
    jig_not_needed = models.BooleanField(default=False)
    characteristics = models.ManyToManyField(Characteristic, related_name="operations")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "seq"], name="operation_seq_once_a_plan"),
            models.CheckConstraint(
                condition=Q(jig__isnull=True) | Q(jig_not_needed=False),
                name="operation_jig_or_none_needed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.name}"


class DefectCode(models.Model):
    program = models.ForeignKey(Program, models.PROTECT, related_name="defect_codes")
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    category = models.CharField(max_length=12, choices=[(a.value, a.value) for a in Aspect])
    retired = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["program", "code"], name="defect_code_once_a_program")
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Baseline(Record):
    """The whole definition, frozen (R-11). ``digest``, the SHA-256 of ``content``, is its ID."""

    program = models.ForeignKey(Program, models.PROTECT, related_name="baselines")
    revision = models.ForeignKey(PartRevision, models.PROTECT, related_name="+")
    plan = models.ForeignKey(ProcessPlan, models.PROTECT, related_name="+")
    content = models.TextField()  # canonical JSON
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [
            # The same definition gives the same ID: freezing it again answers with this row.
            models.UniqueConstraint(fields=["program", "digest"], name="baseline_once_a_content")
        ]

    def __str__(self) -> str:
        return self.digest[:8]
