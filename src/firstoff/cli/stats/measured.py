"""Commands on a column of measured values: capability, control charts, tolerance intervals."""

from typing import Annotated, Any

import typer

from firstoff.cli.stats.pictures import (
    Picture,
    capability_study,
    control_points,
    cusum_sums,
    draw,
    probability_plot,
)
from firstoff.cli.stats.shared import (
    AsJson,
    ColumnName,
    Confidence,
    File,
    LowerLimit,
    Row,
    UpperLimit,
    answer,
    app,
    fraction,
    grouped,
    p_value,
    percent,
    read,
    refusing,
    said,
)
from firstoff.errors import InvalidInput


@app.command()
@refusing
def capability(
    file: File,
    lower: LowerLimit = None,
    upper: UpperLimit = None,
    target: Annotated[float | None, typer.Option(help="Target value.")] = None,
    column: ColumnName = None,
    subgroup: Annotated[int, typer.Option(help="Values in a subgroup; 1 is a series.")] = 1,
    confidence: Confidence = "95",
    picture: Picture = None,
    as_json: AsJson = False,
) -> None:
    """Can the process hold its limits? Ppk and Cpk with the bounds that decide."""
    from firstoff import stats

    found = read(file).column(column)
    seen = stats.capability(
        grouped(found.numbers(), subgroup),
        lower=lower,
        upper=upper,
        target=target,
        confidence=fraction(confidence, "confidence"),
    )
    if picture is not None:
        draw(picture, "capability_histogram", capability_study(seen, found.numbers(), found.name))
    answer(seen, capability_rows(seen, found.name), as_json)


def capability_rows(seen: Any, name: str) -> list[Row]:
    level = percent(seen.confidence)
    rows = [
        ("Characteristic", f"{name}, {seen.n} values"),
        ("Mean, sd", f"{seen.mean:.6g}, {seen.sd:.4g}"),
        (
            f"Ppk, lower {level} bound",
            f"{seen.ppk:.2f}, {seen.ppk_lower:.2f} ({seen.bound_method})",
        ),
    ]
    if seen.pp is not None:
        rows.append((f"Pp, lower {level} bound", f"{seen.pp:.2f}, {seen.pp_lower:.2f}"))
    if seen.cpk is not None:
        how = f"within by {seen.within_method}"
        rows.append((f"Cpk, lower {level} bound", f"{seen.cpk:.2f}, {seen.cpk_lower:.2f} ({how})"))
    if seen.cpm is not None:
        rows.append((f"Cpm, lower {level} bound", f"{seen.cpm:.2f}, {seen.cpm_lower:.2f}"))
    outside = seen.observed_below + seen.observed_above
    rows.append(("Outside, seen", f"{outside} of {seen.n}"))
    rows.append(("Outside, expected", f"{seen.expected_outside * 1e6:,.3g} in a million"))
    return rows


_CHARTS = ("i", "xbar-r", "xbar-s", "p", "np", "c", "u", "p-laney", "u-laney", "ewma", "cusum")


@app.command()
@refusing
def chart(
    file: File,
    kind: Annotated[str, typer.Option(help=", ".join(_CHARTS))] = "i",
    column: ColumnName = None,
    size_column: Annotated[
        str | None, typer.Option(help="Column of sample sizes, for p, np, u.")
    ] = None,
    subgroup: Annotated[int, typer.Option(help="Values in a subgroup, for X-bar.")] = 5,
    base: Annotated[int | None, typer.Option(help="Limits from the first so many points.")] = None,
    rules: Annotated[str, typer.Option(help="nelson or western-electric.")] = "nelson",
    picture: Picture = None,
    as_json: AsJson = False,
) -> None:
    """Is the process stable? Limits, and the points that break a rule."""
    table = read(file)
    found = table.column(column)
    values = found.numbers()
    sizes = None if size_column is None else table.column(size_column).numbers()
    seen = _charted(kind, values, sizes, subgroup, base, rules)
    if picture is not None:
        if hasattr(seen, "signal_upper"):
            draw(picture, "cusum", cusum_sums(seen, found.name))
        else:
            drawn = getattr(seen, "location", getattr(seen, "chart", seen))
            draw(picture, "control_chart", control_points(drawn, found.name))
    answer(seen, _chart_rows(seen), as_json)


@app.command()
@refusing
def tolerance(
    file: File,
    column: ColumnName = None,
    coverage: Annotated[str, typer.Option(help="Share of all values, such as 99%.")] = "99%",
    confidence: Confidence = "95",
    sides: Annotated[str, typer.Option(help="two, lower or upper.")] = "two",
    free: Annotated[bool, typer.Option("--free", help="Whatever the distribution.")] = False,
    as_json: AsJson = False,
) -> None:
    """Where does a share of all values lie?"""
    from firstoff import stats

    found = read(file).column(column)
    interval = stats.free_tolerance_interval if free else stats.normal_tolerance_interval
    seen = interval(
        found.numbers(),
        coverage=fraction(coverage, "coverage"),
        confidence=fraction(confidence, "confidence"),
        sides=said(sides),
    )
    ends = [f"{end:.6g}" if end is not None else "open" for end in (seen.lower, seen.upper)]
    rows = [
        ("Characteristic", f"{found.name}, {seen.n} values"),
        (f"{percent(seen.coverage)} of all values", f"{ends[0]} to {ends[1]}"),
        ("Confidence", f"{percent(seen.confidence)}, {seen.method}"),
    ]
    answer(seen, rows, as_json)


