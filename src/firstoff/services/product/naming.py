"""What a verb of the area is about, and who may."""

from contextlib import AbstractContextManager
from datetime import datetime

from firstoff.db.models import PartRevision, Program
from firstoff.errors import NotFound
from firstoff.rules.access import Actor, require
from firstoff.rules.product import check_editable
from firstoff.services import ledger
from firstoff.services.ledger import Entry


def program_for(by: Actor, program_id: int, permission: str) -> Program:
    """The program, if the actor may do this to it. Raises NotFound, NotAllowed."""
    found = Program.objects.filter(pk=program_id, site__in=by.site_ids).first()
    if found is None:
        raise NotFound("There is no such program, or not for you.")
    require(by, permission, found.site_id)
    return found


def revision_of(program: Program, label: str) -> PartRevision:
    """Raises NotFound."""
    found = PartRevision.objects.filter(part=program.part_id, label=label).first()
    if found is None:
        raise NotFound(f"There is no revision {label!r} of {program.code}.")
    return found


def verb(name: str, by: Actor, at: datetime, program: Program) -> AbstractContextManager[Entry]:
    return ledger.verb(name, by=by, at=at, subject=f"program {program.code}", program=program)


def draft(program: Program, label: str) -> PartRevision:
    found = revision_of(program, label)
    check_editable(found.status, f"Revision {found.label}")
    return found
