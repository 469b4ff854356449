"""Lines of a revision: read in pages or through all levels, set, compared; and its variants."""

from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import Field

from firstoff.api.bom.shapes import (
    REVISION,
    BomLineIn,
    BomLineOut,
    ExplodedOut,
    LineDifferenceOut,
    PartNeedOut,
    difference_out,
    exact,
    exploded_out,
    line_out,
    need_out,
    revision_at,
)
from firstoff.api.pages import Page, page, window
from firstoff.errors import InvalidInput
from firstoff.queries import bom as reads
from firstoff.queries import product as products
from firstoff.queries.bom import VariantView
from firstoff.rules.bom.lines import lines_state
from firstoff.rules.bom.variant_facts import ChangeFacts, VariantFacts
from firstoff.services import bom

router = Router()

LINES = f"{REVISION}/lines"
_LARGEST_NEED = Decimal(10) ** 12


class BomHeadOut(Schema):
    """`state`, where it was asked for, is what a change sends back as `seen`, so that nobody
    overwrites another."""

    part: str
    name: str
    revision: str
    status: str
    lines: int
    pieces: str
    designators: int
    do_not_populate: int
    do_not_populate_designators: int
    assemblies: int
    parts: int
    without_source: int
    state: str | None


class LinesIn(Schema):
    lines: list[BomLineIn]
    seen: str = Field("", description="`state` as it was when the lines were read")


class LinesOut(Schema):
    added: int
    changed: int
    removed: int
    same: int
    warnings: list[str]
    state: str


class ComparisonOut(Schema):
    before: str
    after: str
    compared: list[str]
    added: int
    changed: int
    removed: int
    same: int
    differences: list[LineDifferenceOut] = Field(description="Without lines that are the same")


class VariantChange(Schema):
    position: int = Field(description="Of the line, from 1")
    fitted: bool
    designator: str = Field("", description="Empty: the whole line")
    part: str = Field("", description="Another one")
    child: str = ""
    quantity: Decimal | None = None


class VariantIn(Schema):
    name: str = Field(max_length=200)
    changes: list[VariantChange] = Field([])


class VariantOut(Schema):
    code: str
    name: str
    pieces: str
    changes: list[VariantChange]


@router.get(f"{REVISION}/bom", response=BomHeadOut, summary="The figures of its lines")
def head(
    request: HttpRequest, site: str, part: str, revision: str, state: bool = False
) -> dict[str, Any]:
    """`state`: answer it too; it reads every line."""
    by, _, key = revision_at(request, site, part, revision)
    found = reads.head(by, key)
    same = ("lines", "designators", "do_not_populate", "do_not_populate_designators")
    more = ("assemblies", "parts", "without_source", "status")
    return {
        **{name: getattr(found, name) for name in (*same, *more)},
        "part": found.part_number,
        "name": found.part_name,
        "revision": found.label,
        "pieces": exact(found.pieces),
        "state": reads.state(by, key) if state else None,
    }


@router.get(LINES, response=Page[BomLineOut], summary="Lines of a revision")
def lines(
    request: HttpRequest,
    site: str,
    part: str,
    revision: str,
    search: str = "",
    only: str = "",
    variant: str = "",
    cursor: str | None = None,
    limit: int = 50,
) -> dict[str, object]:
    """In their order. `search`: part number, name, value, find number, MPN, a designator. `only`:
    `assemblies`, `not_fitted`, `critical` or `without_source`. `variant`: as that one has them."""
    by, _, key = revision_at(request, site, part, revision)
    offset, size = window(cursor, limit)
    if variant:
        whole = reads.variant_lines(by, key, variant)
        some = whole[offset : offset + size]
        return page([line_out(one) for one in some], len(whole), offset)
    found, total = reads.lines(by, key, search=search, only=only, offset=offset, limit=size)
    return page([line_out(one) for one in found], total, offset)


@router.put(LINES, response=LinesOut, summary="Set all lines of a draft")
def set_lines(
    request: HttpRequest, site: str, part: str, revision: str, payload: LinesIn
) -> dict[str, Any]:
    """All of it or nothing, in this order; what is not named goes."""
    by, _, key = revision_at(request, site, part, revision)
    done = bom.set_lines(
        revision_id=key,
        lines=[line.facts() for line in payload.lines],
        by=by,
        at=timezone.now(),
        seen=payload.seen,
    )
    counts = dict.fromkeys(("added", "changed", "removed", "same"), 0)
    for one in done.differences:
        counts[one.change.value] += 1
    warnings = [remark.sentence for remark in done.warnings]
    return {**counts, "warnings": warnings, "state": lines_state(done.lines)}


