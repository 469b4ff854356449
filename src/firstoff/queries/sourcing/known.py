"""What is known of parts: their sources, offers, stock, orders, declarations; a fixed number of
queries, whatever the number of parts."""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet, Sum
from django.db.models.fields import BigIntegerField

from firstoff.db.fields import PLACES
from firstoff.db.models import (
    Alternate,
    Approval,
    BomLine,
    Characteristic,
    ComplianceDeclaration,
    ExchangeRate,
    Lot,
    ManufacturerPart,
    Offer,
    Order,
)
from firstoff.queries.sourcing.offers import standing
from firstoff.queries.sourcing.orders import standing_of, stood
from firstoff.rules.sourcing import values
from firstoff.rules.sourcing.approvals import ApprovalGiven, holding
from firstoff.rules.sourcing.values import ZERO, Declaration, OrderFacts, Source, StockFacts
from firstoff.terms import (
    ApprovalDecision,
    CharacteristicClass,
    ComplianceStatus,
    Lifecycle,
    LotStatus,
    RunKind,
)

_CHUNK = 5000  # parts that are named one by one; of more the whole site is read
_PREFERRED = 1


@dataclass(slots=True)
class Known:
    """What is known of parts, by their keys.

    sources: the one the design names first, alternates after it; their keys are those of
    ``ManufacturerPart``. ``loose``: usable stock of lots that name no manufacturer part.
    """

    sources: dict[int, tuple[Source, ...]] = field(default_factory=dict)
    loose: dict[int, Decimal] = field(default_factory=dict)
    waiting: dict[int, Decimal] = field(default_factory=dict)
    orders: dict[int, tuple[OrderFacts, ...]] = field(default_factory=dict)
    declarations: dict[int, tuple[Declaration, ...]] = field(default_factory=dict)
    classes: dict[int, CharacteristicClass] = field(default_factory=dict)

    def stock(self, part: int, kind: RunKind) -> StockFacts:
        """What lies here and may go into such a run: lots of sources that are approved for it
        (R-20, R-21), and lots that name no source."""
        fit = (s.on_hand for s in self.sources.get(part, ()) if not s.lacks(kind))
        usable = sum(fit, self.loose.get(part, ZERO))
        return StockFacts(usable, self.waiting.get(part, ZERO))


@dataclass(frozen=True, slots=True)
class _Stand:
    """An alternate part that may stand for a part, and what was decided of it."""

    part: int
    alternate: int
    rank: int
    approvals: tuple[values.Approval, ...]


def known_of(
    site_id: int,
    parts: Collection[int],
    *,
    today: date,
    lines: Mapping[int, Collection[int]] | None = None,
) -> Known:
    """Everything that judging a line takes. Ten queries.

    An alternate part (R-21) brings its own manufacturer parts as sources of the part it stands
    for; one counts where the alternate is approved for the run and the manufacturer part too. An
    alternate on one line counts where that is the only line of the part: what is bought is bought
    for all of them. lines: the keys of the lines that take each part.
    """
    wanted = frozenset(parts)
    stands = _stands(site_id, wanted, lines or {})
    every = wanted | {s.alternate for s in stands}
    held, loose, waiting = _stock(site_id, every, today)
    own = _sources(site_id, every, held)
    found = Known(loose={k: v for k, v in loose.items() if k in wanted}, waiting=waiting)
    _shelve(own, stands, loose)
    by_part: dict[int, list[Source]] = defaultdict(list)
    for part in wanted:
        by_part[part] += own.get(part, ())
    for one in stands:
        by_part[one.part] += [_standing_in(s, one) for s in own.get(one.alternate, ())]
    found.sources = {part: tuple(sources) for part, sources in by_part.items()}
    found.orders = _orders(site_id, wanted)
    found.declarations = _declarations(site_id, every, stands)
    found.classes = _classes(site_id, wanted)
    return found


def rates(site_id: int, into: str, on: date) -> Mapping[str, Decimal]:
    """What one of each foreign currency costs on a day. One query."""
    rows = ExchangeRate.objects.filter(site=site_id, into=into, valid_on__lte=on)
    ordered = rows.order_by("valid_on", "pk")
    return dict(ordered.values_list("currency", "rate"))


def _of(rows: "QuerySet[Any]", path: str, site_id: int, parts: Collection[int]) -> Any:
    """Rows about these parts; about all of the site where they are too many to name."""
    if len(parts) <= _CHUNK:
        return rows.filter(**{f"{path}__in": list(parts)})
    return rows.filter(**{f"{path}__site": site_id})


# ------------------------------------------------------------ sources


