"""Lots on the command line: what is there, received, accepted, rejected, split."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

import typer

from firstoff.cli import shell
from firstoff.cli.options import AsOption, DateOption, JsonOption, SiteOption, UidOption
from firstoff.errors import InvalidInput, NotFound
from firstoff.terms import LotStatus

if TYPE_CHECKING:
    from firstoff.rules.genealogy import LotName, Posted

app = typer.Typer(no_args_is_help=True, help="Lots: material and reels, and how they stand.")

LotArgument = Annotated[str, typer.Argument(metavar="LOT", help="Its code.")]
PartOption = Annotated[
    str, typer.Option("--part", help="Its part, where two parts have a lot of that code.")
]
ReasonOption = Annotated[str, typer.Option(help="What was found, or why.")]


@app.callback()
def noun() -> None:
    """Lots: material and reels, and how they stand."""


@app.command("list")
def lot_list(
    search: str = "",
    status: Annotated[LotStatus | None, typer.Option()] = None,
    part: PartOption = "",
    supplier: str = "",
    expired: Annotated[bool, typer.Option("--expired")] = False,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """What waits in quarantine first, then the newest."""
    shell.django()
    from firstoff.queries import supply as reads

    actor = shell.reader(by)
    place = shell.site_of(actor, site)
    items: list[Any] = []
    while True:
        found = reads.lots(
            actor,
            place.id,
            today=_today(place),
            search=search,
            status=status or "",
            part=part,
            supplier=supplier,
            expired=expired,
            offset=len(items),
            limit=500,
        )
        items += found.items
        if len(items) >= found.total or not found.items:
            break
    if as_json:
        shell.show({"items": [_plain(i) for i in items], "next": None, "total": len(items)})
        return
    for one in items:
        left = f"{one.on_hand.normalize():f} {one.unit}".strip()
        word = "expired" if one.expired else one.status.value
        shell.line(one.code, one.part, word, left, one.supplier, one.mpn, one.date_code)


@app.command("show")
def lot_show(
    lot: LotArgument,
    part: PartOption = "",
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """One lot, its history, and where it went."""
    shell.django()
    from firstoff.queries import supply as reads

    actor = shell.reader(by)
    place = shell.site_of(actor, site)
    known = _found(actor, place, lot, part)
    story = reads.lot_story(actor, place.code, known.part, known.code, today=_today(place))
    if as_json:
        shell.show({**shell.plain(story), "lot": _plain(story.lot)})
        return
    one = story.lot
    shell.line(
        one.code, one.part, one.status.value, f"{one.on_hand.normalize():f} {one.unit}".strip()
    )
    for event in story.events:
        quantity = "" if event.quantity is None else f"{event.quantity.normalize():f}"
        when = event.at.astimezone(ZoneInfo(place.time_zone))
        shell.line(
            f"{when:%Y-%m-%d %H:%M}", event.what, quantity, event.other, event.reason, event.by
        )
    for on in story.places:
        shell.line("loaded", on.batch, on.operation, on.position)
    for went in story.went:
        shell.line("in", went.batch or went.part, went.units, went.first, went.last)


@app.command("receive")
def lot_receive(
    lot: Annotated[str, typer.Argument(metavar="LOT", help="Its code.")] = "",
    part: Annotated[str, typer.Option(help="Its part number, or a known MPN.")] = "",
    quantity: str = "",
    unit: str = "",
    supplier: str = "",
    supplier_lot: str = "",
    date_code: str = "",
    manufacturer: str = "",
    mpn: str = "",
    expires: DateOption = None,
    receipt: str = "",
    order: Annotated[str, typer.Option(help="Number of the order that it came on.")] = "",
    certificate: Annotated[Path | None, typer.Option(help="Its file.")] = None,
    file: Annotated[
        Path | None, typer.Option("--file", help="Many at once: CSV, XLSX or ODS.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="With --file: only say what would be received.")
    ] = False,
    uid: UidOption = None,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """A lot came in; it waits in quarantine. --file takes every row of a list, or none."""
    shell.django()
    from firstoff.queries.supply import our_parts
    from firstoff.rules.genealogy import LotReceived
    from firstoff.services.genealogy.receiving import keep_certificate

    actor = shell.writer(by)
    place = shell.site_of(actor, site)
    if file is not None:
        _receive_list(actor, place, file, dry_run=dry_run, as_json=as_json)
        return
    if not (lot and part and quantity):
        raise InvalidInput(
            "A lot has a code, a part and a quantity.",
            way_out="firstoff lot receive LOT --part P --quantity 4000, or --file LIST.",
        )
    paper = None
    if certificate is not None:
        with certificate.open("rb") as opened:
            paper = keep_certificate(opened, name=certificate.name, site_id=place.id, by=actor)
    record = LotReceived(
        id=_uid(uid),
        part=our_parts(actor, place.id, {(part, mpn)}).get((part, mpn), part),
        lot=lot,
        quantity=quantity,
        unit=unit,
        supplier=supplier,
        supplier_lot=supplier_lot,
        date_code=date_code,
        manufacturer=manufacturer,
        mpn=mpn,
        expires=expires.date() if expires else None,
        receipt=receipt,
        order=order,
        certificate=paper,
    )
    said = f"Lot {lot} of {record.part} waits in quarantine."
    _post(actor, place, record, said, as_json=as_json, part=record.part)


def _receive_list(actor: Any, place: Any, file: Path, *, dry_run: bool, as_json: bool) -> None:
    from firstoff.formats.receipts import read_receipts
    from firstoff.services.genealogy.receiving import preview_receipts, take_receipts

    receipts = read_receipts(file, name=file.name)
    given = {"site_id": place.id, "receipts": receipts, "by": actor, "at": shell.now()}
    if dry_run:
        seen = preview_receipts(**given)
        refused = [s for s in seen if s.state == "refused"]
        if as_json:
            shell.show({"file": receipts.name, "rows": seen, "refused": len(refused)})
        for one in () if as_json else seen:
            shell.line(
                one.row.row, one.row.lot, one.part, one.row.quantity, one.state, one.sentence
            )
        raise typer.Exit(4 if refused else 0)
    done = take_receipts(**given)
    counts = {state: done.count(state) for state in ("stored", "already", "refused")}
    if as_json:
        shell.show({"file": receipts.name, **counts})
        return
    again = " The others had been received before." if counts["already"] else ""
    shell.out.print(f"{receipts.name}: {counts['stored']} lots received.{again}", markup=False)


@app.command("accept")
def lot_accept(
    lot: LotArgument,
    reason: ReasonOption = "",
    skip_lot: Annotated[
        bool, typer.Option("--skip-lot", help="Without inspection; not for a critical part.")
    ] = False,
    part: PartOption = "",
    uid: UidOption = None,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """From now on it may be used."""
    why = f"skip-lot: {reason}".rstrip(": ") if skip_lot else reason
    _decide(lot, part, LotStatus.ACCEPTED, why, uid, site, by, as_json)


@app.command("reject")
def lot_reject(
    lot: LotArgument,
    reason: ReasonOption = "",
    part: PartOption = "",
    uid: UidOption = None,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """It is used no more, from now on."""
    _decide(lot, part, LotStatus.REJECTED, reason, uid, site, by, as_json)


def _decide(
    lot: str,
    part: str,
    status: LotStatus,
    reason: str,
    uid: UUID | None,
    site: str | None,
    by: str | None,
    as_json: bool,
) -> None:
    shell.django()
    from firstoff.rules.genealogy import LotDecided

    actor = shell.writer(by)
    place = shell.site_of(actor, site)
    known = _found(actor, place, lot, part)
    record = LotDecided(id=_uid(uid), lot=lot, part=known.part, status=status, reason=reason)
    said = f"Lot {lot} of {known.part} is {status.value}."
    _post(actor, place, record, said, as_json=as_json, part=known.part)


@app.command("split")
def lot_split(
    lot: LotArgument,
    into: Annotated[
        list[str], typer.Option("--into", metavar="LOT=QUANTITY", help="Once for each new lot.")
    ],
    reason: ReasonOption = "",
    part: PartOption = "",
    uid: UidOption = None,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Part a lot; what goes to the new ones keeps its history."""
    shell.django()
    from firstoff.rules.genealogy import LotSplit

    actor = shell.writer(by)
    place = shell.site_of(actor, site)
    known = _found(actor, place, lot, part)
    new = tuple(_pair(text) for text in into)
    record = LotSplit(id=_uid(uid), lot=lot, part=known.part, into=new, reason=reason)
    _post(actor, place, record, f"Lot {lot} is split.", as_json=as_json, part=known.part)


