"""``firstoff containment``: units at risk held, worked off, closed (R-62)."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from firstoff.cli import shell
from firstoff.cli.options import AsOption, JsonOption, SiteOption, StdinOption, UidOption
from firstoff.cli.run.shared import FORMATS
from firstoff.errors import InvalidInput
from firstoff.rules.evidence.words import counted
from firstoff.rules.trace.containment import (
    OUTCOMES,
    MemberState,
    read_label,
    read_outcome,
)
from firstoff.terms import Place

if TYPE_CHECKING:
    from firstoff.queries.access import SiteView
    from firstoff.queries.trace.containments import ContainmentView
    from firstoff.rules.access import Actor

app = typer.Typer(no_args_is_help=True, help="Containments: hold, work off, close.")

NumberArgument = Annotated[str, typer.Argument(metavar="NUMBER", help="C-0003, or 3.")]
OutcomeArgument = Annotated[
    str, typer.Argument(metavar="OUTCOME", help=f"One of {', '.join(OUTCOMES)}.")
]
NoteOption = Annotated[str, typer.Option("--note", help="What was seen.")]
_SHOWN = 50


@app.command("open")
def open_(
    title: Annotated[str, typer.Argument(help="What it is called.")],
    reason: Annotated[str, typer.Option("--reason", help="Why it is opened.")],
    question: Annotated[
        str,
        typer.Option(
            "--question",
            help="The question as JSON, or @FILE: what `firstoff where-used --json` answers.",
        ),
    ] = "",
    lot: Annotated[
        list[str] | None, typer.Option("--lot", help="Units that hold a lot; several times.")
    ] = None,
    uid: UidOption = None,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Fix and hold the units at risk by a question; what matches later joins them."""
    shell.django()
    from firstoff.rules.trace import read_question
    from firstoff.services import trace

    actor, place = _at(by, site)
    asked = read_question(_question(question, lot or []))
    done = trace.open_containment(
        site_id=place.id,
        question=asked,
        title=title,
        reason=reason,
        by=actor,
        at=shell.now(),
        uid=uid,
    )
    view = _view(actor, place, done.label)
    held = f"{counted(done.units, 'unit')} at risk {'is' if done.units == 1 else 'are'} held."
    sentence = f"{done.label} is open: {held}"
    shell.said(as_json, _shape(view) if as_json else None, sentence)


def _question(text: str, lots: list[str]) -> dict[str, Any]:
    import json

    if text.startswith("@"):
        try:
            text = Path(text[1:]).read_text(encoding="utf-8")
        except (OSError, UnicodeError) as error:
            raise InvalidInput(f"{text[1:]} cannot be read: {error}.", field="question") from None
    where: list[Any] = [{"kind": "lot", "lot": code} for code in lots]
    found: dict[str, Any] = {}
    if text:
        try:
            read = json.loads(text)
        except (ValueError, RecursionError):
            raise InvalidInput("The question is no JSON.", field="question") from None
        if not isinstance(read, dict):
            raise InvalidInput("A question is a JSON object with the list where.")
        found = read["question"] if isinstance(read.get("question"), dict) else read
    if not found and not where:
        raise InvalidInput(
            "Which units? No condition is given.", way_out="Add --lot, or --question."
        )
    return {**found, "where": [*found.get("where", []), *where]} if where else found


