"""Small drawings for tests: a KiCad XML and netlist of given parts, sheets, pages, IPC-2581."""

import json
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from firstoff.formats.bom import BomMapping, read_bom
from firstoff.rules.bom.draft import BomFile, LineDraft


def part(
    ref: str, value="10k", footprint="Resistor_SMD:R_0603", /, *, properties=(), **fields
) -> dict:  # fmt: skip
    """A part; names of fields as keywords, or in ``fields``."""
    fields = {**fields.pop("fields", {}), **fields}
    return {
        "ref": ref, "value": value, "footprint": footprint, "fields": fields,
        "properties": dict(properties),
    }  # fmt: skip


def xml(*parts: dict, title="Widget", rev="B", source="widget.kicad_sch") -> bytes:
    comps = "".join(_comp(each) for each in parts)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<export version="E"><design>'
        f"<source>/home/somebody/{source}</source><sheet number='1' name='/'><title_block>"
        f"<title>{title}</title><rev>{rev}</rev></title_block></sheet></design>"
        f"<components>{comps}</components><libparts><libpart lib='Device' part='R'><fields>"
        "<field name='Reference'>R</field></fields></libpart></libparts><nets/></export>"
    ).encode()


def _comp(each: dict) -> str:
    fields = "".join(
        f"<field name={quoteattr(name)}>{escape(text)}</field>"
        for name, text in each["fields"].items()
    )
    properties = "".join(
        f"<property name={quoteattr(name)}"
        + (f" value={quoteattr(text)}" if text is not None else "")
        + "/>"
        for name, text in each["properties"].items()
    )
    return (
        f"<comp ref={quoteattr(each['ref'])}><value>{escape(each['value'])}</value>"
        f"<footprint>{escape(each['footprint'])}</footprint><datasheet>~</datasheet>"
        f"<fields>{fields}</fields><libsource lib='Device' part='R' description='Resistor'/>"
        f"{properties}<sheetpath names='/' tstamps='/'/></comp>"
    )


def netlist(*parts: dict, title="Widget", rev="B") -> bytes:
    comps = "\n".join(_net_comp(each) for each in parts)
    return (
        '(export (version "E")\n  (design (source "/home/somebody/widget.kicad_sch")\n'
        f'    (sheet (number "1") (name "/") (title_block (title "{title}") (rev "{rev}"))))\n'
        f"  (components\n{comps})\n  (libparts) (nets))\n"
    ).encode()


def _net_comp(each: dict) -> str:
    fields = "".join(
        f" (field (name {_quoted(name)}) {_quoted(text)})" for name, text in each["fields"].items()
    )
    properties = "".join(
        f" (property (name {_quoted(name)}) (value {_quoted(text or '')}))"
        for name, text in each["properties"].items()
    )
    return (
        f"    (comp (ref {_quoted(each['ref'])}) (value {_quoted(each['value'])})"
        f" (footprint {_quoted(each['footprint'])}) (datasheet ~) (fields{fields})"
        f' (libsource (lib "Device") (part "R") (description "Resistor")){properties})'
    )


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


# ---------------------------------------------------------------- schematics


def symbol(ref, value="10k", footprint="R_0603", *, flags="", key="", paths=(), unit=1, **fields):
    """A placed symbol of KiCad 7 and later. paths: path of sheets and the reference there."""
    properties = {"Reference": ref, "Value": value, "Footprint": footprint, **fields}
    held = "".join(f'(property "{n}" "{t}" (at 0 0 0))' for n, t in properties.items())
    places = "".join(f'(path "{p}" (reference "{r}") (unit {unit}))' for p, r in paths)
    instances = f'(instances (project "w" {places}))' if places else ""
    return (
        f'(symbol (lib_id "Device:R") (at 1 2 0) (unit {unit}) {flags} (uuid "{key or ref}")'
        f"{held}{instances})\n"
    )


def below(file: str, key: str, name="Sub", flags="") -> str:
    return (
        f'(sheet (at 0 0) {flags} (uuid "{key}") (property "Sheetname" "{name}" (at 0 0 0))'
        f'(property "Sheetfile" "{file}" (at 0 0 0)))\n'
    )


def sheet(*content: str, key="first", title="Widget", rev="B") -> bytes:
    return (
        f'(kicad_sch (version 20231120) (generator "eeschema") (uuid "{key}")\n'
        f'(title_block (title "{title}") (rev "{rev}"))\n'
        '(lib_symbols (symbol "Device:R" (property "Reference" "R" (at 0 0 0))))\n'
        f"{''.join(content)})\n"
    ).encode()


def legacy(*components: str, tail="$EndSCHEMATC\n") -> bytes:
    return (
        "EESchema Schematic File Version 4\nEELAYER 30 0\nEELAYER END\n$Descr A4 11693 8268\n"
        'encoding utf-8\nSheet 1 1\nTitle "Widget"\nDate "2020-03-12"\nRev "B"\n$EndDescr\n'
        f"{''.join(components)}{tail}"
    ).encode()


def legacy_part(ref, value="10k", footprint="Res:R_0603", *, key="5E6A2873", paths=(), **fields):
    more = "".join(
        f'F {place} "{text}" H 0 0 50  0001 C CNN "{name}"\n'
        for place, (name, text) in enumerate(fields.items(), start=4)
    )
    places = "".join(f'AR Path="{path}" Ref="{name}"  Part="1" \n' for path, name in paths)
    return (
        f"$Comp\nL Device:R {ref}\nU 1 1 {key}\nP 2200 2550\n{places}"
        f'F 0 "{ref}" V 2280 2550 50  0000 C CNN\nF 1 "{value}" V 2200 2550 50  0000 C CNN\n'
        f'F 2 "{footprint}" V 2130 2550 50  0001 C CNN\nF 3 "~" H 2200 2550 50  0001 C CNN\n'
        f"{more}\t1    2200 2550\n\t1    0    0    -1  \n$EndComp\n"
    )


