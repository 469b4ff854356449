"""The site as it is served, and a client that asks it."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode


class Site:
    """``firstoff serve`` in a process of its own, on a free port of this machine.

    bare: with the addresses that do nothing (``benchmarks.served``).
    """

    def __init__(self, *, bare: bool = False) -> None:
        with socket.socket() as trial:
            trial.bind(("127.0.0.1", 0))
            self.port = trial.getsockname()[1]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.served", str(self.port)]
            if bare
            else [sys.executable, "-m", "firstoff.cli", "serve", "--port", str(self.port)],
            env={**os.environ, "FIRSTOFF_LOG_LEVEL": "info"},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith("Ctrl+C"):
                return
        raise RuntimeError("the site did not start")

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=60)


class Client:
    """One kept connection, with the session of a person or the token of a station."""

    def __init__(self, site: Site, *, token: str = "") -> None:
        self.connection = HTTPConnection("127.0.0.1", site.port, timeout=120)
        self.headers = {"Accept-Encoding": "gzip"}
        if token:
            self.headers["Authorization"] = f"Bearer {token}"

    def sign_in(self, username: str, password: str) -> None:
        status, cookies, body = self._ask("GET", "/sign-in/", None, {"Accept-Encoding": ""})
        found = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', body)
        if status != 200 or found is None:
            raise RuntimeError(f"the page to sign in answered {status}")
        form = {
            "csrfmiddlewaretoken": found[1].decode(),
            "username": username,
            "password": password,
        }
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": "; ".join(cookies),
        }
        status, more, _ = self._ask("POST", "/sign-in/", urlencode(form).encode(), headers)
        if status != 302:
            raise RuntimeError(f"signing in answered {status}")
        self.headers["Cookie"] = "; ".join((*cookies, *more))

    def get(self, path: str) -> bytes:
        status, _, body = self._ask("GET", path, None, {})
        if status != 200:
            raise RuntimeError(f"{path} answered {status}: {body[:300]!r}")
        return body

    def post(self, path: str, body: object) -> bytes:
        return self.send(path, json.dumps(body).encode(), "application/json")

    def send(self, path: str, body: bytes, kind: str) -> bytes:
        status, _, said = self._ask("POST", path, body, {"Content-Type": kind})
        if status not in (200, 201):
            raise RuntimeError(f"{path} answered {status}: {said[:300]!r}")
        return said

    def _ask(
        self, method: str, path: str, body: bytes | None, more: dict[str, str]
    ) -> tuple[int, list[str], bytes]:
        self.connection.request(method, path, body, {**self.headers, **more})
        answer = self.connection.getresponse()
        cookies: list[Any] = answer.msg.get_all("Set-Cookie") or []
        return answer.status, [str(c).partition(";")[0] for c in cookies], answer.read()
