"""The verdict as plain data, for the doors that answer in JSON."""

from dataclasses import fields, is_dataclass
from typing import Any

from firstoff.queries.evidence.verdict import Assessed
from firstoff.rules.evidence import BuildTime, CauseBar, Finding, RateFigures
from firstoff.rules.nonconformity import ActionFacts


def verdict_shape(found: Assessed) -> dict[str, Any]:
    """A stable shape; numbers unrounded, rates as fractions, absence as None.

    Single units are left out: they are a list of their own.
    """
    verdict = found.verdict
    return {
        "site": found.run.site,
        "program": found.run.program,
        "batch_id": verdict.batch_id,
        "version": found.version,
        "verdict": verdict.verdict.value,
        "headline": verdict.headline,
        "state": verdict.state.value,
        "settled": verdict.settled,
        "why": list(verdict.why),
        "findings": [finding_shape(finding) for finding in verdict.findings],
        "figures": _figures(verdict.figures),
        "money": _fields(verdict.money),
        "tries": _tries(found),
        "pareto": [_bar(bar) for bar in verdict.pareto],
        "cause_classes": dict(verdict.cause_classes),
        "steps": [_fields(step) for step in verdict.steps],
        "build_time": _build(verdict.build_time),
        "yields": _fields(verdict.yields),
        "fix_next": [
            {**_fields(item), "actions": [_action(a) for a in item.actions]}
            for item in verdict.fix_next
        ],
        "comparison": _comparison(found),
        "cautions": [_fields(caution) for caution in verdict.cautions],
        "counts": {
            "sample": len(verdict.sample),
            "judged": found.evidence.reading.judged,
            "rejects": len(found.evidence.reading.rejects),
            "beyond": len(verdict.beyond),
            "left_out": len(verdict.left_out),
        },
        "left_out": [
            {"serial": left.unit.serial, "reasons": list(left.reasons)}
            for left, _ in verdict.left_out
        ],
        "corrections": list(verdict.corrections),
        "deviations": list(verdict.deviations),
        "bar_differences": list(verdict.bar_differences),
        "decision": _fields(verdict.decision),
        "may_sign_off": verdict.may_sign_off,
        "may_hold": verdict.may_hold,
    }


def finding_shape(finding: Finding) -> dict[str, Any]:
    return {
        "kind": finding.kind,
        "subject": finding.subject,
        "title": finding.title,
        "verdict": finding.verdict.value,
        "figure": finding.figure,
        "threshold": finding.threshold,
        "sentence": finding.sentence,
        "method": finding.method,
        "parameters": dict(finding.parameters),
        "records": [ref._asdict() for ref in finding.records],
    }


def _figures(figures: RateFigures | None) -> dict[str, Any] | None:
    return None if figures is None else {**_fields(figures), "expected": figures.expected}


def _tries(found: Assessed) -> dict[str, Any] | None:
    tries = found.verdict.tries
    if tries is None:
        return None
    return {
        "total": tries.total,
        "since_change": tries.since_change,
        "changed_at": tries.changed_at,
        "changes": [_action(action) for action in tries.changes],
        "table": [{"rate": row.rate, "chances": list(row.chances)} for row in tries.table],
        "sentence": tries.sentence,
    }


def _bar(bar: CauseBar) -> dict[str, Any]:
    return {
        **_fields(bar),
        "actions": [_action(action) for action in bar.actions],
        "units": [unit.label for unit in bar.units],
    }


def _build(build: BuildTime | None) -> dict[str, Any] | None:
    return None if build is None else _fields(build)


def _comparison(found: Assessed) -> dict[str, Any] | None:
    comparison = found.verdict.comparison
    if comparison is None:
        return None
    return {
        **_fields(comparison),
        "effects": [
            {**_fields(effect), "action": _action(effect.action)} for effect in comparison.effects
        ],
    }


def _action(action: ActionFacts) -> dict[str, Any]:
    return {"label": action.label, "what": action.what, "effective_at": action.effective_at}


def _fields(value: Any) -> Any:
    """The fields of a value, one level deep; lists where there were tuples."""
    if not is_dataclass(value) or isinstance(value, type):
        return value
    found = {}
    for field in fields(value):
        item = getattr(value, field.name)
        if isinstance(item, tuple):
            item = [_fields(each) for each in item]
        found[field.name] = getattr(item, "value", item)
    return found
