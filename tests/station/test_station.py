import json
import multiprocessing
import sqlite3
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from firstoff_station import NotAccepted, ServerRefused, Station, file_record, uuid7
from firstoff_station import clock as clocks
from firstoff_station import queue as queues

Make = Callable[..., Station]


@pytest.fixture
def make(server: Any, tmp_path: Path) -> Make:
    def made(**options: Any) -> Station:
        given = {"folder": tmp_path / "queue", "background": False, "token": "fo_x", **options}
        return Station(given.pop("url", server.url), **given)

    return made


def serials(server: Any) -> list[str]:
    return [record["serial"] for record in server.stored.values()]


def test_records_arrive_in_the_order_they_were_recorded(server: Any, make: Make) -> None:
    with make() as station:
        for n in range(7):
            station.record("unit", serial=f"CC-{n:03d}", batch="B1")
        assert station.flush()
    assert serials(server) == [f"CC-{n:03d}" for n in range(7)]


def test_a_record_is_what_was_said_with_an_id_and_a_time(server: Any, make: Make) -> None:
    with make() as station:
        id_ = station.record(
            "consume",
            serial="Ä 007 ”x”",
            items=[{"lot": "00012", "quantity": Decimal("0.020")}],
            at=datetime(2026, 5, 4, 8, 0, tzinfo=UTC),
        )
        station.flush()
    assert uuid.UUID(id_).version == 7
    assert server.stored[id_] == {
        "kind": "consume",
        "id": id_,
        "at": "2026-05-04T08:00:00+00:00",
        "serial": "Ä 007 ”x”",
        "items": [{"lot": "00012", "quantity": "0.020"}],
    }


@pytest.mark.parametrize("mode", ["away", "deaf", "proxy"])
def test_what_cannot_be_delivered_waits(server: Any, make: Make, mode: str) -> None:
    server.mode = mode
    with make() as station:
        station.record_all([{"kind": "unit", "serial": n} for n in "abc"])
        assert not station.flush(timeout=0.1)
        assert station.status().waiting == 3
        assert station.status().problem
        server.mode = "fine"
        assert station.flush()
        assert station.status().problem == ""
    assert serials(server) == ["a", "b", "c"]


def test_an_answer_that_got_lost_stores_nothing_twice(server: Any, make: Make) -> None:
    server.mode = "cut"
    with make() as station:
        station.record_all([{"kind": "unit", "serial": n} for n in "abc"])
        assert not station.flush(timeout=0.1)
        assert len(server.stored) == 3
        server.mode = "fine"
        assert station.flush()
    assert serials(server) == ["a", "b", "c"]
    assert server.twice == 3


def test_a_week_without_the_server_and_a_restart(server: Any, make: Make) -> None:
    server.mode = "away"
    for day in range(7):
        with make() as station:
            station.record("unit", serial=f"day {day}")
    server.mode = "fine"
    with make() as station:
        assert station.flush()
    assert serials(server) == [f"day {day}" for day in range(7)]


def test_a_refusal_is_kept_with_its_reason_and_holds_up_nobody(server: Any, make: Make) -> None:
    server.refuse["scrap"] = ("R-35", "CC-1 is not started.")
    with make() as station:
        first = station.record("scrap", serial="a")
        station.record("unit", serial="b")
        assert station.flush()
        (refused,) = station.status().refusals
        assert (refused.id, refused.code, refused.said, refused.way_out, refused.tries) == (
            first,
            "R-35",
            "CC-1 is not started.",
            "Wait.",
            1,
        )
        assert refused.again_at is not None
        server.refuse.clear()
        assert station.queue.again(everything=True) == 1
        assert station.flush()
        assert station.status().refused == 0
    assert serials(server) == ["b", "a"]


def test_a_refusal_is_asked_again_by_itself_and_then_left_to_a_person(
    server: Any, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queues, "_AGAIN", (0.0, 0.0))
    server.refuse["unit"] = ("R-35", "No.")
    with make() as station:
        station.record("unit", serial="a")
        for _ in range(5):
            station._sender.round()  # type: ignore[union-attr]
        (refused,) = station.status().refusals
        assert (refused.tries, refused.again_at) == (3, None)
        assert station.queue.discard([refused.id]) == 1
        assert station.status().refused == 0
    assert server.posts == [1, 1, 1]


def test_one_record_that_means_nothing_is_found_among_many(server: Any, make: Make) -> None:
    records: list[dict[str, object]] = [{"kind": "unit", "serial": str(n)} for n in range(20)]
    records[13]["unreadable"] = True
    with make() as station:
        station.record_all(records)
        assert station.flush()
        (refused,) = station.status().refusals
        assert (refused.code, refused.said) == ("body", "That means nothing.")
    assert serials(server) == [str(n) for n in range(20) if n != 13]


