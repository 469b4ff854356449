"""Readings made again from the records, compared with those that are kept, and put right.

What is kept follows from the records and from nothing else: whoever doubts it asks here.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from firstoff.db.models import (
    Equipment,
    FloorRecord,
    Judgement,
    Lot,
    LotMove,
    LotStatusRecord,
    OperationContext,
    OperationRecord,
    Run,
)
from firstoff.errors import NotAllowed
from firstoff.queries.execution.definition import frozen, frozen_all, route
from firstoff.queries.health import Check, State
from firstoff.rules.access import DEEDS, Actor, may_anywhere
from firstoff.rules.plan import PlanOperation, order_of
from firstoff.services import ledger
from firstoff.services.genealogy.finishing import branching, came_to_end
from firstoff.services.genealogy.keeping import TABLES, Kept, Table
from firstoff.services.genealogy.readings import Drawn, Readings, Reel, carried
from firstoff.services.genealogy.roots import root_rows
from firstoff.services.genealogy.voiding import fact_of
from firstoff.terms import FloorKind, LotStatus, OperationOutcome

_CHUNK = 5000
_QUICK = 20_000  # records that the doctor reads again unasked


@dataclass(frozen=True, slots=True)
class Difference:
    """A table of readings that does not say what the records say. ``example`` is one key of it."""

    table: str
    missing: int
    too_many: int
    example: str

    @property
    def sentence(self) -> str:
        parts = []
        if self.missing:
            parts.append(f"{self.missing:,} missing")
        if self.too_many:
            parts.append(f"{self.too_many:,} too many or different")
        return f"{self.table}: {', '.join(parts)} (such as {self.example})."


def check(run_id: int | None = None) -> tuple[Difference, ...]:
    """Compare what is kept with what follows from the records; of one run where it is said.

    Reads every record: minutes where there are millions.
    """
    wanted = computed()
    found = []
    for table in TABLES:
        difference = _compare(table, wanted, run_id)
        if difference is not None:
            found.append(difference)
    return tuple(found)


def rebuild(*, by: Actor, at: datetime, run_id: int | None = None) -> tuple[Difference, ...]:
    """Put the readings right where they differ; answers what differed. One entry in the ledger."""
    if not may_anywhere(by, "readings.rebuild"):
        raise NotAllowed(
            f"{by.name or by.username} may not {DEEDS['readings.rebuild']}.",
            way_out="It takes one of these roles: administrator, quality manager.",
        )
    with ledger.verb("genealogy.rebuild", by=by, at=at, subject="readings") as entry:
        found = _repaired(run_id)
        entry.details.update({d.table: [d.missing, d.too_many] for d in found})
        return found


def make_first() -> None:
    """The readings of records that are older than readings: after a migration. Nothing is written
    to the ledger: nobody recorded anything."""
    if OperationRecord.objects.exists() or Judgement.objects.exists():
        with transaction.atomic():
            _repaired(None)


def _repaired(run_id: int | None) -> tuple[Difference, ...]:
    wanted = computed()
    found = []
    for table in TABLES:
        if table.derived:
            wanted[table.name] = dict.fromkeys(root_rows(), 1)
        difference = _compare(table, wanted, run_id)
        if difference is not None:
            found.append(difference)
            table.repair(wanted[table.name], run_id)
    return tuple(found)


def examined(full: bool) -> Check:
    """For `firstoff doctor`: whether readings and records agree, where asked or quickly done."""
    count = sum(m.objects.count() for m in (FloorRecord, Lot, OperationRecord))
    if not full and count > _QUICK:
        return Check("readings", State.OK, f"{count:,} records not read again; --full does.")
    found = check()
    if not found:
        return Check("readings", State.OK, f"They follow from {count:,} records.")
    return Check("readings", State.FAIL, found[0].sentence, "Run: firstoff genealogy rebuild")


def _compare(table: Table, wanted: Mapping[str, Kept], run_id: int | None) -> Difference | None:
    there, should = table.stored(run_id), table.of_run(wanted[table.name], run_id)
    missing = [row for row, n in should.items() if there.get(row, 0) < n]
    extra = [row for row, n in there.items() if should.get(row, 0) < n]
    if not missing and not extra:
        return None
    example = table.shown((missing or extra)[0])
    return Difference(table.name, len(missing), len(extra), example)


def computed() -> dict[str, Kept]:
    """Every table of readings as it follows from the records: rows, and how often each."""
    readings = _followed()
    _finish(readings)
    edges = [*((d, False) for d in readings.consumed)]
    edges += [(d, True) for d in _carried(readings)]
    found: dict[str, Kept] = {
        "consumption": Counter(
            (d.holder, d.lot, _millionths(d.quantity), d.record, loaded) for d, loaded in edges
        ),
        "batch consumption": Counter(
            (d.holder, d.lot, _millionths(d.quantity), d.record) for d in readings.batch_consumed
        ),
        "lot balances": _balances([d for d, _ in edges] + readings.batch_consumed),
        "equipment uses": dict.fromkeys(_uses().items(), 1),
    }
    found.update(_places(readings))
    found["roots of shipped units"] = dict.fromkeys(root_rows(), 1)
    return found


def _followed() -> Readings:
    readings = Readings()
    for row in _records():
        readings.follow(fact_of(row))
        readings.undo.keep()
    return readings


def _records() -> Iterator[FloorRecord]:
    """Floor records in the order they came, without those that were taken back."""
    rows = FloorRecord.objects.filter(superseded_by__isnull=True).exclude(kind=FloorKind.VOID)
    yield from rows.order_by("pk").iterator(chunk_size=_CHUNK)


def _finish(readings: Readings) -> None:
    """Units that came to the end of their route, in time."""
    routes = _routes()
    several = {run: route for run, route in routes.items() if run in branching(routes)}
    last = {
        run: next(iter(order_of(route).last))
        for run, route in routes.items()
        if run not in several
    }
    ended: list[tuple[datetime, int]] = []
    done = OperationRecord.objects.filter(outcome=OperationOutcome.PASS)
    for unit, run, seq, at in done.values_list("unit_id", "run_id", "seq", "ended_at").iterator():
        if last.get(run) == seq:
            ended.append((at, unit))
    if several:
        ended += [(one.at, one.unit) for one in came_to_end(several)]
    judged = Judgement.objects.filter(fit="pass", finish="pass", function="pass")
    ended += judged.filter(supersedes__isnull=True).values_list("judged_at", "unit_id")
    for at, unit in sorted(ended):
        readings.finish(unit, at)
    readings.undo.keep()


def _routes() -> dict[int, tuple[PlanOperation, ...]]:
    """The operations of every run that has some."""
    runs = list(Run.objects.values_list("pk", "baseline_id", "baseline__digest"))
    frozen_all({baseline: digest for _, baseline, digest in runs})
    found = {run: route(frozen(baseline, digest)) for run, baseline, digest in runs}
    return {run: operations for run, operations in found.items() if operations}


def _carried(readings: Readings) -> list[Drawn]:
    by_spot: dict[tuple[int, int], list[Reel]] = defaultdict(list)
    for spot, reels in readings.reels.items():
        by_spot[spot[:2]] += reels
    if not by_spot:
        return []
    found: list[Drawn] = []
    for (run, seq), reels in by_spot.items():
        done = OperationRecord.objects.filter(run=run, seq=seq)
        found += carried(reels, list(done.values_list("unit_id", "ended_at")))
    return found


def _balances(drawn: Iterable[Drawn]) -> Kept:
    left: dict[int, int] = {
        key: _millionths(quantity) for key, quantity in Lot.objects.values_list("pk", "quantity")
    }
    for source, target, quantity in LotMove.objects.values_list(
        "source_id", "target_id", "quantity"
    ):
        if source is not None:
            left[source] -= _millionths(quantity)
        if target is not None:
            left[target] += _millionths(quantity)
    for edge in drawn:
        left[edge.lot] -= _millionths(edge.quantity)
    status = dict.fromkeys(left, LotStatus.QUARANTINE.value)
    decided = LotStatusRecord.objects.order_by("decided_at", "pk")
    status.update(decided.values_list("lot_id", "status"))
    return {(key, on_hand, status[key]): 1 for key, on_hand in left.items()}


def _uses() -> dict[int, int]:
    """How often equipment was used, by operations on units and on batches, tools included."""
    found: Counter[int] = Counter()
    done = OperationRecord.objects.filter(equipment__isnull=False)
    found.update(done.values_list("equipment_id", flat=True).iterator())
    tools: Counter[tuple[int, str]] = Counter()
    for site, text in OperationContext.objects.exclude(tools="[]").values_list(
        "operation__run__site_id", "tools"
    ):
        tools.update((site, code) for code in json.loads(text))
    batch = FloorRecord.objects.filter(kind=FloorKind.OPERATION)
    for site, equipment, content in batch.values_list("site_id", "equipment_id", "content"):
        found.update({equipment} - {None})
        tools.update((site, code) for code in json.loads(content).get("tools", ()))
    if tools:
        keys = {(s, c): k for s, c, k in Equipment.objects.values_list("site_id", "code", "pk")}
        for tool, count in tools.items():
            found[keys[tool]] += count
    return dict(found)


def _places(readings: Readings) -> dict[str, Kept]:
    reels = (
        (
            r.record,
            r.spot[0],
            r.spot[1],
            r.spot[2],
            r.lot,
            None if r.per_unit is None else _millionths(r.per_unit),
            r.loaded_at,
            r.unloaded_at,
        )
        for held in readings.reels.values()
        for r in held
    )
    fittings = (
        (f.parent, f.child, f.position, f.installed_at, f.removed_at, f.install, f.remove)
        for held in readings.fittings.values()
        for f in held
    )
    return {
        "reels": dict.fromkeys(reels, 1),
        "assemblies": Counter(fittings),
        "units": {(key, *s.told): 1 for key, s in readings.stands.items() if s.told != _NOWHERE},
        "packages": {
            (key, b.inside, b.shipment): 1
            for key, b in readings.boxes.items()
            if b.inside is not None or b.shipment is not None
        },
        "shipped units": {
            (*key, g.package, g.cancelled_at): 1 for key, g in readings.gone.items()
        },
    }


_NOWHERE = ("in_process", None, None)


def _millionths(quantity: Any) -> int:
    return int(quantity.scaleb(6))  # a Decimal, whatever the column is said to hold
