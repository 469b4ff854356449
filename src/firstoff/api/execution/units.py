"""Units: read, exported, posted by the thousand, traced."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from ninja import Router

from firstoff.api.auth import actor
from firstoff.api.execution.runs import RUN, of, on
from firstoff.api.execution.shapes import UnitOut
from firstoff.api.pages import Page, page, window
from firstoff.errors import InvalidInput
from firstoff.formats.exports import CSV_TYPE, XLSX_TYPE, csv_stream, xlsx
from firstoff.queries import trace as traces
from firstoff.queries.execution import units as reads
from firstoff.queries.execution.line import line, who_releases
from firstoff.services import execution
from firstoff.services.execution import PostedDefect, PostedMeasure, PostedStep, PostedUnit
from firstoff.services.execution.bulk import LARGEST_POST
from firstoff.terms import Attempt, OperationOutcome

router = Router()

Aware = Annotated[datetime, msgspec.Meta(tz=True)]


class BulkDefect(msgspec.Struct, forbid_unknown_fields=True):
    code: str
    note: str = ""
    cause_class: str = ""
    cause: str = ""


class BulkStep(msgspec.Struct, forbid_unknown_fields=True):
    """How long one operation took."""

    seq: int
    seconds: Decimal


class BulkMeasure(msgspec.Struct, forbid_unknown_fields=True):
    """A value of a characteristic, by its number in the baseline."""

    characteristic: str
    value: Decimal | None = None
    text: str = ""


class BulkRecord(msgspec.Struct, forbid_unknown_fields=True):
    """One unit, one attempt: its start, its result, or both. What is left out is not given."""

    serial: str
    uid: UUID | None = None
    attempt: Attempt = Attempt.FIRST
    started_at: Aware | None = None
    judged_at: Aware | None = None
    operator: str = ""
    equipment: str = ""
    instruction: str | None = None
    previous_serial: str = ""
    fit: OperationOutcome | None = None
    finish: OperationOutcome | None = None
    function: OperationOutcome | None = None
    build_seconds: Decimal | None = None
    defects: list[BulkDefect] = []
    steps: list[BulkStep] = []
    measures: list[BulkMeasure] = []
    note: str = ""

    def posted(self) -> PostedUnit:
        return PostedUnit(
            serial=self.serial.strip(),
            uid=self.uid,
            attempt=self.attempt,
            started_at=self.started_at,
            judged_at=self.judged_at,
            operator=self.operator,
            equipment=self.equipment,
            instruction=self.instruction,
            previous_serial=self.previous_serial,
            fit=self.fit or "",
            finish=self.finish or "",
            function=self.function or "",
            build_seconds=self.build_seconds,
            defects=tuple(
                PostedDefect(d.code, d.note, d.cause_class, d.cause) for d in self.defects
            ),
            steps=tuple(PostedStep(s.seq, s.seconds) for s in self.steps),
            measures=tuple(
                PostedMeasure(m.characteristic, m.value, m.text) for m in self.measures
            ),
            note=self.note,
        )


class BulkPost(msgspec.Struct, forbid_unknown_fields=True):
    """``all``: every record or none; ``best_effort``: what can be taken is."""

    records: Annotated[list[BulkRecord], msgspec.Meta(min_length=1, max_length=LARGEST_POST)]
    mode: Literal["all", "best_effort"] = "all"


def inlined_schema(kind: Any) -> dict[str, Any]:
    """The JSON Schema of a struct with every reference written out, as OpenAPI takes it."""
    schema = msgspec.json.schema(kind)
    known = schema.pop("$defs", {})

    def inline(node: Any) -> Any:
        if isinstance(node, dict):
            if "$ref" in node:
                return inline(known[node["$ref"].rpartition("/")[2]])
            return {key: inline(value) for key, value in node.items()}
        return [inline(item) for item in node] if isinstance(node, list) else node

    found: dict[str, Any] = inline(schema)
    return found


@router.post(
    f"{RUN}/units/bulk",
    summary="Post up to 10,000 records of units",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": inlined_schema(BulkPost)}},
        },
        "responses": {
            200: {"description": "What became of each record: stored, already, refused"},
            409: {"description": "Mode all: the records that cannot be taken; nothing was stored"},
        },
    },
)
def bulk(request: HttpRequest, site: str, batch_id: str) -> HttpResponse:
    """Idempotent by the record's `uid` (R-36). Decoded straight from the bytes: it is fast."""
    given = on(request, site, batch_id)
    try:
        post = _DECODER.decode(request.body)
    except msgspec.MsgspecError as error:
        raise InvalidInput(
            f"The records cannot be read: {error}.".replace("..", "."),
            way_out="The API's page /api/v1/docs shows their form.",
        ) from error
    found = execution.record_units(
        **given, records=[r.posted() for r in post.records], mode=post.mode
    )
    body = {
        "stored": found.count("stored"),
        "already": found.count("already"),
        "refused": found.count("refused"),
        "answers": found.answers,
    }
    return HttpResponse(msgspec.json.encode(body), content_type="application/json")


