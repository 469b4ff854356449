"""Does the process hold its time: minutes per unit against the bar and the standard.

Fewer than 100 units: a dot each, in build order (drift must show) or stacked. From 100 on: a
histogram. A batch of earlier is grey.
"""

import math
from collections import Counter
from dataclasses import dataclass
from typing import Literal, NamedTuple

from . import marks, words
from .kind import Kind, Look, Spec, Table

DOTS = 100
HEIGHT = 210
NAMES = 160  # the column at the right that names the lines, where there is width for it


class UnitTime(NamedTuple):
    serial: str
    minutes: float
    href: str = ""


@dataclass(frozen=True, slots=True)
class BatchTimes:
    """units in build order; mean in minutes, of the units that count."""

    label: str
    units: tuple[UnitTime, ...]
    mean: float
    current: bool = True


@dataclass(frozen=True, slots=True)
class BuildTime:
    """batches: oldest first. bar: the limit on the mean, none where the bar sets none.
    standards: (name, minutes), such as the bench build; dotted lines."""

    batches: tuple[BatchTimes, ...]
    bar: float | None
    standards: tuple[tuple[str, float], ...] = ()
    arrangement: Literal["build_order", "stacked"] = "build_order"


Place = dict[str, object]


def title(d: BuildTime) -> str:
    return "Build time per unit against bar and standard"


def finding(d: BuildTime) -> str:
    said = [f"{b.label}: mean {words.rounded(b.mean, 1)} min." for b in d.batches if b.units]
    if d.bar is not None:
        said.append(f"Bar: mean at most {words.rounded(d.bar, 1)} min.")
    said += [f"{name.capitalize()}: {words.rounded(m, 1)} min." for name, m in d.standards]
    return " ".join(said) or "No times recorded."


def table(d: BuildTime) -> Table:
    return Table(
        ("Batch", "Unit", "Build time, min"),
        tuple((b.label, u.serial, u.minutes) for b in d.batches for u in b.units),
    )


def _lines(d: BuildTime) -> list[tuple[float, str, str, str]]:
    """(minutes, style, style of the label, label) of bar and standards."""
    lines = [(m, "standard", "label", f"{n} {words.rounded(m, 1)}") for n, m in d.standards]
    if d.bar is not None:
        text = f"bar: mean at most {words.rounded(d.bar, 1)}"
        lines.append((d.bar, "spec-limit", "spec-label", text))
    return lines


def _minutes(d: BuildTime) -> list[float]:
    return [u.minutes for b in d.batches for u in b.units]


def draw(d: BuildTime, look: Look) -> Spec:
    batches = [b for b in d.batches if b.units]
    if not batches:
        said = [{"text": "No times recorded."}]
        return {
            "height": look(28),
            "layer": [marks.text("label", said, x=marks.at(0), y=marks.at(look(14)))],
        }
    many = len(_minutes(d)) >= DOTS
    if d.arrangement == "build_order" and not many:
        return _in_order(d, batches, look)
    return _spread(d, batches, look, histogram=many)


# --- Fewer than 100 units, in build order


def _names(look: Look) -> str:
    return f"min({look(NAMES)}, 0.43 * width)"


def _right(look: Look, gap: float = 0) -> Spec:
    """Where the column of names begins, less a gap."""
    return {"expr": f"width - {_names(look)} - {look(gap)}"}


def _in_order(d: BuildTime, batches: list[BatchTimes], look: Look) -> Spec:
    top = math.ceil(max([*_minutes(d), *(m for m, *_ in _lines(d))]) * 1.04 / 2) * 2
    count = sum(len(b.units) for b in batches) + 2 * (len(batches) - 1)
    # Names of the lines stand in a column at the right, clear of the dots.
    span = [look(8), _right(look, 10)]
    x = marks.number([0, max(count - 1, 1)], range=span)
    axis = {"title": "minutes per unit, in build order", "tickCount": 6}
    y = marks.on(marks.number([0, max(top, 1)], axis=axis), "y")
    layers: list[Spec] = [
        marks.layer("rule", style, [{"y": m}], x=marks.at(0), y=y,
                    x2=marks.at(_right(look, 4)))
        for m, style, *_ in _lines(d)
    ]  # fmt: skip
    first = 0
    for batch in batches:
        layers += _batch_in_order(batch, first, x, y, look)
        first += len(batch.units) + 2
    layers += _names_at_right(d, batches, y, top, look)
    return {"height": look(HEIGHT), "layer": layers}


