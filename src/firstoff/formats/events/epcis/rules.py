"""The mapping table: which happening is which event (R-65).

Source: GS1 EPCIS 2.0 and CBV 2.0 for the steps and dispositions of manufacturing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from firstoff.formats.events.epcis import happenings as h
from firstoff.formats.events.epcis.circumstances import (
    Batch,
    ByProcedure,
    From,
    Outcome,
    Paper,
    Recall,
    Replacing,
    Site,
    Spot,
    Status,
    To,
)
from firstoff.formats.events.epcis.parts import (
    Build,
    Child,
    Container,
    Lots,
    Machine,
    Many,
    Marked,
    OneLot,
    Part,
    Position,
    Unit,
)
from firstoff.formats.events.epcis.sensing import Values
from firstoff.formats.events.epcis.values import (
    AggregationEvent,
    AssociationEvent,
    ObjectEvent,
    StepEvent,
    TransformationEvent,
)
from firstoff.formats.events.epcis.vocabulary import BIZ_STEP, DISPOSITION


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table. ``fixed`` is what every event of it says; ``steps`` and
    ``dispositions`` by which others' events are heard as it (none: they are not); ``about`` the
    list that names what it is about, by which an event about many is taken apart; ``holds`` are
    fields of the happening without which EPCIS has no word for it: one of each group."""

    happening: type[h.Happening]
    event: Callable[..., Any]
    fixed: Mapping[str, str]
    parts: tuple[Part, ...]
    steps: tuple[str, ...] = ()
    dispositions: tuple[str, ...] = ()
    about: str = ""
    actions: tuple[str, ...] = ()
    holds: tuple[tuple[str, ...], ...] = ()

    def hears(self, event: StepEvent) -> bool:
        if type(event) is not self.event or not self.steps:
            return False
        actions = self.actions or tuple(filter(None, [self.fixed.get("action", "")]))
        return (
            BIZ_STEP.short(event.biz_step or "") in self.steps
            and (not actions or getattr(event, "action", "") in actions)
            and (
                not self.dispositions
                or DISPOSITION.short(event.disposition or "") in self.dispositions
            )
            and (not self.about or bool(getattr(event, self.about)))
        )

    def singles(self, event: StepEvent) -> list[StepEvent]:
        if not self.about:
            return [event]
        found = getattr(event, self.about)
        ones: list[dict[str, Any]] = [{self.about: (one,)} for one in found]
        return [replace(event, **one) for one in ones]

    @property
    def takes(self) -> set[str]:
        return {name for part in self.parts for name in part.takes}


def _object(step: str, disposition: str = "", action: str = "OBSERVE") -> dict[str, str]:
    said = {"action": action, "biz_step": step, "disposition": disposition}
    return {name: word for name, word in said.items() if word}


_UNIT = Unit()
_ANY_STEP = ("installing", "assembling")

