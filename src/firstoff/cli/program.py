"""Programs, definitions, equipment and baselines on the command line."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from firstoff.cli import shell
from firstoff.cli.options import (
    AsOption,
    Code,
    DateOption,
    JsonOption,
    PlanOption,
    RevisionOption,
    SiteOption,
)
from firstoff.errors import InvalidInput
from firstoff.terms import EquipmentClass, EquipmentKind

program = typer.Typer(no_args_is_help=True, help="Programs: products on their road.")
definition = typer.Typer(no_args_is_help=True, help="What is built and how.")
equipment = typer.Typer(no_args_is_help=True, help="Machines, tools, jigs, gauges.")
baseline = typer.Typer(no_args_is_help=True, help="The frozen definition.")


@program.command("create")
def program_create(
    code: Code,
    name: Annotated[str, typer.Option(help="As people call it.")],
    part: Annotated[str, typer.Option(help="Part number; the code, unless said.")] = "",
    revision: Annotated[str, typer.Option(help="The first draft.")] = "A",
    description: str = "",
    quantity: Annotated[int | None, typer.Option(help="What somebody is owed.")] = None,
    due: DateOption = None,
    currency: Annotated[str, typer.Option(help="ISO 4217.")] = "USD",
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Begin a program, with its part, a draft revision and a draft plan."""
    shell.django()
    from firstoff.queries import product as reads
    from firstoff.services import product

    actor = shell.writer(by)
    made = product.create_program(
        site_id=shell.site_of(actor, site).id,
        code=code,
        name=name,
        part_number=part,
        revision=revision,
        description=description,
        first_quantity=quantity,
        due=due.date() if due else None,
        currency=currency,
        by=actor,
        at=shell.now(),
    )
    view = reads.program_by_id(actor, made.pk)
    said = f"Program {view.code} is there, with part {view.part_number} revision {revision}."
    shell.said(as_json, view, said)


@program.command("list")
def program_list(
    search: str = "", site: SiteOption = None, by: AsOption = None, as_json: JsonOption = False
) -> None:
    """Every program you see."""
    shell.django()
    from firstoff.queries import product as reads

    actor = shell.reader(by)
    place = shell.site_of(actor, site).id if site else None
    found, total = _all(
        lambda offset: reads.programs(
            actor, site_id=place, search=search, offset=offset, limit=500
        )
    )
    if as_json:
        shell.show({"items": found, "next": None, "total": total})
        return
    for p in found:
        shell.line(p.site, p.code, p.name, f"part {p.part_number}", p.owner)


@program.command("show")
def program_show(
    code: Code, site: SiteOption = None, by: AsOption = None, as_json: JsonOption = False
) -> None:
    """What a program says about itself."""
    shell.django()
    actor = shell.reader(by)
    found = shell.program_of(actor, code, site)
    if as_json:
        shell.show(found)
        return
    shell.line(found.code, found.name, f"at {found.site_name}")
    shell.line("part", f"{found.part_number} {found.part_name}")
    shell.line("owner", found.owner)
    if found.first_quantity:
        shell.line(
            "owed first", f"{found.first_quantity:,}", f"by {found.due}" if found.due else ""
        )


