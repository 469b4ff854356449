"""Parts of a site, where they go, and how their revisions are labelled."""

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import Field

from firstoff.api.auth import actor
from firstoff.api.bom.shapes import (
    PART,
    LineAlternate,
    PartChange,
    PartIn,
    PartOut,
    UseOut,
    part_at,
    use_out,
)
from firstoff.api.pages import Page, page, window
from firstoff.queries import access
from firstoff.queries import bom as reads
from firstoff.queries import product as products
from firstoff.queries.product import PartView
from firstoff.rules.bom.lines import AlternateFacts
from firstoff.rules.product import LabelKind, Scheme
from firstoff.services import bom, product

router = Router()


class RevisionSchemeIn(Schema):
    name: str = Field(max_length=120)
    before_release: LabelKind = LabelKind.NUMERIC
    after_release: LabelKind = LabelKind.LETTERS
    prefix_before: str = Field("", max_length=8)
    skipped: str = Field("IOQSXZ", max_length=26, description="Letters that are not used")
    default: bool = Field(False, description="Of every part that names none")


class RevisionSchemeOut(RevisionSchemeIn):
    key: str = Field(description="Empty: the built-in one")


@router.get("/sites/{escaped:site}/parts", response=Page[PartOut], summary="Parts of a site")
def parts(
    request: HttpRequest,
    site: str,
    search: str = "",
    procurement: str = "",
    category: str = "",
    retired: str = "",
    cursor: str | None = None,
    limit: int = 50,
) -> dict[str, object]:
    """By number. `search` looks in number, name, value, description and manufacturer part
    numbers. `retired`: `with` or `only`."""
    by = actor(request)
    offset, size = window(cursor, limit)
    found, total = products.parts(
        by,
        site_id=access.site(by, site).id,
        search=search,
        procurement=procurement,
        category=category,
        retired=retired,
        offset=offset,
        limit=size,
    )
    return page(found, total, offset)


@router.post("/sites/{escaped:site}/parts", response={201: PartOut}, summary="Make a part")
def add_part(request: HttpRequest, site: str, payload: PartIn) -> Status[object]:
    by = actor(request)
    place = access.site(by, site)
    facts = payload.facts(payload.number, {})
    made = product.create_part(site_id=place.id, part=facts, by=by, at=timezone.now())
    return Status(201, products.part_by_id(by, made.pk))


@router.get(PART, response=PartOut, summary="One part")
def part(request: HttpRequest, site: str, part: str) -> PartView:
    return part_at(request, site, part)[1]


@router.put(PART, response=PartOut, summary="Change what a part says about itself")
def change_part(request: HttpRequest, site: str, part: str, payload: PartChange) -> PartView:
    by, found = part_at(request, site, part)
    facts = payload.facts(found.number, dict(found.attributes))
    product.update_part(part_id=found.id, part=facts, by=by, at=timezone.now())
    return products.part_by_id(by, found.id)


@router.post(f"{PART}/retire", response=PartOut, summary="Take a part out of use")
def retire(request: HttpRequest, site: str, part: str) -> PartView:
    """What refers to it stays (R-68)."""
    by, found = part_at(request, site, part)
    product.retire_part(part_id=found.id, by=by, at=timezone.now())
    return products.part_by_id(by, found.id)


@router.post(f"{PART}/reinstate", response=PartOut, summary="Take a part back into use")
def reinstate(request: HttpRequest, site: str, part: str) -> PartView:
    by, found = part_at(request, site, part)
    product.reinstate_part(part_id=found.id, by=by, at=timezone.now())
    return products.part_by_id(by, found.id)


@router.get(f"{PART}/where-used", response=Page[UseOut], summary="Where a part goes")
def where_used(
    request: HttpRequest, site: str, part: str, cursor: str | None = None, limit: int = 50
) -> dict[str, object]:
    """Every revision that holds it, through all levels."""
    by, found = part_at(request, site, part)
    offset, size = window(cursor, limit)
    uses = reads.where_used(by, found.id)
    return page([use_out(u) for u in uses[offset : offset + size]], len(uses), offset)


@router.put(f"{PART}/alternates", response=list[LineAlternate], summary="Set its alternates")
def alternates(
    request: HttpRequest, site: str, part: str, payload: list[LineAlternate]
) -> list[AlternateFacts]:
    """Parts that may stand for it wherever it is used: proposed, until approved (R-21)."""
    by, found = part_at(request, site, part)
    wanted = [AlternateFacts(a.part, a.rank, a.note) for a in payload]
    made = bom.set_alternates(part_id=found.id, alternates=wanted, by=by, at=timezone.now())
    return list(made)


@router.get(
    "/sites/{escaped:site}/revision-schemes",
    response=list[RevisionSchemeOut],
    summary="How revisions are labelled",
)
def revision_schemes(request: HttpRequest, site: str) -> list[dict[str, object]]:
    by = actor(request)
    found = products.schemes(by, access.site(by, site).id)
    return [_scheme(view.scheme, view.default) for view in found]


@router.put(
    "/sites/{escaped:site}/revision-schemes/{escaped:key}",
    response=RevisionSchemeOut,
    summary="Set how revisions are labelled",
)
def save_scheme(
    request: HttpRequest, site: str, key: str, payload: RevisionSchemeIn
) -> dict[str, object]:
    """Labels that are there stay."""
    by = actor(request)
    said = payload.dict()
    default = said.pop("default")
    scheme = Scheme(key, **said)
    place = access.site(by, site).id
    product.save_scheme(site_id=place, scheme=scheme, default=default, by=by, at=timezone.now())
    found = products.schemes(by, place)
    return next(_scheme(v.scheme, v.default) for v in found if v.scheme.key == key.strip())


def _scheme(scheme: Scheme, default: bool) -> dict[str, object]:
    names = ("key", "name", "before_release", "after_release", "prefix_before", "skipped")
    return {**{name: getattr(scheme, name) for name in names}, "default": default}
