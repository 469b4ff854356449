"""``firstoff genealogy``: whether what is kept follows from the records, and putting it right."""

from typing import TYPE_CHECKING, Annotated

import typer

from firstoff.cli.ops import AsJson, Home, start
from firstoff.cli.options import AsOption, SiteOption
from firstoff.cli.run.shared import found_run
from firstoff.cli.shell import err, now, out, reader, show, writer

if TYPE_CHECKING:
    from firstoff.services.genealogy import Difference

app = typer.Typer(
    name="genealogy",
    help="Readings and records: compared, made again.",
    no_args_is_help=True,
    add_completion=False,
)

Batch = Annotated[str, typer.Option("--run", help="Only of the run with this batch ID.")]


@app.command()
def check(
    batch: Batch = "", site: SiteOption = None, as_json: AsJson = False, home: Home = None
) -> None:
    """Compare what is kept with what follows from the records (exit 4 where they differ)."""
    start(home)
    from firstoff.queries import health
    from firstoff.services import genealogy

    health.require_ready()
    run_id = found_run(reader(), batch, site).id if batch else None
    found = genealogy.check(run_id)
    _say(found, as_json, "Readings and records agree.")
    raise typer.Exit(4 if found else 0)


@app.command()
def rebuild(
    batch: Batch = "",
    site: SiteOption = None,
    by: AsOption = None,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Put right what differs: readings are made again, records stay as they are."""
    start(home)
    from firstoff.queries import health
    from firstoff.services import genealogy

    health.require_ready()
    actor = writer(by)
    run_id = found_run(actor, batch, site).id if batch else None
    found = genealogy.rebuild(by=actor, at=now(), run_id=run_id)
    _say(found, as_json, "Nothing differed.")


def _say(found: "tuple[Difference, ...]", as_json: bool, well: str) -> None:
    if as_json:
        show({"items": found, "next": None, "total": len(found)})
        return
    for difference in found:
        err.print(difference.sentence, markup=False)
    if not found:
        out.print(well)
