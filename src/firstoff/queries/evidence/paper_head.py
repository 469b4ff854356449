"""What every paper of a run carries: its number, its state, the ledger behind it, signatures."""

from datetime import UTC, datetime
from typing import Any

from firstoff import __version__
from firstoff.db.models import LedgerEntry, RunDecision, Signature
from firstoff.queries.evidence.verdict import Assessed
from firstoff.queries.execution.runs import RunView
from firstoff.rules.evidence import RunAssessment

PRODUCT = f"Firstoff {__version__}"
_UNDECIDED = "The run is not decided: nobody has signed this."


def document(found: Assessed, view: RunView, kind: str, title: str) -> dict[str, Any]:
    evidence, decision = found.evidence, found.verdict.decision
    entry = LedgerEntry.objects.filter(pk=found.version).values_list("at", "hash").first()
    as_of = decision.at if decision is not None else (entry[0] if entry else view.created_at)
    baseline = evidence.baseline
    return {
        "number": f"{view.batch_id}-{kind}",
        "revision": "A",
        "status": "ISSUED" if decision is not None else "DRAFT",
        "draft": [] if decision is not None else [_UNDECIDED],
        "batch": view.batch_id,
        "title": title,
        "subject": (
            f"{baseline.part_name} · {baseline.part} revision {baseline.revision} · "
            f"{view.site_name}, {view.line}"
        ),
        "organisation": view.site_name,
        "baseline": view.baseline,
        "as_of": iso(as_of),
        "product": PRODUCT,
        "methods": _methods(found.verdict),
        "ledger": None if entry is None else {"sequence": found.version, "hash": entry[1]},
    }


def _methods(verdict: RunAssessment) -> list[str]:
    figures = verdict.figures
    named = [finding.method for finding in verdict.findings if finding.method]
    if figures is not None:
        named += [
            f"interval: {figures.interval_method}",
            f"prior: {figures.prior}",
            f"prediction: {figures.prediction_method}",
        ]
    if verdict.comparison is not None:
        named.append("comparison of batches: Fisher exact, two-sided")
    return list(dict.fromkeys(named))


def signatures(view: RunView) -> list[dict[str, Any]]:
    rows = RunDecision.objects.filter(run=view.id).select_related("signature", "by")
    signed = [
        {
            "name": row.by.name,
            "role": role_of(row.signature),
            "meaning": row.signature.meaning,
            "at": iso(row.decided_at),
            "key": key_of(row.signature),
        }
        for row in rows
    ]
    waits = {
        "name": "",
        "role": "Quality manager",
        "meaning": f"Signs off or holds batch {view.batch_id}.",
        "at": None,
        "key": None,
    }
    return signed or [waits]


def role_of(signature: Signature) -> str:
    return signature.role.replace("_", " ").capitalize()


def key_of(signature: Signature) -> str:
    return signature.content_digest[:24]


def iso(at: datetime | None) -> str | None:
    if at is None:
        return None
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
