"""Messages of IPC-CFX as kinds of records: what happened to units, lots and places.

A message that says something no kind of record holds (a unit arrived, an operator signed on)
becomes a draft without a kind: it is counted, and nothing is recorded of it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from firstoff.formats.testdata.assembling import canonical
from firstoff.formats.testdata.cfx_message import (
    Carriers,
    Message,
    amount_at,
    identifier_at,
    number_at,
    object_in,
    objects_at,
    operator_of,
    outcome_of_word,
    record_id,
    shown,
    text_of,
    time_at,
)
from firstoff.formats.testdata.cfx_parts import (
    LOT,
    lot_of,
    lots_in,
    materials_in,
    named,
    needed,
    outcome_field,
    parameters_in,
    without_empty,
)
from firstoff.formats.testdata.drafts import RecordDraft
from firstoff.formats.testdata.openhtf_values import FieldRefused, Json
from firstoff.terms import TestOutcome

Said = tuple[str, dict[str, Any]]  # a kind of record, and its fields
# What says where units and people are, or asks a question: no kind of record holds it.
_SEEN = frozenset(
    ("UnitsArrived", "UnitsDeparted", "ValidateUnitsRequest", "ValidateUnitsResponse",
     "IdentifiersRead", "OperatorActivated", "OperatorDeactivated", "ActivitiesExecuted",
     "FaultOccurred", "FaultCleared", "WorkStarted", "WorkStageStarted", "WorkStageCompleted",
     "MaterialsChainSplit", "BlockMaterialsResponse")
)  # fmt: skip


@dataclass(slots=True)
class Work:
    """One transaction, as far as the file tells it."""

    began: datetime | None = None
    units: list[str] = field(default_factory=list)
    batch: str = ""
    recipe: str = ""
    completed: bool = False
    processed: dict[str, Json] = field(default_factory=dict)  # of each unit


class Happened:
    """The records of a file's messages, in their order. ``look`` at all of them first."""

    def __init__(self, carriers: Carriers, zone: ZoneInfo, warn: Callable[[str], None]) -> None:
        self.carriers, self.zone, self.warn = carriers, zone, warn
        self.works: dict[str, Work] = {}
        self.operators: dict[str, str] = {}  # who is signed on, by endpoint
        self.installed: set[str] = set()  # lots whose use is told by unit
        self.kinds: Mapping[str, Callable[[Message], Iterator[Said]]] = {
            "UnitsInitialized": self._initialized,
            "UnitsProcessed": self._processed,
            "WorkCompleted": self._completed,
            "MaterialsInstalled": self._installed,
            "MaterialsApplied": self._installed,
            "MaterialsUninstalled": self._uninstalled,
            "UnitsPersonalized": self._personalized,
            "UnitsRepaired": self._repaired,
            "UnitsDisqualified": self._disqualified,
            "MaterialsInitialized": self._lots,
            "MaterialsSplit": self._split,
            "MaterialsJoined": self._joined,
            "MaterialsConsumed": self._consumed,
            "MaterialsRetired": self._retired,
            "MaterialsLoaded": self._loaded,
            "BlockMaterialsRequest": self._blocked,
        }

    def knows(self, name: str) -> bool:
        return name in self.kinds or name in _SEEN

    def look(self, message: Message) -> None:
        """What later messages, or earlier ones, refer to."""
        self.carriers.see(message.body)
        if not (key := message.transaction()):
            return
        work = self.works.setdefault(key, Work())
        order = object_in(message.body, "WorkOrderIdentifier")
        work.batch = work.batch or text_of(order.get("Batch")) or text_of(order.get("WorkOrderId"))
        if message.name == "WorkStarted":
            work.began = message.at
            work.recipe = text_of(message.body.get("RecipeName"))
        work.completed = work.completed or message.name == "WorkCompleted"

    def take(self, message: Message) -> list[RecordDraft]:
        """The drafts of one message. Raises FieldRefused."""
        self._check_count(message)
        self._remember(message)
        said = list(self.kinds[message.name](message)) if message.name in self.kinds else []
        if not said:
            return self._seen(message)
        return [
            self._draft(message, place, kind, fields) for place, (kind, fields) in enumerate(said)
        ]

    def _draft(
        self, message: Message, place: int, kind: str, fields: dict[str, Any]
    ) -> RecordDraft:
        child = fields.get("child")
        text = canonical({name: value for name, value in fields.items() if value not in ("", [])})
        operator = operator_of(object_in(message.body, "RepairOperator"))
        return RecordDraft(
            row=message.row,
            kind=kind,
            message=message.full_name,
            serial=fields.get("serial", ""),
            lots=tuple(lots_in(fields)),
            child=child["serial"] if isinstance(child, dict) else "",
            at=message.at,
            station=message.source,
            operator=operator or self.operators.get(message.source, ""),
            fields=text,
            record_id=record_id(message, place, kind + text),
        )

    def _seen(self, message: Message) -> list[RecordDraft]:
        units = self._units(message) or [""]
        return [self._draft(message, n, "", {"serial": unit}) for n, unit in enumerate(units)]

    def _check_count(self, message: Message) -> None:
        given, units = message.body.get("UnitCount"), message.body.get("Units")
        if isinstance(given, int) and isinstance(units, list) and given != len(units):
            primary = message.body.get("PrimaryIdentifier")
            if units or not primary:
                self.warn(
                    f"Message {message.row}, {message.name}: UnitCount is {given}, and "
                    f"{len(units)} units are named."
                )

    def _remember(self, message: Message) -> None:
        if message.name == "OperatorActivated":
            person = operator_of(object_in(message.body, "Operator"))
            self.operators[message.source] = person
        elif message.name == "OperatorDeactivated":
            self.operators.pop(message.source, None)
        elif message.name == "WorkStarted" and (key := message.transaction()):
            self.works[key].units = self._units(message)
        elif message.name in ("MaterialsInstalled", "MaterialsApplied"):
            for each, _ in materials_in(message):
                self.installed.add(text_of(object_in(each, "Material").get("UniqueIdentifier")))

    def _units(self, message: Message) -> list[str]:
        """The units a message names; the primary identifier where it names none of its own."""
        held = list(objects_at(message.body.get("Units"), f"{message.path}.Units"))
        names = [self.carriers.serial(each, path) for each, path in held]
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            self.warn(f"Message {message.row}: {', '.join(sorted(twice))} is named twice.")
        primary = text_of(message.body.get("PrimaryIdentifier"))
        return list(dict.fromkeys(names)) or ([primary] if primary else [])

    # ------------------------------------------------------------ units

    def _initialized(self, message: Message) -> Iterator[Said]:
        order = object_in(message.body, "WorkOrderIdentifier")
        batch = text_of(order.get("Batch")) or text_of(order.get("WorkOrderId"))
        for serial in self._units(message):
            yield "unit", {"serial": serial, "note": f"work order {batch}" if batch else ""}

    def _processed(self, message: Message) -> Iterator[Said]:
        key = message.transaction()
        common = object_in(message.body, "CommonProcessData")
        path = f"{message.path}.UnitProcessData"
        whole = outcome_of_word(message.body.get("OverallResult"), f"{message.path}.OverallResult")
        held = list(objects_at(message.body.get("UnitProcessData"), path))
        work = self.works.get(key, Work())
        for each, where in held:
            serial = self.carriers.serial(each, where)
            given = outcome_of_word(each.get("UnitResult"), f"{where}.UnitResult")
            if whole is TestOutcome.PASS and given is TestOutcome.FAIL:
                self.warn(f"{serial}: OverallResult is Succeeded, and its UnitResult Failed.")
            fields = {
                "serial": serial,
                **outcome_field(given or whole),
                "parameters": [
                    *parameters_in(common),
                    *parameters_in(each.get("UnitProcessData")),
                ],
            }
            if work.completed:
                work.processed[serial] = fields  # told once, when the work is completed
            else:
                yield "operation", fields | self._times(message, work)
        if not held:
            for serial in work.units:
                fields = {
                    "serial": serial,
                    **outcome_field(whole),
                    "parameters": parameters_in(common),
                }
                if work.completed:
                    work.processed[serial] = fields
                else:
                    yield "operation", fields | self._times(message, work)

    def _completed(self, message: Message) -> Iterator[Said]:
        work = self.works.get(message.transaction(), Work())
        result = outcome_of_word(message.body.get("Result"), f"{message.path}.Result")
        units = self._units(message) or work.units
        if not units:
            self.warn(
                f"Message {message.row}, WorkCompleted: no unit is named here or by its "
                "WorkStarted; nothing is recorded of it."
            )
        for serial in units:
            fields = {"serial": serial, **outcome_field(result)}
            yield "operation", fields | self._times(message, work) | work.processed.get(serial, {})

    def _times(self, message: Message, work: Work) -> dict[str, Any]:
        if work.began and message.at and message.at < work.began:
            self.warn(f"Message {message.row}, {message.name}: it ended before it began.")
            return {}
        found = {"began_at": work.began, "ended_at": message.at}
        times: dict[str, Any] = {name: at.isoformat() for name, at in found.items() if at}
        return times | ({"note": f"recipe {work.recipe}"} if work.recipe else {})

    def _personalized(self, message: Message) -> Iterator[Said]:
        path = f"{message.path}.PersonalizedUnits"
        for each, where in objects_at(message.body.get("PersonalizedUnits"), path):
            said = [f"{text_of(one.get('Name'))}: {text_of(one.get('Value'))}"
                    for one, _ in objects_at(each.get("Characteristics"), where)]  # fmt: skip
            serial = self.carriers.serial(each, where)
            yield "operation", {"serial": serial, "outcome": "pass", "note": "; ".join(said)}

    def _repaired(self, message: Message) -> Iterator[Said]:
        path = f"{message.path}.RepairedUnits"
        for each, where in objects_at(message.body.get("RepairedUnits"), path):
            serial = self.carriers.serial(each, where)
            for repair, _ in objects_at(each.get("Repairs"), f"{where}.Repairs"):
                spot = text_of(object_in(repair, "ComponentOfInterest").get("ReferenceDesignator"))
                what = [text_of(repair.get("RepairName")) or "repair", spot]
                result = text_of(repair.get("Result"))
                related = repair.get("RelatedDefectIdentifiers")
                defects = related if isinstance(related, list) else []
                yield (
                    "repair",
                    {
                        "serial": serial,
                        "what": " ".join(word for word in what if word),
                        "reason": text_of(repair.get("Comments")),
                        "defect": ", ".join(map(text_of, defects)),
                        "note": "" if result == "RepairSuccessful" else result,
                    },
                )
            if text_of(each.get("OverallResult")) in ("Scrap", "UnableToRepair"):
                yield "scrap", {"serial": serial, "reason": text_of(each.get("OverallResult"))}

    def _disqualified(self, message: Message) -> Iterator[Said]:
        reason = [text_of(message.body.get(key)) for key in ("Reason", "Comments")]
        said = ": ".join(word for word in reason if word) or "disqualified"
        for serial in self._units(message):
            yield "scrap", {"serial": serial, "reason": said}

    # ------------------------------------------------------------ material in units

    def _installed(self, message: Message) -> Iterator[Said]:
        """Lots consumed into a unit; a serialised subassembly is installed."""
        for each, path in materials_in(message):
            serial = self.carriers.serial(each, path)
            material = object_in(each, "Material")
            part = text_of(material.get("InternalPartNumber"))
            places = list(
                objects_at(each.get("InstalledComponents"), f"{path}.InstalledComponents")
            )
            marks = [text_of(place.get("ReferenceDesignator")) for place, _ in places]
            children = [(text_of(place.get("InstalledUnitIdentifier")), name)
                        for (place, _), name in zip(places, marks, strict=True)]  # fmt: skip
            for child, name in children:
                if child:
                    yield (
                        "install",
                        {
                            "serial": serial,
                            "child": {"serial": child, "part": part},
                            "position": name,
                        },
                    )
            if places and all(child for child, _ in children):
                continue
            spots = [name for child, name in children if name and not child]
            amount = amount_at(each.get("QuantityInstalled"), f"{path}.QuantityInstalled")
            if amount and spots and number_at(amount, path) != len(spots):
                self.warn(
                    f"{serial}: QuantityInstalled of {named(material)} is {amount}, and "
                    f"{len(spots)} places are named."
                )
            lot = lot_of(material, f"{path}.Material")
            item = {"lot": lot, "part": part, "quantity": amount or str(len(spots) or 1),
                    "designators": spots}  # fmt: skip
            yield "consume", {"serial": serial, "items": [without_empty(item)]}

    def _uninstalled(self, message: Message) -> Iterator[Said]:
        for each, path in materials_in(message):
            serial = self.carriers.serial(each, path)
            material = object_in(each, "Material")
            part, reason = (text_of(held.get(key)) for held, key in
                            ((material, "InternalPartNumber"), (each, "Reason")))  # fmt: skip
            name = "UninstalledComponents"
            places = list(objects_at(each.get(name), f"{path}.{name}"))
            spots = []
            for place, _ in places:
                spot = text_of(place.get("ReferenceDesignator"))
                child = text_of(place.get("InstalledUnitIdentifier"))
                if child:
                    yield (
                        "remove",
                        {
                            "serial": serial,
                            "child": {"serial": child, "part": part},
                            "position": spot,
                            "reason": reason,
                        },
                    )
                else:
                    spots.append(spot)
            if spots or not places:
                amount = amount_at(each.get("QuantityUninstalled"), f"{path}.QuantityUninstalled")
                where = f" ({', '.join(spots)})" if any(spots) else ""
                what = f"took out {amount or len(spots)} of {named(material)}{where}"
                yield "repair", {"serial": serial, "what": what, "reason": reason}

    # ------------------------------------------------------------ lots

    def _lots(self, message: Message) -> Iterator[Said]:
        path = f"{message.path}.Materials"
        for each, where in objects_at(message.body.get("Materials"), path):
            lot = identifier_at(each.get("UniqueIdentifier"), f"{where}.UniqueIdentifier", LOT)
            first = number_at(each.get("InitialQuantity"), f"{where}.InitialQuantity")
            held = number_at(each.get("Quantity"), f"{where}.Quantity")
            if first is not None and held is not None and held > first:
                self.warn(f"{lot}: the quantity {held} is above the initial quantity {first}.")
            amount = amount_at(held if held is not None else first, where)
            made, ends = (time_at(each.get(key), f"{where}.{key}", self.zone)
                          for key in ("ManufactureDate", "ExpiryDate"))  # fmt: skip
            initial = amount_at(first, where)
            yield "lot", {
                "lot": lot,
                "part": text_of(each.get("InternalPartNumber")),
                "quantity": amount,
                "unit": text_of(each.get("Units")),
                "supplier": text_of(each.get("Vendor")),
                "supplier_lot": text_of(each.get("ManufacturerLotCode")),
                "date_code": f"{made:%Y-%m-%d}" if made else "",
                "mpn": text_of(each.get("ManufacturerPartNumber")),
                "manufacturer": text_of(each.get("Manufacturer"))
                if each.get("ManufacturerPartNumber") else "",
                "expires": f"{ends:%Y-%m-%d}" if ends else "",
                "note": f"initial quantity {initial}" if initial not in ("", amount) else "",
            }  # fmt: skip
            status = {"Blocked": "quarantine", "Depleted": "depleted"}.get(
                text_of(each.get("Status"))
            )
            if status:
                yield "lot_status", {"lot": lot, "status": status,
                                     "reason": text_of(each.get("Status"))}  # fmt: skip

    def _split(self, message: Message) -> Iterator[Said]:
        body, path = message.body, message.path
        names = ("SourceMaterialPackageIdentifier", "NewMaterialPackageIdentifier")
        source, new = (identifier_at(body.get(name), f"{path}.{name}", LOT) for name in names)
        amount = needed(body, "NewMaterialPackageQuantity", path)
        key = "SourceMaterialPackageRemainingQuantity"
        rest = amount_at(body.get(key), f"{path}.{key}")
        yield (
            "lot_split",
            {
                "lot": source,
                "into": [{"lot": new, "quantity": amount}],
                "note": f"{rest} remain" if rest else "",
            },
        )

    def _joined(self, message: Message) -> Iterator[Said]:
        """A chain of spliced packages goes by the identifier of its last."""
        body = message.body
        first, last = (
            object_in(body, f"{name}MaterialPackage") for name in ("Leading", "Trailing")
        )
        path = f"{message.path}.LeadingMaterialPackage"
        lead = lot_of(first, path)
        yield (
            "lot_merge",
            {
                "lots": [{"lot": lead, "quantity": needed(first, "Quantity", path)}],
                "into": lot_of(last, f"{message.path}.TrailingMaterialPackage"),
                "part": text_of(first.get("InternalPartNumber")),
                "reason": "spliced",
            },
        )

    def _consumed(self, message: Message) -> Iterator[Said]:
        """Used by the batch, unless its use is told by unit; spoiled is lost."""
        path = f"{message.path}.ConsumedMaterials"
        for each, where in objects_at(message.body.get("ConsumedMaterials"), path):
            package = object_in(object_in(each, "MaterialLocation"), "MaterialPackage")
            lot = lot_of(package, f"{where}.MaterialLocation.MaterialPackage")
            part = text_of(package.get("InternalPartNumber"))
            used, spoiled = (amount_at(each.get(key), f"{where}.{key}")
                             for key in ("QuantityUsed", "QuantitySpoiled"))  # fmt: skip
            if lot in self.installed:
                self.warn(f"{lot}: its use is told unit by unit; the {used or 0} used in all "
                          "are not recorded again.")  # fmt: skip
            elif used not in ("", "0"):
                item = {"lot": lot, "part": part, "quantity": used}
                yield "consume", {"items": [without_empty(item)]}
            if spoiled not in ("", "0"):
                yield "lot_adjust", {"lot": lot, "part": part, "by": f"-{spoiled}",
                                     "reason": "spoiled"}  # fmt: skip

    def _retired(self, message: Message) -> Iterator[Said]:
        path = f"{message.path}.Materials"
        for each, where in objects_at(message.body.get("Materials"), path):
            yield (
                "lot_status",
                {
                    "lot": lot_of(each, where),
                    "part": text_of(each.get("InternalPartNumber")),
                    "status": "depleted",
                    "reason": "retired",
                },
            )

    def _loaded(self, message: Message) -> Iterator[Said]:
        path = f"{message.path}.Materials"
        for each, where in objects_at(message.body.get("Materials"), path):
            package = object_in(each, "MaterialPackage")
            place = text_of(each.get("LocationIdentifier")) or text_of(each.get("LocationName"))
            yield (
                "load",
                {
                    "lot": lot_of(package, f"{where}.MaterialPackage"),
                    "part": text_of(package.get("InternalPartNumber")),
                    "position": place[:60],
                },
            )

    def _blocked(self, message: Message) -> Iterator[Said]:
        key = "MaterialPackageIdentifiers"
        names = message.body.get(key)
        if not isinstance(names, list):
            raise FieldRefused(f"{message.path}.{key}", shown(names), "a list")
        reason = [text_of(message.body.get(each)) for each in ("Reason", "Comments")]
        for place, name in enumerate(names):
            yield (
                "lot_status",
                {
                    "lot": identifier_at(name, f"{message.path}.{key}[{place}]", LOT),
                    "status": "quarantine",
                    "reason": ": ".join(word for word in reason if word),
                },
            )
