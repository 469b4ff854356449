"""Everything in one file and back: verified, while it runs, and never half."""

import hashlib
import json
import re
import sqlite3
import zipfile
from pathlib import Path
from uuid import uuid4

import pytest


def test_a_backup_comes_back_whole_documents_and_ledger_included(firstoff, tmp_path) -> None:
    content = b"a drawing"
    sha256 = hashlib.sha256(content).hexdigest()
    stored = Path("documents") / sha256[:2] / sha256[2:4] / sha256
    (firstoff.home / stored).parent.mkdir(parents=True)
    (firstoff.home / stored).write_bytes(content)
    assert firstoff("backup", str(tmp_path / "b.firstoff")).returncode == 0
    other = type(firstoff)(tmp_path / "other")
    done = other("restore", str(tmp_path / "b.firstoff"))
    assert (done.returncode, done.stderr) == (0, "")
    assert (other.home / stored).read_bytes() == content
    assert other.head == firstoff.head
    assert other("doctor", "--full").returncode == 0


def test_a_backup_is_taken_while_the_site_runs_and_holds_no_session(
    firstoff, serve, tmp_path
) -> None:
    site = serve(firstoff)
    assert site.sign_in().answer().status == 302
    file = tmp_path / "b.firstoff"
    assert firstoff("backup", str(file)).returncode == 0
    with zipfile.ZipFile(file) as archive:
        archive.extract("firstoff.sqlite3", tmp_path)
    with sqlite3.connect(tmp_path / "firstoff.sqlite3") as copy:
        assert copy.execute("SELECT COUNT(*) FROM django_session").fetchone() == (0,)
    assert oct(file.stat().st_mode & 0o777) == "0o600"


def test_a_restore_while_the_site_runs_is_seen_by_it(firstoff, serve, tmp_path) -> None:
    file = str(tmp_path / "b.firstoff")
    firstoff("backup", file)
    site = serve(firstoff)
    assert site.sign_in().answer().status == 302
    done = firstoff("restore", file, "--force")
    assert (done.returncode, done.stderr) == (0, "")
    assert site.sign_in().answer().status == 302
    assert site.stop()[0] == 0
    assert firstoff("doctor", "--full").returncode == 0


def test_an_existing_file_is_not_written_over(firstoff, tmp_path) -> None:
    file = tmp_path / "b.firstoff"
    file.write_text("mine")
    done = firstoff("backup", str(file))
    assert (done.returncode, file.read_text()) == (4, "mine")


def test_restore_replaces_an_installation_only_when_told_and_keeps_what_was(
    firstoff, tmp_path
) -> None:
    file = str(tmp_path / "b.firstoff")
    firstoff("backup", file)
    assert firstoff("restore", file).returncode == 4
    done = firstoff("restore", file, "--force", "--json")
    assert done.returncode == 0
    kept = json.loads(done.stdout)["kept"]
    again = type(firstoff)(tmp_path / "again")
    assert again("restore", kept).returncode == 0
    assert again.head == firstoff.head


def test_restore_over_a_damaged_database_puts_it_aside(firstoff, tmp_path) -> None:
    file = str(tmp_path / "b.firstoff")
    firstoff("backup", file)
    head = firstoff.head
    for end in ("", "-wal", "-shm"):
        (firstoff.home / f"firstoff.sqlite3{end}").unlink(missing_ok=True)
    (firstoff.home / "firstoff.sqlite3").write_bytes(b"damaged" * 5000)
    assert firstoff("restore", file).returncode == 4
    assert firstoff("restore", file, "--force").returncode == 0
    assert firstoff.head == head
    assert len(list(firstoff.home.glob("firstoff.sqlite3.damaged-*"))) == 1


def test_a_backup_whose_records_were_changed_is_refused(firstoff, tmp_path) -> None:
    """Whoever edits the database inside can make the manifest agree, and not the ledger."""
    file = tmp_path / "b.firstoff"
    firstoff("backup", str(file))
    with zipfile.ZipFile(file) as archive:
        archive.extractall(tmp_path / "inside")
    database = tmp_path / "inside" / "firstoff.sqlite3"
    with sqlite3.connect(database) as inside:
        inside.execute("DROP TRIGGER firstoff_rolegrant_update")
        inside.execute("UPDATE firstoff_rolegrant SET role = 'quality_manager'")
    manifest = json.loads((tmp_path / "inside" / "manifest.json").read_text())
    content = database.read_bytes()
    manifest["files"]["firstoff.sqlite3"] = {
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    with zipfile.ZipFile(tmp_path / "edited.firstoff", "w") as archive:
        archive.write(database, "firstoff.sqlite3")
        archive.writestr("manifest.json", json.dumps(manifest))
    other = type(firstoff)(tmp_path / "other")
    done = other("restore", str(tmp_path / "edited.firstoff"))
    assert done.returncode == 2
    assert done.stderr.startswith("The ledger in edited.firstoff does not hold: The chain breaks")
    assert [p.name for p in other.home.iterdir() if p.name != "secret.key"] == []


def test_a_file_that_is_no_backup_changes_nothing(firstoff, tmp_path) -> None:
    head = firstoff.head
    (tmp_path / "x.firstoff").write_bytes(b"PK\x03\x04 and then nothing")
    done = firstoff("restore", str(tmp_path / "x.firstoff"), "--force")
    assert (done.returncode, done.stderr.splitlines()[0]) == (
        2,
        "x.firstoff is no whole Firstoff backup: it is cut off, damaged or something else.",
    )
    assert firstoff.head == head


@pytest.fixture
def on_postgresql(firstoff, postgresql_url: str, tmp_path: Path):
    import psycopg

    name = f"ops_{uuid4().hex[:8]}"
    with psycopg.connect(postgresql_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    url = re.sub(r"/[^/?]+(\?|$)", rf"/{name}\1", postgresql_url, count=1)
    return type(firstoff)(tmp_path / "plant", database_url=url)


def test_postgresql_to_sqlite_and_back_keeps_every_record(on_postgresql, tmp_path) -> None:
    import psycopg

    assert on_postgresql.init().returncode == 0
    file = str(tmp_path / "b.firstoff")
    done = on_postgresql("backup", file)
    assert (done.returncode, done.stderr) == (0, "")
    embedded = type(on_postgresql)(tmp_path / "embedded")
    assert embedded("restore", file).returncode == 0
    assert embedded.head == on_postgresql.head
    assert embedded("doctor", "--full").returncode == 0
    with psycopg.connect(on_postgresql.database_url, autocommit=True) as connection:
        with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
            connection.execute("UPDATE firstoff_rolegrant SET role = 'viewer'")
        connection.execute("DROP TRIGGER firstoff_rolegrant_keep ON firstoff_rolegrant")
        connection.execute("UPDATE firstoff_rolegrant SET role = 'viewer'")
    assert on_postgresql("ledger", "verify").returncode == 4
    done = on_postgresql("restore", file, "--force")
    assert (done.returncode, done.stderr) == (0, "")
    assert on_postgresql.head == embedded.head
    assert on_postgresql("doctor", "--full").returncode == 0
