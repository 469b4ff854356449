"""What the addresses of sourcing share: who, where and when; exact numbers as texts."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from pydantic import BeforeValidator, Field

from firstoff.api.auth import actor
from firstoff.errors import InvalidInput
from firstoff.queries import access
from firstoff.queries.product import program
from firstoff.rules.access import Actor


def _text(value: object) -> object:
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value


# An exact number as a text without needless zeros: never a binary float.
Exact = Annotated[str, BeforeValidator(_text)]
Wanted = Annotated[str, Field(max_length=60, description="A plain number as text: 0.02")]


def here(request: HttpRequest, site: str) -> dict[str, Any]:
    """What every verb takes: the site, who and when."""
    by = actor(request)
    return {"site_id": access.site(by, site).id, "by": by, "at": timezone.now()}


def seen(request: HttpRequest, site: str) -> tuple[Actor, int, date]:
    """Who reads, at which site, and what day it is there."""
    by = actor(request)
    place = access.site(by, site)
    return by, place.id, timezone.localdate(timezone.now(), ZoneInfo(place.time_zone))


def of_program(request: HttpRequest, site: str, code: str) -> dict[str, Any]:
    by = actor(request)
    return {"program_id": program(by, site, code).id, "by": by, "at": timezone.now()}


def number(text: str | None, field: str) -> Decimal | None:
    """An exact number out of a text; None for nothing. Raises InvalidInput."""
    if text is None or not text.strip():
        return None
    try:
        found = Decimal(text.strip())
    except ArithmeticError:
        found = Decimal("NaN")
    if not found.is_finite() or abs(found) > Decimal(10) ** 30:
        raise InvalidInput(
            f"{field.replace('_', ' ')} is {text[:40]!r}; expected a plain number such as 0.02.",
            field=field,
        )
    return found


def exact(value: Decimal) -> str:
    return f"{value.normalize():f}"


def answer(value: object, status: int = 200) -> HttpResponse:
    """Values of the rules as JSON: decimals as texts, days as days."""
    body = msgspec.json.encode(_plain(value))
    return HttpResponse(body, content_type="application/json", status=status)


def _plain(value: Any) -> Any:
    match value:
        case Decimal():
            return exact(value)
        case dict():
            return {str(key): _plain(item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_plain(item) for item in value]
        case _ if hasattr(value, "__dataclass_fields__") and not isinstance(value, type):
            return {name: _plain(getattr(value, name)) for name in value.__dataclass_fields__}
        case _:
            return value
