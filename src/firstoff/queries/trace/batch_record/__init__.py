"""The batch record of a run (R-39), read for its page, its paper and for closing the run."""

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

from firstoff.queries.execution.definition import frozen
from firstoff.queries.execution.runs import RunView
from firstoff.queries.ledger import Head, head
from firstoff.queries.trace.batch_record import kept
from firstoff.queries.trace.batch_record.around import run_made
from firstoff.queries.trace.batch_record.views import (
    Around,
    ClosureView,
    SignedView,
    Stamp,
    around,
    closed,
)
from firstoff.rules.trace.batch_record import BatchRecord, batch_record, together

__all__ = [
    "Around",
    "ClosureView",
    "RecordView",
    "SignedView",
    "Stamp",
    "closed",
    "forget",
    "record_of",
]

_KEPT = 16  # records kept as they read; each is some megabytes for ten thousand units


@dataclass(frozen=True, slots=True)
class RecordView:
    """The batch record of a run as the records stood at an entry of the ledger."""

    run: RunView
    record: BatchRecord
    around: Around
    at: Head


_found: OrderedDict[int, RecordView] = OrderedDict()
_lock = Lock()


def record_of(view: RunView) -> RecordView:
    """The record of a run that the actor is known to see.

    One query where nothing was recorded since it was read; at most some fifty else, whatever the
    size of the run.
    """
    at = head()
    with _lock:
        known = _found.get(view.id)
    if known is not None and known.at == at and known.run == view:
        return known
    found = _read(view, at)
    if head() == at:  # else somebody recorded meanwhile
        _keep(found)
    return found


def _read(view: RunView, at: Head) -> RecordView:
    definition = frozen(view.baseline_id, view.baseline)
    bar = view.bar
    limit = None if bar is None or bar.max_unit_minutes is None else bar.max_unit_minutes * 60
    held = kept.units_of(view.id, definition, limit=None if limit is None else float(limit), at=at)
    all_units = together(stretch for _, stretch in sorted(held.stretches.items()))
    record = batch_record(run_made(view, definition, held.units, all_units), all_units)
    return RecordView(view, record, around(view, record), at)


def _keep(found: RecordView) -> None:
    with _lock:
        _found[found.run.id] = found
        _found.move_to_end(found.run.id)
        while len(_found) > _KEPT:
            _found.popitem(last=False)


def forget() -> None:
    """Read everything anew the next time."""
    kept.forget()
    with _lock:
        _found.clear()
