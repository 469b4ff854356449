"""What is decided and recorded on the run page."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters

from firstoff.queries import nonconformity as reads
from firstoff.queries.execution import runs
from firstoff.queries.execution.runs import RunView
from firstoff.queries.product import program as program_named
from firstoff.services import evidence, nonconformity
from firstoff.web.auth import Request, page
from firstoff.web.evidence.forms import ActionForm, CauseForm, DecisionForm, InForceForm
from firstoff.web.evidence.run import action_form, run_page
from firstoff.web.forms import Form

Verb = Callable[[dict[str, Any]], Any]


def _done(
    request: Request, view: RunView, name: str, form: Form, verb: Verb, said: str
) -> HttpResponse:
    """Run the verb: a message and the page again, or the page with what was wrong."""
    if form.attempt(verb):
        messages.success(request, said)
        return redirect("run", view.site, view.batch_id)
    return run_page(request, view, **{name: form})


@page(post="run.decide")
@sensitive_post_parameters()
def decide(request: Request, site: str, batch_id: str) -> HttpResponse:
    """Sign off or hold, by signature."""
    view = runs.run(request.actor, site, batch_id)
    # Both are offered to the post: what the bar refuses, the service refuses, with its rule.
    form = DecisionForm(request.POST).offer(may_sign_off=True)
    verb = {"sign_off": "signed off", "hold": "held"}.get(request.POST.get("decision", ""), "")
    return _done(
        request,
        view,
        "decision",
        form,
        lambda data: evidence.decide_run(run_id=view.id, **data, by=request.actor, at=request.at),
        f"{view.batch_id} is {verb}. The decision cannot be changed.",
    )


@page(post="cause.record")
def cause(request: Request, site: str, batch_id: str) -> HttpResponse:
    """Say why the defects of a code came to be."""
    view = runs.run(request.actor, site, batch_id)
    code = request.POST.get("code", "")
    form = CauseForm(request.POST, auto_id=f"id_{code}_%s")
    return _done(
        request,
        view,
        "cause",
        form,
        lambda data: nonconformity.record_cause(
            run_id=view.id, **data, by=request.actor, at=request.at
        ),
        f"The cause of {code} is recorded.",
    )


@page(post="action.edit")
def propose(request: Request, site: str, batch_id: str) -> HttpResponse:
    """Record what is to be changed against a defect of the batch."""
    view = runs.run(request.actor, site, batch_id)
    form = action_form(reads.defect_groups(view), ActionForm(request.POST, auto_id="id_action_%s"))
    return _done(
        request,
        view,
        "action",
        form,
        lambda data: nonconformity.propose_action(
            run_id=view.id, **data, by=request.actor, at=request.at
        ),
        "The action is proposed. The repeat waits until it is in force.",
    )


@page(post="action.edit")
def in_force(request: Request, site: str, batch_id: str, number: int) -> HttpResponse:
    """Record from when an action is in force."""
    view = runs.run(request.actor, site, batch_id)
    action = reads.action_numbered(request.actor, view.site_id, view.program_id, number)
    form = InForceForm(request.POST, auto_id=f"id_{action.label}_%s")
    return _done(
        request,
        view,
        action.label,
        form,
        lambda data: nonconformity.put_action_in_force(
            action_id=action.id, **data, by=request.actor, at=request.at
        ),
        f"{action.label} is in force.",
    )


@page("see")
def actions(request: Request, site: str, code: str) -> HttpResponse:
    """Every corrective action of a program, and since when each is in force."""
    found = program_named(request.actor, site, code)
    there = reads.actions(request.actor, found.site_id, found.id)
    return render(request, "evidence/actions.html", {"program": found, "actions": there})
