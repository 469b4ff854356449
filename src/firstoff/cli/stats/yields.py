"""Commands on yields and rates: first-pass, final, rolled, defects per million, events."""

from typing import Annotated, Any

import typer

from firstoff.cli.stats.shared import (
    AsJson,
    Confidence,
    answer,
    app,
    between,
    fraction,
    percent,
    refusing,
    with_interval,
)
from firstoff.errors import InvalidInput


@app.command()
@refusing
def yields(
    started: Annotated[int, typer.Argument(help="Units started.")],
    first: Annotated[int, typer.Option(help="Passed at their first try.")],
    final: Annotated[int, typer.Option(help="Passed in the end, rework included.")],
    confidence: Confidence = "95",
    as_json: AsJson = False,
) -> None:
    """First-pass and final yield, kept apart."""
    from firstoff import stats

    level = fraction(confidence, "confidence")
    seen = stats.yields(started, passed_first=first, passed_final=final, confidence=level)
    rows = [
        ("First pass", with_interval(seen.first_pass)),
        ("Final", with_interval(seen.final)),
        ("Recovered", f"{seen.recovered} units"),
    ]
    answer(seen, rows, as_json)


@app.command()
@refusing
def rolled(
    steps: Annotated[list[str], typer.Argument(help="Passed first time/entered: 95/100 98/100.")],
    confidence: Confidence = "95",
    as_json: AsJson = False,
) -> None:
    """The chance that a unit passes every step the first time."""
    from firstoff import stats

    level = fraction(confidence, "confidence")
    seen = stats.rolled_throughput([_step(step) for step in steps], confidence=level)
    rows = [("Rolled yield", f"{percent(seen.estimate)} ({between(seen.lower, seen.upper)})")]
    rows += [(f"Step {k}", with_interval(one)) for k, one in enumerate(seen.steps, start=1)]
    answer(seen, rows, as_json)


def _step(text: str) -> tuple[int, int]:
    passed, slash, entered = text.partition("/")
    if not slash or not passed.strip().isdecimal() or not entered.strip().isdecimal():
        raise InvalidInput(f"A step is {text!r}; expected passed/entered, such as 95/100.")
    return int(passed), int(entered)


@app.command()
@refusing
def dpmo(
    defects: Annotated[int, typer.Argument(help="Defects found.")],
    units: Annotated[int, typer.Option(help="Units inspected.")],
    opportunities: Annotated[int, typer.Option(help="Chances for a defect in each unit.")] = 1,
    confidence: Confidence = "95",
    as_json: AsJson = False,
) -> None:
    """Defects per million opportunities, with their interval."""
    from firstoff import stats

    level = fraction(confidence, "confidence")
    seen = stats.dpmo(defects, units=units, opportunities=opportunities, confidence=level)
    rows = [
        ("Defects a unit", f"{seen.per_unit:.4g}"),
        ("Per million chances", f"{seen.dpmo:,.0f}"),
        (f"{percent(level)} interval", f"{seen.dpmo_lower:,.0f} to {seen.dpmo_upper:,.0f}"),
    ]
    answer(seen, rows, as_json)


@app.command()
@refusing
def rate(
    count: Annotated[int, typer.Argument(help="Events seen.")],
    exposure: Annotated[float, typer.Argument(help="Units, hours or metres they were seen in.")],
    confidence: Confidence = "95",
    sides: Annotated[str, typer.Option(help="two, lower or upper.")] = "two",
    as_json: AsJson = False,
) -> None:
    """Events per unit of exposure, with the exact Poisson interval."""
    from firstoff import stats

    chosen: Any = sides
    level = fraction(confidence, "confidence")
    seen = stats.poisson_rate(count, exposure, confidence=level, sides=chosen)
    upper = "open" if seen.upper is None else f"{seen.upper:.4g}"
    rows = [
        ("Rate", f"{seen.estimate:.4g}"),
        (f"{percent(level)} interval", f"{seen.lower:.4g} to {upper}, {seen.sides}-sided"),
    ]
    answer(seen, rows, as_json)
