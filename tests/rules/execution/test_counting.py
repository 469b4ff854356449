"""Which units count, and what became of each."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstoff.rules.criteria.samples import BAR
from firstoff.rules.execution import (
    DefectFacts,
    JudgementFacts,
    OperationTime,
    OperationTimes,
    Reading,
    RunFacts,
    UnitFacts,
    count_units,
    judge_units,
    left_out_reasons,
)
from firstoff.terms import RunKind, UnitResult

AT = datetime(2026, 5, 11, 7, 0, tzinfo=UTC)
GOOD, REJECT, PENDING = UnitResult.GOOD, UnitResult.REJECT, UnitResult.PENDING


def unit(n: int = 1, **changes: object) -> UnitFacts:
    facts = UnitFacts(
        n, f"u{n}", f"P1-{n:03}", n, AT, "Ben", "line", "L2", "production", "released", "", ""
    )
    return facts._replace(**changes)


def judged(n: int, fit="pass", finish="pass", function="pass", seconds=360.0, **changes):
    row = JudgementFacts(n, n, 1, fit, finish, function, seconds, None, "")
    return row._replace(**changes)


def state(*rows: JudgementFacts, limit: float | None = None, operations=None):
    return judge_units([unit()], rows, max_unit_seconds=limit, operation_seconds=operations)[1]


def test_a_unit_built_the_production_way_counts():
    assert left_out_reasons(unit(), "released") == ()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (
            {"equipment_class": "bench", "equipment": "B-01"},
            "built on bench equipment (B-01), not on production equipment",
        ),
        (
            {"equipment_class": ""},
            "no equipment is recorded, so nothing shows that it was production equipment",
        ),
        ({"builder_class": "engineer"}, "built by an engineer, not by a line operator"),
        ({"builder_class": "other"}, "built by somebody who is no line operator"),
        (
            {"instruction": "draft"},
            "built to other instructions than those released with the baseline",
        ),
        ({"instruction": ""}, "the instructions it was built to are not recorded"),
        (
            {"previous_serial": "P0-003"},
            "made out of P0-003: rework does not make a fresh unit",
        ),
        (
            {"excluded": "prototype clay"},
            "declared not to count before it was judged: prototype clay",
        ),
    ],
)
def test_each_way_of_not_counting_has_its_sentence(changes, reason):
    assert left_out_reasons(unit(**changes), "released") == (reason,)


def test_all_reasons_are_given_not_only_the_first():
    found = left_out_reasons(unit(builder_class="engineer", equipment_class="bench"), "released")
    assert len(found) == 2


def test_the_sample_is_the_first_n_that_count_in_start_order():
    units = [unit(3), unit(1, builder_class="engineer"), unit(4), unit(2)]
    counted = count_units(units, "released", 2)
    assert [u.position for u in counted.sample] == [2, 3]
    assert [u.position for u in counted.beyond] == [4]
    assert [left.unit.position for left in counted.left_out] == [1]


def test_all_three_aspects_and_a_build_time_make_a_good_unit():
    assert state(judged(1)).first is GOOD


def test_one_failed_aspect_makes_a_reject_before_the_others_are_judged():
    assert state(judged(1, fit="fail", finish="", function="", seconds=None)).first is REJECT


@pytest.mark.parametrize("missing", [{"finish": ""}, {"seconds": None}])
def test_what_is_not_judged_leaves_the_unit_pending(missing):
    assert state(judged(1, **missing)).first is PENDING


def test_aspects_may_come_one_by_one():
    rows = [
        judged(1, finish="", function="", seconds=None),
        judged(1, fit="", function="", seconds=None, id=2),
        judged(1, fit="", finish="", seconds=400.0, id=3),
    ]
    assert state(*rows).first is GOOD
    assert state(*rows[:2]).first is PENDING
    assert state(*rows).build_seconds == 400.0


def test_the_build_time_is_the_sum_of_the_operations_where_none_is_given():
    found = state(judged(1, seconds=None), operations={1: 355.5})
    assert (found.first, found.build_seconds) == (GOOD, 355.5)


def test_a_given_build_time_goes_before_the_sum_of_the_operations():
    assert state(judged(1, seconds=360.0), operations={1: 999.0}).build_seconds == 360.0


@pytest.mark.parametrize(("seconds", "result"), [(900.0, GOOD), (900.001, REJECT)])
def test_exactly_the_limit_on_one_unit_is_within_it(seconds, result):
    assert state(judged(1, seconds=seconds), limit=900.0).first is result


def test_rework_never_changes_the_first_result():
    found = state(judged(1, fit="fail"), judged(1, id=2, attempt=2))
    assert (found.first, found.final, found.attempts) == (REJECT, GOOD, 2)


def test_a_retest_of_one_aspect_leaves_the_others_as_they_were():
    found = state(
        judged(1, fit="fail", finish="fail"),
        judged(1, id=2, attempt=2, finish="", function="", seconds=None),
    )
    assert (found.first, found.final) == (REJECT, REJECT)


def test_a_signed_correction_stands_in_the_place_of_what_it_supersedes():
    rows = [
        judged(1, fit="fail"),
        judged(1, id=2, supersedes=1, correction_reason="wrong unit scanned"),
        judged(1, id=3, supersedes=2, finish="fail", correction_reason="looked again"),
    ]
    found = state(*rows)
    assert (found.first, found.fit, found.finish, found.corrected) == (
        REJECT,
        "pass",
        "fail",
        True,
    )


def test_defects_of_a_superseded_judgement_are_no_longer_in_force():
    run = RunFacts(
        id=1,
        batch_id="P1",
        kind=RunKind.PILOT,
        number=1,
        baseline="b",
        instruction="released",
        planned_quantity=1,
        line="L2",
        bar=BAR,
        units=(unit(),),
        judgements=(judged(1, fit="fail"), judged(1, id=2, supersedes=1)),
        defects=(DefectFacts(1, "d1", 1, 1, "D-101", "Lid", "fit", "unknown", ""),),
    )
    assert Reading(run).defects == ()
    assert Reading(run).rejects == ()


ASPECT = st.sampled_from(["pass", "fail", ""])
ROWS = st.lists(
    st.builds(
        lambda n, attempt, fit, finish, function, seconds: (
            n,
            attempt,
            fit,
            finish,
            function,
            seconds,
        ),
        st.integers(1, 6),
        st.integers(1, 3),
        ASPECT,
        ASPECT,
        ASPECT,
        st.one_of(st.none(), st.floats(1, 1000)),
    ),
    max_size=25,
)


def rows_of(drawn) -> list[JudgementFacts]:
    return [
        JudgementFacts(place, n, attempt, fit, finish, function, seconds, None, "")
        for place, (n, attempt, fit, finish, function, seconds) in enumerate(drawn, 1)
    ]


@given(ROWS)
def test_later_attempts_never_change_any_first_result(drawn):
    units = [unit(n) for n in range(1, 7)]
    rows = rows_of(drawn)
    all_rows = judge_units(units, rows)
    firsts = judge_units(units, [row for row in rows if row.attempt == 1])
    assert {k: s.first for k, s in all_rows.items()} == {k: s.first for k, s in firsts.items()}


@given(ROWS, st.integers(1, 6))
def test_a_further_failed_aspect_never_makes_a_unit_better(drawn, n):
    order = {GOOD: 0, PENDING: 1, REJECT: 2}
    units = [unit(k) for k in range(1, 7)]
    before = judge_units(units, rows_of(drawn))[n].first
    fails = [JudgementFacts(0, n, 1, "fail", "", "", None, None, ""), *rows_of(drawn)]
    assert order[judge_units(units, fails)[n].first] >= order[before]


@given(st.lists(st.booleans(), max_size=30), st.integers(1, 10), st.randoms())
def test_counting_depends_on_the_order_of_starting_not_of_reading(kinds, size, random):
    units = [
        unit(n, builder_class="line" if counts else "engineer")
        for n, counts in enumerate(kinds, 1)
    ]
    counted = count_units(units, "released", size)
    shuffled = list(units)
    random.shuffle(shuffled)
    assert count_units(shuffled, "released", size) == counted
    assert len(counted.sample) + len(counted.beyond) + len(counted.left_out) == len(units)


@given(st.lists(st.booleans(), max_size=30), st.integers(1, 10))
def test_a_unit_started_later_never_leaves_an_earlier_one_out_of_the_sample(kinds, size):
    units = [
        unit(n, builder_class="line" if counts else "engineer")
        for n, counts in enumerate(kinds, 1)
    ]
    before = count_units(units, "released", size).sample
    after = count_units([*units, unit(len(units) + 1)], "released", size).sample
    assert after[: len(before)] == before


def timed_run(*times: tuple[int, int, float]) -> Reading:
    """Unit 1 failed, unit 2 passed; neither was given a build time. The plan has 10 and 20."""
    return Reading(
        RunFacts(
            1,
            "P1",
            RunKind.PILOT,
            1,
            "b",
            "released",
            20,
            "Line 2",
            operations=(10, 20),
            bar=BAR,
            units=(unit(1), unit(2)),
            judgements=(judged(1, fit="fail", seconds=None), judged(2, seconds=None)),
            times=tuple(OperationTime(*row) for row in times),
        )
    )


def test_a_unit_that_failed_half_way_has_no_build_time_and_stays_a_reject():
    found = timed_run((1, 10, 60.0), (2, 10, 61.5), (2, 20, 100.0))
    assert [(s.first, s.build_seconds) for s in found.sample] == [(REJECT, None), (GOOD, 161.5)]
    assert [state.unit for state in found.timed] == [unit(2)]
    assert found.build_seconds.tolist() == [161.5]


def test_a_unit_that_failed_at_the_last_operation_has_a_build_time():
    found = timed_run((1, 10, 60.0), (1, 20, 90.0))
    assert [(s.first, s.build_seconds) for s in found.sample] == [(REJECT, 150.0), (PENDING, None)]


def test_a_unit_that_failed_half_way_is_good_once_its_rework_passed():
    found = state(judged(1, fit="fail", seconds=None), judged(1, id=2, attempt=2, seconds=None))
    assert (found.first, found.final, found.build_seconds) == (REJECT, GOOD, None)


def test_a_unit_without_a_build_time_is_not_good_by_a_retest():
    found = state(judged(1, seconds=None), judged(1, id=2, attempt=2, seconds=None))
    assert (found.first, found.final) == (PENDING, PENDING)


def run_of(units, judgements, times, **changes) -> RunFacts:
    facts = RunFacts(
        1, "P1", RunKind.PILOT, 1, "b", "released", 20, "Line 2", operations=(10, 20), bar=BAR
    )
    rows = OperationTimes.of(times)
    return replace(facts, units=units, judgements=judgements, times=rows, **changes)


histories = st.lists(
    st.tuples(
        st.integers(1, 6),  # the unit
        st.sampled_from(["judge", "retest", "correct", "time"]),
        st.sampled_from(["pass", "fail", ""]),
        st.one_of(st.none(), st.floats(1, 900)),
    ),
    max_size=25,
)


def history_of(drawn) -> tuple[list[JudgementFacts], list[OperationTime]]:
    rows: list[JudgementFacts] = []
    times = []
    for n, (key, what, fit, seconds) in enumerate(drawn, 1):
        if what == "time":
            times.append(OperationTime(key, 10 * (1 + n % 2), seconds or 60.0))
            continue
        row = judged(key, fit=fit, seconds=seconds, id=n, attempt=2 if what == "retest" else 1)
        earlier = [r for r in rows if r.unit == key and r.supersedes is None]
        taken = {r.supersedes for r in rows}
        if what == "correct" and earlier and earlier[-1].id not in taken:
            row = row._replace(supersedes=earlier[-1].id, attempt=earlier[-1].attempt)
        rows.append(row)
    return rows, times


def said(reading: Reading):
    return reading.counted, reading.states, reading.sample, reading.judged, reading.rejects


@given(histories, st.data())
def test_a_reading_that_goes_on_says_what_one_of_all_records_says(drawn, data):
    rows, times = history_of(drawn)
    units = [unit(n, builder_class="engineer" if n % 3 == 0 else "line") for n in range(1, 7)]
    reading = None
    cut = [0, 0, 0]
    for _ in range(3):
        cut = [
            data.draw(st.integers(low, len(held)))
            for low, held in zip(cut, (units, rows, times), strict=True)
        ]
        known = {u.id for u in units[: cut[0]]}
        run = run_of(
            tuple(units[: cut[0]]),
            tuple(row for row in rows[: cut[1]] if row.unit in known),
            tuple(time for time in times[: cut[2]] if time.unit in known),
        )
        reading = Reading(run, reading)
        assert said(reading) == said(Reading(run))
        assert list(reading.states) == [u.id for u in run.units]


@pytest.mark.parametrize(
    "changes",
    [
        {"units": (unit(1, excluded="prototype clay"), unit(2))},
        {"judgements": (judged(2, fit="fail"), judged(1))},
        {"times": OperationTimes.of([OperationTime(2, 10, 5.0)])},
        {"bar": replace(BAR, sample=1)},
        {"instruction": "later"},
        {"operations": (10,)},
    ],
)
def test_a_reading_takes_nothing_from_one_of_other_records(changes):
    rows = (judged(1), judged(2, seconds=None))
    before = run_of((unit(1), unit(2)), rows, [OperationTime(2, 10, 60.0)])
    earlier = Reading(before)
    assert said(earlier)
    after = replace(before, **changes)
    assert said(Reading(after, earlier)) == said(Reading(after))


def test_a_reading_does_not_hold_the_one_before_it():
    first = Reading(run_of((unit(1),), (judged(1),), ()))
    assert said(first)
    second = Reading(run_of((unit(1), unit(2)), (judged(1),), ()), first)
    assert said(second)
    assert second.states[1] is first.states[1]
    assert second._known is None
