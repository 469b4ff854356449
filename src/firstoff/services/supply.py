"""Lots: received, decided, parted, merged, counted, drawn from (R-22, R-38, R-67).

``LotBook`` is the lots that one verb names, read at once under the ledger's lock; what the verb
does to them is done in the book first, record by record, and written in few statements.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.db.models.functions import Lower

from firstoff.db.fields import PLACES
from firstoff.db.inserts import fresh
from firstoff.db.keys import Keys, among, keys
from firstoff.db.models import (
    Characteristic,
    Lot,
    LotBalance,
    LotMove,
    LotStatusRecord,
    ManufacturerPart,
    Part,
    Supplier,
)
from firstoff.db.prepared import prepared
from firstoff.errors import InvalidInput, NotFound, Refused
from firstoff.rules.supply import (
    LotFacts,
    check_draw,
    check_same_material,
    check_status,
    check_usable,
)
from firstoff.services.ledger import Entry
from firstoff.terms import CharacteristicClass, LotMoveKind, LotStatus

_CHUNK = 5000  # parameters of one query


class Undo:
    """What a record that is refused half-way has done to the picture is taken back."""

    __slots__ = ("_done",)

    def __init__(self) -> None:
        self._done: list[Callable[[], object]] = []

    def change(self, thing: Any, name: str, value: object) -> None:
        before = getattr(thing, name)
        self._done.append(lambda: setattr(thing, name, before))
        setattr(thing, name, value)

    def put(self, held: dict[Any, Any], key: object, value: object) -> None:
        if key in held:
            before = held[key]
            self._done.append(lambda: held.__setitem__(key, before))
        else:
            self._done.append(lambda: held.pop(key))
        held[key] = value

    def append(self, held: list[Any], value: object) -> None:
        self._done.append(held.pop)
        held.append(value)

    def add(self, held: set[Any], value: object) -> None:
        if value not in held:
            self._done.append(lambda: held.discard(value))
            held.add(value)

    def keep(self) -> None:
        """The record is taken: what it did stays."""
        self._done.clear()

    def mark(self) -> int:
        """Where it stands, to go back to."""
        return len(self._done)

    def back(self, mark: int = 0) -> None:
        while len(self._done) > mark:
            self._done.pop()()


@dataclass(slots=True, eq=False)
class LotSeen:
    """A lot as it will stand once the records before are stored."""

    lot: Lot
    part: str  # its number
    on_hand: Decimal
    status: LotStatus
    decided: list[tuple[datetime, LotStatus]] = field(default_factory=list)  # in time
    stored: tuple[Decimal, LotStatus] | None = None  # the balance as it was read

    def facts(self, at: datetime) -> LotFacts:
        then = LotStatus.QUARANTINE
        for when, status in self.decided:
            if when > at:
                break
            then = status
        lot = self.lot
        return LotFacts(
            lot.code, self.part, self.on_hand, lot.unit, self.status, then, lot.expires
        )

    @property
    def changed(self) -> bool:
        return self.stored != (self.on_hand, self.status)


class LotBook:
    """The lots that a verb names, at one site."""

    def __init__(self, site_id: int, undo: Undo | None = None) -> None:
        self.site_id = site_id
        self.undo = undo or Undo()
        self.parts: dict[str, Part] = {}  # by number
        self.new_lots: list[Lot] = []
        self.statuses: list[LotStatusRecord] = []
        self.moves: list[LotMove] = []
        self._lots: dict[str, list[LotSeen]] = {}  # by code: two parts may have one of a name
        self._by_key: dict[int, LotSeen] = {}
        self._suppliers: dict[str, Supplier] = {}
        self._sources: dict[tuple[int, str, str], ManufacturerPart] = {}
        self._critical: dict[int, bool] = {}

    # ------------------------------------------------------------ reading

    def read_parts(self, numbers: Iterable[str], made: Iterable[str] = ()) -> None:
        """Three queries a chunk at most. made: numbers that are taken on where nobody knows them:
        what comes in from outside is known by its receipt first."""
        for some in _chunks([n for n in dict.fromkeys(numbers) if n and n not in self.parts]):
            for part in Part.objects.filter(site=self.site_id, number__in=some):
                self.parts[part.number] = part
        for some in _chunks([n for n in dict.fromkeys(made) if n and n not in self.parts]):
            alike = Part.objects.annotate(lower=Lower("number")).filter(
                site=self.site_id, lower__in=[n.lower() for n in some]
            )
            known = {part.number.lower() for part in alike}
            new = [n for n in some if n.lower() not in known]
            rows = [Part(site_id=self.site_id, number=n, name=n) for n in new]
            self.parts.update((p.number, p) for p in Part.objects.bulk_create(rows))

    def read_suppliers(self, names: Iterable[str]) -> None:
        """Two queries a chunk at most; one that nobody knows is taken on."""
        for some in _chunks([n for n in dict.fromkeys(names) if n and n not in self._suppliers]):
            for known in Supplier.objects.filter(site=self.site_id, name__in=some):
                self._suppliers[known.name] = known
            rows = [
                Supplier(site_id=self.site_id, name=n) for n in some if n not in self._suppliers
            ]
            self._suppliers.update((s.name, s) for s in Supplier.objects.bulk_create(rows))

    def read_sources(self, wanted: Iterable[tuple[str, str, str]]) -> None:
        """What manufacturers call them: (part number, manufacturer, MPN). Two queries a chunk."""
        keys = {
            (self.parts[part].pk, maker, mpn): self.parts[part]
            for part, maker, mpn in wanted
            if mpn and part in self.parts
        }
        for some in _chunks(list(keys)):
            rows = ManufacturerPart.objects.filter(
                part__in={k[0] for k in some}, mpn__in={k[2] for k in some}
            )
            self._sources.update(((r.part_id, r.manufacturer, r.mpn), r) for r in rows)
            new = [
                ManufacturerPart(part_id=k[0], manufacturer=k[1], mpn=k[2])
                for k in some
                if k not in self._sources
            ]
            for row in ManufacturerPart.objects.bulk_create(new):
                self._sources[row.part_id, row.manufacturer, row.mpn] = row

    def read(self, codes: Iterable[str]) -> None:
        """Every lot of the site with one of these codes: three queries a chunk at most."""
        wanted = [c for c in dict.fromkeys(codes) if c and c not in self._lots]
        for some in _chunks(wanted):
            self._lots.update((code, []) for code in some)
            self._take(_called(self.site_id, some))

    def read_keys(self, wanted: Iterable[int]) -> None:
        """The lots with these keys, for readings that are made again."""
        for some in _chunks([k for k in dict.fromkeys(wanted) if k not in self._by_key]):
            self._take(_lots(keys(some)))

    def _take(self, rows: Sequence[Lot]) -> None:
        unsure = []
        for lot in rows:
            if lot.pk in self._by_key:
                continue
            balance = lot.balance
            status = LotStatus(balance.status)
            seen = LotSeen(lot, lot.part.number, balance.on_hand, status)
            seen.stored = (seen.on_hand, seen.status)
            self._lots.setdefault(lot.code, []).append(seen)
            self._by_key[lot.pk] = seen
            self.parts[lot.part.number] = lot.part
            unsure.append(lot.pk)
        if unsure:
            for key, when, word in _decisions(keys(unsure)):
                self._by_key[key].decided.append((when, LotStatus(word)))

    def by_key(self, key: int) -> LotSeen:
        return self._by_key[key]

    # ------------------------------------------------------------ naming

    def part(self, number: str) -> Part:
        """A part by its number, exactly. Raises NotFound."""
        found = self.parts.get(number)
        if found is None:
            raise NotFound(
                f"There is no part {number[:120]} here.",
                way_out="Look at its number; capital and small letters are not the same.",
                field="part",
            )
        return found

    def find(self, code: str, part: str = "", *, field: str = "lot") -> LotSeen:
        """A lot by its code, and by its part where two have one of that name. Raises NotFound."""
        known = self._lots.get(code, [])
        found = [seen for seen in known if not part or seen.part == part]
        if len(found) == 1:
            return found[0]
        if found:
            parts = ", ".join(sorted(seen.part for seen in found))
            raise InvalidInput(
                f"There are {len(found)} lots {code}: of {parts}.",
                way_out="Name the part of the lot as well.",
                field=field,
            )
        of = f" of {part}" if part else ""
        raise NotFound(
            f"There is no lot {code}{of} here.", way_out="Record its receipt first.", field=field
        )

    def known(self, code: str, part_id: int) -> LotSeen | None:
        return next((s for s in self._lots.get(code, ()) if s.lot.part_id == part_id), None)

    def _free(self, part: Part, code: str) -> None:
        if any(seen.lot.part_id == part.pk for seen in self._lots.get(code, ())):
            raise Refused(
                f"Lot {code} of {part.number} is recorded already.",
                code="R-36",
                way_out="A lot has a code of its own; what came in later is another lot.",
            )

    def supplier(self, name: str) -> Supplier | None:
        return self._suppliers[name] if name else None

    def source(self, part: Part, manufacturer: str, mpn: str) -> ManufacturerPart | None:
        return self._sources[part.pk, manufacturer, mpn] if mpn else None

    # ------------------------------------------------------------ doing

    def receive(self, lot: Lot, *, status: LotStatus = LotStatus.QUARANTINE) -> LotSeen:
        """A new lot. Raises Refused (R-36) where the part has one of that code."""
        part = lot.part
        self._free(part, lot.code)
        if lot.pk is None:
            raise TypeError("a lot is given its key before it is received")
        seen = LotSeen(lot, part.number, lot.quantity, status)
        undo = self.undo
        undo.append(self.new_lots, lot)
        undo.append(self._lots.setdefault(lot.code, []), seen)
        undo.put(self._by_key, lot.pk, seen)
        return seen

    def decide(
        self,
        seen: LotSeen,
        status: LotStatus,
        *,
        at: datetime,
        reason: str,
        uid: UUID | None = None,
        inspected: bool = False,
    ) -> None:
        """How the lot stands from then on; of two decisions the later one holds (R-22).

        inspected: what was found on it is recorded in the same transaction.
        """
        critical = status is LotStatus.ACCEPTED and self._is_critical(seen.lot.part_id)
        facts = seen.facts(at)
        check_status(facts, status, reason, critical=critical, inspected=inspected)
        if at < seen.lot.arrived_at:
            raise InvalidInput(
                f"Lot {seen.lot.code} would be decided on before it came in, "
                f"{seen.lot.arrived_at.isoformat()}.",
                field="at",
            )
        row = fresh(
            LotStatusRecord,
            uid=uid,
            lot=seen.lot,
            status=status.value,
            decided_at=at,
            reason=reason,
            signature=None,
        )
        undo = self.undo
        undo.append(self.statuses, row)
        decided = sorted([*seen.decided, (at, status)], key=lambda pair: pair[0])
        undo.change(seen, "decided", decided)
        undo.change(seen, "status", decided[-1][1])

    def check_usable(self, seen: LotSeen, at: datetime, on: date) -> None:
        check_usable(seen.facts(at), on=on)

    def draw(self, seen: LotSeen, wanted: Decimal, at: datetime) -> None:
        """Take a quantity out. Raises Refused (R-67) where the lot does not hold it."""
        self.undo.change(seen, "on_hand", check_draw(seen.facts(at), wanted))

    def give_back(self, seen: LotSeen, quantity: Decimal) -> None:
        self.undo.change(seen, "on_hand", seen.on_hand + quantity)

    def move(
        self,
        kind: LotMoveKind,
        source: LotSeen | None,
        target: LotSeen | None,
        quantity: Decimal,
        *,
        at: datetime,
        reason: str,
        uid: UUID | None,
    ) -> None:
        """A quantity from one lot to another, or found, or lost. Raises Refused (R-67)."""
        if source is not None and target is not None:
            check_same_material(target.part, source.facts(at))
        if source is not None:
            self.draw(source, quantity, at)
        if target is not None:
            self.give_back(target, quantity)
        self.undo.append(
            self.moves,
            fresh(
                LotMove,
                uid=uid,
                kind=kind.value,
                source=source.lot if source else None,
                target=target.lot if target else None,
                quantity=quantity,
                moved_at=at,
                reason=reason,
            ),
        )

    def _is_critical(self, part_id: int) -> bool:
        if part_id not in self._critical:
            self._critical[part_id] = Characteristic.objects.filter(
                revision__part=part_id, classification=CharacteristicClass.CRITICAL
            ).exists()
        return self._critical[part_id]

    # ------------------------------------------------------------ writing

    def write_records(self, entry: Entry) -> None:
        entry.add_all(self.new_lots)
        entry.add_all(self.statuses)
        entry.add_all(self.moves)

    def write_balances(self, entry: Entry) -> None:
        """The readings of the lots that changed, in one statement."""
        changed = [s for known in self._lots.values() for s in known if s.changed]
        entry.lots.update(seen.lot.pk for seen in changed)
        write_balances({s.lot.pk: (s.on_hand, s.status) for s in changed})
        for seen in changed:
            seen.stored = (seen.on_hand, seen.status)


def _called(site_id: int, codes: Sequence[str]) -> Sequence[Lot]:
    if len(codes) == 1:  # what a line posts
        return _coded(site_id, codes[0])
    rows = Lot.objects.filter(part__site=site_id, code__in=codes)
    return list(rows.select_related("part", "balance"))


@prepared
def _coded(site_id: int, code: str) -> "QuerySet[Lot]":
    rows = Lot.objects.filter(part__site=site_id, code=code)
    return rows.select_related("part", "balance")


@prepared
def _lots(some: Keys) -> "QuerySet[Lot]":
    return Lot.objects.filter(among(Lot, "id", some)).select_related("part", "balance")


@prepared
def _decisions(lots: Keys) -> "QuerySet[LotStatusRecord, tuple[int, datetime, str]]":
    rows = LotStatusRecord.objects.filter(among(LotStatusRecord, "lot", lots))
    return rows.order_by("decided_at", "pk").values_list("lot_id", "decided_at", "status")


def write_balances(balances: Mapping[int, tuple[Decimal, LotStatus]]) -> None:
    """What is left of lots and how they stand, by their keys."""
    if not balances:
        return
    table = LotBalance._meta.db_table
    rows = [
        (key, int(on_hand.scaleb(PLACES)), status.value)
        for key, (on_hand, status) in balances.items()
    ]
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table} (lot_id, on_hand, status) VALUES (%s, %s, %s) "
            "ON CONFLICT (lot_id) DO UPDATE SET on_hand = excluded.on_hand, "
            "status = excluded.status",
            rows,
        )


T = TypeVar("T")


def _chunks(items: Sequence[T]) -> Iterable[Sequence[T]]:
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]
