"""The search field of every page: one answer opens, several are listed."""

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, path, reverse

from firstoff.queries import finding
from firstoff.queries.finding import Found
from firstoff.web.auth import Request, page

# kind -> the name of its page
_PAGES = {
    "unit": "unit",
    "run": "run",
    "program": "program",
    "part": "part",
    "document": "document",
    "lot": "lot",
    "package": "pack-package",
    "shipment": "pack-shipment",
    "person": "people-person",
}
_WORDS = {
    "unit": "Unit",
    "lot": "Lot",
    "run": "Run",
    "program": "Program",
    "part": "Part",
    "document": "Document",
    "equipment": "Equipment",
    "package": "Package",
    "shipment": "Shipment",
    "customer": "Customer",
    "person": "Person",
}


@page("see")
def find(request: Request) -> HttpResponse:
    text = request.GET.get("q", "").strip()[:200]
    found = finding.find(request.actor, text)
    exact = [f for f in found if f.exact and _address(f)]
    if len(exact) == 1:
        return redirect(_address(exact[0]))
    several = len(request.places) > 1
    rows = [(_WORDS[f.kind], f, _address(f), f.site if several else "") for f in found]
    context = {"q": text, "rows": rows, "several": several}
    return render(request, "finding/find.html", context)


def _address(found: Found) -> str:
    """Where it is shown; nothing for a kind that has no page here."""
    if found.kind == "equipment":
        query = urlencode({"site": found.site, "q": found.name})
        return f"{reverse('equipment')}?{query}"
    if found.kind == "customer":
        query = urlencode({"customer": found.name})
        return f"{reverse('pack-ship', args=found.keys[:1])}?{query}"
    try:
        return reverse(_PAGES[found.kind], args=found.keys)
    except NoReverseMatch:
        return ""


urlpatterns = [path("find/", find, name="find")]
