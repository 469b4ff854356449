"""STDF V4 files of semiconductor testers: one test record for each part tested (PRR).

Parts of several heads and sites come interleaved; a result belongs to the part that is open at
its head and site. A part has its PART_ID as serial where that tells parts apart, else the wafer
and the place on it.
"""

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from firstoff.errors import InvalidInput
from firstoff.formats.sources import RawSource, content_of, opened
from firstoff.formats.testdata.drafts import (
    Importer,
    ImportResult,
    MeasurementDraft,
    OutcomeDetail,
    ReadOptions,
    RowProblem,
    TestDraft,
    capped,
)
from firstoff.formats.testdata.serials import SERIAL_LENGTH, hidden_character
from firstoff.formats.testdata.stdf_file import Body, Record, Stream, order_of, unpacked_head
from firstoff.formats.testdata.stdf_tests import Tested, Tests
from firstoff.terms import TestOutcome

PASS, FAIL = TestOutcome.PASS, TestOutcome.FAIL
_ALL = 255
_UNKNOWN = 0xFFFFFFFF
_NO_PLACE = -32768
_NO_BIN = 0xFFFF
_PER_MEASUREMENT = 3  # of limits.json_values: what a measurement costs beside a JSON value


def read(raw: RawSource, *, name: str, options: ReadOptions) -> ImportResult:
    """Read an STDF file, plain or packed. Raises InvalidInput, with the byte, when it breaks off,
    is damaged, or holds no MIR."""
    with opened(raw, name=name, limits=options.limits) as source:
        sha256 = source.sha256()
        stream = Stream(source, options.limits)
        reading = _Reading(stream, options)
        for record in stream.records():
            reading.take(record)
    drafts, refused = reading.finish()
    return ImportResult(
        kind=IMPORTER.name,
        name=stream.name,
        sha256=sha256,
        encoding=None,
        delimiter=None,
        sheet=None,
        header_row=None,
        columns=(),
        drafts=tuple(drafts),
        refused=tuple(refused),
        warnings=capped(reading.warnings),
    )


# ---------------------------------------------------------------- what the file is about

_MIR_TEXTS = (
    "lot", "part_number", "node", "tester", "job", "job_revision", "sublot", "operator",
    "executive", "executive_version", "test_code", "temperature", "user_text", "auxiliary_file",
    "package", "family", "date_code", "facility", "floor", "process", "operation", "specification",
    "specification_version", "flow", "setup", "design_revision", "engineering_lot", "rom_code",
    "tester_serial", "supervisor",
)  # fmt: skip
_SDR_TEXTS = (
    "handler_type", "handler", "card_type", "card", "board_type", "board", "dib_type", "dib",
    "cable_type", "cable", "contactor_type", "contactor", "laser_type", "laser", "extra_type",
    "extra",
)  # fmt: skip
# Of the MIR, what a test record has fields for; the rest is its metadata.
_FIELDS = frozenset((
    "lot", "part_number", "node", "job", "job_revision", "operator", "test_code",
    "design_revision",
))  # fmt: skip


@dataclass(slots=True)
class _Wafer:
    name: str
    began: int
    parts: int = 0


@dataclass(slots=True)
class _Part:
    """A part that is being tested, and then was."""

    head: int
    site: int
    wafer: _Wafer | None
    measurements: list[MeasurementDraft] = field(default_factory=list)
    texts: int = 0
    row: int = 0
    flags: int = 0
    tests: int = 0
    hard: int = _NO_BIN
    soft: int = _NO_BIN
    x: int = _NO_PLACE
    y: int = _NO_PLACE
    milliseconds: int = 0
    name: str = ""
    text: str = ""
    fix: bytes = b""

    @property
    def place(self) -> tuple[str, int, int] | None:
        if _NO_PLACE in (self.x, self.y):
            return None
        return (self.wafer.name if self.wafer else "", self.x, self.y)

    @property
    def outcome(self) -> TestOutcome:
        """By PART_FLG: ended abnormally, no verdict, failed or passed."""
        if self.flags & 0x04:
            return TestOutcome.ABORTED
        if self.flags & 0x10:
            return TestOutcome.UNSET
        return FAIL if self.flags & 0x08 else PASS

    @property
    def retest(self) -> str:
        return "part id" if self.flags & 0x01 else "place" if self.flags & 0x02 else ""


@dataclass(slots=True)
class _Bin:
    count: int
    judged: str
    name: str


