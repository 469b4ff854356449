"""A picture of a result in a file: SVG, PNG or a page, by the ending of its name."""

import json
import math
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Annotated, Any

import typer

from firstoff.errors import InvalidInput, Unavailable

Picture = Annotated[
    str | None, typer.Option("--chart", help="Write a chart: FILE.svg, FILE.png or FILE.html.")
]
WIDTH = 720  # pixels
_SMOOTH = 500  # units of a lot whose own curve looks smooth


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


def interval(seen: Any, bar: float) -> object:
    from firstoff.formats.charts.interval import BatchRate, Interval

    name = f"{seen.n:,} units"
    one = BatchRate(name, seen.x, seen.n, seen.lower, seen.upper, cleared=seen.estimate <= bar)
    return Interval((one,), bar, confidence=seen.confidence, method=seen.method)


def prediction(seen: Any) -> object:
    from firstoff import stats
    from firstoff.formats.charts.prediction import Prediction

    belief = stats.posterior(seen.x, seen.n, prior=seen.prior)
    pmf = stats.beta_binomial_pmf(seen.quantity, belief.a, belief.b).tolist()
    return Prediction(
        committed=seen.quantity,
        pmf=tuple(enumerate(pmf)),
        mean=seen.mean,
        low=seen.lower,
        median=seen.median,
        high=seen.upper,
        level=seen.confidence,
    )


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


