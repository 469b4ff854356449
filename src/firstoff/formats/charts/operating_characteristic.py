"""What a bar lets through: the chance of sign-off against the true reject rate of the process."""

from dataclasses import dataclass

from . import marks, words
from .kind import Kind, Look, Spec, Table

HEIGHT = 200


@dataclass(frozen=True, slots=True)
class OperatingCharacteristic:
    """sample, accept: n and c of the bar.

    bar_rate: the largest reject rate the bar speaks for, a fraction.
    curve: (true reject rate, chance of sign-off), rates increasing from 0; its last rate ends
        the axis.
    marked: (rate, chance) points labelled on the curve, the one at the bar among them or not.
    """

    sample: int
    accept: int
    bar_rate: float
    curve: tuple[tuple[float, float], ...]
    marked: tuple[tuple[float, float], ...] = ()


def _at_bar(d: OperatingCharacteristic) -> tuple[float, float]:
    return min((*d.marked, *d.curve), key=lambda p: abs(p[0] - d.bar_rate))


def _points(d: OperatingCharacteristic) -> list[tuple[float, float]]:
    at_bar = _at_bar(d)
    return [at_bar, *sorted(p for p in d.marked if p != at_bar)]


def title(d: OperatingCharacteristic) -> str:
    return f"What the bar lets through: n = {words.count(d.sample)}, at most {d.accept}"


def finding(d: OperatingCharacteristic) -> str:
    plan = f"With {words.count(d.sample)} units and at most {d.accept} rejected, "
    said = [
        f"a process that makes {words.percent(rate)} rejects is signed off "
        f"{words.in_hundred(chance).replace(' in ', ' times in ')}"
        for rate, chance in _points(d)
    ]
    return plan + "; ".join(said) + "."


def table(d: OperatingCharacteristic) -> Table:
    seen = dict((*d.curve, *d.marked))
    return Table(
        ("True reject rate, %", "Chance of sign-off, %"),
        tuple((round(r * 100, 4), round(a * 100, 4)) for r, a in sorted(seen.items())),
    )


def _labelled(d: OperatingCharacteristic) -> list[tuple[float, float, str, bool]]:
    """Points with their words; of two that would overlap, the one at the bar keeps its label."""
    placed: list[float] = []
    rows = []
    for i, (rate, chance) in enumerate(_points(d)):
        text = f"{words.percent(rate)} rejects: {words.in_hundred(chance)}"
        if i == 0:
            text = f"at the bar, {words.percent(rate)}: {words.in_hundred(chance)}"
        if any(abs(chance - y) < 0.09 for y in placed):
            text = ""
        else:
            placed.append(chance)
        rows.append((rate, chance, text, i == 0))
    return rows


def draw(d: OperatingCharacteristic, look: Look) -> Spec:
    highest = max(d.curve[-1][0], d.bar_rate) * 100
    across = {"title": "true reject rate of the process, %", "tickCount": 6}
    x = marks.on(marks.number([0, highest], axis=across), "x")
    up = {"title": "chance of sign-off, in 100 batches", "values": [0, 25, 50, 75, 100]}
    y = marks.on(marks.number([0, 100], axis=up), "y")
    curve = [{"x": r * 100, "y": a * 100} for r, a in d.curve]
    rows = [
        {
            "x": rate * 100,
            "y": chance * 100,
            "text": text,
            "rate": words.percent(rate),
            "chance": words.in_hundred(chance),
            "short": f"{words.percent(rate)}: {words.in_hundred(chance)}" if text else "",
            "bar": at_bar,
        }
        for rate, chance, text, at_bar in _labelled(d)
    ]
    tips = (("rate", "True reject rate"), ("chance", "Signed off"))
    layers = [
        marks.layer("rule", "spec-limit", [{"x": d.bar_rate * 100}], x=x,
                    y=marks.at(0), y2=marks.at("height")),
        marks.layer("line", "curve", curve, x=x, y=y, mark_options={"interpolate": "monotone"}),
    ]  # fmt: skip
    for at_bar in (False, True):
        here = [row for row in rows if row["bar"] is at_bar]
        style, name = ("marked-at-bar", "spec-label") if at_bar else ("marked", "name")
        layers.append(marks.layer("point", style, here, tips=tips, x=x, y=y))
        layers += [_label(row, name, x, y, look) for row in here if row["text"]]
    return {"height": look(HEIGHT), "layer": layers}


def _label(row: dict[str, object], style: str, x: Spec, y: Spec, look: Look) -> Spec:
    """Words to the right of a point; fewer of them where the drawing ends soon."""
    share = 1 - float(str(row["x"])) / float(x["scale"]["domain"][1])
    said = {"expr": f"width * {share:.4f} > {look(150)} ? datum.text : datum.short"}
    options = {"dx": look(9), "dy": look(-5), "baseline": "middle", "align": "left", "text": said}
    return marks.layer("text", style, [row], mark_options=options, x=x, y=y)


def example() -> OperatingCharacteristic:
    def chance(p: float) -> float:
        return float((1 - p) ** 20 + 20 * p * (1 - p) ** 19)

    return OperatingCharacteristic(
        sample=20,
        accept=1,
        bar_rate=0.05,
        curve=tuple((i / 200, chance(i / 200)) for i in range(81)),
        marked=tuple((p, chance(p)) for p in (0.05, 0.1, 0.15, 0.25)),
    )


KIND = Kind(
    name="operating_characteristic",
    data=OperatingCharacteristic,
    title=title,
    finding=finding,
    draw=draw,
    table=table,
    example=example,
)