@definition.command("show")
def definition_show(
    code: Code,
    revision: RevisionOption = "",
    plan: PlanOption = "",
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Characteristics, operations, defect codes, and what stops the freeze."""
    shell.django()
    from firstoff.queries import plan as reads

    actor = shell.reader(by)
    found = reads.definition(
        actor, shell.program_of(actor, code, site).id, revision=revision, plan=plan
    )
    if as_json:
        shell.show(found)
        return
    _print_definition(found)


@definition.command("export")
def definition_export(
    code: Code,
    revision: RevisionOption = "",
    plan: PlanOption = "",
    without_files: Annotated[
        bool, typer.Option("--without-files", help="Documents by their hash alone.")
    ] = False,
    site: SiteOption = None,
    by: AsOption = None,
) -> None:
    """Print the definition as a file that `firstoff definition load` takes."""
    shell.django()
    from firstoff.formats.definitions import write_definition
    from firstoff.queries import plan as reads

    actor = shell.reader(by)
    at = shell.program_of(actor, code, site).id
    found = reads.as_definition(actor, at, revision=revision, plan=plan, files=not without_files)
    typer.echo(write_definition(found), nl=False)


@definition.command("schema")
def definition_schema() -> None:
    """Print the JSON Schema of the definition file."""
    from firstoff.formats.definitions import schema

    typer.echo(json.dumps(schema(), indent=2))


@definition.command("load")
def definition_load(
    file: Annotated[Path, typer.Argument(help="A JSON file, or - for standard input.")],
    check: Annotated[bool, typer.Option("--check", help="Only say whether it can be.")] = False,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Bring a program to what a file says; as often as you like."""
    from firstoff.formats.definitions import read_definition

    found = read_definition(_bytes(file), file.name if str(file) != "-" else "standard input")
    if check:
        said = f"{len(found.characteristics)} characteristics, {len(found.operations)} operations."
        shell.said(as_json, {"code": found.program.code, "ok": True}, f"It can be loaded: {said}")
        return
    shell.django()
    from firstoff.services import plan

    actor = shell.writer(by)
    place = shell.site_of(actor, site)
    loaded = plan.load_definition(site_id=place.id, definition=found, by=actor, at=shell.now())
    said = "\n".join(loaded.changed) or f"{loaded.code} is so already; nothing was changed."
    shell.said(as_json, loaded, said)


@equipment.command("add")
def equipment_add(
    code: str,
    name: Annotated[str, typer.Option(help="As on its label.")],
    kind: Annotated[EquipmentKind, typer.Option()],
    bench: Annotated[
        bool, typer.Option("--bench", help="What is made on it does not count for sign-off.")
    ] = False,
    line: str = "",
    calibration_due: DateOption = None,
    max_uses: Annotated[int | None, typer.Option(help="Its life, where uses count.")] = None,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add a machine, tool, jig or gauge."""
    shell.django()
    from firstoff.rules.plan import EquipmentFacts
    from firstoff.services import plan

    actor = shell.writer(by)
    place = shell.site_of(actor, site)
    wanted = EquipmentFacts(
        code,
        name,
        kind,
        EquipmentClass.BENCH if bench else EquipmentClass.PRODUCTION,
        line,
        calibration_due.date() if calibration_due else None,
        max_uses,
    )
    plan.add_equipment(site_id=place.id, equipment=wanted, by=actor, at=shell.now())
    shell.said(as_json, wanted, f"{code} is on the list of {place.name}.")


@equipment.command("list")
def equipment_list(
    search: str = "",
    kind: Annotated[EquipmentKind | None, typer.Option()] = None,
    retired: Annotated[bool, typer.Option("--retired", help="What is retired.")] = False,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Equipment of a site, with its state."""
    shell.django()
    from firstoff.queries import plan as reads

    actor = shell.reader(by)
    place = shell.site_of(actor, site)

    today = shell.now().astimezone(ZoneInfo(place.time_zone)).date()

    def some(offset: int) -> tuple[tuple[Any, ...], int]:
        found = reads.equipment(
            actor,
            place.id,
            today=today,
            search=search,
            kind=kind or "",
            retired=retired,
            offset=offset,
            limit=500,
        )
        return found.items, found.total

    found, total = _all(some)
    if as_json:
        shell.show({"items": found, "next": None, "total": total})
        return
    for e in found:
        due = f"due {e.calibration_due}" if e.calibration_due else ""
        shell.line(e.code, e.name, f"{e.equipment_class} {e.kind}", e.line, due, _words(e.state))


@equipment.command("retire")
def equipment_retire(
    code: str,
    back: Annotated[bool, typer.Option("--back", help="Take it back into use.")] = False,
    site: SiteOption = None,
    by: AsOption = None,
) -> None:
    """Out of use; what was recorded on it stays."""
    shell.django()
    from firstoff.services import plan

    actor = shell.writer(by)
    place = shell.site_of(actor, site)
    verb = plan.reinstate_equipment if back else plan.retire_equipment
    verb(site_id=place.id, code=code, by=actor, at=shell.now())
    shell.out.print(f"{code} is {'in use again' if back else 'retired'}.", markup=False)


@baseline.command("freeze")
def baseline_freeze(
    code: Code,
    revision: Annotated[str, typer.Option(help="The newest released, unless said.")] = "",
    plan: Annotated[str, typer.Option(help="The newest released, unless said.")] = "",
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Freeze a released definition; again gives the same ID."""
    shell.django()
    from firstoff.queries import plan as reads
    from firstoff.services import plan as verbs

    actor = shell.writer(by)
    at = shell.program_of(actor, code, site).id
    made = verbs.freeze_baseline(
        program_id=at, revision=revision, plan=plan, by=actor, at=shell.now()
    )
    view, _ = reads.baseline(actor, at, made.digest)
    said = f"Baseline {view.short}: revision {view.revision}, plan {view.plan}."
    shell.said(as_json, view, f"{said}\n{view.digest}")


@baseline.command("list")
def baseline_list(
    code: Code, site: SiteOption = None, by: AsOption = None, as_json: JsonOption = False
) -> None:
    """Frozen definitions, newest first."""
    shell.django()
    from firstoff.queries import plan as reads

    actor = shell.reader(by)
    at = shell.program_of(actor, code, site).id
    found, total = _all(lambda offset: reads.baselines(actor, at, offset=offset, limit=500))
    if as_json:
        shell.show({"items": found, "next": None, "total": total})
        return
    for b in found:
        runs = f"{b.runs} run" if b.runs == 1 else f"{b.runs} runs"
        made_of = f"revision {b.revision}, plan {b.plan}"
        shell.line(b.short, made_of, b.by, f"{b.frozen_at:%Y-%m-%d}", runs)


@baseline.command("show")
def baseline_show(
    code: Code,
    digest: Annotated[str, typer.Argument(help="The ID, or the beginning of it.")],
    against: Annotated[str, typer.Option(help="Another ID: what it said differently.")] = "",
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print the canonical JSON whose SHA-256 is the ID; or compare two."""
    shell.django()
    from firstoff.queries import plan as reads

    actor = shell.reader(by)
    at = shell.program_of(actor, code, site).id
    if not against:
        typer.echo(reads.baseline_text(actor, at, digest), nl=False)
        return
    _, _, found = reads.compare(actor, at, against, digest)
    if as_json:
        shell.show({"items": found, "next": None, "total": len(found)})
        return
    for d in found:
        shell.line(d.what, f"{d.before or 'not there'} -> {d.after or 'not there'}")


def _bytes(file: Path) -> bytes:
    """What the file holds. Raises InvalidInput when it cannot be read, or is too large."""
    from firstoff.formats.definitions import LARGEST

    if str(file) == "-":
        return typer.get_binary_stream("stdin").read(LARGEST + 1)
    try:
        with file.open("rb") as stream:
            return stream.read(LARGEST + 1)
    except OSError as error:
        raise InvalidInput(f"{file} cannot be read: {error.strerror}.") from error


def _all(some: Callable[[int], tuple[tuple[Any, ...], int]]) -> tuple[list[Any], int]:
    """Every page of a list."""
    found: list[Any] = []
    while True:
        items, total = some(len(found))
        found.extend(items)
        if not items or len(found) >= total:
            return found, total


def _print_definition(found: Any) -> None:
    program, revision, plan = found.program, found.revision, found.plan
    shell.line(program.code, program.name, f"part {program.part_number}")
    shell.line(f"revision {revision.label}", _words(revision.status))
    for c in found.characteristics:
        shell.line(f"  {c.number}", c.name, c.classification, c.requirement or c.kind, c.method)
    if plan:
        shell.line(f"plan {plan.label}", _words(plan.status))
    for o in found.operations:
        time = f"{o.standard_minutes} min" if o.standard_minutes is not None else ""
        shell.line(f"  {o.seq}", o.name, time, o.jig or ("no jig" if o.jig_not_needed else ""))
    for code in found.defect_codes:
        shell.line(f"  {code.code}", code.name, code.category, "retired" if code.retired else "")
    if found.frozen:
        shell.line(f"Frozen as baseline {found.frozen.short}.")
    elif found.stops:
        shell.line("It cannot be frozen yet.", *found.stops)
    else:
        shell.line(f"Nothing stops the freeze; it would be baseline {found.digest[:8]}.")


def _words(state: Any) -> str:
    return str(state.value).replace("_", " ")
