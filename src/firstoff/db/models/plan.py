"""How it is built: equipment, process plans, defect codes, and the frozen baseline."""

from django.db import models
from django.db.models import Q

from firstoff.db.fields import QuantityField
from firstoff.db.models.access import Person, Site
from firstoff.db.models.bom import BomLine
from firstoff.db.models.documents import DocumentVersion
from firstoff.db.models.ledger import Record
from firstoff.db.models.product import Characteristic, PartRevision, Program
from firstoff.terms import (
    Aspect,
    EquipmentClass,
    EquipmentKind,
    InspectionKind,
    RevisionStatus,
)


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
    # Numbers of the operations it waits for. None: the one before; []: it may be first.
    predecessors = models.JSONField(null=True)
    equipment = models.ManyToManyField(Equipment, related_name="+")  # that it is done on

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


class ProcessParameter(models.Model):
    """A setting that an operation holds: press force, cure temperature. Limits in ``unit``."""

    operation = models.ForeignKey(Operation, models.CASCADE, related_name="parameters")
    position = models.PositiveIntegerField()
    name = models.CharField(max_length=120)
    unit = models.CharField(max_length=20, blank=True)
    nominal = models.DecimalField(max_digits=20, decimal_places=9, null=True)
    lower = models.DecimalField(max_digits=20, decimal_places=9, null=True)
    upper = models.DecimalField(max_digits=20, decimal_places=9, null=True)
    decimals = models.PositiveSmallIntegerField(default=0)
    recorded = models.BooleanField(default=True)  # asked for at the line, unit by unit

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["operation", "name"], name="parameter_once")
        ]

    def __str__(self) -> str:
        return self.name


class OperationMaterial(models.Model):
    """A BOM line that an operation consumes, whole or a part of it (R-15)."""

    operation = models.ForeignKey(Operation, models.CASCADE, related_name="materials")
    line = models.ForeignKey(BomLine, models.PROTECT, related_name="consumed_by")
    quantity = QuantityField(null=True)  # None: all that the line holds

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["operation", "line"], name="material_once_a_step")
        ]

    def __str__(self) -> str:
        return f"{self.operation}: {self.line}"


class InstructionStep(models.Model):
    """One step of a work instruction. ``asks`` names what it must carry: picture, caution, tool,
    torque, check (R-15)."""

    operation = models.ForeignKey(Operation, models.CASCADE, related_name="steps")
    position = models.PositiveIntegerField()
    text = models.TextField(blank=True)
    caution = models.TextField(blank=True)
    tool = models.CharField(max_length=200, blank=True)
    torque = models.CharField(max_length=60, blank=True)  # 0.6 Nm ± 0.05
    asks = models.JSONField(default=list)
    pictures = models.ManyToManyField(DocumentVersion, related_name="+")
    characteristic = models.ForeignKey(
        Characteristic, models.SET_NULL, null=True, related_name="+"
    )
    parameter = models.ForeignKey(ProcessParameter, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["operation", "position"], name="step_once")]

    def __str__(self) -> str:
        return f"{self.operation}, step {self.position}"


class TestProcedure(models.Model):
    """What is tested and what passes. Released procedures are immutable, like revisions."""

    __test__ = False

    revision = models.ForeignKey(PartRevision, models.CASCADE, related_name="procedures")
    code = models.CharField(max_length=60)
    name = models.CharField(max_length=200)
    label = models.CharField(max_length=20)
    status = models.CharField(
        max_length=12,
        choices=[(s.value, s.value) for s in RevisionStatus],
        default=RevisionStatus.DRAFT,
    )
    purpose = models.TextField(blank=True)
    equipment = models.TextField(blank=True)
    pass_criteria = models.TextField(blank=True)
    released_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["revision", "code", "label"], name="procedure_once")
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name} {self.label}"


class TestStep(models.Model):
    __test__ = False

    procedure = models.ForeignKey(TestProcedure, models.CASCADE, related_name="steps")
    position = models.PositiveIntegerField()
    name = models.CharField(max_length=200)
    instruction = models.TextField(blank=True)
    unit = models.CharField(max_length=20, blank=True)
    lower = models.DecimalField(max_digits=20, decimal_places=9, null=True)
    upper = models.DecimalField(max_digits=20, decimal_places=9, null=True)
    decimals = models.PositiveSmallIntegerField(default=0)
    expected = models.CharField(max_length=200, blank=True)  # where it is no number
    characteristic = models.ForeignKey(
        Characteristic, models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["procedure", "position"], name="test_step_once")
        ]

    def __str__(self) -> str:
        return f"{self.procedure}, step {self.position}"


class ControlPlanLine(models.Model):
    """How a characteristic or a parameter is controlled at an operation (AIAG control plan)."""

    operation = models.ForeignKey(Operation, models.CASCADE, related_name="controls")
    position = models.PositiveIntegerField()
    characteristic = models.ForeignKey(
        Characteristic, models.CASCADE, null=True, related_name="controls"
    )
    parameter = models.ForeignKey(
        ProcessParameter, models.CASCADE, null=True, related_name="controls"
    )
    phases = models.JSONField(default=list)  # prototype, pre_launch, safe_launch, production
    technique = models.CharField(max_length=200, blank=True)  # evaluation or measurement
    sample_size = models.CharField(max_length=60, blank=True)
    frequency = models.CharField(max_length=120, blank=True)
    method = models.CharField(max_length=200, blank=True)  # of control
    error_proofing = models.CharField(max_length=200, blank=True)
    reaction_plan = models.TextField(blank=True)
    reaction_owner = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(characteristic__isnull=True) | Q(parameter__isnull=True),
                name="control_of_one_thing",
            )
        ]

    def __str__(self) -> str:
        return f"{self.operation}, control {self.position}"


class InspectionPlan(models.Model):
    """What is looked at, when: incoming, first article, in process, top of production, final."""

    revision = models.ForeignKey(PartRevision, models.CASCADE, related_name="inspection_plans")
    kind = models.CharField(max_length=20, choices=[(k.value, k.value) for k in InspectionKind])
    label = models.CharField(max_length=20)
    status = models.CharField(
        max_length=12,
        choices=[(s.value, s.value) for s in RevisionStatus],
        default=RevisionStatus.DRAFT,
    )
    # How many of a lot: all, a fixed n, or a plan by AQL (ISO 2859-1) with its level.
    sampling = models.JSONField(default=dict)
    note = models.TextField(blank=True)
    released_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["revision", "kind", "label"], name="inspection_plan_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.revision}: {self.kind} {self.label}"


class InspectionPlanLine(models.Model):
    plan = models.ForeignKey(InspectionPlan, models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField()
    characteristic = models.ForeignKey(Characteristic, models.CASCADE, related_name="+")
    method = models.CharField(max_length=200, blank=True)  # empty: that of the characteristic
    gauge = models.CharField(max_length=60, blank=True)
    sampling = models.JSONField(default=dict)  # empty: that of the plan
    reaction = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "characteristic"], name="inspected_once")
        ]

    def __str__(self) -> str:
        return f"{self.plan}: {self.characteristic}"


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
