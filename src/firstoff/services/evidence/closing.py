"""Gaps of a batch record accepted, and the run closed, each by signature (R-39)."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from firstoff.db.models import GapDeviation, Run, RunClosure
from firstoff.errors import InvalidInput, StaleState
from firstoff.queries.execution.runs import run_by_id
from firstoff.queries.trace.batch_record import RecordView, record_of
from firstoff.queries.trace.record_paper import record_content
from firstoff.rules.access import Actor
from firstoff.rules.execution import moment
from firstoff.rules.ledger import canonical
from firstoff.rules.product import check_prose
from firstoff.rules.trace.batch_record import (
    Gap,
    closing_meaning,
    closing_refusal,
    deviation_meaning,
    late_refusal,
    record_digest,
    record_numbers,
    scope_of,
)
from firstoff.services import access, ledger
from firstoff.services.execution.ground import answer_stored, run_for
from firstoff.services.repeating import AlreadyStored

CLOSE = "evidence.close_run"


@dataclass(frozen=True, slots=True)
class GapAccepted:
    """A gap accepted. ``units``: how many it is about; 0: the run."""

    uid: UUID
    gap: str
    sentence: str
    units: int
    content_digest: str  # of what was signed
    entry: int  # of the ledger


@dataclass(frozen=True, slots=True)
class RunClosed:
    run_id: int
    uid: UUID
    numbers: dict[str, Any]
    digest: str  # of the batch record as it was
    content_digest: str  # of what was signed
    closed_at: datetime
    entry: int  # of the ledger


def accept_gap(
    *,
    run_id: int,
    gap: str,
    reason: str,
    password: str,
    by: Actor,
    at: datetime,
    uid: UUID | None = None,
) -> GapAccepted:
    """Accept a gap of the batch record by signature, for the units it reaches now.

    gap: its key, ``operation_missing:20``. A unit that comes to lack the same later is a gap
    again. Raises InvalidInput for a gap that is not there, or without a reason.
    """
    run = run_for(by, run_id, "run.close")
    said = check_prose(reason, "reason", field="reason")
    if not said:
        raise InvalidInput(
            "A deviation says why the gap is acceptable; no reason is given.", field="reason"
        )
    _record(by, run)  # read before others have to wait for it
    confirmed = access.confirm(by, password, at)
    try:
        with ledger.verb(
            "evidence.accept_gap", by=by, at=at, subject=_subject(run), program=run.program
        ) as entry:
            answer_stored(GapDeviation, uid, run, gap=gap, reason=said)
            check_not_closed(run)
            found = _open_gap(_record(by, run), run, gap)
            signature = access.sign(
                entry,
                confirmed,
                meaning=deviation_meaning(run.batch_id, found.said),
                subject=_subject(run),
                permission="run.close",
                site_id=run.site_id,
                content={
                    "run": str(run.uid),
                    "gap": gap,
                    "sentence": found.said,
                    "units": [list(span) for span in found.units],
                    "reason": said,
                },
            )
            row = GapDeviation(
                run=run,
                gap=gap,
                scope=scope_of(found),
                sentence=found.said,
                reason=said,
                signature=signature,
            )
            if uid is not None:
                row.uid = uid
            entry.add(row)
            entry.details.update(gap=gap, sentence=found.said, reason=said)
    except AlreadyStored as known:
        row = known.of(GapDeviation)
    return _accepted(row)


def _open_gap(found: RecordView, run: Run, key: str) -> Gap:
    gaps = {gap.key: gap for gap in found.record.gaps}
    gap = gaps.get(key)
    if gap is None or not gap.open:
        what = "is accepted already" if gap else "is no gap of its batch record"
        raise InvalidInput(
            f"{key[:80] or 'Nothing'} {what} ({run.batch_id}).",
            way_out="Read the batch record: it names each gap.",
            field="gap",
        )
    return gap


def _accepted(row: GapDeviation) -> GapAccepted:
    units = sum(b - a + 1 for a, b in json.loads(row.scope))
    return GapAccepted(
        row.uid, row.gap, row.sentence, units, row.signature.content_digest, row.entry_id
    )


def close_run(
    *,
    run_id: int,
    password: str,
    by: Actor,
    at: datetime,
    note: str = "",
    seen: str = "",
    uid: UUID | None = None,
) -> RunClosed:
    """Close a run by signature: its batch record is complete, or each gap is signed for (R-39).

    seen: digest of the record as the signer read it; one that reads otherwise by now is refused.
    Raises Refused (R-39) naming the gaps that are left; StaleState where somebody closed first;
    ``signature`` for a wrong password.
    """
    run = run_for(by, run_id, "run.close")
    said = check_prose(note, "note", field="note")
    _record(by, run)  # read before others have to wait for it
    confirmed = access.confirm(by, password, at)
    try:
        with ledger.verb(CLOSE, by=by, at=at, subject=_subject(run), program=run.program) as entry:
            answer_stored(RunClosure, uid, run, note=said)
            _not_closed_before(run)
            row = _closure(entry, confirmed, run, _record(by, run), said, seen)
            if uid is not None:
                row.uid = uid
            entry.add(row)
            entry.details.update(_figures(row), digest=row.digest)
    except AlreadyStored as known:
        row = known.of(RunClosure)
    return RunClosed(
        row.run_id,
        row.uid,
        _figures(row),
        row.digest,
        row.signature.content_digest,
        row.closed_at,
        row.entry_id,
    )


def _figures(row: RunClosure) -> dict[str, Any]:
    return {key: value for key, value in json.loads(row.numbers).items() if key != "record"}


def _closure(
    entry: ledger.Entry,
    confirmed: access.Confirmed,
    run: Run,
    found: RecordView,
    note: str,
    seen: str,
) -> RunClosure:
    record = found.record
    digest = record_digest(record)
    if seen and seen != digest:
        raise StaleState(
            f"The batch record of {run.batch_id} has changed since you opened it.",
            way_out="Read it again, then sign.",
            seen=seen,
            now=digest,
        )
    refusal = closing_refusal(run.batch_id, record)
    if refusal is not None:
        raise refusal
    figures = {**record_numbers(record), "ledger": found.at.seq}
    signature = access.sign(
        entry,
        confirmed,
        meaning=closing_meaning(run.batch_id, record.started, len(record.accepted)),
        subject=_subject(run),
        permission="run.close",
        site_id=run.site_id,
        content={"run": str(run.uid), "record": digest, "numbers": figures, "note": note},
    )
    return RunClosure(
        run=run,
        # With the whole content: what was signed prints the same whatever comes later.
        numbers=canonical({**figures, "record": record_content(found)}),
        digest=digest,
        note=note,
        signature=signature,
        closed_at=entry.at,
    )


def check_not_closed(run: Run) -> None:
    """Raises Refused (R-39) where the run is closed: nothing is added to it any more."""
    held = RunClosure.objects.filter(run=run).select_related("by").first()
    if held is not None:
        closed = moment(held.closed_at, ZoneInfo(run.site.time_zone))
        raise late_refusal(run.batch_id, held.by.name, closed)


def _not_closed_before(run: Run) -> None:
    # Two people may press the button at once: the second reads what the first one signed.
    held = RunClosure.objects.filter(run=run).select_related("by").first()
    if held is not None:
        closed = moment(held.closed_at, ZoneInfo(run.site.time_zone))
        raise StaleState(
            f"{held.by.name} closed {run.batch_id} at {closed}.",
            way_out="A run is closed once; read that record.",
            by=held.by.name,
        )


def _record(by: Actor, run: Run) -> RecordView:
    return record_of(run_by_id(by, run.pk))


def _subject(run: Run) -> str:
    return f"run {run.batch_id}"
