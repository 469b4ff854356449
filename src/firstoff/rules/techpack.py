"""Could a stranger quote from this? The technical package, part by part (gate 2, R-70)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from firstoff.rules.plan import (
    Contents,
    FrozenAssembly,
    FrozenLine,
    Gap,
    ListedLine,
    PlanOperation,
    plan_gaps,
)
from firstoff.rules.product import CharacteristicFacts, ProgramFacts, characteristic_gaps
from firstoff.rules.review import QueryFacts
from firstoff.terms import CharacteristicClass, CharacteristicKind, DocumentKind, InspectionKind

_DRAWN = (DocumentKind.DRAWING, DocumentKind.MODEL)
_FINISHES = (DocumentKind.SPECIFICATION, DocumentKind.STANDARD)
_ENOUGH = 200  # gaps that are named; the count is of all


@dataclass(frozen=True, slots=True)
class PackGap:
    """Something that whoever quotes has to ask about. ``page`` and ``key`` lead to where it is
    mended: bom, drawing, characteristics, process, tests, inspection, queries, program."""

    sentence: str
    page: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class PackSection:
    """One part of the package: ``have`` of ``of`` things are there."""

    key: str
    title: str
    have: int
    of: int
    gaps: tuple[PackGap, ...]

    @property
    def complete(self) -> bool:
        return not self.gaps


@dataclass(frozen=True, slots=True)
class TechPack:
    """The package as it stands. ``started``: something beside characteristics and operations is
    there, so that it can be judged by its records."""

    revision: str
    sections: tuple[PackSection, ...]
    started: bool

    @property
    def gaps(self) -> int:
        return sum(section.of - section.have for section in self.sections)

    @property
    def complete(self) -> bool:
        return all(section.complete for section in self.sections)

    @property
    def sentence(self) -> str:
        if self.complete:
            return "A stranger could quote from this: nothing is missing."
        open_ = [s for s in self.sections if not s.complete]
        names = ", ".join(s.title.lower() for s in open_)
        thing = "thing is" if self.gaps == 1 else "things are"
        return (
            f"A stranger could not quote from this yet: {self.gaps:,} {thing} missing ({names})."
        )


@dataclass(frozen=True, slots=True)
class PackFacts:
    """What the package is judged by. ``sources``: part number to how many manufacturer parts it
    has; ``critical_bought``: bought parts that are critical, with whether a released incoming
    plan says how they are inspected."""

    program: ProgramFacts
    part: str
    revision: str
    characteristics: tuple[CharacteristicFacts, ...]
    operations: tuple[PlanOperation, ...]
    contents: Contents
    assemblies: tuple[FrozenAssembly, ...] = ()
    sources: Mapping[str, int] | None = None
    critical_bought: Mapping[str, bool] | None = None
    queries: tuple[QueryFacts, ...] = ()


def tech_pack(facts: PackFacts) -> TechPack:
    """Every part of the package, in the order of somebody who quotes."""
    contents = facts.contents
    started = bool(contents.lines or contents.documents or contents.procedures)
    sections = (
        _quantities(facts),
        _materials(facts),
        _drawings(facts),
        _finishes(facts),
        _measurements(facts),
        _sequence(facts),
        _tests(facts),
        _incoming(facts),
        _queries(facts),
    )
    return TechPack(facts.revision, sections, started)


def _section(key: str, title: str, of: int, gaps: Iterable[PackGap]) -> PackSection:
    found = tuple(gaps)
    return PackSection(key, title, max(0, of - len(found)), max(of, len(found)), found[:_ENOUGH])


def _quantities(facts: PackFacts) -> PackSection:
    gaps = []
    if facts.program.first_quantity is None:
        gaps.append(PackGap("Nobody says how many units are wanted first.", "program"))
    if facts.program.due is None:
        gaps.append(PackGap("Nobody says by when they are wanted.", "program"))
    if not facts.program.description.strip():
        gaps.append(
            PackGap("Function and performance are not described in a sentence.", "program")
        )
    return _section("quantities", "What is wanted", 3, gaps)


def _all_lines(facts: PackFacts) -> Iterator[FrozenLine]:
    yield from facts.contents.lines
    yield from chain.from_iterable(a.contents.lines for a in facts.assemblies)


def _materials(facts: PackFacts) -> PackSection:
    lines = list(_all_lines(facts))
    if not lines:
        gap = PackGap("There is no bill of materials.", "bom")
        return _section("bom", "Bill of materials", 1, [gap])
    known = facts.sources or {}
    bought = {line.part: line for line in lines if not line.made and line.fitted}
    gaps = [
        PackGap(
            f"{part}, {line.name}, names no manufacturer part: a stranger cannot buy it."
            if line.name != part
            else f"{part} names no manufacturer part: a stranger cannot buy it.",
            "bom",
            part,
        )
        for part, line in bought.items()
        if not known.get(part)
    ]
    gaps += [
        PackGap(f"{line.part} has a quantity of nothing.", "bom", line.part)
        for line in lines
        if line.fitted and line.quantity == 0
    ]
    made = {a.part for a in facts.assemblies}
    gaps += [
        PackGap(f"{part} is made here, and nothing says how.", "bom", part)
        for part in sorted({line.part for line in lines if line.made} - made)
    ]
    return _section("bom", "Bill of materials", len({line.part for line in lines}), gaps)


def _drawings(facts: PackFacts) -> PackSection:
    wanted = [(facts.part, facts.contents)]
    wanted += [(a.part, a.contents) for a in facts.assemblies]
    gaps = [
        PackGap(f"{part} has no drawing and no model.", "drawing", part)
        for part, contents in wanted
        if not any(d.kind in _DRAWN for d in contents.documents)
    ]
    return _section("drawings", "Drawings", len(wanted), gaps)


def _finishes(facts: PackFacts) -> PackSection:
    documents = [*facts.contents.documents]
    documents += chain.from_iterable(a.contents.documents for a in facts.assemblies)
    gaps = []
    if not any(d.kind in _FINISHES for d in documents):
        gaps.append(
            PackGap(
                "No specification or standard says material grade and surface finish.", "drawing"
            )
        )
    return _section("finishes", "Materials and finishes", 1, gaps)


def _measurements(facts: PackFacts) -> PackSection:
    every = [(facts.part, c) for c in facts.characteristics]
    every += [(a.part, c) for a in facts.assemblies for c in a.characteristics]
    if not every:
        said = "No characteristic is stated: nothing says what is measured."
        gap = PackGap(said, "characteristics")
        return _section("measurements", "Measurement chart", 1, [gap])
    gaps = []
    for part, c in every:
        found = list(characteristic_gaps(c))
        untold = c.kind is CharacteristicKind.VARIABLE and not c.limits
        if untold and not found:
            found.append(f"{c.label} has no tolerance.")
        gaps += [PackGap(sentence, "characteristics", f"{part} {c.number}") for sentence in found]
    return _section("measurements", "Measurement chart", len(every), gaps)


def _sequence(facts: PackFacts) -> PackSection:
    if not facts.operations:
        gap = PackGap("No operation says how it goes together.", "process")
        return _section("sequence", "Assembly sequence", 1, [gap])
    found = [
        gap
        for gap in _plan_gaps(facts.operations, facts.contents, facts.characteristics)
        if gap.kind in ("instruction", "step", "consumed", "check")
    ]
    gaps = [PackGap(gap.sentence, "process", str(gap.seq or "")) for gap in found]
    steps = sum(max(1, len(o.steps)) for o in facts.operations)
    return _section("sequence", "Assembly sequence", steps + len(facts.contents.lines), gaps)


def _plan_gaps(
    operations: Sequence[PlanOperation],
    contents: Contents,
    characteristics: Iterable[CharacteristicFacts],
) -> tuple[Gap, ...]:
    listed = [
        ListedLine(place, line.part, line.name, line.find_number, line.fitted)
        for place, line in enumerate(contents.lines, 1)
    ]
    inspected = {line.characteristic for p in contents.inspection_plans for line in p.lines}
    return plan_gaps(
        operations, lines=listed, characteristics=characteristics, inspected=inspected
    )


def _tests(facts: PackFacts) -> PackSection:
    procedures = facts.contents.procedures
    if not procedures:
        gap = PackGap("No functional test procedure says what passes.", "tests")
        return _section("tests", "Test procedure", 1, [gap])
    gaps = []
    for procedure in procedures:
        judged = procedure.pass_criteria.strip() or any(
            s.lower is not None or s.upper is not None or s.expected for s in procedure.steps
        )
        if not procedure.steps:
            gaps.append(PackGap(f"Procedure {procedure.code} has no step.", "tests"))
        elif not judged:
            gaps.append(PackGap(f"Procedure {procedure.code} says nothing of passing.", "tests"))
    return _section("tests", "Test procedure", len(procedures), gaps)


def _incoming(facts: PackFacts) -> PackSection:
    critical = facts.critical_bought or {}
    gaps = [
        PackGap(
            f"{part} is critical, and no incoming inspection plan says how it is accepted.",
            "inspection",
            part,
        )
        for part, planned in critical.items()
        if not planned
    ]
    final = any(p.kind == InspectionKind.FINAL for p in facts.contents.inspection_plans)
    grave = any(c.classification is CharacteristicClass.CRITICAL for c in facts.characteristics)
    if grave and not final:
        gaps.append(PackGap("No final inspection plan says how a lot is accepted.", "inspection"))
    return _section("incoming", "Inspection criteria", len(critical) + (1 if grave else 0), gaps)


def _queries(facts: PackFacts) -> PackSection:
    gaps = [PackGap(q.sentence, "queries", str(q.number)) for q in facts.queries if q.open]
    return _section("queries", "Clarification queries", len(facts.queries), gaps)
