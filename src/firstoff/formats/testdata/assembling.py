"""Test records put together from files that are not written as records: measured values,
limits and a serial become a draft; the digest is of what the draft says."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from firstoff.formats.testdata.drafts import (
    ImportResult,
    LimitsDraft,
    MeasurementDraft,
    OutcomeDetail,
    PhaseDraft,
    RecordDraft,
    RowProblem,
    TestDraft,
    UnitOfMeasure,
    ValueKind,
    capped,
)
from firstoff.formats.testdata.serials import SERIAL_LENGTH
from firstoff.formats.testdata.validators import is_within
from firstoff.terms import TestOutcome

_NUMBER = re.compile(r"[+-]?(\d{1,40}(\.\d{0,40})?|\.\d{1,40})(e[+-]?\d{1,3})?", re.I | re.ASCII)
_SURROGATE = re.compile("[\ud800-\udfff]")
_SPECIAL = {
    "nan": "nan", "inf": "inf", "+inf": "inf", "infinity": "inf",
    "-inf": "-inf", "-infinity": "-inf",
}  # fmt: skip


def decimal_of(text: str, *, comma: bool = False) -> Decimal | None:
    """A number as a file writes it, exponents too; None for what is no number or has no end.
    ``comma`` allows the decimal comma."""
    word = text.strip()
    if comma and word.count(",") == 1 and "." not in word:
        word = word.replace(",", ".")
    return Decimal(word) if _NUMBER.fullmatch(word) else None


def special_of(text: str) -> str:
    """ "nan", "inf" or "-inf" where the text is such a word; "" else."""
    return _SPECIAL.get(text.strip().lower(), "")


def judged(value: Decimal | None, limits: LimitsDraft) -> TestOutcome:
    """What the limits say of a value, for files that hold limits and no outcome."""
    if value is None or (limits.lower is None and limits.upper is None):
        return TestOutcome.UNSET
    return TestOutcome.PASS if is_within(value, limits) else TestOutcome.FAIL


def outcome_of(measurements: Iterable[MeasurementDraft]) -> TestOutcome:
    """The outcome of a record that gives none: FAIL when one fails, PASS when one passes and
    none fails, UNSET when nothing was judged."""
    found = {measurement.outcome for measurement in measurements}
    for outcome in (TestOutcome.FAIL, TestOutcome.ERROR, TestOutcome.ABORTED, TestOutcome.PASS):
        if outcome in found:
            return outcome
    return TestOutcome.UNSET


def measurement(
    name: str,
    outcome: TestOutcome,
    *,
    value: Decimal | None = None,
    flag: bool | None = None,
    text: str = "",
    special: str = "",
    unit: UnitOfMeasure | None = None,
    limits: LimitsDraft | None = None,
    rules: Sequence[str] = (),
    phase: str = "",
    phase_index: int = 0,
    subtest: str = "",
    note: str = "",
) -> MeasurementDraft:
    """A measurement of one value: a number, a yes or no, a text, or none.

    ``rules`` are what limits cannot say, in words."""
    kind = ValueKind.TEXT if text else ValueKind.NONE
    kind = kind if flag is None else ValueKind.BOOLEAN
    kind = ValueKind.NUMBER if value is not None or special else kind
    return MeasurementDraft(
        name=name, phase=phase, phase_index=phase_index, subtest=subtest, outcome=outcome,
        marginal=None, kind=kind, value=value, flag=flag, text=text, series=(), special=special,
        unit=unit or UnitOfMeasure(), dimensions=(), limits=limits or LimitsDraft(),
        validators=tuple(rules), unread=tuple(rules), note=note,
    )  # fmt: skip


def told_apart(measurements: Iterable[MeasurementDraft]) -> tuple[MeasurementDraft, ...]:
    """Measurements of one name become "name", "name (2)", ...: a record keeps each value."""
    seen: dict[tuple[str, str, str], int] = {}
    found = []
    for each in measurements:
        key = (each.subtest, each.phase, each.name)
        seen[key] = seen.get(key, 0) + 1
        found.append(each if seen[key] == 1 else replace(each, name=f"{each.name} ({seen[key]})"))
    return tuple(found)


def record(
    row: int,
    serial: str,
    outcome: TestOutcome,
    measurements: Iterable[MeasurementDraft],
    *,
    started_at: datetime | None = None,
    ended_at: datetime | None = None,
    station: str = "",
    test_name: str = "",
    test_version: str = "",
    procedure_id: str = "",
    part_number: str = "",
    revision: str = "",
    lot: str = "",
    operator: str = "",
    record_id: str = "",
    details: Sequence[OutcomeDetail] = (),
    phases: Sequence[PhaseDraft] = (),
    metadata: Mapping[str, Any] | None = None,
) -> TestDraft:
    """A test record of one unit. ``metadata``: JSON-safe, what no field holds."""
    draft = TestDraft(
        row=0, serial=serial[:SERIAL_LENGTH], station=station, started_at=started_at,
        ended_at=ended_at, outcome=outcome, outcome_details=tuple(details), marginal=None,
        test_name=test_name, test_version=test_version, procedure_id=procedure_id,
        part_number=part_number, revision=revision, lot=lot, phases=tuple(phases), subtests=(),
        measurements=told_apart(measurements), attachments=(),
        metadata=canonical(dict(metadata or {})), log_records=0, diagnoses=0, digest="",
        operator=operator, record_id=record_id,
    )  # fmt: skip
    said = hashlib.sha256(canonical(_said(draft)).encode()).hexdigest()
    return replace(draft, row=row, digest=said)


def _said(draft: TestDraft) -> list[object]:
    """What the digest is of, named one by one: a field that a draft gains changes no digest."""
    return [
        draft.serial, draft.outcome, draft.started_at, draft.ended_at, draft.station,
        draft.operator, draft.test_name, draft.test_version, draft.procedure_id, draft.part_number,
        draft.revision, draft.lot, draft.record_id, draft.metadata,
        [[detail.code, detail.description] for detail in draft.outcome_details],
        [[p.name, p.outcome, p.started_at, p.ended_at, p.result] for p in draft.phases],
        [
            [m.name, m.phase, m.outcome, m.value, m.flag, m.text, m.special, m.note,
             m.unit.name, m.unit.suffix, m.limits.lower, m.limits.upper, m.limits.expected,
             *m.unread]
            for m in draft.measurements
        ],
    ]  # fmt: skip


def made_id(seed: str, at: datetime | None) -> str:
    """A UUIDv7 of a time whose rest is a hash of the seed: the same whenever the record comes."""
    digest = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:10])
    time = 0 if at is None else max(0, int(at.timestamp() * 1000))
    bits = (time & (2**48 - 1)) << 80 | 7 << 76 | (digest >> 66 & 0xFFF) << 64
    return str(UUID(int=bits | 2 << 62 | digest & (2**62 - 1)))


def canonical(value: Any) -> str:
    """JSON with sorted keys and no space; decimals and times as their text, halves of surrogate
    pairs replaced."""
    text = json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str
    )
    return _SURROGATE.sub("\ufffd", text)


@dataclass(slots=True)
class Reading:
    """One file being read: what was taken, refused and noticed so far."""

    kind: str
    name: str
    sha256: str
    encoding: str | None
    tests: list[TestDraft] = field(default_factory=list)
    records: list[RecordDraft] = field(default_factory=list)
    refused: list[RowProblem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    nothing: str = ""
    holds: dict[str, int] = field(default_factory=dict)

    def warn(self, sentence: str) -> None:
        """Say it once."""
        if sentence not in self.warnings[-50:]:
            self.warnings.append(sentence)

    def result(self) -> ImportResult:
        return ImportResult(
            kind=self.kind,
            name=self.name,
            sha256=self.sha256,
            encoding=self.encoding,
            delimiter=None,
            sheet=None,
            header_row=None,
            columns=(),
            drafts=(*self.tests, *self.records),
            refused=tuple(self.refused),
            warnings=capped(self.warnings),
            nothing=self.nothing,
            holds=self.holds,
        )
