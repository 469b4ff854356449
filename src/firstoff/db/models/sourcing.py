"""Who may supply what, for how much and when: approvals, offers, orders, needs, compliance."""

from django.db import models
from django.db.models import Q

from firstoff.db.fields import QuantityField
from firstoff.db.models.access import Signature, Site
from firstoff.db.models.bom import Alternate, ManufacturerPart
from firstoff.db.models.documents import DocumentVersion
from firstoff.db.models.ledger import Record
from firstoff.db.models.plan import InspectionPlan
from firstoff.db.models.product import Part, Program
from firstoff.db.models.supply import Lot, Supplier
from firstoff.terms import ApprovalDecision, ComplianceStatus, OrderState


class Approval(Record):
    """Whether a manufacturer part, or an alternate part, may be used (AVL; R-20, R-21).

    The latest for the same thing and run kind holds; ``run_kind`` empty is every kind. It counts
    as qualified with form, fit and function said and evidence given.
    """

    manufacturer_part = models.ForeignKey(
        ManufacturerPart, models.PROTECT, null=True, related_name="approvals"
    )
    alternate = models.ForeignKey(Alternate, models.PROTECT, null=True, related_name="approvals")
    run_kind = models.CharField(max_length=16, blank=True)
    decision = models.CharField(
        max_length=12, choices=[(d.value, d.value) for d in ApprovalDecision]
    )
    form = models.BooleanField(default=False)
    fit = models.BooleanField(default=False)
    function = models.BooleanField(default=False)
    evidence = models.TextField(blank=True)
    version = models.ForeignKey(DocumentVersion, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField()
    signature = models.ForeignKey(Signature, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(manufacturer_part__isnull=True, alternate__isnull=False)
                | Q(manufacturer_part__isnull=False, alternate__isnull=True),
                name="approval_of_one_thing",
            )
        ]

    def __str__(self) -> str:
        return f"{self.manufacturer_part or self.alternate}: {self.decision}"


class Offer(Record):
    """What a supplier asks for a manufacturer part, on a day. The latest of a supplier under one
    of its numbers holds.

    ``breaks``: canonical JSON, ``[["100", "0.35"], ...]``: from how many, at what price each.
    """

    manufacturer_part = models.ForeignKey(ManufacturerPart, models.PROTECT, related_name="offers")
    supplier = models.ForeignKey(Supplier, models.PROTECT, related_name="offers")
    supplier_number = models.CharField(max_length=200, blank=True)
    minimum = QuantityField(null=True)  # MOQ, in pieces
    multiple = QuantityField(null=True)
    minimum_value = QuantityField(null=True)  # MOQ in money, in ``currency``
    order_cost = QuantityField(null=True)  # once an order: freight, small-order fee
    lead_time_days = models.PositiveIntegerField(null=True)
    currency = models.CharField(max_length=3)
    breaks = models.TextField()
    in_stock = QuantityField(null=True)  # at the supplier
    quoted_on = models.DateField()
    valid_until = models.DateField(null=True)
    source = models.CharField(max_length=300, blank=True)  # file or quotation
    withdrawn = models.BooleanField(default=False)

    class Meta:
        indexes = [
            # Which offer stands; by the supplier alone one would read all that it ever offered.
            models.Index(
                fields=["manufacturer_part", "supplier", "supplier_number"],
                name="offer_that_stands",
            )
        ]

    def __str__(self) -> str:
        return f"{self.supplier}: {self.manufacturer_part}"


class Order(Record):
    """Material on order; what became of it is in its ``OrderEvent``s."""

    part = models.ForeignKey(Part, models.PROTECT, related_name="orders")
    manufacturer_part = models.ForeignKey(
        ManufacturerPart, models.PROTECT, null=True, related_name="orders"
    )
    supplier = models.ForeignKey(Supplier, models.PROTECT, null=True, related_name="orders")
    number = models.CharField(max_length=120)
    quantity = QuantityField()
    due = models.DateField()
    price = models.DecimalField(max_digits=20, decimal_places=6, null=True)  # of one
    currency = models.CharField(max_length=3, blank=True)

    def __str__(self) -> str:
        return f"order {self.number} of {self.part.number}"


