"""The run page."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from firstoff.queries import nonconformity
from firstoff.queries.evidence.verdict import Assessed, assessed
from firstoff.queries.execution import runs, units
from firstoff.queries.execution.runs import RunView
from firstoff.rules.access import may
from firstoff.rules.evidence import RunState, words
from firstoff.rules.nonconformity import BUILD_TIME_CODE
from firstoff.services.evidence import decision_meaning
from firstoff.terms import RunKind, RunVerdict
from firstoff.web.auth import Request, page
from firstoff.web.evidence.forms import ActionForm, CauseForm, DecisionForm, InForceForm
from firstoff.web.evidence.pictures import pictures
from firstoff.web.templatetags.firstoff import page_bounds

# state of a run -> a key of STATES
STATES = {
    RunState.DRAFT: "draft",
    RunState.BAR_LOCKED: "locked",
    RunState.RUNNING: "running",
    RunState.COMPLETE: "waiting",
    RunState.HELD: "held",
    RunState.SIGNED_OFF: "signed_off",
}
_FILTERS = (("", "All"), ("rejects", "Rejects"), ("not-counting", "Not counting"))


@page("see")
def show(request: Request, site: str, batch_id: str) -> HttpResponse:
    """May we start production? And everything behind the answer."""
    return run_page(request, runs.run(request.actor, site, batch_id))


def run_page(request: Request, view: RunView, **sent: Any) -> HttpResponse:
    """The page with the forms as they were sent, or empty."""
    context = _context(request, view, sent)
    status = max((form.status for form in sent.values()), default=200)
    return render(request, "evidence/run.html", context, status=status)


def _context(request: Request, view: RunView, sent: dict[str, Any]) -> dict[str, Any]:
    actor, place = request.actor, request.place
    found = assessed(actor, view.id)
    verdict = found.verdict
    offset, limit = page_bounds(request.GET)
    show_only = request.GET.get("show", "")
    listed = units.units(
        view,
        show=show_only if show_only in units.FILTERS else "",
        offset=offset,
        limit=limit,
    )
    groups = nonconformity.defect_groups(view)
    actions = nonconformity.actions(actor, view.site_id, view.program_id, run_id=view.id)
    return {
        "program": {"site": view.site, "code": view.program, "name": view.program_name},
        "run": view,
        "pilot": view.kind is RunKind.PILOT,
        "found": found,
        "verdict": verdict,
        "version": found.version,
        "state": STATES[verdict.state],
        "answer": _answer(found),
        "figures": _figures(found),
        "about": _about(view, found),
        "pictures": pictures(found),
        "units": listed,
        "unit_filters": [(v, w, listed.counts[v]) for v, w in _FILTERS],
        "head": runs.head_of(view),
        "groups": groups,
        "actions": actions,
        "needs_bar": view.bar is None,
        "repeat": verdict.state is RunState.HELD,
        "may_decide": may(actor, "run.decide", place.id),
        "may_cause": may(actor, "cause.record", place.id),
        "may_act": may(actor, "action.edit", place.id),
        "may_lock": may(actor, "bar.lock", place.id),
        "may_create": may(actor, "run.create", place.id),
        "may_record": may(actor, "unit.record", place.id),
        **_forms(found, groups, actions, sent),
    }


def _forms(
    found: Assessed,
    groups: tuple[nonconformity.DefectGroup, ...],
    actions: tuple[nonconformity.ActionView, ...],
    sent: dict[str, Any],
) -> dict[str, Any]:
    verdict, bar = found.verdict, found.evidence.run.bar
    decision: DecisionForm = sent.get("decision") or DecisionForm(initial={"seen": found.version})
    meanings = {
        each.value: decision_meaning(
            each,
            batch_id=found.run.batch_id,
            baseline=found.run.baseline,
            commits=None if bar is None else bar.commits,
        )
        for each in RunVerdict
    }
    return {
        "decision_form": decision.offer(may_sign_off=verdict.may_sign_off),
        "meanings": meanings,
        "cause_forms": [(group, _cause_form(group, sent.get("cause"))) for group in groups],
        "action_form": action_form(groups, sent.get("action")),
        "force_forms": [(action, _force_form(action, sent)) for action in actions],
    }


def _cause_form(group: nonconformity.DefectGroup, sent: CauseForm | None) -> CauseForm:
    if sent is not None and sent.data.get("code") == group.code:
        return sent
    held = {"code": group.code, "cause": group.cause}
    if not group.unknown:
        held["cause_class"] = group.cause_class
    return CauseForm(initial=held, auto_id=f"id_{group.code}_%s")


def action_form(
    groups: tuple[nonconformity.DefectGroup, ...], sent: ActionForm | None = None
) -> ActionForm:
    form = sent or ActionForm(auto_id="id_action_%s")
    form.choose("against", nonconformity.answerable(groups))
    return form


def _force_form(action: nonconformity.ActionView, sent: dict[str, Any]) -> InForceForm | None:
    if action.effective_at is not None:
        return None
    form: InForceForm | None = sent.get(action.label)
    return form or InForceForm(auto_id=f"id_{action.label}_%s")


def _answer(found: Assessed) -> str:
    """Which shape and colour the answer has."""
    verdict = found.verdict
    if verdict.state is RunState.SIGNED_OFF:
        return "signed_off"
    if verdict.state is RunState.HELD:
        return "held"
    if verdict.verdict is RunVerdict.SIGN_OFF:
        return "sign_off"
    return "hold" if verdict.settled else "in_work"


def _figures(found: Assessed) -> list[tuple[str, str, str]]:
    """Up to four figures, each with its arms."""
    verdict, figures, money = found.verdict, found.verdict.figures, found.verdict.money
    if figures is None:
        return []
    rows = [
        (
            "Reject rate",
            words.rate(figures.rejects, figures.judged),
            f"95\u00a0% interval {words.interval(figures.lower, figures.upper)}",
        ),
        (
            f"Bad in the {figures.committed:,}",
            f"about {words.number(figures.expected)}",
            f"90\u00a0% prediction {figures.predicted_lower:,} to {figures.predicted_upper:,}",
        ),
    ]
    if verdict.settled and verdict.verdict is RunVerdict.HOLD and money and money.at_stake:
        rows.append(_saved(found))
    if figures.over_bar is not None:
        rows.append(
            ("Rate is over the bar", words.chance(figures.over_bar), "probability, Jeffreys prior")
        )
    passing = verdict.verdict is RunVerdict.SIGN_OFF
    if passing and figures.clean_90 is not None and figures.clean_95 is not None:
        rows.append(
            (
                "Clean units to be surer",
                f"{figures.clean_90:,} or {figures.clean_95:,}",
                "more without a reject, for 90\u00a0% or 95\u00a0% confidence",
            )
        )
    return rows[:4]


def _saved(found: Assessed) -> tuple[str, str, str]:
    money = found.verdict.money
    assert money is not None
    units_and_price = (
        f"{words.number(money.units)} × {words.amount(money.per_unit or 0, money.currency)}"
    )
    costs = ""
    if money.repeat_costs is not None:
        days = f" and {words.counted(money.delay_days, 'day')}" if money.delay_days else ""
        costs = f"; the repeat costs {words.amount(money.repeat_costs, money.currency)}{days}"
    return (
        "Cost avoided by holding",
        words.amount(money.at_stake or 0, money.currency),
        f"{units_and_price}{costs}",
    )


def _about(view: RunView, found: Assessed) -> dict[str, Any]:
    reading = found.evidence.reading
    return {
        "first": reading.first_unit_at,
        "last": reading.last_unit_at,
        "counting": len(reading.counted.sample) + len(reading.counted.beyond),
        "left_out": len(reading.counted.left_out),
        "build_time_code": BUILD_TIME_CODE,
    }
