"""Runs read once and then only read on: what is recorded stays, so only the new is read.

A run of ten thousand units has ten thousand judgements and often sixty thousand operation times.
To read all of them after every new record would take half a second; what came since the entry
of the ledger at which the run was read last takes a millisecond.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock

from django.db.models import Max

from firstoff.db.models import LedgerEntry
from firstoff.queries.execution.facts import (
    Recorded,
    Span,
    causes,
    exclusions,
    recorded,
    run_facts_of,
)
from firstoff.rules.execution import Reading

_KEPT_RECORDS = 1_000_000  # of all kinds, over all runs; some 200 bytes each


@dataclass(frozen=True, slots=True)
class _Kept:
    """A run as it was read at an entry. The hash tells whether that entry is still there: a
    transaction that was rolled back, or a backup brought back, leaves another one."""

    entry: int
    hash: str
    recorded: Recorded
    reading: Reading

    @property
    def size(self) -> int:
        held = self.recorded
        return 1 + sum(map(len, (held.units, held.judgements, held.defects, held.times)))


_kept: OrderedDict[int, _Kept] = OrderedDict()
_lock = Lock()


def readings(run_ids: Sequence[int], *, upto: int) -> tuple[Reading, ...]:
    """The runs as they stood after an entry of the ledger, in the order asked for.

    Two queries for runs read at that entry before; at most eighteen else, whatever their number.
    """
    ids = list(dict.fromkeys(run_ids))
    hashes, named = _hashes(ids, upto)
    held = _held(ids, upto, hashes, named)
    stale = [key for key in ids if key not in held or held[key].entry != upto]
    if stale:
        found = _read(stale, {key: k for key, k in held.items() if key in stale}, upto)
        facts = run_facts_of(found, upto=upto)
        for key, run in zip(found, facts, strict=True):
            held[key] = _Kept(upto, hashes.get(upto, ""), found[key], Reading(run))
        _keep({key: held[key] for key in stale})
    return tuple(held[key].reading for key in run_ids)


def forget() -> None:
    """Read everything anew the next time."""
    with _lock:
        _kept.clear()


def _hashes(ids: Sequence[int], upto: int) -> tuple[dict[int, str], int]:
    """Hashes of the entries that matter, and the newest entry that belongs to no program: it may
    have given a person or a machine another name."""
    with _lock:
        entries = {_kept[key].entry for key in ids if key in _kept} | {upto}
    chain = LedgerEntry.objects.filter(pk__lte=upto)
    named = chain.filter(program__isnull=True).aggregate(newest=Max("seq"))["newest"]
    return dict(chain.filter(pk__in=entries).values_list("seq", "hash")), named or 0


def _held(
    ids: Sequence[int], upto: int, hashes: Mapping[int, str], named: int
) -> dict[int, _Kept]:
    """What was read before and is still true."""
    with _lock:
        known = {key: _kept[key] for key in ids if key in _kept}
        for key in known:
            _kept.move_to_end(key)
    return {
        key: k
        for key, k in known.items()
        if named <= k.entry <= upto and hashes.get(k.entry) == k.hash
    }


def _read(ids: list[int], held: Mapping[int, _Kept], upto: int) -> dict[int, Recorded]:
    fresh = [key for key in ids if key not in held]
    found = recorded(fresh, upto=upto) if fresh else {}
    if held:
        span = Span(list(held), {key: k.entry for key, k in held.items()}, upto)
        left_out, why = exclusions(span), causes(span)
        later = recorded(span.runs, after=span.after, upto=upto)
        for key, k in held.items():
            found[key] = _joined(k.recorded, later[key], left_out, why)
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


def _keep(found: Mapping[int, _Kept]) -> None:
    with _lock:
        for key, k in found.items():
            if k.hash:  # else the entry is not written yet: nothing is kept of a verb under way
                _kept[key] = k
                _kept.move_to_end(key)
        size = sum(k.size for k in _kept.values())
        while size > _KEPT_RECORDS and len(_kept) > 1:
            size -= _kept.popitem(last=False)[1].size
