"""Reading and verifying the ledger."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Exists, Max, OuterRef, QuerySet

from firstoff.db.keys import Keys, among, keys
from firstoff.db.models import LedgerEntry
from firstoff.db.prepared import prepared
from firstoff.db.rows import record_models, stored_rows
from firstoff.rules.ledger import START, Link, canonical, link_hash, rows_digest

_STRETCH = 2000  # entries verified at a time: bounds memory whatever the length


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain: whoever keeps it elsewhere can tell if the end was cut off."""

    seq: int
    hash: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Verification:
    """What verify found. ``broken`` is the first entry that does not hold, or None."""

    entries: int
    rows: int
    head: Head
    broken: int | None
    sentence: str

    @property
    def holds(self) -> bool:
        return self.broken is None


def head(*, using: str = "default") -> Head:
    last = list(_last() if using == DEFAULT_DB_ALIAS else _newest(using))
    return Head(*last[0]) if last else Head(0, START, None)


def _newest(using: str) -> "QuerySet[LedgerEntry, tuple[int, str, datetime]]":
    entries = LedgerEntry.objects.using(using).order_by("-seq")
    return entries.values_list("seq", "hash", "at")[:1]


@prepared
def _last() -> "QuerySet[LedgerEntry, tuple[int, str, datetime]]":
    return _newest(DEFAULT_DB_ALIAS)


def version(program_id: int) -> int:
    """The newest entry that may be about the program: what is computed from its records is valid
    until it moves. Records of several programs in one post have an entry of no program."""
    return versions([program_id]).get(program_id, 0)


def versions(program_ids: Iterable[int]) -> dict[int, int]:
    """The same for several programs, in one query; a program without an entry is not there."""
    found = dict(_versions(keys(program_ids)))
    of_none = found.pop(None, 0)
    return {program: max(seq, of_none) for program, seq in found.items() if program is not None}


@prepared
def _versions(programs: Keys) -> "QuerySet[LedgerEntry, tuple[int | None, int]]":
    entries = LedgerEntry.objects.order_by()
    newest = {"newest": Max("seq")}
    own = entries.filter(among(LedgerEntry, "program", programs)).values_list("program_id")
    common = entries.filter(program__isnull=True).values_list("program_id")
    return own.annotate(**newest).union(common.annotate(**newest), all=True)


def hashes(seqs: Iterable[int]) -> dict[int, str]:
    """The hashes of several entries, in one query."""
    return dict(_hashes(keys(seqs)))


@prepared
def _hashes(seqs: Keys) -> "QuerySet[LedgerEntry, tuple[int, str]]":
    rows = LedgerEntry.objects.filter(among(LedgerEntry, "seq", seqs))
    return rows.values_list("seq", "hash")


def entry_hash(seq: int, *, using: str = "default") -> str | None:
    """The hash of one entry, to compare with one printed on paper."""
    found = LedgerEntry.objects.using(using).filter(pk=seq)
    return found.values_list("hash", flat=True).first()


def verify(
    progress: Callable[[int, int], None] | None = None,
    *,
    newest: int | None = None,
    using: str = "default",
) -> Verification:
    """Walk the chain and recompute everything, records included.

    Finds an altered, removed or inserted entry, and an altered, removed or inserted record; names
    the first broken entry. What it cannot see is a chain cut off at its end together with the
    records there: keep the head (`firstoff ledger head`) somewhere else for that.

    newest: only that many entries at the end, taking the hash before them for granted.
    using: the database, as Django names it. progress: called with entries done and entries to do.
    """
    end = head(using=using)
    start = max(1, end.seq + 1 - newest) if newest else 1
    previous, expected, rows = START, start, 0
    if start > 1:
        previous = entry_hash(start - 1, using=using) or "missing"
    for first in range(start, end.seq + 1, _STRETCH):
        last = min(first + _STRETCH - 1, end.seq)
        recorded = _recorded(first, last, using)
        for link, stored_hash in _links(first, last, using):
            found = recorded.pop(link.seq, [])
            rows += len(found)
            problem = _problem(link, stored_hash, previous, expected, found)
            if problem:
                return Verification(end.seq, rows, end, min(expected, link.seq), problem)
            previous, expected = stored_hash, expected + 1
        if progress:
            progress(last - start + 1, end.seq - start + 1)
    stray = _stray(end.seq, using)
    if stray:
        return Verification(end.seq, rows, end, end.seq + 1, stray)
    which = f"The newest {newest:,} of {end.seq:,}" if start > 1 else f"All {end.seq:,}"
    said = f"{which} entries hold, and {rows:,} records with them."
    return Verification(end.seq, rows, end, None, said)


def _problem(
    link: Link, stored_hash: str, previous: str, expected: int, rows: list[tuple[str, int, str]]
) -> str:
    where = f"entry {link.seq} ({link.verb}, {link.subject})"
    if link.seq != expected:
        return f"Entry {expected} is missing: the chain goes on with {where}."
    if link.previous != previous:
        return f"The chain breaks at {where}: it is not chained to the entry before it."
    if link_hash(link) != stored_hash:
        return f"The chain breaks at {where}: the entry itself was changed."
    if rows_digest(rows) == link.digest:
        return ""
    counts: dict[str, int] = {}
    for table, _, _ in rows:
        counts[table] = counts.get(table, 0) + 1
    if canonical(counts) != link.records:
        return (
            f"The chain breaks at {where}: it wrote {link.records}, and now there are "
            f"{canonical(counts)}; a record was removed or added."
        )
    tables = ", ".join(sorted(t.removeprefix("firstoff_") for t in counts))
    return f"The chain breaks at {where}: a record it wrote was changed ({tables})."


def _links(first: int, last: int, using: str) -> Iterator[tuple[Link, str]]:
    entries = LedgerEntry.objects.using(using).filter(seq__gte=first, seq__lte=last)
    for e in entries.order_by("seq").iterator(chunk_size=_STRETCH):
        yield (
            Link(
                e.seq,
                e.at,
                e.by,
                e.verb,
                e.subject,
                e.program_id,
                e.details,
                e.records,
                e.digest,
                e.previous,
            ),
            e.hash,
        )


def _recorded(first: int, last: int, using: str) -> dict[int, list[tuple[str, int, str]]]:
    rows: dict[int, list[tuple[str, int, str]]] = {}
    for model in record_models():
        table = model._meta.db_table
        for row in stored_rows(model, first, last, using):
            entry: Any = row.pop("entry_id")
            rows.setdefault(entry, []).append((table, row["id"], canonical(row)))
    return rows


def _stray(end: int, using: str) -> str:
    entry = LedgerEntry.objects.using(using).filter(seq=OuterRef("entry_id"))
    for model in record_models():
        # Whoever records while this runs adds rows with their entry: those are no strays.
        after = model._default_manager.using(using).filter(entry_id__gt=end)
        found = after.filter(~Exists(entry)).count()
        if found:
            return (
                f"{found} rows of {model._meta.db_table} name an entry after the end of the chain."
            )
    return ""
