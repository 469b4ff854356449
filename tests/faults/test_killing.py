"""Killed in the middle of it: the server, the stations. No record is lost, none is there twice."""

import random
import time
from typing import Any

import pytest

pytestmark = pytest.mark.slow


def _server_killed_in_mid_ingest(plant: Any, kills: int) -> None:
    chance = random.Random(4)
    stations = [plant.recorder(name, 1000 * n) for n, name in enumerate("ABC", start=1)]
    for _ in range(kills):
        # The first request after a start loads much: from then on posts are under way.
        plant.server.ask("HEAD", "/api/v1/records")
        time.sleep(chance.uniform(0.2, 1.5))
        plant.server.kill()
        plant.server.start()
    kept = [station.stop() for station in stations]
    assert [plant.deliver(station.queue) for station in stations] == [(0, 0)] * 3
    assert plant.holds(kept) > 100
    assert plant.server.traces == []


def test_the_server_killed_in_mid_ingest_loses_and_doubles_nothing(plant: Any) -> None:
    _server_killed_in_mid_ingest(plant, kills=4)


def test_the_same_on_postgresql(postgres_plant: Any) -> None:
    _server_killed_in_mid_ingest(postgres_plant, kills=3)


def _stations_killed(plant: Any, turns: int) -> None:
    chance = random.Random(5)
    kept: list[list[list[str]]] = [[], []]
    for turn in range(turns):
        station = plant.recorder("AB"[turn % 2], 1000 + 50 * turn)
        assert station.process.stdout is not None
        first = station.process.stdout.readline()
        time.sleep(chance.uniform(0, 0.25))
        kept[turn % 2] += [first.split()[1:], *station.kill()]
    assert [plant.deliver(plant.folder / f"queue-{n}") for n in "AB"] == [(0, 0)] * 2
    assert plant.holds(kept, unsaid=turns) >= turns


@pytest.mark.once
def test_stations_killed_a_hundred_times_lose_and_double_nothing(plant: Any) -> None:
    """Two stations, each of them killed fifty times, wherever it stood: recording, handing over,
    between the server's answer and its own note of it."""
    _stations_killed(plant, turns=100)
