"""Sets of rows as sorted arrays of their keys, and how they go into SQL."""

from collections.abc import Iterable, Sequence

import msgspec
import numpy as np
from django.db import connection
from django.db.models import BooleanField, Model
from django.db.models.expressions import RawSQL

Keys = np.ndarray[tuple[int], np.dtype[np.int64]]


def keys(found: Iterable[int]) -> Keys:
    """Sorted, each once."""
    return settled(np.fromiter(found, dtype=np.int64))


def settled(held: Keys) -> Keys:
    """Sorted, each once."""
    held = np.sort(held, kind="stable")
    return held if held.size < 2 else held[np.append(True, held[1:] != held[:-1])]


def parameter(held: Keys | Sequence[int]) -> str:
    """The set as one parameter of a query: a text that PostgreSQL reads as an array, SQLite as
    JSON. The driver takes ten times as long to write a list of a million."""
    plain = held.tolist() if isinstance(held, np.ndarray) else list(held)
    text = msgspec.json.encode(plain).decode()
    return f"{{{text[1:-1]}}}" if connection.vendor == "postgresql" else text


def rows_of() -> str:
    """A table of one column ``value`` made of a ``parameter``; in its order on SQLite."""
    if connection.vendor == "postgresql":
        return "(SELECT unnest(%s::bigint[]) AS value)"
    return "(SELECT value FROM json_each(%s))"


def within(column: str) -> str:
    """SQL that is true where the column is in a ``parameter``: found by index on both databases.

    On PostgreSQL the keys go in as an array: joining them makes small answers a thousand times
    slower.
    """
    if connection.vendor == "postgresql":
        return f"{column} = ANY(%s::bigint[])"
    return f"{column} IN (SELECT value FROM json_each(%s))"


def among(model: type[Model], field: str, held: Keys | Sequence[int]) -> RawSQL:
    """``within`` as a filter of a queryset; ``field`` is a column of its own table."""
    column = model._meta.get_field(field).column  # type: ignore[union-attr]  # a column
    name = f'"{model._meta.db_table}"."{column}"'
    return RawSQL(within(name), [parameter(held)], output_field=BooleanField())
