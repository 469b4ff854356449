"""What is measured or judged: its limits, its callout, and whether it can be judged by."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from firstoff.errors import InvalidInput
from firstoff.rules.product.callouts import (
    callout_text,
    check_condition,
    check_datums,
    check_frame,
    words_of,
)
from firstoff.rules.product.names import LONGEST_LABEL, check_code, check_line, check_name
from firstoff.rules.product.seen import at_row
from firstoff.terms import CharacteristicClass, CharacteristicKind, GeometricSymbol, LimitForm

_PLACES = 9  # decimals of a limit
_WHOLE = 11  # digits before the point
_BALLOON = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True)
class CharacteristicFacts:
    """What is measured or judged, with its limits in ``unit``. None: no limit on that side."""

    number: str  # balloon number on the drawing
    name: str
    kind: CharacteristicKind
    classification: CharacteristicClass
    nominal: Decimal | None = None
    lower: Decimal | None = None
    upper: Decimal | None = None
    unit: str = ""
    method: str = ""
    measured_as: str = ""  # its name in test records
    decimals: int = 0  # digits after the point as the drawing writes them: 0.90 is not 0.9
    zone: str = ""  # of the drawing: B4
    form: LimitForm | None = None  # how the limits are stated; None: as they stand
    symbol: GeometricSymbol | None = None
    tolerance: Decimal | None = None  # the width of the zone, in ``unit``
    diametral: bool = False  # the zone is a cylinder
    material_condition: str = ""  # M, L; empty: regardless of feature size
    datums: tuple[str, ...] = ()  # A, B(M), A-B, in the order of the frame
    gauge: str = ""  # code of the equipment
    source_id: str = ""  # its UUID in a QIF plan

    @property
    def label(self) -> str:
        return f"{self.number} {self.name}"

    @property
    def limits(self) -> str:
        """``0.30 to 0.90 mm``, ``at most 0.90 mm``, or empty without limits."""
        unit = f"\u00a0{self.unit}" if self.unit else ""
        lower, upper = self.shown(self.lower), self.shown(self.upper)
        if lower and upper:
            return f"{lower} to {upper}{unit}"
        if upper:
            return f"at most {upper}{unit}"
        return f"at least {lower}{unit}" if lower else ""

    @property
    def callout(self) -> str:
        """The feature control frame on one line, ``⌖ ⌀ 0.1 Ⓜ | A | B``; empty without symbol."""
        if self.symbol is None:
            return ""
        return callout_text(
            self.symbol,
            self.shown(self.tolerance),
            diametral=self.diametral,
            condition=self.material_condition,
            datums=self.datums,
        )

    @property
    def requirement(self) -> str:
        """What the drawing asks for, as it writes it: ``25 +0.1 −0.2 mm``, ``(25) mm``, a
        callout; empty where only the name says it."""
        if self.symbol is not None:
            exact = f"{self._exact}{self._unit} basic, " if self._exact else ""
            return exact + self.callout
        if self.form is LimitForm.REFERENCE:
            return f"({self.nominal_shown}){self._unit}" if self.nominal_shown else ""
        if self.form is LimitForm.BASIC:
            return f"{self._exact}{self._unit} basic"
        return self._toleranced or self.limits or f"{self.nominal_shown}{self._unit}"

    @property
    def _toleranced(self) -> str:
        """A nominal with its deviations; empty where a limit or the nominal is missing."""
        if self.nominal is None or self.lower is None or self.upper is None:
            return ""
        over, under = self.upper - self.nominal, self.lower - self.nominal
        if over == -under:
            return f"{self._exact} ±{self.shown(over)}{self._unit}"
        # Of a fit such as p6 both deviations lie on one side (ISO 286-1:2010).
        return f"{self._exact} {self._deviation(over)} {self._deviation(under)}{self._unit}"

    def _deviation(self, value: Decimal) -> str:
        sign = "+" if value > 0 else "−"
        return f"{sign}{self.shown(abs(value))}" if value else "0"

    @property
    def _exact(self) -> str:
        """The nominal with no more digits than it needs; empty for none."""
        return "" if self.nominal is None else f"{self.nominal:.{_decimals(self.nominal)}f}"

    @property
    def _unit(self) -> str:
        return f"\u00a0{self.unit}" if self.unit and self.nominal is not None else ""

    @property
    def nominal_shown(self) -> str:
        return self.shown(self.nominal)

    def shown(self, value: Decimal | None) -> str:
        """A nominal or limit with the digits of the drawing; empty for None."""
        return "" if value is None else f"{value:.{max(self.decimals, _decimals(value))}f}"


def check_characteristic(found: CharacteristicFacts) -> CharacteristicFacts:
    """The characteristic, trimmed, if it can be judged by. Raises InvalidInput naming the field.

    ``decimals`` is taken from how the numbers were written. A geometric tolerance without an upper
    limit is judged by its tolerance: a deviation from the ideal has no lower limit.
    """
    number = check_code(found.number, "number", longest=LONGEST_LABEL)
    what = f"Characteristic {number}"
    for field in ("nominal", "lower", "upper", "tolerance"):
        check_number(getattr(found, field), f"{what}: {field}", field=field)
    found = _check_callout(found, what)
    _check_limits(found, what)
    _check_form(found, what)
    values = (found.nominal, found.lower, found.upper, found.tolerance)
    return replace(
        found,
        number=number,
        **_lines(found, number),
        decimals=max((_written(v) for v in values if v is not None), default=0),
    )


def _lines(found: CharacteristicFacts, number: str) -> dict[str, Any]:
    """Every text on one line, trimmed. Raises InvalidInput."""
    texts = (
        ("unit", "unit", 20),
        ("method", "method", 200),
        ("measured_as", "record name", 120),
        ("zone", "zone", 20),
        ("gauge", "gauge", 60),
        ("source_id", "identity in its source", 80),
    )
    name = check_name(found.name, f"name of characteristic {number}", field="name")
    return {"name": name} | {
        field: check_line(
            getattr(found, field), f"{word} of characteristic {number}", longest=size, field=field
        )
        for field, word, size in texts
    }


def check_characteristics(
    found: Sequence[CharacteristicFacts],
) -> tuple[CharacteristicFacts, ...]:
    """All of a revision, in the order of their numbers. Raises InvalidInput.

    A number stands once, and so does a name in test records: a value belongs to one of them.
    ``row`` in the details of the error is the place in ``found``, from 0.
    """
    numbers: set[str] = set()
    names: dict[str, str] = {}
    checked = []
    for row, characteristic in enumerate(found):
        with at_row(row):
            one = check_characteristic(characteristic)
        if one.number in numbers:
            raise InvalidInput(
                f"Characteristic {one.number} is there twice.", field="number", row=row
            )
        numbers.add(one.number)
        other = names.setdefault(one.measured_as, one.number) if one.measured_as else one.number
        if other != one.number:
            raise InvalidInput(
                f"Characteristics {other} and {one.number} are both {one.measured_as!r} in test "
                "records; expected different names.",
                field="measured_as",
                row=row,
            )
        checked.append(one)
    return tuple(sorted(checked, key=lambda c: balloon_key(c.number)))


def balloon_key(number: str) -> tuple[tuple[int, int, str], ...]:
    """Sorts 2 before 10 and 10 before 10a."""
    parts = [p for p in _BALLOON.split(number) if p]
    return tuple((0, int(p), "") if p.isdecimal() else (1, 0, p) for p in parts)


def characteristic_gaps(found: CharacteristicFacts) -> tuple[str, ...]:
    """What a critical or major characteristic lacks, one sentence each (R-13)."""
    gaps = []
    grave = found.classification in (CharacteristicClass.CRITICAL, CharacteristicClass.MAJOR)
    if grave and found.kind is CharacteristicKind.VARIABLE and not found.limits:
        gaps.append(f"{found.label} is {found.classification} and has no limits.")
    if found.classification is CharacteristicClass.CRITICAL and not found.method.strip():
        gaps.append(f"{found.label} is critical and names no measuring method or gauge.")
    return tuple(gaps)


def _check_limits(found: CharacteristicFacts, what: str) -> None:
    low, high, nominal = found.lower, found.upper, found.nominal
    limited = low is not None or high is not None
    if found.kind is CharacteristicKind.ATTRIBUTE and limited:
        raise InvalidInput(
            f"{what} is an attribute and has limits; expected none, or the kind variable.",
            field="kind",
        )
    if low is not None and high is not None and low >= high:
        raise InvalidInput(
            f"{what}: the lower limit {found.shown(low)} is not below the upper "
            f"{found.shown(high)}.",
            field="lower",
        )
    if found.symbol is not None:
        return  # the limits are of the deviation, not of the nominal
    if found.form is LimitForm.BILATERAL:
        return  # a fit such as p6 has both deviations on one side
    below = nominal is not None and low is not None and nominal < low
    above = nominal is not None and high is not None and nominal > high
    if nominal is not None and (below or above):
        raise InvalidInput(
            f"{what}: the nominal {found.shown(nominal)} lies outside its limits, {found.limits}.",
            way_out="Say that its limits are bilateral where both deviations lie on one side.",
            field="nominal",
        )


def _check_callout(found: CharacteristicFacts, what: str) -> CharacteristicFacts:
    """The frame, in one way of writing. Raises InvalidInput for half of one."""
    condition = check_condition(found.material_condition, what)
    datums = check_datums(found.datums, what)
    if found.symbol is None:
        for field, said in (
            ("tolerance", found.tolerance is not None),
            ("diametral", found.diametral),
            ("material_condition", condition),
            ("datums", datums),
        ):
            if said:
                raise InvalidInput(
                    f"{what} has a {_WORDS[field]} and no geometric symbol; expected both or "
                    "none.",
                    field="symbol",
                )
        return found
    if found.kind is CharacteristicKind.ATTRIBUTE:
        raise InvalidInput(
            f"{what} is an attribute and has a geometric callout; expected the kind variable.",
            field="kind",
        )
    if found.tolerance is None or found.tolerance <= 0:
        raise InvalidInput(
            f"{what} has the symbol of {words_of(found.symbol)} and the tolerance "
            f"{found.shown(found.tolerance) or 'is missing'}; expected one above 0.",
            field="tolerance",
        )
    check_frame(
        found.symbol, diametral=found.diametral, condition=condition, datums=datums, what=what
    )
    upper = found.tolerance if found.upper is None else found.upper
    return replace(found, material_condition=condition, datums=datums, upper=upper)


_WORDS = {
    "tolerance": "tolerance",
    "diametral": "diameter sign",
    "material_condition": "material condition",
    "datums": "datum",
}


def _check_form(found: CharacteristicFacts, what: str) -> None:
    """Whether the limits are stated the way that is said. Raises InvalidInput."""
    form, low, high = found.form, found.lower, found.upper
    if form is None:
        return
    if found.kind is CharacteristicKind.ATTRIBUTE:
        raise InvalidInput(f"{what} is an attribute and its limits are {form}.", field="form")
    held = found.symbol is not None  # by its callout, whose limits are not of the dimension
    expected = ""
    if form is LimitForm.BILATERAL and not held and (low is None or high is None):
        expected = "a lower and an upper limit"
    elif form is LimitForm.UNILATERAL and not held and not _one_sided(found):
        expected = "one limit, or a nominal that is one of the two"
    elif form is LimitForm.BASIC and not held and (low is not None or high is not None):
        expected = "no limits: a callout holds it"
    elif form is LimitForm.BASIC and not held and found.nominal is None:
        expected = "a nominal, or a callout"
    elif form is LimitForm.REFERENCE and (held or low is not None or high is not None):
        expected = "neither limits nor a callout: it is for information"
    if expected:
        raise InvalidInput(
            f"{what} is {form}, and {found.limits or 'has no limits'}; expected {expected}.",
            field="form",
        )


def _one_sided(found: CharacteristicFacts) -> bool:
    low, high = found.lower, found.upper
    if (low is None) != (high is None):
        return True
    return low is not None and found.nominal is not None and found.nominal in (low, high)


def check_number(value: Decimal | None, what: str, *, field: str) -> None:
    """Whether a table can hold it: finite, 9 decimals, 11 digits before. Raises InvalidInput."""
    if value is None:
        return
    if not value.is_finite():
        raise InvalidInput(f"{what} is {value}; expected a number.", field=field)
    if _decimals(value) > _PLACES:
        raise InvalidInput(f"{what} is {value}; expected at most {_PLACES} decimals.", field=field)
    if value.adjusted() >= _WHOLE:
        raise InvalidInput(
            f"{what} is {value}; expected below 10 to the power {_WHOLE}.", field=field
        )


def _decimals(value: Decimal) -> int:
    """Digits after the point that the value needs."""
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _written(value: Decimal) -> int:
    """Digits after the point as it was written, zeros included."""
    exponent = value.as_tuple().exponent
    return min(max(0, -exponent), _PLACES) if isinstance(exponent, int) else 0
