"""A record that was wrong is taken back; it stays, and so does why."""

from uuid import UUID

from firstoff.errors import Refused
from firstoff.rules.genealogy.values import Posted, check_reason


class Voided(Posted, frozen=True, kw_only=True, tag="void"):
    supersedes: UUID
    reason: str

    def check(self) -> None:
        check_reason(self.reason, "A record taken back")


def check_voidable(kind: str, uid: UUID, *, voided: bool) -> None:
    """Raises Refused where the record is taken back already, or takes one back itself."""
    if voided:
        raise Refused(
            f"The record {uid} is taken back already.", code="R-36", way_out="Nothing is to do."
        )
    if kind == "void":
        raise Refused(
            f"The record {uid} takes another one back; it cannot be taken back itself.",
            code="R-36",
            way_out="Record what happened once more, under an id of its own.",
        )


def moved_on(kind: str, subject: str) -> Refused:
    """Something happened since that rests on the record."""
    return Refused(
        f"The {kind} of {subject} cannot be taken back: something was recorded since that rests "
        "on it.",
        code="R-36",
        way_out="Take back the later record first.",
    )