class _Reading:
    """One file being read, record by record."""

    def __init__(self, stream: Stream, options: ReadOptions) -> None:
        self.stream, self.options = stream, options
        self.warnings: list[str] = list(stream.warnings)
        self.tests = Tests()
        self.mir: dict[str, str] | None = None
        self.began = 0
        self.finished = False
        self.open: dict[tuple[int, int], _Part] = {}
        self.parts: list[_Part] = []
        self.wafers: dict[int, _Wafer] = {}
        self.sections: list[str] = []
        self.equipment: dict[tuple[int, int], dict[str, str]] = {}
        self.bins: dict[tuple[str, int, int, int], _Bin] = {}
        self.counts: dict[tuple[int, int], tuple[int | None, int | None]] = {}
        self.held = 0
        self.strays: Counter[str] = Counter()
        self.doubts: Counter[tuple[str, str, TestOutcome]] = Counter()
        self.takers = {
            (1, 10): self._mir, (1, 20): self._mrr, (1, 30): self._pcr, (1, 40): self._hbr,
            (1, 50): self._sbr, (1, 60): self._pmr, (1, 80): self._sdr, (2, 10): self._wir,
            (2, 20): self._wrr, (5, 10): self._pir, (5, 20): self._prr, (15, 10): self._ptr,
            (15, 15): self._mpr, (15, 20): self._ftr, (20, 10): self._bps, (20, 20): self._eps,
            (50, 30): self._dtr,
        }  # fmt: skip

    def take(self, record: Record) -> None:
        taker = self.takers.get(record.kind)
        if taker is not None:
            taker(record.body)

    # ------------------------------------------------------------ the lot

    def _mir(self, body: Body) -> None:
        if self.mir is not None:
            raise self.stream.damaged(body.offset, "a second MIR", "one lot in a file")
        setup, start, station = body.u4() or 0, body.u4() or 0, body.u1()
        mode, retest = body.c1(), body.c1()
        body.c1(), body.u2(), body.c1()
        held = {name: body.cn() for name in _MIR_TEXTS}
        held |= {"mode": mode, "retest_code": retest, "station": str(station or "")}
        self.mir = {name: value for name, value in held.items() if value}
        self.began = start or setup

    def _mrr(self, body: Body) -> None:
        self.finished = True

    def _sdr(self, body: Body) -> None:
        head = body.u1() or 0
        body.u1()
        sites = [int(site) for site in body.many("B", body.u1() or 0)]
        held = {name: value for name in _SDR_TEXTS if (value := body.cn())}
        for site in sites:
            self.equipment[(head, site)] = held

    def _pmr(self, body: Body) -> None:
        index = body.u2()
        body.u2()
        channel, physical, logical = body.cn(), body.cn(), body.cn()
        if index is not None:
            self.tests.pins.setdefault(index, logical or physical or channel or str(index))

    def _wir(self, body: Body) -> None:
        head = body.u1() or 0
        body.u1()
        began = body.u4() or 0
        self.wafers[head] = _Wafer(body.cn(), began)

    def _wrr(self, body: Body) -> None:
        head = body.u1() or 0
        body.u1(), body.u4()
        said = body.u4()
        wafer = self.wafers.pop(head, None)
        if wafer is not None and said not in (None, _UNKNOWN, wafer.parts):
            self.warnings.append(
                f"Byte {body.offset:,}: wafer {wafer.name} has {said:,} parts by its WRR, and "
                f"{wafer.parts:,} in the file."
            )

    # ------------------------------------------------------------ parts

    def _pir(self, body: Body) -> None:
        head, site = body.u1(), body.u1()
        if head is None or site is None:
            raise body.broken()
        if not self.open:
            self.sections.clear()
            self.tests.section = ""
        if (head, site) in self.open:
            self.strays["parts begun and not ended (PIR without PRR)"] += 1
        self.open[(head, site)] = _Part(head, site, self.wafers.get(head))

    def _prr(self, body: Body) -> None:
        head, site, flags = body.u1(), body.u1(), body.u1()
        if head is None or site is None or flags is None:
            raise body.broken()
        part = self.open.pop((head, site), None)
        if part is None:
            self.strays["parts ended and not begun (PRR without PIR)"] += 1
            part = _Part(head, site, self.wafers.get(head))
        part.flags, part.tests = flags, body.u2() or 0
        hard, soft, x, y = body.u2(), body.u2(), body.i2(), body.i2()
        part.hard = _NO_BIN if hard is None else hard
        part.soft = _NO_BIN if soft is None else soft
        part.x = _NO_PLACE if x is None else x
        part.y = _NO_PLACE if y is None else y
        part.milliseconds = body.u4() or 0
        part.name, part.text, part.fix = body.cn(), body.cn(), body.bn()
        self.parts.append(part)
        part.row = len(self.parts)
        if part.wafer is not None:
            part.wafer.parts += 1

    def _result(self, tested: Tested) -> None:
        self.held += 1
        most = self.options.limits.json_values // _PER_MEASUREMENT
        if self.held > most:
            raise InvalidInput(
                f"{self.stream.name} holds more than {most:,} test results.",
                code="too-large",
                way_out="Split it.",
                file=self.stream.name,
            )
        part = self.open.get((tested.head, tested.site))
        if part is None:
            self.strays["test results of no part (no PIR at their head and site)"] += 1
            return
        part.measurements.append(tested.draft)
        if tested.outside:
            draft = tested.draft
            self.doubts[(draft.phase, draft.name, draft.outcome)] += 1

    def _ptr(self, body: Body) -> None:
        self._result(self.tests.parametric(body))

    def _mpr(self, body: Body) -> None:
        self._result(self.tests.multiple(body))

    def _ftr(self, body: Body) -> None:
        self._result(self.tests.functional(body))

    def _bps(self, body: Body) -> None:
        self.sections = [*self.sections[-8:], body.cn()]
        self.tests.section = "/".join(name for name in self.sections if name)

    def _eps(self, body: Body) -> None:
        self.sections = self.sections[:-1]
        self.tests.section = "/".join(name for name in self.sections if name)

    def _dtr(self, body: Body) -> None:
        for part in self.open.values():
            part.texts += 1

    # ------------------------------------------------------------ counts

    def _pcr(self, body: Body) -> None:
        head, site, parts = body.u1() or 0, body.u1() or 0, body.u4()
        body.u4(), body.u4()
        good = body.u4()
        known = [None if each == _UNKNOWN else each for each in (parts, good)]
        self.counts[(_ALL if head == _ALL else head, _ALL if head == _ALL else site)] = (
            known[0],
            known[1],
        )

    def _hbr(self, body: Body) -> None:
        self._bin("hard", body)

    def _sbr(self, body: Body) -> None:
        self._bin("soft", body)

    def _bin(self, kind: str, body: Body) -> None:
        head, site, number = body.u1() or 0, body.u1() or 0, body.u2()
        count = body.u4() or 0
        if number is not None:
            site = _ALL if head == _ALL else site
            self.bins[(kind, head, site, number)] = _Bin(count, body.c1(), body.cn())

    # ------------------------------------------------------------ the end

    def finish(self) -> tuple[list[TestDraft], list[RowProblem]]:
        """The records of all parts, and the parts that cannot be told apart."""
        if self.mir is None:
            raise InvalidInput(
                f"{self.stream.name} holds no MIR, the record that says what was tested; it ends "
                f"at byte {self.stream.end:,}.",
                code="stdf-no-mir",
                way_out="Copy the file again.",
                file=self.stream.name,
                offset=self.stream.end,
                expected="a MIR",
            )
        if not self.finished:
            self.warnings.insert(0, f"It ends at byte {self.stream.end:,} without an MRR.")
        if self.open:
            self.strays["parts begun and not ended (PIR without PRR)"] += len(self.open)
        self.warnings += [f"{count:,} {what}." for what, count in self.strays.items()]
        serials = _Serials(self.parts, self.mir.get("lot", ""))
        self.warnings += serials.warnings
        writing = _Writing(self.mir, self.began, self.bins, self.equipment, self.options.time_zone)
        drafts, refused = [], []
        for part in self.parts:
            serial = serials.of(part)
            if problem := _unusable(part, serial):
                refused.append(problem)
            else:
                drafts.append(writing.draft(part, serial))
        self.warnings += _contradictions(self, drafts)
        return drafts, refused


