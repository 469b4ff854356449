"""Test results of STDF: PTR, MPR and FTR as measurements, with what the first of each test said.

RESULT and limits are in UNITS, unscaled; the scaling exponents are for printing and are not
applied. The ends of limits count as inside; PARM_FLG may say otherwise, and the outcome shows it.
"""

import math
from dataclasses import dataclass, field, replace
from decimal import Decimal

from firstoff.formats.testdata.drafts import (
    LimitsDraft,
    MeasurementDraft,
    UnitOfMeasure,
    ValueKind,
)
from firstoff.formats.testdata.stdf_file import Body, decimal_of
from firstoff.terms import TestOutcome

_NO_UNIT = UnitOfMeasure()
_NO_LIMITS = LimitsDraft()
_YES = LimitsDraft(expected=True)
_PIN = UnitOfMeasure(name="pin")
_INVALID = 0x02 | 0x10 | 0x20  # TEST_FLG: result not valid, not executed, aborted
_UNSOUND = 0x01 | 0x02 | 0x04  # PARM_FLG: scale error, drift, oscillation


def unnamed(number: int) -> str:
    """What a test is called whose records give it no name."""
    return f"test {number}"


@dataclass(slots=True)
class Known:
    """What the first record of a test said; it holds where a later one says nothing."""

    text: str = ""
    units: str = ""
    low: Decimal | None = None
    high: Decimal | None = None
    unit: UnitOfMeasure = _NO_UNIT
    limits: LimitsDraft = _NO_LIMITS
    pins: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Tested:
    """One result and the head and site it is of."""

    head: int
    site: int
    draft: MeasurementDraft
    outside: bool  # passed outside its limits, or failed within


@dataclass(slots=True)
class Tests:
    """Reads test records one after another."""

    pins: dict[int, str] = field(default_factory=dict)
    section: str = ""
    _known: dict[tuple[int, str], Known] = field(default_factory=dict)
    _first: dict[int, str] = field(default_factory=dict)

    def parametric(self, body: Body) -> Tested:
        """A PTR."""
        number, head, site, flags = _head(body)
        parm = body.u1() or 0
        result = body.r4()
        text, alarm, option = body.cn(), body.cn(), body.u1()
        known, said = self._of(number, text)
        low, high, units = self._defaults(body, option, said, between=0)
        known, unit, limits = self._settle(number, text, known, units, low, high)
        valid = result is not None and not flags & _INVALID and not parm & _UNSOUND
        value = decimal_of(result) if valid and result is not None else None
        outcome = _outcome(flags)
        special = "" if not valid or value is not None or result is None else _special(result)
        draft = self._draft(
            number,
            known.text,
            outcome,
            ValueKind.NUMBER if valid else ValueKind.NONE,
            value=value,
            special=special,
            unit=unit,
            limits=limits,
            note=_note(flags, parm, alarm),
        )
        doubt = value is not None and not parm & 0x20 and _doubtful(outcome, value, limits)
        return Tested(head, site, draft, doubt)

    def multiple(self, body: Body) -> Tested:
        """An MPR: a value for each pin."""
        number, head, site, flags = _head(body)
        parm = body.u1() or 0
        pins, results = body.u2() or 0, body.u2() or 0
        body.nibbles(pins)
        values = body.many("f", results)
        text, alarm, option = body.cn(), body.cn(), body.u1()
        known, said = self._of(number, text)
        low, high, units = self._defaults(body, option, said, between=pins)
        known, unit, limits = self._settle(number, text, known, units, low, high)
        if said.pins:
            known.pins = known.pins or said.pins
        outcome = _outcome(flags)
        named = said.pins or known.pins
        rows = tuple(
            (
                self.pins.get(named[place], str(named[place]))
                if place < len(named)
                else str(place + 1),
                decimal_of(value) if math.isfinite(value) else _special(value),
            )
            for place, value in enumerate(values)
        )
        draft = self._draft(
            number,
            known.text,
            outcome,
            ValueKind.SERIES if rows and not flags & _INVALID else ValueKind.NONE,
            series=rows if not flags & _INVALID else (),
            dimensions=(_PIN,),
            unit=unit,
            limits=replace(limits, each=True) if limits is not _NO_LIMITS else limits,
            note=_note(flags, parm, alarm),
        )
        return Tested(head, site, draft, False)

    def functional(self, body: Body) -> Tested:
        """An FTR: the pattern ran as expected, or not."""
        number, head, site, flags = _head(body)
        option = body.u1() or 0
        body.u4(), body.u4(), body.u4()
        fails = body.u4()
        body.i4(), body.i4(), body.i2()
        returned, programmed = body.u2() or 0, body.u2() or 0
        body.many("H", returned)
        body.nibbles(returned)
        body.many("H", programmed)
        body.nibbles(programmed)
        body.dn()
        vector = body.cn()
        body.cn(), body.cn()
        text, alarm = body.cn(), body.cn()
        body.cn()
        said = body.cn()
        known, _ = self._of(number, text)
        known, _, _ = self._settle(number, text, known, "", None, None)
        outcome = _outcome(flags)
        judged = outcome in (TestOutcome.PASS, TestOutcome.FAIL)
        notes = [_note(flags, 0, alarm), f"vector {vector}" if vector else "", said]
        if fails and not option & 0x08 and outcome is TestOutcome.FAIL:
            notes.append(f"{fails:,} pins failed")
        draft = self._draft(
            number,
            known.text,
            outcome,
            ValueKind.BOOLEAN if judged else ValueKind.NONE,
            flag=outcome is TestOutcome.PASS if judged else None,
            limits=_YES,
            note="; ".join(note for note in notes if note),
        )
        return Tested(head, site, draft, False)

    # ------------------------------------------------------------ what holds for later ones

    def _of(self, number: int, text: str) -> tuple[Known | None, Known]:
        """What is known of a test, and a sheet for what this record says of it."""
        first = self._first.get(number)
        known = self._known.get((number, text or first or ""))
        if known is None and first == "":
            known = self._known[(number, "")]  # the first had no name
        return known, Known()

    def _defaults(
        self, body: Body, option: int | None, said: Known, *, between: int
    ) -> tuple[Decimal | bool | None, Decimal | bool | None, str]:
        """Limits as this record gives them: a number, None for no limit, False for as before."""
        body.i1(), body.i1(), body.i1()
        low, high = body.r4(), body.r4()
        if between or body.kind == (15, 15):
            body.r4(), body.r4()
            said.pins = tuple(int(pin) for pin in body.many("H", between))
        units = body.cn()
        if option is None:
            return False, False, units
        return (
            _end(low, none=option & 0x40, before=option & 0x10),
            _end(high, none=option & 0x80, before=option & 0x20),
            units,
        )

    def _settle(
        self,
        number: int,
        text: str,
        known: Known | None,
        units: str,
        low: Decimal | bool | None,
        high: Decimal | bool | None,
    ) -> tuple[Known, UnitOfMeasure, LimitsDraft]:
        """The test, with unit and limits of this record; the first record says the defaults."""
        if known is None:
            lower, upper = (None if isinstance(end, bool) else end for end in (low, high))
            known = Known(text or unnamed(number), units, lower, upper)
            known.unit, known.limits = _unit(units), _limits(lower, upper)
            self._known[(number, text)] = known
            self._first.setdefault(number, text)
            return known, known.unit, known.limits
        lower = known.low if isinstance(low, bool) else low
        upper = known.high if isinstance(high, bool) else high
        unit = known.unit if units in ("", known.units) else _unit(units)
        same = lower == known.low and upper == known.high
        return known, unit, known.limits if same else _limits(lower, upper)

    def _draft(
        self,
        number: int,
        name: str,
        outcome: TestOutcome,
        kind: ValueKind,
        *,
        value: Decimal | None = None,
        flag: bool | None = None,
        special: str = "",
        series: tuple[tuple[Decimal | str | None, ...], ...] = (),
        dimensions: tuple[UnitOfMeasure, ...] = (),
        unit: UnitOfMeasure = _NO_UNIT,
        limits: LimitsDraft = _NO_LIMITS,
        note: str = "",
    ) -> MeasurementDraft:
        return MeasurementDraft(
            name, str(number), 0, self.section, outcome, None, kind, value, flag, "", series,
            special, unit, dimensions, limits, (), (), note,
        )  # fmt: skip


