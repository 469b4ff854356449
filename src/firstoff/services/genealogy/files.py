"""What a file of a machine or a station says, as records: their ids follow from what it says, so
that a file taken twice is stored once."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Union
from uuid import UUID

import msgspec
from django.conf import settings

from firstoff.db.models import Run, Unit
from firstoff.errors import FirstoffError, InvalidInput, Refused, Unavailable
from firstoff.formats import store
from firstoff.formats.sources import RawSource
from firstoff.formats.testdata import read
from firstoff.formats.testdata.assembling import made_id
from firstoff.formats.testdata.drafts import Draft, ImportResult, ReadOptions, RepairDraft
from firstoff.formats.testdata.posting import Placing, records_of
from firstoff.rules.genealogy import (
    KINDS,
    FileHandedIn,
    Installed,
    OperationDone,
    Posted,
    Removed,
    UnitBegun,
    check_whole,
    kind_of,
)
from firstoff.services.genealogy.picture import chunks

_RECORD: Any = Union[KINDS]  # noqa: UP007  # from the registry


@dataclass(frozen=True, slots=True)
class FileRead:
    """A file as records. ``begun``: how many of them begin units that nobody had recorded.

    optional: ids of records that may be refused alone; left_out: what is no record, and why."""

    name: str
    kind: str
    sha256: str
    records: tuple[Posted, ...]
    begun: int
    optional: Container[UUID]
    left_out: tuple[str, ...]


def file_records(
    raw: RawSource,
    *,
    site_id: int,
    name: str,
    kind: str,
    placing: Placing,
    start_missing: bool,
    options: ReadOptions,
) -> FileRead:
    """Read a file. Raises InvalidInput where it cannot be taken, or holds nothing to record."""
    result = read(raw, name=name, kind=kind, options=options)
    result.demand_all()
    if result.units:
        raise InvalidInput(
            f"{result.name} is a unit log: its rows are results of a run.",
            way_out="Name the run that it belongs to, with --run.",
            file=result.name,
        )
    records, left_out, optional = _records(result.drafts, placing)
    if not records:
        raise InvalidInput(
            f"{result.name} holds nothing that can be recorded. {' '.join(left_out[:3])}".strip(),
            way_out="Name the part or the run of its units.",
            file=result.name,
        )
    missing = _missing(site_id, records, result) if start_missing else []
    optional |= {one.id for one in missing}  # it may have been begun since, in the same post
    return FileRead(
        result.name,
        result.kind,
        result.sha256,
        (*missing, *records),
        len(missing),
        optional,
        (*result.warnings, *left_out),
    )


@dataclass(frozen=True, slots=True)
class UnreadFile:
    """A file that cannot be taken, and why."""

    error: FirstoffError
    records: tuple[Posted, ...] = ()


def files_in(records: Sequence[Posted], site_id: int) -> dict[UUID, FileRead | UnreadFile]:
    """The files of a post, read, by their records' ids. Units that nobody recorded are begun with
    them: a machine that drops files asks nobody."""
    found: dict[UUID, FileRead | UnreadFile] = {}
    for record in records:
        if not isinstance(record, FileHandedIn):
            continue
        try:
            record.check()
            check_whole(record, store.put(settings.MEDIA_ROOT, record.content, name=record.name))
            found[record.id] = file_records(
                record.content,
                site_id=site_id,
                name=record.name,
                kind=record.importer,
                placing=Placing(part=record.part, batch=record.batch, operation=record.operation),
                start_missing=True,
                options=ReadOptions(),
            )
        except Unavailable:  # a full disk says nothing about the file
            raise
        except FirstoffError as error:
            found[record.id] = UnreadFile(error)
    return found


def in_file(error: FirstoffError, record: Posted) -> FirstoffError:
    """What stops a file, told with the record that it says."""
    told = f"Its {kind_of(record)} of {record.about} cannot be taken: {error.message}"
    return Refused(told, code=error.code, way_out=error.way_out, **dict(error.details))


def _records(
    drafts: Iterable[Draft], placing: Placing
) -> tuple[list[Posted], list[str], set[UUID]]:
    """The records that the drafts are, in their order, sentences about those that are none, and
    the ids of what may be refused alone: a repair is true whatever is known of the parts that it
    swapped."""
    records: list[Posted] = []
    left_out: list[str] = []
    optional: set[UUID] = set()
    for draft in drafts:
        here = placing
        if not placing.part and not placing.batch:
            here = replace(placing, part=getattr(draft, "part_number", ""))
        found = records_of([draft], here)
        made = [msgspec.convert(record, _RECORD) for record in found.records]
        if isinstance(draft, RepairDraft):
            optional |= {r.id for r in made if isinstance(r, Installed | Removed)}
        records += made
        left_out += found.left_out
    return records, left_out, optional


def _missing(site_id: int, records: Sequence[Posted], result: ImportResult) -> list[Posted]:
    """A start for each unit that is named and not recorded yet, at its first record."""
    first: dict[tuple[str, str, str], datetime | None] = {}
    for record in records:
        for key in _units_of(record):
            if record.at is not None and ((seen := first.get(key)) is None or record.at < seen):
                first[key] = record.at
            first.setdefault(key, record.at)
    known = _known(site_id, first)
    return [
        UnitBegun(
            id=UUID(made_id(f"{result.sha256}#unit#{part}#{batch}#{serial}", at)),
            at=at,
            serial=serial,
            part="" if batch else part,
            batch=batch,
        )
        for (part, batch, serial), at in first.items()
        if (part, batch, serial) not in known
    ]


def _units_of(record: Posted) -> Iterable[tuple[str, str, str]]:
    serial, part, batch = (getattr(record, n, "") for n in ("serial", "part", "batch"))
    if serial and not isinstance(record, UnitBegun):
        yield part, batch, serial
    if isinstance(record, Installed):
        yield record.child.part, "", record.child.serial
    if isinstance(record, Removed) and record.replaced_by is not None:
        yield record.replaced_by.part or record.child.part, "", record.replaced_by.serial
    if isinstance(record, OperationDone):
        yield from ((i.child.part, "", i.child.serial) for i in record.installs)


def _known(
    site_id: int, named: Mapping[tuple[str, str, str], object]
) -> set[tuple[str, str, str]]:
    batches = {batch for _, batch, _ in named if batch}
    runs = Run.objects.filter(site=site_id, batch_id__in=batches).select_related("program__part")
    part_of = {run.batch_id: run.program.part.number for run in runs}
    found: set[tuple[str, str]] = set()
    for some in chunks({serial for _, _, serial in named}):
        rows = Unit.objects.filter(part__site=site_id, serial__in=some)
        found.update(rows.values_list("part__number", "serial"))
    return {
        key for key in named if ((part_of.get(key[1], "") if key[1] else key[0]), key[2]) in found
    }
