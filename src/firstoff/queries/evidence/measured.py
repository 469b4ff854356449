"""The first value of each unit for the characteristics that a bar asks for."""

import struct
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from django.db.models import QuerySet

from firstoff.db.keys import Keys, among, keys
from firstoff.db.models import ProcedureRevision, TestRecord
from firstoff.db.prepared import prepared
from firstoff.formats.testdata.packing import Measured, read_procedure
from firstoff.queries.execution.facts import Raw, dashed, moment
from firstoff.queries.execution.kept import Held, Kept
from firstoff.queries.execution.spans import Span, spanned
from firstoff.rules.evidence import Measurement
from firstoff.rules.product import CharacteristicFacts


class _First(NamedTuple):
    """A measurement with its place in time: an earlier one takes it."""

    began_at: datetime
    key: int
    found: Measurement


_Firsts = dict[str, dict[int, _First]]  # by characteristic, by unit, in the order measured
Asked = Mapping[int, Sequence[CharacteristicFacts]]
Measurements = dict[int, dict[str, tuple[Measurement, ...]]]

# A run, and the names by which its characteristics are looked for.
_Key = tuple[int, tuple[tuple[str, str], ...]]
_kept: Kept[_Key, _Firsts] = Kept(lambda firsts: sum(map(len, firsts.values())))
forget = _kept.forget


def measurements(asked: Asked, upto: int | None) -> Measurements:
    """By run and characteristic. Two queries; none when no bar asks for one.

    A retest does not replace the first value: capability is of the process, not of repairs.
    """
    wanted = [run for run, characteristics in asked.items() if characteristics]
    return _shown(_read(asked, Span(wanted, {}, upto), {})) if wanted else {}


def measurements_now(asked: Asked, upto: int) -> Measurements:
    """The same at the newest entry, reading only what is new: two more queries."""
    wanted = {
        run: (run, tuple((c.number, c.measured_as) for c in characteristics))
        for run, characteristics in asked.items()
        if characteristics
    }
    if not wanted:
        return {}
    there, newest = _kept.look(list(wanted.values()), upto)
    held = {run: there[key] for run, key in wanted.items() if key in there}
    found = {run: h.value for run, h in held.items() if h.entry == upto}
    on = {run: h for run, h in held.items() if h.entry != upto}
    fresh = [run for run in wanted if run not in held]
    if fresh:
        found |= _read(asked, Span(fresh, {}, upto), {})
    if on:
        span = Span(list(on), {run: h.entry for run, h in on.items()}, upto)
        found |= _read(asked, span, {run: h.value for run, h in on.items()})
    _kept.keep({wanted[run]: Held(upto, newest, found[run]) for run in (*fresh, *on)})
    return _shown({run: found[run] for run in wanted})


def _shown(found: Mapping[int, _Firsts]) -> Measurements:
    return {
        run: {number: tuple(f.found for f in firsts.values()) for number, firsts in of.items()}
        for run, of in found.items()
    }


def _read(asked: Asked, span: Span, before: Mapping[int, _Firsts]) -> dict[int, _Firsts]:
    found: dict[int, _Firsts] = {
        run: {c.number: dict(before.get(run, {}).get(c.number, {})) for c in asked[run]}
        for run in span.runs
    }
    rows = _rows(span)
    definitions = dict(_definitions(keys(row[-1] for row in rows))) if rows else {}
    for run, entry, *test, procedure in rows:
        if entry > span.after.get(run, 0):
            for characteristic in asked[run]:
                place = _place(
                    definitions[procedure], characteristic.number, characteristic.measured_as
                )
                if place is not None:
                    _take(found[run][characteristic.number], place, *test)
    return found


@prepared
def _definitions(procedures: Keys) -> "QuerySet[ProcedureRevision, tuple[int, str]]":
    rows = ProcedureRevision.objects.filter(among(ProcedureRevision, "id", procedures))
    return rows.values_list("pk", "definition")


@spanned(TestRecord)
def _rows(rows: "QuerySet[TestRecord]") -> "QuerySet[TestRecord, tuple[Any, ...]]":
    raw = rows.annotate(_uid=Raw("uid"), _began=Raw("began_at"))
    return raw.order_by("began_at", "pk").values_list(
        "run_id", "entry_id", "unit_id", "pk", "_began", "_uid", "values", "procedure_id"
    )


def _take(
    firsts: dict[int, _First], place: int, unit: int, key: int, at: Any, uid: Any, values: bytes
) -> None:
    began = moment(at)
    earlier = firsts.get(unit)
    if earlier is not None:
        if (began, key) > (earlier.began_at, earlier.key):
            return
        del firsts[unit]
    (value,) = struct.unpack_from("<d", values, 8 * place)
    measured = Measurement(unit, None if value != value else value, dashed(uid))
    late = firsts and began < next(reversed(firsts.values())).began_at
    firsts[unit] = _First(began, key, measured)
    if late:  # a record of an older test came in later
        ordered = sorted(firsts.items(), key=lambda item: item[1][:2])
        firsts.clear()
        firsts.update(ordered)


@lru_cache(maxsize=4096)
def _place(definition: str, number: str, measured_as: str) -> int | None:
    """Where in a procedure a characteristic stands: by its number, else by its name in tests."""
    lines = read_procedure(definition).lines
    by_number = (place for place, line in enumerate(lines) if line.characteristic == number)
    by_name = (place for place, line in enumerate(lines) if _is_named(line, measured_as))
    return next(by_number, next(by_name, None))


def _is_named(line: Measured, measured_as: str) -> bool:
    return bool(measured_as) and line.name.casefold() == measured_as.casefold()
