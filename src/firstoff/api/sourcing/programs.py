"""What the records of supply say of a program: health, buying, cost, compliance, identity."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema, Status
from pydantic import Field

from firstoff.api.pages import Page, page, window
from firstoff.api.sourcing.shared import answer, of_program, seen
from firstoff.errors import InvalidInput
from firstoff.queries.genealogy.material import program_identity
from firstoff.queries.product import program
from firstoff.queries.sourcing import buying, cost, health
from firstoff.queries.sourcing import orders as reads
from firstoff.queries.sourcing.asked import Asked, schemes_of
from firstoff.services.sourcing.costing import assume_cost
from firstoff.services.sourcing.declaring import require_schemes
from firstoff.services.sourcing.orders import record_need
from firstoff.terms import RunKind

router = Router()
_ONE = "/sites/{site}/programs/{code}"


class NeedIn(Schema):
    quantity: int = Field(ge=0, le=10**9, description="0 takes the need of that day back")
    due: date
    run_kind: RunKind | None = None
    note: str = Field("", max_length=10_000)
    uid: UUID | None = None


class NeedOut(Schema):
    quantity: int
    due: date
    run_kind: str
    note: str
    by: str
    at: datetime


class SchemeIn(Schema):
    scheme: str = Field(max_length=40)
    whole_product: bool = Field(False, description="One file for the product: CE, FCC")


class SchemesIn(Schema):
    schemes: list[SchemeIn] = Field(max_length=40)


class SchemeOut(Schema):
    scheme: str
    whole_product: bool


class WayIn(Schema):
    assumptions: dict[str, str] = Field(
        description="Texts: labour_minutes, labour_rate, test_minutes, test_rate, test_cost, "
        "other_each, reject_cost, setup, tooling, nre, yield_likely, yield_low, yield_high, "
        "batch, tool_life"
    )
    uid: UUID | None = None


class WayOut(Schema):
    way: str
    assumptions: str


@router.get(f"{_ONE}/needs", response=Page[NeedOut], summary="Units owed beside the first")
def needs(request: HttpRequest, site: str, code: str) -> dict[str, object]:
    by, place, _ = seen(request, site)
    found = reads.needs(by, program(by, site, code).id, place)
    return page(found, len(found), 0)


@router.post(f"{_ONE}/needs", response={201: NeedOut}, summary="Record a need")
def need(request: HttpRequest, site: str, code: str, payload: NeedIn) -> Status[object]:
    row = record_need(
        quantity=payload.quantity,
        due=payload.due,
        run_kind=payload.run_kind or "",
        note=payload.note,
        uid=payload.uid,
        **of_program(request, site, code),
    )
    by, at = row.by.name, row.received_at
    return Status(201, reads.NeedView(row.quantity, row.due, row.run_kind, row.note, by, at))


@router.get(f"{_ONE}/schemes", response=Page[SchemeOut], summary="What it has to declare")
def schemes(request: HttpRequest, site: str, code: str) -> dict[str, object]:
    by, _, _ = seen(request, site)
    found = schemes_of(program(by, site, code).id)
    rows = [{"scheme": s.name, "whole_product": s.whole_product} for s in found]
    return page(rows, len(rows), 0)


@router.put(f"{_ONE}/schemes", response=Page[SchemeOut], summary="Say what it has to declare")
def set_schemes(
    request: HttpRequest, site: str, code: str, payload: SchemesIn
) -> dict[str, object]:
    wanted = [(one.scheme, one.whole_product) for one in payload.schemes]
    require_schemes(schemes=wanted, **of_program(request, site, code))
    return schemes(request, site, code)


@router.get(f"{_ONE}/health", summary="Supply line by line (R-20 to R-26)")
def program_health(
    request: HttpRequest,
    site: str,
    code: str,
    units: int | None = None,
    needed_by: date | None = None,
    kind: RunKind = RunKind.PRODUCTION,
    variant: str = "",
    search: str = "",
    colour: str = "",
    verdict: str = "",
    check: str = "",
    cursor: str | None = None,
    limit: int = 50,
) -> HttpResponse:
    """Each part of the build green, amber or red, worst first, with every check behind it; the
    counts; what to do first; how many can be built now. `items`, `next` and `total` are the page
    of lines. `units`, `needed_by`: those of the program unless said."""
    by, _, today = seen(request, site)
    offset, size = window(cursor, limit)
    found = health.program_health(
        by,
        site,
        code,
        today=today,
        units=units,
        needed_by=needed_by,
        kind=kind,
        variant=variant,
    )
    shown = health.health_page(
        found,
        search=search,
        colour=colour,
        verdict=verdict,
        check=check,
        offset=offset,
        limit=size,
    )
    lines = page([_line(one) for one in shown.items], shown.total, offset)
    about = {"health": found.health, "buildable": found.buildable}
    return answer({**_asked(found.asked), **about, **lines})


@router.get(
    f"{_ONE}/health/{{escaped:part}}", summary="One part: checks, sources, stock over time"
)
def part_health(
    request: HttpRequest,
    site: str,
    code: str,
    part: str,
    units: int | None = None,
    needed_by: date | None = None,
    kind: RunKind = RunKind.PRODUCTION,
) -> HttpResponse:
    by, _, today = seen(request, site)
    found = health.program_health(
        by, site, code, today=today, units=units, needed_by=needed_by, kind=kind
    )
    one = health.part_health(found, part)
    more = {"sources": one.judged.sources, "outlook": one.outlook}
    return answer({**_asked(found.asked), **_line(one), **more})


@router.get(f"{_ONE}/buying", summary="What to buy (R-25)")
def buying_plan(
    request: HttpRequest,
    site: str,
    code: str,
    units: int | None = None,
    needed_by: date | None = None,
    kind: RunKind = RunKind.PRODUCTION,
    variant: str = "",
) -> HttpResponse:
    """At least total cost over MOQs, multiples and price breaks, alternates considered, with what
    is left over and its value."""
    by, _, today = seen(request, site)
    found = buying.program_plan(
        by,
        site,
        code,
        today=today,
        units=units,
        needed_by=needed_by,
        kind=kind,
        variant=variant,
    )
    return answer({**_asked(found.asked), "plan": found.plan})


@router.get(f"{_ONE}/cost", summary="What a piece costs (R-80)")
def program_cost(
    request: HttpRequest,
    site: str,
    code: str,
    quantities: str = "",
    kind: RunKind = RunKind.PRODUCTION,
) -> HttpResponse:
    """`quantities`: with commas between, 1,100,1000. Without, 1, 10, 100, 1,000 and the first
    quantity."""
    by, _, today = seen(request, site)
    wanted = _whole(quantities)
    found = cost.program_cost(by, site, code, today=today, quantities=wanted, kind=kind)
    ways = [{"way": one.way, "prices": one.prices} for one in found.ways]
    more = {"unpriced": found.unpriced, "break_even": found.break_even, "limit": found.limit}
    return answer({**_asked(found.asked), "ways": ways, **more})


@router.put(f"{_ONE}/cost/{{escaped:way}}", response=WayOut, summary="What a cost rests on")
def set_cost(
    request: HttpRequest, site: str, code: str, way: str, payload: WayIn
) -> dict[str, str]:
    """Labour, test, yield, setup, tooling of one way of making it; the latest of a way holds."""
    row = assume_cost(
        way=way,
        given=payload.assumptions,
        uid=payload.uid,
        **of_program(request, site, code),
    )
    return {"way": row.way, "assumptions": row.assumptions}


@router.get(f"{_ONE}/compliance", summary="What is declared, missing or over (R-26)")
def compliance(request: HttpRequest, site: str, code: str) -> HttpResponse:
    by, _, today = seen(request, site)
    found = buying.program_compliance(by, site, code, today=today)
    return answer({**_asked(found.asked), "schemes": found.rolled_up, "lines": found.lines})


@router.get(f"{_ONE}/material-identity", summary="What runs took and production takes (R-23)")
def identity(request: HttpRequest, site: str, code: str) -> HttpResponse:
    by, _, today = seen(request, site)
    found = program_identity(by, site, code, today=today)
    return answer({**_asked(found.asked), "identity": found.identity})


def _asked(asked: Asked) -> dict[str, Any]:
    build = asked.build
    return {
        "site": asked.program.site,
        "program": asked.program.code,
        "revision": asked.revision,
        "variant": asked.variant,
        "kind": build.kind,
        "units": build.units,
        "needed_by": build.needed_by,
        "currency": build.currency,
    }


def _line(one: health.HealthLine) -> dict[str, Any]:
    judged = one.judged
    return {
        "part": one.part,
        "name": one.name,
        "places": one.places,
        "bom_lines": one.lines,
        "need": judged.line,
        "colour": judged.colour,
        "verdict": judged.verdict,
        "sentence": judged.sentence,
        "way_out": judged.way_out,
        "checks": judged.checks,
        "blocked_units": judged.blocked_units,
        "days_late": judged.days_late,
        "stock_out": one.outlook.stock_out,
        "reorder_by": one.outlook.reorder_by,
    }


def _whole(text: str) -> list[int]:
    try:
        return [int(one) for one in text.split(",") if one.strip()]
    except ValueError:
        raise InvalidInput(
            f"quantities is {text[:40]!r}; expected whole numbers with commas between.",
            field="quantities",
        ) from None
