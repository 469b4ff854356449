"""From which quantity does it cost less? The cost of a good unit by two ways of making it."""

from dataclasses import dataclass
from math import log10

from firstoff.rules.sourcing import BreakEven, Way, cost_curve, curve_quantities

from . import lanes, marks, words
from .kind import Kind, Look, Spec, Table

HEIGHT = 230
NAMES = 112  # pixels at the right for the names of the ways


@dataclass(frozen=True, slots=True)
class CostPoint:
    """What a good unit costs at a quantity; ``low`` and ``high`` as the yield lies."""

    quantity: int
    each: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class WayCurve:
    """points: by rising quantity, from 1 at least; costs above 0."""

    name: str
    points: tuple[CostPoint, ...]


@dataclass(frozen=True, slots=True)
class CostCurves:
    """Two ways of making it.

    crossings: (quantity from which it costs less, name of that way, its cost each), by rising
    quantity. ``cheaper_first``: the way that costs less before the first of them.
    """

    first: WayCurve
    second: WayCurve
    currency: str
    crossings: tuple[tuple[int, str, float], ...] = ()
    cheaper_first: str = ""


def from_ways(found: BreakEven, first: Way, second: Way, *, currency: str) -> CostCurves:
    """Two ways that were compared (R-80) as they are drawn, each over the same quantities."""
    turns = tuple(crossing.quantity for crossing in found.crossings)
    quantities = curve_quantities(found.limit, least=min(10, found.limit), also=turns)
    first_curve, second_curve = (
        WayCurve(
            way.name,
            tuple(
                CostPoint(p.quantity, float(p.each), float(p.low), float(p.high))
                for p in cost_curve(way, quantities)
            ),
        )
        for way in (first, second)
    )
    return CostCurves(
        first_curve,
        second_curve,
        currency,
        tuple((c.quantity, c.cheaper, float(c.each)) for c in found.crossings),
        found.cheaper_first or "",
    )


def title(d: CostCurves) -> str:
    return f"From which quantity does it cost less? {d.first.name} or {d.second.name}"


def finding(d: CostCurves) -> str:
    if not (d.first.points and d.second.points):
        return "No cost is known yet."
    last = words.count(d.first.points[-1].quantity)
    if not d.crossings:
        if not d.cheaper_first:
            return f"Both ways cost the same up to {last}."
        return f"{d.cheaper_first} costs less at all quantities up to {last}."
    said = [
        f"{name} from {words.count(quantity)} on, {_money(d, each)} each there"
        for quantity, name, each in d.crossings
    ]
    start = f"{d.cheaper_first} costs less up to {words.count(d.crossings[0][0] - 1)}"
    return f"{start}; {'; '.join(said)}."


def _money(d: CostCurves, value: float) -> str:
    digits = 0 if value >= 1000 else (2 if value >= 1 else 4)
    return f"{words.rounded(value, digits)} {d.currency}"


def table(d: CostCurves) -> Table:
    turns = {quantity: name for quantity, name, _ in d.crossings}
    rows: list[tuple[str | int | float, ...]] = [
        (way.name, p.quantity, p.each, p.low, p.high, turns.get(p.quantity, ""))
        for way in (d.first, d.second)
        for p in way.points
    ]
    head = f"Each, {d.currency}"
    return Table(
        ("Way", "Quantity", head, "At the highest yield", "At the lowest", "Costs less from here"),
        tuple(rows),
    )


def draw(d: CostCurves, look: Look) -> Spec:
    if not (d.first.points and d.second.points):
        said = [{"text": "No cost is known yet."}]
        nothing = marks.text("label", said, x=marks.at(0), y=marks.at(look(14)))
        return {"height": look(40), "layer": [nothing]}
    points = [*d.first.points, *d.second.points]
    quantities = [p.quantity for p in points]
    costs = [value for p in points for value in (p.low, p.high, p.each) if value > 0]
    wide = (log10(min(quantities)), log10(max(quantities)))
    wide = wide if wide[0] < wide[1] else (wide[0], wide[0] + 1)
    tall = (log10(min(costs, default=1)) - 0.08, log10(max(costs, default=1)) + 0.08)
    label = "format(pow(10, datum.value), ',.4~r')"
    upwards = f"good units; upwards: cost of one, {d.currency}"
    across = {"title": upwards, "values": _decades(*wide), "labelExpr": label}
    # Names stand right of the ends, where no line lies under them.
    length = [0, {"expr": f"width - {look(NAMES)}"}]
    x = marks.number(list(wide), axis=across, range=length)
    up = {"title": None, "values": _decades(*tall), "labelExpr": label}
    y = marks.on(marks.number(list(tall), axis=up), "y")
    layers: list[Spec] = []
    ways = ((d.first, "curve"), (d.second, "mean-earlier"))
    for way, _ in ways:
        layers += _band(way, marks.on(x, "x"), y)
    for way, style in ways:
        layers += _curve(d, way, style, marks.on(x, "x"), y)
    return {
        "height": look(HEIGHT),
        "layer": [*layers, *_turns(d, x, y, look), *_ends(d, tall, look)],
    }


