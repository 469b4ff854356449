"""The look of every chart: colours, type and the named styles of marks.

Three themes share one form: ``light`` and ``dark`` for the screen (12-pixel system type),
``paper`` for documents (7.6-point Libertinus Serif, one unit a point). A drawing names styles
only, so its theme can be changed without drawing it anew.
"""

from dataclasses import dataclass
from typing import Any, Literal

from .kind import Look, Spec

Theme = Literal["light", "dark", "paper"]

SYSTEM = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif'
# A rejected thing is an octagon: it reads in black and white.
OCTAGON = "M-.414-1L.414-1L1-.414L1 .414L.414 1L-.414 1L-1 .414L-1-.414Z"


@dataclass(frozen=True, slots=True)
class Palette:
    font: str
    em: float  # size of labels
    small: float  # size of axis labels
    ink: str
    soft: str
    faint: str
    line: str
    grid: str
    paper: str  # what lies behind, for the rim of points
    accent: str  # measured data of now
    before: str  # measured data of earlier
    area: str
    good: str
    bad: str


PALETTES: dict[Theme, Palette] = {
    "light": Palette(
        font=SYSTEM, em=12, small=12, ink="#1a1b1e", soft="#4b4e54", faint="#65686f",
        line="#c8c4ba", grid="#e9e6df", paper="#fcfbf9", accent="#1c4fb4", before="#8d8a81",
        area="#dde4f3", good="#0b6b50", bad="#b3321a",
    ),
    "dark": Palette(
        font=SYSTEM, em=12, small=12, ink="#ecebe7", soft="#b7bac0", faint="#91959d",
        line="#43474e", grid="#24272b", paper="#131416", accent="#8fb2ff", before="#6a6e76",
        area="#25304a", good="#63cba4", bad="#ff947c",
    ),
    "paper": Palette(
        font="Libertinus Serif", em=7.6, small=7.2, ink="#14181d", soft="#545b64",
        faint="#545b64", line="#aab1b9", grid="#d8dce0", paper="#ffffff", accent="#14181d",
        before="#aab1b9", area="#dfe5ea", good="#14181d", bad="#a83a00",
    ),
}  # fmt: skip


def look(theme: Theme) -> Look:
    return Look(em=PALETTES[theme].em)


def config(theme: Theme) -> Spec:
    """The Vega-Lite configuration of a theme."""
    p = PALETTES[theme]
    u = look(theme)
    return {
        "background": None,
        "font": p.font,
        "padding": {"left": u(2), "right": u(8), "top": u(6), "bottom": u(4)},
        "view": {"stroke": None},
        "legend": {"disable": True},
        **_axes(p, u),
        "mark": {"color": p.accent, "tooltip": True},
        "line": {"strokeWidth": u(1.75), "strokeJoin": "round"},
        "text": {"font": p.font, "fontSize": p.em, "color": p.soft},
        "style": _styles(p, u),
    }


def _axes(p: Palette, u: Look) -> Spec:
    return {
        "axis": {
            "labelFont": p.font,
            "titleFont": p.font,
            "labelFontSize": p.small,
            "titleFontSize": p.small,
            "titleFontWeight": "normal",
            "labelColor": p.faint,
            "titleColor": p.faint,
            "domainColor": p.line,
            "tickColor": p.line,
            "gridColor": p.grid,
            "tickSize": u(4),
            "tickWidth": u(1),
            "domainWidth": u(1),
            "gridWidth": u(1),
            "labelPadding": u(6),
            "titlePadding": u(8),
            "titleAnchor": "end",
            "labelOverlap": "greedy",
        },
        "axisX": {"grid": False},
        "axisY": {
            "grid": True,
            "domain": False,
            "ticks": False,
            "titleAngle": 0,
            "titleAlign": "left",
            "titleAnchor": "start",
            "titleBaseline": "bottom",
            "titleY": -u(8),
            "titleX": 0,
        },
    }


def _styles(p: Palette, u: Look) -> dict[str, Any]:
    text = {"font": p.font, "fontSize": p.em}
    dot = {"filled": True, "opacity": 1, "stroke": p.paper, "strokeWidth": u(1)}
    big = dot | {"size": u(12.3) ** 2}
    return {
        "curve": {"color": p.accent, "strokeWidth": u(1.75)},
        "observed": dot | {"size": u(7.5) ** 2, "color": p.accent},
        "observed-line": {"color": p.accent, "strokeWidth": u(0.8), "opacity": 0.6},
        "observed-bar": {"color": p.accent},
        "earlier": dot | {"size": u(7.5) ** 2, "color": p.before},
        "earlier-line": {"color": p.before, "strokeWidth": u(0.8), "opacity": 0.8},
        "earlier-bar": {"color": p.before},
        "marked": dot | {"size": u(8) ** 2, "color": p.ink},
        "marked-at-bar": dot | {"size": u(8) ** 2, "color": p.bad},
        "accepted": big | {"shape": "circle", "color": p.good},
        "rejected": big | {"shape": OCTAGON, "color": p.bad},
        "interval": {"color": p.accent, "strokeWidth": u(2)},
        "interval-earlier": {"color": p.before, "strokeWidth": u(2)},
        "mean": {"color": p.ink, "strokeWidth": u(1.25)},
        "mean-earlier": {"color": p.before, "strokeWidth": u(1.25)},
        "spec-limit": {"color": p.bad, "strokeWidth": u(1.75)},
        "standard-tick": {"color": p.ink, "stroke": p.paper, "strokeWidth": u(1), "opacity": 1},
        "standard": {"color": p.faint, "strokeWidth": u(1.25), "strokeDash": [u(2), u(3)]},
        "centre-line": {"color": p.faint, "strokeWidth": u(1.25)},
        "control-limit": {"color": p.faint, "strokeWidth": u(1.25), "strokeDash": [u(6), u(4)]},
        "phase": {"color": p.soft, "strokeWidth": u(1), "strokeDash": [u(1), u(3)]},
        "rule-broken": big | {"shape": OCTAGON, "color": p.bad, "size": u(10) ** 2},
        "hair": {"color": p.grid, "strokeWidth": u(1)},
        "over-the-bar": {"color": p.bad, "opacity": 0.075},
        "prediction-range": {"color": p.area, "opacity": 1},
        "spec-label": text | {"color": p.bad, "fontWeight": 600},
        "direct-label": text | {"color": p.ink, "fontWeight": 600},
        "name": text | {"color": p.ink},
        "label": text | {"color": p.soft},
        "axis-label": text | {"fontSize": p.small, "color": p.faint},
    }
