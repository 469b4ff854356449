"""The API of the area evidence: the verdict on a run, the decision, the papers."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import File, Router, Schema, Status
from ninja.files import UploadedFile
from pydantic import Field

from firstoff.api.auth import actor
from firstoff.errors import InvalidInput
from firstoff.queries.evidence import papers
from firstoff.queries.evidence.pilot import run_named
from firstoff.queries.evidence.shape import verdict_shape
from firstoff.queries.evidence.verdict import assess_address
from firstoff.queries.execution import runs
from firstoff.queries.trace import record_paper
from firstoff.queries.trace.batch_record import record_of
from firstoff.queries.trace.batch_record.shape import record_shape
from firstoff.services import evidence
from firstoff.terms import RunVerdict, Verdict

router = Router()

_RUN = "/sites/{site}/runs/{batch_id}"
_LARGEST_PAPER = 64 * 1024 * 1024


class RecordOut(Schema):
    kind: str
    id: str
    label: str


class FindingOut(Schema):
    kind: str
    subject: str
    title: str
    verdict: Verdict
    figure: str
    threshold: str
    sentence: str
    method: str
    parameters: dict[str, Any]
    records: list[RecordOut]


class FiguresOut(Schema):
    """Rates are fractions. Null where the bar allows no reject and so names no rate."""

    rejects: int
    judged: int
    rate: float
    lower: float
    upper: float
    bar_rate: float
    over_bar: float | None
    committed: int
    expected: float = Field(description="Bad units in the committed quantity at the rate seen")
    predicted: float = Field(description="Mean of the prediction, the prior included")
    predicted_median: int
    predicted_lower: int
    predicted_upper: int
    clean_90: int | None
    clean_95: int | None
    interval_method: str
    prior: str
    prediction_method: str


class SignedDecisionOut(Schema):
    decision: RunVerdict
    by: str
    at: datetime
    reason: str
    uid: str


class VerdictOut(Schema):
    """The verdict on a run as it reads now. ``version``: send it back with a sign-off."""

    site: str
    program: str
    batch_id: str
    version: int
    verdict: RunVerdict
    headline: str
    state: str
    settled: bool
    why: list[str]
    findings: list[FindingOut]
    figures: FiguresOut | None
    money: dict[str, Any] | None
    tries: dict[str, Any] | None
    pareto: list[dict[str, Any]]
    cause_classes: dict[str, int]
    steps: list[dict[str, Any]]
    build_time: dict[str, Any] | None
    yields: dict[str, Any]
    fix_next: list[dict[str, Any]]
    comparison: dict[str, Any] | None
    cautions: list[dict[str, str]]
    counts: dict[str, int]
    left_out: list[dict[str, Any]]
    corrections: list[str]
    deviations: list[str]
    bar_differences: list[str]
    decision: SignedDecisionOut | None
    may_sign_off: bool
    may_hold: bool


class DecisionIn(Schema):
    decision: RunVerdict
    password: str = Field(description="Yours, again: this is a signature")
    reason: str = Field("", max_length=10_000)
    seen: int | None = Field(None, description="The version of the verdict you read")
    uid: UUID | None = None


class DecidedOut(Schema):
    batch_id: str
    uid: UUID
    decision: RunVerdict
    computed: RunVerdict
    decided_at: datetime
    evidence_digest: str
    content_digest: str
    entry: int


class RecordGapOut(Schema):
    """A gap of a batch record. ``key``: what a deviation names; ``positions``: spans of units by
    their order in the run, none where it is about the run."""

    key: str
    kind: str
    rule: str
    sentence: str
    way_out: str
    count: int
    units: str
    positions: list[list[int]]
    open: bool
    deviations: list[dict[str, Any]]


class SectionOut(Schema):
    section: str
    title: str
    complete: int
    units: int
    gaps: list[RecordGapOut]


class LevelOut(Schema):
    """IPC-1782: ``level`` M1 to M4 or P1 to P4, or none."""

    level: str
    reached: int
    steps: list[dict[str, Any]]


class BatchRecordOut(Schema):
    """The batch record as it reads now. ``digest``: send it back when you close the run."""

    site: str
    program: str
    batch_id: str
    version: int
    headline: str
    digest: str
    complete: int
    units: int
    started: int
    open_gaps: int
    accepted_gaps: int
    sections: list[SectionOut]
    material: LevelOut
    process: LevelOut
    statement: list[dict[str, Any]]
    lots: list[dict[str, Any]]
    equipment: list[dict[str, Any]]
    tests: list[dict[str, Any]]
    people: list[dict[str, Any]]
    parameters: list[dict[str, Any]]
    setup: list[dict[str, Any]]
    adjustments: list[dict[str, Any]]
    stages: list[dict[str, Any]]
    signatures: list[dict[str, Any]]
    closure: dict[str, Any] | None


class DeviationIn(Schema):
    gap: str = Field(max_length=300, description="Its key in the batch record")
    reason: str = Field(max_length=10_000)
    password: str = Field(description="Yours, again: this is a signature")
    uid: UUID | None = None


class DeviationOut(Schema):
    uid: UUID
    gap: str
    sentence: str
    units: int = Field(description="How many it is about; 0: the run")
    content_digest: str
    entry: int


class ClosingIn(Schema):
    password: str = Field(description="Yours, again: this is a signature")
    note: str = Field("", max_length=10_000)
    seen: str = Field("", max_length=64, description="The digest of the record you read")
    uid: UUID | None = None


class ClosedOut(Schema):
    batch_id: str
    uid: UUID
    numbers: dict[str, Any]
    digest: str
    content_digest: str
    closed_at: datetime
    entry: int


class CheckedOut(Schema):
    holds: bool
    sentence: str
    number: str
    digest: str
    against: str


@router.get(f"{_RUN}/verdict", response=VerdictOut, summary="The verdict on a run")
def verdict(request: HttpRequest, site: str, batch_id: str) -> dict[str, Any]:
    """Sign-off or hold, each condition with its figure, sentence and records (R-40 to R-48)."""
    return verdict_shape(assess_address(run_named(actor(request), site, batch_id)))


@router.post(
    f"{_RUN}/decision", response={201: DecidedOut}, summary="Sign off or hold, by signature"
)
def decide(request: HttpRequest, site: str, batch_id: str, payload: DecisionIn) -> Status[object]:
    """Once a run. A person may hold what the bar would sign off, never the reverse (R-40)."""
    by = actor(request)
    run = run_named(by, site, batch_id)
    done = evidence.decide_run(run_id=run.id, **payload.dict(), by=by, at=timezone.now())
    return Status(
        201,
        {
            "batch_id": run.batch_id,
            "uid": done.uid,
            "decision": done.decision,
            "computed": done.computed,
            "decided_at": done.decided_at,
            "evidence_digest": done.evidence_digest,
            "content_digest": done.content_digest,
            "entry": done.entry,
        },
    )


@router.get(f"{_RUN}/report.pdf", summary="The pilot report")
def report(request: HttpRequest, site: str, batch_id: str) -> HttpResponse:
    """As it was decided; a DRAFT as it reads now where it is not."""
    by = actor(request)
    return _pdf(papers.pilot_report(by, run_named(by, site, batch_id).id))


@router.get(f"{_RUN}/report.json", summary="The evidence of the pilot report")
def report_evidence(request: HttpRequest, site: str, batch_id: str) -> HttpResponse:
    by = actor(request)
    return _json(papers.evidence_file(by, run_named(by, site, batch_id).id))


@router.get(f"{_RUN}/certificate.pdf", summary="The certificate of a signed-off process")
def certificate(request: HttpRequest, site: str, batch_id: str) -> HttpResponse:
    by = actor(request)
    return _pdf(papers.certificate(by, run_named(by, site, batch_id).id))


@router.get(f"{_RUN}/certificate.json", summary="The evidence of the certificate")
def certificate_evidence(request: HttpRequest, site: str, batch_id: str) -> HttpResponse:
    by = actor(request)
    return _json(papers.certificate(by, run_named(by, site, batch_id).id))


@router.get(f"{_RUN}/record", response=BatchRecordOut, summary="The batch record of a run")
def record(request: HttpRequest, site: str, batch_id: str) -> dict[str, Any]:
    """What is complete and what is missing, gap by gap, and how deep it traces (R-39, R-63)."""
    return record_shape(record_of(runs.run(actor(request), site, batch_id)))


@router.post(
    f"{_RUN}/deviations", response={201: DeviationOut}, summary="Accept a gap, by signature"
)
def accept_gap(
    request: HttpRequest, site: str, batch_id: str, payload: DeviationIn
) -> Status[object]:
    """For the units it reaches now; what comes to lack the same later is a gap again (R-39)."""
    by = actor(request)
    run = run_named(by, site, batch_id)
    done = evidence.accept_gap(run_id=run.id, **payload.dict(), by=by, at=timezone.now())
    return Status(201, done)


@router.post(f"{_RUN}/close", response={201: ClosedOut}, summary="Close a run, by signature")
def close(request: HttpRequest, site: str, batch_id: str, payload: ClosingIn) -> Status[object]:
    """Refused while a gap is left that nobody signed for (R-39); later records are refused."""
    by = actor(request)
    run = run_named(by, site, batch_id)
    done = evidence.close_run(run_id=run.id, **payload.dict(), by=by, at=timezone.now())
    return Status(
        201,
        {
            "batch_id": run.batch_id,
            "uid": done.uid,
            "numbers": done.numbers,
            "digest": done.digest,
            "content_digest": done.content_digest,
            "closed_at": done.closed_at,
            "entry": done.entry,
        },
    )


@router.get(f"{_RUN}/record.pdf", summary="The batch record as a document")
def record_pdf(request: HttpRequest, site: str, batch_id: str) -> HttpResponse:
    """As it was closed; a DRAFT as it reads now where it is not."""
    by = actor(request)
    return _pdf(record_paper.paper_of(runs.run(by, site, batch_id)))


@router.get(f"{_RUN}/record.json", summary="The evidence of the batch record")
def record_evidence(request: HttpRequest, site: str, batch_id: str) -> HttpResponse:
    by = actor(request)
    return _json(record_paper.evidence_file(runs.run(by, site, batch_id)))


@router.post("/verify", response=CheckedOut, summary="Check a document or its evidence")
def verify(
    request: HttpRequest,
    file: File[UploadedFile],
    beside: File[UploadedFile | None] = None,
) -> papers.Checked:
    """A PDF, its evidence, or both; compared with the records you may see."""
    return record_paper.check_file(
        file.name or "the file",
        _content(file),
        beside=None if beside is None else _content(beside),
        actor=actor(request),
    )


def _content(file: UploadedFile) -> bytes:
    if (file.size or 0) > _LARGEST_PAPER:
        raise InvalidInput(f"{file.name} is larger than 64 MB.", field="file")
    return bytes(file.read())


def _pdf(paper: papers.Paper) -> HttpResponse:
    return _file(paper.pdf, "application/pdf", f"{paper.name}.pdf")


def _json(paper: papers.Paper) -> HttpResponse:
    return _file(paper.evidence, "application/json", f"{paper.name}.json")


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    safe = "".join(c if c.isalnum() or c in "._-" else "_" for c in name)
    response["Content-Disposition"] = f'attachment; filename="{safe}"'
    return response