def test_posts_get_smaller_where_the_server_takes_less(server: Any, make: Make) -> None:
    server.most = 6
    with make() as station:
        station.record_all([{"kind": "unit", "serial": str(n)} for n in range(20)])
        assert station.flush()
    assert serials(server) == [str(n) for n in range(20)]


def test_a_token_that_is_not_taken_loses_nothing(server: Any, make: Make) -> None:
    server.mode = "signed out"
    with make() as station:
        station.record("unit", serial="a")
        assert not station.flush(timeout=0.1)
        assert station.status().waiting == 1
        assert "does not take this token: Unknown token." in station.status().problem


def test_a_redirect_is_not_followed_with_the_token(server: Any, make: Make) -> None:
    server.mode = "moved"
    with make() as station:
        station.record("unit", serial="a")
        assert not station.flush(timeout=0.1)
        assert "sends on to http://127.0.0.1:1/" in station.status().problem


def test_a_token_does_not_travel_unencrypted(make: Make) -> None:
    with pytest.raises(ServerRefused, match="would send the token unencrypted"):
        make(url="http://firstoff.example.com")
    make(url="http://firstoff.example.com", allow_plain_http=True).close()
    with pytest.raises(ServerRefused, match="is no address"):
        make(url="firstoff.example.com")


def test_the_background_thread_hands_over(server: Any, make: Make) -> None:
    with make(background=True) as station:
        station.record("unit", serial="a")
        until = time.monotonic() + 20
        while not server.stored and time.monotonic() < until:
            time.sleep(0.01)
    assert serials(server) == ["a"]


def test_closing_hands_over_what_waits(server: Any, make: Make) -> None:
    station = make(background=True)
    station.record_all([{"kind": "unit", "serial": str(n)} for n in range(1200)])
    station.close(timeout=20)
    assert serials(server) == [str(n) for n in range(1200)]


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ({}, "has no kind"),
        ({"kind": "unit", "id": "7"}, "'7' is no record ID"),
        ({"kind": "unit", "at": datetime(2026, 1, 1)}, "has no time zone"),  # noqa: DTZ001
        ({"kind": "unit", "x": float("nan")}, "cannot be written as JSON"),
        ({"kind": "unit", "x": object()}, "cannot be written as JSON"),
        ({"kind": "unit", "x": b"1"}, "cannot be written as JSON"),
    ],
)
def test_what_means_nothing_is_not_kept(make: Make, record: dict[str, object], said: str) -> None:
    with make() as station:
        with pytest.raises(NotAccepted, match=said):
            station.record_all([{"kind": "unit"}, record])
        assert station.status().waiting == 0


def test_the_same_id_with_other_content_is_not_kept(make: Make) -> None:
    id_, at = str(uuid7()), "2026-01-01T00:00:00Z"
    with make() as station:
        station.record("unit", id=id_, at=at, serial="a")
        station.record("unit", id=id_, at=at, serial="a")
        with pytest.raises(NotAccepted, match="waits already with other content"):
            station.record("unit", id=id_, at=at, serial="b")
        assert station.status().waiting == 1


def test_a_full_disk_is_said_and_loses_nothing(server: Any, make: Make) -> None:
    with make() as station:
        station.record("unit", serial="before")
        connection = station.queue._connection
        assert connection is not None
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(NotAccepted, match="the disk is full"):
            station.record("unit", serial="x" * 100_000)
        connection.execute("PRAGMA max_page_count = 100000")
        station.record("unit", serial="after")
        assert station.flush()
    assert serials(server) == ["before", "after"]


def test_a_damaged_queue_is_set_aside_and_said(server: Any, make: Make, tmp_path: Path) -> None:
    (tmp_path / "queue").mkdir()
    (tmp_path / "queue" / "queue.sqlite3").write_bytes(b"SQLite format 3\0" + b"rubbish" * 3000)
    with make() as station:
        station.record("unit", serial="a")
        assert station.flush()
        (name,) = station.status().damaged
    assert name.startswith("queue.sqlite3.damaged-")
    assert serials(server) == ["a"]


def test_two_senders_take_turns(server: Any, make: Make) -> None:
    with make() as one, make() as two:
        for n in range(40):
            (one if n % 2 else two).record("unit", serial=str(n))
        with queues_locked(one):
            done = two._sender.round()  # type: ignore[union-attr]
            assert done.busy
        assert one.flush()
        assert two.flush()
    assert serials(server) == [str(n) for n in range(40)]
    assert server.twice == 0


