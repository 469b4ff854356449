"""Revisions and plans: changed while they are drafts, released once (R-10)."""

from collections.abc import Iterable

from firstoff.errors import Refused
from firstoff.rules.product.characteristics import CharacteristicFacts, characteristic_gaps
from firstoff.terms import CharacteristicClass, RevisionStatus


def release_stops(characteristics: Iterable[CharacteristicFacts]) -> tuple[str, ...]:
    """What stops a revision from being released: each gap of a critical characteristic."""
    return tuple(
        gap
        for found in characteristics
        if found.classification is CharacteristicClass.CRITICAL
        for gap in characteristic_gaps(found)
    )


def check_editable(status: RevisionStatus | str, what: str) -> None:
    """Raises Refused (R-10) where a released or superseded definition would be changed."""
    if RevisionStatus(status) is not RevisionStatus.DRAFT:
        raise Refused(
            f"{what} is {RevisionStatus(status).value}; it cannot be changed.",
            code="R-10",
            way_out="Make a new revision and change that.",
        )


def check_releasable(status: RevisionStatus | str, what: str, stops: Iterable[str] = ()) -> None:
    """Raises Refused (R-10) with all that stops the release of a revision or plan."""
    found = tuple(stops)
    if RevisionStatus(status) is not RevisionStatus.DRAFT:
        raise Refused(f"{what} is {RevisionStatus(status).value} already.", code="R-10")
    if found:
        raise Refused(
            f"{what} cannot be released: {' '.join(found)}", code="R-10", stops=list(found)
        )
