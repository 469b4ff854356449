"""Suppliers over the API."""

from datetime import datetime

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field

from firstoff.api.pages import Page, page, window
from firstoff.api.sourcing.shared import here, seen
from firstoff.queries.sourcing import suppliers as reads
from firstoff.services.sourcing import suppliers

router = Router()
_ONE = "/sites/{site}/suppliers/{escaped:supplier}"


class SupplierIn(Schema):
    name: str = Field(max_length=200)


class SupplierChange(Schema):
    name: str | None = Field(None, max_length=200, description="Another name")
    retired: bool | None = Field(None, description="Bought from no more, or again")


class SupplierOut(Schema):
    name: str
    retired_at: datetime | None
    parts: int = Field(description="Manufacturer parts that it offered")
    orders: int
    lots: int
    accepted: int = Field(description="Lots by their first decision")
    rejected: int
    waiting: int
    acceptance: float | None


@router.get("/sites/{site}/suppliers", response=Page[SupplierOut], summary="Suppliers of a site")
def suppliers_of(
    request: HttpRequest,
    site: str,
    search: str = "",
    retired: bool = False,
    cursor: str | None = None,
    limit: int = 50,
) -> dict[str, object]:
    """By name. `search`: how a name, or a word in it, begins."""
    by, place, _ = seen(request, site)
    offset, size = window(cursor, limit)
    found, total = reads.suppliers(
        by, place, search=search, retired=retired, offset=offset, limit=size
    )
    return page(found, total, offset)


@router.get(_ONE, response=SupplierOut, summary="One supplier")
def supplier(request: HttpRequest, site: str, supplier: str) -> reads.SupplierView:
    by, place, _ = seen(request, site)
    return reads.supplier(by, place, supplier)


@router.post("/sites/{site}/suppliers", response={201: SupplierOut}, summary="Take a supplier on")
def create(request: HttpRequest, site: str, payload: SupplierIn) -> Status[object]:
    given = here(request, site)
    made = suppliers.create_supplier(name=payload.name, **given)
    return Status(201, reads.supplier(given["by"], given["site_id"], made.name))


@router.patch(_ONE, response=SupplierOut, summary="Rename or retire a supplier")
def change(
    request: HttpRequest, site: str, supplier: str, payload: SupplierChange
) -> reads.SupplierView:
    given = here(request, site)
    name = supplier
    if payload.name is not None and payload.name.strip() != supplier:
        name = suppliers.rename_supplier(name=supplier, new_name=payload.name, **given).name
    if payload.retired is not None:
        suppliers.retire_supplier(name=name, retired=payload.retired, **given)
    return reads.supplier(given["by"], given["site_id"], name)
