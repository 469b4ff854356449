"""One file with everything: the database as SQLite, the documents, and a manifest of SHA-256s.

A ZIP archive of ``firstoff.sqlite3``, ``documents/<sha256>`` and, last, ``manifest.json``. The
database inside is SQLite whatever the site runs on, so that a backup can be opened, verified and
brought back without the database server it came from.
"""

import hashlib
import json
import os
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from firstoff.errors import InvalidInput, Unavailable

DATABASE = "firstoff.sqlite3"
FORMAT = "firstoff-backup/1"
Progress = Callable[[str, int, int], None]  # what is done, how far, of how much

_MANIFEST = "manifest.json"
_DOCUMENT = re.compile(r"documents/[0-9a-f]{64}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_CHUNK = 1 << 20
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError, RuntimeError)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a backup says about itself."""

    product_version: str
    made_at: str  # ISO 8601, UTC
    database: str  # what it was taken from: sqlite or postgresql
    migrations: tuple[str, ...]  # firstoff migrations applied to the database inside
    ledger_seq: int
    ledger_hash: str


@dataclass(frozen=True, slots=True)
class Manifest:
    facts: Facts
    files: Mapping[str, tuple[int, str]]  # name -> size in bytes, SHA-256

    @property
    def size(self) -> int:
        return sum(size for size, _ in self.files.values())


def documents_in(folder: Path) -> list[Path]:
    """The stored documents, named by their SHA-256; nothing half written among them."""
    found = (p for p in folder.rglob("*") if _DIGEST.fullmatch(p.name) and p.is_file())
    return sorted(found, key=lambda p: p.name)


def write(
    target: Path, database: Path, documents: Iterable[Path], facts: Facts, progress: Progress
) -> Manifest:
    """Write the backup beside its place, read it back in full, then rename it into place."""
    part = target.with_name(f".{target.name}.part")
    try:
        with os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            _fill(file, database, list(documents), facts, progress)
            file.flush()
            os.fsync(file.fileno())
        manifest = check(part, progress)
        os.replace(part, target)
    except OSError as error:
        raise Unavailable(
            f"{target} could not be written: {error.strerror or error}.",
            way_out="Name a folder that exists, can be written and has room.",
        ) from error
    finally:
        part.unlink(missing_ok=True)
    return manifest


def _fill(
    file: IO[bytes], database: Path, documents: list[Path], facts: Facts, progress: Progress
) -> None:
    members = [(DATABASE, database), *((f"documents/{p.name}", p) for p in documents)]
    total = sum(path.stat().st_size for _, path in members)
    files: dict[str, tuple[int, str]] = {}
    done = 0
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        for name, path in members:
            digest = hashlib.sha256()
            size = 0
            with path.open("rb") as source, archive.open(name, "w", force_zip64=True) as member:
                while chunk := source.read(_CHUNK):
                    digest.update(chunk)
                    member.write(chunk)
                    size += len(chunk)
                    progress("Writing", done + size, total)
            done += size
            files[name] = (size, digest.hexdigest())
        archive.writestr(_MANIFEST, _manifest_text(facts, files))


def _manifest_text(facts: Facts, files: Mapping[str, tuple[int, str]]) -> str:
    body = {
        "format": FORMAT,
        "product_version": facts.product_version,
        "made_at": facts.made_at,
        "database": facts.database,
        "migrations": facts.migrations,
        "ledger": {"seq": facts.ledger_seq, "hash": facts.ledger_hash},
        "files": {n: {"size": size, "sha256": sha} for n, (size, sha) in files.items()},
    }
    return json.dumps(body, ensure_ascii=False, indent=1)


def check(path: Path, progress: Progress) -> Manifest:
    """Read the whole file and compare every SHA-256. Raises InvalidInput, one sentence each."""
    with _opened(path) as archive:
        manifest = _manifest(archive, path)
        done = 0
        for name, (size, sha256) in manifest.files.items():
            digest = hashlib.sha256()
            for chunk in _chunks(archive, name, path, size):
                digest.update(chunk)
                done += len(chunk)
                progress("Checking", done, manifest.size)
            if digest.hexdigest() != sha256:
                raise InvalidInput(
                    f"{path.name} was changed: {name} is not what its manifest says.",
                    code="backup",
                )
    return manifest


def unpack(path: Path, name: str, target: Path, size: int) -> None:
    """One member of a checked backup, as a file."""
    with _opened(path) as archive, target.open("wb") as file:
        for chunk in _chunks(archive, name, path, size):
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        archive = zipfile.ZipFile(path)
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror or error}.") from error
    except _BROKEN as error:
        raise _damaged(path) from error
    with archive:
        yield archive


def _chunks(archive: zipfile.ZipFile, name: str, path: Path, size: int) -> Iterator[bytes]:
    """The content of a member, never more than its manifest announces."""
    seen = 0
    try:
        with archive.open(name) as member:
            while chunk := member.read(_CHUNK):
                seen += len(chunk)
                if seen > size:
                    raise zipfile.BadZipFile("longer than announced")
                yield chunk
    except _BROKEN as error:
        raise _damaged(path) from error
    if seen != size:
        raise _damaged(path)


def _manifest(archive: zipfile.ZipFile, path: Path) -> Manifest:
    try:
        if archive.getinfo(_MANIFEST).file_size > 100_000_000:
            raise _damaged(path)
        body = json.loads(archive.read(_MANIFEST))
        if body["format"] != FORMAT:
            raise InvalidInput(
                f"{path.name} is a backup of another format ({body['format']!r}); "
                f"this version reads {FORMAT}.",
                code="backup",
            )
        manifest = _read_manifest(body)
    except _BROKEN as error:
        raise _damaged(path) from error
    except (ValueError, TypeError, AttributeError) as error:
        raise _damaged(path) from error
    inside = set(archive.namelist())
    known = all(n == DATABASE or _DOCUMENT.fullmatch(n) for n in manifest.files)
    if not known or DATABASE not in manifest.files or inside != {*manifest.files, _MANIFEST}:
        raise _damaged(path)
    return manifest


def _read_manifest(body: dict[str, Any]) -> Manifest:
    facts = Facts(
        product_version=str(body["product_version"]),
        made_at=str(body["made_at"]),
        database=str(body["database"]),
        migrations=tuple(str(m) for m in body["migrations"]),
        ledger_seq=int(body["ledger"]["seq"]),
        ledger_hash=str(body["ledger"]["hash"]),
    )
    files = {str(n): (int(f["size"]), str(f["sha256"])) for n, f in body["files"].items()}
    return Manifest(facts, files)


def _damaged(path: Path) -> InvalidInput:
    return InvalidInput(
        f"{path.name} is no whole Firstoff backup: it is cut off, damaged or something else.",
        code="backup",
        way_out="Take another backup file.",
    )
