"""Every operation names its jig, or that it needs none."""

from dataclasses import dataclass

from firstoff.rules.criteria import samples
from firstoff.rules.criteria.base import Answer, Example, GateCriterion, GateEvidence
from firstoff.rules.criteria.plan_coverage import coverage
from firstoff.terms import Verdict


@dataclass(frozen=True, slots=True)
class JigsNamed(GateCriterion):
    kind = "jigs_named"
    title = "Jigs and fixtures named"
    needs = "the operations of the frozen process plan"
    rule = "stage 7"

    def answers(self, evidence: GateEvidence) -> tuple[Answer, ...]:
        full = "Every operation names its jig, or that none is needed."
        return coverage(evidence, ("jig",), full)

    @staticmethod
    def examples() -> tuple[Example, ...]:
        return (
            Example(Verdict.MET, samples.gate(7)),
            Example(Verdict.NOT_MET, samples.gate(7, gaps=True)),
            Example(Verdict.NO_EVIDENCE, samples.gate(7, baseline=False)),
        )
