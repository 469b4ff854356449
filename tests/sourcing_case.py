"""A product with a bill of materials and what is known of its parts, for tests of supply."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from firstoff.rules.sourcing.approvals import ApprovalGiven
from firstoff.rules.sourcing.quoting import OfferGiven
from firstoff.terms import ApprovalDecision, Lifecycle
from tests.conftest import NOW, PASSWORD

TODAY = NOW.date()
DUE = TODAY + timedelta(days=70)


def part(world: Any, number: str, name: str = "") -> Any:
    from firstoff.db.models import Part

    return Part.objects.create(site=world.site, number=number, name=name or number)


def product(world: Any, lines: dict[str, str], *, units: int = 500, due: date = DUE) -> Any:
    """A program whose draft revision takes these parts: number to quantity."""
    from firstoff.db.models import BomLine, Part, PartRevision
    from firstoff.services import product as products

    made = products.create_program(
        site_id=world.site.pk,
        code="BOX",
        name="Sensor box",
        first_quantity=units,
        due=due,
        by=world.eli,
        at=NOW,
    )
    revision = PartRevision.objects.get(part=made.part)
    for place, (number, quantity) in enumerate(lines.items(), start=1):
        found = Part.objects.filter(site=world.site, number=number).first()
        BomLine.objects.create(
            revision=revision,
            position=place,
            part=found or part(world, number),
            quantity=Decimal(quantity),
            designators=[f"X{place}"],
        )
    return made


def source(world: Any, number: str, mpn: str, *, maker: str = "Maker", rank: int = 0) -> None:
    """A manufacturer part that is active."""
    from firstoff.services.sourcing.manufacturer_parts import SourceGiven, add_manufacturer_part

    add_manufacturer_part(
        site_id=world.site.pk,
        part=number,
        mpn=mpn,
        manufacturer=maker,
        given=SourceGiven(Lifecycle.ACTIVE, rank=rank),
        by=world.bo,
        at=NOW,
    )


def offer(world: Any, number: str, mpn: str, *, maker: str = "Maker", **said: Any) -> None:
    from firstoff.services.sourcing.offers import record_offer

    given = {
        "supplier": "Mouser",
        "currency": "USD",
        "breaks": ((Decimal(1), Decimal("0.10")),),
        "lead_time_days": 14,
        **said,
    }
    record_offer(
        site_id=world.site.pk,
        part=number,
        manufacturer=maker,
        mpn=mpn,
        given=OfferGiven(**given),
        by=world.bo,
        at=NOW,
    )


def approve(
    world: Any, number: str, mpn: str, *, maker: str = "Maker", qualified: bool = False
) -> None:
    from firstoff.services.sourcing.approving import decide_source

    given = ApprovalGiven(
        ApprovalDecision.APPROVED,
        form=qualified,
        fit=qualified,
        function=qualified,
        evidence="Report R-12" if qualified else "",
    )
    decide_source(
        site_id=world.site.pk,
        part=number,
        manufacturer=maker,
        mpn=mpn,
        given=given,
        password=PASSWORD,
        by=world.eli,
        at=NOW,
    )


def sourced(world: Any, number: str, mpn: str, **said: Any) -> None:
    """A source that is approved and offered."""
    source(world, number, mpn)
    approve(world, number, mpn)
    offer(world, number, mpn, **said)
