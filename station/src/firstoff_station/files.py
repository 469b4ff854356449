"""Files that machines drop: the file itself is the record, and the server reads it."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from firstoff_station.errors import NotAccepted
from firstoff_station.ids import uuid7_of

LARGEST_FILE = 40 * 1024 * 1024  # bytes


def file_record(path: Path, **fields: object) -> dict[str, object]:
    """The record of a file. Its ID follows from its name, content and time: the same file found
    twice is stored once. Raises NotAccepted."""
    try:
        content = path.read_bytes()
        changed = path.stat().st_mtime
    except OSError as error:
        raise NotAccepted(f"{path} cannot be read: {error.strerror or error}.") from error
    return content_record(path.name, content, changed, **fields)


def content_record(
    name: str, content: bytes, changed: float, **fields: object
) -> dict[str, object]:
    """The same for bytes at hand. ``changed``: when it was written, seconds since 1970."""
    if not content:
        raise NotAccepted(f"{name} is empty. Nothing was kept.")
    if len(content) > LARGEST_FILE:
        size, most = len(content) / 1e6, LARGEST_FILE / 1e6
        raise NotAccepted(f"{name} is {size:,.0f} MB; expected at most {most:,.0f} MB.")
    seal = name.encode() + b"\0" + content
    return {
        "kind": "file",
        "id": str(uuid7_of(seal, int(changed * 1000))),
        "name": name,
        "sha256": hashlib.sha256(content).hexdigest(),
        "content": base64.b64encode(content).decode(),
        **fields,
    }
