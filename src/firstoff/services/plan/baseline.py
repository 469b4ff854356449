"""Defect codes, and freezing a definition into a baseline."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from firstoff.db.models import Baseline, DefectCode, PartRevision, ProcessPlan, Program
from firstoff.db.models.ledger import new_uid
from firstoff.errors import InvalidInput, NotFound
from firstoff.queries.plan import definition
from firstoff.rules.access import Actor
from firstoff.rules.plan import CatalogueCode, check_catalogue_code, check_freeze
from firstoff.services import ledger
from firstoff.services.ledger import Entry
from firstoff.services.product import program_for
from firstoff.terms import RevisionStatus


def add_defect_codes(
    *, program_id: int, codes: Sequence[CatalogueCode], by: Actor, at: datetime
) -> tuple[CatalogueCode, ...]:
    """Codes that a reject can be given. One that is there already, word for word, stays (and
    comes back if it was retired); the same code with another meaning is refused."""
    program = program_for(by, program_id, "definition.edit")
    wanted = tuple(check_catalogue_code(c) for c in codes)
    if not wanted:
        raise InvalidInput("No defect code was given.", field="codes")
    with ledger.verb(
        "plan.add_defect_codes", by=by, at=at, subject=f"program {program.code}", program=program
    ) as entry:
        write_defect_codes(program, wanted, entry)
    return wanted


def retire_defect_code(*, program_id: int, code: str, by: Actor, at: datetime) -> DefectCode:
    """Offer it no more. Defects that carry it keep it (R-68)."""
    program = program_for(by, program_id, "definition.edit")
    with ledger.verb(
        "plan.retire_defect_code", by=by, at=at, subject=f"program {program.code}", program=program
    ) as entry:
        found = DefectCode.objects.filter(program=program, code=code).first()
        if found is None:
            raise NotFound(f"There is no defect code {code!r} in {program.code}.")
        found.retired = True
        found.save(update_fields=["retired"])
        entry.details.update(code=code)
    return found


def freeze_baseline(
    *,
    program_id: int,
    by: Actor,
    at: datetime,
    revision: str = "",
    plan: str = "",
    uid: UUID | None = None,
) -> Baseline:
    """Freeze the definition of a released revision and plan: the newest released, unless said.

    The ID is the hash of the content (R-11): freezing the same definition again answers with the
    baseline that is there. Refused R-11 with everything that stops it.
    """
    program = program_for(by, program_id, "baseline.freeze")
    with ledger.verb(
        "plan.freeze_baseline", by=by, at=at, subject=f"program {program.code}", program=program
    ) as entry:
        revisions = PartRevision.objects.filter(part=program.part_id)
        revision = revision or _newest_released(revisions)
        plans = ProcessPlan.objects.filter(revision__part=program.part_id)
        plan = plan or _newest_released(plans.filter(revision__label=revision))
        view = definition(by, program_id, revision=revision, plan=plan, whole=True)
        entry.details.update(revision=revision, plan=plan, digest=view.digest)
        found = Baseline.objects.filter(program=program, digest=view.digest).first()
        if found is not None:
            entry.details.update(again=True)
            return found
        check_freeze(view.stops)
        if view.plan is None:
            raise NotFound(f"Revision {view.revision.label} has no process plan.")
        return entry.add(
            Baseline(
                uid=uid or new_uid(),
                program=program,
                revision_id=view.revision.id,
                plan_id=view.plan.id,
                content=view.content,
                digest=view.digest,
            )
        )


def write_defect_codes(
    program: Program, wanted: Sequence[CatalogueCode], entry: Entry
) -> tuple[str, ...]:
    """Add what is missing, bring back what was retired; answers the codes it touched."""
    rows = {c.code: c for c in DefectCode.objects.filter(program=program)}
    touched: list[str] = []
    for one in wanted:
        row = rows.get(one.code)
        if row is None:
            row = DefectCode(program=program, code=one.code, retired=True)
            row.name, row.category = one.name, one.category
            rows[one.code] = row
        if (row.name, row.category) != (one.name, one.category):
            raise InvalidInput(
                f"Defect code {one.code} is there already: {row.name} ({row.category}). Records "
                "keep what it meant.",
                way_out="Take another code for another defect.",
                field="code",
            )
        if row.retired:
            row.retired = False
            row.save()
            touched.append(one.code)
    entry.details.update(defect_codes=touched)
    return tuple(touched)


def _newest_released(rows: "QuerySet[PartRevision] | QuerySet[ProcessPlan]") -> str:
    """Its label; empty when nothing is released yet."""
    newest = rows.filter(status=RevisionStatus.RELEASED).order_by("-pk")
    return newest.values_list("label", flat=True).first() or ""
