"""Corrective actions, gates, and the check of papers on the command line."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from firstoff.cli import shell
from firstoff.cli.options import AsOption, JsonOption, SiteOption, StdinOption, UidOption
from firstoff.cli.run.shared import FORMATS, BatchArgument, found_run, moment, writing
from firstoff.errors import InvalidInput
from firstoff.terms import Verdict

if TYPE_CHECKING:
    from firstoff.rules.access import Actor
    from firstoff.rules.release import GateFinding, GateLook

action = typer.Typer(no_args_is_help=True, help="Corrective actions.")
gate = typer.Typer(no_args_is_help=True, help="Gates and their criteria.")

ProgramArgument = Annotated[str, typer.Argument(metavar="PROGRAM", help="Code of the program.")]
GateArgument = Annotated[int, typer.Argument(metavar="GATE", help="Its number, 1 to 9.")]
CriterionArgument = Annotated[str, typer.Argument(help="As `gate show` names it.")]
_SAID = {
    Verdict.MET: "met",
    Verdict.NOT_MET: "not met",
    Verdict.NO_EVIDENCE: "no evidence",
    Verdict.WAIVED: "waived",
}


# ---------- corrective actions ----------


@action.command("list")
def action_list(
    program: ProgramArgument,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Corrective actions of a program, and since when each is in force."""
    shell.django()
    from firstoff.queries import nonconformity

    actor = shell.reader(by)
    found = shell.program_of(actor, program, site)
    there = nonconformity.actions(actor, found.site_id, found.id)
    if as_json:
        shell.show({"items": there, "next": None, "total": len(there)})
        return
    for each in there:
        since = f"in force {each.effective_at:%Y-%m-%d %H:%M}" if each.effective_at else "proposed"
        shell.line(each.label, each.batch_id, each.against, since, each.what)


@action.command("propose")
def action_propose(
    batch: BatchArgument,
    against: Annotated[str, typer.Argument(help="A defect code of the batch, or BUILD-TIME.")],
    cause_class: Annotated[
        str, typer.Argument(metavar="CLASS", help="process, design, material, test or handling.")
    ],
    what: Annotated[str, typer.Argument(help="What is changed, in a sentence.")],
    site: SiteOption = None,
    by: AsOption = None,
    uid: UidOption = None,
    as_json: JsonOption = False,
) -> None:
    """Record what is to be changed against a defect of a batch."""
    shell.django()
    from firstoff.services import nonconformity

    _, given = writing(batch, site, by)
    done = nonconformity.propose_action(
        **given, against=against, cause_class=cause_class, what=what, uid=uid
    )
    shell.said(as_json, done, f"{done.label} is proposed.")


@action.command("in-force")
def action_in_force(
    batch: BatchArgument,
    label: Annotated[str, typer.Argument(metavar="ACTION", help="CA-0001, or its number.")],
    evidence: Annotated[str, typer.Option(help="How one can tell that it is in force.")],
    since: Annotated[
        datetime | None, typer.Option(formats=FORMATS, help="Now, unless said.")
    ] = None,
    site: SiteOption = None,
    by: AsOption = None,
    uid: UidOption = None,
    as_json: JsonOption = False,
) -> None:
    """Record from when an action is in force: once, and never for a batch that has begun."""
    shell.django()
    from firstoff.queries import nonconformity as reads
    from firstoff.services import nonconformity

    actor = shell.writer(by)
    run = found_run(actor, batch, site)
    number = label.upper().removeprefix("CA-")
    if not number.isdigit():
        raise InvalidInput(f"{label!r} is no action; expected CA-0001.", field="action")
    found = reads.action_numbered(actor, run.site_id, run.program_id, int(number))
    done = nonconformity.put_action_in_force(
        action_id=found.id,
        evidence=evidence,
        effective_at=moment(since, run),
        by=actor,
        at=shell.now(),
        uid=uid,
    )
    shell.said(as_json, done, f"{done.label} is in force.")


# ---------- gates ----------


