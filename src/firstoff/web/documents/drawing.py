"""A drawing with its balloons: placed by hand or by keys, saved at once, printed."""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse

from firstoff.errors import FirstoffError, InvalidInput
from firstoff.queries import documents as reads
from firstoff.queries.documents import DrawingView, papers
from firstoff.queries.product import program as program_named
from firstoff.rules.access import may
from firstoff.rules.documents import BalloonFacts
from firstoff.rules.product import state_of
from firstoff.services import documents
from firstoff.web.auth import Request, page
from firstoff.web.forms import Form

_PLACES = ("x", "y", "to_x", "to_y")
_WIDTH = 2000  # pixels of a page as it is shown first


@page("see", post="definition.edit")
def drawing(request: Request, site: str, code: str, document: str, version: str) -> HttpResponse:
    view = _view(request, site, code, document, version)
    if request.method != "POST":
        return _page(request, view)
    form = Form(request.POST)

    def save(_: Any) -> Any:
        return documents.set_balloons(
            **_of(request, view),
            balloons=_sent(request.POST),
            seen=request.POST.get("seen", ""),
        )

    if form.attempt(save):
        many = len(form.result)
        word = "balloon is" if many == 1 else "balloons are"
        messages.success(request, f"{many} {word} saved.")
        return redirect(_address(view, request.POST.get("page", "")))
    return _page(request, view, form)


@page("see", post="definition.edit")
def carry(request: Request, site: str, code: str, document: str, version: str) -> HttpResponse:
    """The balloons of another version, onto this one."""
    view = _view(request, site, code, document, version)
    if request.method == "POST":
        form = Form(request.POST)
        label = request.POST.get("from", "")
        if not form.attempt(
            lambda _: documents.carry_balloons(**_of(request, view), from_label=label)
        ):
            return _page(request, view, form)
        messages.success(request, "They are carried over. Look at where each stands now.")
    return redirect(_address(view))


@page("see")
def ballooned(request: Request, site: str, code: str, document: str, version: str) -> HttpResponse:
    """The drawing with its balloons and the table of characteristics, on paper."""
    view = _view(request, site, code, document, version)
    paper = papers.ballooned_drawing(request.actor, view, at=request.at)
    answer = HttpResponse(paper.pdf, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{paper.name}.pdf"'
    return answer


def _page(request: Request, view: DrawingView, form: Form | None = None) -> HttpResponse:
    """The page of the drawing that is asked for; with what was sent where it is refused."""
    site_id = view.program.site_id
    edits = may(request.actor, "definition.edit", site_id) and view.revision.draft
    placed: Mapping[str, BalloonFacts | Mapping[str, str]] = {
        b.characteristic: b for b in view.balloons
    }
    rows: list[dict[str, Any]] = [
        {
            "index": index,
            "c": c,
            "balloon": _shown(request.POST, index) if form else _percent(placed.get(c.number)),
            "elsewhere": c.number in view.elsewhere,
        }
        for index, c in enumerate(view.characteristics)
    ]
    pages = view.version.shown
    number = _number(request.GET.get("page", "1"), pages)
    context = {
        "program": view.program,
        "view": view,
        "rows": rows,
        "form": form,
        "edits": edits and pages > 0,
        "seen": state_of(view.balloons),
        "number": number,
        "before": number - 1 if number > 1 else None,
        "after": number + 1 if number < pages else None,
        "query": urlencode({"revision": view.revision.label}),
        "here": [r for r in rows if r["balloon"]["page"] == str(number)],
        "placed": sum(1 for r in rows if r["balloon"]["page"]),
        "carriable": [o for o in view.others if o.balloons] if not view.balloons else [],
        **_drawn(view, number),
    }
    status = 200 if form is None else form.status
    return render(request, "documents/drawing.html", context, status=status)


def _drawn(view: DrawingView, number: int) -> dict[str, Any]:
    try:
        drawn = reads.drawn(view.version, number, _WIDTH)
    except FirstoffError as error:
        return {"problem": error}
    names = (view.document.site, view.document.number, view.version.label)
    pages = [reverse("document-page", args=[*names, n]) for n in range(1, view.version.shown + 1)]
    here = pages[number - 1]
    return {
        "drawn": drawn,
        "pages": pages,
        "source": here,
        "ratio": f"{drawn.width} / {drawn.height}",
    }


def _sent(posted: Mapping[str, str]) -> Sequence[BalloonFacts]:
    """Places in percent of the page, as the fields have them; an empty page is no balloon."""
    found = []
    index = 0
    while (number := posted.get(f"n-{index}")) is not None:
        text = posted.get(f"page-{index}", "").strip()
        if text:
            if not text.isdecimal() or len(text) > 5:
                raise InvalidInput(f"Balloon {number} is on page {text!r}; expected a number.")
            place = {name: _part(posted, name, index, number) for name in _PLACES}
            found.append(BalloonFacts(number, int(text), **place))
        index += 1
    return found


def _part(posted: Mapping[str, str], name: str, index: int, number: str) -> Decimal:
    text = posted.get(f"{name}-{index}", "").strip()
    if not text and name.startswith("to_"):  # no line: it points at itself
        return _part(posted, name.removeprefix("to_"), index, number)
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or not 0 <= value <= 100:
        raise InvalidInput(
            f"Balloon {number}: {name.replace('_', ' ')} is {text!r}; expected percent of the "
            "page, 0 to 100."
        )
    return value / 100


def _shown(posted: Mapping[str, str], index: int) -> dict[str, str]:
    return {name: posted.get(f"{name}-{index}", "") for name in ("page", *_PLACES)}


def _percent(found: Any) -> dict[str, str]:
    if found is None:
        return dict.fromkeys(("page", *_PLACES), "")
    places = {name: f"{getattr(found, name) * 100:.4f}" for name in _PLACES}
    return {"page": str(found.page), **places}


def _number(text: str, pages: int) -> int:
    number = int(text) if text.isdecimal() and len(text) < 5 else 1
    return min(max(number, 1), max(pages, 1))


def _view(request: Request, site: str, code: str, document: str, version: str) -> DrawingView:
    program = program_named(request.actor, site, code)
    return reads.drawing(
        request.actor,
        program.id,
        revision=request.GET.get("revision", ""),
        number=document,
        label=version,
    )


def _of(request: Request, view: DrawingView) -> dict[str, Any]:
    return {
        "program_id": view.program.id,
        "revision": view.revision.label,
        "version_id": view.version.id,
        "by": request.actor,
        "at": request.at,
    }


def _address(view: DrawingView, number: str = "") -> str:
    names = [view.program.site, view.program.code, view.document.number, view.version.label]
    query = {"revision": view.revision.label}
    if number.isdecimal() and number != "1":
        query["page"] = number
    return f"{reverse('drawing', args=names)}?{urlencode(query)}"


_ONE = "p/<str:site>/<str:code>/drawing/<str:document>/<str:version>/"

urlpatterns = [
    path(_ONE, drawing, name="drawing"),
    path(f"{_ONE}carry/", carry, name="drawing-carry"),
    path(f"{_ONE}ballooned.pdf", ballooned, name="drawing-paper"),
]
