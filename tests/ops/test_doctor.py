"""The doctor finds what is wrong, says what to do, and its exit code can be trusted."""

import json
import sqlite3
from typing import Any


def states(firstoff: Any, *options: str) -> tuple[int, dict[str, str]]:
    done = firstoff("doctor", "--json", *options)
    return done.returncode, {c["name"]: c["state"] for c in json.loads(done.stdout)["checks"]}


def test_a_new_installation_is_well(firstoff) -> None:
    code, found = states(firstoff, "--full")
    assert (code, set(found.values())) == (0, {"ok"})


def test_nothing_there_is_said_with_what_to_do(nothing_yet) -> None:
    done = nothing_yet("doctor")
    assert done.returncode == 4
    assert f"{nothing_yet.home} does not exist." in done.stdout
    assert "Run: firstoff init" in done.stdout


def test_dropped_triggers_and_a_changed_record_are_found(firstoff) -> None:
    with sqlite3.connect(firstoff.home / "firstoff.sqlite3") as database:
        database.execute("DROP TRIGGER firstoff_rolegrant_update")
        database.execute("UPDATE firstoff_rolegrant SET role = 'quality_manager'")
    code, found = states(firstoff)
    assert (code, found["triggers"], found["ledger"]) == (4, "fail", "fail")


def test_a_clock_that_went_back_is_found(firstoff) -> None:
    with sqlite3.connect(firstoff.home / "firstoff.sqlite3") as database:
        database.execute("DROP TRIGGER firstoff_ledgerentry_update")
        database.execute("UPDATE firstoff_ledgerentry SET at = '2099-01-01 00:00:00'")
    assert states(firstoff)[1]["clock"] == "fail"


def test_a_damaged_database_is_found(firstoff) -> None:
    file = firstoff.home / "firstoff.sqlite3"
    file.write_bytes(b"no database at all" * 1000)
    code, found = states(firstoff)
    assert (code, found["database"]) == (4, "fail")


def test_a_secret_key_open_to_others_is_found(firstoff) -> None:
    firstoff("doctor")
    (firstoff.home / "secret.key").chmod(0o644)
    assert states(firstoff)[1]["secret key"] == "fail"
