"""The questions, as Ibis expressions: they run unchanged on DuckDB and on any engine beyond it.

Nothing here runs anything. An expression takes the tables of a history, wherever they are read,
and uses what every engine has: filters, joins, groups; no window functions, no casts of times.
docs/reference/history.md shows them on Spark and Trino.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from firstoff.history import libraries
from firstoff.terms import TestOutcome

_PASS, _FAIL = TestOutcome.PASS.value, TestOutcome.FAIL.value


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables of a history as Ibis tables of one engine."""

    measurements: Any
    records: Any
    lines: Any


@dataclass(frozen=True, slots=True)
class Ask:
    """Which measurements or tests are meant: all, but for what is named.

    lines: numbers of procedure lines; sites: codes; since, until: when the test began, from and
    before; batch: batch IDs.
    """

    sites: Collection[str] | None = None
    part: str | None = None
    lines: Collection[int] | None = None
    batches: Collection[str] | None = None
    since: datetime | None = None
    until: datetime | None = None


def asked(table: Any, ask: Ask) -> Any:
    """The rows of measurements or records that are meant."""
    rows = table
    for column, among in (("site", ask.sites), ("line", ask.lines), ("batch", ask.batches)):
        if among is not None and column in rows.columns:
            rows = rows.filter(rows[column].isin(sorted(among)))
    if ask.part is not None:
        rows = rows.filter(rows.part == ask.part)
    if ask.since is not None:
        rows = rows.filter(rows.began >= libraries.ibis().literal(ask.since))
    if ask.until is not None:
        rows = rows.filter(rows.began < libraries.ibis().literal(ask.until))
    return rows


def numbers(measurements: Any, ask: Ask) -> Any:
    """Measurements with a finite number, in no order: what statistics are made of."""
    rows = asked(measurements, ask)
    return rows.filter(rows.value.notnull() & ~rows.value.isinf())


def arrays(measurements: Any, ask: Ask) -> Any:
    """Unit, record, time and value of each number."""
    rows = numbers(measurements, ask)
    return rows.select("unit", "record", "began", "value")


def values(tables: Tables, ask: Ask) -> Any:
    """Every measurement with its unit, limits and outcome, in the order made."""
    return _told(tables, asked(tables.measurements, ask))


def outside(tables: Tables, ask: Ask) -> Any:
    """Measurements outside the limits they were judged by, or that failed by another rule."""
    rows = asked(tables.measurements, ask)
    limits = tables.lines.select("line", "lower", "upper")
    rows = rows.join(limits, "line")
    beyond = (rows.value < rows.lower).fill_null(False) | (rows.value > rows.upper).fill_null(
        False
    )
    rows = rows.filter(beyond | (rows.outcome == _FAIL)).drop("lower", "upper")
    return _told(tables, rows)


def summary(measurements: Any, ask: Ask) -> Any:
    """One row: how many measurements, numbers and fails; mean, sd (n - 1), least, most."""
    rows = asked(measurements, ask)
    finite = rows.value.notnull() & ~rows.value.isinf()
    return rows.aggregate(
        measured=rows.count(),
        failed=rows.count(where=rows.outcome == _FAIL),
        units=rows.unit.nunique(),
        n=rows.count(where=finite),
        mean=rows.value.mean(where=finite),
        sd=rows.value.std(where=finite, how="sample"),
        minimum=rows.value.min(where=finite),
        maximum=rows.value.max(where=finite),
        first=rows.began.min(),
        last=rows.began.max(),
    )


def series(measurements: Any, ask: Ask, start: datetime, seconds: int) -> Any:
    """Numbers by stretches of time for a chart: how many, mean, least, most of each.

    start: where the first stretch begins; seconds: how long each is. A stretch without a number
    is not there.
    """
    rows = numbers(measurements, ask)
    since = int(start.timestamp())
    rows = rows.mutate(stretch=(rows.began.epoch_seconds() - since) // seconds)
    grouped = rows.group_by("stretch").aggregate(
        n=rows.count(),
        mean=rows.value.mean(),
        minimum=rows.value.min(),
        maximum=rows.value.max(),
    )
    return grouped.order_by("stretch")


def yields(records: Any, ask: Ask) -> Any:
    """First-pass and final yield of each procedure, by its name: units, and those that passed.

    A station's error says nothing about the unit: such a record is no try. ``tests`` counts
    tries, ``no_tries`` the others.
    """
    rows = asked(records, ask)
    judged = rows.filter(rows.outcome.isin([_PASS, _FAIL]))
    keys = ("site", "part", "procedure_name")
    tried = rows.group_by(keys).aggregate(
        tests=rows.count(where=rows.outcome.isin([_PASS, _FAIL])),
        no_tries=rows.count(where=rows.outcome.notin([_PASS, _FAIL])),
        revisions=rows.procedure.nunique(),
    )
    first = _passed(_edge(judged, (*keys, "unit"), first=True), keys, "first_passed", "units")
    final = _passed(_edge(judged, (*keys, "unit"), first=False), keys, "finally_passed", "_same")
    both = first.join(final, list(keys)).drop("_same")
    found = tried.left_join(both, list(keys))
    return found.select(
        *(tried[k] for k in keys),
        tried.revisions,
        tried.tests,
        tried.no_tries,
        units=both.units.fill_null(0),
        first_passed=both.first_passed.fill_null(0),
        finally_passed=both.finally_passed.fill_null(0),
    ).order_by(*keys)


def firsts(rows: Any, *by: str) -> Any:
    """The first row of each unit (and of what else is named): a retest replaces no first value."""
    return _edge(rows, (*by, "unit"), first=True)


def procedures(records: Any, ask: Ask) -> Any:
    """The digests of the procedures that ran, with when each ran first and last."""
    rows = asked(records, ask)
    grouped = rows.group_by("procedure").aggregate(first=rows.began.min(), last=rows.began.max())
    return grouped.order_by("last", "procedure")


def _told(tables: Tables, rows: Any) -> Any:
    """Measurements with what a person wants to know of them, by time."""
    named = tables.records.select("record", "serial", "uid")
    lines = tables.lines.select("line", "name", "characteristic", "lower", "upper")
    told = rows.join(lines, "line").join(named, "record")
    columns = (
        "began", "site", "part", "batch", "serial", "unit", "characteristic", "name",
        "value", "text", "lower", "upper", "outcome", "uid", "record", "line",
    )  # fmt: skip
    return told.select(*columns).order_by("began", "record", "line")


def _edge(rows: Any, by: Sequence[str], *, first: bool) -> Any:
    """The first or the last row of each group, by time and then by record."""
    pick = "min" if first else "max"
    times = rows.group_by(by).aggregate(began=getattr(rows.began, pick)())
    tied = rows.join(times, [*by, "began"])
    keys = tied.group_by(by).aggregate(record=getattr(tied.record, pick)())
    return tied.join(keys, [*by, "record"])


def _passed(rows: Any, keys: Sequence[str], passed: str, units: str) -> Any:
    return rows.group_by(keys).aggregate(
        **{units: rows.count(), passed: rows.count(where=rows.outcome == _PASS)}
    )
