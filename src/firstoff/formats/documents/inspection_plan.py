"""An inspection plan as a form: what is looked at, on how many, with cells to fill."""

from collections.abc import Mapping
from typing import Any, TypedDict

from .frame import Doc, Signature
from .kind import Kind

COLUMNS = (
    "Balloon",
    "Characteristic",
    "Class",
    "Requirement",
    "Method",
    "Gauge",
    "Sample size",
    "Accept",
    "Sampling",
    "Reaction",
)
MOST_RESULTS = 20  # cells for single results; of a larger sample what failed is counted


class InspectionLine(TypedDict):
    balloon: str
    name: str
    grade: str  # critical, major, minor
    requirement: str
    method: str
    gauge: str
    sample: str
    accept: str
    own: str  # how it is sampled, where otherwise than the plan
    reaction: list[str]


class Inspection(TypedDict):
    """``lot``: the size that the sample is shown for. ``results``: cells for single results in a
    row; 0 asks how many failed."""

    part: str
    part_name: str
    revision: str
    kind: str
    sampling: str
    lot: str
    sample: str
    accept: str
    note: list[str]
    results: int
    lines: list[InspectionLine]


class InspectionPlan(TypedDict):
    doc: Doc
    inspection: Inspection
    signatures: list[Signature]


def pictures(_data: Mapping[str, Any]) -> dict[str, bytes]:
    return {}


KIND = Kind(
    name="inspection_plan", title="Inspection plan", shape=InspectionPlan, pictures=pictures
)
