"""Packed test records as the tables of the history.

The values of one procedure are a matrix, a record in each row. Turned over, it is the history of
one line after the other: sorting measurements is sorting records, and one characteristic lies
together in a file.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firstoff.errors import Unavailable
from firstoff.history import libraries
from firstoff.history.intake import Ints, Known, Line, Packed, Procedure
from firstoff.history.schema import LINES, MEASUREMENTS, RECORDS, line_number, schema

GROUP = 32_768  # rows at least in a row group, where there are as many
LONGEST = 200  # characters of a text; a waveform stays in its record
_UNMEASURED = -1


@dataclass(frozen=True, slots=True)
class Partition:
    """The records of one part at one site, of tests that began in one month (UTC)."""

    site: str
    part: str
    month: str  # 2026-03
    packed: Packed
    order: NDArray[np.int64]  # places in ``packed``: by procedure, second, record
    known: Known

    @property
    def rows(self) -> int:
        """Places for measurements; a record that broke off fills fewer."""
        keys, counts = np.unique(self.packed.procedure[self.order], return_counts=True)
        widths = [len(self.known.procedures[key].lines) for key in keys.tolist()]
        return int(np.dot(counts, widths))

    @property
    def first(self) -> int:
        return int(self.packed.began[self.order].min())

    @property
    def last(self) -> int:
        return int(self.packed.began[self.order].max())


def partitions(packed: Packed, known: Known) -> Iterator[Partition]:
    """The records as they are kept apart."""
    months = packed.began.astype("datetime64[us]").astype("datetime64[M]")
    keys = (packed.record, seconds(packed.began), packed.procedure, months, packed.part)
    order = np.lexsort(keys)
    parts, ordered = packed.part[order], months[order]
    cuts = np.flatnonzero((np.diff(parts) != 0) | (ordered[1:] != ordered[:-1])) + 1
    for places in np.split(order, cuts):
        site, part = known.parts[int(packed.part[places[0]])]
        yield Partition(site, part, str(months[places[0]]), packed, places, known)


def seconds(micros: Ints) -> Ints:
    """Whole seconds since 1970 of times in microseconds."""
    return micros // 1_000_000


def measurements(partition: Partition) -> Iterator[Any]:
    """Its measurements as Arrow tables, by line and in each by second: a row group each."""
    procedures = partition.packed.procedure[partition.order]
    held: list[Any] = []
    rows = 0
    for places in np.split(partition.order, np.flatnonzero(np.diff(procedures)) + 1):
        for block in _blocks(partition, places):
            held.append(block)
            rows += block.num_rows
            if rows >= GROUP:
                yield joined(held)
                held, rows = [], 0
    if rows:
        yield joined(held)


def records(partition: Partition) -> Any:
    """Its test records, one row each, by time."""
    packed, known = partition.packed, partition.known
    order = partition.order[
        np.lexsort((packed.record[partition.order], packed.began[partition.order]))
    ]
    ran, size = packed.procedure[order], len(order)
    columns = {
        "record": packed.record[order],
        "began": _times(packed.began[order]),
        "ended": _times(packed.ended[order]),
        "unit": packed.unit[order],
        "serial": _taken(packed.serial, order),
        "uid": _taken(packed.uid, order),
        "outcome": _words(_taken(packed.outcome, order)),
        "procedure": _named(ran, lambda key: known.procedures[key].digest),
        "procedure_name": _named(ran, lambda key: known.procedures[key].name),
        "station": _words(_taken(packed.station, order)),
        "batch": _named(packed.batch[order], lambda key: known.batches.get(key, "")),
        "part": _same(partition.part, size),
        "site": _same(partition.site, size),
    }
    return libraries.arrow().table(columns, schema=schema(RECORDS))


def lines(procedures: Sequence[Procedure]) -> Any:
    """What the lines of these procedures measure, and within which limits."""
    rows = [
        _line(procedure, place, line)
        for procedure in sorted(procedures, key=lambda p: p.id)
        for place, line in enumerate(procedure.lines)
    ]
    return libraries.arrow().Table.from_pylist(rows, schema=schema(LINES))


def joined(tables: Sequence[Any]) -> Any:
    """Tables one after the other, their words numbered alike."""
    if len(tables) == 1:
        return tables[0]
    whole = libraries.arrow().concat_tables(tables)
    return whole.unify_dictionaries().combine_chunks()


def _line(procedure: Procedure, place: int, line: Line) -> dict[str, Any]:
    return {
        "line": line_number(procedure.id, place),
        "procedure_id": procedure.id,
        "procedure": procedure.digest,
        "procedure_name": procedure.name,
        "place": place,
        "characteristic": line.characteristic,
        "name": line.name,
        "phase": line.phase,
        "subtest": line.subtest,
        "unit": line.unit,
        "lower": None if line.lower is None else float(line.lower),
        "upper": None if line.upper is None else float(line.upper),
        "rule": line.rule,
    }


@dataclass(frozen=True, slots=True)
class _Matrix:
    """Records of one procedure, one in each row."""

    values: NDArray[np.float64]
    outcomes: NDArray[np.int32]  # places in ``words``, or _UNMEASURED
    words: Any
    texts: dict[int, dict[int, str]]  # by line, by row: what is no number


def _blocks(partition: Partition, places: NDArray[np.int64]) -> Iterator[Any]:
    """One procedure: so many lines at a time as fill a row group."""
    packed, known = partition.packed, partition.known
    procedure = known.procedures[int(packed.procedure[places[0]])]
    matrix = _matrix(partition, places, procedure)
    batches = _named(packed.batch[places], lambda key: known.batches.get(key, ""))
    step = max(1, GROUP // len(places))
    for start in range(0, len(procedure.lines), step):
        stop = min(start + step, len(procedure.lines))
        yield _block(partition, places, matrix, batches, procedure.id, start, stop)


def _block(
    partition: Partition,
    places: NDArray[np.int64],
    matrix: _Matrix,
    batches: Any,
    procedure: int,
    start: int,
    stop: int,
) -> Any:
    arrow, packed, count, many = libraries.arrow(), partition.packed, stop - start, len(places)
    size = count * many
    numbers = [line_number(procedure, place) for place in range(start, stop)]
    outcomes = matrix.outcomes[:, start:stop].T.ravel()
    values = matrix.values[:, start:stop].T.ravel()
    indices = np.tile(batches.indices.to_numpy(), count)
    columns = {
        "line": np.repeat(np.array(numbers, np.int64), many),
        "second": np.tile(seconds(packed.began[places]), count),
        "record": np.tile(packed.record[places], count),
        "unit": np.tile(packed.unit[places], count),
        "value": arrow.array(values, mask=np.isnan(values)),
        "outcome": _dictionary(np.maximum(outcomes, 0), matrix.words),
        "text": _texts(matrix.texts, range(start, stop), many),
        "batch": _dictionary(indices, batches.dictionary),
        "part": _same(partition.part, size),
        "site": _same(partition.site, size),
    }
    table = arrow.table(columns, schema=schema(MEASUREMENTS))
    measured = outcomes != _UNMEASURED
    return table if measured.all() else table.filter(arrow.array(measured))


def _matrix(partition: Partition, places: NDArray[np.int64], procedure: Procedure) -> _Matrix:
    packed = partition.packed
    width = len(procedure.lines)
    values = _taken(packed.values, places)
    letters = _taken(packed.outcomes, places)
    if {*map(len, values)} != {8 * width} or {*map(len, letters)} != {width}:
        raise _damaged(packed, places, procedure)
    known = partition.known.letters
    codes = np.full(256, _UNMEASURED, np.int32)
    codes[[ord(letter) for letter in known]] = np.arange(len(known))
    flat = np.frombuffer(b"".join(values), "<f8").reshape(len(places), width)
    found = np.frombuffer("".join(letters).encode("ascii"), np.uint8).reshape(flat.shape)
    words = libraries.arrow().array(list(known.values()), "string")
    return _Matrix(flat, codes[found], words, _said(packed, places, flat))


def _damaged(packed: Packed, places: NDArray[np.int64], procedure: Procedure) -> Unavailable:
    width = len(procedure.lines)
    numbers, said, uid = next(
        (len(packed.values[place]) / 8, len(packed.outcomes[place]), packed.uid[place])
        for place in places.tolist()
        if (len(packed.values[place]), len(packed.outcomes[place])) != (8 * width, width)
    )
    return Unavailable(
        f"Test record {uid} holds {numbers:g} values and {said} outcomes; "
        f"its procedure {procedure.name!r} has {width} lines.",
        code="damaged-record",
        way_out="Run firstoff ledger verify.",
    )


def _said(
    packed: Packed, places: NDArray[np.int64], values: NDArray[np.float64]
) -> dict[int, dict[int, str]]:
    """The texts of what is no number. JSON is read where a number is missing, and there alone."""
    found: dict[int, dict[int, str]] = {}
    missing = np.isnan(values)
    for row in np.flatnonzero(missing.any(axis=1)):
        extras = packed.extras[places[row]]
        if '"text"' in extras:
            for place, text in json.loads(extras).get("text", {}).items():
                if missing[row, int(place)]:
                    found.setdefault(int(place), {})[int(row)] = text[:LONGEST]
    return found


def _texts(texts: dict[int, dict[int, str]], places: range, many: int) -> Any:
    arrow = libraries.arrow()
    kind = schema(MEASUREMENTS).field("text").type
    if texts.keys().isdisjoint(places):
        return arrow.nulls(len(places) * many, kind)
    cells: list[str | None] = [None] * (len(places) * many)
    for place in texts.keys() & set(places):
        for row, text in texts[place].items():
            cells[(place - places.start) * many + row] = text
    return arrow.array(cells, kind)


def _taken(column: Sequence[Any], order: NDArray[np.int64]) -> list[Any]:
    return [column[place] for place in order.tolist()]


def _times(micros: NDArray[np.int64]) -> Any:
    arrow = libraries.arrow()
    return arrow.array(micros).view(arrow.timestamp("us", tz="UTC"))


def _words(values: Sequence[str]) -> Any:
    arrow = libraries.arrow()
    return arrow.array(values, arrow.string()).dictionary_encode()


def _named(keys: NDArray[np.int64], name: Callable[[int], str]) -> Any:
    """What the numbers stand for: a name is looked up once for each that is there."""
    found, indices = np.unique(keys, return_inverse=True)
    words = libraries.arrow().array([name(key) for key in found.tolist()], "string")
    return _dictionary(indices.astype(np.int32), words)


def _same(word: str, size: int) -> Any:
    return _dictionary(np.zeros(size, np.int32), libraries.arrow().array([word], "string"))


def _dictionary(indices: NDArray[np.int32], words: Any) -> Any:
    arrow = libraries.arrow()
    return arrow.DictionaryArray.from_arrays(arrow.array(indices), words, safe=False)