def _decades(low: float, high: float) -> list[float]:
    """Round figures on a logarithmic scale, as powers of ten: seven or so."""
    leads = (1, 2, 5) if high - low < 2.4 else ((1, 3) if high - low < 3.5 else (1,))
    first, last = int(low) - 1, int(high) + 1
    seen = [e + log10(lead) for e in range(first, last + 1) for lead in leads]
    return [round(place, 6) for place in seen if low - 1e-9 <= place <= high + 1e-9]


def _band(way: WayCurve, x: Spec, y: Spec) -> list[Spec]:
    rows = [
        {"x": log10(p.quantity), "y": log10(p.low), "y2": log10(p.high)}
        for p in way.points
        if p.high > p.low > 0
    ]
    if not rows:
        return []
    return [marks.layer("area", "prediction-range", rows, x=x, y=y, y2={"field": "y2"})]


def _curve(d: CostCurves, way: WayCurve, style: str, x: Spec, y: Spec) -> list[Spec]:
    rows = [
        {
            "x": log10(p.quantity),
            "y": log10(p.each),
            "way": way.name,
            "units": words.count(p.quantity),
            "each": _money(d, p.each),
            "ends": f"{_money(d, p.low)} to {_money(d, p.high)}",
        }
        for p in way.points
        if p.each > 0
    ]
    tips = (
        ("way", "Way"),
        ("units", "Good units"),
        ("each", "Each"),
        ("ends", "As the yield lies"),
    )
    line = marks.layer("line", style, rows, x=x, y=y)
    # Points that nobody sees carry the tooltip.
    unseen = {"opacity": 0}
    return [line, marks.layer("point", "observed", rows, tips=tips, mark_options=unseen, x=x, y=y)]


def _turns(d: CostCurves, x: Spec, y: Spec, look: Look) -> list[Spec]:
    """Each crossing: an upright with its name, and the point where the curves meet."""
    lines: list[marks.Named] = [
        (log10(quantity), "standard", "name", f"from {words.count(quantity)}: {name}")
        for quantity, name, _ in d.crossings
    ]
    rows = [
        {
            "x": log10(quantity),
            "y": log10(each),
            "units": words.count(quantity),
            "way": name,
            "each": _money(d, each),
        }
        for quantity, name, each in d.crossings
        if each > 0
    ]
    if not lines:
        return []
    tips = (("units", "From"), ("way", "Costs less"), ("each", "Each"))
    found = marks.uprights(x, lines, look)
    if rows:
        dots = marks.layer("point", "marked", rows, tips=tips, x=marks.on(x, "x"), y=y)
        found.append(dots)
    return found


def _ends(d: CostCurves, tall: tuple[float, float], look: Look) -> list[Spec]:
    """The names of the ways, right of the ends of their curves."""

    def down(way: WayCurve) -> float:
        cost = log10(way.points[-1].each) if way.points[-1].each > 0 else tall[0]
        return HEIGHT * (tall[1] - cost) / (tall[1] - tall[0])

    ways = (d.first, d.second)
    places = lanes.apart([down(way) for way in ways], 16, 6, HEIGHT - 6)
    begin = marks.at({"expr": f"width - {look(NAMES - 8)}"})
    cut = {"limit": look(NAMES - 10), "ellipsis": "…"}
    return [
        marks.text(style, [{"text": way.name}], options=cut, x=begin, y=marks.at(look(place)))
        for way, place, style in zip(ways, places, ("direct-label", "label"), strict=True)
    ]


def example() -> CostCurves:
    def curve(name: str, each: float, fixed: float, good: tuple[float, float, float]) -> WayCurve:
        quantities = sorted({round(10 * 1.25**k) for k in range(32)} | {1850, 1851})
        at = {q: [fixed / q + each / y for y in good] for q in quantities}
        return WayCurve(
            name,
            tuple(CostPoint(q, *(round(cost, 6) for cost in costs)) for q, costs in at.items()),
        )

    soft = curve("Soft tooling", 14, 2000, (1.0, 1.0, 0.85))
    hard = curve("Hard tooling", 4, 20500, (1.0, 1.0, 1.0))
    return CostCurves(
        soft, hard, "USD", ((1851, "Hard tooling", 20500 / 1851 + 4),), "Soft tooling"
    )


KIND = Kind(
    name="break_even",
    data=CostCurves,
    title=title,
    finding=finding,
    draw=draw,
    table=table,
    example=example,
)
