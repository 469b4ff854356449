"""Gauge repeatability and reproducibility: crossed, nested, one appraiser; many gauges at once.

Readings stand as on the AIAG sheet: appraiser, trial, part. Shares are fractions of the total
standard deviation (study), of the total variance (contribution) or of the tolerance.
"""

import math
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firstoff.stats import checks
from firstoff.stats.caveats import Caveat
from firstoff.stats.checks import Floats
from firstoff.stats.constants import chart_constants, d2, d2_star
from firstoff.stats.errors import NoVariation, OutOfDomain, TooFewData
from firstoff.stats.finite import finite
from firstoff.stats.gauge_variances import (
    AnovaRow,
    Squares,
    components,
    crossed_table,
    grr_terms,
    interval,
    one_appraiser_table,
    row,
    squares,
)

Method = Literal["anova", "average-range"]

_CATEGORIES = 1.41  # AIAG's figure for the root of two


@dataclass(frozen=True, slots=True)
class Component:
    """One source of variation, in the unit of the readings.

    contribution: share of the total variance; of_study: share of the total standard deviation;
    of_tolerance: ``sigmas`` standard deviations over the tolerance, None without one.
    """

    variance: float
    sd: float
    contribution: float
    of_study: float
    of_tolerance: float | None


@dataclass(frozen=True, slots=True)
class RangeFactors:
    """What the average and range method reads off the sheet, and its factors."""

    mean_range: float
    appraiser_difference: float
    part_range: float
    k1: float
    k2: float | None
    k3: float
    range_limit: float


@dataclass(frozen=True, slots=True)
class GaugeStudy:
    """A gauge study. ``grr`` joins repeatability and reproducibility.

    ndc: distinct categories, 1.41 x part sd / gauge sd, truncated and at least 1; ndc_raw before
    that (None where the gauge shows no variation). grr_interval: two-sided, of the standard
    deviation, None for nested studies and for average and range. reproducibility, appraiser and
    interaction are None where one appraiser measured, or where the design cannot tell them.
    """

    method: str
    appraisers: int
    trials: int
    parts: int
    repeatability: Component
    reproducibility: Component | None
    appraiser: Component | None
    interaction: Component | None
    grr: Component
    part: Component
    total: Component
    ndc: int | None
    ndc_raw: float | None
    grr_interval: tuple[float, float] | None
    interaction_pooled: bool | None
    table: tuple[AnovaRow, ...]
    ranges: RangeFactors | None
    tolerance: float | None
    sigmas: float
    confidence: float
    caveats: tuple[Caveat, ...]


@dataclass(frozen=True, slots=True, eq=False)
class GaugeStudies:
    """Many crossed studies in one pass; every array has shape (m,).

    Variances by source, grr as a share of study and of tolerance, ndc (0 where the gauge shows
    no variation at all), and whether the interaction was pooled.
    """

    repeatability: Floats
    appraiser: Floats
    interaction: Floats
    grr: Floats
    part: Floats
    total: Floats
    of_study: Floats
    of_tolerance: Floats | None
    ndc: NDArray[np.int64]
    interaction_pooled: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class RangeStudy:
    """The quick study of two appraisers, one reading each: repeatability and reproducibility
    together, and its share of the process standard deviation."""

    parts: int
    mean_range: float
    d2_star: float
    grr: float
    of_process: float