def queues_locked(station: Station) -> Any:
    from firstoff_station.lock import SenderLock

    return SenderLock(station.queue.folder)


def _in_child(folder: str, url: str, count: int) -> None:
    with Station(url, "fo_x", folder=folder, background=False) as station:
        for n in range(count):
            station.record("unit", serial=f"child {n}")


def test_several_processes_share_a_queue(server: Any, make: Make, tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    child = spawn.Process(target=_in_child, args=(str(tmp_path / "queue"), server.url, 25))
    child.start()
    with make() as station:
        for n in range(25):
            station.record("unit", serial=f"own {n}")
        child.join(60)
        assert station.flush()
    found = serials(server)
    assert sorted(found) == sorted(
        [f"own {n}" for n in range(25)] + [f"child {n}" for n in range(25)]
    )
    assert [s for s in found if s.startswith("own")] == [f"own {n}" for n in range(25)]


class TestClock:
    """The server's clock decides; times that the caller gave are the caller's."""

    def test_a_clock_that_is_off_is_put_right_once(
        self, server: Any, make: Make, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        true = time.time()
        monkeypatch.setattr(time, "time", lambda: true - 3 * 365 * 86_400)  # an empty battery
        server.ahead = 3 * 365 * 86_400
        with make() as station:
            id_ = station.record("unit", serial="a", note="first")
            given = station.record("unit", serial="b", at="2023-01-01T00:00:00+00:00")
            station.flush()
        record = server.stored[id_]
        assert abs(datetime.fromisoformat(record["at"]).timestamp() - true) < 5
        assert record["note"].startswith("first; the station's clock said 2023-")
        assert server.stored[given]["at"] == "2023-01-01T00:00:00+00:00"

    def test_a_record_that_was_sent_stays_as_it_was_sent(
        self, server: Any, make: Make, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        server.mode = "cut"
        with make() as station:
            station.record("unit", serial="a")
            station.flush(timeout=0.1)
            true = time.time()
            monkeypatch.setattr(time, "time", lambda: true - 86_400)
            server.mode, server.ahead = "fine", 86_400
            assert station.flush()
        assert server.twice == 1

    def test_the_order_holds_when_the_clock_goes_back(
        self, server: Any, make: Make, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        true = time.time()
        with make() as station:
            for n in range(5):
                monkeypatch.setattr(time, "time", lambda n=n: true - n * 7200)
                station.record("unit", serial=str(n))
            monkeypatch.setattr(time, "time", lambda: true)
            station.flush()
        assert serials(server) == list("01234")
        times = [datetime.fromisoformat(r["at"]) for r in server.stored.values()]
        assert all(abs(t.timestamp() - true) < 5 for t in times)

    def test_after_a_restart_a_record_is_at_least_not_in_the_future(self) -> None:
        off = clocks.ServerClock(1_000_000.0, 50.0, "this start")
        ahead = queues.Waiting(
            1, "x", '{"at":"2026-01-01T00:00:00+00:00"}', 9e9, 10.0, "before", True, 0, 0
        )
        fields = json.loads(off.put_right(ahead).body)
        limit = datetime.fromtimestamp(1_000_000, UTC) + timedelta(seconds=clocks.uptime())
        assert datetime.fromisoformat(fields["at"]) <= limit


class TestFiles:
    def test_the_same_file_found_twice_is_one_record(self, tmp_path: Path) -> None:
        path = tmp_path / "a.stdf"
        path.write_bytes(b"content")
        first, again = file_record(path, batch="B1"), file_record(path, batch="B1")
        assert first == again
        assert (first["kind"], first["name"], first["batch"]) == ("file", "a.stdf", "B1")
        path.write_bytes(b"other")
        assert file_record(path)["id"] != first["id"]

    def test_an_empty_or_missing_file_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "empty").touch()
        with pytest.raises(NotAccepted, match="empty is empty"):
            file_record(tmp_path / "empty")
        with pytest.raises(NotAccepted, match="cannot be read"):
            file_record(tmp_path / "missing")


def test_the_queue_is_written_through(make: Make) -> None:
    with make() as station:
        connection = station.queue._connection
        assert isinstance(connection, sqlite3.Connection)
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_the_token_is_nowhere_on_disk(make: Make, tmp_path: Path) -> None:
    with make(token="fo_secret") as station:
        station.record("unit", serial="a")
        station.flush()
    found = b"".join(p.read_bytes() for p in (tmp_path / "queue").iterdir())
    assert b"fo_secret" not in found
