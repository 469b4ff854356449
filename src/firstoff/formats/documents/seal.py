"""The evidence beside a document: machine-readable, sealed by a digest anyone can recompute.

The file holds the records a document was computed from, the data the document was set from, and
``digest``: SHA-256 over the canonical JSON of everything else in the file. The document carries
the digest in its metadata, its foot and its code. So three things can be told offline: the file
was not changed; the document speaks of this file; the document is, byte for byte, what this
file makes (``reproduces``, in the package).
"""

import hashlib
import json
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from firstoff.errors import InvalidInput

FORMAT = "firstoff-evidence/1"


@dataclass(frozen=True, slots=True)
class Claim:
    """What a document says of itself: number, revision, digest."""

    number: str
    revision: str
    digest: str

    def keyword(self) -> str:
        """How the metadata of a PDF carry it."""
        return f"firstoff:{_plain(self.number)}:{_plain(self.revision)}:sha256:{self.digest}"

    def code(self) -> str:
        """How the printed code carries it; capitals make a smaller code."""
        return self.keyword().upper()


@dataclass(frozen=True, slots=True)
class Seal:
    """An evidence file whose digest was recomputed and found right.

    kind: of the document; records: by kind of record; data: what the document was set from,
    without the digest."""

    kind: str
    number: str
    revision: str
    digest: str
    product: str
    records: Mapping[str, Sequence[Mapping[str, Any]]]
    data: Mapping[str, Any]

    @property
    def claim(self) -> Claim:
        return Claim(self.number, self.revision, self.digest)


def _plain(text: str) -> str:
    """Safe between colons, and in any viewer."""
    return re.sub(r"[^A-Za-z0-9._/-]", "_", text)


def canonical(value: object) -> bytes:
    """One form for one value: sorted keys, no spaces, ASCII, decimals as text, times in UTC.

    Raises InvalidInput for what has no such form: a time without zone, NaN, an unknown type."""
    try:
        text = json.dumps(
            _simple(value), sort_keys=True, separators=(",", ":"), ensure_ascii=True,
            allow_nan=False,
        )  # fmt: skip
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidInput(f"Evidence cannot be written as JSON: {error}") from error
    return text.encode("ascii")


def _simple(value: object) -> object:
    if isinstance(value, Enum):
        return _simple(value.value)
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    if isinstance(value, (Decimal, UUID)):
        return str(value)
    if isinstance(value, datetime):
        return _utc(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _simple(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_simple(item) for item in value]
    raise InvalidInput(f"Evidence holds a {type(value).__name__}, which has no canonical form.")


def _utc(at: datetime) -> str:
    if at.tzinfo is None:
        raise InvalidInput(f"The time {at.isoformat()} has no time zone; evidence needs one.")
    text = at.astimezone(UTC).isoformat()
    return text.replace("+00:00", "Z")


def digest(content: Mapping[str, Any]) -> str:
    """SHA-256 over the canonical form of everything but ``digest``."""
    rest = {key: item for key, item in content.items() if key != "digest"}
    return hashlib.sha256(canonical(rest)).hexdigest()


def evidence_json(
    *,
    kind: str,
    data: Mapping[str, Any],
    records: Mapping[str, Sequence[Mapping[str, Any]]],
    product: str,
) -> bytes:
    """The evidence file of a document.

    kind, data: as for ``documents.render``; a digest in ``data["doc"]`` is left out.
    records: everything the figures were computed from, by kind of record.
    product: name and version that computed them.
    """
    doc = {key: item for key, item in data["doc"].items() if key != "digest"}
    content: dict[str, Any] = {
        "format": FORMAT,
        "kind": kind,
        "number": doc["number"],
        "revision": doc["revision"],
        "product": product,
        "records": records,
        "data": {**data, "doc": doc},
    }
    simple = json.loads(canonical(content))
    simple["digest"] = digest(simple)
    return json.dumps(simple, indent=1, sort_keys=True, ensure_ascii=True).encode("ascii") + b"\n"


def sealed(data: Mapping[str, Any], evidence: bytes) -> dict[str, Any]:
    """The data of a document with the digest of its evidence file: ready to render."""
    return {**data, "doc": {**data["doc"], "digest": check(evidence).digest}}


def check(content: bytes) -> Seal:
    """Recomputes the digest of an evidence file; needs no database.

    Raises InvalidInput where the file is no evidence file, or where its content is not what the
    digest was made over."""
    read = _read(content)
    found = digest(read)
    if found != read["digest"]:
        raise InvalidInput(
            f"The evidence was changed: its content gives digest {found[:12]}…, "
            f"the file says {str(read['digest'])[:12]}….",
            code="digest-differs",
            computed=found,
            stated=read["digest"],
        )
    return Seal(
        kind=read["kind"],
        number=read["number"],
        revision=read["revision"],
        digest=found,
        product=read["product"],
        records=read["records"],
        data=read["data"],
    )


FIELDS = {
    "kind": str, "number": str, "revision": str, "product": str, "digest": str,
    "records": dict, "data": dict,
}  # fmt: skip


def _read(content: bytes) -> dict[str, Any]:
    try:
        read = json.loads(content, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"This is no evidence file: it is not JSON ({error}).") from error
    if not isinstance(read, dict) or read.get("format") != FORMAT:
        raise InvalidInput(f"This is no evidence file: it does not say “format”: “{FORMAT}”.")
    for name, kind in FIELDS.items():
        if not isinstance(read.get(name), kind):
            raise InvalidInput(f"The evidence file has no {name}.", field=name)
    return read


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A key given twice would let one file mean two things."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is given twice")
    return found


_KEYWORD = re.compile(rb"firstoff:([A-Za-z0-9._/-]+):([A-Za-z0-9._/-]+):sha256:([0-9a-f]{64})")
_STREAM = re.compile(rb"stream\r?\n")
_MOST = 64 * 1024 * 1024  # a stream that unpacks to more is no metadata


def digest_in_pdf(content: bytes) -> Claim:
    """The claim that a document's metadata carry, read without a PDF library.

    Raises InvalidInput where the file is no PDF, names no digest, or names two."""
    if not content.lstrip()[:5] == b"%PDF-":
        raise InvalidInput("This is no PDF file: it does not begin with %PDF-.")
    found = {match.groups() for part in _parts(content) for match in _KEYWORD.finditer(part)}
    if not found:
        raise InvalidInput("This PDF carries no evidence digest: it is not one of our documents.")
    if len(found) > 1:
        raise InvalidInput("This PDF carries two different evidence digests.")
    number, revision, value = (part.decode("ascii") for part in found.pop())
    return Claim(number, revision, value)


def _parts(content: bytes) -> Iterator[bytes]:
    """The file as it is; and, if another program packed the metadata, what is packed in it."""
    yield content
    if _KEYWORD.search(content):
        return
    for match in _STREAM.finditer(content):
        unpack = zlib.decompressobj()
        try:
            yield unpack.decompress(content[match.end() :], _MOST)
        except zlib.error:
            continue
