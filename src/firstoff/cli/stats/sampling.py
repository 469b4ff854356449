"""Commands of acceptance sampling: a plan's curve, a plan for two risks, the published plans."""

from typing import Annotated, Any

import typer

from firstoff.cli.stats.pictures import Picture, curve_of, draw, plan_curves
from firstoff.cli.stats.shared import (
    AsJson,
    ColumnName,
    LowerLimit,
    Row,
    UpperLimit,
    answer,
    app,
    fraction,
    percent,
    plain,
    read,
    refusing,
    said,
    times,
)
from firstoff.errors import InvalidInput


@app.command()
@refusing
def oc(
    n: Annotated[int, typer.Argument(help="Units inspected.")],
    c: Annotated[int, typer.Argument(help="Accept number.")],
    rates: Annotated[str, typer.Option(help="True rates.")] = "1%,2%,5%,10%,15%,20%,30%",
    lot: Annotated[int | None, typer.Option(help="Lot size, where known.")] = None,
    picture: Picture = None,
    as_json: AsJson = False,
) -> None:
    """How often a plan of N units and at most C rejects passes, at each true rate."""
    from firstoff import stats

    at = [fraction(rate, "rates") for rate in rates.split(",")]
    seen = stats.operating_characteristic(n, c, at, lot=lot)
    if picture is not None:
        draw(picture, "operating_characteristic", curve_of(n, c, at, lot))
    rows = [
        (percent(rate), f"passes {times(chance)}")
        for rate, chance in zip(seen.rates, seen.acceptance, strict=True)
    ]
    answer(seen, [("True rate", f"{seen.model}, {n} units, at most {c}"), *rows], as_json)


@app.command()
@refusing
def plan(
    aql: Annotated[str, typer.Option(help="Rate to accept, such as 1%.")],
    ltpd: Annotated[str, typer.Option(help="Rate to reject, such as 10%.")],
    alpha: Annotated[str, typer.Option(help="Risk to reject the AQL.")] = "5%",
    beta: Annotated[str, typer.Option(help="Risk to accept the LTPD.")] = "10%",
    lot: Annotated[int | None, typer.Option(help="Lot size, where known.")] = None,
    picture: Picture = None,
    as_json: AsJson = False,
) -> None:
    """The smallest sampling plan that keeps both risks."""
    from firstoff import stats

    found = stats.find_plan(
        aql=fraction(aql, "aql"),
        ltpd=fraction(ltpd, "ltpd"),
        alpha=fraction(alpha, "alpha"),
        beta=fraction(beta, "beta"),
        lot=lot,
    )
    if picture is not None:
        named = f"{found.n} units, accept at {found.c}"
        marked = [("AQL", found.aql), ("LTPD", found.ltpd)]
        draw(picture, "plan_curves", plan_curves(named, found.n, found.c, marked, lot=lot))
    rows = [
        ("Plan", f"{found.n} units, accept at {found.c} or fewer ({found.model})"),
        (
            f"At {percent(found.aql)}",
            f"accepted {times(found.acceptance_at_aql)}",
        ),
        (
            f"At {percent(found.ltpd)}",
            f"accepted {times(found.acceptance_at_ltpd)}",
        ),
    ]
    answer(found, rows, as_json)


@app.command()
@refusing
def variables(
    file: Annotated[
        str | None, typer.Argument(help="The sample's values: CSV, XLSX, Parquet, or -.")
    ] = None,
    aql: Annotated[str, typer.Option(help="Rate to accept, such as 1%.")] = "1%",
    ltpd: Annotated[str, typer.Option(help="Rate to reject, such as 10%.")] = "10%",
    alpha: Annotated[str, typer.Option(help="Risk to reject the AQL.")] = "5%",
    beta: Annotated[str, typer.Option(help="Risk to accept the LTPD.")] = "10%",
    lower: LowerLimit = None,
    upper: UpperLimit = None,
    sigma: Annotated[float | None, typer.Option(help="Sigma, where it is known.")] = None,
    known: Annotated[bool, typer.Option("--known", help="A plan for a known sigma.")] = False,
    column: ColumnName = None,
    as_json: AsJson = False,
) -> None:
    """The plan by measured values for two risks; with a file, the lot that it judges."""
    from firstoff import stats

    found = stats.find_variables_plan(
        aql=fraction(aql, "aql"),
        ltpd=fraction(ltpd, "ltpd"),
        alpha=fraction(alpha, "alpha"),
        beta=fraction(beta, "beta"),
        sigma="known" if known or sigma is not None else "unknown",
    )
    held = "" if found.m is None else f"M {percent(found.m)}, "
    rows = [("Plan", f"{found.n} units, k {found.k:.4g}, {held}sigma {found.sigma}")]
    if file is None:
        answer(found, rows, as_json)
        return
    values = read(file).column(column).numbers()
    seen = stats.judge_variables(found, values, lower=lower, upper=upper, sigma=sigma)
    answer(seen, [*rows, *_judged(seen)], as_json)


