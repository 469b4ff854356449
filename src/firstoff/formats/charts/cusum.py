"""Has the mean shifted? The two sums of a CUSUM chart between their decision limits."""

from dataclasses import dataclass

from . import marks, words
from .control_chart import NAMES, step
from .kind import Kind, Look, Spec, Table

HEIGHT = 220
DOTTED = 300


@dataclass(frozen=True, slots=True)
class CusumSums:
    """upper, lower: sums of shifts upwards and downwards, in sigma, at each point, both from 0 up.

    limit: where they signal. signals_upper, signals_lower: places from 0 that signal; began: the
    place from 0 where the sum of the first signal left 0.
    """

    what: str
    upper: tuple[float, ...]
    lower: tuple[float, ...]
    limit: float
    signals_upper: tuple[int, ...] = ()
    signals_lower: tuple[int, ...] = ()
    began: int | None = None
    across: str = "point, in the order made"


def title(d: CusumSums) -> str:
    return f"Has the mean shifted? {d.what}, {words.count(len(d.upper))} points"


def finding(d: CusumSums) -> str:
    if not d.upper:
        return "No points yet."
    both = [(i, "upwards") for i in d.signals_upper] + [(i, "downwards") for i in d.signals_lower]
    if not both:
        return f"None of {words.count(len(d.upper))} points signals a shift."
    place, way = min(both)
    since = "" if d.began is None else f", which began at point {words.count(d.began + 1)}"
    return f"A shift {way} is signalled first at point {words.count(place + 1)}{since}."


def table(d: CusumSums) -> Table:
    above, below = set(d.signals_upper), set(d.signals_lower)
    return Table(
        ("Point", "Sum upwards, sigma", "Sum downwards, sigma", "Signal"),
        tuple(
            (i + 1, up, down, "upwards" if i in above else "downwards" if i in below else "")
            for i, (up, down) in enumerate(zip(d.upper, d.lower, strict=True))
        ),
    )


def draw(d: CusumSums, look: Look) -> Spec:
    if not d.upper:
        said = [{"text": "No points yet."}]
        nothing = marks.text("label", said, x=marks.at(0), y=marks.at(look(14)))
        return {"height": look(40), "layer": [nothing]}
    n = len(d.upper)
    across = {"title": d.across, "values": list(range(step(n), n + 1, step(n)))}
    length = [0, {"expr": f"width - {look(NAMES)}"}]
    x = marks.on(marks.number([0.5, n + 0.5], axis=across, range=length), "x")
    most = 1.15 * max(d.limit, *d.upper, *d.lower)
    up = {"title": "sum of shifts, sigma; downwards below 0", "tickCount": 5,
          "labelExpr": "format(abs(datum.value), '~r')"}  # fmt: skip
    y = marks.on(marks.number([-most, most], axis=up), "y")
    layers = [_across("centre-line", 0, n, x, y)]
    layers += [_across("control-limit", side * d.limit, n, x, y) for side in (1, -1)]
    for side, sums, signals in ((1, d.upper, d.signals_upper), (-1, d.lower, d.signals_lower)):
        layers += _sums(d, side, sums, set(signals), x, y)
    names = [
        {"y": side * d.limit, "text": f"limit {words.trimmed(d.limit, 2)}"} for side in (1, -1)
    ]
    layers.append(
        marks.text("axis-label", names, options={"align": "right"}, x=marks.at("width"), y=y)
    )
    return {"height": look(HEIGHT), "layer": layers}


def _across(style: str, value: float, n: int, x: Spec, y: Spec) -> Spec:
    rows = [{"x": 0.5, "y": value}, {"x": n + 0.5, "y": value}]
    return marks.layer("line", style, rows, x=x, y=y)


def _sums(
    d: CusumSums, side: int, sums: tuple[float, ...], signals: set[int], x: Spec, y: Spec
) -> list[Spec]:
    rows = [
        {"x": i + 1, "y": side * value, "sum": words.rounded(value, 2), "signal": i in signals}
        for i, value in enumerate(sums)
    ]
    layers = [marks.layer("line", "observed-line", rows, x=x, y=y)]
    tips = (("x", "Point"), ("sum", f"Sum {'upwards' if side > 0 else 'downwards'}, sigma"))
    good = [row for row in rows if not row["signal"] and len(rows) <= DOTTED]
    bad = [row for row in rows if row["signal"]]
    if good:
        layers.append(marks.layer("point", "observed", good, tips=tips, x=x, y=y))
    if bad:
        layers.append(marks.layer("point", "rule-broken", bad, tips=tips, x=x, y=y))
    return layers


def example() -> CusumSums:
    z = (-0.6, 0.3, -0.9, 0.5, 0.1, -0.4, 0.8, -0.2, 1.4, 0.9, 1.6, 1.1, 2.0, 1.3, 1.7, 1.2)
    upper, lower, high, low = [], [], 0.0, 0.0
    for value in z:
        high, low = max(0.0, high + value - 0.5), max(0.0, low - value - 0.5)
        upper.append(round(high, 3))
        lower.append(round(low, 3))
    return CusumSums(
        what="seat depth",
        upper=tuple(upper),
        lower=tuple(lower),
        limit=5.0,
        signals_upper=tuple(i for i, value in enumerate(upper) if value > 5),
        began=8,
    )


KIND = Kind(
    name="cusum",
    data=CusumSums,
    title=title,
    finding=finding,
    draw=draw,
    table=table,
    example=example,
)
