"""`firstoff order`: what is on order and what became of it."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import typer

from firstoff.cli import shell
from firstoff.cli.options import AsOption, JsonOption, SiteOption, UidOption
from firstoff.cli.sourcing.shared import (
    MakerOption,
    MpnOption,
    PartOption,
    every,
    exact,
    number,
    reading,
    show_list,
    writing,
)

app = typer.Typer(no_args_is_help=True, help="Orders: what is to come, and when.")
OrderArgument = Annotated[UUID, typer.Argument(metavar="UID", help="As `order list --json` says.")]
DueOption = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], metavar="YYYY-MM-DD")]


@app.callback()
def noun() -> None:
    """Orders: what is to come, and when."""


@app.command("list")
def order_list(
    search: str = "",
    state: Annotated[Literal["", "open", "late", "complete", "cancelled"], typer.Option()] = "",
    part: PartOption = "",
    supplier: str = "",
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """What is due first, before what is done with."""
    shell.django()
    from firstoff.queries.sourcing.orders import orders

    actor, place, today = reading(by, site)
    items = every(
        lambda offset: orders(
            actor,
            place.id,
            today=today,
            search=search,
            state=state,
            part=part,
            supplier=supplier,
            offset=offset,
            limit=500,
        )[:2]
    )
    show_list(
        items,
        as_json=as_json,
        row=lambda o: (
            o.number,
            o.part,
            o.supplier,
            f"{exact(o.received)} of {exact(o.ordered)}",
            f"due {o.due}",
            "late" if o.late else o.state,
            o.uid,
        ),
    )


@app.command("place")
def order_place(
    order: Annotated[str, typer.Argument(metavar="NUMBER")],
    part: Annotated[str, typer.Option("--part", help="Its number.")],
    quantity: Annotated[str, typer.Option()],
    due: DueOption,
    supplier: str = "",
    mpn: MpnOption = "",
    manufacturer: MakerOption = "",
    price: Annotated[str, typer.Option(help="Of one.")] = "",
    currency: str = "",
    uid: UidOption = None,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Material is on order."""
    shell.django()
    from firstoff.services.sourcing.orders import place_order

    given, _ = writing(by, site)
    row = place_order(
        part=part,
        number=order,
        quantity=quantity,
        due=due.date(),
        supplier=supplier,
        manufacturer=manufacturer,
        mpn=mpn,
        price=number(price, "price"),
        currency=currency,
        uid=uid,
        **given,
    )
    _done(row.uid, f"order {order} of {part} is placed", as_json=as_json)


@app.command("move")
def order_move(
    order: OrderArgument,
    due: DueOption,
    note: str = "",
    uid: UidOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """The supplier confirms a date, the same or another one."""
    shell.django()
    from firstoff.services.sourcing.orders import move_order

    move_order(
        order_uid=order,
        due=due.date(),
        note=note,
        by=shell.writer(by),
        at=shell.now(),
        uid=uid,
    )
    _done(order, f"due {due.date()}", as_json=as_json)


@app.command("cancel")
def order_cancel(
    order: OrderArgument,
    note: str = "",
    uid: UidOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """What has not come in is not to come."""
    shell.django()
    from firstoff.services.sourcing.orders import cancel_order

    cancel_order(order_uid=order, note=note, by=shell.writer(by), at=shell.now(), uid=uid)
    _done(order, "cancelled", as_json=as_json)


@app.command("show")
def order_show(
    order: OrderArgument, site: SiteOption = None, by: AsOption = None, as_json: JsonOption = False
) -> None:
    """One order and what became of it."""
    shell.django()
    from firstoff.queries.sourcing.orders import order as one

    actor, place, today = reading(by, site)
    found, events = one(actor, place.id, str(order), today=today)
    if as_json:
        shell.show({"order": found, "events": events})
        return
    shell.line(
        found.number, found.part, f"{exact(found.received)} of {exact(found.ordered)}", found.state
    )
    for event in events:
        due = f"due {event.due}" if event.due else ""
        shell.line(
            f"{event.at:%Y-%m-%d}", event.what, exact(event.quantity), due, event.lot, event.note
        )


def _done(uid: UUID, what: str, *, as_json: bool) -> None:
    if as_json:
        shell.show({"uid": uid, "done": what})
    else:
        shell.line(uid, what)
