"""What every verb on a run begins with: the run, the right to touch it, and being repeatable."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Generic, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from firstoff.db.models import Record, Run
from firstoff.errors import InvalidInput, NotFound, Refused
from firstoff.queries.execution.definition import frozen
from firstoff.rules.access import Actor, require, sees
from firstoff.rules.execution import check_recorded_time
from firstoff.rules.plan import BaselineFacts
from firstoff.services import ledger
from firstoff.services.ledger import Entry

R = TypeVar("R", bound=Record)


class AlreadyStored(Exception, Generic[R]):
    """The record is stored already: the block is left without writing (R-36)."""

    def __init__(self, record: R) -> None:
        super().__init__("already stored")
        self.record = record


def run_for(by: Actor, run_id: int, permission: str) -> Run:
    """The run, if the actor sees its site and may do this there. Runs never change: it may be
    read before the block."""
    rows = Run.objects.select_related("site", "program", "program__part", "baseline")
    run = rows.defer("baseline__content").filter(pk=run_id).first()
    if run is None or not sees(by, run.site_id):
        raise NotFound("There is no such run, or not for you.")
    require(by, permission, run.site_id)
    return run


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


@dataclass(frozen=True, slots=True)
class Given:
    """One field as it was posted, beside what is stored under the same record ID."""

    name: str
    posted: object
    stored: object


def stored_under(model: type[R], uid: UUID | None) -> R | None:
    """The record with this ID, if it was posted before."""
    return None if uid is None else model._default_manager.filter(uid=uid).first()


def same_or_refuse(uid: UUID, fields: Iterable[Given]) -> None:
    """Posting again says the same; another content under the same ID is refused (R-36)."""
    for field in fields:
        if field.posted != field.stored:
            raise Refused(
                f"The record {uid} is stored already with another {field.name}: "
                f"{shown(field.stored)}, not {shown(field.posted)}.",
                code="R-36",
                way_out="A new record needs an ID of its own.",
                uid=str(uid),
                field=field.name,
            )


def answer_stored(model: type[R], uid: UUID | None, run: Run | None, **posted: object) -> None:
    """Leave the block with the stored record where this ID was posted before.

    posted: the fields as given; None was not given and is not compared. Raises AlreadyStored, or
    Refused (R-36) where the ID stands for something else.
    """
    stored = stored_under(model, uid)
    if stored is None or uid is None:
        return
    given = [] if run is None else [Given("run", run.pk, getattr(stored, "run_id", run.pk))]
    given += [Given(k, v, getattr(stored, k)) for k, v in posted.items() if v is not None]
    same_or_refuse(uid, given)
    raise AlreadyStored(stored)


def shown(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return "nothing" if value in (None, "") else str(value)


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
