"""Commands on batches, demand, learning, process time, causes and costs."""

from typing import Annotated, Any

import typer

from firstoff.cli.stats.pictures import Picture, draw
from firstoff.cli.stats.pictures import pareto as drawn_pareto
from firstoff.cli.stats.shared import (
    AsJson,
    ColumnName,
    Confidence,
    File,
    answer,
    app,
    fraction,
    named,
    p_value,
    percent,
    read,
    refusing,
)


@app.command()
@refusing
def batches(
    file: File,
    batch: Annotated[str, typer.Option(help="Column of the batches.")] = "batch",
    value: Annotated[str, typer.Option(help="Column of the values.")] = "value",
    confidence: Confidence = "95",
    as_json: AsJson = False,
) -> None:
    """Are the batches alike? Means, spreads, and what lies between them."""
    from firstoff import stats

    table = read(file)
    found: dict[str, list[float]] = {}
    for name, number in zip(
        table.column(batch).words(), table.column(value).numbers(), strict=True
    ):
        found.setdefault(name, []).append(number)
    level = fraction(confidence, "confidence")
    seen = stats.batch_consistency(list(found.values()), confidence=level)
    parts = seen.components
    low, high = parts.share_interval
    p = seen.anova.p
    rows = [
        ("Batches", f"{parts.batches}, {parts.n} values"),
        ("Means alike", "nothing varies within" if p is None else f"p {p_value(p)}"),
        ("Spreads alike", f"p {p_value(seen.levene.p)}"),
        ("Sd within, between", f"{parts.sd_within:.4g}, {parts.sd_between:.4g}"),
        ("Between batches", f"{percent(parts.share)} of the variance"),
        (f"{percent(level)} interval", f"{percent(low)} to {percent(high)}"),
        ("Consistent", "yes" if seen.consistent else "no"),
    ]
    rows += [(f"Mean of {n}", f"{m:.6g}") for n, m in zip(found, seen.anova.means, strict=True)]
    answer(seen, rows, as_json)


@app.command()
@refusing
def summary(
    file: File, column: ColumnName = None, confidence: Confidence = "95", as_json: AsJson = False
) -> None:
    """The figures of one column."""
    from firstoff import stats

    found = read(file).column(column)
    seen = stats.summary(found.numbers(), confidence=fraction(confidence, "confidence"))
    low, high = seen.interval
    rows = [
        ("Column", f"{found.name}, {seen.n} values"),
        ("Mean", f"{seen.mean:.6g} ({percent(seen.confidence)} {low:.6g} to {high:.6g})"),
        ("Sd", f"{seen.sd:.4g}"),
        ("Smallest, largest", f"{seen.minimum:.6g}, {seen.maximum:.6g}"),
        (
            "Quartiles",
            f"{seen.lower_quartile:.6g}, {seen.median:.6g}, {seen.upper_quartile:.6g}",
        ),
    ]
    if seen.autocorrelation is not None:
        rows.append(("From one to the next", f"correlation {seen.autocorrelation:.2f}"))
    answer(seen, rows, as_json)


@app.command()
@refusing
def demand(
    file: File,
    column: ColumnName = None,
    period: Annotated[int | None, typer.Option(help="Length of a season, such as 12.")] = None,
    as_json: AsJson = False,
) -> None:
    """Is demand steady enough to plan on?"""
    from firstoff import stats

    seen = stats.demand_stability(read(file).column(column).numbers(), period=period)
    rows = [
        ("Demand", f"{seen.n} periods, mean {seen.mean:.6g}, {seen.demand_class.value}"),
        ("Variation", f"{percent(seen.cv)} of the mean, {percent(seen.cv_left)} unexplained"),
    ]
    if seen.trend is not None and seen.trend_p is not None:
        change = f"{'-' if seen.trend < 0 else '+'}{percent(abs(seen.trend))} over all"
        rows.append(("Trend", f"{change}, p {p_value(seen.trend_p)}"))
    if seen.season is not None:
        strength = f"explains {percent(seen.season.strength)}"
        rows.append((f"Season of {seen.season.period}", f"{strength}, p {p_value(seen.season.p)}"))
    rows.append(("Between demands", f"{seen.interval:.3g} periods"))
    answer(seen, rows, as_json)


