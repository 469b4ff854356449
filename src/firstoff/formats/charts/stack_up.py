"""Do the parts fit? The gaps of a chain between their limits, and which link decides."""

import math
from dataclasses import dataclass
from typing import Any

from . import lanes, marks, words
from .kind import Kind, Look, Spec, Table

TALL = 170
GAP = 66
ROW = 34
LINKS = 12  # further links are summed in one row


@dataclass(frozen=True, slots=True)
class LinkPart:
    """share: of the variance of the gap, a fraction."""

    name: str
    share: float


@dataclass(frozen=True, slots=True)
class StackUp:
    """bins: (lower edge, upper edge, gaps drawn), in order and of one width; lower, upper: limits
    of the gap; outside: share of gaps beyond them, with its interval; links: what each adds."""

    what: str
    unit: str
    bins: tuple[tuple[float, float, int], ...]
    lower: float | None
    upper: float | None
    mean: float
    outside: tuple[float, float, float] | None
    links: tuple[LinkPart, ...]
    digits: int = 3


def title(d: StackUp) -> str:
    return f"Do the parts fit? {d.what}"


def finding(d: StackUp) -> str:
    drawn = words.count(sum(count for *_, count in d.bins))
    said = f"{drawn} gaps drawn, mean {words.rounded(d.mean, d.digits)} {d.unit}".rstrip()
    if d.outside is not None:
        share, low, high = d.outside
        said += f"; {words.end(share)} outside, {words.interval(low, high)}"
    if d.links:
        most = _ranked(d)[0]
        said += f"; {most.name} makes {words.percent(most.share)} of the variance"
    return f"{said}."


def table(d: StackUp) -> Table:
    gaps = [(f"gap {low:g} to {high:g} {d.unit}".strip(), count) for low, high, count in d.bins]
    links = [(link.name, f"{words.percent(link.share)} of the variance") for link in _ranked(d)]
    return Table(("Gap or link", "Gaps drawn, or share"), (*gaps, *links))


def _gap(d: StackUp) -> str:
    return f"gap, {d.unit}" if d.unit else "gap"


def _ranked(d: StackUp) -> list[LinkPart]:
    ranked = sorted(d.links, key=lambda link: (-link.share, link.name))
    if len(ranked) <= LINKS:
        return ranked
    rest = ranked[LINKS - 1 :]
    return [
        *ranked[: LINKS - 1],
        LinkPart(f"{len(rest)} further links", sum(link.share for link in rest)),
    ]


def draw(d: StackUp, look: Look) -> Spec:
    links = _ranked(d)
    height = 20 + TALL + 24 + ((GAP - 24) + ROW * len(links) if links else 0)
    y = lanes.down(height)
    low, high = _reach(d)
    x = marks.number([low, high])
    strip = lanes.Lane(22, 22 + TALL, 0, 1.06 * max(1, *(count for *_, count in d.bins)))
    layers = [*_bars(d, strip, x, y), *_axis(d, strip, x, y, look), *_limits(d, strip, x, y, look)]
    if links:
        layers += _shares(links, strip.bottom + GAP + 10, (low, high), x, y, look)
    return {"height": look(height), "layer": layers}


def _reach(d: StackUp) -> tuple[float, float]:
    ends = [d.bins[0][0], d.bins[-1][1]]
    ends += [limit for limit in (d.lower, d.upper) if limit is not None]
    room = 0.04 * (max(ends) - min(ends))
    return min(ends) - room, max(ends) + room


def _bars(d: StackUp, strip: lanes.Lane, x: Spec, y: Spec) -> list[Spec]:
    rows = [
        {"x": left, "x2": right, "y": strip.y(count), "y2": strip.bottom,
         "count": words.count(count),
         "range": f"{words.rounded(left, d.digits)} to {words.rounded(right, d.digits)}"}
        for left, right, count in d.bins
        if count
    ]  # fmt: skip
    tips = (("range", "Gap"), ("count", "Gaps drawn"))
    return [
        marks.layer("rect", "observed-bar", rows, tips=tips, x=marks.on(x, "x"),
                    x2={"field": "x2"}, y=marks.on(y, "y"), y2={"field": "y2"})
    ]  # fmt: skip


