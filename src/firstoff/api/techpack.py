"""The API of the technical package: could a stranger quote from it?"""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from firstoff.api.auth import actor
from firstoff.queries import techpack as reads
from firstoff.queries.product import program

router = Router()


class PackGapOut(Schema):
    sentence: str
    page: str
    key: str


class PackSectionOut(Schema):
    key: str
    title: str
    have: int
    of: int
    complete: bool
    gaps: list[PackGapOut]


class PackOut(Schema):
    revision: str
    complete: bool
    gaps: int
    sentence: str
    sections: list[PackSectionOut]


@router.get(
    "/sites/{site}/programs/{code}/package",
    response=PackOut,
    summary="Completeness of the technical package",
)
def package(request: HttpRequest, site: str, code: str, revision: str = "") -> dict[str, Any]:
    by = actor(request)
    found = reads.pack(by, program(by, site, code).id, revision=revision)
    pack = found.pack
    return {
        "revision": found.revision,
        "complete": pack.complete,
        "gaps": pack.gaps,
        "sentence": pack.sentence,
        "sections": pack.sections,
    }
