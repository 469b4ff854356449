"""The figures beside a verdict: rate, money, tries, causes, times, yields (R-43 to R-48)."""

from collections import Counter
from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from firstoff import stats
from firstoff.rules.evidence import words
from firstoff.rules.evidence.values import (
    BuildTime,
    CauseBar,
    Money,
    MoneyLine,
    PilotEvidence,
    RateFigures,
    Ref,
    Step,
    Tries,
    TryRow,
    YieldFigures,
)
from firstoff.rules.execution import Bar, Reading
from firstoff.rules.nonconformity import CHANGES, ActionFacts
from firstoff.terms import CauseClass

SLOW = 1.10  # a step is slow when its mean exceeds its standard by more than a tenth
_TRIES_SHOWN = 3
Minutes = NDArray[np.float64]


def rate_figures(reading: Reading) -> RateFigures | None:
    """What x rejects in the judged units of the sample say (R-43). None before the first."""
    bar, judged = reading.run.bar, reading.judged
    if bar is None or judged == 0:
        return None
    return _rates(len(reading.rejects), judged, bar)


@lru_cache(maxsize=256)
def _rates(rejects: int, judged: int, bar: Bar) -> RateFigures:
    """Kept: most records change no result of the sample, and the prediction is a long sum."""
    seen = stats.proportion(rejects, judged)
    ahead = stats.predict_rejects(rejects, judged, quantity=bar.commits)
    over = clean_90 = clean_95 = None
    if bar.max_rejects:
        over = stats.posterior(rejects, judged).probability_over(bar.rate)
        clean_90, clean_95 = (
            stats.further_clean_units(rejects, judged, rate=bar.rate, confidence=level)
            for level in (0.90, 0.95)
        )
    return RateFigures(
        rejects=rejects,
        judged=judged,
        rate=seen.estimate,
        lower=seen.lower,
        upper=seen.upper,
        bar_rate=bar.rate,
        over_bar=over,
        committed=bar.commits,
        predicted=ahead.mean,
        predicted_median=ahead.median,
        predicted_lower=ahead.lower,
        predicted_upper=ahead.upper,
        clean_90=clean_90,
        clean_95=clean_95,
    )


def money(bar: Bar, figures: RateFigures, currency: str, *, held: bool) -> Money:
    """What a hold saved, or a release risks, in units and money (R-44)."""
    cost = None if bar.bad_unit_cost is None else float(bar.bad_unit_cost)
    at_stake = None if cost is None else cost * figures.expected
    delay = None
    if bar.delay_days is not None and bar.delay_day_cost is not None:
        delay = bar.delay_days * float(bar.delay_day_cost)
    batch = None if bar.batch_cost is None else float(bar.batch_cost)
    costs = None if batch is None else batch + (delay or 0.0)
    missing = [
        what
        for what, value in (
            ("the cost of a bad unit", bar.bad_unit_cost),
            ("the cost of a repeat batch", bar.batch_cost),
            ("the days of delay", bar.delay_days),
            ("the cost of a day of delay", bar.delay_day_cost),
        )
        if value is None
    ]
    return Money(
        currency=currency,
        held=held,
        units=figures.expected,
        units_lower=figures.predicted_lower,
        units_upper=figures.predicted_upper,
        per_unit=cost,
        at_stake=at_stake,
        repeat_costs=costs,
        delay_days=bar.delay_days,
        lines=_money_lines(bar, figures, cost, batch, delay),
        missing=tuple(missing),
        sentence=_money_sentence(bar, figures, currency, at_stake, costs, held=held),
    )


def _money_lines(
    bar: Bar,
    figures: RateFigures,
    cost: float | None,
    batch: float | None,
    delay: float | None,
) -> tuple[MoneyLine, ...]:
    def priced(units: float) -> float | None:
        return None if cost is None else units * cost

    return (
        MoneyLine(
            f"Observed rate × {figures.committed:,} units",
            round(figures.expected),
            priced(figures.expected),
        ),
        MoneyLine("Predicted mean", round(figures.predicted), priced(figures.predicted)),
        MoneyLine(
            "Predicted, upper end of the 90\u00a0% interval",
            figures.predicted_upper,
            priced(figures.predicted_upper),
        ),
        MoneyLine("Repeat batch", bar.sample, batch),
        MoneyLine(f"Delay of {bar.delay_days or 0} days", None, delay),
    )


