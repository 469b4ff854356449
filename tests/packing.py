"""Finished units to be labelled, packed and shipped, for tests that need some."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from tests.conftest import NOW
from tests.making import MINUTE, Pilot


def finish(world: Any, pilot: Pilot, *numbers: int, at: datetime = NOW + 60 * MINUTE) -> None:
    """These units of the pilot went their whole route and are good."""
    from firstoff.services import execution
    from firstoff.services.execution import PostedStep, PostedUnit

    records = [
        PostedUnit(
            serial=f"{pilot.batch_id}-{number:03}",
            started_at=None if number == 1 else at - 30 * MINUTE,
            judged_at=at,
            operator="ben",
            fit="pass",
            finish="pass",
            function="pass",
            build_seconds=Decimal(240),
            steps=tuple(PostedStep(seq, Decimal(60)) for seq in (10, 20, 30)),
        )
        for number in numbers
    ]
    execution.record_units(run_id=pilot.run_id, records=records, by=world.ivy, at=at)


def ship_some(world: Any, pilot: Pilot, number: int, *, at: datetime) -> None:
    """Two finished units: one in a carton, both shipped, one returned; a print job beside them."""
    from firstoff.rules.genealogy import LabelWish
    from firstoff.services.genealogy import labels, packs

    serials = [("CC-1", f"{pilot.batch_id}-{n:03}") for n in (number, number + 1)]
    given = {"site_id": world.site.pk, "by": world.ada, "at": at}
    wish = LabelWish(template="unit", size="50x25", batch=pilot.batch_id, only_new=True)
    labels.ask_for_labels(**given, wish=wish)
    name = f"Example Instruments {number}"
    packs.add_customer(**given, name=name)
    packs.pack(**given, package=f"C-{number:05}", units=serials[:1], uid=uuid4())
    packs.ship(
        **given,
        shipment=f"S-{number:05}",
        customer=name,
        packages=[f"C-{number:05}"],
        units=serials[1:],
        uid=uuid4(),
    )
    part, serial = serials[1]
    packs.take_return(**given, part=part, serial=serial, failure="The lid leaks.", uid=uuid4())
