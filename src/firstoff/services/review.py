"""Reviews for manufacture, failure modes of a plan, and queries from the maker, as verbs."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Max

from firstoff.db.models import (
    Characteristic,
    Clarification,
    ClarificationAnswer,
    DfmAnswer,
    DfmFinding,
    DfmReview,
    Document,
    DocumentVersion,
    FailureMode,
    Operation,
    PartRevision,
    Person,
    ProcessPlan,
    Program,
)
from firstoff.db.models.ledger import new_uid
from firstoff.errors import InvalidInput, NotFound
from firstoff.queries.review import PFMEA_HEAD, failure_modes_of, finding_facts, query_facts
from firstoff.rules.access import Actor
from firstoff.rules.documents import visible_at
from firstoff.rules.ledger import canonical
from firstoff.rules.plan.controls import check_header
from firstoff.rules.product import check_name, check_prose, check_unmoved
from firstoff.rules.review import (
    FailureModeFacts,
    FindingFacts,
    QueryFacts,
    check_answer,
    check_checklist,
    check_closing,
    check_failure_mode,
    check_finding,
    check_query,
)
from firstoff.rules.review.pfmea import HEADER
from firstoff.services import access, ledger
from firstoff.services.access import Confirmed
from firstoff.services.ledger import Entry
from firstoff.services.plan.controls import carry_head, copied_plans, write_head
from firstoff.services.product import program_for, revision_of
from firstoff.terms import FindingState


@dataclass(frozen=True, slots=True)
class NewFinding:
    """A finding as it is entered. ``owner``: a user name; ``characteristic``: its number."""

    category: str
    severity: str
    text: str
    point: str = ""
    proposal: str = ""
    late_cost: str = ""
    owner: str = ""
    due: date | None = None
    characteristic: str = ""
    document: str = ""  # number; its newest version is meant
    uid: UUID | None = field(default=None, compare=False)


def hold_review(
    *,
    program_id: int,
    revision: str,
    title: str,
    held_on: date,
    by: Actor,
    at: datetime,
    people: str = "",
    checklist: Mapping[str, str] | None = None,
    findings: Sequence[NewFinding] = (),
    uid: UUID | None = None,
) -> int:
    """Record a review of a revision with its findings (R-17); answers its number."""
    program = program_for(by, program_id, "definition.edit")
    answers = check_checklist(checklist or {})
    name = check_name(title, "title", field="title")
    if held_on > at.date():
        raise InvalidInput(f"The review was held on {held_on}, which is to come.", field="held_on")
    with _verb("review.hold_review", by, at, program) as entry:
        if (stored := _stored(DfmReview, uid)) is not None:
            return int(stored.number)
        found = revision_of(program, revision)
        review = entry.add(
            DfmReview(
                uid=uid or new_uid(),
                program=program,
                revision=found,
                number=_next(DfmReview, program),
                title=name,
                held_on=held_on,
                people=check_prose(people, "people", field="people"),
                checklist=canonical(answers),
            )
        )
        _add_findings(review, findings, entry)
        entry.details.update(revision=found.label, review=review.number, findings=len(findings))
    return int(review.number)


def add_findings(
    *,
    program_id: int,
    review: int,
    findings: Sequence[NewFinding],
    by: Actor,
    at: datetime,
) -> tuple[int, ...]:
    """Findings that came up after the review was recorded; answers their numbers."""
    program = program_for(by, program_id, "definition.edit")
    if not findings:
        raise InvalidInput("No finding was given.", field="findings")
    with _verb("review.add_findings", by, at, program) as entry:
        held = DfmReview.objects.filter(program=program, number=review).first()
        if held is None:
            raise NotFound(f"{program.code} has no review {review}.")
        made = _add_findings(held, findings, entry)
        entry.details.update(review=review, findings=[f.number for f in made])
    return tuple(f.number for f in made)


def answer_finding(
    *,
    program_id: int,
    finding: int,
    state: FindingState,
    text: str,
    by: Actor,
    at: datetime,
    confirmed: Confirmed | None = None,
) -> FindingFacts:
    """Resolve a finding, reject it, open it again, or accept it as it is by signature (R-17)."""
    permission = "finding.accept" if state is FindingState.ACCEPTED else "definition.edit"
    program = program_for(by, program_id, permission)
    with _verb("review.answer_finding", by, at, program) as entry:
        row = DfmFinding.objects.filter(review__program=program, number=finding).first()
        if row is None:
            raise NotFound(f"{program.code} has no finding {finding}.")
        facts = finding_facts([row])[0]
        said = check_answer(facts, state, text, signed=confirmed is not None)
        signature = None
        if state is FindingState.ACCEPTED and confirmed is not None:
            signature = access.sign(
                entry,
                confirmed,
                meaning=f"accepts {facts.label} as it is",
                subject=f"{program.code} {facts.label}",
                permission=permission,
                site_id=program.site_id,
                content={"finding": str(row.uid), "text": facts.text, "answer": said},
            )
        entry.add(
            DfmAnswer(
                uid=new_uid(),
                finding=row,
                state=state,
                text=said,
                answered_at=at,
                signature=signature,
            )
        )
        entry.details.update(finding=facts.number, state=state.value)
        return finding_facts([row])[0]


def set_failure_modes(
    *,
    program_id: int,
    revision: str,
    plan: str,
    rows: Sequence[FailureModeFacts],
    by: Actor,
    at: datetime,
    seen: str = "",
) -> tuple[FailureModeFacts, ...]:
    """All rows of a plan's PFMEA at once. It lives on after the release: risk is found later too;
    the ledger keeps what it said.

    seen: ``state_of`` what the person saw; raises StaleState when somebody changed it since.
    """
    program = program_for(by, program_id, "definition.edit")
    wanted = []
    for place, row in enumerate(rows):
        try:
            wanted.append(check_failure_mode(row))
        except InvalidInput as error:
            raise InvalidInput(
                f"Row {place + 1}: {error.message}",
                **{**error.details, "row": place},
            ) from error
    with _verb("review.set_failure_modes", by, at, program) as entry:
        found = _plan(program, revision, plan)
        held = failure_modes_of(found.pk)
        check_unmoved(seen, held, "failure modes")
        FailureMode.objects.filter(plan=found).delete()
        operations = dict(Operation.objects.filter(plan=found).values_list("seq", "pk"))
        numbers = dict(
            Characteristic.objects.filter(revision=found.revision_id).values_list("number", "pk")
        )
        FailureMode.objects.bulk_create(
            FailureMode(
                plan=found,
                position=place,
                operation_id=_one_of(operations, row.operation, "operation", place),
                characteristic_id=_one_of(
                    numbers, row.characteristic or None, "characteristic", place
                ),
                **{n: getattr(row, n) for n in _PFMEA_COLUMNS},
            )
            for place, row in enumerate(wanted, 1)
        )
        entry.details.update(
            revision=revision, plan=found.label, before=canonical(_said(held)), rows=len(wanted)
        )
    return tuple(wanted)


def set_pfmea_head(
    *,
    program_id: int,
    revision: str,
    plan: str,
    said: Mapping[str, str],
    by: Actor,
    at: datetime,
) -> dict[str, str]:
    """What stands in the head of the PFMEA's form."""
    program = program_for(by, program_id, "definition.edit")
    with _verb("review.set_pfmea_head", by, at, program) as entry:
        found = _plan(program, revision, plan)
        return write_head(found, PFMEA_HEAD, check_header(said, HEADER), entry)


