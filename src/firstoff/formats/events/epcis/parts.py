"""What a happening says in EPCIS's own fields: one class a dimension, each both ways.

``say`` gives fields of an event, ``hear`` fields of a happening. What a part cannot say is kept as
an extension (see manufacture), so a part need not be complete, only right.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from firstoff.errors import InvalidInput
from firstoff.formats.events.epcis.happenings import LotPart, Procedure, UnitName
from firstoff.formats.events.epcis.naming import Naming
from firstoff.formats.events.epcis.units import code_of, unit_of
from firstoff.formats.events.epcis.values import (
    BizTransaction,
    Destination,
    PersistentDisposition,
    Place,
    Quantity,
    Source,
)
from firstoff.formats.events.epcis.vocabulary import DISPOSITION

Given = dict[str, Any]
_NUMBER = re.compile(r"-?[0-9]{1,9}")


class Part(Protocol):
    def say(self, happening: Any, naming: Naming) -> Given: ...

    def hear(self, event: Any, naming: Naming) -> Given: ...


# ---------------------------------------------------------------- objects


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit in a list of EPCs or as the parent; where it has no serial, its batch as a class."""

    field: str = "epc_list"
    classes: str = ""

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
            unit = naming.unit_of(uri)
            if unit is not None:
                return {"part": unit.part, "serial": unit.serial}
        for quantity in (getattr(event, self.classes) or ()) if self.classes else ():
            found = naming.lot_of(quantity.epc_class)
            if found is not None:
                return {"part": found[0], "batch": found[1]}
        return {}


@dataclass(frozen=True, slots=True)
class Child:
    """The subassembly of an installation."""

    def say(self, happening: Any, naming: Naming) -> Given:
        return {"child_epcs": (naming.unit(happening.child.part, happening.child.serial),)}

    def hear(self, event: Any, naming: Naming) -> Given:
        for uri in event.child_epcs or ():
            unit = naming.unit_of(uri)
            if unit is not None:
                return {"child": unit}
        return {}


@dataclass(frozen=True, slots=True)
class Many:
    """Units and packages in one list of EPCs; an empty list where ``kept``."""

    field: str = "epc_list"
    kept: bool = False

    def say(self, happening: Any, naming: Naming) -> Given:
        uris = [naming.unit(unit.part, unit.serial) for unit in happening.units]
        uris += [naming.package(name) for name in getattr(happening, "packages", ())]
        once = tuple(dict.fromkeys(uris))  # a list of EPCs holds each once
        return {self.field: once} if once or self.kept else {}

    def hear(self, event: Any, naming: Naming) -> Given:
        units: list[UnitName] = []
        packages: list[str] = []
        for uri in getattr(event, self.field) or ():
            unit, package = naming.unit_of(uri), naming.package_of(uri)
            if unit is not None:
                units.append(unit)
            elif package is not None:
                packages.append(package)
        return {"units": tuple(units), "packages": tuple(packages)}


@dataclass(frozen=True, slots=True)
class Container:
    """The package as the parent."""

    def say(self, happening: Any, naming: Naming) -> Given:
        return {"parent_id": naming.package(happening.package)}

    def hear(self, event: Any, naming: Naming) -> Given:
        name = naming.package_of(event.parent_id) if event.parent_id else None
        return {} if name is None else {"package": name}


@dataclass(frozen=True, slots=True)
class Position:
    """The place of a reel at an operation of a batch, as the asset it is fitted to."""

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

    def say(self, happening: Any, naming: Naming) -> Given:
        lots = getattr(happening, self.attribute)
        said = tuple(_quantity(naming, p.part, p.lot, p.quantity, p.unit) for p in lots)
        return {self.field: said} if said else {}

    def hear(self, event: Any, naming: Naming) -> Given:
        found = []
        for quantity in getattr(event, self.field) or ():
            named = naming.lot_of(quantity.epc_class)
            if named is not None:
                unit = unit_of(quantity.uom or "")
                found.append(LotPart(named[1], quantity.quantity, named[0], (), unit))
        return {self.attribute: tuple(found)}


