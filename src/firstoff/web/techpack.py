"""The technical package: could a stranger quote from this?"""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, path, reverse

from firstoff.queries import techpack as reads
from firstoff.queries.product import ProgramView
from firstoff.queries.product import program as program_named
from firstoff.rules.techpack import PackGap
from firstoff.web.auth import Request, page

# where a gap is mended -> name of the page, and a place on it
_PAGES = {
    "program": (("definition-about",), ""),
    "bom": (("bom",), ""),
    "drawing": (("definition",), "#documents"),
    "characteristics": (("definition",), "#characteristics"),
    "process": (("definition",), "#operations"),
    "tests": (("definition-procedures", "definition"), ""),
    "inspection": (("definition-inspections", "definition"), ""),
    "queries": (("queries", "definition"), ""),
}


@page("see")
def package(request: Request, site: str, code: str) -> HttpResponse:
    view = program_named(request.actor, site, code)
    found = reads.pack(request.actor, view.id)
    sections = [
        (section, [(gap, _place(view, gap)) for gap in section.gaps])
        for section in found.pack.sections
    ]
    context = {"program": view, "pack": found.pack, "sections": sections}
    return render(request, "techpack/package.html", context)


def _place(view: ProgramView, gap: PackGap) -> str:
    names, anchor = _PAGES[gap.page]
    for name in names:
        try:
            return reverse(name, args=(view.site, view.code)) + anchor
        except NoReverseMatch:
            continue
    return ""


urlpatterns = [path("p/<str:site>/<str:code>/package/", package, name="package")]
