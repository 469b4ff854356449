"""No clarification query is open: each is answered by a revised document (R-16)."""

from dataclasses import dataclass

from firstoff.rules.criteria import definition_samples
from firstoff.rules.criteria.base import Answer, Example, GateCriterion, GateEvidence
from firstoff.rules.evidence import Ref
from firstoff.rules.evidence.words import of
from firstoff.rules.review import open_queries
from firstoff.terms import Verdict


@dataclass(frozen=True, slots=True)
class QueriesAnswered(GateCriterion):
    kind = "queries_answered"
    title = "No clarification query is open"
    needs = "the queries of the maker and the versions that answer them"
    rule = "R-16"

    def answers(self, evidence: GateEvidence) -> tuple[Answer, ...]:
        queries = evidence.definition.queries if evidence.definition else ()
        if not queries:
            return ()
        waiting = open_queries(queries)
        refs = tuple(Ref("query", q.uid, q.label) for q in (waiting or queries)[:100])
        figure = of(len(queries) - len(waiting), len(queries))
        if not waiting:
            asked = f"All {len(queries):,} queries are" if len(queries) > 1 else "The query is"
            sentence = f"{asked} answered by a revised document."
            return (Answer(Verdict.MET, figure, "every query", sentence, refs),)
        told = " ".join(f"{q.sentence.rstrip('.?!')}." for q in waiting[:3])
        more = f" And {len(waiting) - 3:,} more." if len(waiting) > 3 else ""
        return (Answer(Verdict.NOT_MET, figure, "every query", told + more, refs),)

    @staticmethod
    def examples() -> tuple[Example, ...]:
        return (
            Example(Verdict.MET, definition_samples.defined(2, query="closed")),
            Example(Verdict.NOT_MET, definition_samples.defined(2, query="open")),
        )
