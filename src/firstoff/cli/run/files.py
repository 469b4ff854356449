"""Files taken in, units read and written out."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from firstoff.cli import shell
from firstoff.cli.options import AsOption, JsonOption, SiteOption
from firstoff.cli.run.shared import BatchArgument, app, found_run, pair, writing
from firstoff.errors import InvalidInput

if TYPE_CHECKING:
    from firstoff.queries.execution.runs import RunView


@app.command("import")
def import_(
    batch: BatchArgument,
    file: Annotated[Path, typer.Argument(help="A unit log, or test records.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be taken.")
    ] = False,
    kind: Annotated[str, typer.Option(help="The kind of file; found by content.")] = "",
    column: Annotated[
        list[str] | None, typer.Option("--map", help="HEADER=field; several times.")
    ] = None,
    start_missing: Annotated[
        bool, typer.Option(help="Start units that a test record names and nobody started.")
    ] = False,
    equipment: Annotated[str, typer.Option(help="Code, for rows that name none.")] = "",
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take a file: every row or none. Rows that cannot be taken are named, with the reason."""
    shell.django()
    from firstoff.services import execution

    _, given = writing(batch, site, by)
    asked: dict[str, Any] = {
        "raw": file,
        "name": file.name,
        "kind": kind,
        "mapping": dict(pair(text) for text in column or ()),
        "start_missing": start_missing,
        "equipment": equipment,
    }
    preview = execution.preview_import(**given, **asked)
    for warning in preview.warnings:
        shell.err.print(warning, markup=False)
    if not as_json:
        for row in preview.refused:
            shell.err.print(f"Row {row.row}: {row.sentence} {row.way_out}".strip(), markup=False)
    if dry_run:
        counts = f"{preview.count('take')} to take, {preview.count('already')} already stored"
        shell.said(
            as_json, preview, f"{counts}, {len(preview.refused)} refused. Nothing was written."
        )
        if preview.refused:
            raise typer.Exit(4)
        return
    done = execution.import_file(**given, **asked)
    again = " It had been taken before; nothing was written." if done.again else ""
    shell.said(as_json, done, f"{done.file_name}: {done.taken} records taken.{again}")


@app.command()
def template(file: Annotated[Path, typer.Argument(help="unit-log.csv or unit-log.xlsx")]) -> None:
    """Write an empty unit log, with one example row."""
    from firstoff.formats.testdata.unit_log import template_csv, template_xlsx

    made = {".csv": template_csv, ".xlsx": template_xlsx}.get(file.suffix.lower())
    if made is None:
        raise InvalidInput(f"{file.name} ends in neither .csv nor .xlsx.")
    if file.exists():
        raise InvalidInput(f"{file} is there already.")
    file.write_bytes(made())
    shell.out.print(f"{file} is written.", markup=False)


@app.command()
def units(
    batch: BatchArgument,
    show: Annotated[str, typer.Option(help="rejects, not-counting or pending.")] = "",
    search: str = "",
    sort: str = "order",
    to: Annotated[
        Path | None, typer.Option("--to", help="Write them to a .csv or .xlsx file.")
    ] = None,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """The units of a run: result, build time, defects, and why some do not count."""
    shell.django()
    from firstoff.queries.execution import units as reads

    run = found_run(shell.reader(by), batch, site)
    if to is not None:
        _write_units(run, to, show=show, search=search, sort=sort)
        return
    page = reads.units(run, show=show, search=search, sort=sort, limit=1_000_000)
    if as_json:
        shell.show({"items": page.items, "next": None, "total": page.total})
        return
    for row in page.items:
        spent = "" if row.build_seconds is None else f"{row.build_seconds / 60:.1f} min"
        codes = " ".join(d.code for d in row.defects)
        shell.line(row.serial, row.first.value, spent, codes, "; ".join(row.reasons))


def _write_units(run: "RunView", to: Path, **asked: str) -> None:
    from firstoff.formats.exports import csv_stream, xlsx
    from firstoff.queries.execution import units as reads

    rows = reads.export(run, **asked)
    if to.suffix.lower() == ".csv":
        content = b"".join(csv_stream(reads.EXPORT_HEADER, rows))
    elif to.suffix.lower() == ".xlsx":
        content = xlsx(f"Units of {run.batch_id}", reads.EXPORT_HEADER, rows)
    else:
        raise InvalidInput(f"{to.name} ends in neither .csv nor .xlsx.")
    to.write_bytes(content)
    shell.out.print(f"{to} is written.", markup=False)


@app.command()
def unit(
    batch: BatchArgument,
    serial: str,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Everything recorded about one unit."""
    shell.django()
    from firstoff.queries.trace import unit_trace

    actor = shell.reader(by)
    run = found_run(actor, batch, site)
    found = unit_trace(actor, run.site, run.part, serial)
    if as_json:
        shell.show(found)
        return
    print_ = shell.out.print
    print_(f"{found.serial}, batch {run.batch_id}, number {found.position}", markup=False)
    print_(f"started {found.started_at:%Y-%m-%d %H:%M} UTC by {found.operator}", markup=False)
    print_(f"first result {found.state.first}, now {found.state.final}", markup=False)
    for reason in found.reasons:
        print_(f"does not count: {reason}", markup=False)
    for o in found.operations:
        print_(f"  {o.seq} {o.name}: {o.outcome}, {o.seconds:.0f} s", markup=False)
    for j in found.judgements:
        codes = ", ".join(d.code for d in j.defects)
        print_(f"  {j.kind}: fit {j.fit or '-'}, finish {j.finish or '-'}, "
               f"function {j.function or '-'} {codes}", markup=False)  # fmt: skip
    for t in found.tests:
        print_(f"  test {t.procedure}: {t.outcome}", markup=False)
