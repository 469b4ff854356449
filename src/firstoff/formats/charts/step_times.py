"""Which step costs the time: measured against standard, in the order of the work."""

from dataclasses import dataclass

from . import marks, words
from .kind import Kind, Look, Spec, Table

ROW = 38


@dataclass(frozen=True, slots=True)
class StepTime:
    """standard, measured in minutes; measured is none where nothing was measured.
    slow: slower than its standard by more than the caller's tolerance."""

    step: str
    name: str
    standard: float
    measured: float | None
    slow: bool = False
    href: str = ""


@dataclass(frozen=True, slots=True)
class StepTimes:
    steps: tuple[StepTime, ...]


def title(d: StepTimes) -> str:
    return "Measured time against standard, by operation"


def finding(d: StepTimes) -> str:
    slow = sorted(
        (s for s in d.steps if s.slow and s.measured is not None),
        key=lambda s: s.standard - (s.measured or 0),
    )
    if not slow:
        return "No operation is slower than its standard."
    said = [
        f"{s.step} {s.name}: {words.rounded(s.measured or 0, 1)} min against "
        f"{words.rounded(s.standard, 1)}"
        for s in slow[:3]
    ]
    more = f"; and {len(slow) - 3} more" if len(slow) > 3 else ""
    return f"Slower than standard: {'; '.join(said)}{more}."


def table(d: StepTimes) -> Table:
    return Table(
        ("Step", "Operation", "Standard, min", "Measured, min", "Ratio"),
        tuple(
            (s.step, s.name, s.standard, "" if s.measured is None else s.measured, _ratio(s))
            for s in d.steps
        ),
    )


def _ratio(s: StepTime) -> str | float:
    return "" if s.measured is None or s.standard <= 0 else round(s.measured / s.standard, 2)


def _row(i: int, s: StepTime) -> dict[str, object]:
    ratio = _ratio(s)
    said = "not measured" if s.measured is None else f"{words.rounded(s.measured, 1)} min"
    return {
        "row": i,
        "text": f"{s.step}  {s.name}",
        "step": s.step,
        "name": s.name,
        "standard": s.standard,
        "measured": s.measured or 0,
        "slow": s.slow,
        "said": said,
        "given": f"{words.rounded(s.standard, 1)} min",
        "ratio": "" if ratio == "" else f"{words.rounded(float(ratio), 2)}",
        **({"href": s.href} if s.href else {}),
    }


def draw(d: StepTimes, look: Look) -> Spec:
    rows = [_row(i, s) for i, s in enumerate(d.steps)]
    height = look(ROW * max(1, len(rows)) + 4)
    if not rows:
        said = [{"text": "No operations."}]
        nothing = marks.text("label", said, x=marks.at(0), y=marks.at(look(14)))
        return {"height": height, "layer": [nothing]}
    y = marks.on(marks.number([0, len(rows)], reverse=True), "row")
    longest = max(max(s.standard, s.measured or 0) for s in d.steps) or 1
    x = marks.number([0, longest], range=[0, {"expr": f"width - {look(150)}"}])
    tips = (
        ("step", "Step"), ("name", "Operation"), ("said", "Measured"), ("given", "Standard"),
        ("ratio", "Ratio"),
    )  # fmt: skip
    layers = [
        *_heads(look),
        marks.text("name", rows, x=marks.at(0), y=y,
                   options={"dy": look(10), "limit": {"expr": "width"}, "ellipsis": "…"}),
    ]  # fmt: skip
    for slow in (True, False):
        here = [r for r in rows if r["slow"] is slow]
        if here:
            bar = {"orient": "horizontal", "height": look(11), "yOffset": look(25)}
            layers.append(
                marks.layer("bar", "observed-bar" if slow else "earlier-bar", here, tips=tips,
                            mark_options=bar, x=marks.on(x, "measured"), y=y)
            )  # fmt: skip
    layers += _ticks_and_figures(rows, x, y, look)
    return {"height": height, "layer": layers}


def _ticks_and_figures(rows: list[dict[str, object]], x: Spec, y: Spec, look: Look) -> list[Spec]:
    tick = {"orient": "vertical", "size": look(14), "thickness": look(4), "yOffset": look(25)}
    said = [r | {"text": str(r["said"])} for r in rows]
    ratio = [r | {"text": str(r["ratio"])} for r in rows]
    right = {"dy": look(25), "align": "right"}
    return [
        marks.layer("tick", "standard-tick", rows, mark_options=tick,
                    x=marks.on(x, "standard"), y=y),
        marks.text("direct-label", said, options=right,
                   x=marks.at({"expr": f"width - {look(48)}"}), y=y),
        marks.text("label", ratio, options=right, x=marks.at("width"), y=y),
    ]  # fmt: skip


def _heads(look: Look) -> list[Spec]:
    heads = (
        ("minutes; the line is the standard", 0, "left"),
        ("measured", {"expr": f"width - {look(48)}"}, "right"),
        ("ratio", "width", "right"),
    )
    return [
        marks.text("axis-label", [{"text": text}], options={"align": align}, x={"value": place},
                   y=marks.at(look(-8)))
        for text, place, align in heads
    ]  # fmt: skip


def example() -> StepTimes:
    return StepTimes(
        steps=(
            StepTime("60.1", "Seat the seal ring in the lid groove", 1.0, 1.2, True),
            StepTime("60.2", "Align lid to body and check the seat", 1.5, 5.1, True),
            StepTime("60.3", "Fit knob, torque to 1.2 N·m", 1.2, 1.2),
            StepTime("60.4", "Fit three felt feet", 0.9, 0.8),
        )
    )


KIND = Kind(
    name="step_times",
    data=StepTimes,
    title=title,
    finding=finding,
    draw=draw,
    table=table,
    example=example,
)
