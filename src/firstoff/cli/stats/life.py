"""Commands on life: Weibull, Kaplan-Meier, demonstration tests, warranty."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from firstoff.cli.stats.pictures import Picture, draw, weibull_plot
from firstoff.cli.stats.shared import (
    AsJson,
    Confidence,
    File,
    Row,
    answer,
    app,
    fraction,
    named,
    percent,
    plain,
    read,
    refusing,
    said,
)
from firstoff.errors import InvalidInput

if TYPE_CHECKING:
    from firstoff.formats.columns import Table

Time = Annotated[str, typer.Option(help="Column of the times.")]
Failed = Annotated[
    str | None,
    typer.Option(
        help="Column of 1 (failed) and 0 (still good), failed unless told; none: all failed."
    ),
]
Count = Annotated[
    str | None, typer.Option(help="Column of units behind each row, count unless told.")
]
Shape = Annotated[float, typer.Option(help="Weibull shape, known from before.")]
Reliability = Annotated[str, typer.Argument(help="Reliability to show, such as 95%.")]
Allow = Annotated[int, typer.Option(help="Failures allowed.")]


@app.command()
@refusing
def weibull(
    file: File,
    time: Time = "time",
    failed: Failed = None,
    count: Count = None,
    upto: Annotated[
        str | None, typer.Option(help="Column of upper ends; times are then lower ends.")
    ] = None,
    at: Annotated[float | None, typer.Option(help="Reliability at this time.")] = None,
    confidence: Confidence = "95",
    picture: Picture = None,
    as_json: AsJson = False,
) -> None:
    """How long does it last? Failures, units still good, or intervals (an empty upper end is a
    unit still good)."""
    from firstoff import stats

    table = read(file)
    level = fraction(confidence, "confidence")
    seen = (
        _interval_fit(table, time, upto, count, level)
        if upto is not None
        else stats.weibull(**_life_columns(table, time, failed, count), confidence=level)
    )
    rows = _weibull_rows(seen, at)
    ratio = None
    if upto is None:
        ratio = stats.weibull_bounds(**_life_columns(table, time, failed, count), confidence=level)
        ends = [f"{end:.4g}" if end is not None else "open" for end in _ends(ratio.life)]
        rows.append(("B10 by likelihood", f"{percent(level)} {ends[0]} to {ends[1]}"))
    if picture is not None:
        if upto is not None:
            raise InvalidInput("Failures known to lie in intervals have no points to draw.")
        told = _life_columns(table, time, failed, count)
        draw(picture, "weibull_plot", weibull_plot(seen, told, time))
    if as_json:
        answer({**plain(seen), "likelihood": plain(ratio)}, rows, as_json)
    else:
        answer(seen, rows, as_json)


def _ends(bound: Any) -> tuple[float | None, float | None]:
    return bound.lower, bound.upper


def _weibull_rows(seen: Any, at: float | None) -> list[Row]:
    level = percent(seen.confidence)
    low, high = seen.shape_interval
    rows = [
        ("Units", f"{seen.failures} failed of {seen.n}; {seen.method}"),
        ("Shape", f"{seen.shape:.4g} ({level} {low:.4g} to {high:.4g})"),
    ]
    low, high = seen.scale_interval
    rows.append(("Scale", f"{seen.scale:.4g} ({level} {low:.4g} to {high:.4g})"))
    for name, share in (("B1", 0.01), ("B10", 0.10), ("B50", 0.50)):
        life = seen.life(share)
        rows.append((name, f"{life.value:.4g} ({level} {life.lower:.4g} to {life.upper:.4g})"))
    rows.append(("Mean life", f"{seen.mean:.4g}"))
    if at is not None:
        held = seen.reliability(at)
        arms = f"{percent(held.lower)} to {percent(held.upper)}"
        rows.append((f"Good at {at:g}", f"{percent(held.value)} ({level} {arms})"))
    return rows


def _interval_fit(table: "Table", lower: str, upper: str, count: str | None, level: float) -> Any:
    from firstoff import stats

    count = named(table, count, "count")
    column = table.column(upper)
    ends = [
        float("inf") if str(cell if cell is not None else "").strip() == "" else None
        for cell in column.cells
    ]
    filled = [
        (cell, row)
        for cell, row, end in zip(column.cells, column.rows, ends, strict=True)
        if end is None
    ]
    known = iter(
        type(column)(
            column.source,
            column.name,
            tuple(cell for cell, _ in filled),
            tuple(row for _, row in filled),
            column.decimal_comma,
        ).numbers()
    )
    return stats.weibull_intervals(
        table.column(lower).numbers(),
        [next(known) if end is None else end for end in ends],
        counts=None if count is None else _counts(table, count),
        confidence=level,
    )


@app.command()
@refusing
def survival(
    file: File,
    time: Time = "time",
    failed: Failed = None,
    count: Count = None,
    confidence: Confidence = "95",
    as_json: AsJson = False,
) -> None:
    """How many survive, without a model (Kaplan-Meier)?"""
    from firstoff import stats

    seen = stats.kaplan_meier(
        **_life_columns(read(file), time, failed, count),
        confidence=fraction(confidence, "confidence"),
    )
    rows = [
        (f"After {at:g}", f"{percent(s)}{_arms(low, high)}, {risk} at risk")
        for at, s, low, high, risk in zip(
            seen.time, seen.survival, seen.lower, seen.upper, seen.at_risk, strict=True
        )
    ]
    rows.append(("Median", "not reached" if seen.median is None else f"{seen.median:g}"))
    answer(seen, rows, as_json)


def _arms(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f" ({percent(low)} to {percent(high)})"


@app.command()
@refusing
def mtbf(
    failures: Annotated[int, typer.Argument(help="Failures seen.")],
    total_time: Annotated[float, typer.Argument(help="Time of all units together.")],
    terminated: Annotated[str, typer.Option(help="time or failure: what ended it.")] = "time",
    confidence: Confidence = "90",
    as_json: AsJson = False,
) -> None:
    """Mean time between failures at a constant rate, with the bound that decides."""
    from firstoff import stats

    seen = stats.mtbf(
        failures,
        total_time,
        confidence=fraction(confidence, "confidence"),
        terminated=said(terminated),
    )
    level = percent(seen.confidence)
    upper = "open" if seen.upper is None else f"{seen.upper:.4g}"
    rows = [
        ("MTBF", "no failure seen" if seen.estimate is None else f"{seen.estimate:.4g}"),
        (f"At least, {level}", f"{seen.lower_one_sided:.4g}"),
        (f"{level} interval", f"{seen.lower:.4g} to {upper}"),
    ]
    answer(seen, rows, as_json)


@app.command("success-run")
@refusing
def success_run(
    reliability: Reliability,
    confidence: Confidence = "90",
    allow: Allow = 0,
    as_json: AsJson = False,
) -> None:
    """Units to test, with so many failures allowed, to show RELIABILITY."""
    from firstoff import stats

    bar, level = fraction(reliability, "reliability"), fraction(confidence, "confidence")
    n = stats.success_run_size(bar, confidence=level, failures_allowed=allow)
    said = {"n": n, "reliability": bar, "confidence": level, "failures_allowed": allow}
    rows = [
        ("Test", f"{n:,} units, at most {allow} failures"),
        ("Shows", f"{percent(bar)} reliability with {percent(level)} confidence"),
    ]
    answer(said, rows, as_json)


@app.command()
@refusing
def demonstration(
    reliability: Reliability,
    mission: Annotated[float, typer.Option(help="Time at which it is claimed.")],
    shape: Shape,
    test: Annotated[float | None, typer.Option(help="Time of the test; asks for units.")] = None,
    units: Annotated[int | None, typer.Option(help="Units there are; asks for the time.")] = None,
    confidence: Confidence = "90",
    allow: Allow = 0,
    as_json: AsJson = False,
) -> None:
    """Units for a test time, or the time for a number of units."""
    from firstoff import stats

    if (test is None) == (units is None):
        raise InvalidInput("Give --test, to ask for units, or --units, to ask for the time.")
    told: dict[str, Any] = {
        "mission_time": mission,
        "shape": shape,
        "confidence": fraction(confidence, "confidence"),
        "failures_allowed": allow,
    }
    bar = fraction(reliability, "reliability")
    seen = (
        stats.demonstration_size(bar, test_time=test, **told)
        if test is not None
        else stats.demonstration_time(bar, n=units or 0, **told)
    )
    rows = [
        ("Test", f"{seen.n:,} units for {seen.test_time:.6g} each, at most {allow} failures"),
        ("Shows", f"{percent(bar)} at {mission:g} with {percent(seen.confidence)} confidence"),
        ("Assumes", f"Weibull shape {seen.shape:g}"),
    ]
    answer(seen, rows, as_json)


@app.command()
@refusing
def weibayes(
    file: File,
    shape: Shape,
    time: Time = "time",
    count: Count = None,
    failures: Annotated[int, typer.Option(help="Failures among them.")] = 0,
    at: Annotated[float | None, typer.Option(help="Reliability at this time.")] = None,
    confidence: Confidence = "90",
    as_json: AsJson = False,
) -> None:
    """What do units without a failure, or with few, show when the shape is known?"""
    from firstoff import stats

    table = read(file)
    count = named(table, count, "count")
    seen = stats.weibayes(
        table.column(time).numbers(),
        shape=shape,
        failures=failures,
        counts=None if count is None else _counts(table, count),
        confidence=fraction(confidence, "confidence"),
    )
    level = percent(seen.confidence)
    rows = [
        ("Units", f"{seen.failures} failed of {seen.units}"),
        (f"Scale, at least, {level}", f"{seen.scale_lower:.6g}"),
        (f"B10, at least, {level}", f"{seen.life_lower(0.1):.6g}"),
    ]
    if at is not None:
        rows.append((f"Good at {at:g}, at least", percent(seen.reliability_lower(at))))
    answer(seen, rows, as_json)


@app.command()
@refusing
def warranty(
    file: File,
    usage: Annotated[float, typer.Option(help="What one period adds to an age.")],
    periods: Annotated[int, typer.Option(help="Periods ahead.")] = 1,
    time: Time = "time",
    failed: Annotated[str, typer.Option(help="Column of 1 (failed) and 0.")] = "failed",
    count: Count = None,
    seed: Annotated[int, typer.Option(help="Seed of the interval.")] = 1,
    confidence: Confidence = "90",
    as_json: AsJson = False,
) -> None:
    """Failures to expect among the units still good, from the same table as for weibull."""
    from firstoff import stats

    told = _life_columns(read(file), time, failed, count)
    fit = stats.weibull(**told)
    many = told["counts"] or [1] * len(told["times"])
    good = [
        (age, n)
        for age, flag, n in zip(told["times"], told["failed"], many, strict=True)
        if not flag
    ]
    seen = stats.warranty_projection(
        fit,
        [age for age, _ in good],
        [n for _, n in good],
        usage=usage,
        periods=periods,
        confidence=fraction(confidence, "confidence"),
        seed=seed,
    )
    rows = [
        ("Life", f"shape {fit.shape:.4g}, scale {fit.scale:.4g}"),
        ("At risk", f"{seen.at_risk:,} units"),
        ("Failures to expect", f"{seen.total:.3g}, {percent(seen.share)}"),
        (f"{percent(seen.confidence)} prediction", f"{seen.lower:,} to {seen.upper:,}"),
    ]
    if len(seen.expected) > 1:
        rows += [(f"Period {k}", f"{x:.3g}") for k, x in enumerate(seen.expected, start=1)]
    answer(seen, rows, as_json)


def _life_columns(
    table: "Table", time: str, failed: str | None, count: str | None
) -> dict[str, Any]:
    # A column of that very name is meant: to take it for nothing would call good units failed.
    failed, count = named(table, failed, "failed"), named(table, count, "count")
    return {
        "times": table.column(time).numbers(),
        "failed": None if failed is None else table.column(failed).numbers(),
        "counts": None if count is None else _counts(table, count),
    }


def _counts(table: "Table", name: str) -> list[float]:
    return table.column(name).numbers()
