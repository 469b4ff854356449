"""Files taken in: previewed, then all of it or nothing."""

from collections.abc import Mapping
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import File, Form, Router
from ninja.files import UploadedFile

from firstoff.api.execution.runs import RUN, on
from firstoff.api.uploads import content, read_mapping
from firstoff.errors import InvalidInput
from firstoff.formats.exports import CSV_TYPE, XLSX_TYPE
from firstoff.formats.testdata.unit_log import template_csv, template_xlsx
from firstoff.services import execution

router = Router()


@router.post(f"{RUN}/imports/preview", summary="What taking a file would do")
def preview(
    request: HttpRequest,
    site: str,
    batch_id: str,
    file: File[UploadedFile],
    kind: Form[str] = "",
    mapping: Form[str] = "",
    start_missing: Form[bool] = False,
    equipment: Form[str] = "",
) -> Any:
    """Writes nothing. Each row is `take`, `already` or `refused` with the reason.

    mapping: JSON object of column header to field, `""` to leave a column out.
    equipment: code, for rows that name none."""
    given = on(request, site, batch_id)
    found = execution.preview_import(
        **given,
        raw=content(file),
        name=file.name or "",
        kind=kind,
        mapping=read_mapping(mapping),
        start_missing=start_missing,
        equipment=equipment,
    )
    body = {
        **{name: getattr(found, name) for name in found.__dataclass_fields__},
        "take": found.count("take"),
        "already": found.count("already"),
        "refused": found.count("refused"),
        "can_be_taken": found.can_be_taken,
    }
    return HttpResponse(msgspec.json.encode(body), content_type="application/json")


@router.post(f"{RUN}/imports", summary="Take a file: all of it or nothing")
def take(
    request: HttpRequest,
    site: str,
    batch_id: str,
    file: File[UploadedFile],
    kind: Form[str] = "",
    mapping: Form[str] = "",
    start_missing: Form[bool] = False,
    equipment: Form[str] = "",
) -> Any:
    """The same file again is answered with what was stored."""
    given = on(request, site, batch_id)
    found = execution.import_file(
        **given,
        raw=content(file),
        name=file.name or "",
        kind=kind,
        mapping=read_mapping(mapping),
        start_missing=start_missing,
        equipment=equipment,
    )
    status = 200 if found.again else 201
    return HttpResponse(msgspec.json.encode(found), content_type="application/json", status=status)


@router.get("/templates/unit-log.{ending}", summary="An empty unit log: csv or xlsx")
def template(request: HttpRequest, ending: str) -> Any:
    made: Mapping[str, tuple[Any, str]] = {
        "csv": (template_csv, CSV_TYPE),
        "xlsx": (template_xlsx, XLSX_TYPE),
    }
    if ending not in made:
        raise InvalidInput(f"There is no template as {ending[:20]}; expected csv or xlsx.")
    write, kind = made[ending]
    response = HttpResponse(write(), content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="unit-log.{ending}"'
    return response
