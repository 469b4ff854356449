"""Trace and where-used beside the raw limit of the same machine, in one run.

    python -m benchmarks.trace                      10,000 and a million units
    python -m benchmarks.trace --units 10           ten million; some 10 GB of disk, half an hour
    python -m benchmarks.trace --database postgresql
    python -m benchmarks.trace --folder /somewhere  on another disk than that of /tmp
    python -m benchmarks.trace --json               one JSON object

Beside each question of Firstoff stands the same recursion by plain SQL on the same tables, and
for the answer of a million a search in sorted arrays in memory. Pages go over HTTP.
"""

import argparse
import json
import random
import tempfile
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from benchmarks import genealogy
from benchmarks.history import Row
from benchmarks.measuring import Times, machine, timed, times
from benchmarks.table import in_table

# Answers of so many units, in seconds, as STORAGE asks for them at ten million.
AIMS = {10: 0.002, 10_000: 0.050, 1_000_000: 1.5}
RAW_UP = """
WITH RECURSIVE up(id) AS (
    SELECT unit_id FROM firstoff_consumption WHERE lot_id = {lot}
    UNION
    SELECT a.parent_id FROM up JOIN firstoff_assembly a
    ON a.child_id = up.id AND a.removed_at IS NULL
) SELECT id FROM up
"""
RAW_DOWN = """
WITH RECURSIVE down(id) AS (
    SELECT CAST({unit} AS bigint)
    UNION ALL
    SELECT a.child_id FROM down JOIN firstoff_assembly a
    ON a.parent_id = down.id AND a.removed_at IS NULL
) SELECT c.unit_id, c.lot_id, c.quantity FROM down CROSS JOIN firstoff_consumption c
WHERE c.unit_id = down.id
"""


@dataclass(slots=True)
class Report:
    database: str
    machine: dict[str, str]
    rows: list[Row] = field(default_factory=list)


def at_risk(plant: genealogy.Plant, report: Report, rounds: int) -> dict[int, float]:
    """Units at risk from one lot; seconds by size of the answer."""
    from firstoff.db.models import Lot
    from firstoff.queries import trace
    from firstoff.rules.trace import Question
    from firstoff.rules.trace.conditions.lot import Lot as ByLot

    took = {}
    for size, code in plant.lots.items():
        question = Question((ByLot(code),))
        key = Lot.objects.get(code=code).pk
        found = trace.at_risk_ids(question, plant.site)
        assert len(found) == 2 * size, (len(found), size)
        count = rounds if size < 100_000 else 3
        ours = times(lambda q=question: trace.at_risk_ids(q, plant.site), count)
        raw = times(lambda k=key: _sql(RAW_UP.format(lot=k)), count)
        took[size] = ours.p50
        report.rows.append(
            _row(f"units at risk, {size:,} tops of {plant.units:,}", ours.p50, raw.p50,
                 f"<= {AIMS[size] * 1e3:,.0f} ms", ours.p50 <= AIMS[size])
        )  # fmt: skip
        sent = times(lambda k=key: trace.shipped_with(_keys(k)), count)
        report.rows.append(
            _row(f"shipped with it, {size:,} of {plant.units:,}", sent.p50, raw.p50, "", None)
        )
    return took


def _keys(lot: int) -> Any:
    import numpy as np

    return np.array([lot], dtype=np.int64)


def in_memory(plant: genealogy.Plant, report: Report, took: dict[int, float]) -> None:
    """The largest answer against sorted arrays that lie in memory already."""
    from firstoff.db.models import Lot

    size = max(took)
    seconds, sparse = timed(lambda: genealogy.Sparse(plant))
    key = Lot.objects.get(code=plant.lots[size]).pk
    best = times(lambda: sparse.at_risk(key), 5).p50
    aim = ("<= 10", took[size] / best <= 10) if size == 1_000_000 else ("", None)
    report.rows.append(
        Row(f"{size:,} tops against numpy in memory", took[size] * 1e3, best * 1e3, "ms",
            took[size] / best, *aim, note=f"the arrays took {seconds:.0f} s to make")
    )  # fmt: skip


