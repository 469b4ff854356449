"""Units: the table of a run and its files."""

from django.http import HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import path

from firstoff.errors import NotFound
from firstoff.formats.exports import CSV_TYPE, XLSX_TYPE, csv_stream, xlsx
from firstoff.queries import ledger
from firstoff.queries.execution import units as reads
from firstoff.rules.access import may
from firstoff.web.auth import Request, page
from firstoff.web.execution.shared import about, found
from firstoff.web.templatetags.firstoff import page_bounds

_SORTS = (("order", "Order"), ("serial", "Serial"), ("time", "Build time"), ("result", "Result"))


def _asked(request: Request) -> dict[str, str]:
    """What the address asks for; anything it cannot mean is left out."""
    show, sort = request.GET.get("show", ""), request.GET.get("sort", "order")
    return {
        "show": show if show in reads.FILTERS else "",
        "search": request.GET.get("q", "").strip()[:200],
        "sort": sort if sort in reads.SORTS else "order",
    }


@page("see")
def run_units(request: Request, site: str, batch_id: str) -> HttpResponse:
    run = found(request, site, batch_id)
    asked = _asked(request)
    offset, limit = page_bounds(request.GET)
    shown = reads.units(run, **asked, offset=offset, limit=limit)
    if offset and not shown.items and shown.total:  # a page beyond the last shows the last
        last = (shown.total - 1) // limit * limit
        shown = reads.units(run, **asked, offset=last, limit=limit)
    counts = shown.counts
    context = about(
        run,
        units=shown,
        q=asked["search"],
        shows=[
            ("", "All", counts[""]),
            ("rejects", "Rejects", counts["rejects"]),
            ("not-counting", "Not counting", counts["not-counting"]),
            ("pending", "Not judged yet", counts["pending"]),
        ],
        sorts=[(name, word, _turned(request, name, asked["sort"])) for name, word in _SORTS],
        sort=asked["sort"],
        query=request.GET.urlencode(),
        may_record=may(request.actor, "unit.record", request.place.id),
    )
    return render(request, "execution/units.html", context)


@page("see")
def run_version(request: Request, site: str, batch_id: str) -> JsonResponse:
    """What a page asks to find out whether it grew old."""
    run = found(request, site, batch_id)
    return JsonResponse({"version": ledger.version(run.program_id)})


def _turned(request: Request, name: str, sort: str) -> str:
    """The address that sorts by this column, the other way where it is sorted by it already."""
    query = request.GET.copy()
    query.pop("page", None)
    query["sort"] = f"-{name}" if sort == name else name
    return f"?{query.urlencode()}"


@page("see")
def run_units_file(request: Request, site: str, batch_id: str, ending: str) -> HttpResponseBase:
    """Exactly what the table shows, all pages of it."""
    run = found(request, site, batch_id)
    rows = reads.export(run, **_asked(request))
    answer: HttpResponseBase
    if ending == "csv":
        answer = StreamingHttpResponse(
            csv_stream(reads.EXPORT_HEADER, rows), content_type=CSV_TYPE
        )
    elif ending == "xlsx":
        body = xlsx(f"Units of {run.batch_id}", reads.EXPORT_HEADER, rows)
        answer = HttpResponse(body, content_type=XLSX_TYPE)
    else:
        raise NotFound("There is no such file.")
    answer["Content-Disposition"] = f'attachment; filename="units-{_plain(batch_id)}.{ending}"'
    return answer


def _plain(text: str) -> str:
    return "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "_" for c in text)


_RUN = "runs/<str:site>/<str:batch_id>/"
urlpatterns = [
    path(_RUN + "version/", run_version, name="run-version"),
    path(_RUN + "units/", run_units, name="run-units"),
    path(_RUN + "units.<str:ending>", run_units_file, name="run-units-file"),
]
