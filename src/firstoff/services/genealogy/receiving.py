"""Lots that come in through a door: their certificates kept, a list of them looked at first."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from django.conf import settings
from django.db import transaction

from firstoff.db.models import Lot, Site
from firstoff.errors import InvalidInput, NotFound, Refused
from firstoff.formats import store
from firstoff.formats.receipts import ReceiptRow, Receipts
from firstoff.formats.sources import CONTENT_WORDS, content_of
from firstoff.formats.testdata.assembling import made_id
from firstoff.queries.supply import our_parts
from firstoff.rules.access import Actor, require
from firstoff.rules.genealogy import Certificate, LotReceived
from firstoff.services.genealogy.picture import Picture
from firstoff.services.genealogy.post import Answer, PostAnswer, plan_all, post_records

LARGEST_CERTIFICATE = 20_000_000  # bytes
_PAPERS = ("pdf", "image", "text", "xml", "json", "zip")  # what a certificate may be
_LONGEST_NAME = 300


def keep_certificate(file: BinaryIO, *, name: str, site_id: int, by: Actor) -> Certificate:
    """Keep the file of a certificate under its SHA-256; the lot names it. Safe to repeat.

    Raises NotAllowed, InvalidInput where it is too large, empty, or nothing that a certificate is
    sent as: a program and a web page are not kept.
    """
    require(by, "lot.receive", site_id)
    said = Path(name.replace("\\", "/")).name[-_LONGEST_NAME:] or "certificate"
    content = file.read(LARGEST_CERTIFICATE + 1)
    if not content:
        raise InvalidInput(f"{said} is empty.", field="certificate")
    kind = content_of(content[:65536])
    if kind not in _PAPERS:
        raise InvalidInput(
            f"{said} is {CONTENT_WORDS.get(kind, kind)}; a certificate is a PDF, a picture, a "
            "text or a table.",
            field="certificate",
        )
    try:
        sha256 = store.put(
            Path(settings.MEDIA_ROOT), content, name=said, largest=LARGEST_CERTIFICATE
        )
    except InvalidInput as error:
        raise InvalidInput(error.message, field="certificate", code=error.code) from error
    return Certificate(name=said, sha256=sha256)


def certificate_of(*, lot_id: int, site_id: int, by: Actor) -> tuple[str, bytes]:
    """Name and content of a lot's certificate, checked against its digest. Raises NotFound,
    Unavailable where it is damaged."""
    require(by, "see", site_id)
    lot = Lot.objects.filter(pk=lot_id, part__site=site_id).first()
    if lot is None or not lot.certificate_sha256:
        raise NotFound("No certificate of this lot is kept here.")
    return lot.certificate, store.get(Path(settings.MEDIA_ROOT), lot.certificate_sha256)


@dataclass(frozen=True, slots=True)
class ReceiptSeen:
    """A row of a list, and what would become of it: ``take``, ``already`` or ``refused``."""

    row: ReceiptRow
    part: str  # as it is called here
    state: str
    sentence: str = ""


def preview_receipts(
    *, site_id: int, receipts: Receipts, by: Actor, at: datetime
) -> tuple[ReceiptSeen, ...]:
    """What taking the list would do, row by row. Nothing is written. Raises NotAllowed."""
    require(by, "lot.receive", site_id)
    records = _records(site_id, receipts, by)
    answers: dict[int, Answer] = {}
    if records:
        with transaction.atomic():
            site = Site.objects.get(pk=site_id)
            picture = Picture(site, by=by, at=at, records=len(records))
            found, _ = plan_all(picture, list(records.values()))
            transaction.set_rollback(True)
        answers = dict(zip(records, found.answers, strict=True))
    return tuple(_seen(row, records.get(row.row), answers.get(row.row)) for row in receipts.rows)


def take_receipts(*, site_id: int, receipts: Receipts, by: Actor, at: datetime) -> PostAnswer:
    """Every lot of the list or none; a list taken before changes nothing. Raises NotAllowed,
    Refused with the first row that cannot be taken."""
    require(by, "lot.receive", site_id)
    if receipts.refused:
        first = receipts.refused[0]
        raise Refused(
            f"{receipts.name}, row {first.row}: {first.problem} Nothing was recorded.",
            code="rows-refused",
            way_out="Correct the row and take the file again.",
        )
    records = _records(site_id, receipts, by)
    if not records:
        raise InvalidInput(f"{receipts.name} holds no lot.")
    return post_records(site_id=site_id, records=list(records.values()), by=by, at=at)


def _records(site_id: int, receipts: Receipts, by: Actor) -> dict[int, LotReceived]:
    """The rows that can be read, as records, by the number of the row. A row has the same id
    whenever the file is taken."""
    rows = [row for row in receipts.rows if not row.problem]
    ours = our_parts(by, site_id, {(row.part, row.mpn) for row in rows})
    return {
        row.row: LotReceived(
            id=UUID(made_id(f"receipt/{receipts.sha256}/{row.row}", None)),
            part=ours.get((row.part, row.mpn)) or row.part or row.mpn,
            lot=row.lot,
            quantity=row.quantity,
            unit=row.unit,
            supplier=row.supplier,
            supplier_lot=row.supplier_lot,
            date_code=row.date_code,
            manufacturer=row.manufacturer,
            mpn=row.mpn,
            expires=row.expires,
            receipt=row.receipt,
        )
        for row in rows
    }


def _seen(row: ReceiptRow, record: LotReceived | None, answer: Answer | None) -> ReceiptSeen:
    if record is None or answer is None:
        return ReceiptSeen(row, row.part, "refused", row.problem)
    if answer.state == "refused":
        sentence = f"{answer.message} {answer.way_out}".strip()
        return ReceiptSeen(row, record.part, "refused", sentence)
    return ReceiptSeen(row, record.part, "take" if answer.state == "stored" else "already")
