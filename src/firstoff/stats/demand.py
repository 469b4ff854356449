"""Demand over time: variation, trend, seasonality, intermittent class."""

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from firstoff.stats import checks
from firstoff.stats.caveats import Caveat
from firstoff.stats.checks import Floats
from firstoff.stats.errors import OutOfDomain, TooFewData
from firstoff.stats.finite import finite
from firstoff.stats.trend import trend

# Where Croston's method and exponential smoothing change places (Syntetos, Boylan, Croston 2005).
INTERVAL_CUT = 1.32
SIZE_CUT = 0.49


class DemandClass(StrEnum):
    """How demand comes: how often (interval), and how even (size)."""

    SMOOTH = "smooth"
    ERRATIC = "erratic"
    INTERMITTENT = "intermittent"
    LUMPY = "lumpy"


@dataclass(frozen=True, slots=True)
class Season:
    """A pattern that comes back every ``period`` steps.

    indices: mean of each step of the season over the mean of all, the first being that of the
    first value; strength: share of the variance about the trend that it explains, adjusted for
    chance (0 to 1); p: of the F test against none.
    """

    period: int
    indices: tuple[float, ...]
    strength: float
    p: float


@dataclass(frozen=True, slots=True)
class DemandStability:
    """Demand by period, in the order of time.

    cv: standard deviation over mean; cv_left: of what trend (and a season with p <= 0.05) leave.
    trend: fitted change from the first period to the last over the mean, slope per period in
    units. interval: mean number of periods from one demand to the next; size_cv2: squared cv of
    the demands that are not 0. season: None for fewer than two whole seasons, or without a period.
    """

    n: int
    mean: float
    sd: float
    cv: float
    cv_left: float
    slope: float | None
    trend: float | None
    trend_p: float | None
    season: Season | None
    interval: float
    size_cv2: float
    demand_class: DemandClass
    caveats: tuple[Caveat, ...]


@finite
def demand_stability(quantities: ArrayLike, *, period: int | None = None) -> DemandStability:
    """Is demand steady enough to plan on?

    quantities: shape (n,), n >= 3, none negative, one for each period; period: length of a season
    in periods, 12 for months of a year, None where there is none to look for.
    Raises TooFewData (also where all are 0), OutOfDomain.
    Source: Syntetos, Boylan and Croston, JORS 56 (2005); Hyndman and Athanasopoulos, Forecasting,
    for the strength. Oracle: closed forms; scipy linregress, f_oneway
    """
    seen = checks.series("quantities", quantities, least=3)
    if seen.min() < 0:
        place = int(np.argmin(seen))
        raise OutOfDomain(
            f"quantities, item {place + 1},", float(seen[place]), "a quantity of at least 0"
        )
    cycle = None if period is None else checks.whole("period", period, least=2)
    dealt = seen[seen > 0]
    if not dealt.size:
        raise TooFewData(needed=1, got=0, what="periods with demand")
    n, mean, sd = seen.size, float(seen.mean()), float(seen.std(ddof=1))
    slope, p = trend(seen)
    left = seen - mean - (slope or 0.0) * (np.arange(n) - (n - 1) / 2)
    season = None if cycle is None or n < 2 * cycle else _season(left, mean, cycle)
    taken = 2
    if season is not None and season.p <= 0.05 and cycle is not None:
        left = left - _steps(left, cycle)[np.arange(n) % cycle]
        taken += cycle - 1
    rest = math.sqrt(float(left @ left) / max(1, n - taken))
    apart = n / dealt.size
    uneven = (float(dealt.std(ddof=1)) / float(dealt.mean())) ** 2 if dealt.size > 1 else 0.0
    return DemandStability(
        n=n,
        mean=mean,
        sd=sd,
        cv=sd / mean,
        cv_left=rest / mean,
        slope=slope,
        trend=None if slope is None else slope * (n - 1) / mean,
        trend_p=p,
        season=season,
        interval=apart,
        size_cv2=uneven,
        demand_class=_class(apart, uneven),
        caveats=(Caveat.SMALL_SAMPLE,) if n < 12 else (),
    )


def _steps(left: Floats, cycle: int) -> Floats:
    place = np.arange(left.size) % cycle
    found: Floats = np.bincount(place, weights=left, minlength=cycle) / np.bincount(place)
    return found


def _season(left: Floats, mean: float, cycle: int) -> Season | None:
    n = left.size
    steps = _steps(left, cycle)
    fitted = steps[np.arange(n) % cycle]
    between, total = float(fitted @ fitted), float(left @ left)
    # The trend has taken two degrees of freedom before.
    free = n - cycle - 1
    if total <= 0 or free < 1:
        return None
    within = max(0.0, total - between)
    share = 1 - (within / free) / (total / (n - 2))
    f = between / (cycle - 1) / (within / free) if within > 1e-15 * total else math.inf
    p = 0.0 if math.isinf(f) else float(special.fdtrc(cycle - 1, free, f))
    indices = tuple((1 + steps / mean).tolist())
    return Season(cycle, indices, min(1.0, max(0.0, share)), p)


def _class(interval: float, size_cv2: float) -> DemandClass:
    if interval < INTERVAL_CUT:
        return DemandClass.SMOOTH if size_cv2 < SIZE_CUT else DemandClass.ERRATIC
    return DemandClass.INTERMITTENT if size_cv2 < SIZE_CUT else DemandClass.LUMPY
