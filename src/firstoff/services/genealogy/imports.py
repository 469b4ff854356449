"""Files of machines and stations taken in as records: their ids follow from what they say, so that
a file taken twice is stored once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Union
from uuid import UUID

import msgspec

from firstoff.db.models import Run, Unit
from firstoff.errors import InvalidInput
from firstoff.formats.sources import RawSource
from firstoff.formats.testdata import read
from firstoff.formats.testdata.assembling import made_id
from firstoff.formats.testdata.drafts import Draft, ImportResult, ReadOptions, RepairDraft
from firstoff.formats.testdata.posting import Placing, records_of
from firstoff.rules.access import Actor
from firstoff.rules.genealogy import KINDS, Installed, OperationDone, Posted, Removed, UnitBegun
from firstoff.services.genealogy.picture import chunks
from firstoff.services.genealogy.post import Answer, Mode, post_records

_RECORD: Any = Union[KINDS]  # noqa: UP007


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of the records of a file. ``warnings`` name what is no record, and why."""

    file_name: str
    kind: str
    sha256: str
    stored: int
    already: int
    begun: int  # units that nobody had started
    refused: tuple[Answer, ...] = ()
    warnings: tuple[str, ...] = field(default=())


def import_file(
    *,
    site_id: int,
    raw: RawSource,
    by: Actor,
    at: datetime,
    name: str = "",
    kind: str = "",
    companion: RawSource | None = None,
    placing: Placing | None = None,
    start_missing: bool = False,
    mode: Mode = "all",
    options: ReadOptions | None = None,
) -> Imported:
    """Take the tests, parts, repairs, lots and consumption of a file: all of it or nothing.

    placing: the part or the batch of its units and the operation, which files of machines do not
    name; the part numbers of the file where neither is given. start_missing: units that a record
    names and nobody recorded are begun with it, in the batch or as parts from elsewhere.
    Raises InvalidInput, and Refused as ``post_records`` does.
    """
    settings = replace(options or ReadOptions(), companion=companion)
    result = read(raw, name=name, kind=kind, options=settings)
    result.demand_all()
    if result.units:
        raise InvalidInput(
            f"{result.name} is a unit log: its rows are results of a run.",
            way_out="Name the run that it belongs to, with --run.",
            file=result.name,
        )
    given = placing or Placing()
    records, left_out, optional = _records(result.drafts, given)
    missing = _missing(site_id, records, result) if start_missing else []
    if not records:
        raise InvalidInput(
            f"{result.name} holds nothing that can be recorded. {' '.join(left_out[:3])}".strip(),
            way_out="Name the part or the run of its units.",
            file=result.name,
        )
    answer = post_records(
        site_id=site_id,
        records=[*missing, *records],
        by=by,
        at=at,
        mode=mode,
        largest=None,
        optional=optional,
        source=result.kind,
        details={"file": result.name, "sha256": result.sha256},
    )
    return Imported(
        result.name,
        result.kind,
        result.sha256,
        answer.count("stored"),
        answer.count("already"),
        len(missing),
        answer.refused,
        (*result.warnings, *left_out, *(f"Left out: {a.message}" for a in answer.refused)),
    )


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
