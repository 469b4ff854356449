"""Looked at before it is too late: DFM reviews, failure modes, clarification queries."""

from django.db import models
from django.db.models import Q

from firstoff.db.models.access import Person, Signature
from firstoff.db.models.documents import Document, DocumentVersion
from firstoff.db.models.ledger import Record
from firstoff.db.models.plan import Operation, ProcessPlan
from firstoff.db.models.product import Characteristic, PartRevision, Program
from firstoff.terms import DfmCategory, FindingSeverity, FindingState


class DfmReview(Record):
    """A review of a revision for manufacture (R-17). ``checklist``: canonical JSON of the points
    that were gone through, each with its answer."""

    program = models.ForeignKey(Program, models.PROTECT, related_name="dfm_reviews")
    revision = models.ForeignKey(PartRevision, models.PROTECT, related_name="dfm_reviews")
    number = models.PositiveIntegerField()  # of the program, from 1
    title = models.CharField(max_length=200)
    held_on = models.DateField()
    people = models.TextField(blank=True)
    checklist = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["program", "number"], name="dfm_review_number_once")
        ]

    def __str__(self) -> str:
        return f"DFM review {self.number}"


class DfmFinding(Record):
    review = models.ForeignKey(DfmReview, models.PROTECT, related_name="findings")
    number = models.PositiveIntegerField()  # of the program, from 1
    category = models.CharField(max_length=20, choices=[(c.value, c.value) for c in DfmCategory])
    point = models.CharField(max_length=60, blank=True)  # key of the checklist
    severity = models.CharField(
        max_length=10, choices=[(s.value, s.value) for s in FindingSeverity]
    )
    text = models.TextField()
    proposal = models.TextField(blank=True)
    late_cost = models.TextField(blank=True)  # what it costs to change it later
    owner = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    due = models.DateField(null=True)
    characteristic = models.ForeignKey(Characteristic, models.PROTECT, null=True, related_name="+")
    version = models.ForeignKey(DocumentVersion, models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return f"DFM {self.number}"


class DfmAnswer(Record):
    """What became of a finding; the latest holds. Accepting one as it is takes a signature."""

    finding = models.ForeignKey(DfmFinding, models.PROTECT, related_name="answers")
    state = models.CharField(max_length=10, choices=[(s.value, s.value) for s in FindingState])
    text = models.TextField()
    answered_at = models.DateTimeField()
    signature = models.ForeignKey(Signature, models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.finding}: {self.state}"


class FailureMode(models.Model):
    """One row of the PFMEA of a plan (AIAG & VDA FMEA handbook, 2019, 3.5). Ratings 1 to 10."""

    plan = models.ForeignKey(ProcessPlan, models.CASCADE, related_name="failure_modes")
    operation = models.ForeignKey(
        Operation, models.SET_NULL, null=True, related_name="failure_modes"
    )
    position = models.PositiveIntegerField()
    function = models.TextField(blank=True)
    requirement = models.TextField(blank=True)
    failure_mode = models.TextField()
    effect = models.TextField(blank=True)
    cause = models.TextField(blank=True)
    prevention = models.TextField(blank=True)
    detection_control = models.TextField(blank=True)
    severity = models.PositiveSmallIntegerField(null=True)
    occurrence = models.PositiveSmallIntegerField(null=True)
    detection = models.PositiveSmallIntegerField(null=True)
    characteristic = models.ForeignKey(
        Characteristic, models.SET_NULL, null=True, related_name="+"
    )
    action = models.TextField(blank=True)
    action_owner = models.CharField(max_length=120, blank=True)
    action_due = models.DateField(null=True)
    action_state = models.CharField(max_length=20, blank=True)
    action_taken = models.TextField(blank=True)
    severity_after = models.PositiveSmallIntegerField(null=True)
    occurrence_after = models.PositiveSmallIntegerField(null=True)
    detection_after = models.PositiveSmallIntegerField(null=True)
    work_element = models.CharField(max_length=120, blank=True)  # 4M: man, machine, material ...
    element_function = models.TextField(blank=True)
    detection_action = models.TextField(blank=True)  # ``action`` prevents
    action_done_on = models.DateField(null=True)
    filter_code = models.CharField(max_length=60, blank=True)
    remarks = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.failure_mode


class FormHead(models.Model):
    """What people write into the head of a form of a plan: who is asked, who approved it."""

    plan = models.ForeignKey(ProcessPlan, models.CASCADE, related_name="form_heads")
    kind = models.CharField(max_length=20)  # control_plan, pfmea
    said = models.JSONField(default=dict)  # field of the form to its text

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "kind"], name="form_head_once")]

    def __str__(self) -> str:
        return f"{self.plan}: {self.kind}"


class Clarification(Record):
    """A question that the documents should have answered (R-16): a gap of the document it is
    about until a later version of it is named."""

    program = models.ForeignKey(Program, models.PROTECT, related_name="clarifications")
    number = models.PositiveIntegerField()
    question = models.TextField()
    asked_by = models.CharField(max_length=200)  # often somebody outside
    asked_at = models.DateTimeField()
    document = models.ForeignKey(
        Document, models.PROTECT, null=True, related_name="clarifications"
    )
    revision = models.ForeignKey(PartRevision, models.PROTECT, null=True, related_name="+")
    about = models.CharField(max_length=300, blank=True)  # where there is no document

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["program", "number"], name="clarification_number_once"
            ),
            models.CheckConstraint(
                condition=Q(document__isnull=False) | Q(revision__isnull=False) | ~Q(about=""),
                name="clarification_is_about_something",
            ),
        ]

    def __str__(self) -> str:
        return f"Query {self.number}"


class ClarificationAnswer(Record):
    """What was answered; closed only by the version, revision or plan that says it now."""

    clarification = models.ForeignKey(Clarification, models.PROTECT, related_name="answers")
    text = models.TextField()
    version = models.ForeignKey(DocumentVersion, models.PROTECT, null=True, related_name="+")
    revision = models.ForeignKey(PartRevision, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.clarification}: {self.text[:40]}"
