"""The raw limit: the same rows read and written by plain SQL in the same database."""

import sqlite3
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

# Tables of what a post of units writes, parents before children.
TABLES = (
    "firstoff_ledgerentry",
    "firstoff_procedurerevision",
    "firstoff_unit",
    "firstoff_operationrecord",
    "firstoff_judgement",
    "firstoff_defect",
    "firstoff_causefinding",
    "firstoff_testrecord",
    "firstoff_recordimport",
)
Rows = dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Written:
    seconds: float
    rows: int


class Sqlite:
    """A second connection without Django, and a twin of the database to write to."""

    mark = "?"

    def __init__(self, file: Path) -> None:
        self.source = sqlite3.connect(file, isolation_level=None)
        twin = file.with_name("twin.sqlite3")
        twin.unlink(missing_ok=True)
        self.source.execute("VACUUM INTO ?", (str(twin),))
        self.twin = sqlite3.connect(twin, isolation_level=None)
        for setting in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "recursive_triggers=ON",
            "cache_size=-65536",
            "mmap_size=1073741824",
            "temp_store=MEMORY",  # else half of the time is the journal of each row in a file
        ):
            self.twin.execute(f"PRAGMA {setting}")

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        return self.source.execute(sql, values).fetchall()

    def begin(self) -> None:
        self.twin.execute("BEGIN IMMEDIATE")

    def insert(self, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
        holes = ", ".join("?" * len(rows[0]))
        self.twin.executemany(f"INSERT INTO {table} VALUES ({holes})", rows)

    def commit(self) -> None:
        self.twin.execute("COMMIT")


class Postgresql:
    """The same with tables beside the real ones: alike, with every index and check."""

    mark = "%s"

    def __init__(self, url: str) -> None:
        import psycopg

        self.source = psycopg.connect(url, autocommit=True)
        self.twin = psycopg.connect(url)
        for table in TABLES:
            self.source.execute(f"DROP TABLE IF EXISTS twin_{table}")
            self.source.execute(f"CREATE TABLE twin_{table} (LIKE {table} INCLUDING ALL)")

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        return self.source.execute(sql, values).fetchall()

    def begin(self) -> None:
        """psycopg opens a transaction by itself."""

    def insert(self, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
        with self.twin.cursor().copy(f"COPY twin_{table} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)

    def commit(self) -> None:
        self.twin.commit()


class Raw:
    """What was written since it was asked last, written once more by plain SQL."""

    def __init__(self, database: Sqlite | Postgresql) -> None:
        self.database = database
        self.last = self._head()

    def _head(self) -> int:
        return int(self.database.rows("SELECT MAX(seq) FROM firstoff_ledgerentry")[0][0])

    def again(self) -> Written:
        """The rows of every entry since, one durable transaction an entry."""
        head = self._head()
        entries = [self._of(seq) for seq in range(self.last + 1, head + 1)]
        self.last = head
        began = time.perf_counter()
        for rows in entries:
            self.database.begin()
            for table, some in rows.items():
                self.database.insert(table, some)
            self.database.commit()
        spent = time.perf_counter() - began
        return Written(spent, sum(len(some) for rows in entries for some in rows.values()))

    def _of(self, seq: int) -> Rows:
        mark = self.database.mark
        found = {}
        for table in TABLES:
            key = "seq" if table == "firstoff_ledgerentry" else "entry_id"
            rows = self.database.rows(f"SELECT * FROM {table} WHERE {key} = {mark}", seq)
            if rows:
                found[table] = rows
        return found

    def read(self, run_id: int) -> int:
        """Every record of a run, as tuples; answers how many."""
        mark = self.database.mark
        count = 0
        for table in ("unit", "judgement", "defect", "operationrecord", "testrecord"):
            sql = f"SELECT * FROM firstoff_{table} WHERE run_id = {mark}"
            count += len(self.database.rows(sql, run_id))
        return count


def connect(home: Path, url: str) -> Raw:
    if urlparse(url).scheme.startswith("postgres"):
        return Raw(Postgresql(url))
    return Raw(Sqlite(home / "firstoff.sqlite3"))
