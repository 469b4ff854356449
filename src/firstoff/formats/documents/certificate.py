"""The certificate of a signed-off process: one framed page."""

from collections.abc import Mapping
from typing import Any, TypedDict

from .frame import Doc, Product, Signature
from .kind import Kind
from .pictures import rosette


class Fact(TypedDict):
    name: str
    value: str


class Claim(TypedDict):
    """rate, low, high are fractions; the rest are clauses of the certificate's sentences."""

    product: Product
    committed: int
    scope: str  # the operations covered
    bar: str  # ``at most 1 reject in 20 units, locked 2026-03-06 15:42 UTC, before the ...``
    result: str  # ``1 reject in 20 counting units``
    rate: float
    low: float
    high: float
    confidence: float
    report: str  # number of the pilot report
    remarks: list[str]  # sentences: first article, batches tried
    ends: str  # what ends the sign-off: ``with the next change to tooling, ...``
    facts: list[Fact]  # batch, serial numbers, baseline ...


class Certificate(TypedDict):
    doc: Doc
    certificate: Claim
    signatures: list[Signature]


def pictures(data: Mapping[str, Any]) -> dict[str, bytes]:
    return {"rosette": rosette(data["doc"]["digest"])}


KIND = Kind(
    name="certificate",
    title="Process sign-off certificate",
    shape=Certificate,
    pictures=pictures,
)
