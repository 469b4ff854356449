"""What every verb on a run begins with: the run, the right to touch it, and being repeatable."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from firstoff.db.models import Record, Run
from firstoff.db.prepared import prepared
from firstoff.errors import InvalidInput, NotFound
from firstoff.queries.execution.definition import frozen
from firstoff.rules.access import Actor, require, sees
from firstoff.rules.execution import check_recorded_time
from firstoff.rules.plan import BaselineFacts
from firstoff.services import ledger, repeating
from firstoff.services.ledger import Entry


def run_for(by: Actor, run_id: int, permission: str) -> Run:
    """The run, if the actor sees its site and may do this there. Runs never change: it may be
    read before the block."""
    for run in _run(run_id):
        if sees(by, run.site_id):
            require(by, permission, run.site_id)
            return run
    raise NotFound("There is no such run, or not for you.")


@prepared
def _run(run: int) -> "QuerySet[Run]":
    rows = Run.objects.select_related("site", "program", "program__part", "baseline")
    return rows.defer("baseline__content").filter(pk=run)


def definition_of(run: Run) -> BaselineFacts:
    return frozen(run.baseline_id, run.baseline.digest)


def zone_of(run: Run) -> ZoneInfo:
    return ZoneInfo(run.site.time_zone)


@contextmanager
def verb(name: str, run: Run, *, by: Actor, at: datetime, about: str = "") -> Iterator[Entry]:
    """A verb on a run: one entry in the ledger, ``run CC1-P1, unit CC1-P1-003``."""
    subject = f"run {run.batch_id}" + (f", {about}" if about else "")
    with ledger.verb(
        f"execution.{name}", by=by, at=at, subject=subject, program=run.program
    ) as entry:
        yield entry


def answer_stored(
    model: type[Record], uid: UUID | None, run: Run | None, **posted: object
) -> None:
    """As ``repeating.answer_stored``, on a run; None was not given and is not compared."""
    given: dict[str, object] = {}
    if run is not None and hasattr(model, "run_id"):
        given["run_id"] = run.pk
    given |= {name: value for name, value in posted.items() if value is not None}
    repeating.answer_stored(model, uid, **given)


def fixed(
    value: Decimal | None, *, digits: int, places: int, what: str, field: str
) -> Decimal | None:
    """A decimal with the digits its column holds. Raises InvalidInput where it has no room."""
    if value is None:
        return None
    if not value.is_finite() or abs(value) >= Decimal(10) ** (digits - places):
        raise InvalidInput(
            f"{what} is {value}; expected less than {10 ** (digits - places):,}.", field=field
        )
    return value.quantize(Decimal(1).scaleb(-places))


def moment_of(when: datetime | None, at: datetime, what: str) -> datetime:
    """The time a record carries: as given, not in the future; else when it was received."""
    return at if when is None else check_recorded_time(when, received=at, what=what)
