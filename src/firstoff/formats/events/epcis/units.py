"""Units as people write them, as UNECE Recommendation 20 codes, and what they measure.

A unit that is not here is written without a code; its text is kept beside.
Source: UNECE Recommendation 20; GS1 Web Vocabulary, measurement types.
"""

from firstoff.formats.events.epcis.extension import PREFIX
from firstoff.formats.events.epcis.vocabulary import MEASUREMENT as MEASURES

__all__ = ["MEASURES", "UNITS", "code_of", "measure_of", "unit_of"]

# unit: code, what it measures. The first of a code is the one it is read as.
UNITS: dict[str, tuple[str, str]] = {
    "pcs": ("H87", "Count"),
    "m": ("MTR", "Length"),
    "mm": ("MMT", "Length"),
    "cm": ("CMT", "Length"),
    "um": ("4H", "Length"),
    "µm": ("4H", "Length"),
    "in": ("INH", "Length"),
    "ft": ("FOT", "Length"),
    "mm2": ("MMK", "Area"),
    "m2": ("MTK", "Area"),
    "l": ("LTR", "Volume"),
    "L": ("LTR", "Volume"),
    "ml": ("MLT", "Volume"),
    "mL": ("MLT", "Volume"),
    "m3": ("MTQ", "Volume"),
    "kg": ("KGM", "Mass"),
    "g": ("GRM", "Mass"),
    "mg": ("MGM", "Mass"),
    "s": ("SEC", "Time"),
    "ms": ("C26", "Time"),
    "min": ("MIN", "Time"),
    "h": ("HUR", "Time"),
    "V": ("VLT", "Voltage"),
    "mV": ("2Z", "Voltage"),
    "kV": ("KVT", "Voltage"),
    "A": ("AMP", "ElectricCurrent"),
    "mA": ("4K", "ElectricCurrent"),
    "uA": ("B84", "ElectricCurrent"),
    "µA": ("B84", "ElectricCurrent"),
    "Ohm": ("OHM", "Resistance"),
    "ohm": ("OHM", "Resistance"),
    "Ω": ("OHM", "Resistance"),
    "kOhm": ("B49", "Resistance"),
    "kΩ": ("B49", "Resistance"),
    "MOhm": ("B75", "Resistance"),
    "MΩ": ("B75", "Resistance"),
    "F": ("FAR", "Capacitance"),
    "uF": ("4O", "Capacitance"),
    "µF": ("4O", "Capacitance"),
    "nF": ("C41", "Capacitance"),
    "pF": ("4T", "Capacitance"),
    "H": ("81", "Inductance"),
    "mH": ("C14", "Inductance"),
    "uH": ("B90", "Inductance"),
    "µH": ("B90", "Inductance"),
    "W": ("WTT", "Power"),
    "mW": ("C31", "Power"),
    "kW": ("KWT", "Power"),
    "J": ("JOU", "Energy"),
    "Hz": ("HTZ", "Frequency"),
    "kHz": ("KHZ", "Frequency"),
    "MHz": ("MHZ", "Frequency"),
    "GHz": ("A86", "Frequency"),
    "N": ("NEW", "Force"),
    "kN": ("B47", "Force"),
    "Nm": ("NU", "Torque"),
    "N·m": ("NU", "Torque"),
    "Pa": ("PAL", "Pressure"),
    "kPa": ("KPA", "Pressure"),
    "MPa": ("MPA", "Pressure"),
    "bar": ("BAR", "Pressure"),
    "°C": ("CEL", "Temperature"),
    "C": ("CEL", "Temperature"),
    "K": ("KEL", "Temperature"),
    "°F": ("FAH", "Temperature"),
    "deg": ("DD", "Angle"),
    "°": ("DD", "Angle"),
    "rad": ("C81", "Angle"),
    "lx": ("LUX", "Illuminance"),
    "lm": ("LUM", "LuminousFlux"),
    "cd": ("CDL", "LuminousIntensity"),
    "%": ("P1", "Dimensionless"),
    "1": ("C62", "Dimensionless"),
}
_READ: dict[str, str] = {}
for _unit, (_code, _) in UNITS.items():
    _READ.setdefault(_code, _unit)


def code_of(unit: str) -> str | None:
    """The code of a unit; none for a count, and where we know none."""
    found = UNITS.get(unit)
    return found[0] if found else None


def unit_of(code: str) -> str:
    """The unit of a code as people write it; the code itself where we know none."""
    return _READ.get(code, code)


def measure_of(unit: str) -> tuple[str, str | None]:
    """(measurement type, code) of a unit; a type of our own where we know none."""
    if not unit:
        return "Dimensionless", None
    code, measure = UNITS.get(unit, ("", f"{PREFIX}:measurement"))
    return measure, code or None