def _sources(
    site_id: int, parts: Collection[int], held: Mapping[int, Decimal]
) -> dict[int, list[Source]]:
    """The manufacturer parts of each part, preferred first. Three queries."""
    rows = _of(ManufacturerPart.objects.all(), "part", site_id, parts)
    columns = ("pk", "part", "manufacturer", "mpn", "lifecycle", "rank", "last_buy", "retired_at")
    listed = list(rows.order_by("part", "rank", "pk").values_list(*columns))
    offers = _offers(site_id, parts)
    decided = _decided(site_id, parts)
    kept = [row for row in listed if row[7] is None or held.get(row[0])]
    named = {row[1] for row in kept if row[5] == _PREFERRED}
    met: set[int] = set()
    found: dict[int, list[Source]] = defaultdict(list)
    for row in sorted(kept, key=lambda row: (row[1], *_preference(row, named))):
        key, part, maker, mpn, lifecycle, rank, last_buy, retired = row
        # Where nobody says which is preferred, the first that was named is the one of the design.
        alternate = rank != _PREFERRED if part in named else part in met
        met.add(part)
        facts = values.ManufacturerPartFacts(str(key), mpn, maker, Lifecycle(lifecycle), last_buy)
        open_ = () if retired else tuple(offers.get(key, ()))
        approvals = _approvals(decided.get(key, ()))
        source = Source(facts, approvals, open_, alternate, held.get(key, ZERO))
        found[part].append(source)
    return found


def _preference(row: Sequence[Any], named: Collection[int]) -> tuple[int, int]:
    """By rank; what nobody ranked comes last where one is preferred, else first."""
    unranked = 1_000_000 if row[1] in named else 0
    return (row[5] or unranked, row[0])


def _offers(site_id: int, parts: Collection[int]) -> dict[int, list[values.Offer]]:
    rows = _of(standing(Offer.objects.all()), "manufacturer_part__part", site_id, parts)
    columns = (
        *("uid", "manufacturer_part_id", "supplier__name", "supplier_number", "currency"),
        *("breaks", "minimum", "multiple", "minimum_value", "order_cost", "lead_time_days"),
        *("quoted_on", "valid_until", "in_stock"),
    )
    found: dict[int, list[values.Offer]] = defaultdict(list)
    rows = rows.filter(supplier__retired_at__isnull=True).order_by("pk")
    for uid, key, supplier, number, currency, breaks, *rest in rows.values_list(*columns):
        minimum, multiple, money, cost, lead, quoted, until, stock = rest
        steps = tuple(
            values.PriceBreak(Decimal(count), Decimal(price))
            for count, price in json.loads(breaks)
        )
        offer = values.Offer(
            key=str(uid),
            supplier=supplier,
            number=number,
            manufacturer_part=str(key),
            currency=currency,
            breaks=steps,
            minimum=values.ONE if minimum is None else minimum,
            multiple=multiple or values.ONE,
            minimum_value=money or ZERO,
            order_cost=cost or ZERO,
            lead_time_days=lead,
            quoted_on=quoted,
            valid_until=until,
            in_stock=stock,
        )
        found[key].append(offer)
    return found


_DECIDED = ("run_kind", "decision", "form", "fit", "function", "evidence")
_PAPER = ("version__document__number", "version__label")


def _decided(site_id: int, parts: Collection[int]) -> dict[int, list[ApprovalGiven]]:
    rows = Approval.objects.filter(manufacturer_part__isnull=False)
    rows = _of(rows, "manufacturer_part__part", site_id, parts)
    found: dict[int, list[ApprovalGiven]] = defaultdict(list)
    columns = ("manufacturer_part_id", *_DECIDED, *_PAPER)
    for key, *said in rows.order_by("pk").values_list(*columns):
        found[key].append(_given(said))
    return found


def _given(said: Sequence[Any]) -> ApprovalGiven:
    kind, decision, form, fit, function, evidence, document, label = said
    paper = f"{document} version {label}" if document else ""
    return ApprovalGiven(ApprovalDecision(decision), kind, form, fit, function, evidence, paper)


def _approvals(decided: Sequence[ApprovalGiven]) -> tuple[values.Approval, ...]:
    kinds: dict[ApprovalGiven, set[RunKind]] = {}
    for kind, given in holding(decided).items():
        kinds.setdefault(given, set()).add(kind)
    return tuple(
        values.Approval(
            frozenset(for_kinds),
            given.form,
            given.fit,
            given.function,
            tuple(text for text in (given.evidence, given.document) if text),
        )
        for given, for_kinds in kinds.items()
    )


# ------------------------------------------------------------ alternates


def _stands(
    site_id: int, parts: Collection[int], lines: Mapping[int, Collection[int]]
) -> list[_Stand]:
    """Alternates that may stand for these parts. Two queries."""
    rows = _of(Alternate.objects.filter(retired_at__isnull=True), "part", site_id, parts)
    columns = ("pk", "part", "line", "alternate", "rank")
    decided: dict[int, list[ApprovalGiven]] = defaultdict(list)
    made = Approval.objects.filter(alternate__isnull=False, alternate__part__site=site_id)
    for key, *said in made.order_by("pk").values_list("alternate_id", *_DECIDED, *_PAPER):
        decided[key].append(_given(said))
    found: dict[tuple[int, int], _Stand] = {}
    for key, part, line, other, rank in rows.order_by("rank", "pk").values_list(*columns):
        if line is not None and set(lines.get(part, ())) != {line}:
            continue
        stand = _Stand(part, other, rank, _approvals(decided.get(key, ())))
        known = found.setdefault((part, other), stand)
        if stand.approvals and not known.approvals:
            found[part, other] = stand
    return sorted(found.values(), key=lambda s: (s.part, s.rank, s.alternate))