class OrderEvent(Record):
    """A new date, a part that came in, a cancellation. The latest date holds; receipts add up."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="events")
    state = models.CharField(max_length=10, choices=[(s.value, s.value) for s in OrderState])
    quantity = QuantityField(null=True)
    due = models.DateField(null=True)
    lot = models.ForeignKey(Lot, models.PROTECT, null=True, related_name="+")
    note = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.order}: {self.state}"


class Need(Record):
    """Units of a program that somebody is owed by a date, beside the program's first quantity.

    Quantity zero takes an earlier need of the same date back.
    """

    program = models.ForeignKey(Program, models.PROTECT, related_name="needs")
    quantity = models.PositiveIntegerField()
    due = models.DateField()
    run_kind = models.CharField(max_length=16, blank=True)
    note = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.quantity} by {self.due}"


class ComplianceDeclaration(Record):
    """What is declared of a manufacturer part, or of a part made here, under a scheme (R-26)."""

    part = models.ForeignKey(Part, models.PROTECT, related_name="declarations")
    manufacturer_part = models.ForeignKey(
        ManufacturerPart, models.PROTECT, null=True, related_name="declarations"
    )
    scheme = models.CharField(max_length=40)  # RoHS, REACH, ...
    status = models.CharField(
        max_length=16, choices=[(s.value, s.value) for s in ComplianceStatus]
    )
    reference = models.CharField(max_length=300, blank=True)
    version = models.ForeignKey(DocumentVersion, models.PROTECT, null=True, related_name="+")
    declared_on = models.DateField()
    expires = models.DateField(null=True)

    def __str__(self) -> str:
        return f"{self.part.number}: {self.scheme} {self.status}"


class RequiredScheme(models.Model):
    """What a program has to declare."""

    program = models.ForeignKey(Program, models.PROTECT, related_name="required_schemes")
    scheme = models.CharField(max_length=40)
    whole_product = models.BooleanField(default=False)  # CE, FCC: one file for the product

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["program", "scheme"], name="scheme_once_a_program")
        ]

    def __str__(self) -> str:
        return self.scheme


class CostAssumptions(Record):
    """What a cost rests on beside material: canonical JSON. The latest of a way of making it
    holds."""

    program = models.ForeignKey(Program, models.PROTECT, related_name="cost_assumptions")
    way = models.CharField(max_length=60)  # soft tooling, hard tooling, ...
    assumptions = models.TextField()

    def __str__(self) -> str:
        return f"{self.program}: {self.way}"


class ExchangeRate(Record):
    """What one of a foreign currency costs, from a day on. The latest of a pair holds."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="exchange_rates")
    currency = models.CharField(max_length=3)
    into = models.CharField(max_length=3)
    rate = models.DecimalField(max_digits=20, decimal_places=9)
    valid_on = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(rate__gt=0), name="rate_is_above_nothing")
        ]

    def __str__(self) -> str:
        return f"1 {self.currency} = {self.rate} {self.into}"


class IncomingInspection(Record):
    """A lot looked at against the incoming plan of its part (R-22). ``results``: canonical JSON,
    by characteristic the values or how many conformed."""

    lot = models.ForeignKey(Lot, models.PROTECT, related_name="inspections")
    plan = models.ForeignKey(InspectionPlan, models.PROTECT, null=True, related_name="+")
    sample = models.PositiveIntegerField()
    accept_number = models.PositiveIntegerField()
    rejects = models.PositiveIntegerField()
    results = models.TextField()
    inspected_at = models.DateTimeField()
    note = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.lot}: {self.rejects} of {self.sample}"
