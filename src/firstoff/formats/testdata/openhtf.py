"""OpenHTF test records in JSON: one record, a list of them, or one per line.

Outcomes and limits stay as the station gave them; what contradicts itself is a warning. Records
from the first versions (2016) to 1.6 are read; log lines and diagnoses are counted, not kept.
"""

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from firstoff.errors import InvalidInput
from firstoff.formats.sources import RawSource, content_of, opened
from firstoff.formats.testdata.drafts import (
    AttachmentDraft,
    Importer,
    ImportResult,
    MeasurementDraft,
    OutcomeDetail,
    PhaseDraft,
    ReadOptions,
    RowProblem,
    SubtestDraft,
    TestDraft,
    capped,
)
from firstoff.formats.testdata.jsontext import DuplicateKeys, json_text, json_values
from firstoff.formats.testdata.openhtf_parts import parts_in
from firstoff.formats.testdata.openhtf_values import (
    RECORD_OUTCOMES,
    FieldRefused,
    Json,
    clean,
    list_at,
    measurement_at,
    moment_at,
    object_at,
    outcome_at,
    shown,
    text_of,
    truth_of,
)
from firstoff.formats.testdata.serials import SERIAL_LENGTH, hidden_character
from firstoff.terms import TestOutcome

_KEYS = ("dut_id", "phases", "station_id", "start_time_millis")
_ANY_OUTCOME = frozenset(TestOutcome)
_LOT_KEYS = ("lot", "lot_number", "batch", "batch_number", "batch_id")


def read(raw: RawSource, *, name: str, options: ReadOptions) -> ImportResult:
    """Read a file of OpenHTF records. Raises InvalidInput when the file as a whole is none."""
    with opened(raw, name=name, limits=options.limits) as source:
        label, sha256 = source.name, source.sha256()
        text, encoding = json_text(source, options.limits)
    twice = DuplicateKeys()
    records = list(json_values(text, label, encoding, twice))
    _check_any(records, text, label)
    reading = _Reading(len(records))
    for number, record in enumerate(records, start=1):
        reading.take(number, record)
    if twice.names:
        names = ", ".join(map(repr, list(twice.names)[:5]))
        reading.warnings.append(f"{names}: given twice in one object; the last one was taken.")
    if encoding == "cp1252":
        reading.warnings.append(f"{label} is not UTF-8 and was read as Windows-1252.")
    return ImportResult(
        kind=IMPORTER.name,
        name=label,
        sha256=sha256,
        encoding=encoding,
        delimiter=None,
        sheet=None,
        header_row=None,
        columns=(),
        drafts=tuple(reading.drafts),
        refused=tuple(reading.refused),
        warnings=capped(reading.warnings),
    )


def _check_any(records: list[Any], text: str, label: str) -> None:
    if any(isinstance(record, dict) and any(key in record for key in _KEYS) for record in records):
        return
    if not records:
        found = "an empty list" if text.strip() else "nothing"
    elif isinstance(records[0], dict):
        found = "an object with " + ", ".join(map(repr, list(records[0])[:6]))
        found = found if records[0] else "an empty object"
    else:
        found = shown(records[0])
    raise InvalidInput(
        f"{label}: found {found[:200]}; expected an OpenHTF record, an object with 'dut_id', "
        "'outcome' and 'phases'.",
        code="not-openhtf",
        file=label,
        found=found[:200],
        expected="an OpenHTF record",
    )


@dataclass(slots=True)
class _Reading:
    """One file being read: what was taken, refused and noticed so far."""

    count: int
    drafts: list[TestDraft] = field(default_factory=list)
    refused: list[RowProblem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict)

    def take(self, number: int, record: Any) -> None:
        root = "$" if self.count == 1 else f"$[{number - 1}]"
        try:
            if not isinstance(record, dict):
                raise FieldRefused(root, shown(record), "an OpenHTF record (an object)")
            draft, odd = _Record(record, root, number).draft()
        except FieldRefused as refusal:
            self._refuse(number, refusal, record)
            return
        except RecursionError:
            deep = FieldRefused(root, "objects inside objects", "a record of OpenHTF's depth")
            self._refuse(number, deep, record)
            return
        label = "" if self.count == 1 else f"Record {number}: "
        self.warnings.extend(label + sentence for sentence in odd)
        if earlier := self.seen.get(draft.digest):
            self.warnings.append(f"Record {number} is record {earlier} again; taken once.")
            return
        self.seen[draft.digest] = number
        self.drafts.append(draft)

    def _refuse(self, number: int, refusal: FieldRefused, record: Any) -> None:
        sentence = (
            f"Record {number}, {refusal.path}: found {refusal.found}; expected {refusal.expected}."
        )
        raw = shown(record)
        if isinstance(record, dict):
            held = ((key, record.get(key)) for key in (*_KEYS, "end_time_millis", "outcome"))
            raw = ", ".join(f"{key}: {shown(value)}" for key, value in held)
        self.refused.append(
            RowProblem(number, refusal.path, refusal.found, refusal.expected, sentence, raw[:500])
        )


