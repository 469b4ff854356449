"""What the pilot report and the certificate print, from the verdict as it was decided."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from firstoff import __version__, stats
from firstoff.db.models import Bar, LedgerEntry, RouteRelease, RunDecision, Signature
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

PRODUCT = f"Firstoff {__version__}"
_DRAWN = 5000  # committed units up to which the prediction is drawn
_UNDECIDED = "The run is not decided: nobody has signed this."
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
        "doc": _doc(found, view, "PR", f"Pilot run {view.batch_id}"),
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
                    "at": _iso(line.at),
                }
                for line in setup(view.id)
            ],
            "releases": _releases(found, view),
            "adjustments": [
                {
                    "at": _iso(a.made_at),
                    "what": a.what,
                    "before": a.before,
                    "after": a.after,
                    "reason": a.reason,
                }
                for a in adjustments(view.id)
            ],
        },
        "units": _units(found),
        "signatures": _signatures(view),
    }


def certificate_data(found: Assessed, view: RunView) -> dict[str, Any]:
    """The data of ``documents.render("certificate", ...)``, without the digest, for a run that
    is signed off."""
    verdict, evidence, bar = found.verdict, found.evidence, found.evidence.run.bar
    figures = verdict.figures
    assert bar is not None
    assert figures is not None
    locked = "" if bar.locked_at is None else f", locked {bar.locked_at:%Y-%m-%d %H:%M} UTC"
    serials = [state.unit.serial for state in verdict.sample]
    rejects = f"at most {words.counted(bar.max_rejects, 'reject')} in {bar.sample:,} units"
    return {
        "doc": _doc(found, view, "SC", "Process sign-off"),
        "certificate": {
            "product": {
                "name": evidence.baseline.part_name,
                "part": evidence.baseline.part,
                "revision": evidence.baseline.revision,
                "site": f"{view.site_name}, {view.line}",
            },
            "committed": bar.commits,
            "scope": words.listed(
                [_within(o.name) for o in evidence.baseline.operations], most=40
            ),
            "bar": f"{rejects}{locked}, before the first unit",
            "result": (
                f"{words.counted(figures.rejects, 'reject')} in {figures.judged:,} counting units"
            ),
            "rate": figures.rate,
            "low": figures.lower,
            "high": figures.upper,
            "confidence": 0.95,
            "report": f"{view.batch_id}-PR revision A",
            "remarks": _remarks(found),
            "ends": "with the next change to tooling, material, site or baseline",
            "facts": [
                {"name": "Pilot batch", "value": view.batch_id},
                {"name": "Serial numbers", "value": f"{serials[0]} to {serials[-1]}"},
                {"name": "Baseline", "value": view.baseline[:16]},
            ],
        },
        "signatures": _signatures(view),
    }


def _within(name: str) -> str:
    """A name inside a sentence: *Seat the lid* begins small, *PCB test* does not."""
    return name[:1].lower() + name[1:] if name[1:2].islower() else name


def _doc(found: Assessed, view: RunView, kind: str, title: str) -> dict[str, Any]:
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
        "as_of": _iso(as_of),
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
        "began": _iso(reading.first_unit_at),
        "ended": _iso(reading.last_unit_at),
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
        "locked_at": _iso(bar.locked_at),
        "locked_by": bar.locked_by,
        "locked_role": _role(row.signature),
        "locked_meaning": row.signature.meaning,
        "locked_key": _key(row.signature),
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
            "effect": _iso(effect.action.effective_at),
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
        "series": [_series(r, r is found.evidence.reading) for r in readings if r.minutes],
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
    minutes = [(unit.serial, round(value, 4)) for unit, value in reading.minutes]
    return {
        "label": reading.run.batch_id,
        "minutes": minutes,
        "mean": sum(value for _, value in reading.minutes) / len(minutes),
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
            "role": _role(row.signature),
            "at": _iso(row.received_at),
            "key": _key(row.signature),
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
                "built": _iso(left.unit.started_at),
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
        "built": _iso(state.unit.started_at),
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


def _signatures(view: RunView) -> list[dict[str, Any]]:
    rows = RunDecision.objects.filter(run=view.id).select_related("signature", "by")
    signed = [
        {
            "name": row.by.name,
            "role": _role(row.signature),
            "meaning": row.signature.meaning,
            "at": _iso(row.decided_at),
            "key": _key(row.signature),
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


def _remarks(found: Assessed) -> list[str]:
    article, tries = found.evidence.run.first_article, found.verdict.tries
    remarks = []
    if article is not None:
        checked = words.of(article.conforming, article.checked)
        remarks.append(f"First article {article.serial}: {checked} characteristics conform.")
    if tries is not None and tries.total > 1:
        changes = words.counted(len(tries.changes), "process change")
        remarks.append(f"Batches tried: {tries.total}; {changes} before this one.")
    return remarks


def _role(signature: Signature) -> str:
    return signature.role.replace("_", " ").capitalize()


def _key(signature: Signature) -> str:
    return signature.content_digest[:24]


def _iso(at: datetime | None) -> str | None:
    if at is None:
        return None
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