@finite
def gauge_rr(
    readings: ArrayLike,
    *,
    tolerance: float | None = None,
    method: Method = "anova",
    pool: float | None = 0.05,
    sigmas: float = 6.0,
    confidence: float = 0.95,
) -> GaugeStudy:
    """A crossed study: each appraiser measures each part in each trial.

    readings: shape (appraisers, trials, parts); at least 2 of each (for one appraiser see
    ``gauge_repeatability``). pool: the interaction joins the repeatability where its p value
    exceeds this; None never pools. Negative components are set to 0 and named.
    Raises TooFewData, NoVariation, OutOfDomain. Source: AIAG MSA 4th ed. ch. III B and appendix A;
    interval after Burdick, Borror and Montgomery (2005). Oracle: R anova, SixSigma
    """
    data = _readings(readings, 3)
    width = None if tolerance is None else checks.real("tolerance", tolerance, above=0)
    spread = checks.real("sigmas", sigmas, above=0)
    level = checks.open_fraction("confidence", confidence)
    checks.choice("method", method, ("anova", "average-range"))
    limit = None if pool is None else checks.fraction("pool", pool)
    if data.shape[0] < 2:
        raise TooFewData(needed=2, got=int(data.shape[0]), what="appraisers")
    if data.min() == data.max():
        raise NoVariation("readings")
    scale = _Scale(width, spread, level)
    if method == "average-range":
        return _average_range(data, scale)
    return _crossed(data, limit, scale)


@finite
def gauge_repeatability(
    readings: ArrayLike,
    *,
    tolerance: float | None = None,
    method: Method = "anova",
    sigmas: float = 6.0,
    confidence: float = 0.95,
) -> GaugeStudy:
    """A study with one appraiser (or a machine that loads itself): parts and repeatability alone.

    readings: shape (trials, parts), at least 2 of each. reproducibility, appraiser and
    interaction are None: what another appraiser would add is not known.
    Raises TooFewData, NoVariation, OutOfDomain.
    Source: AIAG MSA 4th ed. ch. III B; one-way random effects. Oracle: R aov
    """
    data = _readings(checks.array("readings", readings, dimensions=(2,))[None], 3)
    width = None if tolerance is None else checks.real("tolerance", tolerance, above=0)
    spread = checks.real("sigmas", sigmas, above=0)
    scale = _Scale(width, spread, checks.open_fraction("confidence", confidence))
    checks.choice("method", method, ("anova", "average-range"))
    if data.min() == data.max():
        raise NoVariation("readings")
    if method == "average-range":
        return _average_range(data, scale)
    return _crossed(data, None, scale)


@finite
def gauge_rr_many(
    readings: ArrayLike,
    *,
    tolerance: ArrayLike | None = None,
    pool: float | None = 0.05,
    sigmas: float = 6.0,
) -> GaugeStudies:
    """Crossed ANOVA studies of many characteristics in one pass.

    readings: shape (characteristics, appraisers, trials, parts); tolerance: one for all, or shape
    (m,). Raises TooFewData, OutOfDomain, NoVariation (naming the first characteristic whose
    readings are all equal). Source and oracle: as for ``gauge_rr``.
    """
    data = _readings(readings, 4)
    spread = checks.real("sigmas", sigmas, above=0)
    limit = None if pool is None else checks.fraction("pool", pool)
    flat = data.reshape(len(data), -1)
    equal = flat.min(axis=1) == flat.max(axis=1)
    if equal.any():
        raise NoVariation(f"readings of characteristic {int(np.argmax(equal)) + 1}")
    found = components(data, limit)
    grr = found.error + found.appraiser + found.interaction
    total = grr + found.part
    if (total <= 0).any():  # they differ, but by too little to be squared
        raise NoVariation(f"readings of characteristic {int(np.argmax(total <= 0)) + 1}")
    raw = _raw_ndc(found.part, grr)
    return GaugeStudies(
        repeatability=found.error,
        appraiser=found.appraiser,
        interaction=found.interaction,
        grr=grr,
        part=found.part,
        total=total,
        of_study=np.sqrt(grr / total),
        of_tolerance=_of_tolerance(grr, tolerance, spread),
        ndc=np.where(np.isfinite(raw), np.maximum(1, np.floor(raw)), 0).astype(np.int64),
        interaction_pooled=found.pooled,
    )


