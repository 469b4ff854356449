"""Steps, parameters and consumed lines of an operation: what can be, and what a baseline keeps."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from msgspec.structs import replace as with_

from firstoff.errors import InvalidInput
from firstoff.rules.ledger import canonical, text_digest
from firstoff.rules.plan import (
    ListedLine,
    MaterialUse,
    ParameterFacts,
    Picture,
    PlanOperation,
    StepFacts,
    StepNeed,
    baseline_content,
    check_operation,
    differences,
    instruction_digest,
    plan_gaps,
    read_baseline,
)
from firstoff.rules.product import CharacteristicFacts, state_of
from firstoff.terms import CharacteristicClass, CharacteristicKind

FORCE = ParameterFacts(
    name="Press force", unit="N", lower=Decimal(200), upper=Decimal(250), decimals=0
)
PICTURE = Picture(sha256="ab" * 32, document="P-101", version="2")
PRESS = StepFacts(
    text="Press the ring home.",
    caution="Fingers out.",
    tool="Press P-2",
    parameter="press FORCE",
    asks=(StepNeed.CAUTION, StepNeed.PICTURE),
    pictures=(PICTURE, PICTURE),
)
LOOK = StepFacts(text="Look at the joint.", characteristic="7")
RING = PlanOperation(
    20,
    "Fit the ring",
    Decimal("1.5"),
    jig_not_needed=True,
    predecessors=(),
    equipment=("P-2", "P-1", ""),
    parameters=(FORCE,),
    materials=(MaterialUse(line=3, part="20-0340", find_number="30"),),
    steps=(PRESS, LOOK),
)
OLD = (
    PlanOperation(40, "Seat the lid", Decimal("2.5"), "Lower the lid.", jig="J-02"),
    PlanOperation(50, "Apply label", Decimal("0.4"), "Label it.", jig_not_needed=True),
)


def frozen(*operations, characteristics=()):
    return canonical(
        baseline_content(
            part="CC-1",
            part_name="Crock",
            revision="C",
            plan="1",
            operations=operations,
            characteristics=characteristics,
        )
    )


def test_a_definition_that_uses_none_of_it_keeps_the_id_it_had_before():
    assert text_digest(frozen(*OLD)) == (
        "123a064c8570a6db87226b33ca8d26a75cf4f9494c0ad0472668305f50fdde13"
    )
    assert instruction_digest(OLD) == (
        "95fedb4d42b6747902f2e6a07ef028477114ad86c4f5d872e5e937f18ea3d0d1"
    )


def test_what_a_baseline_freezes_of_an_operation_is_read_back():
    one = check_operation(RING)
    assert read_baseline(frozen(one)).operations == (one,)


def test_an_operation_is_put_into_one_way_of_writing():
    one = check_operation(RING)
    assert one.equipment == ("P-1", "P-2")
    assert one.characteristics == ("7",)  # what a step checks, the operation checks
    assert one.steps[0] == with_(PRESS, parameter="Press force", asks=(
        StepNeed.PICTURE, StepNeed.CAUTION), pictures=(PICTURE,))  # fmt: skip


def test_the_limits_keep_the_digits_they_are_written_with():
    gap = ParameterFacts(name="Gap", unit="mm", lower=Decimal("0.30"), upper=Decimal("0.9"))
    (found,) = check_operation(replace(RING, parameters=(gap,), steps=())).parameters
    assert (found.decimals, found.limits) == (2, "0.30 to 0.90\u00a0mm")
    again = read_baseline(frozen(replace(RING, parameters=(found,), steps=())))
    assert again.operations[0].parameters[0].limits == "0.30 to 0.90\u00a0mm"


def test_a_recorded_parameter_is_asked_for_before_the_lines_of_the_instruction():
    told = "Record: Humidity\nRecord: press force 1 to 2 N"
    quiet = with_(FORCE, name="Belt speed", recorded=False)
    one = replace(RING, instruction=told, parameters=(FORCE, quiet))
    assert [(a.number, a.name, a.limits) for a in one.asked] == [
        (1, "Press force", "200 to 250"),
        (2, "Humidity", ""),
    ]


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        (
            {"parameters": (FORCE, with_(FORCE, name="press force"))},
            "parameters",
            "The parameter press force of operation 20 is there twice.",
        ),
        (
            {"parameters": (with_(FORCE, lower=Decimal(300)),)},
            "parameters",
            "The limits of Press force of operation 20 are 300 to 250: the lower one is above.",
        ),
        (
            {"parameters": (with_(FORCE, lower=Decimal("NaN")),)},
            "parameters",
            "lower of Press force of operation 20 is NaN; expected a number.",
        ),
        (
            {"steps": (with_(PRESS, parameter="Heat"),)},
            "steps",
            "Step 1 of operation 20 sets Heat, which is no parameter of the operation. It has: "
            "Press force.",
        ),
        ({"steps": (LOOK, with_(LOOK, text=" "))}, "steps", "Step 2 of operation 20 has no text."),
        (
            {"materials": (MaterialUse(quantity=Decimal(1)),)},
            "materials",
            "A consumed line of operation 20 names neither a line nor a part.",
        ),
        (
            {"materials": (MaterialUse(line=3), MaterialUse(line=3, quantity=Decimal(1)))},
            "materials",
            "Line 3 is consumed twice by operation 20.",
        ),
        (
            {"materials": (MaterialUse(line=3, quantity=Decimal(0)),)},
            "materials",
            "The quantity of line 3 at operation 20 is 0; expected above 0. Leave it empty where "
            "all of the line is consumed.",
        ),
    ],
)
def test_what_cannot_be_is_said(wrong, field, sentence):
    with pytest.raises(InvalidInput) as found:
        check_operation(replace(RING, **wrong))
    assert (str(found.value), found.value.details["field"]) == (sentence, field)


def test_a_step_that_changed_is_another_instruction():
    one = check_operation(RING)
    other = replace(one, steps=(with_(one.steps[0], torque="0.6 N·m"), *one.steps[1:]))
    assert instruction_digest([one]) != instruction_digest([other])
    assert instruction_digest([one]) == instruction_digest([replace(one, parameters=())])


def test_two_baselines_are_compared_step_by_step():
    one = check_operation(RING)
    then, now = frozen(one), frozen(replace(one, predecessors=None, steps=one.steps[1:]))
    assert [
        (d.what, d.before, d.after) for d in differences(*map(read_baseline, (then, now)))
    ] == [
        ("Operation 20, predecessors", "none", "the one before"),
        (
            "Operation 20, steps",
            "Press the ring home. [caution: Fingers out.; Press P-2; sets Press force; P-101 2], "
            "Look at the joint. [checks 7]",
            "Look at the joint. [checks 7]",
        ),
    ]


def test_whoever_moved_a_step_is_noticed():
    assert state_of([RING]) != state_of([replace(RING, steps=(LOOK, PRESS))])


def test_the_plain_content_says_only_what_is_set():
    (said,) = json.loads(frozen(check_operation(RING)))["plan"]["operations"]
    assert {k: said[k] for k in ("predecessors", "equipment", "parameters", "materials")} == {
        "predecessors": [],
        "equipment": ["P-1", "P-2"],
        "parameters": [{"name": "Press force", "unit": "N", "lower": "200", "upper": "250"}],
        "materials": [{"line": 3, "part": "20-0340", "find_number": "30"}],
    }
    assert said["steps"][1] == {"text": "Look at the joint.", "characteristic": "7"}


# ---------------------------------------------------------------- coverage


def gaps(*operations, **more):
    return [(g.kind, g.seq, g.sentence) for g in plan_gaps(operations, **more)]


def test_steps_are_a_work_instruction():
    assert gaps(replace(RING, steps=(LOOK,))) == []
    assert gaps(replace(RING, steps=())) == [
        ("instruction", 20, "Operation 20, Fit the ring, has no work instruction.")
    ]


@pytest.mark.parametrize(
    ("need", "words"),
    [
        (StepNeed.PICTURE, "a picture"),
        (StepNeed.CAUTION, "a caution"),
        (StepNeed.TOOL, "a tool"),
        (StepNeed.TORQUE, "a torque"),
        (StepNeed.PARAMETER, "a parameter"),
        (StepNeed.CHECK, "a check"),
    ],
)
def test_a_step_carries_what_it_is_marked_to_carry(need, words):
    bare = StepFacts(text="Turn it.", asks=(need,))
    assert gaps(replace(RING, steps=(LOOK, bare))) == [
        (
            "step",
            20,
            f"Step 2 of operation 20, Fit the ring, is marked to carry {words} and has none.",
        )
    ]
    full = StepFacts(
        text="Turn it.",
        asks=(need,),
        caution="x",
        tool="x",
        torque="x",
        parameter="Press force",
        characteristic="7",
        pictures=(PICTURE,),
    )
    assert gaps(replace(RING, steps=(full,))) == []


LINES = (
    ListedLine(1, "10-2001", "Body"),
    ListedLine(2, "R1", "Resistor", fitted=False),
    ListedLine(3, "20-0340", "Seal ring", "30"),
)


def test_a_fitted_line_that_no_operation_consumes_is_a_gap():
    one = replace(RING, steps=(LOOK,))
    assert gaps(one, lines=LINES) == [
        ("consumed", 0, "No operation consumes line 1, 10-2001 Body.")
    ]
    assert gaps(replace(one, materials=(MaterialUse(line=1),)), lines=LINES) == [
        ("consumed", 0, "No operation consumes find number 30, 20-0340 Seal ring.")
    ]
    assert gaps(replace(one, materials=(MaterialUse(part="10-2001"),)), lines=LINES[:1]) == []


def test_a_critical_characteristic_that_nobody_checks_is_a_gap():
    kinds = (CharacteristicKind.VARIABLE, CharacteristicClass.CRITICAL)
    found = [CharacteristicFacts(n, "Gap", *kinds) for n in ("7", "8", "9")]
    minor = CharacteristicFacts(
        "10", "Colour", CharacteristicKind.ATTRIBUTE, CharacteristicClass.MINOR
    )
    one = check_operation(replace(RING, steps=(LOOK,)))
    assert gaps(one, characteristics=[*found, minor], inspected={"8"}) == [
        ("check", 0, "9 Gap is critical, and no operation or inspection checks it.")
    ]
