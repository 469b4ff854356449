"""The test procedure: what is measured, within which limits, and when a unit has passed."""

from collections.abc import Mapping
from typing import Any, TypedDict

from .frame import Doc, Signature
from .kind import Kind


class TestStep(TypedDict):
    """``passes``: the limits, or what is expected. ``characteristic``: what it measures. Texts of
    several lines are lists of them."""

    no: str
    name: str
    instruction: list[str]
    passes: str
    characteristic: str


class Procedure(TypedDict):
    code: str
    part: str
    part_name: str
    revision: str
    purpose: list[str]
    equipment: list[str]
    pass_criteria: list[str]
    steps: list[TestStep]


class TestProcedure(TypedDict):
    doc: Doc
    procedure: Procedure
    signatures: list[Signature]


def pictures(_data: Mapping[str, Any]) -> dict[str, bytes]:
    return {}


KIND = Kind(
    name="test_procedure",
    title="Test procedure",
    shape=TestProcedure,
    pictures=pictures,
)
