"""The evidence as plain data: what a report carries beside it, and what its digest is over.

Records are named by their outside IDs, times are text in UTC, measured numbers are text: the same
records give the same digest on every database, and anyone can compute it again offline.
"""

from collections.abc import Mapping
from typing import Any

from firstoff.rules import ledger
from firstoff.rules.evidence.values import Finding, PilotEvidence
from firstoff.rules.execution import Bar, RunFacts

FORMAT = "firstoff-evidence/1"


def evidence_content(evidence: PilotEvidence) -> dict[str, Any]:
    """Everything the verdict was read from."""
    serials = _serials(evidence.run)
    return {
        "format": FORMAT,
        "baseline": evidence.baseline.digest,
        "currency": evidence.currency,
        "run": _run(evidence.run),
        "earlier": [_run(run) for run in evidence.earlier],
        "actions": [
            {
                "uid": a.uid,
                "number": a.number,
                "batch": a.batch_id,
                "against": a.against,
                "cause_class": a.cause_class,
                "what": a.what,
                "effective_at": a.effective_at,
                "evidence": a.evidence,
            }
            for a in evidence.actions
        ],
        "measurements": {
            number: [[serials[m.unit], _text(m.value), m.uid] for m in values]
            for number, values in evidence.measurements.items()
        },
        "tests": {
            "tested": sorted(serials[unit] for unit in evidence.tests.tested),
            "failed": [
                [serials[t.unit], t.test, t.ended_at, t.uid] for t in evidence.tests.failed
            ],
        },
    }


def evidence_digest(evidence: PilotEvidence) -> str:
    """SHA-256 of the canonical JSON of the evidence."""
    return ledger.digest(evidence_content(evidence))


def finding_content(finding: Finding) -> dict[str, Any]:
    """A finding as it is stored with a decision."""
    return {
        "kind": finding.kind,
        "subject": finding.subject,
        "title": finding.title,
        "verdict": finding.verdict.value,
        "figure": finding.figure,
        "threshold": finding.threshold,
        "sentence": finding.sentence,
        "method": finding.method,
        "parameters": _plain(finding.parameters),
        "records": [list(ref) for ref in finding.records],
    }


def _plain(value: object) -> Any:
    """Floats as text: a signed figure stays readable, and its digits are all there."""
    match value:
        case float():
            return repr(value)
        case Mapping():
            return {str(k): _plain(v) for k, v in value.items()}
        case list() | tuple():
            return [_plain(v) for v in value]
        case _:
            return value


def _run(run: RunFacts) -> dict[str, Any]:
    serials = _serials(run)
    return {
        "batch_id": run.batch_id,
        "uid": run.uid,
        "kind": run.kind,
        "number": run.number,
        "baseline": run.baseline,
        "planned_quantity": run.planned_quantity,
        "line": run.line,
        "bench_minutes": run.bench_minutes,
        "bar": None if run.bar is None else _bar(run.bar),
        "first_article": None
        if run.first_article is None
        else {
            "uid": run.first_article.uid,
            "serial": run.first_article.serial,
            "passed": run.first_article.passed,
            "checked": run.first_article.checked,
            "conforming": run.first_article.conforming,
            "judged_at": run.first_article.judged_at,
        },
        "units": [list(unit[1:]) for unit in run.units],  # all but the internal key
        "judgements": [
            [
                serials[j.unit],
                j.attempt,
                j.fit,
                j.finish,
                j.function,
                _text(j.build_seconds),
                j.correction_reason,
            ]
            for j in run.judgements
        ],
        "defects": [
            [d.uid, serials[d.unit], d.code, d.name, d.category, d.cause_class, d.cause]
            for d in run.defects
        ],
        "times": [[serials[t.unit], t.seq, _text(t.seconds)] for t in run.times],
        "releases": [[r.uid, r.lift, r.subject, r.reason, r.by] for r in run.releases],
    }


def _serials(run: RunFacts) -> dict[int, str]:
    return {unit.id: unit.serial for unit in run.units}


def _bar(bar: Bar) -> dict[str, Any]:
    return {
        "uid": bar.uid,
        "sample": bar.sample,
        "max_rejects": bar.max_rejects,
        "commits": bar.commits,
        "max_mean_minutes": bar.max_mean_minutes,
        "max_unit_minutes": bar.max_unit_minutes,
        "min_first_pass_yield": bar.min_first_pass_yield,
        "capabilities": [[c.characteristic, c.minimum] for c in bar.capabilities],
        "reject_definition": bar.reject_definition,
        "bad_unit_cost": bar.bad_unit_cost,
        "batch_cost": bar.batch_cost,
        "delay_days": bar.delay_days,
        "delay_day_cost": bar.delay_day_cost,
        "locked_at": bar.locked_at,
        "locked_by": bar.locked_by,
    }


def _text(value: float | None) -> str | None:
    return None if value is None else f"{value:.6f}".rstrip("0").rstrip(".")
