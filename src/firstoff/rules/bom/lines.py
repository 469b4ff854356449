"""Lines of a bill of materials: what they say, and what cannot stand."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from typing import Any

from firstoff.errors import InvalidInput, StaleState
from firstoff.rules import ledger
from firstoff.rules.bom.draft import Remark
from firstoff.rules.product import (
    LONGEST_LABEL,
    LONGEST_PART_NUMBER,
    at_row,
    check_code,
    check_line,
    check_prose,
)
from firstoff.terms import CharacteristicClass

_LONGEST_FIND = 20
_LONGEST_PLACE = 60
_PLACES = 6  # decimals of a quantity
_LARGEST = Decimal(10) ** 12
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class AlternateFacts:
    """Another part for one line: proposed, until it is approved (R-21)."""

    part: str
    rank: int = 1
    note: str = ""


@dataclass(frozen=True, slots=True)
class LineFacts:
    """One line, by numbers and labels.

    ``child``: label of the revision that goes in of a part made here; empty: the one that is
    meant, until a release settles it. ``quantity`` is the usage in one of the parent, over what
    is fitted. ``attrition`` is percent.
    """

    part: str
    quantity: Decimal
    find_number: str = ""
    child: str = ""
    unit: str = ""
    designators: tuple[str, ...] = ()
    not_fitted: tuple[str, ...] = ()
    fitted: bool = True
    classification: CharacteristicClass | None = None
    attrition: Decimal = _ZERO
    setup_pieces: Decimal = _ZERO
    section: str = ""
    note: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    alternates: tuple[AlternateFacts, ...] = ()

    @property
    def label(self) -> str:
        """As a sentence names it."""
        return f"line {self.find_number} ({self.part})" if self.find_number else self.part


def lines_state(lines: Iterable[LineFacts]) -> str:
    """A digest of lines as they were shown, to tell whether somebody moved them since."""
    return ledger.digest([said(one) for one in lines])


def check_lines_unmoved(seen: str, now: Iterable[LineFacts]) -> None:
    """Raises StaleState when they are not as they were seen. Empty: nobody looked before."""
    if seen and seen != lines_state(now):
        raise StaleState(
            "Somebody else changed the lines since you opened them.",
            way_out="Your entries are kept. Save once more to put them in place of theirs, or "
            "open the page again to see theirs.",
        )


def check_lines(lines: Sequence[LineFacts]) -> tuple[LineFacts, ...]:
    """All lines of a revision. Raises InvalidInput; ``row`` in its details is the place, from 0.

    A designator stands once; under different headings (several boards in one list) it may stand
    once under each.
    """
    taken: dict[tuple[str, str], int] = {}
    checked: list[LineFacts] = []
    for row, line in enumerate(lines):
        with at_row(row):
            one = check_bom_line(line)
            for place in one.designators:
                before = taken.setdefault((one.section, place), row)
                if before != row:
                    other = checked[before].label
                    raise InvalidInput(
                        f"{place} of {one.label} is already on {other}.", field="designators"
                    )
        checked.append(one)
    return tuple(checked)


def check_bom_line(found: LineFacts) -> LineFacts:
    """One line, trimmed; what is not fitted agrees with its designators. Raises InvalidInput."""
    part = check_code(found.part.strip(), "part number", longest=LONGEST_PART_NUMBER, field="part")
    what = f"Line {found.find_number} ({part})" if found.find_number else f"The line of {part}"
    places = _places(found.designators, what, "designators")
    empty = frozenset(_places(found.not_fitted, what, "not_fitted"))
    if strange := sorted(empty.difference(places)):
        raise InvalidInput(
            f"{what} leaves {strange[0]} empty and does not have it.", field="not_fitted"
        )
    if not found.fitted and places:
        empty = frozenset(places)
    return replace(
        found,
        part=part,
        quantity=check_quantity(found.quantity, what),
        find_number=_short(found.find_number, "find number", _LONGEST_FIND, "find_number"),
        child=_short(found.child, "revision", LONGEST_LABEL, "child"),
        unit=_short(found.unit, "unit", 20, "unit"),
        designators=places,
        not_fitted=tuple(d for d in places if d in empty) if empty else (),
        fitted=found.fitted and not (places and len(empty) == len(places)),
        attrition=_percent(found.attrition, what),
        setup_pieces=(
            check_quantity(found.setup_pieces, what, "setup_pieces")
            if found.setup_pieces
            else found.setup_pieces
        ),
        section=_short(found.section, "section", 200, "section"),
        note=check_prose(found.note, "note", field="note") if found.note else "",
        alternates=check_alternates(found.alternates, part, what),
    )


def line_remarks(lines: Sequence[LineFacts]) -> tuple[Remark, ...]:
    """What is odd and can stand: a warning each, with the place of the line from 1."""
    finds = Counter(line.find_number for line in lines if line.find_number)
    remarks = []
    for row, line in enumerate(lines, 1):
        here = len(line.designators) - len(line.not_fitted)
        if line.designators and line.fitted and line.quantity != here:
            remarks.append(
                Remark(
                    row,
                    f"{line.label}: the quantity is {line.quantity.normalize():f}, and {here} "
                    f"{'designator is' if here == 1 else 'designators are'} fitted.",
                    "quantity",
                    "quantity-designators",
                )
            )
        if line.fitted and not line.quantity:
            remarks.append(
                Remark(row, f"{line.label}: the quantity is 0.", "quantity", "quantity-zero")
            )
        if finds[line.find_number] > 1:
            remarks.append(
                Remark(
                    row,
                    f"Find number {line.find_number} is on {finds[line.find_number]} lines.",
                    "find_number",
                    "find-number-twice",
                )
            )
    return tuple(remarks)


def check_quantity(value: Decimal, what: str, name: str = "quantity") -> Decimal:
    """An exact quantity, not below 0, with up to six places. Raises InvalidInput."""
    said = name.replace("_", " ")
    if not value.is_finite():
        raise InvalidInput(f"{what}: the {said} is {value}; expected a number.", field=name)
    if value < 0:
        raise InvalidInput(f"{what}: the {said} is {value}; expected 0 or more.", field=name)
    if value >= _LARGEST:
        raise InvalidInput(f"{what}: the {said} is {value}; expected below 10^12.", field=name)
    exponent = value.normalize().as_tuple().exponent
    if isinstance(exponent, int) and -exponent > _PLACES:
        raise InvalidInput(
            f"{what}: the {said} is {value}; expected at most {_PLACES} decimals.", field=name
        )
    return value


def _short(text: str, what: str, longest: int, name: str) -> str:
    return check_line(text, what, longest=longest, field=name) if text else ""


def _percent(value: Decimal, what: str) -> Decimal:
    if not value.is_finite() or not 0 <= value < 1000:
        raise InvalidInput(
            f"{what}: the attrition is {value}; expected 0 to 999 percent.", field="attrition"
        )
    if value != value.quantize(Decimal("0.001")):
        raise InvalidInput(
            f"{what}: the attrition is {value}; expected at most 3 decimals.", field="attrition"
        )
    return value


def _places(names: Sequence[str], what: str, name: str) -> tuple[str, ...]:
    if not names:
        return ()
    found = tuple(place.strip() for place in names)
    for place in found:
        if not place or len(place) > _LONGEST_PLACE or not place.isprintable():
            raise InvalidInput(
                f"{what} has the designator {place[:80]!r}; expected 1 to {_LONGEST_PLACE} "
                "characters.",
                field=name,
            )
    if len(set(found)) < len(found):
        twice = next(d for d, n in Counter(found).items() if n > 1)
        raise InvalidInput(f"{what} has {twice} twice.", field=name)
    return found


def check_alternates(
    found: Iterable[AlternateFacts], part: str, what: str
) -> tuple[AlternateFacts, ...]:
    """By rank; each once, and none of them the part itself. Raises InvalidInput."""
    seen: set[str] = set()
    checked: list[AlternateFacts] = []
    for one in found:
        number = one.part.strip()
        if number == part:
            raise InvalidInput(f"{what} names itself as an alternate.", field="alternates")
        if number in seen:
            raise InvalidInput(f"{what} names the alternate {number} twice.", field="alternates")
        if not 1 <= one.rank <= 999:
            raise InvalidInput(
                f"{what}: the rank of {number} is {one.rank}; expected 1 to 999.",
                field="alternates",
            )
        seen.add(number)
        checked.append(AlternateFacts(number, one.rank, one.note.strip()))
    return tuple(sorted(checked, key=lambda a: (a.rank, a.part)))


def said(line: LineFacts) -> dict[str, Any]:
    """The line as plain values, for the ledger and for digests."""
    values = {f.name: getattr(line, f.name) for f in fields(line)}
    values["alternates"] = [[a.part, a.rank, a.note] for a in line.alternates]
    values["classification"] = line.classification.value if line.classification else ""
    values["designators"] = list(line.designators)
    values["not_fitted"] = list(line.not_fitted)
    values["attributes"] = dict(line.attributes)
    return values
