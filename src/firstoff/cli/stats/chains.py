"""``firstoff stats stackup``: a tolerance chain from a table of links."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from firstoff.cli.stats.pictures import Picture, draw, stack_up
from firstoff.cli.stats.shared import (
    AsJson,
    Confidence,
    File,
    LowerLimit,
    Row,
    UpperLimit,
    answer,
    app,
    between,
    fraction,
    percent,
    plain,
    read,
    refusing,
)
from firstoff.errors import InvalidInput

if TYPE_CHECKING:
    from firstoff.formats.columns import Table


@app.command()
@refusing
def stackup(
    file: File,
    lower: LowerLimit = None,
    upper: UpperLimit = None,
    draws: Annotated[int, typer.Option(help="Draws; 0 leaves Monte Carlo out.")] = 1_000_000,
    seed: Annotated[int, typer.Option(help="Seed of the draws.")] = 1,
    confidence: Confidence = "95",
    picture: Picture = None,
    as_json: AsJson = False,
) -> None:
    """Do the parts fit? Columns: name, nominal, plus; and, where wanted, minus, sensitivity,
    shape, cp and cpk, or mean, sigma and n as measured."""
    from firstoff import stats

    links = _links(read(file))
    level = fraction(confidence, "confidence")
    seen = stats.stack(links, lower=lower, upper=upper)
    rows = _stack_rows(seen)
    drawn = None
    if draws:
        drawn = stats.simulate_stack(
            links, seed=seed, draws=draws, lower=lower, upper=upper, confidence=level
        )
        rows += _drawn_rows(drawn)
    if picture is not None:
        if drawn is None:
            raise InvalidInput("A chart shows the gaps drawn; leave out --draws 0.")
        draw(picture, "stack_up", stack_up(seen, drawn, Path(file).stem))
    predicted = None
    if any(link.n for link in links) and (lower is not None or upper is not None):
        predicted = stats.predicted_rejects(
            links, seed=seed, lower=lower, upper=upper, confidence=level
        )
        arms = between(predicted.lower, predicted.upper)
        rows.append(("Rejects to expect", f"{percent(predicted.estimate)} ({arms})"))
    if as_json:
        more = {"simulation": plain(drawn), "predicted_rejects": plain(predicted)}
        answer({**plain(seen), **more}, rows, as_json)
    else:
        answer(seen, rows, as_json)


def _links(table: "Table") -> list[Any]:
    from firstoff import stats

    given = {column.name for column in table.columns}
    for needed in ("name", "nominal", "plus"):
        table.column(needed)
    numbers = {
        name: table.column(name).numbers()
        for name in ("nominal", "plus", "minus", "sensitivity", "cp", "cpk", "mean", "sigma")
        if name in given
    }
    shapes = table.column("shape").words() if "shape" in given else None
    sizes = table.column("n").numbers() if "n" in given else None
    links = []
    for place, name in enumerate(table.column("name").words()):
        told: dict[str, Any] = {key: column[place] for key, column in numbers.items()}
        if shapes is not None:
            told["shape"] = shapes[place]
        if sizes is not None:
            told["n"] = int(sizes[place]) if sizes[place].is_integer() else sizes[place]
        try:
            links.append(stats.link(name, told.pop("nominal"), **told))
        except stats.StatsError as refusal:
            row = table.columns[0].rows[place]
            raise InvalidInput(f"{table.source}, row {row}, link {name}: {refusal}") from refusal
    return links


def _stack_rows(seen: Any) -> list[Row]:
    rows = [
        ("Gap", f"nominal {seen.nominal:.6g}, middle {seen.middle:.6g}"),
        ("Worst case", f"{seen.worst_low:.6g} to {seen.worst_high:.6g}{_held(seen.worst_holds)}"),
        ("RSS", f"{seen.rss_low:.6g} to {seen.rss_high:.6g}{_held(seen.rss_holds)}"),
        ("As made", f"mean {seen.mean:.6g}, sigma {seen.sigma:.4g}"),
    ]
    if seen.worst_holds is not None:
        rows.append(("Outside, normal gap", percent(seen.outside)))
    for one in sorted(seen.shares, key=lambda share: -share.of_variance):
        rows.append((f"Share of {one.name}", percent(one.of_variance)))
    return rows


def _held(holds: bool | None) -> str:
    return "" if holds is None else ", fits" if holds else ", does not fit"


def _drawn_rows(drawn: Any) -> list[Row]:
    rows = [
        ("Drawn", f"{drawn.draws:,} gaps, seed {drawn.seed}"),
        ("99.73\u00a0% of gaps", f"{drawn.low:.6g} to {drawn.high:.6g}"),
    ]
    if drawn.outside is not None:
        arms = between(drawn.outside.lower, drawn.outside.upper)
        rows.append(("Outside, drawn", f"{percent(drawn.outside.estimate)} ({arms})"))
    return rows
