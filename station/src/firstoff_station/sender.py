"""From the queue to the server, in order, as often as it takes."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass

from firstoff_station.client import Client, NoAnswer, TooLarge, Unreadable, Verdict
from firstoff_station.clock import ServerClock, boot, uptime
from firstoff_station.errors import ServerRefused, StationError
from firstoff_station.lock import SenderLock
from firstoff_station.queue import Queue, Waiting

_MOST_BYTES = 4 * 1024 * 1024  # of a post; a single larger record goes alone
_CLOCK_HOLDS = 3600.0  # seconds until the server is asked the time again


@dataclass(frozen=True)
class Round:
    """What one post did. ``problem`` says why nothing moved, ``wait`` for how long to leave it."""

    stored: int = 0
    refused: int = 0
    problem: str = ""
    wait: float = 0.0
    busy: bool = False  # another process sends

    @property
    def moved(self) -> bool:
        return bool(self.stored or self.refused)


class Sender:
    def __init__(self, queue: Queue, client: Client, *, most: int = 500) -> None:
        self.queue = queue
        self.client = client
        self._most = most
        self._size = most
        self._clock: ServerClock | None = None

    def round(self) -> Round:
        """Send the head of the queue once."""
        with SenderLock(self.queue.folder) as mine:
            if not mine:
                return Round(busy=True)
            try:
                self.queue.again()
                records = self.queue.head(self._size, most_bytes=_MOST_BYTES)
                if not records:
                    return Round()
                done = self._send(records)
                self.queue.keep_fact(last_contact=str(time.time()), problem="")
                return done
            except NoAnswer as error:
                self._say(str(error))
                return Round(problem=str(error), wait=error.wait)
            except ServerRefused as error:
                self._say(str(error))
                return Round(problem=str(error), wait=60.0)
            except StationError as error:  # the disk: what is accepted stays where it is
                return Round(problem=str(error), wait=5.0)

    def _say(self, problem: str) -> None:
        with contextlib.suppress(StationError):  # a full disk takes no note of it either
            self.queue.keep_fact(problem=problem)

    def _send(self, records: list[Waiting]) -> Round:
        clock = self._server_clock()
        if clock is not None:
            records = [clock.put_right(record) for record in records]
        self.queue.about_to_send(records)
        try:
            reply = self.client.post([record.body for record in records])
        except TooLarge as error:
            return self._smaller(records, Verdict("refused", "too-large", str(error)))
        except Unreadable as error:
            verdict = Verdict("refused", error.code, str(error), error.way_out)
            return self._smaller(records, verdict)
        if reply.server_time is not None:
            self._clock = ServerClock(reply.server_time, uptime(), boot())
        self._size = min(self._most, self._size * 2)
        return self._settle(records, reply.verdicts)

    def _smaller(self, records: list[Waiting], verdict: Verdict) -> Round:
        """One record spoils the post: halves find it, and the others go through."""
        if len(records) == 1:
            self._size = self._most
            return self._settle(records, (verdict,))
        self._size = len(records) // 2
        return self._send(records[: self._size])

    def _settle(self, records: list[Waiting], verdicts: tuple[Verdict, ...]) -> Round:
        stored = [r.seq for r, v in zip(records, verdicts) if v.state != "refused"]
        refused = [
            (r, v.code, v.said, v.way_out)
            for r, v in zip(records, verdicts)
            if v.state == "refused"
        ]
        self.queue.settled(stored, refused)
        return Round(stored=len(stored), refused=len(refused))

    def _server_clock(self) -> ServerClock | None:
        held = self._clock
        if held is None or uptime() - held.ticks > _CLOCK_HOLDS:
            server = self.client.server_time()
            if server is not None:
                self._clock = held = ServerClock(server, uptime(), boot())
        return held
