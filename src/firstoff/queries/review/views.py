"""Reviews for manufacture, failure modes and queries, as the doors show them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any
from uuid import UUID

from firstoff.db.models import (
    Clarification,
    ClarificationAnswer,
    DfmAnswer,
    DfmFinding,
    DfmReview,
    FailureMode,
    ProcessPlan,
)
from firstoff.errors import NotFound
from firstoff.queries.product import program_by_id
from firstoff.rules.access import Actor
from firstoff.rules.review import (
    DfmStand,
    FailureModeFacts,
    FindingFacts,
    Point,
    QueryFacts,
    by_category,
    unanswered,
    unwritten,
)
from firstoff.terms import DfmCategory, FindingSeverity, FindingState


@dataclass(frozen=True, slots=True)
class ReviewView:
    """A review as it was held. ``left``: points of the categories gone through that nobody
    answered; ``unwritten``: those that came out as a finding of which there is none."""

    uid: UUID
    number: int
    title: str
    revision: str
    held_on: date
    people: str
    by: str
    checklist: Mapping[str, str]
    left: tuple[Point, ...]
    unwritten: tuple[Point, ...]
    findings: tuple[FindingFacts, ...]

    @property
    def open(self) -> int:
        return sum(1 for f in self.findings if f.open)


@dataclass(frozen=True, slots=True)
class FindingList:
    """One page of findings, and the counts over all of the program. ``unwritten``: points that
    came out as a finding of which there is none."""

    items: tuple[FindingFacts, ...]
    total: int
    categories: Mapping[DfmCategory, tuple[int, int]]  # all, open
    open: int
    reviews: int
    unwritten: int


@dataclass(frozen=True, slots=True)
class QueryList:
    items: tuple[QueryFacts, ...]
    total: int
    open: int


@dataclass(frozen=True, slots=True)
class Pfmea:
    """The failure modes of a plan."""

    revision: str
    plan: str
    rows: tuple[FailureModeFacts, ...]

    @property
    def open(self) -> tuple[FailureModeFacts, ...]:
        return tuple(r for r in self.rows if r.open)


def reviews(
    actor: Actor, program_id: int, *, offset: int = 0, limit: int = 50
) -> tuple[tuple[ReviewView, ...], int]:
    """Reviews of a program, newest first: one page, and the total. Five queries."""
    program_by_id(actor, program_id)
    rows = DfmReview.objects.filter(program=program_id).select_related("revision", "by")
    page = list(rows.order_by("-number")[offset : offset + limit])
    return tuple(_reviews(page)), rows.count()


def review(actor: Actor, program_id: int, number: int) -> ReviewView:
    """Raises NotFound. Four queries."""
    program_by_id(actor, program_id)
    rows = DfmReview.objects.filter(program=program_id, number=number)
    found = list(rows.select_related("revision", "by"))
    if not found:
        raise NotFound(f"There is no review {number} of this program.")
    return _reviews(found)[0]


def findings(
    actor: Actor,
    program_id: int,
    *,
    category: str = "",
    only_open: bool = False,
    offset: int = 0,
    limit: int = 50,
) -> FindingList:
    """Findings of a program: the open and gravest first. Four queries."""
    program_by_id(actor, program_id)
    stand = dfm_stand(program_id)
    found = [*stand.open, *(f for f in stand.findings if not f.open)]
    if category:
        found = [f for f in found if f.category == category]
    if only_open:
        found = [f for f in found if f.open]
    return FindingList(
        items=tuple(found[offset : offset + limit]),
        total=len(found),
        categories=by_category(stand.findings),
        open=len(stand.open),
        reviews=stand.reviews,
        unwritten=len(stand.unwritten),
    )


def finding(actor: Actor, program_id: int, number: int) -> FindingFacts:
    """Raises NotFound. Four queries."""
    program_by_id(actor, program_id)
    rows = DfmFinding.objects.filter(review__program=program_id, number=number)
    for found in finding_facts(rows):
        return found
    raise NotFound(f"There is no finding {number} of this program.")


def query(actor: Actor, program_id: int, number: int) -> QueryFacts:
    """Raises NotFound. Four queries."""
    program_by_id(actor, program_id)
    for found in query_facts(Clarification.objects.filter(program=program_id, number=number)):
        return found
    raise NotFound(f"There is no query {number} of this program.")


def dfm_stand(program_id: int, revision_id: int | None = None) -> DfmStand:
    """How the reviews of a program stand, without asking who looks. Three queries."""
    held = DfmReview.objects.filter(program=program_id).order_by("number")
    columns = list(held.values_list("revision_id", "number", "checklist"))
    rows = DfmFinding.objects.filter(review__program=program_id).order_by("number")
    found = finding_facts(rows)
    answers = {number: json.loads(checklist) for _, number, checklist in columns}
    return DfmStand(
        len(columns),
        any(revision == revision_id for revision, _, _ in columns),
        found,
        points=sum(map(len, answers.values())),
        unwritten=tuple(
            (number, point)
            for number, said in answers.items()
            for point in unwritten(said, (f for f in found if f.review == number))
        ),
    )


def finding_facts(rows: Iterable[DfmFinding]) -> tuple[FindingFacts, ...]:
    """Findings with their latest answer. Two queries."""
    keys = [row.pk for row in rows]
    held = DfmFinding.objects.filter(pk__in=keys).select_related("review", "owner")
    answers: dict[int, DfmAnswer] = {}
    for answer in DfmAnswer.objects.filter(finding__in=keys).select_related("by").order_by("pk"):
        answers[answer.finding_id] = answer
    return tuple(_finding(row, answers.get(row.pk)) for row in held.order_by("number"))


def failure_modes(actor: Actor, program_id: int, *, revision: str = "", plan: str = "") -> Pfmea:
    """The PFMEA of a plan: the newest of the newest revision, unless said. Raises NotFound.
    Three queries."""
    program = program_by_id(actor, program_id)
    rows = ProcessPlan.objects.filter(revision__part=program.part_id)
    if revision:
        rows = rows.filter(revision__label=revision)
    if plan:
        rows = rows.filter(label=plan)
    found = rows.select_related("revision").order_by("-revision_id", "-pk").first()
    if found is None:
        raise NotFound(f"There is no process plan {plan!r} of revision {revision!r}.")
    return Pfmea(found.revision.label, found.label, failure_modes_of(found.pk))


def failure_modes_of(plan_id: int) -> tuple[FailureModeFacts, ...]:
    rows = FailureMode.objects.filter(plan=plan_id).order_by("position")
    columns = [f.name for f in fields(FailureModeFacts)]
    return tuple(
        FailureModeFacts(
            **{n: getattr(r, n) for n in columns if n not in ("operation", "characteristic")},
            operation=r.operation.seq if r.operation else None,
            characteristic=r.characteristic.number if r.characteristic else "",
        )
        for r in rows.select_related("operation", "characteristic")
    )


def queries(
    actor: Actor, program_id: int, *, only_open: bool = False, offset: int = 0, limit: int = 50
) -> QueryList:
    """Queries of a program: the open first, oldest first. Three queries."""
    program_by_id(actor, program_id)
    found = queries_of(program_id)
    waiting = [q for q in found if q.open]
    shown = waiting if only_open else [*waiting, *(q for q in reversed(found) if not q.open)]
    return QueryList(tuple(shown[offset : offset + limit]), len(shown), len(waiting))


def queries_of(program_id: int) -> tuple[QueryFacts, ...]:
    """All of a program, without asking who looks. Two queries."""
    return query_facts(Clarification.objects.filter(program=program_id))


def query_facts(rows: Iterable[Clarification]) -> tuple[QueryFacts, ...]:
    """Queries with their latest answer, by number. Two queries."""
    keys = [row.pk for row in rows]
    held = Clarification.objects.filter(pk__in=keys).select_related("document", "revision__part")
    last: dict[int, ClarificationAnswer] = {}
    answers = ClarificationAnswer.objects.filter(clarification__in=keys).order_by("pk")
    for answer in answers.select_related("version__document", "revision"):
        last[answer.clarification_id] = answer
    return tuple(_query(row, last.get(row.pk)) for row in held.order_by("number"))


def _query(row: Clarification, answer: ClarificationAnswer | None) -> QueryFacts:
    about = row.about
    if row.document is not None:
        about = row.document.number
    elif row.revision is not None:
        about = f"{row.revision.part.number} revision {row.revision.label}"
    closed = ""
    if answer is not None and answer.version is not None:
        closed = str(answer.version)
    elif answer is not None and answer.revision is not None:
        closed = f"revision {answer.revision.label}"
    return QueryFacts(
        number=row.number,
        question=row.question,
        about=about,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        answer=answer.text if answer else "",
        closed_by=closed,
        closed_at=answer.answered_at if answer and closed else None,
        document=row.document.number if row.document else "",
        uid=str(row.uid),
    )


def _reviews(rows: Sequence[DfmReview]) -> list[ReviewView]:
    keys = [row.pk for row in rows]
    of: dict[int, list[FindingFacts]] = {row.number: [] for row in rows}
    found = list(DfmFinding.objects.filter(review__in=keys).only("pk"))
    for finding in finding_facts(found):
        of[finding.review].append(finding)
    views = []
    for row in rows:
        answers: dict[str, str] = json.loads(row.checklist)
        gone = {DfmCategory(key.partition(".")[0]) for key in answers}
        views.append(
            ReviewView(
                uid=row.uid,
                number=row.number,
                title=row.title,
                revision=row.revision.label,
                held_on=row.held_on,
                people=row.people,
                by=row.by.name,
                checklist=answers,
                left=unanswered(answers, gone),
                unwritten=unwritten(answers, of[row.number]),
                findings=tuple(of[row.number]),
            )
        )
    return views


def _finding(row: DfmFinding, answer: DfmAnswer | None) -> FindingFacts:
    last: Any = {}
    if answer is not None:
        last = {
            "state": FindingState(answer.state),
            "answer": answer.text,
            "answered_by": answer.by.name,
            "answered_at": answer.answered_at,
            "signed": answer.signature_id is not None,
        }
    return FindingFacts(
        number=row.number,
        review=row.review.number,
        category=DfmCategory(row.category),
        severity=FindingSeverity(row.severity),
        text=row.text,
        owner=row.owner.name if row.owner else "",
        due=row.due,
        point=row.point,
        proposal=row.proposal,
        late_cost=row.late_cost,
        uid=str(row.uid),
        **last,
    )
