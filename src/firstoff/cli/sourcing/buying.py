"""`firstoff buy`: how supply stands, what to buy, what is owed by when."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

import typer

from firstoff.cli import shell
from firstoff.cli.options import AsOption, DateOption, JsonOption, SiteOption, UidOption
from firstoff.cli.sourcing.shared import (
    KindOption,
    ProgramArgument,
    UnitsOption,
    VariantOption,
    day,
    exact,
    number,
    reading,
    writing,
)
from firstoff.errors import InvalidInput
from firstoff.terms import RunKind

app = typer.Typer(no_args_is_help=True, help="What stands between you and so many units.")


@app.callback()
def noun() -> None:
    """What stands between you and so many units."""


@app.command("health")
def buy_health(
    program: ProgramArgument,
    units: UnitsOption = None,
    needed_by: DateOption = None,
    kind: KindOption = RunKind.PRODUCTION,
    variant: VariantOption = "",
    every_line: Annotated[bool, typer.Option("--all", help="Green lines too.")] = False,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Each line green, amber or red, what to do first, and how many can be built now."""
    shell.django()
    from firstoff.queries.sourcing.health import program_health

    actor, place, today = reading(by, site, program)
    found = program_health(
        actor,
        place.code,
        program,
        today=today,
        units=units,
        needed_by=day(needed_by),
        kind=kind,
        variant=variant,
    )
    if as_json:
        lines = [{**shell.plain(one), "outlook": None} for one in found.lines]
        shell.show({"health": found.health, "buildable": found.buildable, "lines": lines})
        return
    shell.line(found.health.sentence)
    shell.line(found.buildable.sentence)
    for place_, task in enumerate(found.health.tasks, start=1):
        shell.line(f"{place_}.", task.colour.value, task.part, task.sentence, task.do)
    for one in found.lines:
        if every_line or one.judged.colour != "green":
            shell.line(
                one.judged.colour.value, one.part, one.judged.verdict.value, one.judged.sentence
            )


@app.command("plan")
def buy_plan(
    program: ProgramArgument,
    units: UnitsOption = None,
    needed_by: DateOption = None,
    kind: KindOption = RunKind.PRODUCTION,
    variant: VariantOption = "",
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """What to buy of each part at least total cost, and what is left over."""
    shell.django()
    from firstoff.queries.sourcing.buying import program_plan

    actor, place, today = reading(by, site, program)
    found = program_plan(
        actor,
        place.code,
        program,
        today=today,
        units=units,
        needed_by=day(needed_by),
        kind=kind,
        variant=variant,
    )
    if as_json:
        shell.show(found.plan)
        return
    shell.line(found.plan.sentence)
    for buy in found.plan.buys:
        shell.line(buy.need.part, exact(buy.need.net), buy.sentence, buy.way_out)


@app.command("need")
def buy_need(
    program: ProgramArgument,
    quantity: Annotated[int, typer.Argument(min=0, help="Units; 0 takes it back.")],
    due: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], metavar="YYYY-MM-DD")],
    run_kind: Annotated[RunKind | None, typer.Option()] = None,
    note: str = "",
    uid: UidOption = None,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Units that somebody is owed by a day, beside the first quantity."""
    shell.django()
    from firstoff.services.sourcing.orders import record_need

    row = record_need(
        quantity=quantity,
        due=due.date(),
        run_kind=run_kind or "",
        note=note,
        uid=uid,
        **shell.changing(program, site, by),
    )
    if as_json:
        shell.show({"uid": row.uid, "quantity": row.quantity, "due": row.due})
    else:
        shell.line(program, f"{row.quantity} by {row.due}")


@app.command("rate")
def buy_rate(
    currency: Annotated[str, typer.Argument(metavar="CURRENCY")],
    into: Annotated[str, typer.Argument(metavar="INTO")],
    rate: Annotated[str, typer.Argument(metavar="RATE", help="What one costs: 1.08.")],
    valid_on: DateOption = None,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """What one of a currency costs in another, from a day on."""
    shell.django()
    from firstoff.services.sourcing.offers import record_rate

    given, _ = writing(by, site)
    wanted = number(rate, "rate")
    if wanted is None:
        raise InvalidInput("The rate is missing.", field="rate")
    row = record_rate(currency=currency, into=into, rate=wanted, valid_on=day(valid_on), **given)
    if as_json:
        shell.show({"currency": row.currency, "into": row.into, "rate": row.rate})
    else:
        shell.line(f"1 {row.currency}", f"{exact(row.rate)} {row.into}", f"from {row.valid_on}")


@app.command("identity")
def buy_identity(
    program: ProgramArgument,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Manufacturer parts that runs took against those that production takes (R-23)."""
    shell.django()
    from firstoff.queries.genealogy.material import program_identity

    actor, place, today = reading(by, site, program)
    found = program_identity(actor, place.code, program, today=today).identity
    if as_json:
        shell.show(found)
    else:
        shell.line(found.sentence)
        for one in found.substitutions:
            shell.line(one.part, one.sentence, one.way_out)
        for gap in found.gaps:
            shell.line("", gap)
    raise typer.Exit(4 if found.blocking else 0)


# ---------------------------------------------------------------- cost

cost = typer.Typer(no_args_is_help=True, help="What a piece costs at a quantity.")


@cost.callback()
def cost_noun() -> None:
    """What a piece costs at a quantity."""


@cost.command("show")
def cost_show(
    program: ProgramArgument,
    at: Annotated[
        list[int] | None, typer.Option("--at", help="A quantity; as often as you like.")
    ] = None,
    kind: KindOption = RunKind.PRODUCTION,
    variant: VariantOption = "",
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Piece prices of each way of making it, and where they cross."""
    shell.django()
    from firstoff.queries.sourcing.cost import program_cost

    actor, place, today = reading(by, site, program)
    found = program_cost(
        actor, place.code, program, today=today, quantities=at or (), kind=kind, variant=variant
    )
    if as_json:
        ways = [{"way": one.way.name, "prices": one.prices} for one in found.ways]
        more = {"unpriced": found.unpriced, "break_even": found.break_even}
        shell.show({"ways": ways, **more})
        return
    for one in found.ways:
        for price in one.prices:
            shell.line(one.way.name, f"{price.quantity:,}", _money(price.each), price.sentence)
    if found.break_even is not None:
        shell.line(found.break_even.sentence)
    if found.unpriced:
        named = ", ".join(found.unpriced[:10])
        shell.line(f"Not in it, as no usable offer has a price: {named}.")


@cost.command("assume")
def cost_assume(
    program: ProgramArgument,
    way: Annotated[str, typer.Argument(metavar="WAY", help="soft tooling, hard tooling ...")],
    given: Annotated[
        list[str],
        typer.Argument(metavar="NAME=VALUE", help="labour_minutes=6 labour_rate=50 tooling=1000"),
    ],
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """What a way of making it costs beside material; the latest of a way holds."""
    shell.django()
    from firstoff.services.sourcing.costing import assume_cost

    said: dict[str, Any] = {}
    for text in given:
        name, sign, value = text.partition("=")
        if not sign:
            raise InvalidInput(f"{text[:60]!r} is no NAME=VALUE.", field="given")
        said[name.strip()] = value.strip()
    row = assume_cost(way=way, given=said, **shell.changing(program, site, by))
    if as_json:
        shell.show({"uid": row.uid, "way": row.way, "assumptions": row.assumptions})
    else:
        shell.line(program, row.way, row.assumptions)


def _money(value: Decimal) -> str:
    return f"{value:,.4f}".rstrip("0").rstrip(".")
