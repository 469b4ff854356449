"""From a serial number to everything, and from anything to serial numbers."""

import base64
from typing import Any, Literal

import msgspec
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from ninja import Router, Schema
from pydantic import Field

from firstoff.api.auth import actor
from firstoff.api.pages import LARGEST
from firstoff.errors import InvalidInput
from firstoff.formats.exports import CSV_TYPE, XLSX_TYPE, csv_stream, xlsx
from firstoff.queries import trace as traces
from firstoff.queries.access import site as site_named
from firstoff.queries.trace import shape
from firstoff.rules.access import Actor
from firstoff.rules.trace import CONDITIONS, read_moment, read_question
from firstoff.terms import Place

router = Router()


_KINDS = ", ".join(f"`{c.kind}`" for c in CONDITIONS)


class QuestionIn(Schema):
    """A question: of several conditions of one kind one is enough, of several kinds all hold."""

    format: Literal["firstoff-question/1"] = "firstoff-question/1"
    where: list[dict[str, Any]] = Field(
        min_length=1,
        max_length=200,
        description=f"Conditions: `kind`, one of {_KINDS}, and the fields of that kind",
    )
    as_of: str | None = Field(None, description="A time with its offset, `shipped`, or `ever`")


@router.get(
    "/sites/{escaped:site}/units/{escaped:part}/{escaped:serial}/trace",
    summary="The whole story of one unit",
)
def unit_trace(
    request: HttpRequest, site: str, part: str, serial: str, as_of: str | None = None
) -> HttpResponse:
    """What is in it through every level, what happened to it, on what and by whom it was made,
    where it is now, and how it differs from its definition (R-60). `as_of`: its tree at a time,
    with its offset, or `shipped`."""
    found = traces.story(actor(request), site, part, serial, read_moment(as_of))
    return _json(shape.story_shape(found))


@router.get(
    "/sites/{escaped:site}/units/{escaped:part}/{escaped:serial}/parts",
    summary="Parts of one number inside a unit",
)
def unit_parts(
    request: HttpRequest,
    site: str,
    part: str,
    serial: str,
    of: str,
    as_of: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> HttpResponse:
    """Each serial of the part `of` inside it, through every level: what a folded line holds."""
    at = read_moment(as_of)
    found = traces.parts_inside(actor(request), site, part, serial, of, at)
    begin = _after(cursor)
    shown = found[begin : begin + _limit(limit)]
    end = begin + len(shown)
    items = [
        {
            "part": u.part,
            "serial": u.serial,
            "batch": u.batch,
            "position": u.position,
            "installed_at": u.installed_at,
        }
        for u in shown
    ]
    more = _cursor(end) if end < len(found) else None
    return _json({"items": items, "next": more, "total": len(found)})


@router.post("/sites/{site}/at-risk", summary="Units at risk")
def at_risk(
    request: HttpRequest,
    site: str,
    payload: QuestionIn,
    place: Place | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> HttpResponse:
    """Every unit that meets the question or holds something that does, through every level, with
    where it is now (R-61). `places` counts units at each place, `customers` those shipped to them;
    a unit inside another one is `installed`. `place` shows only those there."""
    answer = _answer(actor(request), site, payload)
    page = traces.page(answer, after=_after(cursor), limit=_limit(limit), place=place)
    return _json(
        {
            **shape.answer_shape(answer),
            "items": [shape.unit_shape(u) for u in page.items],
            "next": None if page.next is None else _cursor(page.next),
            "total": page.total,
        }
    )


@router.post("/sites/{site}/at-risk.csv", summary="Units at risk as CSV")
def at_risk_csv(request: HttpRequest, site: str, payload: QuestionIn) -> Any:
    answer = _answer(actor(request), site, payload)
    rows = shape.export_rows(traces.export(answer), _zone(request, site))
    return StreamingHttpResponse(csv_stream(shape.HEADER, rows), content_type=CSV_TYPE)


@router.post("/sites/{site}/at-risk.xlsx", summary="Units at risk as a workbook")
def at_risk_xlsx(request: HttpRequest, site: str, payload: QuestionIn) -> HttpResponse:
    answer = _answer(actor(request), site, payload)
    rows = shape.export_rows(traces.export(answer), _zone(request, site))
    return HttpResponse(xlsx("Units at risk", shape.HEADER, rows), content_type=XLSX_TYPE)


def _answer(who: Actor, site: str, payload: QuestionIn) -> traces.Answer:
    question = read_question(payload.dict(exclude_none=True))
    return traces.at_risk(who, site_named(who, site).id, question)


def _zone(request: HttpRequest, site: str) -> str:
    return site_named(actor(request), site).time_zone


def _limit(limit: int) -> int:
    if not 1 <= limit <= LARGEST:
        raise InvalidInput(f"limit is {limit}; 1 to {LARGEST} is meant.", field="limit")
    return limit


def _cursor(key: int) -> str:
    return base64.urlsafe_b64encode(f"k{key}".encode()).decode().rstrip("=")


def _after(cursor: str | None) -> int:
    if not cursor:
        return 0
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        key = int(text[1:])
        if text[0] != "k" or not 0 <= key < 2**63:
            raise ValueError(text)
    except (ValueError, IndexError) as error:
        raise InvalidInput(
            f"The cursor {cursor[:40]!r} is not one that this list gave.", field="cursor"
        ) from error
    return key


def _json(body: dict[str, Any]) -> HttpResponse:
    return HttpResponse(msgspec.json.encode(body), content_type="application/json")
