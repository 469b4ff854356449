"""Headers that protect, and an id that joins a request with its log lines."""

import logging
import re
import secrets
from collections.abc import Callable
from contextvars import ContextVar

from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig
from django.http import HttpRequest, HttpResponse

Handler = Callable[[HttpRequest], HttpResponse]

_request_id: ContextVar[str] = ContextVar("request_id", default="-")
_CLEAN = re.compile(r"[A-Za-z0-9-]{8,64}")

# Charts are drawn by scripts of our own with their data beside them as JSON: nothing inline runs.
# Style attributes are allowed, style elements are not.
CONTENT_SECURITY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'; media-src 'self'"
)


PERMISSIONS = "camera=(), microphone=(), geolocation=()"


def known_request_id(text: str) -> bool:
    """Whether it may stand in a log."""
    return _CLEAN.fullmatch(text) is not None


class RequestId:
    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-Id", "")
        request_id = given if known_request_id(given) else secrets.token_hex(8)
        request.META["REQUEST_ID"] = request_id  # pages of refusal show it
        token = _request_id.set(request_id)
        try:
            response = self.get_response(request)
        finally:
            _request_id.reset(token)
        response["X-Request-Id"] = request_id
        return response


class Bounded:
    """What is larger than the site takes is refused before it is read."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        # A form around a file has some bytes of its own.
        if not length.isdecimal() or int(length) > settings.MAX_UPLOAD_BYTES + 65_536:
            raise RequestDataTooBig
        return self.get_response(request)


class NoNul:
    """Text with the character NUL is refused at the door: PostgreSQL cannot hold it, and what
    one database holds has to fit into the other."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest
        # Files are bytes and may hold what they like; they are read where they are stored.
        if request.content_type == "application/json" and b"\\u0000" in request.body:
            raise BadRequest
        if request.content_type == "application/x-www-form-urlencoded" and b"%00" in request.body:
            raise BadRequest
        return self.get_response(request)


class RequestIdFilter(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        # The access log comes after the request: it brings the id itself.
        record.request_id = getattr(record, "request_id", None) or _request_id.get()
        return True


class SecurityHeaders:
    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Content-Security-Policy", CONTENT_SECURITY)
        response.setdefault("X-Frame-Options", "DENY")
        response.setdefault("Permissions-Policy", PERMISSIONS)
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if not request.path.startswith("/static/"):
            # What a person may see now, the next one at this tablet may not.
            response.setdefault("Cache-Control", "no-store")
        return response
