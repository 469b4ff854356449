"""A unit's whole story: what the trace page, `firstoff trace` and the API's trace show."""

from dataclasses import dataclass
from datetime import datetime

from firstoff.db.keys import keys
from firstoff.errors import NotFound
from firstoff.queries.execution.definition import frozen
from firstoff.queries.trace.as_built import AsBuilt, as_built
from firstoff.queries.trace.designed import compared
from firstoff.queries.trace.places import Where, where
from firstoff.queries.trace.timeline import Happening, timeline
from firstoff.queries.trace.unit import trace_of, unit_row
from firstoff.queries.trace.used import Used, used
from firstoff.queries.trace.views import UnitTrace
from firstoff.rules.access import Actor
from firstoff.rules.trace import AsOf
from firstoff.rules.trace.designed import Difference
from firstoff.rules.trace.tree import Line, LotIn, UnitIn, fold, natural


@dataclass(frozen=True, slots=True)
class Story:
    """``tree`` is what it is made of as lines, ``built`` the same unfolded; both ``as_of``."""

    unit: UnitTrace
    where: Where
    built: AsBuilt
    tree: Line
    used: Used
    differences: tuple[Difference, ...]
    timeline: tuple[Happening, ...]

    @property
    def lots(self) -> tuple[LotIn, ...]:
        """Every lot in it, through all levels, each once."""
        return tuple({lot.key: lot for u in self.built.root.walk() for lot in u.lots}.values())

    @property
    def parts(self) -> int:
        """Serialised parts inside it, through all levels."""
        return sum(1 for _ in self.built.root.walk()) - 1


def story(
    actor: Actor, site: str, part: str, serial: str, as_of: datetime | AsOf | None = None
) -> Story:
    """Everything about one unit, in the same number of queries whatever it holds; 60 at most.

    as_of: the tree as it was then; ``shipped``: when the unit last left. Raises NotFound.
    """
    row = unit_row(actor, site, part, serial)
    trace = trace_of(actor, row)
    place = where(keys([row.pk]))[row.pk]
    built = as_built(row.pk, _moment(as_of, place, serial))
    definition = trace.run and frozen(trace.run.baseline_id, trace.run.baseline)
    plan = {o.seq: o for o in definition.operations} if definition else {}
    return Story(
        unit=trace,
        where=place,
        built=built,
        tree=fold(built.root),
        used=used(row, plan),
        differences=compared(row, trace, built.root, place.place),
        timeline=timeline(row, trace),
    )


def _moment(as_of: datetime | AsOf | None, place: Where, serial: str) -> datetime | None:
    if as_of is AsOf.SHIPPED:
        if place.shipped_at is None:
            raise NotFound(f"{serial} was not shipped.")
        return place.shipped_at
    return None if isinstance(as_of, AsOf) else as_of


def parts_inside(
    actor: Actor,
    site: str,
    part: str,
    serial: str,
    of: str,
    as_of: datetime | AsOf | None = None,
) -> tuple[UnitIn, ...]:
    """Every part of one number inside a unit, through all levels, in the order of their serial
    numbers: what a folded line of its tree holds. Ten queries. Raises NotFound."""
    row = unit_row(actor, site, part, serial)
    place = where(keys([row.pk]))[row.pk]
    root = as_built(row.pk, _moment(as_of, place, serial)).root
    found = (u for u in root.walk() if u.part == of and u is not root)
    return tuple(sorted(found, key=lambda u: natural(u.serial)))
