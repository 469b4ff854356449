"""Sheets among other files: those that belong together become one schematic.

Several files given together, or the files in an archive, may hold one schematic, several, or none.
Sheets that refer to each other are handed on as one archive, which the reader of schematics takes.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence

from firstoff.formats.bom.kicad_legacy import HEADER
from firstoff.formats.bom.kicad_parts import resolved
from firstoff.formats.sources import Limits, RawSource, opened

_HEADS = (b"(kicad_sch", HEADER.encode())
_BELOW = re.compile(
    rb'"Sheet ?file"\s+"([^"]+)"|^F1\s+"([^"]+\.sch)"', re.IGNORECASE | re.MULTILINE
)


def bundled(files: Sequence[tuple[str, RawSource]], limits: Limits) -> list[tuple[str, RawSource]]:
    """The files, those of one schematic as one; everything else stays as it is, in its place.

    Raises InvalidInput for a file that cannot be read at all."""
    if len(files) < 2:
        return list(files)
    sheets: dict[str, bytes] = {}
    for name, raw in files:
        if name.lower().endswith((".kicad_sch", ".sch")):
            with opened(raw, name=name, limits=limits) as source:
                if source.head(200).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(_HEADS):
                    sheets[name] = b"".join(source.chunks())
    groups = {names[0]: names for names in _together(sheets) if len(names) > 1}
    later = {name for names in groups.values() for name in names[1:]}
    found: list[tuple[str, RawSource]] = []
    for name, raw in files:
        if name in groups:
            found.append((name, _archive({each: sheets[each] for each in groups[name]})))
        elif name not in later:
            found.append((name, raw))
    return found


def _together(sheets: Mapping[str, bytes]) -> list[list[str]]:
    """Names of sheets that refer to each other, however far around."""
    by_path = {name.casefold(): name for name in sheets}
    group = {name: {name} for name in sheets}
    for name, text in sheets.items():
        for file in _referred(text):
            below = by_path.get(resolved(name, file).casefold())
            if below is not None and group[below] is not group[name]:
                merged = group[name] | group[below]
                for each in merged:
                    group[each] = merged
    order = {name: place for place, name in enumerate(sheets)}
    unique = {id(names): sorted(names, key=order.__getitem__) for names in group.values()}
    return list(unique.values())


def _referred(text: bytes) -> Iterator[str]:
    for match in _BELOW.finditer(text):
        yield (match[1] or match[2]).decode("utf-8", "replace")


def _archive(sheets: Mapping[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:  # not packed: it goes nowhere
        for name, text in sheets.items():
            archive.writestr(zipfile.ZipInfo(name), text)
    return held.getvalue()
