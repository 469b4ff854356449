"""Fields of an OpenHTF record as values, each refused by its path ($.phases[2].outcome)."""

import json
import math
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from firstoff.formats.testdata.drafts import (
    Cell,
    LimitsDraft,
    MeasurementDraft,
    UnitOfMeasure,
    ValueKind,
)
from firstoff.formats.testdata.validators import Understood, is_marginal, is_within, understood
from firstoff.terms import TestOutcome

Json = dict[str, Any]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST, _LAST = 631_152_000_000, 4_102_444_800_000  # 1990 and 2100
_DIGITS = 40
_OUTCOMES = {outcome.name: outcome for outcome in TestOutcome} | {
    "SKIP": TestOutcome.SKIPPED,
    "ABORT": TestOutcome.ABORTED,
}
_PASS_FAIL = frozenset((TestOutcome.PASS, TestOutcome.FAIL))
RECORD_OUTCOMES = _PASS_FAIL | {TestOutcome.ERROR, TestOutcome.TIMEOUT, TestOutcome.ABORTED}
MEASUREMENT_OUTCOMES = _PASS_FAIL | {
    TestOutcome.UNSET,
    TestOutcome.PARTIALLY_SET,
    TestOutcome.SKIPPED,
}
_SPECIAL = {
    "nan": "nan", "inf": "inf", "+inf": "inf", "infinity": "inf", "+infinity": "inf",
    "-inf": "-inf", "-infinity": "-inf",
}  # fmt: skip


class FieldRefused(Exception):
    """A field that cannot be taken; the record is refused with it."""

    def __init__(self, path: str, found: str, expected: str) -> None:
        super().__init__(path)
        self.path, self.found, self.expected = path, found, expected


# ---------------------------------------------------------------- plain fields


def shown(value: Any) -> str:
    """A value for a sentence: short, and naming what it is."""
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    return repr(value)[:80]


def clean(text: str) -> str:
    """Text that a database holds: no NUL, no half of a surrogate pair."""
    return re.sub("[\0\ud800-\udfff]", "\ufffd", text).strip()


def text_of(value: Any) -> str:
    """Any value as text; "" for none."""
    if value is None:
        return ""
    if isinstance(value, str):
        return clean(value)
    return clean(json.dumps(value, ensure_ascii=False, sort_keys=True))


def object_at(value: Any, path: str) -> Json:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise FieldRefused(path, shown(value), "an object")
    return value


def list_at(value: Any, path: str) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise FieldRefused(path, shown(value), "a list")
    return value


def outcome_at(value: Any, path: str, allowed: frozenset[TestOutcome]) -> TestOutcome:
    """An outcome in OpenHTF's words; ``Outcome.PASS`` is PASS too."""
    word = value.rpartition(".")[2].strip().upper() if isinstance(value, str) else ""
    found = _OUTCOMES.get(word)
    if found is None or found not in allowed:
        names = sorted(outcome.name for outcome in allowed)
        raise FieldRefused(path, shown(value), f"{', '.join(names[:-1])} or {names[-1]}")
    return found


