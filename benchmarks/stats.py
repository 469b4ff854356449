"""The statistics beside the raw limit of the same machine, in one run.

    python -m benchmarks.stats            all jobs; about half a GB of memory
    python -m benchmarks.stats --small    a hundredth of the values
    python -m benchmarks.stats --json     one JSON object for each job

A job is timed beside what numpy or scipy need for the bare numbers; the ratio is what counts,
since it holds on another machine. Where R with qcc and AcceptanceSampling is installed, its time
stands beside too.
"""

import argparse
import functools
import json
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

import numpy as np
from scipy import special

from firstoff import stats

Run = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Job:
    """ours and raw: what is timed; most_ratio or most_seconds: what it must keep; peer: R code."""

    name: str
    ours: Run
    raw: Run | None = None
    most_ratio: float | None = None
    most_seconds: float | None = None
    peer: str | None = None


@dataclass(frozen=True, slots=True)
class Timed:
    name: str
    seconds: float
    raw_seconds: float | None
    ratio: float | None
    peer_seconds: float | None
    kept: bool | None
    peak_megabytes: float


def jobs(scale: int) -> Iterator[Job]:
    """The jobs, with a hundredth of the values for ``scale`` 100."""
    rng = np.random.default_rng(20260316)
    series = rng.normal(10, 0.1, 10_000_000 // scale)
    grouped = series[: 1_000_000 // scale].reshape(-1, 5)

    def pass_over() -> object:
        return series.mean(), series.std(ddof=1)

    yield Job(
        "capability, 10 million values",
        lambda: stats.capability(series, lower=9.0, upper=11.0),
        pass_over,
        most_ratio=3,
    )
    yield Job(
        "I-MR chart with all Nelson rules, 10 million points",
        lambda: stats.individuals_chart(series),
        pass_over,
        most_ratio=10,
    )
    yield Job(
        "X-bar/R chart, 200,000 subgroups of 5",
        lambda: stats.xbar_r_chart(grouped),
        lambda: (grouped.mean(axis=1), np.ptp(grouped, axis=1)),
        peer=(
            "x <- matrix(rnorm(1e6), ncol=5); "
            "f <- function() qcc(x, type='xbar', std.dev='UWAVE-R', plot=FALSE)"
        ),
    )
    yield Job(
        "EWMA chart, 1 million points",
        lambda: stats.ewma_chart(grouped.ravel()),
        lambda: np.cumsum(grouped.ravel()),
        peer="x <- rnorm(1e6); f <- function() ewma(x, plot=FALSE)",
    )
    table = grouped[: grouped.shape[0] // 1000 * 1000].reshape(1000, -1)
    yield Job(
        "capability of 1,000 characteristics at once",
        lambda: stats.capabilities(table, lower=9.0, upper=11.0),
        lambda: (table.mean(axis=1), table.std(axis=1, ddof=1)),
    )
    wide = series[: 1_000_000 // scale].reshape(-1, 100)
    yield Job(
        "I-MR charts of 10,000 characteristics x 100, all rules",
        lambda: stats.individuals_charts(wide),
        lambda: (wide.mean(axis=1), np.abs(np.diff(wide, axis=1)).mean(axis=1)),
    )
    yield from _counted(rng, scale)
    yield from _measured(rng, scale)
    yield from _sampled()
    yield Job(
        "firstoff stats proportion 1 20, started anew",
        functools.partial(_run, "-m", "firstoff.cli", "stats", "proportion", "1", "20"),
        functools.partial(_run, "-c", "import numpy, scipy.special"),
        most_seconds=0.4,
    )


def _run(*words: str) -> None:
    subprocess.run([sys.executable, *words], stdout=subprocess.DEVNULL, check=True)


def _counted(rng: np.random.Generator, scale: int) -> Iterator[Job]:
    tries = np.full(100_000 // scale, 500)
    hits = rng.binomial(500, 0.02, tries.size)
    ratings = rng.integers(0, 5, (100_000 // scale, 3))
    yield Job(
        "Clopper-Pearson, 100,000 proportions",
        lambda: stats.proportions(hits, tries),
        lambda: special.betaincinv(hits + 1.0, tries - hits, 0.975),
    )
    yield Job(
        "Fleiss' kappa, 100,000 units by 3 raters",
        lambda: stats.fleiss_kappa(ratings),
        lambda: np.bincount(ratings.ravel()),
        most_seconds=0.050,
    )


def _measured(rng: np.random.Generator, scale: int) -> Iterator[Job]:
    """Gauges, tolerance chains, life."""
    normal = [stats.link(str(place), 1.0, plus=0.1) for place in range(10)]
    mixed = [
        stats.link(str(place), 1.0, plus=0.1, shape="uniform" if place % 2 else "triangular")
        for place in range(10)
    ]
    draws = 10_000_000 // scale
    buffer = np.empty(draws)

    def ten_passes(draw: Callable[..., object]) -> Run:
        return lambda: [draw(out=buffer) for _ in range(10)]

    for name, chain, draw in (
        ("normal", normal, rng.standard_normal),
        ("uniform and triangular", mixed, rng.random),
    ):
        yield Job(
            f"Monte Carlo chain, 10 {name} links",
            functools.partial(stats.simulate_stack, chain, seed=1, draws=draws, upper=10.3),
            ten_passes(draw),
            peer="f <- function() { x <- 0; for (i in 1:10) x <- x + rnorm(1e7); mean(x > .3) }",
        )
    studies = rng.normal(size=(10_000 // scale, 3, 3, 10))
    yield Job(
        "gauge R&R of 10,000 characteristics, 10 x 3 x 3",
        lambda: stats.gauge_rr_many(studies),
        lambda: (studies.mean(axis=(1, 2, 3)), studies.std(axis=(1, 2, 3))),
    )
    life = rng.weibull(2.0, 100_000 // scale)
    failed, seen = life < 0.8, np.minimum(life, 0.8)
    yield Job(
        "Weibull fit, 100,000 times, half of them suspended",
        lambda: stats.weibull(seen, failed=failed),
        lambda: np.exp(2.0 * np.log(seen)).sum(),
        peer=(
            "library(survival); t <- rweibull(1e5, 2); d <- t < .8; t <- pmin(t, .8); "
            "f <- function() survreg(Surv(t, d) ~ 1)"
        ),
    )


def _sampled() -> Iterator[Job]:
    rates, rng = np.linspace(0.0001, 0.1, 1001), np.random.default_rng(1)
    plan = stats.standard_plan(40_000, aql="1.5", level="III", procedure="multiple")
    yield Job("plan search", lambda: stats.find_plan(aql=0.01, ltpd=0.1), most_seconds=0.005)
    yield Job(
        "look-up in MIL-STD-105E, arrows followed",
        lambda: stats.standard_plan(1500, aql="0.25"),
        most_seconds=20e-6,
    )
    yield Job(
        "OC, ASN of a seven-stage plan at 1,001 rates",
        lambda: stats.operating_characteristic(plan.n, plan.c, rates, r=plan.re),
        lambda: special.bdtr(plan.c[-1], sum(plan.n), rates),
        most_seconds=0.020,
        peer=(
            "p <- seq(1e-4, .1, length.out=1001); f <- function() OC2c(rep(200, 7), "
            "c(2,7,13,19,25,31,37), c(9,14,19,25,29,33,38), type='binomial', pd=p)"
        ),
    )
    yield Job(
        "exact two-sided tolerance factor, n = 30",
        lambda: stats.tolerance_factor(30, confidence=float(rng.uniform(0.94, 0.96))),
    )
    yield Job(
        "Boschloo and Barnard, 50 against 50", lambda: stats.compare_proportions(9, 50, 2, 50)
    )


def timed(job: Job) -> Timed:
    """The best of a few runs of each side, in turns, so that both see the same machine."""
    ours, raw = _best(job.ours), None if job.raw is None else _best(job.raw)
    ratio = None if raw is None else ours / raw
    kept: bool | None = None
    if job.most_ratio is not None and ratio is not None:
        kept = ratio <= job.most_ratio
    if job.most_seconds is not None:
        kept = ours <= job.most_seconds
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Timed(job.name, ours, raw, ratio, _peer(job.peer), kept, peak)


def _best(run: Run) -> float:
    run()  # once unmeasured: tables are read and constants computed
    found: list[float] = []
    until = time.perf_counter() + 2
    while len(found) < 3 or (len(found) < 200 and time.perf_counter() < until):
        start = time.perf_counter()
        run()
        found.append(time.perf_counter() - start)
    return min(found)


def _peer(code: str | None) -> float | None:
    if code is None or shutil.which("Rscript") is None:
        return None
    script = (
        "suppressMessages({library(qcc); library(AcceptanceSampling)});"
        f"{code}; f(); cat(min(sapply(1:3, function(i) system.time(f())[['elapsed']])))"
    )
    try:
        ran = subprocess.run(
            ["Rscript", "-e", script], capture_output=True, text=True, timeout=60, check=True
        )
        return float(ran.stdout.split()[-1])
    except (subprocess.SubprocessError, ValueError, IndexError):
        return None  # a package is missing or it takes over a minute: the column stays empty


def main() -> None:
    """Print one line for each job."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--small", action="store_true", help="a hundredth of the values")
    options.add_argument("--json", action="store_true", help="one JSON object for each job")
    chosen = options.parse_args()
    if not chosen.json:
        print(f"{'job':<54}{'ours':>11}{'raw':>11}{'ratio':>8}{'R':>9}  kept   peak MB")
    for job in jobs(100 if chosen.small else 1):
        seen = timed(job)
        print(json.dumps(asdict(seen)) if chosen.json else _line(seen), flush=True)


def _line(seen: Timed) -> str:
    raw, peer = _seconds(seen.raw_seconds), _seconds(seen.peer_seconds)
    ratio = "" if seen.ratio is None else f"{seen.ratio:.1f}"
    kept = {None: "", True: "yes", False: "NO"}[seen.kept]
    return (
        f"{seen.name:<54}{_seconds(seen.seconds):>11}{raw:>11}{ratio:>8}{peer:>9}  {kept:<5}"
        f"{seen.peak_megabytes:>9.0f}"
    )


def _seconds(seconds: float | None) -> str:
    if seconds is None:
        return ""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


if __name__ == "__main__":
    main()
