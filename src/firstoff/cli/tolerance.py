"""Tolerances on the command line: what processes hold, what a definition asks of them."""

from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from firstoff.cli import shell
from firstoff.cli.bom_records import read_bytes
from firstoff.cli.change import ProgramArgument
from firstoff.cli.options import AsOption, JsonOption, RevisionOption, SiteOption, UidOption
from firstoff.errors import InvalidInput

app = typer.Typer(no_args_is_help=True, help="Tolerances against what processes hold.")

ProcessArgument = Annotated[str, typer.Argument(help="The process: CNC milling, bore.")]
NumberArgument = Annotated[str, typer.Argument(help="Balloon number of the characteristic.")]
MeasuredOption = Annotated[
    datetime, typer.Option("--measured-on", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD")
]
SourceOption = Annotated[str, typer.Option(help="Report or study.")]
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
    measured_on: MeasuredOption,
    machine: MachineOption = "",
    feature: str = "",
    shift: Annotated[str, typer.Option(help="The mean off its nominal.")] = "0",
    source: SourceOption = "",
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


@app.command("study")
def tolerance_study(
    program: ProgramArgument,
    number: NumberArgument,
    file: Annotated[Path, typer.Argument(help="One value a line; text, CSV or XLSX.")],
    measured_on: MeasuredOption,
    machine: MachineOption = "",
    gauge: Annotated[str, typer.Option(help="What it was measured with.")] = "",
    source: SourceOption = "",
    unit: Annotated[str, typer.Option(help="That of the characteristic, unless said.")] = "",
    revision: RevisionOption = "",
    supersedes: Annotated[
        UUID | None, typer.Option(help="ID of the study that this one corrects.")
    ] = None,
    uid: UidOption = None,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Record pieces measured of a characteristic to see what its process holds."""
    shell.django()
    from firstoff.formats.studies import read_values
    from firstoff.queries.tolerance import study as recorded
    from firstoff.rules.tolerance import StudyFacts
    from firstoff.services import tolerance

    actor = shell.writer(by)
    found = shell.program_of(actor, program, site)
    values = read_values(file.name, read_bytes(file))
    facts = StudyFacts(values, unit, measured_on.date(), machine, gauge, source)
    done = tolerance.record_study(
        site_id=found.site_id,
        part=found.part_number,
        revision=revision,
        characteristic=number,
        study=facts,
        uid=uid,
        supersedes=supersedes,
        by=actor,
        at=shell.now(),
    )
    view, _ = recorded(actor, found.site_id, done.uid)
    of = f"{view.characteristic} {view.name}, revision {view.revision}"
    shell.said(as_json, view, f"{view.label}, of {of}, is recorded.")


@app.command("studies")
def tolerance_studies(
    program: ProgramArgument,
    number: Annotated[str, typer.Option(help="Balloon number; all, unless said.")] = "",
    revision: Annotated[str, typer.Option(help="Label; every one, unless said.")] = "",
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Studies of a program's characteristics, the latest measured first."""
    shell.django()
    actor, found = shell.reading(program, site, by)
    from firstoff.queries.tolerance import studies

    of = {"part": found.part_number, "revision": revision, "characteristic": number}
    items, total = studies(actor, found.site_id, **of, limit=500)
    if as_json:
        shell.show({"items": items, "next": None, "total": total})
        return
    for one in items:
        state = "corrected since" if one.superseded else ""
        shell.line(f"{one.characteristic} {one.name}", one.revision, one.label, one.source, state)


@app.command("assign")
def tolerance_assign(
    program: ProgramArgument,
    number: NumberArgument,
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
