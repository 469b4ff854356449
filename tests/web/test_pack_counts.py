"""The pages of packing and shipping ask as often for three hundred units as for one."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from firstoff.db.models import LabelJob
from firstoff.rules.genealogy import LabelWish
from firstoff.services.genealogy import labels, packs
from tests.conftest import NOW, World
from tests.making import MINUTE, Pilot, opened_pilot
from tests.packing import finish
from tests.web.conftest import Browse

AT = NOW + timedelta(hours=9)
PAGES = (
    "/pack/",
    "/pack/STOKE/",
    "/pack/STOKE/?package=C-1",
    "/packages/STOKE/C-1/",
    "/labels/",
    "/labels/STOKE/new/",
    "/labels/STOKE/{job}/",
    "/labels/verify/?site=STOKE&job={job}",
    "/ship/STOKE/",
    "/ship/STOKE/new/",
    "/ship/STOKE/S-1/",
    "/ship/STOKE/S-1/units.csv",
    "/returns/STOKE/",
    "/customers/",
    "/units/STOKE/CC-1/CC1-P1-001/label/",
    "/units/STOKE/CC-1/CC1-P1-001/mend/",
)


def fill(world: World, pilot: Pilot, first: int, last: int) -> None:
    """More of everything: labels, packed, shipped and returned units, customers, shipments."""
    given: dict[str, Any] = {"site_id": world.site.pk, "by": world.ada, "at": AT}
    finish(world, pilot, *range(first, last + 1), at=AT - 60 * MINUTE)
    wish = LabelWish(
        template="unit", size="50x25", batch=pilot.batch_id, reason="All again.", first=1
    )
    labels.ask_for_labels(**given, wish=wish)
    names = [("CC-1", f"{pilot.batch_id}-{n:03}") for n in range(first, last + 1)]
    packs.pack(**given, package="C-1", units=names, uid=uuid4())
    for part, serial in names[: len(names) // 2]:
        packs.unpack(**given, package="C-1", units=[(part, serial)], reason="Ship", uid=uuid4())
        packs.add_customer(**given, name=f"To {serial}")
        packs.ship(
            **given, shipment=f"S-{serial}", customer=f"To {serial}", units=[(part, serial)],
            uid=uuid4(),
        )  # fmt: skip
        packs.take_return(**given, part=part, serial=serial, failure="Leaks", uid=uuid4())


def shipped(world: World, pilot: Pilot, first: int, last: int) -> None:
    names = [("CC-1", f"{pilot.batch_id}-{n:03}") for n in range(first, last + 1)]
    finish(world, pilot, *range(first, last + 1), at=AT - 60 * MINUTE)
    packs.ship(
        site_id=world.site.pk, by=world.ada, at=AT, shipment="S-1", customer="Large",
        units=names, uid=uuid4(), new=False,
    )  # fmt: skip


def counts(client: Any, job: str) -> dict[str, int]:
    found = {}
    for page in PAGES:
        address = page.format(job=job)
        client.get(address)
        with CaptureQueriesContext(connection) as seen:
            answer = client.get(address)
            assert answer.status_code == 200, address
            _ = b"".join(answer) if answer.streaming else answer.content
        found[page] = len(seen)
    return found


@pytest.mark.slow
def test_three_hundred_ask_no_more_often_than_one(world: World, browse: Browse) -> None:
    pilot = opened_pilot(world, planned_quantity=400)
    packs.add_customer(site_id=world.site.pk, name="Large", by=world.ada, at=AT)
    fill(world, pilot, 1, 2)  # one stays in the carton, one comes back
    shipped(world, pilot, 3, 3)
    client = browse(world.ada)
    one = counts(client, str(LabelJob.objects.order_by("pk")[0].uid))
    fill(world, pilot, 4, 9)
    three = counts(client, str(LabelJob.objects.order_by("-pk")[0].uid))
    shipped(world, pilot, 10, 160)
    finish(world, pilot, *range(161, 311), at=AT - 60 * MINUTE)
    more = [("CC-1", f"{pilot.batch_id}-{n:03}") for n in range(161, 311)]
    packs.pack(site_id=world.site.pk, by=world.ada, at=AT, package="C-1", units=more, uid=uuid4())
    wish = LabelWish(template="unit", size="50x25", batch=pilot.batch_id, reason="All again.")
    labels.ask_for_labels(site_id=world.site.pk, by=world.ada, at=AT, wish=wish)
    many = counts(client, str(LabelJob.objects.order_by("-pk")[0].uid))
    assert (three, many) == (one, one)
