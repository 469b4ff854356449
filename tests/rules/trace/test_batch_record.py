"""The batch record: each kind of gap by an example, deviations, levels, the clause, closing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstoff.rules.execution import SETUP_ITEMS
from firstoff.rules.trace.batch_record import (
    KINDS,
    BatchRecord,
    Contained,
    Deviation,
    EquipmentMade,
    EquipmentUse,
    LotMade,
    LotUse,
    MadeTest,
    OpenAction,
    OperationMade,
    ParameterMade,
    PlanAsks,
    RunMade,
    UnitMade,
    batch_record,
    closing_refusal,
    folded,
    gather,
    look,
    record_digest,
    spans,
    together,
)
from firstoff.rules.trace.then import CalibrationFacts
from firstoff.terms import CalibrationResult, UnitResult

NOW = datetime(2026, 5, 8, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
PLAN = PlanAsks(
    operations={10: "Fit the ring", 20: "Seat the lid"},
    asked={"1": "Lid clearance"},
    critical=frozenset({"1"}),
    variable=frozenset({"1"}),
    instruction="a" * 64,
)
ASKING = replace(PLAN, parameters={20: ("torque",)})
TORQUE = ParameterMade("torque", Decimal(5), Decimal(4), Decimal(6), "Nm")
HIGH = TORQUE._replace(value=Decimal(9))
DONE = (
    OperationMade(10, passed=True, equipment=True),
    OperationMade(20, True, True, "", (TORQUE,)),
)
TEST = MadeTest("Lid", True, frozenset({"1"}), frozenset({"1"}), True, True)
ONES = frozenset({"1"})
RUN = RunMade(
    batch_id="CC1-P1",
    planned=4,
    plan=PLAN,
    decides=True,
    decided=True,
    setup={item.key: "done" for item in SETUP_ITEMS},
    first_article=("CC1-001", True),
    lots={
        1: LotMade("L1", "GLZ", "Acme A-1", supplier_lot="S1", status="accepted"),
        2: LotMade("L2", "GLZ", "Acme A-1", supplier_lot="S2", status="accepted"),
    },
    equipment={7: EquipmentMade("ST40", "Station", "machine")},
    people={3: "Ben"},
)


def unit(position: int, **given: Any) -> UnitMade:
    values: dict[str, Any] = {
        "instruction": PLAN.instruction,
        "result": UnitResult.GOOD,
        "labelled": True,
        "operations": DONE,
        "tests": (TEST,),
        "lots": (LotUse(1, NOW, 20_000),),
        "designated": True,
        "uses": (EquipmentUse(7, NOW),),
        "people": (3,),
        **given,
    }
    return UnitMade(position, f"CC1-{position:03}", **values)


def units(**of_the_third: Any) -> list[UnitMade]:
    """Four units, the third of which differs."""
    return [unit(1), unit(2), unit(3, **of_the_third), unit(4)]


def read(run: RunMade = RUN, made: list[UnitMade] | None = None) -> BatchRecord:
    return batch_record(run, gather([look(one, run.plan) for one in made or units()]))


def keys(record: BatchRecord) -> list[str]:
    return [gap.key for gap in record.open]


def test_a_whole_batch_has_no_gap() -> None:
    assert (keys(read()), read().headline) == ([], "4 of 4 units complete; no gap is open.")


Case = tuple[str, str, Callable[[], BatchRecord]]


def _lot(**given: Any) -> RunMade:
    return replace(RUN, lots={**RUN.lots, 2: replace(RUN.lots[2], **given)})


def _machine(kind: str, *calibrations: CalibrationFacts, **given: Any) -> RunMade:
    return replace(RUN, equipment={7: EquipmentMade("G1", "Gauge", kind, calibrations, **given)})


PASS, FAIL = CalibrationResult.PASS, CalibrationResult.FAIL
SECOND = {"lots": (LotUse(2, NOW, 20_000),)}
CASES: tuple[Case, ...] = (
    (
        "setup_line:offsets",
        "The setup line “Tooling offsets” is not filled in.",
        lambda: read(replace(RUN, setup={**RUN.setup, "offsets": " "})),
    ),
    (
        "units_missing:2",
        "2 of 6 planned units are not started.",
        lambda: read(replace(RUN, planned=6)),
    ),
    (
        "operation_missing:20",
        "Operation 20 Seat the lid has no record for 1 unit.",
        lambda: read(made=units(operations=DONE[:1])),
    ),
    (
        "operation_failed:20",
        "Operation 20 Seat the lid failed last on 1 unit, and nothing followed.",
        lambda: read(made=units(operations=(DONE[0], DONE[1]._replace(passed=False)))),
    ),
    (
        "operation_equipment:10",
        "Operation 10 Fit the ring names no equipment for 1 unit.",
        lambda: read(made=units(operations=(DONE[0]._replace(equipment=False), DONE[1]))),
    ),
    (
        "operation_instruction:10",
        "Operation 10 Fit the ring followed other instructions than those of the baseline on "
        "1 unit.",
        lambda: read(made=units(operations=(DONE[0]._replace(instruction="b" * 64), DONE[1]))),
    ),
    (
        "parameter_outside:20:torque",
        "Torque at operation 20 Seat the lid was outside its limits on 1 unit.",
        lambda: read(
            made=units(
                operations=(
                    DONE[0],
                    DONE[1]._replace(parameters=(HIGH,)),
                )
            )
        ),
    ),
    (
        "parameter_asked:20:torque",
        "Torque at operation 20 Seat the lid is not recorded for 1 unit; the plan asks for it.",
        lambda: read(
            replace(RUN, plan=ASKING),
            made=units(operations=(DONE[0], DONE[1]._replace(parameters=()))),
        ),
    ),
    (
        "parameter_missing:20:torque",
        "Torque at operation 20 Seat the lid is not recorded for 1 unit; most units of the run "
        "have it.",
        lambda: read(made=units(operations=(DONE[0], DONE[1]._replace(parameters=())))),
    ),
    (
        "first_article:",
        "No first article is recorded.",
        lambda: read(replace(RUN, first_article=None)),
    ),
    (
        "first_article:CC1-001",
        "The first article CC1-001 did not pass.",
        lambda: read(replace(RUN, first_article=("CC1-001", False))),
    ),
    (
        "material_none:",
        "No lot of material is recorded, neither for a unit nor for the batch.",
        lambda: read(replace(RUN, lots={}), [unit(n, lots=()) for n in range(1, 5)]),
    ),
    (
        "material_missing:GLZ",
        "GLZ is not recorded for 1 unit; most units of the run hold it.",
        lambda: read(made=units(lots=())),
    ),
    (
        "lot_status:GLZ/L2",
        "Lot L2 of GLZ (Acme A-1) was not accepted when it went into 1 unit.",
        lambda: read(_lot(statuses=((NOW + DAY, "accepted"),)), units(**SECOND)),
    ),
    (
        "lot_expired:GLZ/L2",
        "Lot L2 of GLZ (Acme A-1) had expired when it went into 1 unit.",
        lambda: read(_lot(expires=date(2026, 5, 7)), units(**SECOND)),
    ),
    (
        "equipment_calibration:G1",
        "G1 Gauge was not in calibration, or nothing shows that it was. It made or measured "
        "4 units.",
        lambda: read(_machine("gauge")),
    ),
    (
        "result_missing:",
        "The result is not complete for 1 unit.",
        lambda: read(made=units(result=UnitResult.PENDING)),
    ),
    (
        "reject_open:",
        "Rejected and not resolved: 1 unit.",
        lambda: read(made=units(result=UnitResult.REJECT)),
    ),
    (
        "test_failed:Lid",
        "The last test Lid failed or gave no result on 1 unit.",
        lambda: read(made=units(tests=(TEST._replace(passed=None),))),
    ),
    (
        "characteristic_missing:1",
        "Lid clearance (1) has no result for 1 unit.",
        lambda: read(made=units(tests=())),
    ),
    (
        "label:",
        "No label was scanned back on 1 unit.",
        lambda: read(made=units(labelled=False)),
    ),
    (
        "containment:C-0001",
        "C-0001 Crazing is open and has 2 units of this run.",
        lambda: read(replace(RUN, contained=(Contained("C-0001", "Crazing", frozenset({2, 3})),))),
    ),
    (
        "cause_unknown:D-101",
        "The cause of D-101 is unknown on 1 unit.",
        lambda: read(replace(RUN, unknown_causes={"D-101": frozenset({4})})),
    ),
    (
        "action_open:CA-0001",
        "CA-0001 against D-101 is proposed and not in force.",
        lambda: read(replace(RUN, actions=(OpenAction("CA-0001", "D-101"),))),
    ),
    (
        "decision:",
        "Nobody has signed the pilot run off or held it.",
        lambda: read(replace(RUN, decided=False)),
    ),
)


@pytest.mark.parametrize(("key", "said", "made"), CASES, ids=[case[0] for case in CASES])
def test_a_gap_is_told_in_a_sentence(key: str, said: str, made: Callable[[], BatchRecord]) -> None:
    assert [(gap.key, gap.said) for gap in made().open] == [(key, said)]


def test_every_kind_has_an_example() -> None:
    assert {kind.name for kind in KINDS} == {key.partition(":")[0] for key, _, _ in CASES}


@pytest.mark.parametrize("kind", KINDS, ids=[kind.name for kind in KINDS])
def test_every_kind_says_its_rule_and_the_way_out(kind: Any) -> None:
    assert (kind.rule[:2], kind.way_out[-1]) == ("R-", ".")


def test_what_was_scrapped_needs_nothing_after() -> None:
    scrapped = units(
        scrapped=True, operations=DONE[:1], tests=(), labelled=False, result=UnitResult.REJECT
    )
    assert keys(read(made=scrapped)) == []


def test_a_reject_let_pass_by_concession_is_resolved() -> None:
    assert keys(read(made=units(result=UnitResult.REJECT, conceded=True))) == []


def test_an_operation_on_the_batch_counts_for_every_unit() -> None:
    run = replace(RUN, batch_operations=frozenset({20}))
    assert keys(read(run, [unit(n, operations=DONE[:1]) for n in range(1, 5)])) == []


def test_a_lot_of_the_batch_counts_for_every_unit() -> None:
    assert keys(read(_lot(in_batch=True, batch_at=NOW), units(lots=()))) == []


def test_a_part_that_few_units_hold_is_no_gap_of_the_others() -> None:
    assert keys(read(made=units(parts=frozenset({"PCBA"})))) == []


def test_a_machine_without_calibration_is_no_gap() -> None:
    assert keys(read()) == []


@pytest.mark.parametrize(
    ("calibrations", "expected"),
    [
        ((CalibrationFacts(NOW - DAY, PASS, PASS, None),), []),
        ((CalibrationFacts(NOW - DAY, PASS, PASS, date(2026, 5, 7)),), ["G1"]),
        ((CalibrationFacts(NOW - DAY, PASS, FAIL, None),), ["G1"]),
        (
            (
                CalibrationFacts(NOW - DAY, PASS, PASS, None),
                CalibrationFacts(NOW + DAY, FAIL, PASS, None),
            ),
            ["G1"],
        ),
    ],
    ids=["in calibration", "overdue", "left failing", "found failing later"],
)
def test_a_gauge_stands_as_it_stood_then(
    calibrations: tuple[CalibrationFacts, ...], expected: list[str]
) -> None:
    found = keys(read(_machine("gauge", *calibrations)))
    assert found == [f"equipment_calibration:{code}" for code in expected]


def test_only_what_was_measured_after_the_due_date_is_in_doubt() -> None:
    run = _machine("gauge", due=date(2026, 5, 8))
    later = units(uses=(EquipmentUse(7, NOW + DAY),))
    assert [gap.units for gap in read(run, later).open] == [((3, 3),)]


# ---------------------------------------------------------------- deviations


def signed(gap: str, *scope: tuple[int, int]) -> RunMade:
    return replace(RUN, deviations=(Deviation(gap, scope, "Judged.", "Ada", NOW, "u"),))


def test_a_gap_signed_for_is_closed_and_stays_in_sight() -> None:
    found = read(signed("label:", (3, 3)), units(labelled=False))
    assert (keys(found), [gap.said for gap in found.accepted], found.complete) == (
        [],
        ["No label was scanned back on 1 unit."],
        4,
    )


def test_a_gap_that_grew_is_open_where_nobody_signed() -> None:
    made = [unit(1, labelled=False), unit(2), unit(3, labelled=False), unit(4)]
    found = read(signed("label:", (3, 3)), made)
    assert [(gap.said, gap.units) for gap in found.open] == [
        ("No label was scanned back on 1 unit.", ((1, 1),))
    ]


def test_a_gap_of_the_run_is_signed_for_as_a_whole() -> None:
    run = replace(signed("first_article:"), first_article=None)
    assert keys(read(run)) == []


# Ways to spoil a unit, and a run, each with its own gap.
SPOILT: tuple[dict[str, Any], ...] = (
    {},
    {"labelled": False},
    {"operations": ()},
    {"tests": ()},
    {"lots": ()},
    {"result": UnitResult.REJECT},
    {"result": UnitResult.PENDING},
    {"lots": (LotUse(2, NOW - 9 * DAY, 1),)},
)
AROUND: tuple[dict[str, Any], ...] = (
    {"setup": {}},
    {"first_article": None},
    {"decided": False},
    {"planned": 40},
    {"contained": (Contained("C-0009", "x", frozenset({1})),)},
    {"unknown_causes": {"D-1": frozenset({1})}},
    {"actions": (OpenAction("CA-0001", "D-1"),)},
    {"equipment": {7: EquipmentMade("G1", "Gauge", "gauge")}},
    {"lots": {k: replace(v, statuses=((NOW, "accepted"),)) for k, v in RUN.lots.items()}},
)


@given(
    st.lists(st.sampled_from(SPOILT), min_size=1, max_size=12),
    st.lists(st.sampled_from(AROUND), max_size=4),
)
def test_signing_for_every_gap_makes_the_record_complete(
    spoilt: list[dict[str, Any]], around: list[dict[str, Any]]
) -> None:
    run = replace(RUN, planned=1)
    for change in around:
        run = replace(run, **change)
    made = [unit(n, **change) for n, change in enumerate(spoilt, start=1)]
    before = read(run, made)
    for gap in before.open:
        one = Deviation(gap.key, gap.units, "Judged.", "Ada", NOW, gap.key)
        run = replace(run, deviations=(*run.deviations, one))
    after = read(run, made)
    assert (keys(after), after.complete, closing_refusal("B", after)) == ([], len(made), None)


@given(st.lists(st.sampled_from(SPOILT), min_size=1, max_size=12))
def test_the_sections_add_up_to_the_units_complete(spoilt: list[dict[str, Any]]) -> None:
    made = [unit(n, **change) for n, change in enumerate(spoilt, start=1)]
    found = read(replace(RUN, planned=1), made)
    assert found.complete <= min(section.complete for section in found.sections)
    assert [s.open for s in found.sections if s.complete < s.units and not s.open] == []


@given(st.sets(st.integers(1, 60)))
def test_spans_hold_each_position_once(positions: set[int]) -> None:
    held = [p for a, b in spans(positions) for p in range(a, b + 1)]
    assert held == sorted(positions)


@given(st.lists(st.sampled_from(SPOILT), max_size=12), st.integers(1, 5))
def test_units_are_gathered_by_stretches_as_at_once(
    spoilt: list[dict[str, Any]], length: int
) -> None:
    looks = [look(unit(n, **change), PLAN) for n, change in enumerate(spoilt, start=1)]
    parts = [gather(looks[n : n + length]) for n in range(0, len(looks), length)]
    assert batch_record(RUN, together(parts)) == batch_record(RUN, gather(looks))


def test_units_are_folded_into_ranges() -> None:
    names = {n: f"S{n}" for n in range(1, 40)}
    told = folded(spans([1, 2, 3, 5, 8, 9, 20]), names, most=3)
    assert told == "S1 to S3, S5, S8, S9 and 1 more"


# ---------------------------------------------------------------- levels, the clause


def levels(run: RunMade = RUN, made: list[UnitMade] | None = None) -> tuple[str, str]:
    found = read(run, made)
    return found.material.name, found.process.name


def test_a_batch_with_everything_reaches_the_highest_levels() -> None:
    assert levels() == ("M4", "P4")


@pytest.mark.parametrize(
    ("change", "reached"),
    [
        ({"designated": False}, ("M3", "P4")),
        ({"lots": ()}, ("M2", "P4")),
        ({"tests": (TEST._replace(attached=False),)}, ("M4", "P3")),
        ({"tests": (TEST._replace(values=frozenset(), attached=False),)}, ("M4", "P2")),
        ({"operations": DONE[:1]}, ("M4", "P1")),
        ({"result": UnitResult.PENDING}, ("M4", "none")),
    ],
)
def test_one_unit_short_is_a_level_short(change: dict[str, Any], reached: tuple[str, str]) -> None:
    assert levels(made=units(**change)) == reached


def test_a_lot_without_its_maker_reaches_no_level_of_material() -> None:
    found = read(_lot(maker=""), units(**SECOND)).material
    step = found.steps[0]
    assert (found.name, step.missing, step.example) == (
        "none",
        "1 of 2 lots name no manufacturer part.",
        "GLZ lot L2",
    )


def test_a_lot_of_the_batch_alone_stops_before_the_third_level() -> None:
    run = replace(
        RUN,
        lots={1: replace(RUN.lots[1], in_batch=True, batch_at=NOW, batch_quantity=1)},
    )
    found = read(run, [unit(n, lots=()) for n in range(1, 5)]).material
    assert (found.name, found.next and found.next.missing) == (
        "M2",
        "4 of 4 units do not hold the lot of every part. GLZ: for the batch only.",
    )


def test_the_next_level_says_what_it_lacks_with_an_example() -> None:
    step = read(made=units(tests=(TEST._replace(attached=False),))).process.next
    assert step is not None
    assert (step.name, step.missing, step.example) == (
        "P4",
        "1 of 4 units have no file or picture kept with a test.",
        "CC1-003",
    )


def test_nothing_recorded_reaches_nothing() -> None:
    found = batch_record(replace(RUN, lots={}), gather([]))
    assert (found.material.name, found.process.name) == ("none", "none")


def test_the_clause_is_shown_by_figures_or_not_shown() -> None:
    found = read(made=units(labelled=False)).statement
    assert [(s.shown, s.says) for s in found] == [
        (
            False,
            "Each of 4 units has a serial number of its own; 3 carry a label that was scanned "
            "back.",
        ),
        (
            True,
            "4 of 4 units have a complete result; 4 have a record of every operation of the plan.",
        ),
        (
            True,
            "A serial number names one unit for ever; 2 lots of material are recorded. Records "
            "cannot be changed or deleted, and are chained by hash.",
        ),
    ]


# ---------------------------------------------------------------- closing


def test_a_run_with_gaps_is_not_closed() -> None:
    refused = closing_refusal("CC1-P1", read(made=units(labelled=False)))
    assert refused is not None
    assert (refused.code, refused.message, refused.way_out) == (
        "R-39",
        "CC1-P1 cannot be closed: its batch record has 1 gap. No label was scanned back on "
        "1 unit.",
        "Close each gap, or accept it by a signed deviation.",
    )


def test_a_run_without_units_is_not_closed() -> None:
    refused = closing_refusal("CC1-P1", batch_record(replace(RUN, planned=0), gather([])))
    assert refused is not None
    assert refused.message == "No unit of CC1-P1 is started; there is nothing to close."


def test_the_digest_is_of_what_the_record_says() -> None:
    same, other = read(), read(made=units(labelled=False))
    assert (record_digest(read()) == record_digest(same), record_digest(other) == record_digest(
        same
    )) == (True, False)  # fmt: skip
