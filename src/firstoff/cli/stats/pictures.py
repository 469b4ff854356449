"""A picture of a result in a file: SVG, PNG or a page, by the ending of its name."""

import json
import math
from html import escape
from pathlib import Path
from typing import Annotated, Any

import typer

from firstoff.errors import InvalidInput, Unavailable

Picture = Annotated[
    str | None, typer.Option("--chart", help="Write a chart: FILE.svg, FILE.png or FILE.html.")
]
WIDTH = 720  # pixels


def draw(file: str, kind: str, data: object) -> None:
    """Write one chart. Raises InvalidInput for another ending, Unavailable where it cannot go."""
    from firstoff.formats import charts

    spec = charts.spec(kind, data, width=WIDTH)
    ending = Path(file).suffix.lower()
    if ending == ".svg":
        content = charts.svg(spec)
    elif ending == ".png":
        content = _png(spec)
    elif ending == ".html":
        content = _page(charts.title(kind, data), charts.finding(kind, data), charts.svg(spec))
    else:
        raise InvalidInput(f"{file}: expected a name that ends in .svg, .png or .html.")
    try:
        Path(file).write_bytes(content)
    except OSError as error:
        raise Unavailable(f"{file} cannot be written: {error.strerror or error}.") from error


def control_points(chart: Any, what: str) -> object:
    """A control chart of the statistics, as its picture wants it."""
    from firstoff.formats.charts.control_chart import ControlPoints

    signals = chart.signals
    return ControlPoints(
        what=f"{what}, {chart.kind} chart",
        unit=what,
        points=tuple(chart.points.tolist()),
        center=tuple(chart.center.tolist()),
        lcl=tuple(chart.lcl.tolist()),
        ucl=tuple(chart.ucl.tolist()),
        broken=tuple((int(i), signals.rules_at(int(i))) for i in signals.points),
        base=chart.base if chart.base < chart.points.size else None,
        digits=_digits(float(chart.ucl[-1]) - float(chart.lcl[-1])),
    )


def curve_of(n: int, c: int, rates: list[float], lot: int | None) -> object:
    """The operating characteristic of a plan as its picture wants it, the asked rates marked."""
    import numpy as np

    from firstoff import stats
    from firstoff.formats.charts.operating_characteristic import OperatingCharacteristic

    along = np.linspace(0, max(*rates, c / n, 1.5 / n), 81)

    def chances(at: Any) -> tuple[tuple[float, float], ...]:
        seen = stats.operating_characteristic(n, c, at, lot=lot)
        found = dict(zip(seen.rates.tolist(), seen.acceptance.tolist(), strict=True))
        return tuple(sorted(found.items()))  # a known lot moves rates to whole units

    return OperatingCharacteristic(n, c, c / n, chances(along), chances([*rates, c / n]))


def capability_study(seen: Any, values: list[float], what: str) -> object:
    """A capability study as its picture wants it: bins by Freedman and Diaconis' rule."""
    import numpy as np

    from firstoff import stats
    from firstoff.formats.charts.capability_histogram import CapabilityStudy

    points = np.asarray(values)
    count = min(60, max(5, len(np.histogram_bin_edges(points, bins="fd")) - 1))
    heights, edges = np.histogram(points, bins=count)
    width = float(edges[1] - edges[0])
    model = stats.distribution("normal", mean=seen.mean, sd=seen.sd)
    at = np.linspace(seen.mean - 4 * seen.sd, seen.mean + 4 * seen.sd, 121)
    # What a bin centred there would hold.
    held = [model.below(float(v) + width / 2) - model.below(float(v) - width / 2) for v in at]
    return CapabilityStudy(
        what=what,
        unit=what,
        bins=tuple(
            (float(a), float(b), int(n))
            for a, b, n in zip(edges[:-1], edges[1:], heights, strict=True)
        ),
        lower=seen.lower,
        upper=seen.upper,
        curve=tuple((float(v), s * len(values)) for v, s in zip(at, held, strict=True)),
        ppk=seen.ppk,
        ppk_lower=seen.ppk_lower,
        confidence=seen.confidence,
        outside=seen.observed_below + seen.observed_above,
        digits=_digits(6 * seen.sd),
    )


def _digits(spread: float) -> int:
    """Decimals that show a hundredth of a spread."""
    return 3 if spread <= 0 else max(0, min(8, 2 - math.floor(math.log10(spread))))


def _png(spec: dict[str, Any]) -> bytes:
    import vl_convert

    text = json.dumps({**spec, "background": "#ffffff"}, sort_keys=True)
    drawn: bytes = vl_convert.vegalite_to_png(text, scale=2, allowed_base_urls=[])
    return drawn


def _page(title: str, finding: str, picture: bytes) -> bytes:
    head = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>'
    body = f"<h1>{escape(title)}</h1><p>{escape(finding)}</p>{picture.decode()}"
    return f"{head}<body>{body}</body></html>".encode()
