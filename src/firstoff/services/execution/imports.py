"""Files taken in: first a preview that writes nothing, then all of it or nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from django.conf import settings

from firstoff.db.models import RecordImport, Run
from firstoff.errors import InvalidInput, NotFound
from firstoff.formats import store
from firstoff.formats.sources import DEFAULT_LIMITS, RawSource, opened
from firstoff.formats.tables import Column
from firstoff.formats.testdata import read
from firstoff.formats.testdata.drafts import ImportResult, ReadOptions, UnitDraft
from firstoff.rules.access import Actor
from firstoff.services.execution.bulk import BulkAnswer, demand_all, plan_all
from firstoff.services.execution.floor import Floor
from firstoff.services.execution.ground import run_for, verb, zone_of
from firstoff.services.execution.posted import from_draft
from firstoff.services.execution.testing import plan_tests, summary
from firstoff.services.ledger import Entry
from firstoff.services.repeating import AlreadyStored


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """A row of the file and what would become of it: ``take``, ``already`` or ``refused``.

    ``column`` and ``found`` where one cell is to blame; ``raw`` is a refused row as written."""

    row: int
    serial: str
    says: str
    state: str
    column: str = ""
    sentence: str = ""
    way_out: str = ""
    raw: str = ""
    reasons: tuple[str, ...] = ()  # why the unit will not count


@dataclass(frozen=True, slots=True)
class TakenBefore:
    """The same file, taken already."""

    at: datetime
    by: str
    file_name: str
    taken: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What taking a file would do. Nothing was written."""

    kind: str
    file_name: str
    sha256: str
    encoding: str
    delimiter: str
    sheet: str
    columns: tuple[Column, ...]
    rows: tuple[PreviewRow, ...]
    warnings: tuple[str, ...]
    before: TakenBefore | None = None

    def count(self, state: str) -> int:
        return sum(row.state == state for row in self.rows)

    @property
    def refused(self) -> tuple[PreviewRow, ...]:
        return tuple(row for row in self.rows if row.state == "refused")

    @property
    def can_be_taken(self) -> bool:
        return self.before is None and not self.refused and self.count("take") > 0


@dataclass(frozen=True, slots=True)
class Imported:
    """A file that was taken. ``again``: it had been taken before, and nothing was written now."""

    id: int
    file_name: str
    sha256: str
    taken: int
    already: int
    at: datetime
    by: str
    again: bool = False
    warnings: tuple[str, ...] = ()


class _Writes(Protocol):
    def write(self, entry: Entry) -> None: ...


@dataclass(slots=True)
class _Reading:
    """A file read, and planned against the floor."""

    result: ImportResult
    answer: BulkAnswer
    planned: _Writes
    warnings: list[str] = field(default_factory=list)


def preview_import(
    *,
    run_id: int,
    raw: RawSource,
    by: Actor,
    at: datetime,
    name: str = "",
    kind: str = "",
    mapping: Mapping[str, str] | None = None,
    start_missing: bool = False,
    equipment: str = "",
    companion: RawSource | None = None,
) -> Preview:
    """Read a file and say, row by row, what taking it would do. Writes nothing.

    kind: a name of the importers; found by content when empty. mapping: header to field, to
    correct how columns were understood. equipment: code, for rows that name none. companion: the
    file that describes this one.
    Raises InvalidInput where the file cannot be read at all.
    """
    run = run_for(by, run_id, "unit.record")
    result = _read(run, raw, name, kind, mapping, companion)
    _demand_of_a_run(result)
    reading = _plan(Floor(run, by=by, at=at), result, start_missing, equipment)
    refused = [
        PreviewRow(p.row, "", "", "refused", p.column, p.sentence, raw=p.raw)
        for p in result.refused
    ]
    rows = [*refused, *_planned_rows(reading)]
    return Preview(
        kind=result.kind,
        file_name=result.name,
        sha256=result.sha256,
        encoding=result.encoding or "",
        delimiter=result.delimiter or "",
        sheet=result.sheet or "",
        columns=result.columns,
        rows=tuple(sorted(rows, key=lambda r: r.row)),
        warnings=(*result.warnings, *reading.warnings),
        before=_before(run, result.sha256),
    )


def import_file(
    *,
    run_id: int,
    raw: RawSource,
    by: Actor,
    at: datetime,
    name: str = "",
    kind: str = "",
    mapping: Mapping[str, str] | None = None,
    start_missing: bool = False,
    equipment: str = "",
    companion: RawSource | None = None,
) -> Imported:
    """Take a file: every row or none. The same file again is answered with what was stored.

    Raises InvalidInput naming the first row that cannot be read, Refused naming the first that a
    rule refuses.
    """
    run = run_for(by, run_id, "unit.record")
    result = _read(run, raw, name, kind, mapping, companion)
    try:
        with verb("import_file", run, by=by, at=at, about=f"file {result.name}") as entry:
            held = _held(run, result.sha256)
            if held is not None:
                raise AlreadyStored(held)
            result.demand_all()
            _demand_of_a_run(result)
            if not result.drafts:
                raise InvalidInput(
                    f"{result.name} holds no record.", code="no-records", file=result.name
                )
            reading = _plan(Floor(run, by=by, at=at), result, start_missing, equipment)
            demand_all(reading.answer)
            taken = reading.answer.count("stored")
            record = entry.add(
                RecordImport(
                    run=run,
                    kind=result.kind,
                    file_name=result.name[:300],
                    sha256=result.sha256,
                    taken=taken,
                )
            )
            reading.planned.write(entry)
            entry.details.update(file=result.name, sha256=result.sha256, taken=taken)
    except AlreadyStored as known:
        return _imported(known.of(RecordImport), already=0, again=True)
    already = reading.answer.count("already")
    return _imported(record, already=already, warnings=(*result.warnings, *reading.warnings))


