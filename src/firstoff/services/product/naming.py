"""What a verb of the area is about, and who may."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from firstoff.db.models import Part, PartRevision, Program
from firstoff.errors import InvalidInput, NotFound
from firstoff.rules.access import Actor, require
from firstoff.rules.product import check_editable
from firstoff.services import ledger
from firstoff.services.ledger import Entry


@dataclass(frozen=True, slots=True)
class Subject:
    """A part whose revisions a verb is about; asked for by its program, or by itself."""

    part_id: int
    site_id: int
    name: str  # code of the program, number of the part
    kind: str
    program_id: int | None

    def verb(self, name: str, by: Actor, at: datetime) -> AbstractContextManager[Entry]:
        subject = f"{self.kind} {self.name}"
        return ledger.verb(name, by=by, at=at, subject=subject, program=self.program_id)

    def revision(self, label: str) -> PartRevision:
        """Raises NotFound."""
        found = PartRevision.objects.filter(part=self.part_id, label=label).first()
        if found is None:
            raise NotFound(f"There is no revision {label!r} of {self.name}.")
        return found

    def draft(self, label: str) -> PartRevision:
        """Raises NotFound, Refused (R-10) where it is no draft."""
        found = self.revision(label)
        check_editable(found.status, f"Revision {found.label}")
        return found


def subject_for(
    by: Actor, permission: str, *, program_id: int | None = None, part_id: int | None = None
) -> Subject:
    """The part meant, if the actor may do this to it. Raises NotFound, NotAllowed."""
    if (program_id is None) == (part_id is None):
        raise InvalidInput("A verb is about a program or about a part: name one.", field="part")
    if program_id is not None:
        program = program_for(by, program_id, permission)
        return Subject(program.part_id, program.site_id, program.code, "program", program.pk)
    part = part_for(by, part_id or 0, permission)
    # What is done to the part of one program is read where that program is.
    programs = list(Program.objects.filter(part=part).values_list("pk", flat=True)[:2])
    only = programs[0] if len(programs) == 1 else None
    return Subject(part.pk, part.site_id, part.number, "part", only)


def program_for(by: Actor, program_id: int, permission: str) -> Program:
    """The program, if the actor may do this to it. Raises NotFound, NotAllowed."""
    found = Program.objects.filter(pk=program_id, site__in=by.site_ids).first()
    if found is None:
        raise NotFound("There is no such program, or not for you.")
    require(by, permission, found.site_id)
    return found


def part_for(by: Actor, part_id: int, permission: str) -> Part:
    """The part, if the actor may do this to it. Raises NotFound, NotAllowed."""
    found = Part.objects.filter(pk=part_id, site__in=by.site_ids).first()
    if found is None:
        raise NotFound("There is no such part, or not for you.")
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
