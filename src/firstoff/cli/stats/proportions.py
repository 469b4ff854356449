"""Commands on x of n: what it proves, what it predicts, what a second batch shows."""

from typing import Annotated

import typer

from firstoff.cli.stats.shared import (
    AsJson,
    Confidence,
    answer,
    app,
    between,
    fraction,
    p_value,
    percent,
    refusing,
    times,
    with_interval,
)


@app.command()
@refusing
def proportion(
    x: Annotated[int, typer.Argument(help="Rejects seen.")],
    n: Annotated[int, typer.Argument(help="Units inspected.")],
    confidence: Confidence = "95",
    sides: Annotated[str, typer.Option(help="two, lower or upper.")] = "two",
    method: Annotated[
        str, typer.Option(help="clopper-pearson, wilson, jeffreys.")
    ] = "clopper-pearson",
    as_json: AsJson = False,
) -> None:
    """The rate behind X of N, with its interval."""
    from firstoff import stats

    seen = stats.proportion(
        x,
        n,
        confidence=fraction(confidence, "confidence"),
        sides=sides,  # type: ignore[arg-type]
        method=method,  # type: ignore[arg-type]
    )
    rows = [
        ("Seen", f"{seen.x} of {seen.n}, {percent(seen.estimate)}"),
        (f"{percent(seen.confidence)} interval", between(seen.lower, seen.upper)),
        ("Method", f"{seen.method}, {seen.sides}-sided"),
    ]
    answer(seen, rows, as_json)


@app.command()
@refusing
def predict(
    x: Annotated[int, typer.Argument(help="Rejects seen.")],
    n: Annotated[int, typer.Argument(help="Units inspected.")],
    quantity: Annotated[int, typer.Option(help="Units still to be made.")],
    confidence: Confidence = "90",
    as_json: AsJson = False,
) -> None:
    """Rejects to expect in a quantity still to be made, after X of N."""
    from firstoff import stats

    level = fraction(confidence, "confidence")
    seen = stats.predict_rejects(x, n, quantity=quantity, confidence=level)
    rows = [
        ("Seen", f"{seen.x} of {seen.n}"),
        ("Prediction, mean", f"{seen.mean:,.0f} of {seen.quantity:,}"),
        (f"{percent(level)} prediction", f"{seen.lower:,} to {seen.upper:,}"),
        ("Median", f"{seen.median:,}"),
        ("Method", f"{seen.method}, prior Beta{seen.prior}"),
    ]
    answer(seen, rows, as_json)


@app.command("sample-size")
@refusing
def sample_size(
    rate: Annotated[str, typer.Argument(help="The rate to show, such as 5%.")],
    confidence: Confidence = "95",
    allow: Annotated[int, typer.Option(help="Rejects allowed.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Units to inspect to show that the rate is at most RATE."""
    from firstoff import stats

    bar, level = fraction(rate, "rate"), fraction(confidence, "confidence")
    n = stats.sample_size_for_claim(bar, confidence=level, rejects_allowed=allow)
    said = {"n": n, "rate": bar, "confidence": level, "rejects_allowed": allow}
    claim = f"{n:,} units with at most {allow} rejects show at most {percent(bar)}"
    answer(said, [("Sample", claim), ("Confidence", percent(level))], as_json)


@app.command()
@refusing
def compare(
    x1: Annotated[int, typer.Argument(help="Rejects of the first batch.")],
    n1: Annotated[int, typer.Argument(help="Units of the first batch.")],
    x2: Annotated[int, typer.Argument(help="Rejects of the second batch.")],
    n2: Annotated[int, typer.Argument(help="Units of the second batch.")],
    alternative: Annotated[str, typer.Option(help="two-sided, less or greater.")] = "two-sided",
    confidence: Confidence = "95",
    as_json: AsJson = False,
) -> None:
    """Do two batches differ: X1 of N1 against X2 of N2?"""
    from firstoff import stats

    level = fraction(confidence, "confidence")
    seen = stats.compare_proportions(
        x1,
        n1,
        x2,
        n2,
        alternative=alternative,  # type: ignore[arg-type]
        confidence=level,
    )
    shown = "shown" if seen.significant else "not shown"
    rows = [
        ("First", with_interval(seen.first)),
        ("Second", with_interval(seen.second)),
        ("Difference", f"{shown} at {percent(level)}, p {p_value(seen.p_value)}"),
        ("Fisher", f"p {p_value(seen.fisher)}"),
        ("Decides", f"{seen.method}, {seen.alternative}"),
    ]
    answer(seen, rows, as_json)


@app.command()
@refusing
def tries(
    rate: Annotated[str, typer.Argument(help="True reject rate, such as 10%.")],
    n: Annotated[int, typer.Option("-n", help="Units in a batch.")],
    c: Annotated[int, typer.Option("-c", help="Rejects allowed in it.")],
    tries: Annotated[int, typer.Option(help="Batches tried.")] = 3,
    as_json: AsJson = False,
) -> None:
    """The chance that a process passes within a number of tries."""
    from firstoff import stats

    bar = fraction(rate, "rate")
    chances = [stats.chance_within_tries(bar, n=n, c=c, tries=k + 1) for k in range(max(tries, 1))]
    rows = [
        (f"Within {k} {'try' if k == 1 else 'tries'}", f"{times(chance)}")
        for k, chance in enumerate(chances, start=1)
    ]
    answer({"rate": bar, "n": n, "c": c, "chance": chances}, rows, as_json)
