"""Process plans and test procedures on the command line."""

from pathlib import Path
from typing import Annotated, Any

import typer

from firstoff.cli import shell
from firstoff.cli.options import AsOption, Code, JsonOption, PlanOption, RevisionOption, SiteOption
from firstoff.errors import InvalidInput, NotFound

operation = typer.Typer(
    no_args_is_help=True, help="The process plan: operations, gaps, instructions."
)
procedure = typer.Typer(no_args_is_help=True, help="Test procedures.")

Seq = Annotated[int, typer.Argument(help="Number of the operation.")]
FileArgument = Annotated[Path, typer.Argument(help="A JSON file, or - for standard input.")]
OutOption = Annotated[Path, typer.Option("--out", "-o", help="The PDF that is written.")]
Name = Annotated[str, typer.Argument(help="Code of the procedure.")]
LabelOption = Annotated[str, typer.Option(help="Label; the newest, unless said.")]


@operation.command("list")
def operation_list(
    code: Code,
    revision: RevisionOption = "",
    plan: PlanOption = "",
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """The operations in an order they can be done in, and what each waits for."""
    view = _view(_reader(by), site, code, revision, plan)
    from firstoff.rules.plan import in_order, order_of

    found = in_order(view.operations)
    if as_json:
        shell.show({"items": found, "next": None, "total": len(found)})
        return
    direct = order_of(view.operations).direct
    for o in found:
        waits = ", ".join(map(str, direct[o.seq])) or "none"
        time = f"{o.standard_minutes} min" if o.standard_minutes is not None else ""
        shell.line(str(o.seq), o.name, f"after {waits}", time, f"{len(o.steps)} steps")


@operation.command("show")
def operation_show(
    code: Code,
    seq: Seq,
    revision: RevisionOption = "",
    plan: PlanOption = "",
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """One operation with its parameters, consumed lines and steps."""
    view = _view(_reader(by), site, code, revision, plan)
    found = next((o for o in view.operations if o.seq == seq), None)
    if found is None:
        raise NotFound(f"The plan has no operation {seq}.")
    if as_json:
        shell.show(found)
        return
    shell.line(found.label, found.work_centre)
    for one in (*found.parameters, *found.materials):
        shell.line("", str(one))
    for place, step in enumerate(found.steps, start=1):
        shell.line(f"{seq}.{place}", str(step))


@operation.command("gaps")
def operation_gaps(
    code: Code,
    revision: RevisionOption = "",
    plan: PlanOption = "",
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """What the plan lacks (R-15). Exit code 4 while there is a gap."""
    found = _view(_reader(by), site, code, revision, plan).plan_gaps
    if as_json:
        shell.show({"items": found, "next": None, "total": len(found)})
    else:
        for gap in found:
            shell.line(gap.kind, gap.sentence)
        if not found:
            shell.line("Nothing is missing.")
    raise typer.Exit(4 if found else 0)


@operation.command("set")
def operation_set(
    code: Code,
    file: FileArgument,
    revision: RevisionOption = "",
    plan: PlanOption = "",
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Bring a draft plan to the operations of a file: a list as in the definition file."""
    from firstoff.formats.process_files import read_operations

    wanted = read_operations(_bytes(file), _called(file))
    shell.django()
    from firstoff.services import plan as plans

    actor = shell.writer(by)
    view = _view(actor, site, code, revision, plan)
    label = view.plan.label if view.plan else plan
    made = plans.set_operations(
        program_id=view.program.id,
        revision=view.revision.label,
        plan=label,
        operations=wanted,
        by=actor,
        at=shell.now(),
    )
    said = f"Plan {label} of revision {view.revision.label} has {len(made)} operations."
    shell.said(as_json, {"items": made, "next": None, "total": len(made)}, said)


@operation.command("instruction")
def operation_instruction(
    code: Code,
    out: OutOption,
    seq: Annotated[int | None, typer.Option(help="One operation; all, unless said.")] = None,
    revision: RevisionOption = "",
    plan: PlanOption = "",
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the work instructions as a PDF; a DRAFT until the plan is released."""
    view = _view(_reader(by), site, code, revision, plan)
    from firstoff.queries.plan.papers import draft_instruction

    paper = draft_instruction(view, seq, at=shell.now())
    _write(out, paper.pdf)
    shell.said(as_json, {"file": str(out), "bytes": len(paper.pdf)}, f"{out} is written.")


# ---------------------------------------------------------------- test procedures


@procedure.command("list")
def procedure_list(
    code: Code,
    revision: RevisionOption = "",
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """The test procedures of a revision."""
    actor = _reader(by)
    from firstoff.queries import plan as reads

    found = reads.procedures(
        actor, shell.program_of(actor, code, site).id, revision=revision
    ).procedures
    if as_json:
        shell.show({"items": found, "next": None, "total": len(found)})
        return
    for p in found:
        state = p.status.value.replace("_", " ")
        shell.line(p.facts.code, p.facts.label, p.facts.name, state, f"{len(p.facts.steps)} steps")


@procedure.command("show")
def procedure_show(
    code: Code,
    name: Name,
    label: LabelOption = "",
    revision: RevisionOption = "",
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """One procedure, and the test records made to it."""
    actor = _reader(by)
    from firstoff.queries import plan as reads
    from firstoff.rules.plan import limits_of

    listed, one = reads.procedure(
        actor, shell.program_of(actor, code, site).id, code=name, label=label, revision=revision
    )
    made = reads.records_made_to(one.facts, listed.program.part_id)
    if as_json:
        shell.show({**shell.plain(one), "gaps": one.gaps, "made": made})
        return
    shell.line(one.facts.code, one.facts.label, one.facts.name, one.status.value)
    for place, step in enumerate(one.facts.steps, start=1):
        shell.line(f"  {place}", step.name, limits_of(step), step.characteristic)
    for gap in one.gaps:
        shell.line("  missing", gap)
    for m in made:
        shell.line("  records", m.name, str(m.records), f"{m.units} units")


@procedure.command("set")
def procedure_set(
    code: Code,
    file: FileArgument,
    revision: RevisionOption = "",
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Draft a procedure as a file says it, or bring its draft to that."""
    from firstoff.formats.process_files import read_procedure

    wanted = read_procedure(_bytes(file), _called(file))
    shell.django()
    from firstoff.queries import plan as reads
    from firstoff.services import plan as plans

    actor = shell.writer(by)
    there = reads.procedures(actor, shell.program_of(actor, code, site).id, revision=revision)
    known = any(
        (p.facts.code, p.facts.label) == (wanted.code, wanted.label) for p in there.procedures
    )
    verb = plans.set_procedure if known else plans.create_procedure
    verb(
        program_id=there.program.id,
        revision=there.revision.label,
        procedure=wanted,
        by=actor,
        at=shell.now(),
    )
    said = f"{wanted.code} {wanted.label} has {len(wanted.steps)} steps."
    shell.said(as_json, wanted, said)


@procedure.command("release")
def procedure_release(
    code: Code,
    name: Name,
    label: LabelOption = "",
    revision: RevisionOption = "",
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a draft immutable; the one of its code released before is superseded."""
    shell.django()
    from firstoff.queries import plan as reads
    from firstoff.services import plan as plans

    actor = shell.writer(by)
    listed, one = reads.procedure(
        actor, shell.program_of(actor, code, site).id, code=name, label=label, revision=revision
    )
    plans.release_procedure(
        program_id=listed.program.id,
        revision=listed.revision.label,
        code=one.facts.code,
        label=one.facts.label,
        by=actor,
        at=shell.now(),
    )
    said = f"{one.facts.code} {one.facts.label} is released."
    shell.said(
        as_json, {"code": one.facts.code, "label": one.facts.label, "status": "released"}, said
    )


@procedure.command("paper")
def procedure_paper(
    code: Code,
    name: Name,
    out: OutOption,
    label: LabelOption = "",
    revision: RevisionOption = "",
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a test procedure as a PDF; a DRAFT until it is released."""
    actor = _reader(by)
    from firstoff.queries import plan as reads
    from firstoff.queries.plan.papers import procedure_paper as made

    listed, one = reads.procedure(
        actor, shell.program_of(actor, code, site).id, code=name, label=label, revision=revision
    )
    paper = made(listed, one, at=shell.now())
    _write(out, paper.pdf)
    shell.said(as_json, {"file": str(out), "bytes": len(paper.pdf)}, f"{out} is written.")


# ---------------------------------------------------------------- shared


def _reader(by: str | None) -> Any:
    shell.django()
    return shell.reader(by)


def _view(actor: Any, site: str | None, code: str, revision: str, plan: str) -> Any:
    from firstoff.queries import plan as reads

    program = shell.program_of(actor, code, site)
    return reads.definition(actor, program.id, revision=revision, plan=plan)


def _bytes(file: Path) -> bytes:
    """What the file holds. Raises InvalidInput when it cannot be read."""
    if str(file) == "-":
        return typer.get_binary_stream("stdin").read()
    try:
        return file.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{file} cannot be read: {error.strerror}.") from error


def _called(file: Path) -> str:
    return "standard input" if str(file) == "-" else file.name


def _write(out: Path, content: bytes) -> None:
    try:
        out.write_bytes(content)
    except OSError as error:
        raise InvalidInput(f"{out} cannot be written: {error.strerror}.") from error
