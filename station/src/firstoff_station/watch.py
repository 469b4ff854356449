"""A folder where a machine drops files: each becomes a record once it is whole."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from firstoff_station.errors import NotAccepted, StationError
from firstoff_station.station import Station


@dataclass
class Watcher:
    """Looks into ``folder`` and keeps every file that is ``settled`` seconds old and no longer
    grows. A kept file moves to ``done`` (by default ``<folder>/sent``), one that cannot be a
    record to ``refused`` beside it, with a note. The files of one look go in by age.

    Safe to kill anywhere: a file is moved after its record is on disk, and found again it is the
    same record.
    """

    station: Station
    folder: Path
    pattern: str = "*"
    fields: Mapping[str, object] = field(default_factory=dict)
    done: Path | None = None
    settled: float = 2.0
    say: Callable[[str], None] = print
    _sizes: dict[Path, int] = field(default_factory=dict)

    def look(self) -> int:
        """One look; answers how many files were kept."""
        done = self.done or self.folder / "sent"
        kept = 0
        for path in self._ready():
            try:
                self.station.record_file(path, **self.fields)
            except NotAccepted as error:
                if "cannot be written" in str(error):
                    raise  # the queue, not the file: leave it where it is
                self._refuse(path, str(error))
                continue
            self._move(path, done)
            self.say(f"{path.name}: kept")
            kept += 1
        return kept

    def run(self, stop: threading.Event, every: float = 2.0) -> None:
        """Look until ``stop`` is set. A full disk or a lost share is waited out."""
        while not stop.is_set():
            try:
                self.look()
            except (StationError, OSError) as error:
                self.say(str(error))
            stop.wait(every)

    def _ready(self) -> list[Path]:
        now = time.time()
        found: list[tuple[float, Path]] = []
        sizes: dict[Path, int] = {}
        for path in self.folder.glob(self.pattern):
            try:
                state = path.stat()
            except OSError:
                continue  # gone again: the machine renamed it
            if not path.is_file() or path.name.startswith("."):
                continue
            sizes[path] = state.st_size
            # A clock that was set back makes a file look young for ever: its size decides too.
            old = now - state.st_mtime >= self.settled or state.st_mtime > now + 60
            if old and self._sizes.get(path) == state.st_size:
                found.append((state.st_mtime, path))
        self._sizes = sizes
        return [path for _, path in sorted(found)]

    def _refuse(self, path: Path, why: str) -> None:
        where = self.folder / "refused"
        moved = self._move(path, where)
        moved.with_name(moved.name + ".txt").write_text(why + "\n", encoding="utf-8")
        self.say(f"{path.name}: {why}")

    def _move(self, path: Path, folder: Path) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / path.name
        number = 1
        while target.exists():
            number += 1
            target = folder / f"{path.stem}-{number}{path.suffix}"
        path.replace(target)
        return target
