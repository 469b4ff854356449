"""Taking everything out into one verified file while the site runs, and bringing it back.

The copy inside a backup is always SQLite. From SQLite it is made by the online backup API; from
PostgreSQL by reading every table in one repeatable-read transaction. Bringing back happens in one
transaction of the target database: whoever reads meanwhile sees all of the old or all of the new.
Sessions and the secret key stay behind: after a restore people sign in again.
"""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection, connections

from firstoff import __version__
from firstoff.db import copies
from firstoff.db.models import Attachment
from firstoff.errors import InvalidInput, Refused, Unavailable
from firstoff.formats import backups, store
from firstoff.formats.backups import Facts, Manifest, Progress
from firstoff.queries import health, ledger
from firstoff.services import upkeep


@dataclass(frozen=True, slots=True)
class Backup:
    """What was written. ``missing``: documents that records name and the store lacks."""

    file: Path
    size: int
    documents: int
    missing: int
    ledger_seq: int
    ledger_hash: str


@dataclass(frozen=True, slots=True)
class Restored:
    """What was brought back. ``kept``: where what was there before has been put, if anything."""

    made_at: str
    documents: int
    ledger_seq: int
    ledger_hash: str
    kept: Path | None


def backup(target: Path, *, at: datetime, progress: Progress, force: bool = False) -> Backup:
    """Write a backup to ``target`` and verify it. Refused where a file of that name exists."""
    if os.path.exists(target) and not force:
        raise Refused(
            f"{target} exists already.",
            code="exists",
            way_out="Name another file, or add --force to replace it.",
        )
    if not os.access(target.absolute().parent, os.W_OK):
        raise Unavailable(
            f"The folder {target.absolute().parent} does not exist or cannot be written.",
            way_out="Name a file in a folder that can.",
        )
    health.require_ready()
    with _workroom() as room:
        copy = room / backups.DATABASE
        with _reachable():
            if connection.vendor == "sqlite":
                copies.snapshot(connection, copy)
            with copies.attached(copy) as alias:
                if connection.vendor != "sqlite":
                    copies.export(alias, lambda done, of: progress("Reading", done, of))
                facts, wanted = _settle(alias, at, progress)
        documents = backups.documents_in(Path(settings.MEDIA_ROOT))
        manifest = backups.write(target.absolute(), copy, documents, facts, progress)
    missing = wanted - {p.name for p in documents}
    return Backup(
        target,
        target.stat().st_size,
        len(manifest.files) - 1,
        len(missing),
        facts.ledger_seq,
        facts.ledger_hash,
    )


def _settle(alias: str, at: datetime, progress: Progress) -> tuple[Facts, set[str]]:
    """Leave the copy as one closed file without sessions; verify it; say what it is."""
    with connections[alias].cursor() as cursor:
        cursor.execute("DELETE FROM django_session")
        cursor.execute("PRAGMA journal_mode=DELETE")
        cursor.execute("SELECT name FROM django_migrations WHERE app = 'firstoff' ORDER BY name")
        migrations = tuple(row[0] for row in cursor.fetchall())
    found = _verify(alias, progress)
    if not found.holds:
        raise Refused(
            f"The ledger does not hold: {found.sentence}",
            code="ledger",
            way_out="A backup of a database that was changed proves nothing; run firstoff doctor.",
        )
    facts = Facts(
        __version__,
        at.astimezone(UTC).isoformat(timespec="seconds"),
        connection.vendor,
        migrations,
        found.head.seq,
        found.head.hash,
    )
    wanted = set(Attachment.objects.using(alias).values_list("sha256", flat=True))
    connections[alias].close()
    return facts, wanted


def _verify(alias: str, progress: Progress) -> ledger.Verification:
    return ledger.verify(lambda done, of: progress("Verifying", done, of), using=alias)


def restore(source: Path, *, at: datetime, progress: Progress, force: bool = False) -> Restored:
    """Check a backup in full, then put it in the place of what is here.

    Refused where people have been set up already, unless ``force``: then what is here is backed
    up into the home first. Nothing is changed by a file that does not pass its checks.
    """
    upkeep.prepare_home(Path(settings.HOME))
    manifest = backups.check(source, progress)
    damaged = _occupied(force)
    _room_for(manifest)
    with _workroom() as room:
        copy = room / backups.DATABASE
        backups.unpack(source, backups.DATABASE, copy, manifest.files[backups.DATABASE][0])
        _examine(copy, manifest, source, progress)
        kept = _keep(at, damaged, progress)
        _bring_documents(source, manifest, room, progress)
        with _reachable():
            _bring_database(copy, progress)
    facts = manifest.facts
    if facts.ledger_seq and ledger.entry_hash(facts.ledger_seq) != facts.ledger_hash:
        raise Unavailable("What was brought back is not there; run firstoff doctor --full.")
    return Restored(
        facts.made_at, len(manifest.files) - 1, facts.ledger_seq, facts.ledger_hash, kept
    )