def _unusable(part: _Part, serial: str) -> RowProblem | None:
    expected = "a PART_ID, or the place on a wafer"
    found = "nothing" if not serial else hidden_character(serial)
    if len(serial) > SERIAL_LENGTH:
        found, expected = f"{len(serial):,} characters", f"at most {SERIAL_LENGTH}"
    if not found:
        return None
    sentence = f"Part {part.row}, PART_ID: found {found}; expected {expected}."
    raw = f"head {part.head}, site {part.site}, hard bin {part.hard}, soft bin {part.soft}"
    return RowProblem(part.row, "PART_ID", found, expected, sentence, raw)


# ---------------------------------------------------------------- serials


class _Serials:
    """Which serial a part has. PART_ID tells parts apart unless it comes at two places."""

    def __init__(self, parts: list[_Part], lot: str) -> None:
        self.lot = lot
        self.warnings: list[str] = []
        self.at: dict[tuple[str, int, int], str] = {}  # the serial of the first part there
        places: dict[str, set[tuple[str, int, int]]] = {}
        again = 0
        for part in parts:
            if part.name and not part.flags & 0x01:
                again += part.name in places and not part.retest and part.place is None
                places.setdefault(part.name, set()).update({part.place} if part.place else ())
        moved = sum(len(found) > 1 for found in places.values())
        self.unique = not moved
        if moved:
            self.warnings.append(
                f"{moved:,} PART_IDs come at several places on the wafer; parts are named by "
                "wafer and place."
            )
        elif len(places) > 1 and set(places) == {str(n + 1) for n in range(len(places))}:
            self.warnings.append(
                f"PART_ID counts from 1 to {len(places):,}: such a serial is unique only within "
                f"lot {lot or 'and file'}."
            )
        if again:
            self.warnings.append(
                f"{again:,} parts have the PART_ID of an earlier one and are not marked as "
                "retests; taken as further tests of it."
            )

    def of(self, part: _Part) -> str:
        place = part.place
        if place and part.flags & 0x02 and place in self.at:
            return self.at[place]
        serial = part.name
        if place and (not serial or not self.unique):
            wafer, x, y = place
            lot = "" if self.lot and wafer.startswith(self.lot) else self.lot
            serial = "/".join(each for each in (lot, wafer, f"X{x}Y{y}") if each)
        if place:
            self.at.setdefault(place, serial)
        return serial


