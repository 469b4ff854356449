"""Everything the verdict on a run is read from, in a fixed number of queries."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.db.models import QuerySet

from firstoff.db.keys import Keys, among, keys
from firstoff.db.models import Run, StepFix
from firstoff.db.prepared import prepared
from firstoff.errors import NotFound
from firstoff.queries.evidence.measured import (
    Asked,
    Measurements,
    measurements,
    measurements_now,
)
from firstoff.queries.evidence.tested import tests, tests_now
from firstoff.queries.execution.definition import frozen
from firstoff.queries.execution.facts import run_facts
from firstoff.queries.execution.kept import readings
from firstoff.queries.execution.spans import LATEST
from firstoff.queries.nonconformity import action_facts
from firstoff.rules.access import Actor, require
from firstoff.rules.evidence import PilotEvidence, TestFacts
from firstoff.rules.execution import Reading, RunFacts
from firstoff.rules.plan import BaselineFacts
from firstoff.rules.product import CharacteristicFacts
from firstoff.terms import RunKind


@dataclass(frozen=True, slots=True)
class RunAddress:
    """Where a run is: its program and its site, as addresses and pages name them."""

    id: int
    uid: str
    batch_id: str
    kind: RunKind
    number: int
    line: str
    planned_quantity: int
    note: str
    created_at: datetime
    program_id: int
    program: str  # its code
    program_name: str
    currency: str
    part_id: int
    site_id: int
    site: str  # its code
    site_name: str
    time_zone: str
    baseline_id: int
    baseline: str  # its digest
    repeat_of: str  # batch ID
    serial_pattern: str


def run_named(actor: Actor, site: str, batch_id: str) -> RunAddress:
    """The run with this batch ID. Raises NotFound, also where the actor has no role."""
    found = _addresses().filter(site__code=site, batch_id=batch_id).first()
    return _seen(actor, found)


def run_at(actor: Actor, run_id: int) -> RunAddress:
    """The run with this key. Raises NotFound, also where the actor has no role."""
    return _seen(actor, next(iter(_of_keys(keys([run_id]))), None))


def runs_called(actor: Actor, batch_id: str) -> tuple[RunAddress, ...]:
    """The runs with this batch ID at any site the actor sees: the command line names no site."""
    rows = _addresses().filter(site__in=actor.site_ids, batch_id=batch_id)
    return tuple(_address(row) for row in rows)


def addresses_of(run_ids: Iterable[int]) -> tuple[RunAddress, ...]:
    """The runs with these keys, for queries that have asked already who may see them."""
    return tuple(_address(row) for row in _of_keys(keys(run_ids)))


@prepared
def _of_keys(runs: Keys) -> "QuerySet[Run]":
    return _addresses().filter(among(Run, "id", runs))


def _addresses() -> "QuerySet[Run]":
    rows = Run.objects.select_related("site", "program", "baseline", "repeat_of")
    return rows.defer("baseline__content")


def _seen(actor: Actor, found: Run | None) -> RunAddress:
    if found is None:
        raise NotFound("There is no such run, or not for you.")
    require(actor, "see", found.site_id)
    return _address(found)


def _address(row: Run) -> RunAddress:
    return RunAddress(
        id=row.pk,
        uid=str(row.uid),
        batch_id=row.batch_id,
        kind=RunKind(row.kind),
        number=row.number,
        line=row.line,
        planned_quantity=row.planned_quantity,
        note=row.note,
        created_at=row.received_at,
        program_id=row.program_id,
        program=row.program.code,
        program_name=row.program.name,
        currency=row.program.currency,
        part_id=row.program.part_id,
        site_id=row.site_id,
        site=row.site.code,
        site_name=row.site.name,
        time_zone=row.site.time_zone,
        baseline_id=row.baseline_id,
        baseline=row.baseline.digest,
        repeat_of=row.repeat_of.batch_id if row.repeat_of else "",
        serial_pattern=row.serial_pattern,
    )


def run_evidence(run: RunAddress, *, upto: int | None = None) -> PilotEvidence:
    """The evidence of a run: at most 19 queries, whatever its size.

    upto: as it stood after this entry of the ledger. A pilot run answers to the program's pilot
    runs before it; a run of another kind answers to none.
    """
    return evidence_of([run], upto=upto)[0]


def evidence_now(runs: Sequence[RunAddress], *, upto: int) -> tuple[PilotEvidence, ...]:
    """The evidence of several runs, in as many queries as of one, reading only what is new.

    upto: the newest entry of the ledger among their programs.
    """
    return _evidence(
        runs,
        partial(readings, upto=upto),
        partial(measurements_now, upto=upto),
        partial(tests_now, upto=upto),
        upto,
    )


def evidence_of(
    runs: Sequence[RunAddress], *, upto: int | None = None
) -> tuple[PilotEvidence, ...]:
    """The evidence of several runs, in as many queries as of one."""

    def read(ids: list[int]) -> tuple[Reading, ...]:
        return tuple(map(Reading, run_facts(ids, upto=upto)))

    measure = partial(measurements, upto=upto)
    return _evidence(runs, read, measure, partial(tests, upto=upto), upto)


def _evidence(
    runs: Sequence[RunAddress],
    read: Callable[[list[int]], tuple[Reading, ...]],
    measure: Callable[[Asked], Measurements],
    test: Callable[[Sequence[int]], dict[int, TestFacts]],
    upto: int | None,
) -> tuple[PilotEvidence, ...]:
    earlier = _earlier(runs)
    wanted = dict.fromkeys(key for run in runs for key in (*earlier[run.id], run.id))
    found = dict(zip(wanted, read(list(wanted)), strict=True))
    facts = {key: reading.run for key, reading in found.items()}
    actions = action_facts({run.program_id for run in runs}, upto=upto)
    fixes = _step_fixes([run.id for run in runs], upto)
    definitions = {run.id: frozen(run.baseline_id, run.baseline) for run in runs}
    asked = {run.id: _asked(facts[run.id], definitions[run.id]) for run in runs}
    measured, tested = measure(asked), test([run.id for run in runs])
    return tuple(
        PilotEvidence(
            run=facts[run.id],
            baseline=definitions[run.id],
            earlier=tuple(facts[key] for key in earlier[run.id]),
            actions=actions[run.program_id],
            measurements=measured.get(run.id, {}),
            tests=tested[run.id],
            step_fixes=fixes.get(run.id, {}),
            currency=run.currency,
            read=tuple(found[key] for key in (*earlier[run.id], run.id)),
        )
        for run in runs
    )


def _earlier(runs: Sequence[RunAddress]) -> dict[int, list[int]]:
    """Keys of the pilot runs before each, in the order built. One query."""
    programs = keys(run.program_id for run in runs if run.kind is RunKind.PILOT)
    pilots = _pilots(programs) if programs.size else ()
    return {
        run.id: [
            key
            for program, number, key in pilots
            if run.kind is RunKind.PILOT and program == run.program_id and number < run.number
        ]
        for run in runs
    }


@prepared
def _pilots(programs: Keys) -> "QuerySet[Run, tuple[int, int, int]]":
    rows = Run.objects.filter(among(Run, "program", programs), kind=RunKind.PILOT)
    return rows.order_by("number").values_list("program_id", "number", "pk")


def _asked(run: RunFacts, definition: BaselineFacts) -> list[CharacteristicFacts]:
    """The characteristics whose capability the bar asks for."""
    numbers = () if run.bar is None else tuple(c.characteristic for c in run.bar.capabilities)
    return [c for c in definition.characteristics if c.number in numbers]


def _step_fixes(run_ids: list[int], upto: int | None) -> dict[int, dict[int, str]]:
    found: dict[int, dict[int, str]] = {}
    for run, seq, proposal in _fixes(keys(run_ids), LATEST if upto is None else upto):
        found.setdefault(run, {})[seq] = proposal  # the latest holds
    return found


@prepared
def _fixes(runs: Keys, upto: int) -> "QuerySet[StepFix, tuple[int, int, str]]":
    rows = StepFix.objects.filter(among(StepFix, "run", runs), entry__lte=upto)
    return rows.order_by("pk").values_list("run_id", "seq", "proposal")
