"""What an operation consists of: written, copied, taken back, frozen."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace as with_

from firstoff.db.models import (
    BomLine,
    Characteristic,
    InspectionPlan,
    InspectionPlanLine,
    InstructionStep,
    Operation,
    Part,
    PartRevision,
    ProcessParameter,
    ProcessPlan,
)
from firstoff.errors import InvalidInput
from firstoff.queries import plan as reads
from firstoff.rules.plan import (
    EquipmentFacts,
    MaterialUse,
    ParameterFacts,
    PlanOperation,
    StepFacts,
    StepNeed,
    read_baseline,
)
from firstoff.rules.product import CharacteristicFacts
from firstoff.services import plan, product
from firstoff.terms import (
    CharacteristicClass,
    CharacteristicKind,
    EquipmentClass,
    EquipmentKind,
)
from tests.conftest import NOW

FORCE = ParameterFacts(name="Press force", unit="N", lower=Decimal(200), upper=Decimal("250.0"))
GAP = CharacteristicFacts(
    "7",
    "Lid gap",
    CharacteristicKind.VARIABLE,
    CharacteristicClass.CRITICAL,
    lower=Decimal("0.3"),
    upper=Decimal("0.9"),
    unit="mm",
    method="Gap gauge",
)
CUT = PlanOperation(10, "Cut", Decimal(1), "Cut it.", jig_not_needed=True)
RING = PlanOperation(
    20,
    "Fit the ring",
    Decimal("1.5"),
    jig_not_needed=True,
    predecessors=(),
    equipment=("P-1",),
    parameters=(FORCE,),
    materials=(MaterialUse(part="20-0340"),),
    steps=(
        StepFacts(text="Press the ring home.", parameter="Press force", tool="Press"),
        StepFacts(text="Measure the gap.", characteristic="7", asks=(StepNeed.CHECK,)),
    ),
)
JOIN = PlanOperation(30, "Join", Decimal(2), "Join.", jig_not_needed=True, predecessors=(10, 20))


@pytest.fixture
def program(world: Any) -> Any:
    made = product.create_program(
        site_id=world.site.pk, code="CC-1", name="Crock", revision="C", by=world.eli, at=NOW
    )
    product.set_characteristics(
        program_id=made.pk, revision="C", characteristics=[GAP], by=world.eli, at=NOW
    )
    plan.add_equipment(
        site_id=world.site.pk,
        equipment=EquipmentFacts("P-1", "Press", EquipmentKind.MACHINE, EquipmentClass.PRODUCTION),
        by=world.eli,
        at=NOW,
    )
    lines(world, PartRevision.objects.get(), "10-2001", "20-0340")
    return made


def lines(world: Any, revision: PartRevision, *numbers: str) -> None:
    for place, number in enumerate(numbers, start=1):
        part, _ = Part.objects.get_or_create(
            site=world.site, number=number, defaults={"name": f"Part {number}"}
        )
        BomLine.objects.create(
            revision=revision,
            position=place,
            find_number=str(10 * place),
            part=part,
            quantity=Decimal(1),  # type: ignore[misc]
        )


def written(world: Any, program: Any, *operations: PlanOperation, plan_label: str = "1") -> Any:
    return plan.set_operations(
        program_id=program.pk,
        revision="C",
        plan=plan_label,
        operations=operations,
        by=world.eli,
        at=NOW,
    )


def stored(world: Any, program: Any, **of: Any) -> Sequence[PlanOperation]:
    return reads.definition(world.vic, program.pk, **of).operations


def test_all_an_operation_consists_of_is_stored_and_read_back(world: Any, program: Any) -> None:
    written(world, program, CUT, RING, JOIN)
    found = stored(world, program)[1]
    assert found == replace(
        RING,
        characteristics=("7",),
        parameters=(with_(FORCE, decimals=1),),
        materials=(MaterialUse(line=2, part="20-0340", find_number="20"),),
    )
    assert stored(world, program)[2] == JOIN


def test_the_same_again_writes_nothing(world: Any, program: Any) -> None:
    written(world, program, CUT, RING, JOIN)
    before = list(InstructionStep.objects.values_list("pk", flat=True))
    written(world, program, *stored(world, program))
    assert list(InstructionStep.objects.values_list("pk", flat=True)) == before


def test_a_parameter_that_stays_keeps_its_row(world: Any, program: Any) -> None:
    """The control plan names it."""
    written(world, program, RING)
    kept = ProcessParameter.objects.get().pk
    heat = ParameterFacts(name="Heat", upper=Decimal(80))
    written(world, program, replace(RING, parameters=(heat, with_(FORCE, upper=Decimal(240)))))
    assert [
        (p.pk == kept, p.name, p.upper) for p in ProcessParameter.objects.order_by("position")
    ] == [
        (False, "Heat", Decimal(80)),
        (True, "Press force", Decimal(240)),
    ]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (
            {"materials": (MaterialUse(part="99-1"),)},
            "Operation 20 consumes line 99-1, which the bill of materials does not have.",
        ),
        (
            {"materials": (MaterialUse(line=2), MaterialUse(part="20-0340"))},
            "Operation 20 consumes line 2 twice.",
        ),
        (
            {"equipment": ("P-9",)},
            "Operation 20: equipment 'P-9' is not there or retired; expected some in use.",
        ),
        (
            {"predecessors": (40,)},
            "Operation 20 waits for 40, which the plan does not have. It has: 10.",
        ),
    ],
)
def test_what_it_names_has_to_be_there(
    world: Any, program: Any, wrong: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(InvalidInput) as found:
        written(world, program, CUT, replace(RING, **wrong))
    assert str(found.value) == sentence
    assert stored(world, program) == ()


def test_a_line_that_several_are_is_named_by_its_place(world: Any, program: Any) -> None:
    part = Part.objects.get(number="20-0340")
    BomLine.objects.create(
        revision=PartRevision.objects.get(),
        position=3,
        part=part,
        quantity=Decimal(1),  # type: ignore[misc]
    )
    with pytest.raises(
        InvalidInput, match=r"which several lines are: 2, 3\. Name the line by its p"
    ):
        written(world, program, RING)
    written(world, program, replace(RING, materials=(MaterialUse(line=3, part="20-0340"),)))
    assert [m.line for m in stored(world, program)[0].materials] == [3]


def test_one_operation_may_not_make_a_loop(world: Any, program: Any) -> None:
    written(world, program, CUT, RING, JOIN)
    with pytest.raises(InvalidInput, match="wait for each other"):
        plan.update_operation(
            program_id=program.pk,
            revision="C",
            plan="1",
            seq=10,
            operation=replace(CUT, predecessors=(30,)),
            by=world.eli,
            at=NOW,
        )


def test_numbers_that_move_take_along_who_waits_for_them(world: Any, program: Any) -> None:
    written(world, program, CUT, RING, JOIN)
    of = {"program_id": program.pk, "revision": "C", "plan": "1", "by": world.eli, "at": NOW}
    plan.update_operation(**of, seq=20, operation=replace(RING, seq=25))
    assert [(o.seq, o.predecessors) for o in stored(world, program)] == [
        (10, None),
        (25, ()),
        (30, (10, 25)),
    ]
    plan.reorder_operations(**of, order=[25, 10, 30])
    assert [(o.seq, o.name, o.predecessors) for o in stored(world, program)] == [
        (10, "Fit the ring", ()),
        (20, "Cut", None),
        (30, "Join", (10, 20)),
    ]


def test_what_waited_for_an_operation_that_goes_waits_for_what_it_waited_for(
    world: Any, program: Any
) -> None:
    paint = PlanOperation(40, "Paint", predecessors=(30,))
    written(world, program, CUT, RING, JOIN, paint)
    of = {"program_id": program.pk, "revision": "C", "plan": "1", "by": world.eli, "at": NOW}
    plan.remove_operation(**of, seq=30)
    assert stored(world, program)[2].predecessors == (10, 20)


def release(world: Any, program: Any) -> None:
    of = {"program_id": program.pk, "by": world.eli, "at": NOW}
    product.release_revision(**of, revision="C")
    plan.release_plan(**of, revision="C", plan="1")


def test_a_new_plan_begins_with_all_that_the_last_one_says(world: Any, program: Any) -> None:
    written(world, program, CUT, RING, JOIN)
    before = stored(world, program)
    release(world, program)
    plan.create_plan(program_id=program.pk, revision="C", by=world.eli, at=NOW)
    assert stored(world, program, plan="2") == before
    plan.discard_plan(program_id=program.pk, revision="C", plan="2", by=world.eli, at=NOW)
    assert Operation.objects.count() == 3


def test_a_new_revision_takes_along_what_its_operations_consist_of(
    world: Any, program: Any
) -> None:
    written(world, program, CUT, RING, JOIN)
    before = stored(world, program)
    release(world, program)
    product.create_revision(program_id=program.pk, by=world.eli, at=NOW)
    assert stored(world, program, revision="D") == before
    product.discard_revision(program_id=program.pk, revision="D", by=world.eli, at=NOW)
    assert (PartRevision.objects.count(), ProcessPlan.objects.count()) == (1, 1)


def test_a_baseline_freezes_it_and_gives_it_back(world: Any, program: Any) -> None:
    written(world, program, CUT, RING, JOIN)
    before = stored(world, program)
    release(world, program)
    made = plan.freeze_baseline(program_id=program.pk, by=world.eli, at=NOW)
    assert read_baseline(made.content).operations == before
    assert reads.definition(world.vic, program.pk).frozen is not None


def test_what_the_plan_leaves_open_is_told_with_where_it_is(world: Any, program: Any) -> None:
    step = StepFacts(text="Press.", asks=(StepNeed.PICTURE,))
    written(world, program, CUT, replace(RING, steps=(step,)))
    found = reads.definition(world.vic, program.pk).plan_gaps
    assert [(g.kind, g.seq, g.step, g.line, g.number) for g in found] == [
        ("step", 20, 1, 0, ""),
        ("consumed", 0, 0, 1, ""),
        ("check", 0, 0, 0, "7"),
    ]


def test_what_an_inspection_plan_checks_is_checked(world: Any, program: Any) -> None:
    written(world, program, CUT)
    inspected = InspectionPlan.objects.create(
        revision=PartRevision.objects.get(), kind="final", label="1"
    )
    InspectionPlanLine.objects.create(
        plan=inspected, position=1, characteristic=Characteristic.objects.get(number="7")
    )
    found = reads.definition(world.vic, program.pk).plan_gaps
    assert [g.kind for g in found] == ["consumed", "consumed"]


def test_of_many_lines_that_nobody_consumes_the_first_are_named(world: Any, program: Any) -> None:
    revision = PartRevision.objects.get()
    part = Part.objects.get(number="10-2001")
    BomLine.objects.bulk_create(
        BomLine(revision=revision, position=place, part=part, quantity=Decimal(1))  # type: ignore[misc]
        for place in range(3, 103)
    )
    written(world, program, CUT)
    gaps = [g for g in reads.definition(world.vic, program.pk).plan_gaps if g.kind == "consumed"]
    assert (len(gaps), gaps[-1].sentence) == (51, "No operation consumes 52 more lines.")