def _batch_in_order(b: BatchTimes, first: int, x: Spec, y: Spec, look: Look) -> list[Spec]:
    x = marks.on(x, "i")
    earlier = "" if b.current else "-earlier"
    rows: list[Place] = [
        {"i": first + k, "y": u.minutes, "unit": u.serial, "batch": b.label,
         "minutes": f"{words.trimmed(u.minutes, 2)} min", **({"href": u.href} if u.href else {})}
        for k, u in enumerate(b.units)
    ]  # fmt: skip
    tips = (("unit", "Unit"), ("minutes", "Build time"), ("batch", "Batch"))
    line, dots = ("observed-line", "observed") if b.current else ("earlier-line", "earlier")
    ends = [{"i": first - 0.4, "i2": first + len(b.units) - 0.6, "y": b.mean}]
    layers = [
        marks.layer("rule", f"mean{earlier}", ends, x=x, x2={"field": "i2"}, y=y),
        marks.layer("line", line, rows, x=x, y=y),
        marks.layer("point", dots, rows, tips=tips, x=x, y=y),
    ]
    return [*layers, *_batch_names(b, first, x, look)]


def _batch_names(b: BatchTimes, first: int, x: Spec, look: Look) -> list[Spec]:
    """Under the axis: first and last serial where there is room, and the batch."""
    last = first + len(b.units) - 1
    few = len(b.units) <= 8
    ends = [(first, b.units[0].serial, "left"), (last, b.units[-1].serial, "right")]
    layers = []
    for i, serial, align in ends[: 1 if few else 2]:
        options = {
            "align": align,
            "limit": look(90),
            "opacity": {"expr": f"width < {look(480)} ? 0 : 1"},
        }
        below = marks.at({"expr": f"height + {look(12)}"})
        said = [{"i": i, "text": serial}]
        layers.append(marks.text("axis-label", said, options=options, x=x, y=below))
    said = [{"i": first if few else (first + last) / 2, "text": b.label}]
    style = "direct-label" if b.current else "label"
    share = len(b.units) / max(x["scale"]["domain"][1], 1) * 0.6
    options = {"align": "left" if few else "center", **marks.limited(share, look)}
    low = marks.at({"expr": f"height + {look(28)}"})
    return [*layers, marks.text(style, said, options=options, x=x, y=low)]


def _names_at_right(
    d: BuildTime, batches: list[BatchTimes], y: Spec, top: float, look: Look
) -> list[Spec]:
    """Means and lines by name, pushed apart where they would meet."""
    named = [(m, style, text) for m, _, style, text in _lines(d)]
    named += [
        (b.mean, "direct-label" if b.current else "label",
         f"{b.label}: mean {words.rounded(b.mean, 1)}")
        for b in batches
    ]  # fmt: skip
    # In a narrow column the bar is named by its value alone: an ellipsis must not eat the value.
    text_or_value = f"width < {look(400)} ? replace(datum.text, 'mean at most ', '') : datum.text"
    options = {
        "limit": {"expr": _names(look)},
        "text": {"expr": text_or_value},
        "baseline": "middle",
        "align": "left",
    }
    rows = [
        (style, {"y": place, "text": text})
        for place, style, text in _apart(named, gap=top * 15 / HEIGHT)
    ]
    return [
        marks.layer("text", style, [row], mark_options=options, x=marks.at(_right(look)), y=y)
        for style, row in rows
    ]


def _apart(named: list[tuple[float, str, str]], gap: float) -> list[tuple[float, str, str]]:
    placed: list[tuple[float, str, str]] = []
    for value, style, text in sorted(named):
        lowest = placed[-1][0] + gap if placed else value
        placed.append((max(value, lowest), style, text))
    return placed


# --- Stacked dots, or a histogram


def _step(low: float, high: float, about: int) -> float:
    """A round width of bin so that about so many bins cover the range."""
    raw = max(high - low, 1e-9) / about
    size = 10.0 ** math.floor(math.log10(raw))
    return next(size * k for k in (1, 2, 2.5, 5, 10) if size * k >= raw * (1 - 1e-9))


def _spread(d: BuildTime, batches: list[BatchTimes], look: Look, *, histogram: bool) -> Spec:
    lines = _lines(d)
    seen = [*_minutes(d), *(m for m, *_ in lines)]
    low, high = min(seen), max(seen)
    step = _step(low, high, 36)
    domain = [(math.floor(low / step) - 1) * step, (math.floor(high / step) + 2) * step]
    x = marks.number(domain, axis={"title": "build time, minutes per unit", "tickCount": 7})
    means = [
        (b.mean, *(("mean", "direct-label") if b.current else ("mean-earlier", "label")),
         f"{b.label}: mean {words.rounded(b.mean, 1)}")
        for b in batches
    ]  # fmt: skip
    names = marks.uprights(x, [*lines, *means], look)
    head = look(8 + 15 * (len(lines) + len(means)))
    drawn = _bars(batches, step, x, head) if histogram else _dots(batches, step, x)
    return {"height": look(HEIGHT - 40), "layer": [*drawn, *names]}


