"""What KiCad says of one part, whichever file it says it in: XML, netlist or schematic.

``dnp`` leaves a place empty, ``exclude_from_bom`` (``in_bom no``) keeps a part out of the bill of
materials. ``exclude_from_board`` does not: a screw is bought and stands on no board. References
with ``#`` are power symbols and flags.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from firstoff.formats.bom.eda_components import Component

_OWN = frozenset(("dnp", "exclude_from_bom", "exclude_from_board", "exclude_from_sim",
                  "sheetname", "sheetfile", "ki_keywords", "ki_fp_filters", "ki_description",
                  "ki_locked", "sim.enable"))  # fmt: skip
_NO = frozenset(("no", "false", "0", "off"))


@dataclass(slots=True)
class KicadPart:
    """One part as a file gives it; ``properties`` are KiCad's own, by name."""

    reference: str
    value: str = ""
    footprint: str = ""
    datasheet: str = ""
    description: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)

    def component(self) -> Component | None:
        """The part; None for what is none (power symbols, or nothing named)."""
        reference = self.reference.strip()
        if not reference or reference.startswith("#"):
            return None
        fields = dict(self.fields)
        given = {name.casefold() for name in fields}
        for name, text in self.properties.items():
            if name.casefold() not in _OWN and name.casefold() not in given:
                fields[name] = text
        if self.datasheet.strip() not in ("", "~") and "datasheet" not in given:
            fields["Datasheet"] = self.datasheet
        return Component(
            designator=reference,
            value=self.value.strip(),
            package=self.footprint.strip(),
            description=self.description.strip(),
            fields=fields,
            fitted=not _marked(self.properties, "dnp"),
            excluded=_marked(self.properties, "exclude_from_bom"),
        )


def _marked(properties: Mapping[str, str], name: str) -> bool:
    """A property that is there says yes, unless it says no: KiCad writes it without a value."""
    held = {key.casefold(): text for key, text in properties.items()}
    return name in held and held[name].strip().casefold() not in _NO


def stem(path: str) -> str:
    """The name of a file without folders and ending, for paths of any system."""
    last = re.split(r"[\\/]", path.strip())[-1]
    head, mark, _ = last.rpartition(".")
    return head if mark else last


def resolved(sheet: str, file: str) -> str:
    """The name of a file that a sheet refers to, beside the sheet's own name."""
    if re.match(r"[A-Za-z]:|[\\/]", file):  # a place on somebody's disk
        file = re.split(r"[\\/]", file)[-1]
    parts: list[str] = []
    folder = PurePosixPath(sheet.replace("\\", "/")).parent
    for part in (*folder.parts, *file.replace("\\", "/").split("/")):
        if part == ".." and parts:
            parts.pop()
        elif part not in ("", ".", ".."):
            parts.append(part)
    return "/".join(parts)
