"""The bar was locked by signature before the first unit was started."""

from dataclasses import dataclass
from datetime import timedelta

from firstoff.rules.criteria import samples
from firstoff.rules.criteria.base import Answer, Example, RunCriterion, when
from firstoff.rules.evidence import PilotEvidence, Ref
from firstoff.rules.execution import describe, moment
from firstoff.terms import Verdict


@dataclass(frozen=True, slots=True)
class BarLockedBeforeFirstUnit(RunCriterion):
    kind = "bar_locked_before_first_unit"
    title = "Bar locked before the first unit"
    needs = "the bar's signature and the start of the first unit"
    rule = "R-31"

    def answers(self, evidence: PilotEvidence) -> tuple[Answer, ...]:
        run, first = evidence.run, evidence.began_at
        threshold = "before the first unit"
        bar = run.bar
        if bar is None or bar.locked_at is None:
            if first is None:
                sentence = "No bar is locked yet; until it is, the line refuses the first unit."
                return (Answer(Verdict.NO_EVIDENCE, "not locked", threshold, sentence),)
            sentence = "Units were started without a bar: what was seen can prove nothing."
            return (Answer(Verdict.NOT_MET, "not locked", threshold, sentence),)
        locked = moment(bar.locked_at, run.zone)
        records = (Ref("bar", bar.uid, f"Bar of {run.batch_id}"),)
        parameters: dict[str, object] = {"locked_at": when(bar.locked_at)}
        by = f" by {bar.locked_by}" if bar.locked_by else ""
        if first is None:
            sentence = (
                f"The bar, {describe(bar)}, was locked {locked}{by}; no unit is started yet."
            )
            return (
                Answer(Verdict.MET, f"locked {locked}", threshold, sentence, records, parameters),
            )
        parameters["first_unit_at"] = when(first)
        started = moment(first, run.zone)
        gap = first - bar.locked_at
        if gap < timedelta(0):
            sentence = f"The first unit was started {started}, before the bar was locked {locked}."
            figure = f"{span(-gap)} after"
            return (Answer(Verdict.NOT_MET, figure, threshold, sentence, records, parameters),)
        sentence = f"Locked {locked}{by}; the first unit was started {started}."
        figure = f"{span(gap)} before"
        return (Answer(Verdict.MET, figure, threshold, sentence, records, parameters),)

    @staticmethod
    def examples() -> tuple[Example, ...]:
        return (
            Example(Verdict.MET, samples.pilot()),
            Example(Verdict.NOT_MET, samples.pilot(locked_after=timedelta(hours=2))),
            Example(Verdict.NO_EVIDENCE, samples.pilot(bar=None, units=0)),
        )


def span(gap: timedelta) -> str:
    """``2 d 15 h``, ``38 min``, ``12 s``: the two largest parts."""
    seconds = int(gap.total_seconds())
    parts = (
        (seconds // 86_400, "d"),
        (seconds // 3_600 % 24, "h"),
        (seconds // 60 % 60, "min"),
        (seconds % 60, "s"),
    )
    shown = [f"{count}\u00a0{unit}" for count, unit in parts if count]
    return " ".join(shown[:2]) or "0\u00a0s"
