"""KiCad's netlist: the same parts as in its XML, written as S-expressions."""

from firstoff.errors import InvalidInput
from firstoff.formats.bom.eda_components import Drawing
from firstoff.formats.bom.kicad_parts import KicadPart, stem
from firstoff.formats.bom.reader import BomOptions, BomReader
from firstoff.formats.bom.sexpr import Expression, expression
from firstoff.formats.sources import Source, content_of, encoding_of
from firstoff.formats.testdata.jsontext import peeked
from firstoff.rules.bom.draft import BomFile

NAME, LABEL = "kicad-netlist", "KiCad netlist"


def read(source: Source, options: BomOptions) -> BomFile:
    """The parts of a netlist, put into lines. Raises InvalidInput: broken off (with line), no
    part in it."""
    encoding = encoding_of(source)
    root = expression(text_of(source, encoding), source.name, options.limits)
    drawing = Drawing(
        source.name,
        NAME,
        LABEL,
        source.sha256(),
        encoding=encoding,
        corrected=options.mapping.columns,
    )
    _design(root.first("design"), drawing)
    held = root.first("components")
    parts = [] if held is None else [_part(each) for each in held.all("comp")]
    if not parts:
        raise InvalidInput(
            f"{source.name} holds no part (no comp in components).",
            code="no-lines",
            way_out="Export the netlist from the schematic editor again.",
            file=source.name,
        )
    drawing.components.extend(found for part in parts if (found := part.component()))
    return drawing.file()


def text_of(source: Source, encoding: str) -> str:
    """The whole text of a file that is within the limits."""
    return b"".join(source.chunks()).decode(encoding, "replace")


def _design(design: Expression | None, drawing: Drawing) -> None:
    if design is None:
        return
    sheet = design.first("sheet")
    block = None if sheet is None else sheet.first("title_block")
    title = "" if block is None else block.value("title")
    drawing.top = title or stem(design.value("source"))
    drawing.top_revision = "" if block is None else block.value("rev")


def _part(comp: Expression) -> KicadPart:
    library = comp.first("libsource")
    fields = comp.first("fields")
    return KicadPart(
        reference=comp.value("ref"),
        value=comp.value("value"),
        footprint=comp.value("footprint"),
        datasheet=comp.value("datasheet"),
        description=comp.value("description")
        or ("" if library is None else library.value("description")),
        fields={}
        if fields is None
        else {each.value("name").strip(): each.text() for each in fields.all("field")},
        properties={each.value("name"): each.value("value") for each in comp.all("property")},
    )


def sniff(head: bytes, name: str) -> bool:
    """A text that begins with the bracket of an export."""
    if content_of(head) != "text":
        return False
    text = peeked(head).lstrip("\ufeff \t\r\n")
    return text.startswith("(export") and text[7:8].isspace()


READER = BomReader(NAME, LABEL, (".net",), sniff, read)
