"""Programs, part revisions and their characteristics: made, changed while draft, released."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from firstoff.db.models import (
    Characteristic,
    Operation,
    Part,
    PartRevision,
    Person,
    ProcessPlan,
    Program,
    RoleGrant,
)
from firstoff.errors import InvalidInput, NotFound, Refused
from firstoff.queries.product import characteristics_of, facts_of
from firstoff.rules.access import Actor, require
from firstoff.rules.product import (
    LONGEST_PART_NUMBER,
    CharacteristicFacts,
    ProgramFacts,
    check_characteristic,
    check_characteristics,
    check_code,
    check_editable,
    check_label,
    check_name,
    check_program,
    check_releasable,
    check_unmoved,
    next_label,
    release_stops,
)
from firstoff.services import ledger
from firstoff.services.ledger import Entry
from firstoff.terms import Procurement, RevisionStatus

_FIELDS = (
    *("number", "name", "kind", "classification", "nominal", "lower", "upper"),
    *("unit", "method", "measured_as", "decimals", "zone", "form", "symbol", "tolerance"),
    *("diametral", "material_condition", "datums", "gauge", "source_id"),
)
_COPIED = (
    *("seq", "name", "work_centre", "standard_minutes", "instruction", "caution"),
    *("required_skill", "jig_id", "jig_not_needed"),
)


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
        person = _owner(site_id, owner or by.username)
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
    with _verb("product.update_program", by, at, program) as entry:
        program = Program.objects.select_related("owner").get(pk=program.pk)
        wanted = ProgramFacts(program.code, name, description, first_quantity, due, currency)
        changes = write_program(program, check_program(wanted))
        person = _owner(program.site_id, owner)
        if person != program.owner:
            changes["owner"] = [program.owner.username, person.username]
            program.owner = person
            program.save(update_fields=["owner"])
        entry.details.update(changes)
    return program


def create_revision(
    *,
    program_id: int,
    by: Actor,
    at: datetime,
    label: str = "",
    copy_from: str = "",
) -> PartRevision:
    """The next draft of the part, with the characteristics and the plan of an earlier one.

    label: the one after the newest, unless said. copy_from: the newest, unless said. Refused
    R-10 while another draft exists: what is to be built next is one thing.
    """
    program = program_for(by, program_id, "definition.edit")
    with _verb("product.create_revision", by, at, program) as entry:
        there = list(PartRevision.objects.filter(part=program.part_id).order_by("-pk"))
        drafts = [r for r in there if r.status == RevisionStatus.DRAFT]
        if drafts:
            raise Refused(
                f"Revision {drafts[0].label} is still a draft.",
                code="R-10",
                way_out="Change it, or release it first.",
            )
        source = _labelled(there, copy_from, "revision", "copy_from") if copy_from else there[0]
        label = check_label(label.strip() or next_label(there[0].label), field="label")
        if any(r.label.casefold() == label.casefold() for r in there):
            raise InvalidInput(f"There is a revision {label!r} already.", field="label")
        made = PartRevision.objects.create(part_id=program.part_id, label=label)
        _copy(source, made)
        entry.details.update(revision=label, copied_from=source.label)
    return made


def discard_revision(*, program_id: int, revision: str, by: Actor, at: datetime) -> None:
    """Give up a draft nobody has used. The only revision of a part stays."""
    program = program_for(by, program_id, "definition.edit")
    with _verb("product.discard_revision", by, at, program) as entry:
        found = _draft(program, revision)
        if not PartRevision.objects.filter(part=program.part_id).exclude(pk=found.pk).exists():
            raise Refused(
                f"Revision {found.label} is the only one of {program.code}.",
                code="R-10",
                way_out="Change it instead.",
            )
        Operation.objects.filter(plan__revision=found).delete()
        ProcessPlan.objects.filter(revision=found).delete()
        Characteristic.objects.filter(revision=found).delete()
        found.delete()
        entry.details.update(revision=found.label)


def release_revision(*, program_id: int, revision: str, by: Actor, at: datetime) -> PartRevision:
    """Make a draft immutable (R-10). The one released before it is superseded."""
    program = program_for(by, program_id, "definition.edit")
    with _verb("product.release_revision", by, at, program) as entry:
        found = revision_of(program, revision)
        release(found, by, at)
        entry.details.update(revision=found.label)
    return found


def set_characteristics(
    *,
    program_id: int,
    revision: str,
    characteristics: Sequence[CharacteristicFacts],
    by: Actor,
    at: datetime,
    seen: str = "",
) -> tuple[CharacteristicFacts, ...]:
    """All characteristics of a draft at once: what is not named goes.

    seen: ``state_of`` what the person saw; raises StaleState when somebody changed it since.
    """
    program = program_for(by, program_id, "definition.edit")
    wanted = check_characteristics(characteristics)
    with _verb("product.set_characteristics", by, at, program) as entry:
        found = _draft(program, revision)
        check_unmoved(seen, characteristics_of(found.pk), "characteristics")
        write_characteristics(found, wanted, entry)
    return wanted


def add_characteristic(
    *,
    program_id: int,
    revision: str,
    characteristic: CharacteristicFacts,
    by: Actor,
    at: datetime,
) -> CharacteristicFacts:
    program = program_for(by, program_id, "definition.edit")
    one = check_characteristic(characteristic)
    with _verb("product.add_characteristic", by, at, program) as entry:
        found = _draft(program, revision)
        check_characteristics([*_facts(found), one])
        Characteristic.objects.create(revision=found, **values_of(one))
        entry.details.update(revision=found.label, **values_of(one))
    return one


def update_characteristic(
    *,
    program_id: int,
    revision: str,
    number: str,
    characteristic: CharacteristicFacts,
    by: Actor,
    at: datetime,
) -> CharacteristicFacts:
    """Change one of a draft, its number included."""
    program = program_for(by, program_id, "definition.edit")
    one = check_characteristic(characteristic)
    with _verb("product.update_characteristic", by, at, program) as entry:
        found = _draft(program, revision)
        row = _numbered(found, number)
        others = [c for c in _facts(found) if c.number != row.number]
        check_characteristics([*others, one])
        entry.details.update(revision=found.label, number=row.number)
        entry.details.update(changes=_write(row, one))
    return one


def remove_characteristic(
    *, program_id: int, revision: str, number: str, by: Actor, at: datetime
) -> None:
    """Take one out of a draft; operations that checked it check it no more."""
    program = program_for(by, program_id, "definition.edit")
    with _verb("product.remove_characteristic", by, at, program) as entry:
        found = _draft(program, revision)
        row = _numbered(found, number)
        entry.details.update(revision=found.label, **values_of(facts_of(row)))
        row.delete()


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


def new_part(site_id: int, number: str, name: str) -> Part:
    """Inside a verb. Raises InvalidInput where the number is taken."""
    number = check_code(number, "part number", longest=LONGEST_PART_NUMBER, field="part_number")
    if Part.objects.filter(site=site_id, number__iexact=number).exists():
        raise InvalidInput(
            f"There is a part {number!r} at this site already.", field="part_number"
        )
    return Part.objects.create(
        site_id=site_id,
        number=number,
        name=check_name(name, "part name", field="part_name"),
        procurement=Procurement.MAKE,
    )


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


def new_revision(part: Part, label: str) -> PartRevision:
    """A draft with an empty draft plan, inside a verb. Raises InvalidInput."""
    label = check_label(label, field="revision")
    made = PartRevision.objects.create(part=part, label=label)
    ProcessPlan.objects.create(revision=made, label="1")
    return made


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


def release(revision: PartRevision, by: Actor, at: datetime) -> None:
    """Release a draft, inside a verb. Raises Refused (R-10) with all that stops it."""
    stops = release_stops(_facts(revision))
    check_releasable(revision.status, f"Revision {revision.label}", stops)
    PartRevision.objects.filter(part=revision.part_id, status=RevisionStatus.RELEASED).update(
        status=RevisionStatus.SUPERSEDED
    )
    revision.status = RevisionStatus.RELEASED
    revision.released_at = at
    revision.released_by_id = by.person_id
    revision.save()


def write_characteristics(
    revision: PartRevision, wanted: Iterable[CharacteristicFacts], entry: Entry
) -> bool:
    """Bring a draft's characteristics to these; False when they were so already."""
    rows = {c.number: c for c in Characteristic.objects.filter(revision=revision)}
    changes: dict[str, Any] = {}
    for one in wanted:
        row = rows.pop(one.number, None)
        if row is None:
            Characteristic.objects.create(revision=revision, **values_of(one))
            changes[one.number] = "added"
        elif moved := _write(row, one):
            changes[one.number] = moved
    for number, row in rows.items():
        row.delete()
        changes[number] = "removed"
    entry.details.update(revision=revision.label, characteristics=changes)
    return bool(changes)


