"""What does a sampling plan do? Acceptance, units inspected and quality let out, by true rate."""

from collections.abc import Sequence
from dataclasses import dataclass

from . import lanes, marks, words
from .kind import Kind, Look, Spec, Table

STRIP = 120
GAP = 44


@dataclass(frozen=True, slots=True)
class PlanCurves:
    """plan: its words, ``80 units, accept at 2``.

    rates: true reject rates, fractions, rising. acceptance: chance to accept the lot at each; asn:
    units inspected on average; aoq: rate that goes out where rejected lots are screened, () where
    the lot is not known. marked: (rate, chance, name) of the points to name, such as the AQL.
    """

    plan: str
    rates: tuple[float, ...]
    acceptance: tuple[float, ...]
    asn: tuple[float, ...]
    aoq: tuple[float, ...] = ()
    marked: tuple[tuple[float, float, str], ...] = ()


def title(d: PlanCurves) -> str:
    return f"What does the plan let through? {d.plan}"


def finding(d: PlanCurves) -> str:
    said = [
        f"{name}, {words.percent(rate)} rejects: accepted {words.in_hundred(chance)}"
        for rate, chance, name in d.marked
    ]
    if d.aoq:
        said.append(f"at worst {words.end(max(d.aoq))} go out when rejected lots are screened")
    text = "; ".join(said) or f"Accepted {words.in_hundred(d.acceptance[0])} at the lowest rate"
    return f"{text[0].upper()}{text[1:]}."


def table(d: PlanCurves) -> Table:
    columns = ["True reject rate, %", "Accepted, %", "Units inspected on average"]
    rows: list[tuple[float, ...]] = [
        (round(rate * 100, 4), round(chance * 100, 4), round(units, 4))
        for rate, chance, units in zip(d.rates, d.acceptance, d.asn, strict=True)
    ]
    if d.aoq:
        columns.append("Goes out, %")
        rows = [(*row, round(out * 100, 4)) for row, out in zip(rows, d.aoq, strict=True)]
    return Table(tuple(columns), tuple(rows))


def draw(d: PlanCurves, look: Look) -> Spec:
    strips: list[tuple[str, Sequence[float], str]] = [
        ("accepted, of 100 lots", [100 * a for a in d.acceptance], "")
    ]
    if max(d.asn) > min(d.asn) + 1e-9:
        strips.append(("units inspected on average", d.asn, ""))
    if d.aoq:
        strips.append(
            ("goes out when rejected lots are screened, %", [100 * q for q in d.aoq], "")
        )
    height = len(strips) * (STRIP + GAP) - GAP + 20
    y = lanes.down(height)
    most = 100 * d.rates[-1]
    length = [look(lanes.LEFT), {"expr": f"width - {look(10)}"}]
    across = {"title": "true reject rate, %", "tickCount": 6}
    x = marks.number([0, most], axis=across, range=length)
    layers: list[Spec] = []
    for k, (name, values, _) in enumerate(strips):
        top = 16 + k * (STRIP + GAP)
        strip = lanes.lane(top, STRIP, values, zero=True)
        if k == 0:
            strip = lanes.Lane(top, top + STRIP, 0, 100)
            layers += _reference(d, strip, x, y)
        layers += _curve(d, strip, name, values, x, y, look)
        if k == 0:
            layers += _named(d, strip, x, y, look)
    return {"height": look(height), "layer": layers}


def _curve(
    d: PlanCurves, strip: lanes.Lane, name: str, values: Sequence[float], x: Spec, y: Spec,
    look: Look,
) -> list[Spec]:  # fmt: skip
    rows = [
        {"x": 100 * rate, "y": strip.y(value)} for rate, value in zip(d.rates, values, strict=True)
    ]
    curve = marks.layer("line", "curve", rows, x=marks.on(x, "x"), y=marks.on(y, "y"))
    return [lanes.heading(strip, name, y, look), *lanes.scale(strip, y, look), curve]


def _reference(d: PlanCurves, strip: lanes.Lane, x: Spec, y: Spec) -> list[Spec]:
    """Fine lines from each marked point down to its rate."""
    rows = [{"x": 100 * rate, "y": strip.y(chance * 100), "y2": strip.bottom}
            for rate, chance, _ in d.marked]  # fmt: skip
    if not rows:
        return []
    return [
        marks.layer("rule", "standard", rows, x=marks.on(x, "x"), y=marks.on(y, "y"),
                    y2={"field": "y2"})
    ]  # fmt: skip


def _named(d: PlanCurves, strip: lanes.Lane, x: Spec, y: Spec, look: Look) -> list[Spec]:
    if not d.marked:
        return []
    highs = [strip.y(100 * chance) for _, chance, _ in d.marked]
    rows = [
        {"x": 100 * rate, "y": place, "rate": words.percent(rate),
         "chance": words.in_hundred(chance),
         "text": f"{name} {words.percent(rate)}: {words.in_hundred(chance)}".strip()}
        for place, (rate, chance, name) in zip(highs, d.marked, strict=True)
    ]  # fmt: skip
    at = marks.on(x, "x")
    tips = (("rate", "True reject rate"), ("chance", "Accepted"))
    layers = [marks.layer("point", "marked", rows, tips=tips, x=at, y=marks.on(y, "y"))]
    free = lanes.apart([place - 3 for place in highs], 15, strip.top, strip.bottom - 6)
    for row, place in zip(rows, free, strict=True):
        share = 1 - float(str(row["x"])) / (100 * d.rates[-1])
        room = share < 0.4  # the name runs to the left where the drawing ends soon
        side = {"align": "right", "dx": look(-9)} if room else {"dx": look(9)}
        if room:
            place -= 14
        elif place > strip.top + 20:  # above the curve; at the top the curve falls away below
            place -= 6
        named = [row | {"y": place}]
        layers.append(marks.text("name", named, options=side, x=at, y=marks.on(y, "y")))
    return layers


def example() -> PlanCurves:
    n, lot = 32, 1_000  # two samples of 32: none found accepts, one found asks for the second

    def binomial(found: int, p: float) -> float:
        return float((1 - p) ** n if found == 0 else n * p * (1 - p) ** (n - 1))

    rates = tuple(i / 400 for i in range(61))
    first, second = [binomial(0, p) for p in rates], [binomial(1, p) for p in rates]
    accepted = tuple(a + b * a for a, b in zip(first, second, strict=True))
    kept = [a * (lot - n) + b * a * (lot - 2 * n) for a, b in zip(first, second, strict=True)]
    return PlanCurves(
        plan="two samples of 32, accept at 0, then at 1, from 1,000",
        rates=rates,
        acceptance=accepted,
        asn=tuple(n + n * b for b in second),
        aoq=tuple(p * left / lot for p, left in zip(rates, kept, strict=True)),
        marked=((0.01, accepted[4], "AQL"), (0.08, accepted[32], "LTPD")),
    )


KIND = Kind(
    name="plan_curves",
    data=PlanCurves,
    title=title,
    finding=finding,
    draw=draw,
    table=table,
    example=example,
)
