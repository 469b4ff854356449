"""What follows from operations and results that other verbs recorded: reels, stock, uses."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from django.db.models import QuerySet

from firstoff.db.keys import Keys, among
from firstoff.db.keys import keys as array
from firstoff.db.models import Judgement, OperationRecord, Run, Unit
from firstoff.db.prepared import prepared
from firstoff.rules.plan import order_of
from firstoff.services.execution.floor import Floor
from firstoff.services.genealogy.finishing import branching, came_to_end
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
    for unit, ended_at in _ended(entry, done, runs):
        picture.readings.finish(unit, ended_at)
    for result in judged:
        if (result.fit, result.finish, result.function) == ("pass",) * 3:
            picture.readings.finish(result.unit_id, result.judged_at)
    write_readings(entry, picture, taking.pending)


def _ended(
    entry: Entry, done: Sequence[OperationRecord], runs: Mapping[int, Run]
) -> Iterator[tuple[int, datetime]]:
    """Units that one of these operations brought to the end of their route, and when."""
    routes = {key: Floor(run, by=entry.by, at=entry.at).operations for key, run in runs.items()}
    several = branching(routes)
    for row in done:
        passed = row.outcome == OperationOutcome.PASS and row.run_id not in several
        if passed and row.seq in order_of(routes[row.run_id]).last:
            yield row.unit_id, row.ended_at
    open_ = {row.unit_id for row in done if row.run_id in several}
    new = {row.pk for row in done}
    for some in chunks(open_):
        for one in came_to_end({run: routes[run] for run in several}, some):
            if one.key in new:
                yield one.unit, one.at


def _runs(keys: set[int]) -> dict[int, Run]:
    return {run.pk: run for run in _read(array(keys))}


@prepared
def _read(runs: Keys) -> "QuerySet[Run]":
    rows = Run.objects.select_related("site", "program", "program__part", "baseline")
    return rows.defer("baseline__content").filter(among(Run, "id", runs))


@prepared
def _units(some: Keys) -> "QuerySet[Unit]":
    return Unit.objects.filter(among(Unit, "id", some))


def _know(picture: Picture, units: set[int], runs: dict[int, Run]) -> None:
    picture.runs = runs
    for some in chunks(units):
        for unit in _units(array(some)):
            picture.by_key[unit.pk] = unit
    read_stands(picture)
