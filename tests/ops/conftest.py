"""Firstoff as an operator runs it: its own process, its own home."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import Message
from functools import cache
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import pytest

PASSWORD = "correct horse battery staple"


@cache
def _zygote() -> subprocess.Popen[str]:
    program = [sys.executable, str(Path(__file__).with_name("zygote.py"))]
    pipe = subprocess.PIPE
    return subprocess.Popen(program, stdin=pipe, stdout=pipe, text=True)


@pytest.fixture(scope="session", autouse=True)
def _end_of_zygote() -> Iterator[None]:
    yield
    if _zygote.cache_info().currsize:
        _zygote().communicate()
        _zygote.cache_clear()


@dataclass(frozen=True)
class Ended:
    returncode: int
    stdout: str
    stderr: str


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Message
    body: str


class Asked:
    """A request that is under way."""

    def __init__(self, port: int) -> None:
        self.connection = HTTPConnection("127.0.0.1", port, timeout=60)

    def answer(self) -> Answer:
        try:
            response = self.connection.getresponse()
            return Answer(response.status, response.headers, response.read().decode())
        finally:
            self.connection.close()


@dataclass(frozen=True)
class Firstoff:
    """One installation. Called with arguments, it runs the command and answers how it ended."""

    home: Path
    database_url: str = ""
    extra: dict[str, str] = field(default_factory=dict)
    homeless: bool = False  # FIRSTOFF_HOME is not set

    @property
    def environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("FIRSTOFF_", "DJANGO_"))}
        url = {"FIRSTOFF_DATABASE_URL": self.database_url} if self.database_url else {}
        home = {} if self.homeless else {"FIRSTOFF_HOME": str(self.home)}
        return {**kept, **url, **home, **self.extra}

    def __call__(self, *arguments: str, say: str = "") -> "Ended":
        with tempfile.TemporaryDirectory() as folder:
            files = [Path(folder) / name for name in ("in", "out", "err")]
            for file in files:
                file.write_text(say if file.name == "in" else "")
            job = {
                "arguments": arguments,
                "environment": self.environment,
                "folder": str(self.home.parent),
                "files": [str(f) for f in files],
            }
            zygote = _zygote()
            assert zygote.stdin
            assert zygote.stdout
            zygote.stdin.write(json.dumps(job) + "\n")
            zygote.stdin.flush()
            code = int(zygote.stdout.readline())
            return Ended(code, files[1].read_text(), files[2].read_text())

    def init(self) -> "Ended":
        flags = ["--username", "adam", "--name", "Adam Reed", "--site", "Stoke-on-Trent"]
        flags += ["--site-code", "STOKE", "--time-zone", "Europe/London", "--password-stdin"]
        return self("init", *flags, say=PASSWORD + "\n")

    @property
    def head(self) -> str:
        return self("ledger", "head").stdout.strip()


@pytest.fixture(scope="session")
def _made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    firstoff = Firstoff(tmp_path_factory.mktemp("made-once") / "home")
    done = firstoff.init()
    assert done.returncode == 0, done.stderr
    return firstoff.home


@pytest.fixture
def firstoff(_made_once: Path, tmp_path: Path) -> Firstoff:
    """An installation with one administrator, adam."""
    shutil.copytree(_made_once, tmp_path / "home")
    return Firstoff(tmp_path / "home")


@pytest.fixture
def nothing_yet(tmp_path: Path) -> Firstoff:
    """A home that does not exist."""
    return Firstoff(tmp_path / "new")


@dataclass
class Site:
    """A site that runs, and somebody who may sign in."""

    process: subprocess.Popen[str]
    port: int

    def get(self, path: str) -> Answer:
        return self.ask("GET", path).answer()

    def ask(self, method: str, path: str, body: str | bytes = b"", **headers: str) -> Asked:
        asked = Asked(self.port)
        try:
            asked.connection.request(method, path, body or None, headers)
        except OSError:
            asked.connection.close()
            raise
        return asked

    def sign_in(self) -> Asked:
        """Send the form with the right password; the answer is not waited for."""
        page = self.get("/sign-in/")
        cookie = page.headers["Set-Cookie"].split(";")[0].strip()
        token = page.body.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
        form = {"csrfmiddlewaretoken": token, "username": "adam", "password": PASSWORD}
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.ask("POST", "/sign-in/", urlencode(form), Cookie=cookie, **kind)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        self.process.send_signal(number)
        said, _ = self.process.communicate(timeout=60)
        return self.process.returncode, said


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


@pytest.fixture
def serve() -> Iterator[Callable[..., Site]]:
    """Start a site; it is stopped when the test ends, however it ends."""
    started: list[subprocess.Popen[str]] = []

    def start(firstoff: Firstoff, *arguments: str) -> Site:
        port = free_port()
        process = subprocess.Popen(
            [sys.executable, "-m", "firstoff.cli", "serve", "--port", str(port), *arguments],
            env=firstoff.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        for _ in range(600):
            with socket.socket() as trial:
                if trial.connect_ex(("127.0.0.1", port)) == 0:
                    return Site(process, port)
            if process.poll() is not None:
                break
            time.sleep(0.05)
        process.kill()
        raise AssertionError(process.communicate()[0])

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()
