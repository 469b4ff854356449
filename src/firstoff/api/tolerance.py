"""The API of tolerances: the library of processes, studies, what holds which, chains."""

from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import Field

from firstoff.api.auth import actor
from firstoff.api.pages import Page, page, window
from firstoff.queries import tolerance as reads
from firstoff.queries.access import site as place
from firstoff.queries.product import program
from firstoff.rules.access import Actor
from firstoff.rules.plan import FrozenStack, FrozenStackLink
from firstoff.rules.tolerance import MOST_PIECES, ProcessFacts, StudyFacts
from firstoff.services import tolerance
from firstoff.terms import CharacteristicClass, Verdict

router = Router()

_PROGRAM = "/sites/{site}/programs/{code}"
_SITE = "/sites/{site}/processes"
_STUDIES = "/sites/{site}/studies"
_REVISION = f"{_PROGRAM}/revisions/{{revision}}"


class ProcessShape(Schema):
    process: str = Field(max_length=120)
    machine: str = Field("", max_length=120, description="Code of the equipment, or a name")
    feature: str = Field("", max_length=120)
    unit: str = Field(max_length=20)
    spread: Decimal = Field(description="One standard deviation, in unit")
    shift: Decimal = Field(Decimal(0), description="The mean off its nominal, in unit")
    values: int = Field(description="Pieces measured")
    measured_on: date
    source: str = Field("", max_length=300)


class ProcessRetireIn(Schema):
    process: str
    machine: str = ""
    feature: str = ""


class StudyIn(Schema):
    part: str = Field(max_length=120)
    revision: str = Field("", max_length=20, description="The newest, unless said")
    characteristic: str = Field(max_length=20, description="Its balloon number")
    values: list[Decimal] = Field(
        max_length=MOST_PIECES, description="One of each piece, in the order measured"
    )
    unit: str = Field("", max_length=20, description="That of the characteristic, unless said")
    measured_on: date
    machine: str = Field("", max_length=120, description="Code of the equipment, or a name")
    gauge: str = Field("", max_length=120)
    source: str = Field("", max_length=300, description="Report")
    supersedes: UUID | None = Field(None, description="The study that this one corrects")
    uid: UUID | None = Field(
        None, description="A UUIDv7 made by you: posting it again is safe (R-36)"
    )


class StudyOut(Schema):
    uid: UUID
    part: str
    revision: str
    characteristic: str
    name: str
    pieces: int
    unit: str
    measured_on: date
    machine: str
    gauge: str
    source: str
    by: str
    at: datetime
    superseded: bool = Field(description="A later study corrects it")
    supersedes: UUID | None


class StudyWhole(StudyOut):
    values: list[Decimal]


class HoldingOut(Schema):
    number: str
    label: str
    classification: CharacteristicClass
    limits: str
    unit: str
    required: Decimal
    source: str = Field(description="records, study, library or none")
    verdict: Verdict
    sentence: str
    process: str
    index: float | None = Field(description="Ppk measured or Cpk predicted")
    bound: float | None = Field(description="Its one-sided lower bound at 95 %")
    interval: tuple[float, float] | None = Field(description="Two-sided, at 95 %")
    outside: float | None
    values: int
    tightest: str


class ChainOut(Schema):
    code: str
    name: str
    unit: str
    verdict: Verdict | None
    sentence: str
    worst_low: float | None
    worst_high: float | None
    rss_low: float | None
    rss_high: float | None
    simulated: float | None = Field(description="Fraction outside, drawn")
    rests_on: str


class TolerancesOut(Schema):
    revision: str
    holdings: list[HoldingOut]
    chains: list[ChainOut]
    measured_in: list[str]


class ProcessAssignIn(Schema):
    process: str = Field(max_length=120, description="Empty: none is named")
    machine: str = Field("", max_length=120)
    required: Decimal | None = Field(None, description="Index asked; 1.67 critical, 1.33 else")


class ChainLinkIn(Schema):
    characteristic: str = ""
    part: str = ""
    revision: str = ""
    name: str = ""
    nominal: Decimal | None = None
    lower: Decimal | None = None
    upper: Decimal | None = None
    sensitivity: Decimal = Decimal(1)
    distribution: str = ""


class ChainIn(Schema):
    name: str
    unit: str
    lower: Decimal | None = None
    upper: Decimal | None = None
    consequence: str = ""
    links: list[ChainLinkIn]


@router.get(_SITE, response=Page[ProcessShape], summary="The process-capability library")
def processes(
    request: HttpRequest,
    site: str,
    search: str = "",
    retired: bool = False,
    cursor: str | None = None,
    limit: int = 50,
) -> dict[str, object]:
    by = actor(request)
    offset, size = window(cursor, limit)
    found, total = reads.library(
        by, place(by, site).id, search=search, retired=retired, offset=offset, limit=size
    )
    return page([view.facts for view in found], total, offset)


