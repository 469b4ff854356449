"""What records name, gathered before anything is read: everything is then read at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from firstoff.errors import FirstoffError
from firstoff.rules.genealogy import (
    Calibrated,
    HasContents,
    Installed,
    LotMerged,
    LotReceived,
    LotSplit,
    OperationDone,
    Posted,
    Removed,
    UnitBegun,
    UnitName,
    Voided,
)
from firstoff.rules.genealogy.values import LONGEST


@dataclass(slots=True)
class Names:
    """Identifiers as the records have them, each once, in the order of their appearance."""

    parts: dict[str, None] = field(default_factory=dict)
    new_parts: dict[str, None] = field(default_factory=dict)  # taken on where nobody knows them
    batches: dict[str, None] = field(default_factory=dict)
    units: dict[tuple[str, str, str], None] = field(default_factory=dict)  # part, batch, serial
    children: dict[tuple[str, str, str], None] = field(default_factory=dict)  # of the above
    leaving: dict[tuple[str, str, str], None] = field(default_factory=dict)  # of the above
    lots: dict[str, None] = field(default_factory=dict)
    packages: dict[str, None] = field(default_factory=dict)
    shipments: dict[str, None] = field(default_factory=dict)
    customers: dict[str, None] = field(default_factory=dict)
    suppliers: dict[str, None] = field(default_factory=dict)
    sources: dict[tuple[str, str, str], None] = field(default_factory=dict)  # part, maker, MPN
    equipment: dict[str, None] = field(default_factory=dict)
    calibrated: dict[str, None] = field(default_factory=dict)  # of the equipment
    operators: dict[str, None] = field(default_factory=dict)
    procedures: dict[str, None] = field(default_factory=dict)
    voids: dict[UUID, None] = field(default_factory=dict)


def names_in(records: Sequence[Posted]) -> Names:
    names = Names()
    for record in records:
        _common(names, record)
        _unit_of(names, record)
        match record:
            case HasContents():
                _contents(names, record)
            case Installed() | Removed():
                _children(names, _fitted(record))
            case OperationDone():
                _children(names, [i.child for i in record.installs])
                _all(names.lots, (item.lot for item in record.consumes))
                _all(names.equipment, record.tools)
            case LotReceived() if _can_mean(record):
                names.new_parts[record.part] = None
                names.suppliers[record.supplier] = None
                names.sources[record.part, record.manufacturer, record.mpn] = None
            case LotSplit():
                _all(names.lots, (one.lot for one in record.into))
            case LotMerged():
                _all(names.lots, (record.into, *(one.lot for one in record.lots)))
            case Calibrated():
                names.calibrated[record.equipment] = None
            case UnitBegun() if not record.batch and _can_mean(record):
                names.new_parts[record.part] = None
            case _:
                _all(names.lots, (item.lot for item in getattr(record, "items", ())))
    return names


def _can_mean(record: Posted) -> bool:
    """Whether it says something: nothing is taken on for a record that is refused anyway."""
    try:
        record.check()
    except FirstoffError:
        return False
    return len(getattr(record, "part", "")) <= LONGEST


def _common(names: Names, record: Posted) -> None:
    for name, held in (
        ("part", names.parts),
        ("batch", names.batches),
        ("lot", names.lots),
        ("package", names.packages),
        ("shipment", names.shipments),
        ("customer", names.customers),
        ("equipment", names.equipment),
        ("operator", names.operators),
    ):
        found = getattr(record, name, "")
        if found:
            held[found] = None
    if isinstance(record, Voided):
        names.voids[record.supersedes] = None
    procedure = getattr(record, "procedure", None)
    if isinstance(procedure, str):
        names.procedures[procedure] = None


def _unit_of(names: Names, record: Posted) -> None:
    serial = getattr(record, "serial", "")
    if serial:
        names.units[getattr(record, "part", ""), getattr(record, "batch", ""), serial] = None


def _contents(names: Names, record: HasContents) -> None:
    for unit in record.units:
        key = (unit.part or record.part, "" if unit.part else record.batch, unit.serial)
        names.units[key] = names.leaving[key] = None
        names.parts[unit.part] = None
    _all(names.packages, record.packages)


def _children(names: Names, children: Iterable[UnitName]) -> None:
    for child in children:
        key = (child.part, "", child.serial)
        names.units[key] = names.children[key] = names.leaving[key] = None
        names.parts[child.part] = None


def _fitted(record: Installed | Removed) -> list[UnitName]:
    if isinstance(record, Removed) and record.replaced_by is not None:
        new = record.replaced_by
        return [record.child, UnitName(serial=new.serial, part=new.part or record.child.part)]
    return [record.child]


def _all(held: dict[str, None], found: Iterable[str]) -> None:
    held.update(dict.fromkeys(found))
