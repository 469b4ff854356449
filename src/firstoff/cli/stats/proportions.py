"""Commands on x of n: what it proves, what it predicts, what a second batch shows."""

from typing import Annotated, Any

import typer

from firstoff.cli.stats.pictures import Picture, draw, interval, prediction
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
    said,
    times,
    with_interval,
)
from firstoff.errors import InvalidInput


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
    bar: Annotated[
        str | None, typer.Option(help="A rate to hold the interval against, such as 5%.")
    ] = None,
    picture: Picture = None,
    as_json: AsJson = False,
) -> None:
    """The rate behind X of N, with its interval."""
    from firstoff import stats

    seen = stats.proportion(
        x,
        n,
        confidence=fraction(confidence, "confidence"),
        sides=said(sides),
        method=said(method),
    )
    rows = [
        ("Seen", f"{seen.x} of {seen.n}, {percent(seen.estimate)}"),
        (f"{percent(seen.confidence)} interval", between(seen.lower, seen.upper)),
        ("Method", f"{seen.method}, {seen.sides}-sided"),
    ]
    if bar is not None:
        rows.append((f"Bar {percent(fraction(bar, 'bar'))}", _against(seen, fraction(bar, "bar"))))
    if picture is not None:
        if bar is None:
            raise InvalidInput(
                "The chart holds the interval against a bar; add --bar, such as 5%."
            )
        draw(picture, "interval", interval(seen, fraction(bar, "bar")))
    answer(seen, rows, as_json)


def _against(seen: Any, bar: float) -> str:
    """What the interval says about a bar; with one side it can say only one of the two."""
    if seen.upper <= bar:
        return "shown: the interval does not reach over it"
    if seen.lower > bar:
        return "broken: the interval lies over it"
    return "left open: it lies in the interval"


@app.command()
@refusing
def predict(
    x: Annotated[int, typer.Argument(help="Rejects seen.")],
    n: Annotated[int, typer.Argument(help="Units inspected.")],
    quantity: Annotated[int, typer.Option(help="Units still to be made.")],
    confidence: Confidence = "90",
    picture: Picture = None,
    as_json: AsJson = False,
) -> None:
    """Rejects to expect in a quantity still to be made, after X of N."""
    from firstoff import stats

    level = fraction(confidence, "confidence")
    seen = stats.predict_rejects(x, n, quantity=quantity, confidence=level)
    if picture is not None:
        draw(picture, "prediction", prediction(seen))
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
        alternative=said(alternative),
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
