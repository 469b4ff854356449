"""Values measured or set, as sensor reports, and back."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from firstoff.formats.events.epcis.extension import PREFIX
from firstoff.formats.events.epcis.happenings import Value
from firstoff.formats.events.epcis.naming import Naming
from firstoff.formats.events.epcis.times import time_of
from firstoff.formats.events.epcis.units import MEASURES, measure_of, unit_of
from firstoff.formats.events.epcis.values import SensorElement, SensorMetadata, SensorReport


@dataclass(frozen=True, slots=True)
class Values:
    """Values as sensor reports. A report names its characteristic and limits in our extension,
    and its element which list it is of; a report without a name goes by what it measures."""

    attribute: str
    timed: bool = False

    takes: ClassVar[tuple[str, ...]] = ()

    def say(self, happening: Any, naming: Naming) -> dict[str, Any]:
        values = getattr(happening, self.attribute)
        if not values:
            return {}
        element = SensorElement(
            sensor_metadata=_times(happening) if self.timed else None,
            sensor_report=tuple(_report(value) for value in values),
            extensions={f"{PREFIX}:list": self.attribute},
        )
        return {"sensor_element_list": (element,)}

    def hear(self, event: Any, naming: Naming) -> dict[str, Any]:
        found: list[Value] = []
        given: dict[str, Any] = {}
        for element in event.sensor_element_list or ():
            if element.extensions.get(f"{PREFIX}:list", self.attribute) != self.attribute:
                continue
            found += [_value(report) for report in element.sensor_report]
            metadata = element.sensor_metadata
            if self.timed and metadata and metadata.start_time:
                given["began_at"] = metadata.start_time.at
            if self.timed and metadata and metadata.end_time:
                given["ended_at"] = metadata.end_time.at
        return given | {self.attribute: tuple(found)}


def _times(happening: Any) -> SensorMetadata | None:
    began, ended = happening.began_at, happening.ended_at
    if began is None and ended is None:
        return None
    return SensorMetadata(
        start_time=time_of(began) if began else None,
        end_time=time_of(ended) if ended else None,
    )


_NAMES: dict[str, Callable[[Value], Any]] = {
    "name": lambda v: v.name,
    "unit": lambda v: v.unit,
    "lower": lambda v: v.lower,
    "upper": lambda v: v.upper,
    "outcome": lambda v: v.outcome,
    "phase": lambda v: v.phase,
}


def _report(value: Value) -> SensorReport:
    measure, uom = measure_of(value.unit)
    number = value.value if isinstance(value.value, Decimal) else None
    return SensorReport(
        type=measure,
        uom=uom,
        value=number,
        boolean_value=value.value if isinstance(value.value, bool) else None,
        string_value=value.value if isinstance(value.value, str) else None,
        extensions={
            f"{PREFIX}:{name}": said
            for name, get in _NAMES.items()
            if (said := get(value)) is not None and said != ""
        },
    )


def _value(report: SensorReport) -> Value:
    given = report.extensions
    found: Decimal | bool | str | None = report.value
    if found is None:
        found = report.boolean_value if report.boolean_value is not None else report.string_value
    unit = given.get(
        f"{PREFIX}:unit", "" if "firstoff:name" in given else unit_of(report.uom or "")
    )
    return Value(
        name=_text(given.get(f"{PREFIX}:name")) or MEASURES.short(report.type),
        value=found,
        unit=_text(unit),
        lower=_limit(given.get(f"{PREFIX}:lower")),
        upper=_limit(given.get(f"{PREFIX}:upper")),
        outcome=_text(given.get(f"{PREFIX}:outcome")),
        phase=_text(given.get(f"{PREFIX}:phase")),
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _limit(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        return None
    return Decimal(value) if isinstance(value, int) else value
