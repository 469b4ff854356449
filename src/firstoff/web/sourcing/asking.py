"""What the pages that decide on supply share: how many, by when, for which run; the links among
them; where a thing is done."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.urls import reverse

from firstoff.formats.exports import CSV_TYPE, XLSX_TYPE, csv_stream, xlsx
from firstoff.queries.bom.listing import variant_names
from firstoff.queries.sourcing.asked import Asked
from firstoff.rules.access import may
from firstoff.rules.sourcing import words
from firstoff.rules.sourcing.standing import Colour
from firstoff.terms import RunKind
from firstoff.web.auth import Request
from firstoff.web.forms import DateInput, Form
from firstoff.web.sourcing.shared import text

AT = "p/<str:site>/<str:code>/"
KINDS = [(k.value, k.value.replace("_", "-")) for k in RunKind]
PLACES = (
    ("supply", "What stands between"),
    ("supply-buying", "Buying plan"),
    ("supply-cost", "Cost"),
    ("supply-compliance", "Compliance"),
    ("supply-material", "Material identity"),
)
# A line or a look at it: shape, colour, word.
LOOKS = {
    Colour.RED: ("not", "not", "Gap"),
    Colour.AMBER: ("risk", "risk", "At risk"),
    Colour.GREEN: ("met", "met", "Good"),
}


class AskForm(Form):
    """How many, by when: in the address, so that an answer can be handed on."""

    units = forms.IntegerField(label="Units", min_value=1, max_value=10**9, required=False)
    by = forms.DateField(label="Needed by", required=False, widget=DateInput())
    kind = forms.ChoiceField(label="As", choices=KINDS, required=False)
    variant = text("Variant", 40)


@dataclass(frozen=True, slots=True)
class Asking:
    """``given``: what the queries take; ``query``: the same as it stands in the address."""

    form: AskForm
    given: dict[str, Any]
    query: str

    @property
    def status(self) -> int:
        return 200 if self.form.is_valid() else 422


def asking(request: Request) -> Asking:
    asked = request.GET.copy()
    asked["kind"] = asked.get("kind") or RunKind.PRODUCTION.value
    form = AskForm(asked)
    if not form.is_valid():
        return Asking(form, {}, "")
    data = form.cleaned_data
    said = {name: request.GET.get(name, "").strip() for name in form.fields}
    given: dict[str, Any] = {
        "units": data["units"],
        "needed_by": data["by"],
        "kind": RunKind(data["kind"]),
        "variant": data["variant"],
    }
    return Asking(form, given, urlencode({k: v for k, v in said.items() if v}))


def context(request: Request, asked: Asked, ask: Asking, here: str, **more: Any) -> dict[str, Any]:
    """What every page of supply shows beside its own."""
    program, build = asked.program, asked.build
    shown = ask.form
    if ask.form.is_valid():
        now = {"units": build.units, "by": build.needed_by, "kind": build.kind.value}
        shown = AskForm(initial={**now, "variant": asked.variant})
    query = f"?{ask.query}" if ask.query else ""
    at = (program.site, program.code)
    return {
        "program": program,
        "asked": asked,
        "build": build,
        "ask": shown,
        "asked_query": query,
        "places": [(n, w, reverse(n, args=at) + query, n == here) for n, w in PLACES],
        "variants": variant_names(request.actor, asked.revision_id),
        "here": here,
        "may_edit": may(request.actor, "source.edit", program.site_id),
        **more,
    }


def amount(value: Any, unit: str = "") -> str:
    return words.quantity(value, unit)


def file(title: str, ending: str, header: Any, rows: Any) -> HttpResponseBase:
    """A table as it is handed out."""
    answer: HttpResponseBase
    if ending == "csv":
        answer = StreamingHttpResponse(csv_stream(header, rows), content_type=CSV_TYPE)
    else:
        answer = HttpResponse(xlsx(title, header, rows), content_type=XLSX_TYPE)
    safe = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "-" for c in title)
    answer["Content-Disposition"] = f'attachment; filename="{safe}.{ending}"'
    return answer
