"""The store of files: by content, whole or not at all, checked when read."""

import hashlib
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest

from firstoff.errors import InvalidInput, NotFound, Unavailable
from firstoff.formats import store


def test_content_lies_under_its_digest_once(tmp_path: Path) -> None:
    first = store.put(tmp_path, b"hello")
    again = store.put(tmp_path, b"hello")
    assert first == again == hashlib.sha256(b"hello").hexdigest()
    assert store.get(tmp_path, first, size=5) == b"hello"
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == [first]


def test_two_at_once_leave_one_whole_file(tmp_path: Path) -> None:
    content = os.urandom(200_000)
    threads = [Thread(target=store.put, args=(tmp_path, content)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    files = [p for p in tmp_path.rglob("*") if p.is_file()]
    assert [p.read_bytes() == content for p in files] == [True]


def test_a_file_that_was_changed_is_damaged(tmp_path: Path) -> None:
    name = store.put(tmp_path, b"hello")
    store.place(tmp_path, name).write_bytes(b"jello")
    with pytest.raises(Unavailable, match="is damaged"):
        store.get(tmp_path, name)


def test_a_half_written_file_is_written_anew(tmp_path: Path) -> None:
    name = store.put(tmp_path, b"hello")
    store.place(tmp_path, name).write_bytes(b"he")
    store.put(tmp_path, b"hello")
    assert store.get(tmp_path, name) == b"hello"


def test_a_size_that_differs_is_damage_too(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        store.get(tmp_path, store.put(tmp_path, b"hello"), size=6)


def test_what_is_not_there_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        store.get(tmp_path, "0" * 64)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 65])
def test_a_name_that_is_no_digest_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidInput):
        store.get(tmp_path, name)


def test_a_file_over_the_limit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="photo has 6"):
        store.put(tmp_path, b"123456", name="photo", largest=5)


def test_a_disk_that_refuses_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Unavailable, match="could not be stored"):
        store.put(tmp_path / "file", b"hello")


def test_only_what_nobody_came_back_for_is_swept(tmp_path: Path) -> None:
    old, new = store.put(tmp_path, b"old"), store.put(tmp_path, b"new")
    past = datetime(2026, 5, 7, tzinfo=UTC)
    os.utime(store.place(tmp_path, old), (past.timestamp(), past.timestamp()))
    assert store.sweep(tmp_path, before=past + timedelta(seconds=1)) == 1
    assert store.get(tmp_path, new) == b"new"
    with pytest.raises(NotFound):
        store.get(tmp_path, old)
