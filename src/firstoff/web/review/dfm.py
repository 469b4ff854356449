"""Reviews for manufacture: the checklist, its findings, and what becomes of each."""

from functools import partial
from typing import Any

import uuid6
from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.debug import sensitive_post_parameters

from firstoff.queries import review as reads
from firstoff.queries.product import ProgramView, characteristics, revisions
from firstoff.queries.product import program as program_named
from firstoff.queries.review import ReviewView
from firstoff.queries.review.papers import review_paper
from firstoff.rules.access import may
from firstoff.rules.review import CATEGORY_NAMES, CHECKLIST, FindingFacts
from firstoff.services import access, review
from firstoff.services.review import NewFinding
from firstoff.terms import DfmCategory, FindingSeverity, FindingState
from firstoff.web.auth import Request, page
from firstoff.web.evidence.forms import password
from firstoff.web.forms import DateInput, Form
from firstoff.web.grids import Grid, Row
from firstoff.web.review.shared import HERE, area, handed_out, of, short
from firstoff.web.templatetags.firstoff import page_bounds

_ANSWERS = [("good", "Good"), ("finding", "Finding"), ("not_applicable", "Does not apply")]
# state of a finding -> shape of it
LOOKS = {
    FindingState.OPEN: "not_met",
    FindingState.RESOLVED: "met",
    FindingState.ACCEPTED: "waived",
    FindingState.REJECTED: "superseded",
}


