"""Timing, percentiles, the facts of the machine."""

import os
import platform
import sqlite3
import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds of many runs of one thing."""

    seconds: tuple[float, ...]

    @property
    def p50(self) -> float:
        return statistics.median(self.seconds)

    @property
    def p95(self) -> float:
        return self.percentile(95)

    def percentile(self, percent: float) -> float:
        """The nearest rank: a time that was measured."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, max(0, round(percent / 100 * len(ordered)) - 1))]

    @property
    def rate(self) -> float:
        """How many a second, one after the other."""
        return len(self.seconds) / sum(self.seconds)


def timed(work: Callable[[], T]) -> tuple[float, T]:
    began = time.perf_counter()
    found = work()
    return time.perf_counter() - began, found


def times(work: Callable[[], object], count: int) -> Times:
    return Times(tuple(timed(work)[0] for _ in range(count)))


def machine() -> dict[str, str]:
    """What the numbers were measured on, and what else was running."""
    return {
        "processor": f"{os.cpu_count()} cores, {_named('/proc/cpuinfo', 'model name')}",
        "memory": _named("/proc/meminfo", "MemTotal"),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "load": " ".join(f"{x:.1f}" for x in os.getloadavg()),
    }


def _named(file: str, name: str) -> str:
    path = Path(file)
    lines: Iterable[str] = path.read_text().splitlines() if path.exists() else ()
    found = (line.partition(":")[2].strip() for line in lines if line.startswith(name))
    return next(found, "unknown")
