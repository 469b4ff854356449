"""Can the process hold its limits? A histogram of the values between them, with the curve."""

import math
from dataclasses import dataclass

from . import marks, words
from .kind import Kind, Look, Spec, Table

HEIGHT = 200


@dataclass(frozen=True, slots=True)
class CapabilityStudy:
    """bins: (lower edge, upper edge, count), in order and of one width; curve: (value, count a
    bin would hold) of the fitted model; ppk with the lower bound that decides."""

    what: str
    unit: str
    bins: tuple[tuple[float, float, int], ...]
    lower: float | None
    upper: float | None
    curve: tuple[tuple[float, float], ...]
    ppk: float
    ppk_lower: float
    confidence: float
    outside: int
    digits: int = 3


def _count(d: CapabilityStudy) -> int:
    return sum(count for _, _, count in d.bins)


def title(d: CapabilityStudy) -> str:
    return f"Can the process hold its limits? {d.what}"


def finding(d: CapabilityStudy) -> str:
    beyond = f"{words.count(d.outside)} of {words.count(_count(d))} values outside the limits"
    if not d.outside:
        beyond = f"none of {words.count(_count(d))} values outside the limits"
    return (
        f"Ppk {words.rounded(d.ppk, 2)}, lower {words.percent(d.confidence)} bound "
        f"{words.rounded(d.ppk_lower, 2)}; {beyond}."
    )


def table(d: CapabilityStudy) -> Table:
    return Table((f"From, {d.unit}", f"To, {d.unit}", "Values"), d.bins)


def draw(d: CapabilityStudy, look: Look) -> Spec:
    low, high = _reach(d)
    x = marks.on(
        marks.number([low, high], axis={"title": f"{d.unit}; upwards: values", "tickCount": 7}),
        "x",
    )
    most = max([*(count for *_, count in d.bins), *(count for _, count in d.curve), 1])
    up = {"title": None, "tickCount": 4, "tickMinStep": 1}
    y = marks.on(marks.number([0, most * 1.08], axis=up), "y")
    rows = [
        {
            "x": left,
            "x2": right,
            "y": count,
            "y2": 0,
            "range": f"{words.rounded(left, d.digits)} to {words.rounded(right, d.digits)}",
        }
        for left, right, count in d.bins
        if count
    ]
    tips = (("range", d.what), ("y", "Values"))
    bars = marks.layer(
        "rect", "observed-bar", rows, tips=tips, x=x, x2={"field": "x2"}, y=y, y2={"field": "y2"}
    )
    curve = marks.layer("line", "mean", [{"x": v, "y": n} for v, n in d.curve], x=x, y=y)
    limits: list[marks.Named] = [
        (limit, "spec-limit", "spec-label", f"{name} {words.trimmed(limit, d.digits)}")
        for name, limit in (("lower limit", d.lower), ("upper limit", d.upper))
        if limit is not None
    ]
    return {"height": look(HEIGHT), "layer": [bars, curve, *marks.uprights(x, limits, look)]}


def _reach(d: CapabilityStudy) -> tuple[float, float]:
    ends = [d.bins[0][0], d.bins[-1][1], *(v for v, _ in d.curve)]
    ends += [limit for limit in (d.lower, d.upper) if limit is not None]
    room = 0.04 * (max(ends) - min(ends))
    return min(ends) - room, max(ends) + room


def example() -> CapabilityStudy:
    counts = (2, 5, 11, 17, 21, 19, 13, 8, 3, 1)
    bins = tuple(
        (round(0.36 + 0.02 * i, 4), round(0.38 + 0.02 * i, 4), count)
        for i, count in enumerate(counts)
    )
    curve = tuple(
        (0.34 + 0.005 * i, 22 * math.exp(-(((0.34 + 0.005 * i - 0.455) / 0.038) ** 2) / 2))
        for i in range(48)
    )
    return CapabilityStudy(
        what="lid seat gap",
        unit="mm",
        bins=bins,
        lower=0.3,
        upper=0.6,
        curve=curve,
        ppk=1.27,
        ppk_lower=1.11,
        confidence=0.95,
        outside=0,
        digits=2,
    )


KIND = Kind(
    name="capability_histogram",
    data=CapabilityStudy,
    title=title,
    finding=finding,
    draw=draw,
    table=table,
    example=example,
)
