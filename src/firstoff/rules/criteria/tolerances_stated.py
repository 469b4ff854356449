"""Every characteristic that matters has a tolerance, and a critical one a gauge (R-13)."""

from dataclasses import dataclass

from firstoff.rules.criteria import definition_samples
from firstoff.rules.criteria.base import Answer, Example, GateCriterion, GateEvidence
from firstoff.rules.evidence.words import of
from firstoff.rules.product import characteristic_gaps
from firstoff.terms import CharacteristicClass, Verdict

_GRAVE = (CharacteristicClass.CRITICAL, CharacteristicClass.MAJOR)


@dataclass(frozen=True, slots=True)
class TolerancesStated(GateCriterion):
    kind = "tolerances_stated"
    title = "Critical and major characteristics have limits and gauges"
    needs = "the characteristics of the newest revision"
    rule = "R-13"

    def answers(self, evidence: GateEvidence) -> tuple[Answer, ...]:
        found = evidence.definition
        asked = [c for c in found.characteristics if c.classification in _GRAVE] if found else []
        if found is None or not asked:
            return ()
        lacking = [c for c in asked if characteristic_gaps(c)]
        figure = of(len(asked) - len(lacking), len(asked))
        threshold = "every critical or major one"
        if not lacking:
            sentence = (
                f"{of(len(asked), len(asked))} critical and major characteristics of revision "
                f"{found.revision} have limits; every critical one names its gauge."
            )
            return (Answer(Verdict.MET, figure, threshold, sentence),)
        told = " ".join(gap for c in lacking[:3] for gap in characteristic_gaps(c))
        more = f" And {len(lacking) - 3:,} more." if len(lacking) > 3 else ""
        parameters = {"lacking": [c.number for c in lacking]}
        return (Answer(Verdict.NOT_MET, figure, threshold, told + more, parameters=parameters),)

    @staticmethod
    def examples() -> tuple[Example, ...]:
        return (
            Example(Verdict.MET, definition_samples.defined(1)),
            Example(Verdict.NOT_MET, definition_samples.defined(1, limits=False)),
        )