def _money_sentence(
    bar: Bar,
    figures: RateFigures,
    currency: str,
    at_stake: float | None,
    costs: float | None,
    *,
    held: bool,
) -> str:
    about = f"about {words.number(figures.expected)} of {figures.committed:,} units"
    spread = f"90\u00a0% prediction {figures.predicted_lower:,} to {figures.predicted_upper:,}"
    against = ""
    if costs is not None:
        days = f" and {words.counted(bar.delay_days, 'day')}" if bar.delay_days else ""
        against = f", against {words.amount(costs, currency)} for the repeat batch{days}"
    worth = "" if at_stake is None else f", {words.amount(at_stake, currency)}"
    if held:
        return f"Holding keeps {about} from being bad{worth} ({spread}){against}."
    return f"Releasing risks {about}{worth} ({spread}){against}."


def tries(evidence: PilotEvidence) -> Tries | None:
    """How many batches were tried, in all and since the process last changed (R-46)."""
    bar, began = evidence.run.bar, evidence.began_at
    if bar is None or began is None:
        return None
    tried = [r for r in evidence.earlier_readings if r.judged and r.first_unit_at]
    changes = tuple(
        a
        for a in evidence.actions
        if a.effective_at is not None and a.effective_at <= began and a.cause_class in CHANGES
    )
    changed = max((a.effective_at for a in changes if a.effective_at), default=None)
    starts = [r.first_unit_at for r in tried if r.first_unit_at is not None]
    since = [start for start in starts if changed is None or start >= changed]
    total, count = len(tried) + 1, len(since) + 1
    rates = dict.fromkeys(
        r for r in (bar.rate, round(bar.rate + 0.01, 12), 0.10, 0.15) if 0 < r < 1
    )
    table = tuple(_try_row(rate, bar, max(_TRIES_SHOWN, count)) for rate in sorted(rates))
    latest = tuple(a for a in changes if not tried or _after_last(a, tried))
    return Tries(total, count, changed, latest, table, _tries_sentence(bar, total, count, latest))


def _after_last(action: ActionFacts, tried: list[Reading]) -> bool:
    last = tried[-1].last_unit_at
    return last is None or (action.effective_at is not None and action.effective_at > last)


def _try_row(rate: float, bar: Bar, count: int) -> TryRow:
    n, c = bar.sample, bar.max_rejects
    chances = (stats.chance_within_tries(rate, n=n, c=c, tries=k) for k in range(1, count + 1))
    return TryRow(rate, tuple(chances))


def _tries_sentence(bar: Bar, total: int, count: int, changes: tuple[ActionFacts, ...]) -> str:
    if total == 1:
        return "First batch of this process. A repeat needs a recorded process change between."
    chance = words.times_in_100(
        stats.chance_within_tries(0.10, n=bar.sample, c=bar.max_rejects, tries=total)
    )
    luck = (
        f"Had nothing changed in between, a process that makes 10\u00a0% rejects would pass in "
        f"{words.spelled(total)} tries {chance}."
    )
    if changes:
        made = f"{words.spelled(len(changes)).capitalize()} corrective action"
        made += "" if len(changes) == 1 else "s"
        verb = "makes" if len(changes) == 1 else "make"
        return f"{luck} {made} {verb} this the {words.ordinal(count)} try of the changed process."
    return f"{luck} No process change is recorded since the batch before."


