"""What is measured or judged: its limits, its callout, and whether it can be judged by."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from firstoff.errors import InvalidInput
from firstoff.rules.product.callouts import (
    CONDITIONS,
    check_condition,
    check_datums,
    check_frame,
    datum_shown,
    sign_of,
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
    def nominal_shown(self) -> str:
        return self.shown(self.nominal)

    def shown(self, value: Decimal | None) -> str:
        """A nominal or limit with the digits of the drawing; empty for None."""
        return "" if value is None else f"{value:.{max(self.decimals, _decimals(value))}f}"


def check_characteristic(found: CharacteristicFacts) -> CharacteristicFacts:
    """The characteristic, trimmed, if it can be judged by. Raises InvalidInput naming the field.

    ``decimals`` is taken from how the nominal and the limits were written.
    """
    number = check_code(found.number, "number", longest=LONGEST_LABEL)
    what = f"Characteristic {number}"
    for field in ("nominal", "lower", "upper"):
        _check_decimal(f"{what}: {field}", getattr(found, field), field)
    _check_limits(found, what)
    values = (found.nominal, found.lower, found.upper)
    return replace(
        found,
        name=check_name(found.name, f"name of characteristic {number}", field="name"),
        unit=check_line(found.unit, f"unit of characteristic {number}", longest=20, field="unit"),
        method=check_line(found.method, f"method of characteristic {number}", field="method"),
        measured_as=check_line(
            found.measured_as,
            f"record name of characteristic {number}",
            longest=120,
            field="measured_as",
        ),
        decimals=max((_written(v) for v in values if v is not None), default=0),
    )


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
    below = nominal is not None and low is not None and nominal < low
    above = nominal is not None and high is not None and nominal > high
    if nominal is not None and (below or above):
        raise InvalidInput(
            f"{what}: the nominal {found.shown(nominal)} lies outside its limits, {found.limits}.",
            field="nominal",
        )


def _check_decimal(what: str, value: Decimal | None, field: str) -> None:
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
