"""Stock by lot and place, and incoming inspections over the API."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field

from firstoff.api.pages import Page, page, window
from firstoff.api.sourcing.shared import Exact, Wanted, here, number, seen
from firstoff.api.supply import LotOut
from firstoff.errors import InvalidInput
from firstoff.queries.sourcing import incoming, stock
from firstoff.rules.sourcing.incoming import LineResult, SheetLine
from firstoff.services.sourcing.inspecting import Inspected, inspect_lot
from firstoff.services.sourcing.stock import place_lots
from firstoff.terms import CharacteristicKind, LotStatus

router = Router()
_SHEET = "/sites/{site}/inspections/{escaped:part}/{escaped:lot}"


class StockLotOut(Schema):
    lot: LotOut
    place: str


class StockPartOut(Schema):
    part: str
    name: str
    unit: str
    usable: Exact = Field(description="Accepted, not expired")
    waiting: Exact = Field(description="In quarantine")
    rejected: Exact
    expired: Exact
    on_order: Exact
    next_due: date | None
    lots: int


class LotNamed(Schema):
    lot: str = Field(max_length=120)
    part: str = Field("", max_length=120, description="Where two parts have a lot so called")


class PlaceIn(Schema):
    place: str = Field(max_length=120)
    lots: list[LotNamed] = Field(min_length=1, max_length=1000)
    uid: UUID | None = None


class Moved(Schema):
    moved: int = Field(description="Lots that did not lie there already")


class SampleOut(Schema):
    size: int
    accept: int
    scheme: str
    letter: str


class SheetLineOut(Schema):
    number: str
    name: str
    kind: CharacteristicKind
    limits: str
    unit: str
    sample: SampleOut
    method: str
    gauge: str
    reaction: str

    @staticmethod
    def from_line(line: SheetLine) -> dict[str, object]:
        one = line.characteristic
        return {
            "number": one.number,
            "name": one.name,
            "kind": one.kind,
            "limits": one.limits,
            "unit": one.unit,
            "sample": line.sample,
            "method": line.method,
            "gauge": line.gauge,
            "reaction": line.reaction,
        }


class InspectionOut(Schema):
    uid: str
    at: datetime
    by: str
    plan: str
    sample: int
    accept_number: int
    rejects: int
    accepted: bool
    sentence: str
    seed: str
    drawn: list[int]
    note: str


class SheetOut(Schema):
    lot: LotOut
    critical: bool
    plan: str = Field(description="Empty: none is released")
    sample: SampleOut | None
    drawn: list[int] = Field(description="Which pieces, by the seed asked for")
    lines: list[SheetLineOut]
    inspections: list[InspectionOut]


class ResultIn(Schema):
    number: str = Field(max_length=20, description="Of the characteristic")
    values: list[Wanted] = Field([], max_length=100_000)
    nonconforming: int | None = Field(None, ge=0, le=10**9)


class InspectionIn(Schema):
    results: list[ResultIn] = Field(max_length=1000)
    seed: str = Field("", max_length=120, description="By which the pieces were drawn")
    inspected_at: datetime | None = None
    note: str = Field("", max_length=10_000)
    uid: UUID | None = None


class InspectedOut(Schema):
    uid: UUID
    lot: str
    part: str
    accepted: bool
    status: LotStatus
    rejects: int
    sentence: str
    again: bool


@router.get("/sites/{site}/stock", response=Page[StockLotOut], summary="Stock by lot and place")
def stock_lots(
    request: HttpRequest,
    site: str,
    search: str = "",
    part: str = "",
    place: str = "",
    status: LotStatus | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> dict[str, object]:
    """Lots that hold something, by part. `place`: `-` for those that nobody put anywhere."""
    by, site_id, today = seen(request, site)
    offset, size = window(cursor, limit)
    found, total = stock.stock_lots(
        by,
        site_id,
        today=today,
        search=search,
        part=part,
        place=place,
        status=status or "",
        offset=offset,
        limit=size,
    )
    return page(found, total, offset)


@router.get("/sites/{site}/stock/parts", response=Page[StockPartOut], summary="Stock by part")
def stock_parts(
    request: HttpRequest,
    site: str,
    search: str = "",
    cursor: str | None = None,
    limit: int = 50,
) -> dict[str, object]:
    """What is here and on order, exactly."""
    by, site_id, today = seen(request, site)
    offset, size = window(cursor, limit)
    found, total = stock.stock_parts(
        by, site_id, today=today, search=search, offset=offset, limit=size
    )
    return page(found, total, offset)


@router.post("/sites/{site}/stock/places", response=Moved, summary="Put lots somewhere")
def put(request: HttpRequest, site: str, payload: PlaceIn) -> dict[str, int]:
    given = here(request, site)
    lots = [(one.lot, one.part) for one in payload.lots]
    return {"moved": place_lots(lots=lots, place=payload.place, uid=payload.uid, **given)}


@router.get(_SHEET, response=SheetOut, summary="What to look at on a lot")
def sheet(
    request: HttpRequest, site: str, part: str, lot: str, seed: str = ""
) -> dict[str, object]:
    """By the newest released incoming plan of its part. `seed`: any text; it draws the pieces."""
    by, _, today = seen(request, site)
    found = incoming.sheet(by, site, part, lot, today=today, seed=seed[:120])
    plan = found.plan
    return {
        "lot": found.lot,
        "critical": found.critical,
        "plan": plan.name if plan else "",
        "sample": plan.sample if plan else None,
        "drawn": found.drawn,
        "lines": [SheetLineOut.from_line(line) for line in plan.lines] if plan else [],
        "inspections": found.inspections,
    }


@router.post(_SHEET, response={201: InspectedOut}, summary="Record an incoming inspection")
def inspect(
    request: HttpRequest, site: str, part: str, lot: str, payload: InspectionIn
) -> Status[Inspected]:
    """The verdict follows from the plan, and with it how the lot stands (R-22)."""
    results = [
        LineResult(one.number, tuple(_value(v) for v in one.values), one.nonconforming)
        for one in payload.results
    ]
    done = inspect_lot(
        part=part,
        lot=lot,
        results=results,
        seed=payload.seed,
        inspected_at=payload.inspected_at,
        note=payload.note,
        uid=payload.uid,
        **here(request, site),
    )
    return Status(201, done)


def _value(text: str) -> Decimal:
    found = number(text, "values")
    if found is None:
        raise InvalidInput("A value is empty; expected a number.", field="values")
    return found
