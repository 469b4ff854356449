"""What stations, files and pages hand in: one record of one unit, before any rule looked at it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from firstoff.formats.testdata.drafts import UnitDraft
from firstoff.terms import Attempt, OperationOutcome

_MILLI = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class PostedDefect:
    """A defect by its code; the cause may come later."""

    code: str
    note: str = ""
    cause_class: str = ""
    cause: str = ""


@dataclass(frozen=True, slots=True)
class PostedStep:
    """How long one operation took."""

    seq: int
    seconds: Decimal


@dataclass(frozen=True, slots=True)
class PostedMeasure:
    """A value of a characteristic, by its number; ``text`` where it is no number."""

    characteristic: str
    value: Decimal | None
    text: str = ""


@dataclass(frozen=True, slots=True)
class PostedUnit:
    """One unit, one attempt: its start, its result, or both. What is None is not given.

    ``uid`` is made by whoever recorded it (R-36). ``row`` is its place in a file, if any.
    """

    serial: str
    uid: UUID | None = None
    attempt: Attempt = Attempt.FIRST
    started_at: datetime | None = None
    judged_at: datetime | None = None
    operator: str = ""  # user name or name; empty: whoever posts
    equipment: str = ""  # code; empty: the run's, when it names exactly one
    instruction: str | None = None  # digest of the instructions followed; None: the run's
    previous_serial: str = ""
    fit: str = ""
    finish: str = ""
    function: str = ""
    build_seconds: Decimal | None = None
    defects: tuple[PostedDefect, ...] = ()
    steps: tuple[PostedStep, ...] = ()
    measures: tuple[PostedMeasure, ...] = ()
    note: str = ""
    row: int = 0

    @property
    def judges(self) -> bool:
        """Whether the record says anything about the result."""
        return bool(
            self.fit
            or self.finish
            or self.function
            or self.defects
            or self.build_seconds is not None
        )


@dataclass(frozen=True, slots=True)
class PostedOperation:
    """One operation done on one unit."""

    serial: str
    seq: int
    began_at: datetime
    ended_at: datetime
    outcome: OperationOutcome
    uid: UUID | None = None
    defects: tuple[PostedDefect, ...] = ()
    measures: tuple[PostedMeasure, ...] = ()
    operator: str = ""
    equipment: str = ""
    note: str = ""


def from_draft(draft: UnitDraft) -> PostedUnit:
    """A row of a unit log as a record."""
    return PostedUnit(
        serial=draft.serial,
        attempt=draft.attempt,
        started_at=draft.started_at,
        judged_at=draft.judged_at,
        operator=draft.operator,
        equipment=draft.equipment,
        previous_serial=draft.previous_serial,
        fit=draft.fit or "",
        finish=draft.finish or "",
        function=draft.function or "",
        build_seconds=seconds(draft.build_minutes),
        defects=tuple(_defects(draft)),
        steps=tuple(PostedStep(int(s.operation), _seconds(s.minutes)) for s in draft.steps),
        measures=tuple(PostedMeasure(m.characteristic, m.value, m.text) for m in draft.measures),
        note=draft.note,
        row=draft.row,
    )


def _defects(draft: UnitDraft) -> Iterable[PostedDefect]:
    for code in draft.defect_codes:
        yield PostedDefect(code, draft.defect_note, draft.cause_class or "", draft.cause)


def seconds(minutes: Decimal | None) -> Decimal | None:
    """Minutes as seconds, to the millisecond that is stored."""
    return None if minutes is None else _seconds(minutes)


def _seconds(minutes: Decimal) -> Decimal:
    return (minutes * 60).quantize(_MILLI)
