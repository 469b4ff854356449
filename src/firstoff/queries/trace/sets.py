"""Sets of units and lots as sorted arrays of their keys, in and out of SQL."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import numpy as np
from django.db import connection
from django.db.models import BooleanField, Model
from django.db.models.expressions import RawSQL

Keys = np.ndarray[tuple[int], np.dtype[np.int64]]


def keys(found: Iterable[int]) -> Keys:
    """Sorted, each once."""
    return settled(np.fromiter(found, dtype=np.int64))


# numpy's own functions of sets hash every key anew; of what is sorted already that is a hundred
# times slower than to merge.


def settled(held: Keys) -> Keys:
    """Sorted, each once."""
    held = np.sort(held, kind="stable")
    return held if held.size < 2 else held[np.append(True, held[1:] != held[:-1])]


def together(one: Keys, other: Keys) -> Keys:
    """What is in one of two sets."""
    if not one.size or not other.size:
        return one if one.size else other
    return settled(np.concatenate([one, other]))


def inside(wanted: Keys, held: Keys) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """For each key, in any order, whether it is in the set."""
    if not held.size:
        return np.zeros(wanted.size, dtype=np.bool_)
    place = np.searchsorted(held, wanted)
    place[place == held.size] = 0
    found: np.ndarray[tuple[int], np.dtype[np.bool_]] = held[place] == wanted
    return found


def common(one: Keys, other: Keys) -> Keys:
    """What is in both of two sets."""
    return one[inside(one, other)]


def without(one: Keys, other: Keys) -> Keys:
    """What is in the first and not in the second."""
    return one[~inside(one, other)]


def parameter(held: Keys | Sequence[int]) -> Any:
    """The set as one parameter of a query: an array on PostgreSQL, its JSON on SQLite."""
    plain = held.tolist() if isinstance(held, np.ndarray) else list(held)
    return plain if connection.vendor == "postgresql" else msgspec.json.encode(plain).decode()


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


def fetch(sql: str, params: Sequence[Any]) -> Keys:
    """The one column that the query answers, as a set. One query.

    PostgreSQL hands a long column over as a binary copy: a million keys in a tenth of the time.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            return _copied(cursor, sql, params)
        cursor.execute(sql, params)
        rows = cursor.fetchall()
    return settled(np.fromiter((key for (key,) in rows), dtype=np.int64, count=len(rows)))


_HEAD, _END = 19, 2  # PostgreSQL, COPY, binary format: the header without extensions, the trailer
_ROW = np.dtype([("columns", ">i2"), ("length", ">i4"), ("value", ">i8")])


def _copied(cursor: Any, sql: str, params: Sequence[Any]) -> Keys:
    from psycopg import ClientCursor

    # COPY takes no parameters: they are written into it here, by the driver.
    written = ClientCursor(connection.connection).mogrify(sql, params)
    with cursor.copy(f"COPY ({written}) TO STDOUT (FORMAT BINARY)") as copy:
        raw = b"".join(bytes(block) for block in copy)
    rows = np.frombuffer(raw[_HEAD:-_END], dtype=_ROW)
    return settled(rows["value"].astype(np.int64))
