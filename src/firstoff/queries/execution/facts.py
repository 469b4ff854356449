"""Everything recorded about runs, as the values that the rules take."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Func, QuerySet, TextField

from firstoff.db.keys import Keys, among, keys
from firstoff.db.models import (
    Bar,
    BarCapability,
    CauseFinding,
    Defect,
    FirstArticle,
    Judgement,
    OperationRecord,
    RouteRelease,
    Run,
    RunDecision,
    Unit,
    UnitExclusion,
)
from firstoff.db.prepared import prepared
from firstoff.queries.execution.definition import frozen, frozen_all
from firstoff.queries.execution.spans import LATEST, Span, spanned
from firstoff.rules import execution as rules
from firstoff.rules.execution import (
    DecisionFacts,
    DefectFacts,
    FirstArticleFacts,
    JudgementFacts,
    OperationTimes,
    ReleaseFacts,
    RunFacts,
    UnitFacts,
)
from firstoff.terms import CauseClass, RunKind, RunVerdict


@dataclass(frozen=True, slots=True)
class Recorded:
    """What comes by the thousand about one run, each in the order it was recorded."""

    units: tuple[UnitFacts, ...]
    judgements: tuple[JudgementFacts, ...]
    defects: tuple[DefectFacts, ...]
    times: OperationTimes


def run_facts(
    run_ids: Sequence[int], *, times: bool = True, upto: int | None = None
) -> tuple[RunFacts, ...]:
    """The runs with all that is recorded about them, in the order asked for.

    Eleven queries whatever the number of runs (and one where a baseline was not read before);
    ``times=False`` leaves the operation times out and saves one. upto: as it stood after this
    entry of the ledger; records are only ever added, so what was decided on can be read back.
    """
    ids = list(run_ids)
    return run_facts_of(recorded(ids, times=times, upto=upto), upto=upto)


def run_facts_of(held: Mapping[int, Recorded], *, upto: int | None = None) -> tuple[RunFacts, ...]:
    """Runs whose units are read already, in the order they are held. Six queries."""
    ids = list(held)
    runs = {r.pk: r for r in _runs(keys(ids))}
    frozen_all({r.baseline_id: r.baseline.digest for r in runs.values()})
    bars = bar_facts(ids)
    decisions = decision_facts(ids)
    articles = first_article_facts(ids, upto)
    releases = release_facts(ids, upto)
    return tuple(
        _run(
            runs[key],
            bar=bars.get(key),
            decision=decisions.get(key),
            first_article=articles.get(key),
            releases=tuple(releases.get(key, ())),
            units=found.units,
            judgements=found.judgements,
            defects=found.defects,
            times=found.times,
        )
        for key, found in held.items()
    )


@prepared
def _runs(runs: Keys) -> "QuerySet[Run]":
    rows = Run.objects.filter(among(Run, "id", runs))
    return rows.select_related("site", "baseline", "repeat_of").defer("baseline__content")


def recorded(
    run_ids: Sequence[int],
    *,
    times: bool = True,
    upto: int | None = None,
    after: Mapping[int, int] | None = None,
) -> dict[int, Recorded]:
    """What is recorded about the units of the runs, up to an entry of the ledger. Five queries.

    after: for each run an entry of the ledger; only what was recorded after it is read.
    """
    span = Span(list(run_ids), after or {}, upto)
    units = span.group(_units(span))
    judgements = span.group(_judgements(span))
    defects = span.group(_defects(span))
    spent = _times(span) if times else {}
    return {
        key: Recorded(
            tuple(units.get(key, ())),
            tuple(judgements.get(key, ())),
            tuple(defects.get(key, ())),
            OperationTimes.of(spent.get(key, ())),
        )
        for key in span.runs
    }


def _run(run: Run, **recorded: Any) -> RunFacts:
    definition = frozen(run.baseline_id, run.baseline.digest)
    return RunFacts(
        id=run.pk,
        batch_id=run.batch_id,
        kind=RunKind(run.kind),
        number=run.number,
        baseline=run.baseline.digest,
        instruction=definition.instruction,
        planned_quantity=run.planned_quantity,
        line=run.line,
        operations=tuple(o.seq for o in definition.operations),
        bench_minutes=run.bench_minutes,
        repeat_of=run.repeat_of.batch_id if run.repeat_of else "",
        uid=str(run.uid),
        zone=ZoneInfo(run.site.time_zone),
        **recorded,
    )


def bar_facts(run_ids: Iterable[int]) -> dict[int, rules.Bar]:
    """The locked bars, by run. Two queries."""
    bars = _bars(keys(run_ids))
    wanted: dict[int, list[rules.BarCapability]] = defaultdict(list)
    held = _capabilities(keys(b.pk for b in bars)) if bars else []
    for bar_id, characteristic, minimum in held:
        wanted[bar_id].append(rules.BarCapability(characteristic, minimum))
    return {b.run_id: bar_of(b, tuple(wanted[b.pk])) for b in bars}


@prepared
def _bars(runs: Keys) -> "QuerySet[Bar]":
    return Bar.objects.filter(among(Bar, "run", runs)).select_related("by")


@prepared
def _capabilities(bars: Keys) -> "QuerySet[BarCapability, tuple[int, str, Decimal]]":
    rows = BarCapability.objects.filter(among(BarCapability, "bar", bars)).order_by("pk")
    return rows.values_list("bar", "characteristic", "minimum")


def bar_of(bar: Bar, capabilities: tuple[rules.BarCapability, ...]) -> rules.Bar:
    return rules.Bar(
        sample=bar.sample,
        max_rejects=bar.max_rejects,
        commits=bar.commits,
        max_mean_minutes=bar.max_mean_minutes,
        max_unit_minutes=bar.max_unit_minutes,
        min_first_pass_yield=bar.min_first_pass_yield,
        capabilities=capabilities,
        reject_definition=bar.reject_definition,
        bad_unit_cost=bar.bad_unit_cost,
        batch_cost=bar.batch_cost,
        delay_days=bar.delay_days,
        delay_day_cost=bar.delay_day_cost,
        locked_at=bar.locked_at,
        locked_by=bar.by.name,
        uid=str(bar.uid),
    )


def decision_facts(run_ids: Iterable[int]) -> dict[int, DecisionFacts]:
    """What was signed about the runs. One query."""
    return {
        run: DecisionFacts(RunVerdict(decision), name, at, reason, str(uid))
        for run, decision, name, at, reason, uid in _decided(keys(run_ids))
    }


@prepared
def _decided(runs: Keys) -> "QuerySet[RunDecision, tuple[Any, ...]]":
    rows = RunDecision.objects.filter(among(RunDecision, "run", runs))
    return rows.values_list("run_id", "decision", "by__name", "decided_at", "reason", "uid")


def first_article_facts(
    run_ids: Iterable[int], upto: int | None = None
) -> dict[int, FirstArticleFacts]:
    """The latest first article inspection of each run. One query."""
    rows = _articles(keys(run_ids), LATEST if upto is None else upto)
    return {run: FirstArticleFacts(str(uid), *rest) for run, uid, *rest in rows}


@prepared
def _articles(runs: Keys, upto: int) -> "QuerySet[FirstArticle, tuple[Any, ...]]":
    rows = FirstArticle.objects.filter(among(FirstArticle, "run", runs), entry__lte=upto)
    return rows.order_by("pk").values_list(
        "run_id", "uid", "unit__serial", "passed", "checked", "conforming", "judged_at"
    )


def release_facts(
    run_ids: Iterable[int], upto: int | None = None
) -> dict[int, list[ReleaseFacts]]:
    """Refusals lifted by signature, by run. One query."""
    found: dict[int, list[ReleaseFacts]] = defaultdict(list)
    rows = _releases(keys(run_ids), LATEST if upto is None else upto)
    for run, rule, subject, reason, name, at, uid in rows:
        found[run].append(ReleaseFacts(rule, subject, reason, name, at, str(uid)))
    return found


@prepared
def _releases(runs: Keys, upto: int) -> "QuerySet[RouteRelease, tuple[Any, ...]]":
    rows = RouteRelease.objects.filter(among(RouteRelease, "run", runs), entry__lte=upto)
    return rows.order_by("pk").values_list(
        "run_id", "rule", "subject", "reason", "by__name", "received_at", "uid"
    )


class Raw(Func):
    """A column as the driver gives it. Django turns every value of ten thousand rows into its
    field's type, one call each; that takes longer than the query."""

    template = "%(expressions)s"
    output_field = TextField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        # A bare column would still be parsed: the driver knows what it was declared as.
        return self.as_sql(compiler, connection, template="(%(expressions)s || '')", **context)


