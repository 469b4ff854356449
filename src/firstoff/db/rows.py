"""Rows as the ledger digests them: the same on both databases, when written and when read."""

from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import Any

from django.apps import apps
from django.db import models

from firstoff.db.models.ledger import Record


@cache
def record_models() -> tuple[type[Record], ...]:
    """Every table of records, in a stable order."""
    found = [m for m in apps.get_app_config("firstoff").get_models() if issubclass(m, Record)]
    return tuple(sorted(found, key=lambda m: m._meta.db_table))


@cache
def record_columns(model: type[models.Model]) -> tuple[str, ...]:
    """The attributes that the digest covers: every column but the ledger entry it hangs on."""
    return tuple(f.attname for f in model._meta.concrete_fields if f.name != "entry")


def as_values(row: Record) -> dict[str, Any]:
    """A row about to be written, as the database will give it back."""
    model = type(row)
    return {
        f.attname: settled(f, getattr(row, f.attname))
        for f in model._meta.concrete_fields
        if f.name != "entry"
    }


def settled(field: "models.Field[Any, Any]", value: Any) -> Any:
    """A value about to be written, as the database will give it back."""
    value = field.to_python(value)
    if isinstance(value, Decimal) and isinstance(field, models.DecimalField):
        return value.quantize(Decimal(1).scaleb(-field.decimal_places))
    return value


def stored_rows(
    model: type[Record], first: int, last: int, using: str = "default"
) -> Iterator[dict[str, Any]]:
    """The rows of the entries ``first`` to ``last``, by entry, each with its ``entry_id``."""
    rows = model._default_manager.using(using).filter(entry_id__gte=first, entry_id__lte=last)
    yield from (
        rows.order_by("entry_id", "pk")
        .values(*record_columns(model), "entry_id")
        .iterator(chunk_size=5000)
    )
