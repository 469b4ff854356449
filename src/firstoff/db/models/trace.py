"""Containment: the units at risk, held and worked off one by one (R-62). A run closed (R-39)."""

from django.db import models

from firstoff.db.models.access import Signature, Site
from firstoff.db.models.execution import Run, Unit
from firstoff.db.models.genealogy import Customer
from firstoff.db.models.ledger import Record
from firstoff.terms import ContainmentOutcome, Place


class Containment(Record):
    """Opened from a question; what the question finds later joins it, until it is closed."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="containments")
    number = models.PositiveIntegerField()  # C-0001, C-0002 ... at the site
    title = models.CharField(max_length=200)
    reason = models.TextField()
    question = models.TextField()  # canonical JSON of rules.trace.Question
    opened_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "number"], name="containment_number_once")
        ]

    def __str__(self) -> str:
        return f"C-{self.number:04d}"


class ContainedUnit(Record):
    """A unit at risk, and where it was when it joined."""

    containment = models.ForeignKey(
        Containment, models.PROTECT, related_name="units", db_index=False
    )
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="containments")
    place = models.CharField(max_length=12, choices=[(p.value, p.value) for p in Place])
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, related_name="+")
    late = models.BooleanField(default=False)  # joined after it was opened
    why = models.TextField(blank=True)  # which conditions it meets

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["containment", "unit"], name="contained_once")
        ]

    def __str__(self) -> str:
        return f"{self.containment}: {self.unit}"


class ContainmentFinding(Record):
    """What was found at one unit, and what becomes of it; the latest holds."""

    member = models.ForeignKey(ContainedUnit, models.PROTECT, related_name="findings")
    outcome = models.CharField(
        max_length=12, choices=[(o.value, o.value) for o in ContainmentOutcome]
    )
    note = models.TextField(blank=True)
    found_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.member}: {self.outcome}"


class ContainmentClosure(Record):
    """Closed by signature, with the numbers as they were."""

    containment = models.OneToOneField(Containment, models.PROTECT, related_name="closure")
    numbers = models.TextField()  # canonical JSON
    note = models.TextField(blank=True)
    signature = models.ForeignKey(Signature, models.PROTECT, related_name="+")
    closed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.containment} closed"


class CustomerNotice(Record):
    """A customer told about their units, and when."""

    containment = models.ForeignKey(Containment, models.PROTECT, related_name="notices")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()
    reference = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.containment}: {self.customer}"


class GapDeviation(Record):
    """A gap of the batch record accepted by signature (R-39), as far as it reached then.

    A gap may grow afterwards: ``scope`` says which units it was about, and what lies outside is
    a gap again.
    """

    run = models.ForeignKey(Run, models.PROTECT, related_name="gap_deviations")
    gap = models.CharField(max_length=300)  # its key: kind, and what it is about
    scope = models.TextField(default="[]")  # canonical JSON: spans of units by their position
    sentence = models.TextField()  # the gap as it read when it was signed
    reason = models.TextField()
    signature = models.ForeignKey(Signature, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.run}: {self.gap}"


class RunClosure(Record):
    """A run closed by signature: its batch record had no gap left that nobody signed for (R-39).

    ``digest`` is the SHA-256 of the batch record as it was; later records are refused.
    """

    run = models.OneToOneField(Run, models.PROTECT, related_name="closure")
    numbers = models.TextField()  # canonical JSON: the figures as they were
    digest = models.CharField(max_length=64)
    note = models.TextField(blank=True)
    signature = models.ForeignKey(Signature, models.PROTECT, related_name="+")
    closed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.run} closed"


class EventCapture(Record):
    """A document of events that somebody sent (EPCIS), kept as it came (R-65).

    Its bytes lie in the store under their hash, so that nothing in it is lost, also what no
    record can say. The same document twice is taken once.
    """

    site = models.ForeignKey(Site, models.PROTECT, related_name="event_captures")
    name = models.CharField(max_length=300)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    events = models.PositiveIntegerField()
    outcome = models.TextField()  # canonical JSON: what became of its events

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "sha256"], name="events_taken_once_a_site")
        ]

    def __str__(self) -> str:
        return self.name
