"""What went into what, and where it is now.

``FloorRecord`` is the record: one row for each that was posted, append-only, its content as
canonical JSON. The tables after it are *readings* of those records, written in the same
transaction and laid out for questions: narrow integer edges that are found from either end. A
reading can be thrown away and made again from the records (`firstoff genealogy check` compares
them), so it may be updated; a record never is.
"""

from django.db import models
from django.db.models import Q

from firstoff.db.fields import QuantityField
from firstoff.db.models.access import Person, Site
from firstoff.db.models.execution import OperationRecord, Run, Unit
from firstoff.db.models.ledger import Record
from firstoff.db.models.plan import Equipment
from firstoff.db.models.supply import Lot
from firstoff.terms import FloorKind, PackageKind, Place


class Customer(models.Model):
    site = models.ForeignKey(Site, models.PROTECT, related_name="customers")
    name = models.CharField(max_length=200)
    contact = models.TextField(blank=True)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "name"], name="customer_name_once_a_site")
        ]

    def __str__(self) -> str:
        return self.name


class FloorRecord(Record):
    """One thing that happened, as it was handed in (R-36, R-37)."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="floor_records", db_index=False)
    kind = models.CharField(max_length=12, choices=[(k.value, k.value) for k in FloorKind])
    happened_at = models.DateTimeField()
    run = models.ForeignKey(Run, models.PROTECT, null=True, related_name="floor_records")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="floor_records")
    seq = models.PositiveIntegerField(null=True)  # the operation
    operator = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    equipment = models.ForeignKey(
        Equipment, models.PROTECT, null=True, related_name="+", db_index=False
    )
    content = models.TextField()  # canonical JSON: what its kind says beside the above
    supersedes = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="superseded_by"
    )

    class Meta:
        indexes = [
            models.Index(fields=["site", "kind", "happened_at"], name="floor_record_by_kind"),
            models.Index(fields=["equipment", "happened_at"], name="floor_record_by_equipment"),
            models.Index(fields=["operator", "happened_at"], name="floor_record_by_operator"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.uid}"


class OperationContext(Record):
    """What an operation record of a unit was done with beside its equipment (R-39, R-60)."""

    operation = models.OneToOneField(OperationRecord, models.PROTECT, related_name="context")
    instruction = models.CharField(max_length=64, blank=True)  # digest of what was followed
    tools = models.TextField(default="[]")  # canonical JSON: equipment codes, jigs and tools

    class Meta:
        indexes = [
            models.Index(fields=["instruction"], name="operation_by_instruction"),
            # A tool is looked for in the text of those that name any.
            models.Index(
                fields=["operation"], condition=~Q(tools="[]"), name="operation_with_tools"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.operation}"


class ParameterReading(Record):
    """A process parameter as it was, with the limits it was judged by then."""

    operation = models.ForeignKey(
        OperationRecord, models.PROTECT, null=True, related_name="parameters"
    )
    floor_record = models.ForeignKey(  # of the batch, where no unit is named
        FloorRecord, models.PROTECT, null=True, related_name="parameters"
    )
    run = models.ForeignKey(Run, models.PROTECT, null=True, related_name="+", db_index=False)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="parameters")
    name = models.CharField(max_length=120)
    value = models.DecimalField(max_digits=20, decimal_places=9)
    lower = models.DecimalField(max_digits=20, decimal_places=9, null=True)
    upper = models.DecimalField(max_digits=20, decimal_places=9, null=True)
    measured_in = models.CharField(max_length=20, blank=True)  # the unit of measure
    read_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["run", "name", "value"], name="parameter_by_value")]

    def __str__(self) -> str:
        return f"{self.name} {self.value}"


# ------------------------------------------------------------------ readings


class Consumption(models.Model):
    """A lot in a unit. On SQLite the table is its primary key (WITHOUT ROWID): see 0002."""

    pk = models.CompositePrimaryKey("unit_id", "lot_id", "seq")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="consumptions", db_index=False)
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="consumptions", db_index=False)
    seq = models.PositiveIntegerField()  # 1, 2 ...: the same lot may go in more than once
    quantity = QuantityField()  # 0: carried from a reel whose count per unit is not known
    record_id = models.BigIntegerField()  # the FloorRecord that says so: a consume or a load
    loaded = models.BooleanField(default=False)  # follows from a reel on its place

    class Meta:
        indexes = [models.Index(fields=["lot", "unit"], name="consumption_by_lot")]

    def __str__(self) -> str:
        return f"lot {self.lot_id} in unit {self.unit_id}"


class BatchConsumption(models.Model):
    """A lot in a batch, where the depth chosen is the batch (R-38)."""

    pk = models.CompositePrimaryKey("run_id", "lot_id", "seq")
    run = models.ForeignKey(Run, models.PROTECT, related_name="consumptions", db_index=False)
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="+", db_index=False)
    seq = models.PositiveIntegerField()
    quantity = QuantityField()
    record = models.ForeignKey(FloorRecord, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        indexes = [models.Index(fields=["lot", "run"], name="batch_consumption_by_lot")]

    def __str__(self) -> str:
        return f"lot {self.lot_id} in batch {self.run_id}"


class Load(models.Model):
    """A reel on its place at an operation, from a scan to the next one (R-38)."""

    record = models.OneToOneField(
        FloorRecord, models.PROTECT, primary_key=True, related_name="load"
    )
    run = models.ForeignKey(Run, models.PROTECT, related_name="loads", db_index=False)
    operation = models.PositiveIntegerField()
    position = models.CharField(max_length=60, blank=True)
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="loads")
    per_unit = QuantityField(null=True)
    loaded_at = models.DateTimeField()
    unloaded_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["run", "operation", "position", "loaded_at"], name="load_by_place"
            )
        ]

    def __str__(self) -> str:
        return f"lot {self.lot_id} at {self.operation} {self.position}"


class Assembly(models.Model):
    """A serialised subassembly in its parent, now or once. ``removed_at`` None: still in."""

    pk = models.CompositePrimaryKey("parent_id", "child_id", "seq")
    parent = models.ForeignKey(Unit, models.PROTECT, related_name="holds", db_index=False)
    child = models.ForeignKey(Unit, models.PROTECT, related_name="held_in", db_index=False)
    seq = models.PositiveIntegerField()  # 1, 2 ...: fitted again after a removal
    position = models.CharField(max_length=120, blank=True)
    installed_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)
    install_record_id = models.BigIntegerField()
    remove_record_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            # In one place at a time, whoever writes.
            models.UniqueConstraint(
                fields=["child"], condition=Q(removed_at__isnull=True), name="installed_once"
            ),
            models.CheckConstraint(
                condition=~Q(parent=models.F("child")), name="not_installed_in_itself"
            ),
        ]
        indexes = [
            models.Index(fields=["child", "removed_at", "parent"], name="assembly_by_child")
        ]

    def __str__(self) -> str:
        return f"unit {self.child_id} in unit {self.parent_id}"


class Package(Record):
    """A carton or a pallet, known by its code (an SSCC or one of your own)."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="packages", db_index=False)
    code = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=[(k.value, k.value) for k in PackageKind])
    run = models.ForeignKey(Run, models.PROTECT, null=True, related_name="packages")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "code"], name="package_code_once_a_site")
        ]

    def __str__(self) -> str:
        return self.code