def _standing_in(source: Source, stand: _Stand) -> Source:
    """A source of the alternate, for the part it stands for: approved where both are."""
    both = [
        replace(mine, run_kinds=kinds)
        for mine in stand.approvals
        for its in source.approvals
        if (kinds := mine.run_kinds & its.run_kinds)
    ]
    return replace(source, approvals=tuple(both), alternate=True)


def _shelve(
    own: dict[int, list[Source]], stands: Sequence[_Stand], loose: Mapping[int, Decimal]
) -> None:
    """Lots of an alternate part that name no source are taken to be of its preferred one."""
    for key in {s.alternate for s in stands}:
        if own.get(key) and loose.get(key):
            first = own[key][0]
            own[key][0] = replace(first, on_hand=first.on_hand + loose[key])


# ------------------------------------------------------------ stock, orders


def _stock(
    site_id: int, parts: Collection[int], today: date
) -> tuple[dict[int, Decimal], dict[int, Decimal], dict[int, Decimal]]:
    """Usable stock by manufacturer part, usable stock of parts that names none, and what waits of
    parts. One query."""
    rows = _of(Lot.objects.filter(balance__on_hand__gt=0), "part", site_id, parts)
    live = rows.filter(Q(expires__isnull=True) | Q(expires__gte=today))
    meant = live.filter(balance__status__in=[LotStatus.ACCEPTED, LotStatus.QUARANTINE])
    total = Sum("balance__on_hand", output_field=BigIntegerField())
    grouped = meant.values_list("part", "manufacturer_part", "balance__status").annotate(n=total)
    held: dict[int, Decimal] = {}
    loose: dict[int, Decimal] = {}
    waiting: dict[int, Decimal] = defaultdict(Decimal)
    for part, source, status, amount in grouped.order_by():
        quantity = Decimal(amount).scaleb(-PLACES)
        if status == LotStatus.QUARANTINE:
            waiting[part] += quantity
        elif source is None:
            loose[part] = quantity
        else:
            held[source] = quantity
    return held, loose, dict(waiting)


def _orders(site_id: int, parts: Collection[int]) -> dict[int, tuple[OrderFacts, ...]]:
    rows = _of(stood(Order.objects.filter()), "part", site_id, parts).filter(gone=False)
    found: dict[int, list[OrderFacts]] = defaultdict(list)
    for row in rows.select_related("part", "supplier").order_by("pk"):
        stands = standing_of(row)
        if stands.open > 0:
            source = str(row.manufacturer_part_id or "")
            supplier = row.supplier.name if row.supplier else ""
            found[row.part_id].append(
                OrderFacts(stands.number, stands.open, stands.due, supplier, source)
            )
    return {part: tuple(orders) for part, orders in found.items()}


# ------------------------------------------------------------ what they are


def _declarations(
    site_id: int, parts: Collection[int], stands: Sequence[_Stand]
) -> dict[int, tuple[Declaration, ...]]:
    """Declarations of parts; those of an alternate's sources stand with the part it stands for."""
    rows = _of(ComplianceDeclaration.objects.all(), "part", site_id, parts)
    columns = ("part", "scheme", "status", "reference", "manufacturer_part_id", "declared_on")
    found: dict[int, list[Declaration]] = defaultdict(list)
    ordered = rows.order_by("pk").values_list(*columns, "expires", *_PAPER)
    for part, scheme, status, reference, source, declared, expires, document, label in ordered:
        paper = f"{document} version {label}" if document else ""
        evidence = ", ".join(text for text in (reference, paper) if text)
        found[part].append(
            Declaration(
                scheme,
                ComplianceStatus(status),
                evidence,
                str(source or ""),
                declared,
                expires,
            )
        )
    for stand in stands:
        its = found.get(stand.alternate, ())
        found[stand.part] += [d for d in its if d.manufacturer_part]
    return {part: tuple(of) for part, of in found.items()}


_RANKS = {c: place for place, c in enumerate(CharacteristicClass)}


def _classes(site_id: int, parts: Collection[int]) -> dict[int, CharacteristicClass]:
    """The most severe class of each part: of its lines, and of its characteristics where one is
    critical. Two queries."""
    critical = CharacteristicClass.CRITICAL
    lines = _of(BomLine.objects.exclude(classification=""), "part", site_id, parts)
    found: dict[int, CharacteristicClass] = {}
    for part, text in lines.values_list("part", "classification").distinct().order_by():
        one = CharacteristicClass(text)
        found[part] = min(found.get(part, one), one, key=lambda c: _RANKS[c])
    rows = Characteristic.objects.filter(classification=critical)
    named = _of(rows, "revision__part", site_id, parts)
    for part in named.values_list("revision__part", flat=True).distinct().order_by():
        found[part] = critical
    return found
