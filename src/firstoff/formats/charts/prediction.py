"""What a pass commits to: the predictive distribution of rejects in the committed quantity."""

import math
from dataclasses import dataclass

from . import marks, words
from .kind import Kind, Look, Spec, Table

HEIGHT = 130
COUNTED = 40  # up to so many possible numbers, each is drawn as a bar
POINTS = 240  # more are not seen at the width of a page


@dataclass(frozen=True, slots=True)
class Prediction:
    """committed: units. mean, low, median, high: rejects among them; low and high bound the
    prediction interval of ``level``. pmf: (rejects, probability), rejects increasing; thinned by
    the caller where the committed quantity is large."""

    committed: int
    pmf: tuple[tuple[int, float], ...]
    mean: float
    low: int
    median: int
    high: int
    level: float = 0.9


def title(d: Prediction) -> str:
    return f"Rejects to expect in {words.count(d.committed)} units"


def finding(d: Prediction) -> str:
    return (
        f"About {_about(d.mean)} of {words.count(d.committed)} units; "
        f"{words.percent(d.level)} of the predictions lie from {words.count(d.low)} to "
        f"{words.count(d.high)}."
    )


def _about(mean: float) -> str:
    return words.count(mean) if mean >= 10 else words.trimmed(mean, 1)


def _thinned(d: Prediction) -> list[tuple[int, float]]:
    """At most POINTS of the distribution, the ends of the interval always among them."""
    step = max(1, math.ceil(len(d.pmf) / POINTS))
    kept = {k: p for i, (k, p) in enumerate(d.pmf) if i % step == 0 or k in (d.low, d.high)}
    return sorted(kept.items())


def table(d: Prediction) -> Table:
    return Table(
        ("Rejects", "Probability, %"), tuple((k, round(100 * p, 4)) for k, p in _thinned(d))
    )


def draw(d: Prediction, look: Look) -> Spec:
    points = _thinned(d)
    # The far tail is cut where the curve can no longer be told from the axis.
    peak = max((p for _, p in points), default=1.0)
    right = max([k for k, p in points if p > peak * 0.004] + [d.high, 1])
    rows = [
        {
            "x": k,
            "y": p,
            "base": 0,
            "rejects": words.count(k),
            "chance": words.percent(p, 2),
            "inside": d.low <= k <= d.high,
        }
        for k, p in points
        if k <= right
    ]
    axis = {"title": f"rejects among {words.count(d.committed)} units", "tickCount": 8}
    margin = 0.5 if len(rows) <= COUNTED else 0
    x = marks.number([-margin, right + margin], axis=axis | {"tickMinStep": 1})
    y = marks.on(marks.number([0, peak * 1.12]), "y")
    shape = _counted if margin else _smooth
    mean_at = min(points, key=lambda p: abs(p[0] - d.mean), default=(0, 0.0))[1]
    layers = [
        *shape(rows, marks.on(x, "x"), y, look),
        *_bounds(d, marks.on(x, "x"), right, look),
        *_mean(d, 0 if margin else mean_at, marks.on(x, "x"), y, look),
    ]
    return {"height": look(HEIGHT), "layer": layers}


Rows = list[dict[str, object]]
TIPS = (("rejects", "Rejects"), ("chance", "Probability"))


def _smooth(rows: Rows, x: Spec, y: Spec, look: Look) -> list[Spec]:
    inside = [r for r in rows if r["inside"]]
    unseen = {"opacity": 0, "width": look(6)}
    return [
        marks.layer("area", "prediction-range", inside, x=x, y=y, y2={"field": "base"}),
        marks.layer("line", "curve", rows, x=x, y=y),
        # An unseen band takes the pointer, so that the whole curve answers.
        marks.layer("bar", "observed-bar", rows, tips=TIPS, x=x, y=marks.at(0),
                    y2=marks.at("height"), mark_options=unseen),
    ]  # fmt: skip


