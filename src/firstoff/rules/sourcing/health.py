"""The bill of materials at a glance: how many lines stand how, and what to do first."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from firstoff.rules.sourcing import words
from firstoff.rules.sourcing.coverage import WEIGHT, WORST, Coverage, LineCoverage
from firstoff.rules.sourcing.standing import Check, CheckKind, Colour
from firstoff.rules.sourcing.values import ZERO, Build

FIRST = 10


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do about one part. ``lines``: keys of those that take it; ``also``: what else
    is not green there. ``blocks``: units of the build that wait; ``days_late``; ``money``: what is
    bought of it."""

    part: str
    lines: tuple[str, ...]
    kind: CheckKind
    colour: Colour
    do: str
    sentence: str
    why: str
    blocks: int
    days_late: int
    money: Decimal
    also: tuple[CheckKind, ...] = ()


@dataclass(frozen=True, slots=True)
class Health:
    """The lines of a build, counted.

    colours, verdicts: lines of each. ``checks``: of each look the lines of each colour.
    served_units: units for which every part is there in time. ``tasks``: what to do first.
    """

    lines: int
    colours: Mapping[Colour, int]
    verdicts: Mapping[Coverage, int]
    checks: Mapping[CheckKind, Mapping[Colour, int]]
    served_units: int
    sentence: str
    tasks: tuple[Task, ...]


def bom_health(lines: Sequence[LineCoverage], build: Build, *, first: int = FIRST) -> Health:
    """The roll-up of the lines and the ``first`` things to do."""
    colours = Counter(line.colour for line in lines)
    verdicts = Counter(line.verdict for line in lines)
    checks: dict[CheckKind, Counter[Colour]] = {}
    for line in lines:
        for check in line.checks:
            checks.setdefault(check.kind, Counter())[check.colour] += 1
    served = build.units - max((line.blocked_units for line in lines), default=0)
    return Health(
        lines=len(lines),
        colours={colour: colours[colour] for colour in Colour},
        verdicts={verdict: verdicts[verdict] for verdict in Coverage},
        checks={
            kind: {colour: checks[kind][colour] for colour in Colour}
            for kind in CheckKind
            if kind in checks
        },
        served_units=served,
        sentence=_sentence(lines, colours, served, build),
        tasks=first_tasks(lines, build, first=first),
    )


def first_tasks(
    lines: Sequence[LineCoverage], build: Build, *, first: int = FIRST
) -> tuple[Task, ...]:
    """What to do first, one task a part: red before amber, then by the units that wait, the days
    they wait, what is wrong, and the money."""
    by_part: dict[str, list[LineCoverage]] = {}
    for line in lines:
        if line.colour is not Colour.GREEN:
            by_part.setdefault(line.line.part, []).append(line)
    tasks = [_task(of, build) for of in by_part.values()]
    tasks.sort(
        key=lambda t: (WORST[t.colour], -t.blocks, -t.days_late, WEIGHT[t.kind], -t.money, t.part)
    )
    return tuple(tasks[:first])


def worst_first(lines: Sequence[LineCoverage]) -> tuple[LineCoverage, ...]:
    """The lines as a page lists them: by colour, then by what they block."""

    def place(line: LineCoverage) -> tuple[int, int, int, str]:
        return WORST[line.colour], -line.blocked_units, -line.days_late, line.line.part

    return tuple(sorted(lines, key=place))


def _rank(check: Check) -> tuple[int, int]:
    return WORST[check.colour], WEIGHT[check.kind]


def _task(lines: Sequence[LineCoverage], build: Build) -> Task:
    worst = min(lines, key=lambda line: min(map(_rank, line.checks)))
    check = min(worst.checks, key=_rank)
    open_ = {c.kind for line in lines for c in line.checks if c.colour is not Colour.GREEN}
    return Task(
        part=worst.line.part,
        lines=tuple(line.line.key for line in lines),
        kind=check.kind,
        colour=check.colour,
        do=check.way_out,
        sentence=check.sentence,
        why=_why(worst, check, build),
        blocks=worst.blocked_units,
        days_late=worst.days_late,
        money=worst.bought.cost if worst.bought else ZERO,
        also=tuple(kind for kind in CheckKind if kind in open_ and kind is not check.kind),
    )


def _why(line: LineCoverage, check: Check, build: Build) -> str:
    """What it blocks."""
    units = words.counted(build.units, "unit")
    if line.blocked_units:
        waits = f" for {words.days(line.days_late)}" if line.days_late else ""
        of = "All" if line.blocked_units == build.units else f"{line.blocked_units:,} of"
        return f"{of} {units} wait{waits}."
    if check.colour is Colour.AMBER:
        return f"May come to stop the {units}."
    return _STOPS[check.kind].format(units=units)


_STOPS = {
    CheckKind.COVERAGE: "Gate 3 asks for a qualified source of every line.",
    CheckKind.LEAD_TIME: "The {units} wait for it.",
    CheckKind.STOCK_OUT: "What is built after the {units} stops there.",
    CheckKind.SINGLE_SOURCE: "Gate 3 asks for an alternate that is qualified and stocked.",
    CheckKind.LIFECYCLE: "Once it is gone, nothing more is built with it.",
    CheckKind.MOQ: "Gate 3 asks that MOQ and lead time fit the plan.",
    CheckKind.COMPLIANCE: "Gate 3 asks that compliance is declared for every line.",
}


def _sentence(
    lines: Sequence[LineCoverage], colours: Mapping[Colour, int], served: int, build: Build
) -> str:
    if not lines:
        return "The bill of materials has no line yet."
    units = words.counted(build.units, "unit")
    counts = ", ".join(
        f"{colours[colour]:,} {colour.value}" for colour in Colour if colours[colour]
    )
    said = f"{words.counted(len(lines), 'line')}: {counts}."
    stopping = {line.line.part for line in lines if line.blocked_units}
    if not stopping:
        return f"{said} Material for {units} can be here in time."
    parts = words.counted(len(stopping), "part")
    verb = "stands" if len(stopping) == 1 else "stand"
    can = "none" if served <= 0 else f"{served:,}"
    return f"{said} {parts} {verb} between you and {units}: there is material for {can} in time."
