"""The plan in a QIF document (2.0 to 3.0): its characteristics with nominal, limits, unit, datums.

A characteristic is spread over three elements (definition, nominal, item); results point at items.
Names differ between versions, so elements are told by the end of their name, without namespace.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from xml.etree.ElementTree import Element

from firstoff.errors import InvalidInput
from firstoff.formats.sources import DEFAULT_LIMITS, Limits, RawSource, Source, opened
from firstoff.formats.testdata.assembling import decimal_of
from firstoff.formats.testdata.drafts import LimitsDraft
from firstoff.formats.testdata.qif_units import LINEAR, Units
from firstoff.formats.testdata.xmltext import child, children, elements, local, text_in

_ASPECT = re.compile(r"(\w+)Characteristic(Definition|Nominal|Item)")
_BONUS = {"MAXIMUM": "maximum material condition", "LEAST": "least material condition"}
_SAME_BY = ("uuid", "designator", "name")
_ROOT = frozenset(("QIFDocument",))


@dataclass(frozen=True, slots=True)
class QifCharacteristic:
    """One characteristic. ``designator`` is its balloon, ``kind`` the QIF word (Diameter).

    ``limits`` are of the value itself, whether the file gives limits or a tolerance about
    ``nominal``. ``rules`` say what limits cannot: a bonus, a fit, the values that pass. ``datums``
    are in order of precedence, with their modifier where they have one ("B (MAXIMUM)")."""

    id: str
    name: str
    designator: str
    uuid: str
    kind: str
    nominal: Decimal | None
    limits: LimitsDraft
    unit: str
    datums: tuple[str, ...]
    criticality: str
    rules: tuple[str, ...]
    note: str

    @property
    def label(self) -> str:
        return self.designator or self.name or f"{self.kind} {self.id}"


@dataclass(frozen=True, slots=True)
class QifPlan:
    """The characteristics of one document, and the labels of all its datums."""

    name: str
    qpid: str
    version: str
    part: str
    revision: str
    characteristics: tuple[QifCharacteristic, ...]
    datums: tuple[str, ...]
    warnings: tuple[str, ...]


class Counterparts:
    """Finds the characteristic of a plan that results speak of."""

    def __init__(self, plan: QifPlan) -> None:
        self.by: dict[tuple[str, str], list[QifCharacteristic]] = {}
        for each in plan.characteristics:
            for key in _SAME_BY:
                self.by.setdefault((key, getattr(each, key)), []).append(each)

    def of(self, found: QifCharacteristic) -> QifCharacteristic | None:
        """The same one in the plan: by UUID, else by designator, else by name."""
        for key in _SAME_BY:
            wanted = getattr(found, key)
            same = self.by.get((key, wanted), []) if wanted else []
            if len(same) == 1:
                return same[0]
        return None


def read_plan(raw: RawSource, *, name: str = "", limits: Limits = DEFAULT_LIMITS) -> QifPlan:
    """The plan of a QIF file, with or without results in it. Raises InvalidInput when the file is
    none, breaks off (with line and column) or declares entities."""
    with opened(raw, name=name, limits=limits) as source:
        return plan_of(document(source, limits), source.name)


def document(source: Source, limits: Limits) -> Element:
    """The root of a QIF document. Raises InvalidInput."""
    root = next(iter(elements(source, _ROOT, limits)), None)
    if root is None:
        raise InvalidInput(
            f"{source.name}: there is no <QIFDocument>; expected a QIF document.",
            code="not-qif",
            file=source.name,
            expected="a QIF document",
        )
    return root


def plan_of(root: Element, name: str) -> QifPlan:
    """The plan in a document that is read already."""
    reading = _Plan(root)
    part = reading.part()
    return QifPlan(
        name=name,
        qpid=qpid_of(root),
        version=root.get("versionQIF", ""),
        part=part_name(part),
        revision="" if part is None else text_in(child(part, "Version")),
        characteristics=tuple(reading.characteristics()),
        datums=tuple(reading.labels.values()),
        warnings=tuple(reading.warnings),
    )


def qpid_of(element: Element) -> str:
    """The universal id of a document or of results; "" where it has none."""
    for name in ("QPId", "ThisResultsInstanceQPId", "UUID"):
        if held := text_in(child(element, name)):
            return held
    version = child(element, "Version")
    return "" if version is None else text_in(child(version, "ThisInstanceQPId"))


def part_name(part: Element | None) -> str:
    """Name, model number or label of a part."""
    if part is None:
        return ""
    header = child(part, "Header")
    named = [text_in(child(part, name)) for name in ("Name", "ModelNumber")]
    named.append("" if header is None else text_in(child(header, "Name")))
    return next((name for name in (*named, part.get("label", "")) if name), "")


def inside(root: Element, *path: str) -> Iterable[Element]:
    """The elements within the first element at a path of names; none where it is not there."""
    found: Element | None = root
    for name in path:
        found = None if found is None else child(found, name)
    return () if found is None else found


def truth(element: Element | None) -> bool:
    return text_in(element) in ("true", "1")


@dataclass(slots=True)
class _Parts:
    """Definition, nominal and item of one characteristic, as far as the file has them."""

    definition: Element | None = None
    nominal: Element | None = None
    item: Element | None = None

    @property
    def held(self) -> list[Element]:
        """From the most particular to the most general."""
        return [each for each in (self.item, self.nominal, self.definition) if each is not None]

    def text(self, *names: str) -> str:
        found = (text_in(child(each, name)) for each in self.held for name in names)
        return next((text for text in found if text), "")

    def first(self, name: str) -> Element | None:
        found = (child(each, name) for each in self.held)
        return next((each for each in found if each is not None), None)


@dataclass(slots=True)
class _Plan:
    """One document being read as a plan."""

    root: Element
    warnings: list[str] = field(default_factory=list)
    units: Units = field(init=False)
    labels: Mapping[str, str] = field(init=False)  # id of a datum definition to its letter
    frames: Mapping[str, Element] = field(init=False)
    tolerances: Mapping[str, Element] = field(init=False)  # given once and pointed at

    def __post_init__(self) -> None:
        self.units = Units(self.root)
        self.labels = {
            each.get("id", ""): text_in(child(each, "DatumLabel"))
            for each in inside(self.root, "DatumDefinitions")
            if local(each) == "DatumDefinition"
        }
        self.frames = {
            each.get("id", ""): each for each in inside(self.root, "DatumReferenceFrames")
        }
        self.tolerances = {
            each.get("id", ""): each
            for each in self.root.iter()
            if local(each).endswith("ToleranceDefinition")
        }

    def part(self) -> Element | None:
        """The root part, else the first."""
        product = child(self.root, "Product")
        parts = [
            each
            for group in ("PartSet", "AssemblySet")
            for each in inside(self.root, "Product", group)
        ]
        root = None if product is None else child(product, "RootPart", "RootAssembly")
        wanted = "" if root is None else text_in(child(root, "Id"))
        chosen = [each for each in parts if each.get("id") == wanted]
        return next(iter(chosen or parts), None)

    def characteristics(self) -> list[QifCharacteristic]:
        """Items; where there are none, nominals; where there are none either, definitions."""
        held: dict[str, dict[str, Element]] = {"Definition": {}, "Nominal": {}, "Item": {}}
        for group in inside(self.root, "Characteristics"):
            for each in group:
                if match := _ASPECT.fullmatch(local(each)):
                    held[match[2]][each.get("id", "")] = each
        found = []
        for aspect in ("Item", "Nominal", "Definition"):
            if held[aspect]:
                found = [self._one(key, self._parts(each, aspect, held))
                         for key, each in held[aspect].items()]  # fmt: skip
                break
        return found

    def _parts(
        self, element: Element, aspect: str, held: Mapping[str, Mapping[str, Element]]
    ) -> _Parts:
        parts = _Parts(**{aspect.lower(): element})
        if parts.item is not None:
            wanted = text_in(child(parts.item, "CharacteristicNominalId"))
            parts.nominal = held["Nominal"].get(wanted)
        if parts.nominal is not None:
            wanted = text_in(child(parts.nominal, "CharacteristicDefinitionId"))
            parts.definition = held["Definition"].get(wanted)
        return parts

    def _one(self, key: str, parts: _Parts) -> QifCharacteristic:
        match = _ASPECT.fullmatch(local(parts.held[0]))
        kind = match[1] if match else ""
        designator = parts.first("CharacteristicDesignator")
        balloon = "" if designator is None else text_in(child(designator, "Designator"))
        uuid = "" if designator is None else text_in(child(designator, "UUID"))
        reading = _Requirement(parts, kind, self.units, self.tolerances)
        limits, rules = reading.read()
        name = parts.text("Name")
        named = balloon or name or f"{kind} {key}"
        self.warnings.extend(f"{named}: {sentence}" for sentence in reading.odd)
        return QifCharacteristic(
            id=key,
            name=name,
            designator=balloon,
            uuid=uuid
            or ("" if parts.item is None else text_in(child(parts.item, "QPId", "UUID"))),
            kind=kind,
            nominal=reading.nominal,
            limits=limits,
            unit=reading.unit,
            datums=self._datums(parts),
            criticality=_criticality(parts, designator),
            rules=tuple(rules),
            note=parts.text("Description"),
        )

    def _datums(self, parts: _Parts) -> tuple[str, ...]:
        frame = self.frames.get(parts.text("DatumReferenceFrameId"))
        datums = () if frame is None else inside(frame, "Datums")
        return tuple(found for each in datums if (found := self._datum(each)))

    def _datum(self, datum: Element) -> str:
        """A letter with its modifier; the letters of a common datum joined (A-B)."""
        letters, modifier = [], ""
        for each in datum.iter():
            if local(each) == "DatumDefinitionId":
                letters.append(self.labels.get(text_in(each), "?"))
            elif local(each) == "MaterialModifier" and text_in(each) in _BONUS:
                modifier = f" ({text_in(each)})"
        return "-".join(letters) + modifier if letters else ""


def _criticality(parts: _Parts, designator: Element | None) -> str:
    """The level of the designator (3.0), or the key characteristic's mark (2.0)."""
    for each in inside(designator, "Criticality") if designator is not None else ():
        if local(each) in ("LevelEnum", "OtherLevel"):
            return text_in(each)
    key = parts.first("KeyCharacteristic")
    return "" if key is None else text_in(child(key, "Designator")) or "key"


