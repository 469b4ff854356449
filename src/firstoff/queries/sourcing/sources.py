"""Manufacturer parts: the list of a site, one with its approvals, offers, declarations and lots;
alternates of a part with what was decided of them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import (
    Case,
    Count,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from firstoff.db.models import (
    Alternate,
    Approval,
    ComplianceDeclaration,
    ManufacturerPart,
    Offer,
    Part,
)
from firstoff.errors import NotFound
from firstoff.queries.sourcing.offers import OfferView, offers, standing
from firstoff.queries.sourcing.stock import StockLot, stock_lots
from firstoff.rules.access import Actor, require
from firstoff.rules.sourcing.approvals import ApprovalGiven, holding
from firstoff.terms import ApprovalDecision, ComplianceStatus, Lifecycle, RunKind


@dataclass(frozen=True, slots=True)
class ApprovalView:
    """A decision. ``holds``: nothing later for the same run kind took its place."""

    uid: str
    decision: ApprovalDecision
    run_kind: str
    form: bool
    fit: bool
    function: bool
    evidence: str
    document: str
    missing: tuple[str, ...]
    by: str
    at: datetime
    signed: bool
    holds: bool


@dataclass(frozen=True, slots=True)
class SourceView:
    """A manufacturer part. ``approved``: the kinds of run that it may go into; ``qualified``:
    those for which form, fit, function and evidence are given (R-21)."""

    id: int
    part: str
    part_name: str
    manufacturer: str
    mpn: str
    lifecycle: Lifecycle
    rank: int
    last_buy: date | None
    description: str
    retired_at: datetime | None
    approved: tuple[RunKind, ...]
    qualified: tuple[RunKind, ...]
    proposed: bool
    offers: int

    @property
    def name(self) -> str:
        return f"{self.manufacturer} {self.mpn}".strip()

    @property
    def standing(self) -> str:
        """approved, qualified, proposed, or none."""
        if self.approved:
            return "qualified" if set(self.qualified) == set(self.approved) else "approved"
        return "proposed" if self.proposed else "none"


@dataclass(frozen=True, slots=True)
class DeclarationView:
    uid: str
    part: str
    manufacturer: str
    mpn: str
    scheme: str
    status: ComplianceStatus
    reference: str
    document: str
    declared_on: date
    expires: date | None
    expired: bool
    holds: bool
    by: str


@dataclass(frozen=True, slots=True)
class AlternateStanding:
    """Another part that may stand for one. ``line``: on that BOM line only; None: everywhere."""

    part: str
    alternate: str
    name: str
    line: int | None
    where: str
    rank: int
    note: str
    approved: tuple[RunKind, ...]
    qualified: tuple[RunKind, ...]
    approvals: tuple[ApprovalView, ...]


@dataclass(frozen=True, slots=True)
class SourcePage:
    """Everything about one manufacturer part."""

    source: SourceView
    others: tuple[SourceView, ...]  # of the same part
    approvals: tuple[ApprovalView, ...]  # the newest first
    offers: tuple[OfferView, ...]
    declarations: tuple[DeclarationView, ...]
    lots: tuple[StockLot, ...]
    alternates: tuple[AlternateStanding, ...]


def sources(
    actor: Actor,
    site_id: int,
    *,
    search: str = "",
    part: str = "",
    state: str = "",
    retired: bool = False,
    offset: int = 0,
    limit: int = 50,
) -> tuple[tuple[SourceView, ...], int]:
    """Manufacturer parts of a site by part and rank, and how many. Three queries.

    search: how a part, an MPN or a manufacturer begins. state: ``open`` for those on which
    nothing was decided.
    """
    require(actor, "see", site_id)
    rows = ManufacturerPart.objects.filter(part__site=site_id)
    if part:
        rows = rows.filter(part__number=part)
    if not retired:
        rows = rows.filter(retired_at__isnull=True)
    if state == "open":
        rows = rows.filter(approvals__isnull=True)
    if search:
        rows = rows.filter(
            Q(part__number__istartswith=search)
            | Q(mpn__istartswith=search)
            | Q(manufacturer__istartswith=search)
        )
    ordered = rows.select_related("part").order_by("part__number", _preferred(), "pk")
    page = list(ordered.annotate(n=_offers())[offset : offset + limit])
    return _views(page), rows.count()


def source(actor: Actor, site_id: int, part: str, manufacturer: str, mpn: str) -> SourceView:
    """One manufacturer part; without the manufacturer where only one has the MPN. Raises NotFound.
    Two queries."""
    require(actor, "see", site_id)
    rows = ManufacturerPart.objects.filter(part__site=site_id, part__number=part, mpn=mpn)
    if manufacturer:
        rows = rows.filter(manufacturer__iexact=manufacturer)
    found = list(rows.select_related("part").annotate(n=_offers()).order_by("pk")[:2])
    if len(found) != 1:
        named = f"{manufacturer} {mpn}".strip()
        raise NotFound(f"Part {part[:120]} has no single source {named[:200]!r} here.")
    return _views(found)[0]


def approval(actor: Actor, site_id: int, key: int) -> ApprovalView:
    """One decision by its key. Raises NotFound. One query."""
    require(actor, "see", site_id)
    here = Q(manufacturer_part__part__site=site_id) | Q(alternate__part__site=site_id)
    rows = Approval.objects.filter(here, pk=key).select_related("by", "version__document")
    row = rows.first()
    if row is None:
        raise NotFound("There is no such decision here.")
    return _approval(row, True)


def source_page(
    actor: Actor, site_id: int, part: str, manufacturer: str, mpn: str, *, today: date
) -> SourcePage:
    """One manufacturer part with all that is recorded of it. Raises NotFound. Eleven queries."""
    require(actor, "see", site_id)
    rows = ManufacturerPart.objects.filter(part__site=site_id, part__number=part)
    listed = list(rows.select_related("part").annotate(n=_offers()).order_by(_preferred(), "pk"))
    views = _views(listed)
    found = next((v for v in views if (v.manufacturer, v.mpn) == (manufacturer, mpn)), None)
    if found is None:
        named = f"{manufacturer} {mpn}".strip()
        raise NotFound(f"Part {part[:120]} has no source {named[:200]!r} here.")
    offered, _ = offers(actor, site_id, today=today, part=part, mpn=mpn, limit=100)
    held, _ = stock_lots(actor, site_id, today=today, part=part, limit=100)
    mine = (manufacturer, mpn)
    return SourcePage(
        source=found,
        others=tuple(v for v in views if v.id != found.id),
        approvals=_history(Approval.objects.filter(manufacturer_part=found.id)),
        offers=tuple(o for o in offered if o.manufacturer == manufacturer),
        declarations=declarations(actor, site_id, part, today=today, source=found.id),
        lots=tuple(one for one in held if (one.lot.manufacturer, one.lot.mpn) == mine),
        alternates=alternates(actor, site_id, part),
    )


def declarations(
    actor: Actor, site_id: int, part: str, *, today: date, source: int | None = None
) -> tuple[DeclarationView, ...]:
    """What was declared of a part, or of one of its sources, the newest first. One query."""
    require(actor, "see", site_id)
    rows = ComplianceDeclaration.objects.filter(part__site=site_id, part__number=part)
    if source is not None:
        rows = rows.filter(Q(manufacturer_part=source) | Q(manufacturer_part__isnull=True))
    met: set[tuple[int | None, str]] = set()
    found = []
    related = rows.select_related("part", "manufacturer_part", "version__document", "by")
    for row in related.order_by("-declared_on", "-pk")[:500]:
        key = (row.manufacturer_part_id, row.scheme.casefold())
        maker = row.manufacturer_part
        found.append(
            DeclarationView(
                uid=str(row.uid),
                part=row.part.number,
                manufacturer=maker.manufacturer if maker else "",
                mpn=maker.mpn if maker else "",
                scheme=row.scheme,
                status=ComplianceStatus(row.status),
                reference=row.reference,
                document=str(row.version) if row.version else "",
                declared_on=row.declared_on,
                expires=row.expires,
                expired=row.expires is not None and row.expires < today,
                holds=key not in met,
                by=row.by.name,
            )
        )
        met.add(key)
    return tuple(found)


def alternates(actor: Actor, site_id: int, part: str) -> tuple[AlternateStanding, ...]:
    """Other parts that may stand for a part, with what was decided of them. Two queries."""
    require(actor, "see", site_id)
    rows = Alternate.objects.filter(
        part__site=site_id, part__number=part, retired_at__isnull=True
    ).select_related("part", "alternate", "line__revision__part")
    listed = list(rows.order_by("rank", "pk"))
    decided = Approval.objects.filter(alternate__in=[row.pk for row in listed])
    by_alternate: dict[int, list[ApprovalView]] = defaultdict(list)
    for key, view in _viewed(decided, "alternate_id"):
        by_alternate[key].append(view)
    return tuple(_standing(row, by_alternate[row.pk]) for row in listed)


def part_named(actor: Actor, site_id: int, number: str) -> tuple[str, str]:
    """Number and name of a part. Raises NotFound. One query."""
    require(actor, "see", site_id)
    row = Part.objects.filter(site=site_id, number=number).first()
    if row is None:
        raise NotFound(f"There is no part {number[:120]!r} here.")
    return row.number, row.name


def _preferred() -> Case:
    """Rank 1 first; what nobody ranked comes last."""
    return Case(
        When(rank=0, then=Value(1_000_000)), default=F("rank"), output_field=IntegerField()
    )


def _offers() -> Coalesce:
    """How many offers of a manufacturer part stand."""
    mine = standing(Offer.objects.filter(manufacturer_part=OuterRef("pk")))
    counted = mine.order_by().values("manufacturer_part").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)


def _standing(row: Alternate, views: list[ApprovalView]) -> AlternateStanding:
    approved, qualified, _ = _kinds(views)
    line = row.line
    return AlternateStanding(
        part=row.part.number,
        alternate=row.alternate.number,
        name=row.alternate.name,
        line=row.line_id,
        where=f"{line.revision}, line {line.find_number or line.position}" if line else "",
        rank=row.rank,
        note=row.note,
        approved=approved,
        qualified=qualified,
        approvals=tuple(reversed(views)),
    )


def _views(rows: Iterable[ManufacturerPart]) -> tuple[SourceView, ...]:
    listed = list(rows)
    decided: dict[int, list[ApprovalView]] = defaultdict(list)
    made = Approval.objects.filter(manufacturer_part__in=[row.pk for row in listed])
    for key, view in _viewed(made, "manufacturer_part_id"):
        decided[key].append(view)
    return tuple(_view(row, decided) for row in listed)


def _view(row: ManufacturerPart, decided: Mapping[int, list[ApprovalView]]) -> SourceView:
    approved, qualified, proposed = _kinds(decided.get(row.pk, []))
    return SourceView(
        id=row.pk,
        part=row.part.number,
        part_name=row.part.name,
        manufacturer=row.manufacturer,
        mpn=row.mpn,
        lifecycle=Lifecycle(row.lifecycle),
        rank=row.rank,
        last_buy=row.last_buy,
        description=row.description,
        retired_at=row.retired_at,
        approved=approved,
        qualified=qualified,
        proposed=proposed,
        offers=getattr(row, "n", 0),
    )


def _kinds(views: list[ApprovalView]) -> tuple[tuple[RunKind, ...], tuple[RunKind, ...], bool]:
    """What a source may go into, for what it is qualified, and whether something is proposed."""
    held = holding([_given(view) for view in views])
    approved = tuple(kind for kind in RunKind if kind in held)
    qualified = tuple(kind for kind in approved if not held[kind].missing)
    latest = {view.run_kind: view.decision for view in views}
    return approved, qualified, ApprovalDecision.PROPOSED in latest.values()


def _given(view: ApprovalView) -> ApprovalGiven:
    return ApprovalGiven(
        view.decision,
        view.run_kind,
        view.form,
        view.fit,
        view.function,
        view.evidence,
        view.document,
    )


def _history(rows: "QuerySet[Approval]") -> tuple[ApprovalView, ...]:
    return tuple(reversed([view for _, view in _viewed(rows, "manufacturer_part_id")]))


def _viewed(rows: "QuerySet[Approval]", owner: str) -> list[tuple[int, ApprovalView]]:
    """Decisions in the order they were made. One query."""
    related = rows.select_related("by", "version__document").order_by("pk")
    listed = list(related)
    last = {(getattr(row, owner), row.run_kind): row.pk for row in listed}
    return [
        (getattr(row, owner), _approval(row, last[getattr(row, owner), row.run_kind] == row.pk))
        for row in listed
    ]


def _approval(row: Approval, holds: bool) -> ApprovalView:
    document = str(row.version) if row.version else ""
    decision = ApprovalDecision(row.decision)
    given = ApprovalGiven(
        decision, row.run_kind, row.form, row.fit, row.function, row.evidence, document
    )
    return ApprovalView(
        uid=str(row.uid),
        decision=decision,
        run_kind=row.run_kind,
        form=row.form,
        fit=row.fit,
        function=row.function,
        evidence=row.evidence,
        document=document,
        missing=given.missing,
        by=row.by.name,
        at=row.decided_at,
        signed=row.signature_id is not None,
        holds=holds,
    )
