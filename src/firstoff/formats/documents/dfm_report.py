"""The report of a review for manufacture: what was gone through, found, and what became of it."""

from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict

from .frame import Doc, Signature
from .kind import Kind


class DfmFinding(TypedDict):
    label: str
    category: str
    severity: str
    state: str
    open: bool
    text: list[str]
    proposal: list[str]
    late_cost: list[str]
    owner: str
    due: str
    answer: list[str]
    answered: str  # by whom, when; empty while nobody did


class DfmPoint(TypedDict):
    question: str
    answer: str  # empty: nobody answered


class DfmCategory(TypedDict):
    name: str
    points: list[DfmPoint]


class Review(TypedDict):
    number: str
    title: str
    revision: str
    held_on: str
    people: list[str]
    by: str
    left: int
    unwritten: NotRequired[int]  # points that came out as a finding nobody wrote
    open: int
    blockers: int
    findings: list[DfmFinding]
    checklist: list[DfmCategory]


class DfmReport(TypedDict):
    doc: Doc
    review: Review
    signatures: list[Signature]


def pictures(_data: Mapping[str, Any]) -> dict[str, bytes]:
    return {}


KIND = Kind(name="dfm_report", title="DFM report", shape=DfmReport, pictures=pictures)
