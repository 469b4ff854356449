"""Is the gauge good enough? Where the spread comes from, and how every reading shows it."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from . import lanes, marks, words
from .kind import Kind, Look, Spec, Table

STRIP = 104
GAP = 48
ROW = 38
HEAD = 18  # above the sources
ROOM = 78  # at the right, for names of limits and appraisers
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")
DASHES = ([1, 0], [6, 3], [2, 3], [8, 3, 2, 3], [4, 4], [1, 2])


@dataclass(frozen=True, slots=True)
class Part:
    """of_study: sd over that of all readings; of_tolerance: spread over the tolerance's width."""

    name: str
    of_study: float
    of_tolerance: float | None = None


@dataclass(frozen=True, slots=True)
class GaugePanel:
    """readings: by appraiser, then part, then trial; the same number of each.

    sources: repeatability, reproducibility, gauge R&R, parts. range_mean, range_limit: mean and
    upper limit of the ranges of a part's trials; mean, mean_low, mean_high: centre and limits of
    the means, which only the gauge's own scatter explains. digits: decimals that the gauge has.
    crossed: all appraisers measured the same parts.
    """

    what: str
    unit: str
    appraisers: tuple[str, ...]
    parts: tuple[str, ...]
    readings: tuple[tuple[tuple[float, ...], ...], ...]
    sources: tuple[Part, ...]
    range_mean: float
    range_limit: float
    mean: float
    mean_low: float
    mean_high: float
    categories: int | None
    digits: int = 3
    crossed: bool = True


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a strip draws: all strips share one scale across, from 0 to 1."""

    d: GaugePanel
    y: Spec
    look: Look

    @property
    def x(self) -> Spec:
        length = [self.look(lanes.LEFT), {"expr": f"width - {self.look(ROOM)}"}]
        return marks.number([0, 1], range=length)

    def at(self, field: str = "x") -> dict[str, Any]:
        return {"x": marks.on(self.x, field), "y": marks.on(self.y, "y")}

    def said(self, value: float) -> str:
        return f"{words.rounded(value, self.d.digits)} {self.d.unit}".strip()


_Strip = tuple[Sequence[float], bool, Callable[[_Place, lanes.Lane], list[Spec]]]


def title(d: GaugePanel) -> str:
    return f"Is the gauge good enough? {d.what}"


def finding(d: GaugePanel) -> str:
    said = "; ".join(_said(source) for source in d.sources)
    told = "no spread of the gauge seen" if d.categories is None else _told(d.categories)
    return f"{said}; {told}."


def _told(categories: int) -> str:
    return f"it tells {categories} {'category' if categories == 1 else 'categories'} apart"


def _said(source: Part) -> str:
    of = ""
    if source.of_tolerance is not None:
        of = f", {words.percent(source.of_tolerance)} of the tolerance"
    return f"{source.name} {words.percent(source.of_study)} of the study's spread{of}"


def table(d: GaugePanel) -> Table:
    return Table(
        ("Appraiser", "Part", "Trial", f"Reading, {d.unit}"),
        tuple(
            (appraiser, part, trial + 1, value)
            for appraiser, mine in zip(d.appraisers, d.readings, strict=True)
            for part, values in zip(d.parts, mine, strict=True)
            for trial, value in enumerate(values)
        ),
    )


def draw(d: GaugePanel, look: Look) -> Spec:
    top = HEAD + ROW * len(d.sources) + 26
    strips = _strips(d)
    height = top + len(strips) * (STRIP + GAP) - GAP + 22
    place = _Place(d, lanes.down(height), look)
    layers = _sources(place)
    for k, (reach, zero, drawn) in enumerate(strips):
        strip = lanes.lane(top + k * (STRIP + GAP), STRIP, reach, zero=zero)
        layers += drawn(place, strip)
    return {"height": look(height), "layer": layers}


def _strips(d: GaugePanel) -> list[_Strip]:
    """What the study can show: with own parts of each appraiser, or with one appraiser, less."""
    means = [[sum(v) / len(v) for v in mine] for mine in d.readings]
    flat = [value for mine in d.readings for values in mine for value in values]
    of_ranges = [max(v) - min(v) for mine in d.readings for v in mine]
    of_means = [m for mine in means for m in mine]
    strips: list[_Strip] = [
        ([*of_ranges, d.range_limit], True, _ranges),
        ([*of_means, d.mean_low, d.mean_high], False, partial(_means, means=means)),
    ]
    if d.crossed:
        strips.append((flat, False, partial(_by_part, means=means)))
    if len(d.appraisers) > 1:
        strips.append((flat, False, partial(_by_appraiser, means=means)))
    if d.crossed and len(d.appraisers) > 1:
        strips.append((of_means, False, partial(_interaction, means=means)))
    return strips


def _ranges(p: _Place, strip: lanes.Lane) -> list[Spec]:
    ranges = [[max(v) - min(v) for v in mine] for mine in p.d.readings]
    lines = (
        ("UCL", "control-limit", p.d.range_limit),
        ("mean", "centre-line", p.d.range_mean),
    )
    name = f"Range of the trials, {p.d.unit}"
    return _blocks(p, strip, ranges, name, lines, p.d.range_limit)


def _means(p: _Place, strip: lanes.Lane, means: Sequence[Sequence[float]]) -> list[Spec]:
    lines = (("UCL", "control-limit", p.d.mean_high), ("LCL", "control-limit", p.d.mean_low))
    name = f"Mean of the trials, {p.d.unit}; the limits hold what the gauge alone explains"
    return _blocks(p, strip, means, name, lines)


def _short(source: Part) -> str:
    of = ""
    if source.of_tolerance is not None:
        of = f"; {words.percent(source.of_tolerance)} of the tolerance"
    return f"{source.name} {words.percent(source.of_study)}{of}"


def _sources(p: _Place) -> list[Spec]:
    most = max(1.0, *(source.of_study for source in p.d.sources))
    rows = [
        {"x": 0, "x2": source.of_study / most, "y": HEAD + 15 + ROW * k, "y2": HEAD + 26 + ROW * k,
         "text": _short(source), "name": HEAD + 4 + ROW * k}
        for k, source in enumerate(p.d.sources)
    ]  # fmt: skip
    limit = {"limit": {"expr": f"width - {p.look(lanes.LEFT)}"}, "ellipsis": "…"}
    head = [{"y": 4, "text": "Share of the study's spread"}]
    begin = marks.at(p.look(lanes.LEFT))
    return [
        marks.text("name", head, x=marks.at(0), y=marks.on(p.y, "y")),
        marks.text("name", rows, options=limit, x=begin, y=marks.on(p.y, "name")),
        marks.layer("rect", "observed-bar", rows, tips=(("text", "Source"),),
                    x2={"field": "x2"}, y2={"field": "y2"}, **p.at()),
    ]  # fmt: skip


def _blocks(
    p: _Place, strip: lanes.Lane, values: Sequence[Sequence[float]], name: str,
    lines: Sequence[tuple[str, str, float]], most: float = math.inf,
) -> list[Spec]:  # fmt: skip
    """One point for each part, appraiser after appraiser, with the limits across; octagons where
    the readings of a part differ beyond what the gauge does elsewhere."""
    n, wide = len(p.d.parts), len(p.d.parts) * len(p.d.appraisers)
    layers = [lanes.heading(strip, name, p.y, p.look), *lanes.scale(strip, p.y, p.look)]
    for _, style, value in lines:
        row = [{"x": 0, "x2": 1, "y": strip.y(value)}]
        layers.append(marks.layer("rule", style, row, x2={"field": "x2"}, **p.at()))
    named = [
        {"y": place, "text": f"{label} {words.rounded(value, p.d.digits)}"}
        for place, (label, _, value) in zip(
            lanes.apart([strip.y(v) for *_, v in lines], 14, strip.top, strip.bottom),
            lines,
            strict=True,
        )
    ]
    layers.append(
        marks.text("axis-label", named, options={"align": "right"}, x=marks.at("width"),
                   y=marks.on(p.y, "y"))
    )  # fmt: skip
    for k, (appraiser, mine) in enumerate(zip(p.d.appraisers, values, strict=True)):
        rows = [
            {"x": (k * n + i + 0.5) / wide, "y": strip.y(value), "value": p.said(value),
             "part": part, "appraiser": appraiser}
            for i, (part, value) in enumerate(zip(p.d.parts, mine, strict=True))
        ]  # fmt: skip
        layers.append(marks.layer("line", "observed-line", rows, **p.at()))
        tips = (("appraiser", "Appraiser"), ("part", "Part"), ("value", name.split(";")[0]))
        beyond = [row for row, value in zip(rows, mine, strict=True) if value > most]
        held = [row for row in rows if row not in beyond]
        layers.append(marks.layer("point", "observed", held, tips=tips, **p.at()))
        if beyond:
            layers.append(marks.layer("point", "rule-broken", beyond, tips=tips, **p.at()))
    edges = [
        {"x": k * n / wide, "y": strip.top, "y2": strip.bottom}
        for k in range(1, len(p.d.appraisers))
    ]
    if edges:
        layers.append(marks.layer("rule", "phase", edges, y2={"field": "y2"}, **p.at()))
    return [*layers, _foot(p, strip, p.d.appraisers)]


def _foot(p: _Place, strip: lanes.Lane, names: Sequence[str]) -> Spec:
    """Names under the strip, each in the middle of its share of the width."""
    rows = [
        {"x": (i + 0.5) / len(names), "y": strip.bottom + 11, "text": name}
        for i, name in enumerate(names)
    ]
    room = {"expr": f"(width - {p.look(lanes.LEFT + ROOM)}) / {len(names)} - {p.look(3)}"}
    options = {"align": "center", "limit": room, "ellipsis": "…"}
    return marks.text("axis-label", rows, options=options, **p.at())


def _part_names(p: _Place, strip: lanes.Lane) -> Spec:
    """As many names of parts as fit without touching, fewer in a narrow drawing."""
    n, widest = len(p.d.parts), 7 * max(map(len, p.d.parts)) + 6
    wide, narrow = (max(1, math.ceil(n * widest / room)) for room in (430, 215))
    rows = [
        {"x": (i + 0.5) / n, "y": strip.bottom + 11, "wide": name if i % wide == 0 else "",
         "narrow": name if i % narrow == 0 else ""}
        for i, name in enumerate(p.d.parts)
    ]  # fmt: skip
    said = {"expr": f"width > {p.look(540)} ? datum.wide : datum.narrow"}
    options = {"align": "center", "baseline": "middle", "text": said}
    return marks.layer("text", "axis-label", rows, mark_options=options, **p.at())


def _by_part(p: _Place, strip: lanes.Lane, means: Sequence[Sequence[float]]) -> list[Spec]:
    n = len(p.d.parts)
    dots = [
        {"x": (i + 0.5) / n, "y": strip.y(value), "value": p.said(value), "part": part,
         "appraiser": appraiser}
        for appraiser, mine in zip(p.d.appraisers, p.d.readings, strict=True)
        for i, (part, values) in enumerate(zip(p.d.parts, mine, strict=True))
        for value in values
    ]  # fmt: skip
    middles = [
        {"x": (i + 0.5) / n, "y": strip.y(sum(mine[i] for mine in means) / len(means))}
        for i in range(n)
    ]
    return [*_readings(p, strip, dots, middles, "By part"), _part_names(p, strip)]


def _by_appraiser(p: _Place, strip: lanes.Lane, means: Sequence[Sequence[float]]) -> list[Spec]:
    n, k = len(p.d.parts), len(p.d.appraisers)
    dots = [
        {"x": (j + 0.5 + 0.5 * ((i + 0.5) / n - 0.5)) / k, "y": strip.y(value),
         "value": p.said(value), "part": part, "appraiser": appraiser}
        for j, (appraiser, mine) in enumerate(zip(p.d.appraisers, p.d.readings, strict=True))
        for i, (part, values) in enumerate(zip(p.d.parts, mine, strict=True))
        for value in values
    ]  # fmt: skip
    middles = [{"x": (j + 0.5) / k, "y": strip.y(sum(mine) / n)} for j, mine in enumerate(means)]
    layers = _readings(p, strip, dots, middles, "By appraiser, parts in order")
    return [*layers, _foot(p, strip, p.d.appraisers)]


def _readings(
    p: _Place,
    strip: lanes.Lane,
    dots: Sequence[marks.Row],
    middles: Sequence[marks.Row],
    name: str,
) -> list[Spec]:
    tips = (("appraiser", "Appraiser"), ("part", "Part"), ("value", "Reading"))
    return [
        lanes.heading(strip, f"{name}, {p.d.unit}; the line joins the means", p.y, p.look),
        *lanes.scale(strip, p.y, p.look),
        marks.layer("point", "earlier", dots, tips=tips, **p.at()),
        marks.layer("line", "mean", middles, **p.at()),
    ]


def _interaction(p: _Place, strip: lanes.Lane, means: Sequence[Sequence[float]]) -> list[Spec]:
    name = f"Mean of each part by appraiser, {p.d.unit}; lines alike: no interaction"
    layers = [lanes.heading(strip, name, p.y, p.look), *lanes.scale(strip, p.y, p.look)]
    n = len(p.d.parts)
    tips = (("appraiser", "Appraiser"), ("part", "Part"), ("value", "Mean"))
    for k, (appraiser, mine) in enumerate(zip(p.d.appraisers, means, strict=True)):
        rows = [
            {"x": (i + 0.5) / n, "y": strip.y(value), "value": p.said(value), "part": part,
             "appraiser": appraiser}
            for i, (part, value) in enumerate(zip(p.d.parts, mine, strict=True))
        ]  # fmt: skip
        dash = {"strokeDash": [p.look(length) for length in DASHES[k % len(DASHES)]]}
        shape = {"shape": SHAPES[k % len(SHAPES)]}
        layers.append(marks.layer("line", "observed-line", rows, mark_options=dash, **p.at()))
        layers.append(
            marks.layer("point", "observed", rows, tips=tips, mark_options=shape, **p.at())
        )
    ends = lanes.apart([strip.y(mine[-1]) for mine in means], 14, strip.top, strip.bottom)
    named = [{"y": y, "text": name} for y, name in zip(ends, p.d.appraisers, strict=True)]
    marked = [{"y": y, "shape": SHAPES[k % len(SHAPES)]} for k, y in enumerate(ends)]
    at = marks.on(p.y, "y")
    for row in marked:
        layers.append(
            marks.layer("point", "observed", [row], mark_options={"shape": row["shape"]}, y=at,
                        x=marks.at({"expr": f"width - {p.look(ROOM - 12)}"}))
        )  # fmt: skip
    limit = {"limit": p.look(ROOM - 20), "ellipsis": "…"}
    return [
        *layers,
        marks.text("axis-label", named, options=limit, y=at,
                   x=marks.at({"expr": f"width - {p.look(ROOM - 20)}"})),
        _part_names(p, strip),
    ]  # fmt: skip


def example() -> GaugePanel:
    # AIAG MSA 4th ed., the study of 3 appraisers, 10 parts and 3 trials; in hundredths here.
    read = {
        "A": "29 41 64;-56 -68 -58;134 117 127;47 50 64;-80 -92 -84;2 -11 -21;59 75 66;"
        "-31 -20 -17;226 199 201;-136 -125 -131",
        "B": "8 25 7;-47 -122 -68;119 94 134;1 103 20;-56 -120 -128;-20 22 6;47 55 83;-63 8 -34;"
        "180 212 219;-168 -162 -150",
        "C": "4 -11 -15;-138 -113 -96;88 109 67;14 20 11;-146 -107 -145;-29 -67 -49;2 1 21;"
        "-46 -56 -49;177 145 187;-149 -177 -216",
    }
    readings = tuple(
        tuple(tuple(int(v) / 100 for v in part.split()) for part in text.split(";"))
        for text in read.values()
    )
    return GaugePanel(
        what="gauge 7",
        unit="mm",
        appraisers=tuple(read),
        parts=tuple(str(i) for i in range(1, 11)),
        readings=readings,
        sources=(
            Part("Repeatability", 0.1842),
            Part("Reproducibility", 0.2084),
            Part("Gauge R&R", 0.2786),
            Part("Parts", 0.9604),
        ),
        range_mean=0.3417,
        range_limit=0.8796,
        mean=0.0014,
        mean_low=-0.3483,
        mean_high=0.3511,
        categories=4,
        digits=2,
    )


KIND = Kind(
    name="gauge_study",
    data=GaugePanel,
    title=title,
    finding=finding,
    draw=draw,
    table=table,
    example=example,
)
