"""A file packed with gzip, unpacked within the limits."""

import gzip
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

from firstoff.errors import InvalidInput
from firstoff.formats.sources import MEGABYTE, Limits, Source, content_of, megabytes

_CHUNK = 1 << 18


@contextmanager
def unpacked(source: Source, limits: Limits) -> Iterator[Source]:
    """The source itself, or what it holds where it is gzip, under the name without ``.gz``.

    Raises InvalidInput: damaged, cut off, over ``limits.unpacked_bytes``."""
    if content_of(source.head(16)) != "gzip":
        yield source
        return
    with tempfile.SpooledTemporaryFile(max_size=8 * MEGABYTE) as copy:
        held = cast(BinaryIO, copy)
        size = _copy(source, held, limits)
        if size == 0:
            raise InvalidInput(f"{source.name} is empty.", code="empty-file", file=source.name)
        held.seek(0)
        name = source.name[:-3] if source.name.lower().endswith(".gz") else source.name
        yield Source(held, name, size)


def _copy(source: Source, target: BinaryIO, limits: Limits) -> int:
    source.file.seek(0)
    size = 0
    try:
        with gzip.GzipFile(fileobj=source.file) as packed:
            while chunk := packed.read(_CHUNK):
                size += len(chunk)
                if size > limits.unpacked_bytes:
                    raise InvalidInput(
                        f"{source.name} unpacks to more than {megabytes(limits.unpacked_bytes)}.",
                        code="zip-bomb",
                        file=source.name,
                    )
                target.write(chunk)
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise InvalidInput(
            f"{source.name} is a damaged gzip archive.",
            code="damaged-archive",
            way_out="Pack or download it again.",
            file=source.name,
        ) from error
    return size