def _axis(d: StackUp, strip: lanes.Lane, x: Spec, y: Spec, look: Look) -> list[Spec]:
    """The scale of the gaps stands in the middle of the drawing, above the links."""
    low, high = x["scale"]["domain"]
    figures = lanes.ticks(low, high, 6)
    digits = lanes.places(figures)
    foot = strip.bottom
    rows = [
        {"x": figure, "y": foot, "y2": foot + 4, "text": words.rounded(figure, digits)}
        for figure in figures
    ]
    at = marks.on(y, "y")
    under = {"align": "center", "dy": look(13)}
    unit = [{"y": foot + 30, "text": f"{_gap(d)}; upwards: gaps drawn"}]
    return [
        marks.layer("rule", "hair", [{"y": foot}], x=marks.at(0), x2=marks.at("width"), y=at),
        marks.layer("rule", "hair", rows, x=marks.on(x, "x"), y=at, y2={"field": "y2"}),
        marks.text("axis-label", rows, options=under, x=marks.on(x, "x"), y=at),
        marks.text("axis-label", unit, options={"align": "right"}, x=marks.at("width"), y=at),
    ]


def _limits(d: StackUp, strip: lanes.Lane, x: Spec, y: Spec, look: Look) -> list[Spec]:
    layers = []
    low, high = x["scale"]["domain"]
    for name, limit in (("lower limit", d.lower), ("upper limit", d.upper)):
        if limit is None:
            continue
        late = limit > (low + high) / 2
        side = {"align": "right", "dx": look(-5)} if late else {"dx": look(5)}
        lane = 8 if late else -7
        row = [{"x": limit, "y": lane, "y2": strip.bottom,
                "text": f"{name} {words.trimmed(limit, d.digits)}"}]  # fmt: skip
        at: dict[str, Any] = {"x": marks.on(x, "x"), "y": marks.on(y, "y")}
        layers += [
            marks.layer("rule", "spec-limit", row, y2={"field": "y2"}, **at),
            marks.text("spec-label", row, options=side, **at),
        ]
    return layers


def _shares(
    links: list[LinkPart], top: float, reach: tuple[float, float], x: Spec, y: Spec, look: Look
) -> list[Spec]:
    low, high = reach
    rows = [
        {"x": low, "x2": low + (high - low) * 0.98 * link.share / max(links[0].share, 1e-12),
         "y": top + 13 + ROW * k, "y2": top + 23 + ROW * k, "name": link.name,
         "share": words.percent(link.share),
         "text": f"{link.name}: {words.percent(link.share)}"}
        for k, link in enumerate(links)
    ]  # fmt: skip
    head = [{"y": top - 16, "text": "share of each link in the variance of the gap"}]
    named = [row | {"y": top + 4 + ROW * k} for k, row in enumerate(rows)]
    limit = {"limit": {"expr": "width"}, "ellipsis": "…"}
    tips = (("name", "Link"), ("share", "Share of the variance"))
    return [
        marks.text("axis-label", head, options=limit, x=marks.at(0), y=marks.on(y, "y")),
        marks.text("name", named, options=limit, x=marks.at(0), y=marks.on(y, "y")),
        marks.layer("rect", "earlier-bar", rows, tips=tips, x=marks.on(x, "x"),
                    x2={"field": "x2"}, y=marks.on(y, "y"), y2={"field": "y2"}),
    ]  # fmt: skip


def example() -> StackUp:
    mean, sd, width = 0.42, 0.061, 0.02
    bins = []
    for k in range(-13, 13):
        left = mean + k * width
        held = math.erf((left + width - mean) / sd / 2**0.5) - math.erf(
            (left - mean) / sd / 2**0.5
        )
        bins.append((round(left, 4), round(left + width, 4), round(50_000 * held)))
    return StackUp(
        what="lid to body",
        unit="mm",
        bins=tuple(bins),
        lower=0.3,
        upper=0.6,
        mean=mean,
        outside=(0.0262, 0.0252, 0.0272),
        links=(
            LinkPart("body depth", 0.61),
            LinkPart("lid rim", 0.24),
            LinkPart("gasket", 0.11),
            LinkPart("screw boss", 0.04),
        ),
        digits=2,
    )


KIND = Kind(
    name="stack_up",
    data=StackUp,
    title=title,
    finding=finding,
    draw=draw,
    table=table,
    example=example,
)
