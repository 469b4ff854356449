"""Everything recorded about runs, as the values that the rules take."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import ExpressionWrapper, F, QuerySet, TextField

from firstoff.db.models import (
    Bar,
    BarCapability,
    CauseFinding,
    Defect,
    FirstArticle,
    Judgement,
    OperationRecord,
    Record,
    RouteRelease,
    Run,
    RunDecision,
    Unit,
)
from firstoff.queries.execution.definition import frozen, frozen_all
from firstoff.rules import execution as rules
from firstoff.rules.execution import (
    DecisionFacts,
    DefectFacts,
    FirstArticleFacts,
    JudgementFacts,
    OperationTime,
    ReleaseFacts,
    RunFacts,
    UnitFacts,
)
from firstoff.terms import CauseClass, RunKind, RunVerdict

T = TypeVar("T")
M = TypeVar("M", bound=Record)


def run_facts(
    run_ids: Sequence[int], *, times: bool = True, upto: int | None = None
) -> tuple[RunFacts, ...]:
    """The runs with all that is recorded about them, in the order asked for.

    Eleven queries whatever the number of runs (and one where a baseline was not read before);
    ``times=False`` leaves the operation times out and saves one. upto: as it stood after this
    entry of the ledger; records are only ever added, so what was decided on can be read back.
    """
    ids = list(run_ids)
    rows = Run.objects.filter(pk__in=ids).select_related("site", "baseline", "repeat_of")
    runs = {r.pk: r for r in rows.defer("baseline__content")}
    frozen_all({r.baseline_id: r.baseline.digest for r in runs.values()})
    bars = bar_facts(ids)
    decisions = decision_facts(ids)
    articles = first_article_facts(ids, upto)
    units = _grouped(_units(ids, upto))
    judgements = _grouped(_judgements(ids, upto))
    defects = _grouped(_defects(ids, upto))
    spent = _grouped(_times(ids, upto)) if times else {}
    releases = release_facts(ids, upto)
    return tuple(
        _run(
            runs[i],
            bar=bars.get(i),
            decision=decisions.get(i),
            first_article=articles.get(i),
            units=tuple(units.get(i, ())),
            judgements=tuple(judgements.get(i, ())),
            defects=tuple(defects.get(i, ())),
            times=tuple(spent.get(i, ())),
            releases=tuple(releases.get(i, ())),
        )
        for i in ids
    )


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
        bench_minutes=run.bench_minutes,
        repeat_of=run.repeat_of.batch_id if run.repeat_of else "",
        uid=str(run.uid),
        zone=ZoneInfo(run.site.time_zone),
        **recorded,
    )


def bar_facts(run_ids: Iterable[int]) -> dict[int, rules.Bar]:
    """The locked bars, by run. Two queries."""
    bars = list(Bar.objects.filter(run__in=run_ids).select_related("by"))
    wanted: dict[int, list[rules.BarCapability]] = defaultdict(list)
    rows = BarCapability.objects.filter(bar__in=[b.pk for b in bars]).order_by("pk")
    for bar_id, characteristic, minimum in rows.values_list("bar", "characteristic", "minimum"):
        wanted[bar_id].append(rules.BarCapability(characteristic, minimum))
    return {b.run_id: bar_of(b, tuple(wanted[b.pk])) for b in bars}


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
    rows = RunDecision.objects.filter(run__in=run_ids).values_list(
        "run_id", "decision", "by__name", "decided_at", "reason", "uid"
    )
    return {
        run: DecisionFacts(RunVerdict(decision), name, at, reason, str(uid))
        for run, decision, name, at, reason, uid in rows
    }


def first_article_facts(
    run_ids: Iterable[int], upto: int | None = None
) -> dict[int, FirstArticleFacts]:
    """The latest first article inspection of each run. One query."""
    rows = _then(FirstArticle.objects.filter(run__in=run_ids), upto).order_by("pk")
    columns = ("run_id", "uid", "unit__serial", "passed", "checked", "conforming", "judged_at")
    return {
        run: FirstArticleFacts(str(uid), *rest) for run, uid, *rest in rows.values_list(*columns)
    }


def release_facts(
    run_ids: Iterable[int], upto: int | None = None
) -> dict[int, list[ReleaseFacts]]:
    """Refusals lifted by signature, by run. One query."""
    rows = _then(RouteRelease.objects.filter(run__in=run_ids), upto).order_by("pk")
    columns = ("run_id", "rule", "subject", "reason", "by__name", "received_at", "uid")
    found: dict[int, list[ReleaseFacts]] = defaultdict(list)
    for run, rule, subject, reason, name, at, uid in rows.values_list(*columns):
        found[run].append(ReleaseFacts(rule, subject, reason, name, at, str(uid)))
    return found


def _raw(name: str) -> "ExpressionWrapper[F]":
    """A column as the driver gives it. Django turns every value of ten thousand rows into its
    field's type, one call each; that takes longer than the query."""
    return ExpressionWrapper(F(name), output_field=TextField())