def values_of(one: CharacteristicFacts) -> dict[str, Any]:
    """The columns of a characteristic."""
    values = {field: getattr(one, field) for field in _FIELDS}
    return values | {
        "form": one.form or "",
        "symbol": one.symbol or "",
        "datums": list(one.datums),
    }


def copy_operations(source: ProcessPlan, target: ProcessPlan) -> None:
    """Every operation of one plan into another; characteristics are found by their number."""
    numbers = {c.number: c for c in Characteristic.objects.filter(revision=target.revision_id)}
    operations = Operation.objects.filter(plan=source).prefetch_related("characteristics")
    for operation in operations:
        values = {field: getattr(operation, field) for field in _COPIED}
        made = Operation.objects.create(plan=target, **values)
        checked = (numbers.get(c.number) for c in operation.characteristics.all())
        made.characteristics.set([c for c in checked if c is not None])


def _copy(source: PartRevision, target: PartRevision) -> None:
    rows = Characteristic.objects.filter(revision=source)
    Characteristic.objects.bulk_create(
        [Characteristic(revision=target, **values_of(facts_of(row))) for row in rows]
    )
    plan = ProcessPlan.objects.create(revision=target, label="1")
    newest = ProcessPlan.objects.filter(revision=source).order_by("-pk").first()
    if newest is not None:
        copy_operations(newest, plan)


