"""The station as a test program sees it."""

from __future__ import annotations

import os
import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path
from types import TracebackType

from firstoff_station.client import Client, checked_url
from firstoff_station.clock import boot, now_text, uptime
from firstoff_station.errors import NotAccepted, ServerRefused
from firstoff_station.files import file_record
from firstoff_station.ids import uuid7
from firstoff_station.queue import Queue, RefusedRecord, compact
from firstoff_station.sender import Round, Sender

_FIRST_WAIT, _LONGEST_WAIT = 1.0, 60.0


@dataclass(frozen=True)
class Status:
    """How the station stands. Times are seconds since 1970."""

    waiting: int
    oldest: float | None
    refused: int
    refusals: tuple[RefusedRecord, ...]  # the first of them
    last_contact: float | None
    problem: str  # why nothing moves; empty while it does
    damaged: tuple[str, ...]  # queue files that were set aside


def default_folder() -> Path:
    """Where the queue lies unless somebody says: FIRSTOFF_QUEUE, or the user's data folder."""
    named = os.environ.get("FIRSTOFF_QUEUE")
    if named:
        return Path(named)
    base = os.environ.get("LOCALAPPDATA") or os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "firstoff-station"


class Station:
    """Keeps records on this station's disk and hands them over in order.

    url, token: the site and a token of scope ``record`` that names the station; left out, from
    FIRSTOFF_URL and FIRSTOFF_TOKEN. Without an address records are kept until there is one.
    site: the plant's code, where the token's owner works at several.
    folder: where the queue lies; several processes of a station share one.
    background: hand over from a thread of its own. ``flush`` does it here and now.

    Raises ServerRefused for an address that cannot be one.
    """

    def __init__(
        self,
        url: str = "",
        token: str = "",
        *,
        site: str = "",
        folder: str | os.PathLike[str] | None = None,
        background: bool = True,
        allow_plain_http: bool = False,
        ca_file: str = "",
        timeout: float = 30.0,
        batch_size: int = 500,
    ) -> None:
        url = url or os.environ.get("FIRSTOFF_URL", "")
        token = token or os.environ.get("FIRSTOFF_TOKEN", "")
        site = site or os.environ.get("FIRSTOFF_SITE", "")
        self.queue = Queue(default_folder() if folder is None else Path(folder))
        self._sender: Sender | None = None
        if url:
            if not token:
                raise ServerRefused("There is no token: give token=, or set FIRSTOFF_TOKEN.")
            address = checked_url(url, allow_plain_http=allow_plain_http)
            client = Client(address, token, site=site, timeout=timeout, ca_file=ca_file)
            self._sender = Sender(self.queue, client, most=batch_size)
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._background = background and self._sender is not None
        self._pid = os.getpid()
        if self._background:
            self._start()

    # ------------------------------------------------------------ recording

    def record(self, kind: str, **fields: object) -> str:
        """Keep one record; answers its ID when it is safe on disk. Raises NotAccepted.

        ``id`` and ``at`` are made here unless given. The kinds and their fields are those of
        ``POST /api/v1/records``.
        """
        return self.record_all([{"kind": kind, **fields}])[0]

    def record_all(self, records: Sequence[Mapping[str, object]]) -> tuple[str, ...]:
        """Keep several records in this order, all or none; answers their IDs."""
        kept = [_ready(record) for record in records]
        self.queue.put(kept, ticks=uptime(), boot=boot())
        if self._background:
            if self._pid != os.getpid() or self._thread is None or not self._thread.is_alive():
                self._start()  # after a fork the thread is the parent's alone
            self._wake.set()
        return tuple(id_ for id_, _, _ in kept)

    def record_file(self, path: str | os.PathLike[str], **fields: object) -> str:
        """Keep a file that a machine wrote (OpenHTF, WATS, STDF, DFQ, QIF, CFX, CSV ...)."""
        return self.record_all([file_record(Path(path), **fields)])[0]

    # ------------------------------------------------------------ handing over

    def flush(self, timeout: float = 30.0) -> bool:
        """Hand over here and now; answers whether nothing waits any more.

        Raises ServerRefused where the server will not take anything from this station.
        """
        if self._sender is None:
            return not self.status().waiting
        until = time.monotonic() + timeout
        wait = 0.2
        while True:
            done = self._sender.round()
            if not done.moved and not done.busy and not done.problem:
                return True
            wait = 0.2 if done.moved else min(wait * 2, 5.0)
            if time.monotonic() + wait >= until and not done.moved:
                return not self.queue.counts()[0]
            if not done.moved:
                time.sleep(wait)

    def status(self) -> Status:
        waiting, refused, oldest = self.queue.counts()
        contact = self.queue.fact("last_contact")
        return Status(
            waiting=waiting,
            oldest=oldest,
            refused=refused,
            refusals=tuple(self.queue.refused(20)) if refused else (),
            last_contact=float(contact) if contact else None,
            problem=self.queue.fact("problem") or "",
            damaged=self.queue.damaged,
        )

    def close(self, timeout: float = 5.0) -> None:
        """Hand over what can be within ``timeout`` seconds. What waits is kept for next time."""
        self._stop.set()
        self._wake.set()
        thread = self._thread
        if thread is not None and self._pid == os.getpid():
            thread.join(timeout)
        if thread is None or not thread.is_alive():
            self.queue.close()

    def __enter__(self) -> Station:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _start(self) -> None:
        self._pid = os.getpid()
        self._wake, self._stop = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._work, name="firstoff-station", daemon=True)
        self._thread.start()

    def _work(self) -> None:
        sender = self._sender
        wait = _FIRST_WAIT
        while sender is not None:
            self._wake.clear()
            done = _careful(sender)
            if done.moved:
                wait = _FIRST_WAIT
                continue
            if self._stop.is_set():
                return
            if done.problem:
                self._stop.wait(max(wait, done.wait))
                wait = min(wait * 2, _LONGEST_WAIT)
            else:
                # Looks now and then although nobody called: refusals whose time has come, and
                # records of other processes.
                self._wake.wait(1.0 if done.busy else 5.0)


