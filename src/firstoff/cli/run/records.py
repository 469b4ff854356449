"""What is recorded, one record at a time."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from firstoff.cli import shell
from firstoff.cli.options import AsOption, JsonOption, SiteOption, StdinOption, UidOption
from firstoff.cli.run.shared import (
    FORMATS,
    BatchArgument,
    DefectOption,
    app,
    decimal,
    moment,
    writing,
)
from firstoff.terms import Attempt, OperationOutcome

if TYPE_CHECKING:
    pass


@app.command()
def start(
    batch: BatchArgument,
    serial: str,
    equipment: str = "",
    operator: Annotated[str, typer.Option(help="User name; whoever records when empty.")] = "",
    started_at: Annotated[datetime | None, typer.Option(formats=FORMATS)] = None,
    previous_serial: str = "",
    site: SiteOption = None,
    by: AsOption = None,
    uid: UidOption = None,
    as_json: JsonOption = False,
) -> None:
    """Start a unit."""
    shell.django()
    from firstoff.services import execution

    run, given = writing(batch, site, by)
    done = execution.start_unit(
        **given,
        serial=serial,
        equipment=equipment,
        operator=operator,
        started_at=moment(started_at, run),
        previous_serial=previous_serial,
        uid=uid,
    )
    why = f" It does not count: {'; '.join(done.reasons)}." if done.reasons else ""
    shell.said(as_json, done, f"{done.serial} is started, number {done.position}.{why}")


def _defects(texts: Sequence[str] | None, cause_class: str, cause: str) -> tuple[Any, ...]:
    from firstoff.services.execution import PostedDefect

    pairs = ((text.partition("=")) for text in texts or ())
    return tuple(PostedDefect(c.strip(), n.strip(), cause_class, cause) for c, _, n in pairs)


@app.command()
def judge(
    batch: BatchArgument,
    serial: str,
    fit: OperationOutcome | None = None,
    finish: OperationOutcome | None = None,
    function: OperationOutcome | None = None,
    minutes: Annotated[str | None, typer.Option(help="Build time.")] = None,
    defect: DefectOption = None,
    cause_class: str = "",
    cause: str = "",
    attempt: Attempt = Attempt.FIRST,
    judged_at: Annotated[datetime | None, typer.Option(formats=FORMATS)] = None,
    site: SiteOption = None,
    by: AsOption = None,
    uid: UidOption = None,
    as_json: JsonOption = False,
) -> None:
    """Record a result: the first one, or a retest or rework beside it."""
    shell.django()
    from firstoff.services import execution
    from firstoff.services.execution.posted import seconds

    run, given = writing(batch, site, by)
    done = execution.judge_unit(
        **given,
        serial=serial,
        fit=fit or "",
        finish=finish or "",
        function=function or "",
        build_seconds=seconds(decimal(minutes, "minutes")),
        defects=_defects(defect, cause_class, cause),
        attempt=attempt,
        judged_at=moment(judged_at, run),
        uid=uid,
    )
    result = "rejected" if done.failed else "recorded"
    codes = f" ({', '.join(done.defects)})" if done.defects else ""
    shell.said(as_json, done, f"{done.serial}, {done.kind.value} result: {result}{codes}.")


@app.command("leave-out")
def leave_out(
    batch: BatchArgument,
    serial: str,
    reason: Annotated[str, typer.Option()],
    site: SiteOption = None,
    by: AsOption = None,
    uid: UidOption = None,
    as_json: JsonOption = False,
) -> None:
    """Declare that a unit will not count, before it is judged."""
    shell.django()
    from firstoff.services import execution

    _, given = writing(batch, site, by)
    done = execution.leave_out_unit(**given, serial=serial, reason=reason, uid=uid)
    shell.said(as_json, {"uid": done}, f"{serial} does not count.")


@app.command("first-article")
def first_article(
    batch: BatchArgument,
    serial: str,
    passed: Annotated[bool, typer.Option("--passed/--failed")],
    checked: Annotated[int, typer.Option(help="Characteristics looked at.")],
    conforming: int | None = None,
    note: str = "",
    judged_at: Annotated[datetime | None, typer.Option(formats=FORMATS)] = None,
    site: SiteOption = None,
    by: AsOption = None,
    uid: UidOption = None,
    as_json: JsonOption = False,
) -> None:
    """Record the inspection of the first article; one that passed opens the batch."""
    shell.django()
    from firstoff.services import execution

    run, given = writing(batch, site, by)
    done = execution.record_first_article(
        **given,
        serial=serial,
        passed=passed,
        checked=checked,
        conforming=checked if conforming is None and passed else conforming or 0,
        note=note,
        judged_at=moment(judged_at, run),
        uid=uid,
    )
    shell.said(as_json, done, f"First article {serial}: {'passed' if passed else 'failed'}.")


@app.command()
def adjust(
    batch: BatchArgument,
    what: str,
    after: Annotated[str, typer.Option()],
    reason: Annotated[str, typer.Option()],
    before: str = "",
    made_at: Annotated[datetime | None, typer.Option(formats=FORMATS)] = None,
    site: SiteOption = None,
    by: AsOption = None,
    uid: UidOption = None,
    as_json: JsonOption = False,
) -> None:
    """Log a setting, tool, sequence or material that was changed, with before, after, reason."""
    shell.django()
    from firstoff.services import execution

    run, given = writing(batch, site, by)
    done = execution.record_adjustment(
        **given,
        what=what,
        before=before,
        after=after,
        reason=reason,
        made_at=moment(made_at, run),
        uid=uid,
    )
    shell.said(as_json, done, f"Logged: {what}, {before or 'nothing'} to {after}.")


@app.command()
def release(
    batch: BatchArgument,
    lift: Annotated[str, typer.Argument(help="first-article, order, failed-unit, ...")],
    subject: Annotated[str, typer.Argument(help="Serial, equipment code or user name.")],
    reason: Annotated[str, typer.Option()],
    site: SiteOption = None,
    by: AsOption = None,
    uid: UidOption = None,
    password_stdin: StdinOption = False,
    as_json: JsonOption = False,
) -> None:
    """Lift one refusal of the route for one subject, by signature."""
    shell.django()
    from firstoff.services import execution

    run, given = writing(batch, site, by)
    if not as_json:
        meaning = execution.release_meaning(run.batch_id, lift, subject)
        shell.out.print(f"You sign: {meaning}", markup=False)
    done = execution.release_route(
        **given,
        lift=lift,
        subject=subject,
        reason=reason,
        password=shell.password(password_stdin),
        uid=uid,
    )
    shell.said(as_json, done, f"{lift} is lifted for {subject}.")