def legacy_below(file: str, key: str) -> str:
    return f'$Sheet\nS 1 2 3 4\nU {key}\nF0 "Sub" 50\nF1 "{file}" 50\n$EndSheet\n'


# ---------------------------------------------------------------- pages


def page(data: object, settings: object = None, *, packed=True) -> bytes:
    """A page as InteractiveHtmlBom writes it."""
    text = json.dumps(data)
    held = f'JSON.parse(LZString.decompressFromBase64("{pack(text)}"))' if packed else text
    return (
        "<!DOCTYPE html>\n<html><head><title>Interactive BOM for KiCAD</title><script>\n"
        "var LZString=function(){};\n"
        f"var config = {json.dumps(settings or {})}\n///////\nvar pcbdata = {held}\n///////\n"
        "function x() { pcbdata.metadata; }</script></head><body></body></html>\n"
    ).encode()


_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def pack(text: str) -> str:
    """LZString's packing, written from its description, so that unpacking has a counterpart."""
    bits: list[str] = []
    codes: dict[str, int] = {}
    new: set[str] = set()
    state = {"room": 2, "width": 2}

    def put(value: int, width: int) -> None:
        bits.append(format(value, f"0{width}b")[::-1])

    def widen() -> None:
        state["room"] -= 1
        if not state["room"]:
            state["room"], state["width"] = 1 << state["width"], state["width"] + 1

    def out(piece: str) -> None:
        if piece in new:
            narrow = ord(piece[0]) < 256
            put(0 if narrow else 1, state["width"])
            put(ord(piece[0]), 8 if narrow else 16)
            widen()
            new.discard(piece)
        else:
            put(codes[piece], state["width"])
        widen()

    last = ""
    for sign in text:
        if sign not in codes:
            codes[sign] = len(codes) + 3
            new.add(sign)
        if last + sign in codes:
            last += sign
            continue
        out(last)
        codes[last + sign] = len(codes) + 3
        last = sign
    if last:
        out(last)
    put(2, state["width"])
    stream = "".join(bits)
    stream += "0" * (-len(stream) % 6)
    letters = "".join(_LETTERS[int(stream[at : at + 6], 2)] for at in range(0, len(stream), 6))
    return letters + "=" * (-len(letters) % 4)


# ---------------------------------------------------------------- IPC-2581


def ref(name: str, package="R_0603", populate: str | None = "true") -> str:
    said = f' populate="{populate}"' if populate is not None else ""
    return f'<RefDes name="{name}" packageRef="{package}"{said} layerRef="TOP"/>'


def item(number: str, *refs: str, quantity=None, category="ELECTRICAL", **texts) -> str:
    held = "".join(
        f'<Textual definitionSource="X" textualCharacteristicName="{name}" '
        f'textualCharacteristicValue="{text}"/>'
        for name, text in texts.items()
    )
    return (
        f'<BomItem OEMDesignNumberRef="{number}" quantity="{quantity or len(refs)}" '
        f'pinCount="2" category="{category}">{"".join(refs)}'
        f'<Characteristics category="{category}">{held}</Characteristics></BomItem>'
    )


def vmpn(name: str, maker: str, *, rank="", chosen="", qualified="") -> str:
    said = (f' chosen="{chosen}"' if chosen else "") + (
        f' qualified="{qualified}"' if qualified else ""
    )
    ranked = f' rank="{rank}"' if rank else ""
    return (
        f'<AvlVmpn{said}><AvlMpn name="{name}"{ranked}/><AvlVendor enterpriseRef="{maker}"/>'
        "</AvlVmpn>"
    )


def ipc(*items: str, avl="", mode="BOM", namespace="http://webstds.ipc.org/2581", bom=True):
    held = (
        '<Bom name="B1"><BomHeader assembly="WIDGET" revision="B"><StepRef name="s"/></BomHeader>'
        f"{''.join(items)}</Bom>"
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<IPC-2581 revision="C" xmlns="{namespace}">'
        f'<Content roleRef="Owner"><FunctionMode mode="{mode}"/><BomRef name="B1"/></Content>'
        '<LogisticHeader><Enterprise id="E1" name="Acme Parts" code="X"/></LogisticHeader>'
        f"{held if bom else ''}<Ecad name='Design'><CadData/></Ecad>"
        f"<Avl name='L'>{avl}</Avl></IPC-2581>"
    ).encode()


# ---------------------------------------------------------------- reading


def lines(raw: bytes, name="w", **more) -> tuple[LineDraft, ...]:
    return read_bom(raw, name=name, **more).lines


def warned(file: BomFile, code: str) -> list[str]:
    return [remark.sentence for remark in file.warnings if remark.code == code]


def places(file_lines: tuple[LineDraft, ...]) -> list[tuple[str, ...]]:
    return [line.designators for line in file_lines]


def corrected(columns: dict[int, str]) -> BomMapping:
    return BomMapping(columns=columns)


def existing(folder: Path, name: str) -> Path:
    import pytest

    path = folder / "cases" / "bom" / name
    if not path.is_file():
        pytest.skip(f"{name} is not here")
    return path
