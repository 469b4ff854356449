"""The one shape of every list: items, the cursor of the next page, the true total."""

import base64
from collections.abc import Sequence
from typing import Generic, TypeVar

from ninja import Schema

from firstoff.errors import InvalidInput

T = TypeVar("T")

LARGEST = 500


class Page(Schema, Generic[T]):
    items: list[T]
    next: str | None
    total: int


def window(cursor: str | None, limit: int) -> tuple[int, int]:
    """Offset and size of the page asked for."""
    if not 1 <= limit <= LARGEST:
        raise InvalidInput(f"limit is {limit}; 1 to {LARGEST} is meant.", field="limit")
    return (0 if cursor is None else _offset(cursor)), limit


def page(items: Sequence[T], total: int, offset: int) -> dict[str, object]:
    end = offset + len(items)
    return {"items": list(items), "next": _cursor(end) if end < total else None, "total": total}


def _cursor(offset: int) -> str:
    return base64.urlsafe_b64encode(f"o{offset}".encode()).decode().rstrip("=")


def _offset(cursor: str) -> int:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        if text[0] != "o":
            raise ValueError(text)
        return max(0, int(text[1:]))
    except (ValueError, IndexError) as error:
        raise InvalidInput(
            f"The cursor {cursor[:40]!r} is not one that this list gave.", field="cursor"
        ) from error
