"""A backup file says when it is cut off, damaged, changed or something else."""

import json
import zipfile
from pathlib import Path

import pytest

from firstoff.errors import InvalidInput
from firstoff.formats import backups
from firstoff.formats.backups import Facts

FACTS = Facts("0.1.0", "2026-05-08T09:00:00+00:00", "sqlite", ("0001_initial",), 7, "ab" * 32)


def silent(what: str, done: int, of: int) -> None:
    pass


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    (tmp_path / "database").write_bytes(bytes(range(256)) * 100)
    document = tmp_path / ("c" * 64)
    document.write_bytes(b"a drawing")
    backups.write(tmp_path / "b.firstoff", tmp_path / "database", [document], FACTS, silent)
    return tmp_path / "b.firstoff"


def rewritten(backup: Path, **changed: bytes | None) -> Path:
    """The same archive with members replaced, or left out where None."""
    target = backup.with_name("changed.firstoff")
    names = {"database": "firstoff.sqlite3", "manifest": "manifest.json"}
    swap = {names.get(k, k): v for k, v in changed.items()}
    with zipfile.ZipFile(backup) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = swap.get(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
    return target


def test_what_was_written_is_read(backup: Path) -> None:
    manifest = backups.check(backup, silent)
    assert manifest.facts == FACTS
    assert sorted(manifest.files) == [f"documents/{'c' * 64}", "firstoff.sqlite3"]


def test_nothing_half_written_stays_beside_it(backup: Path) -> None:
    assert [p.name for p in backup.parent.iterdir() if p.name.startswith(".")] == []


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.99])
def test_a_file_cut_off_is_refused(backup: Path, share: float) -> None:
    content = backup.read_bytes()
    backup.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(InvalidInput, match="is no whole Firstoff backup"):
        backups.check(backup, silent)


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6])
def test_a_flipped_byte_is_refused(backup: Path, share: float) -> None:
    content = bytearray(backup.read_bytes())
    content[int(len(content) * share)] ^= 0xFF
    backup.write_bytes(content)
    with pytest.raises(InvalidInput):
        backups.check(backup, silent)


def test_a_changed_database_is_named(backup: Path) -> None:
    other = rewritten(backup, database=bytes(25_600))
    with pytest.raises(InvalidInput) as refused:
        backups.check(other, silent)
    assert str(refused.value) == (
        "changed.firstoff was changed: firstoff.sqlite3 is not what its manifest says."
    )


def test_another_archive_is_refused(backup: Path) -> None:
    with pytest.raises(InvalidInput, match="is no whole Firstoff backup"):
        backups.check(rewritten(backup, manifest=None), silent)


def test_a_later_format_is_named(backup: Path) -> None:
    with zipfile.ZipFile(backup) as archive:
        body = json.loads(archive.read("manifest.json"))
    body["format"] = "firstoff-backup/2"
    with pytest.raises(InvalidInput, match="another format"):
        backups.check(rewritten(backup, manifest=json.dumps(body).encode()), silent)


def test_a_name_that_points_elsewhere_is_refused(backup: Path) -> None:
    with zipfile.ZipFile(backup) as archive:
        body = json.loads(archive.read("manifest.json"))
    body["files"]["../secret.key"] = {"size": 1, "sha256": "0" * 64}
    with pytest.raises(InvalidInput, match="is no whole Firstoff backup"):
        backups.check(rewritten(backup, manifest=json.dumps(body).encode()), silent)


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="No such file or directory"):
        backups.check(tmp_path / "nowhere.firstoff", silent)
