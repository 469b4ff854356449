"""The batch record: what is complete, what is missing, how deep it traces; units folded."""

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

from firstoff.formats.charts import words

from . import serials
from .frame import Doc, Product, Signature
from .kind import Kind

LISTED = 300  # up to so many lots have a row each; beyond, those not accepted and a sum by part
NAMED = 40  # ranges of serials that one gap names


class Run(TypedDict):
    id: str
    kind: str
    line: str
    planned: int
    closed_at: str | None
    closed_by: str


class Deviation(TypedDict):
    """A gap accepted by signature."""

    said: str
    reason: str
    by: str
    at: str


class Gap(TypedDict):
    """units: serials, in the order of building; empty: about the run."""

    said: str
    rule: str
    way_out: str
    open: bool
    count: int
    units: list[str]
    deviations: list[Deviation]


class Section(TypedDict):
    title: str
    complete: int
    units: int
    gaps: list[Gap]


class Step(TypedDict):
    name: str  # M1 ... P4
    asks: str
    have: int
    of: int
    what: str
    held: bool
    missing: str
    example: str


class Level(TypedDict):
    title: str  # Material, Process
    level: str  # M3, or none
    steps: list[Step]


class Sentence(TypedDict):
    asks: str
    says: str
    shown: bool


class Lot(TypedDict):
    lot: str
    part: str
    maker: str
    supplier: str
    supplier_lot: str
    quantity: str
    units: int
    of_batch: bool
    first: str | None
    accepted: bool


class Equipment(TypedDict):
    """calibration: met, not_met, no_evidence, or none where nothing is asked."""

    code: str
    name: str
    kind: str
    units: int
    first: str
    last: str
    calibration: str | None
    sentence: str


class Test(TypedDict):
    procedure: str
    passed: int
    failed: int
    open: int
    tries: int


class Person(TypedDict):
    name: str
    units: int


class Parameter(TypedDict):
    operation: int
    name: str
    unit: str
    lower: str | None
    upper: str | None
    smallest: str
    largest: str
    readings: int
    outside: bool


class SetupLine(TypedDict):
    item: str
    value: str | None
    by: str | None
    at: str | None


class Adjustment(TypedDict):
    at: str
    what: str
    before: str
    after: str
    reason: str
    by: str


class Stage(TypedDict):
    what: str
    at: str
    by: str


class Record(TypedDict):
    headline: str
    complete: int
    units: int
    started: int
    sections: list[Section]
    levels: list[Level]
    statement: list[Sentence]
    lots: list[Lot]
    equipment: list[Equipment]
    tests: list[Test]
    people: list[Person]
    parameters: list[Parameter]
    setup: list[SetupLine]
    adjustments: list[Adjustment]
    stages: list[Stage]
    serials: list[str]  # of every unit, in the order of building


class BatchRecord(TypedDict):
    doc: Doc
    product: Product
    run: Run
    record: Record
    signatures: list[Signature]


def _no_pictures(data: Mapping[str, Any]) -> dict[str, bytes]:
    return {}


def arranged(data: Mapping[str, Any]) -> dict[str, Any]:
    """The data with long lists told briefly: serials as ranges, lots by part."""
    record = dict(data["record"])
    record["sections"] = [
        {**s, "gaps": [{**g, "units": _told(g["units"])} for g in s["gaps"]]}
        for s in record["sections"]
    ]
    lots = record["lots"]
    record["lot_count"] = len(lots)
    record["lots"] = lots
    record["lot_sums"] = []
    if len(lots) > LISTED:
        record["lots"] = [lot for lot in lots if not lot["accepted"]][:LISTED]
        record["lot_sums"] = _by_part(lots)
    record["serials"] = serials.told(record["serials"])
    return {**data, "record": record}


def _told(found: Sequence[str]) -> str:
    """Serials as ranges, the first of many."""
    ranges = serials.told(found).split(", ") if found else []
    if len(ranges) <= NAMED:
        return ", ".join(ranges)
    return f"{', '.join(ranges[:NAMED])} and {words.count(len(ranges) - NAMED)} more ranges"


def _by_part(lots: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for lot in lots:
        found.setdefault(lot["part"], []).append(lot)
    return [
        {
            "part": part,
            "lots": len(held),
            "accepted": sum(lot["accepted"] for lot in held),
            "codes": _told([lot["lot"] for lot in held]),
        }
        for part, held in sorted(found.items())
    ]


KIND = Kind(
    name="batch_record",
    title="Batch record",
    shape=BatchRecord,
    pictures=_no_pictures,
    arranged=arranged,
)
