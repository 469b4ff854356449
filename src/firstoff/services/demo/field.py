"""A pump comes back from the field: its trace, the lot behind it, and what contains it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from firstoff.db.models import FloorRecord, Site
from firstoff.queries.access import actor_named
from firstoff.rules.trace import Question
from firstoff.rules.trace.conditions.lot import Lot
from firstoff.services import trace
from firstoff.services.demo.guide import SITE, SUSPECT_TITLE
from firstoff.services.demo.plant.happenings import SUSPECT_FAILURE
from firstoff.services.demo.plant.loading import PlantSize, load_plant
from firstoff.terms import ContainmentOutcome, FloorKind

PREFIX = "DP"  # dosing pump
_PUMPS = 400


@dataclass(frozen=True, slots=True)
class Came:
    """A pump that came back."""

    part: str
    serial: str
    customer: str


def tell(*, at: datetime, say: Callable[[str], None]) -> None:
    """Two months of dosing pumps, the seals that leak, and the containment, half worked off."""
    say("A plant: 400 dosing pumps, shipped; some come back")
    made = load_plant(PlantSize(_PUMPS, seed=7, prefix=PREFIX), at=at)
    back = came_back()
    if not back:
        raise AssertionError("no pump of the demonstration came back")
    say("Containment of the lot of seals behind them")
    ada, ivy = actor_named("ada"), actor_named("ivy")
    opened = trace.open_containment(
        site_id=Site.objects.get(code=SITE).pk,
        question=Question((Lot(made.suspect, f"{PREFIX}-SEAL-12"),)),
        title=SUSPECT_TITLE,
        reason=f"{len(back)} pumps came back dripping; all carry seals of lot {made.suspect}.",
        by=ada,
        at=at - timedelta(minutes=50),
    )
    for place, pump in enumerate(back):
        trace.record_finding(
            containment_id=opened.id,
            serial=pump.serial,
            part=pump.part,
            outcome=ContainmentOutcome.REPAIR if place % 3 else ContainmentOutcome.SCRAP,
            note="Seal hard and cracked; replaced." if place % 3 else "Housing eroded.",
            by=ivy,
            at=at - timedelta(minutes=30 - place % 20),
        )
    trace.tell_customer(
        containment_id=opened.id,
        customer=back[0].customer,
        reference="Letter by e-mail",
        by=ada,
        at=at - timedelta(minutes=8),
    )


def came_back() -> tuple[Came, ...]:
    """The pumps that came back dripping, the first one first."""
    rows = FloorRecord.objects.filter(
        site__code=SITE, kind=FloorKind.RETURN, unit__part__number=f"{PREFIX}-P-100"
    )
    found = []
    columns = ("unit__part__number", "unit__serial", "content")
    for part, serial, content in rows.order_by("pk").values_list(*columns):
        said = json.loads(content)
        if said.get("failure") == SUSPECT_FAILURE:
            found.append(Came(part, serial, said.get("customer", "")))
    return tuple(found)
