"""Layers that several kinds of chart are put together from."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .kind import Look, Spec

Row = Mapping[str, Any]
Tips = Sequence[tuple[str, str]]  # (field, what the tooltip calls it)


def number(domain: Sequence[float], *, axis: Spec | None = None, **scale: Any) -> Spec:
    """A quantitative channel without its field; ``axis=None`` draws none.

    All layers of a drawing share the channel: an axis is drawn only where all agree on it."""
    # A logarithmic scale has no zero, and the engine says so when it is told not to show one.
    zero = {} if scale.get("type") == "log" else {"zero": False}
    return {
        "type": "quantitative",
        "axis": axis,
        "scale": {"domain": list(domain), "nice": False, **zero, **scale},
    }


def on(channel: Spec, field: str) -> Spec:
    """The channel, reading that field."""
    return {"field": field, **channel}


def layer(
    mark: str,
    style: str,
    rows: Iterable[Row],
    *,
    tips: Tips = (),
    mark_options: Spec | None = None,
    **channels: Any,
) -> Spec:
    """One layer with its own values. Rows that carry ``href`` open it on a click."""
    values = [dict(row) for row in rows]
    encoding: Spec = dict(channels)
    options: Spec = {"type": mark, "style": style, "tooltip": bool(tips), **(mark_options or {})}
    if tips:
        encoding["tooltip"] = [{"field": f, "title": name} for f, name in tips]
    else:
        # A label must not take the pointer away from the point it stands beside.
        options["tooltip"] = None
    if any("href" in row for row in values):
        encoding["href"] = {"field": "href"}
        options["cursor"] = "pointer"
    return {"data": {"values": values}, "mark": options, "encoding": encoding}


def text(style: str, rows: Iterable[Row], *, options: Spec | None = None, **channels: Any) -> Spec:
    """Text from the field ``text`` of each row."""
    return layer(
        "text",
        style,
        rows,
        mark_options={"baseline": "middle", "align": "left", **(options or {})},
        text={"field": "text"},
        **channels,
    )


def at(pixels: float | str | Spec) -> Spec:
    """A fixed place: pixels from the left or top, or ``width`` / ``height``."""
    return {"value": pixels}


def limited(share: float, look: Look, *, least: float = 60) -> Spec:
    """Options that end a text in an ellipsis before it leaves its share of the width: a long name
    would otherwise squeeze the drawing."""
    return {
        "limit": {"expr": f"max({look(least)}, width * {share:.4f} - {look(8)})"},
        "ellipsis": "…",
    }


Named = tuple[float, str, str, str]  # value, style of the line, style of the label, label


def uprights(x: Spec, lines: Sequence[Named], look: Look) -> list[Spec]:
    """Named vertical lines through the whole drawing, each name above it in a lane of its own.

    Lanes fall from left to right, so that no line runs through the name of another; names right of
    the middle run to the left of their lines, in lanes above all others."""
    low, high = x["scale"]["domain"]
    ordered = sorted(lines)
    late = [line for line in ordered if line[0] > low + 0.5 * (high - low)]
    early = [line for line in ordered if line not in late]
    layers = []
    for lane, line in enumerate([*reversed(early), *late]):
        value, style, name, label = line
        rows = [{"x": value, "text": label}]
        y = at(-look(9 + 15 * lane))
        share = (value - low) / (high - low)
        side = {"align": "right", "dx": look(-5)} if line in late else {"dx": look(5)}
        # Names of bars and standards are short: they may lean over the edge before they are cut.
        side |= limited(share if line in late else 1 - share, look, least=240)
        layers += [
            layer("rule", style, rows, x=on(x, "x"), y=y, y2=at("height")),
            text(name, rows, options=side, x=on(x, "x"), y=y),
        ]
    return layers
