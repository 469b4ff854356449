"""Units: the table of a run, its files, the page of one unit, and leaving one out."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse

from firstoff.errors import NotFound
from firstoff.formats.exports import CSV_TYPE, XLSX_TYPE, csv_stream, xlsx
from firstoff.queries import ledger
from firstoff.queries import trace as traces
from firstoff.queries.execution import units as reads
from firstoff.rules.access import may
from firstoff.rules.trace import meant
from firstoff.services import execution
from firstoff.web.auth import Request, page
from firstoff.web.execution.shared import RecordForm, about, found, prose
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


class LeaveOutForm(RecordForm):
    reason = prose("Why it does not count", 2)


@page("see", post="unit.record")
def unit(request: Request, site: str, part: str, serial: str) -> HttpResponse:
    """Everything about one unit; a unit that is not judged yet can be left out here."""
    shown = traces.unit_trace(request.actor, site, part, serial)
    run = shown.run
    if run is None:
        raise NotFound("There is no such unit in a batch.")
    form: LeaveOutForm = LeaveOutForm.of(request)
    if form.attempt(
        lambda data: execution.leave_out_unit(
            run_id=run.id, serial=serial, by=request.actor, at=request.at, **data
        )
    ):
        messages.success(request, f"{serial} does not count; it stays on record.")
        return redirect("unit", site, part, serial)
    context = about(
        run,
        trace=shown,
        form=form,
        may_leave_out=not shown.judgements
        and not shown.exclusion
        and may(request.actor, "unit.record", request.place.id),
        may_correct=may(request.actor, "judgement.correct", request.place.id),
        before=_address(site, part, shown.before),
        after=_address(site, part, shown.after),
    )
    return render(request, "execution/unit.html", context, status=form.status)


def _address(site: str, part: str, serial: str) -> str:
    return reverse("unit", args=[site, part, serial]) if serial else ""


@page("see")
def trace(request: Request) -> HttpResponse:
    """From a serial number to everything: scanned or typed; one answer opens by itself."""
    text = meant(request.GET.get("serial", ""))[:200]
    offset, limit = page_bounds(request.GET)
    rows: Any = ()
    total = 0
    if text:
        rows, total = traces.find_units(request.actor, text, offset=offset, limit=limit)
        exact: list[Any] = [row for row in rows if row[2] == text or total == 1]
        if len(exact) == 1:
            return redirect("unit", *exact[0][:3])
    context = {"q": text, "rows": rows, "total": total}
    return render(request, "execution/trace.html", context)


@page("see")
def unit_file(request: Request, site: str, sha256: str) -> HttpResponse:
    """A file that came with a test record. Always a download: it came from outside."""
    content = traces.attachment(request.actor, site, sha256)
    answer = HttpResponse(content, content_type="application/octet-stream")
    name = _plain(request.GET.get("name", "")) or f"{sha256[:16]}.bin"
    answer["Content-Disposition"] = f'attachment; filename="{name[:100]}"'
    return answer


_RUN = "runs/<str:site>/<str:batch_id>/"
urlpatterns = [
    path(_RUN + "version/", run_version, name="run-version"),
    path(_RUN + "units/", run_units, name="run-units"),
    path(_RUN + "units.<str:ending>", run_units_file, name="run-units-file"),
    path("trace/", trace, name="trace"),
    path("units/<str:site>/files/<str:sha256>", unit_file, name="unit-file"),
    path("units/<str:site>/<quoted:part>/<quoted:serial>/", unit, name="unit"),
]
