"""What is built: labels and numbers, characteristics and their limits, released revisions."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from firstoff.errors import InvalidInput, Refused
from firstoff.terms import CharacteristicClass, CharacteristicKind, RevisionStatus

LONGEST_LABEL = 20
LONGEST_CODE = 40
LONGEST_PART_NUMBER = 120
_PLACES = 9  # decimals of a limit
_WHOLE = 11  # digits before the point


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

    @property
    def label(self) -> str:
        return f"{self.number} {self.name}"

    @property
    def limits(self) -> str:
        """``0.30 to 0.90 mm``, ``at most 0.90 mm``, or empty without limits."""
        unit = f"\u00a0{self.unit}" if self.unit else ""
        if self.lower is not None and self.upper is not None:
            return f"{_text(self.lower)} to {_text(self.upper)}{unit}"
        if self.upper is not None:
            return f"at most {_text(self.upper)}{unit}"
        if self.lower is not None:
            return f"at least {_text(self.lower)}{unit}"
        return ""


def check_code(text: str, what: str = "code", *, longest: int = LONGEST_CODE) -> str:
    """A short name that people type and scan: no spaces at the ends, nothing invisible in it.

    Raises InvalidInput.
    """
    if text != text.strip() or not 1 <= len(text) <= longest:
        raise InvalidInput(
            f"The {what} {text!r} is not usable; expected 1 to {longest} characters without "
            "spaces at the ends.",
            field=what,
        )
    bad = next((c for c in text if not c.isprintable()), None)
    if bad is not None:
        raise InvalidInput(f"The {what} {text!r} holds {bad!r}, which nobody can see.", field=what)
    return text


def check_label(label: str, what: str = "revision") -> str:
    """A revision or plan label. Raises InvalidInput."""
    return check_code(label, what, longest=LONGEST_LABEL)


def check_name(name: str, what: str, *, longest: int = 200) -> str:
    """A name in any script, trimmed, on one line. Raises InvalidInput."""
    text = name.strip()
    if not text:
        raise InvalidInput(f"The {what} is empty.", field=what)
    if len(text) > longest:
        raise InvalidInput(
            f"The {what} has {len(text)} characters; expected at most {longest}.", field=what
        )
    if any(c in text for c in "\r\n\x00"):
        raise InvalidInput(f"The {what} runs over several lines; expected one line.", field=what)
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


def check_characteristic(found: CharacteristicFacts) -> CharacteristicFacts:
    """The characteristic, if it can be judged by. Raises InvalidInput naming field and value."""
    what = f"Characteristic {found.number}"
    check_code(found.number, "characteristic number", longest=LONGEST_LABEL)
    check_name(found.name, "characteristic name")
    for field in ("nominal", "lower", "upper"):
        _check_decimal(f"{what}: {field}", getattr(found, field))
    limited = found.lower is not None or found.upper is not None
    if found.kind is CharacteristicKind.ATTRIBUTE and limited:
        raise InvalidInput(
            f"{what} is an attribute and has limits; expected none, or the kind variable.",
            field="kind",
        )
    low, high, nominal = found.lower, found.upper, found.nominal
    if low is not None and high is not None and low >= high:
        raise InvalidInput(
            f"{what}: the lower limit {_text(low)} is not below the upper {_text(high)}.",
            field="lower",
        )
    below = nominal is not None and low is not None and nominal < low
    above = nominal is not None and high is not None and nominal > high
    if nominal is not None and (below or above):
        raise InvalidInput(
            f"{what}: the nominal {_text(nominal)} lies outside its limits, {found.limits}.",
            field="nominal",
        )
    return found


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


def _check_decimal(what: str, value: Decimal | None) -> None:
    if value is None:
        return
    if not value.is_finite():
        raise InvalidInput(f"{what} is {value}; expected a number.")
    exponent = value.normalize().as_tuple().exponent
    if isinstance(exponent, int) and -exponent > _PLACES:
        raise InvalidInput(f"{what} is {value}; expected at most {_PLACES} decimals.")
    if value.adjusted() >= _WHOLE:
        raise InvalidInput(f"{what} is {value}; expected below 10 to the power {_WHOLE}.")


def _text(value: Decimal) -> str:
    # Measured values keep their digits: 0.90 stays 0.90; only the table's padding goes.
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text and len(text.split(".")[1]) > 4 else text