def _read(
    run: Run,
    raw: RawSource,
    name: str,
    kind: str,
    mapping: Mapping[str, str] | None,
    companion: RawSource | None,
) -> ImportResult:
    largest = min(settings.MAX_UPLOAD_BYTES, 2_000_000_000)
    options = ReadOptions(
        time_zone=zone_of(run),
        mapping=mapping or {},
        limits=replace(DEFAULT_LIMITS, file_bytes=largest),
        companion=companion,
    )
    return read(raw, name=name, kind=kind, options=options)


def _demand_of_a_run(result: ImportResult) -> None:
    """Raise InvalidInput for what a run has no place for: nothing is left out quietly, and a file
    without a record is no success."""
    if result.nothing:
        raise InvalidInput(result.nothing, code="no-rows", file=result.name)
    counts = {
        "repair report": len(result.repairs),
        "lot": len(result.lots),
        "consumption": len(result.consumptions),
        "floor record": sum(bool(draft.kind) for draft in result.records),
    }
    others = [f"{count:,} {word}{'s' * (count > 1)}" for word, count in counts.items() if count]
    if others:
        raise InvalidInput(
            f"{result.name} holds {' and '.join(others)}; a run takes units and test records.",
            code="not-of-a-run",
            way_out="Post such records to /api/v1/records.",
            file=result.name,
            found=others,
            expected="units and test records",
        )


def _plan(floor: Floor, result: ImportResult, start_missing: bool, equipment: str) -> _Reading:
    if result.tests:
        answer, tests = plan_tests(
            floor, result.tests, source=result.kind, start_missing=start_missing
        )
        return _Reading(result, answer, tests, tests.warnings)
    records = [from_draft(d) for d in result.units]
    records = [r if r.equipment else replace(r, equipment=equipment) for r in records]
    answer, planned = plan_all(floor, records, source=result.kind)
    return _Reading(result, answer, planned)


def _planned_rows(reading: _Reading) -> list[PreviewRow]:
    result, answers = reading.result, reading.answer.answers
    said = [summary(d) for d in result.tests] or [_says(d) for d in result.units]
    return [
        PreviewRow(
            answer.row,
            answer.serial,
            says,
            "take" if answer.state == "stored" else answer.state,
            answer.field,
            answer.message,
            answer.way_out,
            reasons=answer.reasons,
        )
        for says, answer in zip(said, answers, strict=True)
    ]


def _says(draft: UnitDraft) -> str:
    """One row of a log in a few words."""
    named = (("fit", draft.fit), ("finish", draft.finish), ("function", draft.function))
    failed = [name for name, value in named if value == "fail"]
    passed = [name for name, value in named if value == "pass"]
    parts = [f"fails {', '.join(failed)}"] if failed else []
    if len(passed) == len(named):
        parts.append("passes")
    elif passed and not failed:
        parts.append(f"passes {', '.join(passed)}")
    if draft.defect_codes:
        parts.append(", ".join(draft.defect_codes))
    if draft.build_minutes is not None:
        parts.append(f"{draft.build_minutes.normalize():f}\u00a0min")
    if draft.attempt != "first":
        parts.append(draft.attempt.value)
    return ", ".join(parts) or "started"


def _held(run: Run, sha256: str) -> RecordImport | None:
    rows = RecordImport.objects.filter(run=run, sha256=sha256).select_related("by")
    return rows.first()


def _before(run: Run, sha256: str) -> TakenBefore | None:
    held = _held(run, sha256)
    if held is None:
        return None
    return TakenBefore(held.received_at, held.by.name, held.file_name, held.taken)


def _imported(
    record: RecordImport,
    *,
    already: int,
    again: bool = False,
    warnings: tuple[str, ...] = (),
) -> Imported:
    return Imported(
        record.pk,
        record.file_name,
        record.sha256,
        record.taken,
        already,
        record.received_at,
        record.by.name,
        again,
        warnings,
    )


# ---------------------------------------------------------------- between preview and taking

_KEPT = timedelta(days=1)


def hold_upload(raw: RawSource, *, name: str, at: datetime) -> str:
    """Keep an uploaded file until it is taken, for a day at most; answers its SHA-256.

    Raises InvalidInput when it is empty or too large."""
    folder = Path(settings.MEDIA_ROOT) / "uploads"
    largest = settings.MAX_UPLOAD_BYTES
    with opened(raw, name=name, limits=replace(DEFAULT_LIMITS, file_bytes=largest)) as source:
        content = b"".join(source.chunks())
    if folder.exists():
        store.sweep(folder, before=at - _KEPT)
    return store.put(folder, content, name=name, largest=largest)


def held_upload(sha256: str) -> bytes:
    """The uploaded file. Raises NotFound when it is kept no longer."""
    try:
        return store.get(Path(settings.MEDIA_ROOT) / "uploads", sha256)
    except NotFound:
        raise NotFound(
            "The uploaded file is kept no longer.", way_out="Choose the file again."
        ) from None
