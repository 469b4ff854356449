"""Building a history: from nothing, or on from where the last build ended.

Each step takes whole entries of the ledger, writes its files and then the manifest. Killed in
between, the history is what it was before the step; the next build takes the step again. Files of
one part and month are joined as they grow, so that a nightly build leaves few of them.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from firstoff.errors import Unavailable
from firstoff.history import projection
from firstoff.history.files import Folder, by_line
from firstoff.history.intake import Known, Packed, Page, Procedure, together
from firstoff.history.manifest import ANEW, NAME, File, Manifest
from firstoff.history.projection import Partition
from firstoff.history.schema import LINES, MEASUREMENTS, RECORDS, VERSION

STEP = 8_000_000  # measurements written at a time at most; files are joined up to as many
_FIRST = 8  # parts of it in the first step: the writer shall not wait long for something to do

Pages = Callable[[int], Iterable[Page]]  # the pages after an entry of the ledger, to its end
Progress = Callable[[int], None]  # called with the entry that is reached


@dataclass(frozen=True, slots=True)
class _Way:
    """How one build goes. ``begun``: the files there were when it began."""

    folder: Folder
    name: str
    at: datetime
    step: int
    begun: frozenset[str]


@dataclass(frozen=True, slots=True)
class Built:
    """What a build did. ``why_anew`` says why it began from nothing; empty where it went on."""

    manifest: Manifest
    records: int
    measurements: int
    why_anew: str
    removed: int


def build(
    folder: Folder,
    pages: Pages,
    holds: Callable[[int, str], bool],
    *,
    at: datetime,
    anew: bool = False,
    step: int = STEP,
    progress: Progress = lambda entry: None,
) -> Built:
    """Bring the history to the end of the ledger. Raises Refused where another build runs.

    holds: whether an entry of the ledger still has the hash it had. Where it does not, or where
    files are gone, the history is made from nothing, and what was there answers until it is done.
    """
    with folder.held():
        why = "It was asked for." if anew else why_anew(folder, holds)
        name = ANEW if why else NAME
        begun = _begun(folder, name, holds)
        way = _Way(folder, name, at, step, frozenset(f.path for f in begun.files))
        found = begun
        with ThreadPoolExecutor(1) as writer:  # one step is written while the next is read
            under_way: Future[Manifest] | None = None
            for held in _steps(pages(begun.entry), step):
                found = _settled(under_way, found)
                under_way = writer.submit(_take, way, found, held)
                progress(held[-1].entry)
            found = _settled(under_way, found)
        if why:
            found = found.instead_of(_old(folder), at)
        if why or found is begun:
            folder.commit(found, name)
        if why:
            folder.publish()
        removed = folder.sweep(at)
    return Built(
        found, found.records - begun.records, found.measurements - begun.measurements, why, removed
    )


def _settled(under_way: "Future[Manifest] | None", before: Manifest) -> Manifest:
    return before if under_way is None else under_way.result()


def _old(folder: Folder) -> Manifest:
    """What answers until now; nothing where that cannot be read."""
    with suppress(Unavailable):
        return folder.manifest() or Manifest()
    return Manifest()


def why_anew(folder: Folder, holds: Callable[[int, str], bool]) -> str:
    """Why what is there cannot be built on; empty where it can."""
    found = folder.manifest()
    if found is None:
        return "There was none."
    if found.version != VERSION:
        return f"It has version {found.version}, and this is version {VERSION}."
    if found.entry and not holds(found.entry, found.hash):
        return f"Entry {found.entry} of the ledger is another one: a backup was brought back."
    lacking = folder.lacking(found)
    return f"{lacking}." if lacking else ""


def _begun(folder: Folder, name: str, holds: Callable[[int, str], bool]) -> Manifest:
    """What to build on: a build anew that was killed is taken up as well."""
    found = folder.manifest(name)
    sound = found is not None and found.version == VERSION and not folder.lacking(found)
    if found is None or not sound or (found.entry and not holds(found.entry, found.hash)):
        return Manifest()
    return found


def _steps(pages: Iterable[Page], most: int) -> Iterator[list[Page]]:
    held: list[Page] = []
    rows, size = 0, max(1, most // _FIRST)
    for page in pages:
        held.append(page)
        rows += page.packed.measurements if page.packed else 0
        if rows >= size:
            yield held
            held, rows, size = [], 0, min(most, 2 * size)
    if held:
        yield held


def _take(way: _Way, before: Manifest, pages: Sequence[Page]) -> Manifest:
    """One step: its files, and then the manifest that names them."""
    last = pages[-1]
    found = replace(before, entry=last.entry, hash=last.hash, built_at=way.at.isoformat())
    packed = [page.packed for page in pages if page.packed is not None]
    if packed:
        found = _with_records(way, found, together(packed), last.known)
    way.folder.commit(found, way.name)
    return found


def _with_records(way: _Way, before: Manifest, packed: Packed, known: Known) -> Manifest:
    gone, new = _lines(way.folder, before, packed, known)
    for partition in projection.partitions(packed, known):
        for table in (MEASUREMENTS, RECORDS):
            old, made = _grow(way, before, table, partition)
            gone, new = [*gone, *old], [*new, *made]
    found = before.with_files(gone, new, way.at)
    return replace(
        found,
        records=sum(file.rows for file in found.of(RECORDS)),
        measurements=sum(file.rows for file in found.of(MEASUREMENTS)),
        procedures=tuple(sorted({*before.procedures, *packed.procedure.tolist()})),
    )


def _lines(
    folder: Folder, before: Manifest, packed: Packed, known: Known
) -> tuple[list[File], list[File]]:
    """The lines of procedures that nobody ran before, with those there were, in one file."""
    fresh: list[Procedure] = [
        known.procedures[key] for key in set(packed.procedure.tolist()) - set(before.procedures)
    ]
    if not fresh:
        return [], []
    old = list(before.of(LINES))
    table = projection.joined([*map(folder.read, old), projection.lines(fresh)])
    if not table.num_rows:
        return [], []
    return old, [folder.write(LINES, [table.sort_by("line")], File(LINES, "", "", 0, 0))]


def _grow(
    way: _Way, before: Manifest, table: str, partition: Partition
) -> tuple[list[File], list[File]]:
    """The file of new rows, with the last files of its place where they are no larger."""
    place = File(
        table, "", "", 0, 0,
        partition.site, partition.part, partition.month, partition.first, partition.last,
    )  # fmt: skip
    groups = _groups(table, partition)
    rows = len(partition.order) if table == RECORDS else partition.rows
    old = _tail(way, [f for f in before.files if f.place == place.place], rows)
    if old:
        held = [*map(way.folder.read, old), *groups]
        whole = projection.joined(held)
        groups = by_line(whole) if table == MEASUREMENTS else iter([whole])
        first, last = min(f.first for f in old), max(f.last for f in old)
        place = replace(place, first=min(first, place.first), last=max(last, place.last))
    some = _some(groups)
    return old, [way.folder.write(table, some, place)] if some is not None else []


def _groups(table: str, partition: Partition) -> Iterator[Any]:
    if table == RECORDS:
        return iter([projection.records(partition)])
    return projection.measurements(partition)


def _some(groups: Iterator[Any]) -> Iterator[Any] | None:
    """The same; None where there is nothing in them."""
    for first in groups:
        if first.num_rows:
            return _with(first, groups)
    return None


def _with(first: Any, rest: Iterator[Any]) -> Iterator[Any]:
    yield first
    yield from (group for group in rest if group.num_rows)


def _tail(way: _Way, files: Sequence[File], rows: int) -> list[File]:
    """The last files that new rows are joined with: each row is written again only when the file
    it lies in doubles, and the files of a place stay few. A large one that this build made stands:
    it would be written again by every step."""
    found: list[File] = []
    for file in reversed(files):
        fresh = file.path not in way.begun and file.rows > way.step // 64
        if fresh or file.rows > 2 * rows or file.rows + rows > way.step:
            break
        found.insert(0, file)
        rows += file.rows
    return found
