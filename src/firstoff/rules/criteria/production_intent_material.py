"""What samples and pilots are made of is what production will be made of (R-23)."""

from dataclasses import dataclass

from firstoff.rules.criteria import definition_samples
from firstoff.rules.criteria.base import Answer, Example, GateCriterion, GateEvidence
from firstoff.rules.evidence import Ref
from firstoff.rules.evidence.words import of
from firstoff.terms import Verdict


@dataclass(frozen=True, slots=True)
class ProductionIntentMaterial(GateCriterion):
    kind = "production_intent_material"
    title = "Made of the material that production will be made of"
    needs = "manufacturer parts consumed in sample, pre-production and pilot runs, and approvals"
    rule = "R-23"

    def answers(self, evidence: GateEvidence) -> tuple[Answer, ...]:
        identity = evidence.definition.identity if evidence.definition else None
        if identity is None or not identity.rows:
            return ()
        gate = evidence.spec.number
        blocking = [s for s in identity.blocking if gate in s.gates]
        substituted = {s.part for s in blocking}
        good = len(identity.rows) - len(substituted)
        refs = tuple(Ref("part", s.part, s.part) for s in blocking[:100])
        told = " ".join(s.sentence for s in blocking[:3]) or identity.sentence
        more = f" And {len(blocking) - 3:,} more." if len(blocking) > 3 else ""
        return (
            Answer(
                Verdict.NOT_MET if blocking else Verdict.MET,
                of(good, len(identity.rows)),
                "no substitution that is not qualified",
                told + more,
                refs,
                {"substituted": sorted(substituted)},
            ),
        )

    @staticmethod
    def examples() -> tuple[Example, ...]:
        return (
            Example(Verdict.MET, definition_samples.defined(6, material="same")),
            Example(Verdict.NOT_MET, definition_samples.defined(6, material="other")),
        )
