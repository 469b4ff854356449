"""Telling customers, and closing a containment by signature with the numbers (R-62)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from firstoff.db.models import (
    ContainedUnit,
    Containment,
    ContainmentClosure,
    Customer,
    CustomerNotice,
)
from firstoff.errors import InvalidInput
from firstoff.queries.trace.contained import Filter, export
from firstoff.queries.trace.containments import ContainmentView, containment_of, progress
from firstoff.rules.access import Actor
from firstoff.rules.execution import check_recorded_time
from firstoff.rules.ledger import canonical
from firstoff.rules.product import check_line, check_prose
from firstoff.rules.trace.containment import Numbers, closing_meaning, closing_refusal, label
from firstoff.services import access
from firstoff.services.execution.ground import answer_stored
from firstoff.services.repeating import AlreadyStored
from firstoff.services.trace.ground import containment_for, named, verb
from firstoff.services.trace.opening import check_open
from firstoff.terms import ContainmentOutcome


@dataclass(frozen=True, slots=True)
class Noticed:
    """A customer who was told."""

    id: int
    uid: UUID
    customer: str
    units: int
    again: bool = False


@dataclass(frozen=True, slots=True)
class Closed:
    id: int
    uid: UUID
    label: str
    digest: str  # of what was signed
    numbers: Numbers | None  # None where it was closed by this ID before
    again: bool = False


def tell_customer(
    *,
    containment_id: int,
    customer: str,
    by: Actor,
    at: datetime,
    sent_at: datetime | None = None,
    reference: str = "",
    uid: UUID | None = None,
) -> Noticed:
    """Record that a customer was told about their units, when, and under which reference."""
    containment = containment_for(by, containment_id, "containment.open")
    said = check_line(reference, "reference", field="reference")
    when = at if sent_at is None else check_recorded_time(sent_at, received=at, what="sent_at")
    to = _customer(containment, customer)
    try:
        with verb("tell_customer", containment, by=by, at=at, about=to.name) as entry:
            answer_stored(
                CustomerNotice,
                uid,
                None,
                containment_id=containment.pk,
                customer_id=to.pk,
                reference=said,
            )
            check_open(containment.pk)
            units = ContainedUnit.objects.filter(containment=containment.pk, customer=to).count()
            if not units:
                raise InvalidInput(
                    f"No unit of {label(containment.number)} was shipped to {to.name}.",
                    field="customer",
                )
            row = CustomerNotice(
                containment=containment, customer=to, sent_at=when, reference=said
            )
            if uid is not None:
                row.uid = uid
            entry.add(row)
            entry.details.update(customer=to.name, units=units, reference=said)
    except AlreadyStored as known:
        units = ContainedUnit.objects.filter(containment=containment.pk, customer=to).count()
        return Noticed(known.record.pk, known.record.uid, to.name, units, again=True)
    return Noticed(row.pk, row.uid, to.name, units)


def _customer(containment: Containment, name: str) -> Customer:
    text = name.strip()
    found = Customer.objects.filter(site=containment.site_id, name=text).first()
    if found is None:
        raise InvalidInput(f"There is no customer {text[:60]!r} at this site.", field="customer")
    return found


def close_containment(
    *,
    containment_id: int,
    password: str,
    by: Actor,
    at: datetime,
    note: str = "",
    uid: UUID | None = None,
) -> Closed:
    """Close a containment by signature, with its numbers as they are then.

    Raises Refused (R-62) while a unit is open. A unit that was replaced or could not be reached
    stays held: should it turn up, it is refused and can be worked off still.
    """
    containment = containment_for(by, containment_id, "containment.close")
    said = check_prose(note, "note", field="note")
    confirmed = access.confirm(by, password, at)
    try:
        with verb("close_containment", containment, by=by, at=at) as entry:
            answer_stored(ContainmentClosure, uid, None, containment_id=containment.pk, note=said)
            check_open(containment.pk)
            view = containment_of(by, containment.pk)
            found = progress(view).numbers
            refused = closing_refusal(found, name=view.label)
            if refused is not None:
                raise refused
            content = closing_content(view, said)
            signature = access.sign(
                entry,
                confirmed,
                meaning=closing_meaning(view.label, view.title, found),
                subject=named(containment),
                permission="containment.close",
                site_id=containment.site_id,
                content=content,
            )
            row = ContainmentClosure(
                containment=containment,
                numbers=canonical(content["numbers"]),
                note=said,
                signature=signature,
                closed_at=at,
            )
            if uid is not None:
                row.uid = uid
            entry.add(row)
            entry.details.update(found.plain())
    except AlreadyStored as known:
        row = known.of(ContainmentClosure)
        digest = row.signature.content_digest
        return Closed(row.pk, row.uid, label(containment.number), digest, None, again=True)
    return Closed(row.pk, row.uid, label(containment.number), signature.content_digest, found)


def closing_content(view: ContainmentView, note: str) -> dict[str, Any]:
    """What is signed: the question, the numbers, and by name who could not be reached."""
    found = progress(view)
    lost = Filter(outcome=ContainmentOutcome.UNREACHABLE)
    unreachable = (
        [
            {"part": row.part, "serial": row.serial, "customer": row.customer}
            for row in export(view, sift=lost)
        ]
        if found.numbers.unreachable
        else []
    )
    return {
        "containment": str(view.uid),
        "title": view.title,
        "reason": view.reason,
        "question": view.question_text,
        "opened_at": view.opened_at,
        "note": note,
        "numbers": {
            **found.numbers.plain(),
            "places": [
                {
                    "place": row.place,
                    "units": row.units,
                    "worked_off": row.worked_off,
                    "good": row.good,
                    "faulty": row.faulty,
                }
                for row in found.places
            ],
            "customers": [
                {
                    "customer": row.name,
                    "units": row.units,
                    "back": row.back,
                    "told_at": row.told_at,
                    "reference": row.reference,
                }
                for row in found.customers
            ],
            "unreachable": unreachable,
        },
    }
