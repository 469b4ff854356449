"""What is asked from anything to serial numbers (R-61): conditions that combine, at a time.

Of several conditions of one kind one is enough; of several kinds all have to hold. A unit meets a
condition by itself or through what is inside it, at any depth.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from typing import Any

from firstoff.errors import InvalidInput
from firstoff.rules.ledger import canonical, time_text
from firstoff.rules.trace.conditions import CONDITIONS, Condition, FieldKind, condition_kind
from firstoff.rules.trace.conditions.base import Field, Moment, utc

FORMAT = "firstoff-question/1"
MOST = 200  # conditions of one question
_ORDER = {c.kind: n for n, c in enumerate(CONDITIONS)}
_AS_OF = Field("as_of", "As of", FieldKind.MOMENT)


class AsOf(StrEnum):
    """What counts as inside a unit, beside a time of its own."""

    SHIPPED = "shipped"  # what was inside when the unit was shipped
    EVER = "ever"  # what was inside at any time


@dataclass(frozen=True, slots=True)
class Question:
    """Conditions in their order, each once. ``as_of`` None: what is inside now.

    Two questions that mean the same are equal and have the same JSON.
    """

    conditions: tuple[Condition, ...]
    as_of: datetime | AsOf | None = None

    def __post_init__(self) -> None:
        if not self.conditions:
            raise InvalidInput("The question has no condition.", field="where")
        if len(self.conditions) > MOST:
            raise InvalidInput(
                f"The question has {len(self.conditions)} conditions; up to {MOST} are taken.",
                field="where",
            )
        ordered = sorted(
            set(self.conditions), key=lambda c: (_ORDER[c.kind], canonical(c.plain()))
        )
        object.__setattr__(self, "conditions", tuple(ordered))

    @property
    def kinds(self) -> tuple[tuple[Condition, ...], ...]:
        """The conditions by kind: all kinds have to hold, one condition of each is enough."""
        return tuple(tuple(found) for _, found in groupby(self.conditions, lambda c: c.kind))

    @property
    def by_tests(self) -> bool:
        """Whether a test record can be what makes a unit meet it."""
        return any(condition.by_tests for condition in self.conditions)

    def plain(self) -> dict[str, Any]:
        found: dict[str, Any] = {"format": FORMAT, "where": [c.plain() for c in self.conditions]}
        if self.as_of is not None:
            at = self.as_of
            found["as_of"] = at.value if isinstance(at, AsOf) else time_text(at)
        return found

    def as_json(self) -> str:
        """Canonical: the same question gives the same text."""
        return canonical(self.plain())

    def sentence(self, moment: Moment = utc) -> str:
        """As a person reads it: ``lot A or lot B, and equipment L2-40, as shipped``."""
        said = ", and ".join(" or ".join(c.sentence(moment) for c in kind) for kind in self.kinds)
        return said + self.as_of_said(moment)

    def as_of_said(self, moment: Moment = utc) -> str:
        match self.as_of:
            case None:
                return ""
            case AsOf.SHIPPED:
                return ", as shipped"
            case AsOf.EVER:
                return ", inside at any time"
            case at:
                return f", as it was {moment(at)}"

    def with_condition(self, more: Condition) -> "Question":
        return Question((*self.conditions, more), self.as_of)

    def without(self, place: int) -> "Question | None":
        """Without one of its conditions; None where it was the only one."""
        left = tuple(c for n, c in enumerate(self.conditions) if n != place)
        return Question(left, self.as_of) if left else None


def read_moment(text: object) -> datetime | AsOf | None:
    """``shipped``, ``ever``, a time with its offset, or nothing. Raises InvalidInput."""
    if text is None or text == "":
        return None
    if isinstance(text, str) and text in tuple(AsOf):
        return AsOf(text)
    found: datetime | None = _AS_OF.read(text, "The question")
    return found


def read_question(given: str | Mapping[str, Any]) -> Question:
    """A question from its JSON. Raises InvalidInput."""
    data = _loaded(given) if isinstance(given, str) else given
    if not isinstance(data, Mapping):
        raise InvalidInput("A question is a JSON object with the list where.")
    if data.get("format", FORMAT) != FORMAT:
        raise InvalidInput(f"This is no question: its format is {str(data['format'])[:40]!r}.")
    if unknown := sorted(set(map(str, data)) - {"format", "where", "as_of"}):
        raise InvalidInput(f"A question has no {unknown[0][:60]!r}; it has where and as_of.")
    where = data.get("where")
    if not isinstance(where, Sequence) or isinstance(where, str) or not where:
        raise InvalidInput("The question has no condition.", field="where")
    if len(where) > MOST:
        raise InvalidInput(
            f"The question has {len(where)} conditions; up to {MOST} are taken.", field="where"
        )
    conditions = tuple(_condition(item, n) for n, item in enumerate(where, start=1))
    return Question(conditions, read_moment(data.get("as_of")))


def _condition(item: object, number: int) -> Condition:
    where = f"Condition {number}"
    if not isinstance(item, Mapping):
        raise InvalidInput(f"{where} is no JSON object.", field="where")
    return condition_kind(item.get("kind")).read(item, where)


def _loaded(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidInput("The question is no JSON.", field="question") from error
