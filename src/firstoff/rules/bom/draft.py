"""A bill of materials as its file says it, before anything of it is taken.

Four quantities are kept apart (usage, order, pack, minimum order) and three numbers (the
manufacturer's, the distributor's, one's own).
Nothing here is approved: an alternate in a file is a proposal.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class SourceDraft:
    """A manufacturer part that a line names. ``pieces``: how many of it one piece of the line
    takes (``:2`` in KiCost's fields)."""

    mpn: str
    manufacturer: str = ""
    pieces: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class Orderable:
    """A distributor's number for a line: no manufacturer part."""

    distributor: str
    number: str


@dataclass(frozen=True, slots=True)
class OfferDraft:
    """What a file says of buying: never usage. ``breaks``: from how many pieces, at what price."""

    distributor: str = ""
    number: str = ""
    breaks: tuple[tuple[Decimal, Decimal], ...] = ()
    currency: str = ""
    minimum: Decimal | None = None
    multiple: Decimal | None = None
    pack: Decimal | None = None
    ordered: Decimal | None = None  # the quantity of an order, with spares
    lead_time_days: int | None = None
    in_stock: Decimal | None = None


@dataclass(frozen=True, slots=True)
class LineDraft:
    """One line. ``row`` is where it begins in the file, from 1, header included; in a file without
    rows it is the place of the line, from 1.

    ``sources``: one source a place on the board (the first is preferred, the others are alternates
    as proposed by the file). ``components``: where one designator takes several different
    parts at once (``a; b; c`` as sub-parts), each with its own sources; ``sources`` is empty then.
    ``not_fitted`` names those of ``designators`` that stay empty; a line without designators that
    is not fitted has ``fitted`` False, and so has a line none of whose designators is fitted.
    ``quantity`` is the usage in one of the parent, over the fitted ones, as the file says it or
    as its designators count; ``None`` where neither says.
    """

    row: int
    designators: tuple[str, ...] = ()
    not_fitted: tuple[str, ...] = ()
    fitted: bool = True
    quantity: Decimal | None = None
    unit: str = ""
    number: str = ""  # one's own part number
    revision: str = ""
    name: str = ""
    description: str = ""
    value: str = ""
    package: str = ""
    find_number: str = ""
    sources: tuple[SourceDraft, ...] = ()
    components: tuple[tuple[SourceDraft, ...], ...] = ()
    orderables: tuple[Orderable, ...] = ()
    offers: tuple[OfferDraft, ...] = ()
    level: int = 1  # below the top; 1 is a line of the top itself
    parent: int | None = None  # place in ``BomFile.lines`` of the assembly it stands in, from 0
    section: str = ""
    notes: str = ""
    lifecycle: str = ""
    compliance: Mapping[str, str] = field(default_factory=dict)  # scheme -> as the file says
    attributes: Mapping[str, str] = field(default_factory=dict)  # columns nobody knows


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about a row: a warning (``taken``), or why the row cannot be taken."""

    row: int | None
    sentence: str
    column: str = ""
    code: str = ""  # stable: quantity-designators, value-mpn, total, ...


@dataclass(frozen=True, slots=True)
class BomColumn:
    """How one column was understood. ``meaning`` is empty where it is kept as an attribute."""

    index: int  # from 0
    letter: str
    header: str
    meaning: str
    example: str = ""


@dataclass(frozen=True, slots=True)
class BomFile:
    """What was understood of one file (or set of files), with everything that was not."""

    name: str
    kind: str  # kicad-csv, kibom, altium, kicad-xml, ipc2581, ...
    label: str  # the same for people
    sha256: str
    lines: tuple[LineDraft, ...]
    top: str = ""  # number or name of the assembly it is about, where the file says it
    top_revision: str = ""
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    header_row: int | None = None
    columns: tuple[BomColumn, ...] = ()
    warnings: tuple[Remark, ...] = ()
    refused: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class BomCounts:
    """lines: rows that are a line, fitted or not. pieces: the sum of usage of the fitted lines,
    each in one of its parent. designators: all that are named, fitted or not. do_not_populate:
    lines with nothing fitted; do_not_populate_designators: designators that stay empty.
    manufacturer_parts: distinct MPNs, alternates included. alternates: sources after the first.
    levels: deepest level.
    """

    lines: int
    pieces: Decimal
    designators: int
    do_not_populate: int
    do_not_populate_designators: int
    manufacturer_parts: int
    alternates: int
    without_manufacturer_part: int
    levels: int


def counts(lines: Sequence[LineDraft]) -> BomCounts:
    """The figures by which a person compares a file with what was understood of it."""
    fitted = [line for line in lines if line.fitted]
    named = [source for line in lines for source in _all_sources(line)]
    return BomCounts(
        lines=len(lines),
        pieces=sum((line.quantity or Decimal(0) for line in fitted), Decimal(0)),
        designators=sum(len(line.designators) for line in lines),
        do_not_populate=len(lines) - len(fitted),
        do_not_populate_designators=sum(len(line.not_fitted) for line in lines),
        manufacturer_parts=len({source.mpn for source in named}),
        alternates=sum(_alternates(line) for line in lines),
        without_manufacturer_part=sum(1 for line in lines if not any(_all_sources(line))),
        levels=max((line.level for line in lines), default=0),
    )


def _all_sources(line: LineDraft) -> Iterable[SourceDraft]:
    return (*line.sources, *(s for component in line.components for s in component))


def _alternates(line: LineDraft) -> int:
    rest = sum(max(0, len(component) - 1) for component in line.components)
    return max(0, len(line.sources) - 1) + rest
