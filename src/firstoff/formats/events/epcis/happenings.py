"""What happened on the floor, as frozen values: one class a kind of record.

Names of fields are those of the records that stations and files hand in (docs/reference/records).
``id`` is the UUID of the record; ``at`` when it happened, with its offset; an empty text is "not
given". Quantities are exact decimals (R-67).
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar
from uuid import UUID


@dataclass(frozen=True, slots=True)
class UnitName:
    part: str
    serial: str


@dataclass(frozen=True, slots=True)
class File:
    """A certificate or an attachment by the SHA-256 of its content."""

    name: str
    sha256: str = ""
    media_type: str = ""


@dataclass(frozen=True, slots=True)
class LotPart:
    """So much of a lot. ``unit`` is the unit of the quantity ("kg"), none is a count."""

    lot: str
    quantity: Decimal | None = None
    part: str = ""
    designators: tuple[str, ...] = ()
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Value:
    """A value measured or set, and the limits it is held to."""

    name: str
    value: Decimal | bool | str | None = None
    unit: str = ""
    lower: Decimal | None = None
    upper: Decimal | None = None
    outcome: str = ""
    phase: str = ""


@dataclass(frozen=True, slots=True)
class Procedure:
    name: str
    version: str = ""


@dataclass(frozen=True, slots=True)
class Defect:
    code: str
    note: str = ""
    cause_class: str = ""
    cause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """What every record says."""

    kind: ClassVar[str] = ""
    id: UUID
    at: datetime
    operator: str = ""
    note: str = ""
    site: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfUnit(Happening):
    part: str = ""
    serial: str
    batch: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitBorn(_OfUnit):
    """A serial number begins, in a batch or as a part that came from elsewhere."""

    kind: ClassVar[str] = "unit"
    lot: str = ""
    equipment: str = ""
    instruction: str = ""
    previous_serial: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationDone(Happening):
    """An operation was done on a unit, or on a batch where no serial is given.

    What it consumed and installed are happenings of their own."""

    kind: ClassVar[str] = "operation"
    part: str = ""
    serial: str = ""
    batch: str = ""
    operation: int | None = None
    began_at: datetime | None = None
    ended_at: datetime | None = None
    equipment: str = ""
    tools: tuple[str, ...] = ()
    parameters: tuple[Value, ...] = ()
    instruction: str = ""
    outcome: str = ""
    defects: tuple[Defect, ...] = ()
    measures: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged(_OfUnit):
    """A unit was judged for fit, finish and function (R-34)."""

    kind: ClassVar[str] = "result"
    attempt: str = ""
    fit: str = ""
    finish: str = ""
    function: str = ""
    build_seconds: Decimal | None = None
    defects: tuple[Defect, ...] = ()
    measures: tuple[Value, ...] = ()

    @property
    def outcome(self) -> str:
        return outcome_of((self.fit, self.finish, self.function))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested(_OfUnit):
    """A unit was tested by a procedure: its values, and what came out."""

    kind: ClassVar[str] = "test"
    procedure: Procedure | None = None
    values: tuple[Value, ...] = ()
    outcome: str = ""
    station: str = ""
    began_at: datetime | None = None
    ended_at: datetime | None = None
    attachments: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LotReceived(Happening):
    """A lot of material came in."""

    kind: ClassVar[str] = "lot"
    part: str = ""
    lot: str
    quantity: Decimal | None = None
    unit: str = ""
    supplier: str = ""
    supplier_lot: str = ""
    date_code: str = ""
    manufacturer: str = ""
    mpn: str = ""
    certificate: File | None = None
    expires: date | None = None
    receipt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LotJudged(Happening):
    """A lot was accepted, rejected, put back in quarantine, or used up (``depleted``)."""

    kind: ClassVar[str] = "lot_status"
    part: str = ""
    lot: str
    status: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LotSplit(Happening):
    """A lot was parted into others."""

    kind: ClassVar[str] = "lot_split"
    part: str = ""
    lot: str
    into: tuple[LotPart, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LotsMerged(Happening):
    """Several lots were made one."""

    kind: ClassVar[str] = "lot_merge"
    part: str = ""
    lots: tuple[LotPart, ...]
    into: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LotAdjusted(Happening):
    """A lot was counted again: ``by`` is the difference."""

    kind: ClassVar[str] = "lot_adjust"
    part: str = ""
    lot: str
    by: Decimal
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _AtPlace(Happening):
    batch: str = ""
    operation: int | None = None
    position: str = ""
    lot: str = ""
    part: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded(_AtPlace):
    """A reel was put on its place: every unit at the operation carries it until the next scan."""

    kind: ClassVar[str] = "load"
    per_unit: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unloaded(_AtPlace):
    """A reel was taken off its place; whichever was there, where no lot is named."""

    kind: ClassVar[str] = "unload"


@dataclass(frozen=True, slots=True, kw_only=True)
class Consumed(Happening):
    """Lots went into a unit for good, or into a batch where no serial is given."""

    kind: ClassVar[str] = "consume"
    part: str = ""
    serial: str = ""
    batch: str = ""
    operation: int | None = None
    items: tuple[LotPart, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed(_OfUnit):
    """A serialised subassembly was fitted to a unit, from which it can be removed."""

    kind: ClassVar[str] = "install"
    child: UnitName
    position: str = ""
    operation: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed(_OfUnit):
    """A serialised subassembly was taken out of a unit."""

    kind: ClassVar[str] = "remove"
    child: UnitName
    position: str = ""
    operation: int | None = None
    reason: str = ""
    replaced_by: UnitName | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reworked(_OfUnit):
    """A unit goes back to an operation."""

    kind: ClassVar[str] = "rework"
    reason: str = ""
    from_operation: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Repaired(_OfUnit):
    """Something on a unit was repaired."""

    kind: ClassVar[str] = "repair"
    what: str = ""
    defect: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scrapped(_OfUnit):
    """A unit ended."""

    kind: ClassVar[str] = "scrap"
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfPackage(Happening):
    package: str
    package_kind: str = ""
    units: tuple[UnitName, ...] = ()
    packages: tuple[str, ...] = ()
    batch: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed(_OfPackage):
    """Units, or other packages, went into a carton or onto a pallet."""

    kind: ClassVar[str] = "pack"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpacked(_OfPackage):
    """They came out again; where none is named, all that were in it."""

    kind: ClassVar[str] = "unpack"
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipped(Happening):
    """Units and packages left for a customer."""

    kind: ClassVar[str] = "ship"
    shipment: str
    customer: str = ""
    units: tuple[UnitName, ...] = ()
    packages: tuple[str, ...] = ()
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentCancelled(Happening):
    """A shipment did not leave, or was called back; with what was in it, where that is known."""

    kind: ClassVar[str] = "ship_cancel"
    shipment: str
    customer: str = ""
    units: tuple[UnitName, ...] = ()
    packages: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned(_OfUnit):
    """A unit came back from the field."""

    kind: ClassVar[str] = "return"
    customer: str = ""
    failure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled(Happening):
    """A label was applied to a unit, a package or a batch, and scanned back (R-64)."""

    kind: ClassVar[str] = "label"
    part: str = ""
    serial: str = ""
    package: str = ""
    batch: str = ""
    template: str = ""
    expected: str = ""
    scanned: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibrated(Happening):
    """Equipment was calibrated."""

    kind: ClassVar[str] = "calibration"
    equipment: str
    result: str = ""
    as_left: str = ""
    due: date | None = None
    certificate: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held(Happening):
    """Units or lots may not be used, for a containment; ``recalled`` where they had left."""

    kind: ClassVar[str] = "hold"
    units: tuple[UnitName, ...] = ()
    lots: tuple[LotPart, ...] = ()
    containment: str = ""
    reason: str = ""
    recalled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Released(Happening):
    """Units or lots that were held may be used again."""

    kind: ClassVar[str] = "release"
    units: tuple[UnitName, ...] = ()
    lots: tuple[LotPart, ...] = ()
    containment: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Voided(Happening):
    """A record is wrong (``supersedes``); ``corrected_by`` are those that say it right."""

    kind: ClassVar[str] = "void"
    supersedes: UUID
    reason: str = ""
    corrected_by: tuple[UUID, ...] = ()


KINDS: tuple[type[Happening], ...] = (
    UnitBorn,
    OperationDone,
    Judged,
    Tested,
    LotReceived,
    LotJudged,
    LotSplit,
    LotsMerged,
    LotAdjusted,
    Consumed,
    Loaded,
    Unloaded,
    Installed,
    Removed,
    Reworked,
    Repaired,
    Scrapped,
    Packed,
    Unpacked,
    Shipped,
    ShipmentCancelled,
    Returned,
    Labelled,
    Calibrated,
    Held,
    Released,
    Voided,
)


def outcome_of(outcomes: tuple[str, ...]) -> str:
    """Failed where one of them is failed, passed where none is and one is passed, else empty."""
    for outcome in ("fail", "pass"):
        if outcome in outcomes:
            return outcome
    return ""
