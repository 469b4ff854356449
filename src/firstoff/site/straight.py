"""The straight way for records: what stations post all day does not walk through sessions, forms
and messages, which it has no use for.

Only what ends well is answered here, and that the disk or the database does not answer: to ask
again would only take longer. Whatever is odd about a request, and whatever is refused, goes the
common way with the same body: posting is idempotent, so it is answered there in full.
"""

import io
import logging
import secrets
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import msgspec
from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections, connection
from django.http.request import split_domain_port, validate_host

from firstoff.api.records import record
from firstoff.errors import FirstoffError, Unavailable
from firstoff.queries.access import actor_of_token
from firstoff.rules.access import Actor
from firstoff.services.genealogy import post_in_company
from firstoff.services.outages import in_one_line, outage
from firstoff.site.errors import unavailable
from firstoff.site.middleware import CONTENT_SECURITY, PERMISSIONS, known_request_id

log = logging.getLogger("firstoff")

App = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Take = Callable[[Actor, bytes, datetime], bytes]
PATH = "/api/v1/records"
_HEADERS = (
    ("Content-Security-Policy", CONTENT_SECURITY),
    ("Permissions-Policy", PERMISSIONS),
    ("X-Frame-Options", "DENY"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cache-Control", "no-store"),
)
_JSON: tuple[tuple[str, str], ...] = (("Content-Type", "application/json"),)


class Straight:
    """A WSGI application in front of the site's, for what is posted to one path."""

    def __init__(self, site: App, path: str = PATH, take: Take | None = None) -> None:
        self.site, self.path, self.take = site, path, take or taken
        age = settings.SECURE_HSTS_SECONDS
        strict = (("Strict-Transport-Security", f"max-age={age}"),) if age else ()
        self.headers = (*_HEADERS, *strict)

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("PATH_INFO") != self.path:
            return self.site(environ, start)
        if _asks_the_time(environ):
            start("204 No Content", [*self.headers])
            return []
        if not _plain(environ):
            return self.site(environ, start)
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        answer = _answered(environ, body, self.take)
        if answer is None:
            environ["wsgi.input"] = io.BytesIO(body)
            return self.site(environ, start)
        given = environ.get("HTTP_X_REQUEST_ID", "")
        request_id = given if known_request_id(given) else secrets.token_hex(8)
        status, kind = "200 OK", _JSON
        if isinstance(answer, Unavailable):
            said = unavailable(answer)
            status, kind, answer = "503 Service Unavailable", tuple(said.items()), said.content
        length = ("Content-Length", str(len(answer)))
        start(status, [*self.headers, *kind, length, ("X-Request-Id", request_id)])
        return [answer]


def _asks_the_time(environ: dict[str, Any]) -> bool:
    """A station that sets its clock by ours reads the Date that every answer has: a HEAD is
    answered with nothing else, to anybody."""
    return environ.get("REQUEST_METHOD") == "HEAD" and _is_ours(environ.get("HTTP_HOST", ""))


def _plain(environ: dict[str, Any]) -> bool:
    """Whether nothing about the request needs to be looked at: a post of JSON with a token, of a
    size that is taken, to a name that the site has."""
    length = environ.get("CONTENT_LENGTH") or ""
    return (
        environ.get("REQUEST_METHOD") == "POST"
        and environ.get("HTTP_AUTHORIZATION", "")[:7].lower() == "bearer "
        and environ.get("CONTENT_TYPE", "").partition(";")[0].strip() == "application/json"
        and not environ.get("QUERY_STRING")
        and length.isdecimal()
        and int(length) <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        and _is_ours(environ.get("HTTP_HOST", ""))
    )


@lru_cache(maxsize=64)
def _is_ours(host: str) -> bool:
    name, _ = split_domain_port(host)
    return bool(name) and validate_host(name, settings.ALLOWED_HOSTS)


def taken(actor: Actor, body: bytes, at: datetime) -> bytes:
    """The records of the body, stored, and what became of each."""
    return msgspec.json.encode(record(actor, body, at, post_in_company))


def _answered(environ: dict[str, Any], body: bytes, take: Take) -> bytes | Unavailable | None:
    """The answer, what is away, or None where the common way has to give the answer."""
    if b"\\u0000" in body:
        return None  # a text that PostgreSQL cannot hold
    try:
        now = datetime.now(UTC)
        actor = _actor(environ["HTTP_AUTHORIZATION"][7:].strip(), now)
        return None if actor is None else take(actor, body, now)
    except Unavailable as error:
        return error
    except FirstoffError:
        return None
    except Exception as error:
        away = outage(error)
        if away is not None:
            log.warning("%s: %s", away.code, in_one_line(error))
        return away  # what is a bug of ours is met again on the common way, and logged there
    finally:
        close_old_connections()
        connection.health_check_done = True  # type: ignore[attr-defined]  # see _actor


def _actor(secret: str, now: datetime) -> Actor | None:
    """To ask first whether the connection is still there takes as long as this question: where it
    turns out to be gone, it is asked again on a new one."""
    try:
        return actor_of_token(secret, now)
    except (InterfaceError, OperationalError):
        close_old_connections()
        if connection.connection is not None:
            raise
    return actor_of_token(secret, now)
