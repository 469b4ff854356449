"""A variant as it is said: by line, designator and numbers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from firstoff.errors import InvalidInput
from firstoff.rules.bom.lines import LineFacts, check_quantity
from firstoff.rules.product import at_row, check_address, check_line, check_name


@dataclass(frozen=True, slots=True)
class ChangeFacts:
    """What a variant does otherwise. ``position``: the line's place in the list, from 1.

    ``designator`` empty: the whole line. ``part``: another one, by number; ``child``: label of its
    revision.
    """

    position: int
    fitted: bool
    designator: str = ""
    part: str = ""
    child: str = ""
    quantity: Decimal | None = None


@dataclass(frozen=True, slots=True)
class VariantFacts:
    code: str
    name: str
    changes: tuple[ChangeFacts, ...] = ()


def check_variant(found: VariantFacts, lines: Sequence[LineFacts]) -> VariantFacts:
    """The variant, trimmed, against the lines of its revision. Raises InvalidInput; ``row`` in
    its details is the change, from 0."""
    seen: set[tuple[int, str]] = set()
    changes = []
    for row, change in enumerate(found.changes):
        with at_row(row):
            one = _check(change, lines)
            if (one.position, one.designator) in seen:
                raise InvalidInput(
                    f"Line {one.position} {one.designator} is changed twice.".replace(" .", "."),
                    field="position",
                )
        seen.add((one.position, one.designator))
        changes.append(one)
    return VariantFacts(
        check_address(found.code.strip(), "variant code", field="code"),
        check_name(found.name, "name", field="name"),
        tuple(changes),
    )


def _check(change: ChangeFacts, lines: Sequence[LineFacts]) -> ChangeFacts:
    if not 1 <= change.position <= len(lines):
        raise InvalidInput(
            f"There is no line {change.position}; there are {len(lines)}.", field="position"
        )
    line = lines[change.position - 1]
    place = change.designator.strip()
    if place and place not in line.designators:
        raise InvalidInput(f"{line.label} has no designator {place[:60]}.", field="designator")
    if not change.fitted and (change.part or change.quantity is not None):
        raise InvalidInput(
            f"{line.label} is left out and takes a part or a quantity.", field="fitted"
        )
    if change.child and not change.part:
        raise InvalidInput(f"{line.label} names a revision of no part.", field="child")
    if change.quantity is not None:
        check_quantity(change.quantity, line.label)
    part = check_line(change.part, "part", longest=120, field="part")
    return replace(change, designator=place, part=part, child=change.child.strip())
