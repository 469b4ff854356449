"""Which units were tested, and which failed a test that they did not pass since."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from django.db.models import QuerySet

from firstoff.db.keys import Keys, among, keys
from firstoff.db.models import ProcedureRevision, TestRecord
from firstoff.db.prepared import prepared
from firstoff.formats.testdata.packing import read_procedure
from firstoff.queries.execution.facts import Raw, dashed, moment
from firstoff.queries.execution.kept import Held, Kept
from firstoff.queries.execution.spans import Span, spanned
from firstoff.rules.evidence import FailedTest, TestFacts
from firstoff.terms import TestOutcome


class _Test(NamedTuple):
    """What was tested: two revisions of one test, of the same characteristics, are one."""

    name: str
    characteristics: frozenset[str]  # none where the station names its own measurements

    def covers(self, other: "_Test") -> bool:
        return self.name == other.name and self.characteristics >= other.characteristics


class _End(NamedTuple):
    """When a test record ended; the later one says how the unit stands."""

    at: datetime
    key: int
    uid: str


class _Ends(NamedTuple):
    """The last time a unit passed a test, and the last time it failed it."""

    passed: _End | None = None
    failed: _End | None = None


_Tested = dict[int, dict[_Test, _Ends]]  # by unit
_kept: Kept[int, _Tested] = Kept(lambda units: sum(map(len, units.values())))
forget = _kept.forget


def tests(run_ids: Sequence[int], upto: int | None) -> dict[int, TestFacts]:
    """By run. Two queries; one where nothing was tested."""
    return _shown(_read(Span(list(run_ids), {}, upto), {}))


def tests_now(run_ids: Sequence[int], upto: int) -> dict[int, TestFacts]:
    """The same at the newest entry, reading only what is new: two more queries."""
    held, newest = _kept.look(run_ids, upto)
    found = {run: h.value for run, h in held.items() if h.entry == upto}
    on = {run: h for run, h in held.items() if h.entry != upto}
    fresh = [run for run in run_ids if run not in held]
    if fresh:
        found |= _read(Span(fresh, {}, upto), {})
    if on:
        span = Span(list(on), {run: h.entry for run, h in on.items()}, upto)
        found |= _read(span, {run: h.value for run, h in on.items()})
    _kept.keep({run: Held(upto, newest, found[run]) for run in (*fresh, *on)})
    return _shown(found)


def _read(span: Span, before: Mapping[int, _Tested]) -> dict[int, _Tested]:
    found: dict[int, _Tested] = {run: dict(before.get(run, {})) for run in span.runs}
    rows = _rows(span)
    asked = _procedures(keys(row[-1] for row in rows)) if rows else ()
    names = {key: _Test(name, _characteristics(definition)) for key, name, definition in asked}
    for run, entry, unit, outcome, ended, key, uid, procedure in rows:
        if entry > span.after.get(run, 0):
            end = _End(moment(ended), key, dashed(uid))
            test = names[procedure]
            # What is kept is never changed: an earlier reading holds the same.
            known = found[run].get(unit, {})
            found[run][unit] = {**known, test: _later(known.get(test, _Ends()), outcome, end)}
    return found


@prepared
def _procedures(procedures: Keys) -> "QuerySet[ProcedureRevision, tuple[int, str, str]]":
    rows = ProcedureRevision.objects.filter(among(ProcedureRevision, "id", procedures))
    return rows.values_list("pk", "name", "definition")


@spanned(TestRecord)
def _rows(rows: "QuerySet[TestRecord]") -> "QuerySet[TestRecord, tuple[Any, ...]]":
    """Records that say something about the unit: an error of the station does not."""
    judged = [TestOutcome.PASS.value, TestOutcome.FAIL.value]
    raw = rows.filter(outcome__in=judged).annotate(_uid=Raw("uid"), _ended=Raw("ended_at"))
    return raw.order_by("pk").values_list(
        "run_id", "entry_id", "unit_id", "outcome", "_ended", "pk", "_uid", "procedure_id"
    )


def _later(ends: _Ends, outcome: str, end: _End) -> _Ends:
    if outcome == TestOutcome.PASS:
        return ends._replace(passed=max(end, ends.passed or end))
    return ends._replace(failed=max(end, ends.failed or end))


@lru_cache(maxsize=4096)
def _characteristics(definition: str) -> frozenset[str]:
    lines = read_procedure(definition).lines
    return frozenset(line.characteristic for line in lines if line.characteristic)


def _shown(found: Mapping[int, _Tested]) -> dict[int, TestFacts]:
    return {
        run: TestFacts(
            frozenset(units),
            tuple(failed for unit, of in units.items() for failed in _open(unit, of)),
        )
        for run, units in found.items()
    }


def _open(unit: int, of: Mapping[_Test, _Ends]) -> Iterable[FailedTest]:
    """The failed tests of a unit that no later pass follows."""
    for test, ends in of.items():
        failed = ends.failed
        if failed is not None and not any(
            later.passed is not None and later.passed > failed and other.covers(test)
            for other, later in of.items()
        ):
            yield FailedTest(unit, test.name, failed.at, failed.uid)