# ---------------------------------------------------------------- records


class _Writing:
    """Makes the record of a part, with what holds for all of them."""

    def __init__(
        self,
        mir: dict[str, str],
        began: int,
        bins: dict[tuple[str, int, int, int], _Bin],
        equipment: dict[tuple[int, int], dict[str, str]],
        zone: ZoneInfo,
    ) -> None:
        self.mir, self.began, self.bins, self.equipment = mir, began, bins, equipment
        self.zone = zone
        self.common = {name: value for name, value in mir.items() if name not in _FIELDS}
        self.node = mir.get("node") or mir.get("tester_serial") or mir.get("tester", "")

    def draft(self, part: _Part, serial: str) -> TestDraft:
        mir, began = self.mir, part.wafer.began if part.wafer else 0
        metadata = json.dumps(
            self._metadata(part), sort_keys=True, separators=(",", ":"), ensure_ascii=False
        )
        measured = tuple(part.measurements)
        return TestDraft(
            row=part.row,
            serial=serial,
            station=self.node,
            started_at=_moment(began or self.began, self.zone),
            ended_at=None,
            outcome=part.outcome,
            outcome_details=self._details(part),
            marginal=None,
            test_name=mir.get("job", ""),
            test_version=mir.get("job_revision", ""),
            procedure_id=mir.get("test_code", ""),
            part_number=mir.get("part_number", ""),
            revision=mir.get("design_revision", ""),
            lot=mir.get("lot", ""),
            phases=(),
            subtests=(),
            measurements=measured,
            attachments=(),
            metadata=metadata,
            log_records=part.texts,
            diagnoses=0,
            digest=_digest(part, serial, mir, began or self.began, metadata),
            operator=mir.get("operator", ""),
        )

    def _metadata(self, part: _Part) -> dict[str, Any]:
        held: dict[str, Any] = {
            **self.common,
            "head": part.head,
            "site": part.site,
            "wafer": part.wafer.name if part.wafer else "",
            "part_id": part.name,
            "part_text": part.text,
            "part_fix": part.fix.hex(),
            "retest": part.retest,
            "equipment": self.equipment.get((part.head, part.site)),
            "milliseconds": part.milliseconds or None,
        }
        if place := part.place:
            held |= {"x": place[1], "y": place[2]}
        for kind, number in (("hard", part.hard), ("soft", part.soft)):
            if number != _NO_BIN:
                held[f"{kind}_bin"] = number
                found = self._bin(kind, part, number)
                held[f"{kind}_bin_name"] = found.name if found else ""
        return {name: value for name, value in held.items() if value not in ("", None, {})}

    def _bin(self, kind: str, part: _Part, number: int) -> _Bin | None:
        own = self.bins.get((kind, part.head, part.site, number))
        return own or self.bins.get((kind, _ALL, _ALL, number))

    def _details(self, part: _Part) -> tuple[OutcomeDetail, ...]:
        """The bin that a part which did not pass fell into."""
        if part.outcome is PASS or part.hard == _NO_BIN:
            return ()
        found = self._bin("hard", part, part.hard)
        return (OutcomeDetail(f"bin {part.hard}", found.name if found else ""),)


