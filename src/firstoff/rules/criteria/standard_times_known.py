"""Every operation has a standard time."""

from dataclasses import dataclass

from firstoff.rules.criteria import samples
from firstoff.rules.criteria.base import Answer, Example, GateCriterion, GateEvidence
from firstoff.rules.criteria.plan_coverage import coverage
from firstoff.terms import Verdict


@dataclass(frozen=True, slots=True)
class StandardTimesKnown(GateCriterion):
    kind = "standard_times_known"
    title = "Build time known"
    needs = "the operations of the frozen process plan"
    rule = "stage 7"

    def answers(self, evidence: GateEvidence) -> tuple[Answer, ...]:
        return coverage(evidence, ("standard_time",), "Every operation has a standard time.")

    @staticmethod
    def examples() -> tuple[Example, ...]:
        return (
            Example(Verdict.MET, samples.gate(7)),
            Example(Verdict.NOT_MET, samples.gate(7, gaps=True)),
            Example(Verdict.NO_EVIDENCE, samples.gate(7, baseline=False)),
        )
