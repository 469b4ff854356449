"""What the history answers is what unpacking the records gives, on either engine."""

from datetime import UTC, timedelta
from statistics import fmean, stdev
from typing import Any

import ibis
import numpy as np
import pytest

from firstoff import stats
from firstoff.formats.testdata.packing import unpack
from firstoff.history import building, engine, figures, questions
from firstoff.history.engine import History
from firstoff.history.files import Folder
from firstoff.history.questions import Ask
from firstoff.history.schema import line_number
from firstoff.terms import TestOutcome
from tests.history.making import (
    BATCHES,
    FAIL,
    NOW,
    PARTS,
    PASS,
    PROCEDURES,
    Test,
    answered,
    holds,
    number,
    pages,
    several,
    told,
)

MADE = several(400)
GAPS = [line_number(1, 0), line_number(2, 0)]
ASKS = {
    "everything": Ask(),
    "a part": Ask(sites=["STOKE"], part="007"),
    "a site": Ask(sites=["LEEDS"]),
    "a characteristic": Ask(sites=["STOKE"], part="CC-1", lines=GAPS),
    "a time": Ask(since=NOW + timedelta(days=20), until=NOW + timedelta(days=50)),
    "a batch": Ask(batches=["CC1-P2"], lines=GAPS),
    "no batch": Ask(batches=[""]),
    "nothing": Ask(part="no such part"),
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    folder = Folder(tmp_path_factory.mktemp("history"))
    building.build(folder, pages(MADE), holds, at=NOW, step=150)
    return folder


@pytest.fixture
def history(built: Folder, engine: Any) -> History:
    manifest = built.manifest()
    assert manifest is not None
    return History(built, manifest, engine)


def meant(ask: Ask) -> list[Test]:
    return [
        t
        for t in MADE
        if (ask.sites is None or PARTS[t.part][0] in ask.sites)
        and (ask.part is None or PARTS[t.part][1] == ask.part)
        and (ask.batches is None or BATCHES.get(t.batch, "") in ask.batches)
        and (ask.since is None or t.began >= ask.since)
        and (ask.until is None or t.began < ask.until)
    ]


def gaps(ask: Ask) -> list[tuple[Test, float, TestOutcome]]:
    """The first line of the two procedures that have it, in the order made."""
    found = []
    for test in sorted(meant(ask), key=lambda t: (int(t.began.timestamp()), t.id)):
        own = test.packed
        result = unpack(PROCEDURES[test.procedure].lines, own.values, own.outcomes, own.extras)[0]
        if test.procedure != 3 and result.value is not None and result.outcome is not None:
            found.append((test, result.value, result.outcome))
    return found


@pytest.mark.parametrize("ask", ASKS.values(), ids=ASKS.keys())
def test_values_are_those_of_the_records(history: History, ask: Ask) -> None:
    wanted = told(meant(ask))
    if ask.lines:
        wanted = [row for row in wanted if row[5] == "gap"]
    table = history.answer(questions.values(history.tables(ask), ask))
    assert answered(table) == wanted
    times = table["began"].to_pylist()
    assert times == sorted(times)


@pytest.mark.parametrize("name", ["a characteristic", "a batch"])
def test_a_summary_is_that_of_the_values(history: History, name: str) -> None:
    ask = ASKS[name]
    wanted = gaps(ask)
    numbers = [value for _, value, _ in wanted]
    (found,) = history.answer(questions.summary(history.tables(ask).measurements, ask)).to_pylist()
    counted = {key: found[key] for key in ("measured", "n", "units", "failed")}
    assert counted == {
        "measured": len(wanted),
        "n": len(wanted),
        "units": len({t.unit for t, _, _ in wanted}),
        "failed": sum(outcome is FAIL for _, _, outcome in wanted),
    }
    assert (found["minimum"], found["maximum"]) == (min(numbers), max(numbers))
    assert found["mean"] == pytest.approx(fmean(numbers), rel=1e-12)
    assert found["sd"] == pytest.approx(stdev(numbers), rel=1e-12)


def test_a_summary_of_nothing_counts_nothing(history: History) -> None:
    ask = ASKS["nothing"]
    (found,) = history.answer(questions.summary(history.tables(ask).measurements, ask)).to_pylist()
    assert (found["measured"], found["n"], found["mean"]) == (0, 0, None)


def test_capability_is_that_of_the_first_value_of_each_unit(history: History) -> None:
    ask = ASKS["a characteristic"]
    firsts: dict[int, float] = {}
    for test, value, _ in gaps(ask):
        firsts.setdefault(test.unit, value)
    found = history.series(ask).first_of_each_unit()
    assert list(zip(found.unit.tolist(), found.value.tolist(), strict=True)) == list(
        firsts.items()
    )
    assert stats.capability(found.value, lower=0.3, upper=0.9) == stats.capability(
        list(firsts.values()), lower=0.3, upper=0.9
    )


def test_an_engine_finds_the_first_values_too(history: History) -> None:
    ask = ASKS["a characteristic"]
    rows = questions.arrays(history.tables(ask).measurements, ask)
    by_engine = history.answer(questions.firsts(rows)).to_pylist()
    here = figures.series(history.answer(rows)).first_of_each_unit()
    assert sorted((r["unit"], r["value"]) for r in by_engine) == sorted(
        zip(here.unit.tolist(), here.value.tolist(), strict=True)
    )


@pytest.mark.parametrize("late", [False, True])
def test_values_come_in_the_order_made_however_their_files_lie(
    folder: Folder, engine: Any, late: bool
) -> None:
    order = list(range(1, 13))
    if late:  # recorded after the others, and earlier than all of them
        order = [*range(2, 13), 1]
    made = [
        Test(key, [number(at)], 3, began=NOW + timedelta(days=10 * at), entry=key)
        for key, at in enumerate(order, 1)
    ]
    for night in (4, 8, 11, 12):
        building.build(folder, pages(made[:night]), holds, at=NOW)
    manifest = folder.manifest()
    assert manifest is not None
    ask = Ask(sites=["STOKE"], part="CC-1", lines=[line_number(3, 0)])
    found = History(folder, manifest, engine).series(ask)
    assert found.value.tolist() == sorted(found.value.tolist())
    assert len(found) == 12


@pytest.mark.parametrize("spread", [3, 40, 10**12])
def test_the_first_value_of_a_unit_is_found_in_any_order_of_units(spread: int) -> None:
    rng = np.random.default_rng(spread)
    for size in (0, 1, 2, 50, 500):
        unit = rng.integers(0, spread, size)
        found = figures.Series(unit, np.arange(size) / 10).firsts()
        seen: set[int] = set()
        wanted = [not (u in seen or seen.add(u)) for u in unit.tolist()]
        assert found.tolist() == wanted


def test_what_lies_outside_its_own_limits_is_listed(history: History) -> None:
    ask = ASKS["a part"]
    wanted = set()
    for test in meant(ask):
        own = test.packed
        lines = PROCEDURES[test.procedure].lines
        for result in unpack(lines, own.values, own.outcomes, own.extras):
            low, high = result.line.lower, result.line.upper
            beyond = result.value is not None and (
                (low is not None and result.value < low)
                or (high is not None and result.value > high)
            )
            if beyond or result.outcome is FAIL:
                wanted.add((test.uid, result.line.name, result.outcome))
    rows = history.answer(questions.outside(history.tables(ask), ask)).to_pylist()
    assert {(r["uid"], r["name"], r["outcome"]) for r in rows} == wanted
    assert len(rows) == len(wanted)
    assert {outcome for _, _, outcome in wanted} == {PASS, FAIL}  # a station passed what is not


def test_stretches_of_a_series_hold_all_values_between_them(history: History) -> None:
    ask = ASKS["a characteristic"]
    start, seconds = NOW, 86_400 * 7
    expected: dict[int, list[float]] = {}
    for test, value, _ in gaps(ask):
        expected.setdefault(int((test.began - start).total_seconds()) // seconds, []).append(value)
    asked = questions.series(history.tables(ask).measurements, ask, start, seconds)
    found = history.answer(asked).to_pylist()
    assert [(r["stretch"], r["n"], r["minimum"], r["maximum"]) for r in found] == [
        (key, len(v), min(v), max(v)) for key, v in sorted(expected.items())
    ]
    assert [r["mean"] for r in found] == pytest.approx(
        [fmean(v) for _, v in sorted(expected.items())], rel=1e-12
    )


def test_yields_tell_the_first_pass_from_the_last(history: History) -> None:
    ask = ASKS["a part"]
    tried = sorted(meant(ask), key=lambda t: (t.began, t.id))
    wanted = []
    for name in sorted({PROCEDURES[t.procedure].name for t in tried}):
        own = [t for t in tried if PROCEDURES[t.procedure].name == name]
        judged = [t for t in own if t.outcome in (PASS, FAIL)]
        first: dict[int, TestOutcome] = {}
        for t in judged:
            first.setdefault(t.unit, t.outcome)
        last = {t.unit: t.outcome for t in judged}
        wanted.append(
            {
                "site": "STOKE",
                "part": "007",
                "procedure_name": name,
                "revisions": len({t.procedure for t in own}),
                "tests": len(judged),
                "no_tries": len(own) - len(judged),
                "units": len(last),
                "first_passed": sum(o is PASS for o in first.values()),
                "finally_passed": sum(o is PASS for o in last.values()),
            }
        )
    found = history.answer(questions.yields(history.tables(ask).records, ask)).to_pylist()
    assert found == wanted


def test_a_procedure_without_a_try_has_no_units(folder: Folder, engine: Any) -> None:
    made = [Test(1, [number(1)], 3, outcome=TestOutcome.ERROR)]
    building.build(folder, pages(made), holds, at=NOW)
    manifest = folder.manifest()
    assert manifest is not None
    history = History(folder, manifest, engine)
    ask = Ask()
    (found,) = history.answer(questions.yields(history.tables(ask).records, ask)).to_pylist()
    assert (found["tests"], found["no_tries"], found["units"]) == (0, 1, 0)


def test_two_tests_that_began_at_once_are_told_apart_by_their_record(
    folder: Folder, engine: Any
) -> None:
    made = [
        Test(2, [number("0.5")] * 3, unit=9, outcome=PASS),
        Test(1, [number("0.2")] * 3, unit=9, outcome=FAIL),
    ]
    building.build(folder, pages(made), holds, at=NOW)
    manifest = folder.manifest()
    assert manifest is not None
    history = History(folder, manifest, engine)
    ask = Ask(lines=GAPS)
    (found,) = history.answer(questions.yields(history.tables(ask).records, ask)).to_pylist()
    assert (found["first_passed"], found["finally_passed"]) == (0, 1)
    assert history.series(ask).first_of_each_unit().value.tolist() == [0.2]
    one = Ask(lines=[line_number(1, 0)])
    assert history.series(one).first_of_each_unit().value.tolist() == [0.2]


def test_within_a_second_the_one_recorded_first_came_first(folder: Folder, engine: Any) -> None:
    """The same whether they were written at once, in two builds, or are asked with other lines."""
    made = [
        Test(1, [number("0.1")] * 3, unit=9, began=NOW + timedelta(milliseconds=1900), entry=1),
        Test(2, [number("0.2")] * 3, unit=9, began=NOW + timedelta(milliseconds=1100), entry=1),
        Test(3, [number("0.3")] * 3, unit=9, began=NOW + timedelta(milliseconds=1500), entry=2),
        Test(4, [number("0.4")] * 3, unit=9, began=NOW + timedelta(milliseconds=900), entry=2),
    ]
    building.build(folder, pages(made[:2]), holds, at=NOW)
    building.build(folder, pages(made), holds, at=NOW)
    manifest = folder.manifest()
    assert manifest is not None
    history = History(folder, manifest, engine)
    for ask in (Ask(lines=GAPS), Ask(lines=[line_number(1, 0)])):
        assert history.series(ask).value.tolist() == [0.4, 0.1, 0.2, 0.3]
    rows = history.answer(questions.values(history.tables(ask), ask)).to_pylist()
    assert [row["value"] for row in rows] == [0.4, 0.2, 0.3, 0.1]  # a person sees times in full
    since = Ask(since=NOW + timedelta(seconds=1))
    (found,) = history.answer(
        questions.span(history.tables(since).measurements, since)
    ).to_pylist()
    assert (found["n"], found["first"]) == (9, int(NOW.timestamp()) + 1)


@pytest.mark.parametrize("dialect", ["trino", "clickhouse", "postgres", "bigquery", "snowflake"])
def test_every_question_can_be_said_to_a_distributed_engine(built: Folder, dialect: str) -> None:
    manifest = built.manifest()
    assert manifest is not None
    with engine.opened(built, manifest) as history:
        ask = ASKS["a characteristic"]
        here = history.tables(ask)
        there = questions.Tables(
            *(ibis.table(t.schema(), name=n) for t, n in (
                (here.measurements, "measurements"), (here.records, "records"),
                (here.lines, "lines"),
            ))
        )  # fmt: skip
    asked = (
        questions.values(there, ask),
        questions.outside(there, ask),
        questions.arrays(there.measurements, ask),
        questions.summary(there.measurements, ask),
        questions.series(there.measurements, ask, NOW.astimezone(UTC), 3600),
        questions.yields(there.records, ask),
        questions.procedures(there.records, ask),
    )
    assert all("SELECT" in ibis.to_sql(question, dialect=dialect) for question in asked)
