"""Records on their way, on disk: one SQLite file, written through to the platter.

A record is accepted when its transaction is committed with ``synchronous = FULL``; until then the
caller gets an error and nothing is kept. Several processes of a station may write at once. What
the server took is deleted; what it refused stays until somebody looked at it.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from firstoff_station.errors import NotAccepted, StationError

_TABLES = """
CREATE TABLE IF NOT EXISTS waiting (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    body TEXT NOT NULL,
    wall REAL NOT NULL,
    ticks REAL NOT NULL,
    boot TEXT NOT NULL,
    dated INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    refusals INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS refused (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    body TEXT NOT NULL,
    code TEXT NOT NULL,
    said TEXT NOT NULL,
    way_out TEXT NOT NULL,
    refused_at REAL NOT NULL,
    tries INTEGER NOT NULL,
    again_at REAL
);
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
_BUSY_SECONDS = 30.0
LARGEST_RECORD = 64 * 1024 * 1024  # bytes of JSON: a picture fits, a film does not

# A refusal may be a matter of order: the unit is not started yet because another station has
# not delivered. It is asked again after these seconds, then waits for a person.
_AGAIN = (60.0, 600.0, 3_600.0, 21_600.0, 86_400.0)


@dataclass(frozen=True)
class Waiting:
    """One record on its way. ``dated``: its ``at`` is this station's clock, nobody said it."""

    seq: int
    id: str
    body: str
    wall: float
    ticks: float
    boot: str
    dated: bool
    attempts: int
    refusals: int


@dataclass(frozen=True)
class RefusedRecord:
    """A record that the server would not take, and why."""

    id: str
    body: str
    code: str
    said: str
    way_out: str
    refused_at: float
    tries: int
    again_at: float | None


class Queue:
    """The file. Any number of threads and processes may hold one open."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "queue.sqlite3"
        self._lock = threading.RLock()
        self._pid = os.getpid()
        self._connection: sqlite3.Connection | None = None
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise NotAccepted(f"The queue folder {folder} cannot be made: {error}.") from error
        with self._lock:
            self._open()

    # ------------------------------------------------------------ the file

    def _open(self) -> sqlite3.Connection:
        try:
            connection = self._connect()
            if not _whole(connection):
                connection.close()
                self._set_aside()
                connection = self._connect()
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.executescript(_TABLES)
        except (sqlite3.Error, OSError) as error:
            raise self._cannot(error) from error
        with contextlib.suppress(OSError):  # records may name people; a share has no modes
            os.chmod(self.path, 0o600)
        self._connection, self._pid = connection, os.getpid()
        return connection

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(
            self.path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )

    def _set_aside(self) -> None:
        """A damaged file is kept beside the new one: somebody can still read most of it."""
        stamp = time.strftime("%Y%m%d-%H%M%S")
        for end in ("", "-wal", "-shm"):
            path = self.path.with_name(self.path.name + end)
            if path.exists():
                path.replace(path.with_name(f"{path.name}.damaged-{stamp}"))

    @property
    def damaged(self) -> tuple[str, ...]:
        """Names of queue files that were found damaged and set aside."""
        return tuple(sorted(p.name for p in self.folder.glob("queue.sqlite3.damaged-*")))

    def _cannot(self, error: Exception) -> NotAccepted:
        said = str(error)
        if "full" in said:
            said = "the disk is full"
        return NotAccepted(
            f"The record is not kept: the queue {self.path} cannot be written ({said}). "
            "Everything accepted before is safe. Make room, then record it again."
        )

    def _own(self) -> sqlite3.Connection:
        """The connection of this process: one that a fork brought along is not to be used."""
        if self._connection is None or self._pid != os.getpid():
            return self._open()
        return self._connection

    def _turn(self) -> threading.RLock:
        if self._pid != os.getpid():  # the parent may have held it at the fork: nobody lets go
            self._lock = threading.RLock()
        return self._lock

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._turn():
            connection = self._own()
            try:
                connection.execute("BEGIN IMMEDIATE")
                yield connection
                connection.execute("COMMIT")
            except sqlite3.Error as error:
                self._roll_back(connection)
                raise self._cannot(error) from error
            except BaseException:
                self._roll_back(connection)
                raise

    def _roll_back(self, connection: sqlite3.Connection) -> None:
        if connection.in_transaction:
            with contextlib.suppress(sqlite3.Error):
                connection.execute("ROLLBACK")

    def _read(self, sql: str, values: Sequence[object] = ()) -> list[tuple[object, ...]]:
        with self._turn():
            connection = self._own()
            try:
                return list(connection.execute(sql, values))
            except sqlite3.Error as error:
                raise StationError(f"The queue {self.path} cannot be read: {error}.") from error

    def close(self) -> None:
        with self._lock:
            if self._connection is not None and self._pid == os.getpid():
                self._connection.close()
            self._connection = None

    # ------------------------------------------------------------ records

    def put(self, records: Sequence[tuple[str, str, bool]], *, ticks: float, boot: str) -> None:
        """Keep records (id, JSON, dated here) in this order, all or none. A record whose ID waits
        already is the same record posted twice, and is kept once; with other content it is an
        error. Raises NotAccepted."""
        for _, body, _ in records:
            if len(body) > LARGEST_RECORD:
                raise NotAccepted(
                    f"The record is {len(body) / 1e6:,.0f} MB; expected at most "
                    f"{LARGEST_RECORD / 1e6:,.0f} MB. Nothing was kept."
                )
        now = time.time()
        with self._writing() as connection:
            for id_, body, dated in records:
                row = connection.execute("SELECT body FROM waiting WHERE id = ?", [id_]).fetchone()
                if row is None:
                    connection.execute(
                        "INSERT INTO waiting (id, body, wall, ticks, boot, dated) "
                        "VALUES (?, ?, ?, ?, ?, ?)",
                        [id_, body, now, ticks, boot, int(dated)],
                    )
                elif not dated and row[0] != body:
                    raise NotAccepted(
                        f"The record {id_} waits already with other content. A new record needs "
                        "an id of its own. Nothing was kept."
                    )

    def head(self, count: int, *, most_bytes: int) -> list[Waiting]:
        """The oldest records in order, as many as fit into ``most_bytes``, at least one."""
        found: list[Waiting] = []
        size = 0
        rows = self._read(
            "SELECT seq, id, body, wall, ticks, boot, dated, attempts, refusals FROM waiting "
            "ORDER BY seq LIMIT ?",
            [count],
        )
        for row in rows:
            record = _waiting(row)
            size += len(record.body.encode())
            if found and size > most_bytes:
                break
            found.append(record)
        return found

    def about_to_send(self, records: Sequence[Waiting]) -> None:
        """The bodies as they are sent now, for good: sending again sends the same."""
        with self._writing() as connection:
            connection.executemany(
                "UPDATE waiting SET body = ?, attempts = attempts + 1 WHERE seq = ?",
                [(r.body, r.seq) for r in records],
            )

    def settled(
        self, stored: Sequence[int], refused: Sequence[tuple[Waiting, str, str, str]]
    ) -> None:
        """What the server answered, at once: ``stored`` leaves, ``refused`` is set beside."""
        now = time.time()
        with self._writing() as connection:
            connection.executemany("DELETE FROM waiting WHERE seq = ?", [(s,) for s in stored])
            for record, code, said, way_out in refused:
                tries = record.refusals
                fate = (tries + 1, now + _AGAIN[tries] if tries < len(_AGAIN) else None)
                connection.execute(
                    "INSERT OR REPLACE INTO refused (seq, id, body, code, said, way_out, "
                    "refused_at, tries, again_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    [record.seq, record.id, record.body, code, said, way_out, now, *fate],
                )
                connection.execute("DELETE FROM waiting WHERE seq = ?", [record.seq])

    def again(self, *, everything: bool = False, ids: Sequence[str] = ()) -> int:
        """Put refused records whose time has come back into the line, or all, or these."""
        now = time.time()
        with self._writing() as connection:
            rows = connection.execute(
                "SELECT seq, id, body, again_at, tries FROM refused ORDER BY seq"
            ).fetchall()
            due = [
                row
                for row in rows
                if everything or row[1] in ids or (row[3] is not None and row[3] <= now)
            ]
            for seq, id_, body, _, tries in due:
                connection.execute("DELETE FROM refused WHERE seq = ?", [seq])
                connection.execute(
                    "INSERT INTO waiting (seq, id, body, wall, ticks, boot, dated, attempts, "
                    "refusals) VALUES (?, ?, ?, ?, 0, '', 0, 1, ?)",
                    [seq, id_, body, now, 0 if everything else tries],
                )
            return len(due)

    def discard(self, ids: Sequence[str]) -> int:
        """Drop refused records that a person looked at; answers how many."""
        with self._writing() as connection:
            found = 0
            for id_ in ids:
                found += connection.execute("DELETE FROM refused WHERE id = ?", [id_]).rowcount
            return found

    def counts(self) -> tuple[int, int, float | None]:
        """Records waiting, records refused, when the oldest waiting one was recorded."""
        ((waiting, oldest),) = self._read("SELECT count(*), min(wall) FROM waiting")
        ((refused,),) = self._read("SELECT count(*) FROM refused")
        return int(str(waiting)), int(str(refused)), None if oldest is None else float(str(oldest))

    def refused(self, limit: int = 100) -> list[RefusedRecord]:
        rows = self._read(
            "SELECT id, body, code, said, way_out, refused_at, tries, again_at FROM refused "
            "ORDER BY seq LIMIT ?",
            [limit],
        )
        return [RefusedRecord(*row) for row in rows]  # type: ignore[arg-type]  # as the table says

    def fact(self, name: str) -> str | None:
        rows = self._read("SELECT value FROM facts WHERE name = ?", [name])
        return str(rows[0][0]) if rows else None

    def keep_fact(self, **facts: str) -> None:
        with self._writing() as connection:
            connection.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?)", facts.items())


def _whole(connection: sqlite3.Connection) -> bool:
    try:
        return bool(connection.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok")
    except sqlite3.OperationalError:
        raise  # locked, no right to read: says nothing about the file
    except sqlite3.DatabaseError:
        return False


def _waiting(row: tuple[object, ...]) -> Waiting:
    seq, id_, body, wall, ticks, boot, dated, attempts, refusals = row
    return Waiting(
        int(str(seq)),
        str(id_),
        str(body),
        float(str(wall)),
        float(str(ticks)),
        str(boot),
        bool(dated),
        int(str(attempts)),
        int(str(refusals)),
    )


def compact(record: object) -> str:
    """A record as JSON. Raises NotAccepted where it cannot be said in JSON."""
    try:
        return json.dumps(record, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError) as error:
        raise NotAccepted(
            f"The record cannot be written as JSON: {error}. Nothing was kept."
        ) from error
