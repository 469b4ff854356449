"""Files kept under the SHA-256 of their content: the same file twice is stored once.

A file is written beside its place and renamed into it, so that a reader sees all of it or nothing,
whatever happens to the power. What records refer to is never deleted; only a folder of files that
wait for a decision is swept.
"""

import errno
import hashlib
import os
import re
import tempfile
from datetime import datetime
from pathlib import Path

from firstoff.errors import InvalidInput, NotFound, Unavailable
from firstoff.formats.sources import megabytes

LARGEST = 50_000_000  # bytes of one file
_DIGEST = re.compile(r"[0-9a-f]{64}")


def place(root: Path, sha256: str) -> Path:
    """Where content with this digest lies: ``root/ab/cd/abcd…``. Raises InvalidInput."""
    if not _DIGEST.fullmatch(sha256):
        raise InvalidInput("A stored file is named by the 64 hex digits of its SHA-256.")
    return root / sha256[:2] / sha256[2:4] / sha256


def put(root: Path, content: bytes, *, name: str = "The file", largest: int = LARGEST) -> str:
    """Keep the content; answers its SHA-256. Safe to repeat and to do twice at once.

    Raises InvalidInput when it is over ``largest`` bytes, Unavailable when the disk refuses."""
    if len(content) > largest:
        raise InvalidInput(
            f"{name} has {megabytes(len(content))}; at most {megabytes(largest)} are kept.",
            code="too-large",
        )
    sha256 = hashlib.sha256(content).hexdigest()
    target = place(root, sha256)
    if target.exists() and target.stat().st_size == len(content):
        return sha256
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".new-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        raise Unavailable(
            f"{name} could not be stored: {error.strerror or error}.",
            code="disk-full" if full else "disk",
            way_out="Look at the space and the permissions of the data folder.",
        ) from error
    return sha256


def get(root: Path, sha256: str, *, size: int | None = None) -> bytes:
    """The content, checked against its digest. Raises NotFound, Unavailable when it is damaged."""
    target = place(root, sha256)
    try:
        content = target.read_bytes()
    except FileNotFoundError:
        raise NotFound(f"No file {sha256[:12]}… is stored here.") from None
    except OSError as error:
        raise Unavailable(f"A stored file cannot be read: {error.strerror or error}.") from error
    if hashlib.sha256(content).hexdigest() != sha256 or size not in (None, len(content)):
        raise Unavailable(
            f"The stored file {sha256[:12]}… is damaged: its content is not what was recorded.",
            way_out="Bring it back from a backup.",
        )
    return content


def sweep(root: Path, *, before: datetime) -> int:
    """Remove files that nobody came back for; answers how many. Never for files of records."""
    limit, removed = before.timestamp(), 0
    for file in root.glob("??/??/*"):
        try:
            if file.stat().st_mtime < limit:
                file.unlink()
                removed += 1
        except OSError:
            continue  # somebody else swept it
    return removed
