"""Containment (R-62): what may be found at a unit, when its hold ends, when all is accounted for.

A unit at risk is *open* until a finding settles it. What settles depends on where the unit is: one
that was replaced at a customer is settled there, and open again should it ever come back. The hold
is another matter: it stays until a finding ends it, so a unit that nobody could reach is still
refused when it turns up, even after the containment was closed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from firstoff.errors import InvalidInput, Refused
from firstoff.rules.product import check_name, check_prose
from firstoff.stats import proportion
from firstoff.terms import ContainmentOutcome as Outcome
from firstoff.terms import Place


class Whereabouts(StrEnum):
    """Where a unit is, as far as a containment cares: of one inside another, where that one is."""

    HOUSE = "house"
    CUSTOMER = "customer"
    SCRAPPED = "scrapped"


class MemberState(StrEnum):
    OPEN = "open"  # nothing was found yet, or what was found no longer settles it
    WORK = "work"  # being reworked or repaired: to be looked at again
    DONE = "done"


HOUSE, CUSTOMER, SCRAPPED = Whereabouts
ALL = frozenset(Whereabouts)


def whereabouts(place: Place | str) -> Whereabouts:
    """place: of the outermost unit."""
    if place == Place.SHIPPED:
        return CUSTOMER
    return SCRAPPED if place == Place.SCRAPPED else HOUSE


@dataclass(frozen=True, slots=True)
class OutcomeRule:
    """What an outcome means. ``rejected``: the fault was there (True), was not (False), or nobody
    looked (None)."""

    outcome: Outcome
    title: str
    said: str  # of a unit: ``FO-12 is cleared``
    at: frozenset[Whereabouts]  # where a unit has to be for it
    settles: frozenset[Whereabouts]
    frees: frozenset[Whereabouts]  # where it ends the hold
    rejected: bool | None
    signed: bool = False  # a concession is signed

    @property
    def carries(self) -> bool:
        """Whether it goes for what is inside the unit too."""
        return bool(self.settles)


_HERE = frozenset({HOUSE})
_THERE = frozenset({CUSTOMER})
_NOWHERE: frozenset[Whereabouts] = frozenset()

OUTCOMES: Mapping[Outcome, OutcomeRule] = MappingProxyType(
    {
        rule.outcome: rule
        for rule in (
            OutcomeRule(Outcome.CLEARED, "Good", "found good", _HERE | _THERE, ALL, ALL, False),
            OutcomeRule(
                Outcome.REWORK, "Rework", "to be reworked", _HERE, _NOWHERE, _NOWHERE, True
            ),
            OutcomeRule(
                Outcome.REPAIR, "Repair", "to be repaired", _HERE, _NOWHERE, _NOWHERE, True
            ),
            OutcomeRule(
                Outcome.SCRAP,
                "Scrap",
                "scrapped",
                ALL,
                frozenset({CUSTOMER, SCRAPPED}),
                frozenset({SCRAPPED}),
                True,
            ),
            OutcomeRule(
                Outcome.RETURN, "Return to supplier", "returned to its supplier", _HERE, ALL, ALL,
                True,
            ),
            OutcomeRule(
                Outcome.USE_AS_IS,
                "Use as is",
                "used as is, by concession",
                _HERE | _THERE,
                ALL,
                ALL,
                True,
                signed=True,
            ),
            OutcomeRule(
                Outcome.REPLACED, "Replaced", "replaced at the customer", _THERE, _THERE, _NOWHERE,
                None,
            ),
            OutcomeRule(
                Outcome.UNREACHABLE,
                "Not reachable",
                "not reachable",
                _THERE,
                _THERE,
                _NOWHERE,
                None,
            ),
        )
    }
)  # fmt: skip


def state(outcome: Outcome | str | None, where: Whereabouts) -> MemberState:
    """How a unit stands by its last finding and where it is now."""
    if not outcome:
        return MemberState.OPEN
    rule = OUTCOMES[Outcome(outcome)]
    if where in rule.settles:
        return MemberState.DONE
    return MemberState.WORK if rule.outcome in WORKED_ON else MemberState.OPEN


# While a unit is reworked it can be worked on; packed, shipped or built in it cannot be.
WORKED_ON = frozenset({Outcome.REWORK, Outcome.REPAIR})


def holds(outcome: Outcome | str | None, where: Whereabouts) -> bool:
    """Whether a containment still holds a unit by its last finding and where it is now."""
    return not outcome or where not in OUTCOMES[Outcome(outcome)].frees


def label(number: int) -> str:
    return f"C-{number:04d}"


def read_label(text: str) -> int:
    """``C-0003``, ``c-3`` or ``3``. Raises InvalidInput."""
    bare = text.strip().upper().removeprefix("C-")
    if not (bare.isascii() and bare.isdigit()) or not 1 <= len(bare) <= 9 or int(bare) < 1:
        raise InvalidInput(
            f"{text[:40]!r} is no containment; a number such as C-0003 is meant.", field="number"
        )
    return int(bare)


def read_outcome(text: object) -> Outcome:
    """Raises InvalidInput."""
    try:
        return Outcome(str(text).strip())
    except ValueError:
        known = ", ".join(o.value for o in OUTCOMES)
        raise InvalidInput(
            f"{str(text)[:40]!r} is no outcome; there are {known}.", field="outcome"
        ) from None


def check_opening(title: str, reason: str) -> tuple[str, str]:
    """What a containment is called and why it is opened. Raises InvalidInput."""
    named = check_name(title, "title", field="title")
    said = check_prose(reason, "reason", field="reason")
    if not said:
        raise InvalidInput("Nothing says why; a reason is needed.", field="reason")
    return named, said


def check_note(note: str, outcome: Outcome) -> str:
    """What goes with a finding; a concession says what is wrong. Raises InvalidInput."""
    said = check_prose(note, "note", field="note")
    if OUTCOMES[outcome].signed and not said:
        raise InvalidInput(
            "A concession says what is wrong with the unit and why it may be used.", field="note"
        )
    return said


@dataclass(frozen=True, slots=True)
class Member:
    """A unit at risk as a finding meets it. ``inside``: the outermost unit it is in."""

    serial: str
    place: Place  # its own
    outer: Place  # of the outermost unit
    last: Outcome | None = None
    inside: str = ""
    where: str = ""  # the customer

    @property
    def whereabouts(self) -> Whereabouts:
        return whereabouts(self.outer)

    @property
    def state(self) -> MemberState:
        return state(self.last, self.whereabouts)

    @property
    def held(self) -> bool:
        return holds(self.last, self.whereabouts)


def allowed(where: Whereabouts) -> tuple[OutcomeRule, ...]:
    """What can be found at a unit that is there."""
    return tuple(rule for rule in OUTCOMES.values() if where in rule.at)


def check_finding(
    unit: Member, outcome: Outcome, *, closed: str = "", carried: bool = False
) -> None:
    """Raises Refused (R-62) where the outcome cannot be that of this unit.

    closed: the containment, where it is closed: it takes findings of the units it still holds.
    carried: the outcome is that of the unit it is inside of.
    """
    rule = OUTCOMES[outcome]
    if closed and unit.state is MemberState.DONE:
        raise _refused(
            f"{closed} is closed, and {unit.serial} was worked off.",
            "Open a new containment for what is found later.",
        )
    if unit.whereabouts not in rule.at:
        raise _refused(_not_there(unit, rule), _instead(unit))
    if unit.inside and not carried and outcome in (Outcome.SCRAP, Outcome.RETURN):
        raise _refused(
            f"{unit.serial} is inside {unit.inside}; it cannot be {rule.said} by itself.",
            f"Record its removal first, or work off {unit.inside}.",
        )
    if unit.place is Place.PACKED and outcome is Outcome.SCRAP:
        raise _refused(
            f"{unit.serial} is packed; it cannot be scrapped in its package.", "Unpack it first."
        )


def _not_there(unit: Member, rule: OutcomeRule) -> str:
    match unit.whereabouts:
        case Whereabouts.CUSTOMER:
            at = f"at {unit.where}" if unit.where else "at a customer"
        case Whereabouts.SCRAPPED:
            at = "scrapped"
        case _:
            at = "in house"
    return f"{unit.serial} is {at}; “{rule.title}” cannot be said of it there."


def _instead(unit: Member) -> str:
    names = ", ".join(rule.title for rule in allowed(unit.whereabouts))
    if unit.whereabouts is CUSTOMER:
        return f"There it is one of: {names}. When it comes back, record its return first."
    return f"There it is one of: {names}."


def _refused(message: str, way_out: str, **details: Any) -> Refused:
    return Refused(message, code="R-62", way_out=way_out, **details)


# ------------------------------------------------------------ numbers


@dataclass(frozen=True, slots=True)
class Group:
    """How many units share where they are, where they were, and what was found last."""

    place: Place  # now; of one inside another, that of the outermost
    inside: bool
    joined: Place  # where it was when it joined
    customer: int | None  # whose it was when it joined
    outcome: Outcome | None
    faulty: bool  # some finding said that the fault was there
    late: bool
    units: int

    @property
    def whereabouts(self) -> Whereabouts:
        return whereabouts(self.place)

    @property
    def state(self) -> MemberState:
        return state(self.outcome, self.whereabouts)

    @property
    def looked_at(self) -> bool:
        return self.faulty or (
            self.outcome is not None and OUTCOMES[self.outcome].rejected is not None
        )


@dataclass(frozen=True, slots=True)
class Numbers:
    """Units of a containment, counted. ``in_house + at_customers + scrapped == at_risk`` and
    ``worked_off + open == at_risk``; ``working`` of the open ones are being reworked."""

    at_risk: int = 0
    late: int = 0
    inside: int = 0
    in_house: int = 0
    held: int = 0  # in house
    at_customers: int = 0
    scrapped: int = 0
    worked_off: int = 0
    working: int = 0
    # Somebody looked for the fault. A unit inside another one was looked at with that one.
    looked_at: int = 0
    faulty: int = 0  # of these, the fault was there
    outcomes: tuple[tuple[Outcome, int], ...] = ()

    @property
    def open(self) -> int:
        return self.at_risk - self.worked_off

    @property
    def unreachable(self) -> int:
        return dict(self.outcomes).get(Outcome.UNREACHABLE, 0)

    def plain(self) -> dict[str, Any]:
        """As the closure keeps them and the API answers."""
        return {
            "at_risk": self.at_risk,
            "joined_later": self.late,
            "inside_others": self.inside,
            "in_house": self.in_house,
            "held_in_house": self.held,
            "at_customers": self.at_customers,
            "scrapped": self.scrapped,
            "worked_off": self.worked_off,
            "open": self.open,
            "in_work": self.working,
            "looked_at": self.looked_at,
            "found_faulty": self.faulty,
            "outcomes": {outcome.value: units for outcome, units in self.outcomes},
        }


def numbers(groups: Iterable[Group]) -> Numbers:
    """All units of the groups counted."""
    rows = tuple(groups)

    def count(which: Iterable[bool]) -> int:
        return sum(g.units for g, yes in zip(rows, which, strict=True) if yes)

    return Numbers(
        at_risk=count(True for _ in rows),
        late=count(g.late for g in rows),
        inside=count(g.inside for g in rows),
        in_house=count(g.whereabouts is HOUSE for g in rows),
        held=count(g.whereabouts is HOUSE and holds(g.outcome, HOUSE) for g in rows),
        at_customers=count(g.whereabouts is CUSTOMER for g in rows),
        scrapped=count(g.whereabouts is SCRAPPED for g in rows),
        worked_off=count(g.state is MemberState.DONE for g in rows),
        working=count(g.state is MemberState.WORK for g in rows),
        looked_at=count(g.looked_at and not g.inside for g in rows),
        faulty=count(g.faulty and not g.inside for g in rows),
        outcomes=tuple(
            (o, n) for o in OUTCOMES if (n := count(g.outcome is o for g in rows))
        ),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Forecast:
    """What the units looked at say of those that nobody looked at yet.

    rate, lower, upper: fractions, the two-sided 95 % Clopper-Pearson interval.
    """

    rate: float
    lower: float
    upper: float
    out: int  # open units at customers
    expected: int  # of these, at the rate seen


def forecast(found: Numbers, out: int) -> Forecast | None:
    """None while nobody looked at a unit. out: open units at customers."""
    if not found.looked_at:
        return None
    seen = proportion(found.faulty, found.looked_at)
    return Forecast(seen.estimate, seen.lower, seen.upper, out, round(seen.estimate * out))


# ------------------------------------------------------------ closing


@dataclass(frozen=True, slots=True)
class Unreachable:
    """A unit that nobody could reach, named in the closure."""

    part: str
    serial: str
    customer: str


def closing_refusal(found: Numbers, *, name: str) -> Refused | None:
    """Why a containment may not be closed (R-62); None: it may."""
    if not found.open:
        return None
    units = "1 unit is" if found.open == 1 else f"{found.open:,} units are"
    work = f", {found.working:,} of them in rework" if found.working else ""
    return _refused(
        f"{name} cannot be closed: {units} still open{work}.",
        "Record what was found at each of them; of a unit that nobody can reach, say so.",
        open=found.open,
    )


def closing_meaning(name: str, title: str, found: Numbers) -> str:
    """What whoever closes it signs."""
    said = f"I close {name}, {title}. {_units(found.at_risk)} at risk, all accounted for"
    parts = [f"{units:,} {OUTCOMES[outcome].said}" for outcome, units in found.outcomes]
    return f"{said}: {', '.join(parts)}." if parts else f"{said}."


def concession_meaning(name: str, units: Sequence[str], note: str) -> str:
    """What whoever lets units pass signs."""
    if len(units) <= 1:
        return f"{''.join(units)} may be used as it is, by concession in {name}: {note}"
    told = f"{len(units):,} units" if len(units) > 5 else ", ".join(units)
    return f"{told} may be used as they are, by concession in {name}: {note}"


def headline(found: Numbers, *, closed: bool) -> str:
    """The answer to: is every unit at risk accounted for?"""
    if closed:
        return (
            f"Yes. All {found.at_risk:,} worked off." if found.at_risk else "Yes. None was found."
        )
    if not found.at_risk:
        return "No unit is at risk so far."
    if not found.open:
        return f"Yes. All {found.at_risk:,} worked off."
    return f"Not yet. {found.worked_off:,} of {found.at_risk:,} worked off."


def why(found: Numbers, out: int, *, closed: bool) -> str:
    """Two sentences under the headline. out: open units at customers."""
    if closed:
        return _unreached(found) or "The signature below says so."
    held = found.held
    said = []
    if found.in_house:
        said.append(f"{held:,} of {found.in_house:,} units in house are held.")
    if out:
        said.append(f"{out:,} of {found.at_customers:,} at customers are still open.")
    if found.working:
        said.append(f"{found.working:,} {'is' if found.working == 1 else 'are'} being reworked.")
    if found.at_risk and not found.open:
        said.append("A quality manager can close it.")
    return " ".join((*said, _unreached(found))).strip()


def _unreached(found: Numbers) -> str:
    many = found.unreachable
    if not many:
        return ""
    return f"{_units(many)} could not be reached and {'is' if many == 1 else 'are'} named."


def _units(count: int) -> str:
    return "1 unit" if count == 1 else f"{count:,} units"


@dataclass(frozen=True, slots=True)
class CustomerProgress:
    """A customer's units: how many, how many came back, when they were told.

    ``joined_since``: units that joined after the customer was last told.
    """

    id: int
    name: str
    contact: str
    units: int
    open: int
    back: int
    told_at: datetime | None = None
    reference: str = ""
    joined_since: int = 0

    @property
    def to_be_told(self) -> bool:
        return self.told_at is None or self.joined_since > 0