@finite
def gauge_rr_nested(
    readings: ArrayLike,
    *,
    tolerance: float | None = None,
    sigmas: float = 6.0,
    confidence: float = 0.95,
) -> GaugeStudy:
    """A nested study, for destructive tests: each appraiser measures parts of their own.

    readings: shape (appraisers, parts of each, trials), at least 2 of each. The trials of a part
    must be like pieces of one batch: what they differ by counts as repeatability.
    Raises TooFewData, NoVariation, OutOfDomain.
    Source: AIAG MSA 4th ed. ch. IV; Montgomery, Introduction to SQC. Oracle: R lm(y ~ op/part)
    """
    data = checks.array("readings", readings, dimensions=(3,))
    a, p, t = data.shape
    for name, size in (("appraisers", a), ("parts of each appraiser", p), ("trials", t)):
        if size < 2:
            raise TooFewData(needed=2, got=size, what=name)
    width = None if tolerance is None else checks.real("tolerance", tolerance, above=0)
    spread = checks.real("sigmas", sigmas, above=0)
    level = checks.open_fraction("confidence", confidence)
    if data.min() == data.max():
        raise NoVariation("readings")
    centred = data - data.mean()
    cells = centred.mean(axis=2)
    rows = cells.mean(axis=1)
    ss = (
        float(p * t * np.square(rows - rows.mean()).sum()),
        float(t * np.square(cells - rows[:, None]).sum()),
        float(np.square(centred - cells[:, :, None]).sum()),
    )
    df = (a - 1, a * (p - 1), a * p * (t - 1))
    between, inside, error = (square / free for square, free in zip(ss, df, strict=True))
    raw = ((inside - error) / t, (between - inside) / (p * t))
    part, appraiser = max(0.0, raw[0]), max(0.0, raw[1])
    table = (
        row("appraiser", ss[0], df[0], inside, df[1]),
        row("part", ss[1], df[1], error, df[2]),
        AnovaRow("repeatability", ss[2], df[2], error, None, None),
    )
    return _Scale(width, spread, level).study(
        "anova, nested",
        (a, t, p),
        (error, appraiser, None, part),
        table=table,
        negative=min(raw) < 0,
    )


@finite
def gauge_range(first: ArrayLike, second: ArrayLike, *, process_sd: float) -> RangeStudy:
    """The quick range study: two appraisers measure each part once.

    first, second: shape (parts,), at least 2; process_sd: of the process, in the same unit.
    Repeatability and reproducibility cannot be told apart. Raises TooFewData, OutOfDomain.
    Source: AIAG MSA 4th ed. ch. III B, range method. Oracle: its example (GRR 0.0588, 75.7 %)
    """
    one = checks.series("first", first, least=2)
    two = checks.series("second", second, least=2)
    if one.size != two.size:
        raise OutOfDomain("second", f"of {two.size} parts", f"{one.size} parts, as in first")
    sd = checks.real("process_sd", process_sd, above=0)
    mean = float(np.abs(one - two).mean())
    factor = d2_star(2, int(one.size))
    return RangeStudy(int(one.size), mean, factor, mean / factor, mean / factor / sd)


def _readings(readings: ArrayLike, dimensions: int) -> Floats:
    data = checks.array("readings", readings, dimensions=(dimensions,))
    a, t, p = data.shape[-3:]
    if data.shape[0] == 0 or a == 0:
        raise TooFewData(needed=1, got=0, what="appraisers" if a == 0 else "characteristics")
    if t < 2:
        raise TooFewData(needed=2, got=t, what="trials")
    if p < 2:
        raise TooFewData(needed=2, got=p, what="parts")
    return data


