"""Clarification queries: logged in two fields, the open ones first, closed by what says it now."""

from typing import Any

import uuid6
from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path

from firstoff.errors import NotFound
from firstoff.queries import review as reads
from firstoff.queries.product import program as program_named
from firstoff.queries.review.closing import closers, subject_of, subjects
from firstoff.queries.review.papers import query_log_csv, query_log_paper
from firstoff.rules.access import may
from firstoff.services import review
from firstoff.web.auth import Request, page
from firstoff.web.forms import Form
from firstoff.web.review.shared import HERE, area, handed_out, of
from firstoff.web.templatetags.firstoff import page_bounds


class AskForm(Form):
    question = forms.CharField(
        label="What is asked", max_length=10_000, widget=area(2, autocomplete="off")
    )
    about = forms.CharField(
        label="What should have said it",
        max_length=300,
        help_text="A document's number, a revision, or words.",
        widget=forms.TextInput(attrs={"list": "subjects", "autocomplete": "off"}),
    )
    asked_by = forms.CharField(label="Asked by", required=False, max_length=200)
    uid = forms.UUIDField(required=False, widget=forms.HiddenInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("uid", uuid6.uuid7())


class AnswerForm(Form):
    text = forms.CharField(label="The answer", required=False, max_length=10_000, widget=area(3))
    says = forms.ChoiceField(label="What says it now", required=False)

    def offer(self, choices: list[tuple[str, str]]) -> "AnswerForm":
        self.choose("says", [("", "nothing yet: it stays open"), *choices])
        return self


@page("see", post="query.log")
def queries(request: Request, site: str, code: str) -> HttpResponse:
    program = program_named(request.actor, site, code)
    form: AskForm = AskForm.of(request)

    def log(values: dict[str, Any]) -> Any:
        about: dict[str, Any] = subject_of(request.actor, program.id, values.pop("about"))
        values["asked_by"] = values["asked_by"] or request.actor.name
        return review.ask(**of(request, program.id), **values, **about)

    if form.attempt(log):
        messages.success(request, f"{form.result.label} is logged. It waits for an answer.")
        return redirect("queries", site, code)
    only_open = request.GET.get("show") == "open"
    offset, limit = page_bounds(request.GET)
    found = reads.queries(
        request.actor, program.id, only_open=only_open, offset=offset, limit=limit
    )
    context = {
        "program": program,
        "found": found,
        "form": form,
        "subjects": subjects(request.actor, program.id),
        "filters": [("", "All", None), ("open", "Open", found.open)],
        "may_log": may(request.actor, "query.log", program.site_id),
    }
    return render(request, "review/queries.html", context, status=form.status)


@page("see", post="definition.edit")
def query(request: Request, site: str, code: str, number: int) -> HttpResponse:
    """One query, and its answer. It is closed by naming the later version that says it."""
    program = program_named(request.actor, site, code)
    found = reads.query(request.actor, program.id, number)
    later = closers(request.actor, program.id, number) if found.open else ()
    form = AnswerForm.of(request).offer([(c.key, c.label) for c in later])

    def answer(values: dict[str, Any]) -> Any:
        document, version, revision = (values["says"] or "||").split("|")
        said: dict[str, Any] = {"version": version, "revision": revision, "document": document}
        return review.answer_query(
            **of(request, program.id), query=number, text=values["text"], **said
        )

    if form.attempt(answer):
        closed = form.result.closed_by
        messages.success(
            request,
            f"{found.label} is closed by {closed}." if closed else
            f"{found.label} is answered and stays open until a document says it.",
        )  # fmt: skip
        return redirect("queries", site, code)
    context = {
        "program": program,
        "query": found,
        "form": form,
        "later": later,
        "may_edit": may(request.actor, "definition.edit", program.site_id),
    }
    return render(request, "review/query.html", context, status=form.status)


@page("see")
def log(request: Request, site: str, code: str, ending: str) -> HttpResponse:
    program = program_named(request.actor, site, code)
    rows = reads.queries_of(program.id)
    if ending == "csv":
        return handed_out(f"queries-{code}", "csv", b"".join(query_log_csv(rows)))
    if ending == "pdf":
        return handed_out(
            f"queries-{code}", "pdf", query_log_paper(program, rows, at=request.at).pdf
        )
    raise NotFound(f"There is no log as {ending[:10]!r}; pdf and csv are there.")


urlpatterns = [
    path(f"{HERE}queries/", queries, name="queries"),
    path(f"{HERE}queries/log.<str:ending>", log, name="query-log"),
    path(f"{HERE}queries/<int:number>/", query, name="query"),
]
