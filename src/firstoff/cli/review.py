"""DFM reviews, the PFMEA and clarification queries on the command line."""

from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Annotated, Any

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
    UidOption,
)
from firstoff.cli.papers import LinesFile, OutOption, ending, keep, rows_of
from firstoff.errors import InvalidInput
from firstoff.terms import DfmCategory, FindingSeverity, FindingState

dfm = typer.Typer(no_args_is_help=True, help="Reviews for manufacture and their findings.")
pfmea = typer.Typer(no_args_is_help=True, help="Failure modes of a process plan.")
query = typer.Typer(no_args_is_help=True, help="Questions that documents should have answered.")

Number = Annotated[int, typer.Argument(help="Its number.")]
Text = Annotated[str, typer.Option("--text", help="In a sentence.")]


# ---------------------------------------------------------------- DFM


@dfm.command("checklist")
def dfm_checklist(as_json: JsonOption = False) -> None:
    """The points of the checklist, by their keys."""
    from firstoff.rules.review import CHECKLIST

    if as_json:
        shell.show(CHECKLIST)
        return
    for point in CHECKLIST:
        shell.line(point.key, point.question)


@dfm.command("hold")
def dfm_hold(
    program: Code,
    title: Annotated[str, typer.Option(help="What was reviewed: Before the tool is cut.")],
    revision: RevisionOption = "",
    held_on: DateOption = None,
    people: Annotated[str, typer.Option(help="Who took part.")] = "",
    answer: Annotated[
        list[str] | None,
        typer.Option("--answer", help="housing.draft=good, finding or not_applicable."),
    ] = None,
    uid: UidOption = None,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Record a review of a revision."""
    shell.django()
    from firstoff.queries import product, review
    from firstoff.services.review import hold_review

    of = shell.changing(program, site, by)
    label = revision or product.revisions(of["by"], of["program_id"])[0].label
    pairs = [text.partition("=") for text in answer or ()]
    number = hold_review(
        **of,
        revision=label,
        title=title,
        held_on=held_on.date() if held_on else of["at"].date(),
        people=people,
        checklist={key: said for key, _, said in pairs},
        uid=uid,
    )
    found = review.review(of["by"], of["program_id"], number)
    if as_json:
        shell.show(found)
    else:
        shell.line(f"Review {number} of revision {label} is recorded.")


@dfm.command("add")
def dfm_add(
    program: Code,
    review: Annotated[int, typer.Argument(help="Number of the review.")],
    category: Annotated[DfmCategory, typer.Option()],
    severity: Annotated[FindingSeverity, typer.Option()],
    text: Text,
    point: Annotated[str, typer.Option(help="Key of the checklist.")] = "",
    proposal: str = "",
    late_cost: Annotated[str, typer.Option(help="What a change costs later.")] = "",
    owner: Annotated[str, typer.Option(help="User name.")] = "",
    due: DateOption = None,
    characteristic: Annotated[str, typer.Option(help="Its number.")] = "",
    document: Annotated[str, typer.Option(help="Its number.")] = "",
    uid: UidOption = None,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add a finding to a review."""
    shell.django()
    from firstoff.queries.review import finding
    from firstoff.services.review import NewFinding, add_findings

    of = shell.changing(program, site, by)
    given = NewFinding(
        category.value,
        severity.value,
        text,
        point,
        proposal,
        late_cost,
        owner,
        due.date() if due else None,
        characteristic,
        document,
        uid,
    )
    (number,) = add_findings(**of, review=review, findings=[given])
    _found(finding(of["by"], of["program_id"], number), as_json)


@dfm.command("list")
def dfm_list(
    program: Code,
    only_open: Annotated[bool, typer.Option("--open", help="Open ones alone.")] = False,
    category: Annotated[DfmCategory | None, typer.Option()] = None,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Findings, the worst first."""
    shell.django()
    from firstoff.queries.review import findings

    actor, found = shell.reading(program, site, by)
    kind = category.value if category else ""
    listed = findings(actor, found.id, category=kind, only_open=only_open, limit=10_000)
    if as_json:
        shell.show(
            {"items": [_labelled(f) for f in listed.items], "next": None, "total": listed.total}
        )
        return
    for one in listed.items:
        _found(one, as_json=False)


@dfm.command("answer")
def dfm_answer(
    program: Code,
    finding: Number,
    state: Annotated[FindingState, typer.Argument()],
    text: Text,
    password_stdin: Annotated[bool, typer.Option("--password-stdin")] = False,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Resolve, reject or open it again; accept it as it is with your password, a signature."""
    shell.django()
    from firstoff.services import access
    from firstoff.services.review import answer_finding

    of = shell.changing(program, site, by)
    confirmed = None
    if state is FindingState.ACCEPTED:
        confirmed = access.confirm(of["by"], shell.password(password_stdin), of["at"])
    found = answer_finding(**of, finding=finding, state=state, text=text, confirmed=confirmed)
    _found(found, as_json)


@dfm.command("report")
def dfm_report(
    program: Code,
    review: Annotated[int, typer.Argument(help="Number of the review.")],
    out: Annotated[Path, typer.Option("--out", help="A file ending in .pdf.")],
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """The report of a review, as PDF."""
    shell.django()
    from firstoff.queries import review as reads
    from firstoff.queries.review.papers import review_paper

    ending(out, ("pdf",))
    actor, found = shell.reading(program, site, by)
    made = review_paper(found, reads.review(actor, found.id, review), at=shell.now())
    keep(out, made.pdf, as_json)


def _found(one: Any, as_json: bool) -> None:
    if as_json:
        shell.show(_labelled(one))
        return
    due = f"due {one.due}" if one.due else ""
    shell.line(
        one.label, one.severity.value, one.state.value, one.text.splitlines()[0], one.owner, due
    )


def _labelled(one: Any) -> dict[str, Any]:
    said = {f.name: getattr(one, f.name) for f in fields(one)}
    return {"label": one.label, "open": one.open, **said}


# ---------------------------------------------------------------- PFMEA


@pfmea.command("show")
def pfmea_show(
    program: Code,
    revision: RevisionOption = "",
    plan: PlanOption = "",
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Its rows with their action priority."""
    shell.django()
    from firstoff.queries.review import pfmea as read

    actor, found = shell.reading(program, site, by)
    _modes(read(actor, found.id, revision=revision, plan=plan), as_json)


@pfmea.command("set")
def pfmea_set(
    program: Code,
    file: LinesFile,
    revision: RevisionOption = "",
    plan: PlanOption = "",
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """All rows of a plan out of a file: what is not in it goes."""
    shell.django()
    from firstoff.queries.review import pfmea as read
    from firstoff.services.review import set_failure_modes

    rows = [_mode(row, place) for place, row in enumerate(rows_of(file), start=1)]
    of = shell.changing(program, site, by)
    view = read(of["by"], of["program_id"], revision=revision, plan=plan)
    where: dict[str, Any] = {"revision": view.revision.label, "plan": view.plan.label}
    set_failure_modes(**of, **where, rows=rows)
    _modes(read(of["by"], of["program_id"], **where), as_json)


@pfmea.command("export")
def pfmea_export(
    program: Code,
    out: OutOption,
    revision: RevisionOption = "",
    plan: PlanOption = "",
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """The form with all its columns, as PDF or XLSX."""
    shell.django()
    from firstoff.queries.review import pfmea as read
    from firstoff.queries.review.papers import pfmea_paper, pfmea_sheet

    kind = ending(out)
    actor, found = shell.reading(program, site, by)
    view = read(actor, found.id, revision=revision, plan=plan)
    if kind == "pdf":
        keep(out, pfmea_paper(view, at=shell.now()).pdf, as_json)
    else:
        keep(out, pfmea_sheet(view, today=shell.now().date())[1], as_json)


def _mode(row: dict[str, Any], place: int) -> Any:
    """A row of the file; what ``show`` computes is left out. Raises InvalidInput."""
    from firstoff.rules.review import FailureModeFacts

    known = {f.name: f for f in fields(FailureModeFacts)}
    said = {name: value for name, value in row.items() if name in known}
    for name, value in said.items():
        number = "int" in str(known[name].type)
        day = "date" in str(known[name].type)
        if day and isinstance(value, str):
            try:
                said[name] = date.fromisoformat(value) if value else None
            except ValueError as error:
                raise InvalidInput(
                    f"Row {place}: {name} is {value[:40]!r}; expected a day such as 2026-05-12.",
                    field=name,
                ) from error
        elif not isinstance(value, int if number else str) and not (
            value is None and (number or day)
        ):
            raise InvalidInput(
                f"Row {place}: {name} is {str(value)[:40]!r}; expected "
                f"{'a whole number' if number else 'a text'}.",
                field=name,
            )
    if "failure_mode" not in said:
        raise InvalidInput(f"Row {place} has no failure_mode.", field="failure_mode")
    return FailureModeFacts(**said)


def _modes(view: Any, as_json: bool) -> None:
    if as_json:
        rows = [
            {
                **{f.name: getattr(r, f.name) for f in fields(r)},
                "priority": r.priority,
                "priority_after": r.priority_after,
                "open": r.open,
            }
            for r in view.rows
        ]
        where = {"revision": view.revision.label, "plan": view.plan.label}
        shell.show({**where, "open": len(view.open), "head": view.head, "rows": rows})
        return
    for r in view.rows:
        rated = "-".join(str(n or "?") for n in (r.severity, r.occurrence, r.detection))
        mark = "open" if r.open else r.action_state
        shell.line(r.priority or "", rated, r.operation or "", r.failure_mode, r.cause, mark)


# ---------------------------------------------------------------- queries


@query.command("log")
def query_log(
    program: Code,
    question: Annotated[str, typer.Argument()],
    document: Annotated[str, typer.Option(help="Number of the one that should say it.")] = "",
    revision: Annotated[str, typer.Option(help="Label, where it is about a revision.")] = "",
    about: Annotated[str, typer.Option(help="In words, where there is neither.")] = "",
    asked_by: Annotated[str, typer.Option(help="You, unless said.")] = "",
    uid: UidOption = None,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Log a question against what should have answered it."""
    shell.django()
    from firstoff.services.review import ask

    of = shell.changing(program, site, by)
    made = ask(
        **of,
        question=question,
        asked_by=asked_by or of["by"].name,
        document=document,
        revision=revision,
        about=about,
        uid=uid,
    )
    _asked(made, as_json)


@query.command("list")
def query_list(
    program: Code,
    only_open: Annotated[bool, typer.Option("--open", help="Open ones alone.")] = False,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """The open ones first, the oldest of them first."""
    shell.django()
    from firstoff.queries.review import queries

    actor, found = shell.reading(program, site, by)
    listed = queries(actor, found.id, only_open=only_open, limit=10_000)
    if as_json:
        shell.show(
            {"items": [_labelled(f) for f in listed.items], "next": None, "total": listed.total}
        )
        return
    for one in listed.items:
        _asked(one, as_json=False)


@query.command("answer")
def query_answer(
    program: Code,
    number: Number,
    text: Annotated[str, typer.Option("--text", help="What was answered.")] = "",
    version: Annotated[str, typer.Option(help="Label of the version that says it now.")] = "",
    document: Annotated[str, typer.Option(help="The one it was about, unless said.")] = "",
    revision: Annotated[str, typer.Option(help="Label of the revision that says it now.")] = "",
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Answer it; it is closed by a later version of the document, or a later revision."""
    shell.django()
    from firstoff.services.review import answer_query

    of = shell.changing(program, site, by)
    made = answer_query(
        **of, query=number, text=text, version=version, document=document, revision=revision
    )
    _asked(made, as_json)


@query.command("export")
def query_export(
    program: Code,
    out: Annotated[Path, typer.Option("--out", help="A file ending in .pdf or .csv.")],
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """The log, as PDF or CSV."""
    shell.django()
    from firstoff.queries.review import queries_of
    from firstoff.queries.review.papers import query_log_csv, query_log_paper

    kind = ending(out, ("pdf", "csv"))
    _, found = shell.reading(program, site, by)
    rows = queries_of(found.id)
    if kind == "pdf":
        keep(out, query_log_paper(found, rows, at=shell.now()).pdf, as_json)
    else:
        keep(out, b"".join(query_log_csv(rows)), as_json)


def _asked(one: Any, as_json: bool) -> None:
    if as_json:
        shell.show(_labelled(one))
        return
    state = f"closed by {one.closed_by}" if one.closed_by else "open"
    shell.line(one.label, state, one.about, one.question.splitlines()[0], one.asked_by)
