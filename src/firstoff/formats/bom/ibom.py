"""The page that InteractiveHtmlBom writes: its data is JSON, packed with LZString, in a script.

Two layouts: rows with amount, value and footprint (up to 2.4), and groups of references with
fields beside them (from 2.5). A group of the page is a line; only where its parts name different
numbers it is more. Parts that the page leaves out are said, and are no lines.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from firstoff.errors import InvalidInput
from firstoff.formats.bom.designators import in_order, short
from firstoff.formats.bom.eda_components import Component, Drawing
from firstoff.formats.bom.lzstring import Unpackable, decompressed
from firstoff.formats.bom.reader import BomOptions, BomReader
from firstoff.formats.sources import Limits, Source, content_of, encoding_of
from firstoff.rules.bom.draft import BomFile

NAME, LABEL = "ibom", "interactive BOM (HTML)"
_DATA = re.compile(r"\bpcbdata\s*=\s*(?:(JSON\.parse\(\s*)?LZString\.decompressFromBase64\(\s*)?")
_CONFIG = re.compile(r"\bconfig\s*=\s*(?=\{)")
_PACKED = re.compile(r"[\"']([A-Za-z0-9+/=]*)([\"']?)")


def read(source: Source, options: BomOptions) -> BomFile:
    """The groups of the page as lines. Raises InvalidInput: no data in the page, broken off, more
    than the limits."""
    encoding = encoding_of(source)
    text = b"".join(source.chunks()).decode(encoding, "replace")
    data = _data(text, source.name, options.limits)
    settings = _settings(text)
    drawing = Drawing(
        source.name,
        NAME,
        LABEL,
        source.sha256(),
        encoding=encoding,
        units=False,
        corrected=options.mapping.columns,
    )
    metadata = _mapping(data.get("metadata"))
    drawing.top = str(metadata.get("title") or "")
    drawing.top_revision = str(metadata.get("revision") or "")
    bom = _mapping(data.get("bom"))
    rows = bom.get("both")
    if not isinstance(rows, list) or not rows:
        raise InvalidInput(
            f"{source.name} is an interactive BOM without one group of parts.",
            code="no-lines",
            file=source.name,
        )
    for place, row in enumerate(rows, start=1):
        drawing.components.extend(_group(place, row, bom, settings, drawing))
    if left := _skipped(data, bom):
        drawing.warn(
            f"The page leaves out {short(in_order(dict.fromkeys(left)))}.", code="excluded"
        )
    return drawing.file()


# ---------------------------------------------------------------- the data in the page


def _data(text: str, name: str, limits: Limits) -> Mapping[str, Any]:
    """The value of ``pcbdata``."""
    for match in _DATA.finditer(text):
        if match[0].endswith("("):
            return _object(_unpacked(text, match.end(), name, limits), name, limits)
        if text[match.end() : match.end() + 1] == "{":
            return _object(text, name, limits, match.end())
    raise InvalidInput(
        f"{name} is a web page without the data of an interactive BOM (pcbdata).",
        code="not-ibom",
        way_out="Save the page whole, or write it again.",
        file=name,
        expected="a page written by InteractiveHtmlBom",
    )


def _unpacked(text: str, start: int, name: str, limits: Limits) -> str:
    match = _PACKED.match(text, start)
    if match is None or not match[2]:
        raise _broken(name, "the packed data ends in the middle")
    try:
        return decompressed(match[1], longest=limits.unpacked_bytes // 2)
    except Unpackable as error:
        raise _broken(name, f"the packed data cannot be read ({error})") from error


def _object(text: str, name: str, limits: Limits, start: int = 0) -> Mapping[str, Any]:
    if text.count(",", start) > limits.json_values:
        raise InvalidInput(
            f"{name} holds more than {limits.json_values:,} values.",
            code="too-large",
            file=name,
        )
    try:
        found, _ = json.JSONDecoder(parse_int=_int).raw_decode(text, start)
    except (ValueError, RecursionError) as error:
        raise _broken(name, "the data ends in the middle, or is no JSON") from error
    return _mapping(found)


def _int(digits: str) -> int | float:
    return int(digits) if len(digits) < 400 else float("inf")


def _broken(name: str, what: str) -> InvalidInput:
    return InvalidInput(
        f"{name}: {what}.",
        code="broken-ibom",
        way_out="Copy the file again.",
        file=name,
        expected="a page written by InteractiveHtmlBom",
    )


def _settings(text: str) -> Mapping[str, Any]:
    """The page's own settings, which name the fields; empty where they cannot be read."""
    for match in _CONFIG.finditer(text):
        try:
            return _mapping(json.JSONDecoder().raw_decode(text, match.end())[0])
        except (ValueError, RecursionError):
            continue
    return {}


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


