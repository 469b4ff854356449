"""`firstoff supplier`."""

from typing import Annotated

import typer

from firstoff.cli import shell
from firstoff.cli.options import AsOption, JsonOption, SiteOption
from firstoff.cli.sourcing.shared import every, reading, show_list, writing

app = typer.Typer(no_args_is_help=True, help="Suppliers, and how their lots fared.")
NameArgument = Annotated[str, typer.Argument(metavar="NAME")]


@app.callback()
def noun() -> None:
    """Suppliers, and how their lots fared."""


@app.command("list")
def supplier_list(
    search: str = "",
    retired: Annotated[bool, typer.Option("--retired", help="Those as well.")] = False,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """By name: parts offered, orders, lots, and of those accepted at first."""
    shell.django()
    from firstoff.queries.sourcing.suppliers import suppliers

    actor, place, _ = reading(by, site)
    items = every(
        lambda offset: suppliers(
            actor, place.id, search=search, retired=retired, offset=offset, limit=500
        )
    )
    show_list(
        items,
        as_json=as_json,
        row=lambda s: (
            s.name,
            f"{s.parts} parts",
            f"{s.orders} orders",
            f"{s.accepted} of {s.accepted + s.rejected} lots accepted",
            "retired" if s.retired_at else "",
        ),
    )


@app.command("add")
def supplier_add(
    name: NameArgument, site: SiteOption = None, by: AsOption = None, as_json: JsonOption = False
) -> None:
    """Take a supplier on."""
    shell.django()
    from firstoff.services.sourcing.suppliers import create_supplier

    given, _ = writing(by, site)
    row = create_supplier(name=name, **given)
    _said(row.name, "taken on", as_json=as_json)


@app.command("rename")
def supplier_rename(
    name: NameArgument,
    new_name: Annotated[str, typer.Argument(metavar="NEW_NAME")],
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Call it otherwise; what came from it stays its own."""
    shell.django()
    from firstoff.services.sourcing.suppliers import rename_supplier

    given, _ = writing(by, site)
    row = rename_supplier(name=name, new_name=new_name, **given)
    _said(row.name, "renamed", as_json=as_json)


@app.command("retire")
def supplier_retire(
    name: NameArgument,
    back: Annotated[bool, typer.Option("--back", help="Buy from it again.")] = False,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Buy from it no more."""
    shell.django()
    from firstoff.services.sourcing.suppliers import retire_supplier

    given, _ = writing(by, site)
    row = retire_supplier(name=name, retired=not back, **given)
    _said(row.name, "used again" if back else "retired", as_json=as_json)


def _said(name: str, what: str, *, as_json: bool) -> None:
    if as_json:
        shell.show({"name": name, "done": what})
    else:
        shell.line(name, what)