class Shipment(Record):
    site = models.ForeignKey(Site, models.PROTECT, related_name="shipments", db_index=False)
    code = models.CharField(max_length=120)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="shipments")
    reference = models.CharField(max_length=200, blank=True)  # order, delivery note
    shipped_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "code"], name="shipment_code_once_a_site")
        ]

    def __str__(self) -> str:
        return self.code


class PackageState(models.Model):
    """Where a package is now: in another one, shipped."""

    package = models.OneToOneField(Package, models.PROTECT, primary_key=True, related_name="state")
    inside = models.ForeignKey(Package, models.PROTECT, null=True, related_name="packages_inside")
    shipment = models.ForeignKey(Shipment, models.PROTECT, null=True, related_name="packages")

    def __str__(self) -> str:
        return f"package {self.package_id}"


class UnitState(models.Model):
    """Where a unit is now; no row: in process and not held. Read with every later record."""

    unit = models.OneToOneField(Unit, models.PROTECT, primary_key=True, related_name="state")
    place = models.CharField(max_length=12, choices=[(p.value, p.value) for p in Place])
    since = models.DateTimeField()
    package = models.ForeignKey(Package, models.PROTECT, null=True, related_name="units")
    shipment = models.ForeignKey(Shipment, models.PROTECT, null=True, related_name="units")
    holds = models.PositiveIntegerField(default=0)  # open containments that hold it

    def __str__(self) -> str:
        return f"unit {self.unit_id}: {self.place}"


class ShippedUnit(models.Model):
    """A unit in a shipment, whatever became of it later: who got it (R-60)."""

    pk = models.CompositePrimaryKey("unit_id", "shipment_id")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="shipped", db_index=False)
    shipment = models.ForeignKey(Shipment, models.PROTECT, related_name="shipped_units")
    package = models.ForeignKey(Package, models.PROTECT, null=True, related_name="+")
    cancelled_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"unit {self.unit_id} in shipment {self.shipment_id}"


class UnitRoot(models.Model):
    """Which top-level unit held this lot when it was shipped: what a recall asks for."""

    pk = models.CompositePrimaryKey("lot_id", "unit_id")
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="roots", db_index=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="root_lots", db_index=False)
    shipment = models.ForeignKey(Shipment, models.PROTECT, related_name="+", db_index=False)

    def __str__(self) -> str:
        return f"lot {self.lot_id} in shipped unit {self.unit_id}"


class EquipmentUse(models.Model):
    """How often a tool or jig was used: its life is counted (R-35)."""

    equipment = models.OneToOneField(
        Equipment, models.PROTECT, primary_key=True, related_name="use"
    )
    uses = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.equipment_id}: {self.uses}"


class LabelJob(Record):
    """Labels asked for: what is printed, how often, for what (R-64)."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="label_jobs")
    run = models.ForeignKey(Run, models.PROTECT, null=True, related_name="label_jobs")
    template = models.CharField(max_length=40)
    size = models.CharField(max_length=40)
    form = models.CharField(max_length=8)  # pdf, png, zpl
    copies = models.PositiveIntegerField(default=1)
    content = models.TextField()  # canonical JSON: formats.labels.kept
    count = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.count} {self.template}"


class LabelPrint(Record):
    """A label job printed, or printed again and why."""

    job = models.ForeignKey(LabelJob, models.PROTECT, related_name="prints")
    printer = models.CharField(max_length=120, blank=True)
    reason = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.job} printed"
