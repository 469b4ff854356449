"""Tolerances on the command line: what processes hold, what a definition asks of them."""

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated

import typer

from firstoff.cli import shell
from firstoff.cli.change import ProgramArgument
from firstoff.cli.options import AsOption, JsonOption, RevisionOption, SiteOption
from firstoff.errors import InvalidInput

app = typer.Typer(no_args_is_help=True, help="Tolerances against what processes hold.")

ProcessArgument = Annotated[str, typer.Argument(help="The process: CNC milling, bore.")]
MachineOption = Annotated[str, typer.Option(help="Code of the equipment, or a name.")]


@app.command("show")
def tolerance_show(
    program: ProgramArgument,
    revision: RevisionOption = "",
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Every characteristic against its process, the worst first; and the chains."""
    shell.django()
    actor, found = shell.reading(program, site, by)
    from firstoff.queries.tolerance import tolerances

    view = tolerances(actor, found.id, revision=revision)
    if as_json:
        shell.show(view)
        return
    for one in view.holdings:
        shell.line(one.verdict.value, one.sentence)
    for chain in view.chains:
        told = chain.verdict
        shell.line(told.verdict.value if told else "?", told.sentence if told else chain.problem)


@app.command("library")
def tolerance_library(
    search: str = "",
    retired: bool = False,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """What processes were found to hold."""
    shell.django()
    from firstoff.queries.tolerance import library

    actor = shell.reader(by)
    place = shell.site_of(actor, site)
    found, total = library(actor, place.id, search=search, retired=retired, limit=500)
    if as_json:
        shell.show({"items": found, "next": None, "total": total})
        return
    for one in found:
        facts = one.facts
        spread = f"sd {facts.spread} {facts.unit}"
        shell.line(facts.label, facts.feature, spread, f"{facts.values} values", facts.measured_on)


@app.command("record")
def tolerance_record(
    process: ProcessArgument,
    spread: Annotated[str, typer.Option(help="One standard deviation.")],
    unit: Annotated[str, typer.Option(help="Of the spread: mm.")],
    values: Annotated[int, typer.Option(help="Pieces measured.")],
    measured_on: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"])],
    machine: MachineOption = "",
    feature: str = "",
    shift: Annotated[str, typer.Option(help="The mean off its nominal.")] = "0",
    source: Annotated[str, typer.Option(help="Report or study.")] = "",
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put a process into the library; the latest of the same process and machine holds."""
    shell.django()
    from firstoff.rules.tolerance import ProcessFacts
    from firstoff.services import tolerance

    actor = shell.writer(by)
    facts = ProcessFacts(
        process,
        unit,
        _number(spread, "spread"),
        values,
        measured_on.date(),
        _number(shift, "shift"),
        feature,
        machine,
        source,
    )
    done = tolerance.record_process(
        site_id=shell.site_of(actor, site).id, process=facts, by=actor, at=shell.now()
    )
    shell.said(as_json, done, f"{done.label} is in the library.")


@app.command("retire")
def tolerance_retire(
    process: ProcessArgument,
    machine: MachineOption = "",
    feature: str = "",
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Reckon with it no more."""
    shell.django()
    from firstoff.services import tolerance

    actor = shell.writer(by)
    tolerance.retire_process(
        site_id=shell.site_of(actor, site).id,
        process=process,
        machine=machine,
        feature=feature,
        by=actor,
        at=shell.now(),
    )
    shell.said(as_json, {"process": process}, f"{process} is retired.")


@app.command("assign")
def tolerance_assign(
    program: ProgramArgument,
    number: Annotated[str, typer.Argument(help="Balloon number of the characteristic.")],
    process: Annotated[str, typer.Argument(help="The process; an empty text: none.")],
    revision: Annotated[str, typer.Option(help="Label of the revision.")],
    machine: MachineOption = "",
    required: Annotated[str, typer.Option(help="Index asked; 1.67 critical, 1.33 else.")] = "",
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say which process makes a characteristic."""
    shell.django()
    given = shell.changing(program, site, by)
    from firstoff.services import tolerance

    tolerance.assign_process(
        **given,
        revision=revision,
        number=number,
        process=process,
        machine=machine,
        required=_number(required, "required") if required else None,
    )
    shell.said(as_json, {"number": number, "process": process}, f"{number} is made by {process}.")


def package(
    program: ProgramArgument,
    revision: RevisionOption = "",
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Could a stranger quote from this? The technical package, part by part."""
    shell.django()
    actor, found = shell.reading(program, site, by)
    from firstoff.queries.techpack import pack

    view = pack(actor, found.id, revision=revision)
    if as_json:
        shell.show(view.pack)
        return
    shell.line(view.pack.sentence)
    for section in view.pack.sections:
        shell.line(f"{section.have} of {section.of}", section.title)
        for gap in section.gaps:
            shell.line("  -", gap.sentence)


def _number(text: str, field: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise InvalidInput(f"{field} is {text!r}; expected a number.", field=field) from None
