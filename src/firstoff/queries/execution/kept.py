"""Runs read once and then only read on: what is recorded stays, so only the new is read.

A run of ten thousand units has ten thousand judgements and often sixty thousand operation times.
To read all of them after every new record would take half a second; what came since the entry
of the ledger at which the run was read last takes a millisecond.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Generic, NamedTuple, TypeVar

from django.db.models import QuerySet

from firstoff.db.models import LedgerEntry
from firstoff.db.prepared import prepared
from firstoff.queries.execution.facts import (
    Recorded,
    causes,
    exclusions,
    recorded,
    run_facts_of,
)
from firstoff.queries.execution.spans import Span
from firstoff.queries.ledger import hashes
from firstoff.rules.execution import Reading

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")
_KEPT_RECORDS = 1_000_000  # of all kinds, over all runs; some 200 bytes each


@dataclass(frozen=True, slots=True)
class Held(Generic[T]):
    """A value as it was at an entry. The hash tells whether that entry is still there: a
    transaction that was rolled back, or a backup brought back, leaves another one."""

    entry: int
    hash: str
    value: T


class Kept(Generic[K, T]):
    """What was read of runs, each true of every ledger that holds the entry it was read at: by
    run, or by run and what was asked of it."""

    def __init__(self, size: Callable[[T], int]) -> None:
        self._size = size
        self._found: OrderedDict[K, Held[T]] = OrderedDict()
        self._lock = Lock()

    def look(self, keys: Sequence[K], upto: int) -> tuple[dict[K, Held[T]], str]:
        """What is still true of them, and the hash of the entry asked for. Two queries."""
        with self._lock:
            known = {key: self._found[key] for key in keys if key in self._found}
            for key in known:
                self._found.move_to_end(key)
        found = hashes({held.entry for held in known.values()} | {upto})
        # An entry of no program may have given a person or a machine another name.
        named = max(_of_no_program(upto), default=0)
        still = {
            key: held
            for key, held in known.items()
            if named <= held.entry <= upto and found.get(held.entry) == held.hash
        }
        return still, found.get(upto, "")

    def keep(self, found: Mapping[K, Held[T]]) -> None:
        with self._lock:
            for key, held in found.items():
                if held.hash:  # else the entry is not written: a verb is under way
                    self._found[key] = held
                    self._found.move_to_end(key)
            size = sum(self._size(held.value) for held in self._found.values())
            while size > _KEPT_RECORDS and len(self._found) > 1:
                size -= self._size(self._found.popitem(last=False)[1].value)

    def forget(self) -> None:
        """Read everything anew the next time."""
        with self._lock:
            self._found.clear()


@prepared
def _of_no_program(upto: int) -> "QuerySet[LedgerEntry, int]":
    rows = LedgerEntry.objects.filter(pk__lte=upto, program__isnull=True)
    return rows.order_by("-seq").values_list("seq", flat=True)[:1]


class _Read(NamedTuple):
    recorded: Recorded
    reading: Reading

    @property
    def size(self) -> int:
        held = self.recorded
        return 1 + sum(map(len, (held.units, held.judgements, held.defects, held.times)))


_kept: Kept[int, _Read] = Kept(lambda read: read.size)
forget = _kept.forget


def readings(run_ids: Sequence[int], *, upto: int) -> tuple[Reading, ...]:
    """The runs as they stood after an entry of the ledger, in the order asked for.

    Two queries for runs read at that entry before; at most eighteen else, whatever their number.
    """
    ids = list(dict.fromkeys(run_ids))
    held, newest = _kept.look(ids, upto)
    stale = [key for key in ids if key not in held or held[key].entry != upto]
    if stale:
        found = _read(stale, {key: h for key, h in held.items() if key in stale}, upto)
        facts = run_facts_of(found, upto=upto)
        for key, run in zip(found, facts, strict=True):
            before = held[key].value.reading if key in held else None
            held[key] = Held(upto, newest, _Read(found[key], Reading(run, before)))
        _kept.keep({key: held[key] for key in stale})
    return tuple(held[key].value.reading for key in run_ids)


def _read(ids: list[int], held: Mapping[int, Held[_Read]], upto: int) -> dict[int, Recorded]:
    fresh = [key for key in ids if key not in held]
    found = recorded(fresh, upto=upto) if fresh else {}
    if held:
        span = Span(list(held), {key: h.entry for key, h in held.items()}, upto)
        left_out, why = exclusions(span), causes(span)
        later = recorded(span.runs, after=span.after, upto=upto)
        for key, h in held.items():
            found[key] = _joined(h.value.recorded, later[key], left_out, why)
    return {key: found[key] for key in ids}


def _joined(
    before: Recorded,
    later: Recorded,
    left_out: Mapping[int, str],
    why: Mapping[int, tuple[str, str]],
) -> Recorded:
    units, defects = before.units, before.defects
    if any(u.id in left_out for u in units):
        units = tuple(u._replace(excluded=left_out.get(u.id, u.excluded)) for u in units)
    if any(d.id in why for d in defects):
        defects = tuple(
            d._replace(cause_class=why[d.id][0], cause=why[d.id][1]) if d.id in why else d
            for d in defects
        )
    return Recorded(
        units + later.units,
        before.judgements + later.judgements,
        defects + later.defects,
        before.times + later.times,
    )
