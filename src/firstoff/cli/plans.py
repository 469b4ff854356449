"""Control plans and inspection plans on the command line."""

from typing import Annotated, Any

import typer

from firstoff.cli import shell
from firstoff.cli.options import AsOption, Code, JsonOption, PlanOption, RevisionOption, SiteOption
from firstoff.cli.papers import LinesFile, OutOption, ending, keep, read_json, rows_of
from firstoff.errors import InvalidInput
from firstoff.terms import InspectionKind

control = typer.Typer(no_args_is_help=True, help="How each thing is held where it is made.")
inspection = typer.Typer(no_args_is_help=True, help="What is looked at, when, on how many.")

Phase = Annotated[str, typer.Option(help="prototype, pre_launch, safe_launch, production.")]
PartArgument = Annotated[str, typer.Argument(metavar="PART", help="Its number.")]
KindArgument = Annotated[InspectionKind, typer.Argument(metavar="KIND")]
LabelOption = Annotated[str, typer.Option("--label", help="The newest, unless said.")]
LotOption = Annotated[int, typer.Option(min=1, help="Size of the lot to sample.")]


# ---------------------------------------------------------------- control plan


@control.command("show")
def control_show(
    program: Code,
    revision: RevisionOption = "",
    plan: PlanOption = "",
    phase: Phase = "",
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Its lines, and what it lacks."""
    shell.django()
    view = _control_plan(program, revision, plan, site, by)
    _show_controls(view, _phase(phase), as_json)


@control.command("propose")
def control_propose(
    program: Code,
    revision: RevisionOption = "",
    plan: PlanOption = "",
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add a line for each characteristic an operation checks and each of its parameters."""
    shell.django()
    from firstoff.services.plan.controls import propose_controls

    of = shell.changing(program, site, by)
    view = _control_plan(program, revision, plan, site, by, writes=True)
    propose_controls(**of, revision=view.revision.label, plan=view.plan.label)
    _show_controls(
        _control_plan(program, view.revision.label, view.plan.label, site, by), "", as_json
    )


@control.command("set")
def control_set(
    program: Code,
    file: LinesFile,
    revision: RevisionOption = "",
    plan: PlanOption = "",
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """All lines of a draft plan, out of a file: what is not in it goes."""
    shell.django()
    import msgspec

    from firstoff.rules.plan import FrozenControl
    from firstoff.services.plan.controls import set_controls

    known = FrozenControl.__struct_fields__
    rows = [{k: v for k, v in row.items() if k in known} for row in rows_of(file)]
    try:
        lines = msgspec.convert(rows, list[FrozenControl])
    except msgspec.ValidationError as error:
        raise InvalidInput(f"{file.name}: {error}.", field="file") from error
    of = shell.changing(program, site, by)
    view = _control_plan(program, revision, plan, site, by, writes=True)
    set_controls(**of, revision=view.revision.label, plan=view.plan.label, controls=lines)
    _show_controls(
        _control_plan(program, view.revision.label, view.plan.label, site, by), "", as_json
    )


@control.command("export")
def control_export(
    program: Code,
    out: OutOption,
    revision: RevisionOption = "",
    plan: PlanOption = "",
    phase: Phase = "",
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """The form with all its columns, as PDF or XLSX."""
    shell.django()
    from firstoff.queries.plan.sheets import control_plan_paper, control_plan_sheet

    kind = ending(out)
    view = _control_plan(program, revision, plan, site, by)
    if kind == "pdf":
        content = control_plan_paper(view, phase=_phase(phase), at=shell.now()).pdf
    else:
        content = control_plan_sheet(view, phase=_phase(phase))[1]
    keep(out, content, as_json)


# ---------------------------------------------------------------- inspection plans


@inspection.command("list")
def inspection_list(
    part: PartArgument,
    revision: RevisionOption = "",
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """The inspection plans of a revision of a part."""
    shell.django()
    found = _plans(part, revision, site, by)
    items = [_said(found, one) for one in found.plans]
    if as_json:
        shell.show({"items": items, "next": None, "total": len(items)})
        return
    for one in found.plans:
        lacks = f"{len(one.gaps)} missing" if one.gaps else ""
        shell.line(one.kind.value, one.facts.label, one.status.value, one.sampling, lacks)


@inspection.command("show")
def inspection_show(
    part: PartArgument,
    kind: KindArgument,
    lot: LotOption = 500,
    label: LabelOption = "",
    revision: RevisionOption = "",
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """What is looked at, and on how many of a lot."""
    shell.django()
    found, one = _plan(part, kind, revision, label, site, by)
    sample = one.sample(lot)
    if as_json:
        shell.show({**_said(found, one), "lot": lot, "sample": sample})
        return
    shell.line(one.name, one.facts.label, one.status.value, one.sampling)
    shell.line(f"Of {lot:,}: {sample.size:,} ({sample.scheme}), accept {sample.accept}")
    for row in found.lines(one, lot):
        c = row.characteristic
        shell.line(c.number, c.name, c.requirement, row.method, row.gauge, row.sample.size)
    for gap in (*one.gaps, *one.stops):
        shell.line(f"Missing: {gap}")


@inspection.command("draft")
def inspection_draft(
    part: PartArgument,
    kind: KindArgument,
    label: Annotated[str, typer.Option("--label", help="The next one, unless said.")] = "",
    revision: RevisionOption = "",
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """The next draft: with the lines its kind asks for, or those of the last one."""
    shell.django()
    from firstoff.services.plan.inspection import create_inspection_plan

    of = _of_part(part, revision, site, by)
    made = create_inspection_plan(**of, kind=kind.value, label=label)
    _done(part, of["revision"], kind, made.label, site, by, as_json)


@inspection.command("propose")
def inspection_propose(
    part: PartArgument,
    kind: KindArgument,
    label: LabelOption = "",
    revision: RevisionOption = "",
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add to a draft the characteristics that its kind asks for."""
    shell.django()
    from firstoff.services.plan.inspection import propose_inspection_lines

    of, label = _named(part, kind, revision, label, site, by)
    propose_inspection_lines(**of, kind=kind.value, label=label)
    _done(part, of["revision"], kind, label, site, by, as_json)


@inspection.command("set")
def inspection_set(
    part: PartArgument,
    kind: KindArgument,
    file: LinesFile,
    label: LabelOption = "",
    revision: RevisionOption = "",
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """All of a draft out of a file: sampling, note, lines."""
    shell.django()
    import msgspec

    from firstoff.rules.plan import FrozenInspectionPlan
    from firstoff.services.plan.inspection import set_inspection_plan

    said = read_json(file)
    if not isinstance(said, dict):
        raise InvalidInput(f"{file.name} holds no plan; expected an object.", field="file")
    of, label = _named(part, kind, revision, label, site, by)
    known = {k: said[k] for k in ("sampling", "note", "lines") if k in said}
    try:
        plan = msgspec.convert({**known, "kind": kind.value, "label": label}, FrozenInspectionPlan)
    except msgspec.ValidationError as error:
        raise InvalidInput(f"{file.name}: {error}.", field="file") from error
    set_inspection_plan(**of, plan=plan)
    _done(part, of["revision"], kind, label, site, by, as_json)


@inspection.command("release")
def inspection_release(
    part: PartArgument,
    kind: KindArgument,
    label: LabelOption = "",
    revision: RevisionOption = "",
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a draft immutable."""
    shell.django()
    from firstoff.services.plan.inspection import release_inspection_plan

    of, label = _named(part, kind, revision, label, site, by)
    release_inspection_plan(**of, kind=kind.value, label=label)
    _done(part, of["revision"], kind, label, site, by, as_json)


@inspection.command("discard")
def inspection_discard(
    part: PartArgument,
    kind: KindArgument,
    label: LabelOption = "",
    revision: RevisionOption = "",
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give up a draft."""
    shell.django()
    from firstoff.services.plan.inspection import discard_inspection_plan

    of, label = _named(part, kind, revision, label, site, by)
    discard_inspection_plan(**of, kind=kind.value, label=label)
    if as_json:
        shell.show({"part": part, "kind": kind.value, "label": label, "done": "discarded"})
    else:
        shell.line(f"The draft {kind.value} {label} is gone.")


@inspection.command("export")
def inspection_export(
    part: PartArgument,
    kind: KindArgument,
    out: OutOption,
    lot: LotOption = 500,
    label: LabelOption = "",
    revision: RevisionOption = "",
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """The form to fill, as PDF or XLSX."""
    shell.django()
    from firstoff.queries.plan.sheets import inspection_paper, inspection_sheet

    wanted = ending(out)
    found, one = _plan(part, kind, revision, label, site, by)
    if wanted == "pdf":
        content = inspection_paper(found, one, lot=lot, at=shell.now()).pdf
    else:
        content = inspection_sheet(found, one, lot=lot)[1]
    keep(out, content, as_json)


# ---------------------------------------------------------------- shared


def _control_plan(
    program: str,
    revision: str,
    plan: str,
    site: str | None,
    by: str | None,
    *,
    writes: bool = False,
) -> Any:
    from firstoff.queries.plan.controls import control_plan

    if writes:
        of = shell.changing(program, site, by)
        return control_plan(of["by"], of["program_id"], revision=revision, plan=plan)
    actor, found = shell.reading(program, site, by)
    return control_plan(actor, found.id, revision=revision, plan=plan)


def _show_controls(view: Any, phase: str, as_json: bool) -> None:
    rows = view.rows(phase)
    if as_json:
        lines = [
            {
                **{n: getattr(r.control, n) for n in r.control.__struct_fields__},
                "machines": r.machines,
                "special": r.special,
                "specification": r.specification,
            }
            for r in rows
        ]
        where = {"revision": view.revision.label, "plan": view.plan.label}
        shell.show({**where, "head": view.head, "gaps": view.gaps, "lines": lines})
        return
    for r in rows:
        one = r.control
        named = r.characteristic.label if r.characteristic else one.parameter
        shell.line(one.operation, named, r.special, r.specification, one.technique, one.frequency)
    for gap in view.gaps:
        shell.line(f"Missing: {gap}")


def _phase(text: str) -> str:
    from firstoff.rules.plan.controls import check_phases

    return check_phases([text])[0] if text else ""


def _of_part(part: str, revision: str, site: str | None, by: str | None) -> dict[str, Any]:
    from firstoff.queries.plan.inspection import plans_of_part

    actor = shell.writer(by)
    place = shell.site_of(actor, site)
    of = plans_of_part(actor, place.id, part, revision=revision).of
    return {
        "part_id": of.part_id,
        "revision": of.revision.label,
        "by": actor,
        "at": shell.now(),
    }


def _named(
    part: str,
    kind: InspectionKind,
    revision: str,
    label: str,
    site: str | None,
    by: str | None,
) -> tuple[dict[str, Any], str]:
    """What a verb takes, and the label of the plan that is meant."""
    of = _of_part(part, revision, site, by)
    _, one = _plan(part, kind, of["revision"], label, site, by)
    return of, one.facts.label


def _plans(part: str, revision: str, site: str | None, by: str | None) -> Any:
    from firstoff.queries.plan.inspection import plans_of_part

    actor = shell.reader(by)
    place = shell.site_of(actor, site)
    return plans_of_part(actor, place.id, part, revision=revision)


def _plan(
    part: str,
    kind: InspectionKind,
    revision: str,
    label: str,
    site: str | None,
    by: str | None,
) -> tuple[Any, Any]:
    from firstoff.queries.plan.inspection import one_of_part

    found = _plans(part, revision, site, by)
    return found, one_of_part(found, kind.value, label)


def _said(found: Any, one: Any) -> dict[str, Any]:
    facts = one.facts
    lines = [{n: getattr(row, n) for n in row.__struct_fields__} for row in facts.lines]
    return {
        "part": found.of.part,
        "revision": found.of.revision.label,
        "kind": facts.kind,
        "label": facts.label,
        "status": one.status.value,
        "sampling": facts.sampling,
        "said": one.sampling,
        "note": facts.note,
        "gaps": one.gaps,
        "stops": one.stops,
        "lines": lines,
    }


def _done(
    part: str,
    revision: str,
    kind: InspectionKind,
    label: str,
    site: str | None,
    by: str | None,
    as_json: bool,
) -> None:
    found, one = _plan(part, kind, revision, label, site, by)
    if as_json:
        shell.show(_said(found, one))
    else:
        shell.line(f"{one.name} {label} of {part} {revision}: {one.status.value}, "
             f"{len(one.facts.lines)} lines.")  # fmt: skip
