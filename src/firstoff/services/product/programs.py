"""Programs: made, changed, found."""

from dataclasses import fields
from datetime import date, datetime
from typing import Any

from firstoff.db.models import Part, Person, Program, RoleGrant
from firstoff.errors import InvalidInput
from firstoff.rules.access import Actor, require
from firstoff.rules.product import ProgramFacts, check_program
from firstoff.services import ledger
from firstoff.services.ledger import Entry
from firstoff.services.product.naming import program_for, verb
from firstoff.services.product.revisions import new_part, new_revision


def create_program(
    *,
    site_id: int,
    code: str,
    name: str,
    by: Actor,
    at: datetime,
    part_number: str = "",
    part_name: str = "",
    revision: str = "A",
    description: str = "",
    owner: str = "",
    first_quantity: int | None = None,
    due: date | None = None,
    currency: str = "USD",
) -> Program:
    """A product on its road: with its part, the first draft revision and a draft plan.

    The part is numbered and named like the program, and owned by whoever makes it, unless said.
    """
    require(by, "program.edit", site_id)
    wanted = check_program(ProgramFacts(code, name, description, first_quantity, due, currency))
    with ledger.verb(
        "product.create_program", by=by, at=at, subject=f"program {wanted.code}"
    ) as entry:
        part = new_part(site_id, part_number.strip() or wanted.code, part_name or wanted.name)
        person = owner_named(site_id, owner or by.username)
        program = new_program(wanted, part, person, at, entry)
        first = new_revision(part, revision.strip())
        entry.details.update(part=part.number, revision=first.label)
    return program


def update_program(
    *,
    program_id: int,
    name: str,
    description: str,
    owner: str,
    first_quantity: int | None,
    due: date | None,
    currency: str,
    by: Actor,
    at: datetime,
) -> Program:
    """Change what a program says about itself. Its code and its part stay: records name them."""
    program = program_for(by, program_id, "program.edit")
    with verb("product.update_program", by, at, program) as entry:
        program = Program.objects.select_related("owner").get(pk=program.pk)
        wanted = ProgramFacts(program.code, name, description, first_quantity, due, currency)
        changes = write_program(program, check_program(wanted))
        person = owner_named(program.site_id, owner)
        if person != program.owner:
            changes["owner"] = [program.owner.username, person.username]
            program.owner = person
            program.save(update_fields=["owner"])
        entry.details.update(changes)
    return program


def new_program(
    wanted: ProgramFacts, part: Part, owner: Person, at: datetime, entry: Entry
) -> Program:
    """Inside a verb. Raises InvalidInput where the code is taken."""
    if Program.objects.filter(site=part.site_id, code__iexact=wanted.code).exists():
        raise InvalidInput(
            f"There is a program {wanted.code!r} at this site already.", field="code"
        )
    program = Program.objects.create(
        site_id=part.site_id,
        code=wanted.code,
        part=part,
        owner=owner,
        created_at=at,
        **_said(wanted),
    )
    entry.program_id = program.pk
    entry.details.update(_said(wanted), owner=owner.username)
    return program


def write_program(program: Program, wanted: ProgramFacts) -> dict[str, list[Any]]:
    """Save what differs; answers it as field -> [before, after]."""
    after = _said(wanted)
    before = {field: getattr(program, field) for field in after}
    changes = {f: [before[f], after[f]] for f in after if before[f] != after[f]}
    if changes:
        for field, (_, value) in changes.items():
            setattr(program, field, value)
        program.save()
    return changes


def owner_named(site_id: int, username: str) -> Person:
    found = (
        Person.objects.filter(username__iexact=username, is_active=True)
        .filter(pk__in=RoleGrant.objects.filter(site=site_id, granted=True).values("person"))
        .first()
    )
    if found is None:
        raise InvalidInput(f"There is no person {username!r} at this site.", field="owner")
    return found


def _said(program: ProgramFacts) -> dict[str, Any]:
    return {f.name: getattr(program, f.name) for f in fields(program) if f.name != "code"}
