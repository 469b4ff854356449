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


def more_supply(world: Any, number: str, one: int) -> None:
    """A supplier and a source of a part, with all that is recorded of them; an alternate, an
    order, a lot that came on one and lies somewhere. ``one``: 1 first, then 2, 3 ..."""
    from firstoff.db.models import Alternate, Part
    from firstoff.services.sourcing.declaring import DeclarationGiven, declare
    from firstoff.services.sourcing.orders import place_order
    from firstoff.services.sourcing.stock import place_lots
    from firstoff.terms import ComplianceStatus
    from tests.recording import LATER, post, rec

    source(world, number, f"M-{one}")
    approve(world, number, f"M-{one}")
    offer(world, number, f"M-{one}", supplier=f"Mouser {one}")
    offer(world, number, "M-1", supplier=f"Farnell {one}")
    alternate = part(world, f"ALT-{one}")
    Alternate.objects.create(part=Part.objects.get(number=number), alternate=alternate)
    here = {"site_id": world.site.pk, "by": world.ada, "at": LATER}
    given = DeclarationGiven(f"Scheme {one}", ComplianceStatus.COMPLIANT, TODAY)
    declare(part=number, manufacturer="Maker", mpn="M-1", given=given, **here)
    order = {"part": number, "quantity": "50", "due": TODAY, "supplier": "Mouser 1"}
    place_order(number=f"PO-{one}", **order, **here)
    came = {"part": number, "lot": f"S-{one}", "quantity": "1", "order": "PO-1"}
    post(world, rec("lot", mpn="M-1", manufacturer="Maker", supplier="Mouser 1", **came))
    place_lots(lots=[(f"S-{one}", number)], place=f"A-{one}", **here)
