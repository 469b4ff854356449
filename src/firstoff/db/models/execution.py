"""Runs, bars, units and everything recorded about them."""

from django.db import models
from django.db.models import F, Q

from firstoff.db.models.access import Person, Signature, Site
from firstoff.db.models.ledger import Record
from firstoff.db.models.plan import Baseline, Equipment
from firstoff.db.models.product import Part, Program
from firstoff.terms import (
    Attempt,
    BuilderClass,
    EquipmentClass,
    OperationOutcome,
    RunKind,
    TestOutcome,
)

PASS_FAIL = [(o.value, o.value) for o in OperationOutcome]
POSTED = "records"  # source of a test that was posted as a record, under an ID of its own


class Run(Record):
    """A batch: one baseline, one batch ID, a kind, a quantity, a line, its equipment (R-30)."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="runs")
    program = models.ForeignKey(Program, models.PROTECT, related_name="runs")
    kind = models.CharField(max_length=16, choices=[(k.value, k.value) for k in RunKind])
    number = models.PositiveIntegerField()  # first, second ... of its kind in the program
    batch_id = models.CharField(max_length=60)
    baseline = models.ForeignKey(Baseline, models.PROTECT, related_name="runs")
    planned_quantity = models.PositiveIntegerField()
    line = models.CharField(max_length=120)
    serial_pattern = models.CharField(max_length=120)
    bench_minutes = models.DecimalField(max_digits=9, decimal_places=3, null=True)
    repeat_of = models.ForeignKey("self", models.PROTECT, null=True, related_name="repeats")
    note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "batch_id"], name="batch_id_once_a_site"),
            models.UniqueConstraint(
                fields=["program", "kind", "number"], name="run_number_once_a_kind"
            ),
            models.CheckConstraint(
                condition=Q(planned_quantity__gt=0), name="run_makes_at_least_one"
            ),
        ]

    def __str__(self) -> str:
        return self.batch_id


class RunEquipment(Record):
    """Equipment named for the run, with its class as it was then."""

    run = models.ForeignKey(Run, models.PROTECT, related_name="equipment")
    equipment = models.ForeignKey(Equipment, models.PROTECT, related_name="+")
    equipment_class = models.CharField(
        max_length=12, choices=[(c.value, c.value) for c in EquipmentClass]
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "equipment"], name="run_equipment_once")
        ]

    def __str__(self) -> str:
        return f"{self.run}: {self.equipment}"


class SetupLine(Record):
    """A line of the setup record (R-37a); the latest for an item holds, an empty one is a gap."""

    run = models.ForeignKey(Run, models.PROTECT, related_name="setup_lines")
    item = models.CharField(max_length=40)
    value = models.TextField()

    def __str__(self) -> str:
        return f"{self.run}: {self.item}"


class Bar(Record):
    """What counts as passing, locked by signature before the first unit (R-31, R-32)."""

    run = models.OneToOneField(Run, models.PROTECT, related_name="bar")
    sample = models.PositiveIntegerField()  # units that count
    max_rejects = models.PositiveIntegerField()  # accept number c
    max_mean_minutes = models.DecimalField(max_digits=9, decimal_places=3, null=True)
    max_unit_minutes = models.DecimalField(max_digits=9, decimal_places=3, null=True)
    min_first_pass_yield = models.DecimalField(max_digits=7, decimal_places=6, null=True)
    commits = models.PositiveIntegerField()  # the quantity a pass commits
    reject_definition = models.TextField(blank=True)
    # The assumptions behind "what the hold saved", fixed with the bar, in the program's currency.
    bad_unit_cost = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    batch_cost = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    delay_days = models.PositiveIntegerField(null=True)
    delay_day_cost = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    signature = models.ForeignKey(Signature, models.PROTECT, related_name="+")
    locked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(max_rejects__lt=F("sample")), name="bar_rejects_below_sample"
            ),
            models.CheckConstraint(condition=Q(commits__gt=0), name="bar_commits_something"),
        ]

    def __str__(self) -> str:
        return f"{self.run}: at most {self.max_rejects} of {self.sample}"


class BarCapability(Record):
    """A characteristic whose capability the bar asks for, at its lower confidence bound."""

    bar = models.ForeignKey(Bar, models.PROTECT, related_name="capabilities")
    characteristic = models.CharField(max_length=20)  # its number in the baseline
    minimum = models.DecimalField(max_digits=6, decimal_places=3)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bar", "characteristic"], name="bar_capability_once")
        ]

    def __str__(self) -> str:
        return f"{self.characteristic} at least {self.minimum}"


class Unit(Record):
    """A serial number, started. Who, where and how as it was then (R-37)."""

    # Found by the first column of a constraint below, without an index of its own. A part that
    # came from elsewhere with a serial number of its own belongs to no run.
    run = models.ForeignKey(Run, models.PROTECT, null=True, related_name="units", db_index=False)
    part = models.ForeignKey(Part, models.PROTECT, related_name="units", db_index=False)
    serial = models.CharField(max_length=120)
    position = models.PositiveIntegerField()  # order of starting within the run, from 1; else 0
    started_at = models.DateTimeField()
    operator = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    builder_class = models.CharField(
        max_length=10, choices=[(b.value, b.value) for b in BuilderClass]
    )
    equipment = models.ForeignKey(Equipment, models.PROTECT, null=True, related_name="units")
    equipment_class = models.CharField(
        max_length=12, blank=True, choices=[(c.value, c.value) for c in EquipmentClass]
    )
    instruction = models.CharField(max_length=64)  # digest of the instructions followed
    previous_serial = models.CharField(max_length=120, blank=True)  # made out of another unit

    class Meta:
        constraints = [
            # A serial names one thing for ever: a reworked unit cannot pose as a fresh one.
            models.UniqueConstraint(fields=["part", "serial"], name="serial_once_a_part"),
            models.UniqueConstraint(fields=["run", "position"], name="unit_position_once_a_run"),
            models.CheckConstraint(
                condition=Q(run__isnull=True, position=0) | Q(run__isnull=False, position__gt=0),
                name="unit_position_in_its_run",
            ),
        ]
        indexes = [
            # Few are made out of another unit; a question follows them there.
            models.Index(
                fields=["part", "previous_serial"],
                condition=~Q(previous_serial=""),
                name="unit_made_out_of",
            ),
            # "Which units did this person begin, and after which instruction".
            models.Index(fields=["operator", "started_at"], name="unit_by_operator"),
            models.Index(fields=["instruction"], name="unit_by_instruction"),
        ]

    def __str__(self) -> str:
        return self.serial


class UnitExclusion(Record):
    """A unit declared not to count, before it was judged; never after."""

    unit = models.OneToOneField(Unit, models.PROTECT, related_name="exclusion")
    reason = models.TextField()

    def __str__(self) -> str:
        return f"{self.unit}: {self.reason}"


class OperationRecord(Record):
    """One operation done on one unit; repeated after rework under the next attempt."""

    run = models.ForeignKey(Run, models.PROTECT, related_name="operation_records")
    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="operation_records", db_index=False
    )
    seq = models.PositiveIntegerField()
    attempt = models.PositiveIntegerField(default=1)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    operator = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    equipment = models.ForeignKey(
        Equipment, models.PROTECT, null=True, related_name="+", db_index=False
    )
    equipment_class = models.CharField(
        max_length=12, blank=True, choices=[(c.value, c.value) for c in EquipmentClass]
    )
    builder_class = models.CharField(
        max_length=10, choices=[(b.value, b.value) for b in BuilderClass]
    )
    outcome = models.CharField(max_length=4, choices=PASS_FAIL)
    note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "seq", "attempt"], name="operation_once_an_attempt"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__gte=F("began_at")), name="operation_ends_after_it_begins"
            ),
        ]
        indexes = [
            # "Which units were on this machine between these times".
            models.Index(fields=["equipment", "ended_at"], name="operation_by_equipment"),
            models.Index(fields=["operator", "ended_at"], name="operation_by_operator"),
        ]

    def __str__(self) -> str:
        return f"{self.unit} operation {self.seq}"


class Judgement(Record):
    """A unit judged for fit, finish, function and build time (R-34).

    An aspect left empty was not judged. Attempt 1 is the first result and stays (R-48); rework
    and retest are later attempts. A correction supersedes, by signature and with a reason.
    """

    run = models.ForeignKey(Run, models.PROTECT, related_name="judgements")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="judgements")
    attempt = models.PositiveIntegerField(default=1)
    kind = models.CharField(max_length=8, choices=[(a.value, a.value) for a in Attempt])
    fit = models.CharField(max_length=4, blank=True, choices=PASS_FAIL)
    finish = models.CharField(max_length=4, blank=True, choices=PASS_FAIL)
    function = models.CharField(max_length=4, blank=True, choices=PASS_FAIL)
    build_seconds = models.DecimalField(max_digits=12, decimal_places=3, null=True)
    judged_at = models.DateTimeField()
    inspector = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    supersedes = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="superseded_by"
    )
    correction_reason = models.TextField(blank=True)
    signature = models.ForeignKey(Signature, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(supersedes__isnull=True)
                | (~Q(correction_reason="") & Q(signature__isnull=False)),
                name="correction_is_signed_and_says_why",
            )
        ]
        indexes = [models.Index(fields=["inspector", "judged_at"], name="judgement_by_inspector")]

    def __str__(self) -> str:
        return f"{self.unit} attempt {self.attempt}"


class ProcedureRevision(Record):
    """What a test measures, with units and limits, found by the hash of its content."""

    digest = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    definition = models.TextField()  # canonical JSON: the measurements in order

    def __str__(self) -> str:
        return f"{self.name} {self.digest[:8]}"


class TestRecord(Record):
    """One test of one unit: values packed in the order of the frozen procedure.

    ``values``: little-endian float64, NaN where not measured. ``outcomes``: one letter per
    measurement. ``extras``: canonical JSON of what is no number (text, series, NaN as text).
    """

    __test__ = False

    run = models.ForeignKey(Run, models.PROTECT, null=True, related_name="test_records")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="test_records")
    procedure = models.ForeignKey(ProcedureRevision, models.PROTECT, related_name="records")
    source = models.CharField(max_length=20)  # which importer or door
    source_digest = models.CharField(max_length=64)  # SHA-256 of the record as it came
    station = models.CharField(max_length=120, blank=True)
    operator = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", db_index=False
    )
    outcome = models.CharField(max_length=14, choices=[(o.value, o.value) for o in TestOutcome])
    outcome_details = models.TextField(blank=True)
    marginal = models.BooleanField(default=False)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    values = models.BinaryField()
    outcomes = models.TextField()
    extras = models.TextField(default="{}")

    class Meta:
        constraints = [
            # A file taken in twice is one record. What a station posts is told from another one
            # by its ``uid``, and an index of digests would be a tenth of what it takes on disk.
            models.UniqueConstraint(
                fields=["unit", "source_digest"],
                condition=~Q(source=POSTED),
                name="test_record_once",
            )
        ]
        indexes = [
            # "Which units were tested on this station between these times".
            models.Index(fields=["station", "ended_at"], name="test_record_by_station"),
            models.Index(
                fields=["operator", "ended_at"],
                condition=Q(operator__isnull=False),
                name="test_record_by_operator",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.outcome}"


class Attachment(Record):
    """A file that came with a test record; its bytes lie in the store under their hash."""

    test_record = models.ForeignKey(TestRecord, models.PROTECT, related_name="attachments")
    name = models.CharField(max_length=300)
    media_type = models.CharField(max_length=120)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)

    def __str__(self) -> str:
        return self.name


class FirstArticle(Record):
    """The first part off the line, checked before the rest of the batch runs (R-35, R-50)."""

    run = models.ForeignKey(Run, models.PROTECT, related_name="first_articles")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    passed = models.BooleanField()
    checked = models.PositiveIntegerField()  # characteristics looked at
    conforming = models.PositiveIntegerField()
    note = models.TextField(blank=True)
    judged_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(conforming__lte=F("checked")), name="first_article_counts_add_up"
            )
        ]

    def __str__(self) -> str:
        return f"{self.run}: {self.unit} {'passed' if self.passed else 'failed'}"


class Adjustment(Record):
    """A setting, tool, sequence or material changed during the run (R-47)."""

    run = models.ForeignKey(Run, models.PROTECT, related_name="adjustments")
    made_at = models.DateTimeField()
    what = models.CharField(max_length=300)
    before = models.CharField(max_length=300)
    after = models.CharField(max_length=300)
    reason = models.TextField()

    def __str__(self) -> str:
        return f"{self.run}: {self.what}"


class StepFix(Record):
    """The jig or fix proposed for a step slower than its standard (R-47); the latest holds."""

    run = models.ForeignKey(Run, models.PROTECT, related_name="step_fixes")
    seq = models.PositiveIntegerField()
    proposal = models.TextField()

    def __str__(self) -> str:
        return f"{self.run}: operation {self.seq}"


class RouteRelease(Record):
    """A refusal of the route lifted by signature, for one subject, with a reason (R-35)."""

    run = models.ForeignKey(Run, models.PROTECT, related_name="releases")
    rule = models.CharField(max_length=40)
    subject = models.CharField(max_length=200)
    reason = models.TextField()
    signature = models.ForeignKey(Signature, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.run}: {self.rule} for {self.subject}"


class RecordImport(Record):
    """A file taken in, so that every row can be followed back to its source."""

    run = models.ForeignKey(Run, models.PROTECT, related_name="imports")
    kind = models.CharField(max_length=40)
    file_name = models.CharField(max_length=300)
    sha256 = models.CharField(max_length=64)
    taken = models.PositiveIntegerField()

    class Meta:
        constraints = [
            # The same file twice is taken once: importing is safe to retry.
            models.UniqueConstraint(fields=["run", "sha256"], name="file_taken_once_a_run")
        ]

    def __str__(self) -> str:
        return self.file_name
