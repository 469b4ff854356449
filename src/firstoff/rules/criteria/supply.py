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


def unknown(line: LineCoverage, *kinds: CheckKind) -> bool:
    """Whether nobody said what one of these looks at the line would be judged by."""
    return any(c.kind in kinds and not c.known for c in line.checks)


def said(line: LineCoverage, kinds: Iterable[CheckKind]) -> str:
    """The sentences of the looks of these kinds that are red, else of those that nothing is known
    for, else of the worst."""
    found = [c for c in line.checks if c.kind in set(kinds)]
    order = list(Colour)
    found.sort(key=lambda c: order.index(c.colour))
    stops = [c.sentence for c in found if c.colour is Colour.RED]
    stops = stops or [c.sentence for c in found if not c.known]
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
    open_: Callable[[LineCoverage], bool] = lambda _: False,
    missing: str = "",
) -> Answer:
    """One answer over lines: ``58 of 62``, and the first that fail in words.

    holds, lacks, missing: what is said of the lines that do, of those that do not, and of those of
    which it is not known (``open_``), in the plural. What is not known is no evidence, never met.
    """
    lines = list(asked)
    failing = [line for line in lines if fails(line)]
    waiting = [line for line in lines if not fails(line) and open_(line)]
    good = len(lines) - len(failing) - len(waiting)
    parameters = {
        "lines": len(lines),
        "failing": len(failing),
        "unknown": len(waiting),
        "units": supply.units,
        "needed_by": supply.needed_by.isoformat() if supply.needed_by else "",
    }
    named = failing or waiting or lines
    refs = tuple(Ref("part", line.line.part, line.line.part) for line in named[:_REFERRED])
    verdict = Verdict.NOT_MET if failing else Verdict.NO_EVIDENCE if waiting else Verdict.MET
    if verdict is Verdict.MET:
        sentence = f"{of(len(lines), len(lines))} lines {holds}."
    else:
        told = " ".join(says(line) for line in named[:_NAMED])
        more = f" And {len(named) - _NAMED:,} more." if len(named) > _NAMED else ""
        sentence = (
            f"{of(len(named), len(lines))} lines {lacks if failing else missing}. {told}{more}"
        )
        if failing and waiting:
            sentence += f" {of(len(waiting), len(lines))} {missing}."
    return Answer(verdict, of(good, len(lines)), threshold, sentence, refs, parameters)