@app.command()
@refusing
def learning(
    file: File,
    column: ColumnName = None,
    units: Annotated[str | None, typer.Option(help="Column of unit numbers.")] = None,
    at: Annotated[int | None, typer.Option(help="Time of this unit.")] = None,
    confidence: Confidence = "95",
    as_json: AsJson = False,
) -> None:
    """How fast do build times fall?"""
    from firstoff import stats

    table = read(file)
    seen = stats.learning_curve(
        table.column(column).numbers(),
        units=None if units is None else table.column(units).numbers(),
        confidence=fraction(confidence, "confidence"),
    )
    low, high = seen.rate_interval
    rows = [
        ("Each doubling leaves", f"{percent(seen.rate)} ({percent(low)} to {percent(high)})"),
        ("First unit", f"{seen.first:.4g}"),
        ("Learning", "shown" if seen.learning else "not shown"),
    ]
    if at is not None:
        unit = seen.time(at)
        rows.append((f"Unit {at}", f"{unit.time:.4g} ({unit.lower:.4g} to {unit.upper:.4g})"))
    answer(seen, rows, as_json)


@app.command("process-time")
@refusing
def process_time(
    file: File,
    column: ColumnName = None,
    standard: Annotated[float | None, typer.Option(help="Standard time.")] = None,
    confidence: Confidence = "95",
    as_json: AsJson = False,
) -> None:
    """How long does a step take against its standard?"""
    from firstoff import stats

    seen = stats.process_time(
        read(file).column(column).numbers(),
        standard=standard,
        confidence=fraction(confidence, "confidence"),
    )
    level = percent(seen.confidence)
    rows = [
        (
            "Mean",
            f"{seen.mean:.4g} ({level} {seen.lower:.4g} to {seen.upper:.4g}), {seen.n} times",
        ),
        ("Median, sd", f"{seen.median:.4g}, {seen.sd:.3g}"),
        ("Shortest, longest", f"{seen.minimum:.4g}, {seen.maximum:.4g}"),
    ]
    if seen.ratio is not None:
        rows.append(("Of the standard", percent(seen.ratio)))
    if seen.trend is not None:
        p = "" if seen.trend_p is None else f", p {p_value(seen.trend_p)}"
        rows.append(("First to last", f"{seen.trend:+.3g}{p}"))
    answer(seen, rows, as_json)


@app.command()
@refusing
def pareto(
    file: File,
    cause: Annotated[str, typer.Option(help="Column of the causes.")] = "cause",
    count: Annotated[
        str | None, typer.Option(help="Column of counts, count unless told; none: one a row.")
    ] = None,
    picture: Picture = None,
    as_json: AsJson = False,
) -> None:
    """Which few causes make most of the trouble?"""
    from firstoff import stats

    table = read(file)
    names = table.column(cause).words()
    count = named(table, count, "count")
    numbers = [1.0] * len(names) if count is None else table.column(count).numbers()
    total: dict[str, float] = {}
    for name, number in zip(names, numbers, strict=True):
        total[name] = total.get(name, 0.0) + number
    seen = stats.pareto(total)
    if picture is not None:
        draw(picture, "pareto", drawn_pareto(seen, count or "rows"))
    rows = [
        (
            bar.name,
            f"{bar.count:g}, {percent(bar.share)}, {percent(bar.cumulative)} with those above",
        )
        for bar in seen.bars
    ]
    answer(seen, rows, as_json)


@app.command("inspection-cost")
@refusing
def inspection_cost(
    rate: Annotated[str, typer.Argument(help="Reject rate, such as 1%.")],
    inspect: Annotated[float, typer.Option(help="Cost to inspect one unit.")],
    escape: Annotated[float, typer.Option(help="Cost of a reject let through.")],
    as_json: AsJson = False,
) -> None:
    """Inspect all or none?"""
    from firstoff import stats

    seen = stats.inspection_choice(
        fraction(rate, "rate"), cost_inspect=inspect, cost_escape=escape
    )
    words: dict[Any, str] = {
        stats.InspectionDecision.ALL: "inspect all",
        stats.InspectionDecision.NONE: "inspect none",
        stats.InspectionDecision.INDIFFERENT: "both cost the same",
    }
    rows = [
        ("Decision", words[seen.decision]),
        ("Break-even rate", percent(seen.break_even)),
        ("Cost a unit", f"{seen.cost_none:.4g} without, {seen.cost_all:.4g} with inspection"),
    ]
    answer(seen, rows, as_json)