def _bins(b: BatchTimes, step: float) -> list[int]:
    """The bin of each unit."""
    return [math.floor(u.minutes / step + 1e-9) for u in b.units]


def _binned(b: BatchTimes, step: float) -> dict[int, list[UnitTime]]:
    found: dict[int, list[UnitTime]] = {}
    for u, place in zip(b.units, _bins(b, step), strict=True):
        found.setdefault(place, []).append(u)
    return found


def _dots(batches: list[BatchTimes], step: float, x: Spec) -> list[Spec]:
    """One dot a unit, stacked over its bin; batches share the stacks."""
    height: dict[int, int] = {}
    layers = []
    for b in batches:
        rows: list[Place] = []
        for k, units in sorted(_binned(b, step).items()):
            for u in units:
                height[k] = height.get(k, 0) + 1
                rows.append(
                    {"x": (k + 0.5) * step, "y": height[k] - 0.5, "unit": u.serial,
                     "batch": b.label, "minutes": f"{words.trimmed(u.minutes, 2)} min",
                     **({"href": u.href} if u.href else {})}
                )  # fmt: skip
        tips = (("unit", "Unit"), ("minutes", "Build time"), ("batch", "Batch"))
        style = "observed" if b.current else "earlier"
        layers.append((style, rows, tips))
    top = max(13, *height.values())
    y = marks.on(marks.number([0, top]), "y")
    x = marks.on(x, "x")
    return [marks.layer("point", s, r, tips=t, x=x, y=y) for s, r, t in layers]


def _bars(batches: list[BatchTimes], step: float, x: Spec, head: float) -> list[Spec]:
    """head: what stands above the drawing; the name of the axis goes over it."""
    counts = [(b, Counter(_bins(b, step))) for b in batches]
    top = max(units for _, bins in counts for units in bins.values())
    axis = {"title": "units", "tickCount": 4, "tickMinStep": 1, "titleY": -head}
    y = marks.on(marks.number([0, top * 1.05], axis=axis), "y")
    layers = []
    for b, bins in sorted(counts, key=lambda c: c[0].current):
        rows: list[Place] = [
            {"x": k * step, "x2": (k + 1) * step, "y": units, "base": 0, "batch": b.label,
             "range": f"{words.trimmed(k * step, 2)} to {words.trimmed((k + 1) * step, 2)} min"}
            for k, units in sorted(bins.items())
        ]  # fmt: skip
        tips = (("range", "Build time"), ("y", "Units"), ("batch", "Batch"))
        style = "observed-bar" if b.current else "earlier-bar"
        options = {"binSpacing": 1, "opacity": 1 if b.current else 0.6}
        layers.append(
            marks.layer("rect", style, rows, tips=tips, mark_options=options,
                        x=marks.on(x, "x"),
                        x2={"field": "x2"}, y=y, y2={"field": "base"})
        )  # fmt: skip
    return layers


def example() -> BuildTime:
    first = (11.9, 12.3, 11.0, 12.0, 12.6, 11.8, 13.1, 10.0, 11.0, 10.0, 9.8, 10.4, 10.8, 10.9,
             11.0, 13.0, 11.2, 8.1, 10.1, 9.0)  # fmt: skip
    second = (5.9, 6.3, 6.7, 6.9, 6.6, 6.1, 6.4, 6.0, 5.7, 6.1, 6.4, 5.9, 5.5, 5.9, 5.6, 5.9, 6.0,
              6.1, 4.9, 5.9)  # fmt: skip
    return BuildTime(
        batches=(
            BatchTimes("Batch 1", _units(first, 2), 11.0, current=False),
            BatchTimes("Batch 2", _units(second, 22), 6.0),
        ),
        bar=7.0,
        standards=(("bench build", 4.0),),
    )


def _units(minutes: tuple[float, ...], first: int) -> tuple[UnitTime, ...]:
    serials = (f"FO-{first + k:04d}" for k in range(len(minutes)))
    return tuple(UnitTime(s, m, f"/units/{s}") for s, m in zip(serials, minutes, strict=True))


KIND = Kind(
    name="build_time",
    data=BuildTime,
    title=title,
    finding=finding,
    draw=draw,
    table=table,
    example=example,
)
