"""Change orders: what may be asked, assessed, approved, put in force; what each refuses (R-12).

An order goes requested, assessed, approved, in force; until it is in force it may be rejected or
withdrawn. A running run keeps what it started with; where an order names it, it starts no unit
any more, and the rest is made in a run on the new baseline (R-37b).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from firstoff.errors import InvalidInput, Refused
from firstoff.rules.product import check_line, check_name, check_prose
from firstoff.terms import ChangeState, EffectivityKind, RevisionStatus

_DIGITS = re.compile(r"(\d+)")
_NEXT: Mapping[ChangeState, frozenset[ChangeState]] = {
    ChangeState.REQUESTED: frozenset(
        {ChangeState.ASSESSED, ChangeState.REJECTED, ChangeState.WITHDRAWN}
    ),
    ChangeState.ASSESSED: frozenset(
        {
            ChangeState.ASSESSED,
            ChangeState.APPROVED,
            ChangeState.REJECTED,
            ChangeState.WITHDRAWN,
        }
    ),
    ChangeState.APPROVED: frozenset({ChangeState.IN_FORCE, ChangeState.WITHDRAWN}),
    ChangeState.REJECTED: frozenset(),
    ChangeState.WITHDRAWN: frozenset(),
    ChangeState.IN_FORCE: frozenset(),
}
OPEN = (ChangeState.REQUESTED, ChangeState.ASSESSED, ChangeState.APPROVED)


class StockDisposition(StrEnum):
    """What becomes of material that the change replaces (ISO 10007:2017 5.4.4)."""

    USE_UP = "use_up"
    REWORK = "rework"
    SCRAP = "scrap"
    RETURN = "return"
    SERVICE = "service"  # kept for repairs


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """A revision that the change makes, and the one it replaces (empty for a new part). The same
    label twice: plan, procedures or documents change, the revision stays."""

    part: str
    before: str
    after: str
    status: RevisionStatus
    text: str = ""

    @property
    def label(self) -> str:
        if not self.before:
            return f"{self.part} {self.after}, new"
        if self.before == self.after:
            return f"{self.part} {self.after}, its plan"
        return f"{self.part} {self.before} to {self.after}"


@dataclass(frozen=True, slots=True)
class LotImpact:
    part: str
    lot: str
    on_hand: Decimal
    unit: str = ""


@dataclass(frozen=True, slots=True)
class RunImpact:
    """A run that is built to what the change replaces. ``started`` units by where they are."""

    batch_id: str
    kind: str
    baseline: str
    planned: int
    places: Mapping[str, int] = field(default_factory=dict)
    closed: bool = False

    @property
    def started(self) -> int:
        return sum(self.places.values())


@dataclass(frozen=True, slots=True)
class Impact:
    """What the change touches: assemblies that take the items, stock, open runs, units."""

    used_in: tuple[tuple[str, str], ...] = ()  # part, revision
    lots: tuple[LotImpact, ...] = ()
    runs: tuple[RunImpact, ...] = ()

    @property
    def open_runs(self) -> tuple[RunImpact, ...]:
        return tuple(r for r in self.runs if not r.closed)

    @property
    def units(self) -> int:
        return sum(r.started for r in self.runs)

    @property
    def stocked(self) -> tuple[str, ...]:
        """Parts of which something lies here."""
        return tuple(sorted({lot.part for lot in self.lots if lot.on_hand > 0}))

    @property
    def sentence(self) -> str:
        said = [
            f"{len(self.used_in):,} assemblies take it"
            if self.used_in
            else "no assembly takes it",
            f"{len(self.lots):,} lots lie here" if self.lots else "nothing of it lies here",
            f"{len(self.open_runs):,} of {len(self.runs):,} runs are open"
            if self.runs
            else "no run was made to it",
            f"{self.units:,} units were started" if self.units else "no unit was started",
        ]
        text = "; ".join(said)
        return f"{text[:1].upper()}{text[1:]}."


@dataclass(frozen=True, slots=True)
class StepFacts:
    """A step that an order took, in the order they were taken."""

    state: ChangeState
    by: str
    at: datetime
    text: str = ""
    signed: bool = False


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """A change order as it stands. ``impact`` is that of the assessment, None before it."""

    number: int
    title: str
    reason: str
    state: ChangeState
    items: tuple[ItemFacts, ...]
    asked_by: str
    asked_at: datetime
    steps: tuple[StepFacts, ...] = ()
    impact: Impact | None = None
    dispositions: Mapping[str, StockDisposition] = field(default_factory=dict)
    effectivity: EffectivityKind | None = None
    effective_from: str = ""
    baseline_before: str = ""  # digests
    baseline_after: str = ""
    runs: tuple[str, ...] = ()  # batch IDs that it names
    uid: str = ""

    @property
    def label(self) -> str:
        return f"ECO-{self.number:04}"

    @property
    def open(self) -> bool:
        return self.state in OPEN

    @property
    def effective(self) -> str:
        """From when it holds, in words."""
        if self.effectivity is None:
            return ""
        words = {
            EffectivityKind.DATE: "from",
            EffectivityKind.RUN: "from batch",
            EffectivityKind.SERIAL: "from serial",
        }
        return f"{words[self.effectivity]} {self.effective_from}"


def check_request(title: str, reason: str, items: Sequence[ItemFacts]) -> tuple[str, str]:
    """Title and reason, trimmed. Raises InvalidInput (R-12)."""
    name = check_name(title, "title", field="title")
    why = check_prose(reason, "reason", field="reason")
    if not why:
        raise InvalidInput("A change has a reason; none is given.", field="reason")
    if not items:
        raise InvalidInput(
            "A change changes something; no item is given.",
            way_out="Name the revision that it makes, or whose plan it changes.",
            field="items",
        )
    seen = set()
    for row, item in enumerate(items):
        if item.part in seen:
            raise InvalidInput(f"Part {item.part} is there twice.", field="items", row=row)
        seen.add(item.part)
    return name, why


def check_step(order: OrderFacts, to: ChangeState) -> None:
    """Raises Refused (R-12) where the order cannot go there."""
    if to in _NEXT[order.state]:
        return
    word = order.state.value.replace("_", " ")
    ways = sorted(s.value.replace("_", " ") for s in _NEXT[order.state])
    raise Refused(
        f"{order.label} is {word}; it cannot become {to.value.replace('_', ' ')}.",
        code="R-12",
        way_out=f"It may become: {', '.join(ways)}." if ways else "Ask for another change.",
    )


def check_assessment(
    order: OrderFacts,
    impact: Impact,
    dispositions: Mapping[str, str],
    effectivity: str,
    effective_from: str,
) -> tuple[dict[str, StockDisposition], EffectivityKind, str]:
    """Dispositions by part, and effectivity, if the assessment says all that it has to (R-12).

    Raises Refused with what is missing, InvalidInput for what cannot be meant.
    """
    check_step(order, ChangeState.ASSESSED)
    found: dict[str, StockDisposition] = {}
    for part, said in dispositions.items():
        try:
            found[part] = StockDisposition(said)
        except ValueError:
            raise InvalidInput(
                f"The disposition of {part} is {said!r}.",
                way_out=f"Expected one of {', '.join(StockDisposition)}.",
                field="dispositions",
            ) from None
    missing = [part for part in impact.stocked if part not in found]
    if missing:
        raise Refused(
            f"Nobody says what becomes of the stock of {', '.join(missing)}.",
            code="R-12",
            way_out=f"Give each a disposition: {', '.join(StockDisposition)}.",
        )
    kind, text = _effectivity(effectivity, effective_from)
    return {part: found[part] for part in impact.stocked}, kind, text


def _effectivity(kind: str, text: str) -> tuple[EffectivityKind, str]:
    try:
        found = EffectivityKind(kind)
    except ValueError:
        raise InvalidInput(
            f"The change holds from {kind or 'nothing that is said'}.",
            way_out=f"Expected one of {', '.join(EffectivityKind)}.",
            field="effectivity",
        ) from None
    said = check_line(text, "effectivity", longest=120, field="effective_from")
    if not said:
        raise InvalidInput(f"From which {found.value} does it hold?", field="effective_from")
    if found is EffectivityKind.DATE:
        try:
            said = date.fromisoformat(said).isoformat()
        except ValueError:
            raise InvalidInput(
                f"The change holds from {said!r}; expected a date such as 2026-09-30.",
                field="effective_from",
            ) from None
    return found, said


def check_in_force(order: OrderFacts, *, baseline: str) -> None:
    """An approved order comes into force with the baseline that holds what it makes. Raises
    Refused (R-12)."""
    check_step(order, ChangeState.IN_FORCE)
    drafts = [
        item.label
        for item in order.items
        if item.status in (RevisionStatus.DRAFT, RevisionStatus.IN_REVIEW)
    ]
    if drafts:
        raise Refused(
            f"{order.label} makes what is not released: {', '.join(drafts)}.",
            code="R-12",
            way_out="Release it, then freeze the definition.",
        )
    if not baseline:
        raise Refused(
            f"No baseline was frozen since {order.label} was asked for.",
            code="R-12",
            way_out="Freeze the definition under the order.",
        )


def covers(order: OrderFacts, part: str, revision: str) -> bool:
    """Whether an approved order stands behind a frozen definition of the part."""
    return order.state is ChangeState.APPROVED and any(
        True for item in order.items if item.part == part and item.after == revision
    )


def check_freeze_ordered(
    *, earlier: str, part: str, revision: str, orders: Iterable[OrderFacts]
) -> None:
    """Raises Refused (R-12): once something was made to a baseline, another definition is frozen
    under an approved change order that names it.

    earlier: how people name the baseline in use.
    """
    if any(covers(order, part, revision) for order in orders):
        return
    raise Refused(
        f"Baseline {earlier} is in use; another definition of {part} takes a change order.",
        code="R-12",
        way_out=f"Ask for a change that makes {part} revision {revision}, and have it approved.",
    )


@dataclass(frozen=True, slots=True)
class Superseded:
    """An order in force, as it bears on a baseline that it replaced."""

    label: str
    effectivity: EffectivityKind
    effective_from: str
    successor: str  # how people name the baseline after


def check_run_starts(batch_id: str, on: date, orders: Iterable[Superseded]) -> None:
    """Raises Refused (R-12) where a run would be made to a baseline that a change replaced."""
    for order in orders:
        by_date = order.effectivity is EffectivityKind.DATE
        if (by_date and on.isoformat() >= order.effective_from) or (
            order.effectivity is EffectivityKind.RUN and batch_id == order.effective_from
        ):
            raise Refused(
                f"{order.label} is in force: batch {batch_id} cannot be made to the baseline "
                "that it replaced.",
                code="R-12",
                way_out=f"Make it to baseline {order.successor}.",
            )


def check_unit_starts(
    serial: str, batch_id: str, named: str, orders: Iterable[Superseded]
) -> None:
    """Raises Refused: a run that an order names starts no unit any more (R-37b), nor does a
    serial number from which a change holds (R-12).

    named: label of the order that names the run; empty where none does.
    """
    if named:
        raise Refused(
            f"{named} ends batch {batch_id}: it starts no unit any more.",
            code="R-37b",
            way_out="Make the rest in a run on the new baseline.",
        )
    for order in orders:
        if order.effectivity is EffectivityKind.SERIAL and _reaches(serial, order.effective_from):
            raise Refused(
                f"{order.label} holds from serial {order.effective_from}: {serial} cannot be "
                "made to the baseline that it replaced.",
                code="R-12",
                way_out=f"Make it in a run on baseline {order.successor}.",
            )


def _reaches(serial: str, first: str) -> bool:
    """Whether a serial is at or after another of its series: the same text around numbers."""
    mine, theirs = _DIGITS.split(serial), _DIGITS.split(first)
    if len(mine) != len(theirs) or mine[::2] != theirs[::2]:
        return serial == first
    return [int(n) for n in mine[1::2]] >= [int(n) for n in theirs[1::2]]
