"""The part of the site that a post names, as it will be once the records before are stored.

Everything is read at once, under the ledger's lock: a fixed number of queries for each table,
however many records there are. Planning then asks and changes only this.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import cached_property
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from firstoff.db.inserts import Keys
from firstoff.db.models import (
    POSTED,
    Customer,
    Equipment,
    FloorRecord,
    Lot,
    Package,
    ProcedureRevision,
    Record,
    Run,
    Shipment,
    Site,
    Unit,
)
from firstoff.errors import InvalidInput, NotFound
from firstoff.rules.access import Actor, builder_class
from firstoff.rules.execution import Hold
from firstoff.rules.genealogy import UnitName
from firstoff.services.execution.floor import Floor, Operator
from firstoff.services.genealogy.readings import Readings
from firstoff.services.sourcing.arrivals import OrderBook
from firstoff.services.supply import LotBook, Undo

T = TypeVar("T")
CHUNK = 5000  # parameters of one query
_NUMBERED: tuple[type[Record], ...] = (Unit, Lot, Package, Shipment, FloorRecord)


class Kept:
    """What earlier posts read of runs and people and is true still: see ``known``."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self.operators: dict[tuple[int, str], Operator] = {}  # by site and as they are named
        self.runs: dict[tuple[int, str], Run] = {}  # by site and batch


class Picture:
    """One site, while records are taken for it."""

    source = POSTED  # which door or importer the tests came through
    kept: Kept | None = None  # where it may be kept for the next post

    def __init__(self, site: Site, *, by: Actor, at: datetime, records: int = 1) -> None:
        self.site, self.by, self.at = site, by, at
        self.undo = Undo()
        self.book = LotBook(site.pk, self.undo)
        self.orders = OrderBook(site.pk, self.undo)
        self.readings = Readings(self.undo)
        self.keys = {model: Keys(model, records) for model in _NUMBERED}
        self.runs: dict[int, Run] = {}
        self.batches: dict[str, Run] = {}
        self.units: dict[tuple[int, str], Unit] = {}  # by part and serial
        self.by_key: dict[int, Unit] = {}
        self.floors: dict[int, Floor] = {}  # by run
        self.packages: dict[str, Package] = {}
        self._codes: dict[int, str] = {}  # of the packages, by their keys
        self.shipments: dict[str, Shipment] = {}
        self.customers: dict[str, Customer] = {}
        self.machines: dict[str, Equipment] = {}
        self.people: dict[str, Operator] = {}
        self.uses: dict[int, int] = {}  # of equipment whose life is counted
        self.procedures: dict[str, ProcedureRevision] = {}
        self.voided: dict[UUID, FloorRecord] = {}  # what is to be taken back, by its id
        self.gone_back: set[UUID] = set()  # what was taken back
        self.asking: set[int] | None = None  # runs that want labels scanned back, once asked for
        self.labelled: dict[int, bool] = {}  # whose label was scanned back, by unit
        self.failed_tests: dict[int, dict[str, bool]] = {}  # by unit: procedure, latest failed
        self.calibrated: dict[int, datetime] = {}  # when last, by equipment
        self.attempts: dict[int, int] = {}  # which attempt rework began, by unit
        self.contained: dict[int, tuple[Hold, ...]] = {}  # what holds it, by unit
        # Units and when an operation ended, by run and operation: as stored, and of this post.
        self.done: dict[tuple[int, int], list[tuple[int, datetime]]] = {}
        self.doing: dict[tuple[int, int], list[tuple[int, datetime]]] = {}
        self.reels_before: dict[int, tuple[datetime, datetime | None]] = {}  # as stored

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.site.time_zone)

    def day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    # ------------------------------------------------------------ naming

    def run(self, batch: str) -> Run:
        """Raises NotFound."""
        found = self.batches.get(batch)
        if found is None:
            raise NotFound(
                f"There is no batch {batch[:120]} here.",
                way_out="Look at its batch ID; capital and small letters are not the same.",
                field="batch",
            )
        return found

    def part_of(self, part: str, batch: str) -> int:
        """The key of the part that a unit is named by. Raises NotFound, InvalidInput."""
        if not batch:
            return self.book.part(part).pk
        made = self.run(batch).program.part
        if part and part != made.number:
            raise InvalidInput(f"Batch {batch} makes {made.number}, not {part}.", field="part")
        return made.pk

    def unit(self, serial: str, part: str = "", batch: str = "", *, field: str = "serial") -> Unit:
        """Raises NotFound where nobody recorded it, or not in this batch."""
        found = self.units.get((self.part_of(part, batch), serial))
        if found is None or (batch and found.run_id != self.run(batch).pk):
            where = f"is not started in {batch}" if batch else f"of {part} is not recorded here"
            raise NotFound(
                f"{serial} {where}.", way_out="Record it first, as kind unit.", field=field
            )
        return found

    def named(self, name: UnitName, part: str, batch: str, field: str) -> Unit:
        """A unit in a list: by its own part, or by the one that the record names."""
        own = name.part or part
        return self.unit(name.serial, own, "" if name.part else batch, field=field)

    def add_unit(self, unit: Unit) -> None:
        self.undo.put(self.units, (unit.part_id, unit.serial), unit)
        self.undo.put(self.by_key, unit.pk, unit)

    def machine(self, code: str, field: str = "equipment") -> Equipment | None:
        """Raises InvalidInput where the site has none of that code, exactly."""
        if not code:
            return None
        found = self.machines.get(code)
        if found is None:
            raise InvalidInput(
                f"There is no equipment {code} at {self.site.name}.",
                way_out="The Equipment page lists the codes; an engineer adds one.",
                field=field,
            )
        return found

    def package_code(self, key: int | None) -> str:
        if len(self._codes) != len(self.packages):
            self._codes = {row.pk: row.code for row in self.packages.values()}
        return self._codes.get(key or 0, "")

    def shipment_code(self, key: int | None) -> str:
        return next((row.code for row in self.shipments.values() if row.pk == key), "")

    def operator(self, name: str) -> Operator:
        """Who did it: by user name; whoever posts where none is given. Raises InvalidInput."""
        found = self.people.get(name)
        if found is None and name:
            raise InvalidInput(
                f"The operator {name!r} is unknown at {self.site.name}.",
                way_out="Expected a user name from the People page.",
                field="operator",
            )
        if found is None:
            by = self.by
            roles = by.roles_at(self.site.pk)
            found = Operator(by.person_id, by.username, by.name, builder_class(roles))
            self.people[name] = found
        return found

    def floor(self, run: Run) -> Floor:
        """The run while records are taken for it, with what is read already."""
        found = self.floors.get(run.pk)
        if found is None:
            found = self.floors[run.pk] = Floor(run, by=self.by, at=self.at)
            found.introduce(self.people, self.machines, self.uses)
            found.procedures = self.procedures
        return found


def chunks(items: Iterable[T]) -> Iterable[Sequence[T]]:
    held = list(items)
    for start in range(0, len(held), CHUNK):
        yield held[start : start + CHUNK]
