"""What the pages of parts share: the part and revision of an address, and its program."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from firstoff.errors import NotFound
from firstoff.queries import product as reads
from firstoff.queries.product import PartView, ProgramView, RevisionView
from firstoff.rules.access import may
from firstoff.terms import RevisionStatus
from firstoff.web.auth import Request

PART = "parts/<str:site>/<quoted:part>/"
BOM = f"{PART}<quoted:revision>/bom/"
OPEN = (RevisionStatus.DRAFT, RevisionStatus.IN_REVIEW)


@dataclass(frozen=True, slots=True)
class Shown:
    """A revision of a part, as an address names it; with all that pages about it say."""

    part: PartView
    revisions: tuple[RevisionView, ...]  # the newest first
    revision: RevisionView
    program: ProgramView | None  # whose part it is, where it is the part of one only
    may_edit: bool

    @property
    def edits(self) -> bool:
        """Whether its lines can be changed: it is a draft, and the person may."""
        return self.may_edit and self.revision.draft

    def at(self, name: str = "bom-lines") -> str:
        return reverse(name, args=[self.part.site, self.part.number, self.revision.label])

    def context(self, **more: Any) -> dict[str, Any]:
        return {
            "part": self.part,
            "revisions": self.revisions,
            "revision": self.revision,
            "program": self.program,
            "may_edit": self.may_edit,
            "edits": self.edits,
            **more,
        }


def found(request: Request, site: str, part: str, revision: str) -> Shown:
    """Raises NotFound."""
    one = reads.part(request.actor, site, part)
    there = reads.part_revisions(one.id)
    chosen = next((r for r in there if r.label == revision), None)
    if chosen is None:
        raise NotFound(f"There is no revision {revision[:20]!r} of {one.number}.")
    return Shown(one, there, chosen, program_of(request, one), edits_at(request, one.site_id))


def program_of(request: Request, part: PartView) -> ProgramView | None:
    """One query where the part is that of one program; the side column shows its places then."""
    if len(part.programs) != 1:
        return None
    return reads.program(request.actor, part.site, part.programs[0])


def edits_at(request: Request, site_id: int) -> bool:
    return may(request.actor, "definition.edit", site_id)


def here(request: Request) -> dict[str, Any]:
    return {"by": request.actor, "at": request.at}