# ---------------------------------------------------------------- what is required


class _Requirement:
    """Nominal, limits and unit of one characteristic; ``odd`` says what contradicts itself."""

    def __init__(
        self, parts: _Parts, kind: str, units: Units, tolerances: Mapping[str, Element]
    ) -> None:
        self.parts, self.kind, self.units, self.tolerances = parts, kind, units, tolerances
        self.odd: list[str] = []
        self.quantity = units.quantity_of(kind)
        target = parts.first("TargetValue")
        self.nominal = None if target is None else decimal_of(text_in(target))
        self.unit = units.of(target, self.quantity)

    def read(self) -> tuple[LimitsDraft, list[str]]:
        rules = [*self._values(), *self._fit()]
        zone = self.parts.first("ToleranceValue")
        if zone is not None and (width := decimal_of(text_in(zone))) is not None:
            self.unit = self.units.of(zone, LINEAR) if self.unit == "" else self.unit
            return self._zone(width, rules), rules
        tolerance = self.parts.first("Tolerance")
        if tolerance is None:
            return LimitsDraft(), rules
        return self._tolerance(self._defined(tolerance)), rules

    def _zone(self, width: Decimal, rules: list[str]) -> LimitsDraft:
        """A tolerance zone: from 0 to its width; of a point, the deviation to either side."""
        condition = self.parts.text("MaterialCondition", "MaterialModifier")
        if condition in _BONUS:
            rules.append(f"the tolerance grows by the bonus at {_BONUS[condition]}")
        if self.kind != "PointProfile":
            return LimitsDraft(upper=width)
        outer = decimal_of(self.parts.text("OuterDisposition"))
        outer = width / 2 if outer is None else outer
        return LimitsDraft(lower=outer - width, upper=outer)

    def _defined(self, tolerance: Element) -> Element:
        """The tolerance itself, or the one it points at."""
        return self.tolerances.get(text_in(child(tolerance, "DefinitionId")), tolerance)

    def _tolerance(self, held: Element) -> LimitsDraft:
        high, low = child(held, "MaxValue"), child(held, "MinValue")
        upper, lower = decimal_of(text_in(high)), decimal_of(text_in(low))
        for each in (high, low):
            self.unit = self.unit or self.units.of(each, self.quantity)
        upper, lower = self._in_unit(high, upper), self._in_unit(low, lower)
        flag = child(held, "DefinedAsLimit")
        if flag is None or truth(flag) or self.nominal is None:
            return self._checked(lower, upper)
        if self._are_limits(lower, upper):
            self.odd.append(
                f"the tolerance {_shown(lower)} to {_shown(upper)} about {self.nominal} is read "
                "as limits, although DefinedAsLimit says it is none."
            )
            return self._checked(lower, upper)
        lower = None if lower is None else self.nominal + lower
        upper = None if upper is None else self.nominal + upper
        return self._checked(lower, upper)

    def _are_limits(self, lower: Decimal | None, upper: Decimal | None) -> bool:
        """Both on one side of zero and as large as the nominal itself: no tolerance is."""
        if lower is None or upper is None or not self.nominal:
            return False
        one_side = lower > 0 or upper < 0
        return one_side and min(abs(lower), abs(upper)) >= abs(self.nominal) / 2

    def _checked(self, lower: Decimal | None, upper: Decimal | None) -> LimitsDraft:
        if lower is not None and upper is not None and lower > upper:
            self.odd.append(f"the lower limit {lower} is above the upper limit {upper}.")
        elif self.nominal is not None and (
            (lower is not None and self.nominal < lower)
            or (upper is not None and self.nominal > upper)
        ):
            # A fit lies beside its nominal as well, but never far from it.
            far = max(abs(end) for end in (lower, upper) if end is not None)
            if abs(far - self.nominal) > abs(self.nominal) / 2:
                self.odd.append(
                    f"the nominal {self.nominal} is not within {_shown(lower)} to {_shown(upper)}."
                )
        return LimitsDraft(lower=lower, upper=upper)

    def _in_unit(self, element: Element | None, value: Decimal | None) -> Decimal | None:
        """A limit in the unit of the nominal; none where the units cannot be told exactly."""
        own = self.units.of(element, self.quantity)
        if value is None or own == self.unit or not own:
            return value
        found = self.units.converted(value, own, self.unit, self.quantity)
        if found is None:
            self.odd.append(
                f"the limit {value} {own} cannot be put into {self.unit} exactly; left out."
            )
        return found

    def _values(self) -> list[str]:
        """Values of an attribute that pass and that fail."""
        rules = []
        for name, word in (("PassValues", "passes"), ("FailValues", "fails")):
            held = self.parts.first(name)
            texts = [] if held is None else [text_in(e) for e in children(held, "StringValue")]
            if texts:
                rules.append(f"{word}: {', '.join(texts)}")
        return rules

    def _fit(self) -> list[str]:
        held = self.parts.first("LimitsAndFitsSpecification")
        texts = [] if held is None else [text_in(each) for each in held.iter()]
        said = " ".join(text for text in texts if text)
        return [f"fit {said}"] if said else []


def _shown(number: Decimal | None) -> str:
    return "none" if number is None else f"{number:f}"


def joined(
    own: QifCharacteristic, planned: QifCharacteristic | None
) -> tuple[QifCharacteristic, str]:
    """A characteristic of results with what its plan adds, and what the two do not agree on."""
    if planned is None:
        return own, ""
    none = LimitsDraft()
    odd = ""
    if own.limits not in (none, planned.limits) and planned.limits != none:
        odd = (
            f"{own.label}: limits {_ends(own.limits)} in the results, "
            f"{_ends(planned.limits)} in the plan."
        )
    found = replace(
        own,
        nominal=planned.nominal if own.nominal is None else own.nominal,
        limits=planned.limits if own.limits == none else own.limits,
        unit=own.unit or planned.unit,
        datums=own.datums or planned.datums,
        criticality=own.criticality or planned.criticality,
        rules=own.rules or planned.rules,
    )
    return found, odd


def _ends(limits: LimitsDraft) -> str:
    return f"{_shown(limits.lower)} to {_shown(limits.upper)}"
