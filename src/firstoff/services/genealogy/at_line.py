"""An operation recorded at the line together with its process parameters and tools."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid5

from firstoff.db.models import OperationRecord
from firstoff.rules.access import Actor
from firstoff.rules.genealogy import (
    DefectFound,
    Measure,
    OperationDone,
    Parameter,
    Posted,
    Reworked,
)
from firstoff.services.execution import PostedDefect, PostedMeasure
from firstoff.services.execution.ground import run_for
from firstoff.services.genealogy.post import post_records
from firstoff.terms import OperationOutcome


def record_at_line(
    *,
    run_id: int,
    serial: str,
    seq: int,
    began_at: datetime,
    ended_at: datetime,
    outcome: OperationOutcome | str,
    by: Actor,
    at: datetime,
    uid: UUID,
    parameters: Sequence[Parameter] = (),
    tools: Sequence[str] = (),
    defects: Sequence[PostedDefect] = (),
    measures: Sequence[PostedMeasure] = (),
    equipment: str = "",
    rework: bool = False,
) -> None:
    """What ``execution.record_operation`` records, and what it was done with (R-35, R-39).

    Sent again under its ID it is answered as stored, whenever it ended by then. Raises as
    ``post_records`` does.
    """
    run = run_for(by, run_id, "unit.record")
    if OperationRecord.objects.filter(uid=uid, run=run, seq=seq, unit__serial=serial).exists():
        return
    records: list[Posted] = []
    if rework:
        again = Reworked(
            id=uuid5(uid, "rework"),
            batch=run.batch_id,
            serial=serial,
            reason="rework at the line",
            from_operation=seq,
        )
        records.append(again)
    records.append(
        OperationDone(
            id=uid,
            batch=run.batch_id,
            serial=serial,
            operation=seq,
            began_at=began_at,
            ended_at=ended_at,
            equipment=equipment,
            tools=tuple(tools),
            parameters=tuple(parameters),
            outcome=OperationOutcome(outcome),
            defects=tuple(
                DefectFound(code=d.code, note=d.note, cause_class=d.cause_class, cause=d.cause)
                for d in defects
            ),
            measures=tuple(
                Measure(characteristic=m.characteristic, value=m.value, text=m.text)
                for m in measures
            ),
        )
    )
    post_records(site_id=run.site_id, records=records, by=by, at=at)
