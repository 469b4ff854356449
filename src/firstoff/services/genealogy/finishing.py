"""When units came to the end of their route, from the operations recorded on them.

Most plans have one end: the last operation. Where branches end beside each other, the last of
them to pass ends the route, and that is told only by going through what was recorded in turn.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from firstoff.db.models import OperationRecord
from firstoff.rules.execution import RouteFacts, ends_route
from firstoff.rules.plan import PlanOperation, order_of
from firstoff.terms import OperationOutcome

Routes = Mapping[int, tuple[PlanOperation, ...]]  # by run
_COLUMNS = ("pk", "unit_id", "run_id", "attempt", "seq", "outcome", "ended_at")


class Ended(NamedTuple):
    """An operation that ended the route of a unit. ``key`` is that of its record."""

    key: int
    unit: int
    at: datetime


def branching(routes: Routes) -> frozenset[int]:
    """Runs whose plan has more than one end."""
    return frozenset(run for run, route in routes.items() if len(order_of(route).last) > 1)


def came_to_end(routes: Routes, units: Collection[int] | None = None) -> Iterator[Ended]:
    """Units of these runs that came to the end of their route, in the order it was recorded a
    unit. units: only of these, which one statement can name; else of all. One query."""
    rows = OperationRecord.objects.filter(run__in=routes.keys()).order_by("unit_id", "pk")
    if units is not None:
        rows = rows.filter(unit__in=units)
    yield from _replayed(rows.values_list(*_COLUMNS).iterator(), routes)


def _replayed(
    rows: Iterable[tuple[int, int, int, int, int, str, datetime]], routes: Routes
) -> Iterator[Ended]:
    of, done = 0, dict[tuple[int, int], str]()
    for key, unit, run, attempt, seq, outcome, at in rows:
        if unit != of:
            of, done = unit, {}
        done[attempt, seq] = outcome
        if outcome == OperationOutcome.PASS and ends_route(
            RouteFacts("", routes[run], seq, attempt, done)
        ):
            yield Ended(key, unit, at)
