"""``firstoff ledger``: whether what is stored is what was recorded."""

from dataclasses import asdict
from typing import Annotated

import typer

from firstoff.cli.ops import AsJson, Home, progress_bar, start
from firstoff.cli.shell import err, out, show

app = typer.Typer(
    name="ledger", help="Verify the chain of records.", no_args_is_help=True, add_completion=False
)


@app.command()
def verify(
    newest: Annotated[
        int | None, typer.Option(min=1, help="Only that many entries at the end.")
    ] = None,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Recompute every entry and every record; names the first that does not hold (exit 4)."""
    start(home)
    from firstoff.queries import health, ledger

    health.require_ready()
    with progress_bar(as_json) as progress:
        found = ledger.verify(lambda n, of: progress("Verifying", n, of), newest=newest)
    if as_json:
        show({"holds": found.holds, **asdict(found)})
    elif found.holds:
        out.print(found.sentence, markup=False)
        out.print(f"Head: entry {found.head.seq}, {found.head.hash}", markup=False)
    else:
        err.print(found.sentence, style="bold", markup=False)
        err.print("Keep the database as it is; compare it with a backup.", markup=False)
    raise typer.Exit(0 if found.holds else 4)


@app.command()
def head(as_json: AsJson = False, home: Home = None) -> None:
    """The end of the chain: kept elsewhere, it tells later whether the end was cut off."""
    start(home)
    from firstoff.queries import health, ledger

    health.require_ready()
    found = ledger.head()
    if as_json:
        show(found)
    else:
        out.print(f"{found.seq} {found.hash}", markup=False)
