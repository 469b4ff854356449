"""The bill of materials of an IPC-2581 file (revisions A to C), with its approved vendor list.

A BomItem is a line, documents among them (they are said). ``populate`` is per designator. Part
numbers are in the vendor list (AvlItem, in the order of their rank), or only in characteristics
named Mpn and the like. Source: IPC-2581C, clauses on Bom and Avl.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from xml.etree.ElementTree import Element

from firstoff.errors import InvalidInput
from firstoff.formats.bom.designators import in_order, short
from firstoff.formats.bom.eda_components import columns_of_fields, corrections, merged_sources
from firstoff.formats.bom.eda_fields import (
    DESCRIPTION,
    LIFECYCLE,
    NOTES,
    NUMBER,
    Held,
    held_by,
)
from firstoff.formats.bom.quantities import quantity
from firstoff.formats.bom.reader import BomOptions, BomReader
from firstoff.formats.sources import Limits, Source
from firstoff.formats.testdata.xmltext import child, children, elements, local, root_of
from firstoff.rules.bom.draft import BomFile, LineDraft, Remark, SourceDraft

NAME, LABEL = "ipc2581", "IPC-2581"
_WANTED = frozenset(("Content", "LogisticHeader", "Bom", "Avl", "Ecad", "HistoryRecord"))
_LAST = 1_000_000  # the rank of what has none


@dataclass(slots=True)
class _Document:
    """The parts of the file that say something of material. ``vendors``: names by id."""

    modes: list[str] = field(default_factory=list)
    wanted: list[str] = field(default_factory=list)  # names of the Boms that Content refers to
    boms: list[Element] = field(default_factory=list)
    approved: dict[str, list[SourceDraft]] = field(default_factory=dict)
    qualified: dict[str, list[str]] = field(default_factory=dict)
    vendors: dict[str, str] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)
    corrected: dict[str, str] = field(default_factory=dict)

    def warn(self, sentence: str, code: str, row: int | None = None) -> None:
        self.remarks.append(Remark(row, sentence, code=code))


def read(source: Source, options: BomOptions) -> BomFile:
    """The items of the file's Bom. Raises InvalidInput: no Bom in it (a stack-up), broken,
    entities."""
    document = _read(source, options.limits)
    bom = _chosen(document, source)
    header = child(bom, "BomHeader")
    items = list(children(bom, "BomItem"))
    fields = [_characteristics(item) for item in items]
    columns = columns_of_fields(fields, options.mapping.columns)
    document.corrected = corrections(columns, options.mapping.columns)
    lines = tuple(
        _line(place, item, held, document)
        for place, (item, held) in enumerate(zip(items, fields, strict=True), start=1)
    )
    if not lines:
        raise InvalidInput(
            f"{source.name}: its Bom {bom.get('name', '')!r} holds no item.",
            code="no-lines",
            file=source.name,
        )
    return BomFile(
        name=source.name, kind=NAME, label=LABEL, sha256=source.sha256(), lines=lines,
        top=_top(bom, header),
        top_revision="" if header is None else header.get("revision", ""), encoding="utf-8",
        columns=columns, warnings=tuple(document.remarks),
    )  # fmt: skip


def _top(bom: Element, header: Element | None) -> str:
    named = "" if header is None else header.get("assembly", "")
    return named or bom.get("name", "")


def _read(source: Source, limits: Limits) -> _Document:
    document = _Document()
    lists: list[Element] = []
    for element in elements(source, _WANTED, limits):
        match local(element):
            case "Content":
                document.modes += [
                    each.get("mode", "") for each in children(element, "FunctionMode")
                ]
                document.wanted += [each.get("name", "") for each in children(element, "BomRef")]
            case "LogisticHeader":
                for each in children(element, "Enterprise"):
                    document.vendors[each.get("id", "")] = each.get("name", "")
            case "Bom":
                document.boms.append(element)
            case "Avl":
                lists.append(element)
    for avl in lists:
        for item in children(avl, "AvlItem"):
            _approve(item, document)
    return document


def _chosen(document: _Document, source: Source) -> Element:
    if not document.boms:
        mode = next((mode for mode in document.modes if mode), "")
        said = f" in {mode} mode" if mode else ""
        raise InvalidInput(
            f"{source.name} is IPC-2581{said} without a Bom; expected one with a Bom.",
            code="no-bom",
            way_out="Export it in BOM or ASSEMBLY mode.",
            file=source.name,
            found=mode,
        )
    named = [bom for bom in document.boms if bom.get("name", "") in document.wanted]
    bom = (named or document.boms)[0]
    if others := [each.get("name", "") for each in document.boms if each is not bom]:
        document.warn(
            f"The file holds {len(document.boms)} Boms; {bom.get('name', '')!r} was read, "
            f"{short(others)} not.",
            "several-boms",
        )
    return bom


# ---------------------------------------------------------------- the vendor list


def _approve(item: Element, document: _Document) -> None:
    """The parts of one item, by rank; of one rank the chosen one first."""
    found: list[tuple[int, bool, int, SourceDraft, bool]] = []
    for entry in children(item, "AvlVmpn"):
        vendor = child(entry, "AvlVendor")
        reference = "" if vendor is None else vendor.get("enterpriseRef", "")
        maker = document.vendors.get(reference) or entry.get("evplVendor") or reference
        for mpn, rank in _numbers(entry):
            chosen, qualified = (entry.get(key) == "true" for key in ("chosen", "qualified"))
            part = SourceDraft(mpn, "" if maker == "UNKNOWN" else maker)
            found.append((rank, not chosen, len(found), part, qualified))
    found.sort(key=lambda one: one[:3])
    number = item.get("OEMDesignNumber", "")
    document.approved.setdefault(number, []).extend(one[3] for one in found)
    document.qualified.setdefault(number, []).extend(one[3].mpn for one in found if one[4])
    chosen_later = [one[3].mpn for one in found[1:] if not one[1]]
    if chosen_later and found[0][1]:
        document.warn(
            f"{number}: the vendor list ranks {found[0][3].mpn} first and has chosen "
            f"{short(chosen_later)}.",
            "rank-chosen",
        )


def _numbers(entry: Element) -> Iterator[tuple[str, int]]:
    """Each number with its rank. ``other`` holds the number where the name had to be made up."""
    for each in children(entry, "AvlMpn"):
        mpn = each.get("other", "").strip() or each.get("name", "").strip()
        rank = each.get("rank", "").strip()
        if mpn:
            yield mpn, int(rank) if rank.isdecimal() and len(rank) < 7 else _LAST
    if child(entry, "AvlMpn") is None and entry.get("evplMpn", "").strip():
        yield entry.get("evplMpn", "").strip(), _LAST


# ---------------------------------------------------------------- items


def _characteristics(item: Element) -> dict[str, str]:
    """Names and values of all characteristics; given twice, the first that says something."""
    found: dict[str, str] = {}
    for group in children(item, "Characteristics"):
        for each in group:
            name = value = unit = ""
            for key, text in each.attrib.items():
                if key.endswith("CharacteristicName"):
                    name = text.strip()
                elif key.endswith("CharacteristicValue"):
                    value = text.strip()
                elif key == "engineeringUnitOfMeasure":
                    unit = text.strip()
            if name and not found.get(name):
                found[name] = f"{value} {unit}".strip()
    return found


@dataclass(frozen=True, slots=True)
class _Places:
    """The designators of an item. ``said``: whether the file says of any if it is fitted."""

    names: tuple[str, ...]
    empty: tuple[str, ...]
    packages: tuple[str, ...]
    said: bool


def _places(item: Element) -> _Places:
    refs = [each for each in children(item, "RefDes") if each.get("name", "").strip()]
    empty = [each.get("name", "").strip() for each in refs if _is_false(each.get("populate"))]
    return _Places(
        names=in_order(dict.fromkeys(each.get("name", "").strip() for each in refs)),
        empty=in_order(dict.fromkeys(empty)),
        packages=tuple(dict.fromkeys(p for each in refs if (p := each.get("packageRef", "")))),
        said=any(each.get("populate") is not None for each in refs),
    )


def _is_false(text: str | None) -> bool:
    return text is not None and text.strip().lower() in ("false", "0")


def _line(place: int, item: Element, fields: Mapping[str, str], document: _Document) -> LineDraft:
    places, held = _places(item), held_by(fields, document.corrected)
    key = item.get("OEMDesignNumberRef", "")
    if not held.fitted and not places.said:
        places = replace(places, empty=places.names)
    elif not held.fitted and len(places.empty) < len(places.names):
        document.warn(
            f"{key or short(places.names)}: its characteristics say not fitted, its designators "
            "say fitted; the designators were taken.",
            "fitting",
            place,
        )
    category = item.get("category", "")
    if category == "DOCUMENT":
        document.warn(
            f"{key or short(places.names)} is a document, no part; it is kept as a line.",
            "document",
            place,
        )
    number, attributes = _number(item, key, places, held)
    components, attributes = _sources(key, held, attributes, document)
    fitted = not places.names or len(places.empty) < len(places.names)
    fitted = fitted and (bool(places.names) or held.fitted)
    return LineDraft(
        row=place,
        designators=places.names,
        not_fitted=places.empty,
        fitted=fitted,
        quantity=_quantity(place, item, places, document),
        number=number,
        description=item.get("description", "") or held.texts.get(DESCRIPTION, ""),
        value=next((text for name, text in fields.items() if name.casefold() == "value"), ""),
        package=", ".join(places.packages),
        sources=components[0] if len(components) == 1 else (),
        components=components if len(components) > 1 else (),
        orderables=tuple(held.orderables),
        offers=tuple(held.offers),
        notes=held.texts.get(NOTES, ""),
        lifecycle=held.texts.get(LIFECYCLE, ""),
        compliance=held.compliance,
        attributes={**attributes, **({"Category": category} if category else {})},
    )


def _number(item: Element, key: str, places: _Places, held: Held) -> tuple[str, dict[str, str]]:
    """One's own number. KiCad makes one up of package and value; that stays an attribute."""
    attributes = {n: t for n, t in held.attributes.items() if n.casefold() != "value"}
    own = item.get("internalPartNumber", "") or held.texts.get(NUMBER, "")
    made_up = any(key.startswith(f"{package}_{package}_") for package in places.packages)
    if (own or made_up) and key:
        attributes["OEM design number"] = key
    return own or ("" if made_up else key), attributes