def _careful(sender: Sender) -> Round:
    """A thread that ends would leave records lying: nothing may end it."""
    try:
        return sender.round()
    except Exception as error:  # whatever it is, the records are on disk and it is tried again
        return Round(problem=f"{type(error).__name__}: {error}", wait=5.0)


def _ready(record: Mapping[str, object]) -> tuple[str, str, bool]:
    """ID, JSON, and whether the time is this station's."""
    fields = {name: _plain(value, name) for name, value in record.items() if value is not None}
    if not isinstance(fields.get("kind"), str) or not fields["kind"]:
        raise NotAccepted(
            "The record has no kind; expected such as 'operation'. Nothing was kept."
        )
    given = fields.get("id")
    try:
        id_ = str(uuid7() if given is None else uuid.UUID(str(given)))
    except ValueError as error:
        raise NotAccepted(
            f"{given!r} is no record ID; expected a UUID. Nothing was kept."
        ) from error
    dated = "at" not in fields
    if dated:
        fields["at"] = now_text()
    first = {"kind": fields.pop("kind"), "id": id_, "at": fields.pop("at")}
    fields.pop("id", None)
    return id_, compact({**first, **fields}), dated


def _plain(value: object, where: str) -> object:
    """As JSON says it. Decimals are texts: a quantity is never a binary float."""
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise NotAccepted(
                f"{where} {value.isoformat()} has no time zone; give one "
                "(datetime.now(timezone.utc)). Nothing was kept."
            )
        return value.astimezone(timezone.utc).isoformat()
    if isinstance(value, (Decimal, uuid.UUID, os.PathLike)):
        return str(value)
    if isinstance(value, Mapping):
        return {str(k): _plain(v, f"{where}.{k}") for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item, where) for item in value]
    return value
