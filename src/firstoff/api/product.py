"""The API of the area product: programs, revisions, characteristics."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import File, Form, Router, Schema, Status
from ninja.files import UploadedFile
from pydantic import Field

from firstoff.api.auth import actor
from firstoff.api.pages import Page, page, window
from firstoff.api.uploads import content, read_mapping
from firstoff.formats.characteristics.summaries import summary
from firstoff.queries import access
from firstoff.queries import product as reads
from firstoff.queries.product import ProgramView
from firstoff.rules.access import Actor
from firstoff.rules.product import CharacteristicFacts
from firstoff.services import product
from firstoff.terms import (
    CharacteristicClass,
    CharacteristicKind,
    GeometricSymbol,
    LimitForm,
    RevisionStatus,
)

router = Router()

_ONE = "/sites/{site}/programs/{code}"
_REVISION = _ONE + "/revisions/{revision}"


class ProgramOut(Schema):
    site: str
    code: str
    name: str
    description: str
    part_number: str
    part_name: str
    owner: str = Field(alias="owner_username")
    template: str
    first_quantity: int | None
    due: date | None
    currency: str
    created_at: datetime


class ProgramChange(Schema):
    name: str = Field(max_length=200)
    description: str = ""
    owner: str = Field("", description="User name; you, unless said")
    first_quantity: int | None = Field(None, description="What somebody is owed")
    due: date | None = None
    currency: str = Field("USD", description="ISO 4217")


class ProgramIn(ProgramChange):
    code: str = Field(max_length=40, description="It begins every batch ID, and stays")
    part_number: str = Field("", max_length=120, description="The code, unless said")
    part_name: str = Field("", max_length=200, description="The name, unless said")
    revision: str = Field("A", max_length=20, description="The first draft")


class RevisionOut(Schema):
    label: str
    status: RevisionStatus
    released_at: datetime | None
    released_by: str


class CopyIn(Schema):
    label: str = Field("", max_length=20, description="The one after the newest, unless said")
    copy_from: str = Field("", max_length=20, description="The newest, unless said")


class Characteristic(Schema):
    number: str = Field(max_length=20, description="On the drawing")
    name: str = Field(max_length=200)
    kind: CharacteristicKind
    classification: CharacteristicClass
    nominal: Decimal | None = None
    lower: Decimal | None = Field(None, description="As text it keeps its digits: 0.30")
    upper: Decimal | None = None
    unit: str = Field("", max_length=20)
    method: str = Field("", max_length=200)
    measured_as: str = Field("", max_length=120, description="Its name in test records")
    zone: str = Field("", max_length=20, description="Of the drawing: B4")
    form: LimitForm | None = Field(None, description="How the limits are stated")
    symbol: GeometricSymbol | None = Field(None, description="Of a geometric tolerance")
    tolerance: Decimal | None = Field(
        None, description="Width of its zone; the upper limit too, unless another is said"
    )
    diametral: bool = Field(False, description="The zone is a cylinder")
    material_condition: str = Field("", max_length=4, description="M, L, or nothing")
    datums: list[str] = Field([], max_length=20, description="In their order: A, B(M), A-B")
    gauge: str = Field("", max_length=60, description="Code of the equipment")
    source_id: str = Field("", max_length=80, description="Its ID in the file it came from")

    def facts(self) -> CharacteristicFacts:
        return CharacteristicFacts(**{**self.dict(), "datums": tuple(self.datums)})


class CharacteristicOut(Characteristic):
    requirement: str = Field(description="As a drawing writes it")


class CharacteristicsTakenOut(Schema):
    file_name: str
    sha256: str
    added: int
    changed: int
    removed: int
    same: int


def program_at(request: HttpRequest, site: str, code: str) -> tuple[Actor, ProgramView]:
    by = actor(request)
    return by, reads.program(by, site, code)


def _of(request: HttpRequest, site: str, code: str) -> dict[str, Any]:
    by, program = program_at(request, site, code)
    return {"program_id": program.id, "by": by, "at": timezone.now()}


@router.get("/programs", response=Page[ProgramOut], summary="Programs of every site you see")
def programs(
    request: HttpRequest, search: str = "", cursor: str | None = None, limit: int = 50
) -> dict[str, object]:
    offset, size = window(cursor, limit)
    found, total = reads.programs(actor(request), search=search, offset=offset, limit=size)
    return page(found, total, offset)


@router.get("/sites/{site}/programs", response=Page[ProgramOut], summary="Programs of a site")
def programs_at(
    request: HttpRequest, site: str, search: str = "", cursor: str | None = None, limit: int = 50
) -> dict[str, object]:
    by = actor(request)
    offset, size = window(cursor, limit)
    found, total = reads.programs(
        by, site_id=access.site(by, site).id, search=search, offset=offset, limit=size
    )
    return page(found, total, offset)


@router.post("/sites/{site}/programs", response={201: ProgramOut}, summary="Begin a program")
def add_program(request: HttpRequest, site: str, payload: ProgramIn) -> Status[object]:
    """With its part, a first draft revision and a draft plan."""
    by = actor(request)
    place = access.site(by, site)
    made = product.create_program(site_id=place.id, **payload.dict(), by=by, at=timezone.now())
    return Status(201, reads.program_by_id(by, made.pk))


@router.get(_ONE, response=ProgramOut, summary="One program")
def program(request: HttpRequest, site: str, code: str) -> ProgramView:
    return program_at(request, site, code)[1]


@router.put(_ONE, response=ProgramOut, summary="Change what a program says about itself")
def change_program(
    request: HttpRequest, site: str, code: str, payload: ProgramChange
) -> ProgramView:
    by, found = program_at(request, site, code)
    said = payload.dict()
    said["owner"] = said["owner"] or by.username
    product.update_program(program_id=found.id, **said, by=by, at=timezone.now())
    return reads.program_by_id(by, found.id)


@router.get(f"{_ONE}/revisions", response=Page[RevisionOut], summary="Revisions of the part")
def revisions(
    request: HttpRequest, site: str, code: str, cursor: str | None = None, limit: int = 50
) -> dict[str, object]:
    by, found = program_at(request, site, code)
    offset, size = window(cursor, limit)
    there = reads.revisions(by, found.id)
    return page(there[offset : offset + size], len(there), offset)


@router.post(f"{_ONE}/revisions", response={201: RevisionOut}, summary="Make the next draft")
def add_revision(request: HttpRequest, site: str, code: str, payload: CopyIn) -> Status[object]:
    """With the characteristics and the plan of an earlier one."""
    of = _of(request, site, code)
    made = product.create_revision(**of, **payload.dict())
    return Status(201, _revision(of, made.label))


@router.delete(_REVISION, response={204: None}, summary="Discard a draft revision")
def discard_revision(request: HttpRequest, site: str, code: str, revision: str) -> Status[object]:
    product.discard_revision(**_of(request, site, code), revision=revision)
    return Status(204, None)


@router.post(f"{_REVISION}/release", response=RevisionOut, summary="Release a revision")
def release_revision(request: HttpRequest, site: str, code: str, revision: str) -> object:
    """It is immutable from then on (R-10)."""
    of = _of(request, site, code)
    product.release_revision(**of, revision=revision)
    return _revision(of, revision)


@router.post(
    f"{_REVISION}/characteristics/import/preview",
    summary="What taking a file of characteristics would do",
)
def preview_characteristics(
    request: HttpRequest,
    site: str,
    code: str,
    revision: str,
    file: File[UploadedFile],
    mapping: Form[str] = "",
    classification: Form[CharacteristicClass] = CharacteristicClass.MAJOR,
    replace_all: Form[bool] = False,
) -> Any:
    """A QIF plan or a table; writes nothing. Each row is `add`, `change`, `same` or `refused` with
    the reason; what is only in the draft is `kept`, or `gone` where all is replaced.

    mapping: JSON object of column header to field, `""` to leave a column out. classification: of
    new ones that the file gives no class."""
    by, program = program_at(request, site, code)
    found = product.preview_characteristics(
        program_id=program.id,
        revision=revision,
        **as_read(file, mapping, classification, replace_all=replace_all),
        by=by,
    )
    return previewed(found)


def as_read(
    file: UploadedFile, mapping: str, classification: CharacteristicClass, *, replace_all: bool
) -> dict[str, Any]:
    """A file of characteristics, and how it is to be read, as the verbs take it."""
    return {
        "raw": content(file),
        "name": file.name or "",
        "mapping": read_mapping(mapping),
        "classification": classification,
        "replace_all": replace_all,
    }


def previewed(found: product.CharacteristicPreview) -> HttpResponse:
    """What taking a file would do, as JSON."""
    body = {
        "file": summary(found.file),
        "rows": [
            {
                "row": row.row,
                "state": row.state,
                "number": row.number,
                "name": row.name,
                "requirement": row.requirement,
                "changes": row.changes,
                "sentence": row.sentence,
            }
            for row in found.rows
        ],
        "seen": found.seen,
        "can_be_taken": found.can_be_taken,
    }
    return HttpResponse(msgspec.json.encode(body), content_type="application/json")


@router.post(
    f"{_REVISION}/characteristics/import",
    response=CharacteristicsTakenOut,
    summary="Take a file of characteristics into a draft: all of it or nothing",
)
def import_characteristics(
    request: HttpRequest,
    site: str,
    code: str,
    revision: str,
    file: File[UploadedFile],
    mapping: Form[str] = "",
    classification: Form[CharacteristicClass] = CharacteristicClass.MAJOR,
    replace_all: Form[bool] = False,
    seen: Form[str] = "",
) -> object:
    """The same file again changes nothing. seen: of the preview; refused when the draft moved."""
    return product.import_characteristics(
        **_of(request, site, code),
        revision=revision,
        **as_read(file, mapping, classification, replace_all=replace_all),
        seen=seen,
    )


@router.get(
    f"{_REVISION}/characteristics",
    response=Page[CharacteristicOut],
    summary="Characteristics of a revision",
)
def characteristics(
    request: HttpRequest,
    site: str,
    code: str,
    revision: str,
    cursor: str | None = None,
    limit: int = 50,
) -> dict[str, object]:
    by, found = program_at(request, site, code)
    offset, size = window(cursor, limit)
    there = reads.characteristics(by, found.id, revision)
    return page(there[offset : offset + size], len(there), offset)


@router.put(
    f"{_REVISION}/characteristics",
    response=list[CharacteristicOut],
    summary="Set all characteristics of a draft",
)
def set_characteristics(
    request: HttpRequest, site: str, code: str, revision: str, payload: list[Characteristic]
) -> list[CharacteristicFacts]:
    """What is not named goes."""
    made = product.set_characteristics(
        **_of(request, site, code),
        revision=revision,
        characteristics=[one.facts() for one in payload],
    )
    return list(made)  # a pair would be taken for a status and an answer


@router.post(
    f"{_REVISION}/characteristics",
    response={201: CharacteristicOut},
    summary="Add a characteristic to a draft",
)
def add_characteristic(
    request: HttpRequest, site: str, code: str, revision: str, payload: Characteristic
) -> Status[object]:
    made = product.add_characteristic(
        **_of(request, site, code), revision=revision, characteristic=payload.facts()
    )
    return Status(201, made)


@router.put(
    _REVISION + "/characteristics/{path:number}",
    response=CharacteristicOut,
    summary="Change a characteristic of a draft",
)
def change_characteristic(
    request: HttpRequest,
    site: str,
    code: str,
    revision: str,
    number: str,
    payload: Characteristic,
) -> CharacteristicFacts:
    return product.update_characteristic(
        **_of(request, site, code),
        revision=revision,
        number=number,
        characteristic=payload.facts(),
    )


@router.delete(
    _REVISION + "/characteristics/{path:number}",
    response={204: None},
    summary="Take a characteristic out of a draft",
)
def remove_characteristic(
    request: HttpRequest, site: str, code: str, revision: str, number: str
) -> Status[object]:
    product.remove_characteristic(**_of(request, site, code), revision=revision, number=number)
    return Status(204, None)


def _revision(of: dict[str, Any], label: str) -> object:
    there = reads.revisions(of["by"], of["program_id"])
    return next(r for r in there if r.label == label)
