"""The verdict on a run, the decision, and its papers."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from firstoff.cli import shell
from firstoff.cli.options import AsOption, JsonOption, SiteOption, StdinOption, UidOption
from firstoff.cli.run.shared import BatchArgument, app, found_run, writing
from firstoff.errors import InvalidInput
from firstoff.terms import RunVerdict, Verdict

if TYPE_CHECKING:
    from firstoff.queries.evidence.verdict import Assessed

SHAPES = {
    Verdict.MET: "met",
    Verdict.NOT_MET: "not met",
    Verdict.NO_EVIDENCE: "no evidence",
    Verdict.WAIVED: "waived",
}
ReasonOption = Annotated[str, typer.Option("--reason", help="Why; it is kept with the decision.")]


def _assessed(batch: str, site: str | None, by: str | None) -> "Assessed":
    from firstoff.queries.evidence.verdict import assessed

    actor = shell.reader(by)
    return assessed(actor, found_run(actor, batch, site).id)


@app.command()
def show(
    batch: BatchArgument,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """A run: what it is made on, its bar, where it stands."""
    shell.django()
    from firstoff.queries.execution import runs

    actor = shell.reader(by)
    found = _assessed(batch, site, by)
    head = runs.head_of(found_run(actor, batch, site))
    if as_json:
        from firstoff.queries.evidence.shape import verdict_shape

        shell.show({"run": head, "verdict": verdict_shape(found)})
        return
    run, verdict, counts = head.run, found.verdict, found.evidence.reading
    _line(f"{run.batch_id}: {verdict.state.value}. {verdict.headline}")
    _line(f"{run.program_name} {run.program}, {run.site_name}, {run.line}")
    _line(f"Baseline {run.baseline[:8]}, {run.planned_quantity:,} planned, {run.units:,} started")
    if run.bar is None:
        _line("No bar is locked.")
    else:
        _line(
            f"Bar: at most {run.bar.max_rejects:,} of {run.bar.sample:,}; a pass commits "
            f"{run.bar.commits:,} units."
        )
    left = len(verdict.left_out)
    judged, rejects = counts.judged, len(counts.rejects)
    _line(f"{judged:,} counting units judged, {rejects:,} rejected, {left:,} left out")
    for gap in head.setup_gaps:
        _line(f"Setup: {gap.label} is not filled in.")


@app.command()
def verdict(
    batch: BatchArgument,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """May we start production? Exit code 0 for sign-off, 4 for hold."""
    shell.django()
    found = _assessed(batch, site, by)
    if as_json:
        from firstoff.queries.evidence.shape import verdict_shape

        shell.show(verdict_shape(found))
    else:
        _say(found)
    if found.verdict.verdict is RunVerdict.HOLD:
        raise typer.Exit(4)


def _say(found: "Assessed") -> None:
    verdict = found.verdict
    _line(verdict.headline, bold=True)
    for sentence in (*verdict.why, *verdict.bar_differences):
        _line(sentence)
    _line("")
    for finding in verdict.findings:
        mark = f"[{SHAPES[finding.verdict]}]"
        _line(f"{mark:<14}{finding.title}: {finding.figure} ({finding.threshold})")
    _figures(found)
    for item in verdict.fix_next:
        _line(f"Fix: {item.title}. {item.detail}")
    for caution in verdict.cautions:
        _line(f"{caution.title} {caution.sentence}")
    for sentence in (*verdict.corrections, *verdict.deviations):
        _line(sentence)


def _figures(found: "Assessed") -> None:
    from firstoff.rules.evidence import words

    figures, money = found.verdict.figures, found.verdict.money
    if figures is None:
        return
    _line("")
    _line(
        f"Reject rate {words.rate(figures.rejects, figures.judged)}, 95\u00a0% interval "
        f"{words.interval(figures.lower, figures.upper)} ({figures.interval_method})"
    )
    _line(
        f"In {figures.committed:,} units: about {words.number(figures.expected)} bad, 90\u00a0% "
        f"prediction {figures.predicted_lower:,} to {figures.predicted_upper:,}"
    )
    if figures.over_bar is not None:
        _line(
            f"The rate is over the bar with probability {words.chance(figures.over_bar)} "
            f"({figures.prior})"
        )
    if money is not None and found.verdict.settled:
        _line(money.sentence)


@app.command("sign-off")
def sign_off(
    batch: BatchArgument,
    reason: ReasonOption = "",
    site: SiteOption = None,
    by: AsOption = None,
    password_stdin: StdinOption = False,
    uid: UidOption = None,
    as_json: JsonOption = False,
) -> None:
    """Sign the process off, by signature. Refused where the bar says hold."""
    _decide(RunVerdict.SIGN_OFF, batch, reason, site, by, password_stdin, uid, as_json)


@app.command()
def hold(
    batch: BatchArgument,
    reason: ReasonOption = "",
    site: SiteOption = None,
    by: AsOption = None,
    password_stdin: StdinOption = False,
    uid: UidOption = None,
    as_json: JsonOption = False,
) -> None:
    """Hold the process, by signature. Always possible once a unit is judged."""
    _decide(RunVerdict.HOLD, batch, reason, site, by, password_stdin, uid, as_json)


def _decide(
    decision: RunVerdict,
    batch: str,
    reason: str,
    site: str | None,
    by: str | None,
    password_stdin: bool,
    uid: "UidOption",
    as_json: bool,
) -> None:
    shell.django()
    from firstoff.services import evidence

    run, given = writing(batch, site, by)
    meaning = evidence.decision_meaning(
        decision,
        batch_id=run.batch_id,
        baseline=run.baseline,
        commits=run.bar.commits if run.bar else None,
    )
    if not as_json:
        shell.err.print(f"You sign: {meaning}", markup=False)
    done = evidence.decide_run(
        **given,
        decision=decision,
        reason=reason,
        password=shell.password(password_stdin),
        uid=uid,
    )
    verb = "signed off" if decision is RunVerdict.SIGN_OFF else "held"
    shell.said(as_json, done, f"{run.batch_id} is {verb}; entry {done.entry} of the ledger.")


@app.command()
def report(
    batch: BatchArgument,
    to: Annotated[Path | None, typer.Option("--to", help="A folder; here, unless said.")] = None,
    certificate: Annotated[
        bool, typer.Option("--certificate", help="The certificate of a signed-off process.")
    ] = False,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the pilot report as PDF, and its evidence as JSON beside it."""
    shell.django()
    from firstoff.queries.evidence import papers

    actor = shell.reader(by)
    run = found_run(actor, batch, site)
    paper = (papers.certificate if certificate else papers.pilot_report)(actor, run.id)
    folder = to or Path()
    if not folder.is_dir():
        raise InvalidInput(f"{folder} is no folder.", field="to")
    name = "".join(c if c.isalnum() or c in "._-" else "_" for c in paper.name)
    pdf, evidence = folder / f"{name}.pdf", folder / f"{name}.json"
    pdf.write_bytes(paper.pdf)
    evidence.write_bytes(paper.evidence)
    shell.said(
        as_json,
        {"pdf": str(pdf), "evidence": str(evidence)},
        f"{pdf} is written, its evidence beside it.",
    )


@app.command()
def cause(
    batch: BatchArgument,
    code: Annotated[str, typer.Argument(help="The defect code.")],
    cause_class: Annotated[
        str, typer.Argument(metavar="CLASS", help="process, design, material, test or handling.")
    ],
    text: Annotated[str, typer.Argument(metavar="CAUSE", help="What it was, in a sentence.")],
    serial: Annotated[
        list[str] | None, typer.Option(help="Only of this unit; several times.")
    ] = None,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say why the defects of a code came to be; the latest finding holds."""
    shell.django()
    from firstoff.services import nonconformity

    _, given = writing(batch, site, by)
    done = nonconformity.record_cause(
        **given, code=code, cause_class=cause_class, cause=text, serials=serial or ()
    )
    shell.said(as_json, done, f"Recorded for {done.defects} defects of {code}.")


def _line(text: str, *, bold: bool = False) -> None:
    shell.out.print(text, markup=False, style="bold" if bold else None)
