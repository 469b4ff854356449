"""Are the values normal? Values against the shares of a normal model, on its own scale."""

from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

from . import marks, words
from .kind import Kind, Look, Spec, Table

HEIGHT = 240
SHARES = (0.001, 0.01, 0.05, 0.2, 0.5, 0.8, 0.95, 0.99, 0.999)
DENSE = 150
SHOWN = 2_000  # more points than these lie on each other: every k-th is drawn
SHARE = "format(round(cumulativeNormal(datum.value) * 1000) / 10, '~r') + ' %'"


@dataclass(frozen=True, slots=True)
class ProbabilityPlot:
    """points: (value, share of all values below it, the plotting position), values rising.

    mean, sd: of the fitted normal. band: (share, lower value, upper value) between which that
    quantile lies with the confidence, shares rising; p: chance of so bad a fit, were it normal.
    """

    what: str
    unit: str
    points: tuple[tuple[float, float], ...]
    mean: float
    sd: float
    p: float
    normal: bool
    band: tuple[tuple[float, float, float], ...] = ()
    confidence: float = 0.95
    digits: int = 3


def title(d: ProbabilityPlot) -> str:
    return f"Are the values normal? {d.what}, {words.count(len(d.points))} values"


def finding(d: ProbabilityPlot) -> str:
    said = "under 0.001" if d.p < 0.001 else words.rounded(d.p, 3)
    verdict = "No sign against a normal distribution" if d.normal else "Not normal"
    return f"{verdict}: Anderson-Darling p {said}."


def table(d: ProbabilityPlot) -> Table:
    return Table(
        (f"Value, {d.unit}", "Share below, %", "Normal model at that share"),
        tuple((value, round(share * 100, 4), d.mean + d.sd * _z(share))
              for value, share in d.points),
    )  # fmt: skip


def _z(share: float) -> float:
    return NormalDist().inv_cdf(share)


def draw(d: ProbabilityPlot, look: Look) -> Spec:
    top = max(2.4, *(abs(_z(d.points[i][1])) for i in (0, -1))) + 0.15
    model = [d.mean - top * d.sd, d.mean + top * d.sd]
    ends = [d.points[0][0], d.points[-1][0], *model]
    across = {"title": d.unit, "tickCount": 6}
    room = 0.02 * (max(ends) - min(ends))  # so that no point is cut by the edge
    x = marks.number([min(ends) - room, max(ends) + room], axis=across)
    shares = [_z(share) for share in SHARES if abs(_z(share)) <= top]
    up = {"title": "share of values below", "values": shares, "labelExpr": SHARE}
    y = marks.number([-top, top], axis=up)
    line = [{"x": value, "y": z} for value, z in zip(model, (-top, top), strict=True)]
    at: dict[str, Any] = {"x": marks.on(x, "x"), "y": marks.on(y, "y")}
    layers = [] if not d.band else [_band(d, x, y, top)]
    layers.append(marks.layer("line", "mean", line, mark_options={"clip": True}, **at))
    every = -(-len(d.points) // SHOWN)
    rows = [
        {"x": value, "y": _z(share), "value": f"{words.rounded(value, d.digits)} {d.unit}",
         "share": words.percent(share)}
        for value, share in (*d.points[:-1:every], d.points[-1])
    ]  # fmt: skip
    tips = (("value", d.what), ("share", "Share below"))
    # Rims would hide the points of a large sample behind each other.
    dense = {"size": look(5) ** 2, "strokeWidth": 0} if len(rows) > DENSE else {}
    layers.append(marks.layer("point", "observed", rows, tips=tips, mark_options=dense, **at))
    return {"height": look(HEIGHT), "layer": layers}


def _band(d: ProbabilityPlot, x: Spec, y: Spec, top: float) -> Spec:
    rows = [
        {"y": _z(share), "x": low, "x2": high}
        for share, low, high in d.band
        if abs(_z(share)) <= top
    ]
    # Sideways: a quantile has an interval of values.
    how = {"orient": "horizontal", "clip": True}
    return marks.layer(
        "area", "prediction-range", rows, mark_options=how, x=marks.on(x, "x"),
        x2={"field": "x2"}, y=marks.on(y, "y"),
    )  # fmt: skip


def example() -> ProbabilityPlot:
    values = (
        9.958, 9.967, 9.972, 9.978, 9.981, 9.985, 9.989, 9.993, 9.996, 10.000, 10.003, 10.006,
        10.009, 10.014, 10.018, 10.021, 10.027, 10.032, 10.041, 10.058,
    )  # fmt: skip
    n = len(values)
    mean, sd = 10.0024, 0.0264
    shares = [i / 100 for i in (1, 2, 5, 10, 20, 30, 50, 70, 80, 90, 95, 98, 99)]
    band = []
    for share in shares:
        z = _z(share)
        arm = 2.09 * sd * ((1 + z * z / 2) / n) ** 0.5
        band.append((share, mean + z * sd - arm, mean + z * sd + arm))
    return ProbabilityPlot(
        what="bore diameter",
        unit="mm",
        points=tuple((value, (i + 0.625) / (n + 0.25)) for i, value in enumerate(values)),
        mean=mean,
        sd=sd,
        p=0.972,
        normal=True,
        band=tuple(band),
    )


KIND = Kind(
    name="probability_plot",
    data=ProbabilityPlot,
    title=title,
    finding=finding,
    draw=draw,
    table=table,
    example=example,
)
