"""The database is away, or busy: a sentence and when to ask again; then on it goes by itself."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from typing import Any
from uuid import uuid4

import pytest

from tests.faults.conftest import Plant, Postgres, Said
from tests.faults.recorder import unit

pytestmark = pytest.mark.slow

MINUTE = 60  # seconds
AWAY = (503, "database-away", "5")
BUSY = (503, "database-busy", "5")


def records(number: int) -> list[dict[str, Any]]:
    return [{"id": str(uuid4()), **one} for one in unit("F", number)]


def test_a_database_that_is_away_is_said_and_comes_back_by_itself(
    postgres_plant: Plant, postgres: Postgres
) -> None:
    plant = postgres_plant
    assert plant.post(records(500)).status == 200
    signed_in = _signed_in(plant)
    assert _page(plant, signed_in).status == 200
    stations = [plant.recorder(name, 1000 * n) for n, name in enumerate("AB", start=1)]
    time.sleep(1)
    for number in (501, 502):
        postgres.stop()
        for _ in range(10):  # every thread has a connection that is dead
            assert plant.post(records(600)).problem == AWAY
        page = _page(plant, signed_in)
        assert (page.status, page.headers["Retry-After"]) == (503, "5")
        assert "The database does not answer." in page.body
        assert plant.server.ask("GET", "/static/firstoff/app.css").status in (200, 404)
        postgres.start()
        assert plant.post(records(number)).status == 200
        assert _page(plant, signed_in).status == 200
    kept = [station.stop() for station in stations]
    assert [plant.deliver(station.queue) for station in stations] == [(0, 0)] * 2
    assert plant.holds(kept, unsaid=3) > 10
    assert plant.server.traces == []


def _through_a_minute(plant: Plant, gone: AbstractContextManager[None]) -> None:
    """Two stations go on while the database is away for a minute: nothing is lost or doubled."""
    stations = [plant.recorder(name, 1000 * n) for n, name in enumerate("AB", start=1)]
    time.sleep(2)
    with gone:
        began = time.monotonic()
        said = set()
        while time.monotonic() - began < MINUTE:
            said.add(plant.post(records(600)).status)
            time.sleep(1)
    assert said == {503}
    assert plant.post(records(501)).status == 200
    kept = [station.stop() for station in stations]
    assert [plant.deliver(station.queue) for station in stations] == [(0, 0)] * 2
    assert plant.holds(kept, unsaid=1) > 100
    assert plant.server.traces == []


def test_a_minute_without_postgresql_loses_and_doubles_nothing(
    postgres_plant: Plant, postgres: Postgres
) -> None:
    _through_a_minute(postgres_plant, _stopped(postgres))


@pytest.mark.once
def test_a_minute_without_sqlite_loses_and_doubles_nothing(plant: Plant) -> None:
    _through_a_minute(plant, _held(plant))


@contextmanager
def _stopped(postgres: Postgres) -> Iterator[None]:
    postgres.stop()
    yield
    postgres.start()


@contextmanager
def _held(plant: Plant) -> Iterator[None]:
    """Another program holds the file's lock, as one that copies it carelessly does."""
    path = plant.firstoff.home / "firstoff.sqlite3"
    with closing(sqlite3.connect(path, isolation_level=None, timeout=60)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def test_a_server_that_starts_without_its_database_says_so(
    postgres_plant: Plant, postgres: Postgres
) -> None:
    postgres.stop()
    done = postgres_plant.firstoff("serve", "--port", "1")
    postgres.start()
    said = "The database does not answer: connection"
    assert (done.returncode, done.stderr[: len(said)]) == (5, said)
    assert "Traceback" not in done.stderr


@pytest.mark.once
def test_a_database_that_another_holds_for_long_is_said_and_waited_for(plant: Plant) -> None:
    """SQLite waits for its lock for 30 seconds; so do those behind it, all at once."""
    assert plant.post(records(500)).status == 200
    before = plant.stored()
    said: list[Said] = []
    path = plant.firstoff.home / "firstoff.sqlite3"
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        threads = [
            threading.Thread(target=lambda n=n: said.append(plant.post(records(n))))
            for n in range(600, 604)
        ]
        for thread in threads:
            thread.start()
        assert plant.server.ask("GET", "/sign-in/").status == 200  # who only reads does not wait
        while len(said) < 2:
            time.sleep(0.1)
        other.execute("ROLLBACK")
        for thread in threads:
            thread.join()
    assert {one.problem for one in said if one.status != 200} == {BUSY}
    taken = 5 * sum(one.status == 200 for one in said)
    assert len(plant.stored()) == len(before) + taken
    assert plant.post(records(700)).status == 200
    assert plant.server.traces == []


def _signed_in(plant: Plant) -> str:
    """The cookie of a person who signed in."""
    from urllib.parse import urlencode

    from tests.conftest import PASSWORD

    page = plant.server.ask("GET", "/sign-in/")
    cookie = page.headers["Set-Cookie"].split(";")[0].strip()
    token = page.body.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    form = {"csrfmiddlewaretoken": token, "username": "ada", "password": PASSWORD}
    kind = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie}
    answer = plant.server.ask("POST", "/sign-in/", urlencode(form).encode(), **kind)
    cookies = answer.headers.get_all("Set-Cookie")
    return next(c.split(";")[0] for c in cookies if c.startswith("firstoff_session"))


def _page(plant: Plant, cookie: str) -> Said:
    return plant.server.ask("GET", "/runs/STOKE/CC1-P1/", Cookie=cookie)
