"""Test procedures of a revision, and which test records were made to one."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, Max, Min, Q, QuerySet

from firstoff.db.models import ProcedureRevision, TestProcedure, TestRecord
from firstoff.errors import NotFound
from firstoff.formats.testdata.packing import read_procedure
from firstoff.queries.product import (
    ProgramView,
    RevisionView,
    part_revisions,
    program_by_id,
)
from firstoff.rules.access import Actor
from firstoff.rules.ledger import decimal_text
from firstoff.rules.plan import (
    FrozenProcedure,
    FrozenTestStep,
    MeasuredLimit,
    made_to,
    procedure_gaps,
    procedure_release_stops,
)
from firstoff.terms import RevisionStatus


@dataclass(frozen=True, slots=True)
class ProcedureView:
    """A test procedure. ``stops``: why it cannot be released, while it is a draft."""

    id: int
    facts: FrozenProcedure
    status: RevisionStatus
    released_at: datetime | None
    released_by: str

    @property
    def draft(self) -> bool:
        return self.status is RevisionStatus.DRAFT

    @property
    def gaps(self) -> tuple[str, ...]:
        return procedure_gaps(self.facts)

    @property
    def stops(self) -> tuple[str, ...]:
        return procedure_release_stops(self.facts) if self.draft else ()


@dataclass(frozen=True, slots=True)
class ProcedureList:
    """The test procedures of one revision, the newest of each code first."""

    program: ProgramView
    revisions: tuple[RevisionView, ...]
    revision: RevisionView
    procedures: tuple[ProcedureView, ...]


@dataclass(frozen=True, slots=True)
class MadeView:
    """Test records with the name and the limits of a procedure. ``digest``: that of what they
    measured, frozen with the first of them."""

    name: str
    digest: str
    records: int
    units: int
    first_at: datetime
    last_at: datetime


def procedures(actor: Actor, program_id: int, *, revision: str = "") -> ProcedureList:
    """Of a revision, the newest unless said. Raises NotFound. Five queries."""
    program = program_by_id(actor, program_id)
    there = part_revisions(program.part_id)
    chosen = next((r for r in there if r.label == revision), None) if revision else there[0]
    if chosen is None:
        raise NotFound(f"There is no revision {revision!r}.")
    rows = TestProcedure.objects.filter(revision=chosen.id).order_by("code", "-pk")
    return ProcedureList(program, there, chosen, _views(rows))


def procedure(
    actor: Actor, program_id: int, *, code: str, revision: str = "", label: str = ""
) -> tuple[ProcedureList, ProcedureView]:
    """One of them, its newest label unless said, with the others. Raises NotFound."""
    found = procedures(actor, program_id, revision=revision)
    same = [p for p in found.procedures if p.facts.code == code]
    for one in same:
        if label in ("", one.facts.label):
            return found, one
    raise NotFound(f"Revision {found.revision.label} has no test procedure {code!r} {label!r}.")


def records_made_to(found: FrozenProcedure, part_id: int) -> tuple[MadeView, ...]:
    """Test records of the part with the name and the limits of the procedure. Two queries."""
    named = Q(name__iexact=found.code) | Q(name__iexact=found.name)
    matching = {
        row.pk: row
        for row in ProcedureRevision.objects.filter(named).order_by("pk")
        if made_to(found, row.name, _measured(row.definition))
    }
    counted = (
        TestRecord.objects.filter(procedure__in=matching.keys(), unit__part=part_id)
        .order_by()
        .values_list("procedure")
        .annotate(Count("pk"), Count("unit", distinct=True), Min("ended_at"), Max("ended_at"))
    )
    return tuple(
        MadeView(matching[key].name, matching[key].digest, *figures)
        for key, *figures in sorted(counted)
    )


def _measured(definition: str) -> list[MeasuredLimit]:
    lines = read_procedure(definition).lines
    return [MeasuredLimit(line.name, line.lower, line.upper) for line in lines]


def _views(rows: QuerySet[TestProcedure]) -> tuple[ProcedureView, ...]:
    return tuple(
        ProcedureView(
            row.pk,
            procedure_facts(row),
            RevisionStatus(row.status),
            row.released_at,
            row.released_by.name if row.released_by else "",
        )
        for row in rows.select_related("released_by").prefetch_related("steps__characteristic")
    )


def procedure_facts(row: TestProcedure) -> FrozenProcedure:
    """A row as the rules know it."""
    return FrozenProcedure(
        code=row.code,
        name=row.name,
        label=row.label,
        purpose=row.purpose,
        equipment=row.equipment,
        pass_criteria=row.pass_criteria,
        steps=tuple(
            FrozenTestStep(
                name=s.name,
                instruction=s.instruction,
                unit=s.unit,
                lower=_plain(s.lower),
                upper=_plain(s.upper),
                decimals=s.decimals,
                expected=s.expected,
                characteristic=s.characteristic.number if s.characteristic else "",
            )
            for s in sorted(row.steps.all(), key=lambda s: s.position)
        ),
    )


def _plain(value: Decimal | None) -> Decimal | None:
    return None if value is None else Decimal(decimal_text(value))
