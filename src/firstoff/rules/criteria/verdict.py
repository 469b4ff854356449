"""The verdict on a pilot run: binary, computed from the findings, with every figure beside it."""

from collections.abc import Iterable, Sequence

from firstoff.rules.criteria.base import RunCriterion
from firstoff.rules.evidence import (
    BatchComparison,
    BuildTime,
    CauseBar,
    Caution,
    Finding,
    FixItem,
    PilotEvidence,
    RateFigures,
    RunAssessment,
    RunState,
    Step,
    Tries,
    actions_for,
    build_time,
    cause_classes,
    compare,
    money,
    pareto,
    rate_figures,
    signed_off_chance,
    steps,
    tries,
    words,
    yield_figures,
)
from firstoff.rules.execution import Bar, Reading, ReleaseFacts, bar_differences, moment
from firstoff.rules.nonconformity import BUILD_TIME_CODE
from firstoff.terms import RunKind, RunVerdict, UnitResult, Verdict

REJECTS, COMPLETE = "rejects_within_bar", "counting_units_complete"
TIME, CAPABILITY = "build_time_within_bar", "capability_within_bar"
TESTS = "no_failed_test_counted_good"


def assess_run(evidence: PilotEvidence, criteria: Sequence[RunCriterion]) -> RunAssessment:
    """Judge a run by the criteria. Sign-off if and only if every finding is met (R-40, R-41)."""
    reading, run = evidence.reading, evidence.run
    findings = tuple(f for criterion in criteria for f in criterion.judge(evidence))
    met = all(f.verdict is Verdict.MET for f in findings) and reading.judged > 0
    verdict = RunVerdict.SIGN_OFF if met else RunVerdict.HOLD
    complete = run.bar is not None and reading.judged == run.bar.sample
    figures = rate_figures(reading)
    bars = pareto(evidence)
    measured, build = steps(evidence), build_time(evidence)
    comparison, tried = compare(evidence), tries(evidence)
    settled = complete or any(f.kind == REJECTS and f.verdict is Verdict.NOT_MET for f in findings)
    state = _state(evidence, complete=complete)
    spent = None
    if figures is not None and run.bar is not None:
        spent = money(run.bar, figures, evidence.currency, held=not met)
    return RunAssessment(
        batch_id=run.batch_id,
        verdict=verdict,
        state=state,
        settled=settled,
        headline=_headline(evidence, state, verdict, settled=settled),
        why=_why(evidence, findings, figures, met=met, settled=settled),
        findings=findings,
        figures=figures,
        money=spent,
        tries=tried,
        pareto=bars,
        cause_classes=cause_classes(evidence),
        steps=measured,
        build_time=build,
        yields=yield_figures(reading),
        fix_next=() if met else _fix_next(evidence, findings, bars, measured, build),
        comparison=comparison,
        cautions=_cautions(reading, figures, tried, comparison) if met else (),
        sample=reading.sample,
        beyond=reading.beyond,
        left_out=tuple((left, reading.states[left.unit.id]) for left in reading.counted.left_out),
        corrections=_corrections(evidence),
        deviations=tuple(_deviation(release) for release in run.releases),
        bar_differences=_bar_differences(evidence),
        decision=run.decision,
        may_sign_off=met and run.decision is None and run.kind is RunKind.PILOT,
        may_hold=reading.judged > 0 and run.decision is None,
    )


def _state(evidence: PilotEvidence, *, complete: bool) -> RunState:
    run = evidence.run
    if run.decision is not None:
        signed_off = run.decision.decision is RunVerdict.SIGN_OFF
        return RunState.SIGNED_OFF if signed_off else RunState.HELD
    if complete:
        return RunState.COMPLETE
    if run.units:
        return RunState.RUNNING
    locked = run.bar is not None and run.bar.locked_at is not None
    return RunState.BAR_LOCKED if locked else RunState.DRAFT


def _headline(
    evidence: PilotEvidence, state: RunState, verdict: RunVerdict, *, settled: bool
) -> str:
    """The answer to *May we start production?* in a few words."""
    reading, bar = evidence.reading, evidence.run.bar
    if state is RunState.SIGNED_OFF:
        return "Yes. Signed off."
    if state is RunState.HELD:
        return "No. Held." if verdict is RunVerdict.SIGN_OFF else "No. Hold."
    if verdict is RunVerdict.SIGN_OFF:
        pilot = evidence.run.kind is RunKind.PILOT
        return "Sign-off is possible." if pilot else "Yes. The bar is cleared."
    if settled:
        return "No. Hold."
    if bar is None or bar.locked_at is None:
        return "Not yet: no bar is locked."
    judged = words.of(reading.judged, bar.sample)
    return f"Not yet: {judged} counting units judged."