class _Scale(NamedTuple):
    tolerance: float | None
    sigmas: float
    confidence: float

    def component(self, variance: float, total: float) -> Component:
        sd = math.sqrt(variance)
        of = None if self.tolerance is None else self.sigmas * sd / self.tolerance
        return Component(variance, sd, variance / total, math.sqrt(variance / total), of)

    def study(
        self,
        method: str,
        shape: tuple[int, ...],
        found: tuple[float, float | None, float | None, float],
        *,
        table: tuple[AnovaRow, ...] = (),
        negative: bool = False,
        pooled: bool | None = None,
        ranges: RangeFactors | None = None,
        interval: tuple[float, float] | None = None,
    ) -> GaugeStudy:
        """The study from the variances of repeatability, appraiser, interaction and part."""
        error, appraiser, interaction, part = found
        grr = error + (appraiser or 0.0) + (interaction or 0.0)
        total = grr + part
        if total <= 0:
            raise NoVariation("readings")
        raw = _CATEGORIES * math.sqrt(part / grr) if grr > 0 else None
        ndc = None if raw is None else max(1, int(raw))
        caveats = (Caveat.NEGATIVE_VARIANCE,) if negative else ()
        few = (Caveat.FEW_CATEGORIES,) if ndc is not None and ndc < 5 else ()

        def of(variance: float | None) -> Component | None:
            return None if variance is None else self.component(variance, total)

        return GaugeStudy(
            method=method,
            appraisers=shape[0],
            trials=shape[1],
            parts=shape[2],
            repeatability=self.component(error, total),
            reproducibility=None if appraiser is None else of(grr - error),
            appraiser=of(appraiser),
            interaction=of(interaction),
            grr=self.component(grr, total),
            part=self.component(part, total),
            total=self.component(total, total),
            ndc=ndc,
            ndc_raw=raw,
            grr_interval=interval,
            interaction_pooled=pooled,
            table=table,
            ranges=ranges,
            tolerance=self.tolerance,
            sigmas=self.sigmas,
            confidence=self.confidence,
            caveats=caveats + few,
        )


def _crossed(data: Floats, pool: float | None, scale: _Scale) -> GaugeStudy:
    a, t, p = data.shape
    ss = Squares(*(s[:1] for s in squares(data[None])))
    found = components(data[None], pool)
    error = float(found.error[0])
    part = float(found.part[0])
    if a == 1:
        table = one_appraiser_table(ss, t, p)
        grr = interval([(1.0, error, p * (t - 1))], scale.confidence, error)
        return scale.study(
            "anova, one appraiser",
            data.shape,
            (error, None, None, part),
            table=table,
            negative=bool(found.negative[0]),
            interval=grr,
        )
    pooled = bool(found.pooled[0])
    appraiser, interaction = float(found.appraiser[0]), float(found.interaction[0])
    rows = crossed_table(ss, data.shape, pooled)
    return scale.study(
        "anova",
        data.shape,
        (error, appraiser, interaction, part),
        table=rows,
        negative=bool(found.negative[0]),
        pooled=pooled,
        interval=interval(
            grr_terms(rows, data.shape, pooled), scale.confidence, error + appraiser + interaction
        ),
    )


def _average_range(data: Floats, scale: _Scale) -> GaugeStudy:
    a, t, p = data.shape
    mean_range = float((data.max(axis=1) - data.min(axis=1)).mean())
    rows = data.mean(axis=(1, 2))
    parts = data.mean(axis=(0, 1))
    difference, part_range = float(np.ptp(rows)), float(np.ptp(parts))
    k1, k3 = 1 / d2(t), 1 / d2_star(p, 1)
    k2 = None if a == 1 else 1 / d2_star(a, 1)
    error = (mean_range * k1) ** 2
    raw = 0.0 if k2 is None else (difference * k2) ** 2 - error / (p * t)
    limit = chart_constants(t).d_4 * mean_range
    return scale.study(
        "average and range",
        data.shape,
        (error, None if k2 is None else max(0.0, raw), None, (part_range * k3) ** 2),
        negative=raw < 0,
        ranges=RangeFactors(mean_range, difference, part_range, k1, k2, k3, limit),
    )


def _raw_ndc(part: Floats, grr: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Floats = _CATEGORIES * np.sqrt(part / grr)
    return found


def _of_tolerance(grr: Floats, tolerance: ArrayLike | None, sigmas: float) -> Floats | None:
    if tolerance is None:
        return None
    widths = checks.array("tolerance", tolerance, dimensions=(0, 1))
    if widths.size not in (1, grr.size):
        raise OutOfDomain("tolerance", f"of {widths.size} numbers", f"one, or {grr.size}")
    if widths.min() <= 0:
        raise OutOfDomain("tolerance", float(widths.min()), "a number above 0")
    found: Floats = sigmas * np.sqrt(grr) / widths
    return found
