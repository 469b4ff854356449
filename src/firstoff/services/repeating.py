"""Posting again is safe: a record is stored once, and the same ID says the same (R-36)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from firstoff.db.models import Record
from firstoff.errors import Refused

R = TypeVar("R", bound=Record)


class AlreadyStored(Exception):
    """The record is stored already: the block is left without writing (R-36)."""

    def __init__(self, record: Record) -> None:
        super().__init__("already stored")
        self.record = record

    def of(self, model: type[R]) -> R:
        """The record, of the table that was asked."""
        if not isinstance(self.record, model):
            raise TypeError(f"{type(self.record).__name__} is no {model.__name__}")
        return self.record


@dataclass(frozen=True, slots=True)
class Given:
    """One field as it was posted, beside what is stored under the same record ID."""

    name: str
    posted: object
    stored: object

    @property
    def said(self) -> str:
        """What is stored and what was posted; keys of tables say nothing to anybody."""
        words = self.name.removesuffix("_id").replace("_", " ")
        if words == self.name.replace("_", " "):
            words += f": {shown(self.stored)}, not {shown(self.posted)}"
        return words


def shown(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return "nothing" if value in (None, "") else str(value)


def stored_under(model: type[R], uid: UUID | None) -> R | None:
    """The record with this ID, if it was posted before."""
    return None if uid is None else model._default_manager.filter(uid=uid).first()


def same_or_refuse(uid: UUID, fields: Iterable[Given]) -> None:
    """Posting again says the same; another content under the same ID is refused (R-36)."""
    for field in fields:
        if field.posted != field.stored:
            raise Refused(
                f"The record {uid} is stored already with another {field.said}.",
                code="R-36",
                way_out="A new record needs an ID of its own.",
                uid=str(uid),
                field=field.name.removesuffix("_id"),
            )


def answer_stored(model: type[R], uid: UUID | None, **posted: object) -> None:
    """Leave the block with the stored record where this ID was posted before.

    Raises AlreadyStored, or Refused (R-36) where the ID stands for something else.
    """
    stored = stored_under(model, uid)
    if stored is None or uid is None:
        return
    same_or_refuse(uid, [Given(k, v, getattr(stored, k)) for k, v in posted.items()])
    raise AlreadyStored(stored)
