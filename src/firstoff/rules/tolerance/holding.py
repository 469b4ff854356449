"""Tolerances against what processes hold (R-13).

"The machine cannot hold it" is computed: an index measured on recorded units or on the pieces of
a study, or predicted from the library of process capabilities, with its lower bound. The lower
bound decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal

from firstoff import stats
from firstoff.errors import InvalidInput
from firstoff.rules.product import CharacteristicFacts, check_line, check_name
from firstoff.rules.tolerance.figures import FEWEST, check_number, same_unit
from firstoff.rules.tolerance.studies import StudyFacts
from firstoff.terms import CharacteristicClass, CharacteristicKind, Verdict

CONFIDENCE = 0.95
REQUIRED = Decimal("1.33")
REQUIRED_CRITICAL = Decimal("1.67")
_MOST_VALUES = 10_000_000

Source = Literal["records", "study", "library", "none"]


@dataclass(frozen=True, slots=True)
class ProcessFacts:
    """What a process on a machine was found to hold. ``spread``: one standard deviation;
    ``shift``: its mean off the nominal; both in ``unit``, from ``values`` pieces."""

    process: str
    unit: str
    spread: Decimal
    values: int
    measured_on: date
    shift: Decimal = Decimal(0)
    feature: str = ""
    machine: str = ""  # code of the equipment, or the name of one that is not ours
    source: str = ""

    @property
    def label(self) -> str:
        return f"{self.process} on {self.machine}" if self.machine else self.process


@dataclass(frozen=True, slots=True)
class Holding:
    """Whether a tolerance is held. ``index`` is the Cpk predicted or the Ppk measured, ``bound``
    its one-sided lower bound and ``interval`` its two-sided one, at 95 %; None where nothing is
    known. ``outside``: the fraction that the normal model puts outside the limits."""

    number: str
    label: str
    classification: CharacteristicClass
    limits: str
    required: Decimal
    source: Source
    verdict: Verdict
    sentence: str
    process: str = ""
    index: float | None = None
    bound: float | None = None
    outside: float | None = None
    values: int = 0
    tightest: str = ""  # the narrowest limits that would be held, as people write them
    judged: bool = False  # an attribute: no capability is asked of it
    interval: tuple[float, float] | None = None
    unit: str = ""  # of the limits

    @property
    def matters(self) -> bool:
        """A critical one has to be held (R-13); another counts where somebody looked."""
        return self.classification is CharacteristicClass.CRITICAL


def check_process(found: ProcessFacts) -> ProcessFacts:
    """The facts, trimmed. Raises InvalidInput naming the field."""
    name = check_name(found.process, "process", longest=120, field="process")
    for field in ("spread", "shift"):
        check_number(getattr(found, field), f"The {field}", field=field)
    if found.spread <= 0:
        raise InvalidInput(
            f"The spread of {name} is {found.spread}; expected a standard deviation above 0.",
            field="spread",
        )
    if not FEWEST <= found.values <= _MOST_VALUES:
        raise InvalidInput(
            f"The spread of {name} is from {found.values:,} values; expected {FEWEST} or more.",
            field="values",
        )
    return ProcessFacts(
        name,
        check_name(found.unit, "unit", longest=20, field="unit"),
        found.spread,
        found.values,
        found.measured_on,
        found.shift,
        check_line(found.feature, "feature", longest=120, field="feature"),
        check_line(found.machine, "machine", longest=120, field="machine"),
        check_line(found.source, "source", longest=300, field="source"),
    )


def required_index(of: CharacteristicFacts, asked: Decimal | None = None) -> Decimal:
    """What the lower bound has to reach: as asked, else 1.67 for critical and 1.33 (R-13)."""
    if asked is not None:
        return asked
    critical = of.classification is CharacteristicClass.CRITICAL
    return REQUIRED_CRITICAL if critical else REQUIRED


def holding(
    of: CharacteristicFacts,
    *,
    process: ProcessFacts | None = None,
    named: str = "",
    measured: Sequence[float] = (),
    where: str = "",
    study: StudyFacts | None = None,
    asked: Decimal | None = None,
) -> Holding:
    """Whether the tolerance is held: by the units measured, else by the latest study of the
    characteristic, else by what the process held before.

    named: the process that is to make it, where the library does not have it. measured: first
    values of the units of ``where``, in the unit of the limits. study: where it shows no spread,
    or is in another unit, that is the answer: passed over, the library's figure would be taken
    for what was measured. asked: the index required, unless the default.
    """
    required = required_index(of, asked)
    if of.kind is CharacteristicKind.ATTRIBUTE:
        sentence = f"{of.label} is judged, not measured: no capability is asked of it."
        return replace(_nothing(of, required, Verdict.MET, sentence), judged=True)
    if not of.limits:
        sentence = f"{of.label} has no limits, so nothing can hold them."
        return _nothing(of, required, Verdict.NO_EVIDENCE, sentence)
    if len(measured) >= FEWEST:
        return _from_records(of, measured, where, required)
    if study is not None:
        return _from_study(of, study, required)
    if process is not None:
        return _from_library(of, process, required)
    sentence = (
        f"{of.label}: the library has no figures of {named}."
        if named
        else f"{of.label}: no process is named for it and no unit was measured."
    )
    return _nothing(of, required, Verdict.NO_EVIDENCE, sentence)


def _nothing(
    of: CharacteristicFacts, required: Decimal, verdict: Verdict, sentence: str, process: str = ""
) -> Holding:
    head = (of.number, of.label, of.classification, of.limits, required)
    return Holding(*head, "none", verdict, sentence, process, unit=of.unit)


def _from_records(
    of: CharacteristicFacts, measured: Sequence[float], where: str, required: Decimal
) -> Holding:
    said = f"{where or 'process'}, {len(measured):,} values"
    equal = f"all {len(measured):,} values are equal"
    return _measured(of, measured, required, "records", where, said=said, equal=equal)


def _from_study(of: CharacteristicFacts, study: StudyFacts, required: Decimal) -> Holding:
    name, pieces = study.label, len(study.values)
    if not same_unit(study.unit, of.unit):
        sentence = (
            f"{of.label} is in {of.unit or 'no unit'}, what was measured of it is in "
            f"{study.unit or 'no unit'}: {name}."
        )
        return _nothing(of, required, Verdict.NO_EVIDENCE, sentence, name)
    if pieces < FEWEST:
        sentence = f"{of.label}: {name} shows no spread; at least {FEWEST} values are needed."
        return _nothing(of, required, Verdict.NO_EVIDENCE, sentence, name)
    equal = f"{name}: all values are equal"
    return _measured(of, study.numbers, required, "study", name, said=name, equal=equal)


def _measured(
    of: CharacteristicFacts,
    values: Sequence[float],
    required: Decimal,
    source: Source,
    process: str,
    *,
    said: str,
    equal: str,
) -> Holding:
    low, high = _limits(of)
    try:
        found = stats.capability(values, lower=low, upper=high, confidence=CONFIDENCE)
    except stats.NoVariation:
        sentence = f"{of.label}: {equal}; the gauge does not resolve the spread."
        return _nothing(of, required, Verdict.NO_EVIDENCE, sentence, process)
    return _held(
        of,
        required,
        source,
        process,
        said=f"Ppk is measured at {found.ppk:.2f} ({said})",
        index=found.ppk,
        bound=found.ppk_lower,
        interval=found.ppk_interval,
        outside=found.expected_outside,
        values=found.n,
        spread=found.sd,
    )


def _from_library(of: CharacteristicFacts, process: ProcessFacts, required: Decimal) -> Holding:
    low, high = _limits(of)
    if not same_unit(process.unit, of.unit):
        return _nothing(
            of,
            required,
            Verdict.NO_EVIDENCE,
            f"{of.label} is in {of.unit or 'no unit'}, what the library has of {process.label} "
            f"is in {process.unit}.",
        )
    mean, sigma = _aim(of) + float(process.shift), float(process.spread)
    nearest = stats.indices(mean, sigma, lower=low, upper=high).nearest
    below, above = stats.expected_outside(mean, sigma, lower=low, upper=high)
    n, one = process.values, low is None or high is None
    return _held(
        of,
        required,
        "library",
        process.label,
        said=f"Cpk is predicted at {nearest:.2f} ({process.label}, {n:,} values)",
        index=nearest,
        bound=stats.ppk_lower_bound(nearest, n, confidence=CONFIDENCE, one_limit=one),
        interval=stats.ppk_interval(nearest, n, confidence=CONFIDENCE, one_limit=one),
        outside=below + above,
        values=n,
        spread=sigma,
    )


def _held(
    of: CharacteristicFacts,
    required: Decimal,
    source: Source,
    process: str,
    *,
    said: str,
    index: float,
    bound: float,
    interval: tuple[float, float],
    outside: float,
    values: int,
    spread: float,
) -> Holding:
    holds = bound >= float(required)
    tightest = _tightest(of, spread, values, required)
    sentence = (
        f"{of.label}, {of.limits}: {said}, lower bound {bound:.2f} at 95\u00a0%; "
        f"{'at least' if holds else 'under'} {required} asked"
    )
    if not holds:
        sentence += f". The process holds {tightest}" if tightest else ""
    return Holding(
        of.number,
        of.label,
        of.classification,
        of.limits,
        required,
        source,
        Verdict.MET if holds else Verdict.NOT_MET,
        f"{sentence}.",
        process,
        index,
        bound,
        outside,
        values,
        tightest,
        interval=interval,
        unit=of.unit,
    )


def _tightest(of: CharacteristicFacts, spread: float, values: int, required: Decimal) -> str:
    """The narrowest tolerance about the nominal that this spread shows at the bound asked for:
    the index whose lower bound is the one required, times three spreads."""
    if of.lower is None or of.upper is None:
        return ""
    low, high = float(required), float(required) * 50
    for _ in range(60):
        middle = (low + high) / 2
        shown = stats.ppk_lower_bound(middle, values, confidence=CONFIDENCE)
        low, high = (middle, high) if shown < float(required) else (low, middle)
    if high >= float(required) * 49:
        return ""  # so few values show nothing at any width
    return f"±{3 * high * spread:.2g}\u00a0{of.unit}".strip()


def _limits(of: CharacteristicFacts) -> tuple[float | None, float | None]:
    return (
        None if of.lower is None else float(of.lower),
        None if of.upper is None else float(of.upper),
    )


def _aim(of: CharacteristicFacts) -> float:
    """Where the process aims: the middle of the limits, else the nominal, else the limit with
    nothing to spare (which then shows an index of 0)."""
    if of.lower is not None and of.upper is not None:
        return float(of.lower + of.upper) / 2
    if of.nominal is not None:
        return float(of.nominal)
    return float(of.upper if of.upper is not None else of.lower or 0)
