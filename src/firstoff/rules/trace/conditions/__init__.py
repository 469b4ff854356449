"""What can be asked for: a condition is one file here and one line in ``CONDITIONS``.

Forms, the options of `firstoff where-used` and the API's description are built from the table;
how a condition is looked up stands under its kind in ``queries/trace/direct.py``.
"""

from firstoff.errors import InvalidInput
from firstoff.rules.trace.conditions.base import Condition, Field, FieldKind, Subject
from firstoff.rules.trace.conditions.baseline import Baseline
from firstoff.rules.trace.conditions.batch import Batch
from firstoff.rules.trace.conditions.customer import Customer
from firstoff.rules.trace.conditions.equipment import Equipment
from firstoff.rules.trace.conditions.gauge import Calibrated, Doubt, Gauge, doubt
from firstoff.rules.trace.conditions.instruction import Instruction
from firstoff.rules.trace.conditions.lot import Lot
from firstoff.rules.trace.conditions.mpn import ManufacturerPart
from firstoff.rules.trace.conditions.operator import Operator
from firstoff.rules.trace.conditions.package import Package
from firstoff.rules.trace.conditions.parameter import Parameter
from firstoff.rules.trace.conditions.procedure import Procedure
from firstoff.rules.trace.conditions.received import Received
from firstoff.rules.trace.conditions.serial import Serial, Span
from firstoff.rules.trace.conditions.shipment import Shipment
from firstoff.rules.trace.conditions.station import Station
from firstoff.rules.trace.conditions.supplier import Supplier
from firstoff.rules.trace.conditions.supplier_lot import SupplierLot

CONDITIONS: tuple[type[Condition], ...] = (
    Lot,
    SupplierLot,
    ManufacturerPart,
    Supplier,
    Received,
    Equipment,
    Gauge,
    Operator,
    Parameter,
    Station,
    Procedure,
    Baseline,
    Instruction,
    Batch,
    Serial,
    Package,
    Shipment,
    Customer,
)


def condition_kind(kind: object) -> type[Condition]:
    """The condition called so. Raises InvalidInput."""
    for found in CONDITIONS:
        if found.kind == kind:
            return found
    known = ", ".join(c.kind for c in CONDITIONS)
    raise InvalidInput(f"There is no condition {str(kind)[:60]!r}; there are {known}.")


__all__ = [
    "CONDITIONS",
    "Baseline",
    "Batch",
    "Calibrated",
    "Condition",
    "Customer",
    "Doubt",
    "Equipment",
    "Field",
    "FieldKind",
    "Gauge",
    "Instruction",
    "Lot",
    "ManufacturerPart",
    "Operator",
    "Package",
    "Parameter",
    "Procedure",
    "Received",
    "Serial",
    "Shipment",
    "Span",
    "Station",
    "Subject",
    "Supplier",
    "SupplierLot",
    "condition_kind",
    "doubt",
]
