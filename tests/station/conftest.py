"""A server that does what it is told: answers, refuses, is away, cuts the line."""

import json
import threading
from collections.abc import Iterator
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest


class FakeServer:
    """Stores records by ID, as Firstoff does. ``posts`` is how many records each post had."""

    def __init__(self) -> None:
        self.stored: dict[str, dict[str, Any]] = {}  # in order of arrival
        self.posts: list[int] = []
        self.twice = 0  # records that came again
        self.mode = "fine"
        self.refuse: dict[str, tuple[str, str]] = {}  # kind to code and sentence
        self.most = 10_000
        self.ahead = 0.0  # seconds by which its clock differs from ours
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()

    def answer(self, body: bytes) -> tuple[int, dict[str, Any]]:
        records = json.loads(body)["records"]
        self.posts.append(len(records))
        if len(records) > self.most:
            return 413, {"title": "Too large.", "code": "too-large"}
        if any("unreadable" in record for record in records):
            return 400, {"title": "That means nothing.", "code": "body", "way_out": "Mend it."}
        answers = [self._one(record) for record in records]
        return 200, {"answers": answers}

    def _one(self, record: dict[str, Any]) -> dict[str, str]:
        if record["kind"] in self.refuse:
            code, said = self.refuse[record["kind"]]
            return {"state": "refused", "code": code, "message": said, "way_out": "Wait."}
        if record["id"] in self.stored:
            assert self.stored[record["id"]] == record  # never other content under the same ID
            self.twice += 1
            return {"state": "already"}
        self.stored[record["id"]] = record
        return {"state": "stored"}


def _handler(server: FakeServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_HEAD(self) -> None:
            self._say(401, b"")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if server.mode == "deaf":  # gone before it took anything
                self.close_connection = True
                return
            if server.mode == "away":
                self._say(503, b"Service Unavailable")
            elif server.mode == "signed out":
                self._say(401, json.dumps({"title": "Unknown token.", "code": "token"}).encode())
            elif server.mode == "proxy":
                self._say(200, b"<html>Please sign in</html>")
            elif server.mode == "moved":
                self._say(302, b"", Location="http://127.0.0.1:1/")
            else:
                status, answer = server.answer(body)
                if server.mode == "cut":  # it is stored, and nobody hears of it
                    self.close_connection = True
                    return
                self._say(status, json.dumps(answer).encode())

        def _say(self, status: int, body: bytes, **headers: str) -> None:
            self.send_response_only(status)
            now = __import__("time").time() + server.ahead
            self.send_header("Date", formatdate(now, usegmt=True))
            self.send_header("Content-Length", str(len(body)))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    return Handler


@pytest.fixture
def server() -> Iterator[FakeServer]:
    made = FakeServer()
    yield made
    made.stop()