class _Record:
    """One record. Each part is read into a list here; a field that cannot be taken raises."""

    def __init__(self, record: Json, root: str, number: int) -> None:
        self.record, self.root, self.number = record, root, number
        self.odd: list[str] = []
        self.phases: list[PhaseDraft] = []
        self.measurements: list[MeasurementDraft] = []
        self.attachments: list[AttachmentDraft] = []

    def draft(self) -> tuple[TestDraft, list[str]]:
        record, root = self.record, self.root
        serial = self._serial()
        started, ended = self._times()
        outcome = outcome_at(record.get("outcome"), f"{root}.outcome", RECORD_OUTCOMES)
        metadata = object_at(record.get("metadata"), f"{root}.metadata")
        for index, phase in enumerate(list_at(record.get("phases"), f"{root}.phases")):
            self._phase(index, object_at(phase, f"{root}.phases[{index}]"))
        parts, odd = parts_in(record, metadata, serial)
        self.odd += odd
        lots = [text_of(metadata[key]) for key in _LOT_KEYS if metadata.get(key)]
        draft = TestDraft(
            row=self.number,
            serial=serial,
            station=self._station(metadata),
            started_at=started,
            ended_at=ended,
            outcome=outcome,
            outcome_details=self._details(),
            marginal=truth_of(record.get("marginal")),
            test_name=text_of(metadata.get("test_name")),
            test_version=text_of(metadata.get("test_version")),
            procedure_id=text_of(metadata.get("procedure_id")),
            part_number=text_of(metadata.get("part_number")),
            revision=text_of(metadata.get("revision")),
            lot=lots[0] if lots else "",
            phases=tuple(self.phases),
            subtests=self._subtests(),
            measurements=tuple(self.measurements),
            attachments=tuple(self.attachments),
            metadata=clean(_canonical(metadata, ascii_only=False)),
            log_records=_count(record.get("log_records")),
            diagnoses=_count(record.get("diagnoses")),
            digest=hashlib.sha256(_canonical(record).encode()).hexdigest(),
            operator=text_of(metadata.get("operator") or metadata.get("operator_name")),
            sub_units=tuple(parts),
        )
        self._contradictions(draft)
        return draft, self.odd

    def _serial(self) -> str:
        path, expected = f"{self.root}.dut_id", "the serial number of the unit"
        given = self.record.get("dut_id")
        if isinstance(given, int) and not isinstance(given, bool) and abs(given) < 10**40:
            self.odd.append(f"{path} is the number {given}; leading zeros may be lost.")
            given = str(given)
        if not isinstance(given, str) or not given.strip():
            raise FieldRefused(path, shown(given or None), expected)
        serial = given.strip()
        if len(serial) > SERIAL_LENGTH:
            raise FieldRefused(path, f"{len(serial):,} characters", f"at most {SERIAL_LENGTH}")
        if hidden := hidden_character(serial):
            raise FieldRefused(path, hidden, "visible characters")
        if serial != given:
            self.odd.append(f"{path}: spaces around serial {serial!r} left out.")
        return serial

    def _times(self) -> tuple[datetime, datetime | None]:
        record, root = self.record, self.root
        started = moment_at(record.get("start_time_millis"), f"{root}.start_time_millis")
        if record.get("end_time_millis") is None:
            self.odd.append(f"{root}.end_time_millis is missing.")
            return started, None
        ended = moment_at(record["end_time_millis"], f"{root}.end_time_millis")
        if ended < started:
            raise FieldRefused(
                f"{root}.end_time_millis",
                f"{record['end_time_millis']}, before the start {record['start_time_millis']}",
                "an end at or after the start",
            )
        return started, ended

    def _station(self, metadata: Json) -> str:
        config = metadata.get("config")
        inside = config.get("station_id") if isinstance(config, dict) else None
        station = text_of(self.record.get("station_id") or inside)
        if not station:
            self.odd.append(f"{self.root}.station_id is missing.")
        return station

    def _details(self) -> tuple[OutcomeDetail, ...]:
        path = f"{self.root}.outcome_details"
        found = []
        for detail in list_at(self.record.get("outcome_details"), path):
            if isinstance(detail, dict):
                code, words = detail.get("code"), detail.get("description")
            elif isinstance(detail, list) and len(detail) == 2:
                code, words = detail
            else:
                code, words = "", detail
            found.append(OutcomeDetail(text_of(code), text_of(words)))
        return tuple(found)

    def _subtests(self) -> tuple[SubtestDraft, ...]:
        found = []
        path = f"{self.root}.subtests"
        for index, subtest in enumerate(list_at(self.record.get("subtests"), path)):
            given = object_at(subtest, f"{path}[{index}]")
            outcome = _optional_outcome(given.get("outcome"), f"{path}[{index}].outcome")
            found.append(SubtestDraft(text_of(given.get("name")), outcome))
        return tuple(found)

    # ------------------------------------------------------------ phases

    def _phase(self, index: int, phase: Json) -> None:
        path = f"{self.root}.phases[{index}]"
        name, subtest = text_of(phase.get("name")), text_of(phase.get("subtest_name"))
        result = phase.get("result")
        self.phases.append(
            PhaseDraft(
                index=index,
                name=name,
                subtest=subtest,
                outcome=_optional_outcome(phase.get("outcome"), f"{path}.outcome"),
                marginal=truth_of(phase.get("marginal")),
                started_at=self._soft(phase, "start_time_millis", path),
                ended_at=self._soft(phase, "end_time_millis", path),
                result=_result_word(result),
            )
        )
        self._measurements(index, phase, path)
        attachments = phase.get("attachments")
        for key, given in object_at(attachments, f"{path}.attachments").items():
            self._attachment(index, key, given, f"{path}.attachments[{key!r}]")

    def _soft(self, phase: Json, key: str, path: str) -> datetime | None:
        """A time of a phase. Nothing is decided by it, so an odd one is left out."""
        if phase.get(key) is None:
            return None
        try:
            return moment_at(phase[key], f"{path}.{key}")
        except FieldRefused as refusal:
            self.odd.append(f"{refusal.path}: {refusal.found} is no time; left out.")
            return None

    def _measurements(self, index: int, phase: Json, path: str) -> None:
        given = phase.get("measurements")
        if isinstance(given, list):  # some exporters write a list of the same objects
            pairs = [(f"[{place}]", "", each) for place, each in enumerate(given)]
        else:
            items = object_at(given, f"{path}.measurements").items()
            pairs = [(f"[{key!r}]", key, each) for key, each in items]
        older = phase.get("measured_values")
        values = older if isinstance(older, dict) else {}
        last = self.phases[-1]
        for place, key, each in pairs:
            draft, odd = measurement_at(
                each,
                f"{path}.measurements{place}",
                key=key,
                phase=last.name,
                index=index,
                subtest=last.subtest,
                older=values.get(key),
            )
            if not draft.name:
                raise FieldRefused(f"{path}.measurements{place}.name", "nothing", "a name")
            self.measurements.append(draft)
            self.odd.extend(odd)

    def _attachment(self, index: int, key: str, given: Any, path: str) -> None:
        held = object_at(given, path)
        content = _decoded(held.get("data"), f"{path}.data")
        sha1 = text_of(held.get("sha1")).lower()
        matches = None
        if content is not None and sha1:
            # Not a safeguard against intent: it shows whether the file came over whole.
            matches = hashlib.sha1(content, usedforsecurity=False).hexdigest() == sha1
            if not matches:
                self.odd.append(f"{path}: the content does not match its SHA-1.")
        self.attachments.append(
            AttachmentDraft(
                phase=self.phases[-1].name,
                phase_index=index,
                name=clean(key),
                mimetype=text_of(held.get("mimetype")),
                sha1=sha1,
                sha1_matches=matches,
                content=content,
                sha256=None if content is None else hashlib.sha256(content).hexdigest(),
            )
        )

    # ------------------------------------------------------------ the whole

    def _contradictions(self, draft: TestDraft) -> None:
        """A record that passes what failed in it. A phase that was repeated counts by its last."""
        if draft.outcome is not TestOutcome.PASS:
            return
        last = {(phase.subtest, phase.name): phase for phase in draft.phases}
        counting = {phase.index for phase in last.values()}
        for phase in last.values():
            if phase.outcome in (TestOutcome.FAIL, TestOutcome.ERROR):
                self.odd.append(
                    f"The record is PASS, and phase {phase.name} is {phase.outcome.name}."
                )
        for each in draft.measurements:
            if each.outcome is TestOutcome.FAIL and each.phase_index in counting:
                self.odd.append(
                    f"The record is PASS, and measurement {each.name} of {each.phase} is FAIL."
                )