def _head(body: Body) -> tuple[int, int, int, int]:
    number, head, site, flags = body.u4(), body.u1(), body.u1(), body.u1()
    if number is None or head is None or site is None:
        raise body.broken()
    return number, head, site, flags or 0


def _end(limit: float | None, *, none: int, before: int) -> Decimal | bool | None:
    if none:
        return None
    return False if before or limit is None else decimal_of(limit)


def _unit(units: str) -> UnitOfMeasure:
    return UnitOfMeasure(suffix=units) if units else _NO_UNIT


def _limits(low: Decimal | None, high: Decimal | None) -> LimitsDraft:
    return _NO_LIMITS if low is None and high is None else LimitsDraft(lower=low, upper=high)


def _outcome(flags: int) -> TestOutcome:
    """By TEST_FLG; bit 6 says that bit 7, which is set for a failure, says nothing."""
    if flags & 0x10:
        return TestOutcome.SKIPPED
    if flags & 0x20:
        return TestOutcome.ABORTED
    if flags & 0x08:
        return TestOutcome.TIMEOUT
    if flags & 0x40:
        return TestOutcome.UNSET
    return TestOutcome.FAIL if flags & 0x80 else TestOutcome.PASS


def _special(value: float) -> str:
    return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"


def _doubtful(outcome: TestOutcome, value: Decimal, limits: LimitsDraft) -> bool:
    low, high = limits.lower, limits.upper
    if outcome is TestOutcome.PASS:
        return (low is not None and value < low) or (high is not None and value > high)
    if outcome is TestOutcome.FAIL and (low is not None or high is not None):
        return (low is None or value > low) and (high is None or value < high)
    return False


_WORDS = (
    (0x04, "result unreliable"),
    (0x02, "result not valid"),
)
_PARM_WORDS = (
    (0x01, "scale error"),
    (0x02, "drift"),
    (0x04, "oscillation"),
    (0x20, "passed alternate limits"),
)


def _note(flags: int, parm: int, alarm: str) -> str:
    if not (flags & 0x07 or parm & 0x27 or alarm):
        return ""
    found = [word for bit, word in _WORDS if flags & bit]
    found += [word for bit, word in _PARM_WORDS if parm & bit]
    if alarm or flags & 0x01:
        found.append(f"alarm {alarm}".strip())
    return "; ".join(found)