def _why(
    evidence: PilotEvidence,
    findings: Sequence[Finding],
    figures: RateFigures | None,
    *,
    met: bool,
    settled: bool,
) -> tuple[str, ...]:
    run, bar = evidence.run, evidence.run.bar
    found = []
    if run.decision is not None:
        found.append(_signed(evidence))
    if bar is None or figures is None:
        waiting = [f.sentence for f in findings if f.verdict is not Verdict.MET]
        return (*found, *waiting[:2])
    found.append(_against_bar(bar, figures))
    others = [f for f in findings if f.kind != REJECTS]
    open_ones = [f for f in others if f.verdict is not Verdict.MET]
    if met:
        found.append(_all_met(findings))
        if run.kind is not RunKind.PILOT:
            found.append(
                "Only a pilot run releases a process; this run answers to no earlier try."
            )
        elif run.decision is None:
            found.append("A person decides. You may still hold.")
        return tuple(found)
    rejected = figures.rejects > bar.max_rejects
    if rejected and settled:
        about = words.number(figures.expected)
        ordered = f"Had the {bar.commits:,} been ordered off this batch"
        found.append(f"{ordered}, about {about} would have been bad.")
    open_ones = [f for f in open_ones if f.kind != COMPLETE or not settled]
    for verdict, heading in (
        (Verdict.NOT_MET, "Not met either" if rejected else "Not met"),
        (Verdict.NO_EVIDENCE, "Without evidence"),
    ):
        lines = [_line(f) for f in open_ones if f.verdict is verdict]
        if lines:
            found.append(f"{heading}: {'; '.join(lines)}.")
    return tuple(found)


def _line(finding: Finding) -> str:
    """``build time, mean 11.0 min (bar at most 7 min)``."""
    title = finding.title[:1].lower() + finding.title[1:]
    asked = f" (bar: {finding.threshold})" if finding.threshold else ""
    return f"{title}: {finding.figure}{asked}"


def _signed(evidence: PilotEvidence) -> str:
    decision = evidence.run.decision
    assert decision is not None
    verb = "Signed off" if decision.decision is RunVerdict.SIGN_OFF else "Held"
    at = moment(decision.at, evidence.run.zone)
    reason = f": {decision.reason}" if decision.reason else ""
    return words.sentence(f"{verb} by {decision.by}, {at}{reason}")


def _against_bar(bar: Bar, figures: RateFigures) -> str:
    seen = words.of(figures.rejects, figures.judged)
    verb = "was" if figures.rejects == 1 else "were"
    if figures.rejects > bar.max_rejects:
        return (
            f"{seen} units {verb} rejected. The bar, locked before the first unit was built, "
            f"allows {bar.max_rejects:,}."
        )
    return f"{seen} units {verb} rejected; the bar allows {bar.max_rejects:,}."


def _all_met(findings: Sequence[Finding]) -> str:
    actions = next((f for f in findings if f.kind == "actions_in_force_before_batch"), None)
    if actions is None or not actions.records:
        return "Every other line of the bar is met."
    count = len(actions.records)
    many = (
        "the corrective action was"
        if count == 1
        else f"all {words.spelled(count)} corrective actions were"
    )
    return f"Every other line of the bar is met and {many} in force before the first unit."


def _fix_next(
    evidence: PilotEvidence,
    findings: Sequence[Finding],
    bars: Sequence[CauseBar],
    measured: Sequence[Step],
    build: BuildTime | None,
) -> tuple[FixItem, ...]:
    """What to fix, by rejects caused; then what rejected no unit, in the order of the bar."""
    rejects = len(evidence.reading.rejects)
    items = [
        FixItem(
            f"{bar.name}: {words.of(bar.rejects, rejects)} rejects",
            _cause_words(bar),
            bar.rejects,
            bar.actions,
            bar.code,
        )
        for bar in bars
    ]
    for finding in findings:
        if finding.verdict is not Verdict.NOT_MET or finding.kind in (REJECTS, COMPLETE):
            continue
        if finding.kind == TIME and build is not None:
            items.append(_time_item(evidence, measured, build))
        elif finding.kind in (CAPABILITY, TESTS) or not bars:
            items.append(FixItem(finding.title, finding.sentence, 0, (), finding.subject))
    return tuple(items)


def _cause_words(bar: CauseBar) -> str:
    if not bar.causes:
        return "The cause is unknown; it has to be found before sign-off."
    return words.sentence("; ".join(cause.rstrip(".") for cause in bar.causes))


