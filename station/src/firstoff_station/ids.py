"""Record IDs: UUIDv7 (RFC 9562, 5.7), which sort by time and are made without asking anybody."""

from __future__ import annotations

import hashlib
import secrets
import time
import uuid

_LARGEST_MS = (1 << 48) - 1


def uuid7(milliseconds: int | None = None) -> uuid.UUID:
    """A new ID. ``milliseconds`` since 1970 where the caller keeps a clock of its own."""
    now = time.time_ns() // 1_000_000 if milliseconds is None else milliseconds
    return _made(now, secrets.randbits(74))


def uuid7_of(content: bytes, milliseconds: int) -> uuid.UUID:
    """The ID of this content at this time: the same file found twice is one record."""
    digest = hashlib.sha256(content).digest()
    return _made(milliseconds, int.from_bytes(digest[:10], "big") & ((1 << 74) - 1))


def _made(milliseconds: int, bits: int) -> uuid.UUID:
    head = min(max(milliseconds, 0), _LARGEST_MS) << 16 | 7 << 12 | bits >> 62
    return uuid.UUID(int=head << 64 | 2 << 62 | bits & ((1 << 62) - 1))
