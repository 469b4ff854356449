"""KiCad schematics: sheets of text (up to version 5), S-expressions (from 6), or a ZIP of both.

One sheet by itself gives its own parts; sheets below it that nobody gave are said. ``read_sheets``
and a ZIP take a whole schematic, from its first sheet down.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence

from firstoff.errors import InvalidInput
from firstoff.formats.archives import open_archive, part_of
from firstoff.formats.bom.designators import short
from firstoff.formats.bom.eda_components import Drawing
from firstoff.formats.bom.kicad_legacy import HEADER, legacy_sheet
from firstoff.formats.bom.kicad_netlist import text_of
from firstoff.formats.bom.kicad_parts import KicadPart, resolved, stem
from firstoff.formats.bom.kicad_sheets import Below, Sheet, Symbol, Walk, alone
from firstoff.formats.bom.reader import BomOptions, BomReader
from firstoff.formats.bom.sexpr import Expression, expression
from firstoff.formats.sources import (
    DEFAULT_LIMITS,
    Limits,
    RawSource,
    Source,
    content_of,
    encoding_of,
    opened,
)
from firstoff.formats.testdata.jsontext import peeked
from firstoff.rules.bom.draft import BomFile

NAME, LABEL = "kicad-schematic", "KiCad schematic"
_ENDINGS = (".kicad_sch", ".sch")
_IN_ARCHIVE = re.compile(rb"\.kicad_(?:sch|pro)|\.schEESchema")


def read(source: Source, options: BomOptions) -> BomFile:
    """The parts of a sheet, or of a ZIP of sheets, put into lines. Raises InvalidInput: broken
    off (with line), no part in it."""
    if content_of(source.head(16)) == "zip":
        return _of_archive(source, options.limits)
    sheet, encoding = _sheet(source, options.limits)
    drawing = Drawing(
        source.name,
        NAME,
        LABEL,
        source.sha256(),
        encoding=encoding,
        corrected=options.mapping.columns,
    )
    for below in sheet.below:
        drawing.warn(
            f"The sheet {below.file or below.name} was not given; its parts are missing. "
            "Give the whole schematic as a ZIP.",
            code="sheet-missing",
        )
    return _filled(drawing, sheet, alone(sheet))


def read_sheets(
    files: Sequence[tuple[str, RawSource]], *, limits: Limits = DEFAULT_LIMITS
) -> BomFile:
    """The parts of a whole schematic. files: name and content of each sheet, in any order.

    Raises InvalidInput: no sheet, one broken, sheets within themselves."""
    sheets: dict[str, Sheet] = {}
    digests: list[str] = []
    encodings: dict[str, None] = {}
    for name, raw in files:
        with opened(raw, name=name, limits=limits) as source:
            sheet, encoding = _sheet(source, limits)
            sheets[resolved("", name).casefold()] = sheet
            digests.append(f"{name}\0{source.sha256()}\n")
            encodings[encoding] = None
    if not sheets:
        raise InvalidInput("No sheet was given; expected .kicad_sch or .sch.", code="no-sheet")
    digest = hashlib.sha256("".join(sorted(digests)).encode()).hexdigest()
    first = _first(sheets)
    drawing = Drawing(first.file, NAME, LABEL, digest, encoding=", ".join(encodings))
    walk = Walk(sheets, limits)
    parts = list(walk.parts(first))
    for file in walk.missing:
        drawing.warn(
            f"The sheet {file} was not given; its parts are missing.", code="sheet-missing"
        )
    if unused := [sheet.file for key, sheet in sheets.items() if key not in walk.seen]:
        drawing.warn(
            f"No sheet below {first.file} uses {short(unused)}; left out.", code="sheet-unused"
        )
    return _filled(drawing, first, parts)


def _filled(drawing: Drawing, first: Sheet, parts: Iterable[KicadPart]) -> BomFile:
    drawing.top = first.title or stem(first.file)
    drawing.top_revision = first.revision
    drawing.components.extend(found for part in parts if (found := part.component()))
    if not drawing.components:
        below = f" (only sheets: {short([b.file for b in first.below])})" if first.below else ""
        raise InvalidInput(
            f"{drawing.name} holds no part{below}.",
            code="no-lines",
            way_out="Give the whole schematic as a ZIP." if below else "",
            file=drawing.name,
        )
    return drawing.file()


def _first(sheets: Mapping[str, Sheet]) -> Sheet:
    """The sheet that none other uses; of several, the one with most sheets below."""
    used = {
        resolved(sheet.file, below.file).casefold()
        for sheet in sheets.values()
        for below in sheet.below
    }
    free = [sheet for key, sheet in sheets.items() if key not in used]
    return max(free or sheets.values(), key=lambda sheet: len(sheet.below))


def _of_archive(source: Source, limits: Limits) -> BomFile:
    with open_archive(source, limits) as archive:
        names = [
            entry.filename
            for entry in archive.infolist()
            if entry.filename.lower().endswith(_ENDINGS) and not _is_aside(entry.filename)
        ]
        modern = [name for name in names if name.lower().endswith(".kicad_sch")]
        files = [(name, b"".join(part_of(archive, name, source.name))) for name in modern or names]
    if not files:
        raise InvalidInput(
            f"{source.name} holds no KiCad schematic.",
            code="no-sheet",
            way_out="Expected a ZIP with .kicad_sch files.",
            file=source.name,
        )
    return read_sheets(files, limits=limits)


def _is_aside(name: str) -> bool:
    """Copies that KiCad and others keep beside a project."""
    parts = name.split("/")
    return any(p.startswith((".", "_autosave", "~")) or p.endswith("-backups") for p in parts)


def _sheet(source: Source, limits: Limits) -> tuple[Sheet, str]:
    encoding = encoding_of(source)
    text = text_of(source, encoding)
    if text.lstrip("\ufeff \t\r\n").startswith(HEADER):
        return legacy_sheet(text, source.name, limits), encoding
    root = expression(text, source.name, limits)
    if root.name != "kicad_sch":
        raise InvalidInput(
            f"{source.name} begins with ({root.name[:40]}; expected a KiCad schematic.",
            code="not-a-schematic",
            file=source.name,
            found=root.name[:40],
            expected="kicad_sch",
        )
    return _modern(root, source.name), encoding


# ---------------------------------------------------------------- version 6 and later


def _modern(root: Expression, file: str) -> Sheet:
    block = root.first("title_block")
    held = root.first("symbol_instances")
    instances = {} if held is None else {
        each.text(): each.value("reference") for each in held.all("path")
    }  # fmt: skip
    symbols = tuple(_symbol(each) for each in root.all("symbol"))
    return Sheet(
        file=file,
        id=root.value("uuid"),
        symbols=symbols,
        below=tuple(_below(each) for each in root.all("sheet")),
        title="" if block is None else block.value("title"),
        revision="" if block is None else block.value("rev"),
        instances=instances,
        rooted=not instances and any(symbol.references for symbol in symbols),
    )


def _symbol(symbol: Expression) -> Symbol:
    fields = dict(_property(each) for each in symbol.all("property"))
    part = KicadPart(
        reference=fields.pop("Reference", ""),
        value=_shown(fields.pop("Value", "")),
        footprint=_shown(fields.pop("Footprint", "")),
        datasheet=fields.pop("Datasheet", ""),
        description=fields.pop("Description", fields.pop("ki_description", "")),
        fields={name: text for name, text in fields.items() if not name.startswith("ki_")},
        properties=_flags(symbol),
    )
    projects = _references(symbol)
    merged = {path: reference for project in projects for path, reference in project.items()}
    uses = tuple(projects[0].values()) if projects else ()
    return Symbol(part, symbol.value("uuid"), merged, uses)


def _property(each: Expression) -> tuple[str, str]:
    words = [item for item in each.items if isinstance(item, str)]
    if len(words) > 2 and words[0] == "private":
        words = words[1:]
    return (words[0], words[1]) if len(words) > 1 else ("".join(words), "")


def _flags(of: Expression) -> dict[str, str]:
    """``(dnp yes)`` and ``(in_bom no)`` as the netlist names them."""
    found = {}
    dnp = of.first("dnp")
    if dnp is not None and dnp.text() != "no":
        found["dnp"] = ""
    if of.value("in_bom") == "no":
        found["exclude_from_bom"] = ""
    return found


def _references(symbol: Expression) -> list[dict[str, str]]:
    """Path of sheets to reference, one for each project that uses the sheet."""
    held = symbol.first("instances")
    return [
        {path.text(): path.value("reference") for path in project.all("path")}
        for project in (() if held is None else held.all("project"))
    ]


def _below(sheet: Expression) -> Below:
    fields = {
        name.replace(" ", "").casefold(): text
        for name, text in (_property(each) for each in sheet.all("property"))
    }
    file = fields.get("sheetfile", "")
    return Below(sheet.value("uuid"), file, fields.get("sheetname", ""), _flags(sheet))


def _shown(text: str) -> str:
    return "" if text == "~" else text


# ---------------------------------------------------------------- the kind


def sniff(head: bytes, name: str) -> bool:
    """A sheet of any version, or a ZIP that begins with files of a KiCad project."""
    content = content_of(head)
    if content == "zip":
        return _IN_ARCHIVE.search(head) is not None
    if content != "text":
        return False
    text = peeked(head).lstrip("\ufeff \t\r\n")
    return text.startswith((HEADER, "(kicad_sch"))


READER = BomReader(NAME, LABEL, (".kicad_sch", ".sch", ".zip"), sniff, read)
