"""Shapes of parts, revisions and lines. Quantities are exact texts."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from ninja import Schema
from pydantic import Field

from firstoff.api.auth import actor
from firstoff.errors import NotFound
from firstoff.queries import product as products
from firstoff.queries.bom import BomLineView, ExplodedLine, NeedView, UseView
from firstoff.queries.product import PartView
from firstoff.rules.access import Actor
from firstoff.rules.bom.comparing import LineDifference
from firstoff.rules.bom.lines import AlternateFacts, LineFacts
from firstoff.rules.product import PartFacts
from firstoff.terms import CharacteristicClass, Procurement, RevisionStatus

PART = "/sites/{escaped:site}/parts/{escaped:part}"
REVISION = PART + "/revisions/{escaped:revision}"


def exact(value: Decimal) -> str:
    return f"{value.normalize():f}"


class PartChange(Schema):
    name: str = Field(max_length=300)
    description: str = ""
    procurement: Procurement = Procurement.BUY
    unit: str = Field("", max_length=20, description="Pieces where it is empty")
    value: str = Field("", max_length=120, description="10 k, 100 nF")
    package: str = Field("", max_length=200, description="Footprint, size, thread")
    category: str = Field("", max_length=120)
    scheme: str = Field("", max_length=40, description="How its revisions are labelled")

    def facts(self, number: str, attributes: dict[str, Any]) -> PartFacts:
        said = {name: getattr(self, name) for name in PartChange.model_fields}
        return PartFacts(number=number, attributes=attributes, **said)


class PartIn(PartChange):
    number: str = Field(max_length=120, description="It stays")


class PartOut(Schema):
    """`revision` is the one that is meant where nobody says: the newest released, or else the
    newest draft."""

    site: str
    number: str
    name: str
    description: str
    procurement: Procurement
    unit: str
    value: str
    package: str
    category: str
    scheme: str
    retired_at: datetime | None
    revision: str
    status: RevisionStatus | None
    lines: int
    used_in: int = Field(description="Revisions that have a line of it")
    sources: int = Field(description="Manufacturer parts")
    programs: list[str]


class PartRevisionOut(Schema):
    label: str
    status: RevisionStatus
    released_at: datetime | None
    released_by: str
    note: str


class LineSourceOut(Schema):
    manufacturer: str
    mpn: str
    lifecycle: str
    rank: int = Field(description="1 is preferred; 0: nobody said")


class LineAlternate(Schema):
    """Another part for a line: proposed, until it is approved (R-21)."""

    part: str = Field(max_length=120)
    rank: int = 1
    note: str = ""


class LineAlternateOut(LineAlternate):
    name: str
    everywhere: bool = Field(description="Wherever the part is used, not on this line only")


class BomLineIn(Schema):
    part: str = Field(max_length=120, description="Its number")
    quantity: Decimal = Field(description="In one of the parent; as text it stays exact")
    find_number: str = Field("", max_length=20)
    child: str = Field(
        "", max_length=20, description="Label of the revision that goes in; empty: what is meant"
    )
    unit: str = Field("", max_length=20)
    designators: list[str] = Field([])
    not_fitted: list[str] = Field([], description="Those of `designators` that stay empty")
    fitted: bool = True
    classification: CharacteristicClass | None = None
    attrition: Decimal = Field(Decimal(0), description="Percent")
    setup_pieces: Decimal = Field(Decimal(0), description="Lost once a run")
    section: str = Field("", max_length=200)
    note: str = ""
    attributes: dict[str, Any] = Field({})
    alternates: list[LineAlternate] = Field([])

    def facts(self) -> LineFacts:
        said = {name: getattr(self, name) for name in BomLineIn.model_fields}
        said["designators"] = tuple(self.designators)
        said["not_fitted"] = tuple(self.not_fitted)
        said["alternates"] = tuple(AlternateFacts(a.part, a.rank, a.note) for a in self.alternates)
        return LineFacts(**said)


class BomLineOut(Schema):
    id: int = Field(description="Of the line while its revision is a draft")
    position: int
    find_number: str
    part: str
    name: str
    description: str
    value: str
    package: str
    procurement: Procurement
    quantity: str
    unit: str
    designators: list[str]
    not_fitted: list[str]
    fitted: bool
    classification: CharacteristicClass | None
    attrition: str
    setup_pieces: str
    section: str
    note: str
    attributes: dict[str, Any]
    child: str = Field(description="Label of the revision that goes in")
    child_status: RevisionStatus | None
    child_lines: int
    sources: list[LineSourceOut]
    alternates: list[LineAlternateOut]


def line_out(found: BomLineView) -> dict[str, Any]:
    names = (
        *("id", "position", "find_number", "description", "value", "package", "procurement"),
        *("unit", "designators", "not_fitted", "fitted", "classification", "section", "note"),
        *("attributes", "child_status", "child_lines"),
    )
    return {
        **{name: getattr(found, name) for name in names},
        "part": found.part_number,
        "name": found.part_name,
        "quantity": exact(found.quantity),
        "attrition": exact(found.attrition),
        "setup_pieces": exact(found.setup_pieces),
        "child": found.child_label,
        "sources": [
            {"manufacturer": s.manufacturer, "mpn": s.mpn, "lifecycle": s.lifecycle.value,
             "rank": s.rank}
            for s in found.sources
        ],
        "alternates": [
            {"part": a.number, "name": a.name, "rank": a.rank, "note": a.note,
             "everywhere": a.line_id is None}
            for a in found.alternates
        ],
    }  # fmt: skip


class ExplodedOut(Schema):
    level: int
    find_number: str
    part: str
    name: str
    procurement: Procurement
    child: str
    per: str = Field(description="In one of its parent")
    quantity: str = Field(description="For all that was asked, exactly")
    with_losses: str
    unit: str
    designators: list[str]
    leaf: bool


def exploded_out(found: ExplodedLine) -> dict[str, Any]:
    same = ("level", "find_number", "procurement", "unit", "designators", "leaf")
    return {
        **{name: getattr(found, name) for name in same},
        "part": found.part_number,
        "name": found.part_name,
        "child": found.child_label,
        "per": exact(found.per),
        "quantity": exact(found.quantity),
        "with_losses": exact(found.with_losses),
    }


class PartNeedOut(Schema):
    part: str
    name: str
    procurement: Procurement
    child: str
    quantity: str
    with_losses: str
    unit: str
    level: int
    leaf: bool


def need_out(found: NeedView) -> dict[str, Any]:
    return {
        **{name: getattr(found, name) for name in ("procurement", "unit", "level", "leaf")},
        "part": found.part_number,
        "name": found.part_name,
        "child": found.child_label,
        "quantity": exact(found.quantity),
        "with_losses": exact(found.with_losses),
    }


class UseOut(Schema):
    """A revision that holds the part, straight (level 1) or through what goes into it."""

    level: int
    part: str
    name: str
    revision: str
    status: RevisionStatus
    quantity: str = Field(description="In one of that revision, over all paths")
    lines: int
    find_numbers: list[str]
    designators: list[str]
    how: str = Field(description="line, alternate or variant")
    default: bool = Field(description="It is the revision that is meant now")
    programs: list[str]


def use_out(found: UseView) -> dict[str, Any]:
    same = ("level", "status", "lines", "find_numbers", "designators", "how", "default")
    return {
        **{name: getattr(found, name) for name in same},
        "programs": list(found.programs),
        "part": found.part_number,
        "name": found.part_name,
        "revision": found.label,
        "quantity": exact(found.quantity),
    }


class LineDifferenceOut(Schema):
    """One line of either list; `fields` by name: before, after."""

    change: str
    part: str
    find_number: str
    designators: list[str]
    before: str | None = Field(description="Quantity")
    after: str | None
    fields: dict[str, list[Any]]


def difference_out(found: LineDifference) -> dict[str, Any]:
    return {
        "change": found.change.value,
        "part": found.line.part,
        "find_number": found.line.find_number,
        "designators": list(found.line.designators),
        "before": None if found.before is None else exact(found.before.quantity),
        "after": None if found.after is None else exact(found.after.quantity),
        "fields": {name: [plain(a), plain(b)] for name, (a, b) in found.fields.items()},
    }


def plain(value: Any) -> Any:
    match value:
        case Decimal():
            return exact(value)
        case AlternateFacts():
            return value.part
        case tuple() | list():
            return [plain(one) for one in value]
        case None | bool() | int() | str() | dict():
            return value
    return str(value)


def part_at(request: HttpRequest, site: str, part: str) -> tuple[Actor, PartView]:
    by = actor(request)
    return by, products.part(by, site, part)


def revision_at(
    request: HttpRequest, site: str, part: str, revision: str
) -> tuple[Actor, PartView, int]:
    """Who asks, the part, and the key of its revision. Raises NotFound."""
    by, found = part_at(request, site, part)
    for one in products.part_revisions(found.id):
        if one.label == revision:
            return by, found, one.id
    raise NotFound(f"There is no revision {revision[:40]!r} of {found.number}.")