@gate.command("list")
def gate_list(
    program: ProgramArgument,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """The road of a program: each gate and where it stands."""
    shell.django()
    looks = _road(program, site, by)
    if as_json:
        gates = [_gate(look) for look in looks]
        shell.show({"items": gates, "next": None, "total": len(gates)})
        return
    for look in looks:
        shell.line(look.spec.number, look.spec.name, look.state.value, look.headline)


@gate.command("show")
def gate_show(
    program: ProgramArgument,
    number: GateArgument,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """One gate with its criteria. Exit code 4 while something stops it."""
    shell.django()
    look = _look(_road(program, site, by), number)
    if as_json:
        shell.show(_gate(look))
    else:
        _say(look)
    if not look.may_pass:
        raise typer.Exit(4)


def _say(look: "GateLook") -> None:
    shell.out.print(f"Gate {look.spec.number}, {look.spec.name}: {look.headline}", markup=False)
    for found in look.findings:
        finding = found.finding
        mark = f"[{_SAID[found.verdict]}]"
        shell.out.print(f"{mark:<14}{finding.title}", markup=False)
        shell.out.print(f"{'':<14}{finding.key}: {finding.sentence}", markup=False)
    for change in look.differences:
        shell.out.print(f"Would read differently today: {change.sentence}", markup=False)


@gate.command("state")
def gate_state(
    program: ProgramArgument,
    number: GateArgument,
    evidence: Annotated[str, typer.Option(help="A record, a document, a name, a date.")],
    criteria: Annotated[
        list[str] | None, typer.Argument(help="One or several, as `gate show` names them.")
    ] = None,
    open_ones: Annotated[bool, typer.Option("--all", help="All that nobody stated yet.")] = False,
    not_so: Annotated[bool, typer.Option("--not", help="State that it does not hold.")] = False,
    site: SiteOption = None,
    by: AsOption = None,
    password_stdin: StdinOption = False,
    uid: UidOption = None,
    as_json: JsonOption = False,
) -> None:
    """State by signature what no record can decide: several criteria under one signature."""
    if open_ones == bool(criteria):
        raise InvalidInput("Which criteria are stated? Name them, or say --all.")
    shell.django()
    names = criteria or _unstated(_look(_road(program, site, by), number))
    given = _writing(program, number, site, by, password_stdin, uid)
    from firstoff.services import release

    statements = [release.StatementGiven(name, holds=not not_so) for name in names]
    done = release.state_gate(**given, statements=statements, evidence=evidence)
    listed = ", ".join(one.criterion for one in done)
    verb = "is" if len(done) == 1 else "are"
    shell.said(as_json, {"items": done}, f"{listed} of gate {number} {verb} stated.")


def _unstated(look: "GateLook") -> list[str]:
    """What a person has to state at the gate and nobody has stated yet."""
    found = [
        f.finding.key
        for f in look.findings
        if f.finding.kind == "statement" and f.finding.verdict is Verdict.NO_EVIDENCE
    ]
    if not found:
        raise InvalidInput(f"Gate {look.spec.number} has no statement that is open.")
    return found


@gate.command("waive")
def gate_waive(
    program: ProgramArgument,
    number: GateArgument,
    criterion: CriterionArgument,
    reason: Annotated[str, typer.Option(help="Why.")],
    until: Annotated[datetime, typer.Option(formats=["%Y-%m-%d", *FORMATS], help="Its expiry.")],
    site: SiteOption = None,
    by: AsOption = None,
    password_stdin: StdinOption = False,
    uid: UidOption = None,
    as_json: JsonOption = False,
) -> None:
    """Set one criterion aside by signature, with a reason and an expiry."""
    from zoneinfo import ZoneInfo

    given = _writing(program, number, site, by, password_stdin, uid)
    from firstoff.queries.product import program_by_id
    from firstoff.services import release

    zone = ZoneInfo(program_by_id(given["by"], given["program_id"]).time_zone)
    expires = until if until.tzinfo else until.replace(tzinfo=zone)
    done = release.waive_criterion(**given, criterion=criterion, reason=reason, expires_at=expires)
    shell.said(as_json, done, f"{done.criterion} of gate {done.gate} is waived until {until}.")


@gate.command("pass")
def gate_pass(
    program: ProgramArgument,
    number: GateArgument,
    site: SiteOption = None,
    by: AsOption = None,
    password_stdin: StdinOption = False,
    uid: UidOption = None,
    as_json: JsonOption = False,
) -> None:
    """Pass a gate by signature: every criterion is met or waived."""
    _decide(True, program, number, "", site, by, password_stdin, uid, as_json)


@gate.command("hold")
def gate_hold(
    program: ProgramArgument,
    number: GateArgument,
    reason: Annotated[str, typer.Option(help="Why.")],
    site: SiteOption = None,
    by: AsOption = None,
    password_stdin: StdinOption = False,
    uid: UidOption = None,
    as_json: JsonOption = False,
) -> None:
    """Hold a gate by signature, with a reason."""
    _decide(False, program, number, reason, site, by, password_stdin, uid, as_json)


def _decide(
    passed: bool,
    program: str,
    number: int,
    reason: str,
    site: str | None,
    by: str | None,
    password_stdin: bool,
    uid: "UidOption",
    as_json: bool,
) -> None:
    given = _writing(program, number, site, by, password_stdin, uid)
    from firstoff.services import release

    done = release.decide_gate(**given, passed=passed, reason=reason)
    verb = "passed" if passed else "held"
    shell.said(as_json, done, f"Gate {done.gate} is {verb}; entry {done.entry} of the ledger.")


def _writing(
    program: str,
    number: int,
    site: str | None,
    by: str | None,
    password_stdin: bool,
    uid: "UidOption",
) -> dict[str, Any]:
    """What every verb at a gate takes."""
    shell.django()
    actor = shell.writer(by)
    return {
        "program_id": shell.program_of(actor, program, site).id,
        "gate": number,
        "by": actor,
        "at": shell.now(),
        "password": shell.password(password_stdin),
        "uid": uid,
    }


def _road(program: str, site: str | None, by: str | None) -> "tuple[GateLook, ...]":
    from firstoff.queries import release

    actor = shell.reader(by)
    found = shell.program_of(actor, program, site)
    return release.road(actor, found.site, found.code, now=shell.now()).gates


def _look(looks: "tuple[GateLook, ...]", number: int) -> "GateLook":
    if not 1 <= number <= len(looks):
        raise InvalidInput(f"There is no gate {number}; there are 1 to {len(looks)}.")
    return looks[number - 1]


def _gate(look: "GateLook") -> dict[str, Any]:
    return {
        "number": look.spec.number,
        "name": look.spec.name,
        "state": look.state,
        "headline": look.headline,
        "may_pass": look.may_pass,
        "decision": look.decision,
        "findings": [_finding(found) for found in look.findings],
        "differences": look.differences,
    }


def _finding(found: "GateFinding") -> dict[str, Any]:
    finding = found.finding
    return {
        "criterion": finding.key,
        "title": finding.title,
        "verdict": found.verdict,
        "figure": finding.figure,
        "threshold": finding.threshold,
        "sentence": finding.sentence,
        "waivable": found.waivable,
        "waiver": found.waiver,
    }


# ---------- papers ----------


def verify(
    file: Annotated[Path, typer.Argument(help="A PDF made by Firstoff, or its evidence (JSON).")],
    evidence: Annotated[
        Path | None, typer.Option(help="Its evidence; FILE.json beside it, unless said.")
    ] = None,
    offline: Annotated[
        bool, typer.Option("--offline", help="Ask no database, only the files.")
    ] = False,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check a report against its evidence, or against the database. Exit code 4: it differs."""
    content = _content(file)
    beside = _beside(file, evidence)
    shell.django()
    from firstoff.queries.trace import record_paper

    actor = None if offline or beside is not None else _asker(by)
    found = record_paper.check_file(file.name, content, beside=beside, actor=actor)
    shell.said(as_json, found, found.sentence)
    if not found.holds:
        raise typer.Exit(4)


def _asker(by: str | None) -> "Actor | None":
    """Who asks the database; nobody, where there is none to ask."""
    from django.db import DatabaseError

    try:
        return shell.reader(by)
    except DatabaseError:
        return None


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{file} cannot be read: {error.strerror}.", field="file") from error


def _beside(file: Path, evidence: Path | None) -> bytes | None:
    if evidence is not None:
        return _content(evidence)
    found = file.with_suffix(".json")
    if file.suffix.lower() == ".pdf" and found.is_file():
        return _content(found)
    return None
