"""Runs and their bars."""

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import typer

from firstoff.cli import shell
from firstoff.cli.options import AsOption, JsonOption, SiteOption, StdinOption, UidOption
from firstoff.cli.run.shared import BatchArgument, app, decimal, found_run, pair, writing
from firstoff.errors import InvalidInput
from firstoff.terms import RunKind

if TYPE_CHECKING:
    from firstoff.queries.execution.runs import RunView


@app.command("list")
def list_runs(
    program: Annotated[str, typer.Option(help="Code of a program.")] = "",
    site: SiteOption = None,
    search: str = "",
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Runs, newest first, and where each stands."""
    shell.django()
    from firstoff.queries import product
    from firstoff.queries.evidence.pilot import addresses_of
    from firstoff.queries.evidence.verdict import assess_all
    from firstoff.queries.execution import runs

    actor = shell.reader(by)
    place = shell.site_of(actor, site, program=program or "") if site or program else None
    program_id = product.program(actor, place.code, program).id if program and place else None
    items: list[RunView] = []
    while True:
        some, total = runs.runs(
            actor,
            site_id=place.id if place else None,
            program_id=program_id,
            search=search,
            offset=len(items),
            limit=500,
        )
        items += some
        if not some or len(items) >= total:
            break
    if as_json:
        shell.show({"items": items, "next": None, "total": total})
        return
    found = assess_all(addresses_of([run.id for run in items]))
    standing = {one.run.id: str(one.verdict.state.value) for one in found}
    for run in items:
        shell.line(run.site, run.batch_id, run.kind, f"{run.units} units", standing[run.id])


@app.command()
def create(
    program: Annotated[str, typer.Argument(help="Code of the program.")],
    quantity: Annotated[int, typer.Option(help="How many are planned.")],
    line: Annotated[str, typer.Option(help="Where it is built.")],
    kind: RunKind = RunKind.PILOT,
    batch_id: Annotated[str, typer.Option(help="Else by the pattern, else the next.")] = "",
    pattern: Annotated[str, typer.Option(help="Of batch IDs: {program}-P{n}.")] = "",
    serial_pattern: Annotated[
        str, typer.Option(help="Of serials; empty where somebody else gives them.")
    ] = "{batch}-{n:03}",
    equipment: Annotated[list[str] | None, typer.Option(help="Code; several times.")] = None,
    baseline: Annotated[str, typer.Option(help="Digest; the newest when empty.")] = "",
    bench_minutes: Annotated[str | None, typer.Option(help="One unit on the bench.")] = None,
    note: str = "",
    site: SiteOption = None,
    by: AsOption = None,
    uid: UidOption = None,
    as_json: JsonOption = False,
) -> None:
    """A run: one baseline, one batch ID, its quantity, line and equipment."""
    shell.django()
    from firstoff.queries import plan, product
    from firstoff.services import execution

    actor = shell.writer(by)
    place = shell.site_of(actor, site, program=program)
    program_id = product.program(actor, place.code, program).id
    made = execution.create_run(
        program_id=program_id,
        planned_quantity=quantity,
        line=line,
        kind=kind,
        batch_id=batch_id,
        batch_pattern=pattern,
        baseline_id=plan.baseline(actor, program_id, baseline)[0].id if baseline else None,
        equipment=equipment or (),
        serial_pattern=serial_pattern,
        bench_minutes=decimal(bench_minutes, "bench-minutes"),
        note=note,
        uid=uid,
        by=actor,
        at=shell.now(),
    )
    for warning in made.warnings:
        shell.err.print(warning, markup=False)
    shell.said(as_json, made, f"{made.batch_id} is created. Lock its bar before the first unit.")


@app.command()
def repeat(
    batch: BatchArgument,
    batch_id: Annotated[str, typer.Option(help="The next ID when empty.")] = "",
    quantity: Annotated[int | None, typer.Option(help="The same when left out.")] = None,
    baseline: Annotated[str, typer.Option(help="Digest; the same when left out.")] = "",
    equipment: Annotated[
        list[str] | None, typer.Option(help="Code; several times; the same when left out.")
    ] = None,
    note: str = "",
    site: SiteOption = None,
    by: AsOption = None,
    uid: UidOption = None,
    as_json: JsonOption = False,
) -> None:
    """A repeat of a batch; the same bar is offered when you lock it."""
    shell.django()
    from firstoff.queries import plan
    from firstoff.services import execution

    run, given = writing(batch, site, by)
    frozen = plan.baseline(given["by"], run.program_id, baseline)[0].id if baseline else None
    made = execution.repeat_run(
        **given,
        batch_id=batch_id,
        planned_quantity=quantity,
        baseline_id=frozen,
        equipment=equipment or None,
        note=note,
        uid=uid,
    )
    shell.said(as_json, made, f"{made.batch_id} repeats {batch}.")


@app.command()
def setup(
    batch: BatchArgument,
    line: Annotated[
        list[str] | None, typer.Option("--line", help="KEY=value; several times.")
    ] = None,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the setup record, or fill lines in. Exit code 4 while a line is still a gap."""
    shell.django()
    from firstoff.queries.execution import runs
    from firstoff.services import execution

    if line:
        run, given = writing(batch, site, by)
        execution.record_setup(**given, lines=dict(pair(text) for text in line))
    else:
        run = found_run(shell.reader(by), batch, site)
    rows = runs.setup(run.id)
    if as_json:
        shell.show({"items": rows, "next": None, "total": len(rows)})
    else:
        for row in rows:
            value = row.value or "— not filled in"
            shell.out.print(f"{row.item.key:<12}{value}", markup=False)
    if any(row.gap for row in rows):
        raise typer.Exit(4)


@app.command()
def lock(
    batch: BatchArgument,
    sample: Annotated[int | None, typer.Option(help="Units that count: n.")] = None,
    max_rejects: Annotated[int | None, typer.Option(help="Accept number: c.")] = None,
    commits: Annotated[int | None, typer.Option(help="The quantity a pass commits.")] = None,
    max_mean_minutes: str | None = None,
    max_unit_minutes: str | None = None,
    min_first_pass_yield: Annotated[str | None, typer.Option(help="A fraction: 0.95.")] = None,
    capability: Annotated[
        list[str] | None, typer.Option(help="NUMBER=minimum; several times.")
    ] = None,
    reject_definition: str = "",
    bad_unit_cost: str | None = None,
    batch_cost: str | None = None,
    delay_days: int | None = None,
    delay_day_cost: str | None = None,
    site: SiteOption = None,
    by: AsOption = None,
    uid: UidOption = None,
    password_stdin: StdinOption = False,
    as_json: JsonOption = False,
) -> None:
    """Lock the bar by signature, before the first unit. A repeat is offered the earlier bar."""
    shell.django()
    from firstoff.queries.execution import runs
    from firstoff.rules.evidence import read_plan
    from firstoff.rules.execution import Bar, BarCapability, check_plan
    from firstoff.services import execution

    run, given = writing(batch, site, by)
    offered = runs.offered_bar(run)
    if sample is None and max_rejects is None and commits is None and offered is not None:
        bar = offered
    else:
        wanted = (pair(text) for text in capability or ())
        bar = Bar(
            sample=_asked(sample, "sample"),
            max_rejects=_asked(max_rejects, "max-rejects"),
            commits=_asked(commits, "commits"),
            max_mean_minutes=decimal(max_mean_minutes, "max-mean-minutes"),
            max_unit_minutes=decimal(max_unit_minutes, "max-unit-minutes"),
            min_first_pass_yield=decimal(min_first_pass_yield, "min-first-pass-yield"),
            capabilities=tuple(
                BarCapability(number, decimal(least, "capability") or Decimal(0))
                for number, least in wanted
            ),
            reject_definition=reject_definition,
            bad_unit_cost=decimal(bad_unit_cost, "bad-unit-cost"),
            batch_cost=decimal(batch_cost, "batch-cost"),
            delay_days=delay_days,
            delay_day_cost=decimal(delay_day_cost, "delay-day-cost"),
        )
    check_plan(bar.sample, bar.max_rejects)
    if not as_json:
        shell.out.print(read_plan(bar.sample, bar.max_rejects).sentence, markup=False)
        shell.out.print(f"You sign: {execution.bar_meaning(run.batch_id)}", markup=False)
    done = execution.lock_bar(**given, bar=bar, password=shell.password(password_stdin), uid=uid)
    for warning in done.warnings:
        shell.err.print(warning, markup=False)
    shell.said(as_json, done, f"The bar of {batch} is locked: {bar.max_rejects} of {bar.sample}.")


def _asked(value: int | None, name: str) -> int:
    if value is None:
        raise InvalidInput(f"--{name} is missing.", field=name)
    return value
