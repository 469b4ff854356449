"""One connection of this process on which whoever takes turns writes, whichever thread it is.

What a connection of SQLite has read it throws away as soon as another one writes; and a thread of
its own, to which everything were handed over, would cost two changes of threads a record.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

_held: list[BaseDatabaseWrapper] = []


@contextmanager
def as_writer() -> Iterator[BaseDatabaseWrapper]:
    """The block's queries go through that connection. For one thread at a time: see to it."""
    if not _held:
        made: Any = connections.create_connection(DEFAULT_DB_ALIAS)
        made.inc_thread_sharing()
        # Asking whether it is still there takes as long as a query; who writes asks again, where
        # it turns out to be gone.
        made.health_check_enabled = False
        _held.append(made)
    writer, own = _held[0], connections[DEFAULT_DB_ALIAS]
    connections[DEFAULT_DB_ALIAS] = writer
    try:
        writer.close_if_unusable_or_obsolete()
        yield writer
    finally:
        connections[DEFAULT_DB_ALIAS] = own
