"""The XML that KiCad hands to its scripts for bills of materials, and that KiCost reads."""

from xml.etree.ElementTree import Element

from firstoff.errors import InvalidInput
from firstoff.formats.bom.eda_components import Drawing
from firstoff.formats.bom.kicad_parts import KicadPart, stem
from firstoff.formats.bom.reader import BomOptions, BomReader
from firstoff.formats.sources import Source
from firstoff.formats.testdata.xmltext import (
    child,
    children,
    elements,
    local,
    root_of,
    text_in,
)
from firstoff.rules.bom.draft import BomFile

NAME, LABEL = "kicad-xml", "KiCad XML"
_WANTED = frozenset(("comp", "design", "libparts", "nets", "libraries"))


def read(source: Source, options: BomOptions) -> BomFile:
    """The parts of a drawing, put into lines. Raises InvalidInput: broken, entities, no part."""
    drawing = Drawing(
        source.name,
        NAME,
        LABEL,
        source.sha256(),
        encoding="utf-8",
        corrected=options.mapping.columns,
    )
    found = 0
    for element in elements(source, _WANTED, options.limits):
        if local(element) == "design":
            _design(element, drawing)
        elif local(element) == "comp":
            found += 1
            if component := _part(element).component():
                drawing.components.append(component)
    if not found:
        raise InvalidInput(
            f"{source.name} holds no part (no <comp>).",
            code="no-lines",
            way_out="Export the bill of materials from the schematic editor again.",
            file=source.name,
        )
    return drawing.file()


def _design(element: Element, drawing: Drawing) -> None:
    """Title and revision of the first sheet; without a title, the name of the drawing."""
    sheet = child(element, "sheet")
    block = None if sheet is None else child(sheet, "title_block")
    title = "" if block is None else text_in(child(block, "title"))
    drawing.top = title or stem(text_in(child(element, "source")))
    drawing.top_revision = "" if block is None else text_in(child(block, "rev"))


def _part(element: Element) -> KicadPart:
    library = child(element, "libsource")
    held = child(element, "fields")
    return KicadPart(
        reference=element.get("ref", ""),
        value=text_in(child(element, "value")),
        footprint=text_in(child(element, "footprint")),
        datasheet=text_in(child(element, "datasheet")),
        description=text_in(child(element, "description"))
        or ("" if library is None else library.get("description", "")),
        fields={} if held is None else _named(held, "field"),
        properties=_named(element, "property"),
    )


def _named(element: Element, kind: str) -> dict[str, str]:
    """Fields and properties inside, by name: a value in an attribute, or as text."""
    return {
        name: each.get("value", "") or text_in(each)
        for each in children(element, kind)
        if (name := each.get("name", "").strip())
    }


def sniff(head: bytes, name: str) -> bool:
    """XML whose first element is KiCad's ``export``."""
    root = root_of(head)
    return root is not None and root.name == "export" and b"<epcis" not in head


READER = BomReader(NAME, LABEL, (".xml",), sniff, read)
