"""Records that were posted before: found by their ids, and compared by what they say (R-36)."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection

from firstoff.db.models import (
    Calibration,
    FloorRecord,
    Judgement,
    Lot,
    LotMove,
    LotStatusRecord,
    OperationRecord,
    Record,
    TestRecord,
    Unit,
)
from firstoff.errors import Refused
from firstoff.rules.genealogy import (
    Calibrated,
    LotCounted,
    LotDecided,
    LotMerged,
    LotReceived,
    LotSplit,
    OperationDone,
    Posted,
    Tested,
    UnitBegun,
    UnitResult,
    kind_of,
)
from firstoff.rules.ledger import canonical
from firstoff.rules.supply import quantity
from firstoff.services.execution.bulk import result_given
from firstoff.services.execution.planning import derived
from firstoff.services.genealogy.building import posted_result
from firstoff.services.genealogy.taking import said_by
from firstoff.services.genealogy.testing import digest_of
from firstoff.services.repeating import Given, same_or_refuse

# Every table that a record of its own id may lie in: an id stands for one record, of one kind.
_TABLES: tuple[type[Record], ...] = (
    FloorRecord,
    Unit,
    OperationRecord,
    TestRecord,
    Judgement,
    Lot,
    LotStatusRecord,
    LotMove,
    Calibration,
)
_KINDS: Mapping[type[Posted], type[Record]] = {
    UnitBegun: Unit,
    OperationDone: OperationRecord,
    Tested: TestRecord,
    UnitResult: Judgement,
    LotReceived: Lot,
    LotDecided: LotStatusRecord,
    LotSplit: LotMove,
    LotMerged: LotMove,
    LotCounted: LotMove,
    Calibrated: Calibration,
}


@dataclass(slots=True)
class Stored:
    """Rows found under the ids of a post."""

    rows: dict[UUID, Record] = field(default_factory=dict)

    def already(self, record: Posted) -> bool:
        """Whether the record is stored. Raises Refused (R-36) where its id stands for another."""
        row = self.rows.get(record.id)
        if row is None:
            return False
        wanted = _KINDS.get(type(record), FloorRecord)
        if isinstance(record, OperationDone) and not record.serial:
            wanted = FloorRecord
        if type(row) is not wanted:
            kind = row.kind if isinstance(row, FloorRecord) else row._meta.model_name
            same_or_refuse(record.id, [Given("kind", kind_of(record), kind)])
            raise _another(record)
        given = [] if record.at is None else _time_given(record, row)
        same_or_refuse(record.id, [*given, *_says(self, record, row)])
        return True


def stored_under(records: Sequence[Posted]) -> Stored:
    """One query, and one for each table where something is found."""
    uids = [record.id for record in records]
    uids += [u for r in records if (u := _inner(r)) is not None]
    found: dict[str, list[int]] = {}
    for table, key in _asked(uids):
        found.setdefault(table, []).append(key)
    stored = Stored()
    for model in _TABLES:
        keys = found.get(model._meta.db_table, [])
        for start in range(0, len(keys), 5000):
            rows = model._default_manager.filter(pk__in=keys[start : start + 5000])
            for row in rows.select_related(*_WITH.get(model, ())):
                stored.rows[row.uid] = row
    return stored


_WITH: Mapping[type[Record], tuple[str, ...]] = {
    Unit: ("part", "run", "equipment"),
    OperationRecord: ("unit", "equipment"),
    Judgement: ("unit",),
    Lot: ("part",),
    LotStatusRecord: ("lot",),
    LotMove: ("source", "target"),
    Calibration: ("equipment",),
}


def ids_taken(uids: Iterable[UUID]) -> bool:
    """Whether any of these ids is stored, as whatever kind of record. One query."""
    return bool(_asked(uids))


def ids_stored(uids: Sequence[UUID]) -> frozenset[UUID]:
    """Those of the ids that are stored, as whatever kind of record."""
    found: set[UUID] = set()
    for start in range(0, len(uids), 5000):
        some = uids[start : start + 5000]
        for model in _TABLES:
            rows = model._default_manager.filter(uid__in=some)
            found.update(rows.values_list("uid", flat=True))
    return frozenset(found)


def _inner(record: Posted) -> UUID | None:
    """The id of what an operation consumed: a record of its own."""
    return derived(record.id, "consumes") if isinstance(record, OperationDone) else None


def _asked(uids: Iterable[UUID]) -> list[tuple[str, int]]:
    select = " UNION ALL ".join(
        f"SELECT '{m._meta.db_table}', t.id FROM asked JOIN {m._meta.db_table} t "
        "ON t.uid = asked.uid"
        for m in _TABLES
    )
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            head = "WITH asked(uid) AS (SELECT unnest(%s::uuid[])) "
            cursor.execute(head + select, [list(uids)])
        else:
            head = "WITH asked(uid) AS (SELECT value FROM json_each(%s)) "
            cursor.execute(head + select, [json.dumps([uid.hex for uid in uids])])
        return list(cursor.fetchall())


def _time_given(record: Posted, row: Record) -> list[Given]:
    name = _TIMES.get(type(row))
    if name is None:
        return []
    if isinstance(record, OperationDone | Tested) and record.ended_at is not None:
        return [Given("ended_at", record.ended_at, getattr(row, name))]
    return [Given("time", record.at, getattr(row, name))]


_TIMES: Mapping[type[Record], str] = {
    FloorRecord: "happened_at",
    Unit: "started_at",
    OperationRecord: "ended_at",
    TestRecord: "ended_at",
    Judgement: "judged_at",
    Lot: "arrived_at",
    LotStatusRecord: "decided_at",
    LotMove: "moved_at",
    Calibration: "calibrated_at",
}


def _another(record: Posted) -> Refused:
    return Refused(
        f"The record {record.id} is stored already and says something else.",
        code="R-36",
        way_out="A new record needs an ID of its own.",
        uid=str(record.id),
    )


def _says(stored: Stored, record: Posted, row: Record) -> list[Given]:
    compare: Callable[[Stored, Any, Any], list[Given]] = _COMPARE.get(type(record), _floor)
    return compare(stored, record, row)


def _floor(stored: Stored, record: Posted, row: Any) -> list[Given]:
    if not isinstance(row, FloorRecord):
        raise TypeError("not a floor record")
    held = json.loads(row.content)
    held.pop("keys", None)
    if row.kind != kind_of(record) or held != json.loads(canonical(said_by(record))):
        raise _another(record)
    return []


def _unit(stored: Stored, record: UnitBegun, row: Unit) -> list[Given]:
    batch = row.run.batch_id if row.run is not None else ""
    return [
        Given("serial", record.serial, row.serial),
        Given("batch", record.batch, batch),
        Given("part", record.part or row.part.number, row.part.number),
        Given("previous serial", record.previous_serial, row.previous_serial),
        *_where_given("equipment", record.equipment, row.equipment and row.equipment.code),
        *_where_given("instruction", record.instruction, row.instruction),
    ]


def _where_given(name: str, given: object, stored: object) -> list[Given]:
    return [Given(name, given, stored)] if given else []


def _operation(stored: Stored, record: OperationDone, row: OperationRecord) -> list[Given]:
    if not record.serial:
        return _floor(stored, record, row)
    inner = stored.rows.get(derived(record.id, "consumes") or record.id)
    content = json.loads(inner.content) if isinstance(inner, FloorRecord) else {"items": []}
    consumed = [i["lot"] for i in content["items"]]
    return [
        Given("serial", record.serial, row.unit.serial),
        Given("operation", record.operation, row.seq),
        Given("outcome", str(record.outcome), str(row.outcome)),
        *_where_given("began_at", record.began_at, row.began_at),
        *_where_given("equipment", record.equipment, row.equipment and row.equipment.code),
        Given("lots consumed", [i.lot for i in record.consumes], consumed),
    ]


def _test(stored: Stored, record: Tested, row: TestRecord) -> list[Given]:
    if digest_of(record) != row.source_digest:
        raise _another(record)
    return []


def _result(stored: Stored, record: UnitResult, row: Judgement) -> list[Given]:
    posted = posted_result(record, record.at or row.judged_at)
    return [Given("serial", record.serial, row.unit.serial), *result_given(posted, row)]


def _lot(stored: Stored, record: LotReceived, row: Lot) -> list[Given]:
    return [
        Given("lot", record.lot, row.code),
        Given("part", record.part, row.part.number),
        Given("quantity", quantity(record.quantity, field="quantity", zero=True), row.quantity),
        Given("supplier lot", record.supplier_lot, row.supplier_lot),
        Given("expiry", record.expires, row.expires),
    ]


def _decided(stored: Stored, record: LotDecided, row: LotStatusRecord) -> list[Given]:
    return [
        Given("lot", record.lot, row.lot.code),
        Given("status", str(record.status), str(row.status)),
        Given("reason", record.reason.strip(), row.reason),
    ]


def _moved(stored: Stored, record: LotSplit | LotMerged | LotCounted, row: LotMove) -> list[Given]:
    held = [row.kind, row.quantity]
    if isinstance(record, LotCounted):
        by = quantity(record.by, field="by", signed=True)
        lot = row.source if by < 0 else row.target
        return [
            Given("kind and quantity", ["adjust", abs(by)], held),
            Given("lot", record.lot, lot.code if lot else None),
        ]
    kind, first = (
        ("split", record.into[0])
        if isinstance(record, LotSplit)
        else (
            "merge",
            record.lots[0],
        )
    )
    said = [kind, quantity(first.quantity, field="quantity")]
    return [Given("kind and quantity", said, held)]


def _calibrated(stored: Stored, record: Calibrated, row: Calibration) -> list[Given]:
    return [
        Given("equipment", record.equipment, row.equipment.code),
        Given("result", str(record.result), str(row.as_found)),
        Given("due", record.due, row.due),
    ]


_COMPARE: Mapping[type[Posted], Callable[[Stored, Any, Any], list[Given]]] = {
    UnitBegun: _unit,
    OperationDone: _operation,
    Tested: _test,
    UnitResult: _result,
    LotReceived: _lot,
    LotDecided: _decided,
    LotSplit: _moved,
    LotMerged: _moved,
    LotCounted: _moved,
    Calibrated: _calibrated,
}
