"""Whole copies of the database: SQLite to a file, any database to another, row by row."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management.color import no_style
from django.db import connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from firstoff.db import triggers
from firstoff.db.creating import bring_up

_BATCH = 2000
Counter = Callable[[int, int], None]  # rows done, rows to do


def tables() -> list[type[models.Model]]:
    """Every table of Firstoff, those between two others included; sessions are not."""
    return list(apps.get_app_config("firstoff").get_models(include_auto_created=True))


@contextmanager
def attached(path: Path) -> Iterator[str]:
    """A SQLite file as a second database; answers the name Django knows it by."""
    alias = f"copy-{path.parent.name}"
    wanted: dict[str, Any] = {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": {"init_command": "PRAGMA foreign_keys=ON; PRAGMA recursive_triggers=ON;"},
    }
    known = connections.settings
    known[alias] = connections.configure_settings({**known, alias: wanted})[alias]
    try:
        yield alias
    finally:
        connections[alias].close()
        del connections[alias]
        del known[alias]


def snapshot(source: BaseDatabaseWrapper, target: Path) -> None:
    """A consistent copy of a SQLite database as one file, while others write to it."""
    source.ensure_connection()
    copy = sqlite3.connect(target)
    try:
        # All pages in one step: nobody's write can come between and start it over.
        source.connection.backup(copy, pages=-1)
        copy.execute("PRAGMA journal_mode=DELETE")
    finally:
        copy.close()


def overwrite(source: Path, target: BaseDatabaseWrapper) -> None:
    """Replace a SQLite database by a copy, in one transaction: readers see old or new."""
    target.ensure_connection()
    copy = sqlite3.connect(source)
    try:
        copy.backup(target.connection, pages=-1)
    finally:
        copy.close()


def export(target: str, counter: Counter) -> None:
    """Every row of the default database as of one moment, into an empty database."""
    bring_up(target)
    with transaction.atomic():
        with connections["default"].cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        with transaction.atomic(using=target):
            triggers.remove(connections[target])
            _copy("default", target, counter)
            triggers.install(connections[target])


def replace_rows(source: str, counter: Counter) -> None:
    """Replace every row of the default PostgreSQL database, in one transaction."""
    target = connections["default"]
    names = ", ".join(m._meta.db_table for m in tables())
    with transaction.atomic(), target.cursor() as cursor:
        triggers.remove(target)
        cursor.execute(f"TRUNCATE {names}, django_session")
        _copy(source, "default", counter)
        for statement in target.ops.sequence_reset_sql(no_style(), tables()):
            cursor.execute(statement)
        # Foreign keys are checked now: a table with checks pending takes no trigger.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        triggers.install(target)


def _copy(source: str, target: str, counter: Counter) -> None:
    counts = {model: model._base_manager.using(source).count() for model in tables()}
    total, done = sum(counts.values()), 0
    for model in counts:
        rows = model._base_manager.using(source).order_by("pk").iterator(chunk_size=_BATCH)
        while batch := list(islice(rows, _BATCH)):
            model._base_manager.using(target).bulk_create(batch)
            done += len(batch)
            counter(done, total)
