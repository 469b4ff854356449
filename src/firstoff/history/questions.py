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
_ORDER = ("second", "record", "line")


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
    before, in whole seconds; batch: batch IDs.
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
            rows = rows.filter(_one_of(rows[column], sorted(among)))
    if ask.part is not None:
        rows = rows.filter(rows.part == ask.part)
    if ask.since is not None:
        began, since = _began(rows, ask.since)
        rows = rows.filter(began >= since)
    if ask.until is not None:
        began, until = _began(rows, ask.until)
        rows = rows.filter(began < until)
    return rows


def _one_of(column: Any, among: Sequence[Any]) -> Any:
    """Engines skip by an equation what they have to read for a list of one."""
    return column == among[0] if len(among) == 1 else column.isin(among)


def _began(rows: Any, at: datetime) -> tuple[Any, Any]:
    """When tests began and a moment, as this table has them: measurements have whole seconds."""
    if "second" in rows.columns:
        return rows.second, int(at.timestamp())
    return rows.began, libraries.ibis().literal(at)


def numbers(measurements: Any, ask: Ask) -> Any:
    """Measurements with a finite number, in no order: what statistics are made of."""
    rows = asked(measurements, ask)
    return rows.filter(rows.value.notnull() & ~rows.value.isinf())


def arrays(measurements: Any, ask: Ask, *, ordered: bool = False) -> Any:
    """Unit and value of each measurement, with second and record to put them in order by;
    ``ordered``: without those, where rows come in order anyway. ``figures.series`` takes it."""
    columns = ("unit", "value") if ordered else ("unit", "value", "second", "record")
    return asked(measurements, ask).select(*columns)


def values(tables: Tables, ask: Ask, *, newest: int | None = None) -> Any:
    """Every measurement with its unit, limits and outcome, in the order made; or the newest."""
    return _told(tables, _newest(asked(tables.measurements, ask), newest))


def outside(tables: Tables, ask: Ask, *, newest: int | None = None) -> Any:
    """Measurements outside the limits they were judged by, or that failed by another rule."""
    rows = asked(tables.measurements, ask)
    columns = rows.columns
    rows = rows.join(tables.lines.select("line", "lower", "upper"), "line")
    low = (rows.value < rows.lower).fill_null(False)
    high = (rows.value > rows.upper).fill_null(False)
    beyond = rows.filter(low | high | (rows.outcome == _FAIL)).select(*columns)
    return _told(tables, _newest(beyond, newest))


def summary(measurements: Any, ask: Ask) -> Any:
    """One row: how many measurements, numbers and fails; mean, sd (n - 1), least, most; first and
    last in seconds since 1970."""
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
        first=rows.second.min(),
        last=rows.second.max(),
    )


def span(measurements: Any, ask: Ask) -> Any:
    """One row: how many numbers there are, when the first was measured and when the last, in
    seconds since 1970."""
    rows = numbers(measurements, ask)
    return rows.aggregate(n=rows.count(), first=rows.second.min(), last=rows.second.max())


def series(measurements: Any, ask: Ask, start: datetime, seconds: int) -> Any:
    """Numbers by stretches of time for a chart: how many, mean, least, most of each.

    start: where the first stretch begins; seconds: how long each is. A stretch without a number
    is not there.
    """
    rows = numbers(measurements, ask)
    since = int(start.timestamp())
    rows = rows.mutate(stretch=(rows.second - since) // seconds)
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
    keys = ["site", "part", "procedure_name"]
    judged = rows.outcome.isin([_PASS, _FAIL])
    tried = rows.group_by(keys).aggregate(
        tests=rows.count(where=judged),
        no_tries=rows.count(where=~judged),
        revisions=rows.procedure.nunique(),
    )
    ends = _ends(rows.filter(judged))
    passed = ends.group_by(keys).aggregate(
        units=ends.count(),
        first_passed=ends.count(where=ends.first == _PASS),
        finally_passed=ends.count(where=ends.final == _PASS),
    )
    found = tried.left_join(passed, keys)
    return found.select(
        *(tried[key] for key in keys),
        tried.revisions,
        tried.tests,
        tried.no_tries,
        **{
            name: passed[name].fill_null(0) for name in ("units", "first_passed", "finally_passed")
        },
    ).order_by(keys)


def _ends(judged: Any) -> Any:
    """The first and the final outcome of each unit in each procedure: of tests that began at
    once, the one with the lower record came first."""
    by = ["procedure_name", "unit"]
    times = judged.group_by(by).aggregate(begin=judged.began.min(), end=judged.began.max())
    rows = judged.join(times, by)
    return rows.group_by([*by, "site", "part"]).aggregate(
        first=rows.outcome.argmin(rows.record, where=rows.began == rows.begin),
        final=rows.outcome.argmax(rows.record, where=rows.began == rows.end),
    )


def firsts(rows: Any) -> Any:
    """The first row of each unit, by second and then by record: a retest replaces no first
    value."""
    times = rows.group_by("unit").aggregate(second=rows.second.min())
    tied = rows.join(times, ["unit", "second"])
    keys = tied.group_by("unit").aggregate(record=tied.record.min())
    return tied.join(keys, ["unit", "record"])


def procedures(records: Any, ask: Ask) -> Any:
    """The digests of the procedures that ran, with when each ran first and last."""
    rows = asked(records, ask)
    grouped = rows.group_by("procedure").aggregate(first=rows.began.min(), last=rows.began.max())
    return grouped.order_by("last", "procedure")


def _told(tables: Tables, rows: Any) -> Any:
    """Measurements with what a person wants to know of them, by time."""
    named = tables.records.select("record", "began", "serial", "uid")
    lines = tables.lines.select("line", "name", "characteristic", "lower", "upper")
    told = rows.join(lines, "line").join(named, "record")
    columns = (
        "began", "site", "part", "batch", "serial", "unit", "characteristic", "name",
        "value", "text", "lower", "upper", "outcome", "uid", "record", "line",
    )  # fmt: skip
    return told.select(*columns).order_by("began", "record", "line")


def _newest(rows: Any, count: int | None) -> Any:
    """So many rows from the end, before anything is joined to them."""
    if count is None:
        return rows
    latest = [libraries.ibis().desc(rows[name]) for name in _ORDER]
    return rows.order_by(latest).limit(count)
