"""The technical package is complete enough to quote from (gate 2)."""

from dataclasses import dataclass

from firstoff.rules.criteria import definition_samples
from firstoff.rules.criteria.base import Answer, Example, GateCriterion, GateEvidence
from firstoff.rules.evidence.words import of
from firstoff.terms import Verdict


@dataclass(frozen=True, slots=True)
class PackageComplete(GateCriterion):
    kind = "package_complete"
    title = "A stranger could quote from the package"
    needs = "bill of materials, documents, characteristics, plan, procedures, inspection plans"
    rule = "R-70"

    def answers(self, evidence: GateEvidence) -> tuple[Answer, ...]:
        pack = evidence.definition.pack if evidence.definition else None
        if pack is None:
            return ()
        complete = [s for s in pack.sections if s.complete]
        figure = of(len(complete), len(pack.sections))
        first = next((s.gaps[0].sentence for s in pack.sections if s.gaps), "")
        sentence = pack.sentence if pack.complete else f"{pack.sentence} First: {first}"
        return (
            Answer(
                Verdict.MET if pack.complete else Verdict.NOT_MET,
                figure,
                "every part of the package",
                sentence,
                parameters={s.key: [s.have, s.of] for s in pack.sections},
            ),
        )

    @staticmethod
    def examples() -> tuple[Example, ...]:
        return (
            Example(Verdict.MET, definition_samples.defined(2, pack="complete")),
            Example(Verdict.NOT_MET, definition_samples.defined(2, pack="gaps")),
        )
