"""Units of a QIF document: of an attribute, of the file's primary units, or of its other ones.

PMI units, where there are any, are those of all characteristics and their values (Units.xsd)."""

from collections.abc import Mapping
from decimal import Context, Decimal, Inexact
from xml.etree.ElementTree import Element

from firstoff.formats.testdata.assembling import decimal_of
from firstoff.formats.testdata.xmltext import child, local, text_in

LINEAR, ANGULAR = "Linear", "Angular"
_ANGLES = ("Angle", "AngleBetween", "AngleFrom", "AngularCoordinate", "UserDefinedAngular",
           "ConicalTaper")  # fmt: skip
_QUANTITIES = ("Area", "Force", "Mass", "Pressure", "Speed", "Temperature", "Time")
_NO_UNIT = ("UserDefinedAttribute", "UserDefinedUnit", "SurfaceTexture", "Thread")
_EXACT = Context(prec=40, traps=[Inexact])
# In metres; the inch of 1959.
_KNOWN: Mapping[str, Decimal] = {
    "m": Decimal(1), "meter": Decimal(1), "metre": Decimal(1),
    "cm": Decimal("0.01"), "centimeter": Decimal("0.01"), "centimetre": Decimal("0.01"),
    "mm": Decimal("0.001"), "millimeter": Decimal("0.001"), "millimetre": Decimal("0.001"),
    "um": Decimal("0.000001"), "µm": Decimal("0.000001"), "micrometer": Decimal("0.000001"),
    "micron": Decimal("0.000001"), "in": Decimal("0.0254"), "inch": Decimal("0.0254"),
    "ft": Decimal("0.3048"), "foot": Decimal("0.3048"),
}  # fmt: skip


class Units:
    """``of`` an element that holds a value: its own unit, else the file's for that quantity."""

    def __init__(self, root: Element) -> None:
        self.root = root
        self.primary: dict[str, str] = {}
        self.of_pmi: dict[str, str] = {}
        self.others: dict[str, list[str]] = {}
        self.factors: dict[str, Decimal] = {}
        files = child(root, "FileUnits")
        for group in () if files is None else files:
            for each in group:
                self._take(each, primary=local(group) == "PrimaryUnits")

    def _take(self, element: Element, *, primary: bool) -> None:
        quantity, name = local(element).removesuffix("Unit"), text_in(child(element, "UnitName"))
        if not name:
            return
        if quantity.startswith("PMI"):
            quantity = quantity.removeprefix("PMI")
            self.of_pmi[quantity] = name
        elif primary:
            self.primary[quantity] = name
        else:
            self.others.setdefault(quantity, []).append(name)
        conversion = child(element, "UnitConversion")
        factor = None if conversion is None else decimal_of(text_in(child(conversion, "Factor")))
        if factor and quantity == LINEAR:
            self.factors[name] = factor

    def quantity_of(self, kind: str) -> str:
        """What a kind of characteristic is measured in; "" for what has no unit of the file."""
        if kind in _ANGLES:
            return ANGULAR
        for quantity in _QUANTITIES:
            if kind == f"UserDefined{quantity}":
                return quantity
        return "" if kind in _NO_UNIT else LINEAR

    def of(self, element: Element | None, quantity: str) -> str:
        """The unit of a value; "" where nothing says it.

        A file that names no primary unit and one other for the quantity means that one."""
        if element is not None:
            named = {key.rpartition("}")[2]: value for key, value in element.attrib.items()}
            for key in (f"{quantity.lower()}Unit", "unitName"):
                if named.get(key):
                    return named[key]
        for units in (self.of_pmi, self.primary):
            if quantity in units:
                return units[quantity]
        others = self.others.get(quantity, [])
        return others[0] if len(others) == 1 else ""

    def converted(self, value: Decimal, own: str, wanted: str, quantity: str) -> Decimal | None:
        """A length in another unit, exactly; None where it has no end as a decimal."""
        first, second = self._factor(own), self._factor(wanted)
        if quantity != LINEAR or first is None or second is None:
            return None
        if first == second:  # mm and millimeter
            return value
        try:
            return _EXACT.divide(_EXACT.multiply(value, first), second)
        except Inexact:
            return None

    def _factor(self, name: str) -> Decimal | None:
        return self.factors.get(name, _KNOWN.get(name.lower()))
