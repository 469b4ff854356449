"""Inspection plans: what is looked at, when, on how many; drawn from the one list (R-50 to R-54).

A line names a characteristic and never repeats its limits: those of the list hold.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from msgspec.structs import replace

from firstoff.errors import InvalidInput
from firstoff.rules.plan.frozen import FrozenInspectionLine, FrozenInspectionPlan
from firstoff.rules.plan.sampling import (
    DEFAULTS,
    Sample,
    check_sampling,
    sample_of,
    wider_than_usual,
)
from firstoff.rules.product import (
    CharacteristicFacts,
    at_row,
    check_label,
    check_line,
    check_prose,
)
from firstoff.terms import CharacteristicClass, InspectionKind, LimitForm, RevisionStatus

KIND_NAMES: dict[InspectionKind, str] = {
    InspectionKind.INCOMING: "Incoming inspection",
    InspectionKind.FIRST_ARTICLE: "First article inspection",
    InspectionKind.IN_PROCESS: "In-process inspection",
    InspectionKind.TOP_OF_PRODUCTION: "Top of production",
    InspectionKind.FINAL: "Final inspection",
}
# What each asks for before it is looked at by anybody.
ASKS: dict[InspectionKind, str] = {
    InspectionKind.INCOMING: "the critical characteristics of what is bought",
    InspectionKind.FIRST_ARTICLE: "every characteristic",
    InspectionKind.IN_PROCESS: "critical characteristics, and what an operation checks",
    InspectionKind.TOP_OF_PRODUCTION: "critical and major characteristics",
    InspectionKind.FINAL: "critical and major characteristics",
}
MOST_LINES = 2000
_GRAVE = (CharacteristicClass.CRITICAL, CharacteristicClass.MAJOR)


@dataclass(frozen=True, slots=True)
class InspectionSeen:
    """An inspection plan as somebody saw it, for ``state_of``."""

    facts: FrozenInspectionPlan


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A characteristic to be looked at on the pieces of its sample."""

    characteristic: CharacteristicFacts
    sample: Sample
    own: bool = False  # sampled by itself, not with the plan
    method: str = ""
    gauge: str = ""
    reaction: str = ""


def check_kind(kind: str) -> InspectionKind:
    """Raises InvalidInput."""
    try:
        return InspectionKind(kind)
    except ValueError:
        raise InvalidInput(
            f"There is no inspection of the kind {kind[:40]!r}.",
            way_out=f"Expected one of {', '.join(InspectionKind)}.",
            field="kind",
        ) from None


def check_inspection_plan(
    found: FrozenInspectionPlan, numbers: Collection[str]
) -> FrozenInspectionPlan:
    """The plan, trimmed, if one can inspect by it. Raises InvalidInput naming the field, and the
    line from 0 in ``row``.

    numbers: of the characteristics that the revision has.
    """
    kind = check_kind(found.kind)
    if len(found.lines) > MOST_LINES:
        raise InvalidInput(
            f"The plan has {len(found.lines):,} lines; expected at most {MOST_LINES:,}.",
            field="lines",
        )
    seen: set[str] = set()
    lines = []
    for place, line in enumerate(found.lines):
        with at_row(place):
            lines.append(_checked(line, kind, numbers, seen))
        seen.add(lines[-1].characteristic)
    return replace(
        found,
        label=check_label(found.label, "inspection plan", field="label"),
        sampling=check_sampling(found.sampling, kind),
        note=check_prose(found.note, "note", field="note"),
        lines=tuple(lines),
    )


def _checked(
    line: FrozenInspectionLine, kind: InspectionKind, numbers: Collection[str], seen: set[str]
) -> FrozenInspectionLine:
    number = line.characteristic.strip()
    what = f"characteristic {number}"
    if number not in numbers:
        raise InvalidInput(f"The revision has no {what[:60]}.", field="characteristic")
    if number in seen:
        raise InvalidInput(f"The plan names {what} twice.", field="characteristic")
    return replace(
        line,
        characteristic=number,
        method=check_line(line.method, f"method for {what}", field="method"),
        gauge=check_line(line.gauge, f"gauge for {what}", longest=60, field="gauge"),
        sampling=check_sampling(line.sampling, kind) if line.sampling else {},
        reaction=check_prose(line.reaction, f"reaction for {what}", field="reaction"),
    )


def asked_of(
    kind: InspectionKind,
    characteristics: Iterable[CharacteristicFacts],
    checked: Collection[str] = (),
) -> tuple[CharacteristicFacts, ...]:
    """The characteristics that an inspection of this kind looks at, unless somebody says more.

    checked: numbers of those that an operation checks. What is for information is never asked.
    """
    there = [c for c in characteristics if c.form is not LimitForm.REFERENCE]
    if kind is InspectionKind.FIRST_ARTICLE:
        return tuple(there)
    if kind is InspectionKind.INCOMING:
        return tuple(c for c in there if c.classification is CharacteristicClass.CRITICAL)
    if kind is InspectionKind.IN_PROCESS:
        critical = CharacteristicClass.CRITICAL
        return tuple(c for c in there if c.classification is critical or c.number in checked)
    return tuple(c for c in there if c.classification in _GRAVE)


