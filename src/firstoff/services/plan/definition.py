"""Loading a whole definition at once, as often as one likes."""

from dataclasses import dataclass
from datetime import datetime

from firstoff.db.models import Equipment, Part, PartRevision, Person, ProcessPlan, Program
from firstoff.errors import InvalidInput, Refused
from firstoff.queries.plan import operations_of
from firstoff.queries.product import characteristics_of
from firstoff.rules.access import Actor, require
from firstoff.rules.plan import Definition, EquipmentFacts, check_definition
from firstoff.services import ledger
from firstoff.services.ledger import Entry
from firstoff.services.plan import process
from firstoff.services.plan.baseline import write_defect_codes
from firstoff.services.plan.equipment import columns, write_equipment
from firstoff.services.plan.writing import settled
from firstoff.services.product import (
    new_part,
    new_program,
    new_revision,
    release,
    write_characteristics,
    write_program,
)
from firstoff.terms import RevisionStatus


@dataclass(frozen=True, slots=True)
class Loaded:
    """``changed`` is one sentence for each thing that was not so already."""

    program_id: int
    code: str
    revision: str
    plan: str
    changed: tuple[str, ...]


def load_definition(*, site_id: int, definition: Definition, by: Actor, at: datetime) -> Loaded:
    """Bring a program to what the definition says: all of it, or nothing.

    Loading the same again changes nothing. What stands released is only compared: refused R-10
    where it says something else. Equipment and defect codes that are not named stay.
    """
    for permission in ("program.edit", "definition.edit"):
        require(by, permission, site_id)
    wanted = check_definition(definition)
    if wanted.equipment:
        require(by, "equipment.edit", site_id)
    with ledger.verb(
        "plan.load_definition", by=by, at=at, subject=f"program {wanted.program.code}"
    ) as entry:
        changed: list[str] = []
        program = _program(site_id, wanted, by, at, entry, changed)
        entry.program_id = program.pk
        for one in wanted.equipment:
            _equipment(site_id, one, entry, changed)
        revision = _revision(program, wanted, entry, changed, by, at)
        plan = _plan(program, revision, wanted, entry, changed, by, at)
        codes = write_defect_codes(program, wanted.defect_codes, entry)
        changed.extend(f"Defect code {code} added." for code in codes)
        entry.details["changed"] = changed
    return Loaded(program.pk, program.code, revision.label, plan.label, tuple(changed))


def _program(
    site_id: int, wanted: Definition, by: Actor, at: datetime, entry: Entry, changed: list[str]
) -> Program:
    code = wanted.program.code
    found = Program.objects.filter(site=site_id, code=code).select_related("part").first()
    if found is None:
        part = new_part(site_id, wanted.part, wanted.part_name)
        owner = Person.objects.get(pk=by.person_id)
        changed.append(f"Program {code} added, with part {part.number}.")
        return new_program(wanted.program, part, owner, at, entry)
    if found.part.number != wanted.part:
        raise InvalidInput(
            f"Program {code} is about part {found.part.number}, not {wanted.part}.", field="part"
        )
    moved = write_program(found, wanted.program)
    if found.part.name != wanted.part_name:
        Part.objects.filter(pk=found.part_id).update(name=wanted.part_name)
        moved["part_name"] = [found.part.name, wanted.part_name]
    if moved:
        changed.append(f"Program {code} changed: {', '.join(moved)}.")
    return found


def _equipment(site_id: int, one: EquipmentFacts, entry: Entry, changed: list[str]) -> None:
    found = Equipment.objects.filter(site=site_id, code=one.code).first()
    if found is None:
        Equipment.objects.create(site_id=site_id, code=one.code, **columns(one))
        changed.append(f"Equipment {one.code} added.")
        return
    if found.retired_at is not None:
        raise Refused(
            f"Equipment {one.code} is retired.",
            code="R-68",
            way_out="Take it back into use, or leave it out of the definition.",
        )
    if moved := write_equipment(found, one):
        changed.append(f"Equipment {one.code} changed: {', '.join(moved)}.")


def _revision(
    program: Program,
    wanted: Definition,
    entry: Entry,
    changed: list[str],
    by: Actor,
    at: datetime,
) -> PartRevision:
    there = PartRevision.objects.filter(part=program.part_id)
    found = there.filter(label=wanted.revision).first()
    if found is None:
        _no_other_draft(there.filter(status=RevisionStatus.DRAFT).first(), "Revision")
        found = new_revision(Part.objects.get(pk=program.part_id), wanted.revision)
        changed.append(f"Revision {found.label} added.")
    if found.status != RevisionStatus.DRAFT:
        held = {c.number: c for c in characteristics_of(found.pk)}
        says = {c.number: c for c in wanted.characteristics}
        differ = sorted(n for n in {*held, *says} if held.get(n) != says.get(n))
        _same(f"Revision {found.label}", found.status, "characteristic", differ)
        return found
    if write_characteristics(found, wanted.characteristics, entry):
        changed.append(f"Characteristics of revision {found.label} written.")
    if wanted.release_revision:
        release(found, by, at)
        changed.append(f"Revision {found.label} released.")
    return found


def _plan(
    program: Program,
    revision: PartRevision,
    wanted: Definition,
    entry: Entry,
    changed: list[str],
    by: Actor,
    at: datetime,
) -> ProcessPlan:
    there = ProcessPlan.objects.filter(revision=revision)
    found = there.filter(label=wanted.plan).first()
    if found is None:
        found = _new_plan(there.filter(status=RevisionStatus.DRAFT).first(), revision, wanted)
        changed.append(f"Plan {found.label} added.")
    name = f"Plan {found.label} of revision {revision.label}"
    if found.status != RevisionStatus.DRAFT:
        held = {o.seq: o for o in operations_of(found.pk)}
        meant = settled(wanted.operations, revision_id=revision.pk, site_id=program.site_id)
        says = {o.seq: o for o in meant}
        differ = sorted(n for n in {*held, *says} if held.get(n) != says.get(n))
        _same(name, found.status, "operation", [str(n) for n in differ])
        return found
    if process.write_operations(found, program.site_id, wanted.operations, entry):
        changed.append(f"Operations of plan {found.label} written.")
    if wanted.release_plan:
        process.release(found, revision, by, at)
        changed.append(f"Plan {found.label} released.")
    return found


def _new_plan(
    draft: ProcessPlan | None, revision: PartRevision, wanted: Definition
) -> ProcessPlan:
    if draft is not None and not draft.operations.exists():
        # The empty draft that a new revision comes with: it takes the name that is wanted.
        draft.label = wanted.plan
        draft.save(update_fields=["label"])
        return draft
    _no_other_draft(draft, "Plan")
    return ProcessPlan.objects.create(revision=revision, label=wanted.plan)


def _no_other_draft(draft: PartRevision | ProcessPlan | None, what: str) -> None:
    if draft is not None:
        raise Refused(
            f"{what} {draft.label} is still a draft.",
            code="R-10",
            way_out="Release it or discard it first.",
        )


def _same(what: str, status: str, kind: str, differ: list[str]) -> None:
    if differ:
        raise Refused(
            f"{what} is {status} and says something else of {kind} {', '.join(differ)}.",
            code="R-10",
            way_out="Load it under a new label.",
        )
