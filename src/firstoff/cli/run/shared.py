"""What the commands on runs share: the noun itself, its options, finding a run."""

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Annotated, Any

import typer

from firstoff.cli import shell
from firstoff.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from firstoff.queries.execution.runs import RunView
    from firstoff.rules.access import Actor

app = typer.Typer(no_args_is_help=True, help="Runs: bars, units, verdicts, sign-off.")

BatchArgument = Annotated[str, typer.Argument(metavar="BATCH", help="The batch ID: CC1-P1.")]
DefectOption = Annotated[
    list[str] | None, typer.Option("--defect", help="CODE or CODE=note; several times.")
]
FORMATS = ["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M%z", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S"]


def found_run(actor: "Actor", batch_id: str, site: str | None) -> "RunView":
    """The run with this batch ID; the site has to be named only where two have it."""
    from firstoff.queries.execution import runs

    if site:
        return runs.run(actor, site, batch_id)
    known = runs.runs_called(actor, batch_id)
    if len(known) > 1:
        names = ", ".join(r.site for r in known)
        raise InvalidInput(f"{batch_id} is at several sites.", way_out=f"Add --site: {names}.")
    if not known:
        raise NotFound(f"There is no run {batch_id!r}, or not for you.")
    return known[0]


def writing(batch_id: str, site: str | None, by: str | None) -> tuple["RunView", dict[str, Any]]:
    """The run, and what every verb on it takes."""
    actor = shell.writer(by)
    run = found_run(actor, batch_id, site)
    return run, {"run_id": run.id, "by": actor, "at": shell.now()}


def decimal(text: str | None, name: str) -> Decimal | None:
    """A number option as an exact decimal. Raises InvalidInput."""
    if text is None:
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        raise InvalidInput(f"{name} is {text!r}; expected a number.", field=name) from None


def moment(value: datetime | None, run: "RunView") -> datetime | None:
    """A time without an offset is the site's."""
    from zoneinfo import ZoneInfo

    if value is None or value.tzinfo is not None:
        return value
    return value.replace(tzinfo=ZoneInfo(run.time_zone))


def pair(text: str) -> tuple[str, str]:
    key, sign, value = text.partition("=")
    if not sign:
        raise InvalidInput(f"{text!r} is no KEY=value.", field="line")
    return key.strip(), value.strip()