_TESTS = {
    "anderson-darling": "Anderson-Darling",
    "shapiro-wilk": "Shapiro-Wilk",
    "dagostino-pearson": "D'Agostino-Pearson",
}


@app.command()
@refusing
def normality(
    file: File,
    column: ColumnName = None,
    test: Annotated[str, typer.Option(help="Decides: " + ", ".join(_TESTS))] = "anderson-darling",
    confidence: Confidence = "95",
    picture: Picture = None,
    as_json: AsJson = False,
) -> None:
    """Do the values look normal?"""
    from firstoff import stats

    found = read(file).column(column)
    seen = stats.normality(
        found.numbers(),
        test=said(test),
        confidence=fraction(confidence, "confidence"),
    )
    if picture is not None:
        draw(picture, "probability_plot", probability_plot(seen, found.numbers(), found.name))
    rows = [("Characteristic", f"{found.name}, {seen.n} values")]
    for name, score, p in (
        ("Anderson-Darling", seen.anderson_darling, seen.anderson_darling_p),
        ("Shapiro-Wilk", seen.shapiro_wilk, seen.shapiro_wilk_p),
        ("D'Agostino-Pearson", seen.omnibus, seen.omnibus_p),
    ):
        if score is not None and p is not None:
            rows.append((name, f"{score:.3f}, p {p_value(p)}"))
    rows.append(("Skewness, kurtosis", f"{seen.skewness:.2f}, {seen.excess_kurtosis:.2f}"))
    rows.append(
        ("Normal", "no sign against it" if seen.normal else f"not normal, by {_TESTS[test]}")
    )
    answer(seen, rows, as_json)


def _charted(
    kind: str,
    values: list[float],
    sizes: list[float] | None,
    subgroup: int,
    base: int | None,
    rules: str,
) -> Any:
    from firstoff import stats

    if kind not in _CHARTS:
        raise InvalidInput(f"kind is {kind!r}; expected one of {', '.join(_CHARTS)}.")
    told: Any = {"base": base, "rule_set": rules}
    if kind == "i":
        return stats.individuals_chart(values, **told)
    if kind.startswith("xbar"):
        made = stats.xbar_r_chart if kind == "xbar-r" else stats.xbar_s_chart
        return made(grouped(values, subgroup), **told)
    if kind == "c":
        return stats.c_chart(values, base=base)
    if kind == "ewma":
        return stats.ewma_chart(values, base=base)
    if kind == "cusum":
        return stats.cusum_chart(values, base=base)
    if sizes is None:
        raise InvalidInput(f"A {kind} chart needs sample sizes; name their column.")
    if kind == "np":
        return stats.np_chart(values, _one_size(sizes), base=base)
    counted: Any = {
        "p": stats.p_chart,
        "u": stats.u_chart,
        "p-laney": stats.laney_p_chart,
        "u-laney": stats.laney_u_chart,
    }
    return counted[kind](values, sizes, base=base)


def _one_size(sizes: list[float]) -> int:
    if len(set(sizes)) != 1 or sizes[0] != int(sizes[0]):
        raise InvalidInput("An np chart needs samples of one size; take a p chart.")
    return int(sizes[0])


def _chart_rows(seen: Any) -> list[Row]:
    if hasattr(seen, "signal_upper"):
        return _cusum_rows(seen)
    if hasattr(seen, "sigma_z"):
        return [*_one_chart(seen.chart), ("Sigma between samples", f"{seen.sigma_z:.3g}")]
    if hasattr(seen, "location"):
        return [*_one_chart(seen.location), *_one_chart(seen.spread)]
    return _one_chart(seen)


def _one_chart(seen: Any) -> list[Row]:
    low, high = seen.lcl[-1], seen.ucl[-1]
    rows = [
        (f"{seen.kind} chart", f"{seen.points.size} points, centre {seen.center[-1]:.6g}"),
        ("Limits", f"LCL {low:.6g}, UCL {high:.6g}"),
    ]
    first = seen.signals.first
    if first is None:
        return [*rows, ("Signals", "none")]
    for rule, at in seen.signals.found.items():
        if at.size:
            named = ", ".join(str(int(point) + 1) for point in at[:20])
            more = f" and {at.size - 20} more" if at.size > 20 else ""
            rows.append((f"{seen.kind} rule {rule}", f"points {named}{more}"))
    return rows


def _cusum_rows(seen: Any) -> list[Row]:
    rows = [("CUSUM chart", f"{seen.upper.size} points, k {seen.k:g}, h {seen.h:g}")]
    for name, at in (("Above", seen.signal_upper), ("Below", seen.signal_lower)):
        if at.size:
            began = seen.began(int(at[0])) + 1
            rows.append((name, f"first at point {int(at[0]) + 1}, began at point {began}"))
    return rows if len(rows) > 1 else [*rows, ("Signals", "none")]
