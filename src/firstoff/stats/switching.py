"""Normal, tightened, reduced: the switching rules as a state machine.

A state is a value; ``switch`` takes a state and what happened to one lot, and gives the next.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from firstoff.stats import checks
from firstoff.stats.errors import OutOfDomain
from firstoff.stats.standard_plans import Procedure

Scheme = Literal["MIL-STD-105E", "ANSI/ASQ Z1.4", "ISO 2859-1"]
Severity = Literal["normal", "tightened", "reduced", "discontinued"]

_SCHEMES = ("MIL-STD-105E", "ANSI/ASQ Z1.4", "ISO 2859-1")
_TIGHTENED_LOTS = 10  # MIL-STD-105E: lots on tightened inspection before it is discontinued
_TIGHTENED_REJECTS = 5  # ANSI/ASQ Z1.4 and ISO 2859-1: lots not accepted before it is
_SCORE = 30
_SOON = {"single": 1, "double": 1, "multiple": 3}  # samples within which a lot scores


@dataclass(frozen=True, slots=True)
class LotOutcome:
    """What happened to one lot on original inspection.

    gap: accepted with more than Ac and fewer than Re (reduced plans). ac: the plan's accept number
    and tighter: whether the lot would pass at the next smaller AQL; both only for the switching
    score of a single plan. procedure and accepted_at: the sample (from 1) that decided, for the
    score of a double or multiple plan. steady: production at a steady rate; reduced_wanted: the
    authority wants reduced inspection; limit_met: rejects in the last ten lots within the limit
    number (table VIII).
    """

    accepted: bool
    gap: bool = False
    ac: int | None = None
    tighter: bool | None = None
    procedure: Procedure = "single"
    accepted_at: int | None = None
    steady: bool = True
    reduced_wanted: bool = True
    limit_met: bool = False


@dataclass(frozen=True, slots=True)
class Switching:
    """Where inspection stands: the severity for the next lot, and what the rules count.

    recent: the last lots since the last change, True where accepted; score: the switching score of
    ISO 2859-1; lots, rejected: in this tightened period; reason: of the last change.
    """

    scheme: Scheme
    severity: Severity = "normal"
    recent: tuple[bool, ...] = ()
    score: int = 0
    lots: int = 0
    rejected: int = 0
    reason: str = ""


def start_switching(scheme: Scheme, severity: Severity = "normal") -> Switching:
    """The state before the first lot. Raises OutOfDomain.

    Held by: the sequences of ``switch``, which begin here."""
    checks.choice("scheme", scheme, _SCHEMES)
    checks.choice("severity", severity, ("normal", "tightened", "reduced"))
    return Switching(scheme, severity)


def switch(state: Switching, lot: LotOutcome) -> Switching:
    """The state after one lot.

    Normal to tightened when 2 of 5 or fewer consecutive lots are rejected, back after 5 accepted
    in a row; to reduced after 10 accepted with the limit number met (ISO 2859-1: a score of 30),
    back at a rejected lot, a lot in the gap or unsteady production. Tightened inspection is
    discontinued after 10 lots (MIL-STD-105E) or 5 rejected ones. Each change starts the counts
    anew. Raises OutOfDomain.
    Source: MIL-STD-105E 4.7; ISO 2859-1:1999 9.3. Oracle: own simulation in R of the two texts
    """
    checks.made("state", state, Switching)
    checks.made("lot", lot, LotOutcome)
    if lot.gap and not lot.accepted:
        raise OutOfDomain("gap", True, "an accepted lot; one between Ac and Re is accepted")
    step = {"normal": _normal, "tightened": _tightened, "reduced": _reduced}
    return state if state.severity == "discontinued" else step[state.severity](state, lot)


def switch_all(state: Switching, lots: Sequence[LotOutcome]) -> tuple[Switching, ...]:
    """The state after each of the lots. Held by: the sequences of ``switch``."""
    found = []
    for lot in checks.listed("lots", lots):
        state = switch(state, lot)
        found.append(state)
    return tuple(found)


def _normal(state: Switching, lot: LotOutcome) -> Switching:
    recent = (*state.recent, lot.accepted)[-10:]
    if recent[-5:].count(False) >= 2:
        return _to(state, "tightened", "2 of 5 consecutive lots were rejected.")
    after = replace(state, recent=recent, score=_score(state, lot))
    if not (lot.steady and lot.reduced_wanted):
        return after
    if state.scheme == "ISO 2859-1":
        if after.score >= _SCORE:
            reached = _to(state, "reduced", f"The switching score reached {_SCORE}.")
            return replace(reached, score=after.score)
        return after
    if len(recent) == 10 and all(recent) and lot.limit_met:
        return _to(state, "reduced", "10 lots in a row were accepted, within the limit number.")
    return after


def _tightened(state: Switching, lot: LotOutcome) -> Switching:
    recent = (*state.recent, lot.accepted)[-5:]
    lots, rejected = state.lots + 1, state.rejected + (not lot.accepted)
    if len(recent) == 5 and all(recent):
        return _to(state, "normal", "5 lots in a row were accepted.")
    if state.scheme == "MIL-STD-105E" and lots >= _TIGHTENED_LOTS:
        return _to(state, "discontinued", f"{lots} lots in a row stayed on tightened inspection.")
    if state.scheme != "MIL-STD-105E" and rejected >= _TIGHTENED_REJECTS:
        return _to(
            state, "discontinued", f"{rejected} lots were rejected on tightened inspection."
        )
    return replace(state, recent=recent, lots=lots, rejected=rejected, score=0)


def _reduced(state: Switching, lot: LotOutcome) -> Switching:
    if not lot.accepted:
        return _to(state, "normal", "A lot was rejected.")
    if lot.gap:
        return _to(state, "normal", "A lot was accepted between Ac and Re.")
    if not lot.steady:
        return _to(state, "normal", "Production is not steady.")
    return replace(state, score=0)


def _score(state: Switching, lot: LotOutcome) -> int:
    """The switching score, which a lot that passes well raises and any other sets to 0.

    Single plans: 2 for Ac 0 and 1, 3 for Ac 2 or more that would pass at the next smaller AQL;
    double plans: 3 when the first sample accepts; multiple: 3 when one of the first three does.
    """
    if state.scheme != "ISO 2859-1" or not lot.accepted:
        return 0
    checks.choice("procedure", lot.procedure, _SOON)
    if lot.procedure != "single":
        if lot.accepted_at is None:
            raise OutOfDomain("accepted_at", None, "the sample that decided, for the score")
        soon = checks.whole("accepted_at", lot.accepted_at, least=1) <= _SOON[lot.procedure]
        return state.score + 3 if soon else 0
    if lot.ac is None:
        raise OutOfDomain("ac", None, "the accept number, for the switching score")
    if lot.ac <= 1:
        return state.score + 2
    return state.score + 3 if lot.tighter else 0


def _to(state: Switching, severity: Severity, reason: str) -> Switching:
    return Switching(state.scheme, severity, reason=reason)
