"""Every operation has a work instruction."""

from dataclasses import dataclass

from firstoff.rules.criteria import samples
from firstoff.rules.criteria.base import Answer, Example, GateCriterion, GateEvidence
from firstoff.rules.criteria.plan_coverage import coverage
from firstoff.terms import Verdict


@dataclass(frozen=True, slots=True)
class InstructionsCoverEveryOperation(GateCriterion):
    kind = "instructions_cover_every_operation"
    title = "Work instructions cover every operation"
    needs = "the operations of the frozen process plan"
    rule = "R-15"

    def answers(self, evidence: GateEvidence) -> tuple[Answer, ...]:
        return coverage(evidence, "instruction", "Every operation has a work instruction.")

    @staticmethod
    def examples() -> tuple[Example, ...]:
        return (
            Example(Verdict.MET, samples.gate(7)),
            Example(Verdict.NOT_MET, samples.gate(7, gaps=True)),
            Example(Verdict.NO_EVIDENCE, samples.gate(7, baseline=False)),
        )
