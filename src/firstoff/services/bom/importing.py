"""Files taken into a draft: first a preview that writes nothing, then all of it or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings

from firstoff.db.models import BomImport, ImportMapping, PartRevision
from firstoff.errors import InvalidInput
from firstoff.formats import store
from firstoff.formats.bom import BomMapping, fingerprint, read_boms
from firstoff.formats.sources import megabytes
from firstoff.queries.bom import known_of, mapping_of
from firstoff.rules.access import Actor
from firstoff.rules.bom.comparing import LineChange, LineDifference
from firstoff.rules.bom.draft import BomColumn, BomCounts, BomFile, Remark, counts
from firstoff.rules.bom.planning import ImportPlan, NewPart, NewSource, plan_import
from firstoff.rules.ledger import canonical
from firstoff.services.bom.ground import draft, revision_for, verb
from firstoff.services.bom.placing import Placed, PlacedImport, placed_of
from firstoff.services.bom.taking import take

_LARGEST = 200_000_000  # bytes of all files of one import
_TOLD = 200  # warnings that the record of an import keeps


@dataclass(frozen=True, slots=True)
class AssemblyPreview:
    """The lines of one assembly against what is there. ``part`` of the top is the target's.

    ``new``: the revision is made with the import. ``rows`` of ``differences`` in their order; no
    row for what is removed.
    """

    part: str
    revision: str
    new: bool
    differences: tuple[LineDifference, ...]
    rows: tuple[int | None, ...]

    def count(self, change: LineChange) -> int:
        return sum(d.change is change for d in self.differences)


@dataclass(frozen=True, slots=True)
class ImportPreview:
    """What taking a file would do. Nothing was written.

    ``assemblies``: the top first. ``taken_before``: the same file made these lines already.
    ``remembered``: its columns were understood as somebody said for the last such file.
    """

    file_name: str
    kind: str
    label: str
    sha256: str
    encoding: str
    delimiter: str
    sheet: str
    header_row: int | None
    columns: tuple[BomColumn, ...]
    fingerprint: str
    counts: BomCounts
    assemblies: tuple[AssemblyPreview, ...]
    new_parts: tuple[NewPart, ...]
    new_sources: tuple[NewSource, ...]
    warnings: tuple[Remark, ...]
    refused: tuple[Remark, ...]
    remembered: bool = False
    mapping: BomMapping = field(default_factory=BomMapping)

    def count(self, change: LineChange) -> int:
        return sum(one.count(change) for one in self.assemblies)

    @property
    def can_be_taken(self) -> bool:
        return not self.refused and any(
            d.after is not None for one in self.assemblies for d in one.differences
        )


@dataclass(frozen=True, slots=True)
class BomImported:
    """A file that was taken. ``left_out``: rows that could not be, as was asked for."""

    id: int
    revision_id: int
    file_name: str
    sha256: str
    lines: Mapping[str, int]  # added, changed, removed, same
    parts: int
    sources: int
    assemblies: int
    warnings: tuple[Remark, ...]
    left_out: tuple[Remark, ...]


@dataclass(frozen=True, slots=True)
class _Read:
    file: BomFile
    fingerprint: str
    mapping: BomMapping
    remembered: bool
    contents: tuple[tuple[str, bytes], ...]


def preview_import(
    *,
    revision_id: int,
    files: Sequence[tuple[str, bytes]],
    by: Actor,
    kind: str = "",
    mapping: BomMapping | None = None,
) -> ImportPreview:
    """Read files and say, line by line, what taking them would do. Writes nothing.

    files: name and content; several make one bill of materials with levels. kind: a reader's name;
    found by content when empty. mapping: how a person says the columns are to be understood; what
    was said for the last file like it is remembered. Raises InvalidInput where the file cannot be
    read at all, Refused (R-10) for a loop or a target that is no draft.
    """
    revision = draft(revision_for(by, revision_id, "definition.edit"))
    return preview_into(revision, files, kind, mapping)


def preview_into(
    revision: PartRevision,
    files: Sequence[tuple[str, bytes]],
    kind: str = "",
    mapping: BomMapping | None = None,
) -> ImportPreview:
    """The same for a revision that need not be stored yet."""
    read = _read(revision, files, kind, mapping)
    plan = _plan(revision, read.file)
    placed = placed_of(revision, plan)
    return ImportPreview(
        file_name=read.file.name,
        kind=read.file.kind,
        label=read.file.label,
        sha256=read.file.sha256,
        encoding=read.file.encoding,
        delimiter=read.file.delimiter,
        sheet=read.file.sheet,
        header_row=read.file.header_row,
        columns=read.file.columns,
        fingerprint=read.fingerprint,
        counts=counts(read.file.lines),
        assemblies=tuple(_shown(one) for one in reversed(placed.assemblies)),
        new_parts=plan.parts,
        new_sources=plan.sources,
        warnings=(*plan.warnings, *placed.warnings),
        refused=(*plan.refused, *placed.refused),
        remembered=read.remembered,
        mapping=read.mapping,
    )


def import_bom(
    *,
    revision_id: int,
    files: Sequence[tuple[str, bytes]],
    by: Actor,
    at: datetime,
    kind: str = "",
    mapping: BomMapping | None = None,
    leave_out: bool = False,
    remember: bool = True,
) -> BomImported:
    """Take files into a draft: all of it or nothing; what the files do not name goes.

    leave_out: rows that cannot be taken are left out, and named in the record; without it the
    first of them stops the import. remember: how a person said the columns are to be understood
    holds for the next file like it. Raises InvalidInput, Refused.
    """
    revision = revision_for(by, revision_id, "definition.edit")
    read = _read(draft(revision), files, kind, mapping)
    _keep(read)
    with verb("import", revision, by, at) as entry:
        revision = draft(revision)
        plan = _plan(revision, read.file)
        placed = placed_of(revision, plan)
        refused = (*plan.refused, *placed.refused)
        if refused and not leave_out:
            raise _stopped(read.file, refused)
        if not any(one.lines for one in plan.assemblies):
            raise InvalidInput(
                f"{read.file.name} holds no line that can be taken.",
                code="no-lines",
                file=read.file.name,
            )
        take(revision, placed, plan, entry)
        lines = _line_counts(placed)
        record = entry.add(_record(revision, read, plan, placed, refused))
        if remember and mapping is not None:
            _remember(revision, read, by, at)
        entry.details.update(
            file=read.file.name,
            sha256=read.file.sha256,
            lines=lines,
            parts=len(plan.parts),
            sources=len(plan.sources),
            left_out=len(refused),
        )
    return BomImported(
        id=record.pk,
        revision_id=revision.pk,
        file_name=read.file.name,
        sha256=read.file.sha256,
        lines=lines,
        parts=len(plan.parts),
        sources=len(plan.sources),
        assemblies=len(plan.assemblies) - 1,
        warnings=(*plan.warnings, *placed.warnings),
        left_out=refused,
    )


def mapping_as_json(mapping: BomMapping) -> dict[str, Any]:
    """As it is remembered, and as the doors send it."""
    return {**asdict(mapping), "columns": {str(k): v for k, v in mapping.columns.items()}}


def mapping_from_json(data: Mapping[str, Any]) -> BomMapping:
    """Raises InvalidInput."""
    try:
        columns = {int(key): str(value) for key, value in dict(data.get("columns") or {}).items()}
        row = data.get("header_row")
        return BomMapping(
            columns,
            None if row is None else int(row),
            str(data.get("delimiter") or ""),
            str(data.get("encoding") or ""),
            str(data.get("sheet") or ""),
        )
    except (TypeError, ValueError) as error:
        raise InvalidInput(
            "The mapping cannot be read; expected columns by their place, from 0, and a header "
            "row.",
            field="mapping",
        ) from error


def _read(
    revision: PartRevision,
    files: Sequence[tuple[str, bytes]],
    kind: str,
    mapping: BomMapping | None,
) -> _Read:
    if not files:
        raise InvalidInput("No file was given.", code="no-file", field="file")
    if (size := sum(len(content) for _, content in files)) > _LARGEST:
        raise InvalidInput(
            f"The files have {megabytes(size)}; at most {megabytes(_LARGEST)} are taken at once.",
            code="too-large",
        )
    contents = tuple(files)
    plain = _one(contents, kind, None if mapping is None else mapping)
    if mapping is not None:
        # Remembered by how the file looks before anybody says anything about it.
        return _Read(plain, _looks(contents, kind, plain), mapping, False, contents)
    looks = fingerprint(plain)
    held = mapping_of(revision.part.site_id, looks)
    if held is None:
        return _Read(plain, looks, BomMapping(), False, contents)
    known = mapping_from_json(held)
    return _Read(_one(contents, kind, known), looks, known, True, contents)


def _looks(files: Sequence[tuple[str, bytes]], kind: str, mapped: BomFile) -> str:
    try:
        return fingerprint(_one(files, kind, None))
    except InvalidInput:
        return fingerprint(mapped)


def _one(files: Sequence[tuple[str, bytes]], kind: str, mapping: BomMapping | None) -> BomFile:
    found = read_boms([*files], kind=kind, mapping=mapping, strict=len(files) == 1)
    if len(found) > 1:
        names = ", ".join(file.name for file in found[:4])
        raise InvalidInput(
            f"These are {len(found)} bills of materials that do not refer to each other: {names}.",
            way_out="Take them one by one.",
            code="several",
        )
    file = found[0]
    if file.lines and all(one.quantity is None for one in file.lines):
        raise InvalidInput(
            f"{file.name} is a list of parts: none of its {len(file.lines):,} lines says how many "
            "go into one.",
            way_out="Name the column of the quantity, or take it as prices and lead times.",
            code="no-usage",
            file=file.name,
        )
    return file


def _plan(revision: PartRevision, file: BomFile) -> ImportPlan:
    known = known_of(revision.part.site_id, file.lines)
    return plan_import(file, known, revision.part.number)


def _keep(read: _Read) -> None:
    """Before the verb, so that nobody waits for a disk; content that is there stays one."""
    for name, content in read.contents:
        store.put(Path(settings.MEDIA_ROOT), content, name=name, largest=_LARGEST)


def _stopped(file: BomFile, refused: Sequence[Remark]) -> InvalidInput:
    first = refused[0]
    where = f"row {first.row}" if first.row else "one row"
    more = f" So it is with {len(refused) - 1:,} more rows." if len(refused) > 1 else ""
    return InvalidInput(
        f"{file.name}, {where}: {first.sentence}{more}",
        way_out="Mend the file, correct how its columns are understood, or leave such rows out.",
        code="refused-rows",
        file=file.name,
        row=first.row,
        column=first.column,
        refused=[_said(remark) for remark in refused[:_TOLD]],
    )


def _shown(placed: Placed) -> AssemblyPreview:
    return AssemblyPreview(
        part=placed.part,
        revision=placed.label,
        new=placed.revision is None,
        differences=placed.differences,
        rows=tuple(
            None if d.at_after is None else placed.rows[d.at_after] for d in placed.differences
        ),
    )


def _line_counts(placed: PlacedImport) -> dict[str, int]:
    return {
        kind.value: sum(d.change is kind for one in placed.assemblies for d in one.differences)
        for kind in LineChange
    }


def _record(
    revision: PartRevision,
    read: _Read,
    plan: ImportPlan,
    placed: PlacedImport,
    refused: Sequence[Remark],
) -> BomImport:
    file = read.file
    warnings = (*plan.warnings, *placed.warnings)
    summary = {
        "label": file.label,
        "encoding": file.encoding,
        "delimiter": file.delimiter,
        "sheet": file.sheet,
        "header_row": file.header_row,
        "fingerprint": read.fingerprint,
        "columns": [[c.letter, c.header, c.meaning] for c in file.columns],
        "counts": asdict(counts(file.lines)),
        "lines": _line_counts(placed),
        "parts": [one.number for one in plan.parts if not one.made][:_TOLD],
        "made_parts": sum(one.made for one in plan.parts),
        "new_parts": len(plan.parts),
        "new_sources": len(plan.sources),
        "assemblies": [[one.part, one.label] for one in placed.assemblies[:_TOLD]],
        "warnings": [_said(remark) for remark in warnings[:_TOLD]],
        "more_warnings": max(0, len(warnings) - _TOLD),
        "left_out": [_said(remark) for remark in refused],
        "files": [[name, sha256(content).hexdigest()] for name, content in read.contents],
    }
    return BomImport(
        revision=revision,
        file_name=file.name[:300],
        sha256=file.sha256,
        kind=file.kind,
        summary=canonical(summary),
    )


def _remember(revision: PartRevision, read: _Read, by: Actor, at: datetime) -> None:
    ImportMapping.objects.update_or_create(
        site_id=revision.part.site_id,
        subject="bom",
        fingerprint=read.fingerprint,
        defaults={
            "name": f"{read.file.label}: {read.file.name}"[:200],
            "mapping": mapping_as_json(read.mapping),
            "saved_by_id": by.person_id,
            "saved_at": at,
        },
    )


def _said(remark: Remark) -> list[Any]:
    return [remark.row, remark.column, remark.code, remark.sentence]
