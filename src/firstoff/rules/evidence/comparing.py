"""Two batches beside each other, with the sentence that is honest about chance."""

from firstoff import stats
from firstoff.rules.evidence import words
from firstoff.rules.evidence.figures import build_time
from firstoff.rules.evidence.values import BatchComparison, Effect, PilotEvidence
from firstoff.rules.execution import Reading, bar_differences
from firstoff.rules.nonconformity import BUILD_TIME_CODE, ActionFacts, changes_between

LEVEL = 0.05  # a difference is called significant at this p value, two-sided


def compare(evidence: PilotEvidence, earlier: Reading | None = None) -> BatchComparison | None:
    """This batch against an earlier one (the last with results, unless named).

    None while one of the two has no judged unit.
    """
    now = evidence.reading
    if earlier is None:
        tried = [r for r in evidence.earlier_readings if r.judged]
        earlier = tried[-1] if tried else None
    if earlier is None or not earlier.judged or not now.judged:
        return None
    x1, n1, x2, n2 = len(earlier.rejects), earlier.judged, len(now.rejects), now.judged
    found = stats.compare_proportions(x1, n1, x2, n2)
    significant = found.fisher <= LEVEL
    then, bar = earlier.run.bar, now.run.bar
    return BatchComparison(
        earlier=earlier.run.batch_id,
        later=now.run.batch_id,
        earlier_rejects=x1,
        earlier_judged=n1,
        later_rejects=x2,
        later_judged=n2,
        p_value=found.fisher,
        significant=significant,
        sentence=_sentence(x1, n1, x2, n2, found.fisher, significant),
        overlap=_overlap(found),
        time_sentence=_times(evidence, earlier),
        bar_differences=() if bar is None or then is None else bar_differences(bar, then),
        effects=tuple(
            _effect(evidence, earlier, action) for action in _between(evidence, earlier)
        ),
    )


def _sentence(x1: int, n1: int, x2: int, n2: int, p: float, significant: bool) -> str:
    seen = f"{words.of(x1, n1)} against {words.of(x2, n2)}"
    test = f"(Fisher exact, two-sided {words.p_value(p)})"
    if x1 * n2 == x2 * n1:
        return f"{seen}: the reject rates are the same."
    change = "improvement" if x2 * n1 < x1 * n2 else "deterioration"
    if significant:
        return f"{seen} is a significant difference {test}: the {change} is hardly chance."
    return f"{seen} is not a significant difference {test}: the {change} may be chance."


def _overlap(found: stats.Comparison) -> str:
    low = max(found.first.lower, found.second.lower)
    high = min(found.first.upper, found.second.upper)
    if low > high:
        return "The 95\u00a0% intervals do not overlap."
    return (
        f"The 95\u00a0% intervals overlap between {words.bound(low)} and {words.bound(high)}: "
        "both batches could come from one process."
    )


def _times(evidence: PilotEvidence, earlier: Reading) -> str:
    now = build_time(evidence)
    before = earlier.build_seconds / 60
    if now is None or not len(before) or now.lower is None or now.upper is None:
        return ""
    if len(before) < 2 or before.min() <= 0:
        return ""
    then = stats.process_time(before)
    less = now.mean < then.mean
    difference = abs(then.mean - now.mean)
    if then.lower <= now.upper and now.lower <= then.upper:
        return (
            f"Build time {words.minutes(then.mean)} then, {words.minutes(now.mean)} now: the "
            "95\u00a0% intervals of the means overlap."
        )
    bar = evidence.run.bar
    hours = "" if bar is None else _hours(difference, bar.commits)
    return (
        f"{words.minutes(difference)} {'less' if less else 'more'} a unit than in "
        f"{earlier.run.batch_id}{hours}. The intervals of the means do not overlap."
    )


def _hours(minutes: float, commits: int) -> str:
    return f": {words.number(minutes * commits / 60)} hours over {commits:,} units"


def _between(evidence: PilotEvidence, earlier: Reading) -> tuple[ActionFacts, ...]:
    last, began = earlier.last_unit_at, evidence.began_at
    if last is None or began is None:
        return ()
    return changes_between(evidence.actions, last, began)


def _effect(evidence: PilotEvidence, earlier: Reading, action: ActionFacts) -> Effect:
    if action.against == BUILD_TIME_CODE:
        return Effect(action, "mean build time", _mean(earlier), _mean(evidence.reading))
    name = next(
        (d.name for d in earlier.counting_defects if d.code == action.against), action.against
    )
    before, after = (str(_rejects(r, action.against)) for r in (earlier, evidence.reading))
    return Effect(action, name, before, after)


def _mean(reading: Reading) -> str:
    times = reading.build_seconds / 60
    return words.minutes(float(times.mean())) if len(times) else "not measured"


def _rejects(reading: Reading, code: str) -> int:
    return sum(any(d.code == code for d in ds) for ds in reading.reject_defects.values())
