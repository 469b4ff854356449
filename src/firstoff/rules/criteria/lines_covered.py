"""Every line of the bill of materials has a source that may be used (R-20)."""

from dataclasses import dataclass

from firstoff.rules.criteria import definition_samples, supply
from firstoff.rules.criteria.base import Answer, Example, GateCriterion, GateEvidence
from firstoff.rules.sourcing.coverage import Coverage
from firstoff.rules.sourcing.standing import CheckKind
from firstoff.terms import Verdict


@dataclass(frozen=True, slots=True)
class LinesCovered(GateCriterion):
    kind = "lines_covered"
    title = "Every line has a qualified source"
    needs = "the bill of materials, approvals, offers and stock of each line"
    rule = "R-20"

    def answers(self, evidence: GateEvidence) -> tuple[Answer, ...]:
        found = supply.supply_of(evidence)
        if found is None:
            return ()
        return (
            supply.answer(
                found,
                found.lines,
                lambda line: line.verdict is Coverage.NOT_COVERED,
                lambda line: supply.said(line, (CheckKind.COVERAGE,)),
                threshold="every line",
                holds="have an approved source with stock or an offer",
                lacks="have no approved source with stock or an offer",
            ),
        )

    @staticmethod
    def examples() -> tuple[Example, ...]:
        return (
            Example(Verdict.MET, definition_samples.sourced(3)),
            Example(Verdict.NOT_MET, definition_samples.sourced(3, approved=False)),
        )
