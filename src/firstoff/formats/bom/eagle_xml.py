"""Schematics and boards of Eagle from version 6 (and of Fusion): XML with libraries inside.

A part without a package is none (supply symbols, frames). The current assembly variant says what
is fitted; attributes of a part and of its device are its fields.
"""

from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from firstoff.errors import InvalidInput
from firstoff.formats.bom.eda_components import Component, Drawing
from firstoff.formats.bom.kicad_parts import stem
from firstoff.formats.bom.reader import BomOptions, BomReader
from firstoff.formats.sources import Source
from firstoff.formats.testdata.xmltext import children, elements, local, root_of
from firstoff.rules.bom.draft import BomFile

NAME, LABEL = "eagle-xml", "Eagle (XML)"
_WANTED = frozenset(("library", "variantdef", "part", "element", "moduleinst"))

Key = tuple[str, str, str]


@dataclass(slots=True)
class _Devices:
    """Library, device set and device -> package and attributes by technology; a library may come
    in several editions, told apart by its URN."""

    packages: dict[Key, str] = field(default_factory=dict)
    attributes: dict[tuple[Key, str], dict[str, str]] = field(default_factory=dict)

    def take(self, library: Element) -> None:
        name = library.get("name", "") + library.get("urn", "")
        for sets in children(library, "devicesets"):
            for one in children(sets, "deviceset"):
                for device in (d for held in children(one, "devices") for d in held):
                    key = (name, one.get("name", ""), device.get("name", ""))
                    self.packages[key] = device.get("package", "")
                    for held in children(device, "technologies"):
                        for technology in held:
                            at = (key, technology.get("name", ""))
                            self.attributes[at] = _attributes(technology)


def read(source: Source, options: BomOptions) -> BomFile:
    """The parts of a schematic, or the elements of a board. Raises InvalidInput: broken, none."""
    drawing = Drawing(
        source.name, NAME, LABEL, source.sha256(), encoding="utf-8", units=False,
        corrected=options.mapping.columns,
    )  # fmt: skip
    drawing.top = stem(source.name)
    devices, variant, modules = _Devices(), "", 0
    for each in elements(source, _WANTED, options.limits):
        match local(each):
            case "library":
                devices.take(each)
            case "variantdef" if each.get("current") == "yes":
                variant = each.get("name", "")
            case "moduleinst":
                modules += 1
            case "part" | "element":
                if (component := _component(each, devices, variant)) is not None:
                    drawing.components.append(component)
    if modules:
        drawing.warn("The drawing uses modules; the parts of each were read once.", code="modules")
    if not drawing.components:
        raise InvalidInput(
            f"{source.name} holds no part with a package.",
            code="no-lines",
            way_out="Expected a schematic (.sch) or a board (.brd) of Eagle.",
            file=source.name,
        )
    return drawing.file()


def _component(each: Element, devices: _Devices, variant: str) -> Component | None:
    """One part of a schematic, or one element of a board; None where it has no package."""
    library = each.get("library", "")
    if local(each) == "element":
        package, fields = each.get("package", ""), {}
    else:
        deviceset, device = each.get("deviceset", ""), each.get("device", "")
        key = (library + each.get("library_urn", ""), deviceset, device)
        package = devices.packages.get(key, "")
        fields = devices.attributes.get((key, each.get("technology", "")), {})
    name = each.get("name", "").strip()
    if not package or not name:
        return None
    value, fitted = each.get("value", "") or each.get("deviceset", ""), True
    for one in children(each, "variant"):
        if one.get("name", "") == variant:
            fitted = one.get("populate") != "no"
            value = one.get("value", "") or value
    return Component(
        designator=name,
        value=value,
        package=f"{library}:{package}",
        fields={**fields, **_attributes(each)},
        fitted=fitted,
    )


def _attributes(of: Element) -> dict[str, str]:
    return {
        name: text
        for each in children(of, "attribute")
        if (name := each.get("name", "").strip()) and (text := each.get("value", "").strip())
    }


def sniff(head: bytes, name: str) -> bool:
    """XML whose first element is Eagle's."""
    root = root_of(head)
    return root is not None and root.name == "eagle"


READER = BomReader(NAME, LABEL, (".sch", ".brd"), sniff, read)
