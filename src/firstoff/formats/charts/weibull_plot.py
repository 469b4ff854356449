"""How long does it last? Failures on Weibull paper, the fit with its bounds, units still good."""

import math
from dataclasses import dataclass
from typing import Any

from . import marks, words
from .kind import Kind, Look, Spec, Table

HEIGHT = 260
SHARES = (0.001, 0.01, 0.05, 0.1, 0.2, 0.5, 0.8, 0.95, 0.99)
SHARE = "format(round((1 - exp(-exp(datum.value))) * 1000) / 10, '~r') + ' %'"


@dataclass(frozen=True, slots=True)
class WeibullPlot:
    """points: (time of a failure, share failed by then, the plotting position), times rising.

    suspended: times of units still good. curve: (share failed, time by which the fit has it, the
    bounds of that time), shares rising. life: the one of them to name, such as B10.
    """

    what: str
    unit: str
    points: tuple[tuple[float, float], ...]
    suspended: tuple[float, ...]
    curve: tuple[tuple[float, float, float, float], ...]
    shape: float
    scale: float
    confidence: float
    life: tuple[float, float, float, float] | None = None


def title(d: WeibullPlot) -> str:
    return f"How long does it last? {d.what}"


def finding(d: WeibullPlot) -> str:
    n = len(d.points) + len(d.suspended)
    said = (
        f"{words.count(len(d.points))} of {words.count(n)} failed; Weibull shape "
        f"{_figure(d.shape)}, scale {_figure(d.scale)} {d.unit}"
    )
    if d.life is None:
        return f"{said}."
    share, time, low, high = d.life
    return (
        f"{said}; {words.percent(share)} have failed by {_figure(time)} {d.unit}, interval "
        f"{_figure(low)} to {_figure(high)} with {words.percent(d.confidence)}."
    )


def _figure(value: float) -> str:
    return words.trimmed(value, max(0, 2 - math.floor(math.log10(abs(value)))))


def table(d: WeibullPlot) -> Table:
    rows = [(time, "failed", round(share * 100, 4)) for time, share in d.points]
    still: list[tuple[str | float, ...]] = [(time, "still good", "") for time in d.suspended]
    return Table((f"Time, {d.unit}", "State", "Share failed, %"), (*rows, *still))


def _y(share: float) -> float:
    return math.log(-math.log1p(-share))


def draw(d: WeibullPlot, look: Look) -> Spec:
    low, high = _reach(d)
    shares = [_y(share) for share in SHARES if low <= _y(share) <= high]
    up = {"title": "share failed", "values": shares, "labelExpr": SHARE}
    y = marks.number([low, high], axis=up)
    begin, end = _times(d)
    across = {"title": d.unit, "tickCount": 6, "format": ",~r"}
    x = marks.number([begin, end], axis=across, type="log")
    at: dict[str, Any] = {"x": marks.on(x, "x"), "y": marks.on(y, "y")}
    rows = [{"y": _y(share), "x": t, "low": lo, "high": hi} for share, t, lo, hi in d.curve]
    how = {"clip": True, "orient": "horizontal"}
    band = marks.layer(
        "area", "prediction-range", rows, mark_options=how, x=marks.on(x, "low"),
        x2={"field": "high"}, y=at["y"],
    )  # fmt: skip
    fit = marks.layer("line", "mean", rows, mark_options={"clip": True}, **at)
    return {"height": look(HEIGHT), "layer": [band, fit, *_seen(d, at, look), *_life(d, at, look)]}


def _times(d: WeibullPlot) -> tuple[float, float]:
    """What was seen and what is named, with some room at both ends."""
    times = [*(t for t, _ in d.points), *d.suspended, *(() if d.life is None else d.life[1:])]
    room = max(1.1, (max(times) / min(times)) ** 0.04)
    return min(times) / room, max(times) * room


def _reach(d: WeibullPlot) -> tuple[float, float]:
    seen = [_y(share) for _, share in d.points]
    if d.life is not None:
        seen.append(_y(d.life[0]))
    return min(*seen, _y(0.05)) - 0.5, max(*seen, _y(0.8)) + 0.4


def _seen(d: WeibullPlot, at: dict[str, Any], look: Look) -> list[Spec]:
    failed = [
        {"x": t, "y": _y(share), "time": f"{_figure(t)} {d.unit}", "share": words.percent(share)}
        for t, share in d.points
    ]
    tips = (("time", "Failed at"), ("share", "Share failed"))
    layers = [marks.layer("point", "observed", failed, tips=tips, **at)]
    if d.suspended:
        good = [{"x": t, "time": f"{_figure(t)} {d.unit}"} for t in d.suspended]
        foot = marks.at({"expr": f"height - {look(6)}"})
        arrow = {"shape": "triangle-right", "size": look(11) ** 2}  # it goes on
        said = (("time", "Still good at"),)
        layers.append(
            marks.layer("point", "earlier", good, tips=said, mark_options=arrow, x=at["x"], y=foot)
        )
    return layers


def _life(d: WeibullPlot, at: dict[str, Any], look: Look) -> list[Spec]:
    if d.life is None:
        return []
    share, time, low, high = d.life
    row = [{"x": low, "x2": high, "y": _y(share), "time": time,
            "text": f"{words.percent(share)} failed by {_figure(time)} {d.unit}"}]  # fmt: skip
    begin, end = _times(d)
    late = math.log(time / begin) > 0.42 * math.log(end / begin)
    side = {"align": "right", "dx": look(-8), "dy": look(-10), "baseline": "bottom"}
    if not late:
        side = {"dx": look(8), "dy": look(10), "baseline": "top"}
    return [
        marks.layer(
            "rule", "interval", row, mark_options={"clip": True}, x2={"field": "x2"}, **at
        ),
        marks.text("name", row, options=side, x=at["x"] | {"field": "time"}, y=at["y"]),
    ]


def example() -> WeibullPlot:
    # Fourteen bearings, four of them still good; fit and bounds by maximum likelihood.
    times = (310.0, 480.0, 560.0, 630.0, 700.0, 790.0, 840.0, 950.0, 1090.0, 1300.0)
    ranks = (0.0483, 0.117, 0.1865, 0.2561, 0.3258, 0.4032, 0.4806, 0.5581, 0.651, 0.7439)
    curve = (
        (0.005, 133.1, 45.0, 393.6), (0.01, 174.8, 67.6, 451.5),
        (0.02, 229.7, 101.7, 518.9), (0.05, 331.0, 174.7, 627.1),
        (0.1, 438.8, 263.9, 729.7), (0.2, 588.8, 401.3, 863.8),
        (0.3, 707.5, 515.7, 970.7), (0.5, 917.9, 713.0, 1181.6),
        (0.7, 1139.6, 890.8, 1457.9), (0.8, 1276.8, 982.2, 1659.9),
        (0.9, 1469.2, 1091.6, 1977.4), (0.95, 1628.7, 1170.7, 2266.1),
        (0.98, 1808.3, 1250.8, 2614.2),
    )  # fmt: skip
    return WeibullPlot(
        what="fan bearing",
        unit="h",
        points=tuple(zip(times, ranks, strict=True)),
        suspended=(700.0, 950.0, 1300.0, 1300.0),
        curve=curve,
        shape=2.552,
        scale=1059.7,
        confidence=0.95,
        life=(0.1, 438.8, 263.9, 729.7),
    )


KIND = Kind(
    name="weibull_plot",
    data=WeibullPlot,
    title=title,
    finding=finding,
    draw=draw,
    table=table,
    example=example,
)
