"""Compliance is declared for every line, and has not expired (R-26)."""

from dataclasses import dataclass

from firstoff.rules.criteria import definition_samples, supply
from firstoff.rules.criteria.base import Answer, Example, GateCriterion, GateEvidence
from firstoff.rules.sourcing.coverage import LineCoverage
from firstoff.rules.sourcing.standing import CheckKind, Colour
from firstoff.terms import Verdict


@dataclass(frozen=True, slots=True)
class ComplianceDeclared(GateCriterion):
    kind = "compliance_declared"
    title = "Compliance declared for every line"
    needs = "the schemes that the program has to declare; declarations of each line"
    rule = "R-26"

    def answers(self, evidence: GateEvidence) -> tuple[Answer, ...]:
        found = supply.supply_of(evidence)
        asked = [line for line in found.lines if line.check(CheckKind.COMPLIANCE)] if found else []
        if found is None or not asked:
            return ()
        return (
            supply.answer(
                found,
                asked,
                lambda line: _colour(line) is not Colour.GREEN,
                lambda line: supply.said(line, (CheckKind.COMPLIANCE,)),
                threshold="every line",
                holds="are declared",
                lacks="are not declared, or not for long enough",
            ),
        )

    @staticmethod
    def examples() -> tuple[Example, ...]:
        return (
            Example(Verdict.MET, definition_samples.sourced(3, declared=True)),
            Example(Verdict.NOT_MET, definition_samples.sourced(3, declared=False)),
        )


def _colour(line: LineCoverage) -> Colour:
    check = line.check(CheckKind.COMPLIANCE)
    return check.colour if check else Colour.GREEN
