"""Records taken over HTTP beside the raw limit of the same machine, in one run.

    python -m benchmarks.ingest                        SQLite, a minute or two
    python -m benchmarks.ingest --database postgresql
    python -m benchmarks.ingest --json                 one JSON object

Everything goes through `POST /api/v1/records` of a server in a process of its own, durably. Beside
it stand: the same server decoding the same post and storing nothing, the same server doing
nothing, and the same rows written by plain SQL.
"""

import argparse
import json
import random
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import uuid6

from benchmarks.history import Row
from benchmarks.measuring import Times, machine, timed, times
from benchmarks.site import Client, Site
from benchmarks.trace import Report, shown

WIDTH = 50  # measurements of a test record
BEGAN = datetime.now(UTC) - timedelta(days=4)


@dataclass(slots=True)
class Bench:
    report: Report
    batch: str
    site: Site
    station: Client
    stations: list[Client]
    kind: str
    rounds: int
    home: Path
    chance: random.Random = field(default_factory=lambda: random.Random(4))
    units: int = 10  # how many the batch has
    tests: int = 0


def _id() -> str:
    return str(UUID(int=uuid6.uuid7().int))


def serial(bench: Bench, number: int) -> str:
    return f"{bench.batch}-{number:05}"


def procedure() -> dict[str, Any]:
    lines = [{"name": f"M{n:02}", "unit": "V", "lower": "0", "upper": "10"} for n in range(WIDTH)]
    return {"name": "Final test", "version": "1", "lines": lines}


def test_record(bench: Bench, number: int, digest: str | None) -> dict[str, Any]:
    bench.tests += 1
    began = BEGAN + timedelta(seconds=bench.tests)
    return {
        "kind": "test",
        "id": _id(),
        "at": began.isoformat(),
        "batch": bench.batch,
        "serial": serial(bench, number),
        "procedure": digest or procedure(),
        "values": [round(bench.chance.uniform(1, 9), 4) for _ in range(WIDTH)],
        "outcomes": "p" * WIDTH,
        "outcome": "pass",
        "station": "ST-1",
        "began_at": began.isoformat(),
        "ended_at": (began + timedelta(seconds=5)).isoformat(),
    }


def _post(records: list[dict[str, Any]]) -> bytes:
    return json.dumps({"records": records}).encode()


def completed(bench: Bench) -> None:
    """A thousand units, each with one piece of a lot: begun and their operation done."""
    lot = {"kind": "lot", "id": _id(), "part": "CAP-1", "lot": "REEL-1", "quantity": "100000"}
    accepted = {"kind": "lot_status", "id": _id(), "lot": "REEL-1", "status": "accepted"}
    bench.station.send("/api/v1/records", _post([lot, accepted]), "application/json")
    best = []
    for _ in range(3):
        records = list(_units(bench, 1000))
        body = _post(records)
        best.append(timed(partial(_send, bench.station, body))[0])
    bench.report.rows.append(
        Row("1,000 units completed with one lot each", min(best), None, "s", None, "< 2 s",
            min(best) < 2, "begun, one operation that consumes; one post, durable")
    )  # fmt: skip


def _units(bench: Bench, count: int) -> Iterator[dict[str, Any]]:
    for _ in range(count):
        bench.units += 1
        at = BEGAN + timedelta(seconds=bench.units)
        name = {"batch": bench.batch, "serial": serial(bench, bench.units)}
        yield {"kind": "unit", "id": _id(), "at": at.isoformat(), "operator": "ben", **name}
        yield {
            "kind": "operation",
            "id": _id(),
            "at": (at + timedelta(seconds=20)).isoformat(),
            **name,
            "operator": "ben",
            "operation": 10,
            "outcome": "pass",
            "consumes": [{"lot": "REEL-1", "quantity": "1"}],
        }


def _send(client: Client, body: bytes) -> bytes:
    return client.send("/api/v1/records", body, "application/json")