def pareto(evidence: PilotEvidence) -> tuple[CauseBar, ...]:
    """Defect codes by the rejects of the sample that show them, most first."""
    reading = evidence.reading
    found = reading.reject_defects
    counts = Counter(code for ds in found.values() for code in {d.code for d in ds})
    if not counts:
        return ()
    units = {state.unit.id: state.unit for state in reading.rejects}
    by_code = {code: [d for ds in found.values() for d in ds if d.code == code] for code in counts}
    ranked = stats.pareto(dict(sorted(counts.items())))
    bars = []
    for bar in ranked.bars:
        defects = by_code[bar.name]
        bars.append(
            CauseBar(
                code=bar.name,
                name=defects[0].name,
                category=defects[0].category,
                rejects=int(bar.count),
                share=bar.count / len(reading.rejects),
                cumulative=bar.cumulative,
                classes=tuple(dict.fromkeys(d.cause_class for d in defects)),
                causes=tuple(dict.fromkeys(d.cause for d in defects if d.cause)),
                actions=actions_for(evidence, bar.name),
                units=tuple(
                    Ref("unit", units[key].uid, units[key].serial)
                    for key in dict.fromkeys(d.unit for d in defects)
                ),
            )
        )
    return tuple(bars)


def actions_for(evidence: PilotEvidence, code: str) -> tuple[ActionFacts, ...]:
    """Actions recorded for this batch against a defect code."""
    batch = evidence.run.batch_id
    return tuple(a for a in evidence.actions if a.batch_id == batch and a.against == code)


def cause_classes(evidence: PilotEvidence) -> dict[str, int]:
    """Rejects of the sample by class of cause; a reject with two classes stands under both."""
    counts = {cause.value: 0 for cause in CauseClass}
    for defects in evidence.reading.reject_defects.values():
        for cause in {d.cause_class for d in defects} or {CauseClass.UNKNOWN.value}:
            counts[cause] += 1
    return counts


def steps(evidence: PilotEvidence) -> tuple[Step, ...]:
    """Measured time of each operation against its standard, over the sample (R-47)."""
    times_of = _step_minutes(evidence.reading)
    found = []
    for operation in evidence.baseline.operations:
        times = times_of(operation.seq)
        if not len(times):
            continue
        standard = (
            None if operation.standard_minutes is None else float(operation.standard_minutes)
        )
        mean, lower, upper = _mean_interval(times)
        ratio = None if standard is None else mean / standard
        found.append(
            Step(
                operation.seq,
                operation.name,
                standard,
                mean,
                lower,
                upper,
                len(times),
                ratio,
                evidence.step_fixes.get(operation.seq, ""),
                operation.jig,
                ratio is not None and ratio > SLOW,
            )
        )
    return tuple(found)


def _step_minutes(reading: Reading) -> Callable[[int], Minutes]:
    """For an operation its minutes on the units of the sample, in the order recorded."""
    units, seqs = np.asarray(reading.times.units), np.asarray(reading.times.seqs)
    seconds = np.asarray(reading.times.seconds)
    sample = np.fromiter(reading.sample_units, dtype=np.int64)
    counting = np.isin(units, sample) & (seconds > 0)
    return lambda seq: seconds[counting & (seqs == seq)] / 60


def build_time(evidence: PilotEvidence) -> BuildTime | None:
    """Build time per unit of the sample; None while no unit has one."""
    times = evidence.reading.build_seconds / 60
    if not len(times):
        return None
    mean, lower, upper = _mean_interval(times)
    bench, standard = evidence.run.bench_minutes, evidence.baseline.standard_minutes
    return BuildTime(
        n=len(times),
        mean=mean,
        lower=lower,
        upper=upper,
        bench=None if bench is None else float(bench),
        standard=None if standard is None else float(standard),
    )


def _mean_interval(times: Minutes) -> tuple[float, float | None, float | None]:
    if len(times) < 2 or times.min() <= 0:
        return float(times.mean()), None, None
    found = stats.process_time(times)
    return found.mean, max(found.lower, 0.0), found.upper


def yield_figures(reading: Reading) -> YieldFigures:
    """First-pass and final yield of the sample, apart (R-48)."""
    judged, good = reading.judged, reading.good
    interval = stats.proportion(good, judged) if judged else None
    return YieldFigures(
        good,
        judged,
        reading.good_finally,
        reading.judged_finally,
        None if interval is None else interval.lower,
        None if interval is None else interval.upper,
    )
