"""Critical and long-lead lines have an alternate that is qualified and stocked (R-21)."""

from dataclasses import dataclass

from firstoff.rules.criteria import definition_samples, supply
from firstoff.rules.criteria.base import Answer, Example, GateCriterion, GateEvidence
from firstoff.rules.sourcing.coverage import LineCoverage
from firstoff.rules.sourcing.standing import CheckKind
from firstoff.terms import Verdict


@dataclass(frozen=True, slots=True)
class AlternatesStocked(GateCriterion):
    kind = "alternates_stocked"
    title = "Critical and long-lead lines have a qualified, stocked alternate"
    needs = "the class and lead time of each line; approvals and stock of its alternates"
    rule = "R-21"

    def answers(self, evidence: GateEvidence) -> tuple[Answer, ...]:
        found = supply.supply_of(evidence)
        if found is None:
            return ()
        asked = [line for line in found.lines if line.needs_stocked_alternate or _open(line)]
        if not asked:
            sentence = "No line is critical, and none has a long lead time."
            return (Answer(Verdict.MET, "none", "every critical or long-lead line", sentence),)
        return (
            supply.answer(
                found,
                asked,
                lambda line: line.needs_stocked_alternate and not line.has_stocked_alternate,
                _said,
                threshold="every critical or long-lead line",
                holds="have an alternate that is qualified and stocked",
                lacks="that are critical or long-lead have no qualified and stocked alternate",
                open_=_open,
                missing="may be long-lead: nobody gave their lead time",
            ),
        )

    @staticmethod
    def examples() -> tuple[Example, ...]:
        return (
            Example(Verdict.MET, definition_samples.sourced(3, alternate="stocked")),
            Example(Verdict.NOT_MET, definition_samples.sourced(3, alternate="qualified")),
            Example(Verdict.NO_EVIDENCE, definition_samples.sourced(3, offered=False)),
        )


def _open(line: LineCoverage) -> bool:
    """Whether it may be long-lead for all that is known."""
    return not line.needs_stocked_alternate and supply.unknown(line, CheckKind.LEAD_TIME)


def _said(line: LineCoverage) -> str:
    wanted = () if _open(line) else (CheckKind.SINGLE_SOURCE,)
    return supply.said(line, (*wanted, CheckKind.LEAD_TIME))