def as_built(plant: genealogy.Plant, report: Report, rounds: int) -> None:
    """The tree of one unit, and its page."""
    from benchmarks.site import Client, Site
    from firstoff.queries.trace.as_built import as_built as tree
    from firstoff.services.demo.guide import PASSWORD

    chance = random.Random(1)
    keys = [chance.choice(plant.tops) for _ in range(rounds)]
    rest = iter(keys * 3)
    ours = times(lambda: tree(next(rest)), rounds)
    raw = times(lambda: _sql(RAW_DOWN.format(unit=next(rest))), rounds)
    report.rows.append(
        _row(f"as built, of {plant.units:,}", ours.p95, raw.p95, "", None, what="p95")
    )
    site = Site()
    try:
        client = Client(site)
        client.sign_in("ada", PASSWORD)
        serials = [f"T{key - genealogy.FIRST:08d}" for key in keys]
        paths = [f"/units/STOKE/{plant.part}/{serial}/" for serial in serials]
        for path in paths[:10]:
            client.get(path)
        asked = iter(paths)
        page = times(lambda: client.get(next(asked)), rounds)
        least = times(lambda: client.get("/sign-in/"), rounds)
        report.rows.append(
            _row(f"trace page, of {plant.units:,}", page.p95, least.p95, "<= 20 ms",
                 page.p95 <= 0.020, what="p95", note="raw: the page to sign in")
        )  # fmt: skip
        questions(plant, report, client)
        contained(plant, report, client, rounds)
    finally:
        site.stop()


def questions(plant: genealogy.Plant, report: Report, client: Any) -> None:
    """The first page of an answer, as a person asks for it."""
    from firstoff.rules.trace import Question
    from firstoff.rules.trace.conditions.lot import Lot as ByLot

    for size, code in plant.lots.items():
        asked = Question((ByLot(code),)).as_json()
        path = "/at-risk/?" + urlencode({"site": "STOKE", "question": asked})
        client.get(path)
        page = times(lambda p=path: client.get(p), 20 if size < 100_000 else 3)
        report.rows.append(
            _row(f"page of units at risk, {size:,} of {plant.units:,}", page.p95, None, "", None,
                 what="p95")
        )  # fmt: skip


def contained(plant: genealogy.Plant, report: Report, client: Any, rounds: int) -> None:
    """Pages of a containment of a hundred thousand units: the first view after a finding, which
    another process recorded."""
    from benchmarks import world
    from firstoff.db.models import ContainedUnit, Lot
    from firstoff.rules.trace import Question
    from firstoff.rules.trace.conditions.lot import Lot as ByLot
    from firstoff.services import trace
    from firstoff.terms import ContainmentOutcome

    lots = Lot.objects.filter(part__number="BIG-1").order_by("pk")[:5]
    now, ada = datetime.now(UTC), world.person("ada")
    question = Question(tuple(ByLot(lot.code) for lot in lots))
    opened = trace.open_containment(
        site_id=plant.site, question=question, title="Big", reason="Measured.", by=ada, at=now
    )
    if opened.units < 100_000:
        return
    held = ContainedUnit.objects.filter(containment=opened.id, unit__part__number=plant.part)
    serials = iter(list(held.order_by("pk").values_list("unit__serial", flat=True)[:1000]))
    here = f"/containments/STOKE/{opened.number}/"
    pages = {"page": here, "by state": f"{here}?state=open", "by place": f"{here}?place=shipped"}
    for name, path in pages.items():
        client.get(path)
        spent = []
        for _ in range(rounds // 4):
            trace.record_finding(
                containment_id=opened.id,
                serial=next(serials),
                part=plant.part,
                outcome=ContainmentOutcome.UNREACHABLE,
                by=ada,
                at=now,
            )
            spent.append(timed(lambda p=path: client.get(p))[0])
        page = Times(tuple(spent))
        report.rows.append(
            _row(f"containment of {opened.units:,}, {name}, after a finding", page.p95, None,
                 "<= 100 ms", page.p95 <= 0.1, what="p95")
        )  # fmt: skip


def _row(
    name: str,
    ours: float,
    raw: float | None,
    aim: str,
    kept: bool | None,
    *,
    what: str = "p50",
    note: str = "",
) -> Row:
    ratio = None if raw is None else ours / raw
    return Row(
        f"{name} ({what})", ours * 1e3, None if raw is None else raw * 1e3, "ms", ratio, aim, kept,
        note,
    )  # fmt: skip


def _sql(statement: str) -> list[Any]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)
        found: list[Any] = cursor.fetchall()
    return found


