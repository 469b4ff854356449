"""One post to the server and its answer, in words that the sender can act on."""

from __future__ import annotations

import email.utils
import http.client
import json
import socket
import ssl
import urllib.error
import urllib.request
from dataclasses import dataclass
from urllib.parse import urlsplit

from firstoff_station.errors import ServerRefused

RECORDS = "/api/v1/records"
_HERE = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True)
class Verdict:
    """What the server made of one record: stored, already, refused."""

    state: str
    code: str = ""
    said: str = ""
    way_out: str = ""


@dataclass(frozen=True)
class Reply:
    """``verdicts`` in the order posted. ``server_time``: its clock, seconds since 1970."""

    verdicts: tuple[Verdict, ...]
    server_time: float | None


class NoAnswer(Exception):
    """The network, the server or what stands between did not answer: later again.

    ``wait``: seconds that the server asks for, if it did.
    """

    def __init__(self, said: str, wait: float = 0.0) -> None:
        super().__init__(said)
        self.wait = wait


class TooLarge(Exception):
    """The post is more than the server takes at once."""


class Unreadable(Exception):
    """The server cannot read the post: one of its records means nothing. ``code``, ``way_out``."""

    def __init__(self, said: str, code: str, way_out: str) -> None:
        super().__init__(said)
        self.code = code
        self.way_out = way_out


def checked_url(url: str, *, allow_plain_http: bool = False) -> str:
    """The site's address without a slash at its end. Raises ServerRefused for what is none.

    A token travels with every post: without encryption only to this machine, unless allowed.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ServerRefused(
            f"{url!r} is no address; expected such as https://firstoff.example.com"
        )
    if parts.scheme == "http" and parts.hostname not in _HERE and not allow_plain_http:
        raise ServerRefused(
            f"{url} would send the token unencrypted; use https, or say allow_plain_http "
            "(--plain-http) for a network that is yours alone."
        )
    return url.rstrip("/")


class Client:
    def __init__(
        self, url: str, token: str, *, site: str = "", timeout: float = 30.0, ca_file: str = ""
    ) -> None:
        self.url = url
        self.site = site
        self.timeout = timeout
        self._token = token
        handlers: list[urllib.request.BaseHandler] = [_NoRedirect()]
        if url.startswith("https"):
            context = ssl.create_default_context(cafile=ca_file or None)
            handlers.append(urllib.request.HTTPSHandler(context=context))
        self._opener = urllib.request.build_opener(*handlers)

    def post(self, bodies: list[str]) -> Reply:
        """Post records, JSON texts, best effort; raises NoAnswer, TooLarge, Unreadable, or
        ServerRefused where trying again cannot help."""
        site = f'"site":{json.dumps(self.site)},' if self.site else ""
        body = f'{{{site}"mode":"best_effort","records":[{",".join(bodies)}]}}'.encode()
        request = urllib.request.Request(
            self.url + RECORDS,
            data=body,
            method="POST",
            headers={
                "Authorization": f"Bearer {self._token}",
                "Content-Type": "application/json",
                "Accept": "application/json",
                "User-Agent": "firstoff-station",
            },
        )
        try:
            with self._opener.open(request, timeout=self.timeout) as response:
                return _reply(response.read(), response.headers.get("Date"), len(bodies))
        except urllib.error.HTTPError as error:
            with error:
                raise _of_status(error, self.url) from error
        except urllib.error.URLError as error:
            if isinstance(error.reason, ssl.SSLCertVerificationError):
                raise ServerRefused(
                    f"The certificate of {self.url} is not trusted: {error.reason.verify_message}."
                    " Name its authority with ca_file (--ca-file)."
                ) from error
            raise NoAnswer(f"{self.url} cannot be reached: {error.reason}") from error
        except (OSError, http.client.HTTPException, socket.timeout) as error:
            raise NoAnswer(
                f"{self.url} did not answer: {str(error) or type(error).__name__}"
            ) from error

    def server_time(self) -> float | None:
        """The server's clock, seconds since 1970; None where it does not answer."""
        request = urllib.request.Request(self.url + RECORDS, method="HEAD")
        try:
            with self._opener.open(request, timeout=self.timeout) as response:
                return _seconds(response.headers.get("Date"))
        except urllib.error.HTTPError as error:  # it wants a token; the clock comes with that
            with error:
                return _seconds(error.headers.get("Date"))
        except (OSError, http.client.HTTPException):
            return None


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the token to another place, and lose the record on its way."""

    def redirect_request(self, *_: object, **__: object) -> None:
        return None


def _reply(content: bytes, date: str | None, count: int) -> Reply:
    try:
        answers = json.loads(content)["answers"]
        verdicts = tuple(
            Verdict(
                str(a["state"]),
                str(a.get("code") or ""),
                str(a.get("message") or ""),
                str(a.get("way_out") or ""),
            )
            for a in answers
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NoAnswer("what answered is no Firstoff (a proxy, a sign-in page?)") from error
    known = {"stored", "already", "refused"}
    if len(verdicts) != count or any(v.state not in known for v in verdicts):
        raise NoAnswer(f"{len(verdicts)} answers came for {count} records")
    return Reply(verdicts, _seconds(date))


def _seconds(date: str | None) -> float | None:
    try:
        return email.utils.parsedate_to_datetime(date).timestamp() if date else None
    except (TypeError, ValueError):
        return None


def _of_status(error: urllib.error.HTTPError, url: str) -> Exception:
    """What a status means. Only what Firstoff itself says in its own form is a verdict on a
    record; a proxy's 400 is not."""
    said, code, way_out = _problem(error)
    if error.code == 413:
        return TooLarge(said)
    if error.code in (400, 409, 422) and code:
        return Unreadable(said, code, way_out)
    if error.code in (401, 403):
        return ServerRefused(f"{url} does not take this token: {said} {way_out}".strip())
    if 300 <= error.code < 400:
        where = error.headers.get("Location", "elsewhere")
        return ServerRefused(f"{url} sends on to {where}: use that address.")
    if error.code == 404:
        return ServerRefused(f"{url}{RECORDS} is not there: is this the address of Firstoff?")
    try:
        wait = float(error.headers.get("Retry-After", "0"))
    except ValueError:
        wait = 0.0
    return NoAnswer(f"{url} answers {error.code}: {said}", wait)


def _problem(error: urllib.error.HTTPError) -> tuple[str, str, str]:
    try:
        body = json.loads(error.read(1 << 20))
        said = str(body.get("detail") or body.get("title") or error.reason)
        return said, str(body.get("code") or ""), str(body.get("way_out") or "")
    except (ValueError, AttributeError, OSError, http.client.HTTPException):
        return str(error.reason), "", ""
