"""Statements that PostgreSQL plans once on a connection.

To plan a small question takes PostgreSQL as long as to answer it several times. What is asked
here is prepared on the server at the first call, and planned for any values: the connection's
``plan_cache_mode`` says so (``site/config.py``). A plan for any values takes an array for one of
ten keys. Of many more another plan may be the quick one, so those are planned for what they are.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple, cast

import numpy as np
from django.db import DEFAULT_DB_ALIAS, connection, connections

from firstoff.db.keys import Keys, parameter

_MANY = 100  # keys in an array; what is asked of more takes longer than to plan it
_STATEMENTS = 500  # kept on a connection
_NEVER = 1 << 30  # calls after which the driver prepares what it was not asked to


def fit(values: Sequence[Any]) -> bool:
    """Whether a plan for any values serves these."""
    return all(type(v) is not np.ndarray or v.size <= _MANY for v in values)


def given(values: Sequence[Any]) -> list[Any]:
    """The values as parameters that are always of one type, so that they find one statement."""
    whole = _whole()
    return [
        whole(v) if type(v) is int else parameter(v) if type(v) is np.ndarray else v
        for v in values
    ]


@cache
def _whole() -> Any:
    from psycopg.types.numeric import Int8

    return Int8


def written(sql: str, params: Sequence[Any], slots: Mapping[int, int]) -> str:
    """The SQL with all parameters in it but those of the slots. A constant is part of what is
    asked: in a GROUP BY it has to be the same as in the SELECT."""
    from psycopg.sql import Literal

    connection.ensure_connection()
    numbers = iter(range(len(params)))

    def put(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return "%%"
        place = next(numbers)
        if place in slots:
            return "%s"
        return Literal(params[place]).as_string(connection.connection).replace("%", "%%")

    return re.sub("%%|%s", put, sql)


def column(sql: str, params: Sequence[Any], *, once: bool) -> Keys:
    """The one column of keys that the SQL answers. once: it is planned once, where that serves.

    It comes as one array in the form of the wire: a million keys in a tenth of the time.
    """
    with cursor(prepare=once and fit(params), binary=True) as asked:
        asked.execute(
            f"SELECT ARRAY(SELECT CAST(key AS bigint) FROM ({sql}) AS of(key))", given(params)
        )
        raw = asked.pgresult.get_value(0, 0)
    if len(raw) < _HEAD:  # of nothing
        return np.array([], dtype=np.int64)
    return np.frombuffer(raw, dtype=_ELEMENT, offset=_HEAD)["value"].astype(np.int64)


# PostgreSQL, array_send: number of dimensions, whether there are nulls, type, length, first index.
_HEAD = 20
_ELEMENT = np.dtype([("length", ">i4"), ("value", ">i8")])


def cursor(*, prepare: bool = True, binary: bool = False) -> Any:
    """A cursor of Django's connection whose statements are prepared on the server."""
    held: Any = connections[DEFAULT_DB_ALIAS]
    held.close_if_health_check_failed()
    held.ensure_connection()
    held.validate_thread_sharing()
    raw = held.connection
    if raw.prepare_threshold is None:  # as Django leaves it: nothing is prepared, asked or not
        raw.prepare_threshold, raw.prepared_max = _NEVER, _STATEMENTS
    with held.wrap_database_errors:
        return held._prepare_cursor(_kind(prepare, binary)(raw))


@cache
def _kind(prepare: bool, binary: bool) -> Any:
    from psycopg import Cursor

    class Asking(Cursor[Any]):
        def execute(self, query: Any, params: Any = None, **_: Any) -> Any:
            super().execute(query, params, prepare=prepare, binary=binary)
            if self._query is None:  # Django's log of queries looks here; not set if prepared
                self._query = cast(Any, _Said(query.encode()))
            return self

    return Asking


class _Said(NamedTuple):
    query: bytes


class Connection:
    """Django's connection for a compiler, with cursors that plan once where that is said."""

    def __init__(self, of: Any, once: Callable[[], bool]) -> None:
        self._of, self._once = of, once

    def cursor(self) -> Any:
        return cursor() if self._once() else self._of.cursor()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._of, name)
