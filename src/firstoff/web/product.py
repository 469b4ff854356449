"""Programs: the list, a new one, what one says about itself."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path

from firstoff.queries import access
from firstoff.queries import product as reads
from firstoff.rules.access import may, may_anywhere
from firstoff.services import product
from firstoff.web.auth import Request, page
from firstoff.web.forms import DateInput, Form
from firstoff.web.templatetags.firstoff import page_bounds

_MANY_PEOPLE = 5000
_CURRENCIES = ("USD", "EUR", "GBP", "CNY", "JPY", "INR", "CHF", "SEK", "CAD", "AUD")


class AboutForm(Form):
    name = forms.CharField(
        label="Product", max_length=200, help_text="What you build, as people call it."
    )
    first_quantity = forms.IntegerField(
        label="Units owed first",
        required=False,
        min_value=1,
        help_text="The order that a signed-off pilot releases.",
    )
    due = forms.DateField(label="By when", required=False, widget=DateInput())
    currency = forms.CharField(
        max_length=3,
        help_text="For what a hold saves and a release risks.",
        widget=forms.TextInput(attrs={"list": "currencies", "size": 4, "autocomplete": "off"}),
    )
    description = forms.CharField(
        label="Anything a newcomer should know",
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ProgramForm(AboutForm):
    field_order = ("name", "code", "part_number", "revision")
    code = forms.CharField(
        label="Short code",
        max_length=40,
        help_text="It begins every batch ID: CC-1 makes CC1-P1. It stays.",
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "autocomplete": "off"}),
    )
    part_number = forms.CharField(
        label="Part number",
        required=False,
        max_length=120,
        help_text="As on the drawing; the code, unless you say.",
    )
    revision = forms.CharField(max_length=20, help_text="The one you work on, as on the drawing")


class OwnedForm(AboutForm):
    field_order = ("name", "owner")
    owner = forms.ChoiceField(help_text="Who is asked when something is unclear.")


@page("see")
def programs(request: Request) -> HttpResponse:
    """Every program the person sees, of all their sites."""
    search = request.GET.get("q", "").strip()
    offset, limit = page_bounds(request.GET)
    found, total = reads.programs(request.actor, search=search, offset=offset, limit=limit)
    context = {
        "programs": found,
        "total": total,
        "search": search,
        "several": len(request.places) > 1,
        "may_add": may_anywhere(request.actor, "program.edit"),
    }
    return render(request, "product/programs.html", context)


@page("program.edit", post="program.edit")
def program_add(request: Request) -> HttpResponse:
    """The first minutes of a product."""
    form: ProgramForm = ProgramForm.of(request, initial=_first(request))
    place, by, at = request.place, request.actor, request.at
    if form.attempt(lambda data: product.create_program(site_id=place.id, **data, by=by, at=at)):
        messages.success(request, f"{form.result.name} is on the road. Next: what is built.")
        return redirect("definition", place.code, form.result.code)
    context = {
        "form": form,
        "currencies": _CURRENCIES,
        "elsewhere": [p for p in request.places if p != place and may(by, "program.edit", p.id)],
    }
    return render(request, "product/program_add.html", context, status=form.status)


def _first(request: Request) -> dict[str, Any]:
    """What a new program is offered: the currency that the site uses already."""
    others, _ = reads.programs(request.actor, site_id=request.place.id, limit=1)
    return {"revision": "A", "currency": others[0].currency if others else "USD"}


@page("see", post="program.edit")
def about(request: Request, site: str, code: str) -> HttpResponse:
    """What a program says about itself; its code and its part stay."""
    program = reads.program(request.actor, site, code)
    form: OwnedForm = OwnedForm.of(request, initial=_said(program))
    people, _ = access.people(request.actor, request.place.id, limit=_MANY_PEOPLE)
    form.choose("owner", [(p.username, p.name) for p in people if p.active and p.roles])
    by, at = request.actor, request.at
    if form.attempt(
        lambda data: product.update_program(program_id=program.id, **data, by=by, at=at)
    ):
        messages.success(request, "The change is recorded.")
        return redirect("definition", site, code)
    context = {
        "program": program,
        "form": form,
        "currencies": _CURRENCIES,
        "may_edit": may(by, "program.edit", program.site_id),
    }
    return render(request, "product/about.html", context, status=form.status)


def _said(program: reads.ProgramView) -> dict[str, Any]:
    return {
        "name": program.name,
        "owner": program.owner_username,
        "first_quantity": program.first_quantity,
        "due": program.due,
        "currency": program.currency,
        "description": program.description,
    }


urlpatterns = [
    path("programs/", programs, name="programs"),
    path("programs/add/", program_add, name="programs-add"),
    path("p/<str:site>/<str:code>/about/", about, name="definition-about"),
]
