"""What a piece costs at a quantity, by which way of making it, and whether the MOQ is worth it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path

from firstoff.errors import InvalidInput, NotFound, Refused
from firstoff.formats.charts.break_even import CostCurves, from_ways
from firstoff.queries import product
from firstoff.queries.sourcing.cost import MATERIAL_ONLY, ProgramCost, WayCost, program_cost
from firstoff.rules.sourcing.assumptions import COUNTS, MONEY, YIELDS, write_way
from firstoff.rules.sourcing.cost import (
    CostKind,
    MoqChoice,
    PrototypeMultiple,
    Way,
    moq_economics,
    piece_price,
    prototype_multiple,
)
from firstoff.rules.sourcing.crossings import BreakEven, break_even
from firstoff.services.sourcing.costing import assume_cost
from firstoff.web.auth import Request, page
from firstoff.web.execution.shared import RecordForm
from firstoff.web.forms import Form
from firstoff.web.sourcing.asking import AT, asking, context
from firstoff.web.sourcing.buying import refused_page
from firstoff.web.sourcing.shared import figure, number, text, today

_PARTS = {
    CostKind.MATERIAL: "Material",
    CostKind.LABOUR: "Labour",
    CostKind.TEST: "Test",
    CostKind.YIELD_LOSS: "Yield loss",
    CostKind.OTHER: "Other",
    CostKind.SETUP: "Setup",
    CostKind.TOOLING: "Tooling",
    CostKind.NRE: "Non-recurring cost",
}
_PROTOTYPES = 5
_LARGEST_MOQ = 10**9


class WayForm(RecordForm):
    """A way of making it. Yields are typed in percent."""

    way = text("Name of the way", 60, required=True, hint="By hand; contract manufacturer")
    labour_minutes = figure("Labour", hint="Minutes a unit started")
    labour_rate = figure("Labour rate", hint="Money an hour")
    test_minutes = figure("Test", hint="Minutes a unit started")
    test_rate = figure("Test rate", hint="Money an hour")
    test_cost = figure("Test, beside the time", hint="Money a unit started")
    other_each = figure("Other", hint="Money a good unit: packing, freight")
    reject_cost = figure("Reject", hint="Money a reject costs beyond what went into it")
    setup = figure("Setup", hint="Money a batch")
    tooling = figure("Tooling", hint="Money a set of tools")
    nre = figure("Non-recurring cost", hint="Money, once")
    yield_likely = figure("Yield, likely", hint="Percent")
    yield_low = figure("Yield, lowest", hint="Percent: the lower bound of a pilot")
    yield_high = figure("Yield, highest", hint="Percent")
    batch = figure("Batch", hint="Units started; none: one batch")
    tool_life = figure("Tool life", hint="Units started; none: for ever")

    def given(self, data: Mapping[str, Any]) -> dict[str, str]:
        found = {}
        for name in (*MONEY, *YIELDS, *COUNTS):
            value = number(data[name], name, str(self.fields[name].label))
            if value is not None:
                found[name] = f"{value / 100 if name in YIELDS else value:f}"
        return found


class MoqForm(Form):
    wanted = figure("Pieces wanted", required=True)
    minimum = figure("Minimum order", required=True)
    sample_price = figure("Sample price", required=True, hint="Of one, below the minimum")
    run_price = figure("Run price", required=True, hint="Of one, from the minimum on")

    def counted(self, name: str) -> int:
        found = number(self.cleaned_data[name], name, str(self.fields[name].label)) or Decimal(0)
        if found != found.to_integral_value() or not 1 <= found <= _LARGEST_MOQ:
            raise InvalidInput(
                f"{self.fields[name].label} is {found:f}; expected a whole number from 1 on.",
                field=name,
            )
        return int(found)

    def price(self, name: str) -> Decimal:
        found = number(self.cleaned_data[name], name, str(self.fields[name].label))
        return Decimal(0) if found is None else found


@page("see", post="source.edit")
def cost(request: Request, site: str, code: str) -> HttpResponse:
    program = product.program(request.actor, site, code)
    form: Any = WayForm(request.POST) if request.method == "POST" else None
    if form is not None and form.attempt(
        lambda data: assume_cost(
            program_id=program.id,
            way=data["way"],
            given=form.given(data),
            uid=data["uid"],
            by=request.actor,
            at=request.at,
        )
    ):
        messages.success(request, f"{form.result.way} is assumed so from now on.")
        return redirect(request.get_full_path())
    return _shown(request, site, code, form)


def _shown(request: Request, site: str, code: str, form: Any) -> HttpResponse:
    ask = asking(request)
    given = {k: v for k, v in ask.given.items() if k in ("units", "kind", "variant")}
    try:
        quantities = _quantities(request.GET.get("at", ""))
        found = program_cost(
            request.actor, site, code, today=today(request), quantities=quantities, **given
        )
    except Refused as refused:
        return refused_page(request, site, code, ask, refused, "supply-cost")
    units = found.asked.build.units
    prices = [piece_price(w.way, units, currency=_currency(found)) for w in found.ways]
    even, curves = _compared(request, found)
    moq_form, moq = _moq(request, _currency(found))
    if form is None:
        form = WayForm(initial=_initial(found, request.GET.get("way", "")))
    base = context(request, found.asked, ask, "supply-cost")
    more = {
        "found": found,
        "prices": prices,
        "rows": _parts(prices),
        "quantity_rows": _quantity_rows(found.ways, found.quantities),
        "even": even,
        "curves": curves,
        "prototype": _prototype(request, found.ways[0].way, units, _currency(found)),
        "moq_form": moq_form,
        "moq": moq,
        "form": form,
        "assumed": [w.way.name for w in found.ways if w.way.name != MATERIAL_ONLY],
        "at": request.GET.get("at", ""),
        "no_price": not any(w.way.materials for w in found.ways),
        "kept": [(k, v) for k, v in request.GET.items() if v and k in _KEPT],
    }
    status = max(form.status, ask.status, moq_form.status if moq_form.is_bound else 200)
    return render(request, "sourcing/cost.html", {**base, **more}, status=status)


_KEPT = ("units", "by", "kind", "variant", "at")


def _currency(found: ProgramCost) -> str:
    return found.asked.build.currency


def _quantities(said: str) -> tuple[int, ...]:
    found = []
    for one in said.replace(";", " ").split():
        plain = one.replace(",", "")
        if not (plain.isascii() and plain.isdecimal() and len(plain) < 12):
            raise InvalidInput(
                f"{one[:20]!r} is no quantity; expected whole numbers with spaces: 10 100 500.",
                field="at",
            )
        found.append(int(plain))
    return tuple(found)


def _parts(prices: list[Any]) -> list[tuple[str, list[Any]]]:
    """Each kind of cost over the ways; those that nobody has are left out."""
    rows = []
    for kind, name in _PARTS.items():
        each = [next((p for p in one.parts if p.kind is kind), None) for one in prices]
        if any(each):
            rows.append((name, each))
    return rows


def _quantity_rows(ways: tuple[WayCost, ...], quantities: tuple[int, ...]) -> list[Any]:
    return [(n, [way.prices[place] for way in ways]) for place, n in enumerate(quantities)]


def _compared(request: Request, found: ProgramCost) -> tuple[BreakEven | None, CostCurves | None]:
    """Two ways against each other: those that are named in the address, else the first two."""
    if len(found.ways) < 2:
        return None, None
    by_name = {w.way.name: w.way for w in found.ways}
    names = [w.way.name for w in found.ways]
    first = by_name.get(request.GET.get("first", ""), by_name[names[0]])
    rest = [name for name in names if name != first.name]
    second = by_name.get(request.GET.get("second", ""), by_name[rest[0]])
    if second is first:
        second = by_name[rest[0]]
    even = found.break_even
    if even is None or (even.first, even.second) != (first.name, second.name):
        even = break_even(first, second, limit=found.limit)
    curves = from_ways(even, first, second, currency=_currency(found))
    points = [p for way in (curves.first, curves.second) for p in way.points]
    return even, curves if points and all(p.low > 0 for p in points) else None


def _prototype(
    request: Request, way: Way, units: int, currency: str
) -> tuple[int, Any, PrototypeMultiple] | None:
    said = request.GET.get("prototypes", "")
    count = int(said) if said.isascii() and said.isdecimal() and len(said) < 7 else _PROTOTYPES
    if count >= units:
        return None  # no prototype any more
    one, series = (piece_price(way, n, currency=currency) for n in (max(1, count), units))
    if not one.each or not series.each:
        return None
    return one.quantity, one, prototype_multiple(one.each, series.each)


def _moq(request: Request, currency: str) -> tuple[MoqForm, MoqChoice | None]:
    if "wanted" not in request.GET:
        return MoqForm(), None
    form = MoqForm(request.GET)
    form.attempt(
        lambda data: moq_economics(
            form.counted("wanted"),
            minimum=form.counted("minimum"),
            sample_price=form.price("sample_price"),
            run_price=form.price("run_price"),
            currency=currency,
        )
    )
    return form, form.result


def _initial(found: ProgramCost, name: str) -> dict[str, Any]:
    if not name:
        return {}
    way = next((w.way for w in found.ways if w.way.name == name), None)
    if way is None:
        raise NotFound(f"There is no way {name[:60]!r} of making {found.asked.program.code}.")
    said: dict[str, Any] = dict(write_way(way))
    for key in YIELDS:
        if key in said:
            said[key] = f"{(Decimal(said[key]) * 100).normalize():f}"
    return {**said, "way": way.name}


urlpatterns = [path(f"{AT}cost/", cost, name="supply-cost")]
