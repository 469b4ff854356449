"""Test procedures of a revision: drafted, changed, released, copied."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from firstoff.db.erasing import erase
from firstoff.db.models import Characteristic, PartRevision, Program, TestProcedure, TestStep
from firstoff.errors import InvalidInput, NotFound, Refused
from firstoff.queries.plan.procedures import procedure_facts
from firstoff.rules.access import Actor
from firstoff.rules.plan import (
    FrozenProcedure,
    FrozenTestStep,
    ProcedureSeen,
    check_procedure,
    procedure_release_stops,
)
from firstoff.rules.product import (
    check_editable,
    check_label,
    check_releasable,
    check_unmoved,
    next_label,
)
from firstoff.services import ledger
from firstoff.services.ledger import Entry
from firstoff.services.product import copy_procedure, program_for, revision_of
from firstoff.terms import RevisionStatus

_HEAD = ("name", "purpose", "equipment", "pass_criteria")
_STEP = ("name", "instruction", "unit", "lower", "upper", "decimals", "expected")


def create_procedure(
    *, program_id: int, revision: str, procedure: FrozenProcedure, by: Actor, at: datetime
) -> TestProcedure:
    """A new draft of a code that the revision does not have yet."""
    program = program_for(by, program_id, "definition.edit")
    wanted = check_procedure(procedure)
    with _verb("plan.create_procedure", by, at, program) as entry:
        owner = revision_of(program, revision)
        if TestProcedure.objects.filter(revision=owner, code__iexact=wanted.code).exists():
            raise InvalidInput(
                f"There is a test procedure {wanted.code!r} of revision {owner.label} already.",
                field="code",
            )
        made = TestProcedure(revision=owner, code=wanted.code, label=wanted.label)
        _write(made, wanted)
        entry.details.update(revision=owner.label, procedure=wanted.code, label=wanted.label)
    return made


def next_procedure(
    *, program_id: int, revision: str, code: str, by: Actor, at: datetime, label: str = ""
) -> TestProcedure:
    """The next draft of a released procedure, with all its steps."""
    program = program_for(by, program_id, "definition.edit")
    with _verb("plan.next_procedure", by, at, program) as entry:
        owner = revision_of(program, revision)
        there = list(TestProcedure.objects.filter(revision=owner, code=code).order_by("-pk"))
        if not there:
            raise NotFound(f"Revision {owner.label} has no test procedure {code!r}.")
        if there[0].status == RevisionStatus.DRAFT:
            raise Refused(
                f"{code} {there[0].label} is still a draft.",
                code="R-10",
                way_out="Change it, or release it first.",
            )
        label = check_label(label.strip() or next_label(there[0].label), "procedure")
        if any(p.label.casefold() == label.casefold() for p in there):
            raise InvalidInput(f"There is a {code} {label!r} already.", field="label")
        made = copy_procedure(there[0], owner, label)
        entry.details.update(revision=owner.label, procedure=code, label=label)
        entry.details.update(copied_from=there[0].label)
    return made


def set_procedure(
    *,
    program_id: int,
    revision: str,
    procedure: FrozenProcedure,
    by: Actor,
    at: datetime,
    seen: str = "",
) -> FrozenProcedure:
    """All of a draft at once, found by its code and label.

    seen: ``state_of`` what the person saw; raises StaleState when somebody changed it since.
    """
    program = program_for(by, program_id, "definition.edit")
    wanted = check_procedure(procedure)
    with _verb("plan.set_procedure", by, at, program) as entry:
        found = procedure_of(revision_of(program, revision), wanted.code, wanted.label)
        check_editable(found.status, f"Test procedure {found.code} {found.label}")
        before = procedure_facts(found)
        check_unmoved(seen, [ProcedureSeen(before)], "test procedure")
        _write(found, wanted)
        entry.details.update(revision=revision, procedure=wanted.code, label=wanted.label)
        entry.details.update(changes=_moved(before, wanted))
    return wanted


def discard_procedure(
    *, program_id: int, revision: str, code: str, label: str, by: Actor, at: datetime
) -> None:
    """Give up a draft nobody has used."""
    program = program_for(by, program_id, "definition.edit")
    with _verb("plan.discard_procedure", by, at, program) as entry:
        found = procedure_of(revision_of(program, revision), code, label)
        name = f"Test procedure {found.code} {found.label}"
        check_editable(found.status, name)
        erase(TestProcedure.objects.filter(pk=found.pk), name)
        entry.details.update(revision=revision, procedure=code, label=label)


def release_procedure(
    *, program_id: int, revision: str, code: str, label: str, by: Actor, at: datetime
) -> TestProcedure:
    """Make a draft immutable. The one of its code released before it is superseded."""
    program = program_for(by, program_id, "definition.edit")
    with _verb("plan.release_procedure", by, at, program) as entry:
        found = procedure_of(revision_of(program, revision), code, label)
        stops = procedure_release_stops(procedure_facts(found))
        check_releasable(found.status, f"Test procedure {found.code} {found.label}", stops)
        TestProcedure.objects.filter(
            revision=found.revision_id, code=code, status=RevisionStatus.RELEASED
        ).update(status=RevisionStatus.SUPERSEDED)
        found.status = RevisionStatus.RELEASED
        found.released_at = at
        found.released_by_id = by.person_id
        found.save()
        entry.details.update(revision=revision, procedure=code, label=label)
    return found


def procedure_of(revision: PartRevision, code: str, label: str) -> TestProcedure:
    """Raises NotFound."""
    found = TestProcedure.objects.filter(revision=revision, code=code, label=label).first()
    if found is None:
        raise NotFound(f"Revision {revision.label} has no test procedure {code!r} {label!r}.")
    return found


def _write(row: TestProcedure, wanted: FrozenProcedure) -> None:
    known = _characteristics(row.revision_id, wanted.steps)
    for field in _HEAD:
        setattr(row, field, getattr(wanted, field))
    row.save()
    TestStep.objects.filter(procedure=row).delete()
    TestStep.objects.bulk_create(
        [
            TestStep(
                procedure=row,
                position=place,
                characteristic=known.get(step.characteristic),
                **{field: getattr(step, field) for field in _STEP},
            )
            for place, step in enumerate(wanted.steps, start=1)
        ]
    )


def _characteristics(
    revision_id: int, steps: Sequence[FrozenTestStep]
) -> dict[str, Characteristic]:
    numbers = {s.characteristic for s in steps} - {""}
    rows = Characteristic.objects.filter(revision=revision_id, number__in=numbers)
    found = {c.number: c for c in rows}
    for place, step in enumerate(steps, start=1):
        if step.characteristic and step.characteristic not in found:
            raise InvalidInput(
                f"Step {place}, {step.name}, measures characteristic {step.characteristic}, which "
                "the revision does not have.",
                field="characteristic",
                step=place,
            )
    return found


def _moved(before: FrozenProcedure, after: FrozenProcedure) -> dict[str, list[Any]]:
    names = (*_HEAD, "steps")
    pairs = ((name, getattr(before, name), getattr(after, name)) for name in names)
    return {name: [old, new] for name, old, new in pairs if old != new}


def _verb(name: str, by: Actor, at: datetime, program: Program) -> AbstractContextManager[Entry]:
    return ledger.verb(name, by=by, at=at, subject=f"program {program.code}", program=program)