def truth_of(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def moment_at(value: Any, path: str) -> datetime:
    """Milliseconds since 1970-01-01 UTC."""
    expected = "milliseconds since 1970-01-01 UTC, in the years 1990 to 2100"
    number = value
    if isinstance(value, str) and re.fullmatch(r"\d{1,15}", value.strip(), re.ASCII):
        number = int(value)
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise FieldRefused(path, shown(value), expected)
    if not _FIRST <= number <= _LAST:  # False for NaN as well
        raise FieldRefused(path, shown(value), expected)
    return _EPOCH + timedelta(milliseconds=number)


def unit_of(value: Any) -> UnitOfMeasure:
    """A unit as an object, in the older keys too, or as a bare word."""
    if isinstance(value, str):
        return UnitOfMeasure(suffix=clean(value))
    if not isinstance(value, dict):
        return UnitOfMeasure()
    name = text_of(value.get("name"))
    return UnitOfMeasure(
        name="" if name == "None" else name,
        suffix=text_of(value.get("suffix", value.get("uom_suffix"))),
        code=text_of(value.get("code", value.get("uom_code"))),
    )


# ---------------------------------------------------------------- measured values


class Measured:
    """A measured value taken apart: its kind, and the one of the fields that holds it."""

    def __init__(self, raw: Any, held: Understood, *, dimensioned: bool) -> None:
        self.kind = ValueKind.NONE
        self.value: Decimal | None = None
        self.flag: bool | None = None
        self.text = self.special = ""
        self.series: tuple[tuple[Cell, ...], ...] = ()
        if isinstance(raw, bool):
            self.kind, self.flag = ValueKind.BOOLEAN, raw
        elif isinstance(raw, int | float):
            self._number(raw)
        elif isinstance(raw, str):
            self._word(raw, held)
        elif isinstance(raw, list) and (dimensioned or all(_is_scalar(cell) for cell in raw)):
            self.kind = ValueKind.SERIES
            self.series = tuple(_series_row(row) for row in raw)
        elif raw is not None:
            self.kind, self.text = ValueKind.OTHER, text_of(raw)

    def _number(self, raw: int | float) -> None:
        self.kind = ValueKind.NUMBER
        if isinstance(raw, float) and not math.isfinite(raw):
            self.special = _SPECIAL[repr(raw)]
        elif isinstance(raw, int) and abs(raw) >= 10**_DIGITS:
            self.kind, self.text = ValueKind.TEXT, str(raw)  # an identifier, not a quantity
        else:
            self.value = Decimal(repr(raw))

    def _word(self, raw: str, held: Understood) -> None:
        """A text; a number where the limits are numbers (Decimals are written as text), and
        NaN or infinity, which OpenHTF writes as text, unless a validator reads text."""
        word = raw.strip().lower()
        reads_text = held.limits.pattern is not None or held.limits.expected is not None
        if word in _SPECIAL and not reads_text:
            self.kind, self.special, self.text = ValueKind.NUMBER, _SPECIAL[word], clean(raw)
        elif held.numeric and (number := _decimal(word)) is not None:
            self.kind, self.value, self.text = ValueKind.NUMBER, number, clean(raw)
        else:
            self.kind, self.text = ValueKind.TEXT, clean(raw)


def _decimal(word: str) -> Decimal | None:
    form = r"[+-]?\d{1,30}(\.\d{1,30})?(e[+-]?\d{1,3})?"
    return Decimal(word) if re.fullmatch(form, word, re.ASCII) else None


def _is_scalar(cell: Any) -> bool:
    return not isinstance(cell, dict | list)


def _series_row(row: Any) -> tuple[Cell, ...]:
    return tuple(_cell(cell) for cell in row) if isinstance(row, list) else (_cell(row),)


def _cell(cell: Any) -> Cell:
    if cell is None or isinstance(cell, bool):
        return cell
    if isinstance(cell, float) and not math.isfinite(cell):
        return _SPECIAL[repr(cell)]
    if isinstance(cell, int | float):
        return Decimal(repr(cell)) if abs(cell) < 10.0**_DIGITS else repr(cell)
    return text_of(cell)


# ---------------------------------------------------------------- a measurement


def measurement_at(
    raw: Any, path: str, *, key: str, phase: str, index: int, subtest: str, older: Any = None
) -> tuple[MeasurementDraft, list[str]]:
    """One measurement and what is odd about it. ``older``: its value in the records of 2016,
    which kept values apart in ``measured_values``."""
    given = object_at(raw, path)
    validators = given.get("validators")
    texts = (
        [validators] if isinstance(validators, str) else list_at(validators, f"{path}.validators")
    )
    held = understood(text for text in map(text_of, texts) if text)
    dimensions = given.get("dimensions")
    dimensions = dimensions if isinstance(dimensions, list) else []
    measured = Measured(
        given.get("measured_value", given.get("value", older)), held, dimensioned=bool(dimensions)
    )
    outcome, odd = _outcome(given, path)
    draft = MeasurementDraft(
        name=text_of(given.get("name")) or clean(key),
        phase=phase,
        phase_index=index,
        subtest=subtest,
        outcome=outcome,
        marginal=_marginal(given, outcome, measured, held.limits),
        kind=measured.kind,
        value=measured.value,
        flag=measured.flag,
        text=measured.text,
        series=measured.series,
        special=measured.special,
        unit=unit_of(given.get("units")),
        dimensions=tuple(unit_of(dimension) for dimension in dimensions),
        limits=held.limits,
        validators=tuple(text for text in map(text_of, texts) if text),
        unread=held.unread,
        note=text_of(given.get("docstring")),
    )
    return draft, odd + _contradictions(draft)


def _outcome(given: Json, path: str) -> tuple[TestOutcome, list[str]]:
    if given.get("outcome") is None:
        return TestOutcome.UNSET, [f"{path}: no outcome; taken as UNSET."]
    return outcome_at(given["outcome"], f"{path}.outcome", MEASUREMENT_OUTCOMES), []


def _marginal(
    given: Json, outcome: TestOutcome, measured: Measured, limits: LimitsDraft
) -> bool | None:
    """As given; else computed. OpenHTF marks a passing measurement inside, and writes it only
    for its phase."""
    stated = truth_of(given.get("marginal"))
    if stated is not None or outcome is not TestOutcome.PASS or measured.value is None:
        return stated
    if limits.marginal_lower is None and limits.marginal_upper is None:
        return None
    return is_marginal(measured.value, limits)


def _contradictions(draft: MeasurementDraft) -> list[str]:
    """Where value, limits and outcome do not agree. The outcome is kept as given."""
    where = f"{draft.phase}, {draft.name}"
    limits = draft.limits
    if limits.lower is not None and limits.upper is not None and limits.lower > limits.upper:
        return [
            f"{where}: the lower limit {limits.lower} is above the upper limit {limits.upper}."
        ]
    width = len(draft.dimensions) + 1
    if draft.dimensions and any(len(row) != width for row in draft.series):
        return [f"{where}: rows of the series do not have {width} values each."]
    passed, failed = (draft.outcome is word for word in (TestOutcome.PASS, TestOutcome.FAIL))
    if passed and draft.special == "nan":
        return [f"{where}: PASS, and the value is not a number."]
    numeric = limits.lower is not None or limits.upper is not None
    if draft.value is None or draft.unread or limits.pattern is not None or not numeric:
        return []
    inside = is_within(draft.value, limits)
    if passed and not inside:
        return [f"{where}: PASS, and {draft.value} is outside its limits."]
    return [f"{where}: FAIL, and {draft.value} is within its limits."] if failed and inside else []