def follow(entry: Entry) -> None:
    """After every verb: a plan that was made as a copy gets the PFMEA of its source. What was
    found to fail does not fail less because the plan has a new label."""
    source, target = copied_plans(entry)
    if source is None or target is None:
        return
    operations = dict(Operation.objects.filter(plan=target).values_list("seq", "pk"))
    numbers = dict(
        Characteristic.objects.filter(revision=target.revision_id).values_list("number", "pk")
    )
    FailureMode.objects.bulk_create(
        FailureMode(
            plan=target,
            position=place,
            operation_id=operations.get(row.operation or 0),
            characteristic_id=numbers.get(row.characteristic),
            **{n: getattr(row, n) for n in _PFMEA_COLUMNS},
        )
        for place, row in enumerate(failure_modes_of(source.pk), 1)
    )
    carry_head(source, target, PFMEA_HEAD)


def ask(
    *,
    program_id: int,
    question: str,
    asked_by: str,
    by: Actor,
    at: datetime,
    asked_at: datetime | None = None,
    document: str = "",
    revision: str = "",
    about: str = "",
    uid: UUID | None = None,
) -> QueryFacts:
    """Log a query from the maker against what should have answered it (R-16)."""
    program = program_for(by, program_id, "query.log")
    said, who, thing = check_query(
        question, asked_by, document=document, revision=revision, about=about
    )
    when = asked_at or at
    if when > at:
        raise InvalidInput("The query was asked in time to come.", field="asked_at")
    with _verb("review.ask", by, at, program) as entry:
        row = _stored(Clarification, uid)
        if row is None:
            row = entry.add(
                Clarification(
                    uid=uid or new_uid(),
                    program=program,
                    number=_next(Clarification, program),
                    question=said,
                    asked_by=who or by.name,
                    asked_at=when,
                    document=_document(by, program, document) if document else None,
                    revision=revision_of(program, revision) if revision else None,
                    about=thing,
                )
            )
        entry.details.update(query=row.number)
        return query_facts([row])[0]


