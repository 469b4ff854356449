"""The command line, the watcher, pytest and OpenHTF, each as a program of its own."""

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from firstoff_station import Station
from firstoff_station.watch import Watcher

SOURCE = Path(__file__).parents[2] / "station" / "src"
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def environment(server: Any, tmp_path: Path) -> dict[str, str]:
    return {
        **{k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "FIRSTOFF"))},
        "PYTHONPATH": str(SOURCE),
        "FIRSTOFF_URL": server.url,
        "FIRSTOFF_TOKEN": "fo_x",
        "FIRSTOFF_QUEUE": str(tmp_path / "queue"),
    }


@pytest.fixture
def run(environment: dict[str, str], tmp_path: Path) -> Run:
    def ran(*arguments: str, given: str = "") -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, *arguments],
            env=environment,
            cwd=tmp_path,
            input=given,
            capture_output=True,
            text=True,
            timeout=120,
        )

    return ran


STATION = ("-m", "firstoff_station.cli")


class TestCommandLine:
    def test_sends_records_from_standard_input(self, server: Any, run: Run) -> None:
        lines = '{"kind":"unit","serial":"a"}\n{"kind":"unit","serial":"b"}\n'
        done = run(*STATION, "send", "-", given=lines)
        assert (done.returncode, done.stdout) == (
            0,
            "2 records are kept.\nEverything is handed over.\n",
        )
        assert [r["serial"] for r in server.stored.values()] == ["a", "b"]

    def test_keeps_what_cannot_go_and_drains_it_later(self, server: Any, run: Run) -> None:
        server.mode = "away"
        done = run(*STATION, "send", "-", "--timeout", "0.1", given='[{"kind":"unit"}]')
        assert done.returncode == 5
        assert done.stderr.startswith("1 wait: ")
        shown = run(*STATION, "status", "--json")
        assert shown.returncode == 5
        assert json.loads(shown.stdout)["waiting"] == 1
        server.mode = "fine"
        assert run(*STATION, "drain").returncode == 0
        assert run(*STATION, "status").returncode == 0
        assert len(server.stored) == 1

    def test_tells_what_was_refused_and_why(self, server: Any, run: Run) -> None:
        server.refuse["unit"] = ("R-31", "The bar is not locked.")
        done = run(*STATION, "send", "-", given='{"kind":"unit"}')
        assert done.returncode == 4
        assert "The bar is not locked. Wait." in done.stderr
        server.refuse.clear()
        assert run(*STATION, "drain", "--retry-refused").returncode == 0

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            ('{"kind":"unit"}\n{"kind"', "-, line 2: '{\"kind\"' is no JSON"),
            ("[]", "- holds no records"),
            ("[1]", "- holds no records"),
            ('{"serial":"a"}', "has no kind"),
        ],
    )
    def test_says_what_is_wrong_with_what_it_was_given(
        self, run: Run, given: str, said: str
    ) -> None:
        done = run(*STATION, "send", "-", given=given)
        assert done.returncode == 2
        assert said in done.stderr

    def test_takes_an_envelope_and_a_file(self, server: Any, run: Run, tmp_path: Path) -> None:
        (tmp_path / "r.json").write_text('{"mode":"all","records":[{"kind":"unit"}]}')
        assert run(*STATION, "send", "r.json").returncode == 0
        assert run(*STATION, "send", "--file", "r.json", "--batch", "B1").returncode == 0
        kinds = [r["kind"] for r in server.stored.values()]
        assert kinds == ["unit", "file"]


class TestWatcher:
    @pytest.fixture
    def watcher(self, server: Any, tmp_path: Path) -> Any:
        folder = tmp_path / "drop"
        folder.mkdir()
        with Station(server.url, "fo_x", folder=tmp_path / "queue", background=False) as station:
            yield Watcher(station, folder, settled=0.0, say=lambda _: None)

    def test_keeps_a_file_once_it_no_longer_grows(self, server: Any, watcher: Watcher) -> None:
        path = watcher.folder / "a.csv"
        path.write_text("half")
        assert watcher.look() == 0
        path.write_text("half and the rest")
        assert watcher.look() == 0
        assert watcher.look() == 1
        assert not path.exists()
        assert (watcher.folder / "sent" / "a.csv").read_text() == "half and the rest"
        watcher.station.flush()
        (record,) = server.stored.values()
        assert (record["kind"], record["name"]) == ("file", "a.csv")

    def test_files_go_in_by_age_and_names_do_not_clash(
        self, server: Any, watcher: Watcher
    ) -> None:
        for turn in range(2):
            for n, name in enumerate(("c", "b", "a")):
                path = watcher.folder / f"{name}.csv"
                path.write_text(f"{name} {turn}")
                os.utime(path, (1_700_000_000 + n, 1_700_000_000 + n))
            watcher.look()
            watcher.look()
        watcher.station.flush()
        assert [r["name"] for r in server.stored.values()] == ["c.csv", "b.csv", "a.csv"] * 2
        assert (watcher.folder / "sent" / "a-2.csv").exists()

    def test_an_empty_file_is_set_aside_with_a_note(self, server: Any, watcher: Watcher) -> None:
        (watcher.folder / "a.csv").touch()
        watcher.look()
        assert watcher.look() == 0
        note = watcher.folder / "refused" / "a.csv.txt"
        assert note.read_text() == "a.csv is empty. Nothing was kept.\n"

    def test_as_a_command(self, server: Any, run: Run, tmp_path: Path) -> None:
        (tmp_path / "drop").mkdir()
        (tmp_path / "drop" / "a.csv").write_text("x")
        done = run(*STATION, "watch", "drop", "--once", "--settled", "0", "--part", "CC-1")
        assert (done.returncode, done.stderr) == (0, "")
        (record,) = server.stored.values()
        assert (record["name"], record["part"]) == ("a.csv", "CC-1")


