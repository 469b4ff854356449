"""Who calls the API: a bearer token, or the browser session of a signed-in person."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja.security import APIKeyCookie, HttpBearer

from firstoff.queries.access import actor_of_token
from firstoff.rules.access import Actor


class Token(HttpBearer):
    """``Authorization: Bearer fo_….…``; made on the Tokens page, scoped and revocable."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        return actor_of_token(token, timezone.now())


class Session(APIKeyCookie):
    """The session of a person who signed in on the web; posts need the CSRF token."""

    param_name = "firstoff_session"

    def __init__(self) -> None:
        super().__init__(csrf=True)

    def authenticate(self, request: HttpRequest, key: str | None) -> Actor | None:
        found = getattr(request, "actor", None)  # set by the session's middleware
        return found if isinstance(found, Actor) else None


def actor(request: HttpRequest) -> Actor:
    """The Actor that authentication found; every operation of the API has one."""
    found: Any = request.auth  # type: ignore[attr-defined]
    if not isinstance(found, Actor):
        raise TypeError("an API operation ran without authentication")
    return found