def _verb(name: str, by: Actor, at: datetime, program: Program) -> AbstractContextManager[Entry]:
    return ledger.verb(name, by=by, at=at, subject=f"program {program.code}", program=program)


def _draft(program: Program, label: str) -> PartRevision:
    found = revision_of(program, label)
    check_editable(found.status, f"Revision {found.label}")
    return found


def _facts(revision: PartRevision) -> list[CharacteristicFacts]:
    return [facts_of(row) for row in Characteristic.objects.filter(revision=revision)]


def _numbered(revision: PartRevision, number: str) -> Characteristic:
    found = Characteristic.objects.filter(revision=revision, number=number).first()
    if found is None:
        raise NotFound(f"Revision {revision.label} has no characteristic {number!r}.")
    return found


def _write(row: Characteristic, one: CharacteristicFacts) -> dict[str, list[Any]]:
    """Save what differs; answers it as field -> [before, after]."""
    before, after = values_of(facts_of(row)), values_of(one)
    changes = {f: [before[f], after[f]] for f in _FIELDS if before[f] != after[f]}
    if changes:
        for field, (_, value) in changes.items():
            setattr(row, field, value)
        row.save()
    return changes


def _labelled(there: Sequence[PartRevision], label: str, what: str, field: str) -> PartRevision:
    for found in there:
        if found.label == label:
            return found
    raise InvalidInput(
        f"There is no {what} {label!r}; there are {', '.join(r.label for r in there)}.",
        field=field,
    )


def _owner(site_id: int, username: str) -> Person:
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
