"""Kinds of records: what each says, what it has to say, and why it may be refused.

A kind is one file and one line in ``KINDS``. The API's schema, the answers and the reference page
are built from it.
"""

from firstoff.rules.genealogy.calibration import Calibrated
from firstoff.rules.genealogy.consume import Consumed
from firstoff.rules.genealogy.file import FileHandedIn, check_whole
from firstoff.rules.genealogy.install import Installed, check_free, check_no_loop
from firstoff.rules.genealogy.label import Labelled, check_scan
from firstoff.rules.genealogy.labelling import (
    MOST_LABELS,
    PACKING,
    SERIES,
    SHIPMENTS,
    LabelWish,
    PackingStep,
    check_again,
    check_range,
    check_reprint,
    next_in_series,
    unverified_refusal,
)
from firstoff.rules.genealogy.load import Loaded
from firstoff.rules.genealogy.lot import Certificate, LotReceived
from firstoff.rules.genealogy.lot_adjust import LotCounted
from firstoff.rules.genealogy.lot_merge import LotMerged
from firstoff.rules.genealogy.lot_split import LotSplit
from firstoff.rules.genealogy.lot_status import LotDecided
from firstoff.rules.genealogy.operation import (
    ChildIn,
    DefectFound,
    Measure,
    OperationDone,
    Parameter,
)
from firstoff.rules.genealogy.pack import HasContents, Packed
from firstoff.rules.genealogy.remove import Removed, check_in
from firstoff.rules.genealogy.repair import Repaired
from firstoff.rules.genealogy.result import UnitResult
from firstoff.rules.genealogy.returned import Returned
from firstoff.rules.genealogy.rework import Reworked
from firstoff.rules.genealogy.scrap import Scrapped
from firstoff.rules.genealogy.ship import Shipped
from firstoff.rules.genealogy.ship_cancel import ShipmentCancelled
from firstoff.rules.genealogy.standing import (
    UnitStanding,
    leaving_refusals,
    place_refusal,
)
from firstoff.rules.genealogy.test import (
    FileOf,
    Line,
    ProcedureText,
    Tested,
    check_counts,
)
from firstoff.rules.genealogy.unit import UnitBegun
from firstoff.rules.genealogy.unload import Unloaded
from firstoff.rules.genealogy.unpack import Unpacked
from firstoff.rules.genealogy.values import Item, LotName, Posted, UnitName
from firstoff.rules.genealogy.void import Voided, check_voidable, moved_on

KINDS: tuple[type[Posted], ...] = (
    UnitBegun,
    OperationDone,
    UnitResult,
    Tested,
    LotReceived,
    LotDecided,
    LotSplit,
    LotMerged,
    LotCounted,
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
    FileHandedIn,
    Voided,
)


def kind_of(record: Posted | type[Posted]) -> str:
    """Its name in the ``kind`` field: ``consume``."""
    return str(record.__struct_config__.tag)


__all__ = [
    "KINDS",
    "MOST_LABELS",
    "PACKING",
    "SERIES",
    "SHIPMENTS",
    "Calibrated",
    "Certificate",
    "ChildIn",
    "Consumed",
    "DefectFound",
    "FileHandedIn",
    "FileOf",
    "HasContents",
    "Installed",
    "Item",
    "LabelWish",
    "Labelled",
    "Line",
    "Loaded",
    "LotCounted",
    "LotDecided",
    "LotMerged",
    "LotName",
    "LotReceived",
    "LotSplit",
    "Measure",
    "OperationDone",
    "Packed",
    "PackingStep",
    "Parameter",
    "Posted",
    "ProcedureText",
    "Removed",
    "Repaired",
    "Returned",
    "Reworked",
    "Scrapped",
    "ShipmentCancelled",
    "Shipped",
    "Tested",
    "UnitBegun",
    "UnitName",
    "UnitResult",
    "UnitStanding",
    "Unloaded",
    "Unpacked",
    "Voided",
    "check_again",
    "check_counts",
    "check_free",
    "check_in",
    "check_no_loop",
    "check_range",
    "check_reprint",
    "check_scan",
    "check_voidable",
    "check_whole",
    "kind_of",
    "leaving_refusals",
    "moved_on",
    "next_in_series",
    "place_refusal",
    "unverified_refusal",
]
