"""The board of programs, the road of one, and its gates."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.debug import sensitive_post_parameters

from firstoff.errors import NotFound
from firstoff.queries import release as reads
from firstoff.queries.execution import runs
from firstoff.queries.trace import containments
from firstoff.rules.access import may
from firstoff.rules.evidence import RunState
from firstoff.rules.release import STATEMENT, GateFinding, GateLook, decision_meaning
from firstoff.services import release
from firstoff.services.release import statement_meaning
from firstoff.terms import GateState, Verdict
from firstoff.web.auth import Request, page
from firstoff.web.evidence.forms import Once, Seen, password
from firstoff.web.forms import DateTimeInput
from firstoff.web.templatetags.firstoff import page_bounds

_FILTERS = (("", "All"), ("blocked", "Blocked"), ("mine", "Waiting for me"), ("late", "Late"))


class StatementForm(Once):
    criterion = forms.CharField(max_length=60, widget=forms.HiddenInput())
    holds = forms.ChoiceField(
        label="Does it hold?",
        choices=[("yes", "It holds"), ("no", "It does not hold")],
        initial="yes",
        widget=forms.RadioSelect(),
    )
    evidence = forms.CharField(
        label="Evidence",
        max_length=10_000,
        help_text="A record, a document, a name, a date.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    password = password()


class StatementsForm(Once):
    """Every open statement of a gate, each with its evidence, under one signature."""

    password = password()

    def __init__(self, findings: Sequence[GateFinding], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.findings = [found.finding for found in findings]
        self.said: list[release.StatementGiven] = []
        for finding in self.findings:
            key = finding.subject
            self.fields[f"holds_{key}"] = forms.ChoiceField(
                label=finding.title,
                choices=[("", "Not now"), ("yes", "It holds"), ("no", "It does not hold")],
                required=False,
                initial="",
                widget=forms.RadioSelect(),
            )
            self.fields[f"evidence_{key}"] = forms.CharField(
                label="Evidence",
                required=False,
                max_length=10_000,
                widget=forms.Textarea(attrs={"rows": 1}),
            )

    @property
    def rows(self) -> list[tuple[Any, Any]]:
        """For each statement what it says and its evidence, as fields."""
        keys = [finding.subject for finding in self.findings]
        return [(self[f"holds_{key}"], self[f"evidence_{key}"]) for key in keys]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = self.cleaned_data
        for finding in self.findings:
            holds = data.get(f"holds_{finding.subject}", "")
            proof = data.get(f"evidence_{finding.subject}", "")
            if holds and not proof:
                self.add_error(f"evidence_{finding.subject}", "Evidence is missing.")
            elif proof and not holds:
                self.add_error(f"holds_{finding.subject}", "Say whether it holds.")
            elif holds:
                given = release.StatementGiven(finding.key, holds=holds == "yes", evidence=proof)
                self.said.append(given)
        if not self.said and not self.errors:
            self.add_error(None, "Nothing is stated: say of one statement whether it holds.")
        return {"statements": self.said, **{k: data.get(k) for k in ("password", "uid")}}


class WaiverForm(Once):
    criterion = forms.CharField(max_length=60, widget=forms.HiddenInput())
    reason = forms.CharField(max_length=10_000, widget=forms.Textarea(attrs={"rows": 2}))
    expires_at = forms.DateTimeField(label="Until", widget=DateTimeInput())
    password = password()


class GateForm(Once):
    passed = forms.ChoiceField(label="Decision", widget=forms.RadioSelect())
    reason = forms.CharField(
        required=False,
        max_length=10_000,
        help_text="Needed to hold.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    password = password()
    seen = Seen()

    def offer(self, *, may_pass: bool) -> "GateForm":
        choices = [("hold", "Hold the gate")]
        if may_pass:
            choices.insert(0, ("pass", "Pass the gate"))
        self.choose("passed", choices)
        self.initial.setdefault("passed", choices[0][0])
        return self


# ---------- the board ----------


@page("see")
def board(request: Request) -> HttpResponse:
    """Every program the person sees: where it stands, and the one thing that blocks it."""
    search = request.GET.get("q", "").strip()
    offset, limit = page_bounds(request.GET)
    found, total = reads.board(
        request.actor, now=request.at, search=search, offset=offset, limit=limit
    )
    found = tuple(sorted(found, key=_urgency))
    kept = {key: [row for row in found if _kept(request, row, key)] for key, _ in _FILTERS}
    show = request.GET.get("show", "")
    contained, open_containments = containments.open_at(request.actor, limit=5)
    context = {
        "contained": contained,
        "contained_total": open_containments,
        "rows": [(row, _points(row), _stands(row.road)) for row in kept.get(show, found)],
        "total": total,
        "numbers": range(1, 10),
        "filters": [(key, words, len(kept[key])) for key, words in _FILTERS],
        "mine": kept["mine"],
        "search": search,
        "changes": reads.changes(request.actor, since=request.at - timedelta(days=1)),
        "may_add": may(request.actor, "program.edit", request.place.id),
    }
    return render(request, "release/board.html", context)


def _kept(request: Request, row: reads.Row, key: str) -> bool:
    site = row.road.program.site_id
    match key:
        case "blocked":
            return row.road.standing.stops > 0
        case "mine":
            return bool(row.waits_for) and may(request.actor, row.waits_for, site)
        case "late":
            return row.due_in_days is not None and row.due_in_days < 0
        case _:
            return True


def _points(row: reads.Row) -> list[dict[str, Any]]:
    """The road in nine points: how each looks, and what it says."""
    return [_point(look, row.road) for look in row.road.gates]


def _stands(road: reads.Road) -> str:
    """A key of STATES: how the gate in work stands, in one word."""
    look = road.gate(road.standing.gate)
    if reads.blocked(road)[1]:
        return "waiting"
    if not look.stops:
        return "complete"
    pilot = road.pilot
    held = pilot is not None and pilot.verdict.state is RunState.HELD
    if look.state is GateState.HELD or (held and look.spec.number == 7):
        return "held"
    return "not_met" if _here(look, road) == "hold" else "no_evidence"


# how the gate in work stands -> what its point on the road says
_HERE = {
    "held": "held",
    "not_met": "not met",
    "no_evidence": "no evidence",
    "waiting": "ready to sign",
    "complete": "ready to sign",
}
_WORST_FIRST = ("held", "not_met", "no_evidence", "waiting", "complete")


def _urgency(row: reads.Row) -> tuple[int, int, float]:
    """What is late comes first, what has no date last; of equally urgent programs the worst."""
    days = row.due_in_days
    when = 2 if days is None else int(days >= 0)
    return when, _WORST_FIRST.index(_stands(row.road)), 0 if days is None else days


def _point(look: GateLook, road: reads.Road) -> dict[str, Any]:
    here = look.spec.number == road.standing.gate and look.state is not GateState.PASSED
    words = {
        GateState.PASSED: "passed",
        GateState.HELD: "held",
        GateState.OPEN: "in work",
        GateState.NOT_REACHED: "not reached",
    }
    shape = "met" if look.state is GateState.PASSED else ""
    if here:
        shape = _here(look, road)
    said = _HERE[_stands(road)] if here else words[look.state]
    if look.differences:
        said = "would read differently today"
    return {
        "number": look.spec.number,
        "title": f"{look.spec.number} {look.spec.short}: {said}",
        "name": f"{look.spec.number} {look.spec.short}",
        "css": _css(look, here, shape),
        "shape": shape,
    }


def _here(look: GateLook, road: reads.Road) -> str:
    """The shape of the gate in work: a stop, nothing recorded yet, or ready to sign."""
    if reads.blocked(road)[1]:
        return "met"  # only a signature is missing
    verdicts = {found.verdict for found in look.stops}
    stopped = Verdict.NOT_MET in verdicts or look.state is GateState.HELD
    return "hold" if stopped else "none"


def _css(look: GateLook, here: bool, shape: str) -> str:
    if look.state is GateState.PASSED:
        return "done"
    if not here:
        return ""
    return {"hold": "here here-not", "none": "here here-none", "met": "here here-met"}[shape]


# ---------- a program and its gates ----------


@page("see")
def program(request: Request, site: str, code: str) -> HttpResponse:
    """The road of a program, opened at the gate in work."""
    road = reads.road(request.actor, site, code, now=request.at)
    return _gate_page(request, road, road.standing.gate, whole=True)


@page("see")
def gate(request: Request, site: str, code: str, number: int) -> HttpResponse:
    """One gate: its criteria, what was decided, what would read differently today."""
    road = reads.road(request.actor, site, code, now=request.at)
    _there(road, number)
    return _gate_page(request, road, number)


def _there(road: reads.Road, number: int) -> None:
    if not 1 <= number <= len(road.gates):
        raise NotFound(f"There is no gate {number}; there are 1 to {len(road.gates)}.")


@page(post="gate.state")
@sensitive_post_parameters()
def state(request: Request, site: str, code: str, number: int) -> HttpResponse:
    """State by signature what no record can decide."""
    return _signed(request, site, code, number, "state")


@page(post="gate.state")
@sensitive_post_parameters()
def state_all(request: Request, site: str, code: str, number: int) -> HttpResponse:
    """State all that no record can decide and nobody has stated yet, under one signature."""
    return _signed(request, site, code, number, "state-all")


@page(post="gate.waive")
@sensitive_post_parameters()
def waive(request: Request, site: str, code: str, number: int) -> HttpResponse:
    """Set one criterion aside, by signature."""
    return _signed(request, site, code, number, "waive")


@page(post="gate.decide")
@sensitive_post_parameters()
def decide(request: Request, site: str, code: str, number: int) -> HttpResponse:
    """Pass or hold a gate, by signature."""
    return _signed(request, site, code, number, "decide")


def _signed(request: Request, site: str, code: str, number: int, act: str) -> HttpResponse:
    road = reads.road(request.actor, site, code, now=request.at)
    _there(road, number)
    given: dict[str, Any] = {
        "program_id": road.program.id,
        "gate": number,
        "by": request.actor,
        "at": request.at,
    }
    key = request.POST.get("criterion", "")
    if act == "state":
        form: Any = StatementForm(request.POST, auto_id=f"id_{key}_%s")
        done = form.attempt(lambda data: release.state_criterion(**given, **_holds(data)))
    elif act == "state-all":
        form = StatementsForm(_unstated(road.gate(number)), request.POST, auto_id="id_all_%s")
        done = form.attempt(lambda data: release.state_gate(**given, **data))
    elif act == "waive":
        form = WaiverForm(request.POST, auto_id=f"id_w_{key}_%s")
        done = form.attempt(lambda data: release.waive_criterion(**given, **data))
    else:
        # Both are offered to the post: what may not pass, the service refuses with its rule.
        form = GateForm(request.POST).offer(may_pass=True)
        done = form.attempt(lambda data: release.decide_gate(**given, **_passed(data)))
    if done:
        messages.success(request, "Signed. It stands with the gate.")
        return redirect("program-gate", site, code, number)
    return _gate_page(request, road, number, act=act, key=key, form=form)


def _unstated(look: GateLook) -> list[GateFinding]:
    """What a person has to state and nobody has stated yet."""
    return [
        found
        for found in look.findings
        if found.finding.kind == STATEMENT and found.finding.verdict is Verdict.NO_EVIDENCE
    ]


def _holds(data: dict[str, Any]) -> dict[str, Any]:
    return {**data, "holds": data["holds"] == "yes"}


def _passed(data: dict[str, Any]) -> dict[str, Any]:
    return {**data, "passed": data["passed"] == "pass"}


def _gate_page(
    request: Request,
    road: reads.Road,
    number: int,
    *,
    whole: bool = False,
    act: str = "",
    key: str = "",
    form: Any = None,
) -> HttpResponse:
    look, view, actor = road.gate(number), road.program, request.actor
    may_state, may_waive = (may(actor, p, view.site_id) for p in ("gate.state", "gate.waive"))
    decision = form if act == "decide" else GateForm(initial={"seen": road.version})
    listed, _ = runs.runs(actor, program_id=view.id, limit=10)
    statements = form if act == "state-all" else None
    unstated = _unstated(look) if may_state else []
    if statements is None and len(unstated) > 1:
        statements = StatementsForm(unstated, auto_id="id_all_%s")
    context = {
        "program": view,
        "road": road,
        "version": road.version,
        "points": [_point(each, road) for each in road.gates],
        "look": look,
        "whole": whole,
        "findings": [
            _criterion(
                found,
                may_state and not (statements and found in unstated),
                may_waive,
                act if key == found.finding.key else "",
                form,
            )
            for found in _worst_first(look)
        ],
        "statements": statements,
        "others": [each for each in road.gates if each is not look],
        "runs": listed,
        "decision_form": decision.offer(may_pass=look.may_pass),
        "meanings": {
            word: decision_meaning(look.spec, view.code, passed=word == "pass")
            for word in ("pass", "hold")
        },
        "may_decide": may(actor, "gate.decide", view.site_id),
        "may_create": may(actor, "run.create", view.site_id),
        "here": road.standing.gate,
    }
    status = 200 if form is None else form.status
    return render(request, "release/program.html", context, status=status)


def _worst_first(look: GateLook) -> list[GateFinding]:
    order = {"not_met": 0, "no_evidence": 1, "waived": 2, "met": 3}
    return sorted(look.findings, key=lambda found: order[found.verdict.value])


def _criterion(
    found: GateFinding, may_state: bool, may_waive: bool, act: str, form: Any
) -> dict[str, Any]:
    """A criterion with the forms that may be filled in on it."""
    finding = found.finding
    statement = waiver = None
    if act == "state" or (finding.kind == "statement" and may_state):
        held = {"criterion": finding.key}
        statement = (
            form if act == "state" else StatementForm(initial=held, auto_id=f"id_{finding.key}_%s")
        )
    if act == "waive" or (found.waivable and may_waive and found.waiver is None):
        waiver = (
            form
            if act == "waive"
            else WaiverForm(initial={"criterion": finding.key}, auto_id=f"id_w_{finding.key}_%s")
        )
    return {
        "found": found,
        "finding": finding,
        "statement": statement,
        "waiver": waiver,
        "meaning": statement_meaning(finding.title, holds=True),
        "open": bool(act),
    }


_PROGRAM = "p/<str:site>/<str:code>/"
_GATE = _PROGRAM + "gates/<int:number>/"

urlpatterns = [
    path("", board, name="board"),
    path(f"{_GATE}state/", state, name="program-gate-state"),
    path(f"{_GATE}state-all/", state_all, name="program-gate-state-all"),
    path(f"{_GATE}waive/", waive, name="program-gate-waive"),
    path(f"{_GATE}decide/", decide, name="program-gate-decide"),
    path(_GATE, gate, name="program-gate"),
    path(_PROGRAM, program, name="program"),
]
