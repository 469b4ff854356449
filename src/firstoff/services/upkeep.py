"""Keeping an installation in order: its folder, its migrations, its triggers."""

import os
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from django.contrib.sessions.models import Session
from django.db import DatabaseError, connection

from firstoff.db import edges, triggers
from firstoff.db.creating import bring_up
from firstoff.errors import Unavailable
from firstoff.queries import health
from firstoff.rules.evidence.words import counted
from firstoff.services.genealogy.rebuilding import make_first


def prepare_home(home: Path) -> None:
    """Make the data folder, for its owner alone. Raises Unavailable where that cannot be."""
    try:
        if not home.exists():
            home.parent.mkdir(parents=True, exist_ok=True)
            home.mkdir(mode=0o700)
        with tempfile.TemporaryFile(dir=home):
            pass
    except OSError as error:
        raise Unavailable(
            f"The folder {home} cannot be written: {error.strerror or error}.",
            way_out="Name another with --home, or give the user that runs Firstoff the right.",
        ) from error


def migrate(say: Callable[[str], None] | None = None) -> tuple[str, ...]:
    """Bring the database to this version and put the triggers in; answers what was applied."""
    try:
        found = health.migrations()
        if found.unknown:
            health.require_ready()
        if say and found.pending:
            say(f"Migrating the database: {counted(len(found.pending), 'step')}.")
        if found.pending:
            bring_up()
        edges.install(connection)
        triggers.install(connection)
        if "firstoff.0002_genealogy" in found.pending:
            make_first()
    except DatabaseError as error:
        raise health.unreachable(error) from error
    _own_files()
    return found.pending


def migrate_copy(alias: str) -> None:
    """Bring a copy of an older version to this one."""
    if health.migrations(alias).pending:
        bring_up(alias)


def _own_files() -> None:
    file = health.database_file()
    for end in ("", "-wal", "-shm"):
        if file is not None and (path := file.with_name(file.name + end)).exists():
            os.chmod(path, 0o600)


def put_back_triggers() -> tuple[str, ...]:
    """The triggers that were missing; they are in again."""
    gone = tuple(triggers.missing(connection))
    if gone:
        triggers.install(connection)
    return gone


def sweep_sessions(at: datetime) -> None:
    Session.objects.filter(expire_date__lt=at).delete()
