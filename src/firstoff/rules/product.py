"""What is built: labels and numbers, characteristics and their limits, released revisions."""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal
from typing import Any

from firstoff.errors import InvalidInput, Refused, StaleState
from firstoff.rules import ledger
from firstoff.terms import CharacteristicClass, CharacteristicKind, RevisionStatus

LONGEST_LABEL = 20
LONGEST_CODE = 40
LONGEST_PART_NUMBER = 120
_LARGEST_QUANTITY = 1_000_000_000
_PLACES = 9  # decimals of a limit
_WHOLE = 11  # digits before the point
_BALLOON = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True)
class ProgramFacts:
    """What a program says about itself. ``first_quantity`` is what somebody is owed."""

    code: str
    name: str
    description: str = ""
    first_quantity: int | None = None
    due: date | None = None
    currency: str = "USD"


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


def check_code(
    text: str, what: str = "code", *, longest: int = LONGEST_CODE, field: str = ""
) -> str:
    """A short name that people type and scan: no spaces at the ends, nothing invisible in it.

    Raises InvalidInput.
    """
    if text != text.strip() or not 1 <= len(text) <= longest:
        raise InvalidInput(
            f"The {what} {text!r} is not usable; expected 1 to {longest} characters without "
            "spaces at the ends.",
            field=field or what,
        )
    bad = next((c for c in text if not c.isprintable()), None)
    if bad is not None:
        raise InvalidInput(
            f"The {what} {text!r} holds {bad!r}, which nobody can see.", field=field or what
        )
    return text


def check_address(text: str, what: str = "code", *, field: str = "") -> str:
    """A code that stands in addresses: no slash either. Raises InvalidInput."""
    check_code(text, what, field=field)
    if "/" in text or "\\" in text or set(text) == {"."}:
        raise InvalidInput(
            f"The {what} {text!r} cannot stand in an address; expected no slash, and more than "
            "dots.",
            field=field or what,
        )
    return text


def check_label(label: str, what: str = "revision", *, field: str = "") -> str:
    """A revision or plan label; it stands in addresses too. Raises InvalidInput."""
    check_code(label, what, longest=LONGEST_LABEL, field=field)
    return check_address(label, what, field=field)


def check_name(name: str, what: str, *, longest: int = 200, field: str = "") -> str:
    """A name in any script, trimmed, on one line. Raises InvalidInput."""
    text = name.strip()
    if not text:
        raise InvalidInput(f"The {what} is empty.", field=field or what)
    return check_line(text, what, longest=longest, field=field)


def check_line(text: str, what: str, *, longest: int = 200, field: str = "") -> str:
    """Like a name, and may be empty. Raises InvalidInput."""
    text = text.strip()
    if len(text) > longest:
        raise InvalidInput(
            f"The {what} has {len(text)} characters; expected at most {longest}.",
            field=field or what,
        )
    if any(c in text for c in "\r\n\x00"):
        raise InvalidInput(
            f"The {what} runs over several lines; expected one line.", field=field or what
        )
    return text


def check_prose(text: str, what: str, *, field: str = "") -> str:
    """A text of several lines, trimmed; may be empty. Raises InvalidInput."""
    text = text.replace("\r\n", "\n").strip()
    if "\x00" in text:
        raise InvalidInput(f"The {what} holds a NUL character.", field=field or what)
    return text


def next_label(label: str) -> str:
    """The revision label after this one: C to D, Z to AA, 3 to 4, C1 to C2."""
    digits = len(label) - len(label.rstrip("0123456789"))
    if digits:
        number = label[-digits:]
        return label[:-digits] + str(int(number) + 1).zfill(digits)
    head, last = label[:-1], label[-1:]
    if not last.isascii() or not last.isalpha():
        return f"{label}1"
    if last not in "Zz":
        return head + chr(ord(last) + 1)
    first = "A" if last == "Z" else "a"
    return (next_label(head) if head else first) + first


def check_currency(code: str) -> str:
    """An ISO 4217 code as people write it. Raises InvalidInput."""
    text = code.strip().upper()
    if len(text) != 3 or not (text.isascii() and text.isalpha()):
        raise InvalidInput(
            f"The currency {code!r} is no ISO 4217 code; expected three letters such as GBP.",
            field="currency",
        )
    return text


def check_program(found: ProgramFacts) -> ProgramFacts:
    """The program, trimmed. Raises InvalidInput naming the field."""
    quantity = found.first_quantity
    if quantity is not None and not 1 <= quantity <= _LARGEST_QUANTITY:
        raise InvalidInput(
            f"The first quantity is {quantity:,}; expected 1 to {_LARGEST_QUANTITY:,}.",
            field="first_quantity",
        )
    return replace(
        found,
        code=check_address(found.code.strip(), "program code", field="code"),
        name=check_name(found.name, "name"),
        description=check_prose(found.description, "description"),
        currency=check_currency(found.currency),
    )


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


def state_of(found: Iterable[Any]) -> str:
    """A digest of facts as they were shown, to tell whether somebody moved them since."""
    return ledger.digest([{f.name: getattr(one, f.name) for f in fields(one)} for one in found])


def check_unmoved(seen: str, now: Iterable[Any], what: str) -> None:
    """Raises StaleState when it is not as it was seen. Empty: nobody looked before."""
    if seen and seen != state_of(now):
        raise StaleState(
            f"Somebody else changed the {what} since you opened them.",
            way_out="Your entries are kept. Save once more to put them in place of theirs, or "
            "open the page again to see theirs.",
        )


@contextmanager
def at_row(row: int) -> Iterator[None]:
    """Adds to an error in which of several things it was found, from 0."""
    try:
        yield
    except InvalidInput as error:
        raise InvalidInput(
            error.message, code=error.code, way_out=error.way_out, **error.details, row=row
        ) from error


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


def release_stops(characteristics: Iterable[CharacteristicFacts]) -> tuple[str, ...]:
    """What stops a revision from being released: each gap of a critical characteristic."""
    return tuple(
        gap
        for found in characteristics
        if found.classification is CharacteristicClass.CRITICAL
        for gap in characteristic_gaps(found)
    )


def check_editable(status: RevisionStatus | str, what: str) -> None:
    """Raises Refused (R-10) where a released or superseded definition would be changed."""
    if RevisionStatus(status) is not RevisionStatus.DRAFT:
        raise Refused(
            f"{what} is {RevisionStatus(status).value}; it cannot be changed.",
            code="R-10",
            way_out="Make a new revision and change that.",
        )


def check_releasable(status: RevisionStatus | str, what: str, stops: Iterable[str] = ()) -> None:
    """Raises Refused (R-10) with all that stops the release of a revision or plan."""
    found = tuple(stops)
    if RevisionStatus(status) is not RevisionStatus.DRAFT:
        raise Refused(f"{what} is {RevisionStatus(status).value} already.", code="R-10")
    if found:
        raise Refused(
            f"{what} cannot be released: {' '.join(found)}", code="R-10", stops=list(found)
        )


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
