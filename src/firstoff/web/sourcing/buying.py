"""What to buy for a build at least total cost: by supplier, by line, and what is not bought."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import path

from firstoff.errors import NotFound, Refused
from firstoff.formats.exports import Value
from firstoff.queries.sourcing.asked import ask as ask_build
from firstoff.queries.sourcing.buying import ProgramPlan, program_plan
from firstoff.rules.sourcing import words
from firstoff.rules.sourcing.buying import Buy, BuyingPlan
from firstoff.rules.sourcing.least_cost import Purchase
from firstoff.web.auth import Request, page
from firstoff.web.sourcing.asking import AT, Asking, asking, context, file
from firstoff.web.sourcing.shared import today
from firstoff.web.templatetags.firstoff import page_bounds

_SHOWN = {
    "": "To buy",
    "late": "Too late",
    "forced": "Forced by MOQ",
    "unbought": "Cannot be had",
    "nothing": "Nothing to buy",
}


@dataclass(frozen=True, slots=True)
class SupplierTotal:
    """What one supplier would get. ``arrives``: the last of it; None where nobody said."""

    name: str
    orders: int
    cost: Decimal
    arrives: date | None


def by_supplier(plan: BuyingPlan, today: date) -> list[SupplierTotal]:
    """The dearest first."""
    found: dict[str, list[Purchase]] = defaultdict(list)
    for buy in plan.buys:
        for one in buy.purchases:
            found[one.offer.supplier].append(one)
    totals = []
    for name, orders in found.items():
        days = [one.offer.arrives(today, one.quantity) for one in orders]
        known = [day for day in days if day is not None]
        last = max(known) if known and len(known) == len(days) else None
        totals.append(SupplierTotal(name, len(orders), sum(o.cost for o in orders), last))  # type: ignore[arg-type]  # Decimals
    return sorted(totals, key=lambda one: (-one.cost, one.name))


def chosen(plan: BuyingPlan, shown: str, supplier: str, search: str) -> list[Buy]:
    """The buys of a filter, the dearest first; what cannot be had in part is in both."""
    kinds: dict[str, Sequence[Buy]] = {
        "": [b for b in plan.buys if b.purchases],
        "late": plan.late,
        "forced": [b for b in plan.buys if b.forced],
        "unbought": plan.unbought,
        "nothing": [b for b in plan.buys if b.need.net <= 0],
    }
    if shown not in kinds:
        raise NotFound("There is no such choice of lines.")
    word = search.casefold()
    return sorted(
        (
            b
            for b in kinds[shown]
            if (not supplier or any(p.offer.supplier == supplier for p in b.purchases))
            and (not word or word in f"{b.need.part} {b.need.name}".casefold())
        ),
        key=lambda b: (-(b.forced if shown == "forced" else b.cost), b.need.part),
    )


@page("see")
def buying(request: Request, site: str, code: str) -> HttpResponse:
    ask = asking(request)
    try:
        found = program_plan(request.actor, site, code, today=today(request), **ask.given)
    except Refused as refused:
        return refused_page(request, site, code, ask, refused, "supply-buying")
    plan = found.plan
    said = {n: request.GET.get(n, "").strip()[:200] for n in ("show", "supplier", "q")}
    every = chosen(plan, said["show"], said["supplier"], said["q"])
    offset, limit = page_bounds(request.GET)
    base = context(request, found.asked, ask, "supply-buying")
    more = {
        "plan": plan,
        "state": "not_met" if plan.unbought else ("at_risk" if plan.late else "met"),
        "answer": words.money(plan.total, plan.currency),
        "question": f"What do we buy for {found.asked.build.units:,}, and for how much?",
        "figures": _figures(plan),
        "suppliers": by_supplier(plan, found.asked.build.today),
        "rows": [(b, _sources(b)) for b in every[offset : offset + limit]],
        "total": len(every),
        "shows": _counts(plan),
        "said": said,
        "filtered": any(said.values()),
        "file_query": urlencode({k: v for k, v in request.GET.items() if v and k != "page"}),
        "kept": [(k, v) for k, v in request.GET.items() if v and k not in ("q", "page")],
    }
    return render(request, "sourcing/buying.html", {**base, **more}, status=ask.status)


def refused_page(
    request: Request, site: str, code: str, ask: Asking, refused: Refused, here: str
) -> HttpResponse:
    """A rate is missing: nothing can be added up until somebody gives it."""
    given = {k: v for k, v in ask.given.items() if k in ("units", "kind", "variant")}
    asked = ask_build(request.actor, site, code, today=today(request), **given)
    base = context(request, asked, ask, here, refused=refused)
    return render(request, "sourcing/no_rate.html", base, status=409)


def _figures(plan: BuyingPlan) -> list[tuple[Any, ...]]:
    def share(value: Decimal) -> str:
        return f"{words.percent(100 * value / plan.total)} of it" if plan.total else ""

    money = plan.currency
    bought = sum(1 for b in plan.buys if b.purchases)
    return [
        ("Parts to buy", f"{bought:,} of {len(plan.buys):,}", ""),
        ("Left over", words.money(plan.leftover_value, money), share(plan.leftover_value)),
        ("Forced by MOQ and multiple", words.money(plan.forced, money), share(plan.forced)),
        ("Cannot be had", f"{len(plan.unbought):,}", f"{len(plan.late):,} would be late"),
    ]


def _counts(plan: BuyingPlan) -> list[tuple[str, str, int]]:
    return [(key, word, len(chosen(plan, key, "", ""))) for key, word in _SHOWN.items()]


def _sources(buy: Buy) -> dict[str, Any]:
    """What is bought of which source, and what else was looked at."""
    names = {c.offer.key: c.source for c in buy.considered}
    taken = {p.offer.key for p in buy.purchases}
    return {
        "orders": [(p, names.get(p.offer.key, "")) for p in buy.purchases],
        "others": [c for c in buy.considered if c.offer.key not in taken],
    }


_COLUMNS = (
    *("Supplier", "Its number", "Manufacturer's part", "Part", "Name", "Quantity", "Unit"),
    *("Price of one", "Cost", "Currency", "Here on", "Needed", "To buy", "Left over"),
    *("Worth", "Forced by MOQ", "Why"),
)


@page("see")
def buying_file(request: Request, site: str, code: str, ending: str) -> HttpResponseBase:
    """A row an order; what is not bought has a row with the reason."""
    if ending not in ("csv", "xlsx"):
        raise NotFound("There is no such file; expected csv or xlsx.")
    ask = asking(request)
    found = program_plan(request.actor, site, code, today=today(request), **ask.given)
    said = {n: request.GET.get(n, "").strip()[:200] for n in ("show", "supplier", "q")}
    plan = found.plan
    every = chosen(plan, said["show"], said["supplier"], said["q"])
    if not said["show"] and not said["supplier"]:
        bought = {b.need.part for b in every}
        left = chosen(plan, "unbought", "", said["q"])
        every += [b for b in left if b.need.part not in bought]
    title = f"{code} buying plan for {found.asked.build.units}"
    return file(title, ending, _COLUMNS, _rows(every, found, said["supplier"]))


def _rows(buys: Iterable[Buy], found: ProgramPlan, supplier: str) -> Iterator[Sequence[Value]]:
    now = found.asked.build.today
    for buy in buys:
        need, sources = buy.need, _sources(buy)
        tail = (need.need, need.net, buy.leftover, buy.leftover_value, buy.forced, buy.sentence)
        orders = [o for o in sources["orders"] if not supplier or o[0].offer.supplier == supplier]
        for one, name in orders:
            arrives = one.offer.arrives(now, one.quantity)
            yield (
                *(one.offer.supplier, one.offer.number, name, need.part, need.name),
                *(one.quantity, need.unit, one.price, one.cost, found.plan.currency),
                *(str(arrives) if arrives else "", *tail),
            )
        if not orders:
            yield ("", "", "", need.part, need.name, 0, need.unit, "", "", "", "", *tail)


urlpatterns = [
    path(f"{AT}buying/", buying, name="supply-buying"),
    path(f"{AT}buying/plan.<str:ending>", buying_file, name="supply-buying-file"),
]
