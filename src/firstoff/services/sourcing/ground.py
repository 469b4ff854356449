"""What the verbs of sourcing begin with: parts, sources, papers by their names; being
repeatable."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from firstoff.db.models import (
    DocumentVersion,
    ManufacturerPart,
    Part,
    Program,
    Record,
    Supplier,
)
from firstoff.errors import InvalidInput, NotFound
from firstoff.rules.access import Actor, require
from firstoff.rules.documents import visible_at
from firstoff.rules.product import check_line, check_name
from firstoff.services import ledger
from firstoff.services.ledger import Entry

R = TypeVar("R", bound=Record)
LONGEST_NAME = 200


@contextmanager
def verb(name: str, subject: str, *, by: Actor, at: datetime, **more: Any) -> Iterator[Entry]:
    with ledger.verb(
        f"sourcing.{name}", by=by, at=at, subject=subject[:300], program=more.get("program")
    ) as entry:
        yield entry


def with_uid(record: R, uid: UUID | None) -> R:
    if uid is not None:
        record.uid = uid
    return record


def part_of(site_id: int, number: str) -> Part:
    """A part by its number, exactly. Raises NotFound."""
    found = Part.objects.filter(site=site_id, number=number.strip()).first()
    if found is None:
        raise NotFound(
            f"There is no part {number[:120]!r} here.",
            way_out="Look at its number; capital and small letters are not the same.",
            field="part",
        )
    return found


def source_of(part: Part, manufacturer: str, mpn: str) -> ManufacturerPart:
    """What a manufacturer calls a part; without the manufacturer where only one has the MPN.
    Raises NotFound, InvalidInput."""
    rows = ManufacturerPart.objects.filter(part=part, mpn=mpn.strip())
    if manufacturer.strip():
        rows = rows.filter(manufacturer=manufacturer.strip())
    found = list(rows.order_by("pk")[:2])
    if len(found) == 1:
        found[0].part = part
        return found[0]
    named = f"{manufacturer} {mpn}".strip()
    if not found:
        raise NotFound(
            f"Part {part.number} has no source {named[:200]!r}.",
            way_out="Add the manufacturer part first.",
            field="mpn",
        )
    raise InvalidInput(
        f"Part {part.number} has the MPN {mpn[:200]!r} of several manufacturers.",
        way_out="Name the manufacturer as well.",
        field="manufacturer",
    )


def supplier_of(site_id: int, name: str, *, new: bool = False) -> Supplier:
    """A supplier by its name, however it is capitalised; ``new``: taken on where nobody knows it.
    Raises NotFound."""
    said = check_name(name, "supplier", longest=LONGEST_NAME, field="supplier")
    found = Supplier.objects.filter(site=site_id, name=said).first()
    found = found or Supplier.objects.filter(site=site_id, name__iexact=said).first()
    if found is not None:
        return found
    if not new:
        raise NotFound(f"There is no supplier {said!r} here.", field="supplier")
    return Supplier.objects.create(site_id=site_id, name=said)


def version_of(by: Actor, site_id: int, document: str, label: str = "") -> DocumentVersion | None:
    """A version of a document as evidence: the newest unless said. Raises NotFound, also for a
    document that ``by`` may not see."""
    if not document.strip():
        return None
    rows = DocumentVersion.objects.filter(
        document__site=site_id,
        document__number=document.strip(),
        document__visibility__in=visible_at(by, site_id),
    )
    if label.strip():
        rows = rows.filter(label=label.strip())
    found = rows.select_related("document").order_by("-pk").first()
    if found is None:
        version = f" version {label}" if label.strip() else ""
        raise NotFound(
            f"There is no document {document[:120]!r}{version} here, or not for you.",
            way_out="Upload it first, or name the evidence in words.",
            field="document",
        )
    return found


def program_for(by: Actor, program_id: int, permission: str) -> Program:
    """The program, if the actor may do this to it. Raises NotFound, NotAllowed."""
    found = Program.objects.filter(pk=program_id, site__in=by.site_ids).first()
    if found is None:
        raise NotFound("There is no such program, or not for you.")
    require(by, permission, found.site_id)
    return found


def short(text: str, what: str, *, longest: int, field: str = "") -> str:
    return check_line(text.strip(), what, longest=longest, field=field or what)