def _moment(seconds: int, zone: ZoneInfo) -> datetime | None:
    """Seconds since 1970 by the clock on the wall of the tester, as the specification has it."""
    if not seconds:
        return None
    local = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    return local.replace(tzinfo=zone).astimezone(UTC)


def _digest(part: _Part, serial: str, mir: dict[str, str], began: int, metadata: str) -> str:
    """Of what was read: the same in either byte order, packed or not."""
    digest = hashlib.sha256(
        f"{part.row}\n{serial}\n{part.flags}\n{began}\n{metadata}\n{sorted(mir.items())}".encode()
    )
    for each in part.measurements:
        digest.update(
            f"{each.subtest}\t{each.phase}\t{each.name}\t{each.outcome}\t{each.value}\t"
            f"{each.flag}\t{each.special}\t{each.series}\t{each.limits.lower}\t"
            f"{each.limits.upper}\t{each.unit.suffix}\t{each.note}\n".encode()
        )
    return digest.hexdigest()


# ---------------------------------------------------------------- what contradicts itself


def _contradictions(reading: _Reading, drafts: list[TestDraft]) -> list[str]:
    found = []
    for (number, name, outcome), count in reading.doubts.items():
        how = "passed outside" if outcome is PASS else "failed within"
        results = "result" if count == 1 else "results"
        found.append(f"Test {number} {name!r}: {count:,} {results} {how} the limits.")
    empty = 0
    for draft in drafts:
        failed = [each for each in draft.measurements if each.outcome is FAIL]
        if draft.outcome is PASS and failed:
            first = failed[0]
            found.append(
                f"Part {draft.row}, {draft.serial}: the record says passed, test {first.phase} "
                f"{first.name!r} failed."
            )
        empty += draft.outcome is FAIL and bool(draft.measurements) and not failed
    if empty:
        found.append(f"{empty:,} parts failed, and no test of theirs did.")
    return found + _counts(reading) + _bins(reading)


def _counts(reading: _Reading) -> list[str]:
    """Where a PCR counts other parts than the file holds; retests may be in or out."""
    found = []
    for (head, site), (said, good) in reading.counts.items():
        mine = [p for p in reading.parts if head == _ALL or (p.head, p.site) == (head, site)]
        where = "PCR of all parts" if head == _ALL else f"PCR of head {head}, site {site}"
        first = [p for p in mine if not p.retest]
        if said is not None and said not in (len(mine), len(first)):
            found.append(f"{where}: {said:,} parts, and the file holds {len(mine):,}.")
        passed = sum(p.outcome is PASS for p in mine)
        final = {p.place or p.name or str(p.row): p for p in mine}.values()
        if good is not None and good not in (passed, sum(p.outcome is PASS for p in final)):
            found.append(f"{where}: {good:,} good parts, and the file holds {passed:,}.")
    return found


def _bins(reading: _Reading) -> list[str]:
    """Parts that failed in a bin of good ones, or passed in one of bad ones."""
    odd: Counter[tuple[int, str, TestOutcome]] = Counter()
    for part in reading.parts:
        own = reading.bins.get(("hard", part.head, part.site, part.hard))
        held = own or reading.bins.get(("hard", _ALL, _ALL, part.hard))
        wrong = {PASS: "F", FAIL: "P"}.get(part.outcome)
        if held is not None and wrong and held.judged.upper() == wrong:
            odd[(part.hard, held.judged.upper(), part.outcome)] += 1
    words = {"P": "good", "F": "bad"}
    return [
        f"Hard bin {number} is for {words[judged]} parts, and {count:,} in it "
        f"{'passed' if outcome is PASS else 'failed'}."
        for (number, judged, outcome), count in odd.items()
    ]


# ---------------------------------------------------------------- the kind


def sniff(head: bytes, name: str) -> bool:
    """A FAR first, packed or not; a binary file named as STDF too, so that a broken one is told
    as such."""
    if order_of(unpacked_head(head)):
        return True
    named = name.lower().endswith(IMPORTER.endings)
    return named and content_of(head) in ("binary", "gzip", "bzip2")


IMPORTER = Importer(
    name="stdf",
    label="STDF V4 (plain, gz or bz2)",
    endings=(".stdf", ".std", ".stdf.gz", ".std.gz", ".stdf.bz2", ".std.bz2"),
    sniff=sniff,
    read=read,
)
