"""What is declared under which scheme, by line and for the product (R-26)."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from firstoff.rules.sourcing import words
from firstoff.rules.sourcing.values import Declaration, ManufacturerPartFacts
from firstoff.terms import ComplianceStatus


@dataclass(frozen=True, slots=True)
class Scheme:
    """A rule that things are declared under. ``whole_product``: one file for the product (CE),
    not one a line."""

    name: str
    whole_product: bool = False

    @property
    def key(self) -> str:
        return self.name.strip().casefold()


# What is asked for most; a user adds others by name.
SCHEMES = (
    Scheme("RoHS"),  # 2011/65/EU
    Scheme("REACH"),  # (EC) 1907/2006
    Scheme("Conflict minerals"),  # (EU) 2017/821; Dodd-Frank 1502
    Scheme("CE", whole_product=True),  # Decision 768/2008/EC
    Scheme("FCC", whole_product=True),  # 47 CFR part 15
)


class ComplianceState(StrEnum):
    """What stands after all declarations were read; the worst first."""

    NOT_COMPLIANT = "not_compliant"
    EXPIRED = "expired"
    MISSING = "missing"  # nothing declared, or without evidence
    DECLARED = "declared"
    EXEMPT = "exempt"
    NOT_APPLICABLE = "not_applicable"


OPEN = (ComplianceState.NOT_COMPLIANT, ComplianceState.EXPIRED, ComplianceState.MISSING)
_WORST = {state: place for place, state in enumerate(ComplianceState)}
_STATES = {
    ComplianceStatus.COMPLIANT: ComplianceState.DECLARED,
    ComplianceStatus.EXEMPT: ComplianceState.EXEMPT,
    ComplianceStatus.NOT_COMPLIANT: ComplianceState.NOT_COMPLIANT,
    ComplianceStatus.NOT_APPLICABLE: ComplianceState.NOT_APPLICABLE,
}
_WORDS = {
    ComplianceState.NOT_COMPLIANT: "not compliant",
    ComplianceState.EXPIRED: "expired",
    ComplianceState.MISSING: "missing",
    ComplianceState.DECLARED: "declared",
    ComplianceState.EXEMPT: "exempt",
    ComplianceState.NOT_APPLICABLE: "not applicable",
}


@dataclass(frozen=True, slots=True)
class SchemeStanding:
    """One scheme for one part, or for the product. ``expires``: the first of the dates that the
    declarations in force run out on; ``evidence``: theirs."""

    scheme: Scheme
    state: ComplianceState
    sentence: str
    evidence: tuple[str, ...] = ()
    expires: date | None = None
    way_out: str = ""


@dataclass(frozen=True, slots=True)
class LineCompliance:
    """``key``: of the line."""

    key: str
    part: str
    standings: tuple[SchemeStanding, ...]


@dataclass(frozen=True, slots=True)
class SchemeRollUp:
    """One scheme over the product. ``counts``: lines by state; ``open``: those that stand in the
    way, worst first; for a scheme of the whole product both are empty."""

    scheme: Scheme
    state: ComplianceState
    counts: Mapping[ComplianceState, int]
    open: tuple[tuple[LineCompliance, SchemeStanding], ...]
    sentence: str
    evidence: tuple[str, ...] = ()
    expires: date | None = None


def part_compliance(
    part: str,
    sources: Sequence[ManufacturerPartFacts],
    declarations: Iterable[Declaration],
    schemes: Iterable[Scheme],
    *,
    on: date,
) -> tuple[SchemeStanding, ...]:
    """How a part stands under each scheme that asks every line, on a day.

    sources: the manufacturer parts that may go in; the worst of them decides. A declaration of the
    part itself counts for those that have none. The latest declaration holds. One without evidence
    is missing, but for *not applicable*, which proves itself.
    """
    known = list(declarations)
    return tuple(
        _standing(part, [(s.key, s.name) for s in sources] or [("", part)], known, scheme, on)
        for scheme in schemes
        if not scheme.whole_product
    )


def product_compliance(
    product: str,
    lines: Sequence[LineCompliance],
    declarations: Iterable[Declaration],
    schemes: Iterable[Scheme],
    *,
    on: date,
) -> tuple[SchemeRollUp, ...]:
    """How the product stands under each scheme. declarations: of the product itself."""
    known = list(declarations)
    found = []
    for scheme in schemes:
        if scheme.whole_product:
            own = _standing(product, [("", product)], known, scheme, on)
            found.append(
                SchemeRollUp(scheme, own.state, {}, (), own.sentence, own.evidence, own.expires)
            )
        else:
            found.append(_rolled_up(scheme, lines))
    return tuple(found)


def _standing(
    part: str,
    sources: Sequence[tuple[str, str]],
    declarations: Sequence[Declaration],
    scheme: Scheme,
    on: date,
) -> SchemeStanding:
    judged = [_judged(key, name, declarations, scheme, on) for key, name in sources]
    worst = min((state for state, _, _ in judged), key=lambda state: _WORST[state])
    why = [sentence for state, sentence, _ in judged if state is worst]
    held = [d for _, _, d in judged if d is not None]
    evidence = tuple(dict.fromkeys(d.evidence for d in held if d.evidence))
    expires = min((d.expires for d in held if d.expires is not None), default=None)
    sentence = f"{scheme.name}: {words.listed(why, most=3)}."
    out = {
        ComplianceState.MISSING: f"Ask for a {scheme.name} declaration with its evidence.",
        ComplianceState.EXPIRED: f"Ask for a new {scheme.name} declaration.",
        ComplianceState.NOT_COMPLIANT: "Use a source that complies, or show an exemption.",
    }
    return SchemeStanding(scheme, worst, sentence, evidence, expires, out.get(worst, ""))


def _judged(
    key: str, name: str, declarations: Sequence[Declaration], scheme: Scheme, on: date
) -> tuple[ComplianceState, str, Declaration | None]:
    """The state of one source, in words, and the declaration that holds."""
    under = [d for d in declarations if d.scheme.strip().casefold() == scheme.key]
    own = [d for d in under if d.manufacturer_part == key] or [
        d for d in under if not d.manufacturer_part
    ]
    if not own:
        return ComplianceState.MISSING, f"nothing is declared for {name}", None
    # Of two on one day the one that was recorded last holds.
    latest = max(enumerate(own), key=lambda pair: (pair[1].declared_on or date.min, pair[0]))[1]
    state = _STATES[latest.status]
    if latest.expires is not None and latest.expires < on and state in _HELD:
        return ComplianceState.EXPIRED, f"expired for {name} on {latest.expires}", latest
    if state in _NEED_EVIDENCE and not latest.evidence.strip():
        return ComplianceState.MISSING, f"declared for {name} without evidence", latest
    by = f" by {latest.evidence}" if latest.evidence else ""
    until = f", until {latest.expires}" if latest.expires else ""
    return state, f"{name} is {_SAID[state]}{by}{until}", latest


_HELD = (ComplianceState.DECLARED, ComplianceState.EXEMPT, ComplianceState.NOT_APPLICABLE)
_NEED_EVIDENCE = (ComplianceState.DECLARED, ComplianceState.EXEMPT)
_SAID = {**_WORDS, ComplianceState.DECLARED: "declared compliant"}


def _rolled_up(scheme: Scheme, lines: Sequence[LineCompliance]) -> SchemeRollUp:
    found = [
        (line, standing)
        for line in lines
        for standing in line.standings
        if standing.scheme.key == scheme.key
    ]
    counts = Counter(standing.state for _, standing in found)
    # A product without lines has declared nothing.
    worst = min(counts, key=lambda state: _WORST[state], default=ComplianceState.MISSING)
    open_ = [pair for pair in found if pair[1].state in OPEN]
    open_.sort(key=lambda pair: (_WORST[pair[1].state], pair[0].part))
    good = len(found) - len(open_)
    said = [f"{good:,} of {words.counted(len(found), 'line')} declared, exempt or not applicable"]
    said += [f"{counts[state]:,} {_WORDS[state]}" for state in OPEN if counts[state]]
    expires = [s.expires for _, s in found if s.expires is not None and s.state not in OPEN]
    return SchemeRollUp(
        scheme,
        worst,
        dict(counts),
        tuple(open_),
        f"{scheme.name}: {', '.join(said)}.",
        tuple(dict.fromkeys(e for _, s in found for e in s.evidence)),
        min(expires, default=None),
    )