def batches(bench: Bench) -> None:
    """Test records of 50 measurements in posts of a hundred, against decoding them alone."""
    first = _post([test_record(bench, 1, None)])
    _send(bench.station, first)
    digest = _digest()
    count = max(10, bench.rounds // 2)
    bodies = [
        _post([test_record(bench, 1 + bench.tests % bench.units, digest) for _ in range(100)])
        for _ in range(2 * count)
    ]
    decode = partial(bench.station.send, "/bench/decode", kind="application/json")
    size = _rows()
    spent, alone = [], []
    for body in bodies:  # by turns: what else the machine does falls on both
        alone.append(timed(partial(decode, body))[0])
        spent.append(timed(partial(_send, bench.station, body))[0])
    ours, raw = Times(tuple(spent)), Times(tuple(alone))
    assert _rows() - size == 100 * len(bodies)
    rate = 100 * WIDTH / ours.p50
    ratio = raw.p50 / ours.p50
    bench.report.rows.append(
        Row("measurements, posts of 100 records", rate / 1e3, 100 * WIDTH / raw.p50 / 1e3,
            "k/s", ratio, ">= 0.65", ratio >= 0.65, "raw: the same server decoding alone")
    )  # fmt: skip
    plain = _plain(bench, 100 * len(bodies))
    rate = 100 * len(bodies) / sum(spent)
    aim = (">= 0.40", rate / plain >= 0.40) if bench.kind == "postgresql" else ("", None)
    bench.report.rows.append(
        Row("test records, posts of 100", rate, plain, "1/s", rate / plain, *aim,
            "raw: COPY of the same rows" if bench.kind == "postgresql" else
            "raw: the same rows by executemany")
    )  # fmt: skip


def _digest() -> str:
    from firstoff.db.models import ProcedureRevision

    found: str = ProcedureRevision.objects.latest("pk").digest
    return found


def _rows() -> int:
    from firstoff.db.models import TestRecord

    return TestRecord.objects.count()


def _plain(bench: Bench, count: int) -> float:
    """The newest test records written again to a table alike, a hundred a transaction."""
    from django.db import connection, transaction

    table = "firstoff_testrecord"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} ORDER BY id DESC LIMIT {count}")
        rows = cursor.fetchall()
        if bench.kind == "postgresql":
            cursor.execute(f"CREATE TABLE twin_{table} (LIKE {table} INCLUDING ALL)")
        else:
            cursor.execute(f"SELECT name, sql FROM sqlite_master WHERE tbl_name = '{table}'")
            for name, sql in cursor.fetchall():  # the table, its indexes, its triggers
                if sql:
                    twin = sql.replace(table, f"twin_{table}")
                    cursor.execute(twin.replace(f'"{name}"', f'"twin_{name}"'))
    began = time.perf_counter()
    for start in range(0, len(rows), 100):
        with transaction.atomic(), connection.cursor() as cursor:
            some = rows[start : start + 100]
            if bench.kind == "postgresql":
                with cursor.copy(f"COPY twin_{table} FROM STDIN") as copy:
                    for row in some:
                        copy.write_row(row)
            else:
                holes = ", ".join(["%s"] * len(some[0]))
                cursor.executemany(f"INSERT INTO twin_{table} VALUES ({holes})", some)
    spent = time.perf_counter() - began
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE twin_{table}")
    return len(rows) / spent


def singles(bench: Bench) -> None:
    """One record a request, alone and from four stations at once."""
    digest = _digest()
    count = bench.rounds * 4

    def body() -> bytes:
        return _post([test_record(bench, 1 + bench.tests % bench.units, digest)])

    bodies = iter([body() for _ in range(count)])
    idle = iter([body() for _ in range(count)])
    nothing = partial(bench.station.send, "/bench/nothing", kind="application/json")
    alone = times(lambda: _send(bench.station, next(bodies)), count)
    least = times(lambda: nothing(next(idle)), count)
    ratio = alone.rate / least.rate
    said = f"p50 {alone.p50 * 1e3:.1f} ms, p99 {alone.percentile(99) * 1e3:.1f} ms"
    bench.report.rows.append(
        Row("one durable record a request", alone.rate, least.rate, "1/s", ratio, ">= 0.45",
            ratio >= 0.45, f"raw: the same server doing nothing; {said}")
    )  # fmt: skip
    crowd = [[body() for _ in range(bench.rounds)] for _ in bench.stations]
    free = min(_at_once(bench, "/bench/nothing", crowd)[0] for _ in range(2))
    spent, many = _at_once(bench, "/api/v1/records", crowd)
    count = len(many.seconds)
    bench.report.rows.append(
        Row("the same, from four stations at once", count / spent, count / free, "1/s",
            free / spent, "", None, "raw: the same server doing nothing for four")
    )  # fmt: skip
    spread = many.percentile(99) / many.p50
    aim = ("<= 5", spread <= 5) if bench.kind == "sqlite" else ("", None)
    bench.report.rows.append(
        Row("four writers: p99 over median", many.percentile(99) * 1e3, many.p50 * 1e3, "ms",
            spread, *aim, "they share commits")
    )  # fmt: skip


