"""Commands on gauges: studies, bias, linearity, agreement of inspectors."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from firstoff.cli.stats.pictures import Picture, draw, gauge_panel
from firstoff.cli.stats.shared import (
    AsJson,
    ColumnName,
    Confidence,
    File,
    Row,
    answer,
    app,
    fraction,
    p_value,
    percent,
    read,
    refusing,
    said,
    with_interval,
)
from firstoff.errors import InvalidInput

Tolerance = Annotated[float | None, typer.Option(help="Width of the tolerance.")]
Part = Annotated[str, typer.Option(help="Column of the parts.")]
Appraiser = Annotated[str, typer.Option(help="Column of the appraisers.")]


@app.command()
@refusing
def gauge(
    file: File,
    part: Part = "part",
    appraiser: Appraiser = "appraiser",
    value: Annotated[str, typer.Option(help="Column of the readings.")] = "value",
    tolerance: Tolerance = None,
    method: Annotated[str, typer.Option(help="anova or average-range.")] = "anova",
    pool: Annotated[
        float | None, typer.Option(help="Pool the interaction above this p value.")
    ] = 0.05,
    nested: Annotated[bool, typer.Option("--nested", help="Own parts for each.")] = False,
    confidence: Confidence = "95",
    picture: Picture = None,
    as_json: AsJson = False,
) -> None:
    """Is the gauge good enough? Repeatability, reproducibility, categories."""
    from firstoff import stats

    table = read(file)
    parts, appraisers = table.column(part).words(), table.column(appraiser).words()
    readings = stats.gauge_readings(
        parts,
        appraisers,
        table.column(value).numbers(),
        nested=nested,
    )
    level = fraction(confidence, "confidence")
    if len(readings) == 1 and not nested:
        seen = stats.gauge_repeatability(
            readings[0],
            tolerance=tolerance,
            method=said(method),
            confidence=level,
        )
    elif nested:
        seen = stats.gauge_rr_nested(readings, tolerance=tolerance, confidence=level)
    else:
        seen = stats.gauge_rr(
            readings,
            tolerance=tolerance,
            method=said(method),
            pool=pool,
            confidence=level,
        )
    if picture is not None:
        # Nested readings come as appraiser, part, trial; crossed ones as appraiser, trial, part.
        cells = readings if nested else readings.swapaxes(1, 2)
        names = list(dict.fromkeys(parts))
        if nested:
            names = [str(i + 1) for i in range(cells.shape[1])]
        panel = gauge_panel(seen, cells, list(dict.fromkeys(appraisers)), names, value)
        draw(picture, "gauge_study", panel)
    answer(seen, _gauge_rows(seen), as_json)


def _gauge_rows(seen: Any) -> list[Row]:
    counts = ((seen.parts, "part"), (seen.appraisers, "appraiser"), (seen.trials, "trial"))
    size = ", ".join(f"{count} {word}{'' if count == 1 else 's'}" for count, word in counts)
    rows = [("Study", f"{size}; {seen.method}")]
    named = (
        ("Repeatability", seen.repeatability),
        ("Reproducibility", seen.reproducibility),
        ("Gauge R&R", seen.grr),
        ("Parts", seen.part),
    )
    for name, one in named:
        if one is not None:
            of = "" if one.of_tolerance is None else f", {percent(one.of_tolerance)} of tolerance"
            rows.append((name, f"sd {one.sd:.4g}, {percent(one.of_study)} of study{of}"))
    if seen.grr_interval is not None:
        low, high = seen.grr_interval
        rows.append(
            ("R&R interval", f"sd {low:.4g} to {high:.4g} with {percent(seen.confidence)}")
        )
    if seen.interaction_pooled is not None:
        pooled = "pooled" if seen.interaction_pooled else "kept"
        p = next(row.p for row in seen.table if row.source == "interaction")
        rows.append(("Interaction", pooled + ("" if p is None else f", p {p_value(p)}")))
    rows.append(("Categories", "no gauge variation seen" if seen.ndc is None else str(seen.ndc)))
    return rows


@app.command()
@refusing
def bias(
    file: File,
    reference: Annotated[float, typer.Option(help="What the part is.")],
    tolerance: Tolerance = None,
    column: ColumnName = None,
    confidence: Confidence = "95",
    as_json: AsJson = False,
) -> None:
    """Does the gauge read a reference part rightly? With a tolerance: Cg and Cgk."""
    from firstoff import stats

    seen = stats.bias(
        read(file).column(column).numbers(),
        reference=reference,
        tolerance=tolerance,
        confidence=fraction(confidence, "confidence"),
    )
    rows = [
        ("Readings", f"{seen.n}, mean {seen.mean:.6g}, sd {seen.sd:.4g}"),
        ("Bias", f"{seen.bias:.4g}, {'shown' if seen.significant else 'not shown'}"),
        (f"{percent(seen.confidence)} interval", f"{seen.lower:.4g} to {seen.upper:.4g}"),
        ("No bias", f"p {p_value(seen.p)}"),
    ]
    if seen.cg is not None:
        rows.append(("Cg, Cgk", f"{seen.cg:.2f}, {seen.cgk:.2f}"))
    answer(seen, rows, as_json)


@app.command()
@refusing
def linearity(
    file: File,
    reference: Annotated[str, typer.Option(help="Column of references.")] = "reference",
    reading: Annotated[str, typer.Option(help="Column of readings.")] = "reading",
    confidence: Confidence = "95",
    as_json: AsJson = False,
) -> None:
    """Does the bias change over the range of the gauge?"""
    from firstoff import stats

    table = read(file)
    seen = stats.linearity(
        table.column(reference).numbers(),
        table.column(reading).numbers(),
        confidence=fraction(confidence, "confidence"),
    )
    rows = [
        ("Bias", f"{seen.intercept:.4g} {seen.slope:+.4g} x reference"),
        ("Slope", f"p {p_value(seen.p_slope)}"),
        ("Verdict", "the bias changes or is not 0" if seen.significant else "no bias shown"),
    ]
    for at, off in zip(seen.references, seen.mean_bias, strict=True):
        rows.append((f"At {at:g}", f"mean bias {off:.4g}"))
    answer(seen, rows, as_json)


@app.command()
@refusing
def stability(
    file: File,
    column: ColumnName = None,
    reference: Annotated[float | None, typer.Option(help="What the part is.")] = None,
    base: Annotated[int | None, typer.Option(help="Limits from the first so many.")] = None,
    as_json: AsJson = False,
) -> None:
    """Is the gauge the same over time? One reading of a reference part each time."""
    from firstoff import stats

    seen = stats.gauge_stability(
        read(file).column(column).numbers(), reference=reference, base=base
    )
    first = seen.chart.location.signals.first
    found = "none" if first is None else f"point {first[0] + 1}, rule {first[1]}"
    rows = [
        ("Readings", f"{seen.chart.location.points.size}"),
        ("First signal", found),
        ("Stable", "yes" if seen.stable else "no"),
    ]
    if seen.drift_p is not None:
        rows.append(("Drift", f"{seen.drift:.4g} over all, p {p_value(seen.drift_p)}"))
    if seen.bias is not None:
        rows.append(("Bias", f"{seen.bias:.4g}"))
    answer(seen, rows, as_json)


@app.command()
@refusing
def agreement(
    file: File,
    part: Part = "part",
    appraiser: Appraiser = "appraiser",
    rating: Annotated[str, typer.Option(help="Column of the ratings.")] = "rating",
    standard: Annotated[str | None, typer.Option(help="Column of the true ratings.")] = None,
    bad: Annotated[str | None, typer.Option(help="The rating that rejects.")] = None,
    confidence: Confidence = "95",
    as_json: AsJson = False,
) -> None:
    """Do inspectors agree with themselves, with each other, with the truth?"""
    from firstoff import stats

    table = read(file)
    parts = table.column(part).words()
    rated = _rated(parts, table.column(appraiser).words(), table.column(rating).words())
    truth = None if standard is None else _truth(parts, table.column(standard).words())
    seen = stats.agreement(
        rated, standard=truth, bad=bad, confidence=fraction(confidence, "confidence")
    )
    rows = [(f"{name}, with self", with_interval(one)) for name, one in seen.within.items()]
    rows += [(f"{n}, with truth", with_interval(one)) for n, one in seen.against_standard.items()]
    rows.append(("All alike", with_interval(seen.between)))
    if seen.all_right is not None:
        rows.append(("All right", with_interval(seen.all_right)))
    rows += [(f"{name}, bad passed", with_interval(one)) for name, one in seen.missed.items()]
    rows += [(f"{n}, good failed", with_interval(one)) for n, one in seen.false_alarms.items()]
    kappas = {f"Kappa {name}, truth": one for name, one in seen.kappa_standard.items()}
    kappas |= {f"Kappa {name}": one for name, one in seen.kappa_pairs.items()}
    kappas["Kappa of all"] = seen.kappa_between
    rows += [(name, f"{one.kappa:.2f}") for name, one in kappas.items() if one is not None]
    answer(seen, rows, as_json)


def _rated(
    parts: Sequence[str], appraisers: Sequence[str], ratings: Sequence[str]
) -> dict[str, list[tuple[str, ...]]]:
    """Ratings by appraiser, one tuple of trials for each part, parts in their first order."""
    names = list(dict.fromkeys(parts))
    cells: dict[str, dict[str, list[str]]] = {}
    for part, appraiser, rating in zip(parts, appraisers, ratings, strict=True):
        cells.setdefault(appraiser, {}).setdefault(part, []).append(rating)
    for appraiser, mine in cells.items():
        for part in names:
            if part not in mine:
                raise InvalidInput(f"Appraiser {appraiser} has not rated part {part}.")
    return {name: [tuple(mine[part]) for part in names] for name, mine in cells.items()}


def _truth(parts: Sequence[str], standard: Sequence[str]) -> list[str]:
    found: dict[str, str] = {}
    for part, true in zip(parts, standard, strict=True):
        if found.setdefault(part, true) != true:
            raise InvalidInput(f"Part {part} is {found[part]} in one row and {true} in another.")
    return list(found.values())
