"""WATS reports: tests of units (UUT) and repairs of units (UUR), out of either of their formats.

Both readers hand over the report in the words of the JSON format (WSJF); what is made of it here
is equal for the same report, so that taking it in both formats takes it once.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from firstoff.formats.testdata.drafts import (
    AttachmentDraft,
    FailureDraft,
    OutcomeDetail,
    RepairDraft,
    ReplacementDraft,
    RowProblem,
    SubUnitDraft,
    TestDraft,
)
from firstoff.formats.testdata.openhtf_values import (
    FieldRefused,
    Json,
    list_at,
    object_at,
    shown,
    text_of,
)
from firstoff.formats.testdata.serials import SERIAL_LENGTH, hidden_character
from firstoff.formats.testdata.wats_steps import Steps, lines
from firstoff.formats.testdata.wats_values import (
    SAYS,
    figure,
    moment_of,
    outcome_of,
    seconds_of,
)
from firstoff.terms import TestOutcome

_TESTS, _REPAIRS = ("t", "uut"), ("r", "uur")
_MOST_NAMED = 20  # failed steps of a report that passed


@dataclass(slots=True)
class Reports:
    """One file being read, report by report: what was taken, refused and noticed so far."""

    zone: ZoneInfo
    drafts: list[TestDraft | RepairDraft] = field(default_factory=list)
    refused: list[RowProblem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    ids: dict[str, tuple[int, str]] = field(default_factory=dict)
    count: int = 0

    def take_all(self, reports: Iterable[Any]) -> None:
        for report in reports:
            self.take(report)

    def take(self, report: Any) -> None:
        self.count += 1
        number = self.count
        try:
            if not isinstance(report, dict):
                raise FieldRefused("the report", shown(report), "a WATS report (an object)")
            draft, odd = _Report(report, number, self.zone).draft()
        except FieldRefused as refusal:
            self._refuse(number, refusal, report)
            return
        self.warnings += [f"Report {number}, {draft.serial}: {sentence}" for sentence in odd]
        earlier, digest = self.ids.get(draft.record_id or draft.digest, (0, ""))
        if earlier and digest == draft.digest:
            self.warnings.append(f"Report {number} is report {earlier} again; taken once.")
            return
        if earlier:
            self.warnings.append(
                f"Reports {earlier} and {number} have one ID, {draft.record_id}, and differ."
            )
        self.ids[draft.record_id or draft.digest] = (number, draft.digest)
        self.drafts.append(draft)

    def _refuse(self, number: int, refusal: FieldRefused, report: Any) -> None:
        sentence = (
            f"Report {number}, {refusal.path}: found {refusal.found}; expected {refusal.expected}."
        )
        raw = shown(report)
        if isinstance(report, dict):
            keys = ("type", "id", "sn", "pn", "result", "start")
            raw = ", ".join(f"{key}: {shown(report.get(key))}" for key in keys)
        self.refused.append(
            RowProblem(number, refusal.path, refusal.found, refusal.expected, sentence, raw[:500])
        )


class _Report:
    """One report. A field that cannot be taken raises FieldRefused."""

    def __init__(self, report: Json, number: int, zone: ZoneInfo) -> None:
        self.report, self.number, self.zone = report, number, zone
        self.steps = Steps(zone)
        self.odd = self.steps.odd

    def draft(self) -> tuple[TestDraft | RepairDraft, list[str]]:
        kind = self.report.get("type")
        word = kind.strip().lower() if isinstance(kind, str) else ""
        if word in _TESTS or (kind is None and "uur" not in self.report):
            return self._test(), self.odd
        if word in _REPAIRS or kind is None:
            return self._repair(), self.odd
        raise FieldRefused("type", shown(kind), "T or UUT for a test, R or UUR for a repair")

    # ------------------------------------------------------------ a test

    def _test(self) -> TestDraft:
        report = self.report
        head = object_at(report.get("uut"), "uut")
        serial, outcome = self._serial(), outcome_of(report.get("result"), "result")
        began = self._began()
        if report.get("root"):
            self.steps.take(object_at(report.get("root"), "root"))
        else:
            self.odd.append("the report holds no step.")
        spent = seconds_of(head.get("execTime"), "execTime")
        call = self._sequence()
        self._contradictions(outcome)
        draft = TestDraft(
            row=self.number,
            serial=serial,
            station=text_of(report.get("machineName")),
            started_at=began,
            ended_at=began + spent if began and spent is not None else None,
            outcome=outcome,
            outcome_details=self._details(head),
            marginal=None,
            test_name=text_of(report.get("processName")),
            test_version=call.get("version", ""),
            procedure_id=figure(report.get("processCode")),
            part_number=text_of(report.get("pn")),
            revision=text_of(report.get("rev")),
            lot=text_of(head.get("batchSN")),
            phases=tuple(self.steps.phases),
            subtests=(),
            measurements=tuple(self.steps.measurements),
            attachments=tuple(self.steps.attachments),
            metadata=self._metadata(head, call),
            log_records=0,
            diagnoses=0,
            digest="",
            operator=text_of(head.get("user")),
            record_id=text_of(report.get("id")).lower(),
            sub_units=_sub_units(self._units(), main=""),
        )
        return replace(draft, digest=_digest(draft))

    def _details(self, head: Json) -> tuple[OutcomeDetail, ...]:
        code, message = figure(head.get("errorCode")), lines(head.get("errorMessage"))
        own = [OutcomeDetail(code, message)] if message or code not in ("", "0") else []
        return (*own, *self.steps.details)

    def _sequence(self) -> dict[str, str]:
        root = object_at(self.report.get("root"), "root")
        call = object_at(root.get("seqCall"), "root, seqCall")
        found = {key: text_of(call.get(key)) for key in ("name", "path", "version")}
        return {key: value for key, value in found.items() if value}

    def _metadata(self, head: Json, call: dict[str, str]) -> str:
        report, steps = self.report, self.steps
        cause = figure(head.get("stepIdCausedUUTFailure"))
        held = {
            "product": text_of(report.get("productName")),
            "location": text_of(report.get("location")),
            "purpose": text_of(report.get("purpose")),
            "origin": text_of(report.get("origin")),
            "fixture": text_of(head.get("fixtureId")),
            "socket": figure(head.get("testSocketIndex")),
            "batch_loop": figure(head.get("batchLoopIndex")),
            "batch_failures": figure(head.get("batchFailCount")),
            "comment": lines(head.get("comment")),
            "failed_by": steps.names.get(cause, cause) if cause else "",
            "sequence": call,
            "misc": self._misc(),
            "assets": self._assets(),
            "texts": steps.texts,
            "additional_results": steps.more,
            "additional_data": self._additional(),
        }
        return _canonical({name: value for name, value in held.items() if value})

    def _contradictions(self, outcome: TestOutcome) -> None:
        """A report that passes what failed in it, or fails what passed."""
        failed = self.steps.failed
        if outcome is TestOutcome.PASS and failed:
            for place in failed[:_MOST_NAMED]:
                self.odd.append(f"the report says Passed, {place} failed.")
            if len(failed) > _MOST_NAMED:
                self.odd.append(f"{len(failed) - _MOST_NAMED:,} more steps failed.")
        phases = self.steps.phases
        if outcome is TestOutcome.FAIL and phases and not failed:
            self.odd.append(f"the report says {SAYS[outcome]}, no step failed.")

    # ------------------------------------------------------------ a repair

    def _repair(self) -> RepairDraft:
        report = self.report
        head = object_at(report.get("uur"), "uur")
        serial, began = self._serial(), self._began()
        units = self._units()
        for held in list_at(report.get("binaryData"), "binaryData"):
            self.steps.attach(object_at(held, "binaryData"), "binaryData")
        spent = seconds_of(head.get("execTime"), "execTime")
        ended = moment_of(head.get("finalizeDate"), "finalizeDate", self.zone)
        if ended is None and began and spent is not None:
            ended = began + spent
        test_id = text_of(head.get("refUUT")).lower()
        if not test_id:
            self.odd.append("the repair names no test report.")
        metadata = {
            "location": text_of(report.get("location")),
            "purpose": text_of(report.get("purpose")),
            "origin": text_of(report.get("origin")),
            "product": text_of(report.get("productName")),
            "misc": self._misc(),
        }
        draft = RepairDraft(
            row=self.number,
            serial=serial,
            part_number=text_of(report.get("pn")),
            revision=text_of(report.get("rev")),
            station=text_of(report.get("machineName")),
            operator=text_of(head.get("user")),
            started_at=began,
            ended_at=ended,
            outcome=outcome_of(report.get("result"), "result"),
            process=text_of(report.get("processName")) or figure(report.get("processCode")),
            test_id=test_id,
            test_name=text_of(head.get("processName")) or figure(head.get("processCode")),
            note=lines(head.get("comment")),
            failures=_failures(units),
            replacements=_replacements(units),
            sub_units=_sub_units(units, main=serial),
            attachments=tuple(self.steps.attachments),
            metadata=_canonical({key: value for key, value in metadata.items() if value}),
            record_id=text_of(report.get("id")).lower(),
            digest="",
        )
        if not draft.failures:
            self.odd.append("the repair names no failure.")
        return replace(draft, digest=_digest(draft))

    # ------------------------------------------------------------ parts of either

    def _serial(self) -> str:
        given, expected = self.report.get("sn"), "the serial number of the unit"
        if isinstance(given, int) and not isinstance(given, bool) and abs(given) < 10**40:
            self.odd.append(f"sn is the number {given}; leading zeros may be lost.")
            given = str(given)
        if not isinstance(given, str) or not given.strip():
            raise FieldRefused("sn", shown(given or None), expected)
        serial = given.strip()
        if len(serial) > SERIAL_LENGTH:
            raise FieldRefused("sn", f"{len(serial):,} characters", f"at most {SERIAL_LENGTH}")
        if hidden := hidden_character(serial):
            raise FieldRefused("sn", hidden, "visible characters")
        return serial

    def _began(self) -> datetime | None:
        utc = moment_of(self.report.get("startUTC"), "startUTC", ZoneInfo("UTC"))
        local = moment_of(self.report.get("start"), "start", self.zone)
        stated = text_of(self.report.get("start"))
        offset = stated.endswith("Z") or "+" in stated or stated.count("-") > 2
        if utc and local and offset and abs((utc - local).total_seconds()) > 1:
            self.odd.append(f"it began at {utc:%H:%M:%S} by startUTC, {local:%H:%M:%S} by start.")
        if utc is None and local is None:
            self.odd.append("the report says no time.")
        return utc or local

    def _units(self) -> list[Json]:
        path = "subUnits"
        return [object_at(each, path) for each in list_at(self.report.get(path), path)]

    def _misc(self) -> list[dict[str, str]]:
        found = []
        for each in list_at(self.report.get("miscInfos"), "miscInfos"):
            held = object_at(each, "miscInfos")
            said = {
                "name": text_of(held.get("description")),
                "text": lines(held.get("text")),
                "number": figure(held.get("numeric")),
            }
            found.append({key: value for key, value in said.items() if value})
        return [each for each in found if each]

    def _assets(self) -> list[dict[str, str]]:
        found = []
        for each in list_at(self.report.get("assets"), "assets"):
            held = object_at(each, "assets")
            used = figure(held.get("usageCount"))
            found.append({"serial": text_of(held.get("assetSN")), "used": used})
        return found

    def _additional(self) -> list[str]:
        held = list_at(self.report.get("additionalData"), "additionalData")
        names = [text_of(object_at(each, "additionalData").get("name")) for each in held]
        if names:
            self.odd.append(f"additional data {', '.join(names)[:200]} is named, not read.")
        return names


# ---------------------------------------------------------------- units in a report


def _sub_unit(held: Json, serials: dict[str, str]) -> SubUnitDraft:
    parent = figure(held.get("parentIdx"))
    return SubUnitDraft(
        serial=text_of(held.get("sn")),
        part_number=text_of(held.get("pn")),
        revision=text_of(held.get("rev")),
        name=text_of(held.get("partType")),
        position=figure(held.get("position")),
        parent="" if parent in ("", "0", "-1") else serials.get(parent, ""),
    )


def _sub_units(units: list[Json], *, main: str) -> tuple[SubUnitDraft, ...]:
    """The parts of the unit. A repair lists the unit itself (``main``) among them, as number 0."""
    serials = {figure(held.get("idx")): text_of(held.get("sn")) for held in units}
    gone = {figure(held.get("replacedIdx")) for held in units} - {"", "-1", "0"}
    found = []
    for held in units:
        number = figure(held.get("idx"))
        if main and (number == "0" or (not number and text_of(held.get("sn")) == main)):
            continue
        part = replace(_sub_unit(held, serials), removed=number in gone)
        if part.serial or part.part_number or part.name:
            found.append(part)
    return tuple(found)


def _replacements(units: list[Json]) -> tuple[ReplacementDraft, ...]:
    serials = {figure(held.get("idx")): text_of(held.get("sn")) for held in units}
    by_number = {figure(held.get("idx")): held for held in units}
    found = []
    for held in units:
        number = figure(held.get("replacedIdx"))
        before = by_number.get(number) if number not in ("", "-1", "0") else None
        if before is not None and before is not held:
            removed = replace(_sub_unit(before, serials), removed=True)
            found.append(ReplacementDraft(removed, _sub_unit(held, serials)))
    return tuple(found)


def _failures(units: list[Json]) -> tuple[FailureDraft, ...]:
    found = []
    for unit in units:
        for each in list_at(unit.get("failures"), "subUnits, failures"):
            held = object_at(each, "subUnits, failures")
            found.append(
                FailureDraft(
                    code=text_of(held.get("code")),
                    category=text_of(held.get("category")),
                    note=lines(held.get("comment")),
                    component=text_of(held.get("comRef")),
                    function_block=text_of(held.get("funcBlock")),
                    serial=text_of(unit.get("sn")),
                    part_number=text_of(unit.get("pn")),
                    article=text_of(held.get("artNumber")),
                    article_revision=text_of(held.get("artRev")),
                    article_vendor=text_of(held.get("artVendor")),
                    article_description=text_of(held.get("artDescription")),
                    step=figure(held.get("refStepId")),
                    step_name=text_of(held.get("refStepName")),
                )
            )
    return tuple(found)


# ---------------------------------------------------------------- the digest


def _digest(draft: TestDraft | RepairDraft) -> str:
    """SHA-256 of what the draft says, wherever in whatever file it stands."""
    return hashlib.sha256(_canonical(_plain(draft)).encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, AttachmentDraft):
        return [value.phase, value.name, value.mimetype, value.sha256]
    if is_dataclass(value) and not isinstance(value, type):
        return [
            _plain(getattr(value, each.name))
            for each in fields(value)
            if each.compare and each.name not in ("row", "digest")
        ]
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return f"{value}" if isinstance(value, Decimal) else value


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