@dataclass(frozen=True, slots=True)
class OneLot:
    """A lot as the only class; ``attribute`` names it."""

    field: str = "quantity_list"
    attribute: str = "lot"

    def say(self, happening: Any, naming: Naming) -> Given:
        lot = getattr(happening, self.attribute)
        if not lot:
            return {}
        quantity, unit = getattr(happening, "quantity", None), getattr(happening, "unit", "")
        return {self.field: (_quantity(naming, happening.part, lot, quantity, unit),)}

    def hear(self, event: Any, naming: Naming) -> Given:
        for quantity in getattr(event, self.field) or ():
            named = naming.lot_of(quantity.epc_class)
            if named is not None:
                part, lot = named
                unit = unit_of(quantity.uom or "")
                given = {"part": part, self.attribute: lot}
                return given | {"quantity": quantity.quantity, "unit": unit}
        return {}


def _quantity(
    naming: Naming, part: str, lot: str, quantity: Decimal | None, unit: str
) -> Quantity:
    uom = code_of(unit) if quantity is not None else None
    return Quantity(epc_class=naming.lot(part, lot), quantity=quantity, uom=uom)


@dataclass(frozen=True, slots=True)
class Build:
    """The transformation that a unit's or batch's consumptions are all part of."""

    def say(self, happening: Any, naming: Naming) -> Given:
        name = happening.serial or happening.batch
        return {"transformation_id": naming.thing("build", happening.part, name)}

    def hear(self, event: Any, naming: Naming) -> Given:
        return {}


# ---------------------------------------------------------------- where, who, which papers


@dataclass(frozen=True, slots=True)
class Spot:
    """The machine or station as the place where it was read."""

    attribute: str

    def say(self, happening: Any, naming: Naming) -> Given:
        name = getattr(happening, self.attribute)
        return {"read_point": Place(id=naming.thing("equipment", name))} if name else {}

    def hear(self, event: Any, naming: Naming) -> Given:
        names = naming.thing_of("equipment", event.read_point.id) if event.read_point else None
        return {self.attribute: names[0]} if names else {}


@dataclass(frozen=True, slots=True)
class Site:
    def say(self, happening: Any, naming: Naming) -> Given:
        return {"biz_location": Place(id=naming.site(happening.site))} if happening.site else {}

    def hear(self, event: Any, naming: Naming) -> Given:
        name = naming.site_of(event.biz_location.id) if event.biz_location else None
        return {"site": name} if name is not None else {}


@dataclass(frozen=True, slots=True)
class From:
    """Who it came from."""

    attribute: str

    def say(self, happening: Any, naming: Naming) -> Given:
        name = getattr(happening, self.attribute)
        uri = naming.thing(self.attribute, name)
        return {"source_list": (Source(type="possessing_party", source=uri),)} if name else {}

    def hear(self, event: Any, naming: Naming) -> Given:
        for source in event.source_list or ():
            names = naming.thing_of(self.attribute, source.source)
            if names:
                return {self.attribute: names[0]}
        return {}


@dataclass(frozen=True, slots=True)
class To:
    """Who it went to."""

    attribute: str

    def say(self, happening: Any, naming: Naming) -> Given:
        name = getattr(happening, self.attribute)
        uri = naming.thing(self.attribute, name)
        sent = Destination(type="possessing_party", destination=uri)
        return {"destination_list": (sent,)} if name else {}

    def hear(self, event: Any, naming: Naming) -> Given:
        for destination in event.destination_list or ():
            names = naming.thing_of(self.attribute, destination.destination)
            if names:
                return {self.attribute: names[0]}
        return {}


@dataclass(frozen=True, slots=True)
class Paper:
    """A business transaction that a text names: a shipment, an order, a receipt."""

    attribute: str
    type: str
    what: str

    def say(self, happening: Any, naming: Naming) -> Given:
        name = getattr(happening, self.attribute)
        if not name:
            return {}
        return _papers(self.type, naming.thing(self.what, name))

    def hear(self, event: Any, naming: Naming) -> Given:
        names = _heard_paper(event, naming, self.what)
        return {self.attribute: names[0]} if names else {}


