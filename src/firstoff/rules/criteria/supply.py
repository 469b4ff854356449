"""What the criteria of sourcing have in common: lines of the bill of materials, judged."""

from collections.abc import Callable, Iterable

from firstoff.rules.criteria.base import Answer, GateEvidence, SupplyEvidence
from firstoff.rules.evidence import Ref
from firstoff.rules.evidence.words import of
from firstoff.rules.sourcing.coverage import LineCoverage
from firstoff.rules.sourcing.standing import CheckKind, Colour
from firstoff.terms import Verdict

_NAMED = 3  # lines that a sentence names; the page of the supply has all
_REFERRED = 100


def supply_of(evidence: GateEvidence) -> SupplyEvidence | None:
    """The lines judged, where there is a bill of materials with something to buy."""
    found = evidence.definition.supply if evidence.definition else None
    return found if found is not None and found.lines else None


def red(line: LineCoverage, *kinds: CheckKind) -> bool:
    """Whether one of these looks at the line says that it stops the build."""
    return any(c.kind in kinds and c.colour is Colour.RED for c in line.checks)


def said(line: LineCoverage, kinds: Iterable[CheckKind]) -> str:
    """The sentences of the looks of these kinds that are red, else of the worst."""
    found = [c for c in line.checks if c.kind in set(kinds)]
    order = list(Colour)
    found.sort(key=lambda c: order.index(c.colour))
    stops = [c.sentence for c in found if c.colour is Colour.RED]
    return " ".join(stops) or (found[0].sentence if found else line.sentence)


def answer(
    supply: SupplyEvidence,
    asked: Iterable[LineCoverage],
    fails: Callable[[LineCoverage], bool],
    says: Callable[[LineCoverage], str],
    *,
    threshold: str,
    holds: str,
    lacks: str,
) -> Answer:
    """One answer over lines: ``58 of 62``, and the first that fail in words.

    holds, lacks: what is said of the lines that do and of those that do not, in the plural.
    """
    lines = list(asked)
    failing = [line for line in lines if fails(line)]
    good = len(lines) - len(failing)
    parameters = {
        "lines": len(lines),
        "failing": len(failing),
        "units": supply.units,
        "needed_by": supply.needed_by.isoformat() if supply.needed_by else "",
    }
    refs = tuple(
        Ref("part", line.line.part, line.line.part) for line in (failing or lines)[:_REFERRED]
    )
    if not failing:
        sentence = f"{of(len(lines), len(lines))} lines {holds}."
        return Answer(Verdict.MET, of(good, len(lines)), threshold, sentence, refs, parameters)
    told = " ".join(says(line) for line in failing[:_NAMED])
    more = f" And {len(failing) - _NAMED:,} more." if len(failing) > _NAMED else ""
    sentence = f"{of(len(failing), len(lines))} lines {lacks}. {told}{more}"
    return Answer(Verdict.NOT_MET, of(good, len(lines)), threshold, sentence, refs, parameters)
