"""Who is signed in, and the guard of every page.

A page says what it takes: ``@page("see")`` to read, ``@page("see", post="people.edit")`` to read
and to act. The guard finds the site, asks the one table of permissions and hands the view a
``Request`` that knows the actor, the site and when the request came. Services ask again: the
guard makes menus honest, it is not the lock.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
)
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect

from firstoff.errors import NotAllowed
from firstoff.queries import access
from firstoff.queries.access import SiteView
from firstoff.rules.access import Actor, may, require

IDLE = timedelta(hours=4)  # without a touch
LONGEST = timedelta(hours=12)  # a shift and a half, touched or not
_TOUCH = timedelta(minutes=1)  # how stale the last touch may be: saves a write a request

Handler = Callable[[HttpRequest], HttpResponseBase]
View = Callable[..., HttpResponseBase]


class Request(HttpRequest):
    """What a guarded view is given."""

    actor: Actor
    place: SiteView  # the site this page is about
    places: tuple[SiteView, ...]  # every site the actor sees
    at: datetime  # when the request came: the ``at`` of every verb


@dataclass(frozen=True, slots=True)
class Guard:
    """What a view takes: a permission to read, one to act; None where it does not do that."""

    get: str | None
    post: str | None
    public: bool = False


class SignedIn:
    """Middleware: sets ``request.actor`` (None when nobody is signed in) and ``request.at``."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        at = datetime.now(UTC)
        request.at = at  # type: ignore[attr-defined]  # the doors put it there
        request.actor = _actor(request, at)  # type: ignore[attr-defined]  # the doors put it there
        return self.get_response(request)


def _actor(request: HttpRequest, at: datetime) -> Actor | None:
    if request.path.startswith(("/static/", "/assets/")):
        return None
    session = request.session
    person = session.get("person")
    if person is None:
        return None
    began, seen = (datetime.fromisoformat(session[k]) for k in ("began", "seen"))
    found = access.signed_in(person)
    if found is None or found.seal != session["seal"] or _over(began, seen, at):
        session.flush()
        return None
    # A page that asks by itself whether something changed is no touch.
    if at - seen > _TOUCH and "X-Poll" not in request.headers:
        session["seen"] = at.isoformat()
    return found.actor


def _over(began: datetime, seen: datetime, at: datetime) -> bool:
    return at - began > LONGEST or at - seen > IDLE


def begin(request: HttpRequest, actor: Actor) -> None:
    """Sign in: a new session key, so that one planted before is worth nothing."""
    found = access.signed_in(actor.person_id)
    if found is None:
        raise NotAllowed("You may not sign in.")
    at = request.at.isoformat()  # type: ignore[attr-defined]  # the doors put it there
    request.session.flush()
    request.session.update(
        {"person": actor.person_id, "seal": found.seal, "began": at, "seen": at}
    )


def end(request: HttpRequest) -> None:
    request.session.flush()


def page(get: str | None = None, *, post: str | None = None) -> Callable[[View], View]:
    """Guard a view. ``get`` and ``post`` are permissions; ``"self"`` takes being signed in.

    The site is the one in the address (``site``), else the one in the query, else the one they
    were at, else the first one where the actor may. A site the actor has no role at answers 404,
    a missing role 403.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: Any, **kwargs: Any) -> HttpResponseBase:
            permission = get if request.method in ("GET", "HEAD") else post
            if permission is None or request.method not in ("GET", "HEAD", "POST"):
                allowed = [m for m, p in (("GET", get), ("HEAD", get), ("POST", post)) if p]
                return HttpResponseNotAllowed(allowed)
            if request.actor is None:
                return _to_sign_in(request)
            request.places = access.sites(request.actor)
            place = _place(request, kwargs.get("site"), permission)
            if place is None:
                return view(request, **kwargs)
            request.place = place
            with timezone.override(ZoneInfo(place.time_zone)):
                return view(request, **kwargs)

        guarded.guard = Guard(get, post)  # type: ignore[attr-defined]  # read by the walkers
        return guarded

    return decorate


def public(view: View) -> View:
    """A view for anybody: signing in, and files that say nothing."""
    view.guard = Guard(None, None, public=True)  # type: ignore[attr-defined]  # read by the walkers
    return view


def _place(request: Any, code: str | None, permission: str) -> SiteView | None:
    actor, places = request.actor, request.places
    code = code or request.GET.get("site") or request.POST.get("site")
    if code:
        place = access.site(actor, code)
        if len(places) > 1 and request.session.get("site") != code:
            request.session["site"] = code  # where they are stays until they go elsewhere
    elif permission == "self":
        return _usual(request, places)
    elif places:
        usual = _usual(request, places)
        allowed = tuple(p for p in places if may(actor, permission, p.id))
        place = usual if usual is not None and usual in allowed else (allowed or places)[0]
    else:
        raise NotAllowed(
            "You have no role at any site yet.",
            way_out="An administrator gives roles on the page People.",
        )
    if permission != "self":
        request.place = place  # the page of a refusal names who may there
        require(actor, permission, place.id)
    return place


def _usual(request: HttpRequest, places: Sequence[SiteView]) -> SiteView | None:
    """The site they were at, else the first they see; None where they see none."""
    last = request.session.get("site")
    return next((p for p in places if p.code == last), places[0] if places else None)


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    address = reverse("sign-in")
    # Only what was asked for by reading is opened again; nothing is posted twice.
    back = request.get_full_path() if request.method == "GET" else ""
    if getattr(request, "htmx", False):
        back = request.headers.get("HX-Current-URL", "")
        back = back if safe_next(request, back) else ""
        return HttpResponseClientRedirect(_with_next(address, back))
    return HttpResponseRedirect(_with_next(address, back))


def _with_next(address: str, back: str) -> str:
    return f"{address}?{urlencode({'next': back})}" if back and back != "/" else address


def safe_next(request: HttpRequest, address: str) -> bool:
    """Whether an address to go on to is one of ours."""
    return url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
