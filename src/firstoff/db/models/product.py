"""What is built: programs, parts, revisions, characteristics."""

from django.db import models
from django.db.models import F, Q

from firstoff.db.models.access import Person, Site
from firstoff.terms import (
    CharacteristicClass,
    CharacteristicKind,
    GeometricSymbol,
    LimitForm,
    Procurement,
    RevisionStatus,
)


class Part(models.Model):
    site = models.ForeignKey(Site, models.PROTECT, related_name="parts")
    number = models.CharField(max_length=120)
    name = models.CharField(max_length=300)
    description = models.TextField(blank=True)
    procurement = models.CharField(
        max_length=8, choices=[(p.value, p.value) for p in Procurement], default=Procurement.BUY
    )
    unit = models.CharField(max_length=20, blank=True)  # pieces where nothing is said
    value = models.CharField(max_length=120, blank=True)  # 10 k, 100 nF
    package = models.CharField(max_length=200, blank=True)  # footprint, size, thread
    category = models.CharField(max_length=120, blank=True)
    scheme = models.CharField(max_length=40, blank=True)  # of its revision labels
    attributes = models.JSONField(default=dict)  # what the source said beside
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "number"], name="part_number_once_a_site")
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class Program(models.Model):
    """One product on its road from prototype to production."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="programs")
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    part = models.ForeignKey(Part, models.PROTECT, related_name="programs")
    owner = models.ForeignKey(Person, models.PROTECT, related_name="+")
    template = models.CharField(max_length=40, default="small-batch")
    first_quantity = models.PositiveIntegerField(null=True)  # what somebody is owed
    due = models.DateField(null=True)
    currency = models.CharField(max_length=3, default="USD")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "code"], name="program_code_once_a_site")
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.code}"


class PartRevision(models.Model):
    """A released revision is immutable (R-10); a change makes a new one."""

    part = models.ForeignKey(Part, models.PROTECT, related_name="revisions")
    label = models.CharField(max_length=20)
    status = models.CharField(
        max_length=12,
        choices=[(s.value, s.value) for s in RevisionStatus],
        default=RevisionStatus.DRAFT,
    )
    released_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    note = models.TextField(blank=True)  # what changed, and why

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["part", "label"], name="revision_label_once_a_part")
        ]

    def __str__(self) -> str:
        return f"{self.part.number} revision {self.label}"


class Characteristic(models.Model):
    """What is measured or judged, with its limits (decimals, in ``unit``)."""

    revision = models.ForeignKey(PartRevision, models.PROTECT, related_name="characteristics")
    number = models.CharField(max_length=20)  # balloon number on the drawing
    name = models.CharField(max_length=200)
    kind = models.CharField(
        max_length=10, choices=[(k.value, k.value) for k in CharacteristicKind]
    )
    classification = models.CharField(
        max_length=10, choices=[(c.value, c.value) for c in CharacteristicClass]
    )
    nominal = models.DecimalField(max_digits=20, decimal_places=9, null=True)
    lower = models.DecimalField(max_digits=20, decimal_places=9, null=True)
    upper = models.DecimalField(max_digits=20, decimal_places=9, null=True)
    unit = models.CharField(max_length=20, blank=True)
    method = models.CharField(max_length=200, blank=True)
    measured_as = models.CharField(max_length=120, blank=True)  # its name in test records
    # Digits after the point as the drawing writes them: a limit of 0.90 is shown as 0.90.
    decimals = models.PositiveSmallIntegerField(default=0)
    zone = models.CharField(max_length=20, blank=True)  # of the drawing: B4, sheet 2 C3
    form = models.CharField(  # how the limits are stated
        max_length=12, choices=[(f.value, f.value) for f in LimitForm], blank=True
    )
    # GD&T callout (ISO 1101, ASME Y14.5): symbol, tolerance, material condition, datums in order
    symbol = models.CharField(
        max_length=24, choices=[(g.value, g.value) for g in GeometricSymbol], blank=True
    )
    tolerance = models.DecimalField(max_digits=20, decimal_places=9, null=True)
    diametral = models.BooleanField(default=False)  # a cylindrical tolerance zone
    material_condition = models.CharField(max_length=4, blank=True)  # M, L; empty: regardless
    datums = models.JSONField(default=list)  # ["A", "B(M)", "C"]
    gauge = models.CharField(max_length=60, blank=True)  # code of the equipment
    source_id = models.CharField(max_length=80, blank=True)  # its UUID in a QIF plan

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["revision", "number"], name="characteristic_number_once_a_revision"
            ),
            models.CheckConstraint(
                condition=Q(lower__isnull=True) | Q(upper__isnull=True) | Q(lower__lt=F("upper")),
                name="characteristic_lower_below_upper",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class RevisionScheme(models.Model):
    """How revisions are labelled at a site: before a first release, and after it."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="revision_schemes")
    key = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    before_release = models.CharField(max_length=12)  # numeric, letters
    after_release = models.CharField(max_length=12)
    prefix_before = models.CharField(max_length=8, blank=True)
    skipped = models.CharField(max_length=26, blank=True)  # letters that are not used
    default = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "key"], name="revision_scheme_once_a_site")
        ]

    def __str__(self) -> str:
        return self.name
