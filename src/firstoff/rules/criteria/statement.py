"""What no record can decide: a person states it with evidence, and signs."""

from dataclasses import dataclass

from firstoff.rules.criteria import samples
from firstoff.rules.criteria.base import Answer, Example, GateCriterion, GateEvidence, when
from firstoff.rules.evidence import Ref
from firstoff.rules.execution import moment
from firstoff.rules.release import STATEMENT
from firstoff.terms import Verdict


@dataclass(frozen=True, slots=True)
class Statement(GateCriterion):
    kind = STATEMENT
    title = "Statement by a person"
    needs = "a signed statement with its evidence"
    rule = "R-1"

    def answers(self, evidence: GateEvidence) -> tuple[Answer, ...]:
        found = []
        for criterion in evidence.spec.criteria:
            if criterion.kind != STATEMENT:
                continue
            said = evidence.statements.get(criterion.name)
            if said is None:
                answer = Answer(
                    Verdict.NO_EVIDENCE,
                    "not stated",
                    "stated and signed",
                    "Nobody has stated it yet.",
                    subject=criterion.key,
                    title=criterion.claim,
                )
            else:
                verb = "Stated" if said.holds else "Stated not to hold"
                answer = Answer(
                    Verdict.MET if said.holds else Verdict.NOT_MET,
                    "holds" if said.holds else "does not hold",
                    "stated and signed",
                    f"{verb} by {said.by}, {moment(said.at, evidence.zone)}: {said.evidence}",
                    (Ref("statement", said.uid, f"Statement of {said.by}"),),
                    {"holds": said.holds, "by": said.by, "at": when(said.at)},
                    subject=criterion.key,
                    title=criterion.claim,
                )
            found.append(answer)
        return tuple(found)

    @staticmethod
    def examples() -> tuple[Example, ...]:
        return (
            Example(Verdict.MET, samples.gate(5, stated=True)),
            Example(Verdict.NOT_MET, samples.gate(5, stated=False)),
            Example(Verdict.NO_EVIDENCE, samples.gate(5)),
        )
