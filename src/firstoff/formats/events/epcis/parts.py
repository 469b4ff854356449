"""What a happening says in EPCIS's own fields: one class a dimension, each both ways.

``say`` gives fields of an event, ``hear`` fields of a happening. What a part cannot say is kept as
an extension (see manufacture), so a part need not be complete, only right.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar, Protocol, TypeVar

from firstoff.errors import InvalidInput
from firstoff.formats.events.epcis.extension import Misfit
from firstoff.formats.events.epcis.happenings import LotPart, UnitName
from firstoff.formats.events.epcis.naming import Naming
from firstoff.formats.events.epcis.units import code_of, unit_of
from firstoff.formats.events.epcis.values import Quantity

Given = dict[str, Any]
_NUMBER = re.compile(r"-?[0-9]{1,9}")


class Part(Protocol):
    """``takes`` are the fields of an event that say what it is about, as far as the part hears
    them; what is in a field that no part takes is not passed over in silence."""

    @property
    def takes(self) -> tuple[str, ...]: ...

    def say(self, happening: Any, naming: Naming) -> Given: ...

    def hear(self, event: Any, naming: Naming) -> Given: ...


Named = TypeVar("Named")


def _known(found: Named | None, uri: str, naming: Naming) -> Named:
    """Raises Misfit where a URI is nothing of ours: an event is heard whole or not at all."""
    if found is None:
        raise Misfit(naming.why_not(uri))
    return found


def _lot(naming: Naming, quantity: Quantity) -> tuple[str, str]:
    return _known(naming.lot_of(quantity.epc_class), quantity.epc_class, naming)


# ---------------------------------------------------------------- objects


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit in a list of EPCs or as the parent; where it has no serial, its batch as a class."""

    field: str = "epc_list"
    classes: str = ""

    @property
    def takes(self) -> tuple[str, ...]:
        return (self.field, self.classes)

    def say(self, happening: Any, naming: Naming) -> Given:
        if happening.serial or not self.classes:
            uri = naming.unit(happening.part, happening.serial)
            return {self.field: uri if self.field == "parent_id" else (uri,)}
        if not happening.batch:
            raise InvalidInput(
                f"The {happening.kind} of {happening.at.isoformat()} names neither a unit nor a "
                "batch; expected serial or batch.",
                field="serial",
            )
        return {self.classes: (Quantity(epc_class=naming.lot(happening.part, happening.batch)),)}

    def hear(self, event: Any, naming: Naming) -> Given:
        given = getattr(event, self.field) or ()
        for uri in (given,) if isinstance(given, str) else given:
            unit = _known(naming.unit_of(uri), uri, naming)
            return {"part": unit.part, "serial": unit.serial}
        for quantity in (getattr(event, self.classes) or ()) if self.classes else ():
            part, batch = _lot(naming, quantity)
            return {"part": part, "batch": batch}
        return {}


@dataclass(frozen=True, slots=True)
class Child:
    """The subassembly of an installation."""

    takes: ClassVar[tuple[str, ...]] = ("child_epcs",)

    def say(self, happening: Any, naming: Naming) -> Given:
        return {"child_epcs": (naming.unit(happening.child.part, happening.child.serial),)}

    def hear(self, event: Any, naming: Naming) -> Given:
        for uri in event.child_epcs or ():
            return {"child": _known(naming.unit_of(uri), uri, naming)}
        return {}


@dataclass(frozen=True, slots=True)
class Many:
    """Units and packages in one list of EPCs; an empty list where ``kept``."""

    field: str = "epc_list"
    kept: bool = False

    @property
    def takes(self) -> tuple[str, ...]:
        return (self.field,)

    def say(self, happening: Any, naming: Naming) -> Given:
        uris = [naming.unit(unit.part, unit.serial) for unit in happening.units]
        uris += [naming.package(name) for name in getattr(happening, "packages", ())]
        once = tuple(dict.fromkeys(uris))  # a list of EPCs holds each once
        return {self.field: once} if once or self.kept else {}

    def hear(self, event: Any, naming: Naming) -> Given:
        units: list[UnitName] = []
        packages: list[str] = []
        for uri in getattr(event, self.field) or ():
            package = naming.package_of(uri)
            if package is not None:
                packages.append(package)
            else:
                units.append(_known(naming.unit_of(uri), uri, naming))
        return {"units": tuple(units), "packages": tuple(packages)}


