"""What the disk and the database say, as sentences that tell when to ask again."""

import errno
import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from firstoff.services.outages import outage


def code(error: BaseException) -> str | None:
    found = outage(error)
    return None if found is None else found.code


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.ENOSPC, "disk-full"),
        (errno.EDQUOT, "disk-full"),
        (errno.EFBIG, "disk-full"),
        (errno.EIO, "disk"),
        (errno.EROFS, "disk"),
        (errno.ENOENT, None),
    ],
)
def test_what_the_disk_says(number: int, said: str | None) -> None:
    assert code(OSError(number, "said so")) == said


def test_a_full_sqlite_file(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "a.sqlite3")) as database:
        database.execute("PRAGMA max_page_count = 2")
        with pytest.raises(sqlite3.OperationalError) as raised:
            database.executescript("CREATE TABLE a (b); CREATE TABLE c (d); CREATE TABLE e (f);")
    assert code(raised.value) == "disk-full"


def test_a_locked_sqlite_file(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite3"
    with closing(sqlite3.connect(path)) as one, closing(sqlite3.connect(path, timeout=0)) as two:
        one.execute("BEGIN IMMEDIATE")
        with pytest.raises(sqlite3.OperationalError) as raised:
            two.execute("BEGIN IMMEDIATE")
    assert code(raised.value) == "database-busy"


def test_an_sqlite_file_in_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError) as raised:
        sqlite3.connect(tmp_path / "gone" / "a.sqlite3")
    assert code(raised.value) == "database-away"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (psycopg.errors.DiskFull(), "disk-full"),
        (psycopg.errors.IoError(), "disk"),
        (psycopg.errors.AdminShutdown(), "database-away"),
        (psycopg.errors.CannotConnectNow(), "database-away"),
        (psycopg.errors.TooManyConnections(), "database-away"),
        (psycopg.errors.ConnectionFailure(), "database-away"),
        (psycopg.errors.ReadOnlySqlTransaction(), "database-away"),
        (psycopg.errors.DeadlockDetected(), "database-busy"),
        (psycopg.errors.LockNotAvailable(), "database-busy"),
        (psycopg.OperationalError("connection is bad"), "database-away"),
        (psycopg.InterfaceError("the connection is closed"), "database-away"),
        (psycopg.ProgrammingError("cannot adapt"), None),
        (psycopg.errors.UndefinedTable(), None),
        (psycopg.errors.UniqueViolation(), None),
    ],
)
def test_what_postgresql_says(error: psycopg.Error, said: str | None) -> None:
    assert code(error) == said


def test_the_cause_of_what_django_raises_is_asked() -> None:
    from django.db.utils import OperationalError

    wrapped = OperationalError("the connection is closed")
    wrapped.__cause__ = psycopg.OperationalError("the connection is closed")
    assert (code(wrapped), code(OperationalError("alone")), code(ValueError())) == (
        "database-away",
        None,
        None,
    )


def test_a_table_that_is_missing_is_our_bug() -> None:
    with (
        closing(sqlite3.connect(":memory:")) as database,
        pytest.raises(sqlite3.OperationalError) as raised,
    ):
        database.execute("SELECT * FROM nowhere")
    assert code(raised.value) is None
