"""Characteristics as a file says them, before anything of it is taken.

Nothing here is judged: whether limits, callout and kind go together is a rule of the product's
(``rules.product``). What a file does not say stays empty; no class is made up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from firstoff.terms import CharacteristicClass, CharacteristicKind, GeometricSymbol, LimitForm


@dataclass(frozen=True, slots=True)
class CharacteristicDraft:
    """One characteristic. ``row`` is its row in a table (from 1, header included), or its place in
    a plan (from 1).

    ``lower`` and ``upper`` are limits of the value itself in ``unit``; of a basic dimension there
    are none, its callout holds it. ``tolerance`` is the width of a callout's zone. ``datums`` in
    the order of the frame, each with its modifier: A, B(M), A-B. ``type`` is the word of a plan
    (Diameter), else the symbol's, else empty.
    """

    row: int
    number: str  # the balloon
    name: str
    kind: CharacteristicKind = CharacteristicKind.VARIABLE
    type: str = ""
    nominal: Decimal | None = None
    lower: Decimal | None = None
    upper: Decimal | None = None
    unit: str = ""
    classification: CharacteristicClass | None = None
    form: LimitForm | None = None
    symbol: GeometricSymbol | None = None
    tolerance: Decimal | None = None
    diametral: bool = False
    material_condition: str = ""  # M, L; empty: regardless of feature size
    datums: tuple[str, ...] = ()
    zone: str = ""  # of the drawing
    method: str = ""
    gauge: str = ""
    requirement: str = ""  # as the drawing or the table writes it
    places: int = 1  # 4X: how often the drawing says it is there
    notes: str = ""
    source_id: str = ""  # UUID or QPId in a plan


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about a row: a warning, or why the row cannot be taken."""

    row: int | None
    sentence: str
    column: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class CharacteristicColumn:
    """How one column of a table was understood; ``meaning`` is empty where nobody knows it."""

    index: int  # from 0
    letter: str
    header: str
    meaning: str


@dataclass(frozen=True, slots=True)
class CharacteristicCounts:
    """``types``: characteristics by their word. ``datums``: those that the file defines, or that
    callouts name. ``definitions``, ``nominals`` and ``items`` are of a QIF plan, 0 elsewhere."""

    characteristics: int
    types: Mapping[str, int]
    datums: int
    definitions: int = 0
    nominals: int = 0
    items: int = 0


@dataclass(frozen=True, slots=True)
class CharacteristicFile:
    """What was understood of one file, with everything that was not."""

    name: str
    kind: str  # qif, csv, xlsx, ods
    label: str
    sha256: str
    characteristics: tuple[CharacteristicDraft, ...]
    counts: CharacteristicCounts
    datums: tuple[str, ...] = ()
    part: str = ""
    revision: str = ""
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    header_row: int | None = None
    columns: tuple[CharacteristicColumn, ...] = ()
    warnings: tuple[Remark, ...] = ()
    refused: tuple[Remark, ...] = ()


def by_type(characteristics: Sequence[CharacteristicDraft]) -> dict[str, int]:
    """How many there are of each type, most first; ``size`` where none is said."""
    found: dict[str, int] = {}
    for each in characteristics:
        word = each.type or each.kind.value
        found[word] = found.get(word, 0) + 1
    return dict(sorted(found.items(), key=lambda one: (-one[1], one[0])))
