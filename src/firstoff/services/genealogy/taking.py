"""One record on its way in: what it says, and the rows that will say it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from firstoff.db.inserts import fresh
from firstoff.db.models import (
    Attachment,
    Calibration,
    Equipment,
    FloorRecord,
    OperationContext,
    OperationRecord,
    Package,
    ParameterReading,
    Shipment,
    TestRecord,
    Unit,
)
from firstoff.rules.execution import check_recorded_time
from firstoff.rules.genealogy import Posted
from firstoff.rules.ledger import canonical
from firstoff.services.execution.bulk import Planned
from firstoff.services.execution.floor import Floor, earlier_of
from firstoff.services.execution.planning import Plan
from firstoff.services.genealogy.picture import Picture
from firstoff.services.genealogy.readings import Fact
from firstoff.terms import FloorKind

_ASIDE = ("kind", "id", "at")  # columns of their own


@dataclass(slots=True)
class Pending:
    """Rows to be written, by table."""

    execution: Planned = field(default_factory=Planned)
    contexts: list[OperationContext] = field(default_factory=list)
    parameters: list[ParameterReading] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    files: list[tuple[bytes, str]] = field(default_factory=list)
    packages: list[Package] = field(default_factory=list)
    shipments: list[Shipment] = field(default_factory=list)
    calibrations: list[Calibration] = field(default_factory=list)
    calibrated: dict[int, Equipment] = field(default_factory=dict)
    floor: list[FloorRecord] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    uses: dict[int, int] = field(default_factory=dict)  # of equipment, by its key
    done: list[tuple[Unit, OperationRecord]] = field(default_factory=list)
    read_files: dict[str, str] = field(default_factory=dict)  # their digests, by name
    undone: list[Fact] = field(default_factory=list)  # whose edges are taken back


class Taking:
    """What a plan of one record works on."""

    def __init__(self, picture: Picture) -> None:
        self.picture = picture
        self.pending = Pending()

    def time_of(self, record: Posted) -> datetime:
        """When it happened: as it says, not in the future; else when it was received."""
        if record.at is None:
            return self.picture.at
        return check_recorded_time(record.at, received=self.picture.at, what="at")

    def put(
        self,
        record: Posted,
        kind: FloorKind,
        keys: Mapping[str, Any],
        *,
        at: datetime,
        run: int | None = None,
        unit: int | None = None,
        seq: int | None = None,
        uid: UUID | None = None,
        said: Mapping[str, Any] | None = None,
        equipment: Equipment | None = None,
        supersedes: FloorRecord | None = None,
    ) -> Fact:
        """A floor record, and what follows from it. uid, said: where it is a part of the posted
        record and not the whole of it."""
        picture, undo = self.picture, self.picture.undo
        fact = Fact(picture.keys[FloorRecord].next(), kind, at, run, unit, seq, keys)
        row = fresh(
            FloorRecord,
            id=fact.id,
            uid=uid or record.id,
            site_id=picture.site.pk,
            kind=kind.value,
            happened_at=at,
            run_id=run,
            unit_id=unit,
            seq=seq,
            operator_id=picture.operator(record.operator).id,
            equipment_id=equipment.pk if equipment else None,
            content=content_of(said_by(record) if said is None else said, keys),
            supersedes=supersedes,
        )
        undo.append(self.pending.floor, row)
        undo.append(self.pending.facts, fact)
        picture.readings.follow(fact)
        return fact

    def use(self, equipment: Equipment | None) -> None:
        """One use more of a machine, a tool or a jig: its life is counted (R-35)."""
        if equipment is None:
            return
        undo, uses, key = self.picture.undo, self.picture.uses, equipment.pk
        undo.put(self.pending.uses, key, self.pending.uses.get(key, 0) + 1)
        if key in uses:
            undo.put(uses, key, uses[key] + 1)

    def accept(self, floor: Floor, plan: Plan, serial: str) -> None:
        """Rows of a run's unit, and the floor as it will be once they are stored."""
        undo, rows = self.picture.undo, self.pending.execution
        for held, found in (
            (rows.units, [plan.unit] if plan.unit else []),
            (rows.operations, plan.operations),
            (rows.judgements, [plan.judgement] if plan.judgement else []),
            (rows.defects, plan.defects),
            (rows.causes, plan.causes),
            (rows.tests, plan.tests),
        ):
            for row in found:
                undo.append(held, row)
        if plan.unit is not None:
            undo.put(floor.units, serial, plan.unit)
            undo.change(floor, "next_position", plan.unit.position + 1)
            if not plan.reasons:
                undo.change(floor, "counting_started", 1)
        history = floor.history(serial)
        if plan.judgement is not None:
            undo.append(history.rows, plan.judgement)
            undo.append(history.judgements, earlier_of(plan.judgement))
        for done in plan.operations:
            undo.put(history.done, (done.attempt, done.seq), done.outcome)
            undo.put(history.spent, (done.attempt, done.seq), (done.began_at, done.ended_at))
        for test in plan.tests:
            undo.add(floor.tests, test.source_digest)

    def accept_test(self, test: TestRecord, name: str) -> None:
        self.picture.undo.append(self.pending.execution.tests, test)
        if test.outcome in ("pass", "fail"):
            failed = {
                **self.picture.failed_tests.get(test.unit_id, {}),
                name: test.outcome == "fail",
            }
            self.picture.undo.put(self.picture.failed_tests, test.unit_id, failed)


def said_by(record: Posted) -> dict[str, Any]:
    """The record as it was posted, without what has a column of its own."""
    held: dict[str, Any] = msgspec.to_builtins(record)
    for name in _ASIDE:
        held.pop(name, None)
    return held


def content_of(said: Mapping[str, Any], keys: Mapping[str, Any]) -> str:
    return canonical({**said, "keys": keys})
