"""Who calls the API: a bearer token, or the browser session of a signed-in person."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
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
    found: Any = request.auth  # type: ignore[attr-defined]  # ninja puts it there
    if not isinstance(found, Actor):
        raise TypeError("an API operation ran without authentication")
    return found


def described(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The description of the API is for whoever may call it: a person signed in, or a token."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        known = scheme.lower() == "bearer" and actor_of_token(secret, timezone.now()) is not None
        if known or getattr(request, "actor", None) is not None:
            return view(request, *args, **kwargs)
        return redirect_to_login(request.get_full_path())

    return guarded
