"""Tolerances against what processes hold (R-13), and how they add up (R-14)."""

from django.db import models

from firstoff.db.models.access import Site
from firstoff.db.models.ledger import Record
from firstoff.db.models.plan import Equipment
from firstoff.db.models.product import Characteristic, Part, PartRevision


class ProcessCapability(Record):
    """What a process on a machine was found to hold: the library that a user fills.

    ``spread`` is one standard deviation and ``shift`` the mean off its nominal, in ``unit``; from
    ``values`` measured pieces. The latest of a site, process and machine holds.
    """

    site = models.ForeignKey(Site, models.PROTECT, related_name="process_capabilities")
    process = models.CharField(max_length=120)  # CNC milling, bore
    feature = models.CharField(max_length=120, blank=True)
    equipment = models.ForeignKey(Equipment, models.PROTECT, null=True, related_name="+")
    machine = models.CharField(max_length=120, blank=True)  # one that is not ours
    unit = models.CharField(max_length=20)
    spread = models.DecimalField(max_digits=20, decimal_places=9)
    shift = models.DecimalField(max_digits=20, decimal_places=9, default=0)
    values = models.PositiveIntegerField()
    measured_on = models.DateField()
    source = models.CharField(max_length=300, blank=True)
    retired = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.process} {self.machine}"


class CapabilityStudy(Record):
    """Pieces measured to see what a process holds of one characteristic (R-13).

    ``values``: canonical JSON, the exact decimals as text in the order measured, in ``unit``.
    No limits are kept: a study is judged against those that stand when somebody looks. One that
    was entered wrongly is superseded by another.
    """

    site = models.ForeignKey(Site, models.PROTECT, related_name="capability_studies")
    part = models.ForeignKey(Part, models.PROTECT, related_name="capability_studies")
    # By label, number and name, as a bar names what it asks for. A key would not let a draft drop
    # its characteristic, or be discarded, once it was studied; and the study of revision C has to
    # speak for D as well, which copies its characteristics into rows of their own.
    revision = models.CharField(max_length=20)
    characteristic = models.CharField(max_length=20)
    name = models.CharField(max_length=200)
    unit = models.CharField(max_length=20, blank=True)
    pieces = models.PositiveIntegerField()
    values = models.TextField()
    measured_on = models.DateField()
    equipment = models.ForeignKey(Equipment, models.PROTECT, null=True, related_name="+")
    machine = models.CharField(max_length=120, blank=True)  # one that is not ours
    gauge = models.CharField(max_length=120, blank=True)
    source = models.CharField(max_length=300, blank=True)
    supersedes = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="superseded_by"
    )

    class Meta:
        indexes = [models.Index(fields=["part", "characteristic"], name="study_by_characteristic")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(pieces__gt=0), name="study_has_measured_something"
            )
        ]

    def __str__(self) -> str:
        return f"{self.characteristic} {self.name}, {self.pieces} pieces"


class CharacteristicProcess(models.Model):
    """Which process makes a characteristic, so that its tolerance can be judged beforehand."""

    characteristic = models.OneToOneField(
        Characteristic, models.CASCADE, primary_key=True, related_name="process"
    )
    process = models.CharField(max_length=120)
    equipment = models.ForeignKey(Equipment, models.PROTECT, null=True, related_name="+")
    machine = models.CharField(max_length=120, blank=True)
    required = models.DecimalField(max_digits=5, decimal_places=2, null=True)  # Cpk; None: default

    def __str__(self) -> str:
        return f"{self.characteristic}: {self.process}"


class StackUp(models.Model):
    """A tolerance chain over characteristics, judged against its own limits (R-14)."""

    revision = models.ForeignKey(PartRevision, models.CASCADE, related_name="stack_ups")
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    unit = models.CharField(max_length=20)
    lower = models.DecimalField(max_digits=20, decimal_places=9, null=True)
    upper = models.DecimalField(max_digits=20, decimal_places=9, null=True)
    decimals = models.PositiveSmallIntegerField(default=0)
    consequence = models.CharField(max_length=200, blank=True)  # the lid fouls

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["revision", "code"], name="stack_up_once_a_revision")
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class StackUpLink(models.Model):
    """One link: a characteristic of this or another revision, or a plain dimension."""

    stack = models.ForeignKey(StackUp, models.CASCADE, related_name="links")
    position = models.PositiveIntegerField()
    characteristic = models.ForeignKey(Characteristic, models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=200, blank=True)
    nominal = models.DecimalField(max_digits=20, decimal_places=9, null=True)
    lower = models.DecimalField(max_digits=20, decimal_places=9, null=True)
    upper = models.DecimalField(max_digits=20, decimal_places=9, null=True)
    sensitivity = models.DecimalField(max_digits=12, decimal_places=6, default=1)
    distribution = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stack", "position"], name="stack_link_once")
        ]

    def __str__(self) -> str:
        return f"{self.stack}, link {self.position}"
