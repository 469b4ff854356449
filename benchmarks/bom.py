"""Bills of materials beside the raw limit of the same machine, in one run.

    python -m benchmarks.bom                 5,000 lines, and 50,000 of three levels
    python -m benchmarks.bom --lines 10000   another size of the large one
    python -m benchmarks.bom --json          one JSON object

What is timed: to preview and to import a file, the same file again, the pages of the lines as a
browser asks for them, what is needed through all levels. Beside the import stands what its rows
cost without Firstoff: the file decoded by the csv module, and the same rows of lines, parts and
manufacturer parts put into a twin of the database by plain bulk inserts; beside a page, the page
to sign in.
"""

import argparse
import csv
import json
import sqlite3
import tempfile
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

from benchmarks.measuring import machine, timed, times
from benchmarks.table import in_table

TABLES = (
    "firstoff_part",
    "firstoff_manufacturerpart",
    "firstoff_partrevision",
    "firstoff_processplan",
    "firstoff_bomline",
)
PASSWORD = "counter crock CC-1"
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
        _file(report, Path(home), "wide", flat(lines), lines, 30.0)
        key = _file(report, Path(home), "machine", deep(lines), lines, 30.0)
        _levels(report, key)
        _pages(report, lines)
    return report


def _people() -> None:
    """A site with an engineer: nothing else is in the database."""
    from benchmarks.world import person
    from firstoff.services import access
    from firstoff.terms import Role

    now = datetime.now(UTC)
    access.found(
        username="adam",
        name="Adam Reed",
        password=PASSWORD,
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
        password=PASSWORD,
        roles=[Role.ENGINEER],
        by=person("adam"),
        at=now,
    )


def _file(report: Report, home: Path, name: str, content: bytes, lines: int, aim: float) -> int:
    from firstoff.services import bom

    key, by = _draft(name)
    files = [(f"{name}.csv", content)]
    what = f"{name}, {lines:,} lines"
    decoding, _ = timed(lambda: list(csv.reader(StringIO(content.decode()))))
    before = _counts(home)
    look, _ = timed(lambda: bom.preview_import(revision_id=key, files=files, by=by))
    report.rows.append(Row(f"preview, {what}", look, decoding, "decoding alone"))

    def take() -> Any:
        return bom.import_bom(revision_id=key, files=files, by=by, at=datetime.now(UTC))

    took, _ = timed(take)
    raw = _raw(home, before)
    report.rows.append(Row(f"import, {what}", took, raw + decoding, "decoding and the same rows"))
    report.rows.append(Row(f"preview and import, {what}", look + took, aim=aim))
    report.rows.append(Row(f"the same file again, {what}", timed(take)[0]))
    return key


def _levels(report: Report, key: int) -> None:
    from firstoff.queries import bom

    seconds, found = timed(lambda: bom.needed(key, 500))
    report.rows.append(Row(f"needs through all levels, {len(found):,} parts", seconds, aim=5.0))
    seconds, nodes = timed(lambda: bom.exploded(key, 500))
    report.rows.append(Row(f"every place in the tree, {len(nodes):,}", seconds, aim=5.0))


def _pages(report: Report, lines: int) -> None:
    """The pages of both lists over HTTP, signed in, once each was seen."""
    from benchmarks.site import Client, Site

    asked = []
    for name, of in (
        ("board", "5,000 lines"),
        ("wide", f"{lines:,} lines"),
        ("machine", f"{lines:,} lines of three levels"),
    ):
        page = f"/parts/STOKE/BENCH-{name}/1/bom/"
        asked += [(f"page of {of}", page), (f"{of}, searched", f"{page}?q=MPN77")]
    asked.append(("its levels", f"{page}levels/"))
    site = Site()
    try:
        client = Client(site)
        client.sign_in("eli", PASSWORD)
        least = times(lambda: client.get("/sign-in/"), PAGES).p95
        for name, path in asked:
            first, _ = timed(partial(client.get, path))
            report.rows.append(Row(f"{name}, seen for the first time", first))
            often = times(partial(client.get, path), PAGES).p95
            report.rows.append(Row(f"{name}, p95", often, least, "the page to sign in", 0.15))
    finally:
        site.stop()


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
