"""All findings of the review for manufacture are closed, or accepted by signature (R-17)."""

from dataclasses import dataclass

from firstoff.rules.criteria import definition_samples
from firstoff.rules.criteria.base import Answer, Example, GateCriterion, GateEvidence
from firstoff.rules.evidence import Ref
from firstoff.rules.evidence.words import of
from firstoff.terms import FindingState, Verdict


@dataclass(frozen=True, slots=True)
class DfmFindingsClosed(GateCriterion):
    kind = "dfm_findings_closed"
    title = "All DFM findings closed or accepted by signature"
    needs = "the reviews for manufacture of the program, their findings and answers"
    rule = "R-17"

    def answers(self, evidence: GateEvidence) -> tuple[Answer, ...]:
        stand = evidence.definition.dfm if evidence.definition else None
        if stand is None or stand.reviews == 0:
            return ()
        total, waiting = len(stand.findings), stand.open
        refs = tuple(Ref("finding", f.uid, f.label) for f in (waiting or stand.findings)[:100])
        threshold = "every finding"
        if stand.unwritten:
            many, (review, point) = len(stand.unwritten), stand.unwritten[0]
            more = f", and {many - 1:,} more" if many > 1 else ""
            sentence = (
                f"Review {review} says there is a finding about {point.question!r}{more}; "
                "none is written."
            )
            return (Answer(Verdict.NOT_MET, f"{many:,} unwritten", threshold, sentence, refs),)
        if waiting:
            told = " ".join(
                f"{f.label}, {f.severity.value}: {f.text.splitlines()[0].rstrip('.')}."
                for f in waiting[:3]
            )
            more = f" And {len(waiting) - 3:,} more." if len(waiting) > 3 else ""
            figure = of(total - len(waiting), total)
            return (Answer(Verdict.NOT_MET, figure, threshold, told + more, refs),)
        kept = sum(1 for f in stand.findings if f.state is FindingState.ACCEPTED)
        held = f"{stand.reviews:,} reviews" if stand.reviews > 1 else "One review"
        if not total and not stand.points:
            return ()  # a review that went through nothing shows nothing
        if not total:
            sentence = f"{held} found nothing."
            return (Answer(Verdict.MET, "none", threshold, sentence, refs),)
        signed = f", {kept:,} of them accepted as they are by signature" if kept else ""
        sentence = f"{of(total, total)} findings of {held.lower()} are closed{signed}."
        return (Answer(Verdict.MET, of(total, total), threshold, sentence, refs),)

    @staticmethod
    def examples() -> tuple[Example, ...]:
        return (
            Example(Verdict.MET, definition_samples.defined(4, dfm="closed")),
            Example(Verdict.NOT_MET, definition_samples.defined(4, dfm="open")),
        )