def _judged(seen: Any) -> list[Row]:
    rows = [("Mean, sigma", f"{seen.mean:.6g}, {seen.sigma:.4g}")]
    for name, q in (("lower", seen.q_lower), ("upper", seen.q_upper)):
        if q is not None:
            rows.append((f"To the {name} limit", f"{q:.3f} sigma"))
    if seen.estimated is not None:
        estimate = f"{percent(seen.estimated.total)} against {percent(seen.allowed)}"
        rows.append(("Outside, estimated", estimate))
    verdict = "accept" if seen.accepted else "reject"
    rows.append(("Lot", f"{verdict}, by the {seen.method} method"))
    return rows


@app.command()
@refusing
def sampling(
    lot: Annotated[int, typer.Argument(help="Units in the lot.")],
    aql: Annotated[str, typer.Option(help="AQL as printed, such as 1.0.")],
    level: Annotated[str, typer.Option(help="S-1 to S-4, I, II, III.")] = "II",
    inspection: Annotated[str, typer.Option(help="normal, tightened, reduced.")] = "normal",
    procedure: Annotated[str, typer.Option(help="single, double, multiple.")] = "single",
    seed: Annotated[str | None, typer.Option(help="Draw the first sample from this seed.")] = None,
    picture: Picture = None,
    as_json: AsJson = False,
) -> None:
    """The plan of MIL-STD-105E = ANSI/ASQ Z1.4 for a lot, and the units to draw."""
    from firstoff import stats

    found = stats.standard_plan(
        lot,
        aql=aql,
        level=said(level),
        inspection=said(inspection),
        procedure=said(procedure),
    )
    drawn = None if seed is None else stats.draw_sample(lot, min(found.n[0], lot), seed=seed)
    if picture is not None:
        _draw_plan(picture, found, lot)
    rows = [("Standard", found.standard), ("Code letter", _letters(found))]
    for n, ac, re in zip(found.n, found.ac, found.re, strict=True):
        accept = "no acceptance" if ac < 0 else f"accept at {ac}"
        rows.append(("Sample", f"{n} units, {accept}, reject at {re}"))
    if found.inspect_all:
        rows.append(("Note", f"The sample reaches the lot: inspect all {lot:,} units."))
    rows += [("Note", caveat.sentence) for caveat in found.caveats]
    if drawn is not None:
        rows.append(("Draw", ", ".join(str(unit) for unit in drawn)))
    answer({**plain(found), "drawn": drawn}, rows, as_json)


def _draw_plan(file: str, found: Any, lot: int) -> None:
    """The curves of a published plan; a plan in defects per hundred units has none by rates."""
    if float(found.aql) > 10:
        raise InvalidInput("An AQL above 10 counts defects per 100 units; its chart has no rates.")
    if found.inspect_all:
        raise InvalidInput("The sample reaches the lot: there is no curve to draw.")
    several = len(found.n) > 1
    # c accepts between Ac and Re too, as a reduced plan does.
    n, c = (found.n, found.c) if several else (found.n[0], found.c[0])
    named = f"{found.procedure}, letter {found.letter_used}, AQL {found.aql}"
    r = found.re if several else None
    marked = [("AQL", float(found.aql) / 100)]
    draw(file, "plan_curves", plan_curves(named, n, c, marked, r=r, lot=lot))


def _letters(found: Any) -> str:
    if found.letter == found.letter_used:
        return f"{found.letter}, {found.procedure}"
    return f"{found.letter}; the arrow leads to {found.letter_used}, {found.procedure}"
