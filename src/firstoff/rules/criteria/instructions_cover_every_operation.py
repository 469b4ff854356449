"""Every operation has a work instruction, and every step of it carries what it is marked to."""

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
        full = (
            "Every operation has a work instruction, and every step carries what it is marked to."
        )
        steps = any(o.steps for o in evidence.baseline.operations) if evidence.baseline else False
        said = full if steps else "Every operation has a work instruction."
        return coverage(evidence, ("instruction", "step"), said)

    @staticmethod
    def examples() -> tuple[Example, ...]:
        return (
            Example(Verdict.MET, samples.gate(7)),
            Example(Verdict.NOT_MET, samples.gate(7, gaps=True)),
            Example(Verdict.NO_EVIDENCE, samples.gate(7, baseline=False)),
        )
