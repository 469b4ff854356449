"""The first-pass yield of the sample is within the bar."""

from dataclasses import dataclass
from fractions import Fraction

from firstoff.rules.criteria import samples
from firstoff.rules.criteria.base import Answer, Example, RunCriterion, unit_refs
from firstoff.rules.evidence import PilotEvidence, yield_figures
from firstoff.rules.evidence.words import counted, percent, rate
from firstoff.terms import Verdict


@dataclass(frozen=True, slots=True)
class FirstPassYieldWithinBar(RunCriterion):
    kind = "first_pass_yield_within_bar"
    title = "First-pass yield"
    needs = "the first result of each counting unit"
    rule = "R-32, R-41, R-48"

    def answers(self, evidence: PilotEvidence) -> tuple[Answer, ...]:
        reading, bar = evidence.reading, evidence.run.bar
        if bar is None or bar.min_first_pass_yield is None:
            return ()
        least = bar.min_first_pass_yield
        threshold = f"at least {percent(least)}"
        found = yield_figures(reading)
        judged, good = found.first_judged, found.first_good
        if not judged:
            sentence = "No counting unit is judged yet."
            return (Answer(Verdict.NO_EVIDENCE, "none judged", threshold, sentence),)
        figure = rate(good, judged)
        rejects = judged - good
        best = Fraction(bar.sample - rejects, bar.sample)  # if all that is missing were good
        complete = judged == bar.sample
        parameters = {
            "good": good,
            "judged": judged,
            "final_good": found.final_good,
            "minimum": str(least),
        }
        if best < Fraction(least):
            verdict = Verdict.NOT_MET
        else:
            verdict = Verdict.MET if complete else Verdict.NO_EVIDENCE
        if complete:
            reworked = found.final_good - good
            final = rate(found.final_good, found.final_judged) if found.final_judged else "none"
            rework = (
                "nothing was reworked into good"
                if reworked <= 0
                else counted(reworked, "unit was", "units were") + " brought to good by rework"
            )
            sentence = f"First-pass yield {figure}, final yield {final}: {rework}."
        else:
            left = counted(bar.sample - judged, "unit is", "units are")
            sentence = f"{figure} of {judged:,} so far; {left} still to be judged."
        records = unit_refs(state.unit for state in reading.rejects)
        return (Answer(verdict, figure, threshold, sentence, records, parameters),)

    @staticmethod
    def examples() -> tuple[Example, ...]:
        return (
            Example(Verdict.MET, samples.pilot(rejects=1)),
            Example(Verdict.NOT_MET, samples.pilot(rejects=5)),
            Example(Verdict.NO_EVIDENCE, samples.pilot(units=12)),
        )
