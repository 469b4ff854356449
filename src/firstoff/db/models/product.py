"""What is built: programs, parts, revisions, characteristics."""

from django.db import models
from django.db.models import F, Q

from firstoff.db.models.access import Person, Site
from firstoff.terms import CharacteristicClass, CharacteristicKind, RevisionStatus


class Part(models.Model):
    site = models.ForeignKey(Site, models.PROTECT, related_name="parts")
    number = models.CharField(max_length=120)
    name = models.CharField(max_length=300)

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
