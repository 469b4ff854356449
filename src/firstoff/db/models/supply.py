"""Where material comes from: suppliers, lots and what became of them."""

from django.db import models
from django.db.models import Q

from firstoff.db.fields import QuantityField
from firstoff.db.models.access import Signature, Site
from firstoff.db.models.bom import ManufacturerPart
from firstoff.db.models.ledger import Record
from firstoff.db.models.product import Part
from firstoff.terms import LotMoveKind, LotStatus


class Supplier(models.Model):
    site = models.ForeignKey(Site, models.PROTECT, related_name="suppliers")
    name = models.CharField(max_length=200)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "name"], name="supplier_name_once_a_site")
        ]

    def __str__(self) -> str:
        return self.name


class Lot(Record):
    """A lot of material, a reel, a tray: known by one code from receipt to the last piece."""

    part = models.ForeignKey(Part, models.PROTECT, related_name="lots", db_index=False)
    code = models.CharField(max_length=120)
    supplier = models.ForeignKey(Supplier, models.PROTECT, null=True, related_name="lots")
    supplier_lot = models.CharField(max_length=120, blank=True)
    date_code = models.CharField(max_length=40, blank=True)
    manufacturer_part = models.ForeignKey(
        ManufacturerPart, models.PROTECT, null=True, related_name="lots"
    )
    quantity = QuantityField()  # as it came in
    unit = models.CharField(max_length=20, blank=True)  # pieces where nothing is said
    receipt = models.CharField(max_length=120, blank=True)  # delivery note, order
    arrived_at = models.DateTimeField()
    expires = models.DateField(null=True)
    certificate = models.CharField(max_length=300, blank=True)  # its file name
    certificate_sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["part", "code"], name="lot_code_once_a_part"),
            models.CheckConstraint(condition=Q(quantity__gte=0), name="lot_holds_no_debt"),
        ]
        indexes = [
            models.Index(fields=["supplier_lot"], name="lot_by_supplier_lot"),
            models.Index(fields=["code"], name="lot_by_code"),
        ]

    def __str__(self) -> str:
        return self.code


class LotStatusRecord(Record):
    """A lot accepted, rejected, put back, used up (R-22); the latest holds."""

    lot = models.ForeignKey(Lot, models.PROTECT, related_name="statuses")
    status = models.CharField(max_length=12, choices=[(s.value, s.value) for s in LotStatus])
    decided_at = models.DateTimeField()
    reason = models.TextField(blank=True)
    signature = models.ForeignKey(Signature, models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.lot}: {self.status}"


class LotMove(Record):
    """A quantity that went from one lot to another (split, merge), or was counted again.

    ``source`` is None for what was found, ``target`` None for what was lost; both are given for
    a split or a merge. A where-used question follows these edges both ways.
    """

    kind = models.CharField(max_length=8, choices=[(k.value, k.value) for k in LotMoveKind])
    source = models.ForeignKey(Lot, models.PROTECT, null=True, related_name="moves_out")
    target = models.ForeignKey(Lot, models.PROTECT, null=True, related_name="moves_in")
    quantity = QuantityField()
    moved_at = models.DateTimeField()
    reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="lot_move_moves_something"),
            models.CheckConstraint(
                condition=Q(source__isnull=False) | Q(target__isnull=False),
                name="lot_move_has_an_end",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.quantity}"


class LotBalance(models.Model):
    """What is left of a lot and how it stands: a reading of the records, kept with them.

    Written in the transaction of the record that changes it. The database refuses to go below
    nothing, whoever writes.
    """

    lot = models.OneToOneField(Lot, models.PROTECT, primary_key=True, related_name="balance")
    on_hand = QuantityField()
    status = models.CharField(max_length=12, choices=[(s.value, s.value) for s in LotStatus])

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(on_hand__gte=0), name="lot_is_not_overdrawn")
        ]

    def __str__(self) -> str:
        return f"{self.lot_id}: {self.on_hand} {self.status}"


class LotPlace(Record):
    """Where a lot lies: a shelf, a line. The latest holds."""

    lot = models.ForeignKey(Lot, models.PROTECT, related_name="places")
    place = models.CharField(max_length=120)
    placed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.lot}: {self.place}"
