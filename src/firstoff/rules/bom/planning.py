"""What a file would become: parts, manufacturer parts, and the lines of each assembly in it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from firstoff.errors import InvalidInput, Refused
from firstoff.rules.bom.draft import BomFile, LineDraft, Remark, SourceDraft
from firstoff.rules.bom.explosion import loop_in
from firstoff.rules.bom.identity import Ambiguous, Identities, Known
from firstoff.rules.bom.lines import AlternateFacts, LineFacts, check_bom_line
from firstoff.terms import Lifecycle, Procurement

BESIDE = "file"  # attribute of a line: what its file says that is no column of a line
_LONGEST = 200  # of a manufacturer and an MPN
_ONE = Decimal(1)
_WORDS = {
    "active": Lifecycle.ACTIVE,
    "production": Lifecycle.ACTIVE,
    "nrnd": Lifecycle.NRND,
    "not recommended for new designs": Lifecycle.NRND,
    "last time buy": Lifecycle.LAST_TIME_BUY,
    "ltb": Lifecycle.LAST_TIME_BUY,
    "obsolete": Lifecycle.OBSOLETE,
    "eol": Lifecycle.OBSOLETE,
    "discontinued": Lifecycle.OBSOLETE,
}


@dataclass(frozen=True, slots=True)
class NewPart:
    """A part that the site does not have. ``made``: its number was made here."""

    number: str
    name: str
    description: str = ""
    procurement: Procurement = Procurement.BUY
    unit: str = ""
    value: str = ""
    package: str = ""
    made: bool = False


@dataclass(frozen=True, slots=True)
class NewSource:
    """A manufacturer part that a part does not have yet: proposed, approved by nobody (R-21)."""

    part: str
    manufacturer: str
    mpn: str
    lifecycle: Lifecycle = Lifecycle.UNKNOWN


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """A line with the row that it comes from."""

    row: int
    line: LineFacts


@dataclass(frozen=True, slots=True)
class Assembly:
    """Lines under one part made here. ``part`` empty: the top. ``revision``: where the file says
    it."""

    part: str
    revision: str
    row: int | None
    lines: tuple[PlannedLine, ...]


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """``assemblies``: what goes in before what it goes into; the top is the last."""

    assemblies: tuple[Assembly, ...]
    parts: tuple[NewPart, ...]
    sources: tuple[NewSource, ...]
    warnings: tuple[Remark, ...]
    refused: tuple[Remark, ...]


@dataclass(slots=True)
class _Work:
    file: BomFile
    known: Known
    top: str
    identities: Identities
    parts: dict[str, NewPart] = field(default_factory=dict)
    sources: dict[tuple[str, str, str], NewSource] = field(default_factory=dict)
    held: dict[tuple[str, str], list[str]] = field(default_factory=dict)  # part, mpn: makers
    warnings: list[Remark] = field(default_factory=list)
    refused: list[Remark] = field(default_factory=list)
    numbers: dict[int, str] = field(default_factory=dict)  # place of a line to its part
    out: set[int] = field(default_factory=set)  # places of lines that are not taken
    told: set[str] = field(default_factory=set)  # parts whose value was held against the file


def plan_import(file: BomFile, known: Known, top: str) -> ImportPlan:
    """What taking a file into the part ``top`` would make; nothing is written.

    A row that cannot be taken is in ``refused``, with what stands under it. Raises Refused (R-10)
    where an assembly would go into itself.
    """
    work = _Work(file, known, top, Identities(known, file.lines))
    for mpn, owners in known.sources.items():
        for maker, part in owners:
            work.held.setdefault((part, mpn), []).append(maker.casefold())
    work.refused += file.refused
    parents = {line.parent for line in file.lines if line.parent is not None}
    children: dict[int | None, list[PlannedLine]] = {None: []}
    for place, line in enumerate(file.lines):
        if line.parent is not None and line.parent in work.out:
            _refuse(
                work, place, line, f"Stands in row {file.lines[line.parent].row}, which is out."
            )
            continue
        for found in _taken(work, place, line, place in parents):
            children.setdefault(line.parent, []).append(PlannedLine(line.row, found))
    assemblies = _assemblies(work, children, parents)
    _check_loops(assemblies, top)
    return ImportPlan(
        assemblies,
        tuple(work.parts.values()),
        tuple(work.sources.values()),
        (*file.warnings, *work.warnings),
        tuple(sorted(work.refused, key=lambda remark: remark.row or 0)),
    )


def _taken(work: _Work, place: int, line: LineDraft, assembly: bool) -> Iterator[LineFacts]:
    """The lines that one line of the file becomes: several where a place takes several parts."""
    try:
        found = list(_facts(work, place, line, assembly))
    except InvalidInput as error:
        column = str(error.details.get("field", ""))
        _refuse(work, place, line, error.message, column)
        return
    except Ambiguous as error:
        parts = " and ".join(error.parts[:3])
        _refuse(work, place, line, f"{error.mpn} is a number of {parts}; name the part.", "mpn")
        return
    yield from found


def _facts(work: _Work, place: int, line: LineDraft, assembly: bool) -> Iterator[LineFacts]:
    quantity = line.quantity
    if quantity is None:
        if line.fitted:
            raise InvalidInput("Gives no quantity and no designator.", field="quantity")
        quantity = Decimal(0)
    choices = line.components or (line.sources,)
    facts = []
    for at, sources in enumerate(choices):
        number = work.identities.part_of(line, sources)
        if not number:
            raise InvalidInput(
                "Says nothing that tells which part it is; expected a part number, a value or a "
                "description.",
                field="number",
            )
        if number.casefold() == work.top.casefold():
            raise InvalidInput(f"{number} would go into itself.", field="number")
        alternates = _note_sources(work, line, number, sources)
        pieces = sources[0].pieces if sources else _ONE
        facts.append(_line(line, number, quantity * pieces, alternates, first=at == 0))
        _note_part(work, line, number, sources, assembly)
    work.numbers[place] = facts[0].part
    yield from (check_bom_line(one) for one in facts)


def _line(
    line: LineDraft,
    number: str,
    quantity: Decimal,
    alternates: tuple[AlternateFacts, ...],
    *,
    first: bool,
) -> LineFacts:
    # Of several parts on one place the first names it: a designator stands once in a revision.
    at = "" if first else f"With {', '.join(line.designators)}"
    return LineFacts(
        part=number,
        quantity=quantity,
        find_number=line.find_number if first else "",
        child=line.revision,
        unit=line.unit,
        designators=line.designators if first else (),
        not_fitted=line.not_fitted if first else (),
        fitted=line.fitted,
        section=_one_line(line.section, 200),
        note="\n".join(word for word in (at, line.notes) if word),
        attributes=_attributes(line) if first else {},
        alternates=alternates,
    )


def _attributes(line: LineDraft) -> dict[str, Any]:
    """Columns that nobody knows, and what is kept for later: orders, offers, declarations."""
    beside: dict[str, Any] = {}
    if line.orderables:
        beside["orderables"] = [[o.distributor, o.number] for o in line.orderables]
    if line.offers:
        beside["offers"] = [_offer(one) for one in line.offers]
    if line.compliance:
        beside["compliance"] = dict(line.compliance)
    if line.lifecycle:
        beside["lifecycle"] = line.lifecycle
    if any(s.pieces != _ONE for s in line.sources):
        beside["pieces"] = {s.mpn: str(s.pieces) for s in line.sources}
    for name in ("value", "package", "description", "name"):
        if said := getattr(line, name):
            beside[name] = said
    kept: dict[str, Any] = {k: v for k, v in line.attributes.items() if v}
    return {**kept, BESIDE: beside} if beside else kept


def _offer(offer: Any) -> dict[str, Any]:
    said = {
        name: getattr(offer, name)
        for name in ("distributor", "number", "currency", "lead_time_days")
    }
    for name in ("minimum", "multiple", "pack", "ordered", "in_stock"):
        value = getattr(offer, name)
        said[name] = None if value is None else str(value)
    said["breaks"] = [[str(quantity), str(price)] for quantity, price in offer.breaks]
    return {name: value for name, value in said.items() if value}


def _note_sources(
    work: _Work, line: LineDraft, number: str, sources: Sequence[SourceDraft]
) -> tuple[AlternateFacts, ...]:
    """New manufacturer parts of the part; one that another part has proposes that part instead."""
    alternates: dict[str, AlternateFacts] = {}
    for rank, source in enumerate(sources):
        for text, what in ((source.mpn, "MPN"), (source.manufacturer, "manufacturer")):
            if len(text) > _LONGEST:
                raise InvalidInput(
                    f"The {what} has {len(text)} characters; expected at most {_LONGEST}.",
                    field="mpn",
                )
        owner = work.identities.owner_of(source)
        if owner and owner != number:
            if rank:
                alternates.setdefault(owner, AlternateFacts(owner, len(alternates) + 1))
                continue
            sentence = f"{source.mpn} is a number of {owner} too."
            work.warnings.append(Remark(line.row, sentence, "mpn", "mpn-elsewhere"))
        if _new(work, number, source):
            word = _WORDS.get(line.lifecycle.strip().casefold(), Lifecycle.UNKNOWN)
            new = NewSource(
                number, source.manufacturer, source.mpn, Lifecycle.UNKNOWN if rank else word
            )
            work.sources[number, source.manufacturer.casefold(), source.mpn.casefold()] = new
            work.identities.note(number, source)
            makers = work.held.setdefault((number, source.mpn.casefold()), [])
            makers.append(source.manufacturer.casefold())
    return tuple(alternates.values())


def _new(work: _Work, number: str, source: SourceDraft) -> bool:
    held = work.held.get((number, source.mpn.casefold()))
    maker = source.manufacturer.casefold()
    return held is None or (bool(maker) and maker not in held and "" not in held)


def _note_part(
    work: _Work,
    line: LineDraft,
    number: str,
    sources: Sequence[SourceDraft],
    assembly: bool,
) -> None:
    held = work.known.parts.get(number.casefold())
    if held is not None:
        if line.value and held.value and number not in work.told and line.value != held.value:
            work.told.add(number)
            sentence = f"{number} is {held.value} here; the file says {line.value}."
            work.warnings.append(Remark(line.row, sentence, "value", "value-part"))
        return
    made_here = Procurement.MAKE if assembly else Procurement.BUY
    there = work.parts.get(number)
    if there is not None:
        if assembly and there.procurement is Procurement.BUY:
            work.parts[number] = replace(there, procurement=made_here)
        return
    value = _one_line(line.value, 120)
    mpn = sources[0].mpn if sources else ""
    words = f"{value} {line.package}".strip()
    work.parts[number] = NewPart(
        number=number,
        name=_one_line(line.name or line.description or words or mpn or number, 300),
        description=line.description,
        procurement=made_here,
        unit=line.unit,
        value=value,
        package=_one_line(line.package, 200),
        made=number != line.number,
    )


def _assemblies(
    work: _Work, children: Mapping[int | None, list[PlannedLine]], parents: set[int]
) -> tuple[Assembly, ...]:
    """One for each part made here; deeper ones stand later in a file, so they come first here."""
    found: dict[str, Assembly] = {}
    for place in sorted(parents - work.out, reverse=True):
        number, line = work.numbers[place], work.file.lines[place]
        lines = tuple(_once(work, children.get(place, [])))
        one = Assembly(number, line.revision, line.row, lines)
        other = found.get(number)
        if other is None:
            found[number] = one
        elif [p.line for p in other.lines] != [p.line for p in lines]:
            sentence = f"{number} stands in row {other.row} too, with other lines."
            work.refused.append(Remark(line.row, sentence, "number", "assembly-twice"))
    top = Assembly("", "", None, tuple(_once(work, children[None])))
    return (*_bottom_up(found), top)


def _bottom_up(found: Mapping[str, Assembly]) -> list[Assembly]:
    """What goes in before what it goes into. A loop is told elsewhere: it ends nowhere here."""
    order: dict[str, Assembly] = {}
    begun: set[str] = set()
    for start in found:
        stack = [start]
        while stack:
            number = stack[-1]
            below = [p.line.part for p in found[number].lines]
            new = [n for n in dict.fromkeys(below) if n in found and n not in begun]
            if number not in begun and new:
                begun.add(number)
                stack += new
                continue
            begun.add(number)
            order.setdefault(stack.pop(), found[number])
    return list(order.values())


def _once(work: _Work, lines: Sequence[PlannedLine]) -> Iterator[PlannedLine]:
    """A designator stands once under each heading of an assembly."""
    taken: dict[tuple[str, str], int] = {}
    for planned in lines:
        line = planned.line
        twice = [d for d in line.designators if (line.section, d) in taken]
        if twice:
            before = taken[line.section, twice[0]]
            sentence = f"{twice[0]} stands in row {before} already."
            work.refused.append(Remark(planned.row, sentence, "designators", "designator-twice"))
            continue
        taken.update(((line.section, d), planned.row) for d in line.designators)
        yield planned


def _check_loops(assemblies: Sequence[Assembly], top: str) -> None:
    names = {one.part or top: place for place, one in enumerate(assemblies)}
    links = {
        names[one.part or top]: [names[p.line.part] for p in one.lines if p.line.part in names]
        for one in assemblies
    }
    for place in links:
        if path := loop_in(links, place):
            said = [assemblies[at].part or top for at in path]
            raise Refused(
                f"{said[0]} would go into itself: {' > '.join(said)}.",
                code="R-10",
                way_out="Mend the file: an assembly cannot be one of its own parts.",
                path=said,
            )


def _refuse(work: _Work, place: int, line: LineDraft, sentence: str, column: str = "") -> None:
    work.out.add(place)
    work.refused.append(Remark(line.row, sentence, column, "cannot-be-taken"))


def _one_line(text: str, longest: int) -> str:
    return " ".join(text.split())[:longest].rstrip()
