"""The rejects of the sample are within the accept number."""

from dataclasses import dataclass

from firstoff.rules.criteria import samples
from firstoff.rules.criteria.base import Answer, Example, RunCriterion, unit_refs
from firstoff.rules.evidence import PilotEvidence
from firstoff.rules.evidence.words import counted, of, rate
from firstoff.rules.execution import describe
from firstoff.terms import Verdict


@dataclass(frozen=True, slots=True)
class RejectsWithinBar(RunCriterion):
    kind = "rejects_within_bar"
    title = "Rejects"
    needs = "the first result of each counting unit"
    rule = "R-32, R-41, R-48"

    def answers(self, evidence: PilotEvidence) -> tuple[Answer, ...]:
        reading, bar = evidence.reading, evidence.run.bar
        if bar is None:
            return (Answer(Verdict.NO_EVIDENCE, "no bar", "", "No bar is locked."),)
        rejects, judged = len(reading.rejects), reading.judged
        threshold = describe(bar)
        records = unit_refs(state.unit for state in reading.rejects)
        parameters = {
            "rejects": rejects,
            "judged": judged,
            "max_rejects": bar.max_rejects,
            "sample": bar.sample,
        }
        method = "first results; later rework changes none of them"
        if not judged:
            sentence = "No counting unit is judged yet."
            return (Answer(Verdict.NO_EVIDENCE, "none judged", threshold, sentence),)
        figure = of(rejects, judged)
        if rejects > bar.max_rejects:
            verdict = Verdict.NOT_MET
            sentence = (
                f"{figure} units {'was' if rejects == 1 else 'were'} rejected "
                f"({rate(rejects, judged)}); the bar allows {bar.max_rejects:,}."
            )
        elif judged < bar.sample:
            verdict = Verdict.NO_EVIDENCE
            left = counted(bar.sample - judged, "unit")
            sentence = f"{figure} rejected so far; {left} of the sample still to be judged."
        else:
            verdict = Verdict.MET
            sentence = (
                f"{figure} units {'was' if rejects == 1 else 'were'} rejected; "
                f"the bar allows {bar.max_rejects:,}."
            )
        return (Answer(verdict, figure, threshold, sentence, records, parameters, method),)

    @staticmethod
    def examples() -> tuple[Example, ...]:
        return (
            Example(Verdict.MET, samples.pilot(rejects=1)),
            Example(Verdict.NOT_MET, samples.pilot(rejects=5)),
            Example(Verdict.NO_EVIDENCE, samples.pilot(units=12, rejects=1)),
        )
