"""Lots to read; what happens to them is handed in as records."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from firstoff.api.auth import actor
from firstoff.api.pages import Page, page, window
from firstoff.queries import access, gauging
from firstoff.queries import supply as reads
from firstoff.terms import CalibrationResult, LotStatus

router = Router()


class LotOut(Schema):
    """Quantities are exact texts in `unit`, pieces where it is empty."""

    part: str
    part_name: str
    lot: str = Field(alias="code")
    status: LotStatus
    on_hand: str
    quantity: str = Field(description="As it came in")
    unit: str
    supplier: str
    supplier_lot: str
    date_code: str
    manufacturer: str
    mpn: str
    receipt: str
    arrived_at: datetime
    expires: date | None
    expired: bool
    certificate: str
    certificate_sha256: str

    @staticmethod
    def resolve_on_hand(found: reads.LotView) -> str:
        return f"{found.on_hand.normalize():f}"

    @staticmethod
    def resolve_quantity(found: reads.LotView) -> str:
        return f"{found.quantity.normalize():f}"


class EventOut(Schema):
    at: datetime
    what: str
    by: str
    reason: str
    quantity: str | None
    other: str = Field(description="The lot it came from, or went to")

    @staticmethod
    def resolve_quantity(found: reads.LotEvent) -> str | None:
        return None if found.quantity is None else f"{found.quantity.normalize():f}"


class PlaceOut(Schema):
    batch: str
    operation: int
    position: str
    since: datetime
    per_unit: str | None

    @staticmethod
    def resolve_per_unit(found: reads.OnPlace) -> str | None:
        return None if found.per_unit is None else f"{found.per_unit.normalize():f}"


class WentOut(Schema):
    batch: str
    part: str
    units: int
    first: str
    last: str


class LotStoryOut(Schema):
    """A lot with its history. `units` carry it; `at-risk` names each of them at any depth."""

    lot: LotOut
    events: list[EventOut]
    places: list[PlaceOut] = Field(description="Where it is loaded now")
    went: list[WentOut]
    units: int
    in_batches: list[str] = Field(description="Batches that it was consumed into as a whole")


@router.get("/sites/{site}/lots", response=Page[LotOut], summary="Lots of a site")
def lots(
    request: HttpRequest,
    site: str,
    search: str = "",
    status: LotStatus | None = None,
    part: str = "",
    supplier: str = "",
    expired: bool = False,
    cursor: str | None = None,
    limit: int = 50,
) -> dict[str, object]:
    """What waits in quarantine first, then the newest. `search`: how a code, a supplier's lot, an
    MPN, a receipt or a part begins; or a date code. Receiving, accepting, splitting are
    records: `POST /records`."""
    by = actor(request)
    place = access.site(by, site)
    offset, size = window(cursor, limit)
    found = reads.lots(
        by,
        place.id,
        today=_today(place),
        search=search,
        status=status or "",
        part=part,
        supplier=supplier,
        expired=expired,
        offset=offset,
        limit=size,
    )
    return page(found.items, found.total, offset)


@router.get(
    "/sites/{escaped:site}/lots/{escaped:part}/{escaped:lot}",
    response=LotStoryOut,
    summary="One lot and its history",
)
def lot(request: HttpRequest, site: str, part: str, lot: str) -> reads.LotStory:
    by = actor(request)
    return reads.lot_story(by, site, part, lot, today=_today(access.site(by, site)))


def _today(place: access.SiteView) -> date:
    return timezone.localdate(timezone.now(), ZoneInfo(place.time_zone))


# ---------------------------------------------------------------- calibrations


class CalibrationOut(Schema):
    id: str
    at: datetime
    as_found: CalibrationResult
    as_left: CalibrationResult
    due: date | None
    certificate: str
    by: str

    @staticmethod
    def resolve_id(found: object) -> str:
        return str(getattr(found, "id", ""))


@router.get(
    "/sites/{site}/calibrations/{path:code}",
    response=Page[CalibrationOut],
    summary="Calibrations of a piece of equipment",
)
def calibrations(request: HttpRequest, site: str, code: str) -> dict[str, object]:
    """The newest first, a hundred at most. One is recorded by `POST /records`, kind
    `calibration`."""
    by = actor(request)
    place = access.site(by, site)
    found = gauging.calibrations(by, place.id, code, today=_today(place))
    return page(found.items, len(found.items), 0)
