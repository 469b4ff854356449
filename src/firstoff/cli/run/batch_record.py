"""The batch record of a run: what is missing, gaps accepted, the run closed."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from firstoff.cli import shell
from firstoff.cli.options import AsOption, JsonOption, SiteOption, StdinOption, UidOption
from firstoff.cli.run.shared import BatchArgument, app, found_run, writing
from firstoff.errors import InvalidInput

if TYPE_CHECKING:
    from firstoff.queries.trace.batch_record import RecordView
    from firstoff.rules.trace.levels import Level


@app.command()
def record(
    batch: BatchArgument,
    pdf: Annotated[
        Path | None, typer.Option("--pdf", help="Write it as PDF, its evidence beside it.")
    ] = None,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """The batch record, gap by gap. Exit code 0: complete, 4: a gap is open."""
    shell.django()
    from firstoff.queries.trace.batch_record import record_of
    from firstoff.queries.trace.batch_record.shape import record_shape

    actor = shell.reader(by)
    view = found_run(actor, batch, site)
    found = record_of(view)
    if pdf is not None:
        _write(found, pdf)
    if as_json:
        shell.show(record_shape(found))
    else:
        _say(found)
        if pdf is not None:
            shell.out.print(f"{pdf} is written, its evidence beside it.", markup=False)
    if found.record.open or not found.record.started:
        raise typer.Exit(4)


def _write(found: "RecordView", pdf: Path) -> None:
    from firstoff.queries.trace import record_paper

    if pdf.suffix.lower() != ".pdf" or not pdf.parent.is_dir():
        raise InvalidInput(
            f"{pdf} cannot be written; expected a file name that ends in .pdf, in a folder that "
            "exists.",
            field="pdf",
        )
    paper = record_paper.paper_of(found.run)
    pdf.write_bytes(paper.pdf)
    pdf.with_suffix(".json").write_bytes(paper.evidence)


def _say(found: "RecordView") -> None:
    from firstoff.rules.trace.batch_record import folded

    record = found.record
    _line(f"{found.run.batch_id}: {record.headline}", bold=True)
    for section in record.sections:
        if not section.gaps:
            continue
        _line(f"\n{section.title}: {section.complete:,} of {section.units:,} units complete")
        for gap in section.gaps:
            mark = "[gap]" if gap.open else "[accepted]"
            where = folded(gap.units, record.serials)
            _line(f"{mark:<12}{gap.said}{f' {where}.' if where else ''} ({gap.kind.rule})")
            if gap.open:
                _line(f"{'':<12}{gap.kind.way_out} Key: {gap.key}")
            for deviation in gap.accepted:
                _line(f"{'':<12}{deviation.by}: {deviation.reason}")
    _line("")
    for title, level in (("Material", record.material), ("Process", record.process)):
        _line(f"{title}, IPC-1782: {_level(level)}")
    for sentence in record.statement:
        mark = "shown" if sentence.shown else "not shown"
        _line(f"ISO 9001:2015 8.5.2, {mark}: {sentence.says}")
    closure = found.around.closure
    if closure is not None:
        _line(f"Closed by {closure.by}, {closure.at:%Y-%m-%d %H:%M} UTC.")


def _level(level: "Level") -> str:
    reached = level.name if level.reached else "no level"
    return reached if level.next is None else f"{reached}. {level.next.name}: {level.next.missing}"


def _line(text: str, *, bold: bool = False) -> None:
    shell.out.print(text, markup=False, style="bold" if bold else None)


@app.command("accept-gap")
def accept_gap(
    batch: BatchArgument,
    gap: Annotated[str, typer.Argument(help="Its key in the batch record: label:")],
    reason: Annotated[str, typer.Option("--reason", help="Why it is acceptable.")],
    site: SiteOption = None,
    by: AsOption = None,
    password_stdin: StdinOption = False,
    uid: UidOption = None,
    as_json: JsonOption = False,
) -> None:
    """Accept a gap of the batch record by a signed deviation."""
    shell.django()
    from firstoff.services import evidence

    _, given = writing(batch, site, by)
    done = evidence.accept_gap(
        **given, gap=gap, reason=reason, password=shell.password(password_stdin), uid=uid
    )
    shell.said(as_json, done, f"Accepted: {done.sentence} Entry {done.entry} of the ledger.")


@app.command()
def close(
    batch: BatchArgument,
    note: Annotated[str, typer.Option("--note", help="What the reader should know.")] = "",
    site: SiteOption = None,
    by: AsOption = None,
    password_stdin: StdinOption = False,
    uid: UidOption = None,
    as_json: JsonOption = False,
) -> None:
    """Close a run, by signature. Refused while a gap is left that nobody signed for."""
    shell.django()
    from firstoff.queries.trace.batch_record import record_of
    from firstoff.rules.trace.batch_record import closing_meaning
    from firstoff.services import evidence

    run, given = writing(batch, site, by)
    found = record_of(run).record
    if not as_json:
        meaning = closing_meaning(run.batch_id, found.started, len(found.accepted))
        shell.err.print(f"You sign: {meaning}", markup=False)
    done = evidence.close_run(**given, note=note, password=shell.password(password_stdin), uid=uid)
    shell.said(as_json, done, f"{run.batch_id} is closed; entry {done.entry} of the ledger.")
