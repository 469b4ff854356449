"""Is a gauge the same over time? A control chart of one reference part, measured again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from firstoff.stats import checks
from firstoff.stats.control_charts import ChartPair, individuals_chart, xbar_s_chart
from firstoff.stats.errors import TooFewData
from firstoff.stats.finite import finite
from firstoff.stats.trend import trend


@dataclass(frozen=True, slots=True, eq=False)
class GaugeStability:
    """A reference part measured over time. ``stable``: no rule broken on either chart.

    bias: mean less reference, None without one; drift: fitted change from the first sample to
    the last; drift_p: two-sided p value against none, None where the means are all equal.
    """

    chart: ChartPair
    stable: bool
    bias: float | None
    drift: float
    drift_p: float | None


@finite
def gauge_stability(
    samples: ArrayLike | Sequence[ArrayLike],
    *,
    reference: float | None = None,
    base: int | None = None,
) -> GaugeStability:
    """Is the gauge the same over time?

    samples: shape (k,), one reading each time, or k sequences of two or more readings; k >= 3.
    base: limits from the first so many times, then frozen. Raises TooFewData, OutOfDomain.
    Source: AIAG MSA 4th ed. ch. III B, stability. Oracle: as the charts; scipy linregress
    """
    true = None if reference is None else checks.real("reference", reference)
    chart = _chart(samples, base)
    points = chart.location.points
    if points.size < 3:
        raise TooFewData(needed=3, got=int(points.size), what="samples")
    slope, p = trend(points)
    return GaugeStability(
        chart,
        chart.location.stable and chart.spread.stable,
        None if true is None else float(points.mean()) - true,
        (slope or 0.0) * (points.size - 1),
        p,
    )


def _chart(samples: Any, base: int | None) -> ChartPair:
    """Samples of several readings or of one, as the charts take them."""
    several = isinstance(samples, np.ndarray) and samples.ndim == 2
    if isinstance(samples, (list, tuple)) and samples:
        several = isinstance(samples[0], (list, tuple, np.ndarray))
    if several:
        return xbar_s_chart(samples, base=base)
    return individuals_chart(samples, base=base)
