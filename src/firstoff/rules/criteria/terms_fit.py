"""Minimum order and lead time of every line fit the plan (R-20, R-24, R-25)."""

from dataclasses import dataclass

from firstoff.rules.criteria import definition_samples, supply
from firstoff.rules.criteria.base import Answer, Example, GateCriterion, GateEvidence
from firstoff.rules.sourcing.standing import CheckKind
from firstoff.terms import Verdict

_TERMS = (CheckKind.LEAD_TIME, CheckKind.STOCK_OUT, CheckKind.MOQ)


@dataclass(frozen=True, slots=True)
class TermsFit(GateCriterion):
    kind = "terms_fit"
    title = "Minimum order and lead time of every line fit the plan"
    needs = "offers, stock and orders of each line; quantity and date of the program"
    rule = "R-20, R-24, R-25"

    def answers(self, evidence: GateEvidence) -> tuple[Answer, ...]:
        found = supply.supply_of(evidence)
        if found is None:
            return ()
        when = f" by {found.needed_by}" if found.needed_by else ""
        return (
            supply.answer(
                found,
                found.lines,
                lambda line: supply.red(line, *_TERMS),
                lambda line: supply.said(line, _TERMS),
                threshold=f"{found.units:,} units{when}",
                holds=f"can be had for {found.units:,} units{when}",
                lacks=f"cannot be had for {found.units:,} units{when} as things are",
                open_=lambda line: supply.unknown(line, *_TERMS),
                missing="lack a lead time, a price or a rate that somebody gave",
            ),
        )

    @staticmethod
    def examples() -> tuple[Example, ...]:
        return (
            Example(Verdict.MET, definition_samples.sourced(3, alternate="stocked")),
            Example(Verdict.NOT_MET, definition_samples.sourced(3)),
            Example(Verdict.NO_EVIDENCE, definition_samples.sourced(3, offered=False)),
        )