def _sources(
    key: str, held: Held, attributes: dict[str, str], document: _Document
) -> tuple[tuple[tuple[SourceDraft, ...], ...], dict[str, str]]:
    """The vendor list's parts; those of the characteristics after them, where they are others."""
    approved = document.approved.get(key, [])
    if document.qualified.get(key):
        attributes["Qualified in the vendor list"] = ", ".join(document.qualified[key])
    named = tuple(tuple(sources) for sources in held.components)
    if not approved:
        return named, attributes
    if len(named) > 1:  # several parts at once: the list cannot say which of them it means
        return named, attributes
    return (merged_sources((*approved, *(named[0] if named else ()))),), attributes


def _quantity(place: int, item: Element, places: _Places, document: _Document) -> Decimal | None:
    """Usage over the fitted places. The file's figure counts all of them, fitted or not."""
    text = item.get("quantity", "").strip()
    said = quantity(text) if text else None
    if said is None:
        if text:
            document.warn(
                f"The quantity {text[:40]!r} is no number; designators were counted.",
                "quantity",
                place,
            )
        return Decimal(len(places.names) - len(places.empty)) if places.names else None
    counted, fitted = len(places.names), len(places.names) - len(places.empty)
    if not counted:
        return said.amount
    if said.amount not in (counted, fitted):
        document.warn(
            f"Quantity {text} and {counted} designators; the quantity was taken.",
            "quantity-designators",
            place,
        )
        return said.amount
    return Decimal(fitted or counted)


def sniff(head: bytes, name: str) -> bool:
    """XML whose first element is IPC-2581."""
    root = root_of(head)
    return root is not None and root.name.upper() in ("IPC-2581", "IPC2581")


READER = BomReader(NAME, LABEL, (".xml", ".cvg", ".ipc2581"), sniff, read)
