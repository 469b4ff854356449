"""Asking a history here: DuckDB inside this process, over the files that the manifest names."""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from firstoff.errors import FirstoffError, Unavailable
from firstoff.history import figures, libraries, questions
from firstoff.history.figures import Series
from firstoff.history.files import Folder
from firstoff.history.manifest import File, Manifest
from firstoff.history.questions import Ask, Tables
from firstoff.history.schema import LINES, MEASUREMENTS, RECORDS, schema

_SETTINGS = {
    # Nothing is fetched from anywhere: what is needed is in the package.
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "preserve_insertion_order": True,  # rows come as they lie in the files, file after file
}


@dataclass(frozen=True, slots=True)
class History:
    """What a manifest names, to be asked. ``close`` it, or use it in a ``with``."""

    folder: Folder
    manifest: Manifest
    engine: Any

    def tables(self, ask: Ask) -> Tables:
        """The tables, of the files that can hold what is asked: a month that nobody asks for is
        not opened."""
        records = self._table(RECORDS, meant(self.manifest.of(RECORDS), ask))
        lines = self._table(LINES, self.manifest.of(LINES))
        return Tables(self.measurements(ask), records, lines)

    def measurements(self, ask: Ask) -> Any:
        """The table of measurements alone."""
        return self._table(MEASUREMENTS, meant(self.manifest.of(MEASUREMENTS), ask))

    def series(self, ask: Ask) -> Series:
        """The numbers that are asked for, in the order made. Time and record are read only where
        the order of rows in the files is another one: they are half of the work."""
        ordered = self._in_order(ask)
        rows = questions.arrays(self.measurements(ask), within(ask), ordered=ordered)
        table = self.answer(rows)
        return figures.series(table)

    def answer(self, expression: Any) -> Any:
        """The answer as an Arrow table (or a scalar). Raises Unavailable for a damaged file."""
        with _readable():
            return self.engine.to_pyarrow(expression)

    def close(self) -> None:
        with suppress(AttributeError):  # not every engine has something to close
            self.engine.disconnect()

    def __enter__(self) -> "History":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _in_order(self, ask: Ask) -> bool:
        """Whether rows come in the order made: each file has those of a line by second and record,
        and of one line alone they follow each other where no file begins before another ends."""
        if self.engine.name != "duckdb" or ask.lines is None or len(ask.lines) > 1:
            return False
        files = meant(self.manifest.of(MEASUREMENTS), ask)
        return all(_second(one.last) < _second(other.first) for one, other in pairwise(files))

    def _table(self, name: str, files: Iterable[File]) -> Any:
        paths = [str(self.folder.root / file.path) for file in files]
        if not paths:
            return libraries.ibis().memtable(_plain(name))
        with _readable():
            return self.engine.read_parquet(paths)


def _second(micros: int) -> int:
    return micros // 1_000_000


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except FirstoffError:
        raise
    except Exception as error:  # each engine has errors of its own, and they share no parent
        raise Unavailable(
            f"The measurement history did not answer: {str(error).splitlines()[0]}",
            code="history-damaged",
            way_out="firstoff history status --full names what is damaged; "
            "firstoff history build --anew mends it.",
        ) from error


def opened(folder: Folder, manifest: Manifest, engine: Any = None) -> History:
    """A history to be asked. engine: a connected Ibis backend; DuckDB unless one is given."""
    return History(folder, manifest, duckdb() if engine is None else engine)


def duckdb() -> Any:
    """DuckDB in memory, as an Ibis backend."""
    spill = {"temp_directory": tempfile.gettempdir()}  # else it leaves a folder where one stands
    engine = libraries.ibis().duckdb.connect(":memory:", **_SETTINGS, **spill)
    engine.raw_sql("SET TimeZone = 'UTC'")
    # A file never changes: its name is the digest of its content.
    engine.raw_sql("SET parquet_metadata_cache = true")
    return engine


def meant(files: Iterable[File], ask: Ask) -> tuple[File, ...]:
    """Files that can hold what is asked, by time."""
    since = None if ask.since is None else ask.since.timestamp() * 1e6
    until = None if ask.until is None else ask.until.timestamp() * 1e6
    kept = (
        file
        for file in files
        if (ask.sites is None or file.site in ask.sites)
        and (ask.part is None or file.part == ask.part)
        and (since is None or file.last >= since - 1)
        and (until is None or file.first <= until)
    )
    return tuple(sorted(kept, key=lambda file: (file.first, file.last)))


def within(ask: Ask) -> Ask:
    """What rows are still asked once the files are chosen: each is of one site and one part, and
    comparing those row by row takes as long as reading the numbers."""
    return replace(ask, sites=None, part=None)


def _plain(name: str) -> Any:
    """An empty table, of the types that a file gives."""
    arrow = libraries.arrow()
    fields = [
        arrow.field(f.name, arrow.string() if arrow.types.is_dictionary(f.type) else f.type)
        for f in schema(name)
    ]
    return arrow.schema(fields).empty_table()
