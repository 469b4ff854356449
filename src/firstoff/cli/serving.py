"""The production server: waitress, with a stop that loses nothing and a log with request ids."""

import errno
import gc
import hashlib
import html
import importlib
import json
import logging
import os
import select
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import quote

from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import create_server
from waitress.task import ErrorTask, WSGITask
from waitress.utilities import RequestEntityTooLarge

from firstoff import __version__
from firstoff.errors import InvalidInput, Unavailable

THREADS = 8
GRACE = 30.0  # seconds that requests in flight get when the site is told to stop
_SWALLOW = 4_000_000_000  # bytes of an upload that is refused, read and thrown away
_HEAD = 1_000_000  # what a form adds to the largest file
_access = logging.getLogger("firstoff.access")
log = logging.getLogger("firstoff.serve")

App = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


@dataclass(frozen=True, slots=True)
class Address:
    host: str
    port: int
    proxy: str = ""  # the reverse proxy whose headers are believed; empty: nobody's


class Server:
    """Listens from the moment it is made; ``run`` serves until a signal comes."""

    def __init__(self, app: App, at: Address, largest_upload: int) -> None:
        self.sockets: dict[int, Any] = {}
        self.stopping = False
        self.deadline = float("inf")
        proxy: dict[str, Any] = {}
        if at.proxy:
            headers = {"x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"}
            proxy = {"trusted_proxy": at.proxy, "trusted_proxy_headers": headers}
        try:
            self.server = create_server(
                _logged(app),
                map=self.sockets,
                host=at.host,
                port=at.port,
                threads=THREADS,
                ident="Firstoff",
                asyncore_use_poll=True,
                channel_timeout=120,
                connection_limit=500,
                max_request_body_size=largest_upload + _HEAD,
                clear_untrusted_proxy_headers=True,
                **proxy,
            )
        except OSError as error:
            raise refused(at.host, at.port, error) from error
        except ValueError as error:
            raise InvalidInput(f"{at.host} port {at.port} is no address to listen at.") from error
        for listener in self._listeners():
            listener.channel_class = _Channel
            self.wake: Callable[[], None] = listener.pull_trigger

    def run(self) -> int:
        """Serve until SIGTERM, SIGINT or SIGHUP; answers how many requests were cut off."""
        for number in (signal.SIGTERM, signal.SIGINT, getattr(signal, "SIGHUP", None)):
            if number is not None:
                signal.signal(number, self._told)
        threading.Thread(target=_warm_up, name="warm-up", daemon=True).start()
        # waitress warns for each request that waits a moment for a thread: that is its work.
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        while not self.stopping:
            wasyncore.poll2(1.0, self.sockets)
        return self._drain()

    def _told(self, number: int, frame: FrameType | None) -> None:
        # The second signal says: now.
        self.deadline = time.monotonic() + (0 if self.stopping else GRACE)
        self.stopping = True
        self.wake()

    def _drain(self) -> int:
        """Take nobody in, finish what was begun, close what is idle."""
        log.info("stopping: no new connections; requests in flight are finished")
        for listener in self._listeners():
            while select.select([listener.socket], [], [], 0)[0]:
                listener.handle_accept()  # who was let in by the system is still served
            wasyncore.dispatcher.close(listener)
            listener.accepting = False  # answers from now on say that their connection closes
        wasyncore.poll2(0.05, self.sockets)  # what has arrived is in flight
        while channels := self._channels():
            for channel in channels:
                if not _busy(channel):
                    channel.will_close = True
            if time.monotonic() > self.deadline:
                break
            wasyncore.poll2(0.2, self.sockets)
        cut = sum(1 for c in self._channels() if _busy(c))
        self.server.task_dispatcher.shutdown(timeout=1 if cut else 5)
        return cut

    def _listeners(self) -> list[Any]:
        return [s for s in self.sockets.values() if getattr(s, "accepting", False)]

    def _channels(self) -> list[HTTPChannel]:
        return [s for s in self.sockets.values() if isinstance(s, HTTPChannel)]


def _warm_up() -> None:
    """Load what the first page of a run would wait for, while nobody waits yet."""
    from firstoff.formats.charts import browser_bundle

    for name in ("verdict", "papers"):
        importlib.import_module(f"firstoff.queries.evidence.{name}")
    browser_bundle()
    _collect_seldom()


def _collect_seldom() -> None:
    """What is kept in memory of runs with ten thousand units is walked by every full collection,
    which stops the site for a tenth of a second. Requests leave next to nothing to it."""
    gc.collect()
    gc.freeze()  # what was loaded so far stays
    gc.set_threshold(20_000, 50, 100)


def _busy(channel: HTTPChannel) -> bool:
    return bool(channel.requests or channel.request or channel.total_outbufs_len)


