"""What `firstoff doctor` asks: each check answers with a sentence and what to do."""

import os
import shutil
import sqlite3
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.db import DatabaseError, connection, connections
from django.db.migrations.executor import MigrationExecutor

from firstoff import __version__
from firstoff.db import triggers
from firstoff.db.models import Attachment, Person, Site
from firstoff.errors import Unavailable
from firstoff.formats import store
from firstoff.queries import ledger
from firstoff.rules.evidence.words import counted

_ROOM_LOW = 1_000_000_000  # bytes free under which a warning is due
_ROOM_GONE = 100_000_000
_NEWEST = 1000  # entries and documents looked at unless all are asked for
_MIGRATE = "Run: firstoff migrate"


class State(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    state: State
    sentence: str
    what_to_do: str = ""


@dataclass(frozen=True, slots=True)
class Migrations:
    """pending: this version has them, the database not; unknown: the other way round."""

    pending: tuple[str, ...]
    unknown: tuple[str, ...]


def migrations(using: str = "default") -> Migrations:
    executor = MigrationExecutor(connections[using])
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    ours = {key for key in executor.loader.disk_migrations if key[0] == "firstoff"}
    applied = {key for key in executor.loader.applied_migrations if key[0] == "firstoff"}
    return Migrations(
        tuple(f"{m.app_label}.{m.name}" for m, _ in plan),
        tuple(sorted(name for _, name in applied - ours)),
    )


def database_file() -> Path | None:
    """The SQLite file; None on PostgreSQL."""
    name = connection.settings_dict["NAME"]
    return Path(str(name)) if connection.vendor == "sqlite" else None


def require_ready() -> None:
    """Raise Unavailable, saying what to do, unless the database is there and of this version."""
    file = database_file()
    if file is not None and not file.exists():
        raise Unavailable(
            f"There is no Firstoff in {settings.HOME} yet.",
            way_out="Run: firstoff init (or firstoff demo to look around).",
        )
    try:
        found = migrations()
    except (DatabaseError, sqlite3.DatabaseError) as error:
        raise unreachable(error) from error
    if found.unknown:
        raise Unavailable(
            f"The database was made by a newer Firstoff than {__version__} ({found.unknown[-1]}).",
            way_out="Install the newer version; the database was not touched.",
        )
    if found.pending:
        raise Unavailable(
            "The database is behind this version: "
            f"{counted(len(found.pending), 'migration')} to apply.",
            way_out="Run: firstoff backup FILE, then firstoff migrate.",
        )


def unreachable(error: Exception) -> Unavailable:
    text = str(error).strip() or "no answer"
    first = text.splitlines()[0].rstrip(".")
    return Unavailable(
        f"The database does not answer: {first}.",
        way_out="Look at FIRSTOFF_DATABASE_URL and at the database server."
        if connection.vendor == "postgresql"
        else f"Look at the permissions of {settings.HOME}, or bring a backup back.",
    )


def has_people() -> bool:
    """Whether somebody has been set up here; False where there is no database yet."""
    file = database_file()
    if file is not None and not file.exists():
        return False
    try:
        if Person._meta.db_table not in connection.introspection.table_names():
            return False
        return Person.objects.exists()
    except DatabaseError as error:
        raise unreachable(error) from error


def examine(
    now: datetime, *, full: bool = False, progress: Callable[[int, int], None] | None = None
) -> Iterator[Check]:
    """Every check, in the order in which they help. Those on tables need the ones before."""
    yield _product()
    home = _home()
    yield home
    yield _room()
    yield _secret()
    reached = _database()
    yield reached
    if reached.state is State.FAIL:
        return
    moved = _migrated()
    yield moved
    yield _integrity(full)
    if moved.state is State.FAIL:
        return
    yield _triggers()
    yield _people()
    yield _clock(now)
    yield _zones()
    yield _documents(full)
    yield _ledger(full, progress)


def _product() -> Check:
    python = ".".join(map(str, sys.version_info[:3]))
    return Check("version", State.OK, f"Firstoff {__version__} on Python {python}.")


def _home() -> Check:
    home = Path(settings.HOME)
    if not home.is_dir():
        return Check(
            "folder", State.FAIL, f"{home} does not exist.", "Run: firstoff init, or set --home."
        )
    try:
        with tempfile.TemporaryFile(dir=home):
            pass
    except OSError as error:
        return Check(
            "folder",
            State.FAIL,
            f"{home} cannot be written: {error.strerror or error}.",
            "Give the user that runs Firstoff the right to write there.",
        )
    if home.stat().st_mode & (stat.S_IRWXO | stat.S_IWGRP):
        return Check(
            "folder",
            State.WARN,
            f"{home} is open to other users of this machine.",
            f"Run: chmod 700 {home}",
        )
    return Check("folder", State.OK, f"{home} can be written, by its owner alone.")


def _room() -> Check:
    home = Path(settings.HOME)
    if not home.is_dir():
        return Check("disk", State.WARN, "Not looked at: the folder does not exist.")
    free = shutil.disk_usage(home).free
    text = f"{free / 1e9:,.1f} GB free."
    if free < _ROOM_GONE:
        return Check("disk", State.FAIL, text, "Make room: recording stops when the disk is full.")
    file = database_file()
    # A backup writes a copy of the database and then the archive.
    need = 2 * file.stat().st_size if file is not None and file.exists() else 0
    if free < max(_ROOM_LOW, need):
        return Check("disk", State.WARN, text, "Make room: a backup needs twice the database.")
    return Check("disk", State.OK, text)


def _secret() -> Check:
    named = os.environ.get("FIRSTOFF_SECRET_KEY_FILE")
    path = Path(named) if named else Path(settings.HOME) / "secret.key"
    if not path.exists():
        return Check(
            "secret key",
            State.WARN,
            f"{path} is not there; one is made at the next start.",
            "Nothing, unless FIRSTOFF_SECRET_KEY_FILE names the wrong file.",
        )
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        return Check(
            "secret key",
            State.FAIL,
            f"{path} can be read by other users of this machine.",
            f"Run: chmod 600 {path}; then restart the site.",
        )
    return Check("secret key", State.OK, "Readable by its owner alone.")


def _database() -> Check:
    file = database_file()
    if file is not None and not file.exists():
        return Check("database", State.FAIL, f"{file} does not exist.", "Run: firstoff init")
    try:
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SHOW server_version")
                version = f"PostgreSQL {cursor.fetchone()[0]}"
            else:
                cursor.execute("PRAGMA journal_mode")
                mode = cursor.fetchone()[0]
                version = f"SQLite {sqlite3.sqlite_version}, journal {mode}"
                if mode != "wal":
                    return Check(
                        "database",
                        State.WARN,
                        f"{version}: readers wait for writers.",
                        "Keep the folder on a local disk; WAL needs one.",
                    )
    except (DatabaseError, sqlite3.DatabaseError) as error:
        said = unreachable(error)
        return Check("database", State.FAIL, said.message, said.way_out)
    return Check("database", State.OK, f"{version} answers.")


def _migrated() -> Check:
    try:
        require_ready()
    except Unavailable as error:
        return Check("migrations", State.FAIL, error.message, error.way_out)
    return Check("migrations", State.OK, "The database is of this version.")


def _integrity(full: bool) -> Check:
    if connection.vendor != "sqlite":
        return Check("integrity", State.OK, "PostgreSQL checks its pages itself.")
    file = database_file()
    if not full and file is not None and file.stat().st_size > 2_000_000_000:
        return Check("integrity", State.OK, "Not looked at: over 2 GB.", "Add --full to look.")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check(1)" if full else "PRAGMA quick_check(1)")
        found = cursor.fetchone()[0]
        cursor.execute("PRAGMA foreign_key_check")
        dangling = cursor.fetchone()
    if found == "ok" and dangling is None:
        return Check("integrity", State.OK, "The database file is whole.")
    what = found if found != "ok" else f"a row of {dangling[0]} names one that is not there"
    return Check(
        "integrity", State.FAIL, f"The database is damaged: {what}.", "Bring a backup back."
    )


def _triggers() -> Check:
    gone = triggers.missing(connection)
    if not gone:
        return Check("triggers", State.OK, "The database itself refuses to change records.")
    return Check(
        "triggers",
        State.FAIL,
        f"{len(gone)} triggers that keep records from being changed are missing ({gone[0]}).",
        f"{_MIGRATE} (it puts them back); find out who dropped them, and verify the ledger.",
    )


def _people() -> Check:
    count = Person.objects.filter(is_active=True).count()
    if count:
        return Check("people", State.OK, f"{count} can sign in.")
    return Check("people", State.FAIL, "Nobody can sign in.", "Run: firstoff init")


def _clock(now: datetime) -> Check:
    newest = ledger.head().at
    if newest is None:
        return Check("clock", State.OK, f"{now:%Y-%m-%d %H:%M} UTC; nothing is recorded yet.")
    if newest > now + timedelta(minutes=5):
        return Check(
            "clock",
            State.FAIL,
            f"The clock says {now:%Y-%m-%d %H:%M} UTC, before the newest entry of the ledger "
            f"({newest.astimezone(UTC):%Y-%m-%d %H:%M}).",
            "Set the clock of this machine; let it be kept by NTP.",
        )
    return Check("clock", State.OK, f"{now:%Y-%m-%d %H:%M} UTC, after the newest entry.")


def _zones() -> Check:
    names = set(Site.objects.values_list("time_zone", flat=True))
    for name in sorted(names):
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            return Check(
                "time zones",
                State.FAIL,
                f"The time zone {name} is not known here.",
                "Install the Python package tzdata.",
            )
    return Check("time zones", State.OK, f"{', '.join(sorted(names)) or 'None'} known.")


def _documents(full: bool) -> Check:
    root = Path(settings.MEDIA_ROOT)
    digests = Attachment.objects.order_by("-pk").values_list("sha256", flat=True)
    wanted = list(dict.fromkeys(digests if full else digests[:_NEWEST]))
    bad = [d for d in wanted if not _is_whole(root, d, full)]
    if not bad:
        return Check("documents", State.OK, f"{len(wanted):,} stored files are there.")
    return Check(
        "documents",
        State.FAIL,
        f"{len(bad):,} of {len(wanted):,} stored files are missing or damaged ({bad[0][:12]}…).",
        f"Bring them back from a backup into {root}.",
    )


def _is_whole(root: Path, sha256: str, full: bool) -> bool:
    if not full:
        return store.place(root, sha256).is_file()
    try:
        store.get(root, sha256)
    except Exception:  # missing, unreadable, damaged: all the same here
        return False
    return True


def _ledger(full: bool, progress: Callable[[int, int], None] | None) -> Check:
    found = ledger.verify(progress, newest=None if full else _NEWEST)
    if found.holds:
        return Check("ledger", State.OK, found.sentence)
    return Check(
        "ledger",
        State.FAIL,
        found.sentence,
        "Keep the database as it is, look into who changed it, and compare with a backup.",
    )
