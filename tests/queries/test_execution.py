"""Runs, units, the line and the trace, as the doors read them: in a fixed number of queries."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from firstoff.errors import InvalidInput, NotFound
from firstoff.queries.execution import kept
from firstoff.queries.execution.line import is_serial, line, who_releases
from firstoff.queries.execution.runs import head, offered_bar, run, runs
from firstoff.queries.execution.units import export, reading, unit, units
from firstoff.queries.trace import find_units, unit_trace
from firstoff.services import execution
from firstoff.services.execution import PostedDefect, PostedMeasure
from tests.conftest import NOW
from tests.making import MINUTE, Pilot, judge, make_pilot, opened_pilot, start

LATER = NOW + timedelta(days=1)
LID = PostedDefect("D-101", "rocks by 0.4 mm")


def queries(ask: Any) -> int:
    with CaptureQueriesContext(connection) as seen:
        ask()
    return len(seen)


def worked(world: Any, pilot: Pilot, number: int, *, fails: bool = False) -> None:
    """A unit through its operations; a fail at the second one."""
    serial = f"{pilot.batch_id}-{number:03}"
    if number > 1:
        start(world, pilot, number)
    for seq in (10, 20, 30):
        began = NOW + (number * 20 + seq // 10) * MINUTE
        bad = fails and seq == 20
        execution.record_operation(
            run_id=pilot.run_id,
            serial=serial,
            seq=seq,
            began_at=began,
            ended_at=began + MINUTE,
            outcome="fail" if bad else "pass",
            defects=[LID] if bad else [],
            measures=[PostedMeasure("1", Decimal("0.61"))] if seq == 20 else [],
            by=world.ben,
            at=LATER,
        )
        if bad:
            return


@pytest.fixture
def pilot(world: Any) -> Pilot:
    return opened_pilot(world)


def test_runs_are_listed_newest_first_with_where_they_stand(world: Any, pilot: Pilot) -> None:
    execution.repeat_run(run_id=pilot.run_id, by=world.eli, at=LATER)
    found, total = runs(world.vic, program_id=pilot.program_id)
    assert [(r.batch_id, r.units, r.bar is not None, r.repeat_of) for r in found] == [
        ("CC1-P2", 0, False, "CC1-P1"),
        ("CC1-P1", 1, True, ""),
    ]
    assert (total, runs(world.cy)) == (2, ((), 0))


def test_a_list_of_runs_takes_as_many_queries_for_three_as_for_one(
    world: Any, pilot: Pilot
) -> None:
    one = queries(lambda: runs(world.vic))
    for _n in range(2):
        execution.repeat_run(run_id=pilot.run_id, by=world.eli, at=LATER)
    assert (queries(lambda: runs(world.vic)), one) == (6, 6)


def test_a_run_of_another_site_is_not_there(world: Any, pilot: Pilot) -> None:
    with pytest.raises(NotFound):
        run(world.cy, "STOKE", pilot.batch_id)
    with pytest.raises(NotFound):
        run(world.vic, "LEEDS", pilot.batch_id)


def test_the_head_of_a_run_says_what_its_setup_lacks(world: Any, pilot: Pilot) -> None:
    execution.record_setup(
        run_id=pilot.run_id, lines={"programme": "kiln 7"}, by=world.ben, at=LATER
    )
    found = head(world.vic, "STOKE", pilot.batch_id)
    assert ([g.key for g in found.setup_gaps], found.setup[0].value, found.setup[0].by) == (
        ["offsets", "profile", "mould", "calibration", "briefing"],
        "kiln 7",
        "Ben Tams",
    )
    assert [e.code for e in found.equipment] == ["L2-40"]
    assert found.first_article is not None
    assert found.first_article.passed


def test_the_head_of_a_run_takes_thirteen_queries(world: Any, pilot: Pilot) -> None:
    head(world.vic, "STOKE", pilot.batch_id)
    assert queries(lambda: head(world.vic, "STOKE", pilot.batch_id)) == 13


def test_a_repeat_is_offered_the_bar_of_the_batch_it_repeats(world: Any, pilot: Pilot) -> None:
    made = execution.repeat_run(run_id=pilot.run_id, by=world.eli, at=LATER)
    offered = offered_bar(run(world.ada, "STOKE", made.batch_id))
    assert offered is not None
    assert (offered.sample, offered.max_rejects) == (20, 1)


# ---------------------------------------------------------------- units


def test_units_say_what_became_of_each_and_why_some_do_not_count(world: Any, pilot: Pilot) -> None:
    worked(world, pilot, 1)
    worked(world, pilot, 2, fails=True)
    start(world, pilot, 3)
    start(world, pilot, 4, serial="CC1-P1-X04", equipment="B-01")
    page = units(run(world.vic, "STOKE", pilot.batch_id))
    assert [(u.serial, u.first, u.counts, u.build_seconds) for u in page.items] == [
        ("CC1-P1-001", "good", True, 180.0),
        ("CC1-P1-002", "reject", True, None),
        ("CC1-P1-003", "pending", True, None),
        ("CC1-P1-X04", "pending", False, None),
    ]
    assert page.counts == {"": 4, "rejects": 1, "not-counting": 1, "pending": 2}
    assert page.items[1].defects[0].name == "Lid does not seat"
    assert page.items[3].reasons == (
        "built on bench equipment (B-01), not on production equipment",
    )


def test_units_can_be_filtered_searched_sorted_and_paged(world: Any, pilot: Pilot) -> None:
    for number in (2, 3, 4):
        start(world, pilot, number)
    judge(world, pilot, 3, fit="", defects=[LID])
    found = run(world.vic, "STOKE", pilot.batch_id)

    def serials(**asked: Any) -> list[str]:
        return [u.serial[-3:] for u in units(found, **asked).items]

    assert serials(show="rejects") == ["003"]
    assert serials(search="-00", sort="-serial") == ["004", "003", "002", "001"]
    assert serials(sort="result")[0] == "003"
    assert serials(offset=1, limit=2) == ["002", "003"]
    assert units(found, search="004").total == 1
    with pytest.raises(InvalidInput):
        units(found, show="everything")
    with pytest.raises(InvalidInput):
        units(found, sort="; drop table")


def test_a_page_of_units_takes_as_many_queries_for_three_as_for_one(
    world: Any, pilot: Pilot
) -> None:
    found = run(world.vic, "STOKE", pilot.batch_id)
    one = queries(lambda: units(found))
    again = queries(lambda: units(found))
    worked(world, pilot, 2, fails=True)
    read_on = queries(lambda: units(found))
    for number in (3, 4, 5):
        worked(world, pilot, number, fails=True)
    assert (queries(lambda: units(found)), again) == (read_on, 1)
    kept.forget()
    worked(world, pilot, 6)
    assert queries(lambda: units(found)) == one


def test_a_change_of_any_record_shows_at_once(world: Any, pilot: Pilot) -> None:
    found = run(world.vic, "STOKE", pilot.batch_id)
    assert units(found).items[0].first == "pending"
    judge(world, pilot, 1)
    assert units(found).items[0].first == "good"
    assert reading(found).judged == 1


def test_the_export_is_exactly_what_is_shown_in_the_time_of_the_site(
    world: Any, pilot: Pilot
) -> None:
    judge(world, pilot, 1, fit="", defects=[LID])
    found = run(world.vic, "STOKE", pilot.batch_id)
    (row,) = export(found, show="rejects")
    assert (row[0], str(row[2]), row[5], row[10], row[11], row[15]) == (
        "CC1-P1-001",
        "2026-05-08 10:01:00+01:00",
        "reject",
        5.0,
        "D-101",
        "yes",
    )
    assert list(export(found, show="pending")) == []


def test_one_unit_is_found_by_its_serial(world: Any, pilot: Pilot) -> None:
    found = run(world.vic, "STOKE", pilot.batch_id)
    one = unit(found, "CC1-P1-001")
    assert one is not None
    assert (one.position, unit(found, "CC1-P1-009")) == (1, None)


# ---------------------------------------------------------------- the line


def test_the_line_shows_the_next_operation_with_limits_and_defects(
    world: Any, pilot: Pilot
) -> None:
    found = run(world.ben, "STOKE", pilot.batch_id)
    began = NOW + 5 * MINUTE
    execution.record_operation(
        run_id=pilot.run_id,
        serial="CC1-P1-001",
        seq=10,
        began_at=began,
        ended_at=began + MINUTE,
        outcome="pass",
        by=world.ben,
        at=LATER,
    )
    view = line(found, "CC1-P1-001")
    unit_ = view.unit
    assert unit_ is not None
    assert unit_.operation is not None
    assert (unit_.operation.seq, unit_.place, unit_.began_at, view.next_serial) == (
        20,
        2,
        began + MINUTE,
        "CC1-P1-002",
    )
    assert [(c.number, c.limits) for c in unit_.characteristics] == [
        ("1", "0.30 to 0.90\u00a0mm"),
        ("2", ""),
    ]
    assert [c.code for c in view.codes] == ["D-101", "D-204", "D-300"]


def test_the_line_says_when_a_unit_failed_is_done_or_is_not_there(
    world: Any, pilot: Pilot
) -> None:
    worked(world, pilot, 1)
    worked(world, pilot, 2, fails=True)
    found = run(world.ben, "STOKE", pilot.batch_id)
    done, failed = line(found, "CC1-P1-001").unit, line(found, "CC1-P1-002").unit
    assert done is not None
    assert failed is not None
    assert (done.finished, done.failed, failed.finished, failed.failed) == (
        True,
        False,
        False,
        True,
    )
    assert line(found, "CC1-P1-003").unit is None
    assert line(found).codes[0].code == "D-101"  # met most often


def test_the_line_takes_as_many_queries_for_three_units_as_for_one(
    world: Any, pilot: Pilot
) -> None:
    found = run(world.ben, "STOKE", pilot.batch_id)
    one = queries(lambda: line(found, "CC1-P1-001"))
    for number in (2, 3):
        worked(world, pilot, number)
    assert queries(lambda: line(found, "CC1-P1-001")) == one <= 13


def test_what_is_scanned_is_recognised_as_a_serial_of_the_run(world: Any, pilot: Pilot) -> None:
    found = run(world.ben, "STOKE", pilot.batch_id)
    assert [is_serial(found, t) for t in ("CC1-P1-002", "CC1-P1-X02", "D-101", "")] == [
        True,
        True,
        False,
        False,
    ]


def test_who_can_lift_a_refusal_is_named(world: Any) -> None:
    assert who_releases(world.site.pk) == ("Ada Okafor",)


# ---------------------------------------------------------------- the trace


def test_a_unit_leads_to_everything_recorded_about_it(world: Any, pilot: Pilot) -> None:
    execution.record_adjustment(
        run_id=pilot.run_id,
        what="Ring press",
        before="30 N",
        after="35 N",
        reason="Ring loose.",
        by=world.ben,
        at=NOW + 3 * MINUTE,
    )
    worked(world, pilot, 1, fails=True)
    judge(world, pilot, 1, attempt="rework", build_seconds=None, at=LATER)
    found = unit_trace(world.vic, "STOKE", "CC-1", "CC1-P1-001")
    assert (found.state.first, found.state.final, found.operator, found.equipment) == (
        "reject",
        "good",
        "Ben Tams",
        "L2-40",
    )
    assert [(o.seq, o.outcome, o.seconds) for o in found.operations] == [
        (10, "pass", 60.0),
        (20, "fail", 60.0),
    ]
    assert [(j.attempt, j.kind) for j in found.judgements] == [(1, "first"), (2, "rework")]
    assert found.judgements[0].defects[0].note == "rocks by 0.4 mm"
    (test,) = found.tests
    assert [(r.line.characteristic, r.value) for r in test.results] == [("1", 0.61)]
    assert [(str(r.line.lower), str(r.line.upper)) for r in test.results] == [("0.30", "0.90")]
    assert [e.what for e in found.events] == [
        "First article inspection passed: 2 of 2 characteristics conform",
        "Ring press: 30 N to 35 N",
    ]
    assert [e.verb for e in found.entries] == [
        "execution.start_unit",
        "execution.record_operation",
        "execution.record_operation",
        "execution.judge_unit",
    ]


def test_a_trace_leads_to_the_neighbours_and_to_the_file(world: Any, pilot: Pilot) -> None:
    raw = b"serial,fit,finish,function,build_minutes\nCC1-P1-002,ok,ok,ok,5\n"
    execution.import_file(run_id=pilot.run_id, raw=raw, name="log.csv", by=world.ben, at=LATER)
    found = unit_trace(world.vic, "STOKE", "CC-1", "CC1-P1-002")
    assert (found.sources, found.before, found.after) == (("log.csv",), "CC1-P1-001", "")


def test_a_unit_made_out_of_another_is_named_on_both(world: Any, pilot: Pilot) -> None:
    start(world, pilot, 2, previous_serial="CC1-P1-001")
    first = unit_trace(world.vic, "STOKE", "CC-1", "CC1-P1-001")
    second = unit_trace(world.vic, "STOKE", "CC-1", "CC1-P1-002")
    assert (first.made_into, second.previous_serial) == (("CC1-P1-002",), "CC1-P1-001")


def test_a_serial_with_spaces_and_slashes_is_found(world: Any) -> None:
    pilot = make_pilot(world, serial_pattern="")
    start(world, pilot, 1, serial="A/1 é_Ω")
    assert unit_trace(world.vic, "STOKE", "CC-1", "A/1 é_Ω").position == 1
    assert find_units(world.vic, "/1 é")[0] == (("STOKE", "CC-1", "A/1 é_Ω", "CC1-P1"),)


def test_a_trace_takes_as_many_queries_for_much_as_for_little(world: Any, pilot: Pilot) -> None:
    worked(world, pilot, 1)
    ask = lambda: unit_trace(world.vic, "STOKE", "CC-1", "CC1-P1-001")  # noqa: E731
    one = queries(ask)
    for _n in range(3):
        judge(world, pilot, 1, attempt="retest", build_seconds=None, at=LATER)
    assert queries(ask) == one <= 24


def test_a_trace_of_another_site_is_not_there(world: Any, pilot: Pilot) -> None:
    with pytest.raises(NotFound):
        unit_trace(world.cy, "STOKE", "CC-1", "CC1-P1-001")
    assert find_units(world.cy, "CC1") == ((), 0)
