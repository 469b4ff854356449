"""Runs as lists and heads: where each stands, what it is made on, what its setup lacks."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, QuerySet

from firstoff.db.keys import Keys, among, keys
from firstoff.db.models import (
    Adjustment,
    Program,
    RecordImport,
    Run,
    RunEquipment,
    SetupLine,
    StepFix,
    Unit,
)
from firstoff.db.prepared import prepared
from firstoff.errors import NotFound
from firstoff.queries.execution.facts import (
    bar_facts,
    decision_facts,
    first_article_facts,
    release_facts,
)
from firstoff.rules.access import Actor, require
from firstoff.rules.execution import (
    BATCH_PATTERNS,
    SETUP_ITEMS,
    Bar,
    DecisionFacts,
    FirstArticleFacts,
    ReleaseFacts,
    SetupItem,
    compact,
    following,
    make,
    setup_gaps,
)
from firstoff.terms import RunKind


@dataclass(frozen=True, slots=True)
class RunView:
    """A run as lists show it. ``units``: how many were started."""

    id: int
    uid: str
    batch_id: str
    kind: RunKind
    number: int
    line: str
    planned_quantity: int
    serial_pattern: str
    bench_minutes: Decimal | None
    note: str
    created_at: datetime
    created_by: str
    program_id: int
    program: str  # its code
    program_name: str
    currency: str
    part: str
    site_id: int
    site: str  # its code
    site_name: str
    time_zone: str
    baseline_id: int
    baseline: str  # its digest
    repeat_of: str
    bar: Bar | None
    decision: DecisionFacts | None
    units: int


@dataclass(frozen=True, slots=True)
class UsedEquipment:
    code: str
    name: str
    kind: str
    equipment_class: str  # as it was when the run was created


@dataclass(frozen=True, slots=True)
class SetupValue:
    """A line of the setup record; ``value`` is empty where it is still a gap."""

    item: SetupItem
    value: str
    by: str
    at: datetime | None

    @property
    def gap(self) -> bool:
        return not self.value.strip()


@dataclass(frozen=True, slots=True)
class AdjustmentView:
    made_at: datetime
    what: str
    before: str
    after: str
    reason: str
    by: str
    uid: str


@dataclass(frozen=True, slots=True)
class ImportView:
    file_name: str
    kind: str
    sha256: str
    taken: int
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class RunHead:
    """A run with everything about it but its units."""

    run: RunView
    equipment: tuple[UsedEquipment, ...]
    setup: tuple[SetupValue, ...]
    first_article: FirstArticleFacts | None
    releases: tuple[ReleaseFacts, ...]
    adjustments: tuple[AdjustmentView, ...]
    step_fixes: Mapping[int, str]
    imports: tuple[ImportView, ...]
    repeats: tuple[str, ...]  # batch IDs

    @property
    def setup_gaps(self) -> tuple[SetupItem, ...]:
        return setup_gaps({line.item.key: line.value for line in self.setup})


def runs(
    actor: Actor,
    *,
    site_id: int | None = None,
    program_id: int | None = None,
    kind: RunKind | None = None,
    search: str = "",
    offset: int = 0,
    limit: int = 50,
) -> tuple[tuple[RunView, ...], int]:
    """Runs of the sites the actor sees, newest first: one page, and the total. Six queries."""
    rows = _rows().filter(site__in=actor.site_ids).order_by("-received_at", "-pk")
    if site_id is not None:
        rows = rows.filter(site=site_id)
    if program_id is not None:
        rows = rows.filter(program=program_id)
    if kind is not None:
        rows = rows.filter(kind=kind)
    if search:
        rows = rows.filter(batch_id__icontains=search)
    return _views(rows[offset : offset + limit]), rows.count()


def run(actor: Actor, site: str, batch_id: str) -> RunView:
    """The run with this batch ID. Raises NotFound, also where the actor has no role."""
    return _one(actor, _called(site, batch_id))


@prepared
def _called(site: str, batch_id: str) -> "QuerySet[Run]":
    return _rows().filter(site__code=site, batch_id=batch_id)


def run_key(actor: Actor, site: str, batch_id: str) -> int:
    """The key of the run with this batch ID, for a verb on it. One query. Raises NotFound."""
    for key, site_id in _key(site, batch_id):
        require(actor, "see", site_id)
        return key
    raise NotFound("There is no such run, or not for you.")


@prepared
def _key(site: str, batch_id: str) -> "QuerySet[Run, tuple[int, int]]":
    rows = Run.objects.filter(site__code=site, batch_id=batch_id)
    return rows.values_list("pk", "site_id")


def run_by_id(actor: Actor, run_id: int) -> RunView:
    """The run with this key. Raises NotFound, also where the actor has no role."""
    return _one(actor, _run(run_id))


@prepared
def _run(run: int) -> "QuerySet[Run]":
    return _rows().filter(pk=run)


def runs_called(actor: Actor, batch_id: str) -> tuple[RunView, ...]:
    """The runs with this batch ID at any site the actor sees."""
    return _views(_rows().filter(site__in=actor.site_ids, batch_id=batch_id))


def _one(actor: Actor, rows: Iterable[Run]) -> RunView:
    found = _views(rows)
    if not found:
        raise NotFound("There is no such run, or not for you.")
    require(actor, "see", found[0].site_id)
    return found[0]


def _rows() -> "QuerySet[Run]":
    joined = Run.objects.select_related(
        "site", "program", "program__part", "baseline", "repeat_of", "by"
    )
    return joined.defer("baseline__content")


def _views(rows: Iterable[Run]) -> tuple[RunView, ...]:
    found = list(rows)
    ids = keys(row.pk for row in found)
    bars, decisions = bar_facts(ids.tolist()), decision_facts(ids.tolist())
    counts = dict(_counts(ids))
    return tuple(
        _view(row, bars.get(row.pk), decisions.get(row.pk), counts.get(row.pk, 0)) for row in found
    )


@prepared
def _counts(runs: Keys) -> "QuerySet[Unit, tuple[int, int]]":
    """Units, by run."""
    units = Unit.objects.filter(among(Unit, "run", runs)).order_by().values_list("run")
    return units.annotate(n=Count("pk"))


def _view(row: Run, bar: Bar | None, decision: DecisionFacts | None, units: int) -> RunView:
    return RunView(
        id=row.pk,
        uid=str(row.uid),
        batch_id=row.batch_id,
        kind=RunKind(row.kind),
        number=row.number,
        line=row.line,
        planned_quantity=row.planned_quantity,
        serial_pattern=row.serial_pattern,
        bench_minutes=row.bench_minutes,
        note=row.note,
        created_at=row.received_at,
        created_by=row.by.name,
        program_id=row.program_id,
        program=row.program.code,
        program_name=row.program.name,
        currency=row.program.currency,
        part=row.program.part.number,
        site_id=row.site_id,
        site=row.site.code,
        site_name=row.site.name,
        time_zone=row.site.time_zone,
        baseline_id=row.baseline_id,
        baseline=row.baseline.digest,
        repeat_of=row.repeat_of.batch_id if row.repeat_of else "",
        bar=bar,
        decision=decision,
        units=units,
    )


def head(actor: Actor, site: str, batch_id: str) -> RunHead:
    """Everything about a run but its units. Thirteen queries. Raises NotFound."""
    return head_of(run(actor, site, batch_id))


def head_of(view: RunView) -> RunHead:
    """The same for a run that the actor is known to see. Eight queries."""
    return RunHead(
        run=view,
        equipment=equipment_of(view.id),
        setup=setup(view.id),
        first_article=first_article_facts([view.id]).get(view.id),
        releases=tuple(release_facts([view.id]).get(view.id, ())),
        adjustments=adjustments(view.id),
        step_fixes=dict(_fixes(view.id)),
        imports=tuple(ImportView(*row) for row in _imports(view.id)),
        repeats=tuple(_repeats(view.id)),
    )


@prepared
def _fixes(run: int) -> "QuerySet[StepFix, tuple[int, str]]":
    return StepFix.objects.filter(run=run).order_by("pk").values_list("seq", "proposal")


@prepared
def _imports(run: int) -> "QuerySet[RecordImport, tuple[Any, ...]]":
    rows = RecordImport.objects.filter(run=run).order_by("pk")
    return rows.values_list("file_name", "kind", "sha256", "taken", "received_at", "by__name")


@prepared
def _repeats(run: int) -> "QuerySet[Run, str]":
    return Run.objects.filter(repeat_of=run).order_by("pk").values_list("batch_id", flat=True)


def equipment_of(run_id: int) -> tuple[UsedEquipment, ...]:
    """What the run is made on, each with its class as it was then. One query."""
    return tuple(UsedEquipment(*row) for row in _equipment(run_id))


@prepared
def _equipment(run: int) -> "QuerySet[RunEquipment, tuple[Any, ...]]":
    rows = RunEquipment.objects.filter(run=run).order_by("pk")
    of = ("equipment__code", "equipment__name", "equipment__kind")
    return rows.values_list(*of, "equipment_class")


def setup(run_id: int) -> tuple[SetupValue, ...]:
    """The setup record, line by line, gaps included (R-37a). One query."""
    held = {item: (value, name, at) for item, value, name, at in _setup(run_id)}
    return tuple(SetupValue(i, *held.get(i.key, ("", "", None))) for i in SETUP_ITEMS)


@prepared
def _setup(run: int) -> "QuerySet[SetupLine, tuple[Any, ...]]":
    rows = SetupLine.objects.filter(run=run).order_by("pk")
    return rows.values_list("item", "value", "by__name", "received_at")


def adjustments(run_id: int) -> tuple[AdjustmentView, ...]:
    """What was changed while the run ran (R-47), in the order it was made. One query."""
    return tuple(
        AdjustmentView(a.made_at, a.what, a.before, a.after, a.reason, a.by.name, str(a.uid))
        for a in _adjusted(run_id)
    )


@prepared
def _adjusted(run: int) -> "QuerySet[Adjustment]":
    rows = Adjustment.objects.filter(run=run).order_by("made_at", "pk")
    return rows.select_related("by")


def suggested_batch_id(program: Program, kind: RunKind, number: int) -> str:
    """The batch ID after the last of its kind, or a first one, that is free. Two queries."""
    last = Run.objects.filter(program=program, kind=kind).order_by("-number").first()
    first = make(BATCH_PATTERNS[kind], number, program=compact(program.code))
    text = following(last.batch_id) if last else first
    return free_batch_id(program.site_id, text)


def free_batch_id(site_id: int, text: str) -> str:
    """The batch ID, or the next after it that the site has not used yet. One query."""
    rows = Run.objects.filter(site=site_id).values_list("batch_id", flat=True)
    taken = {batch_id.casefold() for batch_id in rows}
    while text.casefold() in taken:
        text = following(text)
    return text


def next_number(program_id: int, kind: RunKind) -> int:
    """First, second ... of its kind in the program. One query."""
    rows = Run.objects.filter(program=program_id, kind=kind)
    return int(rows.aggregate(last=Max("number"))["last"] or 0) + 1


def next_batch_id(actor: Actor, program_id: int, kind: RunKind = RunKind.PILOT) -> str:
    """What a new run would be called. Four queries. Raises NotFound."""
    program = Program.objects.filter(pk=program_id, site__in=actor.site_ids).first()
    if program is None:
        raise NotFound("There is no such program, or not for you.")
    return suggested_batch_id(program, kind, next_number(program_id, kind))


def offered_bar(view: RunView) -> Bar | None:
    """The bar of the batch this one repeats: offered, not imposed (R-42). Three queries."""
    if not view.repeat_of:
        return None
    earlier = Run.objects.filter(site=view.site_id, batch_id=view.repeat_of).first()
    return bar_facts([earlier.pk]).get(earlier.pk) if earlier else None
