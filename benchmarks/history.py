"""The measurement history beside the raw limit of the same machine, in one run.

    python -m benchmarks.history                          10 million measurements, half a minute
    python -m benchmarks.history --measurements 100       100 million; 3 GB of disk, minutes
    python -m benchmarks.history --folder /somewhere      on another disk than that of /tmp
    python -m benchmarks.history --json                   one JSON object

Test records of 50 measurements lie packed in SQLite, as stations leave them: values with the
digits of a gauge, units tested again now and then. What is timed: to project them, and to ask
about one characteristic. Beside each stands what the same costs without Firstoff: plain SQL and
bare Parquet, or numpy on an array that lies in memory already. Questions are measured in processor
time of all threads, capability also in time; the projection in time alone, since one thread of it
reads while the other writes.
"""

import argparse
import json
import sqlite3
import struct
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np

from benchmarks.measuring import machine, timed
from benchmarks.table import in_table

WIDTH = 50  # measurements of a record
ENTRY = 1_000  # records of an entry of the ledger
AT_ONCE = 20_000  # records made at a time
SECONDS = 20  # from one record to the next
NAMED = 7  # the characteristic that is asked about
BEGAN = datetime(2026, 1, 5, 6, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Row:
    """``ours`` beside ``raw``, in ``unit``; ``aim`` is what the ratio has to keep, in words."""

    name: str
    ours: float
    raw: float | None
    unit: str
    ratio: float | None = None
    aim: str = ""
    kept: bool | None = None
    note: str = ""


@dataclass(slots=True)
class Report:
    measurements: int
    machine: dict[str, str]
    rows: list[Row] = field(default_factory=list)


class Plant:
    """A scratch home with so many test records in it."""

    def __init__(self, home: Path, records: int) -> None:
        from benchmarks import world
        from benchmarks.pilot import set_up

        set_up(home, "")
        self.home, self.records, self.rng = home, records, np.random.default_rng(20260105)
        self.middles = self.rng.uniform(1, 100, WIDTH)
        world.build(50)
        self.run = world.open_run("HISTORY", sample=50)  # a part of its own
        self.database = sqlite3.connect(home / "firstoff.sqlite3", isolation_level=None)
        for pragma in ("synchronous = OFF", "foreign_keys = OFF", "cache_size = -262144"):
            self.database.execute(f"PRAGMA {pragma}")
        self.procedure = self._procedure()
        before = self.size
        self._write_units()
        self.bytes_before = self.size
        self._write_tests()
        self.bytes_tests = self.size - self.bytes_before
        self.bytes_units = self.bytes_before - before

    @property
    def size(self) -> int:
        (pages,) = self.database.execute("PRAGMA page_count").fetchone()
        (size,) = self.database.execute("PRAGMA page_size").fetchone()
        return int(pages * size)

    @property
    def measurements(self) -> int:
        return self.records * WIDTH

    @property
    def part(self) -> str:
        return f"PART-{self.run.program}"

    def _procedure(self) -> int:
        from decimal import Decimal

        from firstoff.db.models import ProcedureRevision
        from firstoff.formats.testdata.packing import Measured, procedure

        lines = [
            Measured(
                f"M{place:02}",
                unit="V",
                lower=Decimal(f"{middle - 2:.3f}"),
                upper=Decimal(f"{middle + 2:.3f}"),
            )
            for place, middle in enumerate(self.middles)
        ]
        made = procedure("Final test", lines)
        (key,) = self._insert(
            ProcedureRevision,
            [{"digest": made.digest, "name": made.name, "definition": made.definition}],
            first=1_000_000,
        )
        return key

    def _write_units(self) -> None:
        from firstoff.db.models import Unit

        like = Unit.objects.filter(run=self.run.run_id).values().first()
        assert like is not None
        self.first_unit = 1_000_000
        for start in range(0, self.records, AT_ONCE):
            rows = (
                {**like, "serial": f"H{n:08}", "position": n + 1_000}
                for n in range(start, min(start + AT_ONCE, self.records))
            )
            self._insert(Unit, list(rows), first=self.first_unit + start)

    def _write_tests(self) -> None:
        """One in thirty tests is again of the unit before."""
        from firstoff.db.models import TestRecord

        for start in range(0, self.records, AT_ONCE):
            count = min(AT_ONCE, self.records - start)
            values = self.rng.normal(self.middles, 0.5, (count, WIDTH)).round(3)
            late = self.rng.integers(0, SECONDS * 1_000_000, count)
            again = self.rng.random(count) < 1 / 30
            rows = [
                self._test(start + n, values[n], int(late[n]), bool(again[n]))
                for n in range(count)
            ]
            self._insert(TestRecord, rows, first=1_000_000 + start)

    def _test(self, n: int, values: Any, late: int, again: bool) -> dict[str, Any]:
        from firstoff.db.models import POSTED

        began = BEGAN.replace(tzinfo=None) + timedelta(seconds=SECONDS * n, microseconds=late)
        return {
            "run_id": self.run.run_id,
            "unit_id": self.first_unit + max(0, n - again),
            "procedure_id": self.procedure,
            "source": POSTED,
            "source_digest": f"{n:064x}",
            "station": f"ST-{n % 4}",
            "operator_id": None,
            "outcome": "pass",
            "outcome_details": "",
            "marginal": False,
            "began_at": str(began),  # as Django writes it
            "ended_at": str(began + timedelta(seconds=15)),
            "values": values.astype("<f8").tobytes(),
            "outcomes": "p" * WIDTH,
            "extras": "{}",
        }

    def _insert(self, model: Any, rows: list[dict[str, Any]], *, first: int) -> list[int]:
        """Rows by plain SQL, a thousand of them under each entry of the ledger."""
        names = [f.attname for f in model._meta.concrete_fields]
        columns = ", ".join(f'"{name}"' for name in names)
        marks = ", ".join("?" * len(names))
        statement = f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES ({marks})'
        self.database.execute("BEGIN")
        for start in range(0, len(rows), ENTRY):
            entry = self._entry()
            own = rows[start : start + ENTRY]
            ready = (
                [self._column(row, name, first + start + n, entry) for name in names]
                for n, row in enumerate(own)
            )
            self.database.executemany(statement, ready)
        self.database.execute("COMMIT")
        return list(range(first, first + len(rows)))

    def _entry(self) -> int:
        """One more entry, a copy of the last: nobody verifies this ledger."""
        columns = "at, by, verb, subject, program_id, details, records, digest, previous, hash"
        self.database.execute(
            f"INSERT INTO firstoff_ledgerentry (seq, {columns}) SELECT seq + 1, {columns} "
            "FROM firstoff_ledgerentry ORDER BY seq DESC LIMIT 1"
        )
        (seq,) = self.database.execute("SELECT max(seq) FROM firstoff_ledgerentry").fetchone()
        return int(seq)

    def _column(self, row: dict[str, Any], name: str, key: int, entry: int) -> Any:
        match name:
            case "id":
                return key
            case "entry_id":
                return entry
            case "by_id":
                return 1
            case "uid":  # as version 7 has them: growing, with 74 bits of chance
                return UUID(
                    int=(key * 1_000 + entry) << 80 | self.rng.integers(1 << 62).item()
                ).hex
            case "received_at":
                return "2026-06-01 06:00:00"
            case _ if isinstance(row[name], datetime):
                return str(row[name])[:19]
            case _:
                return row[name]


def projection(plant: Plant, report: Report) -> None:
    """From packed records to Parquet: all of them, and one night more."""
    from firstoff.history import libraries
    from firstoff.services import history

    def build() -> Any:
        return history.build(at=datetime.now(UTC), progress=lambda what, done, of: None)

    for library in (libraries.arrow, libraries.parquet):
        library()  # half a second, once
    raw, _ = timed(lambda: bare(plant))
    began = time.process_time()
    ours, done = timed(build)
    spent = time.process_time() - began
    count = done.measurements
    assert count >= plant.measurements  # and those of the batch that every plant has
    rate, limit = count / ours / 1e6, count / raw / 1e6
    report.rows.append(
        Row(
            "projection of packed records",
            rate,
            limit,
            "M/s",
            rate / limit,
            ">= 5 M/s",
            rate >= 5,
            "raw: the rows by plain SQL, their values as bare Parquet",
        )
    )
    report.rows.append(Row("the same by processor time", count / spent / 1e6, None, "M/s"))
    again, _ = timed(build)
    report.rows.append(Row("a build with nothing new", again * 1e3, None, "ms"))
    size, records = done.manifest.bytes / count, plant.bytes_tests / count
    report.rows += [
        Row("record, with its indexes", records, 9.0, "B/meas", records / 9,
            note="raw: values and outcomes alone"),
        Row("projection", size, 8.0, "B/meas", size / 8, note="raw: a float64"),
        Row("record and projection", size + records, 17.0, "B/meas", (size + records) / 17,
            "<= 20 B", size + records <= 20),
    ]  # fmt: skip


def bare(plant: Plant) -> int:
    """The least that a projection can be: read the rows, write their values, in no order."""
    import pyarrow as arrow
    import pyarrow.parquet as parquet

    rows = plant.database.execute('SELECT "values" FROM firstoff_testrecord WHERE id >= 1000000')
    target = plant.home / "bare.parquet"
    with parquet.ParquetWriter(
        target, arrow.schema([("value", arrow.float64())]), compression="zstd"
    ) as writer:
        while found := rows.fetchmany(AT_ONCE):
            values = np.frombuffer(b"".join(value for (value,) in found), "<f8")
            writer.write_table(arrow.table({"value": values}))
    size = target.stat().st_size
    target.unlink()
    return size


def questions(plant: Plant, report: Report, rounds: int) -> None:
    """One characteristic: as a person asks it, in the engine alone, and without a history."""
    from benchmarks import world
    from firstoff import stats
    from firstoff.history import engine
    from firstoff.history import questions as ask
    from firstoff.history.files import Folder
    from firstoff.history.schema import line_number

    folder = Folder(plant.home / "history")
    manifest = folder.manifest()
    assert manifest is not None
    named = ask.Ask(
        sites=[world.SITE], part=plant.part, lines=[line_number(plant.procedure, NAMED)]
    )
    rest = engine.within(named)
    history = engine.opened(folder, manifest)

    def series() -> Any:
        found = history.series(named)
        return found.value[found.firsts()]

    values = series().copy()
    limits = {"lower": plant.middles[NAMED] - 2, "upper": plant.middles[NAMED] + 2}

    def bare() -> Any:
        return values.mean(), values.std(ddof=1)

    def judged() -> Any:
        return stats.capability(series(), **limits)

    raw, whole = _best(bare, 5 * rounds), _best(judged, rounds)
    waited, least = (min(timed(work)[0] for _ in range(rounds)) for work in (judged, bare))
    many = report.measurements >= 50_000_000  # with fewer, half of it is putting the question
    numpy = f"raw: numpy's mean and sd of {len(values):,} values in memory"
    report.rows += [
        Row("capability of one characteristic", whole * 1e3, raw * 1e3, "ms", whole / raw,
            "<= 20 at 100 M", whole / raw <= 20 if many else None, numpy),
        Row("the same, as long as one waits for it", waited * 1e3, least * 1e3, "ms",
            waited / least, "<= 20 at 100 M", waited / least <= 20 if many else None),
        _beside("of it: values out of the files", _best(series, rounds), raw),
        _beside("of it: firstoff.stats", _best(lambda: stats.capability(values, **limits), rounds),
                raw),
        _beside("count, mean, sd, least, most in the engine", _best(
            lambda: history.answer(ask.summary(history.tables(named).measurements, rest)), rounds
        ), raw),
        _beside("200 stretches of time for a chart", _best(lambda: history.answer(ask.series(
            history.tables(named).measurements, rest, BEGAN, plant.records * SECONDS // 200 + 1
        )), rounds), raw),
    ]  # fmt: skip
    month = replace(rest, since=BEGAN + timedelta(days=30), until=BEGAN + 40 * DAY)
    report.rows.append(_beside("summary of ten days of it", _best(
        lambda: history.answer(ask.summary(history.tables(month).measurements, month)), rounds
    ), raw))  # fmt: skip
    report.rows.append(_beside("yields of all procedures", _best(
        lambda: history.answer(ask.yields(history.tables(named).records, ask.Ask())), rounds
    ), raw))  # fmt: skip
    history.close()
    report.rows += [
        _asked(plant, raw),
        _beside(
            "without a history",
            unpacked(plant),
            raw,
            "every record by plain SQL, one value of each",
        ),
    ]


def _asked(plant: Plant, raw: float) -> Row:
    """The whole question as the command line puts it, once the libraries are loaded."""
    from benchmarks import world
    from firstoff.queries.evidence import history
    from firstoff.queries.evidence.history import Meant

    actor = world.person("ada")
    meant = Meant(world.SITE, plant.part, f"M{NAMED:02}")
    seconds = _best(lambda: history.capability(actor, meant), 3)
    return _beside("firstoff history capability, libraries loaded", seconds, raw,
                   "finds the part, its procedures and the line first")  # fmt: skip


DAY = timedelta(days=1)


def _beside(name: str, seconds: float, raw: float, note: str = "") -> Row:
    return Row(name, seconds * 1e3, raw * 1e3, "ms", seconds / raw, note=note)


def unpacked(plant: Plant) -> float:
    """One characteristic out of packed records: every one of them has to be read."""

    def read() -> Any:
        rows = plant.database.execute(
            'SELECT "values" FROM firstoff_testrecord WHERE id >= 1000000'
        )
        return np.fromiter(_one(rows), np.float64).mean()

    return _spent(read)


def _one(rows: Any) -> Iterator[float]:
    for (values,) in rows:
        yield struct.unpack_from("<d", values, 8 * NAMED)[0]


def _best(work: Callable[[], object], count: int) -> float:
    """Processor time, of all threads: it holds whatever else the machine does meanwhile."""
    work()
    return min(_spent(work) for _ in range(count))


def _spent(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def measure(millions: float, folder: str | None, rounds: int) -> Report:
    records = max(1, int(millions * 1e6 / WIDTH))
    with tempfile.TemporaryDirectory(prefix="firstoff-bench-", dir=folder) as made:
        home = Path(made) / "home"
        home.mkdir()
        plant = Plant(home, records)
        report = Report(plant.measurements, machine())
        projection(plant, report)
        questions(plant, report, rounds)
        plant.database.close()
        from django.db import connections

        connections.close_all()
    return report


def shown(report: Report) -> str:
    facts = "; ".join(f"{name} {value}" for name, value in report.machine.items())
    head = ("what", "ours", "raw", "ratio", "aim", "kept", "")
    rows = (
        (
            row.name,
            f"{row.ours:,.1f} {row.unit}",
            "" if row.raw is None else f"{row.raw:,.1f} {row.unit}",
            "" if row.ratio is None else f"{row.ratio:.2f}",
            row.aim,
            {None: "", True: "yes", False: "NO"}[row.kept],
            row.note,
        )
        for row in report.rows
    )
    return f"{report.measurements:,} measurements. {facts}.\n\n{in_table(head, rows)}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.history", description=__doc__)
    parser.add_argument("--measurements", type=float, default=10, help="in millions")
    parser.add_argument("--rounds", type=int, default=7, help="the best of so many")
    parser.add_argument("--folder", help="where the scratch home lies")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    given = parser.parse_args()
    report = measure(given.measurements, given.folder, given.rounds)
    print(json.dumps(asdict(report), indent=1) if given.json else shown(report))


if __name__ == "__main__":
    main()
