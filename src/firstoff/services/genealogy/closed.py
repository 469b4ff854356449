"""Posted records for a run that is closed, refused one by one (R-39)."""

from firstoff.db.models import Run, RunClosure, Unit
from firstoff.rules.execution import moment
from firstoff.rules.genealogy import Posted, Voided, kind_of
from firstoff.rules.trace.batch_record import AFTER_CLOSING, late_refusal, outlives
from firstoff.services.genealogy.picture import Picture
from firstoff.services.genealogy.standing import standing_of
from firstoff.services.genealogy.taking import Taking


def check_run_open(taking: Taking, record: Posted) -> None:
    """Raises Refused where the record would be added to the batch record of a closed run: unless
    its unit came back or is contained. Asks nothing of the database."""
    picture = taking.picture
    if kind_of(record) in AFTER_CLOSING or not any(map(_closure, picture.runs.values())):
        return
    unit = _unit(picture, record)
    run = _run(picture, record, unit)
    closed = None if run is None else _closure(run)
    if run is None or closed is None:
        return
    if unit is not None:
        place = standing_of(picture, unit).place
        if outlives(place, contained=unit.pk in picture.contained):
            return
    raise late_refusal(run.batch_id, closed.by.name, moment(closed.closed_at, picture.zone))


def _closure(run: Run) -> RunClosure | None:
    """Read with the run: see ``reading._take_runs``."""
    found: RunClosure | None = getattr(run, "closure", None)
    return found


def _unit(picture: Picture, record: Posted) -> Unit | None:
    if isinstance(record, Voided):
        row = picture.voided.get(record.supersedes)
        return None if row is None or row.unit_id is None else picture.by_key.get(row.unit_id)
    serial = getattr(record, "serial", "")
    batch = picture.batches.get(getattr(record, "batch", ""))
    part = batch.program.part if batch else picture.book.parts.get(getattr(record, "part", ""))
    return picture.units.get((part.pk, serial)) if part and serial else None


def _run(picture: Picture, record: Posted, unit: Unit | None) -> Run | None:
    if isinstance(record, Voided):
        row = picture.voided.get(record.supersedes)
        if row is None or row.kind in AFTER_CLOSING:
            return None
        return picture.runs.get(row.run_id or 0)
    if unit is not None and unit.run_id is not None:
        return picture.runs.get(unit.run_id)
    return picture.batches.get(getattr(record, "batch", ""))
