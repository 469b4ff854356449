"""The control plan, with all columns of the AIAG form: how each thing is held where it is made."""

from collections.abc import Mapping
from typing import Any, TypedDict

from .frame import Doc, Signature
from .kind import Kind

# The columns of the form, AIAG control plan 1st ed. 2024; a spreadsheet has the same.
COLUMNS = (
    "Part / process number",
    "Process name / operation description",
    "Machine, device, jig, tools for manufacturing",
    "Characteristic no. (balloon)",
    "Product characteristic",
    "Process characteristic",
    "Special characteristic classification",
    "Product / process specification / tolerance",
    "Evaluation / measurement technique",
    "Sample size",
    "Sample frequency",
    "Control method (incl. error proofing)",
    "Reaction plan",
    "Reaction plan owner / responsible (2024 manual)",
)


class ControlLine(TypedDict):
    balloon: str
    product: str
    process: str
    special: str  # CC, SC; empty for neither
    spec: str
    technique: str
    size: str
    frequency: str
    method: str
    reaction: list[str]
    owner: str


class ControlledOperation(TypedDict):
    no: str
    name: str
    means: str
    rows: list[ControlLine]


class Plan(TypedDict):
    """``phases``: each with whether it is the one, or one of those, that the lines are for.
    ``header``: fields of the form and what stands in them."""

    phases: list[tuple[str, bool]]
    header: list[tuple[str, str]]
    gaps: list[str]
    operations: list[ControlledOperation]


class ControlPlan(TypedDict):
    doc: Doc
    plan: Plan
    signatures: list[Signature]


def pictures(_data: Mapping[str, Any]) -> dict[str, bytes]:
    return {}


KIND = Kind(name="control_plan", title="Control plan", shape=ControlPlan, pictures=pictures)
