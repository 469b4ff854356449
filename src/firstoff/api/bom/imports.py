"""Files taken into a draft: previewed, compared, then all of it or nothing."""

import json
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import File, Form, Router, Schema, Status
from ninja.files import UploadedFile
from pydantic import Field

from firstoff.api.bom.lines import ComparisonOut, comparison_out
from firstoff.api.bom.shapes import REVISION, LineDifferenceOut, difference_out, revision_at
from firstoff.api.pages import Page, page, window
from firstoff.errors import InvalidInput
from firstoff.formats.bom import BomMapping
from firstoff.queries import bom as reads
from firstoff.rules.bom.draft import Remark
from firstoff.services import bom

router = Router()


class RemarkOut(Schema):
    row: int | None
    column: str
    code: str
    sentence: str


class BomColumnOut(Schema):
    index: int
    letter: str
    header: str
    meaning: str = Field(description="Empty: kept as it is")
    example: str


class AssemblyOut(Schema):
    part: str
    revision: str
    new: bool = Field(description="The revision is made with the import")
    added: int
    changed: int
    removed: int
    same: int
    differences: list[LineDifferenceOut] = Field(description="Without lines that are the same")


class ImportedPartOut(Schema):
    number: str
    name: str
    procurement: str
    made: bool = Field(description="Its number was made of what the file says")


class ImportedSourceOut(Schema):
    part: str
    manufacturer: str
    mpn: str


class BomPreviewOut(Schema):
    """What taking the files would do. Nothing was written."""

    file_name: str
    kind: str
    label: str
    sha256: str
    encoding: str
    delimiter: str
    sheet: str
    header_row: int | None
    columns: list[BomColumnOut]
    mapping: dict[str, Any]
    remembered: bool = Field(description="Understood as somebody said for the last such file")
    counts: dict[str, Any]
    assemblies: list[AssemblyOut] = Field(description="The top first")
    new_parts: list[ImportedPartOut]
    new_sources: list[ImportedSourceOut]
    warnings: list[RemarkOut]
    refused: list[RemarkOut]
    can_be_taken: bool


class BomImportedOut(Schema):
    file_name: str
    sha256: str
    added: int
    changed: int
    removed: int
    same: int
    parts: int
    sources: int
    assemblies: int
    warnings: list[RemarkOut]
    left_out: list[RemarkOut]


class BomImportOut(Schema):
    at: str
    by: str
    file_name: str
    sha256: str
    kind: str
    summary: dict[str, Any]


@router.post(f"{REVISION}/imports/preview", response=BomPreviewOut, summary="What a file would do")
def preview(
    request: HttpRequest,
    site: str,
    part: str,
    revision: str,
    file: File[list[UploadedFile]],
    kind: Form[str] = "",
    mapping: Form[str] = "",
) -> dict[str, Any]:
    """Writes nothing. Several files that refer to each other are one. mapping: JSON object with
    `columns` (place from 0 to meaning), `header_row`, `delimiter`, `encoding`, `sheet`."""
    by, _, key = revision_at(request, site, part, revision)
    found = bom.preview_import(
        revision_id=key, files=_files(file), by=by, kind=kind, mapping=_mapping(mapping)
    )
    same = (
        *("file_name", "kind", "label", "sha256", "encoding", "delimiter", "sheet"),
        *("header_row", "columns", "remembered", "new_sources", "can_be_taken"),
    )
    counts = {name: getattr(found.counts, name) for name in found.counts.__dataclass_fields__}
    return {
        **{name: getattr(found, name) for name in same},
        "mapping": bom.mapping_as_json(found.mapping),
        "counts": {**counts, "pieces": f"{found.counts.pieces.normalize():f}"},
        "assemblies": [_assembly(one) for one in found.assemblies],
        "new_parts": [
            {"number": p.number, "name": p.name, "procurement": p.procurement, "made": p.made}
            for p in found.new_parts
        ],
        "warnings": _remarks(found.warnings),
        "refused": _remarks(found.refused),
    }


@router.post(
    f"{REVISION}/imports", response={201: BomImportedOut}, summary="Take files: all or nothing"
)
def take(
    request: HttpRequest,
    site: str,
    part: str,
    revision: str,
    file: File[list[UploadedFile]],
    kind: Form[str] = "",
    mapping: Form[str] = "",
    leave_out: Form[bool] = False,
) -> Status[object]:
    """leave_out: rows that cannot be taken are left out and named, instead of stopping it."""
    by, _, key = revision_at(request, site, part, revision)
    done = bom.import_bom(
        revision_id=key,
        files=_files(file),
        by=by,
        at=timezone.now(),
        kind=kind,
        mapping=_mapping(mapping),
        leave_out=leave_out,
    )
    same = ("file_name", "sha256", "parts", "sources", "assemblies")
    return Status(
        201,
        {
            **{name: getattr(done, name) for name in same},
            **done.lines,
            "warnings": _remarks(done.warnings),
            "left_out": _remarks(done.left_out),
        },
    )


@router.post(
    f"{REVISION}/compare-file", response=ComparisonOut, summary="As designed against a file"
)
def compare_file(
    request: HttpRequest,
    site: str,
    part: str,
    revision: str,
    file: File[list[UploadedFile]],
    kind: Form[str] = "",
    mapping: Form[str] = "",
) -> dict[str, Any]:
    """Compared is what the file can say. Writes nothing."""
    by, _, key = revision_at(request, site, part, revision)
    found = reads.compare_file(by, key, _files(file), kind=kind, mapping=_mapping(mapping))
    return comparison_out(found)


@router.get(f"{REVISION}/imports", response=Page[BomImportOut], summary="Files taken into it")
def imports(
    request: HttpRequest,
    site: str,
    part: str,
    revision: str,
    cursor: str | None = None,
    limit: int = 50,
) -> dict[str, object]:
    by, _, key = revision_at(request, site, part, revision)
    offset, size = window(cursor, limit)
    found = reads.imports(by, key)
    same = ("by", "file_name", "sha256", "kind", "summary")
    some = [
        {**{name: getattr(one, name) for name in same}, "at": one.at.isoformat()}
        for one in found[offset : offset + size]
    ]
    return page(some, len(found), offset)


def _files(files: list[UploadedFile]) -> list[tuple[str, bytes]]:
    return [(one.name or "file", one.read()) for one in files]


def _mapping(text: str) -> BomMapping | None:
    if not text.strip():
        return None
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise InvalidInput(
            'The mapping is no JSON object; expected {"columns": {"2": "mpn"}}.', field="mapping"
        )
    return bom.mapping_from_json(found)


def _assembly(one: bom.AssemblyPreview) -> dict[str, Any]:
    counts = dict.fromkeys(("added", "changed", "removed", "same"), 0)
    for difference in one.differences:
        counts[difference.change.value] += 1
    return {
        **counts,
        "part": one.part,
        "revision": one.revision,
        "new": one.new,
        "differences": [difference_out(d) for d in one.differences if d.change.value != "same"],
    }


def _remarks(found: tuple[Remark, ...]) -> list[dict[str, Any]]:
    return [
        {"row": r.row, "column": r.column, "code": r.code, "sentence": r.sentence} for r in found
    ]
