"""Change orders: the list, a request, and one order on its way with its redline."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.debug import sensitive_post_parameters

from firstoff.queries import change as reads
from firstoff.queries.change import OrderView
from firstoff.queries.product import ProgramView
from firstoff.queries.product import program as program_named
from firstoff.queries.product import revisions as revisions_of
from firstoff.rules.access import may
from firstoff.rules.change import StockDisposition
from firstoff.services import access, change
from firstoff.terms import ChangeState, EffectivityKind
from firstoff.web.auth import Request, page
from firstoff.web.execution.shared import RecordForm, password
from firstoff.web.forms import Form
from firstoff.web.templatetags.firstoff import page_bounds

_LONGEST_REDLINE = 400  # differences on the page; the API has all
_SINCE = [
    (EffectivityKind.DATE.value, "A date: 2026-09-30"),
    (EffectivityKind.RUN.value, "A batch ID"),
    (EffectivityKind.SERIAL.value, "A serial number"),
]
_STOCK = [
    (StockDisposition.USE_UP.value, "Use it up"),
    (StockDisposition.REWORK.value, "Rework it"),
    (StockDisposition.SCRAP.value, "Scrap it"),
    (StockDisposition.RETURN.value, "Send it back"),
    (StockDisposition.SERVICE.value, "Keep it for service"),
]


class RequestForm(RecordForm):
    title = forms.CharField(max_length=200, help_text="In a few words: Slower seat")
    reason = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}))
    part = forms.CharField(max_length=120, help_text="Number of the part that changes")
    after = forms.CharField(
        label="Revision it makes", max_length=20, help_text="A draft will do; it has to be there."
    )
    before = forms.CharField(
        label="Revision it replaces",
        max_length=20,
        required=False,
        help_text="The newest released, unless said. A hyphen: the part is new.",
    )
    more = forms.CharField(
        label="Further items",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="One a line, as PART:REVISION.",
    )

    def items(self, data: dict[str, Any]) -> list[change.Changed]:
        first = change.Changed(data["part"].strip(), data["after"].strip(), data["before"].strip())
        lines = (line.strip() for line in data["more"].splitlines())
        rest = (line.rpartition(":") for line in lines if line)
        return [first, *(change.Changed(part.strip(), after.strip()) for part, _, after in rest)]


class AssessForm(Form):
    effectivity = forms.ChoiceField(label="Holds from", choices=_SINCE, widget=forms.RadioSelect)
    effective_from = forms.CharField(label="Which", max_length=120)
    text = forms.CharField(
        label="Remark", required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, parts: tuple[str, ...], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parts = parts
        for place, part in enumerate(parts):
            self.fields[f"stock{place}"] = forms.ChoiceField(
                label=f"Stock of {part}", choices=_STOCK
            )

    @property
    def stock(self) -> list[Any]:
        return [self[f"stock{place}"] for place in range(len(self.parts))]

    def dispositions(self, data: dict[str, Any]) -> dict[str, str]:
        return {part: data[f"stock{place}"] for place, part in enumerate(self.parts)}


class SignForm(Form):
    text = forms.CharField(
        label="Reason or remark", required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    password = password()


class ForceForm(Form):
    runs = forms.MultipleChoiceField(
        label="Running runs that it ends",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="They start no unit any more; the rest is made in a run on the new baseline.",
    )

    def __init__(self, batches: tuple[str, ...], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choose("runs", [(b, b) for b in batches])


class TextForm(Form):
    text = forms.CharField(label="Reason", widget=forms.Textarea(attrs={"rows": 2}))


@page("see")
def orders(request: Request, site: str, code: str) -> HttpResponse:
    view = program_named(request.actor, site, code)
    only_open = request.GET.get("state") == "open"
    offset, limit = page_bounds(request.GET)
    found = reads.orders(request.actor, view.id, only_open=only_open, offset=offset, limit=limit)
    everything = found if not only_open else reads.orders(request.actor, view.id, limit=1)
    context = {
        "program": view,
        "found": found,
        "filtered": only_open,
        "states": [("", "All", everything.total), ("open", "Open", found.open)],
        "may_ask": may(request.actor, "change.edit", view.site_id),
    }
    return render(request, "change/orders.html", context)


@page("change.edit", post="change.edit")
def ask(request: Request, site: str, code: str) -> HttpResponse:
    view = program_named(request.actor, site, code)
    drafts = [r for r in revisions_of(request.actor, view.id) if r.draft]
    first = {"part": view.part_number, "after": drafts[0].label if drafts else ""}
    form = RequestForm.of(request, initial=first)
    if form.attempt(
        lambda data: change.request(
            program_id=view.id,
            title=data["title"],
            reason=data["reason"],
            items=form.items(data),
            by=request.actor,
            at=request.at,
            uid=data["uid"],
        )
    ):
        messages.success(request, f"{form.result.label} is asked for.")
        return redirect("change", site, code, form.result.number)
    context = {"program": view, "form": form}
    return render(request, "change/new.html", context, status=form.status)


@page("see")
def order(request: Request, site: str, code: str, number: int) -> HttpResponse:
    return _page(request, program_named(request.actor, site, code), number)


@page(post="change.edit")
def assess(request: Request, site: str, code: str, number: int) -> HttpResponse:
    view = program_named(request.actor, site, code)
    parts = reads.order(request.actor, view.id, number).impact.stocked
    form = AssessForm(parts, request.POST)

    def verb(data: dict[str, Any]) -> object:
        given = {k: data[k] for k in ("effectivity", "effective_from", "text")}
        stock = form.dispositions(data)
        return change.assess(**_of(request, view, number), **given, dispositions=stock)

    return _done(request, view, number, "assess", form, verb, "It is assessed.")


@page(post="change.approve")
@sensitive_post_parameters()
def decide(request: Request, site: str, code: str, number: int) -> HttpResponse:
    """Approve or reject, by signature."""
    view = program_named(request.actor, site, code)
    form = SignForm(request.POST)
    rejects = request.POST.get("decision") == "reject"
    verb = change.reject if rejects else change.approve

    def signed(data: dict[str, Any]) -> object:
        confirmed = access.confirm(request.actor, data["password"], request.at)
        return verb(**_of(request, view, number), text=data["text"], confirmed=confirmed)

    told = "rejected" if rejects else "approved"
    return _done(request, view, number, "sign", form, signed, f"It is {told}.")


@page(post="change.edit")
def effect(request: Request, site: str, code: str, number: int) -> HttpResponse:
    view = program_named(request.actor, site, code)
    runs = _open_runs(reads.order(request.actor, view.id, number))
    form = ForceForm(runs, request.POST)
    return _done(
        request,
        view,
        number,
        "force",
        form,
        lambda data: change.put_in_force(**_of(request, view, number), runs=data["runs"]),
        "It is in force.",
    )


@page(post="change.edit")
def withdraw(request: Request, site: str, code: str, number: int) -> HttpResponse:
    view = program_named(request.actor, site, code)
    form = TextForm(request.POST)
    return _done(
        request,
        view,
        number,
        "withdraw",
        form,
        lambda data: change.withdraw(**_of(request, view, number), text=data["text"]),
        "It is withdrawn.",
    )


def _of(request: Request, view: ProgramView, number: int) -> dict[str, Any]:
    return {"program_id": view.id, "number": number, "by": request.actor, "at": request.at}


def _done(
    request: Request,
    view: ProgramView,
    number: int,
    name: str,
    form: Form,
    verb: Callable[[dict[str, Any]], object],
    told: str,
) -> HttpResponse:
    """Run the verb: a message and the page again, or the page with what was wrong."""
    if form.attempt(verb):
        messages.success(request, told)
        return redirect("change", view.site, view.code, number)
    return _page(request, view, number, **{name: form})


def _open_runs(found: OrderView) -> tuple[str, ...]:
    return tuple(r.batch_id for r in found.impact.open_runs)


def _page(request: Request, view: ProgramView, number: int, **posted: Form) -> HttpResponse:
    found = reads.order(request.actor, view.id, number)
    state = found.order.state
    edits = may(request.actor, "change.edit", view.site_id)
    shown: dict[str, Form] = {}
    if edits and state in (ChangeState.REQUESTED, ChangeState.ASSESSED):
        shown["assess"] = AssessForm(found.impact.stocked, initial=_assessed(found))
    if may(request.actor, "change.approve", view.site_id) and state in (
        ChangeState.REQUESTED,
        ChangeState.ASSESSED,
    ):
        shown["sign"] = SignForm()
    if edits and state is ChangeState.APPROVED:
        shown["force"] = ForceForm(_open_runs(found))
    if edits and found.order.open:
        shown["withdraw"] = TextForm(auto_id="id_w_%s")
    shown.update({name: form for name, form in posted.items() if name in shown})
    redline = found.redline or ()
    context = {
        "program": view,
        "view": found,
        "order": found.order,
        "redline": redline[:_LONGEST_REDLINE],
        "more": max(0, len(redline) - _LONGEST_REDLINE),
        "forms": shown,
        "may_approve": state is ChangeState.ASSESSED,
        "approval": change.change_meaning(found.order, approved=True),
        "rejection": change.change_meaning(found.order, approved=False),
    }
    status = max([200, *(form.status for form in posted.values())])
    return render(request, "change/order.html", context, status=status)


def _assessed(found: OrderView) -> dict[str, str]:
    order = found.order
    first = {
        f"stock{n}": order.dispositions.get(p, "") for n, p in enumerate(found.impact.stocked)
    }
    return {
        "effectivity": order.effectivity or EffectivityKind.DATE.value,
        "effective_from": order.effective_from,
        **first,
    }


_HERE = "p/<str:site>/<str:code>/changes/"
_ONE = f"{_HERE}<int:number>/"

urlpatterns = [
    path(_HERE, orders, name="changes"),
    path(f"{_HERE}new/", ask, name="change-new"),
    path(_ONE, order, name="change"),
    path(f"{_ONE}assess/", assess, name="change-assess"),
    path(f"{_ONE}decide/", decide, name="change-decide"),
    path(f"{_ONE}effect/", effect, name="change-effect"),
    path(f"{_ONE}withdraw/", withdraw, name="change-withdraw"),
]
