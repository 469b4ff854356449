"""B2MML files of plants (ISA-95 as XML): material lots, and what production used and made.

Lots and sub-lots become drafts of lots; the material actuals of a performance become consumption.
Definitions and schedules say nothing that happened: a file of them holds no record.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import partial
from xml.etree.ElementTree import Element
from zoneinfo import ZoneInfo

from firstoff.errors import InvalidInput
from firstoff.formats.sources import RawSource, opened
from firstoff.formats.testdata.drafts import (
    ConsumptionDraft,
    Importer,
    ImportResult,
    LotDraft,
    ReadOptions,
    RowProblem,
    capped,
)
from firstoff.formats.testdata.openhtf_values import FieldRefused, clean
from firstoff.formats.testdata.wats_values import moment_of
from firstoff.formats.testdata.xmltext import (
    child,
    children,
    elements,
    local,
    root_of,
    text_in,
)

_PERFORMANCES = ("ProductionPerformance", "OperationsPerformance")
_RESPONSES = ("ProductionResponse", "OperationsResponse")
_ACTUALS = (
    "MaterialActual",
    "OpMaterialActual",
    "MaterialConsumedActual",
    "MaterialProducedActual",
)
_PLANS = {
    "MaterialDefinition": "material definition",
    "MaterialClass": "material class",
    "ProductionSchedule": "production schedule",
    "OperationsSchedule": "operations schedule",
}
_WANTED = frozenset(
    ("CreationDateTime", "MaterialInformation", "MaterialLot", *_PERFORMANCES, *_PLANS)
)
_NUMBER = re.compile(r"[+-]?\d{1,30}(\.\d{1,30})?", re.ASCII)
_CONSUMED = ("consumed", "consumable")
_PRODUCED = ("produced", "by-product produced", "co-product produced")
_EXPIRY = frozenset(("expirydate", "expirationdate", "expiry", "expires", "bestbefore"))


def read(raw: RawSource, *, name: str, options: ReadOptions) -> ImportResult:
    """Read a B2MML file. Raises InvalidInput when the file as a whole is none."""
    with opened(raw, name=name, limits=options.limits) as source:
        label, sha256, head = source.name, source.sha256(), source.head()
        if not sniff(head, label):
            raise _none(label, head)
        reading = _Reading(options.time_zone)
        for element in elements(source, _WANTED, options.limits):
            reading.take(element)
    return ImportResult(
        kind=IMPORTER.name,
        name=label,
        sha256=sha256,
        encoding=None,
        delimiter=None,
        sheet=None,
        header_row=None,
        columns=(),
        drafts=tuple(reading.drafts),
        refused=tuple(reading.refused),
        warnings=capped(reading.warnings),
        nothing="" if reading.count else reading.holds(label),
    )


def _none(label: str, head: bytes) -> InvalidInput:
    root = root_of(head)
    found = f"<{root.name}>" if root else "no element of XML"
    return InvalidInput(
        f"{label}: found {found}; expected a B2MML document, with its namespace.",
        code="not-b2mml",
        file=label,
        found=found,
        expected="a B2MML document",
    )


@dataclass(slots=True)
class _Reading:
    """One file being read, element by element."""

    zone: ZoneInfo
    stated: datetime | None = None
    count: int = 0
    drafts: list[LotDraft | ConsumptionDraft] = field(default_factory=list)
    refused: list[RowProblem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    plans: Counter[str] = field(default_factory=Counter)

    def take(self, element: Element) -> None:
        name = local(element)
        if name == "CreationDateTime":
            self.stated = self.stated or self._moment(text_in(element))
        elif name == "MaterialInformation":
            self._material(element)
        elif name == "MaterialLot":
            self._lot(element, "", "")
        elif name in _PERFORMANCES:
            for response in children(element, *_RESPONSES):
                order = _named(response, "ProductionRequestID", "OperationsRequestID", "ID")
                self._segments(response, order, "")
        else:
            self.plans[name] += 1

    def holds(self, label: str) -> str:
        """What a file without a record is of."""
        found = [
            f"{count} {_PLANS[name]}{'s' if count > 1 else ''}"
            for name, count in self.plans.items()
            if count
        ]
        held = " and ".join(found) or "no lot and no production"
        return f"{label} holds {held}: there is no record to take from it."

    # ------------------------------------------------------------ lots

    def _material(self, element: Element) -> None:
        lots = list(children(element, "MaterialLot"))
        named = text_in(child(element, "ID"))
        if any(not text_in(child(lot, "MaterialDefinitionID")) for lot in lots) and named:
            self.warnings.append(
                f"No MaterialDefinitionID; the ID of the MaterialInformation, {named!r}, is "
                "taken as the material."
            )
        for lot in lots:
            self._lot(lot, named, "")
        for plan in _PLANS:
            self.plans[plan] += sum(1 for _ in children(element, plan))

    def _lot(self, element: Element, material: str, parent: str) -> None:
        """A lot, and the sub-lots in it, to any depth."""
        part = text_in(child(element, "MaterialDefinitionID")) or material
        name = text_in(child(element, "ID"))
        self._row(
            local(element),
            name,
            partial(self._lot_draft, element=element, part=part, parent=parent),
        )
        for inner in children(element, "MaterialSubLot"):
            self._lot(inner, part, name)

    def _lot_draft(self, row: int, element: Element, part: str, parent: str) -> LotDraft:
        quantity, unit = _quantity(element)
        properties = _properties(element, "MaterialLotProperty")
        expiry = next((v for k, v in properties.items() if k.lower() in _EXPIRY), "")
        return LotDraft(
            row=row,
            lot=_demanded(element, "ID"),
            part_number=part,
            parent=parent,
            status=text_in(child(element, "Status")),
            quantity=quantity,
            unit=unit,
            expires_at=self._moment(str(expiry)),
            location=_location(element),
            stated_at=self.stated,
            properties=_canonical(properties),
        )

    # ------------------------------------------------------------ production

    def _segments(self, element: Element, order: str, operation: str) -> None:
        for segment in children(element, "SegmentResponse"):
            own = _named(segment, "ProcessSegmentID", "OperationsSegmentID", "ID") or operation
            ended = text_in(child(segment, "ActualEndTime"))
            at = self._moment(ended or text_in(child(segment, "ActualStartTime")))
            for actual in children(segment, *_ACTUALS):
                name = _named(actual, "MaterialSubLotID", "MaterialLotID", "MaterialDefinitionID")
                make = partial(self._actual, element=actual, order=order, operation=own, at=at)
                self._row(local(actual), name, make)
            self._segments(segment, order, own)

    def _actual(
        self, row: int, element: Element, order: str, operation: str, at: datetime | None
    ) -> ConsumptionDraft:
        quantity, unit = _quantity(element)
        whole, part = (text_in(child(element, f"Material{kind}ID")) for kind in ("Lot", "SubLot"))
        return ConsumptionDraft(
            row=row,
            lot=part or whole,
            parent=whole if part else "",
            part_number=text_in(child(element, "MaterialDefinitionID")),
            quantity=quantity,
            unit=unit,
            order=order,
            operation=operation,
            serial="",
            produced=_produced(element),
            at=at or self.stated,
            properties=_canonical(_properties(element, "MaterialActualProperty")),
        )

    # ------------------------------------------------------------ rows

    def _row(self, kind: str, name: str, draft: "_Maker") -> None:
        self.count += 1
        try:
            self.drafts.append(draft(self.count))
        except FieldRefused as refusal:
            path, found, expected = refusal.path, refusal.found, refusal.expected
            where = f"{kind} {self.count}{f' {name!r}' if name else ''}"
            sentence = f"{where}, {path}: found {found}; expected {expected}."
            self.refused.append(
                RowProblem(self.count, path, found, expected, sentence, name[:500])
            )

    def _moment(self, text: str) -> datetime | None:
        """A time; nothing is decided by it, so one that is none is left out."""
        try:
            return moment_of(re.sub(r"(\.\d{1,6})\d*", r"\1", text), "", self.zone)
        except FieldRefused:
            self.warnings.append(f"{text[:40]!r} is no time; left out.")
            return None


_Maker = Callable[[int], LotDraft | ConsumptionDraft]


def _named(element: Element, *names: str) -> str:
    """The first of these that says something."""
    return next((text for name in names if (text := text_in(child(element, name)))), "")


def _demanded(element: Element, name: str) -> str:
    text = text_in(child(element, name))
    if not text:
        raise FieldRefused(name, "nothing", "the ID of the lot")
    return clean(text)


def _quantity(element: Element) -> tuple[Decimal | None, str]:
    """Exactly as written; None where none is given."""
    held = child(element, "Quantity")
    if held is None:
        return None, ""
    text, unit = text_in(child(held, "QuantityString")), text_in(child(held, "UnitOfMeasure"))
    if not text:
        return None, unit
    if not _NUMBER.fullmatch(text):
        raise FieldRefused("QuantityString", repr(text[:80]), "a number")
    return Decimal(text), unit


def _produced(element: Element) -> bool:
    use = text_in(child(element, "MaterialUse"))
    if not use and local(element) in ("MaterialConsumedActual", "MaterialProducedActual"):
        use = "produced" if "Produced" in local(element) else "consumed"
    word = use.lower()
    if word in _CONSUMED or word in _PRODUCED:
        return word in _PRODUCED
    raise FieldRefused("MaterialUse", repr(use[:80]) if use else "nothing", "Consumed or Produced")


def _location(element: Element) -> str:
    held = child(element, "StorageLocation", "Location")
    if held is None:
        return ""
    return _named(held, "EquipmentID", "ID") or text_in(held)


def _properties(element: Element, kind: str) -> dict[str, str | list[str]]:
    """Properties by their ID; several values of one in a list."""
    found: dict[str, str | list[str]] = {}
    for held in children(element, kind):
        values = list(_values(held))
        name = text_in(child(held, "ID"))
        if name and values:
            found[clean(name)] = values[0] if len(values) == 1 else values
    return found


def _values(held: Element) -> Iterator[str]:
    for value in children(held, "Value"):
        text, unit = text_in(child(value, "ValueString")), text_in(child(value, "UnitOfMeasure"))
        if text:
            yield clean(f"{text} {unit}")


def _canonical(properties: dict[str, str | list[str]]) -> str:
    return json.dumps(properties, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


# ---------------------------------------------------------------- the kind


def sniff(head: bytes, name: str) -> bool:
    """XML whose first element is in a namespace of B2MML."""
    root = root_of(head)
    return root is not None and "b2mml" in root.attributes.lower()


IMPORTER = Importer(
    name="b2mml",
    label="B2MML material lots and production (XML)",
    endings=(".xml",),
    sniff=sniff,
    read=read,
)
