"""Tolerances are inside what the process can hold, and chains inside their limits (R-13, R-14)."""

from dataclasses import dataclass

from firstoff.rules.criteria import definition_samples
from firstoff.rules.criteria.base import Answer, Example, GateCriterion, GateEvidence
from firstoff.rules.evidence.words import of
from firstoff.rules.tolerance import Holding
from firstoff.terms import Verdict


@dataclass(frozen=True, slots=True)
class TolerancesHeld(GateCriterion):
    kind = "tolerances_held"
    title = "Tolerances inside what the process can hold"
    needs = (
        "limits, the process of each characteristic, the library, studies or measured units, "
        "chains"
    )
    rule = "R-13, R-14"

    def answers(self, evidence: GateEvidence) -> tuple[Answer, ...]:
        found = evidence.definition
        if found is None or (not _looked(found.holdings) and not found.chains):
            return ()
        asked = [h for h in found.holdings if h.matters or h.verdict is Verdict.NOT_MET]
        broken = [h for h in asked if h.verdict is Verdict.NOT_MET]
        chains = [c for c in found.chains if c.verdict is Verdict.NOT_MET]
        unknown = [h for h in asked if h.verdict is Verdict.NO_EVIDENCE]
        total = len(asked) + len(found.chains)
        bad = len(broken) + len(chains)
        figure = of(total - bad - len(unknown), total)
        parameters = {
            "not_held": [h.number for h in broken],
            "unknown": [h.number for h in unknown],
            "chains": [c.code for c in chains],
        }
        verdict, told = _said(broken, [c.sentence for c in chains], unknown)
        if verdict is Verdict.MET:
            told = [f"All {total:,} critical tolerances and chains are held at the lower bound."]
            if total == 1:
                told = ["The one that matters is held at the lower bound."]
        return (
            Answer(
                verdict,
                figure,
                "the lower bound of every critical one",
                " ".join(told[:3]) + (f" And {len(told) - 3:,} more." if len(told) > 3 else ""),
                parameters=parameters,
                method="Cpk or Ppk, one-sided lower bound at 95\u00a0%",
            ),
        )

    @staticmethod
    def examples() -> tuple[Example, ...]:
        return (
            Example(Verdict.MET, definition_samples.defined(4, spread="0.0015")),
            Example(Verdict.NOT_MET, definition_samples.defined(4, spread="0.006")),
        )


def _looked(holdings: tuple[Holding, ...]) -> bool:
    """Whether anything is known of how a tolerance is held: else a person states it."""
    return any(h.source != "none" for h in holdings)


def _said(
    broken: list[Holding], chains: list[str], unknown: list[Holding]
) -> tuple[Verdict, list[str]]:
    if broken or chains:
        return Verdict.NOT_MET, [*(h.sentence for h in broken), *chains]
    if unknown:
        return Verdict.NO_EVIDENCE, [h.sentence for h in unknown]
    return Verdict.MET, []
