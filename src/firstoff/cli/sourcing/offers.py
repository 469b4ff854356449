"""`firstoff offer`: what suppliers ask, one by one and in lists."""

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from firstoff.cli import shell
from firstoff.cli.options import AsOption, DateOption, JsonOption, SiteOption, UidOption
from firstoff.cli.sourcing.shared import (
    MakerOption,
    MpnOption,
    PartOption,
    day,
    every,
    exact,
    number,
    reading,
    show_list,
    writing,
)
from firstoff.errors import InvalidInput

if TYPE_CHECKING:
    from firstoff.formats.bom import BomMapping

app = typer.Typer(no_args_is_help=True, help="Offers: prices, minimum orders, lead times.")


@app.callback()
def noun() -> None:
    """Offers: prices, minimum orders, lead times."""


@app.command("list")
def offer_list(
    search: str = "",
    part: PartOption = "",
    mpn: MpnOption = "",
    supplier: str = "",
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Offers that stand, by part."""
    shell.django()
    from firstoff.queries.sourcing.offers import offers

    actor, place, today = reading(by, site)
    items = every(
        lambda offset: offers(
            actor,
            place.id,
            today=today,
            search=search,
            part=part,
            mpn=mpn,
            supplier=supplier,
            offset=offset,
            limit=500,
        )
    )
    show_list(
        items,
        as_json=as_json,
        row=lambda o: (
            o.part,
            o.mpn,
            o.supplier,
            o.number,
            ", ".join(f"{exact(n)}+ {exact(p)}" for n, p in o.breaks),
            o.currency,
            f"MOQ {exact(o.minimum)}" if o.minimum else "",
            "" if o.lead_time_days is None else f"{o.lead_time_days} days",
            "over" if o.expired else "",
        ),
    )


@app.command("record")
def offer_record(
    part: Annotated[str, typer.Argument(metavar="PART")],
    mpn: Annotated[str, typer.Argument(metavar="MPN")],
    supplier: Annotated[str, typer.Option(help="Who offers it.")],
    currency: Annotated[str, typer.Option(help="USD, EUR ...")],
    price: Annotated[
        list[str] | None,
        typer.Option("--price", metavar="FROM=PRICE", help="Once for each break: 100=0.35."),
    ] = None,
    manufacturer: MakerOption = "",
    supplier_number: Annotated[str, typer.Option("--number", help="The supplier's.")] = "",
    minimum: Annotated[str, typer.Option(help="MOQ in pieces.")] = "",
    minimum_value: Annotated[str, typer.Option(help="MOQ in money.")] = "",
    multiple: str = "",
    order_cost: Annotated[str, typer.Option(help="Once an order.")] = "",
    lead_time_days: Annotated[int | None, typer.Option()] = None,
    in_stock: Annotated[str, typer.Option(help="At the supplier.")] = "",
    valid_until: DateOption = None,
    quoted_on: DateOption = None,
    source: Annotated[str, typer.Option(help="The quotation.")] = "",
    uid: UidOption = None,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """What a supplier asks from now on; saying the same again records nothing."""
    shell.django()
    from firstoff.rules.sourcing.quoting import OfferGiven
    from firstoff.services.sourcing.offers import record_offer

    given, _ = writing(by, site)
    said = OfferGiven(
        supplier=supplier,
        currency=currency,
        breaks=tuple(_break(text) for text in price or []),
        number=supplier_number,
        minimum=number(minimum, "minimum"),
        multiple=number(multiple, "multiple"),
        minimum_value=number(minimum_value, "minimum_value"),
        order_cost=number(order_cost, "order_cost"),
        lead_time_days=lead_time_days,
        in_stock=number(in_stock, "in_stock"),
        quoted_on=day(quoted_on),
        valid_until=day(valid_until),
        source=source,
    )
    row = record_offer(part=part, manufacturer=manufacturer, mpn=mpn, given=said, uid=uid, **given)
    if as_json:
        shell.show({"uid": row.uid, "part": part, "mpn": mpn})
    else:
        shell.line(part, mpn, supplier, f"offer {row.uid}")


def _break(text: str) -> tuple[Decimal, Decimal]:
    """From how many, at what price."""
    count, sign, price = text.partition("=")
    one, other = number(count, "price"), number(price, "price")
    if not sign or one is None or other is None:
        raise InvalidInput(f"{text!r} is no FROM=PRICE.", field="price")
    return one, other


@app.command("withdraw")
def offer_withdraw(
    uid: Annotated[UUID, typer.Argument(metavar="UID")],
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """The offer holds no more."""
    shell.django()
    from firstoff.services.sourcing.offers import withdraw_offer

    withdraw_offer(offer_uid=uid, by=shell.writer(by), at=shell.now())
    if as_json:
        shell.show({"uid": uid, "done": "withdrawn"})
    else:
        shell.line(uid, "withdrawn")


@app.command("import")
def offer_import(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV, XLSX, ODS or XLS.")],
    supplier: Annotated[str, typer.Option(help="Of rows that name none.")] = "",
    currency: Annotated[str, typer.Option(help="Of rows that name none.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only look.")] = False,
    leave_out: Annotated[
        bool, typer.Option("--leave-out", help="Without the rows that cannot be taken.")
    ] = False,
    remember: Annotated[
        str, typer.Option(help="A name for lists with these headers, to read them so again.")
    ] = "",
    column: Annotated[
        list[str] | None,
        typer.Option("--column", metavar="LETTER=MEANING", help="What a column means: C=price."),
    ] = None,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """A price and lead-time list: every offer for a part here, or none."""
    shell.django()
    from firstoff.services.sourcing.offer_lists import preview_offers, read_list, take_offers

    given, place = writing(by, site)
    actor = given["by"]
    read = read_list(
        file, site_id=place.id, by=actor, name=file.name, mapping=_mapping(column or [])
    )
    said: dict[str, Any] = {"file": read, "supplier": supplier, "currency": currency}
    if not dry_run:
        done = take_offers(leave_out=leave_out, remember=remember, **said, **given)
        if as_json:
            shell.show(done)
        else:
            shell.line(
                file.name, f"{done.new} new", f"{done.changed} changed", f"{done.same} the same"
            )
        return
    seen = preview_offers(site_id=place.id, by=actor, **said)
    if as_json:
        rows = [{**shell.plain(row), "offer": None} for row in seen.rows]
        shell.show({**seen.counts, "unknown_mpns": seen.unknown, "rows": rows})
    else:
        for row in seen.rows:
            shell.line(row.row, row.part, row.mpn, row.supplier, row.state, row.sentence)
    raise typer.Exit(4 if seen.counts["refused"] else 0)


def _mapping(columns: list[str]) -> "BomMapping | None":
    """Columns by their letters, as a person says them."""
    from firstoff.formats.bom import BomMapping

    found = {}
    for text in columns:
        letter, sign, meaning = text.partition("=")
        if not sign or not letter.isalpha() or not letter.isascii() or len(letter) > 3:
            raise InvalidInput(f"{text!r} is no LETTER=MEANING.", field="column")
        place = 0
        for one in letter.upper():
            place = place * 26 + ord(one) - 64
        found[place - 1] = meaning.strip()
    return BomMapping(found) if found else None
