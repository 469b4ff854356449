"""Change orders on the command line: from the request to the baseline that holds it."""

from typing import Annotated
from uuid import UUID

import typer

from firstoff.cli import shell
from firstoff.cli.options import AsOption, JsonOption, SiteOption, StdinOption
from firstoff.errors import InvalidInput

app = typer.Typer(no_args_is_help=True, help="Change orders: asked for, approved, in force.")

ProgramArgument = Annotated[str, typer.Argument(help="Code of the program.")]
NumberArgument = Annotated[int, typer.Argument(help="Its number: 1 is ECO-0001.")]
TextOption = Annotated[str, typer.Option("--text", help="Why, or what there is to say.")]


@app.command("list")
def change_list(
    program: ProgramArgument,
    only_open: Annotated[
        bool, typer.Option("--open", help="Not decided, or not in force.")
    ] = False,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Change orders of a program, newest first."""
    shell.django()
    actor, found = shell.reading(program, site, by)
    from firstoff.queries.change import orders

    page = orders(actor, found.id, only_open=only_open, limit=500)
    if as_json:
        shell.show({"items": page.items, "next": None, "total": page.total, "open": page.open})
        return
    for one in page.items:
        shell.line(one.label, one.state.value, one.title, one.effective)


@app.command("show")
def change_show(
    program: ProgramArgument,
    number: NumberArgument,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """One order: its way, what it touches now, and what it changes."""
    shell.django()
    actor, found = shell.reading(program, site, by)
    from firstoff.queries.change import order

    view = order(actor, found.id, number)
    if as_json:
        shell.show(view)
        return
    one = view.order
    shell.line(one.label, one.state.value, one.title, one.effective)
    shell.line("reason", one.reason)
    for item in one.items:
        shell.line("item", item.label, item.status.value, item.text)
    shell.line("touches", view.impact.sentence)
    for lot in view.impact.lots:
        left = f"{lot.on_hand.normalize():f} {lot.unit}".strip()
        shell.line("stock", lot.part, lot.lot, left, one.dispositions.get(lot.part, ""))
    for run in view.impact.runs:
        shell.line("run", run.batch_id, run.kind, f"{run.started} of {run.planned} started")
    for difference in view.redline or ():
        shell.line(
            "changes", difference.what, f"{difference.before or '-'} -> {difference.after or '-'}"
        )
    for step in one.steps:
        shell.line(step.state.value, step.by, f"{step.at:%Y-%m-%d %H:%M}", step.text)


@app.command("ask")
def change_ask(
    program: ProgramArgument,
    items: Annotated[
        list[str], typer.Argument(help="What it makes, as PART:REVISION or PART:OLD:NEW.")
    ],
    title: Annotated[str, typer.Option(help="In a few words.")],
    reason: Annotated[str, typer.Option(help="Why.")],
    uid: Annotated[UUID | None, typer.Option(help="Of the record; again records once.")] = None,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask for a change. What it makes may still be a draft."""
    shell.django()
    given = shell.changing(program, site, by)
    from firstoff.services import change

    wanted = [change.Changed(*_item(text)) for text in items]
    done = change.request(**given, title=title, reason=reason, items=wanted, uid=uid)
    shell.said(as_json, done, f"{done.label} is asked for.")


@app.command("assess")
def change_assess(
    program: ProgramArgument,
    number: NumberArgument,
    date: Annotated[str, typer.Option(help="It holds from this day.")] = "",
    run: Annotated[str, typer.Option(help="It holds from this batch.")] = "",
    serial: Annotated[str, typer.Option(help="It holds from this serial.")] = "",
    stock: Annotated[
        list[str] | None,
        typer.Option(help="PART=use_up, rework, scrap, return or service; several."),
    ] = None,
    text: TextOption = "",
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Keep what it touches now, what becomes of the stock, and from when it holds."""
    chosen = {k: v for k, v in (("date", date), ("run", run), ("serial", serial)) if v}
    if len(chosen) != 1:
        raise InvalidInput("From when does it hold? Say one of --date, --run, --serial.")
    ((kind, since),) = chosen.items()
    shell.django()
    given = shell.changing(program, site, by)
    from firstoff.services import change

    parts = dict(_pair(one) for one in stock or ())
    done = change.assess(
        **given,
        number=number,
        effectivity=kind,
        effective_from=since,
        dispositions=parts,
        text=text,
    )
    shell.said(as_json, done, f"{done.label} is assessed; it holds {done.effective}.")


@app.command("approve")
def change_approve(
    program: ProgramArgument,
    number: NumberArgument,
    text: TextOption = "",
    site: SiteOption = None,
    by: AsOption = None,
    password_stdin: StdinOption = False,
    as_json: JsonOption = False,
) -> None:
    """Approve it by signature: its definition may be frozen."""
    _decide("approve", program, number, text, site, by, password_stdin, as_json)


@app.command("reject")
def change_reject(
    program: ProgramArgument,
    number: NumberArgument,
    text: TextOption,
    site: SiteOption = None,
    by: AsOption = None,
    password_stdin: StdinOption = False,
    as_json: JsonOption = False,
) -> None:
    """Reject it by signature, with the reason."""
    _decide("reject", program, number, text, site, by, password_stdin, as_json)


@app.command("withdraw")
def change_withdraw(
    program: ProgramArgument,
    number: NumberArgument,
    text: TextOption,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take it back before it is in force."""
    shell.django()
    given = shell.changing(program, site, by)
    from firstoff.services import change

    done = change.withdraw(**given, number=number, text=text)
    shell.said(as_json, done, f"{done.label} is withdrawn.")


@app.command("effect")
def change_effect(
    program: ProgramArgument,
    number: NumberArgument,
    ends: Annotated[
        list[str] | None, typer.Option("--ends", help="A running batch that it ends; several.")
    ] = None,
    text: TextOption = "",
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put an approved order in force, once what it makes is released and frozen."""
    shell.django()
    given = shell.changing(program, site, by)
    from firstoff.services import change

    done = change.put_in_force(**given, number=number, runs=ends or (), text=text)
    shell.said(as_json, done, f"{done.label} is in force with baseline {done.baseline_after[:8]}.")


def _decide(
    verb: str,
    program: str,
    number: int,
    text: str,
    site: str | None,
    by: str | None,
    password_stdin: bool,
    as_json: bool,
) -> None:
    shell.django()
    given = shell.changing(program, site, by)
    from firstoff.services import access, change

    word = shell.password(password_stdin)
    confirmed = access.confirm(given["by"], word, given["at"])
    done = getattr(change, verb)(**given, number=number, text=text, confirmed=confirmed)
    shell.said(as_json, done, f"{done.label} is {done.state.value}.")


def _item(text: str) -> tuple[str, str, str]:
    """``CC-1:D`` or ``CC-1:C:D``; a part number may hold colons itself."""
    part, _, after = text.rpartition(":")
    if not part or not after:
        raise InvalidInput(
            f"{text!r} is no item.",
            way_out="Expected PART:REVISION, such as CC-1:D.",
            field="items",
        )
    head, _, before = part.rpartition(":")
    return (head, after, before) if head and len(before) <= 20 else (part, after, "")


def _pair(text: str) -> tuple[str, str]:
    part, _, word = text.rpartition("=")
    if not part:
        raise InvalidInput(f"{text!r} says nothing of stock; expected PART=use_up.", field="stock")
    return part, word
