"""Buying, cost, compliance and material identity of a program, out of real records."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from firstoff.errors import InvalidInput, Refused
from firstoff.queries.genealogy.material import program_identity
from firstoff.queries.sourcing import buying, cost
from firstoff.rules.sourcing import ComplianceState
from firstoff.services.sourcing.costing import assume_cost
from firstoff.services.sourcing.declaring import DeclarationGiven, declare, require_schemes
from firstoff.services.sourcing.offers import record_rate
from firstoff.terms import ComplianceStatus, RunKind
from tests.conftest import NOW, World
from tests.making import make_pilot
from tests.recording import LATER, post, rec
from tests.sourcing_case import TODAY, approve, offer, product, source, sourced

BREAKS = ((Decimal(1), Decimal("0.50")), (Decimal(1000), Decimal("0.10")))


def plan(world: World, **asked: Any) -> buying.ProgramPlan:
    return buying.program_plan(world.vic, "STOKE", "BOX", today=TODAY, **asked)


def test_a_price_break_may_be_cheaper_than_what_is_needed(world: World) -> None:
    product(world, {"CAP": "2"}, units=300)
    sourced(world, "CAP", "GRM188", breaks=BREAKS)
    bought = buying.part_plan(plan(world), "CAP")
    assert (bought.quantity, bought.cost, bought.leftover) == (1000, Decimal(100), 400)
    assert plan(world, units=50).plan.total == Decimal(50)


def test_an_alternate_is_bought_from_once_it_is_qualified(world: World) -> None:
    product(world, {"CAP": "2"}, units=300)
    sourced(world, "CAP", "GRM188", breaks=BREAKS)
    source(world, "CAP", "C0603", maker="Other", rank=2)
    offer(world, "CAP", "C0603", maker="Other", breaks=((Decimal(1), Decimal("0.01")),))
    approve(world, "CAP", "C0603", maker="Other")
    assert plan(world).plan.total == Decimal(100)
    approve(world, "CAP", "C0603", maker="Other", qualified=True)
    assert plan(world).plan.total == Decimal(6)


def test_an_offer_in_another_currency_takes_a_rate(world: World) -> None:
    product(world, {"CAP": "2"}, units=50)
    sourced(world, "CAP", "GRM188", currency="EUR", breaks=((Decimal(1), Decimal(1)),))
    with pytest.raises(Refused, match="no rate is given") as no:
        plan(world)
    assert no.value.code == "R-25"
    here = {"site_id": world.site.pk, "into": "USD", "by": world.bo, "at": NOW}
    record_rate(currency="EUR", rate=Decimal("1.10"), valid_on=TODAY, **here)
    record_rate(currency="EUR", rate=Decimal("9"), valid_on=TODAY + timedelta(days=1), **here)
    assert plan(world).plan.total == Decimal(110)


def test_a_piece_is_priced_by_the_ways_of_making_it(world: World) -> None:
    made = product(world, {"CAP": "2", "RES": "1"}, units=100)
    sourced(world, "CAP", "GRM188", breaks=((Decimal(1), Decimal("0.50")),))

    def priced(**asked: Any) -> cost.ProgramCost:
        return cost.program_cost(world.vic, "STOKE", "BOX", today=TODAY, **asked)

    alone = priced()
    assert (alone.unpriced, [w.way.name for w in alone.ways]) == (("RES",), ["material only"])
    assert {p.each for p in alone.ways[0].prices} == {Decimal(1)}
    here = {"program_id": made.pk, "by": world.bo, "at": NOW}
    assume_cost(way="soft tool", given={"labour_minutes": "6", "labour_rate": "50"}, **here)
    assume_cost(way="hard tool", given={"labour_minutes": "3", "labour_rate": "50"}, **here)
    assume_cost(
        way="hard tool",
        given={"labour_minutes": "3", "labour_rate": "50", "tooling": "1000", "batch": "50"},
        **here,
    )
    found = priced(quantities=[100])
    hard, soft = ([p.each for p in way.prices] for way in found.ways)
    assert (hard, soft) == ([Decimal("13.5")], [Decimal(6)])
    assert found.break_even is not None
    assert [c.quantity for c in found.break_even.crossings] == [401]
    for wrong in (
        {"labour": "6"},
        {"labour_rate": "much"},
        {"batch": "0.5"},
        {"yield_likely": "2"},
    ):
        with pytest.raises(InvalidInput):
            assume_cost(way="third", given=wrong, **here)


def test_compliance_rolls_up_and_runs_out(world: World) -> None:
    made = product(world, {"CAP": "2", "RES": "1"})
    sourced(world, "CAP", "GRM188")
    sourced(world, "RES", "RC0603")
    here = {"by": world.bo, "at": NOW}
    require_schemes(program_id=made.pk, schemes=[("RoHS", False), ("CE", True)], **here)

    def states() -> dict[str, ComplianceState]:
        found = buying.program_compliance(world.vic, "STOKE", "BOX", today=TODAY)
        return {roll.scheme.name: roll.state for roll in found.rolled_up}

    missing = ComplianceState.MISSING
    assert states() == {"RoHS": missing, "CE": missing}
    given = DeclarationGiven("RoHS", ComplianceStatus.COMPLIANT, TODAY, reference="D-77")
    for number, mpn in (("CAP", "GRM188"), ("RES", "RC0603")):
        declare(site_id=world.site.pk, part=number, mpn=mpn, given=given, **here)
    ce = DeclarationGiven("CE", ComplianceStatus.COMPLIANT, TODAY, reference="DoC 4")
    declare(site_id=world.site.pk, part="BOX", given=ce, **here)
    declared = ComplianceState.DECLARED
    assert states() == {"RoHS": declared, "CE": declared}
    over = DeclarationGiven(
        "RoHS", ComplianceStatus.COMPLIANT, TODAY, TODAY - timedelta(days=0), "D-78"
    )
    declare(site_id=world.site.pk, part="RES", mpn="RC0603", given=over, **here)
    later = buying.program_compliance(world.vic, "STOKE", "BOX", today=TODAY + timedelta(days=1))
    rohs = next(roll for roll in later.rolled_up if roll.scheme.name == "RoHS")
    assert (rohs.state, [line.part for line, _ in rohs.open]) == (
        ComplianceState.EXPIRED,
        ["RES"],
    )


def test_a_substitution_between_the_pilot_and_production_is_named(world: World) -> None:
    pilot = make_pilot(world)
    from firstoff.db.models import BomLine, Part, PartRevision, Program

    program = Program.objects.get(pk=pilot.program_id)
    revision = PartRevision.objects.create(part=program.part, label="D")
    glaze = Part.objects.create(site=world.site, number="GLZ", name="Glaze")
    BomLine.objects.create(revision=revision, position=1, part=glaze, quantity=1)
    PartRevision.objects.filter(part=program.part).exclude(pk=revision.pk).update(
        status="superseded"
    )
    sourced(world, "GLZ", "G-1")
    came = rec("lot", part="GLZ", lot="R-1", quantity="10", mpn="G-2", manufacturer="Other")
    post(
        world,
        came,
        rec("lot_status", part="GLZ", lot="R-1", status="accepted", reason="inspected"),
        rec(
            "consume", batch=pilot.batch_id, items=[{"lot": "R-1", "quantity": "5", "part": "GLZ"}]
        ),
        at=LATER,
    )
    found = program_identity(world.vic, "STOKE", "CC-1", today=TODAY).identity
    (one,) = found.substitutions
    assert (one.part, one.kind, one.earlier, one.production) == (
        "GLZ",
        RunKind.PILOT,
        ("Other G-2",),
        ("Maker G-1",),
    )
    assert one.gates == (6, 7)
    approve(world, "GLZ", "G-1", qualified=True)
    again = program_identity(world.vic, "STOKE", "CC-1", today=TODAY).identity
    assert again.blocking == ()
