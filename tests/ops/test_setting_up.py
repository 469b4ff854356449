"""From nothing to an installation, and what stands in the way, one sentence each."""

import json
import os
import sqlite3
import sys

import pytest

from firstoff import __version__


def test_init_makes_a_private_home_with_an_administrator(nothing_yet) -> None:
    done = nothing_yet.init()
    assert (done.returncode, done.stderr) == (0, "")
    assert oct(nothing_yet.home.stat().st_mode & 0o777) == "0o700"
    modes = {oct(p.stat().st_mode & 0o777) for p in nothing_yet.home.iterdir() if p.is_file()}
    assert modes == {"0o600"}
    with sqlite3.connect(nothing_yet.home / "firstoff.sqlite3") as database:
        people = database.execute("SELECT username, name FROM firstoff_person").fetchall()
    assert people == [("adam", "Adam Reed")]


def test_init_a_second_time_is_refused_and_changes_nothing(firstoff) -> None:
    head = firstoff.head
    done = firstoff.init()
    assert done.returncode == 4
    assert done.stderr.startswith(f"{firstoff.home} is set up already.")
    assert firstoff.head == head


def test_init_without_a_terminal_names_the_flag_that_is_missing(nothing_yet) -> None:
    done = nothing_yet("init")
    assert done.returncode == 2
    assert done.stderr == "Name of the plant or team is missing.\nAdd --site.\n"


def test_a_weak_password_leaves_nobody_behind(nothing_yet) -> None:
    flags = ["--username", "adam", "--name", "A", "--site", "S", "--site-code", "S"]
    done = nothing_yet("init", *flags, "--time-zone", "UTC", "--password-stdin", say="123\n")
    assert done.returncode == 2
    assert done.stderr.startswith("This password is too short.")
    assert nothing_yet.init().returncode == 0


def test_every_command_says_what_to_do_where_nothing_is_set_up(nothing_yet) -> None:
    said = f"There is no Firstoff in {nothing_yet.home} yet.\n"
    said += "Run: firstoff init (or firstoff demo to look around).\n"
    commands = [("serve",), ("backup", "x.firstoff"), ("ledger", "verify")]
    assert [nothing_yet(*c).stderr for c in commands] == [said] * 3
    assert not nothing_yet.home.exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_one_sentence(nothing_yet) -> None:
    nothing_yet.home.mkdir(mode=0o500)
    done = nothing_yet.init()
    assert done.returncode == 5
    assert done.stderr.splitlines() == [
        f"The secret key {nothing_yet.home}/secret.key can be neither read nor made: "
        "Permission denied.",
        f"Give the user that runs Firstoff the right to write to {nothing_yet.home}.",
    ]


def test_version_is_that_of_the_package(nothing_yet) -> None:
    python = ".".join(map(str, sys.version_info[:3]))
    assert nothing_yet("version").stdout == f"Firstoff {__version__} on Python {python}\n"
    assert json.loads(nothing_yet("version", "--json").stdout)["version"] == __version__


def test_migrate_again_has_nothing_to_do(firstoff) -> None:
    assert firstoff("migrate").stdout == "Nothing to migrate.\n"


def test_a_database_behind_this_version_is_not_served(firstoff) -> None:
    with sqlite3.connect(firstoff.home / "firstoff.sqlite3") as database:
        database.execute("DELETE FROM django_migrations WHERE app = 'sessions'")
    done = firstoff("serve")
    assert done.returncode == 5
    assert done.stderr.startswith("The database is behind this version: 1 migration to apply.\n")


def test_a_database_of_a_newer_version_is_not_touched(firstoff) -> None:
    with sqlite3.connect(firstoff.home / "firstoff.sqlite3") as database:
        database.execute(
            "INSERT INTO django_migrations (app, name, applied) "
            "VALUES ('firstoff', '9999_later', '2030-01-01')"
        )
    done = firstoff("migrate")
    assert done.returncode == 5
    assert done.stderr.startswith("The database was made by a newer Firstoff")
