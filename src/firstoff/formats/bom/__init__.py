"""Readers of bills of materials: one file per kind, one line per kind here.

``read_bom`` finds the kind by content and reads the file; it takes bytes, a path or a binary file
object. Nothing is written and nothing approved: what could not be taken is said row by row.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from firstoff.errors import InvalidInput
from firstoff.formats.bom import (
    eagle_xml,
    ibom,
    ipc2581,
    kicad_netlist,
    kicad_schematic,
    kicad_xml,
    tabular,
)
from firstoff.formats.bom.checks import contradictions
from firstoff.formats.bom.headers import normal
from firstoff.formats.bom.kicad_project import bundled
from firstoff.formats.bom.reader import BomMapping, BomOptions, BomReader
from firstoff.formats.bom.sets import joined, unzipped
from firstoff.formats.bom.unpacking import unpacked
from firstoff.formats.sources import (
    CONTENT_WORDS,
    DEFAULT_LIMITS,
    Limits,
    RawSource,
    Source,
    content_of,
    opened,
)
from firstoff.rules.bom.draft import BomFile, Remark

__all__ = [
    "READERS",
    "BomMapping",
    "BomOptions",
    "BomReader",
    "fingerprint",
    "read_bom",
    "read_boms",
    "reader_named",
]

# In the order they are asked: the narrower first; any table may be a bill of materials.
READERS: tuple[BomReader, ...] = (
    ipc2581.READER,
    kicad_xml.READER,
    kicad_netlist.READER,
    kicad_schematic.READER,
    eagle_xml.READER,
    ibom.READER,
    tabular.READER,
)


def read_bom(
    raw: RawSource,
    *,
    name: str = "",
    kind: str = "",
    mapping: BomMapping | None = None,
    sheet: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> BomFile:
    """The bill of materials in one file.

    kind: a reader's name, where the content is not to be asked. mapping: what a person says of a
    table's columns, header row, delimiter, encoding and sheet. sheet: the same as mapping.sheet.
    Raises InvalidInput when the file as a whole cannot be taken: no bill of materials, damaged,
    over a limit, not one line in it. Rows that cannot be taken are in ``refused``."""
    mapping = mapping or BomMapping()
    if sheet:
        mapping = BomMapping(
            mapping.columns, mapping.header_row, mapping.delimiter, mapping.encoding, sheet
        )
    options = BomOptions(mapping, limits)
    with opened(raw, name=name, limits=limits) as packed, unpacked(packed, limits) as source:
        reader = reader_named(kind) if kind else _found(source)
        return _checked(reader.read(source, options))


def read_boms(
    files: Sequence[tuple[str, RawSource]],
    *,
    kind: str = "",
    mapping: BomMapping | None = None,
    sheet: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
    strict: bool = True,
) -> tuple[BomFile, ...]:
    """The bills of materials in several files by their names; those that refer to each other
    become one, with levels. A ZIP archive of files counts as its files.

    strict: a file that is no bill of materials is an error. Else, and in an archive, it is left
    out, with a warning; where none is one, the first refusal is raised."""
    read: list[BomFile] = []
    left: list[InvalidInput] = []
    for name, raw in bundled(files, limits):
        inside = unzipped(raw, name=name, limits=limits)
        for inner, content in [(name, raw)] if inside is None else bundled(inside, limits):
            try:
                file = read_bom(
                    content, name=inner, kind=kind, mapping=mapping, sheet=sheet, limits=limits
                )
            except InvalidInput as error:
                if strict and inside is None:
                    raise
                left.append(error)
                continue
            read.append(file)
    if not read:
        raise left[0] if left else InvalidInput("No file to read.", code="no-file")
    found = joined(read) if len(read) > 1 else tuple(read)
    said = tuple(Remark(None, f"Left out: {error.message}", "", "left-out") for error in left)
    return (replace(found[0], warnings=(*said, *found[0].warnings)), *found[1:])


def fingerprint(file: BomFile) -> str:
    """What stays the same in the next export of the same source: the words of the headers in
    their order, of a file without a table its kind too. To remember a mapping by; what a mapping
    says does not change it."""
    headers = "|".join(normal(column.header) for column in file.columns)
    kind = "" if any(column.letter for column in file.columns) else file.kind
    return hashlib.sha256(f"{kind}\n{headers}".encode()).hexdigest()


def reader_named(name: str) -> BomReader:
    """The reader of that name. Raises InvalidInput with the names there are."""
    for reader in READERS:
        if reader.name == name:
            return reader
    names = [reader.name for reader in READERS]
    raise InvalidInput(
        f"There is no kind of bill of materials {name!r}; expected {' or '.join(names)}.",
        code="unknown-kind",
        found=name,
        expected=names,
    )


def _found(source: Source) -> BomReader:
    head = source.head()
    for reader in READERS:
        if reader.sniff(head, source.name):
            return reader
    word = CONTENT_WORDS[content_of(head)]
    labels = [reader.label for reader in READERS]
    raise InvalidInput(
        f"{source.name} is {word}; expected {' or '.join(labels)}.",
        code="unknown-kind",
        file=source.name,
        found=word,
        expected=labels,
    )


def _checked(file: BomFile) -> BomFile:
    """The file with what contradicts itself in it; without one line it is refused, whoever read
    it."""
    if file.lines or file.refused:
        warnings = (*file.warnings, *contradictions(file.lines))
        return replace(file, warnings=tuple(sorted(warnings, key=_by_row)))
    raise InvalidInput(
        f"{file.name} was read as {file.label} and holds no line.",
        code="no-lines",
        way_out="Expected rows with designators, a quantity or part numbers.",
        file=file.name,
    )


def _by_row(remark: Remark) -> int:
    return remark.row or 0
