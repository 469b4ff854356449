"""What a batch proves: observed reject rates with their intervals against the bar."""

from dataclasses import dataclass

from . import marks, words
from .kind import Kind, Look, Spec, Table

ROW = 46
NAME = 30  # letters of a batch; the counts after it must be seen


@dataclass(frozen=True, slots=True)
class BatchRate:
    """One batch. rate, low, high are fractions; cleared: rejects within the bar or not."""

    label: str
    rejects: int
    counting: int
    low: float
    high: float
    cleared: bool
    current: bool = True
    href: str = ""

    @property
    def rate(self) -> float:
        return self.rejects / self.counting if self.counting else 0.0


@dataclass(frozen=True, slots=True)
class Interval:
    """batches: oldest first. bar_label: the bar in words, ``at most 1 of 20``."""

    batches: tuple[BatchRate, ...]
    bar_rate: float
    bar_label: str = ""
    confidence: float = 0.95
    method: str = "Clopper-Pearson"


def title(d: Interval) -> str:
    return f"Reject rate with {words.percent(d.confidence)} interval against the bar"


def finding(d: Interval) -> str:
    said = [
        f"{b.label}: {b.rejects} of {words.count(b.counting)} rejected, {words.percent(b.rate)}, "
        f"interval {words.interval(b.low, b.high)}."
        for b in d.batches
        if b.counting
    ] or ["No unit counts yet."]
    return " ".join([*said, f"The bar is {words.percent(d.bar_rate)}."])


def table(d: Interval) -> Table:
    return Table(
        ("Batch", "Rejected", "Counting units", "Rate, %", "Lower end, %", "Upper end, %"),
        tuple(
            (b.label, b.rejects, b.counting, *(round(100 * v, 4) for v in (b.rate, b.low, b.high)))
            for b in d.batches
        ),
    )


def _domain(d: Interval) -> float:
    """Percent: to the next round number past everything drawn."""
    top = max([d.bar_rate * 1.6, *(b.high for b in d.batches)]) * 100 * 1.04
    steps = (1, 2, 3, 5, 10, 15, 20, 30, 40, 50, 60, 80, 100)
    return next((float(s) for s in steps if s >= top), 100.0)


def _rows(d: Interval) -> list[dict[str, object]]:
    return [
        {
            "row": i + 0.5,
            "rate": b.rate * 100,
            "low": b.low * 100,
            "high": b.high * 100,
            "bar": d.bar_rate * 100,
            "batch": b.label,
            "found": f"{b.rejects} of {words.count(b.counting)}, {words.percent(b.rate)}",
            "interval": words.interval(b.low, b.high),
            "current": b.current,
            "cleared": b.cleared,
            **({"href": b.href} if b.href else {}),
        }
        for i, b in enumerate(d.batches)
        if b.counting
    ]


def draw(d: Interval, look: Look) -> Spec:
    top = _domain(d)
    rows = _rows(d)
    n = max(1, len(d.batches))
    axis = {"title": "reject rate, %", "tickCount": 6, "grid": True}
    x = marks.number([0, top], axis=axis)
    bar = f"bar {words.percent(d.bar_rate)}"
    if d.bar_label:
        bar = f"bar: {d.bar_label} = {words.percent(d.bar_rate)}"
    layers = [
        marks.layer("rect", "over-the-bar", [{"x": d.bar_rate * 100, "x2": top}],
                    x=marks.on(x, "x"), x2={"field": "x2"},
                    y=marks.at(0), y2=marks.at("height")),
        *marks.uprights(x, [(d.bar_rate * 100, "spec-limit", "spec-label", bar)], look),
    ]  # fmt: skip
    y = marks.on(marks.number([0, n], reverse=True), "row")
    for row in rows:
        layers += _one(row, x, y, top, look)
    if not rows:
        said = [{"text": "No unit counts yet.", "x": d.bar_rate * 100}]
        at = {"x": marks.on(x, "x"), "y": marks.at(look(24))}
        layers.append(marks.text("label", said, options={"dx": look(6)}, **at))
    return {"height": look(ROW * n + 6), "layer": layers}


def _one(row: dict[str, object], x: Spec, y: Spec, top: float, look: Look) -> list[Spec]:
    """Interval with its ends, the observed rate as a shape, and the words."""
    style = "interval" if row["current"] else "interval-earlier"
    point = "accepted" if row["cleared"] else "rejected"
    tips = (("batch", "Batch"), ("found", "Rejected"), ("interval", "Interval"))
    rule = [row]
    layers = [
        marks.layer(
            "rule", style, rule, tips=tips, x=marks.on(x, "low"), x2={"field": "high"}, y=y
        )
    ]
    for end in ("low", "high"):
        layers.append(
            marks.layer("tick", style, rule, x=marks.on(x, end), y=y,
                        mark_options={"orient": "vertical", "size": look(11),
                                      "thickness": look(1.5)})
        )  # fmt: skip
    layers.append(marks.layer("point", point, rule, tips=tips, x=marks.on(x, "rate"), y=y))
    return [*layers, *_words(row, x, y, top, look)]


def _words(row: dict[str, object], x: Spec, y: Spec, top: float, look: Look) -> list[Spec]:
    low, bar = (float(str(row[k])) for k in ("low", "bar"))
    batch = str(row["batch"])
    batch = batch if len(batch) <= NAME else f"{batch[: NAME - 1]}…"
    name: list[dict[str, object]] = [
        row | {"text": f"{batch}: {row['found']}", "place": max(low, bar)}
    ]
    style = "direct-label" if row["current"] else "label"
    if low < bar and bar > 0.5 * top:  # no room to the right of the bar
        name[0]["place"] = bar
        side = {"align": "right", "dx": look(-6), **marks.limited(bar / top, look)}
    else:
        share = 1 - max(low, bar) / top
        side = {"dx": look(6 if low <= bar else 1), **marks.limited(share, look)}
    layers = [
        marks.text(style, name, options=side | {"dy": look(-14)}, x=marks.on(x, "place"), y=y)
    ]
    for align, place, said in _ends(row, top):
        options = {"align": align, "dy": look(15), "dx": look(6 if place == bar else 0)}
        end = [row | {"text": said, "place": place}]
        layers.append(marks.text("label", end, options=options, x=marks.on(x, "place"), y=y))
    return layers


def _ends(row: dict[str, object], top: float) -> list[tuple[str, float, str]]:
    """(alignment, place, words) of the ends; one label where two would meet each other or the
    bar."""
    low, high, bar = (float(str(row[k])) for k in ("low", "high", "bar"))
    both = str(row["interval"])
    if low < 0.04 * top and low < bar < low + 0.17 * top and high > bar:
        return [("left", bar, both)]
    if high - low < 0.17 * top:
        middle = (low + high) / 2
        align = "left" if middle < 0.1 * top else "right" if middle > 0.9 * top else "center"
        return [(align, middle, both)]
    lower, upper = both.split(" to ")
    return [
        ("left" if low < 0.04 * top else "center", low, lower),
        ("right" if high > 0.96 * top else "center", high, upper),
    ]


def example() -> Interval:
    return Interval(
        batches=(
            BatchRate("Batch 1", 5, 20, 0.0866, 0.4910, cleared=False, current=False),
            BatchRate("Batch 2", 1, 20, 0.00127, 0.2487, cleared=True, href="/runs/2"),
        ),
        bar_rate=0.05,
        bar_label="at most 1 of 20",
    )


KIND = Kind(
    name="interval",
    data=Interval,
    title=title,
    finding=finding,
    draw=draw,
    table=table,
    example=example,
)