_TABLE = (
    Rule(
        h.UnitBorn,
        ObjectEvent,
        _object("commissioning", "active", "ADD"),
        (_UNIT, Batch(), Spot("equipment"), Site()),
        steps=("commissioning",),
        about="epc_list",
    ),
    Rule(
        h.OperationDone,
        ObjectEvent,
        _object("assembling", "in_progress"),
        (
            Unit(classes="quantity_list"),
            Values("parameters", timed=True),
            Values("measures"),
            Spot("equipment"),
            Site(),
        ),
    ),
    Rule(
        h.Judged,
        ObjectEvent,
        _object("inspecting"),
        (_UNIT, Values("measures"), Outcome(), Site()),
    ),
    Rule(
        h.Tested,
        ObjectEvent,
        _object("inspecting"),
        (_UNIT, ByProcedure(), Values("values", timed=True), Outcome(), Spot("station"), Site()),
        steps=("inspecting", "sampling", "sensor_reporting"),
        about="epc_list",
    ),
    Rule(
        h.LotReceived,
        ObjectEvent,
        _object("receiving", "in_progress"),
        (OneLot(), From("supplier"), Paper("receipt", "recadv", "receipt"), Site()),
        steps=("receiving",),
        about="quantity_list",
        holds=(("lot",),),
    ),
    Rule(
        h.LotJudged,
        ObjectEvent,
        {},
        (OneLot(), Status(), Site()),
        steps=("accepting", "inspecting", "holding"),
        dispositions=("conformant", "non_conformant", "unavailable"),
        about="quantity_list",
        actions=("OBSERVE",),
        holds=(("lot",),),
    ),
    Rule(
        h.LotSplit,
        TransformationEvent,
        {"biz_step": "creating_class_instance"},
        (OneLot("input_quantity_list"), Lots("into", "output_quantity_list"), Site()),
        holds=(("lot",), ("into",)),
    ),
    Rule(
        h.LotsMerged,
        TransformationEvent,
        {"biz_step": "creating_class_instance"},
        (OneLot("output_quantity_list", "into"), Lots("lots", "input_quantity_list"), Site()),
        holds=(("lots",), ("into",)),
    ),
    Rule(
        h.LotAdjusted,
        ObjectEvent,
        _object("cycle_counting"),
        (OneLot(), Site()),
        holds=(("lot",),),
    ),
    Rule(
        h.Consumed,
        TransformationEvent,
        {"biz_step": "assembling", "disposition": "active"},
        (
            Unit("output_epc_list", "output_quantity_list"),
            Lots("items", "input_quantity_list"),
            Build(),
            Site(),
        ),
        steps=("assembling", "commissioning", "creating_class_instance"),
        about="output_epc_list",
    ),
    Rule(
        h.Loaded,
        AssociationEvent,
        {"action": "ADD", "biz_step": "installing", "disposition": "in_progress"},
        (Position(), OneLot("child_quantity_list"), Site()),
        holds=(("lot",),),
    ),
    Rule(
        h.Unloaded,
        AssociationEvent,
        {"action": "DELETE", "biz_step": "removing", "disposition": "in_progress"},
        (Position(), OneLot("child_quantity_list"), Site()),
    ),
    Rule(
        h.Installed,
        AssociationEvent,
        {"action": "ADD", "biz_step": "installing", "disposition": "in_progress"},
        (Unit("parent_id"), Child(), Site()),
        steps=_ANY_STEP,
        about="child_epcs",
    ),
    Rule(
        h.Removed,
        AssociationEvent,
        {"action": "DELETE", "disposition": "in_progress"},
        (Unit("parent_id"), Child(), Replacing(), Site()),
        steps=("removing", "replacing", "disassembling"),
        about="child_epcs",
    ),
    Rule(h.Reworked, ObjectEvent, _object("repairing", "in_progress"), (_UNIT, Site())),
    Rule(
        h.Repaired,
        ObjectEvent,
        _object("repairing", "in_progress"),
        (_UNIT, Site()),
        steps=("repairing",),
        about="epc_list",
    ),
    Rule(
        h.Scrapped,
        ObjectEvent,
        _object("destroying", "destroyed", "DELETE"),
        (_UNIT, Site()),
        steps=("destroying", "decommissioning", "killing"),
        about="epc_list",
    ),
    Rule(
        h.Packed,
        AggregationEvent,
        {"action": "ADD", "biz_step": "packing", "disposition": "container_closed"},
        (Container(), Many("child_epcs"), Site()),
        steps=("packing", "loading"),
        holds=(("units", "packages"),),
    ),
    Rule(
        h.Unpacked,
        AggregationEvent,
        {"action": "DELETE", "biz_step": "unpacking", "disposition": "in_progress"},
        (Container(), Many("child_epcs"), Site()),
        steps=("unpacking", "unloading"),
    ),
    Rule(
        h.Shipped,
        ObjectEvent,
        _object("shipping", "in_transit"),
        (
            Many(kept=True),
            Paper("shipment", "desadv", "shipment"),
            Paper("reference", "po", "order"),
            To("customer"),
            Site(),
        ),
        steps=("shipping",),
    ),
    Rule(
        h.ShipmentCancelled,
        ObjectEvent,
        _object("void_shipping", "in_progress"),
        (Many(kept=True), Paper("shipment", "desadv", "shipment"), To("customer"), Site()),
        steps=("void_shipping",),
    ),
    Rule(
        h.Returned,
        ObjectEvent,
        _object("receiving", "returned"),
        (_UNIT, From("customer"), Site()),
        steps=("receiving", "accepting"),
        dispositions=("returned",),
        about="epc_list",
    ),
    Rule(h.Labelled, ObjectEvent, _object("encoding", "encoded"), (Marked(), Site())),
    Rule(
        h.Calibrated,
        ObjectEvent,
        _object("inspecting"),
        (Machine(), Outcome("result"), Site()),
    ),
    Rule(
        h.Held,
        ObjectEvent,
        _object("holding"),
        (
            Many(kept=True),
            Lots("lots", "quantity_list"),
            Paper("containment", "firstoff:containment", "containment"),
            Recall(),
            Site(),
        ),
        steps=("holding",),
    ),
    Rule(
        h.Released,
        ObjectEvent,
        _object("accepting", "available"),
        (
            Many(kept=True),
            Lots("lots", "quantity_list"),
            Paper("containment", "firstoff:containment", "containment"),
            Site(),
        ),
        steps=("accepting", "storing"),
        dispositions=("available",),
    ),
)

# Fields that say what an event is about.
_WHAT = {
    "epc_list": "epcList",
    "quantity_list": "quantityList",
    "parent_id": "parentID",
    "child_epcs": "childEPCs",
    "child_quantity_list": "childQuantityList",
    "input_epc_list": "inputEPCList",
    "input_quantity_list": "inputQuantityList",
    "output_epc_list": "outputEPCList",
    "output_quantity_list": "outputQuantityList",
}


def passed_over(event: StepEvent, rules: list[Rule]) -> list[str]:
    """The fields of an event with something in them that none of the rules hears."""
    taken = {name for rule in rules for name in rule.takes}
    return [
        said for name, said in _WHAT.items() if name not in taken and getattr(event, name, None)
    ]


RULES: Mapping[type[h.Happening], Rule] = {rule.happening: rule for rule in _TABLE}


def rules_for(event: StepEvent) -> list[Rule]:
    """The rules by which an event of others is heard: the first that hears it; where units and
    lots are in one event, the first for each."""
    heard = [rule for rule in _TABLE if rule.hears(event)]
    first: dict[str, Rule] = {}
    # A rule that asks for a disposition says more than one that does not.
    for rule in sorted(heard, key=lambda rule: not rule.dispositions):
        first.setdefault(rule.about, rule)
    return list(first.values())
