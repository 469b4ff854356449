"""The supply of a program, out of real records."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from firstoff.errors import InvalidInput, NotFound
from firstoff.queries.sourcing import health as reads
from firstoff.queries.sourcing.health import HealthLine, ProgramHealth, health_page, part_health
from firstoff.rules.sourcing.coverage import Coverage
from firstoff.rules.sourcing.standing import CheckKind, Colour
from firstoff.services.sourcing.orders import place_order
from tests.conftest import NOW, World
from tests.recording import lot, post
from tests.sourcing_case import TODAY, approve, offer, part, product, source, sourced

CHEAP = ((Decimal(1), Decimal("0.012")),)


def look(world: World, **asked: Any) -> ProgramHealth:
    reads.remembered.forget()
    return reads.program_health(world.vic, "STOKE", "BOX", today=TODAY, **asked)


def line(world: World, number: str, **asked: Any) -> HealthLine:
    return part_health(look(world, **asked), number)


def test_a_long_lead_capacitor_with_a_large_moq_stops_until_an_alternate_is_both(
    world: World,
) -> None:
    """16 weeks and a minimum order of $2,000: red until an alternate is qualified AND stocked."""
    product(world, {"CAP": "2", "RES": "1"})
    sourced(world, "RES", "RC0603")
    sourced(world, "CAP", "GRM188", lead_time_days=112, minimum_value=Decimal(2000), breaks=CHEAP)

    def red() -> set[CheckKind]:
        checks = line(world, "CAP").judged.checks
        return {c.kind for c in checks if c.colour is Colour.RED}

    alone = line(world, "CAP").judged
    assert (alone.colour, alone.needs_stocked_alternate) == (Colour.RED, True)
    assert red() >= {CheckKind.LEAD_TIME, CheckKind.SINGLE_SOURCE, CheckKind.MOQ}

    source(world, "CAP", "C0603", maker="Other", rank=2)
    assert CheckKind.SINGLE_SOURCE in red()

    # Stocked, and not qualified.
    post(
        world,
        *_lot("CAP", "R-1", "2000", mpn="C0603", manufacturer="Other"),
    )
    assert red() >= {CheckKind.LEAD_TIME, CheckKind.SINGLE_SOURCE}
    assert line(world, "CAP").judged.has_stocked_alternate is False

    approve(world, "CAP", "C0603", maker="Other", qualified=True)
    done = line(world, "CAP").judged
    assert (red(), done.has_stocked_alternate) == (set(), True)
    assert done.colour is not Colour.RED
    assert look(world).health.colours[Colour.RED] == 0


def test_qualified_and_not_stocked_stops_as_well(world: World) -> None:
    product(world, {"CAP": "2"})
    sourced(world, "CAP", "GRM188", lead_time_days=112, minimum_value=Decimal(2000), breaks=CHEAP)
    source(world, "CAP", "C0603", maker="Other", rank=2)
    approve(world, "CAP", "C0603", maker="Other", qualified=True)
    judged = line(world, "CAP").judged
    assert (judged.colour, judged.has_stocked_alternate) == (Colour.RED, False)
    offer(world, "CAP", "C0603", maker="Other", in_stock=Decimal(5000), breaks=CHEAP)
    judged = line(world, "CAP").judged
    assert (judged.colour is Colour.RED, judged.has_stocked_alternate) == (False, True)


def _lot(number: str, code: str, quantity: str, **said: Any) -> list[Any]:
    came, accepted = lot(code, quantity, part=number)
    from tests.recording import rec

    came = rec("lot", part=number, lot=code, quantity=quantity, **said)
    return [came, accepted]


def test_another_part_stands_for_one_once_both_are_approved(world: World) -> None:
    from firstoff.db.models import Alternate, Part
    from firstoff.rules.sourcing.approvals import ApprovalGiven
    from firstoff.services.sourcing.approving import decide_alternate
    from firstoff.terms import ApprovalDecision

    product(world, {"CAP": "2"})
    sourced(world, "CAP", "GRM188", lead_time_days=112)
    other = part(world, "CAP-2")
    sourced(world, "CAP-2", "C0603", in_stock=Decimal(9000))
    Alternate.objects.create(part=Part.objects.get(number="CAP"), alternate=other)
    assert line(world, "CAP").judged.has_stocked_alternate is False
    given = ApprovalGiven(ApprovalDecision.APPROVED, "", True, True, True, "Report R-12")
    decide_alternate(
        site_id=world.site.pk, part="CAP", alternate="CAP-2", given=given, by=world.eli, at=NOW
    )
    assert line(world, "CAP").judged.has_stocked_alternate is True


def test_a_part_without_a_source_is_not_covered(world: World) -> None:
    product(world, {"CAP": "2"})
    found = line(world, "CAP").judged
    assert (found.verdict, found.colour) == (Coverage.NOT_COVERED, Colour.RED)
    source(world, "CAP", "GRM188")
    offer(world, "CAP", "GRM188")
    assert line(world, "CAP").judged.verdict is Coverage.NOT_COVERED
    approve(world, "CAP", "GRM188")
    assert line(world, "CAP").judged.verdict is Coverage.SINGLE_SOURCE


def test_what_lies_here_and_what_is_on_order_says_when_it_runs_out(world: World) -> None:
    product(world, {"CAP": "2"}, units=100)
    sourced(world, "CAP", "GRM188")
    post(world, *_lot("CAP", "R-1", "50", mpn="GRM188", manufacturer="Maker"))
    place_order(
        site_id=world.site.pk,
        part="CAP",
        number="4711",
        quantity="100",
        due=TODAY + timedelta(days=20),
        by=world.bo,
        at=NOW,
    )
    outlook = line(world, "CAP").outlook
    assert [(p.on, p.on_hand) for p in outlook.points] == [
        (TODAY, Decimal(50)),
        (TODAY + timedelta(days=20), Decimal(150)),
        (TODAY + timedelta(days=70), Decimal(-50)),
    ]
    found = look(world)
    assert (found.buildable.units, found.buildable.stoppers[0].part) == (25, "CAP")


def test_lots_in_quarantine_build_nothing(world: World) -> None:
    product(world, {"CAP": "2"}, units=100)
    sourced(world, "CAP", "GRM188")
    post(world, *lot("R-1", "50", part="CAP", accepted=False))
    assert look(world).buildable.units == 0


def test_a_line_three_levels_down_is_one_of_the_product(world: World) -> None:
    from firstoff.db.models import BomLine, Part, PartRevision

    product(world, {"SUB": "2"}, units=10)
    sub = Part.objects.get(number="SUB")
    sub.procurement = "make"
    sub.save()
    revision = PartRevision.objects.create(part=sub, label="A")
    BomLine.objects.filter(part=sub).update(child=revision)
    BomLine.objects.create(
        revision=revision,
        position=1,
        part=part(world, "SCR"),
        quantity=Decimal(4),
        attrition=Decimal(5),
        setup_pieces=Decimal(3),
    )
    found = line(world, "SCR")
    need = found.judged.line
    assert (need.per_unit, need.attrition, need.setup) == (Decimal(8), Decimal(5), Decimal(3))
    assert need.needed(10) == Decimal(87)


def test_the_page_filters_and_says_how_many(world: World) -> None:
    product(world, {"CAP": "2", "RES": "1", "IC": "1"})
    sourced(world, "RES", "RC0603")
    found = look(world)
    page = health_page(found, colour="red", limit=1)
    assert (len(page.items), page.total) == (1, 2)
    assert [i.part for i in health_page(found, search="re").items] == ["RES"]
    assert [i.part for i in health_page(found, search="X3").items] == ["IC"]
    assert health_page(found, check="coverage").total == 2
    for wrong in ({"colour": "blue"}, {"check": "smell"}, {"verdict": "fine"}):
        with pytest.raises(InvalidInput, match="expected one of"):
            health_page(found, **wrong)
    assert {task.part for task in found.health.tasks} >= {"CAP", "IC"}


def test_one_line_and_many_take_the_same_number_of_queries(world: World) -> None:
    product(world, {"CAP": "2"})
    sourced(world, "CAP", "GRM188")

    def count() -> int:
        reads.remembered.forget()
        with CaptureQueriesContext(connection) as seen:
            reads.program_health(world.vic, "STOKE", "BOX", today=TODAY)
        return len(seen)

    few = count()
    from firstoff.db.models import BomLine, PartRevision

    revision = PartRevision.objects.get(part__number="BOX")
    for number in range(30):
        BomLine.objects.create(
            revision=revision, position=10 + number, part=part(world, f"P-{number}"), quantity=1
        )
        sourced(world, f"P-{number}", f"M-{number}")
        post(world, *_lot(f"P-{number}", f"L-{number}", "5", mpn=f"M-{number}"))
    assert count() == few
    with CaptureQueriesContext(connection) as seen:
        reads.program_health(world.vic, "STOKE", "BOX", today=TODAY)
    assert len(seen) <= 6


def test_another_site_sees_no_health(world: World) -> None:
    product(world, {"CAP": "2"})
    with pytest.raises(NotFound):
        reads.program_health(world.cy, "STOKE", "BOX", today=TODAY)
