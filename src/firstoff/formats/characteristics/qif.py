"""Characteristics of a QIF document (2.0 to 3.0): a plan, or results with definitions."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from xml.etree.ElementTree import Element

from firstoff.errors import InvalidInput
from firstoff.formats.characteristics.draft import (
    CharacteristicCounts,
    CharacteristicDraft,
    CharacteristicFile,
    Remark,
    by_type,
)
from firstoff.formats.characteristics.words import class_of, fitting, symbol_of, unit_of
from firstoff.formats.sources import Limits, Source
from firstoff.formats.testdata.assembling import decimal_of
from firstoff.formats.testdata.qif_plan import QifCharacteristic, document, inside, plan_of
from firstoff.formats.testdata.xmltext import child, local, root_of, text_in
from firstoff.terms import CharacteristicClass, CharacteristicKind, GeometricSymbol, LimitForm

KIND, LABEL = "qif", "QIF plan"
_ASPECT = re.compile(r"(\w+)Characteristic(Definition|Nominal|Item)")
_SYMBOLS: Mapping[str, GeometricSymbol] = {
    "SurfaceProfileNonUniform": GeometricSymbol.PROFILE_SURFACE,
    "Coaxiality": GeometricSymbol.CONCENTRICITY,
}
_CONDITIONS = {"MAXIMUM": "M", "MAXIMUM_RPR": "M", "LEAST": "L", "LEAST_RPR": "L"}
_CYLINDERS = ("DiametricalZone", "SphericalZone")
_LONGEST_NUMBER = 20


def is_qif(head: bytes, name: str) -> bool:
    """XML that begins with a QIF document."""
    root = root_of(head)
    return root is not None and root.name == "QIFDocument"


def read(source: Source, limits: Limits) -> CharacteristicFile:
    """The characteristics of a plan, or of results. Raises InvalidInput: no QIF, broken off, not
    one characteristic."""
    root = document(source, limits)
    plan = plan_of(root, source.name)
    if not plan.characteristics:
        raise InvalidInput(
            f"{source.name} is QIF without a characteristic.",
            code="no-characteristics",
            way_out="Expected a plan, or results with their definitions.",
            file=source.name,
        )
    reading = _Reading(root)
    drafts = tuple(
        reading.draft(row, each) for row, each in enumerate(plan.characteristics, start=1)
    )
    reading.say_twice(drafts)
    reading.say_all()
    counted = Counter(aspect for aspect, _ in reading.held)
    return CharacteristicFile(
        name=source.name, kind=KIND, label=LABEL, sha256=source.sha256(), characteristics=drafts,
        counts=CharacteristicCounts(
            len(drafts), by_type(drafts), len(plan.datums),
            counted["Definition"], counted["Nominal"], counted["Item"],
        ),
        datums=plan.datums, part=plan.part, revision=plan.revision, encoding="utf-8",
        warnings=(
            *(Remark(None, sentence, code="plan") for sentence in plan.warnings),
            *reading.remarks,
        ),
    )  # fmt: skip


@dataclass(slots=True)
class _Reading:
    """One document. ``held``: aspect and id of each element that speaks of a characteristic."""

    root: Element
    held: dict[tuple[str, str], Element] = field(default_factory=dict)
    gauges: dict[str, str] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)
    unnamed: list[tuple[int, str]] = field(default_factory=list)  # row and what is taken
    rounded: list[tuple[int, Decimal, Decimal]] = field(default_factory=list)
    exact: list[tuple[int, str]] = field(default_factory=list)  # with a tolerance of 0

    def __post_init__(self) -> None:
        for group in inside(self.root, "Characteristics"):
            for each in group:
                if match := _ASPECT.fullmatch(local(each)):
                    self.held[match[2], each.get("id", "")] = each
        for group in self.root.iter():
            if local(group) in ("MeasurementDevices", "Gages"):
                for each in group:
                    self.gauges[each.get("id", "")] = text_in(child(each, "Name", "GageName"))

    def draft(self, row: int, of: QifCharacteristic) -> CharacteristicDraft:
        parts = self._parts(of.id)
        symbol = _SYMBOLS.get(of.kind) or symbol_of(of.kind)
        width = _decimal(parts, "ToleranceValue") if symbol else None
        symbol = symbol if width is not None else None
        nominal, lower, upper = (
            self._fitting(row, value) for value in (of.nominal, of.limits.lower, of.limits.upper)
        )
        if lower is not None and lower == upper:
            self.exact.append((row, of.label))
            lower = upper = None
        said = _text(parts, "NonTolerance")
        return CharacteristicDraft(
            row=row,
            number=self._number(row, of),
            name=of.name or of.note or of.kind,
            kind=_kind(of),
            type=of.kind,
            nominal=nominal,
            lower=lower,
            upper=upper,
            unit=unit_of(of.unit),
            classification=self._class(row, of),
            form=_form(nominal, lower, upper, symbol, said),
            symbol=symbol,
            tolerance=self._fitting(row, width),
            diametral=_is_cylinder(parts),
            material_condition=_CONDITIONS.get(
                _text(parts, "MaterialCondition", "MaterialModifier"), ""
            )
            if symbol
            else "",
            datums=tuple(_datum(text) for text in of.datums) if symbol else (),
            zone=_zone(parts),
            gauge=self._gauge(parts),
            notes="; ".join(rule for rule in of.rules if not rule.startswith("the tolerance")),
            source_id=of.uuid,
        )

    def _parts(self, key: str) -> list[Element]:
        """Item, nominal and definition, as far as they are there."""
        found = []
        for aspect, below in (
            ("Item", "CharacteristicNominalId"),
            ("Nominal", "CharacteristicDefinitionId"),
            ("Definition", ""),
        ):
            if (element := self.held.get((aspect, key))) is not None:
                found.append(element)
                key = text_in(child(element, below)) if below else ""
        return found

    def _number(self, row: int, of: QifCharacteristic) -> str:
        """The balloon; without one, a short name, else its place."""
        if of.designator:
            return of.designator
        name = of.name if 0 < len(of.name) <= _LONGEST_NUMBER else str(row)
        self.unnamed.append((row, name))
        return name

    def say_all(self) -> None:
        """What holds of many, said once."""
        if self.unnamed:
            count, names = len(self.unnamed), [name for _, name in self.unnamed]
            shown = ", ".join(names[:3]) + (f" and {count - 3} more" if count > 3 else "")
            have = "1 characteristic has" if count == 1 else f"{count:,} characteristics have"
            are = "is" if count == 1 else "are"
            sentence = f"{have} no balloon number; {shown} {are} taken."
            self.remarks.append(Remark(self.unnamed[0][0], sentence, code="number"))
        if self.exact:
            names = [name for _, name in self.exact]
            more = f" and {len(names) - 3} more" if len(names) > 3 else ""
            sentence = f"{', '.join(names[:3])}{more}: a tolerance of 0 is none; no limits taken."
            self.remarks.append(Remark(self.exact[0][0], sentence, code="zero-tolerance"))
        if self.rounded:
            row, before, after = self.rounded[0]
            many = len(self.rounded)
            have = "1 number has" if many == 1 else f"{many:,} numbers have"
            sentence = f"{have} more decimals than a limit: {before} is taken as {after}."
            self.remarks.append(Remark(row, sentence, code="rounded"))

    def say_twice(self, drafts: tuple[CharacteristicDraft, ...]) -> None:
        """Numbers that several characteristics have: a drawing's balloon is one of them."""
        first: dict[str, int] = {}
        for each in drafts:
            if each.number in first:
                self.remarks.append(
                    Remark(
                        each.row,
                        f"Number {each.number} is that of characteristic {first[each.number]} "
                        "as well.",
                        code="number-twice",
                    )
                )
            first.setdefault(each.number, each.row)

    def _class(self, row: int, of: QifCharacteristic) -> CharacteristicClass | None:
        said = of.criticality
        found = class_of(said)
        if said and found is None and said != "UNDEFINED":
            self.remarks.append(
                Remark(row, f"The criticality {said!r} is no class that is known; none is taken.",
                       code="class")
            )  # fmt: skip
        return found

    def _fitting(self, row: int, value: Decimal | None) -> Decimal | None:
        found = fitting(value)
        if value is not None and found is not None and found != value:
            self.rounded.append((row, value, found))
        return found

    def _gauge(self, parts: list[Element]) -> str:
        ids = [
            text_in(each)
            for part in parts
            for each in inside(part, "MeasurementDeviceIds")
            if local(each) == "Id"
        ]
        return ", ".join(name for key in dict.fromkeys(ids) if (name := self.gauges.get(key, "")))