def measure(
    units: int, folder: str | None, kind: str, rounds: int, report: Report
) -> dict[int, float]:
    """One plant of a size, in a database of its own."""
    from benchmarks.pilot import database

    with tempfile.TemporaryDirectory(prefix="firstoff-bench-", dir=folder) as scratch:
        home = Path(scratch) / "home"
        home.mkdir()
        with database(kind, Path(scratch)) as url:
            return _measured(home, url, units, rounds, report)


def _measured(home: Path, url: str, units: int, rounds: int, report: Report) -> dict[int, float]:
    from benchmarks import world
    from benchmarks.pilot import set_up

    set_up(home, url)
    from django.db import connections

    world.build(2)
    seconds, plant = timed(lambda: genealogy.write(units))
    print(f"{units:,} units written in {seconds:,.0f} s", flush=True)
    took = at_risk(plant, report, rounds)
    as_built(plant, report, rounds)
    in_memory(plant, report, took)
    connections.close_all()
    return took


def shown(report: Report) -> str:
    def cells(row: Row) -> tuple[str, ...]:
        raw = "" if row.raw is None else f"{row.raw:,.2f}"
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        kept = {True: "yes", False: "no", None: ""}[row.kept]
        return row.name, f"{row.ours:,.2f} {row.unit}", raw, ratio, row.aim, kept, row.note

    head = ("what", "Firstoff", "raw", "ratio", "aim", "kept", "")
    facts = ", ".join(f"{k} {v}" for k, v in report.machine.items())
    return f"{report.database}; {facts}\n\n" + in_table(head, map(cells, report.rows))


def growth(report: Report, small: dict[int, float], large: dict[int, float], units: int) -> None:
    for size in sorted(small.keys() & large.keys()):
        ratio = large[size] / small[size]
        report.rows.append(
            Row(f"growth to {units:,} units, {size:,} tops", large[size] * 1e3,
                small[size] * 1e3, "ms", ratio, "<= 1.5", ratio <= 1.5)
        )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.trace", description=__doc__)
    parser.add_argument("--units", type=float, default=1.0, help="millions of units")
    parser.add_argument("--beside", type=float, default=0.0, help="a smaller plant, millions")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--folder", help="where the databases lie")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("--one", action="store_true", help="only the plant of --units")
    given = parser.parse_args()
    _run(given)


def _run(given: Any) -> None:
    """Each size in a process of its own: Django takes one database."""
    import subprocess
    import sys

    if given.one:
        report = Report(given.database, machine())
        took = measure(int(given.units * 1e6), given.folder, given.database, given.rounds, report)
        print("RESULT " + json.dumps({"report": asdict(report), "took": took}))
        return
    whole, sizes = None, [given.beside or given.units / 100, given.units]
    found: list[dict[int, float]] = []
    for size in sizes:
        command = [sys.executable, "-m", "benchmarks.trace", "--one", "--units", str(size)]
        command += ["--database", given.database, "--rounds", str(given.rounds)]
        command += ["--folder", given.folder] if given.folder else []
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(done.stderr)
        line = next(x for x in done.stdout.splitlines() if x.startswith("RESULT "))
        answer = json.loads(line[7:])
        if whole is None:
            whole = Report(answer["report"]["database"], answer["report"]["machine"])
        whole.rows += [Row(**row) for row in answer["report"]["rows"]]
        found.append({int(k): v for k, v in answer["took"].items()})
    assert whole is not None
    growth(whole, found[0], found[1], int(given.units * 1e6))
    print(json.dumps(asdict(whole), indent=1) if given.json else shown(whole))


if __name__ == "__main__":
    main()