@router.get(f"{REVISION}/exploded", response=Page[ExplodedOut], summary="Through all levels")
def exploded(
    request: HttpRequest,
    site: str,
    part: str,
    revision: str,
    quantity: Decimal = Decimal(1),
    variant: str = "",
    cursor: str | None = None,
    limit: int = 50,
) -> dict[str, object]:
    """Every place in the tree with what is needed of it for so many of the top."""
    by, _, key = revision_at(request, site, part, revision)
    offset, size = window(cursor, limit)
    found = reads.explosion(by, key, _many(quantity), variant)
    some = found[offset : offset + size]
    return page([exploded_out(one) for one in some], len(found), offset)


@router.get(f"{REVISION}/needs", response=Page[PartNeedOut], summary="What is needed of each part")
def needs(
    request: HttpRequest,
    site: str,
    part: str,
    revision: str,
    quantity: Decimal = Decimal(1),
    variant: str = "",
    leaves: bool = True,
    cursor: str | None = None,
    limit: int = 50,
) -> dict[str, object]:
    """Over all levels, by part number. `leaves`: without the assemblies."""
    by, _, key = revision_at(request, site, part, revision)
    offset, size = window(cursor, limit)
    found = reads.needs_of(by, key, _many(quantity), variant, leaves=leaves)
    some = found[offset : offset + size]
    return page([need_out(one) for one in some], len(found), offset)


@router.get(f"{REVISION}/compare", response=ComparisonOut, summary="Two revisions side by side")
def compare(
    request: HttpRequest,
    site: str,
    part: str,
    revision: str,
    with_revision: str,
    with_part: str = "",
) -> dict[str, Any]:
    """What became of `with_revision`, of the same part or of `with_part`, in this one."""
    by, found, after = revision_at(request, site, part, revision)
    other = products.part(by, site, with_part) if with_part else found
    _, _, before = revision_at(request, site, other.number, with_revision)
    return comparison_out(reads.compare(by, before, after))


@router.get(f"{REVISION}/variants", response=list[VariantOut], summary="Variants of a revision")
def variants(request: HttpRequest, site: str, part: str, revision: str) -> list[dict[str, Any]]:
    by, _, key = revision_at(request, site, part, revision)
    return [_variant(view) for view in reads.variants(by, key)]


@router.put(REVISION + "/variants/{escaped:variant}", response=VariantOut, summary="Set a variant")
def set_variant(
    request: HttpRequest, site: str, part: str, revision: str, variant: str, payload: VariantIn
) -> dict[str, Any]:
    """With all that it changes: what is not named is as in the lines."""
    by, _, key = revision_at(request, site, part, revision)
    changes = tuple(ChangeFacts(**change.dict()) for change in payload.changes)
    wanted = VariantFacts(variant, payload.name, changes)
    made = bom.set_variant(revision_id=key, variant=wanted, by=by, at=timezone.now())
    views = reads.variants(by, key)
    return next(_variant(view) for view in views if view.facts.code == made.code)


@router.delete(
    REVISION + "/variants/{escaped:variant}", response={204: None}, summary="Take a variant out"
)
def remove_variant(
    request: HttpRequest, site: str, part: str, revision: str, variant: str
) -> Status[object]:
    by, _, key = revision_at(request, site, part, revision)
    bom.remove_variant(revision_id=key, code=variant, by=by, at=timezone.now())
    return Status(204, None)


def comparison_out(found: reads.BomComparison) -> dict[str, Any]:
    counts = dict.fromkeys(("added", "changed", "removed", "same"), 0)
    for one in found.differences:
        counts[one.change.value] += 1
    return {
        **counts,
        "before": found.before,
        "after": found.after,
        "compared": list(found.compared),
        "differences": [difference_out(one) for one in found.moved],
    }


def _variant(view: VariantView) -> dict[str, Any]:
    facts = view.facts
    changes = [
        {name: getattr(one, name) for name in VariantChange.model_fields} for one in facts.changes
    ]
    return {
        "code": facts.code,
        "name": facts.name,
        "pieces": exact(view.pieces),
        "changes": changes,
    }


def _many(quantity: Decimal) -> Decimal:
    if not quantity.is_finite() or not 0 < quantity < _LARGEST_NEED:
        raise InvalidInput(f"The quantity is {quantity}; expected above 0.", field="quantity")
    return quantity