def t2_points(seen: Any) -> object:
    """A chart of Hotelling's T²: its limit is that of the base, then that of what came later."""
    from firstoff.formats.charts.control_chart import ControlPoints

    count, p = seen.t2.size, seen.mean.size
    later = [seen.ucl_future] * (count - seen.base)
    return ControlPoints(
        what=f"{p} characteristics together",
        unit="T²",
        points=tuple(seen.t2.tolist()),
        center=(float(p),) * count,  # what a stable process has on average
        lcl=(0.0,) * count,
        ucl=(*[seen.ucl_base] * seen.base, *later),
        broken=tuple((int(i), (1,)) for i in seen.beyond),
        base=seen.base if seen.base < count else None,
        digits=2,
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


def probability_plot(seen: Any, values: list[float], what: str) -> object:
    """Sorted values at Blom's positions, with exact bounds of each quantile of the normal."""
    import numpy as np

    from firstoff import stats
    from firstoff.formats.charts.probability_plot import ProbabilityPlot

    points = np.sort(np.asarray(values))
    n, mean, sd = points.size, float(points.mean()), float(points.std(ddof=1))
    low, high = (1 - seen.confidence) / 2, (1 + seen.confidence) / 2

    def factor(share: float, confidence: float) -> float:
        return stats.tolerance_factor(n, coverage=share, confidence=confidence, sides="upper")

    shares = (0.001, 0.003, 0.01, 0.02, 0.05, 0.1, 0.2, 0.35)
    band = [(share, mean - factor(1 - share, high) * sd, mean - factor(1 - share, low) * sd)
            for share in shares]  # fmt: skip
    band.append((0.5, mean + factor(0.5, low) * sd, mean + factor(0.5, high) * sd))
    band += [(1 - share, mean + factor(1 - share, low) * sd, mean + factor(1 - share, high) * sd)
             for share in reversed(shares)]  # fmt: skip
    return ProbabilityPlot(
        what=what,
        unit=what,
        points=tuple((v, (i + 0.625) / (n + 0.25)) for i, v in enumerate(points.tolist())),
        mean=mean,
        sd=sd,
        p=seen.p_value,
        normal=seen.normal,
        band=tuple(band),
        confidence=seen.confidence,
        digits=_digits(6 * sd),
    )


def cusum_sums(chart: Any, what: str) -> object:
    from firstoff.formats.charts.cusum import CusumSums

    up, down = chart.signal_upper.tolist(), chart.signal_lower.tolist()
    return CusumSums(
        what=f"{what}, CUSUM chart",
        upper=tuple(chart.upper.tolist()),
        lower=tuple((-chart.lower).tolist()),  # kept at or below 0
        limit=chart.h,
        signals_upper=tuple(up),
        signals_lower=tuple(down),
        began=int(chart.began(min(up + down))) if up or down else None,
    )


def plan_curves(
    plan: str, n: Any, c: Any, marked: Sequence[tuple[str, float]], *, r: Any = None,
    lot: int | None = None,
) -> object:  # fmt: skip
    """What a plan of one or more stages does at every rate; the marked rates are named."""
    import numpy as np

    from firstoff import stats
    from firstoff.formats.charts.plan_curves import PlanCurves

    def at(rates: Any) -> Any:
        # A small lot holds few rates: there the curve of the process is drawn, which is smooth.
        few = lot is not None and lot < _SMOOTH
        model: Any = "binomial" if few else None
        return stats.operating_characteristic(n, c, rates, r=r, lot=lot, model=model)

    end = max(0.001, *(2 * rate for _, rate in marked))
    while end < 1 and float(at([end]).acceptance[0]) > 0.02:
        end = min(1.0, 1.25 * end)
    seen = at(np.linspace(0, end, 121))
    named = at([rate for _, rate in marked]) if marked else None
    return PlanCurves(
        plan=plan,
        rates=tuple(seen.rates.tolist()),
        acceptance=tuple(seen.acceptance.tolist()),
        asn=tuple(seen.asn.tolist()),
        aoq=() if seen.aoq is None else tuple(seen.aoq.tolist()),
        marked=()
        if named is None
        else tuple(
            (rate, chance, name)
            for (name, rate), chance in zip(marked, named.acceptance.tolist(), strict=True)
        ),
    )


def gauge_panel(
    seen: Any, cells: Any, appraisers: Sequence[str], parts: Sequence[str], what: str
) -> object:
    """A gauge study as its picture wants it; cells: by appraiser, part and trial."""
    import numpy as np

    from firstoff import stats
    from firstoff.formats.charts.gauge_study import GaugePanel, Part

    spread = np.ptp(cells, axis=2)
    known = stats.chart_constants(cells.shape[2])
    range_mean, mean = float(spread.mean()), float(cells.mean())
    named = (
        ("Repeatability", seen.repeatability),
        ("Reproducibility", seen.reproducibility),
        ("Gauge R&R", seen.grr),
        ("Parts", seen.part),
    )
    return GaugePanel(
        what=what,
        unit=what,
        appraisers=tuple(appraisers),
        parts=tuple(parts),
        readings=tuple(tuple(tuple(v) for v in mine) for mine in cells.tolist()),
        sources=tuple(
            Part(name, one.of_study, one.of_tolerance) for name, one in named if one is not None
        ),
        range_mean=range_mean,
        range_limit=known.d_4 * range_mean,
        mean=mean,
        mean_low=mean - known.a2 * range_mean,
        mean_high=mean + known.a2 * range_mean,
        categories=seen.ndc,
        digits=_digits(float(np.ptp(cells))),
        crossed="nested" not in seen.method,
    )


def weibull_plot(fit: Any, told: Any, unit: str) -> object:
    """Failures at their ranks, the fit with the bounds of its lives, and B10 by name."""
    from firstoff import stats
    from firstoff.formats.charts.weibull_plot import WeibullPlot

    ranked = stats.weibull_line(**told)
    flags = told["failed"] or [1] * len(told["times"])
    still = [time for time, flag in zip(told["times"], flags, strict=True) if not flag]
    shares = (0.001, 0.003, 0.01, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95, 0.99)
    curve = [(share, fit.life(share)) for share in (*shares, 0.999)]
    b10 = fit.life(0.1)
    return WeibullPlot(
        what=unit,
        unit=unit,
        points=tuple(zip(ranked.times, ranked.positions, strict=True)),
        suspended=tuple(sorted(still)),
        curve=tuple((share, life.value, life.lower, life.upper) for share, life in curve),
        shape=fit.shape,
        scale=fit.scale,
        confidence=fit.confidence,
        life=(0.1, b10.value, b10.lower, b10.upper),
    )


def stack_up(chain: Any, drawn: Any, what: str) -> object:
    from firstoff.formats.charts.stack_up import LinkPart, StackUp

    edges = drawn.edges.tolist()
    out = drawn.outside
    return StackUp(
        what=what,
        unit="",
        bins=tuple(
            (low, high, int(count))
            for low, high, count in zip(edges[:-1], edges[1:], drawn.counts, strict=True)
        ),
        lower=chain.lower,
        upper=chain.upper,
        mean=drawn.mean,
        outside=None if out is None else (out.estimate, out.lower, out.upper),
        links=tuple(LinkPart(one.name, one.of_variance) for one in chain.shares),
        digits=_digits(6 * drawn.sd),
    )


def pareto(seen: Any, what: str) -> object:
    from firstoff.formats.charts.pareto import Defect, Pareto

    return Pareto(
        defects=tuple(Defect(str(bar.name), int(bar.count)) for bar in seen.bars),
        total=int(sum(bar.count for bar in seen.bars)),
        what=what,
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