TESTS = """
import pytest

def test_supply(measure):
    measure("supply", 5.02, unit="V", lower=4.75, upper=5.25)
    measure("ripple", 61, unit="mV", upper=50)

def test_led():
    pass

@pytest.mark.skip
def test_later():
    pass
"""


class TestPytest:
    ARGUMENTS = (
        "-m",
        "pytest",
        "-q",
        "-p",
        "firstoff_station.pytest_plugin",
        "-p",
        "no:cacheprovider",
    )

    def test_a_run_is_a_test_record(self, server: Any, run: Run, tmp_path: Path) -> None:
        (tmp_path / "test_board.py").write_text(TESTS)
        done = run(*self.ARGUMENTS, "--firstoff-serial", "CC1-021", "--firstoff-part", "CC-1")
        assert "ripple is 61 mV; expected at most 50" in done.stdout
        assert "firstoff: the record of CC1-021 is handed over" in done.stdout
        assert done.returncode == 1
        (record,) = server.stored.values()
        assert record["kind"] == "test"
        assert (record["serial"], record["part"], record["outcome"]) == ("CC1-021", "CC-1", "fail")
        supply, ripple, *others = record["procedure"]["lines"]
        assert supply == {
            "name": "supply",
            "phase": "test_supply",
            "unit": "V",
            "lower": "4.75",
            "upper": "5.25",
        }
        assert ripple == {"name": "ripple", "phase": "test_supply", "unit": "mV", "upper": "50"}
        assert [line["name"] for line in others] == ["test_led", "test_later"]
        assert record["values"] == [5.02, 61.0, None, None]
        assert record["outcomes"] == ["pass", "fail", "pass", "skipped"]

    def test_without_a_serial_nothing_is_recorded(
        self, server: Any, run: Run, tmp_path: Path
    ) -> None:
        (tmp_path / "test_board.py").write_text(TESTS)
        assert "firstoff" not in run(*self.ARGUMENTS).stdout
        assert server.posts == []

    def test_a_server_that_is_away_changes_nothing_for_the_test(
        self, server: Any, run: Run, tmp_path: Path
    ) -> None:
        server.mode = "away"
        (tmp_path / "test_board.py").write_text("def test_led():\n    pass\n")
        done = run(*self.ARGUMENTS, "--firstoff-serial", "CC1-021")
        assert done.returncode == 0
        assert "is kept; it goes later" in done.stdout


OPENHTF = """
import sys
import openhtf as htf
from firstoff_station import Station
from firstoff_station.openhtf import upload

@htf.measures(htf.Measurement("supply").in_range(4.5, 5.5), htf.Measurement("name").equals("x"))
def check(test):
    test.measurements.supply = 5.0
    test.measurements.name = "x"
    test.attach("log", b"\\x00\\x01", mimetype="application/octet-stream")

with Station() as station:
    test = htf.Test(check, test_name="Final")
    test.add_output_callbacks(upload(station, part="CC-1", batch="CC1-P2"))
    test.execute(lambda: "CC1-021")
    assert station.flush()
"""


@pytest.mark.slow
def test_openhtf_hands_over_with_one_line(server: Any, run: Run, tmp_path: Path) -> None:
    """With the real package. What it wrote reads like any OpenHTF file."""
    pytest.importorskip("openhtf", reason="OpenHTF is not installed")
    import base64

    from firstoff.formats import testdata

    (tmp_path / "station.py").write_text(OPENHTF)
    done = run("-W", "ignore", "station.py")
    assert done.returncode == 0, done.stderr
    (record,) = server.stored.values()
    assert (record["kind"], record["part"], record["batch"]) == ("file", "CC-1", "CC1-P2")
    (draft,) = testdata.read(base64.b64decode(record["content"]), name=record["name"]).tests
    assert (draft.serial, draft.test_name, draft.outcome) == ("CC1-021", "Final", "pass")
    measured = {m.name: m.outcome for m in draft.measurements}
    assert measured == {"supply": "pass", "name": "pass"}
    assert [a.content for a in draft.attachments if a.name == "log"] == [b"\x00\x01"]


KILLED = """
import itertools, sys
from firstoff_station import Station
station = Station(background=True)
for n in itertools.count():
    print(station.record("unit", serial=f"{sys.argv[1]}-{n}"), flush=True)
"""


@pytest.mark.slow
@pytest.mark.once
def test_killed_a_hundred_times_it_loses_and_doubles_nothing(
    server: Any, environment: dict[str, str], tmp_path: Path
) -> None:
    """Whatever was said to be kept arrives, once, in order."""
    kept: list[str] = []
    chance = random.Random(1)
    for turn in range(100):
        server.mode = chance.choice(["fine", "fine", "away", "cut", "deaf"])
        child = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(turn)],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert child.stdout is not None
        first = child.stdout.readline()
        time.sleep(chance.random() * 0.05)
        child.kill()
        kept += [first.strip(), *(line.strip() for line in child.stdout if line.endswith("\n"))]
        child.wait()
        child.stdout.close()
    server.mode = "fine"
    with Station(
        server.url, "fo_x", folder=environment["FIRSTOFF_QUEUE"], background=False
    ) as station:
        assert station.flush(timeout=120)
    arrived = list(server.stored)
    assert set(kept) <= set(arrived)
    assert len(arrived) - len(set(kept)) <= 100  # kept, and killed before it could say so
    by_turn: dict[str, list[int]] = {}
    for record in server.stored.values():
        turn, n = record["serial"].split("-")
        by_turn.setdefault(turn, []).append(int(n))
    assert all(numbers == list(range(len(numbers))) for numbers in by_turn.values())
