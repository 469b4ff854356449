"""Suppliers: taken on, renamed, retired."""

from datetime import datetime

from firstoff.db.models import Supplier
from firstoff.errors import InvalidInput
from firstoff.rules.access import Actor, require
from firstoff.rules.product import check_name
from firstoff.services.sourcing.ground import LONGEST_NAME, supplier_of, verb


def create_supplier(*, site_id: int, name: str, by: Actor, at: datetime) -> Supplier:
    """Take a supplier on. Raises InvalidInput where one is called so."""
    require(by, "source.edit", site_id)
    said = _name(name)
    with verb("create_supplier", f"supplier {said}", by=by, at=at):
        _free(site_id, said)
        return Supplier.objects.create(site_id=site_id, name=said)


def rename_supplier(
    *, site_id: int, name: str, new_name: str, by: Actor, at: datetime
) -> Supplier:
    """Call a supplier otherwise; its lots, offers and orders stay its own."""
    require(by, "source.edit", site_id)
    said = _name(new_name)
    with verb("rename_supplier", f"supplier {name}", by=by, at=at) as entry:
        row = supplier_of(site_id, name)
        _free(site_id, said, but=row.pk)
        entry.details.update(before=row.name, after=said)
        row.name = said
        row.save(update_fields=["name"])
    return row


def retire_supplier(
    *, site_id: int, name: str, by: Actor, at: datetime, retired: bool = True
) -> Supplier:
    """Buy from it no more, or again (``retired`` False). What came from it stays (R-68)."""
    require(by, "source.edit", site_id)
    name_of_verb = "retire_supplier" if retired else "restore_supplier"
    with verb(name_of_verb, f"supplier {name}", by=by, at=at):
        row = supplier_of(site_id, name)
        if retired is (row.retired_at is None):
            row.retired_at = at if retired else None
            row.save(update_fields=["retired_at"])
    return row


def _name(name: str) -> str:
    return check_name(name, "supplier", longest=LONGEST_NAME, field="name")


def _free(site_id: int, name: str, but: int = 0) -> None:
    if Supplier.objects.filter(site=site_id, name__iexact=name).exclude(pk=but).exists():
        raise InvalidInput(f"There is a supplier {name!r} here already.", field="name")