def _pair(text: str) -> "LotName":
    from firstoff.rules.genealogy import LotName

    code, sign, quantity = text.rpartition("=")
    if not sign or not code:
        raise InvalidInput(f"{text!r} is no LOT=QUANTITY.", field="into")
    return LotName(lot=code, quantity=quantity)


@app.command("place")
def lot_place(
    place: Annotated[str, typer.Argument(metavar="PLACE", help="A shelf, a line.")],
    lots: Annotated[list[str], typer.Argument(metavar="LOT", help="Their codes.")],
    part: PartOption = "",
    uid: UidOption = None,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put lots somewhere."""
    shell.django()
    from firstoff.services.sourcing.stock import place_lots

    actor = shell.writer(by)
    moved = place_lots(
        site_id=shell.site_of(actor, site).id,
        lots=[(code, part) for code in lots],
        place=place,
        by=actor,
        at=shell.now(),
        uid=uid,
    )
    if as_json:
        shell.show({"place": place, "moved": moved})
    else:
        shell.line(place, f"{moved} of {len(lots)} moved")


@app.command("inspect")
def lot_inspect(
    lot: LotArgument,
    result: Annotated[
        list[str] | None,
        typer.Option(
            "--result",
            metavar="NUMBER=VALUES",
            help="1=9.98,10.01,10.02: the values; 2=0: how many do not conform. None: the sheet.",
        ),
    ] = None,
    seed: Annotated[str, typer.Option(help="By which the pieces are drawn.")] = "",
    note: str = "",
    part: PartOption = "",
    uid: UidOption = None,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """What to look at on a lot; with results, the verdict, which accepts or rejects it."""
    shell.django()
    from firstoff.cli.sourcing.inspecting import record, sheet

    if result:
        actor = shell.writer(by)
        place = shell.site_of(actor, site)
        known = _found(actor, place, lot, part)
        record(actor, place, known, result, seed, note, uid, as_json=as_json)
        return
    actor = shell.reader(by)
    place = shell.site_of(actor, site)
    sheet(actor, place, _found(actor, place, lot, part), _today(place), seed, as_json=as_json)


# ---------------------------------------------------------------- shared


def _post(
    actor: Any, place: Any, record: "Posted", said: str, *, as_json: bool, part: str
) -> None:
    """Hand it in, and show the lot as it stands then."""
    from firstoff.queries import supply as reads
    from firstoff.services import genealogy

    answer = genealogy.post_records(
        site_id=place.id, records=[record], by=actor, at=shell.now()
    ).answers[0]
    if as_json:
        code = str(getattr(record, "lot", ""))
        view = reads.lot(actor, place.code, part, code, today=_today(place))
        shell.show({"state": answer.state, "id": answer.id, "lot": _plain(view)})
        return
    again = " It was recorded before." if answer.state == "already" else ""
    shell.out.print(f"{said}{again}", markup=False)


def _found(actor: Any, place: Any, lot: str, part: str) -> Any:
    from firstoff.queries import supply as reads

    known = reads.lots_called(actor, place.id, lot, today=_today(place))
    known = tuple(k for k in known if part in ("", k.part))
    if not known:
        raise NotFound(f"There is no lot {lot[:60]!r} here, or not for you.")
    if len(known) > 1:
        names = ", ".join(k.part for k in known)
        raise InvalidInput(f"Several parts have a lot {lot}.", way_out=f"Add --part: {names}.")
    return known[0]


def _uid(given: UUID | None) -> UUID:
    import uuid6

    return given or UUID(str(uuid6.uuid7()))


def _today(place: Any) -> Any:
    return shell.now().astimezone(ZoneInfo(place.time_zone)).date()


def _plain(view: Any) -> dict[str, Any]:
    """As the API has it: quantities as exact texts without trailing zeros."""
    said: dict[str, Any] = shell.plain(view)
    said["lot"] = said.pop("code")
    said.pop("id")
    for name in ("on_hand", "quantity"):
        said[name] = f"{getattr(view, name).normalize():f}"
    return said
