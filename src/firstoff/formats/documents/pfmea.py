"""The PFMEA of a process plan with the columns of the AIAG & VDA form (2019), steps 2 to 6."""

from collections.abc import Mapping
from typing import Any, TypedDict

from .frame import Doc, Signature
from .kind import Kind

# The columns of the form; a spreadsheet has the same, by step.
COLUMNS = (
    "Process item",
    "Process step (station no. and name)",
    "Process work element (4M)",
    "Function of process item",
    "Function of process step and product characteristic",
    "Function of work element and process characteristic",
    "Failure effect (FE)",
    "Severity S",
    "Failure mode (FM)",
    "Failure cause (FC)",
    "Current prevention control (PC) of FC",
    "Occurrence O",
    "Current detection control (DC) of FC or FM",
    "Detection D",
    "PFMEA AP",
    "Special characteristics",
    "Filter code",
    "Prevention action",
    "Detection action",
    "Responsible",
    "Target completion date",
    "Status",
    "Action taken with evidence",
    "Completion date",
    "S after",
    "O after",
    "D after",
    "AP after",
    "Remarks",
)


class FailureRow(TypedDict):
    """``structure``, ``function``: step, work element; texts of a cell. Ratings as text."""

    structure: list[str]
    function: list[str]
    effect: str
    s: str
    mode: str
    cause: str
    prevention: str
    o: str
    control: str
    d: str
    ap: str
    special: str
    open: bool
    action: list[str]
    owner: str
    due: str
    state: str
    taken: str
    after: str  # S O D as ``8 2 4``
    ap_after: str


class Pfmea(TypedDict):
    header: list[tuple[str, str]]
    high: int
    medium: int
    low: int
    unrated: int
    open: int
    rows: list[FailureRow]


class PfmeaDocument(TypedDict):
    doc: Doc
    pfmea: Pfmea
    signatures: list[Signature]


def pictures(_data: Mapping[str, Any]) -> dict[str, bytes]:
    return {}


KIND = Kind(name="pfmea", title="PFMEA", shape=PfmeaDocument, pictures=pictures)
