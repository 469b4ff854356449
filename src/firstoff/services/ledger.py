"""Writing to the ledger: every verb is one transaction and one entry."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Any, TypeVar

from django.db import connection, transaction

from firstoff.db.inserts import insert
from firstoff.db.models import LedgerEntry, Program, Record
from firstoff.db.rows import as_values
from firstoff.rules.access import Actor
from firstoff.rules.ledger import START, Link, canonical, link_hash, rows_digest

R = TypeVar("R", bound=Record)

_queue = Lock()
_CHAIN_LOCK = 0x46_49_52_53  # one writer at a time extends the chain on PostgreSQL


@dataclass(slots=True)
class Entry:
    """The entry being written. ``details`` is what a reader of the ledger wants to know."""

    seq: int
    by: Actor
    at: datetime
    program_id: int | None = None  # whose records these are; set it where the verb makes one
    details: dict[str, Any] = field(default_factory=dict)
    rows: list[tuple[str, int, str]] = field(default_factory=list)

    def add(self, record: R) -> R:
        """Save one record under this entry."""
        self._stamp(record)
        record.save(force_insert=True)
        self._cover(record)
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
        return records

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
    inside the block, never before it; a refusal rolls everything back.
    """
    with _turn(), transaction.atomic():
        previous_seq, previous_hash = _head()
        program_id = program.pk if isinstance(program, Program) else program
        entry = Entry(seq=previous_seq + 1, by=by, at=at, program_id=program_id)
        yield entry
        _write(entry, name, subject, previous_hash)


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
    with _queue:
        yield


def _head() -> tuple[int, str]:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_CHAIN_LOCK])
    last = LedgerEntry.objects.order_by("-seq").values_list("seq", "hash").first()
    return last or (0, START)


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
    LedgerEntry.objects.create(
        seq=link.seq,
        at=link.at,
        by=link.by,
        verb=link.verb,
        subject=link.subject,
        program_id=link.program,
        details=link.details,
        records=link.records,
        digest=link.digest,
        previous=link.previous,
        hash=link_hash(link),
    )
