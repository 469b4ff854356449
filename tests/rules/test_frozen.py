"""What a baseline holds of lines, documents, procedures and parts made here, and who differs."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace as changed

from firstoff.rules import ledger
from firstoff.rules.plan import (
    AssemblyStand,
    Contents,
    FrozenAssembly,
    FrozenControl,
    FrozenDocument,
    FrozenInspectionLine,
    FrozenInspectionPlan,
    FrozenLine,
    FrozenProcedure,
    FrozenStack,
    FrozenStackLink,
    FrozenTestStep,
    FrozenVariant,
    FrozenVariantChange,
    PlanOperation,
    baseline_content,
    differences,
    freeze_stops,
    read_baseline,
    tree_stops,
)
from firstoff.rules.product import CharacteristicFacts
from firstoff.terms import CharacteristicClass, CharacteristicKind, RevisionStatus

CLEARANCE = CharacteristicFacts(
    "1",
    "Lid clearance",
    CharacteristicKind.VARIABLE,
    CharacteristicClass.CRITICAL,
    lower=Decimal("0.30"),
    upper=Decimal("0.90"),
    unit="mm",
    method="Feeler gauge G-11",
    decimals=2,
)
OPERATIONS = (
    PlanOperation(
        40, "Seat the lid", Decimal("2.5"), "Lower the lid.", jig="J-02", characteristics=("1",)
    ),
    PlanOperation(50, "Apply label", Decimal("0.4"), "Label the foot.", jig_not_needed=True),
)
RING = FrozenLine(part="RING-1", name="Seal ring", quantity=Decimal(1), find_number="10")
LID = FrozenLine(
    part="LID-1", name="Lid", quantity=Decimal(1), find_number="20", revision="A", made=True
)
CONTENTS = Contents(
    lines=(RING, LID),
    variants=(
        FrozenVariant(
            code="EU", name="Europe", changes=(FrozenVariantChange(line=1, fitted=False),)
        ),
    ),
    documents=(
        FrozenDocument(
            number="DRW-1",
            title="Body",
            kind="drawing",
            version="B",
            file_name="body.pdf",
            media_type="application/pdf",
            size=1024,
            sha256="ab" * 32,
        ),
    ),
    procedures=(
        FrozenProcedure(
            code="TP-1",
            name="Leak test",
            label="1",
            steps=(FrozenTestStep(name="Leak rate", upper=Decimal("0.5"), unit="ml/min"),),
        ),
    ),
    inspection_plans=(
        FrozenInspectionPlan(
            kind="final",
            label="1",
            sampling={"aql": "1.0", "level": "II"},
            lines=(FrozenInspectionLine(characteristic="1"),),
        ),
    ),
    controls=(FrozenControl(operation=40, characteristic="1", technique="Feeler gauge"),),
    stack_ups=(
        FrozenStack(
            code="ST-1",
            name="Seat",
            unit="mm",
            lower=Decimal("0.1"),
            links=(FrozenStackLink(characteristic="1"),),
        ),
    ),
)
GRIP = FrozenAssembly(
    part="LID-1",
    name="Lid",
    revision="A",
    plan="1",
    characteristics=(replace(CLEARANCE, number="2", name="Lid height"),),
    operations=(PlanOperation(10, "Press the lid"),),
    contents=Contents(lines=(changed(RING, part="CLAY", name="Clay", quantity=Decimal("0.4")),)),
)


def content(**changes: Any) -> str:
    values: dict[str, Any] = {
        "part": "CC-1",
        "part_name": "Counter crock",
        "revision": "C",
        "plan": "1",
        "operations": OPERATIONS,
        "characteristics": [CLEARANCE],
    }
    return ledger.canonical(baseline_content(**{**values, **changes}))


WHOLE = content(contents=CONTENTS, assemblies=(GRIP,))


def test_a_definition_that_uses_none_of_it_keeps_the_id_it_had() -> None:
    # The ID that the first release of the product gave to this definition.
    first = "8b8468afcf750c0d8b4a92d5212274087cbdf26a85937e73f5fd957897ed5eb4"
    assert ledger.text_digest(content()) == first
    assert ledger.text_digest(content(contents=Contents(), assemblies=())) == first


def test_what_was_frozen_is_read_back() -> None:
    facts = read_baseline(WHOLE)
    assert (facts.contents, facts.assemblies) == (CONTENTS, (GRIP,))
    again = content(contents=facts.contents, assemblies=facts.assemblies)
    assert ledger.text_digest(again) == facts.digest


def test_a_number_written_otherwise_is_the_same_definition() -> None:
    padded = replace(
        CONTENTS,
        lines=(changed(RING, quantity=Decimal("1.000000"), attrition=Decimal("0.000")), LID),
    )
    assert content(contents=padded, assemblies=(GRIP,)) == WHOLE


def test_parts_made_here_stand_in_one_order() -> None:
    other = replace(GRIP, part="BODY-1")
    assert content(assemblies=(GRIP, other)) == content(assemblies=(other, GRIP))


@pytest.mark.parametrize(
    ("contents", "said"),
    [
        (
            replace(CONTENTS, lines=(changed(RING, quantity=Decimal(2)), LID)),
            ("BOM line 10, quantity", "1", "2"),
        ),
        (replace(CONTENTS, lines=(RING,)), ("BOM line 20", "Lid", "")),
        (replace(CONTENTS, documents=()), ("Document DRW-1", "Body", "")),
        (
            replace(
                CONTENTS,
                documents=(changed(CONTENTS.documents[0], version="C", sha256="cd" * 32),),
            ),
            ("Document DRW-1, version", "B", "C"),
        ),
        (
            replace(
                CONTENTS,
                procedures=(
                    changed(
                        CONTENTS.procedures[0],
                        steps=(FrozenTestStep(name="Leak rate", upper=Decimal(1), unit="ml/min"),),
                    ),
                ),
            ),
            ("Test procedure TP-1, steps", "Leak rate ml/min 0.5", "Leak rate ml/min 1"),
        ),
        (
            replace(
                CONTENTS,
                inspection_plans=(
                    changed(CONTENTS.inspection_plans[0], sampling={"aql": "0.65", "level": "II"}),
                ),
            ),
            ("Inspection plan final, sampling", "aql 1.0, level II", "aql 0.65, level II"),
        ),
    ],
)
def test_a_difference_names_what_it_is_of(contents: Contents, said: tuple[str, str, str]) -> None:
    before = read_baseline(WHOLE)
    after = read_baseline(content(contents=contents, assemblies=(GRIP,)))
    found = [(d.what, d.before, d.after) for d in differences(before, after)]
    assert said in found


def test_a_part_made_here_that_changed_or_came_is_told() -> None:
    before = read_baseline(WHOLE)
    revised = replace(GRIP, revision="B", operations=(PlanOperation(10, "Press the lid twice"),))
    new = replace(GRIP, part="FOOT-1", name="Foot")
    after = read_baseline(content(contents=CONTENTS, assemblies=(revised, new)))
    assert [(d.what, d.before, d.after) for d in differences(before, after)] == [
        ("Part FOOT-1", "", "Foot, revision A"),
        ("Part LID-1, revision", "A", "B"),
        ("Part LID-1, operation 10, name", "Press the lid", "Press the lid twice"),
    ]


def test_nothing_differs_between_a_definition_and_itself() -> None:
    assert differences(read_baseline(WHOLE), read_baseline(WHOLE)) == ()


def test_every_part_made_here_stands_released_before_a_freeze() -> None:
    stops = tree_stops(
        [
            AssemblyStand("LID-1", "A", RevisionStatus.DRAFT, RevisionStatus.RELEASED),
            AssemblyStand("FOOT-1", "B", RevisionStatus.RELEASED, RevisionStatus.IN_REVIEW),
            AssemblyStand("GRIP-1", "C", RevisionStatus.SUPERSEDED),
            AssemblyStand("BASE-1"),
        ],
        ["Test procedure TP-2 1"],
    )
    assert stops == (
        "Part LID-1 revision A is a draft; release it first.",
        "The process plan of part FOOT-1 revision B is in review; release it first.",
        "Part BASE-1 is made here and has no revision.",
        "Test procedure TP-2 1 is a draft; release it or discard it.",
    )
    every = freeze_stops(
        revision_status=RevisionStatus.IN_REVIEW,
        plan_status=RevisionStatus.RELEASED,
        operations=OPERATIONS,
        characteristics=[CLEARANCE],
        tree=stops,
    )
    assert every == ("The part revision is in review; release it first.", *stops)
