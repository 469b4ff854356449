"""Parts of a site: the list, a new one, what one says about itself."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path

from firstoff.queries import product as reads
from firstoff.queries.bom.listing import LIFECYCLES, SUPPLIED, part_list
from firstoff.rules.access import may
from firstoff.rules.product import PartFacts
from firstoff.services import product
from firstoff.terms import Procurement
from firstoff.web.auth import Request, page
from firstoff.web.bom.shared import PART, here, program_of
from firstoff.web.forms import Form
from firstoff.web.templatetags.firstoff import page_bounds

MADE = (
    (Procurement.BUY.value, "bought"),
    (Procurement.MAKE.value, "made here"),
    (Procurement.PHANTOM.value, "phantom: its lines count as the parent's"),
)
_WORDS = {
    "in_review": "in review",
    "supply-nrnd": "bought, not for new designs",
    "supply-last_time_buy": "bought, last-time buy",
    "supply-obsolete": "bought, obsolete",
    "supply-unknown": "bought, lifecycle not known",
}


class PartForm(Form):
    number = forms.CharField(
        label="Part number",
        max_length=120,
        help_text="As on the drawing or in your lists. It stays: records name it.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    name = forms.CharField(max_length=300)
    procurement = forms.ChoiceField(label="Where it comes from", choices=MADE)
    unit = forms.CharField(
        max_length=20, required=False, help_text="m, kg; pieces where nothing is said"
    )
    value = forms.CharField(max_length=120, required=False, help_text="10 k, 100 nF")
    package = forms.CharField(
        label="Package or size", max_length=200, required=False, help_text="0603, M3x8"
    )
    category = forms.CharField(
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"list": "categories", "autocomplete": "off"}),
    )
    description = forms.CharField(
        required=False, max_length=10_000, widget=forms.Textarea(attrs={"rows": 3})
    )
    scheme = forms.ChoiceField(
        label="How its revisions are labelled",
        required=False,
        help_text="Numbers before the "
        "first release and letters after it, unless your site says otherwise.",
    )

    def __init__(self, *args: Any, schemes: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choose("scheme", schemes)


@page("see")
def parts(request: Request) -> HttpResponse:
    """Every part of a site; a page of them."""
    asked = {
        name: request.GET.get(name, "").strip()[:200]
        for name in ("procurement", "lifecycle", "category", "retired")
    }
    search = request.GET.get("q", "").strip()[:200]
    offset, limit = page_bounds(request.GET)
    place = request.place
    found = part_list(request.actor, place.id, search=search, offset=offset, limit=limit, **asked)
    context = {
        "found": found,
        "asked": asked,
        "search": search,
        "kinds": _kinds(found.by_procurement),
        "lifecycles": [(word, _WORDS.get(word, word)) for word in _lifecycles()],
        "filtered": bool(search or any(asked.values())),
        "may_edit": may(request.actor, "definition.edit", place.id),
        "may_start": may(request.actor, "program.edit", place.id),
        "several": [p for p in request.places if p != place],
    }
    return render(request, "bom/parts.html", context)


def _kinds(counts: dict[str, int]) -> list[tuple[str, str, int | None]]:
    """The links over the list: all, and those of a kind that there are."""
    words = {"make": "Made here", "buy": "Bought", "phantom": "Phantom"}
    kinds: list[tuple[str, str, int | None]] = [("", "All", sum(counts.values()))]
    return kinds + [(kind, words[kind], counts[kind]) for kind in words if counts.get(kind)]


def _lifecycles() -> tuple[str, ...]:
    return (*LIFECYCLES, *(f"supply-{word}" for word in SUPPLIED))


@page("definition.edit", post="definition.edit")
def part_add(request: Request) -> HttpResponse:
    place = request.place
    form: PartForm = PartForm.of(
        request, schemes=_schemes(request), initial={"number": request.GET.get("number", "")[:120]}
    )
    if form.attempt(
        lambda data: product.create_part(site_id=place.id, part=_facts(data), **here(request))
    ):
        made = form.result
        messages.success(request, f"Part {made.number} is there.")
        if "another" in request.POST:
            return redirect("part-add")
        return redirect("part", place.code, made.number)
    return _form(request, form, None)


@page("definition.edit", post="definition.edit")
def part_edit(request: Request, site: str, part: str) -> HttpResponse:
    one = reads.part(request.actor, site, part)
    initial = {name: getattr(one, name) for name in PartForm.base_fields}
    form: PartForm = PartForm.of(request, schemes=_schemes(request), initial=initial)
    # The number stays: records name it.
    form.fields["number"].disabled = True
    if form.attempt(
        lambda data: product.update_part(
            part_id=one.id, part=_facts({**data, "attributes": one.attributes}), **here(request)
        )
    ):
        messages.success(request, "The change is recorded.")
        return redirect("part", site, one.number)
    return _form(request, form, one)


def _form(request: Request, form: PartForm, one: reads.PartView | None) -> HttpResponse:
    context = {
        "form": form,
        "part": one,
        "program": program_of(request, one) if one else None,
        "categories": part_list(request.actor, request.place.id, limit=0).categories,
    }
    return render(request, "bom/part_form.html", context, status=form.status)


def _facts(data: dict[str, Any]) -> PartFacts:
    return PartFacts(**{**data, "procurement": Procurement(data["procurement"])})


def _schemes(request: Request) -> list[tuple[str, str]]:
    """The site's own way, or one that it has beside."""
    there = reads.schemes(request.actor, request.place.id)
    usual = next(view.scheme.name for view in there if view.default)
    others = [(v.scheme.key, v.scheme.name) for v in there if v.scheme.key]
    return [("", f"as usual here: {usual}"), *others]


urlpatterns = [
    path("parts/", parts, name="parts"),
    path("parts/add/", part_add, name="part-add"),
    path(f"{PART}edit/", part_edit, name="part-edit"),
]