def dashed(uid: str | UUID) -> str:
    """A UUID as text: SQLite keeps 32 digits, PostgreSQL gives a UUID."""
    if not isinstance(uid, str):
        return str(uid)
    return f"{uid[:8]}-{uid[8:12]}-{uid[12:16]}-{uid[16:20]}-{uid[20:]}"


def moment(at: str | datetime) -> datetime:
    """A time as the driver gave it: SQLite's are text in UTC and do not say so."""
    return at if isinstance(at, datetime) else datetime.fromisoformat(at).replace(tzinfo=UTC)


_UNIT_COLUMNS = (
    "id",
    "_uid",
    "serial",
    "position",
    "_started",
    "operator__name",
    "builder_class",
    "equipment__code",
    "equipment_class",
    "instruction",
    "previous_serial",
    "exclusion__reason",
    "run_id",
    "entry_id",
)


def unit_facts(rows: "QuerySet[Unit]") -> list[UnitFacts]:
    """Units as values. One query."""
    return [unit for _, _, unit in _as_units(_unit_columns(rows))]


def first_unit(run: int) -> list[UnitFacts]:
    """The first unit of a run, where there is one. One query."""
    return [unit for _, _, unit in _as_units(_first(run))]


@prepared
def _first(run: int) -> "QuerySet[Unit, tuple[Any, ...]]":
    return _unit_columns(Unit.objects.filter(run=run).order_by("position")[:1])


