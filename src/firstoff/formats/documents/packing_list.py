"""The packing list of a shipment: what is in which package, with every serial number."""

from collections.abc import Mapping
from typing import Any, TypedDict

from .frame import Doc
from .kind import Kind


class Line(TypedDict):
    """Units of one part and one batch in a package."""

    part: str
    name: str
    batch: str
    count: int
    serials: str  # runs of consecutive ones by their ends: documents.serials.told


class Package(TypedDict):
    """``code`` is empty for units that are in no package; ``pallet`` where it is on one."""

    code: str
    pallet: str
    count: int
    lines: list[Line]


class Shipment(TypedDict):
    code: str
    customer: str
    contact: str
    reference: str
    shipped_at: str
    by: str
    units: int
    pieces: int  # packages that a carrier handles: pallets, and cartons on none
    cancelled: bool
    packages: list[Package]


class PackingList(TypedDict):
    doc: Doc
    shipment: Shipment


def pictures(_data: Mapping[str, Any]) -> dict[str, bytes]:
    return {}


KIND = Kind(name="packing_list", title="Packing list", shape=PackingList, pictures=pictures)
