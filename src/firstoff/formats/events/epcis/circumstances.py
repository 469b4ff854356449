"""Where it happened, between whom, under which papers, and how it came out: parts of events."""

from dataclasses import dataclass
from typing import Any, ClassVar

from firstoff.formats.events.epcis.happenings import Procedure
from firstoff.formats.events.epcis.naming import Naming
from firstoff.formats.events.epcis.parts import Given
from firstoff.formats.events.epcis.values import (
    BizTransaction,
    Destination,
    PersistentDisposition,
    Place,
    Source,
)
from firstoff.formats.events.epcis.vocabulary import DISPOSITION


@dataclass(frozen=True, slots=True)
class Spot:
    """The machine or station as the place where it was read."""

    attribute: str

    takes: ClassVar[tuple[str, ...]] = ()

    def say(self, happening: Any, naming: Naming) -> Given:
        name = getattr(happening, self.attribute)
        return {"read_point": Place(id=naming.thing("equipment", name))} if name else {}

    def hear(self, event: Any, naming: Naming) -> Given:
        names = naming.thing_of("equipment", event.read_point.id) if event.read_point else None
        return {self.attribute: names[0]} if names else {}


@dataclass(frozen=True, slots=True)
class Site:
    takes: ClassVar[tuple[str, ...]] = ()

    def say(self, happening: Any, naming: Naming) -> Given:
        return {"biz_location": Place(id=naming.site(happening.site))} if happening.site else {}

    def hear(self, event: Any, naming: Naming) -> Given:
        name = naming.site_of(event.biz_location.id) if event.biz_location else None
        return {"site": name} if name is not None else {}


@dataclass(frozen=True, slots=True)
class From:
    """Who it came from."""

    attribute: str

    takes: ClassVar[tuple[str, ...]] = ()

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

    takes: ClassVar[tuple[str, ...]] = ()

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

    takes: ClassVar[tuple[str, ...]] = ()

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

    takes: ClassVar[tuple[str, ...]] = ()

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

    takes: ClassVar[tuple[str, ...]] = ()

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

    takes: ClassVar[tuple[str, ...]] = ()

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

    takes: ClassVar[tuple[str, ...]] = ()

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

    takes: ClassVar[tuple[str, ...]] = ()

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
    takes: ClassVar[tuple[str, ...]] = ()

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