class FindingRow(Row):
    told = ("text", "proposal", "late_cost")

    point = forms.ChoiceField(label="Point", required=False)
    category = forms.ChoiceField(
        label="Category", choices=[(c.value, CATEGORY_NAMES[c]) for c in DfmCategory]
    )
    severity = forms.ChoiceField(
        choices=[(s.value, s.value) for s in FindingSeverity], initial="major"
    )
    text = forms.CharField(label="Finding", max_length=10_000, widget=area(2))
    proposal = forms.CharField(required=False, max_length=10_000, widget=area(2))
    late_cost = forms.CharField(
        label="Cost of a late change", required=False, max_length=10_000, widget=area(2)
    )
    owner = forms.CharField(required=False, max_length=150, widget=short(10, list="people"))
    due = forms.DateField(required=False, widget=DateInput())
    characteristic = forms.ChoiceField(label="Characteristic", required=False)

    def __init__(self, *args: Any, numbers: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        points = [("", "none"), *((p.key, p.question) for p in CHECKLIST)]
        for name, choices in (("point", points), ("characteristic", numbers)):
            self.choose(name, choices)


class ReviewForm(Form):
    """The head of a review and every point of the checklist."""

    title = forms.CharField(max_length=200, help_text="Before the tool is cut.")
    revision = forms.ChoiceField()
    held_on = forms.DateField(label="Held on", widget=DateInput())
    people = forms.CharField(required=False, max_length=2000, widget=area(1))
    uid = forms.UUIDField(required=False, widget=forms.HiddenInput())

    def __init__(self, labels: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("uid", uuid6.uuid7())
        self.choose("revision", labels)
        for point in CHECKLIST:
            self.fields[f"p_{point.key}"] = forms.ChoiceField(
                label=point.question, required=False, choices=_ANSWERS, widget=forms.RadioSelect()
            )

    @property
    def checklist(self) -> list[tuple[str, str, list[tuple[str, Any]]]]:
        """Category, its name, its points as key and field."""
        return [
            (
                category.value,
                CATEGORY_NAMES[category],
                [(p.key, self[f"p_{p.key}"]) for p in CHECKLIST if p.category is category],
            )
            for category in DfmCategory
            if any(p.category is category for p in CHECKLIST)
        ]

    def answers(self, values: dict[str, Any]) -> dict[str, str]:
        return {p.key: said for p in CHECKLIST if (said := values.get(f"p_{p.key}"))}


class AnswerForm(Form):
    state = forms.ChoiceField(label="What becomes of it", widget=forms.RadioSelect())
    text = forms.CharField(label="Why, or what was changed", max_length=10_000, widget=area(2))

    def offer(self, found: FindingFacts) -> "AnswerForm":
        choices = [("resolved", "Resolved: the definition was changed"),
                   ("rejected", "Rejected: it is none")]  # fmt: skip
        if not found.open:
            choices = [("open", "Open again")]
        self.choose("state", choices)
        self.initial.setdefault("state", choices[0][0])
        return self


class AcceptForm(Form):
    text = forms.CharField(label="Why it stays as it is", max_length=10_000, widget=area(2))
    password = password()


@page("see")
def findings(request: Request, site: str, code: str) -> HttpResponse:
    """Findings of a program, the worst first, and the reviews they came from."""
    program = program_named(request.actor, site, code)
    offset, limit = page_bounds(request.GET)
    show, category = request.GET.get("show", ""), request.GET.get("category", "")
    found = reads.findings(
        request.actor,
        program.id,
        category=category if category in set(DfmCategory) else "",
        only_open=show == "open",
        offset=offset,
        limit=limit,
    )
    held, total = reads.reviews(request.actor, program.id, limit=10)
    context = {
        "program": program,
        "found": found,
        "rows": [_looked(f, request) for f in found.items],
        "reviews": held,
        "reviews_total": total,
        "filters": [("", "All", None), ("open", "Open", found.open)],
        "categories": [
            ("", "Every category", None),
            *((c.value, CATEGORY_NAMES[c], many[1]) for c, many in found.categories.items()),
        ],
        "may_edit": may(request.actor, "definition.edit", program.site_id),
    }
    return render(request, "review/dfm.html", context)


@page("definition.edit", post="definition.edit")
def new(request: Request, site: str, code: str) -> HttpResponse:
    """Record a review: its head, the checklist, what was found."""
    program = program_named(request.actor, site, code)
    there = revisions(request.actor, program.id)
    labels = [(r.label, f"{r.label}, {r.status.value.replace('_', ' ')}") for r in there]
    post = request.POST if request.method == "POST" else None
    form = ReviewForm(labels, post, initial={"held_on": request.at.date()})
    kind = _row(request, program, there[0].label)
    grid = Grid(kind, "f", data=post, spare=2) if post is not None else Grid(kind, "f", spare=2)

    def save(sent: list[dict[str, Any]]) -> int:
        values = form.cleaned_data
        said = {n: values[n] for n in ("title", "revision", "held_on", "people", "uid")}
        return review.hold_review(
            **of(request, program.id),
            **said,
            checklist=form.answers(values),
            findings=[NewFinding(**one) for one in sent],
        )

    if post is not None:
        good = form.is_valid()
        if good and grid.attempt(save):
            messages.success(request, f"Review {grid.result} is recorded.")
            return redirect("dfm-review", site, code, grid.result)
        form.status = 422 if not good else form.status
    context = {"program": program, "form": form, "grid": grid, "people": _people(request, program)}
    return render(request, "review/dfm_new.html", context, status=max(form.status, grid.status))


@page("see", post="definition.edit")
def one_review(request: Request, site: str, code: str, number: int) -> HttpResponse:
    """A review as it was held; findings that came up later are added here."""
    program = program_named(request.actor, site, code)
    view = reads.review(request.actor, program.id, number)
    kind = _row(request, program, view.revision)
    post = request.POST if request.method == "POST" else None
    grid = Grid(kind, "f", data=post, spare=1) if post is not None else Grid(kind, "f", spare=1)
    if post is not None and grid.attempt(
        lambda sent: review.add_findings(
            **of(request, program.id), review=number, findings=[NewFinding(**f) for f in sent]
        )
    ):
        messages.success(request, "The findings are added.")
        return redirect("dfm-review", site, code, number)
    context = {
        "program": program,
        "view": view,
        "rows": [_looked(f, request) for f in view.findings],
        "checklist": _checklist(view),
        "grid": grid,
        "people": _people(request, program),
        "may_edit": may(request.actor, "definition.edit", program.site_id),
    }
    return render(request, "review/dfm_review.html", context, status=grid.status)


@page("see", post="definition.edit")
def finding(request: Request, site: str, code: str, number: int) -> HttpResponse:
    """One finding: resolve it, reject it, open it again."""
    program = program_named(request.actor, site, code)
    found = reads.finding(request.actor, program.id, number)
    form = AnswerForm.of(request).offer(found)
    if form.attempt(
        lambda values: review.answer_finding(
            **of(request, program.id),
            finding=number,
            state=FindingState(values["state"]),
            text=values["text"],
        )
    ):
        messages.success(request, f"{found.label} is {form.result.state.value}.")
        return redirect("dfm", site, code)
    return _finding_page(request, program, found, answer=form)


@page("see", post="finding.accept")
@sensitive_post_parameters()
def accept(request: Request, site: str, code: str, number: int) -> HttpResponse:
    """Accept a finding as it is, by signature (R-17)."""
    program = program_named(request.actor, site, code)
    if request.method != "POST":
        return redirect("dfm-finding", site, code, number)
    found = reads.finding(request.actor, program.id, number)
    form = AcceptForm(request.POST, auto_id="id_accept_%s")

    def sign(values: dict[str, Any]) -> FindingFacts:
        by = of(request, program.id)
        confirmed = access.confirm(by["by"], values["password"], by["at"])
        return review.answer_finding(
            **by,
            finding=number,
            state=FindingState.ACCEPTED,
            text=values["text"],
            confirmed=confirmed,
        )

    if form.attempt(sign):
        messages.success(request, f"{found.label} is accepted as it is, signed.")
        return redirect("dfm", site, code)
    return _finding_page(request, program, found, accepting=form)


@page("see")
def report(request: Request, site: str, code: str, number: int) -> HttpResponse:
    program = program_named(request.actor, site, code)
    made = review_paper(program, reads.review(request.actor, program.id, number), at=request.at)
    return handed_out(made.name, "pdf", made.pdf)


def _finding_page(
    request: Request,
    program: ProgramView,
    found: FindingFacts,
    *,
    answer: AnswerForm | None = None,
    accepting: AcceptForm | None = None,
) -> HttpResponse:
    site = program.site_id
    context = {
        "program": program,
        "row": _looked(found, request),
        "form": answer or AnswerForm().offer(found),
        "accepting": accepting or AcceptForm(auto_id="id_accept_%s"),
        "meaning": f"accepts {found.label} as it is",
        "may_edit": may(request.actor, "definition.edit", site),
        "may_accept": may(request.actor, "finding.accept", site) and found.open,
    }
    status = max((f.status for f in (answer, accepting) if f is not None), default=200)
    return render(request, "review/finding.html", context, status=status)


def _looked(found: FindingFacts, request: Request) -> dict[str, Any]:
    today = request.at.date()
    return {
        "is": found,
        "look": LOOKS[found.state],
        "word": found.state.value.capitalize(),
        "category": CATEGORY_NAMES[found.category],
        "late": found.open and found.due is not None and found.due < today,
    }


def _checklist(view: ReviewView) -> list[tuple[str, list[tuple[str, str]]]]:
    """The categories that were gone through, their points and answers."""
    words = dict(_ANSWERS)
    gone = {key.partition(".")[0] for key in view.checklist}
    return [
        (
            CATEGORY_NAMES[category],
            [
                (p.question, words.get(view.checklist.get(p.key, ""), ""))
                for p in CHECKLIST
                if p.category is category
            ],
        )
        for category in DfmCategory
        if category.value in gone
    ]


def _row(request: Request, program: ProgramView, revision: str) -> Any:
    there = characteristics(request.actor, program.id, revision)
    return partial(FindingRow, numbers=[("", "none"), *((c.number, c.label) for c in there)])


def _people(request: Request, program: ProgramView) -> list[tuple[str, str]]:
    from firstoff.queries.access import people

    found, _ = people(request.actor, program.site_id, limit=200)
    return [(p.username, p.name) for p in found]


_ALL = f"{HERE}dfm/"

urlpatterns = [
    path(_ALL, findings, name="dfm"),
    path(f"{_ALL}new/", new, name="dfm-new"),
    path(f"{_ALL}reviews/<int:number>/", one_review, name="dfm-review"),
    path(f"{_ALL}reviews/<int:number>/report.pdf", report, name="dfm-report"),
    path(f"{_ALL}findings/<int:number>/", finding, name="dfm-finding"),
    path(f"{_ALL}findings/<int:number>/accept/", accept, name="dfm-accept"),
]
