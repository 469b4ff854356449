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
        if identity is None:
            return ()
        gate = evidence.spec.number
        blocking = [s for s in identity.blocking if gate in s.gates]
        proven = [row for row in identity.rows if row.proven]
        if not proven and not blocking:
            return ()  # a plan alone proves nothing of what was built
        substituted = {s.part for s in blocking}
        held = substituted | {row.part for row in identity.rows if row.gaps}
        judged = {row.part for row in proven} | held
        verdict = Verdict.NO_EVIDENCE if identity.gaps else Verdict.MET
        refs = tuple(Ref("part", s.part, s.part) for s in blocking[:100])
        told = " ".join(s.sentence for s in blocking[:3]) or identity.sentence
        more = f" And {len(blocking) - 3:,} more." if len(blocking) > 3 else ""
        return (
            Answer(
                Verdict.NOT_MET if blocking else verdict,
                of(len(judged - held), len(judged)),
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