def facts_of_unit(unit: int) -> UnitFacts:
    """One unit as a value. One query."""
    ((_, _, found),) = _as_units(_unit(unit))
    return found


@prepared
def _unit(unit: int) -> "QuerySet[Unit, tuple[Any, ...]]":
    return _unit_columns(Unit.objects.filter(pk=unit))


def _unit_columns(rows: "QuerySet[Unit]") -> "QuerySet[Unit, tuple[Any, ...]]":
    raw = rows.annotate(_uid=Raw("uid"), _started=Raw("started_at"))
    return raw.values_list(*_UNIT_COLUMNS)


def _as_units(table: Iterable[Any]) -> list[tuple[int, int, UnitFacts]]:
    return [
        (
            run,
            entry,
            UnitFacts(
                key, dashed(uid), serial, position, moment(at), name, builder, code or "", cls,
                instruction, previous, why or "",
            ),
        )
        for key, uid, serial, position, at, name, builder, code, cls, instruction, previous, why,
        run, entry in table
    ]  # fmt: skip


def _units(span: Span) -> list[tuple[int, int, UnitFacts]]:
    return _as_units(_units_of(span))


@spanned(Unit)
def _units_of(rows: "QuerySet[Unit]") -> "QuerySet[Unit, tuple[Any, ...]]":
    return _unit_columns(rows.order_by("run_id", "position"))


def exclusions(span: Span) -> dict[int, str]:
    """Reasons of units declared not to count, by unit: of any run. One query."""
    return dict(_excluded(span.since, span.last))


@prepared
def _excluded(since: int, upto: int) -> "QuerySet[UnitExclusion, tuple[int, str]]":
    rows = UnitExclusion.objects.filter(entry__gt=since, entry__lte=upto)
    return rows.values_list("unit_id", "reason")


_JUDGEMENT_COLUMNS = (
    "run_id",
    "entry_id",
    "id",
    "unit_id",
    "attempt",
    "fit",
    "finish",
    "function",
    "_seconds",
    "supersedes_id",
    "correction_reason",
    "_judged",
)