def _optional_outcome(value: Any, path: str) -> TestOutcome | None:
    return None if value is None else outcome_at(value, path, _ANY_OUTCOME)


def _result_word(result: Any) -> str:
    """CONTINUE, REPEAT, ...; the name of the exception where there was one."""
    inner = result.get("phase_result") if isinstance(result, dict) else result
    if isinstance(inner, dict):
        return f"{text_of(inner.get('exc_type'))} {text_of(inner.get('exc_val'))}".strip()
    return text_of(inner)


def _decoded(data: Any, path: str) -> bytes | None:
    if data is None:
        return None
    if not isinstance(data, str):
        raise FieldRefused(path, shown(data), "the content in base64")
    try:
        return base64.b64decode("".join(data.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise FieldRefused(path, "text that is not base64", "the content in base64") from error


def _count(value: Any) -> int:
    return len(value) if isinstance(value, list) else 0


def _canonical(value: Any, *, ascii_only: bool = True) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=ascii_only)


# ---------------------------------------------------------------- the kind


def sniff(head: bytes, name: str) -> bool:
    """Any JSON, as its keys may come after the first 64 kB; a text named as JSON too, so that a
    broken one is told as such."""
    content = content_of(head)
    return content == "json" or (content == "text" and name.lower().endswith(IMPORTER.endings))


IMPORTER = Importer(
    name="openhtf",
    label="OpenHTF test records (JSON)",
    endings=(".json", ".jsonl", ".ndjson"),
    sniff=sniff,
    read=read,
)
