"""What the machine below did not do: a full disk, a database that is away or busy.

None of it is an error of whoever asked, nor one of ours: it passes, and asking again then is safe.
"""

import errno
import sqlite3
import sys

from firstoff.errors import Unavailable

RETRY_AFTER = 5  # seconds that whoever is told so shall wait before asking again

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_UNWRITABLE = {errno.EIO, errno.EROFS}
# Classes of SQLSTATE that pass: 08 the connection, 53 resources, 57 an operator's intervention.
_PASSING = ("08", "53", "57")
_DISK_FULL, _IO_ERROR, _READ_ONLY = "53100", "58030", "25006"
_TURN = {"40001", "40P01", "55P03"}  # serialisation, deadlock, a lock that is not to be had


def outage(error: BaseException) -> Unavailable | None:
    """What an exception says about the disk or the database; None where it is something else.

    Django's exceptions carry the driver's as their cause; either is taken.
    """
    for one in (error, error.__cause__):
        if isinstance(one, sqlite3.Error):
            return _of_sqlite(one)
        if isinstance(one, OSError):
            return _of_disk(one)
        if _is_psycopg(one):
            return _of_postgresql(one)
    return None


def in_one_line(error: BaseException) -> str:
    """What the disk or the database said, for the log: PostgreSQL explains itself over several."""
    return " ".join(str(error).split())


def busy() -> Unavailable:
    return Unavailable(
        "The database was busy for longer than a request waits. Nothing was recorded.",
        code="database-busy",
        way_out="Send it again in a moment.",
    )


def _full() -> Unavailable:
    return Unavailable(
        "The disk of the site is full. Nothing was recorded.",
        code="disk-full",
        way_out="Make room there, then send it again; firstoff doctor names the folder.",
    )


def _unwritable() -> Unavailable:
    return Unavailable(
        "The disk of the site cannot be read or written. Nothing was recorded.",
        code="disk",
        way_out="Look at the disk and the rights to it (firstoff doctor), then send it again.",
    )


def _away() -> Unavailable:
    # Whether a commit was heard before the connection broke, nobody knows: hence no "nothing".
    return Unavailable(
        "The database does not answer.",
        code="database-away",
        way_out="Send it again in a moment; what was recorded already is recorded once.",
    )


def _of_disk(error: OSError) -> Unavailable | None:
    if error.errno in _FULL:
        return _full()
    return _unwritable() if error.errno in _UNWRITABLE else None


def _of_sqlite(error: sqlite3.Error) -> Unavailable | None:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # without the extended part
    match code:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return busy()
        case sqlite3.SQLITE_FULL:
            return _full()
        case sqlite3.SQLITE_IOERR | sqlite3.SQLITE_READONLY:
            return _unwritable()
        case sqlite3.SQLITE_CANTOPEN:
            return _away()
        case _:
            return None


def _is_psycopg(error: BaseException | None) -> bool:
    psycopg = sys.modules.get("psycopg")  # only where the site runs on PostgreSQL
    return psycopg is not None and isinstance(error, psycopg.Error)


def _of_postgresql(error: BaseException | None) -> Unavailable | None:
    psycopg = sys.modules["psycopg"]
    state = getattr(error, "sqlstate", None)
    if state is None:  # it comes from the driver: the connection could not be had, or is gone
        gone = isinstance(error, (psycopg.OperationalError, psycopg.InterfaceError))
        return _away() if gone else None
    if state == _DISK_FULL:
        return _full()
    if state == _IO_ERROR:
        return _unwritable()
    if state in _TURN:
        return busy()
    return _away() if state == _READ_ONLY or state.startswith(_PASSING) else None
