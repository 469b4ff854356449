"""What a history covers and which files hold it: one small JSON file, replaced in one step.

A file that no manifest names does not count, whatever a build that was killed left behind. So a
reader sees all of a build or nothing of it, and a build can be repeated at any point.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from firstoff.errors import Unavailable
from firstoff.history.schema import VERSION

NAME = "manifest.json"
ANEW = "building.json"  # of a history built anew beside the one that answers meanwhile
READING = timedelta(minutes=15)  # longer than any question reads


@dataclass(frozen=True, slots=True)
class File:
    """A Parquet file. ``first`` and ``last``: when its tests began, in microseconds since 1970."""

    table: str
    path: str  # below the folder, with slashes
    sha256: str
    size: int
    rows: int
    site: str = ""
    part: str = ""
    month: str = ""
    first: int = 0
    last: int = 0

    @property
    def place(self) -> tuple[str, str, str, str]:
        """What is kept together: files of one place are joined as they grow."""
        return self.table, self.site, self.part, self.month


@dataclass(frozen=True, slots=True)
class Left:
    """A file that was joined into another one: it goes when no question can be reading it."""

    path: str
    at: str

    def since(self, at: datetime) -> timedelta:
        return at - datetime.fromisoformat(self.at)


@dataclass(frozen=True, slots=True)
class Manifest:
    """Covered are all records up to ``entry`` of the ledger, whose hash was ``hash`` then."""

    version: int = VERSION
    entry: int = 0
    hash: str = ""
    built_at: str = ""
    records: int = 0
    measurements: int = 0
    procedures: tuple[int, ...] = ()
    files: tuple[File, ...] = ()
    left: tuple[Left, ...] = ()

    @property
    def bytes(self) -> int:
        return sum(file.size for file in self.files)

    def of(self, table: str) -> tuple[File, ...]:
        return tuple(file for file in self.files if file.table == table)

    def with_files(self, gone: Iterable[File], new: Iterable[File], at: datetime) -> "Manifest":
        """The files of one step: ``gone`` were joined into ``new``."""
        out, added = {file.path for file in gone}, tuple(new)
        kept = {file.path for file in added}
        files = (*(f for f in self.files if f.path not in out | kept), *added)
        still = tuple(x for x in self.left if x.path not in kept and x.since(at) < READING)
        left = tuple(Left(path, at.isoformat()) for path in sorted(out - kept))
        return replace(self, files=files, left=(*still, *left))

    def instead_of(self, old: "Manifest", at: datetime) -> "Manifest":
        """In the place of another one, whose files a question may still be reading."""
        kept = {file.path for file in self.files} | {left.path for left in self.left}
        gone = tuple(Left(f.path, at.isoformat()) for f in old.files if f.path not in kept)
        return replace(self, left=(*self.left, *gone))


def read(path: Path) -> Manifest | None:
    """A manifest; None where there is none. Raises Unavailable where it cannot be understood."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if found["version"] != VERSION:
            return Manifest(version=found["version"])
        return _read(found)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Unavailable(f"{path} cannot be read: {error.strerror or error}.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise Unavailable(
            f"{path} is no manifest of a measurement history.",
            code="history-damaged",
            way_out="Build it from nothing: firstoff history build --anew.",
        ) from error


def text(manifest: Manifest) -> str:
    return json.dumps(asdict(manifest), ensure_ascii=False, indent=1) + "\n"


def moment(micros: int) -> datetime:
    return datetime.fromtimestamp(micros // 1_000_000, UTC).replace(microsecond=micros % 1_000_000)


def _read(found: dict[str, Any]) -> Manifest:
    files = tuple(File(**file) for file in found.pop("files"))
    left = tuple(Left(**one) for one in found.pop("left"))
    procedures = tuple(found.pop("procedures"))
    return Manifest(**found, procedures=procedures, files=files, left=left)
