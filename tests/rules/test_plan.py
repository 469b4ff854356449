"""Operations, equipment and baselines: what they may be, and when one is the same as another."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from firstoff.errors import InvalidInput, Refused
from firstoff.rules import ledger
from firstoff.rules.plan import (
    CatalogueCode,
    Definition,
    Difference,
    EquipmentFacts,
    PlanOperation,
    baseline_content,
    check_catalogue_code,
    check_category,
    check_definition,
    check_equipment,
    check_freeze,
    check_operation,
    check_operations,
    differences,
    equipment_state,
    freeze_stops,
    instruction_digest,
    next_seq,
    plan_gaps,
    plan_release_stops,
    read_baseline,
    renumbered,
    total_minutes,
)
from firstoff.rules.product import CharacteristicFacts, ProgramFacts, check_characteristics
from firstoff.terms import (
    CharacteristicClass,
    CharacteristicKind,
    EquipmentClass,
    EquipmentKind,
)

SEAT = PlanOperation(40, "Seat the lid", Decimal("2.5"), "Lower the lid.", jig="J-02")
LABEL = PlanOperation(50, "Apply label", Decimal("0.4"), "Label it.", jig_not_needed=True)
GAP = CharacteristicFacts(
    "1",
    "Lid clearance",
    CharacteristicKind.VARIABLE,
    CharacteristicClass.CRITICAL,
    lower=Decimal("0.30"),
    upper=Decimal("0.90"),
    unit="mm",
    method="G-11",
)
TODAY = date(2026, 5, 8)


def frozen(**changes: Any) -> str:
    values: dict[str, Any] = {
        "part": "CC-1",
        "part_name": "Crock",
        "revision": "C",
        "plan": "1",
        "operations": [SEAT, LABEL],
        "characteristics": check_characteristics([GAP, replace(GAP, number="10")]),
    }
    return ledger.canonical(baseline_content(**{**values, **changes}))


@pytest.mark.parametrize(
    ("days", "retired", "state"),
    [
        (None, False, "in_use"),
        (-1, False, "overdue"),
        (0, False, "due_soon"),
        (30, False, "due_soon"),
        (31, False, "calibrated"),
        (-1, True, "retired"),
    ],
)
def test_where_a_piece_of_equipment_stands(days: int | None, retired: bool, state: str) -> None:
    due = None if days is None else TODAY + timedelta(days=days)
    gone = datetime(2026, 5, 1, tzinfo=UTC) if retired else None

    assert equipment_state(due, gone, TODAY).value == state


def test_equipment_is_trimmed_and_has_a_code() -> None:
    found = EquipmentFacts("J-02", " Jig ", EquipmentKind.JIG, EquipmentClass.BENCH, " L2 ")

    assert check_equipment(found) == replace(found, name="Jig", line="L2")
    with pytest.raises(InvalidInput):
        check_equipment(replace(found, code=" "))


def test_operations_stand_in_order_once_each() -> None:
    assert check_operations([LABEL, SEAT]) == (SEAT, LABEL)
    with pytest.raises(InvalidInput) as refused:
        check_operations([SEAT, LABEL, SEAT])
    assert (refused.value.message, refused.value.details["row"]) == (
        "Operation 40 is there twice.",
        2,
    )
    checked = check_operation(replace(SEAT, characteristics=("10", "2", "2"), name=" Seat "))
    assert (checked.characteristics, checked.name) == (("2", "10"), "Seat")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"seq": 0}, "seq"),
        ({"standard_minutes": Decimal(0)}, "standard_minutes"),
        ({"standard_minutes": Decimal("NaN")}, "standard_minutes"),
        ({"standard_minutes": Decimal("0.0001")}, "standard_minutes"),
        ({"standard_minutes": Decimal(100_000)}, "standard_minutes"),
        ({"jig_not_needed": True}, "jig"),
        ({"instruction": "x" * 20_001}, "instruction"),
        ({"caution": "x\x00"}, "caution"),
        ({"required_skill": "x" * 121}, "required_skill"),
        ({"work_centre": "a\nb"}, "work_centre"),
    ],
)
def test_the_field_that_is_wrong_is_named(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_operation(replace(SEAT, **changes))
    assert refused.value.details["field"] == field


def test_numbers_are_given_in_tens() -> None:
    assert [next_seq([]), next_seq([10]), next_seq([10, 25])] == [10, 20, 30]
    assert renumbered([50, 15, 40], [15, 40, 50]) == {50: 10, 15: 20, 40: 30}
    for order in ([50], [50, 50, 15], [1, 2, 3]):
        with pytest.raises(InvalidInput):
            renumbered(order, [15, 40, 50])


def test_the_standard_time_of_a_unit_is_known_once_each_is() -> None:
    assert total_minutes([SEAT, LABEL]) == Decimal("2.9")
    assert total_minutes([SEAT, replace(LABEL, standard_minutes=None)]) is None
    assert total_minutes([]) is None


def test_what_a_plan_lacks_is_said_in_order() -> None:
    bare = PlanOperation(60, "Inspect")

    assert plan_gaps([SEAT, LABEL]) == ()
    assert [(g.kind, g.seq) for g in plan_gaps([bare])] == [
        ("instruction", 60),
        ("jig", 60),
        ("standard_time", 60),
    ]
    assert plan_release_stops([]) == ("It has no operation.",)


def test_a_defect_code_is_about_something_that_can_fail() -> None:
    assert check_catalogue_code(CatalogueCode("D-1", " Foul ", "fit")).name == "Foul"
    with pytest.raises(InvalidInput) as refused:
        check_category("looks")
    assert refused.value.way_out == "Expected one of fit, finish, function, build_time."


def test_all_that_stops_a_freeze_is_said_at_once() -> None:
    found = freeze_stops(
        revision_status="draft",
        plan_status="draft",
        operations=[],
        characteristics=[replace(GAP, method="")],
    )

    assert found == (
        "The part revision is a draft; release it first.",
        "The process plan is a draft; release it first.",
        "The process plan has no operation.",
        "1 Lid clearance is critical and names no measuring method or gauge.",
    )
    with pytest.raises(Refused) as refused:
        check_freeze(found)
    assert (refused.value.code, refused.value.details["stops"]) == ("R-11", list(found))
    check_freeze(())


def test_the_same_definition_gives_the_same_id_however_it_is_written() -> None:
    same = frozen(
        operations=[LABEL, replace(SEAT, standard_minutes=Decimal("2.500"))],
        characteristics=check_characteristics([replace(GAP, number="10"), GAP]),
    )

    assert ledger.text_digest(same) == ledger.text_digest(frozen())
    assert ledger.text_digest(frozen(plan="2")) != ledger.text_digest(frozen())


def test_a_baseline_is_read_back_as_it_was() -> None:
    facts = read_baseline(frozen())

    assert facts.operations == (SEAT, LABEL)
    assert [c.number for c in facts.characteristics] == ["1", "10"]
    assert facts.characteristics[0].limits == "0.30 to 0.90\u00a0mm"
    assert facts.measured == ("1", "10")
    assert facts.digest == ledger.text_digest(frozen())
    assert facts.standard_minutes == Decimal("2.9")
    with pytest.raises(InvalidInput):
        read_baseline(json.dumps({"format": "something else"}))


def test_the_instructions_have_an_identity_of_their_own() -> None:
    base = instruction_digest([SEAT, LABEL])

    assert instruction_digest([LABEL, replace(SEAT, standard_minutes=Decimal(9))]) == base
    assert instruction_digest([SEAT, replace(LABEL, caution="Hot.")]) != base


def test_what_two_baselines_say_differently() -> None:
    before = read_baseline(frozen())
    wider = check_characteristics([replace(GAP, upper=Decimal("0.95"))])
    after = read_baseline(
        frozen(
            revision="D",
            operations=[replace(SEAT, jig="", jig_not_needed=True, characteristics=("1",))],
            characteristics=wider,
        )
    )

    assert differences(before, before) == ()
    assert differences(before, after) == (
        Difference("Revision", "C", "D"),
        Difference("Characteristic 1, upper", "0.90", "0.95"),
        Difference("Characteristic 10", "Lid clearance", ""),
        Difference("Operation 40, jig", "J-02", ""),
        Difference("Operation 40, jig not needed", "no", "yes"),
        Difference("Operation 40, characteristics", "", "1"),
        Difference("Operation 50", "Apply label", ""),
    )


def test_a_definition_holds_together() -> None:
    found = Definition(
        program=ProgramFacts("CC-1", "Crock"),
        part="CC-1",
        part_name="Crock",
        revision="C",
        characteristics=(GAP,),
        operations=(replace(SEAT, characteristics=("1",)),),
    )

    assert check_definition(found).characteristics == check_characteristics([GAP])
    jig = EquipmentFacts("J-02", "Jig", EquipmentKind.JIG, EquipmentClass.PRODUCTION)
    for wrong, sentence in (
        (replace(found, operations=(replace(SEAT, characteristics=("9",)),)), "which the"),
        (replace(found, equipment=(jig, jig)), "The equipment J-02 is there twice"),
        (replace(found, revision="a/b"), "cannot stand in an address"),
    ):
        with pytest.raises(InvalidInput, match=sentence):
            check_definition(wrong)
