"""Commands on a column of measured values: capability, tolerance intervals, normality."""

from typing import Annotated, Any

import typer

from firstoff.cli.stats.pictures import (
    Picture,
    capability_study,
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

_FAMILIES = ("normal", "lognormal", "exponential", "weibull", "gamma", "gumbel_max")
_TRANSFORMS = ("box-cox", "yeo-johnson", "johnson")


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
    family: Annotated[
        str | None, typer.Option(help="By percentiles of: " + ", ".join(_FAMILIES))
    ] = None,
    transform: Annotated[str | None, typer.Option(help="Of: " + ", ".join(_TRANSFORMS))] = None,
    picture: Picture = None,
    as_json: AsJson = False,
) -> None:
    """Can the process hold its limits? Ppk and Cpk with the bounds that decide."""
    from firstoff import stats

    found = read(file).column(column)
    limits: Any = {
        "lower": lower,
        "upper": upper,
        "confidence": fraction(confidence, "confidence"),
    }
    if family is not None or transform is not None:
        if picture is not None or target is not None or subgroup != 1 or (family and transform):
            raise InvalidInput("A family or a transform goes with limits and confidence alone.")
        _not_normal(found, limits, family, transform, as_json)
        return
    seen = stats.capability(grouped(found.numbers(), subgroup), target=target, **limits)
    if picture is not None:
        draw(picture, "capability_histogram", capability_study(seen, found.numbers(), found.name))
    answer(seen, capability_rows(seen, found.name), as_json)


def _not_normal(
    found: Any, limits: Any, family: str | None, transform: str | None, as_json: bool
) -> None:
    """Capability by percentiles of a family, or after a transform."""
    from firstoff import stats

    values = found.numbers()
    if family is None:
        moved = stats.transformed_capability(values, method=said(transform or ""), **limits)
        named = ", ".join(f"{value:.4g}" for value in moved.parameters)
        first = ("Transform", f"{moved.transform} ({named})")
        answer(moved, [first, *capability_rows(moved.result, found.name)], as_json)
        return
    seen = stats.percentile_capability(values, said(family), **limits)
    named = ", ".join(f"{k} {v:.5g}" for k, v in seen.distribution.parameters.items())
    outside = (seen.expected_below + seen.expected_above) * 1e6
    rows = [
        ("Characteristic", f"{found.name}, {seen.distribution.n} values"),
        ("Fitted", f"{family}: {named}"),
        ("Percentiles", f"{seen.p00135:.6g}, {seen.p50:.6g}, {seen.p99865:.6g} ({seen.method})"),
        (f"Ppk, lower {percent(seen.confidence)} bound", f"{seen.ppk:.2f}, {seen.ppk_lower:.2f}"),
        ("Outside, expected", f"{outside:,.3g} in a million"),
    ]
    answer(seen, rows, as_json)


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
