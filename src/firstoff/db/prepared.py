"""Questions whose SQL is written once.

Django writes the SQL of a queryset anew each time, which takes longer than the database needs to
answer: ten times as long for one unit's records. A page that asks forty questions spends most of
its time on that. Here it is written at the first call on a connection, and asked again with
other values::

    @prepared
    def _tests(unit: int) -> "QuerySet[TestRecord]":
        return TestRecord.objects.filter(unit=unit).order_by("began_at", "pk")

    _tests(7)  # a list

``asked`` is the same of SQL that is written out. On PostgreSQL both are planned once on a
connection too (``db/planned.py``).
"""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import numpy as np
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import QuerySet

from firstoff.db import planned
from firstoff.db.keys import parameter

P = ParamSpec("P")
Row = TypeVar("Row")
Values = tuple[Any, ...]


def prepared(build: Callable[P, "QuerySet[Any, Row]"]) -> Callable[P, list[Row]]:
    """What ``build`` asks, as a list; one query.

    Its arguments are whole numbers, texts and arrays of keys (``among``), given by their places,
    and each goes into the SQL as it is: an argument on which the form of the question depends,
    or that a lookup changes (``icontains``), raises TypeError at the first call. Anything else
    (None, a list) is asked the common way.
    """

    @wraps(build)
    def asked(*args: P.args, **kwargs: P.kwargs) -> list[Row]:
        kinds = tuple(map(type, args))
        if kwargs or not _TAKEN.issuperset(kinds):
            return list(build(*args, **kwargs))
        held = connections[DEFAULT_DB_ALIAS].__dict__.setdefault("prepared", {})
        statement: _Statement | None = held.get((build, kinds))
        if statement is None:
            statement = held[build, kinds] = _Statement(build, args)
        return statement.rows(args)

    return asked


def asked(sql: str, params: Sequence[Any]) -> list[Any]:
    """The rows of SQL whose text is always the same; arrays of keys go in as ``parameter``. One
    query."""
    once = connection.vendor == "postgresql" and planned.fit(params)
    with planned.cursor() if once else connection.cursor() as cursor:
        cursor.execute(sql, planned.given(params) if once else [*map(_given, params)])
        return list(cursor.fetchall())


_TAKEN = frozenset({int, str, np.ndarray})
_FIRST, _SECOND = 1_936_120_001, 2_036_120_001  # numbers that stand for arguments; of 32 bits


class _Statement:
    """The SQL of one question on one connection, which belongs to one thread."""

    def __init__(self, build: Callable[..., "QuerySet[Any, Any]"], args: Values) -> None:
        rows: Any = build(*_standing_for(args, _FIRST))
        self._queryset = rows
        if rows._prefetch_related_lookups:
            raise TypeError(f"{build.__qualname__} asks more than one question.")
        compiler = _compiler(rows)
        self._sql, self._params = compiler.as_sql()
        self._slots = tuple(self._places(build, args))
        self._planned = ""  # its SQL with every constant in it
        if connection.vendor == "postgresql":
            self._planned = planned.written(self._sql, self._params, dict(self._slots))
            compiler.connection = planned.Connection(connection, self._once)
        self._filled: tuple[str, Sequence[Any]] = "", ()
        converters = compiler.get_converters([s[0] for s in compiler.select[: compiler.col_count]])
        compiler.as_sql = lambda *_, **__: self._filled
        compiler.get_converters = lambda _: converters
        # Past the property, which takes a new query for one of dictionaries.
        rows._query = _Written(rows.query, compiler)

    def rows(self, args: Values) -> list[Any]:
        if self._planned and planned.fit(args):
            given = planned.given(args)
            self._filled = self._planned, [given[number] for _, number in self._slots]
        else:
            filled = list(self._params)
            for place, number in self._slots:
                filled[place] = _given(args[number])
            self._filled = self._sql, tuple(filled)
        return list(self._queryset._iterable_class(self._queryset))

    def _once(self) -> bool:
        return self._filled[0] is self._planned

    def _places(self, build: Any, args: Values) -> Sequence[tuple[int, int]]:
        """Which argument each parameter of the SQL is. Found by writing it for two sets of
        arguments, so that no constant of the question is taken for one."""
        first, second = _standing_for(args, _FIRST), _standing_for(args, _SECOND)
        sql, params = _compiler(build(*second)).as_sql()
        given = list(zip(map(_given, first), map(_given, second), strict=True))
        pairs = list(zip(self._params, params, strict=False))
        found = [(n, given.index(pair)) for n, pair in enumerate(pairs) if pair in given]
        if (
            sql != self._sql
            or len(params) != len(self._params)
            or {number for _, number in found} != set(range(len(args)))
            or any(one != other for one, other in pairs if (one, other) not in given)
        ):
            raise TypeError(f"What {build.__qualname__} asks depends on what it is given.")
        return found


def _compiler(queryset: Any) -> Any:
    return queryset.query.get_compiler(connection.alias)


def _standing_for(args: Values, first: int) -> Values:
    """Arguments of the same kinds that can be told apart."""
    stand: dict[type, Callable[[int], Any]] = {
        int: lambda number: number,
        str: lambda number: f"argument {number}",
        np.ndarray: lambda number: np.array([number], np.int64),
    }
    return tuple(stand[type(arg)](first + place) for place, arg in enumerate(args))


def _given(value: Any) -> Any:
    return parameter(value) if type(value) is np.ndarray else value


class _Written:
    """A query that answers with its compiler, which has written the SQL."""

    __slots__ = ("_compiler", "_query")

    def __init__(self, query: Any, compiler: Any) -> None:
        self._query, self._compiler = query, compiler

    def get_compiler(self, *args: Any, **kwargs: Any) -> Any:
        return self._compiler

    def __getattr__(self, name: str) -> Any:
        return getattr(self._query, name)
