"""What follows from operations and results that other verbs recorded: reels, stock, uses."""

from firstoff.db.models import Judgement, OperationRecord, Run, Unit
from firstoff.services.execution.floor import Floor
from firstoff.services.genealogy.material import carry
from firstoff.services.genealogy.picture import Picture, chunks
from firstoff.services.genealogy.post import VERB
from firstoff.services.genealogy.reading import read_reels, read_stands
from firstoff.services.genealogy.taking import Taking
from firstoff.services.genealogy.writing import write_readings
from firstoff.services.ledger import Entry
from firstoff.terms import OperationOutcome


def follow(entry: Entry) -> None:
    """After every verb (``AFTER_VERBS``). Raises Refused (R-67) where a reel is used up."""
    if entry.verb == VERB:
        return  # it has planned that with the rest
    done, judged = entry.of(OperationRecord), entry.of(Judgement)
    if not done and not judged:
        return
    units = {row.unit_id for row in done} | {row.unit_id for row in judged}
    runs = _runs({row.run_id for row in done} | {row.run_id for row in judged})
    site = next(iter(runs.values())).site
    picture = Picture(site, by=entry.by, at=entry.at)
    _know(picture, units, runs)
    taking = Taking(picture)
    spots = {(row.run_id, row.seq) for row in done}
    if done:
        read_reels(picture, spots, min(row.ended_at for row in done))
    for row in done:
        carry(taking, row.run_id, row.seq, row.ended_at)
        taking.pending.done.append((picture.by_key[row.unit_id], row))
        if row.equipment_id is not None:
            uses = taking.pending.uses
            uses[row.equipment_id] = uses.get(row.equipment_id, 0) + 1
        last = Floor(runs[row.run_id], by=entry.by, at=entry.at).operations[-1].seq
        if row.seq == last and row.outcome == OperationOutcome.PASS:
            picture.readings.finish(row.unit_id, row.ended_at)
    for result in judged:
        if (result.fit, result.finish, result.function) == ("pass",) * 3:
            picture.readings.finish(result.unit_id, result.judged_at)
    write_readings(entry, picture, taking.pending)


def _runs(keys: set[int]) -> dict[int, Run]:
    rows = Run.objects.select_related("site", "program", "program__part", "baseline")
    return {run.pk: run for run in rows.defer("baseline__content").filter(pk__in=keys)}


def _know(picture: Picture, units: set[int], runs: dict[int, Run]) -> None:
    picture.runs = runs
    for some in chunks(units):
        for unit in Unit.objects.filter(pk__in=some):
            picture.by_key[unit.pk] = unit
    read_stands(picture)