# ---------------------------------------------------------------- its groups


def _group(
    place: int, row: Any, bom: Mapping[str, Any], settings: Mapping[str, Any], drawing: Drawing
) -> Iterator[Component]:
    if not isinstance(row, list) or not row:
        raise _broken(drawing.name, f"group {place} is no list of parts")
    if isinstance(row[0], int | float):
        yield from _old_row(place, row, settings, drawing)
        return
    names = _names(settings.get("fields"))
    held = _mapping(bom.get("fields"))
    for reference, index in _references(row):
        values = held.get(str(index))
        fields = _fields(names, values if isinstance(values, list) else [])
        value, footprint = fields.pop("Value", ""), fields.pop("Footprint", "")
        yield Component(reference, value, footprint, fields=fields, group=place)


def _old_row(
    place: int, row: Sequence[Any], settings: Mapping[str, Any], drawing: Drawing
) -> Iterator[Component]:
    """[amount, value, footprint, references, further fields]."""
    cells = [*row, *([None] * 5)][:5]
    names = _names(settings.get("extra_fields"))
    fields = _fields(names, cells[4] if isinstance(cells[4], list) else [])
    references = list(_references(cells[3] if isinstance(cells[3], list) else []))
    if row[0] != len(references):
        drawing.warn(
            f"Group {place} counts {row[0]} and names {len(references)} parts.",
            code="quantity-designators",
            row=place,
        )
    for reference, _ in references:
        yield Component(reference, _text(cells[1]), _text(cells[2]), fields=fields, group=place)


def _references(held: Sequence[Any]) -> Iterator[tuple[str, Any]]:
    """Each reference with its place among the footprints of the board."""
    for each in held:
        if isinstance(each, list) and each:
            yield _text(each[0]), each[1] if len(each) > 1 else None
        elif isinstance(each, str):
            yield each, None


def _names(held: Any) -> list[str]:
    return [_text(name) for name in held] if isinstance(held, list) else []


def _fields(names: Sequence[str], values: Sequence[Any]) -> dict[str, str]:
    """Fields by name; those that no setting names by their number."""
    return {
        (names[place] if place < len(names) else f"Field {place + 1}"): text
        for place, value in enumerate(values)
        if (text := _text(value))
    }


def _text(value: Any) -> str:
    return "" if value is None or isinstance(value, list | dict) else str(value).strip()


def _skipped(data: Mapping[str, Any], bom: Mapping[str, Any]) -> list[str]:
    """References of the parts that the page keeps out of its groups."""
    boards = data.get("footprints", data.get("modules"))
    held = boards if isinstance(boards, list) else []
    places = bom.get("skipped")
    return [
        _text(_mapping(held[place]).get("ref")) or f"footprint {place}"
        for place in (places if isinstance(places, list) else ())
        if isinstance(place, int) and 0 <= place < len(held)
    ]


def sniff(head: bytes, name: str) -> bool:
    """A web page that says what wrote it, or holds the data of one."""
    if content_of(head) != "html":
        return False
    return any(mark in head for mark in (b"Interactive BOM", b"InteractiveHtmlBom", b"pcbdata"))


READER = BomReader(NAME, LABEL, (".html", ".htm"), sniff, read)
