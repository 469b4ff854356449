"""Equipment of a site."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import Field

from firstoff.api.auth import actor
from firstoff.api.pages import Page, page, window
from firstoff.api.plan.shared import of_site
from firstoff.queries import access
from firstoff.queries import plan as reads
from firstoff.rules.plan import EquipmentFacts, EquipmentState
from firstoff.services import plan
from firstoff.terms import EquipmentClass, EquipmentKind

router = Router()
_EQUIPMENT = "/sites/{site}/equipment"


class EquipmentIn(Schema):
    name: str = Field(max_length=200)
    kind: EquipmentKind
    equipment_class: EquipmentClass
    line: str = Field("", max_length=120)
    calibration_due: date | None = Field(None, description="Usable up to this day")
    max_uses: int | None = Field(None, ge=1, le=10**12, description="Its life, where counted")


class NewEquipment(EquipmentIn):
    code: str = Field(max_length=60)


class EquipmentOut(NewEquipment):
    uses: int
    state: EquipmentState
    retired_at: datetime | None


@router.get(_EQUIPMENT, response=Page[EquipmentOut], summary="Equipment of a site")
def equipment(
    request: HttpRequest,
    site: str,
    search: str = "",
    kind: EquipmentKind | None = None,
    equipment_class: EquipmentClass | None = None,
    retired: bool = False,
    due_by: date | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> dict[str, object]:
    """`due_by`: what has to be calibrated by that day, the most urgent first."""
    by = actor(request)
    place = access.site(by, site)
    offset, size = window(cursor, limit)
    found = reads.equipment(
        by,
        place.id,
        today=_today(place),
        search=search,
        kind=kind or "",
        equipment_class=equipment_class or "",
        retired=retired,
        due_by=due_by,
        offset=offset,
        limit=size,
    )
    return page(found.items, found.total, offset)


@router.post(_EQUIPMENT, response={201: EquipmentOut}, summary="Add equipment")
def add_equipment(request: HttpRequest, site: str, payload: NewEquipment) -> Status[object]:
    at = of_site(request, site)
    plan.add_equipment(**at, equipment=EquipmentFacts(**payload.dict()))
    return Status(201, _one(request, site, payload.code))


@router.put(_EQUIPMENT + "/{path:code}", response=EquipmentOut, summary="Change equipment")
def change_equipment(
    request: HttpRequest, site: str, code: str, payload: EquipmentIn
) -> reads.EquipmentView:
    """Its code stays; what was recorded on it keeps the class it had."""
    at = of_site(request, site)
    plan.update_equipment(**at, code=code, equipment=EquipmentFacts(code=code, **payload.dict()))
    return _one(request, site, code)


@router.delete(_EQUIPMENT + "/{path:code}", response=EquipmentOut, summary="Retire equipment")
def retire_equipment(request: HttpRequest, site: str, code: str) -> reads.EquipmentView:
    """Nothing is deleted: records refer to it (R-68)."""
    at = of_site(request, site)
    plan.retire_equipment(**at, code=code)
    return _one(request, site, code)


@router.post(
    "/sites/{site}/equipment-in-use/{path:code}",
    response=EquipmentOut,
    summary="Take equipment back into use",
)
def reinstate_equipment(request: HttpRequest, site: str, code: str) -> reads.EquipmentView:
    at = of_site(request, site)
    plan.reinstate_equipment(**at, code=code)
    return _one(request, site, code)


def _one(request: HttpRequest, site: str, code: str) -> reads.EquipmentView:
    by = actor(request)
    place = access.site(by, site)
    return reads.equipment_named(by, place.id, code, today=_today(place))


def _today(place: access.SiteView) -> date:
    return timezone.localdate(timezone.now(), ZoneInfo(place.time_zone))
