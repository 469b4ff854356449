"""Deliveries that go wrong on their way: twice at once, cut off, mislabelled, at another time."""

import gzip
import json
import socket
import threading
from contextlib import closing
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.faults.conftest import Plant, Said
from tests.faults.recorder import unit
from tests.recording import LATER, lot, post, rec, sound
from tests.recording import unit as board

door = [pytest.mark.slow, pytest.mark.once]


def records(number: int) -> list[dict[str, Any]]:
    return [{"id": str(uuid4()), **one} for one in unit("F", number)]


def _twice_at_once(plant: Plant) -> None:
    for turn in range(5):
        body = [one for n in range(20) for one in records(1000 + 20 * turn + n)]
        said: list[Said] = []
        threads = [
            threading.Thread(target=lambda body=body, said=said: said.append(plant.post(body)))
            for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [one.status for one in said] == [200] * 4
        counts = sorted(json.loads(one.body)["stored"] for one in said)
        assert counts == [0, 0, 0, 100]
    assert plant.holds([], unsaid=100) == 100


@pytest.mark.slow
def test_the_same_post_several_times_at_once_is_stored_once(plant: Plant) -> None:
    _twice_at_once(plant)


@pytest.mark.slow
def test_the_same_post_several_times_at_once_on_postgresql(postgres_plant: Plant) -> None:
    _twice_at_once(postgres_plant)


def _raw(plant: Plant, head: str, body: bytes, *, end: bool = True) -> bytes:
    """Send bytes as they are; answers what came back, nothing where the connection was closed."""
    request = (
        f"POST /api/v1/records HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Authorization: Bearer {plant.token}\r\nContent-Type: application/json\r\n"
        f"Connection: close\r\n{head}\r\n\r\n"
    )
    with closing(socket.create_connection(("127.0.0.1", plant.server.port), timeout=30)) as line:
        line.sendall(request.encode() + body)
        if end:
            line.shutdown(socket.SHUT_WR)
        else:
            return b""
        said = b""
        while some := line.recv(65536):
            said += some
        return said


class TestOneSite:
    """One server for all of it: whatever came before, it goes on."""

    pytestmark = door

    def test_what_is_cut_off_or_mislabelled_stores_nothing_and_harms_nobody(
        self, plant: Plant
    ) -> None:
        before = plant.stored()
        whole = json.dumps({"records": records(1000)}).encode()
        half = whole[: len(whole) // 2]
        length = f"Content-Length: {len(whole)}"
        for _ in range(20):
            assert _raw(plant, length, half) == b""  # nobody is there any more
            _raw(plant, length, half, end=False)
        chunk = f"{len(half):x}\r\n".encode() + half + b"\r\n"
        assert _raw(plant, "Transfer-Encoding: chunked", chunk) == b""
        shorter = _raw(plant, f"Content-Length: {len(half)}", whole)
        assert shorter.startswith(b"HTTP/1.1 400 ")
        for wrong in ("-1", "12x", "9" * 30):
            said = _raw(plant, f"Content-Length: {wrong}", whole)
            assert said.split()[1] in (b"400", b"413")
        assert plant.stored() == before
        assert plant.post(records(1000)).status == 200
        assert plant.server.traces == []

    def test_a_compressed_body_is_refused_in_a_sentence(self, plant: Plant) -> None:
        bomb = gzip.compress(bytes(50_000_000))
        said = plant.server.ask(
            "POST",
            "/api/v1/records",
            bomb,
            **plant.bearer,
            **{"Content-Type": "application/json", "Content-Encoding": "gzip"},
        )
        assert (said.status, json.loads(said.body)["title"]) == (
            400,
            "The body is compressed (gzip); expected JSON as it is.",
        )
        assert plant.server.traces == []


class TestClock:
    """The server's clock steps; the order of the ledger is that of its numbers."""

    def test_records_are_taken_after_the_clock_stepped_back(self, world: Any) -> None:
        post(world, *lot(), board("A-1"), at=LATER, by=world.ada)
        back = LATER - timedelta(hours=2)
        again = rec(
            "consume", part="PCBA", serial="A-1", items=[{"lot": "GLZ-7781", "quantity": 1}]
        )
        assert post(world, again, at=back).count("stored") == 1
        assert post(world, again, at=LATER + timedelta(days=400)).count("already") == 1
        sound()

    def test_a_record_of_the_time_before_the_step_is_refused_until_then(self, world: Any) -> None:
        """A station asks again by itself; nothing is stored with a time that is not true."""
        ahead = rec("unit", part="PCBA", serial="A-2", at=LATER)
        before = LATER - timedelta(hours=2)
        answer = post(world, ahead, at=before, mode="best_effort")
        assert [a.state for a in answer.answers] == ["refused"]
        assert post(world, ahead, at=LATER).count("stored") == 1
        sound()
