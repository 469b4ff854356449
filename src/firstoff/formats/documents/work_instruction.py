"""The work instruction: an operation a chapter, its steps with picture, caution, tool, torque."""

from collections.abc import Mapping
from typing import Any, TypedDict

from .frame import Doc, Signature
from .kind import Kind


class Step(TypedDict):
    """``no`` is that of the operation and of the step: 60.1. Texts are empty where nothing is
    said. ``pictures`` name those given beside the data; one that is not there is framed."""

    no: str
    text: list[str]  # its lines
    caution: str
    tool: str
    torque: str
    setting: str
    check: str
    lacks: list[str]  # what it is marked to carry and does not
    pictures: list[str]


class Consumed(TypedDict):
    part: str
    name: str
    quantity: str


class Tool(TypedDict):
    code: str
    name: str


class Parameter(TypedDict):
    name: str
    limits: str
    recorded: bool


class Operation(TypedDict):
    """``waits``: what has to be done before it; empty where it may be first."""

    seq: str
    name: str
    station: str
    minutes: str
    training: str
    waits: str
    before: list[str]  # its lines
    caution: str
    parts: list[Consumed]
    tools: list[Tool]
    parameters: list[Parameter]
    steps: list[Step]


class Instructions(TypedDict):
    part: str
    part_name: str
    revision: str
    plan: str
    minutes: str  # of all operations; empty while one is missing
    operations: list[Operation]


class WorkInstruction(TypedDict):
    doc: Doc
    wi: Instructions
    signatures: list[Signature]


def pictures(_data: Mapping[str, Any]) -> dict[str, bytes]:
    return {}


KIND = Kind(
    name="work_instruction",
    title="Work instruction",
    shape=WorkInstruction,
    pictures=pictures,
)
