"""What the pilot report prints, from the verdict as it was decided."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from firstoff import stats
from firstoff.db.models import Bar, RouteRelease
from firstoff.queries.evidence.paper_head import document, iso, key_of, role_of, signatures
from firstoff.queries.evidence.verdict import Assessed
from firstoff.queries.execution.runs import RunView, adjustments, setup
from firstoff.rules.evidence import (
    CauseBar,
    Finding,
    Ref,
    RunAssessment,
    read_plan,
    signed_off_chance,
    words,
)
from firstoff.rules.execution import Reading, UnitState
from firstoff.rules.nonconformity import ActionFacts
from firstoff.terms import RunVerdict, UnitResult, Verdict

_DRAWN = 5000  # committed units up to which the prediction is drawn
_HOLD_CAUTION = (
    "The verdict is computed from the locked bar. A person may hold a passing batch, but nobody "
    "can sign off a held one."
)


def report_data(found: Assessed, view: RunView) -> dict[str, Any]:
    """The data of ``documents.render("pilot_report", ...)``, without the digest."""
    verdict, evidence = found.verdict, found.evidence
    product = {
        "name": evidence.baseline.part_name,
        "part": evidence.baseline.part,
        "revision": evidence.baseline.revision,
        "site": f"{view.site_name}, {view.line}",
    }
    return {
        "doc": document(found, view, "PR", f"Pilot run {view.batch_id}"),
        "pilot": {
            "verdict": (verdict.decision.decision if verdict.decision else verdict.verdict).value,
            "sentence": _sentence(verdict),
            "caution": _caution(verdict),
            "oc_sentence": _oc_sentence(found),
            "interval_sentence": _interval_sentence(verdict),
            "product": product,
            "run": _run(found, view),
            "bar": _bar(found),
            "oc": _curve(found),
            "batches": _batches(found),
            "result": _result(found),
            "criteria": [_criterion(finding) for finding in verdict.findings],
            "defects": [_defect(bar) for bar in verdict.pareto],
            "to_fix": [
                {
                    "what": item.title,
                    "rejects": item.rejects or None,
                    "action": "; ".join(map(_action, item.actions)) or _first(item.detail),
                }
                for item in verdict.fix_next
            ],
            "held_actions": _held_actions(verdict),
            "build": _build(found),
            "predictions": _predictions(verdict),
            "money": _money(verdict),
            "tries": _tries(verdict),
            "setup": [
                {
                    "item": line.item.label,
                    "value": line.value or None,
                    "by": line.by or None,
                    "at": iso(line.at),
                }
                for line in setup(view.id)
            ],
            "releases": _releases(found, view),
            "adjustments": [
                {
                    "at": iso(a.made_at),
                    "what": a.what,
                    "before": a.before,
                    "after": a.after,
                    "reason": a.reason,
                }
                for a in adjustments(view.id)
            ],
        },
        "units": _units(found),
        "signatures": signatures(view),
    }


def _sentence(verdict: RunAssessment) -> str:
    """The decision in two or three sentences: the table below it holds every line of the bar."""
    figures, signed = verdict.figures, verdict.decision
    if figures is None:
        return "No counting unit is judged yet."
    against = [line for line in verdict.why if "rejected" in line or "ordered off" in line]
    if signed is not None and signed.decision is RunVerdict.SIGN_OFF:
        committed = f"{figures.committed:,} units"
        against.append(f"The process is signed off for a first run of up to {committed}.")
    elif signed is not None and verdict.verdict is RunVerdict.SIGN_OFF:
        against.append("Every line of the bar is met, and the process is held all the same.")
    return " ".join([*against, *verdict.bar_differences])


def _caution(verdict: RunAssessment) -> str:
    signed = verdict.decision
    reason = f"“{signed.reason}” " if signed is not None and signed.reason else ""
    corrected = len(verdict.corrections)
    said = f"{words.counted(corrected, 'result was', 'results were')} corrected by signature. "
    if verdict.verdict is RunVerdict.HOLD:
        return f"{reason}{said if corrected else ''}{_HOLD_CAUTION}"
    proves = " ".join(f"{c.title} {c.sentence}" for c in verdict.cautions[:2])
    return f"{reason}{said if corrected else ''}{proves}"


def _oc_sentence(found: Assessed) -> str:
    bar = found.evidence.run.bar
    if bar is None:
        return ""
    chance = signed_off_chance(0.10, sample=bar.sample, max_rejects=bar.max_rejects)
    return f"A process that makes 10\u00a0% rejects is signed off {words.times_in_100(chance)}."


def _interval_sentence(verdict: RunAssessment) -> str:
    figures = verdict.figures
    if figures is None:
        return "No counting unit is judged yet."
    if figures.lower > figures.bar_rate:
        return "The whole interval lies over the bar: this was not bad luck."
    if figures.clean_90 is None:
        return "The bar allows no reject and so names no rate that further units could show."
    if verdict.verdict is RunVerdict.HOLD:
        return "The interval reaches below the bar; the bar was not cleared all the same."
    return (
        f"For at most {words.percent(figures.bar_rate)}: {figures.clean_90:,} more clean units "
        f"give 90\u00a0% confidence, {figures.clean_95:,} give 95\u00a0%."
    )


def _run(found: Assessed, view: RunView) -> dict[str, Any]:
    reading = found.evidence.reading
    return {
        "id": view.batch_id,
        "kind": view.kind.value.replace("_", "-"),
        "line": f"{view.site_name}, {view.line}",
        "planned": view.planned_quantity,
        "began": iso(reading.first_unit_at),
        "ended": iso(reading.last_unit_at),
    }


def _bar(found: Assessed) -> dict[str, Any]:
    bar = found.evidence.run.bar
    if bar is None:
        return {
            "sample": 0,
            "max_rejects": 0,
            "rate": 0.0,
            "commit": None,
            "locked_at": None,
            "locked_by": "",
            "locked_role": "",
            "locked_meaning": "",
            "locked_key": None,
        }
    row = Bar.objects.filter(run=found.run.id).select_related("signature").get()
    return {
        "sample": bar.sample,
        "max_rejects": bar.max_rejects,
        "rate": bar.rate,
        "commit": bar.commits,
        "locked_at": iso(bar.locked_at),
        "locked_by": bar.locked_by,
        "locked_role": role_of(row.signature),
        "locked_meaning": row.signature.meaning,
        "locked_key": key_of(row.signature),
    }


def _curve(found: Assessed) -> dict[str, Any]:
    bar = found.evidence.run.bar
    if bar is None:
        return {"curve": [], "marked": []}
    rates = sorted({bar.rate, 0.05, 0.10, 0.20} - {0.0})
    return {
        "curve": [list(point) for point in read_plan(bar.sample, bar.max_rejects).curve],
        "marked": [
            [r, signed_off_chance(r, sample=bar.sample, max_rejects=bar.max_rejects)]
            for r in rates
        ],
    }


def _batches(found: Assessed) -> list[dict[str, Any]]:
    readings = [*found.evidence.earlier_readings, found.evidence.reading]
    return [_batch(r, r is found.evidence.reading) for r in readings if r.judged]


def _batch(reading: Reading, current: bool) -> dict[str, Any]:
    rejects, judged = len(reading.rejects), reading.judged
    seen, bar = stats.proportion(rejects, judged), reading.run.bar
    cleared = bar is not None and judged == bar.sample and rejects <= bar.max_rejects
    return {
        "label": reading.run.batch_id,
        "rejects": rejects,
        "counting": judged,
        "low": seen.lower,
        "high": seen.upper,
        "cleared": cleared,
        "current": current,
    }


def _result(found: Assessed) -> dict[str, Any]:
    figures, yields = found.verdict.figures, found.verdict.yields
    held = found.verdict.verdict is RunVerdict.HOLD
    return {
        "rejects": 0 if figures is None else figures.rejects,
        "counting": 0 if figures is None else figures.judged,
        "low": 0.0 if figures is None else figures.lower,
        "high": 1.0 if figures is None else figures.upper,
        "confidence": 0.95,
        "method": "Clopper-Pearson, two-sided",
        "p_over_bar": None if figures is None else figures.over_bar,
        "prior": "Jeffreys, Beta(½, ½)",
        "first_pass": yields.first_pass,
        "final": yields.final,
        "more_clean_90": None if figures is None or held else figures.clean_90,
        "more_clean_95": None if figures is None or held else figures.clean_95,
    }


def _criterion(finding: Finding) -> dict[str, Any]:
    return {
        "name": finding.title,
        "bar": finding.threshold,
        "result": finding.figure,
        "verdict": Verdict(finding.verdict).value,
        "records": _records(finding.records),
    }


def _records(refs: Sequence[Ref]) -> str:
    if not refs:
        return ""
    if len(refs) <= 3:
        return ", ".join(ref.label for ref in refs)
    return f"{len(refs)} {refs[0].kind} records"


def _defect(bar: CauseBar) -> dict[str, Any]:
    effects = [
        "not in force" if a.effective_at is None else f"in force {a.effective_at:%Y-%m-%d}"
        for a in bar.actions
    ]
    return {
        "code": bar.code,
        "name": bar.name,
        "count": bar.rejects,
        "category": bar.category.replace("_", " "),
        "cause_class": " and ".join(bar.classes),
        "cause": "; ".join(bar.causes),
        "action": "; ".join(_action(a) for a in bar.actions),
        "effect": ", ".join(effects),
        "serials": [unit.label for unit in bar.units],
    }


def _action(action: ActionFacts) -> str:
    return f"{action.label}: {action.what}"


def _first(text: str) -> str:
    """The first sentence: page one has room for no more."""
    end = text.find(". ")
    return text if end < 0 else text[: end + 1]


def _held_actions(verdict: RunAssessment) -> list[dict[str, Any]]:
    if verdict.comparison is None:
        return []
    return [
        {
            "action": effect.action.label,
            "against": effect.what,
            "what": effect.action.what,
            "effect": iso(effect.action.effective_at),
            "shown": f"{effect.before} → {effect.after}",
        }
        for effect in verdict.comparison.effects
    ]


def _build(found: Assessed) -> dict[str, Any]:
    verdict, bar = found.verdict, found.evidence.run.bar
    limit = None if bar is None else bar.max_mean_minutes
    build = verdict.build_time
    standards = (
        []
        if build is None
        else [("bench build", build.bench), ("sum of standards", build.standard)]
    )
    readings = [*found.evidence.earlier_readings[-2:], found.evidence.reading]
    return {
        "bar_minutes": None if limit is None else float(limit),
        "mean": None if build is None else build.mean,
        "standards": [{"name": n, "minutes": m} for n, m in standards if m is not None],
        "series": [_series(r, r is found.evidence.reading) for r in readings if r.timed],
        "steps": [
            {
                "step": str(step.seq),
                "name": step.name,
                "standard": step.standard,
                "measured": round(step.mean, 4),
                "slow": step.slow,
                "proposal": step.proposal or None,
            }
            for step in verdict.steps
            if step.standard is not None
        ],
    }


def _series(reading: Reading, current: bool) -> dict[str, Any]:
    minutes = (reading.build_seconds / 60).tolist()
    return {
        "label": reading.run.batch_id,
        "minutes": [
            (state.unit.serial, round(value, 4))
            for state, value in zip(reading.timed, minutes, strict=True)
        ],
        "mean": sum(minutes) / len(minutes),
        "current": current,
    }


def _predictions(verdict: RunAssessment) -> list[dict[str, Any]]:
    figures = verdict.figures
    if figures is None:
        return []
    found: dict[str, Any] = {
        "committed": figures.committed,
        "level": 0.90,
        "mean": figures.predicted,
        "low": figures.predicted_lower,
        "median": figures.predicted_median,
        "high": figures.predicted_upper,
    }
    if figures.committed <= _DRAWN:
        belief = stats.posterior(figures.rejects, figures.judged)
        chances = stats.beta_binomial_pmf(figures.committed, belief.a, belief.b)
        found["pmf"] = [[k, float(p)] for k, p in enumerate(chances) if p > 1e-7]
    return [found]


def _money(verdict: RunAssessment) -> dict[str, Any] | None:
    money = verdict.money
    if money is None or money.at_stake is None:
        return None
    return {
        "currency": money.currency,
        "rows": [
            {
                "what": line.what,
                "units": line.units,
                "value": str(Decimal(repr(line.amount)).quantize(Decimal("0.01"))),
            }
            for line in money.lines
            if line.amount is not None
        ],
        "sentence": money.sentence,
    }


def _tries(verdict: RunAssessment) -> dict[str, Any]:
    tries = verdict.tries
    if tries is None:
        return {"since_change": 0, "total": 0, "sentence": "No batch yet.", "table": []}
    return {
        "since_change": tries.since_change,
        "total": tries.total,
        "sentence": tries.sentence,
        "table": [{"rate": row.rate, "chance": list(row.chances)} for row in tries.table],
    }


def _releases(found: Assessed, view: RunView) -> list[dict[str, Any]]:
    rows = RouteRelease.objects.filter(run=view.id).select_related("signature", "by")
    return [
        {
            "what": f"{row.rule.replace('-', ' ')} for {row.subject}",
            "rule": "R-35",
            "reason": row.reason,
            "by": row.by.name,
            "role": role_of(row.signature),
            "at": iso(row.received_at),
            "key": key_of(row.signature),
        }
        for row in rows.order_by("pk")
    ]


def _units(found: Assessed) -> dict[str, Any]:
    verdict, reading = found.verdict, found.evidence.reading
    codes: dict[int, list[str]] = {}
    for defect in reading.defects:
        codes.setdefault(defect.unit, []).append(defect.code)
    return {
        "counted": [
            _unit(state, codes.get(state.unit.id, [])) for state in verdict.sample + verdict.beyond
        ],
        "not_counted": [
            {
                "serial": left.unit.serial,
                "built": iso(left.unit.started_at),
                "minutes": _minutes(state),
                "result": state.first.value,
                "reason": words.sentence("; ".join(left.reasons)),
            }
            for left, state in verdict.left_out
        ],
    }


def _unit(state: UnitState, codes: Iterable[str]) -> dict[str, Any]:
    return {
        "serial": state.unit.serial,
        "built": iso(state.unit.started_at),
        "operator": state.unit.operator,
        "minutes": _minutes(state),
        "fit": state.fit or None,
        "finish": state.finish or None,
        "function": state.function or None,
        "result": state.first.value,
        "defects": list(dict.fromkeys(codes)),
        "rework": _rework(state),
    }


def _rework(state: UnitState) -> str | None:
    if state.attempts < 2:
        return None
    again = words.counted(state.attempts - 1, "later attempt")
    now = "good" if state.final is UnitResult.GOOD else "still rejected"
    return f"{again}: {now}"


def _minutes(state: UnitState) -> str | None:
    return None if state.build_seconds is None else words.number(state.build_seconds / 60, 1)