def _time_item(evidence: PilotEvidence, measured: Sequence[Step], build: BuildTime) -> FixItem:
    bench = "" if build.bench is None else f" against {words.number(build.bench, 1)} on the bench"
    slowest = max(
        (step for step in measured if step.slow),
        key=lambda step: step.mean - (step.standard or 0),
        default=None,
    )
    detail = "No step was timed on its own."
    if slowest is not None:
        detail = (
            f"Operation {slowest.seq} ({slowest.name}) takes {words.number(slowest.mean, 1)} of "
            f"the {words.minutes(build.mean)}; its standard is "
            f"{words.trimmed(slowest.standard or 0)}."
        )
        if slowest.proposal:
            detail = f"{detail} Proposed: {slowest.proposal.rstrip('.')}."
    elif measured:
        detail = "No single step is slower than its standard."
    title = f"Build time {words.minutes(build.mean)}{bench}"
    return FixItem(title, detail, 0, actions_for(evidence, BUILD_TIME_CODE), BUILD_TIME_CODE)


def _cautions(
    reading: Reading,
    figures: RateFigures | None,
    tried: Tries | None,
    comparison: BatchComparison | None,
) -> tuple[Caution, ...]:
    """What a passing batch does not prove, said beside the pass."""
    bar = reading.run.bar
    if bar is None or figures is None:
        return ()
    found = [
        *_beyond(reading, bar),
        Caution(
            f"{figures.rejects:,} in {figures.judged:,} proves little."
            if figures.judged < 100
            else f"{figures.rejects:,} in {figures.judged:,} is a sample.",
            f"The true rate may lie anywhere from {words.interval(figures.lower, figures.upper)}.",
        ),
        Caution(_passes(bar, 0.10), _at_bar(bar)),
    ]
    if tried is not None and tried.total > 1:
        title = f"This is the {words.ordinal(tried.total)} try."
        found.append(Caution(title, tried.sentence))
    if comparison is not None and not comparison.significant:
        better = comparison.later_rejects * comparison.earlier_judged < (
            comparison.earlier_rejects * comparison.later_judged
        )
        if better:
            found.append(Caution("The improvement may be chance.", comparison.sentence))
    return tuple(found)


def _beyond(reading: Reading, bar: Bar) -> tuple[Caution, ...]:
    """Rejects after the n of the bar, and units kept back until n others were recorded.

    The sample is the first n that were recorded as started: whoever records the good ones first
    would pass, so it is said aloud.
    """
    beyond = reading.beyond
    if not beyond:
        return ()
    rejects = sum(state.first is UnitResult.REJECT for state in beyond)
    newest = max((unit.started_at for unit in reading.counted.sample), default=None)
    late = sum(newest is not None and state.unit.started_at < newest for state in beyond)
    if not rejects and not late:
        return ()
    verb = "was" if rejects == 1 else "were"
    title = f"{words.of(rejects, len(beyond))} units beyond the sample {verb} rejected."
    said = f"The bar reads the first {bar.sample:,} that count, in the order they were recorded."
    if late:
        kept = words.counted(late, "of the others was", "of the others were")
        said = f"{said} {kept} started before units of the sample, and recorded after them."
    return (Caution(title, said),)


def _passes(bar: Bar, rate: float) -> str:
    chance = signed_off_chance(rate, sample=bar.sample, max_rejects=bar.max_rejects)
    return f"A {words.percent(rate)} process passes this bar {words.times_in_100(chance)}."


def _at_bar(bar: Bar) -> str:
    rate = bar.rate or 0.05
    chance = signed_off_chance(rate, sample=bar.sample, max_rejects=bar.max_rejects)
    return f"One that makes {words.percent(rate)} rejects passes {words.times_in_100(chance)}."


def _corrections(evidence: PilotEvidence) -> tuple[str, ...]:
    states = evidence.reading.states
    return tuple(
        f"{states[row.unit].unit.serial}: a judgement was corrected by signature"
        f"{' (first result)' if row.attempt == 1 else ''}: {row.correction_reason}"
        for row in evidence.run.judgements
        if row.supersedes is not None
    )


def _deviation(release: ReleaseFacts) -> str:
    return words.sentence(
        f"{release.by} released {release.subject} by signature ({release.lift}): {release.reason}"
    )


def _bar_differences(evidence: PilotEvidence) -> tuple[str, ...]:
    """How this bar differs from that of the batch before: a repeat is held to the same one."""
    bar = evidence.run.bar
    before: Iterable[tuple[str, Bar]] = (
        (run.batch_id, run.bar) for run in reversed(evidence.earlier) if run.bar is not None
    )
    for batch_id, earlier in before:
        if bar is None:
            return ()
        found = bar_differences(bar, earlier)
        if not found:
            return ()
        return (f"This bar differs from that of {batch_id}: {'; '.join(found)}.",)
    return ()