@dataclass(frozen=True, slots=True)
class ByProcedure:
    """The test procedure, and the record as its result."""

    def say(self, happening: Any, naming: Naming) -> Given:
        done = _papers("testres", naming.thing("test", str(happening.id)))
        if happening.procedure is None:
            return done
        names = (happening.procedure.name, happening.procedure.version)
        procedure = _papers("testprd", naming.thing("procedure", *names))
        return {"biz_transaction_list": procedure["biz_transaction_list"] + _listed(done)}

    def hear(self, event: Any, naming: Naming) -> Given:
        names = _heard_paper(event, naming, "procedure")
        return {"procedure": Procedure(*names)} if names and len(names) == 2 else {}


def _listed(given: Given) -> tuple[BizTransaction, ...]:
    return tuple(given["biz_transaction_list"])


def _papers(type_: str, uri: str) -> Given:
    return {"biz_transaction_list": (BizTransaction(type=type_, biz_transaction=uri),)}


def _heard_paper(event: Any, naming: Naming, what: str) -> tuple[str, ...] | None:
    for paper in event.biz_transaction_list or ():
        names = naming.thing_of(what, paper.biz_transaction)
        if names:
            return names
    return None


@dataclass(frozen=True, slots=True)
class Batch:
    """The batch that a unit was born in, as master data of the unit."""

    def say(self, happening: Any, naming: Naming) -> Given:
        return {"ilmd": {"cbvmda:lotNumber": happening.batch}} if happening.batch else {}

    def hear(self, event: Any, naming: Naming) -> Given:
        batch = (event.ilmd or {}).get("cbvmda:lotNumber")
        return {"batch": batch} if isinstance(batch, str) else {}


# ---------------------------------------------------------------- how it came out


@dataclass(frozen=True, slots=True)
class Outcome:
    """Pass and fail as dispositions; an outcome that says nothing about the unit is none."""

    attribute: str = "outcome"

    def say(self, happening: Any, naming: Naming) -> Given:
        outcome = getattr(happening, self.attribute)
        found = {"pass": "conformant", "fail": "non_conformant"}.get(outcome)
        return {"disposition": found} if found else {}

    def hear(self, event: Any, naming: Naming) -> Given:
        found = {"conformant": "pass", "non_conformant": "fail"}.get(_disposition(event))
        return {self.attribute: found} if found else {}


@dataclass(frozen=True, slots=True)
class Recall:
    """What was held after it had left stays recalled until somebody unsets it."""

    def say(self, happening: Any, naming: Naming) -> Given:
        if not happening.recalled:
            return {"disposition": "unavailable"}
        lasting = PersistentDisposition(set=("recalled",))
        return {"disposition": "recalled", "persistent_disposition": lasting}

    def hear(self, event: Any, naming: Naming) -> Given:
        return {"recalled": _disposition(event) == "recalled"}


@dataclass(frozen=True, slots=True)
class Replacing:
    """A removal that another part takes the place of."""

    def say(self, happening: Any, naming: Naming) -> Given:
        return {"biz_step": "replacing" if happening.replaced_by else "removing"}

    def hear(self, event: Any, naming: Naming) -> Given:
        return {}


STATUS = {  # of a lot: action, step, disposition
    "accepted": ("OBSERVE", "accepting", "conformant"),
    "rejected": ("OBSERVE", "inspecting", "non_conformant"),
    "quarantine": ("OBSERVE", "holding", "unavailable"),
    "depleted": ("DELETE", "decommissioning", "inactive"),
}


@dataclass(frozen=True, slots=True)
class Status:
    def say(self, happening: Any, naming: Naming) -> Given:
        action, step, disposition = STATUS.get(happening.status, ("OBSERVE", "other", "unknown"))
        return {"action": action, "biz_step": step, "disposition": disposition}

    def hear(self, event: Any, naming: Naming) -> Given:
        for status, (_, _, disposition) in STATUS.items():
            if disposition == _disposition(event):
                return {"status": status}
        return {}


def _disposition(event: Any) -> str:
    return DISPOSITION.short(event.disposition or "")
