"""What happened at a site in the order of its times, read from the records of every table.

Nothing is kept twice for it: each source is read by its own time and they are merged as they are
read, so that a hundred thousand records need no more memory than a few thousand.
"""

from collections.abc import Iterator
from heapq import merge

from firstoff.formats.events.epcis.happenings import Happening, Voided
from firstoff.queries.access import site as site_of
from firstoff.queries.trace.happened import floor, made, material
from firstoff.queries.trace.happened.asked import Asked, Said, Wanted, asked
from firstoff.rules.access import Actor

__all__ = ["Wanted", "happened"]

# In the order in which things of one moment have to be heard: a lot before what is made of it.
SOURCES = (
    material.lots,
    material.lot_statuses,
    material.lot_moves,
    made.units,
    floor.loads,
    made.operations,
    floor.others,
    made.tests,
    made.results,
    floor.calibrations,
    floor.holds,
)


def happened(
    actor: Actor, site: str, wanted: Wanted | None = None
) -> Iterator[tuple[Happening, Voided | None]]:
    """Every happening in order, with the record that took it back, if one did.

    Raises NotFound for a site, batch or unit that is not there, before anything is read.
    """
    place = site_of(actor, site)
    given = asked(place.id, place.code, wanted or Wanted())
    return _merged(given)


def _merged(given: Asked) -> Iterator[tuple[Happening, Voided | None]]:
    streams = [_ranked(source(given), rank) for rank, source in enumerate(SOURCES)]
    for _, _, _, said, voided in merge(*streams, key=lambda found: found[:3]):
        yield said, voided


def _ranked(
    said: Iterator[Said], rank: int
) -> Iterator[tuple[float, int, int, Happening, Voided | None]]:
    for place, (happening, voided) in enumerate(said):
        yield happening.at.timestamp(), rank, place, happening, voided
