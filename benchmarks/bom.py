"""Bills of materials beside the raw limit of the same machine, in one run.

    python -m benchmarks.bom                 5,000 lines, and 50,000 of three levels
    python -m benchmarks.bom --lines 10000   another size of the large one
    python -m benchmarks.bom --json          one JSON object

What is timed: to preview and to import a file, the same file again, a page of the lines, what is
needed through all levels. Beside the import stands what its rows cost without Firstoff: the file
decoded by the csv module, and the same rows of lines, parts and manufacturer parts put into a
twin of the database by plain bulk inserts. All is measured in processor time, so that what else
the machine does counts for neither side.
"""

import argparse
import csv
import json
import sqlite3
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any, TypeVar

from benchmarks.measuring import Times, machine
from benchmarks.table import in_table

TABLES = (
    "firstoff_part",
    "firstoff_manufacturerpart",
    "firstoff_partrevision",
    "firstoff_processplan",
    "firstoff_bomline",
)
T = TypeVar("T")
PAGES = 40  # of each kind that are asked for
_BELOW = 20  # lines of a sub-assembly
_SUBS = 5  # sub-assemblies of an assembly


@dataclass(frozen=True, slots=True)
class Row:
    """``seconds`` beside ``raw``; ``aim``: what it has to keep, in seconds."""

    name: str
    seconds: float
    raw: float | None = None
    raw_name: str = ""
    aim: float | None = None


@dataclass(slots=True)
class Report:
    machine: dict[str, str]
    rows: list[Row] = field(default_factory=list)


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """Processor time of all threads."""
    began = time.process_time()
    found = work()
    return time.process_time() - began, found


def times(work: Callable[[], object], count: int) -> Times:
    return Times(tuple(timed(work)[0] for _ in range(count)))


def flat(lines: int) -> bytes:
    """A board: two places a line, two sources a part, every part on two lines."""
    rows = ["Reference,Value,Footprint,Manufacturer,MPN,Manufacturer,MPN,Quantity,Description"]
    rows += [
        f'"R{n}, R{n}x",{n % 900}k,0603,Yageo,RC{n % (lines // 2)},Vishay,CR{n % (lines // 2)},2,R'
        for n in range(lines)
    ]
    return "\n".join(rows).encode()


def deep(lines: int) -> bytes:
    """A machine of three levels; parts are shared between its sub-assemblies."""
    rows = ["Level,Part Number,Revision,Description,Quantity,Manufacturer,MPN"]
    assembly = 0
    while len(rows) <= lines:
        rows.append(f"1,ASY-{assembly},A,Assembly {assembly},1,,")
        for sub in range(_SUBS):
            rows.append(f"2,SUB-{assembly}-{sub},A,Sub {sub},2,,")
            for n in range(_BELOW):
                part = (assembly * 37 + sub * 11 + n) % 20_000
                rows.append(f"3,P-{part},,Part,4,Yageo,MPN{part}")
        assembly += 1
    return "\n".join(rows[: lines + 1]).encode()


def measure(lines: int, folder: str | None) -> Report:
    report = Report(machine())
    with tempfile.TemporaryDirectory(prefix="firstoff-bom-", dir=folder) as home:
        from benchmarks.pilot import set_up

        set_up(Path(home), "")  # before anything of Firstoff: it reads the settings
        from firstoff.services import upkeep

        upkeep.migrate()
        _people()
        _file(report, Path(home), "board", flat(5_000), 5_000, 3.0)
        key = _file(report, Path(home), "machine", deep(lines), lines, 30.0)
        _pages(report, key)
    return report


def _people() -> None:
    """A site with an engineer: nothing else is in the database."""
    from benchmarks.world import person
    from firstoff.services import access
    from firstoff.terms import Role

    now, secret = datetime.now(UTC), "counter crock CC-1"
    access.found(
        username="adam",
        name="Adam Reed",
        password=secret,
        site="Stoke-on-Trent",
        site_code="STOKE",
        time_zone="Europe/London",
        at=now,
    )
    (site,) = person("adam").site_ids
    access.create_person(
        site_id=site,
        username="eli",
        name="Eli Novak",
        password=secret,
        roles=[Role.ENGINEER],
        by=person("adam"),
        at=now,
    )