def _at_once(bench: Bench, path: str, bodies: list[list[bytes]]) -> tuple[float, Times]:
    spent: list[float] = []

    def work(client: Client, mine: list[bytes]) -> None:
        for body in mine:
            send = partial(client.send, path, body, "application/json")
            spent.append(timed(send)[0])

    threads = [
        threading.Thread(target=work, args=pair)
        for pair in zip(bench.stations, bodies, strict=True)
    ]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - began, Times(tuple(spent))


def ledger(bench: Bench) -> None:
    """Entries of a hundred records each beside the same rows without a ledger."""
    from django.db import transaction
    from django.utils import timezone

    from benchmarks.world import person
    from firstoff.db.inserts import fresh, insert
    from firstoff.db.models import FloorRecord
    from firstoff.db.models import Site as Place
    from firstoff.services import ledger as book

    by, site = person("ivy"), Place.objects.get(code="STOKE").pk
    entry = FloorRecord.objects.order_by("pk").values_list("entry_id", flat=True).first() or 1

    def rows() -> list[Any]:
        at = timezone.now()
        return [
            fresh(FloorRecord, site_id=site, kind="label", happened_at=at, run=None, unit=None,
                  seq=None, operator_id=by.person_id, equipment=None, supersedes=None,
                  content='{"expected":"x","keys":{},"scanned":"x"}')
            for _ in range(100)
        ]  # fmt: skip

    def chained(some: list[Any]) -> None:
        with book.verb("benchmark", by=by, at=timezone.now(), subject="benchmark") as made:
            made.add_all(some)

    def plain(some: list[Any]) -> None:
        for row in some:
            row.__dict__.update(entry_id=entry, by_id=by.person_id, received_at=timezone.now())
        with transaction.atomic():
            insert(some)

    ours, raw = [], []
    for _ in range(bench.rounds):
        ours.append(timed(partial(chained, rows()))[0])
        raw.append(timed(partial(plain, rows()))[0])
    mine, bare = Times(tuple(ours)), Times(tuple(raw))
    ratio = bare.p50 / mine.p50
    aim = 0.7 if bench.kind == "postgresql" else 0.6
    bench.report.rows.append(
        Row("rows under the ledger, 100 an entry", 100 / mine.p50, 100 / bare.p50, "1/s", ratio,
            f">= {aim:.1f}", ratio >= aim, "raw: the same insert without an entry")
    )  # fmt: skip


PARTS = {"completed": completed, "batches": batches, "singles": singles, "ledger": ledger}


def measure(kind: str, rounds: int, parts: list[str]) -> Report:
    from benchmarks.pilot import database

    with tempfile.TemporaryDirectory(prefix="firstoff-bench-") as folder:
        home = Path(folder) / "home"
        home.mkdir()
        with database(kind, Path(folder)) as url:
            return _measured(home, url, kind, rounds, parts)


def _measured(home: Path, url: str, kind: str, rounds: int, parts: list[str]) -> Report:
    from benchmarks import world
    from benchmarks.pilot import set_up

    set_up(home, url)
    from django.db import connections

    run = world.build(10)
    report = Report(kind, machine())
    site = Site(bare=True)
    try:
        key = world.token()
        clients = [Client(site, token=key) for _ in range(5)]
        bench = Bench(report, run.batch, site, clients[0], clients[1:], kind, rounds, home)
        for part in parts:
            PARTS[part](bench)
    finally:
        site.stop()
        connections.close_all()
    return report


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.ingest", description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--only", choices=PARTS, action="append", help="some parts alone")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    given = parser.parse_args()
    report = measure(given.database, given.rounds, given.only or list(PARTS))
    if given.json:
        from dataclasses import asdict

        print(json.dumps(asdict(report), indent=1))
    else:
        print(shown(report))


if __name__ == "__main__":
    main()
