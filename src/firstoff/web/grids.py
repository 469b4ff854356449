"""Grids: tables whose rows are typed in, sent as one form, with errors in their cell.

A grid is a list of forms of one kind, ``<prefix>-0-<field>``, ``<prefix>-1-<field>`` ..., and
``<prefix>-rows``, how many were sent. A row left empty is no row, a row marked *remove* neither.
There are always empty rows at the end, so that a grid grows without script.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import takewhile
from typing import Any

from django import forms
from django.http import HttpRequest

from firstoff.errors import InvalidInput, NotAllowed, Refused
from firstoff.web.forms import Form

_SPARE = 3
_MOST = 1000  # rows of one grid


class Row(Form):
    """One row. ``told`` names the fields that make a row count as filled."""

    told: tuple[str, ...] = ()
    remove = forms.BooleanField(required=False, label="Remove")

    @property
    def filled(self) -> bool:
        return any(self.data.get(self.add_prefix(name), "").strip() for name in self.told)

    @property
    def removed(self) -> bool:
        return bool(self.data.get(self.add_prefix("remove")))


class Grid:
    """Rows to show, or rows that were sent. Answers like a form: ``status``, ``refusal``."""

    def __init__(
        self,
        kind: Callable[..., Row],
        prefix: str,
        *,
        initial: Iterable[Mapping[str, Any]] = (),
        data: Any = None,
        key: str = "",
        spare: int = _SPARE,
    ) -> None:
        self.prefix = prefix
        self.key = key
        self.status = 200
        self.refusal: Refused | None = None
        self.errors: list[str] = []
        self.result: Any = None

        def new(place: int, **more: Any) -> Row:
            return kind(prefix=f"{prefix}-{place}", **more)

        if data is None:
            self.rows = [new(place, initial=values) for place, values in enumerate(initial)]
            empty = 0
        else:
            sent = [new(place, data=data) for place in range(_rows(data, prefix))]
            # An empty row is shown as a new one: nothing is missing in it.
            self.rows = [row if row.filled else new(n) for n, row in enumerate(sent)]
            empty = sum(1 for _ in takewhile(lambda row: not row.filled, reversed(sent)))
        self.rows += [new(len(self.rows) + n) for n in range(max(0, spare - empty))]

    @property
    def non_field_errors(self) -> Sequence[str]:
        """So that a grid stands where a form does in parts/refusal.html."""
        return self.errors

    @classmethod
    def of(
        cls, request: HttpRequest, kind: Callable[..., Row], prefix: str, **more: Any
    ) -> "Grid":
        return cls(kind, prefix, data=request.POST, **more)

    def attempt(self, verb: Callable[[list[dict[str, Any]]], Any]) -> bool:
        """Check every row, run the verb with the values of those that stay. True when done."""
        kept = [row for row in self.rows if row.is_bound and not row.removed]
        wrong = [row for row in kept if not row.is_valid()]  # all of them: all errors show
        if wrong:
            self.status = 422
            return False
        try:
            self.result = verb([_values(row) for row in kept])
        except NotAllowed:
            raise
        except InvalidInput as error:
            self.status = 422
            self._beside(error, kept)
        except Refused as error:
            self.status = 409
            self.refusal = error
        else:
            return True
        return False

    def _beside(self, error: InvalidInput, kept: list[Row]) -> None:
        field, place = error.details.get("field"), error.details.get("row")
        rows = kept[place : place + 1] if isinstance(place, int) else []
        if self.key and self.key in error.details:
            wanted = error.details[self.key]
            rows = [row for row in kept if row.cleaned_data.get(self.key) == wanted]
        if rows and field in rows[0].fields:
            rows[0].add_error(field, str(error))
        else:
            self.errors.append(str(error))


def seen_state(posted: str, now: str, *tried: Form | Grid | None) -> str:
    """What a page sends along as seen: as it was sent, while cells are put right; as it is now,
    once a refusal has told that somebody changed it, so that saving once more replaces it."""
    status = max((one.status for one in tried if one is not None), default=200)
    return posted if posted and status == 422 else now


def _values(row: Row) -> dict[str, Any]:
    return {name: value for name, value in row.cleaned_data.items() if name != "remove"}


def _rows(data: Any, prefix: str) -> int:
    text = data.get(f"{prefix}-rows", "")
    if not text.isascii() or not text.isdecimal() or int(text) > _MOST:
        raise InvalidInput(f"The table says it has {text[:20]!r} rows; expected 0 to {_MOST:,}.")
    return int(text)
