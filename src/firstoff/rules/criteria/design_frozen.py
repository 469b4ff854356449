"""The design is frozen as a baseline."""

from dataclasses import dataclass

from firstoff.rules.criteria import samples
from firstoff.rules.criteria.base import Answer, Example, GateCriterion, GateEvidence
from firstoff.rules.evidence import Ref
from firstoff.terms import Verdict


@dataclass(frozen=True, slots=True)
class DesignFrozen(GateCriterion):
    kind = "design_frozen"
    title = "Design frozen as a baseline"
    needs = "the newest baseline of the program"
    rule = "R-11"

    def answers(self, evidence: GateEvidence) -> tuple[Answer, ...]:
        baseline = evidence.baseline
        if baseline is None:
            sentence = "No baseline is frozen yet."
            return (Answer(Verdict.NO_EVIDENCE, "none", "a baseline", sentence),)
        short = baseline.digest[:8]
        return (
            Answer(
                Verdict.MET,
                short,
                "a baseline",
                f"{baseline.part} revision {baseline.revision}, plan {baseline.plan}, is frozen "
                f"as baseline {short}.",
                (Ref("baseline", baseline.digest, short),),
                {"digest": baseline.digest},
            ),
        )

    @staticmethod
    def examples() -> tuple[Example, ...]:
        return (
            Example(Verdict.MET, samples.gate(4)),
            Example(Verdict.NO_EVIDENCE, samples.gate(4, baseline=False)),
        )