@router.post(_SITE, response={201: ProcessShape}, summary="Put a process into the library")
def record(request: HttpRequest, site: str, payload: ProcessShape) -> Status[object]:
    """The latest of the same process, feature and machine holds."""
    by = actor(request)
    wanted = ProcessFacts(**payload.dict())
    done = tolerance.record_process(
        site_id=place(by, site).id, process=wanted, by=by, at=timezone.now()
    )
    return Status(201, done)


@router.post(f"{_SITE}/retirements", response={204: None}, summary="Retire a process")
def retire(request: HttpRequest, site: str, payload: ProcessRetireIn) -> Status[None]:
    by = actor(request)
    tolerance.retire_process(
        site_id=place(by, site).id, **payload.dict(), by=by, at=timezone.now()
    )
    return Status(204, None)


@router.get(_STUDIES, response=Page[StudyOut], summary="Studies of characteristics")
def studies(
    request: HttpRequest,
    site: str,
    part: str = "",
    revision: str = "",
    characteristic: str = "",
    cursor: str | None = None,
    limit: int = 50,
) -> dict[str, object]:
    """The latest measured first, without their values."""
    by = actor(request)
    offset, size = window(cursor, limit)
    of = {"part": part, "revision": revision, "characteristic": characteristic}
    found, total = reads.studies(by, place(by, site).id, **of, offset=offset, limit=size)
    return page(found, total, offset)


@router.get(f"{_STUDIES}/{{uid}}", response=StudyWhole, summary="A study with its values")
def study(request: HttpRequest, site: str, uid: UUID) -> dict[str, Any]:
    by = actor(request)
    return _whole(by, place(by, site).id, uid)


@router.post(_STUDIES, response={201: StudyWhole}, summary="Record a study")
def record_study(request: HttpRequest, site: str, payload: StudyIn) -> Status[object]:
    """The latest measured of a characteristic holds, of whatever revision; it is judged by the
    limits as they stand when somebody looks."""
    by = actor(request)
    at = place(by, site).id
    given = payload.dict()
    named = ("part", "revision", "characteristic", "supersedes", "uid")
    keys = {name: given.pop(name) for name in named}
    facts = StudyFacts(**{**given, "values": tuple(payload.values)})
    done = tolerance.record_study(site_id=at, **keys, study=facts, by=by, at=timezone.now())
    return Status(201, _whole(by, at, done.uid))


@router.get(f"{_REVISION}/tolerances", response=TolerancesOut, summary="What holds the tolerances")
def tolerances(request: HttpRequest, site: str, code: str, revision: str) -> dict[str, Any]:
    by = actor(request)
    found = reads.tolerances(by, program(by, site, code).id, revision=revision)
    return {
        "revision": found.revision,
        "holdings": found.holdings,
        "chains": [_chain(view) for view in found.chains],
        "measured_in": found.measured_in,
    }


@router.put(
    _REVISION + "/processes/{path:number}",
    response={204: None},
    summary="Name the process of a characteristic",
)
def assign(
    request: HttpRequest,
    site: str,
    code: str,
    revision: str,
    number: str,
    payload: ProcessAssignIn,
) -> Status[None]:
    by = actor(request)
    tolerance.assign_process(
        program_id=program(by, site, code).id,
        revision=revision,
        number=number,
        **payload.dict(),
        by=by,
        at=timezone.now(),
    )
    return Status(204, None)


@router.put(_REVISION + "/chains/{chain}", response=TolerancesOut, summary="Declare a chain")
def declare(
    request: HttpRequest, site: str, code: str, revision: str, chain: str, payload: ChainIn
) -> dict[str, Any]:
    """Of a draft. Refused where it could not be judged."""
    by = actor(request)
    links = tuple(FrozenStackLink(**link.dict()) for link in payload.links)
    wanted = FrozenStack(code=chain, **{**payload.dict(), "links": links})
    tolerance.set_chain(
        program_id=program(by, site, code).id,
        revision=revision,
        chain=wanted,
        by=by,
        at=timezone.now(),
    )
    return tolerances(request, site, code, revision)


@router.delete(_REVISION + "/chains/{chain}", response={204: None}, summary="Take a chain out")
def remove(request: HttpRequest, site: str, code: str, revision: str, chain: str) -> Status[None]:
    by = actor(request)
    tolerance.remove_chain(
        program_id=program(by, site, code).id,
        revision=revision,
        code=chain,
        by=by,
        at=timezone.now(),
    )
    return Status(204, None)


def _whole(by: Actor, site_id: int, uid: UUID) -> dict[str, Any]:
    view, facts = reads.study(by, site_id, uid)
    return {**asdict(view), "values": facts.values}


def _chain(view: reads.ChainView) -> dict[str, Any]:
    found = view.verdict
    stack = found.stack if found else None
    return {
        "code": view.chain.code,
        "name": view.chain.name,
        "unit": view.chain.unit,
        "verdict": found.verdict if found else None,
        "sentence": found.sentence if found else view.problem,
        "worst_low": stack.worst_low if stack else None,
        "worst_high": stack.worst_high if stack else None,
        "rss_low": stack.rss_low if stack else None,
        "rss_high": stack.rss_high if stack else None,
        "simulated": found.simulated if found else None,
        "rests_on": found.rests_on if found else "",
    }