def _counted(rows: Rows, x: Spec, y: Spec, look: Look) -> list[Spec]:
    """So few possible numbers that each gets its bar."""
    sides = [(s, [r for r in rows if r["inside"] is s]) for s in (True, False)]
    width = {"width": {"expr": f"min({look(22)}, 0.7 * width / {len(rows)})"}}
    return [
        marks.layer("bar", "observed-bar" if s else "earlier-bar", part, tips=TIPS, x=x, y=y,
                    y2={"field": "base"}, mark_options=width)
        for s, part in sides
        if part
    ]  # fmt: skip


def _bounds(d: Prediction, x: Spec, right: float, look: Look) -> list[Spec]:
    layers = []
    narrow = (d.high - d.low) < 0.08 * right
    for value, align in ((d.low, "right"), (d.high, "left")):
        if not narrow:
            align = "left" if align == "right" else "right"
        rows = [{"x": value, "text": words.count(value)}]
        options = {"align": align, "dx": look(5 if align == "left" else -5)}
        layers += [
            marks.layer("rule", "mean-earlier", rows, x=x, y=marks.at(look(-12)),
                        y2=marks.at("height")),
            marks.text("direct-label", rows, options=options, x=x, y=marks.at(look(-8))),
        ]  # fmt: skip
    return [*layers, _remark(d, x, right, look, gap=look(34 if narrow else 8))]


def _remark(d: Prediction, x: Spec, right: float, look: Look, *, gap: float) -> Spec:
    """What the two lines mean, above the drawing where nothing runs through it."""
    text = f"{words.percent(d.level)} of the predictions"
    place, align, dx, share = float(d.high), "left", gap, 1 - d.high / right
    if d.high > 0.6 * right:
        share = (d.high - d.low) / right
        place, align, dx = (d.low + d.high) / 2, "center", 0.0
        if share < 0.45:
            place, align, dx, share = float(d.low), "right", -gap, d.low / right
    needed = look(250 if align == "center" else 150)
    room = {"expr": f"width * {share:.4f} > {needed} ? 1 : 0"}
    options = {"align": align, "dx": dx, "opacity": room}
    return marks.text(
        "label", [{"x": place, "text": text}], options=options, x=x, y=marks.at(look(-8))
    )


def _mean(d: Prediction, height: float, x: Spec, y: Spec, look: Look) -> list[Spec]:
    """On the curve where there is one; above small counts, whose bars would hide it."""
    said = [{"x": d.mean, "y": height, "y2": 0, "text": f"mean {_about(d.mean)}"}]
    side = "right" if d.mean > 0.8 * x["scale"]["domain"][1] else "left"
    options = {"align": side, "dx": look(5 if side == "left" else -5)}
    if not height:
        rule = marks.layer("rule", "mean", said, x=x, y=marks.at(look(2)), y2=marks.at("height"))
        return [rule, marks.text("direct-label", said, options=options, x=x, y=marks.at(look(7)))]
    floor = marks.at({"expr": f"height - {look(10)}"})
    return [
        marks.layer("rule", "mean", said, x=x, y=y, y2={"field": "y2"}),
        marks.text("direct-label", said, options=options, x=x, y=floor),
    ]


def example() -> Prediction:
    a, b, n = 1.5, 19.5, 1000

    def log_beta(p: float, q: float) -> float:
        return math.lgamma(p) + math.lgamma(q) - math.lgamma(p + q)

    def chance(k: int) -> float:
        choose = -math.log(n + 1) - log_beta(n - k + 1, k + 1)
        return math.exp(choose + log_beta(k + a, n - k + b) - log_beta(a, b))

    pmf = tuple((k, chance(k)) for k in range(400))
    return Prediction(committed=n, pmf=pmf, mean=n * a / (a + b), low=8, median=58, high=181)


KIND = Kind(
    name="prediction",
    data=Prediction,
    title=title,
    finding=finding,
    draw=draw,
    table=table,
    example=example,
)