def _kind(of: QifCharacteristic) -> CharacteristicKind:
    if of.kind == "UserDefinedAttribute":
        return CharacteristicKind.ATTRIBUTE
    return CharacteristicKind.VARIABLE


def _form(
    nominal: Decimal | None,
    lower: Decimal | None,
    upper: Decimal | None,
    symbol: GeometricSymbol | None,
    said: str,
) -> LimitForm | None:
    """How the limits are stated; None for a callout, and where there are none."""
    if said in ("REFERENCE", "BASIC"):
        return LimitForm(said.lower())
    if symbol or (lower is None and upper is None):
        return None
    if lower is None or upper is None or nominal in (lower, upper):
        return LimitForm.UNILATERAL
    return LimitForm.BILATERAL


def _text(parts: list[Element], *names: str) -> str:
    found = (text_in(child(part, name)) for part in parts for name in names)
    return next((text for text in found if text), "")


def _decimal(parts: list[Element], name: str) -> Decimal | None:
    return decimal_of(_text(parts, name))


def _is_cylinder(parts: list[Element]) -> bool:
    shapes = [shape for part in parts if (shape := child(part, "ZoneShape")) is not None]
    return any(child(shape, *_CYLINDERS) is not None for shape in shapes)


def _datum(text: str) -> str:
    """``B (MAXIMUM)`` as the product writes it: B(M)."""
    letters, _, modifier = text.partition(" (")
    condition = _CONDITIONS.get(modifier.rstrip(")"), "")
    return f"{letters}({condition})" if condition else letters


def _zone(parts: list[Element]) -> str:
    """Sheet and zone of the drawing: ``sheet 2 C3``."""
    for part in parts:
        for place in part.iter():
            if local(place) == "LocationOnDrawing":
                sheet, zone = (
                    text_in(child(place, "SheetNumber")),
                    text_in(child(place, "DrawingZone")),
                )
                said = f"sheet {sheet} {zone}" if sheet and sheet != "1" else zone
                return said.strip()
    return ""
