"""What time it was, although the station's clock is wrong or was set meanwhile.

Every record notes the machine's uptime beside its clock. When it is sent, the server's clock and
the uptime tell when it really happened, if the machine was not started anew in between. Only a
time that this package set itself is put right: a time that the caller gave is the caller's.
"""

from __future__ import annotations

import json
import time
import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path

from firstoff_station.queue import Waiting, compact

TOLERANCE = 120.0  # seconds that a clock may be off before anybody minds
_HERE = uuid.uuid4().hex


def uptime() -> float:
    """Seconds since the machine was started, sleep included where the system counts it."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


def boot() -> str:
    """Which start of the machine this is; of this process, where the system does not say."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return _HERE


def now_text() -> str:
    return _text(time.time())


def _text(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat(timespec="milliseconds")


@dataclass(frozen=True)
class ServerClock:
    """The server's time at an uptime of this machine."""

    server: float
    ticks: float
    boot: str

    @property
    def off(self) -> float:
        """Seconds by which this station's clock is ahead of the server's."""
        return time.time() - (self.server + uptime() - self.ticks)

    def put_right(self, record: Waiting) -> Waiting:
        """The record with its ``at`` as the server's clock would have said. Once: a record that
        was sent stays as it was sent."""
        if not record.dated or record.attempts:
            return record
        if record.boot == self.boot:
            true = self.server + record.ticks - self.ticks
        else:  # from before a restart: all that is sure is that it is not in the future
            true = min(record.wall, self.server + uptime() - self.ticks)
        if abs(true - record.wall) <= TOLERANCE:
            return record
        fields = json.loads(record.body)
        said = f"the station's clock said {fields['at']}"
        fields["note"] = f"{fields['note']}; {said}" if fields.get("note") else said
        fields["at"] = _text(true)
        return replace(record, body=compact(fields), dated=False)
