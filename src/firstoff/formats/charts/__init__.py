"""FLOOR 3. Charts: numbers in, a Vega-Lite specification out. One file a kind, one line here.

The browser shows the specification live, a document holds the same one as SVG. Specifications
are plain dicts: they import in milliseconds where a chart library takes a second, and the JSON
that the browser gets is what is written here.
"""

import json
import re
from functools import lru_cache
from typing import Any, Literal
from xml.sax.saxutils import escape

from firstoff.errors import InvalidInput

from . import (
    break_even,
    build_time,
    capability_histogram,
    control_chart,
    cusum,
    gauge_study,
    interval,
    operating_characteristic,
    pareto,
    plan_curves,
    prediction,
    probability_plot,
    stack_up,
    step_times,
    stock_over_time,
    weibull_plot,
)
from .browser import browser_bundle, browser_script
from .kind import Kind, Look, Spec, Table
from .theme import Theme, config, look

KINDS: tuple[Kind[Any], ...] = (
    operating_characteristic.KIND,
    interval.KIND,
    pareto.KIND,
    build_time.KIND,
    prediction.KIND,
    step_times.KIND,
    control_chart.KIND,
    capability_histogram.KIND,
    probability_plot.KIND,
    plan_curves.KIND,
    gauge_study.KIND,
    weibull_plot.KIND,
    stack_up.KIND,
    cusum.KIND,
    stock_over_time.KIND,
    break_even.KIND,
)

__all__ = [
    "KINDS",
    "Kind",
    "Look",
    "Spec",
    "Table",
    "Theme",
    "browser_bundle",
    "browser_script",
    "chart_kind",
    "finding",
    "spec",
    "svg",
    "table",
    "title",
]

_GROUPS = re.compile(r' class="(?:mark|role|background)[^"]*"')  # names of groups: nobody asks
# Places in a picture, and their digits beyond a hundredth of a pixel.
_PLACES = re.compile(r' (?:d|transform)="[^"]*"')
_FINE = re.compile(r"(\.\d{2})\d+(?!\d|e)")
SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"


def chart_kind(name: str) -> Kind[Any]:
    for kind in KINDS:
        if kind.name == name:
            return kind
    names = ", ".join(kind.name for kind in KINDS)
    raise InvalidInput(f"There is no chart kind “{name}”; the kinds are {names}.")


def _checked(name: str, data: object) -> Kind[Any]:
    kind = chart_kind(name)
    if not isinstance(data, kind.data):
        raise InvalidInput(
            f"Chart {name} takes {kind.data.__name__}, not {type(data).__name__}.", chart=name
        )
    return kind


def spec(
    kind: str,
    data: object,
    *,
    theme: Theme = "light",
    width: int | float | Literal["container"] = "container",
    height: float | None = None,
) -> Spec:
    """The Vega-Lite specification of one chart.

    width: of the whole picture, labels included, in pixels (paper: points), or ``container``.
    height: of the drawing without its axis, where the one the kind chose does not suit; only for
    kinds whose rows may stretch (not ``pareto``, ``step_times``).
    Raises InvalidInput for a kind that is not there and for data of another kind.
    """
    kind_of = _checked(kind, data)
    drawn = kind_of.draw(data, look(theme))
    if height is not None:
        drawn["height"] = height
    return {
        "$schema": SCHEMA,
        "usermeta": {"firstoff": {"chart": kind, "title": kind_of.title(data)}},
        "description": kind_of.finding(data),
        "width": width,
        "autosize": {"type": "fit-x", "contains": "padding"},
        **drawn,
        "config": config(theme),
    }


def title(kind: str, data: object) -> str:
    """The name of the chart for ``role=img``."""
    return _checked(kind, data).title(data)


def finding(kind: str, data: object) -> str:
    """The sentence that answers the chart's question."""
    return _checked(kind, data).finding(data)


def table(kind: str, data: object) -> Table:
    """The values behind the chart, in the order it shows them."""
    return _checked(kind, data).table(data)


def svg(spec: Spec) -> bytes:
    """The specification as SVG with real text, title and description. Needs no network.

    Raises InvalidInput where the specification does not compile.
    """
    # The picture is one image with a description: its marks need no names of their own, which
    # would be half of the file.
    quiet = {**spec, "config": {**spec.get("config", {}), "aria": False}}
    return _svg(json.dumps(quiet, sort_keys=True))


@lru_cache(maxsize=64)
def _svg(text: str) -> bytes:
    import vl_convert  # 40 MB of engine; loaded when the first picture is drawn

    try:
        # No base address is allowed: a specification cannot fetch anything.
        drawn = vl_convert.vegalite_to_svg(text, allowed_base_urls=[])
    except ValueError as error:
        first = str(error).strip().splitlines()[0]
        raise InvalidInput(f"The chart does not compile: {first}") from error
    spec = json.loads(text)
    name = spec.get("usermeta", {}).get("firstoff", {}).get("title", "")
    drawn = _GROUPS.sub("", drawn)
    drawn = _PLACES.sub(lambda places: _FINE.sub(r"\1", places[0]), drawn)
    head, rest = drawn.split(">", 1)
    words = f"<title>{escape(name)}</title><desc>{escape(spec.get('description', ''))}</desc>"
    return f'{head} role="img">{words}{rest}'.encode()
