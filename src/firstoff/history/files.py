"""The folder of a history: files written whole or not at all, one build at a time."""

import fcntl
import hashlib
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray

from firstoff.errors import Refused, Unavailable
from firstoff.history import libraries, manifest
from firstoff.history.manifest import ANEW, NAME, READING, File, Manifest
from firstoff.history.projection import GROUP, joined
from firstoff.history.schema import DELTA, MEASUREMENTS, TABLES, schema, words

_LARGEST_GROUP = 8 * GROUP
_SAMPLE = 20_000
_UNSAFE = re.compile(r"^\.+|[^\w.%~-]")


class Folder:
    """Where a history lies. Only what is named by its manifest counts."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def manifest(self, name: str = NAME) -> Manifest | None:
        return manifest.read(self.root / name)

    def commit(self, found: Manifest, name: str = NAME) -> None:
        """From here on this is the history."""
        self._put(self.root / name, manifest.text(found).encode())

    def publish(self) -> None:
        """What was built anew replaces what was there."""
        with _written(self.root):
            os.replace(self.root / ANEW, self.root / NAME)
            _settle(self.root)

    def write(self, table: str, groups: Iterable[Any], place: File) -> File:
        """One Parquet file, a row group for each table. ``place``: what it is of."""
        content, rows = _parquet(table, groups)
        digest = hashlib.sha256(content).hexdigest()
        where = [_safe(name) for name in (place.site, place.part, place.month) if name]
        path = "/".join((table, *where, f"{digest[:24]}.parquet"))
        self._put(self.root / path, content)
        return File(
            table, path, digest, len(content), rows,
            place.site, place.part, place.month, place.first, place.last,
        )  # fmt: skip

    def read(self, file: File) -> Any:
        """A file as an Arrow table."""
        with self._readable(file):
            found = libraries.parquet().read_table(
                self.root / file.path, read_dictionary=list(words(file.table)), partitioning=None
            )
        return found.cast(schema(file.table))

    def lacking(self, found: Manifest) -> str:
        """Why the files are not what the manifest says; empty where they are, as far as names
        and sizes tell."""
        for file in found.files:
            try:
                size = (self.root / file.path).stat().st_size
            except OSError:
                return f"The file {file.path} is missing"
            if size != file.size:
                return f"The file {file.path} has {size} bytes instead of {file.size}"
        return ""

    def compared(self, found: Manifest) -> Iterator[tuple[str, bool]]:
        """Each file, and whether its content is what was written: reads all of them."""
        for file in found.files:
            with self._readable(file), (self.root / file.path).open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
            yield file.path, digest == file.sha256

    def sweep(self, at: datetime) -> int:
        """Remove what no manifest names and no question reads; answers how many files.

        Only while a build holds the folder: nobody else writes files then."""
        known = [m for m in (self.manifest(), self.manifest(ANEW)) if m is not None]
        named = {file.path for m in known for file in m.files}
        recent = {left.path for m in known for left in m.left if left.since(at) < READING}
        found = [path for table in TABLES for path in (self.root / table).rglob("*")]
        found += self.root.glob(".new-*")
        removed = 0
        for path in found:
            name = path.relative_to(self.root).as_posix()
            if path.is_file() and name not in named | recent:
                path.unlink(missing_ok=True)
                removed += 1
        return removed

    @contextmanager
    def held(self) -> Iterator[None]:
        """One build at a time; who is killed lets go. Raises Refused where another one runs."""
        with _written(self.root):
            self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(self.root / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(handle)
            raise Refused(
                f"The history in {self.root} is being built by another process.",
                code="history-busy",
                way_out="Wait until it has ended.",
            ) from error
        try:
            yield
        finally:
            os.close(handle)

    def _put(self, path: Path, content: bytes) -> None:
        with _written(path.parent):
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
            try:
                with os.fdopen(handle, "wb") as stream:
                    stream.write(content)
                    stream.flush()
                    os.fsync(stream.fileno())
                os.replace(temporary, path)
                _settle(path.parent)
            except BaseException:
                Path(temporary).unlink(missing_ok=True)
                raise

    @contextmanager
    def _readable(self, file: File) -> Iterator[None]:
        try:
            yield
        except (OSError, libraries.arrow().ArrowException) as error:
            raise Unavailable(
                f"{self.root / file.path} of the measurement history cannot be read: {error}.",
                code="history-damaged",
                way_out="Build it from nothing: firstoff history build --anew.",
            ) from error


def by_line(table: Any) -> Iterator[Any]:
    """Measurements of several files by line, second and record, cut where a line ends."""
    table = table.take(_order(table))
    numbers = table["line"].to_numpy()
    begin = 0
    for cut in np.flatnonzero(np.diff(numbers)) + 1:
        if cut - begin >= GROUP:
            yield table.slice(begin, cut - begin)
            begin = int(cut)
    yield table.slice(begin)


def _order(table: Any) -> NDArray[np.int64]:
    """Each file is in order, and mostly one is later than the other: then its runs are merged by
    line alone. Late records have all sorted."""
    line, record = table["line"].to_numpy(), table["record"].to_numpy()
    second = table["second"].to_numpy()
    order = np.argsort(line, kind="stable")
    lines, later, next_one = (np.diff(column[order]) for column in (line, second, record))
    if ((lines == 0) & ((later < 0) | ((later == 0) & (next_one < 0)))).any():
        order = np.lexsort((record, second, line))
    return order


def _parquet(table: str, groups: Iterable[Any]) -> tuple[bytes, int]:
    arrow, rows, writer = libraries.arrow(), 0, None
    sink = arrow.BufferOutputStream()
    for group in groups:
        if writer is None:
            writer = libraries.parquet().ParquetWriter(
                sink, schema(table), **_encoding(table, group)
            )
        writer.write_table(group, row_group_size=_LARGEST_GROUP)
        rows += group.num_rows
    if writer is None:
        raise ValueError("a file without rows")
    writer.close()
    return sink.getvalue().to_pybytes(), rows


def _encoding(table: str, sample: Any) -> dict[str, Any]:
    """Growing columns as differences, words as a dictionary; nothing that older readers lack."""
    dictionary = [*words(table), *(["line"] if table == MEASUREMENTS else [])]
    if table == MEASUREMENTS and _repeats(sample):
        dictionary.append("value")
    return {
        "compression": "zstd",
        "use_dictionary": dictionary,
        "column_encoding": dict.fromkeys(DELTA[table], "DELTA_BINARY_PACKED"),
        "write_statistics": [
            "line",
            "second",
            "began",
            "part",
        ],  # what readers skip by; others cost a third
        "store_schema": False,  # other engines would take words for an enumeration
    }


def _repeats(sample: Any) -> bool:
    """Whether values repeat, as those of a gauge with a few digits do: then a dictionary of them
    is a third of their size. Numbers with all their digits are larger with one."""
    values = joined([sample.slice(0, _SAMPLE)])["value"].drop_null()
    return len(values) > 0 and len(values.unique()) < 0.7 * len(values)


def _safe(name: str) -> str:
    """A folder's name for any part number. Two may share one: the manifest tells them apart."""
    plain = _UNSAFE.sub(lambda m: quote(m[0], safe="").replace(".", "%2E"), name)
    if len(plain) <= 80:
        return plain
    return f"{plain[:60]}~{hashlib.sha256(name.encode()).hexdigest()[:12]}"


def _settle(folder: Path) -> None:
    """A name is durable when its folder is."""
    handle = os.open(folder, os.O_RDONLY)
    with suppress(OSError):  # some file systems know no fsync of a folder
        os.fsync(handle)
    os.close(handle)


@contextmanager
def _written(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unavailable(
            f"The measurement history in {folder} cannot be written: {error.strerror or error}.",
            way_out="Look at the space and the permissions of the folder; nothing is lost, "
            "the build goes on from where it was.",
        ) from error
