"""A full disk, the server's and the station's: a sentence, nothing half stored, and on it goes."""

import base64
import ctypes
import errno
import os
import resource
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from firstoff_station import NotAccepted

from tests.faults.conftest import Plant, Postgres
from tests.faults.recorder import unit
from tests.ops.conftest import Firstoff

pytestmark = pytest.mark.slow

Small = Callable[[int], Path]


@pytest.fixture
def small_disk() -> Iterator[Small]:
    """A disk of its own of so many megabytes."""
    libc = ctypes.CDLL(None, use_errno=True)
    mounted: list[Path] = []

    def mount(megabytes: int) -> Path:
        place = Path(folder) / f"disk-{len(mounted)}"
        place.mkdir()
        options = f"size={megabytes}m,mode=0755".encode()
        if libc.mount(b"tmpfs", str(place).encode(), b"tmpfs", 0, options) != 0:
            pytest.skip(f"no disk can be made here: {os.strerror(ctypes.get_errno())}")
        mounted.append(place)
        return place

    # Not among pytest's folders, which are closed to the account that PostgreSQL runs under.
    with tempfile.TemporaryDirectory(prefix="firstoff-disk-") as folder:
        Path(folder).chmod(0o755)
        yield mount
        for place in mounted:
            libc.umount2(str(place).encode(), 2)  # MNT_DETACH


def fill(place: Path) -> Path:
    """Write until nothing goes on it any more."""
    ballast = place / "ballast"
    with ballast.open("ab", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
    return ballast


def with_file(number: int, content: bytes) -> list[dict[str, Any]]:
    """A board and its test with an attachment, as they are posted."""
    begun, _, test, *_ = unit("F", number)
    file = {"name": "trace.bin", "content": base64.b64encode(content).decode()}
    return [{"id": str(uuid4()), **begun}, {"id": str(uuid4()), **test, "attachments": [file]}]


@pytest.fixture
def on_small_disk(_made_once: tuple[Path, str], make_plant: Any, small_disk: Small) -> Plant:
    home, token = _made_once
    place = small_disk(96) / "home"
    shutil.copytree(home, place)
    return make_plant(Firstoff(place), token)


FULL = (503, "disk-full", "5")


@pytest.fixture
def postgres_on_small_disk(
    small_disk: Small,
    postgres: Postgres,
    _template: tuple[Path, str],
    make_plant: Any,
    tmp_path: Path,
) -> Iterator[tuple[Plant, Path]]:
    """A plant whose tables lie on a disk of their own."""
    home, token = _template
    shutil.copytree(home, tmp_path / "home")
    place = small_disk(128)
    tables = place / "tables"
    tables.mkdir()
    os.chown(tables, *postgres.owner)
    name = f"p{os.getpid()}_{time.monotonic_ns()}"
    postgres.run(f"CREATE TABLESPACE {name} LOCATION '{tables}'")
    postgres.run(f"CREATE DATABASE {name} TEMPLATE plant TABLESPACE {name}")
    plant = make_plant(Firstoff(tmp_path / "home", database_url=postgres.database(name)), token)
    yield plant, place
    plant.server.kill()
    postgres.run(f"DROP DATABASE {name} WITH (FORCE)")
    postgres.run(f"DROP TABLESPACE {name}")


def test_a_full_disk_of_postgresql_holds_records_up_and_loses_none(
    postgres_on_small_disk: tuple[Plant, Path],
) -> None:
    _held_up(*postgres_on_small_disk)


def test_a_full_disk_of_the_server_holds_records_up_and_loses_none(on_small_disk: Plant) -> None:
    _held_up(on_small_disk, on_small_disk.firstoff.home.parent)


def _held_up(plant: Plant, disk: Path) -> None:
    records = [{"id": str(uuid4()), **one} for one in unit("F", 500)]
    assert plant.post(records).status == 200
    ballast = fill(disk)
    with plant.station(plant.folder / "queue") as station:
        kept = [[list(station.record_all(unit("A", n))) for n in range(1000, 1200)]]
        assert station.flush(timeout=1) is False
        assert "503: The disk of the site is full." in station.status().problem
        assert station.status().refused == 0
        for mode in ("all", "best_effort"):
            assert plant.post(with_file(1, bytes(200_000)), mode).problem == FULL
        page = plant.server.ask("GET", "/sign-in/")
        assert page.status in (200, 503)
        waiting = station.status().waiting
        assert 0 < waiting <= 1000
        ballast.unlink()
        assert station.flush(timeout=60) is True
    assert plant.holds(kept, unsaid=1) == 201
    assert plant.server.traces == []


def test_where_no_file_may_grow_nothing_is_half_stored(plant: Plant) -> None:
    """As with a quota: every write of the server fails, the database's and the documents'."""
    assert plant.post([{"id": str(uuid4()), **one} for one in unit("F", 500)]).status == 200
    before = plant.stored()
    assert plant.server.process is not None
    pid = plant.server.process.pid
    _, most = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, most))
    for number in range(1, 6):
        said = plant.post(with_file(number, bytes([number]) * 2000), "best_effort")
        assert said.status == 503
        assert said.headers["Retry-After"] == "5"
    plain = [{"id": str(uuid4()), **one} for one in unit("F", 600)]
    assert plant.post(plain).problem == (503, "disk", "5")
    assert plant.stored() == before
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, most))
    assert plant.post(plain).status == 200
    assert plant.post(with_file(1, b"\1" * 2000)).status == 200
    assert plant.server.traces == []
    assert plant.firstoff("ledger", "verify").returncode == 0


def test_a_full_disk_of_the_station_is_said_and_loses_nothing(
    plant: Plant, small_disk: Small
) -> None:
    place = small_disk(2)
    plant.server.kill()
    kept: list[list[str]] = []
    with plant.station(place / "queue") as station:

        def record() -> None:
            kept.append(list(station.record_all(unit("A", 1000 + len(kept)))))

        def record_many() -> None:
            for _ in range(1000):
                record()

        record()
        ballast = fill(place)
        with pytest.raises(NotAccepted, match="the disk is full"):
            record_many()
        plant.server.start()
        station.flush(timeout=1)  # a full disk takes no note of what went
        ballast.unlink()
        record()  # the same again, as whoever was told so does
        assert station.flush(timeout=60) is True
    assert plant.holds([kept]) == len(kept)