def _file(report: Report, home: Path, name: str, content: bytes, lines: int, aim: float) -> int:
    from firstoff.services import bom

    key, by = _draft(name)
    files = [(f"{name}.csv", content)]
    what = f"{lines:,} lines"
    decoding, _ = timed(lambda: list(csv.reader(StringIO(content.decode()))))
    before = _counts(home)
    look, _ = timed(lambda: bom.preview_import(revision_id=key, files=files, by=by))
    report.rows.append(Row(f"preview, {what}", look, decoding, "decoding alone"))
    call: Callable[[], Any] = lambda: bom.import_bom(  # noqa: E731
        revision_id=key, files=files, by=by, at=datetime.now(UTC)
    )
    took, _ = timed(call)
    raw = _raw(home, before)
    report.rows.append(Row(f"import, {what}", took, raw + decoding, "decoding and the same rows"))
    report.rows.append(Row(f"preview and import, {what}", look + took, aim=aim))
    report.rows.append(Row(f"the same file again, {what}", timed(call)[0]))
    return key


def _pages(report: Report, key: int) -> None:
    from benchmarks.world import person
    from firstoff.db.models import BomLine, PartRevision
    from firstoff.queries import bom

    by = person("eli")
    wide = PartRevision.objects.get(part__number="BENCH-board")
    count = BomLine.objects.filter(revision=wide).count()
    asked: tuple[tuple[str, Callable[[], object]], ...] = (
        ("first page of the board", lambda: bom.lines(by, wide.pk)),
        ("last page of the board", lambda: bom.lines(by, wide.pk, offset=count - 50)),
        ("first page of the machine", lambda: bom.lines(by, key)),
        ("figures of the machine", lambda: bom.head(by, key)),
    )
    for name, ask in asked:
        report.rows.append(Row(f"{name}, p95", times(ask, PAGES).p95, aim=0.15))
    seconds, found = timed(lambda: bom.needed(key, 500))
    report.rows.append(Row(f"needs through all levels, {len(found):,} parts", seconds, aim=5.0))
    seconds, nodes = timed(lambda: bom.exploded(key, 500))
    report.rows.append(Row(f"every place in the tree, {len(nodes):,}", seconds, aim=5.0))


def _draft(name: str) -> tuple[int, Any]:
    from benchmarks.world import person
    from firstoff.db.models import Site
    from firstoff.rules.product import PartFacts
    from firstoff.services import product
    from firstoff.terms import Procurement

    by, now = person("eli"), datetime.now(UTC)
    facts = PartFacts(f"BENCH-{name}", name, procurement=Procurement.MAKE)
    site = Site.objects.get(code="STOKE").pk
    part = product.create_part(site_id=site, part=facts, by=by, at=now)
    return product.create_revision(part_id=part.pk, by=by, at=now).pk, by


def _counts(home: Path) -> dict[str, int]:
    with sqlite3.connect(home / "firstoff.sqlite3") as connection:
        return {
            table: connection.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()[0]
            for table in TABLES
        }


def _raw(home: Path, before: dict[str, int]) -> float:
    """Seconds for the rows that came since, taken out and put in again by plain SQL."""
    twin = home / "twin.sqlite3"
    twin.unlink(missing_ok=True)
    source = sqlite3.connect(home / "firstoff.sqlite3", isolation_level=None)
    source.execute("VACUUM INTO ?", (str(twin),))
    source.close()
    connection = sqlite3.connect(twin, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    rows = {}
    for table in TABLES:
        found = connection.execute(f"SELECT * FROM {table} WHERE id > ?", (before[table],))
        rows[table] = found.fetchall()
    for table in reversed(TABLES):
        connection.execute(f"DELETE FROM {table} WHERE id > ?", (before[table],))

    def write() -> None:
        connection.execute("BEGIN IMMEDIATE")
        for table in TABLES:
            if rows[table]:
                holes = ", ".join("?" * len(rows[table][0]))
                connection.executemany(f"INSERT INTO {table} VALUES ({holes})", rows[table])
        connection.execute("COMMIT")

    seconds, _ = timed(write)
    connection.close()
    return seconds


def shown(report: Report) -> str:
    facts = "; ".join(f"{name} {value}" for name, value in report.machine.items())
    table = in_table(
        ("work", "seconds", "raw seconds", "raw is", "ratio", "aim"),
        (
            (
                row.name,
                f"{row.seconds:.3f}",
                "" if row.raw is None else f"{row.raw:.3f}",
                row.raw_name,
                "" if row.raw is None else f"{row.seconds / row.raw:.1f}",
                "" if row.aim is None else f"{row.aim:g} s {_kept(row)}",
            )
            for row in report.rows
        ),
    )
    return f"{facts}.\n\n{table}"


def _kept(row: Row) -> str:
    return "kept" if row.aim is not None and row.seconds <= row.aim else "missed"


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.bom", description=__doc__)
    parser.add_argument("--lines", type=int, default=50_000, help="of the large one")
    parser.add_argument("--folder", help="where the scratch home lies")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    given = parser.parse_args()
    report = measure(given.lines, given.folder)
    print(json.dumps(asdict(report), indent=1) if given.json else shown(report))


if __name__ == "__main__":
    main()
