"""Drawings, models, certificates, pictures: documents with versions, found by content hash."""

from django.db import models

from firstoff.db.models.access import Site
from firstoff.db.models.ledger import Record
from firstoff.db.models.product import Characteristic, Part, PartRevision
from firstoff.terms import DocumentKind, DocumentVisibility


class Document(models.Model):
    """What people call by one number through all its versions. Retired, never deleted (R-68)."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="documents")
    number = models.CharField(max_length=120)
    title = models.CharField(max_length=300)
    kind = models.CharField(max_length=20, choices=[(k.value, k.value) for k in DocumentKind])
    visibility = models.CharField(
        max_length=12,
        choices=[(v.value, v.value) for v in DocumentVisibility],
        default=DocumentVisibility.SITE,
    )
    part = models.ForeignKey(Part, models.PROTECT, null=True, related_name="documents")
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "number"], name="document_number_once_a_site")
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class DocumentVersion(Record):
    """One version; its bytes lie in the store under their hash. Written once."""

    document = models.ForeignKey(Document, models.PROTECT, related_name="versions")
    label = models.CharField(max_length=20)
    file_name = models.CharField(max_length=300)
    media_type = models.CharField(max_length=120)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    pages = models.PositiveIntegerField(null=True)  # of a PDF; 1 for a picture
    note = models.TextField(blank=True)  # what changed

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["document", "label"], name="version_label_once")
        ]
        indexes = [models.Index(fields=["sha256"], name="document_version_by_content")]

    def __str__(self) -> str:
        return f"{self.document.number} version {self.label}"


class RevisionDocument(models.Model):
    """A version that belongs to the definition of a part revision; guarded with it (R-10)."""

    revision = models.ForeignKey(PartRevision, models.CASCADE, related_name="documents")
    version = models.ForeignKey(DocumentVersion, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["revision", "version"], name="version_once_a_revision")
        ]

    def __str__(self) -> str:
        return f"{self.revision}: {self.version}"


class Balloon(models.Model):
    """Where a characteristic stands on a drawing. Places are parts of the page, from its top
    left: 0 to 1."""

    characteristic = models.ForeignKey(Characteristic, models.CASCADE, related_name="balloons")
    version = models.ForeignKey(DocumentVersion, models.PROTECT, related_name="+")
    page = models.PositiveIntegerField(default=1)
    x = models.DecimalField(max_digits=7, decimal_places=6)
    y = models.DecimalField(max_digits=7, decimal_places=6)
    # Where its line points at; the same place as the balloon where it needs none.
    to_x = models.DecimalField(max_digits=7, decimal_places=6)
    to_y = models.DecimalField(max_digits=7, decimal_places=6)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["characteristic", "version"], name="balloon_once_a_drawing"
            )
        ]

    def __str__(self) -> str:
        return f"{self.characteristic.number} on page {self.page}"
