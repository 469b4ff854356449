"""Loading a whole definition at once, as often as one likes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from firstoff.db.models import (
    DocumentVersion,
    Equipment,
    Part,
    PartRevision,
    Person,
    ProcessPlan,
    Program,
)
from firstoff.errors import InvalidInput, Refused
from firstoff.queries.plan import operations_of
from firstoff.queries.plan.frozen import frozen_tree
from firstoff.queries.product import characteristics_of
from firstoff.rules.access import Actor, require
from firstoff.rules.plan import AssemblyDefinition, Definition, EquipmentFacts, check_definition
from firstoff.services import ledger
from firstoff.services.documents.ground import kept
from firstoff.services.ledger import Entry
from firstoff.services.plan import process
from firstoff.services.plan.baseline import write_defect_codes
from firstoff.services.plan.contents import (
    differing,
    write_documents,
    write_parts,
    write_revision,
)
from firstoff.services.plan.equipment import columns, write_equipment
from firstoff.services.plan.planned import (
    write_controls,
    write_inspection_plans,
    write_procedures,
)
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

_OF_REVISION = ("lines", "variants", "documents", "stack_ups")


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
    every = (wanted.contents, *(a.contents for a in wanted.assemblies))
    documents = [*wanted.documents, *(d for c in every for d in c.documents)]
    if documents:
        require(by, "document.edit", site_id)
    files = {
        d.sha256: kept(wanted.files[d.sha256], d.file_name)
        for d in documents
        if d.sha256 in wanted.files
    }
    with ledger.verb(
        "plan.load_definition", by=by, at=at, subject=f"program {wanted.program.code}"
    ) as entry:
        changed: list[str] = []
        program = _program(site_id, wanted, by, at, entry, changed)
        entry.program_id = program.pk
        for one in wanted.equipment:
            _equipment(site_id, one, entry, changed)
        write_parts(site_id, wanted.parts, [x for c in every for x in c.lines], changed)
        versions = write_documents(site_id, documents, files, entry, changed)
        loading = _Loading(site_id, by, at, entry, changed, versions)
        for assembly in wanted.assemblies:
            loading.assembly(assembly)
        revision, plan = loading.top(program, wanted)
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


@dataclass(frozen=True, slots=True)
class _Loading:
    """One load: who, when, and what it has to tell."""

    site_id: int
    by: Actor
    at: datetime
    entry: Entry
    changed: list[str]
    versions: Mapping[tuple[str, str], DocumentVersion]

    def top(self, program: Program, wanted: Definition) -> tuple[PartRevision, ProcessPlan]:
        one = AssemblyDefinition(
            wanted.part,
            wanted.part_name,
            wanted.revision,
            wanted.release_revision,
            wanted.plan,
            wanted.release_plan,
            wanted.characteristics,
            wanted.operations,
            wanted.contents,
        )
        part = Part.objects.get(pk=program.part_id)
        revision, plan = self._defined(part, one, "")
        assert plan is not None  # a program's revision has one from the beginning
        return revision, plan

    def assembly(self, wanted: AssemblyDefinition) -> None:
        part = Part.objects.filter(site=self.site_id, number=wanted.part).first()
        if part is None:
            part = new_part(self.site_id, wanted.part, wanted.name)
            self.changed.append(f"Part {part.number} added.")
        self._defined(part, wanted, f" of {part.number}")

    def _defined(
        self, part: Part, wanted: AssemblyDefinition, of: str
    ) -> tuple[PartRevision, ProcessPlan | None]:
        revision = self._revision(part, wanted, of)
        plan = self._plan(revision, wanted, of) if wanted.plan else None
        held = frozen_tree(revision.pk, plan.pk if plan else None).contents
        numbers = (wanted.contents.procedures, held.procedures)
        write_procedures(revision, *numbers, self.by, self.at, self.changed)
        plans = (wanted.contents.inspection_plans, held.inspection_plans)
        write_inspection_plans(revision, *plans, self.by, self.at, self.changed)
        return revision, plan

    def _revision(self, part: Part, wanted: AssemblyDefinition, of: str) -> PartRevision:
        there = PartRevision.objects.filter(part=part)
        found = there.filter(label=wanted.revision).first()
        if found is None:
            _no_other_draft(there.filter(status=RevisionStatus.DRAFT).first(), "Revision")
            found = new_revision(part, wanted.revision)
            self.changed.append(f"Revision {found.label}{of} added.")
        held = frozen_tree(found.pk, None).contents
        name = f"Revision {found.label}{of}"
        if found.status != RevisionStatus.DRAFT:
            before = {c.number: c for c in characteristics_of(found.pk)}
            says = {c.number: c for c in wanted.characteristics}
            differ = sorted(n for n in {*before, *says} if before.get(n) != says.get(n))
            _same(name, found.status, "characteristic", differ)
            _same(name, found.status, "its", differing(wanted.contents, held, _OF_REVISION))
            return found
        if write_characteristics(found, wanted.characteristics, self.entry):
            self.changed.append(f"Characteristics of revision {found.label}{of} written.")
        written = write_revision(found, wanted.contents, held, self.versions, self.entry)
        if written:
            listed = ", ".join(written)
            self.changed.append(f"{listed.capitalize()} of revision {found.label}{of} written.")
        if wanted.release_revision:
            release(found, self.by, self.at)
            self.changed.append(f"Revision {found.label}{of} released.")
        return found

    def _plan(self, revision: PartRevision, wanted: AssemblyDefinition, of: str) -> ProcessPlan:
        there = ProcessPlan.objects.filter(revision=revision)
        found = there.filter(label=wanted.plan).first()
        if found is None:
            draft = there.filter(status=RevisionStatus.DRAFT).first()
            found = _new_plan(draft, revision, wanted)
            self.changed.append(f"Plan {found.label}{of} added.")
        name = f"Plan {found.label} of revision {revision.label}{of}"
        held = frozen_tree(revision.pk, found.pk).contents.controls
        if found.status != RevisionStatus.DRAFT:
            before = {o.seq: o for o in operations_of(found.pk)}
            meant = settled(wanted.operations, revision_id=revision.pk, site_id=self.site_id)
            says = {o.seq: o for o in meant}
            differ = sorted(n for n in {*before, *says} if before.get(n) != says.get(n))
            _same(name, found.status, "operation", [str(n) for n in differ])
            controls = ["control plan"] if held != wanted.contents.controls else []
            _same(name, found.status, "its", controls)
            return found
        if process.write_operations(found, self.site_id, wanted.operations, self.entry):
            self.changed.append(f"Operations of plan {found.label}{of} written.")
            held = frozen_tree(revision.pk, found.pk).contents.controls
        if held != wanted.contents.controls:
            write_controls(found, wanted.contents.controls)
            self.changed.append(f"Control plan of plan {found.label}{of} written.")
        if wanted.release_plan:
            process.release(found, revision, self.by, self.at)
            self.changed.append(f"Plan {found.label}{of} released.")
        return found


def _new_plan(
    draft: ProcessPlan | None, revision: PartRevision, wanted: AssemblyDefinition
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
