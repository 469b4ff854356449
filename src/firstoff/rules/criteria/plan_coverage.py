"""Whether the frozen process plan says for every operation what it has to say."""

from firstoff.rules.criteria.base import Answer, GateEvidence
from firstoff.rules.evidence import Ref
from firstoff.rules.evidence.words import of
from firstoff.rules.plan import plan_gaps
from firstoff.terms import Verdict


def coverage(evidence: GateEvidence, kinds: tuple[str, ...], full: str) -> tuple[Answer, ...]:
    """The answer of a criterion over the operations. full: what to say when nothing is missing."""
    baseline, threshold = evidence.baseline, "every operation"
    if baseline is None:
        sentence = "No process plan is frozen yet."
        return (Answer(Verdict.NO_EVIDENCE, "no plan", threshold, sentence),)
    total = len(baseline.operations)
    gaps = [gap for gap in plan_gaps(baseline.operations) if gap.kind in kinds]
    missing = sorted({gap.seq for gap in gaps})
    figure = f"{of(total - len(missing), total)} operations"
    parameters: dict[str, object] = {"operations": total, "missing": missing}
    steps = sorted({(gap.seq, gap.step) for gap in gaps if gap.step})
    if steps:
        parameters["steps"] = [list(step) for step in steps]
    records = (Ref("baseline", baseline.digest, baseline.digest[:8]),)
    if not gaps and total:
        return (Answer(Verdict.MET, figure, threshold, full, records, parameters),)
    sentence = " ".join(gap.sentence for gap in gaps) or "The plan has no operation."
    return (Answer(Verdict.NOT_MET, figure, threshold, sentence, records, parameters),)