def check_free(host: str, port: int) -> None:
    """Fail early, before anything is loaded, where the port is taken. Raises Unavailable."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        family, kind, protocol, _, address = found[0]
        with socket.socket(family, kind, protocol) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
    except OSError as error:
        raise refused(host, port, error) from error


def refused(host: str, port: int, error: OSError) -> Unavailable:
    if error.errno == errno.EADDRINUSE:
        return Unavailable(
            f"Port {port} on {host} is already in use.",
            way_out=f"Stop what uses it, or choose another: --port {port % 65535 + 1}.",
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return Unavailable(
            f"Port {port} on {host} is not for this user.",
            way_out="Choose one above 1023 with --port, behind a reverse proxy.",
        )
    return Unavailable(
        f"{host} port {port} cannot be listened at: {error.strerror or error}.",
        way_out="Name an address of this machine with --host.",
    )


class _Swallow:
    """Reads a body that is refused to its end, so that the answer reaches who sends it."""

    def __init__(self, left: int) -> None:
        self.left = left

    def received(self, data: bytes) -> int:
        taken = min(self.left, len(data))
        self.left -= taken
        return taken


class _Parser(HTTPRequestParser):
    """Refuses what is too large, but hears it out: a browser that still sends reads no answer."""

    swallow: _Swallow | None = None

    def received(self, data: bytes) -> int:
        if self.swallow:
            taken = self.swallow.received(data)
            self.completed = self.swallow.left == 0
            return taken
        taken = int(super().received(data))
        too_large = isinstance(self.error, RequestEntityTooLarge)
        if too_large and not self.chunked and 0 < self.content_length <= _SWALLOW:
            if self.expect_continue:
                self.expect_continue = False  # it waits for our word before it sends: it is no
            else:
                self.swallow = _Swallow(self.content_length)
                self.completed = False
        return taken


class _ErrorTask(ErrorTask):
    """What the server refuses itself, said as the site says it."""

    def execute(self) -> None:
        request: Any = self.request
        error = request.error
        title = str(error.reason)
        if isinstance(error, RequestEntityTooLarge):
            largest = (self.channel.adj.max_request_body_size - _HEAD) // 1024 // 1024
            title = (
                f"{request.content_length / 1024 / 1024:,.0f} MB were sent; "
                f"the site takes at most {largest} MB. Nothing was taken in."
            )
        path = str(getattr(request, "path", ""))
        if path.startswith("/api/"):
            kind, body = "application/problem+json", _problem(error.code, title)
        else:
            kind, body = "text/html; charset=utf-8", _page(error.code, title)
        self.status = f"{error.code} {error.reason}"
        self.response_headers = [("Content-Type", kind), ("Cache-Control", "no-store")]
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)
        _access.info("%s %s refused by the server: %s", error.code, quote(path), error.body)


def _problem(status: int, title: str) -> bytes:
    code = "too-big" if status == 413 else "invalid-input"
    kind = f"https://firstoff.dev/problems/{code}"
    return json.dumps({"type": kind, "title": title, "status": status, "code": code}).encode()


def _page(status: int, title: str) -> bytes:
    return (
        "<!doctype html><html lang=en><meta charset=utf-8>"
        f"<title>{status}</title><main><h1>{html.escape(title)}</h1>"
        '<p><a href="/">To the board</a></p></main></html>'
    ).encode()


class _Task(WSGITask):
    """Tells who keeps a connection open that it closes, once the site is stopping."""

    def build_response_header(self) -> Any:
        if not self.channel.server.accepting and len(self.channel.requests) == 1:
            self.set_close_on_finish()
        return super().build_response_header()


class _Channel(HTTPChannel):
    parser_class = _Parser
    task_class = _Task
    error_task_class = _ErrorTask


def _logged(app: App) -> App:
    """One line a request: who, what, how it ended, how long, under which id."""

    def logged(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        began = time.monotonic()
        answer: dict[str, str] = {}

        def started(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            answer.update({k.lower(): v for k, v in headers}, status=status)
            return start_response(status, headers, exc_info)

        try:
            return app(environ, started)
        finally:
            # The path alone, and quoted: a query may hold what somebody searched for.
            _access.info(
                "%s %s %s %s %s bytes %.0f ms",
                environ.get("REMOTE_ADDR", "-"),
                environ.get("REQUEST_METHOD", "-"),
                quote(environ.get("PATH_INFO", "").encode("latin-1")),
                answer.get("status", "no answer").split()[0],
                answer.get("content-length", "-"),
                (time.monotonic() - began) * 1000,
                extra={"request_id": answer.get("x-request-id", "-")},
            )

    return logged


def collect_static() -> None:
    """Style sheets and scripts into the home, once for what is installed; later starts skip it."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    seen = hashlib.sha256(__version__.encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            at = os.stat(storage.path(name))
            seen.update(f"{name}|{at.st_size}|{at.st_mtime_ns}\n".encode())
    stamp = Path(settings.STATIC_ROOT) / ".collected"
    if stamp.exists() and stamp.read_text() == seen.hexdigest():
        return
    # Not cleared first: pages open in browsers still ask for the files of the version before.
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(seen.hexdigest())


def say(text: str = "") -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
