"""Writing to the ledger: every verb is one transaction and one entry."""

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from threading import Lock
from typing import Any, TypeVar

from django.conf import settings
from django.db import connection, transaction
from django.utils.module_loading import import_string

from firstoff.db.inserts import insert, insert_columns, write_rows
from firstoff.db.models import LedgerEntry, Program, Record, Unit
from firstoff.db.rows import as_values
from firstoff.rules.access import Actor
from firstoff.rules.ledger import START, Link, canonical, link_hash, rows_digest
from firstoff.services.outages import busy

R = TypeVar("R", bound=Record)

_queue = Lock()
_PATIENCE = 30.0  # seconds in that queue, as long as SQLite waits for its lock
_CHAIN_LOCK = 0x46_49_52_53  # one writer at a time extends the chain on PostgreSQL


@dataclass(slots=True)
class Entry:
    """The entry being written. ``details`` is what a reader of the ledger wants to know.

    ``units`` and ``lots`` are the keys of those that the verb touched: of the units, every one
    that a record written under the entry names is added by itself.
    """

    seq: int
    by: Actor
    at: datetime
    previous: str = START  # hash of the entry before it
    verb: str = ""
    program_id: int | None = None  # whose records these are; set it where the verb makes one
    details: dict[str, Any] = field(default_factory=dict)
    rows: list[tuple[str, int, str]] = field(default_factory=list)
    units: set[int] = field(default_factory=set)
    lots: set[int] = field(default_factory=set)
    # Told its number and its hash as it is written. That is not yet committed: who keeps it
    # compares it with the head of the chain before relying on it.
    sealed: list[Callable[[int, str], None]] = field(default_factory=list)
    _written: dict[type[Record], list[Record]] = field(default_factory=dict)

    def of(self, model: type[R]) -> Sequence[R]:
        """The records of one table written under this entry so far."""
        written: Any = self._written.get(model, ())  # under a model stand its own rows
        rows: Sequence[R] = written
        return rows

    @property
    def models(self) -> Set[type[Record]]:
        """The tables that records were written to under this entry so far."""
        return self._written.keys()

    def add(self, record: R) -> R:
        """Save one record under this entry."""
        self._stamp(record)
        record.save(force_insert=True)
        self._cover(record)
        self._keep([record])
        return record

    def add_all(self, records: Sequence[R]) -> Sequence[R]:
        """Save many records of one table under this entry, in few statements."""
        if not records:
            return records
        for record in records:
            self._stamp(record)
        table = records[0]._meta.db_table
        for record, row in zip(records, insert(records), strict=True):
            self.rows.append((table, record.pk, row))
        self._keep(records)
        return records

    def _keep(self, records: Sequence[Record]) -> None:
        model = type(records[0])
        self._written.setdefault(model, []).extend(records)
        if model is Unit:
            self.units.update(record.pk for record in records)
        elif hasattr(model, "unit_id"):
            self.units.update(r.__dict__["unit_id"] for r in records)
            self.units.discard(None)

    def add_columns(
        self, model: type[Record], count: int, columns: Mapping[str, Sequence[Any]]
    ) -> Sequence[int]:
        """Save many records of one form, given by their columns (``insert_columns``); ``of`` does
        not know them, ``units`` does."""
        stamped: dict[str, Sequence[Any]] = {
            "entry_id": [self.seq] * count,
            "by_id": [self.by.person_id] * count,
            "received_at": [self.at] * count,
        }
        keys, rows = insert_columns(model, count, {**columns, **stamped})
        self._written.setdefault(model, [])
        table = model._meta.db_table
        self.rows += [(table, key, row) for key, row in zip(keys, rows, strict=True)]
        self.units.update(columns.get("unit_id", ()))
        return keys

    def _stamp(self, record: Record) -> None:
        record.__dict__.update(entry_id=self.seq, by_id=self.by.person_id, received_at=self.at)

    def _cover(self, record: Record) -> None:
        self.rows.append((record._meta.db_table, record.pk, canonical(as_values(record))))


@contextmanager
def verb(
    name: str, *, by: Actor, at: datetime, subject: str, program: Program | int | None = None
) -> Iterator[Entry]:
    """One verb: what is added inside is chained into the ledger when the block ends.

    Opens a transaction and takes the chain's lock before anything is read: whoever writes takes
    turns, so what a verb reads inside the block stays true until it has written. A verb checks
    inside the block, never before it; a refusal rolls everything back. What later steps of the
    flow add to every verb (``AFTER_VERBS``) is done before the block ends, under the same entry.
    """
    with _turn(), transaction.atomic():
        previous_seq, previous_hash = _head()
        program_id = program.pk if isinstance(program, Program) else program
        entry = Entry(previous_seq + 1, by, at, previous_hash, name, program_id)
        yield entry
        for follow in _following(settings.AFTER_VERBS):
            follow(entry)
        _write(entry, name, subject, previous_hash)


@contextmanager
def together() -> Iterator[None]:
    """Several verbs, each with its entry, made durable by one commit; where that fails, or the
    block is left by an exception, none of them is there."""
    with _turn(), transaction.atomic():
        yield


@cache
def _following(names: tuple[str, ...]) -> tuple[Callable[[Entry], None], ...]:
    return tuple(import_string(name) for name in names)


@contextmanager
def _turn() -> Iterator[None]:
    """Threads of this process queue for the lock of SQLite instead of asking again and again:
    whoever asks by chance at the wrong moments waits for seconds while others pass.

    Not inside a transaction: that one holds the database already, and would wait for a thread
    that waits for it.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    if not _queue.acquire(timeout=_PATIENCE):
        raise busy()
    try:
        yield
    finally:
        _queue.release()


def _head() -> tuple[int, str]:
    newest = f"SELECT seq, hash FROM {LedgerEntry._meta.db_table} ORDER BY seq DESC LIMIT 1"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Sent together; the second statement sees what was committed when the first had its
            # turn: each looks at the database for itself.
            cursor.execute(f"SELECT pg_advisory_xact_lock(%s); {newest}", [_CHAIN_LOCK])
            cursor.nextset()
        else:
            cursor.execute(newest)
        return cursor.fetchone() or (0, START)


def _write(entry: Entry, name: str, subject: str, previous: str) -> None:
    counts: dict[str, int] = {}
    for table, _, _ in entry.rows:
        counts[table] = counts.get(table, 0) + 1
    link = Link(
        seq=entry.seq,
        at=entry.at,
        by=entry.by.username + (f" at {entry.by.station}" if entry.by.station else ""),
        verb=name,
        subject=subject[:300],
        program=entry.program_id,
        details=canonical(entry.details),
        records=canonical(counts),
        digest=rows_digest(entry.rows),
        previous=previous,
    )
    sealed = link_hash(link)
    row = {
        "seq": link.seq,
        "at": connection.ops.adapt_datetimefield_value(link.at),
        "by": link.by,
        "verb": link.verb,
        "subject": link.subject,
        "program_id": link.program,
        "details": link.details,
        "records": link.records,
        "digest": link.digest,
        "previous": link.previous,
        "hash": sealed,
    }
    write_rows(LedgerEntry, list(row), [tuple(row.values())])
    for tell in entry.sealed:
        tell(link.seq, sealed)
