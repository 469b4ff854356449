"""Which happenings are asked for, and what their sources need to know."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet

from firstoff.db.models import Run, Unit
from firstoff.errors import NotFound
from firstoff.formats.events.epcis.happenings import Happening, Voided

M = TypeVar("M", bound=Model)
Said = tuple[Happening, Voided | None]
CHUNK = 2000


@dataclass(frozen=True, slots=True)
class Wanted:
    """All that is left out is not asked about. since, until: when it happened, half open."""

    since: datetime | None = None
    until: datetime | None = None
    batch: str = ""
    part: str = ""
    serial: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    site: int
    code: str  # of the site
    wanted: Wanted
    run: int | None
    unit: int | None

    @property
    def narrowed(self) -> bool:
        return self.run is not None or self.unit is not None

    def within(self, rows: "QuerySet[M]", moment: str) -> "QuerySet[M]":
        """Rows of the time asked for, in its order."""
        when = Q()
        if self.wanted.since is not None:
            when &= Q(**{f"{moment}__gte": self.wanted.since})
        if self.wanted.until is not None:
            when &= Q(**{f"{moment}__lt": self.wanted.until})
        return rows.filter(when).order_by(moment, "pk")

    def of_units(self, rows: "QuerySet[M]", unit: str = "unit") -> "QuerySet[M]":
        """Rows about the unit or the batch asked for, or about any of the site."""
        if self.unit is not None:
            return rows.filter(**{unit: self.unit})
        if self.run is not None:
            own = "run" if unit == "unit" else "run_id"
            return rows.filter(**{own: self.run})
        return rows.filter(**{f"{unit}__part__site" if unit != "pk" else "part__site": self.site})


def asked(site: int, code: str, wanted: Wanted) -> Asked:
    """Raises NotFound."""
    run: int | None = None
    unit: int | None = None
    if wanted.batch:
        runs = Run.objects.filter(site=site, batch_id=wanted.batch)
        run = runs.values_list("pk", flat=True).first()
        if run is None:
            raise NotFound(f"There is no batch {wanted.batch[:60]} here.", field="batch")
    if wanted.serial:
        rows = Unit.objects.filter(part__site=site, serial=wanted.serial)
        rows = rows.filter(part__number=wanted.part) if wanted.part else rows
        rows = rows if run is None else rows.filter(run=run)
        unit = rows.values_list("pk", flat=True).first()
        if unit is None:
            raise NotFound(f"There is no unit {wanted.serial[:60]} here.", field="serial")
    return Asked(site, code, wanted, run, unit)


def chunks(rows: "QuerySet[M]") -> Iterator[list[M]]:
    """The rows some at a time: what hangs on them is read for all of a chunk at once."""
    held: list[M] = []
    for row in rows.iterator(chunk_size=CHUNK):
        held.append(row)
        if len(held) >= CHUNK:
            yield held
            held = []
    if held:
        yield held


def grouped(pairs: Iterable[tuple[int, Any]]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found
