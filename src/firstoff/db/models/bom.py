"""What a part revision consists of: lines, alternates, variants; and what was imported."""

from django.db import models
from django.db.models import F, Q

from firstoff.db.fields import QuantityField
from firstoff.db.models.access import Person, Site
from firstoff.db.models.ledger import Record
from firstoff.db.models.product import Part, PartRevision
from firstoff.terms import CharacteristicClass, Lifecycle


class ManufacturerPart(models.Model):
    """What a manufacturer calls it (MPN); the same part may be bought under several."""

    part = models.ForeignKey(Part, models.PROTECT, related_name="manufacturer_parts")
    manufacturer = models.CharField(max_length=200)
    mpn = models.CharField(max_length=200)
    lifecycle = models.CharField(
        max_length=16,
        choices=[(c.value, c.value) for c in Lifecycle],
        default=Lifecycle.UNKNOWN,
    )
    description = models.CharField(max_length=300, blank=True)
    rank = models.PositiveIntegerField(default=0)  # 1 is preferred; 0: nobody said
    last_buy = models.DateField(null=True)  # the last day of a last-time buy
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["part", "manufacturer", "mpn"], name="manufacturer_part_once_a_part"
            )
        ]
        indexes = [models.Index(fields=["mpn"], name="manufacturer_part_by_mpn")]

    def __str__(self) -> str:
        return f"{self.manufacturer} {self.mpn}"


class BomLine(models.Model):
    """One line of a revision. Guarded with it: a released revision keeps its lines (R-10).

    ``not_fitted`` names those of ``designators`` that stay empty; a line without designators
    that is not fitted has ``fitted`` False. ``quantity`` is the usage in one of the parent, over
    what is fitted.
    """

    revision = models.ForeignKey(PartRevision, models.CASCADE, related_name="bom_lines")
    position = models.PositiveIntegerField()  # order in the list, from 1
    find_number = models.CharField(max_length=20, blank=True)
    part = models.ForeignKey(Part, models.PROTECT, related_name="used_in")
    # Of a part that is made here: which of its revisions goes in. Empty for what is bought.
    child = models.ForeignKey(PartRevision, models.PROTECT, null=True, related_name="+")
    quantity = QuantityField()
    unit = models.CharField(max_length=20, blank=True)  # pieces where nothing is said
    designators = models.JSONField(default=list)
    not_fitted = models.JSONField(default=list)
    fitted = models.BooleanField(default=True)
    classification = models.CharField(
        max_length=10, blank=True, choices=[(c.value, c.value) for c in CharacteristicClass]
    )
    attrition = models.DecimalField(max_digits=6, decimal_places=3, default=0)  # percent
    setup_pieces = QuantityField(default=0)  # lost once a run
    section = models.CharField(max_length=200, blank=True)
    note = models.TextField(blank=True)
    attributes = models.JSONField(default=dict)  # columns of the source that nobody knows

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["revision", "position"], name="bom_position_once_a_revision"
            ),
            models.CheckConstraint(condition=Q(quantity__gte=0), name="bom_line_takes_no_debt"),
            models.CheckConstraint(
                condition=Q(child__isnull=True) | ~Q(child=F("revision")),
                name="bom_line_is_not_its_own_parent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.revision}, line {self.find_number or self.position}"


class Alternate(models.Model):
    """Another part that may stand for a part: on one line, or wherever the part is used.

    Whether it counts is an approval (R-21); proposing it is not.
    """

    part = models.ForeignKey(Part, models.PROTECT, related_name="alternates")
    line = models.ForeignKey(BomLine, models.CASCADE, null=True, related_name="alternates")
    alternate = models.ForeignKey(Part, models.PROTECT, related_name="alternate_for")
    rank = models.PositiveIntegerField(default=1)
    note = models.TextField(blank=True)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["part", "line", "alternate"], name="alternate_once_a_line"
            ),
            models.UniqueConstraint(
                fields=["part", "alternate"],
                condition=Q(line__isnull=True),
                name="alternate_once_a_part",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.alternate} for {self.part}"


class Variant(models.Model):
    """A way a revision is built: the same lines, some of them fitted otherwise."""

    revision = models.ForeignKey(PartRevision, models.CASCADE, related_name="variants")
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["revision", "code"], name="variant_once_a_revision")
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class VariantChange(models.Model):
    """What a variant does otherwise with one line, or with one designator of it."""

    variant = models.ForeignKey(Variant, models.CASCADE, related_name="changes")
    line = models.ForeignKey(BomLine, models.CASCADE, related_name="+")
    designator = models.CharField(max_length=60, blank=True)  # empty: the whole line
    fitted = models.BooleanField()
    part = models.ForeignKey(Part, models.PROTECT, null=True, related_name="+")  # another one
    child = models.ForeignKey(PartRevision, models.PROTECT, null=True, related_name="+")  # of it
    quantity = QuantityField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["variant", "line", "designator"], name="variant_change_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.variant}: {self.line} {self.designator}"


class ImportMapping(models.Model):
    """How the columns of a kind of file are understood: remembered for the next one like it."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    subject = models.CharField(max_length=20)  # bom, offers, characteristics
    fingerprint = models.CharField(max_length=64)  # of its headers
    name = models.CharField(max_length=200)  # what people call the source
    mapping = models.JSONField()
    saved_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "subject", "fingerprint"], name="mapping_once_a_source"
            )
        ]

    def __str__(self) -> str:
        return self.name


class BomImport(Record):
    """A file that became the lines of a revision: what it was and what was understood of it."""

    revision = models.ForeignKey(PartRevision, models.PROTECT, related_name="bom_imports")
    file_name = models.CharField(max_length=300)
    sha256 = models.CharField(max_length=64)
    kind = models.CharField(max_length=40)
    summary = models.TextField()  # canonical JSON: counts, columns, warnings, refused rows

    def __str__(self) -> str:
        return f"{self.file_name} into {self.revision}"