def _occupied(force: bool) -> bool:
    """Whether what is here is damaged; refused when it is not to be replaced."""
    damaged = False
    try:
        if not health.has_people():
            return False
    except Unavailable:
        if connection.vendor != "sqlite":
            raise
        damaged = True
    if force:
        return damaged
    raise Refused(
        f"{settings.HOME} holds a Firstoff already."
        if connection.vendor == "sqlite"
        else "The database holds a Firstoff already.",
        code="occupied",
        way_out="Name another folder with --home, or add --force: what is here is backed up "
        "first, then replaced.",
    )


def _room_for(manifest: Manifest) -> None:
    free = shutil.disk_usage(settings.HOME).free
    if free < 2 * manifest.size:
        raise Unavailable(
            f"Not enough room: {2 * manifest.size / 1e6:,.0f} MB are needed in {settings.HOME}, "
            f"{free / 1e6:,.0f} MB are free."
        )


def _examine(copy: Path, manifest: Manifest, source: Path, progress: Progress) -> None:
    """The database of a backup, opened aside: of this version, whole, its ledger holding."""
    try:
        with copies.attached(copy) as alias:
            unknown = health.migrations(alias).unknown
            if unknown:
                raise InvalidInput(
                    f"{source.name} was made by Firstoff {manifest.facts.product_version}, which "
                    f"is newer than this one ({__version__}).",
                    code="backup",
                    way_out="Install that version first.",
                )
            upkeep.migrate_copy(alias)
            found = _verify(alias, progress)
    except (DatabaseError, sqlite3.DatabaseError) as error:
        raise InvalidInput(
            f"The database in {source.name} cannot be read: {error}.", code="backup"
        ) from error
    if not found.holds or found.head.hash != manifest.facts.ledger_hash:
        why = found.sentence if not found.holds else "it ends elsewhere than the manifest says."
        raise InvalidInput(
            f"The ledger in {source.name} does not hold: {why}",
            code="backup",
            way_out="Nothing was changed. Take another backup file.",
        )


def _keep(at: datetime, damaged: bool, progress: Progress) -> Path | None:
    """What is here goes into a backup of its own; a damaged database file is moved aside."""
    stamp = f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    file = health.database_file()
    if damaged and file is not None:
        aside = file.with_name(f"{file.name}.damaged-{stamp}")
        connection.close()
        for end in ("", "-wal", "-shm"):
            if (old := file.with_name(file.name + end)).exists():
                os.replace(old, aside.with_name(aside.name + end))
        return aside
    if not health.has_people():
        return None
    aside = Path(settings.HOME) / f"before-restore-{stamp}.firstoff"
    try:
        backup(aside, at=at, progress=progress)
    except (Refused, Unavailable):
        # A ledger that does not hold, or an older version, is no reason to stop or to lose it.
        aside = aside.with_suffix(".sqlite3")
        _copy_as_it_is(aside)
    return aside


def _copy_as_it_is(target: Path) -> None:
    with _reachable():
        if connection.vendor == "sqlite":
            copies.snapshot(connection, target)
        else:
            with copies.attached(target) as alias:
                copies.export(alias, lambda done, of: None)


def _bring_documents(source: Path, manifest: Manifest, room: Path, progress: Progress) -> None:
    root = Path(settings.MEDIA_ROOT)
    names = [n for n in manifest.files if n != backups.DATABASE]
    for number, name in enumerate(names, 1):
        target = store.place(root, name.partition("/")[2])
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            backups.unpack(source, name, room / "document", manifest.files[name][0])
            os.replace(room / "document", target)
        progress("Documents", number, len(names))


def _bring_database(copy: Path, progress: Progress) -> None:
    if connection.vendor == "sqlite":
        copies.overwrite(copy, connection)
        connection.close()  # opened anew, it sets its journal mode again
        upkeep.migrate()
        return
    upkeep.migrate()
    with copies.attached(copy) as alias:
        copies.replace_rows(alias, lambda done, of: progress("Writing", done, of))


@contextmanager
def _workroom() -> Iterator[Path]:
    """A folder in the home: on the same disk and as private as the data."""
    try:
        room = tempfile.TemporaryDirectory(dir=settings.HOME, prefix=".backup-")
    except OSError as error:
        raise Unavailable(
            f"{settings.HOME} cannot be written: {error.strerror or error}."
        ) from error
    with room as name:
        yield Path(name)


@contextmanager
def _reachable() -> Iterator[None]:
    try:
        yield
    except (DatabaseError, sqlite3.DatabaseError) as error:
        raise health.unreachable(error) from error
    except OSError as error:
        raise Unavailable(f"The data folder refuses: {error.strerror or error}.") from error