@dataclass(frozen=True, slots=True)
class Container:
    """The package as the parent."""

    takes: ClassVar[tuple[str, ...]] = ("parent_id",)

    def say(self, happening: Any, naming: Naming) -> Given:
        return {"parent_id": naming.package(happening.package)}

    def hear(self, event: Any, naming: Naming) -> Given:
        uri = event.parent_id
        return {"package": _known(naming.package_of(uri), uri, naming)} if uri else {}


@dataclass(frozen=True, slots=True)
class Position:
    """The place of a reel at an operation of a batch, as the asset it is fitted to."""

    takes: ClassVar[tuple[str, ...]] = ("parent_id",)

    def say(self, happening: Any, naming: Naming) -> Given:
        operation = "" if happening.operation is None else str(happening.operation)
        uri = naming.thing("position", happening.batch, operation, happening.position)
        return {"parent_id": uri}

    def hear(self, event: Any, naming: Naming) -> Given:
        names = naming.thing_of("position", event.parent_id) or ()
        if len(names) != 3:
            return {}
        batch, operation, position = names
        number = int(operation) if _NUMBER.fullmatch(operation) else None
        return {"batch": batch, "operation": number, "position": position}


@dataclass(frozen=True, slots=True)
class Machine:
    """Equipment that something happens to, not with."""

    takes: ClassVar[tuple[str, ...]] = ("epc_list",)

    def say(self, happening: Any, naming: Naming) -> Given:
        return {"epc_list": (naming.thing("asset", happening.equipment),)}

    def hear(self, event: Any, naming: Naming) -> Given:
        for uri in event.epc_list or ():
            names = naming.thing_of("asset", uri)
            if names:
                return {"equipment": names[0]}
        return {}


@dataclass(frozen=True, slots=True)
class Marked:
    """What carries a label: a package where one is named, else a unit, else a batch."""

    takes: ClassVar[tuple[str, ...]] = ("epc_list", "quantity_list")

    def say(self, happening: Any, naming: Naming) -> Given:
        if happening.package:
            return {"epc_list": (naming.package(happening.package),)}
        return Unit(classes="quantity_list").say(happening, naming)

    def hear(self, event: Any, naming: Naming) -> Given:
        for uri in event.epc_list or ():
            package = naming.package_of(uri)
            if package is not None:
                return {"package": package}
        return Unit(classes="quantity_list").hear(event, naming)


@dataclass(frozen=True, slots=True)
class Lots:
    """Lots with their quantities; a lot that does not say its part is of ``part`` itself."""

    attribute: str
    field: str

    @property
    def takes(self) -> tuple[str, ...]:
        return (self.field,)

    def say(self, happening: Any, naming: Naming) -> Given:
        lots = getattr(happening, self.attribute)
        said = tuple(_quantity(naming, p.part, p.lot, p.quantity, p.unit) for p in lots)
        return {self.field: said} if said else {}

    def hear(self, event: Any, naming: Naming) -> Given:
        found = []
        for quantity in getattr(event, self.field) or ():
            part, lot = _lot(naming, quantity)
            found.append(LotPart(lot, quantity.quantity, part, (), unit_of(quantity.uom or "")))
        return {self.attribute: tuple(found)}


@dataclass(frozen=True, slots=True)
class OneLot:
    """A lot as the only class; ``attribute`` names it."""

    field: str = "quantity_list"
    attribute: str = "lot"

    @property
    def takes(self) -> tuple[str, ...]:
        return (self.field,)

    def say(self, happening: Any, naming: Naming) -> Given:
        lot = getattr(happening, self.attribute)
        if not lot:
            return {}
        quantity, unit = getattr(happening, "quantity", None), getattr(happening, "unit", "")
        return {self.field: (_quantity(naming, happening.part, lot, quantity, unit),)}

    def hear(self, event: Any, naming: Naming) -> Given:
        for quantity in getattr(event, self.field) or ():
            part, lot = _lot(naming, quantity)
            given = {"part": part, self.attribute: lot, "quantity": quantity.quantity}
            return given | {"unit": unit_of(quantity.uom or "")}
        return {}


def _quantity(
    naming: Naming, part: str, lot: str, quantity: Decimal | None, unit: str
) -> Quantity:
    uom = code_of(unit) if quantity is not None else None
    return Quantity(epc_class=naming.lot(part, lot), quantity=quantity, uom=uom)


@dataclass(frozen=True, slots=True)
class Build:
    """The transformation that a unit's or batch's consumptions are all part of."""

    takes: ClassVar[tuple[str, ...]] = ()

    def say(self, happening: Any, naming: Naming) -> Given:
        name = happening.serial or happening.batch
        return {"transformation_id": naming.thing("build", happening.part, name)}

    def hear(self, event: Any, naming: Naming) -> Given:
        return {}
