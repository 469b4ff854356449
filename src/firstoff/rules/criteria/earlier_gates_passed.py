"""No earlier gate is open (R-4)."""

from dataclasses import dataclass

from firstoff.rules.criteria import samples
from firstoff.rules.criteria.base import Answer, Example, GateCriterion, GateEvidence
from firstoff.rules.evidence import Ref
from firstoff.rules.evidence.words import of, sentence
from firstoff.rules.release import EARLIER_GATES, gates_in_words, open_gates
from firstoff.terms import Verdict


@dataclass(frozen=True, slots=True)
class EarlierGatesPassed(GateCriterion):
    kind = EARLIER_GATES
    title = "Earlier gates passed"
    needs = "the latest decision on each earlier gate"
    rule = "R-4"

    def answers(self, evidence: GateEvidence) -> tuple[Answer, ...]:
        before = evidence.spec.number - 1
        waiting = open_gates(evidence.spec, evidence.decisions)
        passed = before - len(waiting)
        figure, threshold = of(passed, before), "all"
        records = tuple(
            Ref("gate_decision", d.uid, f"Gate {d.gate}")
            for number, d in sorted(evidence.decisions.items())
            if number <= before
        )
        if not waiting:
            return (Answer(Verdict.MET, figure, threshold, "All are passed.", records),)
        text = sentence(f"{gates_in_words(waiting)} {'is' if len(waiting) == 1 else 'are'} open")
        parameters = {"open": list(waiting)}
        return (Answer(Verdict.NOT_MET, figure, threshold, text, records, parameters),)

    @staticmethod
    def examples() -> tuple[Example, ...]:
        return (
            Example(Verdict.MET, samples.gate(3, passed=2)),
            Example(Verdict.NOT_MET, samples.gate(3, passed=1)),
        )
