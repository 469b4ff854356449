"""Parts of a drawing, one each, put together into lines of a bill of materials.

One line takes the parts with the same value, package, part numbers and fitting. Values are
compared as amounts (4K7 is 4700), everything else as text without case. Where nothing names a
manufacturer's part or a distributor's, the letters of the designator are compared as well: a C1
is no R1. ``counts(lines).designators`` is the number of parts.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from firstoff.formats.bom.designators import in_order, is_placeholder, natural_key, short
from firstoff.formats.bom.dnp import value_says_not_fitted
from firstoff.formats.bom.eda_fields import (
    DESCRIPTION,
    LIFECYCLE,
    NOTES,
    NUMBER,
    PACKAGE,
    SHOWN,
    Held,
    held_by,
    meaning_of,
)
from firstoff.formats.bom.eda_values import comparable
from firstoff.rules.bom.draft import BomColumn, BomFile, LineDraft, Remark, SourceDraft

_LETTERS = re.compile(r"[^\d?]*")
_MOST_REMARKS = 200
_LONGEST = 2_000  # characters of what several parts say in one attribute


@dataclass(frozen=True, slots=True)
class Component:
    """One part of a drawing, as its file says it. ``fields`` in their order, by their names."""

    designator: str
    value: str = ""
    package: str = ""
    description: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    fitted: bool = True
    excluded: bool = False  # the drawing keeps it out of its bill of materials
    group: int | None = None  # the group its file puts it in, where it does


@dataclass(frozen=True, slots=True)
class _Read:
    """A part with what its fields hold; ``held`` is shared by parts with the same fields."""

    component: Component
    held: Held
    fitted: bool

    @property
    def named(self) -> bool:
        return bool(self.held.components or self.held.orderables or self.held.texts.get(NUMBER))


@dataclass(slots=True)
class Drawing:
    """What a reader found in one drawing, on its way to a BomFile."""

    name: str
    kind: str
    label: str
    sha256: str
    components: list[Component] = field(default_factory=list)
    top: str = ""
    top_revision: str = ""
    encoding: str = ""
    remarks: list[Remark] = field(default_factory=list)
    units: bool = True  # a designator named again is another unit of the same part
    corrected: Mapping[int, str] = field(default_factory=dict)  # place of a field -> meaning

    def warn(self, sentence: str, *, code: str, row: int | None = None) -> None:
        if len(self.remarks) < _MOST_REMARKS:
            self.remarks.append(Remark(row, sentence, code=code))

    def file(self) -> BomFile:
        """The lines of the drawing."""
        fields = (part.fields for part in self.components)
        columns = columns_of_fields(fields, self.corrected)
        taken = self._taken(corrections(columns, self.corrected))
        lines = tuple(self._line(place, group) for place, group in enumerate(grouped(taken), 1))
        return BomFile(
            name=self.name, kind=self.kind, label=self.label, sha256=self.sha256, lines=lines,
            top=self.top, top_revision=self.top_revision, encoding=self.encoding,
            columns=columns, warnings=tuple(self.remarks),
        )  # fmt: skip

    def _taken(self, corrected: Mapping[str, str]) -> list[_Read]:
        """Parts of the bill of materials; what is none is said."""
        excluded = [part.designator for part in self.components if part.excluded]
        if excluded:
            self.warn(
                f"The drawing keeps {short(in_order(excluded))} out of its bill of materials; "
                "left out.",
                code="excluded",
            )
        kept = self._once([part for part in self.components if not part.excluded])
        unnamed = [part.designator or "no name" for part in kept if _unnumbered(part.designator)]
        if unnamed:
            many = "1 part has" if len(unnamed) == 1 else f"{len(unnamed)} parts have"
            self.warn(
                f"{many} no number yet ({short(unnamed)}): annotate the drawing.",
                code="designator-missing",
            )
        shared: dict[tuple[tuple[str, str], ...], Held] = {}
        read = [self._read(part, shared, corrected) for part in kept]
        if marked := [one.component.designator for one in read if one.held.excluded]:
            self.warn(
                f"A field says of {short(in_order(marked))} to exclude it from the bill of "
                "materials; kept, as the drawing does.",
                code="excluded-field",
            )
        return read

    def _once(self, parts: Sequence[Component]) -> list[Component]:
        """Each part once: the units of one part are drawn apart, and share its designator."""
        seen: dict[str, Component] = {}
        kept: list[Component] = []
        for part in parts:
            first = seen.get(part.designator)
            many = _unnumbered(part.designator) or is_placeholder(part.designator)
            if first is None or many:
                seen[part.designator] = part
                kept.append(part)
            elif not self.units or (part.value, part.package) != (first.value, first.package):
                kept.append(part)  # two parts of one name, which is said of the whole file
        return kept

    def _read(
        self,
        part: Component,
        read: dict[tuple[tuple[str, str], ...], Held],
        corrected: Mapping[str, str],
    ) -> _Read:
        key = tuple(part.fields.items())
        held = read.get(key)
        if held is None:
            held = read[key] = held_by(part.fields, corrected)
            for sentence in held.odd:
                self.warn(f"{part.designator}: {sentence}", code="field")
        left_out = value_says_not_fitted(part.value, (part.designator,))
        return _Read(part, held, part.fitted and held.fitted and not left_out)

    def _line(self, place: int, group: Sequence[_Read]) -> LineDraft:
        held = [one.held for one in group]
        first = group[0].component
        designators = in_order(
            dict.fromkeys(
                one.component.designator
                for one in group
                if not _unnumbered(one.component.designator)
            )
        )
        fitted = group[0].fitted
        components = tuple(tuple(sources) for sources in held[0].components)
        package, library = _package(_first(one.component.package for one in group))
        texts = {
            word: _first(one.texts.get(word, "") for one in held)
            for word in (NUMBER, DESCRIPTION, PACKAGE, NOTES, LIFECYCLE)
        }
        description = texts[DESCRIPTION] or _first(one.component.description for one in group)
        attributes = _merged(one.attributes for one in held)
        if library:
            attributes.setdefault("Footprint library", library)
        if package and texts[PACKAGE]:
            attributes.setdefault("Package", texts[PACKAGE])
        if len(components) > 1:
            self.warn(
                f"{short(designators)} {'takes' if len(designators) < 2 else 'take'} "
                f"{len(components)} different parts at once "
                f"({short([c[0].mpn for c in components], 3)}).",
                code="several-parts",
                row=place,
            )
        return LineDraft(
            row=place,
            designators=designators,
            not_fitted=() if fitted else designators,
            fitted=fitted,
            quantity=Decimal(len(group)),
            number=texts[NUMBER],
            description=description,
            value="" if first.value == "~" else first.value,
            package=package or texts[PACKAGE],
            sources=components[0] if len(components) == 1 else (),
            components=components if len(components) > 1 else (),
            orderables=tuple(dict.fromkeys(o for one in held for o in one.orderables)),
            offers=tuple(dict.fromkeys(o for one in held for o in one.offers)),
            notes=_joined(dict.fromkeys(one.texts.get(NOTES, "") for one in held)),
            lifecycle=texts[LIFECYCLE],
            compliance=_merged(one.compliance for one in held),
            attributes=attributes,
        )


def grouped(parts: Iterable[_Read]) -> list[list[_Read]]:
    """Parts of one line together, in the order of the drawing."""
    groups: dict[object, list[_Read]] = {}
    for part in parts:
        groups.setdefault(_key(part), []).append(part)
    for group in groups.values():
        group.sort(key=lambda one: natural_key(one.component.designator))
    return list(groups.values())


def _key(part: _Read) -> object:
    component, held = part.component, part.held
    sources = tuple(tuple(sources) for sources in held.components)
    if component.group is not None:
        return component.group, sources, part.fitted
    match = _LETTERS.match(component.designator)
    letters = match[0].upper() if match and not part.named else ""
    orders = () if held.components else tuple(held.orderables)
    return (
        letters,
        comparable(component.value, component.designator),
        component.package.casefold().strip(),
        sources,
        orders,
        held.texts.get(NUMBER, ""),
        held.excluded,
        part.fitted,
    )


def columns_of_fields(
    held: Iterable[Mapping[str, str]], corrected: Mapping[int, str]
) -> tuple[BomColumn, ...]:
    """The names of fields there are, in the order they come, and how each was understood.

    corrected: what a person says that a field means, by its place."""
    seen: dict[str, str] = {}
    for fields in held:
        for name, text in fields.items():
            if not seen.get(name):
                seen[name] = text.strip()[:80]
    columns = []
    for place, (name, example) in enumerate(seen.items()):
        meaning = corrected.get(place, meaning_of(name).meaning)
        columns.append(BomColumn(place, "", name, SHOWN.get(meaning, meaning), example))
    return tuple(columns)


def corrections(columns: Iterable[BomColumn], corrected: Mapping[int, str]) -> dict[str, str]:
    """Name of a field -> what a person says that it means."""
    return {c.header: corrected[c.index] for c in columns if c.index in corrected}


def merged_sources(sources: Iterable[SourceDraft]) -> tuple[SourceDraft, ...]:
    """Sources of one place, each number once: the first that names its maker."""
    found: dict[str, SourceDraft] = {}
    for source in sources:
        held = found.get(source.mpn)
        if held is None or (source.manufacturer and not held.manufacturer):
            found[source.mpn] = source
    return tuple(found.values())


def _unnumbered(designator: str) -> bool:
    """``R?``, or nothing: which part it is nobody has said."""
    return not designator or designator.endswith("?")


def _package(footprint: str) -> tuple[str, str]:
    """A footprint and the library it is from: ``Resistor_SMD:R_0805``."""
    library, mark, name = footprint.partition(":")
    return (name.strip(), library.strip()) if mark and name.strip() else (footprint.strip(), "")


def _first(texts: Iterable[str]) -> str:
    return next((text for text in texts if text), "")


def _joined(texts: Iterable[str]) -> str:
    return "; ".join(text for text in texts if text)[:_LONGEST]


def _merged(held: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """What several parts say under each name; where they differ, each of it."""
    found: dict[str, dict[str, None]] = {}
    for one in held:
        for name, text in one.items():
            found.setdefault(name, {})[text] = None
    return {name: _joined(texts) for name, texts in found.items()}