def proposed(
    found: FrozenInspectionPlan,
    characteristics: Sequence[CharacteristicFacts],
    checked: Collection[str] = (),
) -> FrozenInspectionPlan:
    """The plan with a line for each characteristic that its kind asks for and that it lacks; in
    the order of the list. What it has stays as it is."""
    held = {line.characteristic: line for line in found.lines}
    for one in asked_of(InspectionKind(found.kind), characteristics, checked):
        held.setdefault(one.number, FrozenInspectionLine(characteristic=one.number))
    places = {c.number: place for place, c in enumerate(characteristics)}
    lines = sorted(held.values(), key=lambda line: places.get(line.characteristic, len(places)))
    return replace(found, lines=tuple(lines))


def usual(
    kind: InspectionKind,
    label: str,
    characteristics: Sequence[CharacteristicFacts],
    checked: Collection[str] = (),
) -> FrozenInspectionPlan:
    """The plan that is proposed where there is none."""
    empty = FrozenInspectionPlan(kind=kind.value, label=label, sampling=dict(DEFAULTS[kind]))
    return proposed(empty, characteristics, checked)


def sheet_lines(
    found: FrozenInspectionPlan, characteristics: Iterable[CharacteristicFacts], lot: Decimal
) -> tuple[SheetLine, ...]:
    """The lines with what the list says of them and the sample of a lot. Raises InvalidInput."""
    known = {c.number: c for c in characteristics}
    whole = sample_of(found.sampling, lot)
    return tuple(
        SheetLine(
            one,
            sample_of(line.sampling, lot) if line.sampling else whole,
            bool(line.sampling),
            line.method or one.method,
            line.gauge or one.gauge,
            line.reaction,
        )
        for line in found.lines
        if (one := known.get(line.characteristic)) is not None
    )


def inspection_gaps(
    found: FrozenInspectionPlan,
    characteristics: Sequence[CharacteristicFacts],
    checked: Collection[str] = (),
) -> tuple[str, ...]:
    """What the plan lacks, a sentence each; the release stops for some of it."""
    kind = InspectionKind(found.kind)
    there = {line.characteristic: line for line in found.lines}
    gaps = []
    for one in asked_of(kind, characteristics, checked):
        if one.number not in there:
            gaps.append(f"{one.label} is {one.classification.value} and not on the plan.")
    for one in characteristics:
        line = there.get(one.number)
        said = line and (line.method or line.gauge or one.method or one.gauge)
        if line and not said and one.classification in _GRAVE:
            gaps.append(f"{one.label} has neither a method nor a gauge.")
    if _readable(found) and wider_than_usual(found.sampling):
        gaps.append(
            "The interval is longer than a tenth of the batch or than 30 units, which is usual "
            "(R-52)."
        )
    return tuple(gaps)


def inspection_release_stops(
    found: FrozenInspectionPlan,
    characteristics: Sequence[CharacteristicFacts],
    *,
    revision: str,
    status: RevisionStatus | str,
) -> tuple[str, ...]:
    """What stops a release, a sentence each: a plan without lines or with words that mean
    nothing, a critical characteristic that nobody would look at or knows how to, and of a first
    article any that is left out (AS9102)."""
    stops = []
    if RevisionStatus(status) in (RevisionStatus.DRAFT, RevisionStatus.IN_REVIEW):
        stops.append(f"Revision {revision} is not released; release it first.")
    if not found.lines:
        stops.append("It has no line.")
    if not _readable(found):
        stops.append("Its sampling cannot be read.")
    kind = InspectionKind(found.kind)
    there = {line.characteristic: line for line in found.lines}
    for one in asked_of(kind, characteristics):
        critical = one.classification is CharacteristicClass.CRITICAL
        needed = critical and kind is not InspectionKind.IN_PROCESS
        line = there.get(one.number)
        if line is None and (needed or kind is InspectionKind.FIRST_ARTICLE):
            stops.append(f"{one.label} is not on the plan.")
        elif line and critical and not (line.method or line.gauge or one.method or one.gauge):
            stops.append(f"{one.label} is critical and has neither a method nor a gauge.")
    return tuple(stops)


def _readable(found: FrozenInspectionPlan) -> bool:
    try:
        for sampling in (found.sampling, *(line.sampling for line in found.lines)):
            sample_of(sampling, Decimal(1000))
    except InvalidInput:
        return False
    return True
