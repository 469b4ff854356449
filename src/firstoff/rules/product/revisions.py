"""Revisions and plans: changed while they are drafts, released once (R-10)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from firstoff.errors import Refused
from firstoff.rules.product.characteristics import CharacteristicFacts, characteristic_gaps
from firstoff.terms import CharacteristicClass, Procurement, RevisionStatus

_S = RevisionStatus
# What may become of a revision. Superseded is what a later release makes of it, no verb.
_MOVES: Mapping[RevisionStatus, tuple[RevisionStatus, ...]] = {
    _S.DRAFT: (_S.IN_REVIEW, _S.RELEASED, _S.OBSOLETE),
    _S.IN_REVIEW: (_S.DRAFT, _S.RELEASED, _S.OBSOLETE),
    _S.RELEASED: (_S.OBSOLETE,),
    _S.SUPERSEDED: (_S.OBSOLETE,),
    _S.OBSOLETE: (),
}
_WORDS = {_S.IN_REVIEW: "in review"}
_NAMED = 5  # children that one sentence names


@dataclass(frozen=True, slots=True)
class GoesIn:
    """A part that a line takes and, of one made here, how its revision stands."""

    part: str
    procurement: Procurement
    revision: str = ""
    status: RevisionStatus | None = None


def release_stops(characteristics: Iterable[CharacteristicFacts]) -> tuple[str, ...]:
    """What stops a revision from being released: each gap of a critical characteristic."""
    return tuple(
        gap
        for found in characteristics
        if found.classification is CharacteristicClass.CRITICAL
        for gap in characteristic_gaps(found)
    )


def child_stops(children: Iterable[GoesIn]) -> tuple[str, ...]:
    """What of the parts made here stops a release (R-11). Bought parts need no release."""
    stops: dict[str, None] = {}
    for one in children:
        if one.procurement is Procurement.BUY:
            continue
        if one.status is None:
            stops[f"{one.part} is made here and has no revision; make one, or buy it."] = None
        elif one.status in (_S.DRAFT, _S.IN_REVIEW):
            word = status_word(one.status)
            stops[f"{one.part} revision {one.revision} is {word}; release it first."] = None
        elif one.status is _S.OBSOLETE:
            stops[f"{one.part} revision {one.revision} is obsolete; take another."] = None
    found = tuple(stops)
    if len(found) <= _NAMED:
        return found
    return *found[:_NAMED], f"So it is with {len(found) - _NAMED} more parts made here."


def check_move(status: RevisionStatus | str, to: RevisionStatus, what: str) -> None:
    """Raises Refused (R-10) where a revision cannot become that."""
    now = RevisionStatus(status)
    if to in _MOVES[now]:
        return
    word, wanted = status_word(now), status_word(to)
    if now is to:
        raise Refused(f"{what} is {word} already.", code="R-10")
    raise Refused(
        f"{what} is {word}; it cannot become {wanted}.",
        code="R-10",
        way_out="Make a new revision instead.",
    )


def status_word(status: RevisionStatus) -> str:
    """As people read it."""
    return _WORDS.get(status, status.value)


def check_editable(status: RevisionStatus | str, what: str) -> None:
    """Raises Refused (R-10) where a released or superseded definition would be changed."""
    now = RevisionStatus(status)
    if now is RevisionStatus.IN_REVIEW:
        raise Refused(
            f"{what} is in review; it cannot be changed meanwhile.",
            code="R-10",
            way_out="Take it back to draft first.",
        )
    if now is not RevisionStatus.DRAFT:
        raise Refused(
            f"{what} is {now.value}; it cannot be changed.",
            code="R-10",
            way_out="Make a new revision and change that.",
        )


def check_releasable(status: RevisionStatus | str, what: str, stops: Iterable[str] = ()) -> None:
    """Raises Refused (R-10) with all that stops the release of a revision or plan."""
    found = tuple(stops)
    if RevisionStatus(status) not in (RevisionStatus.DRAFT, RevisionStatus.IN_REVIEW):
        raise Refused(f"{what} is {RevisionStatus(status).value} already.", code="R-10")
    if found:
        raise Refused(
            f"{what} cannot be released: {' '.join(found)}", code="R-10", stops=list(found)
        )
