"""Records between two entries of the ledger: what is new of a run, or all of it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL

from firstoff.db.keys import Keys, keys, parameter, within
from firstoff.db.models import Record
from firstoff.db.prepared import prepared

LATEST = 2**63 - 1  # an entry of the ledger after all there will be
T = TypeVar("T")
M = TypeVar("M", bound=Record)


@dataclass(frozen=True, slots=True)
class Span:
    """Records of some runs between two entries of the ledger."""

    runs: list[int]
    after: Mapping[int, int]
    upto: int | None

    @property
    def since(self) -> int:
        """The entry after which there is something to read for one of the runs."""
        return min((self.after.get(key, 0) for key in self.runs), default=0)

    @property
    def last(self) -> int:
        return LATEST if self.upto is None else self.upto

    def until(self, rows: "QuerySet[M]") -> "QuerySet[M]":
        """Records as they stood at its end."""
        return rows if self.upto is None else rows.filter(entry__lte=self.upto)

    def group(self, rows: Iterable[tuple[int, int, T]]) -> dict[int, list[T]]:
        """By run, without what is known of a run already. rows: (run, entry, value)."""
        found: dict[int, list[T]] = defaultdict(list)
        for run, entry, value in rows:
            if entry > self.after.get(run, 0):
                found[run].append(value)
        return found


def spanned(
    model: type[M],
) -> Callable[[Callable[["QuerySet[M]"], "QuerySet[M, T]"]], Callable[[Span], list[T]]]:
    """What a question of the records of a table gives for those of a span. One query; prepared
    where only what is new is read."""

    def of(ask: "Callable[[QuerySet[M]], QuerySet[M, T]]") -> Callable[[Span], list[T]]:
        @prepared
        def later(runs: Keys, since: int, upto: int) -> "QuerySet[M, T]":
            rows = model._default_manager.filter(entry__gt=since, entry__lte=upto)
            # Few records are new and many belong to the run: the sum keeps SQLite from walking
            # all records of the run, by the index of runs, to find those of the last entries.
            column = f'"{model._meta.db_table}"."run_id" + 0'
            of_runs = RawSQL(within(column), [parameter(runs)], output_field=BooleanField())
            return ask(rows.filter(of_runs))

        def asked(span: Span) -> list[T]:
            if span.since:
                return later(keys(span.runs), span.since, span.last)
            rows = model._default_manager.filter(run__in=span.runs)
            return list(ask(span.until(rows)))

        return asked

    return of