def judgement_facts(rows: "QuerySet[Judgement]") -> list[JudgementFacts]:
    """Judgements as values, in the order they were recorded. One query."""
    return [judgement for _, _, judgement in _as_judgements(_judgement_columns(rows))]


def judgements_of_unit(unit: int) -> list[JudgementFacts]:
    """Judgements of one unit as values, in the order they were recorded. One query."""
    return [judgement for _, _, judgement in _as_judgements(_judged(unit))]


@prepared
def _judged(unit: int) -> "QuerySet[Judgement, tuple[Any, ...]]":
    return _judgement_columns(Judgement.objects.filter(unit=unit))


def _judgement_columns(
    rows: "QuerySet[Judgement]",
) -> "QuerySet[Judgement, tuple[Any, ...]]":
    raw = rows.order_by("id").annotate(_seconds=Raw("build_seconds"), _judged=Raw("judged_at"))
    return raw.values_list(*_JUDGEMENT_COLUMNS)


def _as_judgements(table: Iterable[Any]) -> list[tuple[int, int, JudgementFacts]]:
    return [
        (
            run,
            entry,
            JudgementFacts(
                key, unit, attempt, fit, finish, function,
                None if seconds is None else float(seconds), supersedes, reason, moment(judged),
            ),
        )
        for run, entry, key, unit, attempt, fit, finish, function, seconds, supersedes,
        reason, judged in table
    ]  # fmt: skip


def _judgements(span: Span) -> list[tuple[int, int, JudgementFacts]]:
    return _as_judgements(_judgements_of(span))


@spanned(Judgement)
def _judgements_of(rows: "QuerySet[Judgement]") -> "QuerySet[Judgement, tuple[Any, ...]]":
    return _judgement_columns(rows)


def causes(span: Span) -> dict[int, tuple[str, str]]:
    """The class of cause and the cause that hold, by defect; read on, of any run. One query."""
    if span.since:
        found = _named(span.since, span.last)
    else:
        rows = CauseFinding.objects.filter(defect__run__in=span.runs)
        found = list(_cause_columns(span.until(rows)))
    return {key: (cause_class, cause) for key, cause_class, cause in found}


@prepared
def _named(since: int, upto: int) -> "QuerySet[CauseFinding, tuple[Any, ...]]":
    return _cause_columns(CauseFinding.objects.filter(entry__gt=since, entry__lte=upto))


def _cause_columns(
    rows: "QuerySet[CauseFinding]",
) -> "QuerySet[CauseFinding, tuple[Any, ...]]":
    return rows.order_by("id").values_list("defect_id", "cause_class", "cause")


def _defects(span: Span) -> Iterable[tuple[int, int, DefectFacts]]:
    found, table = causes(span), _defects_of(span)
    unknown = (CauseClass.UNKNOWN.value, "")
    for run, entry, key, uid, unit, judgement, code, name, category in table:
        why = found.get(key, unknown)
        yield (
            run,
            entry,
            DefectFacts(key, str(uid), unit, judgement, code, name, category, *why),
        )


@spanned(Defect)
def _defects_of(rows: "QuerySet[Defect]") -> "QuerySet[Defect, tuple[Any, ...]]":
    columns = ("id", "uid", "unit_id", "judgement_id", "code", "name", "category")
    return rows.order_by("id").values_list("run_id", "entry_id", *columns)


def _times(span: Span) -> dict[int, OperationTimes]:
    parse = datetime.fromisoformat
    found = {key: OperationTimes.of(()) for key in span.runs}
    for run, entry, unit, seq, began, ended in _times_of(span):
        if isinstance(began, str):
            began, ended = parse(began), parse(ended)
        if entry > span.after.get(run, 0):
            found[run].append(unit, seq, (ended - began).total_seconds())
    return found


@spanned(OperationRecord)
def _times_of(
    rows: "QuerySet[OperationRecord]",
) -> "QuerySet[OperationRecord, tuple[Any, ...]]":
    raw = rows.filter(attempt=1).annotate(_began=Raw("began_at"), _ended=Raw("ended_at"))
    columns = ("run_id", "entry_id", "unit_id", "seq", "_began", "_ended")
    return raw.order_by("id").values_list(*columns)