def answer_query(
    *,
    program_id: int,
    query: int,
    text: str,
    by: Actor,
    at: datetime,
    version: str = "",
    document: str = "",
    revision: str = "",
) -> QueryFacts:
    """Answer a query. It is closed only where a version of the document, or a revision, that came
    after it is named as what says it now (R-16).

    version: label of a version of ``document``, which is the one it was about unless said.
    """
    program = program_for(by, program_id, "definition.edit")
    with _verb("review.answer_query", by, at, program) as entry:
        row = Clarification.objects.filter(program=program, number=query).first()
        if row is None:
            raise NotFound(f"{program.code} has no query {query}.")
        facts = query_facts([row])[0]
        says: DocumentVersion | None = None
        released: PartRevision | None = None
        later: bool | None = None
        name = ""
        if version:
            says = _version(by, program, document or facts.document, version)
            later = says.received_at > row.asked_at and row.document_id in (None, says.document_id)
            name = str(says)
        elif revision:
            released = revision_of(program, revision)
            when = released.released_at
            later = row.document_id is None and when is not None and when > row.asked_at
            name = f"revision {released.label}"
        said = check_closing(facts, version_is_later=later, says=name, text=text)
        entry.add(
            ClarificationAnswer(
                uid=new_uid(),
                clarification=row,
                text=said,
                version=says,
                revision=released,
                answered_at=at,
            )
        )
        entry.details.update(query=facts.number, closed_by=name)
        return query_facts([row])[0]


_PFMEA_COLUMNS = tuple(
    f.name for f in fields(FailureModeFacts) if f.name not in ("operation", "characteristic")
)


def _said(rows: Sequence[FailureModeFacts]) -> list[dict[str, Any]]:
    return [{f.name: getattr(r, f.name) for f in fields(r) if getattr(r, f.name)} for r in rows]


def _add_findings(
    review: DfmReview, findings: Sequence[NewFinding], entry: Entry
) -> Sequence[DfmFinding]:
    program = review.program
    number = DfmFinding.objects.filter(review__program=program).aggregate(n=Max("number"))["n"]
    made = []
    for place, one in enumerate(findings):
        try:
            made.append(_finding(review, one, (number or 0) + place + 1))
        except InvalidInput as error:
            raise InvalidInput(
                f"Finding {place + 1}: {error.message}",
                way_out=error.way_out,
                **{**error.details, "row": place},
            ) from error
    return entry.add_all(made)


def _finding(review: DfmReview, one: NewFinding, number: int) -> DfmFinding:
    category, severity, text = check_finding(
        category=one.category, severity=one.severity, text=one.text, point=one.point
    )
    site = review.program.site_id
    owner = None
    if one.owner:
        owner = Person.objects.filter(username=one.owner, grants__site=site).first()
        if owner is None:
            raise InvalidInput(f"Nobody here is called {one.owner!r}.", field="owner")
    of = None
    if one.characteristic:
        rows = Characteristic.objects.filter(revision=review.revision_id)
        of = rows.filter(number=one.characteristic).first()
        if of is None:
            raise InvalidInput(
                f"The revision has no characteristic {one.characteristic!r}.",
                field="characteristic",
            )
    version = None
    if one.document:
        versions = DocumentVersion.objects.filter(
            document__site=site, document__number=one.document
        )
        version = versions.order_by("-pk").first()
        if version is None:
            raise InvalidInput(f"There is no document {one.document!r}.", field="document")
    return DfmFinding(
        uid=one.uid or new_uid(),
        review=review,
        number=number,
        category=category,
        point=one.point,
        severity=severity,
        text=text,
        proposal=check_prose(one.proposal, "proposal", field="proposal"),
        late_cost=check_prose(one.late_cost, "cost of a late change", field="late_cost"),
        owner=owner,
        due=one.due,
        characteristic=of,
        version=version,
    )


def _next(model: type[DfmReview] | type[Clarification], program: Program) -> int:
    newest = model.objects.filter(program=program).aggregate(n=Max("number"))["n"]
    return (newest or 0) + 1


def _stored(model: Any, uid: UUID | None) -> Any:
    """The record of this ID, where it was recorded before (R-36)."""
    return model.objects.filter(uid=uid).first() if uid else None


def _one_of(there: Mapping[Any, int], key: Any, what: str, place: int) -> int | None:
    if key is None:
        return None
    if key not in there:
        raise InvalidInput(
            f"Row {place}: the plan has no {what} {key}.", field=what, row=place - 1
        )
    return there[key]


def _plan(program: Program, revision: str, label: str) -> ProcessPlan:
    rows = ProcessPlan.objects.filter(revision=revision_of(program, revision))
    found = (rows.filter(label=label) if label else rows.order_by("-pk")).first()
    if found is None:
        raise NotFound(f"Revision {revision} has no process plan {label!r}.")
    return found


def _document(by: Actor, program: Program, number: str) -> Document:
    """Raises InvalidInput, for one that is not theirs to see as for one that is not there."""
    seen = visible_at(by, program.site_id)
    rows = Document.objects.filter(site=program.site_id, visibility__in=seen)
    found = rows.filter(number=number).first()
    if found is None:
        raise InvalidInput(f"There is no document {number!r}.", field="document")
    return found


def _version(by: Actor, program: Program, number: str, label: str) -> DocumentVersion:
    if not number:
        raise InvalidInput("A version is of a document; none is named.", field="document")
    found = DocumentVersion.objects.filter(document=_document(by, program, number), label=label)
    row = found.select_related("document").first()
    if row is None:
        raise InvalidInput(f"Document {number} has no version {label!r}.", field="version")
    return row


def _verb(name: str, by: Actor, at: datetime, program: Program) -> AbstractContextManager[Entry]:
    return ledger.verb(name, by=by, at=at, subject=f"program {program.code}", program=program)
