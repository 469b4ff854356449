"""Stock: by part, lot by lot with its place, as a table to take away; lots put somewhere."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import path

from firstoff.errors import InvalidInput
from firstoff.formats.exports import CSV_TYPE, csv_stream
from firstoff.queries.sourcing import stock as reads
from firstoff.rules.access import may
from firstoff.services.sourcing.stock import place_lots
from firstoff.terms import LotStatus
from firstoff.web.auth import Request, page
from firstoff.web.execution.shared import RecordForm, prose
from firstoff.web.sourcing.shared import here, text, today
from firstoff.web.templatetags.firstoff import page_bounds

_COLUMNS = (
    *("part", "lot", "place", "status", "on_hand", "unit", "supplier", "supplier_lot"),
    *("manufacturer", "mpn", "date_code", "expires"),
)


class PlaceForm(RecordForm):
    place = text("Place", 120, required=True, hint="A shelf, a line: A-3")
    lots = prose("Lots", 5, help_text="Scan or type their codes, one a line")


@page("see")
def stock(request: Request, site: str) -> HttpResponse:
    search = request.GET.get("q", "").strip()[:200]
    offset, limit = page_bounds(request.GET)
    found, total = reads.stock_parts(
        request.actor,
        request.place.id,
        today=today(request),
        search=search,
        offset=offset,
        limit=limit,
    )
    context = {
        "found": found,
        "total": total,
        "search": search,
        "filtered": bool(search),
        "may_receive": may(request.actor, "lot.receive", request.place.id),
        "tab": "stock",
    }
    return render(request, "sourcing/stock.html", context)


@page("see", post="lot.move")
def stock_lots(request: Request, site: str) -> HttpResponse:
    form: Any = PlaceForm.of(request)
    if form.attempt(lambda data: _put(request, data)):
        moved = form.result
        said = f"{moved} lot{'' if moved == 1 else 's'} moved to {form.cleaned_data['place']}."
        messages.success(request, said)
        return redirect("stock-lots", site)
    search, place = request.GET.get("q", "").strip()[:200], request.GET.get("place", "")[:120]
    status, part = request.GET.get("status", ""), request.GET.get("part", "")[:120]
    offset, limit = page_bounds(request.GET)
    found, total = reads.stock_lots(
        request.actor,
        request.place.id,
        today=today(request),
        search=search,
        part=part,
        place=place,
        status=status if status in set(LotStatus) else "",
        offset=offset,
        limit=limit,
    )
    context = {
        "found": found,
        "total": total,
        "search": search,
        "chosen": place,
        "part": part,
        "places": reads.places(request.actor, request.place.id),
        "filtered": bool(search or place or status or part),
        "form": form,
        "may_move": may(request.actor, "lot.move", request.place.id),
        "tab": "stock",
    }
    return render(request, "sourcing/stock_lots.html", context, status=form.status)


def _put(request: Request, data: dict[str, Any]) -> int:
    codes = [line.strip() for line in data["lots"].splitlines() if line.strip()]
    if not codes:
        raise InvalidInput("No lot is named.", field="lots")
    return place_lots(
        lots=[(code, "") for code in codes],
        place=data["place"],
        uid=data["uid"],
        **here(request),
    )


@page("see")
def stock_file(request: Request, site: str) -> StreamingHttpResponse:
    """Every lot that holds something, exact, as CSV."""
    found, _ = reads.stock_lots(request.actor, request.place.id, today=today(request), limit=None)
    rows = [
        (
            one.lot.part,
            one.lot.code,
            one.place,
            one.lot.status.value,
            f"{one.lot.on_hand.normalize():f}",
            one.lot.unit,
            one.lot.supplier,
            one.lot.supplier_lot,
            one.lot.manufacturer,
            one.lot.mpn,
            one.lot.date_code,
            one.lot.expires.isoformat() if one.lot.expires else "",
        )
        for one in found
    ]
    answer = StreamingHttpResponse(csv_stream(_COLUMNS, rows), content_type=CSV_TYPE)
    answer["Content-Disposition"] = f'attachment; filename="stock-{today(request)}.csv"'
    return answer


urlpatterns = [
    path("stock/<str:site>/", stock, name="stock"),
    path("stock/<str:site>/lots/", stock_lots, name="stock-lots"),
    path("stock/<str:site>/stock.csv", stock_file, name="stock-file"),
]
