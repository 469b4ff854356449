"""Where errors become answers: a page for a person, problem+json for a program (RFC 9457)."""

import logging
import sys
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import (
    DisallowedHost,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from firstoff.errors import FirstoffError, InvalidInput, NotAllowed, NotFound, Unavailable
from firstoff.services.outages import RETRY_AFTER, in_one_line, outage

log = logging.getLogger("firstoff")

Handler = Callable[[HttpRequest], HttpResponse]


class ErrorAnswers:
    """The last middleware: what no door caught is answered here, once, for all of them."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        known = _known(error)
        if known is None:
            log.exception("unhandled error")
            return _answer(request, 500, "error", "Something broke on our side.", _BROKE, {})
        if known is not error and isinstance(known, Unavailable):
            log.warning("%s: %s", known.code, in_one_line(error))
        return _answer(
            request, known.status, known.code, known.message, known.way_out, dict(known.details)
        )


_BROKE = "Nothing was recorded. The log has the details under the request id in the answer's head."


def _known(error: Exception) -> FirstoffError | None:
    match error:
        case FirstoffError():
            return error
        case Http404():
            return NotFound("There is no such page, or not for you.")
        case PermissionDenied():
            return NotAllowed("You may not do that here.")
        case RequestDataTooBig() | TooManyFieldsSent() | TooManyFilesSent():
            most = settings.MAX_UPLOAD_BYTES // 1024**2
            return InvalidInput(
                "More was sent at once than the site takes.",
                code="too-big",
                way_out=f"A file may have {most} MB (FIRSTOFF_MAX_UPLOAD_MB); nothing was read.",
            )
        case DisallowedHost():
            return InvalidInput("The site does not answer to that name.", code="host")
        case SuspiciousOperation():
            return InvalidInput("The request could not be understood.")
        case _:
            return outage(error)


def problem(
    status: int, code: str, title: str, way_out: str = "", details: dict[str, object] | None = None
) -> JsonResponse:
    body: dict[str, object] = {
        "type": f"https://firstoff.dev/problems/{code}",
        "title": title,
        "status": status,
        "code": code,
    }
    if way_out:
        body["way_out"] = way_out
    if details:
        body["details"] = details
    return JsonResponse(
        body, status=status, content_type="application/problem+json", json_dumps_params=_JSON
    )


_JSON = {"ensure_ascii": False, "default": str}


def _answer(
    request: HttpRequest,
    status: int,
    code: str,
    title: str,
    way_out: str,
    details: dict[str, object],
) -> HttpResponse:
    if request.path.startswith("/api/"):
        said: HttpResponse = problem(status, code, title, way_out, details)
    elif status == Unavailable.status:
        said = _without_database(request, code, title, way_out)
    else:
        return _page(request, status, code, title, way_out, details)
    return _later(said)


def unavailable(error: Unavailable) -> HttpResponse:
    """What a program is told where the disk, the database or a peer does not answer."""
    return _later(
        problem(error.status, error.code, error.message, error.way_out, dict(error.details))
    )


def _later(said: HttpResponse) -> HttpResponse:
    if said.status_code == Unavailable.status:
        said["Retry-After"] = str(RETRY_AFTER)
    return said


def _without_database(request: HttpRequest, code: str, title: str, way_out: str) -> HttpResponse:
    """A page that asks the database nothing, not even for messages: it may be what is away."""
    status = Unavailable.status
    context = {"status": status, "code": code, "title": title, "way_out": way_out}
    content = render_to_string("errors/503.html", {**context, "request": request})
    return HttpResponse(content, status=status)


def _page(
    request: HttpRequest,
    status: int,
    code: str,
    title: str,
    way_out: str,
    details: dict[str, object],
) -> HttpResponse:
    template = f"errors/{status}.html" if status in (403, 404, 409, 500) else "errors/400.html"
    context = {"status": status, "code": code, "title": title, "way_out": way_out}
    return render(request, template, {**context, "details": details}, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What Django or a middleware refused before a view was asked."""
    known = _known(exception) or InvalidInput("The request could not be understood.")
    return _answer(request, known.status, known.code, known.message, known.way_out, {})


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith("/api/"):
        return problem(404, "not-found", "There is no such address.")
    return _answer(request, 404, "not-found", "There is no such page, or not for you.", "", {})


def server_error(request: HttpRequest) -> HttpResponse:
    """What broke outside of the views: a middleware that asks the database who is signed in."""
    error = sys.exc_info()[1]
    if error is not None and (known := outage(error)) is not None:
        log.warning("%s: %s", known.code, in_one_line(error))
        answer = _answer(request, known.status, known.code, known.message, known.way_out, {})
        # The line above says it all; Django would add the stack of every request.
        answer._has_been_logged = True  # type: ignore[attr-defined]  # of Django
        return answer
    return _answer(request, 500, "error", "Something broke on our side.", _BROKE, {})


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _answer(
        request,
        403,
        "csrf",
        "This form was not sent from a page of this site, or the page is from before you signed "
        "in. Nothing was recorded.",
        "Load the page again and send it once more.",
        {},
    )
