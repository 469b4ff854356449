"""`firstoff ledger`: a change behind the product's back is refused, or found and named."""

import json
import sqlite3

import pytest


def test_a_plain_client_cannot_change_or_remove_a_record(firstoff) -> None:
    database = sqlite3.connect(firstoff.home / "firstoff.sqlite3")
    for statement in (
        "UPDATE firstoff_rolegrant SET role = 'viewer'",
        "DELETE FROM firstoff_rolegrant",
        "INSERT OR REPLACE INTO firstoff_ledgerentry SELECT * FROM firstoff_ledgerentry",
    ):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            database.execute(statement)
    database.close()


def test_a_change_after_dropping_the_trigger_is_found_and_its_entry_named(firstoff) -> None:
    with sqlite3.connect(firstoff.home / "firstoff.sqlite3") as database:
        database.execute("DROP TRIGGER firstoff_rolegrant_update")
        database.execute("UPDATE firstoff_rolegrant SET role = 'quality_manager'")
    done = firstoff("ledger", "verify")
    assert done.returncode == 4
    assert done.stderr.startswith(
        "The chain breaks at entry 1 (access.found, site STOKE): a record it wrote was changed "
        "(rolegrant).\n"
    )
    assert json.loads(firstoff("ledger", "verify", "--json").stdout)["broken"] == 1


def test_an_untouched_ledger_holds(firstoff) -> None:
    done = firstoff("ledger", "verify", "--json")
    found = json.loads(done.stdout)
    assert (done.returncode, found["holds"], found["entries"], found["broken"]) == (
        0,
        True,
        1,
        None,
    )
    assert firstoff.head == f"1 {found['head']['hash']}"
