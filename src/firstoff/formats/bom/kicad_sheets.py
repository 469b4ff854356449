"""Sheets of a KiCad schematic, of any version, and the walk from the first sheet down.

A sheet that is used twice makes its parts twice, each with a reference of its own. Which one holds
where is said by the symbol (from version 7), by the first sheet (6) or by an AR line (up to 5).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from firstoff.errors import InvalidInput
from firstoff.formats.bom.kicad_parts import KicadPart, resolved
from firstoff.formats.sources import Limits

_DEEPEST = 40


@dataclass(frozen=True, slots=True)
class Symbol:
    """One part, or one unit of it, as drawn. ``references``: path of sheets -> reference, of all
    projects that use the sheet; ``uses``: the references of the first of them."""

    part: KicadPart
    id: str = ""
    references: Mapping[str, str] = field(default_factory=dict)
    uses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Below:
    """A sheet that stands in another: its file and what it says of all parts in it."""

    id: str
    file: str
    name: str = ""
    flags: Mapping[str, str] = field(default_factory=dict)  # dnp, exclude_from_bom


@dataclass(frozen=True, slots=True)
class Sheet:
    """One file. ``instances``: path with the symbol's id -> reference, in a first sheet of
    version 6. ``rooted``: paths begin with the id of the first sheet (from version 7)."""

    file: str
    id: str
    symbols: tuple[Symbol, ...]
    below: tuple[Below, ...] = ()
    title: str = ""
    revision: str = ""
    instances: Mapping[str, str] = field(default_factory=dict)
    rooted: bool = False


@dataclass(slots=True)
class Walk:
    """The parts of a schematic; ``missing`` are sheets that nobody gave, ``seen`` those read."""

    sheets: Mapping[str, Sheet]  # by file name, resolved, in lower case
    limits: Limits
    missing: dict[str, None] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    count: int = 0

    def parts(self, first: Sheet) -> Iterator[KicadPart]:
        """Each part of each use of each sheet. Raises InvalidInput: sheets within themselves."""
        path = f"/{first.id}" if first.rooted else ""
        yield from self._of(first, first, path, {}, 0)

    def _of(
        self, first: Sheet, sheet: Sheet, path: str, flags: Mapping[str, str], depth: int
    ) -> Iterator[KicadPart]:
        if depth > _DEEPEST:
            raise InvalidInput(
                f"{sheet.file}: sheets inside sheets, more than {_DEEPEST} deep.",
                code="too-deep",
                file=sheet.file,
            )
        self.seen.add(resolved("", sheet.file).casefold())
        for symbol in sheet.symbols:
            self._counted(sheet)
            yield _at(symbol, _reference(first, symbol, path), flags)
        for below in sheet.below:
            self._counted(sheet)
            found = self.sheets.get(resolved(sheet.file, below.file).casefold())
            if found is None:
                self.missing[below.file or below.name] = None
                continue
            yield from self._of(
                first, found, f"{path}/{below.id}", {**flags, **below.flags}, depth + 1
            )

    def _counted(self, sheet: Sheet) -> None:
        self.count += 1
        if self.count > self.limits.rows:
            raise InvalidInput(
                f"{sheet.file}: the sheets make more than {self.limits.rows:,} parts.",
                code="too-large",
                file=sheet.file,
            )


def alone(sheet: Sheet) -> Iterator[KicadPart]:
    """The parts of one sheet by itself: every use of it that its symbols name."""
    own = f"/{sheet.id}" if sheet.rooted else ""
    for symbol in sheet.symbols:
        if own in symbol.references or not symbol.references:
            yield _at(symbol, _reference(sheet, symbol, own), {})
            continue
        for reference in dict.fromkeys(symbol.uses):
            yield _at(symbol, reference, {})


def _reference(first: Sheet, symbol: Symbol, path: str) -> str:
    for held, key in (
        (symbol.references, path),
        (first.instances, f"{path}/{symbol.id}"),
        (symbol.references, f"{path}/{symbol.id}"),
    ):
        if found := held.get(key):
            return found
    return symbol.part.reference


def _at(symbol: Symbol, reference: str, flags: Mapping[str, str]) -> KicadPart:
    part = symbol.part
    return replace(part, reference=reference, properties={**part.properties, **flags})