_DECODER = msgspec.json.Decoder(BulkPost)


@router.get(f"{RUN}/units", response=Page[UnitOut], summary="Units of a run")
def units(
    request: HttpRequest,
    site: str,
    batch_id: str,
    show: str = "",
    search: str = "",
    sort: str = "order",
    cursor: str | None = None,
    limit: int = 50,
) -> dict[str, object]:
    """show: `rejects`, `not-counting` or `pending`. sort: `order`, `serial`, `time`, `result`."""
    run, _ = of(request, site, batch_id)
    offset, size = window(cursor, limit)
    found = reads.units(run, show=show, search=search, sort=sort, offset=offset, limit=size)
    return page(found.items, found.total, offset)


@router.get(f"{RUN}/units.csv", summary="Units of a run as CSV", include_in_schema=True)
def units_csv(
    request: HttpRequest,
    site: str,
    batch_id: str,
    show: str = "",
    search: str = "",
    sort: str = "order",
) -> Any:
    run, _ = of(request, site, batch_id)
    rows = reads.export(run, show=show, search=search, sort=sort)
    return StreamingHttpResponse(csv_stream(reads.EXPORT_HEADER, rows), content_type=CSV_TYPE)


@router.get(f"{RUN}/units.xlsx", summary="Units of a run as a workbook")
def units_xlsx(
    request: HttpRequest,
    site: str,
    batch_id: str,
    show: str = "",
    search: str = "",
    sort: str = "order",
) -> Any:
    run, _ = of(request, site, batch_id)
    rows = reads.export(run, show=show, search=search, sort=sort)
    body = xlsx(f"Units of {run.batch_id}", reads.EXPORT_HEADER, rows)
    return HttpResponse(body, content_type=XLSX_TYPE)


@router.get(f"{RUN}/line", summary="What the line shows for a serial")
def line_state(request: HttpRequest, site: str, batch_id: str, serial: str = "") -> Any:
    """Next operation, standard time, instruction, limits, defect codes, who may release."""
    run, _ = of(request, site, batch_id)
    view = line(run, serial)
    unit = view.unit
    body = {
        "batch_id": run.batch_id,
        "scanned": view.scanned,
        "next_serial": view.next_serial,
        "started": view.started,
        "judged": view.judged,
        "standard_minutes": view.standard_minutes,
        "defect_codes": view.codes,
        "who_releases": who_releases(run.site_id),
        "unit": unit
        and {
            "serial": unit.serial,
            "position": unit.position,
            "started_at": unit.started_at,
            "began_at": unit.began_at,
            "attempt": unit.attempt,
            "first": unit.state.first,
            "final": unit.state.final,
            "failed": unit.failed,
            "finished": unit.finished,
            "reasons": unit.reasons,
            "operation": unit.operation,
            "open": [o.seq for o in unit.open],
            "place": unit.place,
            "characteristics": unit.characteristics,
            "done": unit.done,
        },
    }
    return HttpResponse(msgspec.json.encode(body), content_type="application/json")


@router.get("/sites/{site}/trace", summary="Everything recorded about one unit")
def trace(request: HttpRequest, site: str, part: str, serial: str) -> Any:
    """Who, when, on what, every result, operations, tests with limits, the ledger (R-60)."""
    found = traces.unit_trace(actor(request), site, part, serial)
    return HttpResponse(msgspec.json.encode(found), content_type="application/json")


@router.get("/sites/{site}/attachments/{sha256}", summary="A file of a test record")
def attachment(request: HttpRequest, site: str, sha256: str) -> Any:
    content = traces.attachment(actor(request), site, sha256)
    response = HttpResponse(content, content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="{sha256[:16]}.bin"'
    return response
