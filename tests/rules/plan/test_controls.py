"""Control plans: proposals, gaps, what a line says."""

from dataclasses import replace
from decimal import Decimal

from msgspec.structs import replace as with_

from firstoff.rules.plan import FrozenControl, ParameterFacts, PlanOperation
from firstoff.rules.plan.controls import (
    check_controls,
    control_gaps,
    control_rows,
    proposed_controls,
)
from firstoff.rules.product import CharacteristicFacts
from firstoff.terms import CharacteristicClass, CharacteristicKind

LID = CharacteristicFacts(
    "1",
    "Lid clearance",
    CharacteristicKind.VARIABLE,
    CharacteristicClass.CRITICAL,
    lower=Decimal("0.30"),
    upper=Decimal("0.90"),
    unit="mm",
    decimals=2,
    method="Feeler",
    gauge="G-11",
)
FOOT = replace(LID, number="2", name="Foot", classification=CharacteristicClass.MINOR)
CURE = ParameterFacts(name="Cure", unit="°C", nominal=Decimal(80), upper=Decimal(90))
SEAT = PlanOperation(20, "Seat", jig="J-02", characteristics=("1",), parameters=(CURE,))


def test_a_proposal_takes_what_is_known_and_invents_no_reaction() -> None:
    first, second = proposed_controls((), (SEAT,), (LID, FOOT))
    assert (first.characteristic, first.technique, first.reaction_plan) == (
        "1",
        "Feeler, G-11",
        "",
    )
    assert (second.parameter, second.technique) == ("Cure", "")
    assert proposed_controls((first, second), (SEAT,), (LID, FOOT)) == (first, second)
    unrecorded = replace(SEAT, parameters=(with_(CURE, recorded=False),))
    assert proposed_controls((), (unrecorded,), (LID,))[1].frequency == "each setup"


def test_a_row_reads_limits_where_they_stand() -> None:
    lines = proposed_controls((), (SEAT,), (LID,))
    rows = control_rows(lines, (SEAT,), (LID,))
    assert [(r.special, r.specification) for r in rows] == [
        ("CC", "0.30 to 0.90\u00a0mm"),
        ("", "80\u00a0°C (at most 90\u00a0°C)"),
    ]
    assert control_rows(lines, (SEAT,), (LID,), phase="prototype") == ()


def test_gaps_name_what_nobody_controls_and_what_a_line_lacks() -> None:
    held = FrozenControl(
        operation=20, characteristic="1", phases=("production",), technique="Feeler",
        reaction_plan="Stop.",
    )  # fmt: skip
    loose = replace(LID, number="3", name="Loose")
    assert control_gaps((held,), (SEAT,), (LID, FOOT, loose)) == (
        "Operation 20 Seat does not control parameter Cure.",
        "3 Loose is critical and no operation controls it.",
        "Operation 20, characteristic 1: no owner of the reaction.",
    )


def test_phases_stand_in_their_order() -> None:
    given = FrozenControl(
        operation=20, characteristic=" 1 ", phases=("production", "prototype", "production")
    )
    (checked,) = check_controls((given,), (SEAT,), (LID,))
    assert (checked.characteristic, checked.phases) == ("1", ("prototype", "production"))
