"""Characteristics of any part: what of a bought part is inspected as it comes in (R-22)."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import File, Form, Router
from ninja.files import UploadedFile

from firstoff.api.bom.shapes import REVISION, part_at, revision_at
from firstoff.api.pages import Page, page, window
from firstoff.api.product import (
    Characteristic,
    CharacteristicOut,
    CharacteristicsTakenOut,
    as_read,
    previewed,
)
from firstoff.queries import product as reads
from firstoff.rules.product import CharacteristicFacts
from firstoff.services import product
from firstoff.terms import CharacteristicClass

router = Router()

_ALL = f"{REVISION}/characteristics"


@router.get(_ALL, response=Page[CharacteristicOut], summary="Characteristics of a part's revision")
def characteristics(
    request: HttpRequest,
    site: str,
    part: str,
    revision: str,
    cursor: str | None = None,
    limit: int = 50,
) -> dict[str, object]:
    _, _, key = revision_at(request, site, part, revision)
    offset, size = window(cursor, limit)
    there = reads.characteristics_of(key)
    return page(there[offset : offset + size], len(there), offset)


@router.put(
    _ALL, response=list[CharacteristicOut], summary="Set all characteristics of a part's draft"
)
def set_characteristics(
    request: HttpRequest, site: str, part: str, revision: str, payload: list[Characteristic]
) -> list[CharacteristicFacts]:
    """What is not named goes."""
    made = product.set_characteristics(
        **_of(request, site, part),
        revision=revision,
        characteristics=[one.facts() for one in payload],
        at=timezone.now(),
    )
    return list(made)  # a pair would be taken for a status and an answer


@router.post(f"{_ALL}/import/preview", summary="What taking a file would do to a part's draft")
def preview_characteristics(
    request: HttpRequest,
    site: str,
    part: str,
    revision: str,
    file: File[UploadedFile],
    mapping: Form[str] = "",
    classification: Form[CharacteristicClass] = CharacteristicClass.MAJOR,
    replace_all: Form[bool] = False,
) -> Any:
    """A QIF plan or a table; writes nothing. As for the part of a program."""
    found = product.preview_characteristics(
        **_of(request, site, part),
        revision=revision,
        **as_read(file, mapping, classification, replace_all=replace_all),
    )
    return previewed(found)


@router.post(
    f"{_ALL}/import",
    response=CharacteristicsTakenOut,
    summary="Take a file of characteristics into a part's draft: all of it or nothing",
)
def import_characteristics(
    request: HttpRequest,
    site: str,
    part: str,
    revision: str,
    file: File[UploadedFile],
    mapping: Form[str] = "",
    classification: Form[CharacteristicClass] = CharacteristicClass.MAJOR,
    replace_all: Form[bool] = False,
    seen: Form[str] = "",
) -> object:
    """The same file again changes nothing. seen: of the preview; refused when the draft moved."""
    return product.import_characteristics(
        **_of(request, site, part),
        revision=revision,
        **as_read(file, mapping, classification, replace_all=replace_all),
        seen=seen,
        at=timezone.now(),
    )


def _of(request: HttpRequest, site: str, part: str) -> dict[str, Any]:
    by, found = part_at(request, site, part)
    return {"part_id": found.id, "by": by}
