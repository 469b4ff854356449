"""The papers of a run, each with the evidence file beside it, and the check of such files."""

import json
from dataclasses import dataclass
from typing import Any

from firstoff.db.models import Run, RunDecision
from firstoff.errors import InvalidInput, Refused
from firstoff.formats import documents
from firstoff.formats.documents import seal
from firstoff.queries.evidence.certificate import certificate_data
from firstoff.queries.evidence.paper_head import PRODUCT
from firstoff.queries.evidence.pilot import run_at
from firstoff.queries.evidence.report import report_data
from firstoff.queries.evidence.verdict import Assessed, as_decided
from firstoff.queries.execution.runs import RunView, run_by_id
from firstoff.rules import ledger
from firstoff.rules.access import Actor
from firstoff.rules.evidence import RunState, evidence_content, finding_content

_KINDS = {"PR": "pilot_report", "SC": "certificate"}


@dataclass(frozen=True, slots=True)
class Paper:
    """A document and the evidence it was made from. ``evidence`` is the JSON to keep with it."""

    name: str  # of the file, without its ending
    pdf: bytes
    evidence: bytes


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found. ``holds``: everything that could be compared agrees."""

    holds: bool
    sentence: str
    number: str
    digest: str
    against: str  # what it was compared with: its evidence file, the database, nothing


def pilot_report(actor: Actor, run_id: int) -> Paper:
    """The report of a run: as it was decided, or a DRAFT as it reads now. Raises NotFound."""
    found, view = _read(actor, run_id)
    return _paper("pilot_report", report_data(found, view), found)


def certificate(actor: Actor, run_id: int) -> Paper:
    """The certificate of a signed-off process. Raises NotFound, Refused (R-40) for any other."""
    found, view = _read(actor, run_id)
    if found.verdict.state is not RunState.SIGNED_OFF:
        raise Refused(
            f"{view.batch_id} is not signed off; there is nothing to certify.",
            code="R-40",
            way_out="The pilot report says where it stands.",
        )
    return _paper("certificate", certificate_data(found, view), found)


def evidence_file(actor: Actor, run_id: int) -> Paper:
    """The evidence of the report alone, without setting the document."""
    found, view = _read(actor, run_id)
    data = report_data(found, view)
    return Paper(data["doc"]["number"], b"", _evidence("pilot_report", data, found))


def _read(actor: Actor, run_id: int) -> tuple[Assessed, RunView]:
    return as_decided(run_at(actor, run_id)), run_by_id(actor, run_id)


def _paper(kind: str, data: dict[str, Any], found: Assessed) -> Paper:
    evidence = _evidence(kind, data, found)
    pdf = documents.render(kind, seal.sealed(data, evidence))
    return Paper(data["doc"]["number"], pdf, evidence)


def _evidence(kind: str, data: dict[str, Any], found: Assessed) -> bytes:
    # In the form whose digest was signed with the decision, so that it is found again offline.
    content = json.loads(ledger.canonical(evidence_content(found.evidence)))
    findings = [
        json.loads(ledger.canonical(finding_content(finding)))
        for finding in found.verdict.findings
    ]
    decided = RunDecision.objects.filter(run=found.run.id).select_related("signature").first()
    decision = (
        []
        if decided is None
        else [
            {
                "uid": str(decided.uid),
                "decision": decided.decision,
                "computed": decided.computed,
                "reason": decided.reason,
                "evidence_digest": decided.evidence_digest,
                "signature": decided.signature.content_digest,
                "entry": decided.entry_id,
            }
        ]
    )
    return seal.evidence_json(
        kind=kind,
        data=data,
        records={"evidence": [content], "finding": findings, "decision": decision},
        product=PRODUCT,
    )


def check_evidence(content: bytes, actor: Actor | None = None) -> Checked:
    """Check an evidence file: its own digest, the digest that was signed, and with an actor the
    database. Raises InvalidInput for a file that is none, or that was changed."""
    found = seal.check(content)
    problem = _signed_digest(found)
    if problem:
        return Checked(False, problem, found.number, found.digest, "the file itself")
    if actor is None:
        sentence = f"{found.number}: the evidence is what its digest was made over."
        return Checked(True, sentence, found.number, found.digest, "the file itself")
    return _against_records(actor, found.claim)


def check_pdf(
    content: bytes, *, evidence: bytes | None = None, actor: Actor | None = None
) -> Checked:
    """Check a document: against its evidence file, or with an actor against the database.

    Raises InvalidInput for a file that is no document of ours.
    """
    claim = seal.digest_in_pdf(content)
    if evidence is None:
        if actor is None:
            sentence = (
                f"{claim.number} names evidence {claim.digest[:12]}…; there is nothing to compare "
                "it with."
            )
            return Checked(False, sentence, claim.number, claim.digest, "nothing")
        return _against_records(actor, claim)
    found = seal.check(evidence)
    if found.claim != claim:
        sentence = f"{claim.number} was made from other evidence than this file."
        return Checked(False, sentence, claim.number, claim.digest, "its evidence file")
    problem = _signed_digest(found)
    if problem:
        return Checked(False, problem, claim.number, claim.digest, "its evidence file")
    if found.product == PRODUCT and not documents.reproduces(content, found):
        sentence = f"The pages of {claim.number} were changed: its evidence makes other ones."
        return Checked(False, sentence, claim.number, claim.digest, "its evidence file")
    exactly = (
        "byte for byte what its evidence makes"
        if found.product == PRODUCT
        else f"made by {found.product}, so its pages were not compared"
    )
    sentence = f"{claim.number} belongs to this evidence and is {exactly}."
    return Checked(True, sentence, claim.number, claim.digest, "its evidence file")


def _signed_digest(found: seal.Seal) -> str:
    """What is wrong between the records in the file and the digest that was signed."""
    contents = found.records.get("evidence", ())
    for decision in found.records.get("decision", ()):
        for content in contents:
            if ledger.digest(content) != decision.get("evidence_digest"):
                return f"{found.number}: the records are not those the decision was signed on."
    return ""


def _against_records(actor: Actor, claim: seal.Claim) -> Checked:
    """Make the evidence again from the database, and compare the digests."""
    batch_id, _, kind = claim.number.rpartition("-")
    runs = Run.objects.filter(site__in=actor.site_ids, batch_id=batch_id)
    ids = list(runs.values_list("pk", flat=True))
    if not ids or kind not in _KINDS:
        sentence = f"There is no run for {claim.number} here, or not for you."
        return Checked(False, sentence, claim.number, claim.digest, "the database")
    for run_id in ids:
        if _digest_now(actor, run_id, _KINDS[kind]) == claim.digest:
            sentence = f"{claim.number} agrees with the records in the database."
            return Checked(True, sentence, claim.number, claim.digest, "the database")
    sentence = (
        f"{claim.number} does not agree with the records in the database: the document or the "
        "records are other ones, or records were added since a DRAFT was printed."
    )
    return Checked(False, sentence, claim.number, claim.digest, "the database")


def _digest_now(actor: Actor, run_id: int, kind: str) -> str:
    found, view = _read(actor, run_id)
    if kind == "certificate":
        if found.verdict.state is not RunState.SIGNED_OFF:
            return ""
        data = certificate_data(found, view)
    else:
        data = report_data(found, view)
    return seal.check(_evidence(kind, data, found)).digest


def check_file(
    name: str, content: bytes, *, beside: bytes | None = None, actor: Actor | None = None
) -> Checked:
    """Check a PDF or an evidence file, told apart by their content."""
    if content.lstrip()[:5] == b"%PDF-":
        return check_pdf(content, evidence=beside, actor=actor)
    if content.lstrip()[:1] == b"{":
        return check_evidence(content, actor)
    raise InvalidInput(
        f"{name} is neither a document nor its evidence.",
        way_out="Expected a PDF made by Firstoff, or the JSON beside it.",
    )
