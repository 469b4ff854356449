"""Characteristics out of a file beside those of a draft: what comes, what changes, what stays."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from typing import Any

from firstoff.errors import InvalidInput
from firstoff.rules.product.characteristics import (
    CharacteristicFacts,
    balloon_key,
    check_characteristic,
)

ADD, CHANGE, SAME, REFUSED, GONE, KEPT = "add", "change", "same", "refused", "gone", "kept"

# What a file that says nothing of it leaves as it is.
_TEXTS = ("unit", "method", "measured_as", "zone", "gauge", "source_id")
# What is asked for goes together: a file that says part of it says all of it.
_ASKED = (
    *("nominal", "lower", "upper", "form", "symbol", "tolerance", "diametral"),
    *("material_condition", "datums"),
)


@dataclass(frozen=True, slots=True)
class Said:
    """A characteristic as a file says it. ``facts`` has a class, though the file may say none:
    ``classed`` tells. ``row`` as in the file."""

    row: int
    facts: CharacteristicFacts
    classed: bool = True


@dataclass(frozen=True, slots=True)
class Merged:
    """What becomes of one characteristic.

    state: ``add``, ``change``, ``same``, ``refused`` (with ``sentence``); ``gone`` and ``kept``
    are of the draft and not in the file. changes: field -> (before, after), as they are shown.
    """

    state: str
    number: str
    name: str
    requirement: str = ""
    row: int | None = None
    facts: CharacteristicFacts | None = None
    before: CharacteristicFacts | None = None
    changes: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    sentence: str = ""
    field: str = ""


def merged(
    there: Sequence[CharacteristicFacts], found: Iterable[Said], *, replace_all: bool = False
) -> tuple[Merged, ...]:
    """What a file would make of a draft, in the order of its rows, then what is only in the draft.

    A characteristic is known again by its ID in the source, else by its number. replace_all: what
    the file does not have goes.
    """
    by_source = {c.source_id: c for c in there if c.source_id}
    by_number = {c.number: c for c in there}
    met: set[str] = set()
    rows: list[Merged] = []
    taken: dict[str, int] = {}
    for one in found:
        known = by_source.get(one.facts.source_id) or by_number.get(one.facts.number)
        if known is not None and known.number in met:
            known = None
        if known is not None:
            met.add(known.number)
        made = _merged(one, known)
        if made.state != REFUSED and (first := taken.setdefault(made.number, one.row)) != one.row:
            made = _refused(
                one, f"Characteristic {made.number} is in row {first} already.", "number"
            )
        rows.append(made)
    left = [c for c in there if c.number not in met]
    if not replace_all:
        rows = [_clash(row, left) for row in rows]
    state = GONE if replace_all else KEPT
    rows += [Merged(state, c.number, c.name, c.requirement, before=c) for c in left]
    return tuple(rows)


def result(rows: Iterable[Merged]) -> tuple[CharacteristicFacts, ...]:
    """The characteristics of the draft afterwards, in the order of their numbers."""
    kept = [row.before if row.state == KEPT else row.facts for row in rows if row.state != GONE]
    found = [facts for facts in kept if facts is not None]
    return tuple(sorted(found, key=lambda c: balloon_key(c.number)))


def _merged(one: Said, known: CharacteristicFacts | None) -> Merged:
    try:
        facts = check_characteristic(one.facts if known is None else _over(known, one))
    except InvalidInput as error:
        return _refused(one, str(error), str(error.details.get("field", "")))
    changes = {} if known is None else _changes(known, facts)
    state = ADD if known is None else CHANGE if changes else SAME
    return Merged(
        state, facts.number, facts.name, facts.requirement, one.row, facts, known, changes
    )


def _over(known: CharacteristicFacts, one: Said) -> CharacteristicFacts:
    """What the file says, over what the draft says."""
    new = one.facts
    keeps: dict[str, Any] = {
        name: getattr(known, name) for name in _TEXTS if not getattr(new, name)
    }
    if not any(getattr(new, name) for name in _ASKED if name != "form") and _zero_free(new):
        keeps |= {name: getattr(known, name) for name in (*_ASKED, "decimals")}
    if not one.classed:
        keeps["classification"] = known.classification
    return replace(new, **keeps)


def _zero_free(facts: CharacteristicFacts) -> bool:
    """No limit or nominal is said, not even 0."""
    return facts.nominal is None and facts.lower is None and facts.upper is None


def _changes(
    before: CharacteristicFacts, after: CharacteristicFacts
) -> dict[str, tuple[str, str]]:
    found = {}
    for one in fields(before):
        old, new = getattr(before, one.name), getattr(after, one.name)
        if old != new and one.name != "decimals":
            found[one.name] = (_shown(before, old), _shown(after, new))
    return found


def _shown(of: CharacteristicFacts, value: Any) -> str:
    if value is None or value is False:
        return ""
    if value is True:
        return "yes"
    if isinstance(value, Decimal):
        return of.shown(value)
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _clash(row: Merged, left: Sequence[CharacteristicFacts]) -> Merged:
    """A number that the file gives to one while the draft keeps it for another."""
    if row.state not in (ADD, CHANGE) or all(c.number != row.number for c in left):
        return row
    return replace(
        row,
        state=REFUSED,
        facts=None,
        sentence=f"Characteristic {row.number} is another one in the draft, which keeps it.",
        field="number",
    )


def _refused(one: Said, sentence: str, field: str) -> Merged:
    facts = one.facts
    return Merged(REFUSED, facts.number, facts.name, "", one.row, sentence=sentence, field=field)
