"""Is the process stable? One control chart with its limits, and the rules that points break."""

from collections.abc import Sequence
from dataclasses import dataclass

from . import marks, words
from .kind import Kind, Look, Spec, Table

HEIGHT = 220
NAMES = 78  # pixels at the right for the names of the limits
DOTTED = 300  # more points than these are drawn as a line alone, but for those that break a rule


@dataclass(frozen=True, slots=True)
class ControlPoints:
    """points, center, lcl, ucl: one for each plotted point, in order.

    broken: (place from 0, numbers of the rules broken there); base: points that the limits come
    from, when later ones are judged by them; digits: decimals that the gauge has.
    """

    what: str
    unit: str
    points: tuple[float, ...]
    center: tuple[float, ...]
    lcl: tuple[float, ...]
    ucl: tuple[float, ...]
    broken: tuple[tuple[int, tuple[int, ...]], ...] = ()
    base: int | None = None
    digits: int = 3
    across: str = "point, in the order made"


def title(d: ControlPoints) -> str:
    return f"Is it stable? {d.what}, {words.count(len(d.points))} points"


def finding(d: ControlPoints) -> str:
    if not d.points:
        return "No points yet."
    if not d.broken:
        return f"None of {words.count(len(d.points))} points breaks a rule."
    place, rules = d.broken[0]
    named = ", ".join(str(rule) for rule in rules)
    count = len(d.broken)
    verb = "breaks" if count == 1 else "break"
    return (
        f"{words.count(count)} of {words.count(len(d.points))} points {verb} a rule, the first at "
        f"point {words.count(place + 1)} (rule {named})."
    )


def table(d: ControlPoints) -> Table:
    rules = {place: ", ".join(map(str, broken)) for place, broken in d.broken}
    return Table(
        ("Point", f"Value, {d.unit}", "LCL", "Centre", "UCL", "Rules broken"),
        tuple(
            (i + 1, value, low, middle, high, rules.get(i, ""))
            for i, (value, low, middle, high) in enumerate(
                zip(d.points, d.lcl, d.center, d.ucl, strict=True)
            )
        ),
    )


def draw(d: ControlPoints, look: Look) -> Spec:
    if not d.points:
        said = [{"text": "No points yet."}]
        nothing = marks.text("label", said, x=marks.at(0), y=marks.at(look(14)))
        return {"height": look(40), "layer": [nothing]}
    n = len(d.points)
    every = step(n)
    across = {"title": d.across, "values": list(range(every, n + 1, every))}
    # Room at the right for the names of the limits, where no point lies under them.
    length = [0, {"expr": f"width - {look(NAMES)}"}]
    x = marks.on(marks.number([0.5, n + 0.5], axis=across, range=length), "x")
    low, high = _reach(d)
    y = marks.on(marks.number([low, high], axis={"title": d.unit, "tickCount": 5}), "y")
    layers = [
        _line("centre-line", d.center, x, y),
        _line("control-limit", d.lcl, x, y),
        _line("control-limit", d.ucl, x, y),
        marks.layer(
            "line",
            "observed-line",
            [{"x": i + 1, "y": value} for i, value in enumerate(d.points)],
            x=x,
            y=y,
        ),
    ]
    if d.base is not None and d.base < len(d.points):
        phase = [{"x": d.base + 0.5}]
        layers.append(
            marks.layer("rule", "phase", phase, x=x, y=marks.at(0), y2=marks.at("height"))
        )
    return {"height": look(HEIGHT), "layer": [*layers, *_dots(d, x, y, look), *_names(d, y)]}


def _reach(d: ControlPoints) -> tuple[float, float]:
    low, high = min(*d.points, *d.lcl), max(*d.points, *d.ucl)
    room = 0.12 * (high - low) or 0.5 * max(abs(high), 1.0)
    return low - room, high + room


def _line(style: str, values: Sequence[float], x: Spec, y: Spec) -> Spec:
    """A line through the limits: its ends where all are the same, a step for each point else."""
    rows = [{"x": i + 0.5 + side, "y": value} for i, value in enumerate(values) for side in (0, 1)]
    if min(values) == max(values):
        rows = [rows[0], rows[-1]]
    return marks.layer("line", style, rows, x=x, y=y)


def _dots(d: ControlPoints, x: Spec, y: Spec, look: Look) -> list[Spec]:
    broken = dict(d.broken)
    tips = (("x", "Point"), ("value", d.what), ("rules", "Rules broken"))
    rows = [
        {
            "x": i + 1,
            "y": value,
            "value": f"{words.rounded(value, d.digits)} {d.unit}".strip(),
            "rules": ", ".join(map(str, broken[i])) if i in broken else "none",
            "text": ", ".join(map(str, broken.get(i, ()))),
        }
        for i, value in enumerate(d.points)
        if i in broken or len(d.points) <= DOTTED
    ]
    good = [row for row in rows if not row["text"]]
    bad = [row for row in rows if row["text"]]
    layers = [marks.layer("point", "observed", good, tips=tips, x=x, y=y)] if good else []
    if bad:
        layers.append(marks.layer("point", "rule-broken", bad, tips=tips, x=x, y=y))
        # The first of a run of signals is named; the octagons of the rest say enough.
        named = [row for row in bad if not _follows(row, bad)]
        options = {"align": "center", "dy": look(-12)}
        layers.append(marks.text("spec-label", named, options=options, x=x, y=y))
    return layers


def _follows(row: dict[str, object], bad: Sequence[dict[str, object]]) -> bool:
    at = int(str(row["x"]))
    return any(other["x"] == at - 1 and other["text"] == row["text"] for other in bad)


def _names(d: ControlPoints, y: Spec) -> list[Spec]:
    """The limits' names and values to the right of the last point."""
    ends = (("UCL", d.ucl[-1]), ("mean", d.center[-1]), ("LCL", d.lcl[-1]))
    rows = [
        {"y": value, "text": f"{name} {words.rounded(value, d.digits)}"} for name, value in ends
    ]
    if d.ucl[-1] == d.lcl[-1]:
        rows = rows[1:2]  # all values are equal: three names would lie on each other
    options = {"align": "right"}
    return [marks.text("axis-label", rows, options=options, x=marks.at("width"), y=y)]


def step(n: int) -> int:
    """A round distance of ticks, eight or so over n points."""
    rough = max(1, n // 8)
    size = 10 ** (len(str(rough)) - 1)
    return int(next(size * lead for lead in (1, 2, 5, 10) if size * lead >= rough))


def example() -> ControlPoints:
    points = (
        33.75, 33.05, 34.00, 33.81, 33.46, 34.02, 33.68, 33.27, 33.49, 33.20, 33.62, 33.00,
        33.54, 33.12, 33.84, 33.40, 33.61, 35.30, 33.48, 33.55,
    )  # fmt: skip
    n = len(points)
    return ControlPoints(
        what="Viscosity, single values",
        unit="mPa·s",
        points=points,
        center=(33.52,) * n,
        lcl=(32.25,) * n,
        ucl=(34.80,) * n,
        broken=((17, (1,)),),
        base=15,
        digits=2,
    )


KIND = Kind(
    name="control_chart",
    data=ControlPoints,
    title=title,
    finding=finding,
    draw=draw,
    table=table,
    example=example,
)
