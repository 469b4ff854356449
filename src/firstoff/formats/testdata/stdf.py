"""STDF V4 files of semiconductor testers: one test record for each part tested (PRR).

Parts of several heads and sites come interleaved; a result belongs to the part that is open at
its head and site. A part has its PART_ID as serial where that tells parts apart, else the wafer
and the place on it.
"""

from collections import Counter
from dataclasses import replace

from firstoff.errors import InvalidInput
from firstoff.formats.sources import RawSource, content_of, opened
from firstoff.formats.testdata.drafts import (
    Importer,
    ImportResult,
    MeasurementDraft,
    ReadOptions,
    RowProblem,
    TestDraft,
    capped,
)
from firstoff.formats.testdata.stdf_file import Body, Record, Stream, order_of, unpacked_head
from firstoff.formats.testdata.stdf_parts import (
    ALL_SITES,
    NO_BIN,
    NO_PLACE,
    Bin,
    Part,
    Serials,
    Wafer,
    Writing,
    contradictions,
    unusable,
)
from firstoff.formats.testdata.stdf_tests import Tested, Tests, unnamed
from firstoff.terms import TestOutcome

_UNKNOWN = 0xFFFFFFFF
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


class _Reading:
    """One file being read, record by record."""

    def __init__(self, stream: Stream, options: ReadOptions) -> None:
        self.stream, self.options = stream, options
        self.warnings: list[str] = list(stream.warnings)
        self.tests = Tests()
        self.mir: dict[str, str] | None = None
        self.began = 0
        self.finished = False
        self.open: dict[tuple[int, int], Part] = {}
        self.parts: list[Part] = []
        self.wafers: dict[int, Wafer] = {}
        self.sections: list[str] = []
        self.equipment: dict[tuple[int, int], dict[str, str]] = {}
        self.bins: dict[tuple[str, int, int, int], Bin] = {}
        self.counts: dict[tuple[int, int], tuple[int | None, int | None]] = {}
        self.names: dict[str, str] = {}
        self.held = 0
        self.strays: Counter[str] = Counter()
        self.doubts: Counter[tuple[str, str, TestOutcome]] = Counter()
        self.takers = {
            (1, 10): self._mir, (1, 20): self._mrr, (1, 30): self._pcr, (1, 40): self._hbr,
            (1, 50): self._sbr, (1, 60): self._pmr, (1, 80): self._sdr, (2, 10): self._wir,
            (2, 20): self._wrr, (5, 10): self._pir, (5, 20): self._prr, (15, 10): self._ptr,
            (15, 15): self._mpr, (15, 20): self._ftr, (20, 10): self._bps, (20, 20): self._eps,
            (10, 30): self._tsr, (50, 30): self._dtr,
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
        self.wafers[head] = Wafer(body.cn(), began)

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
        self.open[(head, site)] = Part(head, site, self.wafers.get(head))

    def _prr(self, body: Body) -> None:
        head, site, flags = body.u1(), body.u1(), body.u1()
        if head is None or site is None or flags is None:
            raise body.broken()
        part = self.open.pop((head, site), None)
        if part is None:
            self.strays["parts ended and not begun (PRR without PIR)"] += 1
            part = Part(head, site, self.wafers.get(head))
        part.flags, part.tests = flags, body.u2() or 0
        hard, soft, x, y = body.u2(), body.u2(), body.i2(), body.i2()
        part.hard = NO_BIN if hard is None else hard
        part.soft = NO_BIN if soft is None else soft
        part.x = NO_PLACE if x is None else x
        part.y = NO_PLACE if y is None else y
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
        site = ALL_SITES if head == ALL_SITES else site
        self.counts[(head, site)] = (known[0], known[1])

    def _hbr(self, body: Body) -> None:
        self._bin("hard", body)

    def _sbr(self, body: Body) -> None:
        self._bin("soft", body)

    def _bin(self, kind: str, body: Body) -> None:
        head, site, number = body.u1() or 0, body.u1() or 0, body.u2()
        count = body.u4() or 0
        if number is not None:
            site = ALL_SITES if head == ALL_SITES else site
            self.bins[(kind, head, site, number)] = Bin(count, body.c1(), body.cn())

    def _tsr(self, body: Body) -> None:
        """A synopsis at the end; it names tests whose results do not."""
        body.u1(), body.u1(), body.c1()
        number = body.u4()
        body.u4(), body.u4(), body.u4()
        name = body.cn()
        if number is not None and name:
            self.names.setdefault(unnamed(number), name)

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
        serials = Serials(self.parts, self.mir.get("lot", ""))
        self.warnings += serials.warnings
        writing = Writing(self.mir, self.began, self.bins, self.equipment, self.options.time_zone)
        drafts, refused = [], []
        for part in self.parts:
            if self.names:
                part.measurements = [self._named(each) for each in part.measurements]
            serial = serials.of(part)
            if problem := unusable(part, serial):
                refused.append(problem)
            else:
                drafts.append(writing.draft(part, serial))
        self.warnings += contradictions(self.parts, drafts, self.doubts, self.counts, self.bins)
        return drafts, refused

    def _named(self, draft: MeasurementDraft) -> MeasurementDraft:
        name = self.names.get(draft.name)
        return draft if name is None else replace(draft, name=name)


# ---------------------------------------------------------------- the kind


def sniff(head: bytes, name: str) -> bool:
    """A FAR first, packed or not; any binary or text named as STDF too, so that a broken one is
    told as such."""
    if order_of(unpacked_head(head)):
        return True
    named = name.lower().endswith(IMPORTER.endings)
    return named and content_of(head) in ("binary", "text", "gzip", "bzip2")


IMPORTER = Importer(
    name="stdf",
    label="STDF V4 (plain, gz or bz2)",
    endings=(".stdf", ".std", ".stdf.gz", ".std.gz", ".stdf.bz2", ".std.bz2"),
    sniff=sniff,
    read=read,
)