def _dashed(uid: str | UUID) -> str:
    """A UUID as text: SQLite keeps 32 digits, PostgreSQL gives a UUID."""
    if not isinstance(uid, str):
        return str(uid)
    return f"{uid[:8]}-{uid[8:12]}-{uid[12:16]}-{uid[16:20]}-{uid[20:]}"


def _in_utc(at: datetime) -> datetime:
    """SQLite's times are UTC and do not say so."""
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


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
)


def unit_facts(rows: "QuerySet[Unit]") -> list[UnitFacts]:
    """Units as values. One query."""
    return [unit for _, unit in _unit_rows(rows)]


def _unit_rows(rows: "QuerySet[Unit]") -> list[tuple[int, UnitFacts]]:
    raw = rows.annotate(_uid=_raw("uid"), _started=_raw("started_at"))
    table: Iterable[Any] = raw.values_list(*_UNIT_COLUMNS)
    return [
        (
            run,
            UnitFacts(
                key, _dashed(uid), serial, position, _in_utc(at), name, builder, code or "", cls,
                instruction, previous, why or "",
            ),
        )
        for key, uid, serial, position, at, name, builder, code, cls, instruction, previous, why,
        run in table
    ]  # fmt: skip


def _units(run_ids: list[int], upto: int | None) -> list[tuple[int, UnitFacts]]:
    rows = _then(Unit.objects.filter(run__in=run_ids), upto)
    return _unit_rows(rows.order_by("run_id", "position"))


_JUDGEMENT_COLUMNS = (
    "run_id",
    "id",
    "unit_id",
    "attempt",
    "fit",
    "finish",
    "function",
    "_seconds",
    "supersedes_id",
    "correction_reason",
)


def judgement_facts(rows: "QuerySet[Judgement]") -> list[JudgementFacts]:
    """Judgements as values, in the order they were recorded. One query."""
    return [judgement for _, judgement in _judgement_rows(rows)]


def _judgement_rows(rows: "QuerySet[Judgement]") -> list[tuple[int, JudgementFacts]]:
    raw = rows.order_by("id").annotate(_seconds=_raw("build_seconds"))
    table: Iterable[Any] = raw.values_list(*_JUDGEMENT_COLUMNS)
    return [
        (
            run,
            JudgementFacts(
                key, unit, attempt, fit, finish, function,
                None if seconds is None else float(seconds), supersedes, reason,
            ),
        )
        for run, key, unit, attempt, fit, finish, function, seconds, supersedes, reason in table
    ]  # fmt: skip


def _judgements(run_ids: list[int], upto: int | None) -> list[tuple[int, JudgementFacts]]:
    return _judgement_rows(_then(Judgement.objects.filter(run__in=run_ids), upto))


def _defects(run_ids: list[int], upto: int | None) -> Iterable[tuple[int, DefectFacts]]:
    findings = _then(CauseFinding.objects.filter(defect__run__in=run_ids), upto)
    causes = {
        defect: (cause_class, cause)
        for defect, cause_class, cause in findings.order_by("id").values_list(
            "defect_id", "cause_class", "cause"
        )
    }
    rows = (
        _then(Defect.objects.filter(run__in=run_ids), upto)
        .order_by("id")
        .values_list("run_id", "id", "uid", "unit_id", "judgement_id", "code", "name", "category")
    )
    unknown = (CauseClass.UNKNOWN.value, "")
    for run, key, uid, unit, judgement, code, name, category in rows:
        why = causes.get(key, unknown)
        yield run, DefectFacts(key, str(uid), unit, judgement, code, name, category, *why)


def _times(run_ids: list[int], upto: int | None) -> list[tuple[int, OperationTime]]:
    rows = _then(OperationRecord.objects.filter(run__in=run_ids, attempt=1), upto).order_by("id")
    raw = rows.annotate(_began=_raw("began_at"), _ended=_raw("ended_at"))
    table: Iterable[Any] = raw.values_list("run_id", "unit_id", "seq", "_began", "_ended")
    return [
        (run, OperationTime(unit, seq, (ended - began).total_seconds()))
        for run, unit, seq, began, ended in table
    ]


def _then(rows: "QuerySet[M]", upto: int | None) -> "QuerySet[M]":
    """Records as they stood after an entry of the ledger."""
    return rows if upto is None else rows.filter(entry__lte=upto)


def _grouped(pairs: Iterable[tuple[int, T]]) -> dict[int, list[T]]:
    found: dict[int, list[T]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return found