@app.command("list")
def list_(
    every: Annotated[bool, typer.Option("--all", help="Closed ones too.")] = False,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Open containments, with how many units are still open."""
    shell.django()
    from firstoff.queries.trace import containment_shape as shape
    from firstoff.queries.trace import containments as reads

    actor = shell.reader(by)
    chosen = shell.site_of(actor, site).id if site else None
    rows, total = reads.containments(
        actor, site_id=chosen, is_open=None if every else True, limit=500
    )
    if as_json:
        shell.show({"items": [shape.row_shape(r) for r in rows], "next": None, "total": total})
        return
    for row in rows:
        state = "closed" if row.view.closed else f"{row.numbers.open:,} open"
        shell.line(
            row.view.site, row.view.label, f"{row.numbers.at_risk:,}", state, row.view.title
        )


@app.command()
def show(
    number: NumberArgument,
    units: Annotated[bool, typer.Option("--units", help="List the units.")] = False,
    csv: Annotated[Path | None, typer.Option("--csv", help="Write every unit to a file.")] = None,
    xlsx: Annotated[Path | None, typer.Option("--xlsx", help="Write a workbook.")] = None,
    pdf: Annotated[Path | None, typer.Option("--pdf", help="Write the report.")] = None,
    customer: Annotated[
        str, typer.Option("--customer", help="Only units that were shipped to it.")
    ] = "",
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """How far a containment is. Exit code 0 when every unit is worked off, 4 while one is open."""
    shell.django()
    from firstoff.queries.trace.containments import progress

    actor = shell.reader(by)
    view = _view(actor, shell.site_of(actor, site), number)
    found = progress(view)
    key = _customer(found, customer)
    for file in (csv, xlsx, pdf):
        if file is not None:
            _write(view, file, key, pdf=file is pdf)
    if as_json:
        shell.show(_shape(view, found))
    else:
        _say(view, found)
        if units:
            _list(view, key)
    if found.numbers.open:
        raise typer.Exit(4)


def _customer(found: Any, name: str) -> int | None:
    if not name:
        return None
    for customer in found.customers:
        if customer.name == name.strip():
            return int(customer.id)
    known = ", ".join(c.name for c in found.customers) or "none"
    raise InvalidInput(
        f"No unit was shipped to {name!r}.", way_out=f"Customers: {known}.", field="customer"
    )


def _write(view: "ContainmentView", to: Path, customer: int | None, *, pdf: bool) -> None:
    from firstoff.formats.exports import csv_stream
    from firstoff.formats.exports import xlsx as workbook
    from firstoff.queries.trace import containment_papers as papers
    from firstoff.queries.trace import containment_shape as shape
    from firstoff.queries.trace.contained import Filter, export

    try:
        if pdf:
            to.write_bytes(papers.containment_report(view).pdf)
        else:
            rows = shape.export_rows(export(view, sift=Filter(customer=customer)), view.time_zone)
            with to.open("wb") as file:
                if to.suffix.lower() == ".xlsx":
                    file.write(workbook(view.label, shape.HEADER, rows))
                else:
                    file.writelines(csv_stream(shape.HEADER, rows))
    except OSError as error:
        raise InvalidInput(f"{to} cannot be written: {error.strerror}.") from None
    shell.err.print(f"{to} is written.", markup=False)


def _say(view: "ContainmentView", found: Any) -> None:
    numbers = found.numbers
    shell.out.print(f"{view.label} {view.title}. {found.headline}", markup=False, style="bold")
    if found.why:
        shell.out.print(found.why, markup=False)
    shell.out.print(f"The question: {view.sentence}.", markup=False)
    shell.line("at risk", f"{numbers.at_risk:,}")
    shell.line("held in house", f"{numbers.held:,}")
    shell.line("at customers", f"{numbers.at_customers:,}")
    shell.line("worked off", f"{numbers.worked_off:,}")
    shell.line("open", f"{numbers.open:,}")
    for customer in found.customers:
        told = f"told {customer.told_at:%Y-%m-%d}" if customer.told_at else "not told"
        shell.line(customer.name, f"{customer.units:,}", f"{customer.open:,} open", told)


def _list(view: "ContainmentView", customer: int | None) -> None:
    from firstoff.queries.trace.contained import Filter, members

    rows, total = members(view, sift=Filter(customer=customer), limit=_SHOWN)
    for row in rows:
        outcome = OUTCOMES[row.outcome].title if row.outcome else "open"
        shell.line(row.part, row.serial, row.where.place.value, row.where.customer, outcome)
    if total > len(rows):
        shell.out.print(f"... and {total - len(rows):,} more: --csv FILE", markup=False)


@app.command()
def finding(
    number: NumberArgument,
    outcome: OutcomeArgument,
    serials: Annotated[
        list[str] | None, typer.Argument(metavar="SERIAL...", help="Serials or scanned codes.")
    ] = None,
    part: Annotated[str, typer.Option("--part", help="Where two have the serial.")] = "",
    state: Annotated[
        MemberState | None, typer.Option("--state", help="Every unit in this state.")
    ] = None,
    place: Annotated[
        Place | None, typer.Option("--place", help="Every unit that was there when it joined.")
    ] = None,
    expected: Annotated[
        int, typer.Option("--expected", min=0, help="How many that has to be.")
    ] = 0,
    note: NoteOption = "",
    uid: UidOption = None,
    password_stdin: StdinOption = False,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Record what was found at units: by serial, or at every unit of a state or a place."""
    shell.django()
    from firstoff.queries.trace.contained import Filter
    from firstoff.services import trace

    actor, view = _writing(number, site, by)
    meant = read_outcome(outcome)
    password = shell.password(password_stdin) if OUTCOMES[meant].signed else ""
    given: dict[str, Any] = {
        "containment_id": view.id,
        "outcome": meant,
        "note": note,
        "password": password,
        "by": actor,
        "at": shell.now(),
    }
    if serials and (state or place):
        raise InvalidInput("Name serials, or a state and a place; not both.")
    if not serials:
        if not (state or place):
            raise InvalidInput("Which units?", way_out="Name serials, or add --state or --place.")
        sift = Filter(state=state, joined=place)
        done = [trace.record_findings(**given, sift=sift, expected=expected, uid=uid)]
    else:
        if uid is not None and len(serials) > 1:
            raise InvalidInput("--uid is of one finding; several serials are named.")
        done = [trace.record_finding(**given, serial=s, part=part, uid=uid) for s in serials]
    units = sum(one.units for one in done)
    freed = sum(one.freed for one in done)
    body = {"units": units, "freed": freed, "serials": [s for one in done for s in one.serials]}
    shell.said(as_json, body, f"{units:,} recorded as {OUTCOMES[meant].said}; {freed:,} released.")


@app.command()
def add(
    number: NumberArgument,
    serials: Annotated[list[str], typer.Argument(metavar="SERIAL...", help="Serials.")],
    reason: Annotated[str, typer.Option("--reason", help="Why they are at risk.")],
    part: Annotated[str, typer.Option("--part", help="Where two have the serial.")] = "",
    uid: UidOption = None,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put units into an open containment by hand."""
    shell.django()
    from firstoff.services import trace

    actor, view = _writing(number, site, by)
    done = trace.add_units(
        containment_id=view.id,
        units=[trace.UnitGiven(serial, part) for serial in serials],
        reason=reason,
        by=actor,
        at=shell.now(),
        uid=uid,
    )
    sentence = f"{done.units:,} joined {view.label}; {done.known:,} were in it."
    shell.said(as_json, {"units": done.units, "known": done.known}, sentence)


@app.command()
def notice(
    number: NumberArgument,
    customer: Annotated[str, typer.Argument(help="Name of the customer.")],
    sent: Annotated[
        datetime | None, typer.Option("--sent", formats=FORMATS, help="When; now unless said.")
    ] = None,
    reference: Annotated[str, typer.Option("--reference", help="Of the letter.")] = "",
    uid: UidOption = None,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Record that a customer was told about their units."""
    shell.django()
    from zoneinfo import ZoneInfo

    from firstoff.services import trace

    actor, view = _writing(number, site, by)
    if sent is not None and sent.tzinfo is None:
        sent = sent.replace(tzinfo=ZoneInfo(view.time_zone))
    done = trace.tell_customer(
        containment_id=view.id,
        customer=customer,
        sent_at=sent,
        reference=reference,
        by=actor,
        at=shell.now(),
        uid=uid,
    )
    body = {"uid": done.uid, "customer": done.customer, "units": done.units}
    shell.said(as_json, body, f"{done.customer} was told about {counted(done.units, 'unit')}.")


@app.command()
def close(
    number: NumberArgument,
    note: NoteOption = "",
    uid: UidOption = None,
    password_stdin: StdinOption = False,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Close a containment by signature; refused while a unit is open (exit code 4)."""
    shell.django()
    from firstoff.queries.trace.containments import progress
    from firstoff.rules.trace.containment import closing_meaning
    from firstoff.services import trace

    actor, view = _writing(number, site, by)
    shell.err.print(closing_meaning(view.label, view.title, progress(view).numbers), markup=False)
    done = trace.close_containment(
        containment_id=view.id,
        password=shell.password(password_stdin),
        note=note,
        by=actor,
        at=shell.now(),
        uid=uid,
    )
    body = {"uid": done.uid, "label": done.label, "digest": done.digest}
    shell.said(as_json, body, f"{done.label} is closed.")


def _at(by: str | None, site: str | None) -> tuple["Actor", "SiteView"]:
    actor = shell.writer(by)
    return actor, shell.site_of(actor, site)


def _writing(number: str, site: str | None, by: str | None) -> tuple["Actor", "ContainmentView"]:
    actor, place = _at(by, site)
    return actor, _view(actor, place, number)


def _view(actor: "Actor", place: "SiteView", number: str) -> "ContainmentView":
    from firstoff.queries.trace.containments import containment

    return containment(actor, place.code, read_label(number))


def _shape(view: "ContainmentView", found: Any = None) -> dict[str, Any]:
    from firstoff.queries.trace import containment_shape as shape
    from firstoff.queries.trace.containments import progress

    return shape.containment_shape(view, found or progress(view))
