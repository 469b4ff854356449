"""Writing to the ledger, and what the database itself refuses."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from firstoff.db import triggers
from firstoff.db.models import LedgerEntry, RoleGrant, Signature, Training
from firstoff.db.rows import record_models
from firstoff.errors import Refused
from firstoff.queries import ledger as found
from firstoff.services import ledger
from tests.conftest import NOW, World

TABLES = [m._meta.db_table for m in record_models()] + ["firstoff_ledgerentry"]


def signature(meaning: str = "This is the bar.") -> Signature:
    return Signature(
        meaning=meaning, role="quality_manager", subject="CC1-P1", content_digest="0" * 64
    )


def test_a_verb_writes_one_entry_with_what_it_wrote(world: World) -> None:
    with ledger.verb("test.sign", by=world.ada, at=NOW, subject="run CC1-P1") as entry:
        entry.details["n"] = 2
        entry.add(signature())
        entry.add_all([signature(), signature()])
    last = LedgerEntry.objects.get(pk=entry.seq)
    assert (last.verb, last.by, last.subject, last.details, last.records) == (
        "test.sign",
        "ada",
        "run CC1-P1",
        '{"n":2}',
        '{"firstoff_signature":3}',
    )
    assert set(Signature.objects.values_list("entry_id", "by_id", "received_at")) == {
        (entry.seq, world.ada.person_id, NOW)
    }


def test_a_refusal_leaves_neither_entry_nor_record(world: World) -> None:
    before = found.head()

    def refused() -> None:
        with ledger.verb("test.sign", by=world.ada, at=NOW, subject="x") as entry:
            entry.add(signature())
            raise Refused("No.")

    with pytest.raises(Refused):
        refused()
    assert (found.head(), Signature.objects.count()) == (before, 0)


def test_a_station_is_named_with_its_person(world: World) -> None:
    from dataclasses import replace

    at_station = replace(world.ben, station="ST-3")
    with ledger.verb("test.do", by=at_station, at=NOW, subject="x") as entry:
        pass
    assert LedgerEntry.objects.get(pk=entry.seq).by == "ben at ST-3"


def test_entries_are_numbered_without_gaps_and_chained(world: World) -> None:
    chain = list(LedgerEntry.objects.order_by("seq").values_list("seq", "previous", "hash"))
    assert [seq for seq, _, _ in chain] == list(range(1, len(chain) + 1))
    assert [previous for _, previous, _ in chain[1:]] == [hashed for _, _, hashed in chain[:-1]]


MIXED = [
    ("plain", "x", None),
    ("", "", ""),
    ("unicode: Zoë 李明 🏺 ‮right to left‬", "a\u0301 is not á", "\u0000".replace("\u0000", "")),
    ("quotes \" ' \\ and <script>", "line\nbreak\ttab", "null"),
    ("numbers 1.10", "0x1", "1e400"),
]


@pytest.mark.parametrize(("meaning", "subject", "note"), MIXED)
def test_text_of_any_kind_is_found_again(
    world: World, meaning: str, subject: str, note: str | None
) -> None:
    with ledger.verb("test.mix", by=world.ada, at=NOW, subject=subject) as entry:
        entry.details.update(note=note, when=NOW, amount=Decimal("1.10"), raw=b"\x00\xff")
        entry.add(signature(meaning))
    assert found.verify().holds


def test_every_kind_of_value_is_found_again(world: World) -> None:
    """Decimals lose trailing zeros, times their zone and bytes their type on the way."""
    with ledger.verb(
        "test.mix",
        by=world.ada,
        at=datetime(2026, 5, 8, 12, 0, 0, 123456, tzinfo=UTC),
        subject="x",
    ) as entry:
        entry.add(
            Training(
                person_id=world.ben.person_id,
                skill="glaze",
                valid_from=date(2026, 1, 1),
                valid_until=None,
            )
        )
        entry.add(
            RoleGrant(
                person_id=world.ben.person_id,
                site_id=world.site.pk,
                role="viewer",
                granted=False,
            )
        )
    assert found.verify().broken is None


# ---------- what the database refuses ----------


@pytest.mark.parametrize("table", TABLES)
def test_every_table_of_records_has_its_triggers(db: None, table: str) -> None:
    kinds = {"sqlite": ("update", "delete", "replace"), "postgresql": ("keep", "truncate")}
    missing = triggers.missing(connection)
    assert [k for k in kinds[connection.vendor] if f"{table}_{k}" in missing] == []


@pytest.mark.parametrize("table", TABLES)
def test_nothing_is_missing_but_says_so(world: World, table: str) -> None:
    name = f"{table}_update" if connection.vendor == "sqlite" else f"{table}_keep"
    on = "" if connection.vendor == "sqlite" else f" ON {table}"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}{on}")
    assert triggers.missing(connection) == [name]
    triggers.install(connection)
    assert triggers.missing(connection) == []


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE firstoff_signature SET meaning = 'something else'",
        "UPDATE firstoff_signature SET id = id + 100",
        "DELETE FROM firstoff_signature",
        "UPDATE firstoff_ledgerentry SET subject = 'something else'",
        "DELETE FROM firstoff_ledgerentry WHERE seq = 1",
    ],
)
def test_the_database_refuses_to_change_a_record(world: World, change: str) -> None:
    with ledger.verb("test.sign", by=world.ada, at=NOW, subject="x") as entry:
        entry.add(signature())
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change)
    assert Signature.objects.get().meaning == "This is the bar."


@pytest.mark.parametrize("row", ["Signature", "LedgerEntry"])
def test_the_orm_refuses_as_well(world: World, row: str) -> None:
    with ledger.verb("test.sign", by=world.ada, at=NOW, subject="x") as entry:
        kept: Any = entry.add(signature())
    kept = kept if row == "Signature" else LedgerEntry.objects.get(pk=entry.seq)
    for change in (kept.save, kept.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="PostgreSQL has TRUNCATE")
def test_the_database_refuses_truncate(world: World) -> None:
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("TRUNCATE firstoff_signature CASCADE")


@pytest.fixture
def plain_client(db: None, tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """The same tables in a file, opened by somebody who knows nothing of the product."""
    if connection.vendor != "sqlite":
        pytest.skip("about plain clients of SQLite")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name LIKE 'firstoff_%' "
            "ORDER BY type = 'trigger'"
        )
        schema = [row[0] for row in cursor.fetchall()]
    client = sqlite3.connect(tmp_path / "plain.sqlite3", isolation_level=None)
    for statement in (*schema, *ONE_RECORD):
        client.execute(statement)
    yield client
    client.close()


ONE_RECORD = (
    "INSERT INTO firstoff_ledgerentry (seq, at, by, verb, subject, details, records, digest, "
    "previous, hash) VALUES (1, '2026-05-08', 'ada', 'v', 's', '{}', '{}', '', '', 'h')",
    "INSERT INTO firstoff_signature (id, uid, entry_id, by_id, received_at, meaning, role, "
    "subject, content_digest) VALUES (1, 'u1', 1, 1, '2026-05-08', 'm', 'r', 's', 'd')",
)
VALUES = "(id, uid, entry_id, by_id, received_at, meaning, role, subject, content_digest)"


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE firstoff_signature SET meaning = 'x'",
        "DELETE FROM firstoff_signature",
        f"INSERT OR REPLACE INTO firstoff_signature {VALUES} VALUES "
        "(1, 'u2', 1, 1, '2026-05-08', 'x', 'r', 's', 'd')",
        f"INSERT OR REPLACE INTO firstoff_signature {VALUES} VALUES "
        "(2, 'u1', 1, 1, '2026-05-08', 'x', 'r', 's', 'd')",
        f"REPLACE INTO firstoff_signature {VALUES} VALUES "
        "(1, 'u1', 1, 1, '2026-05-08', 'x', 'r', 's', 'd')",
        f"INSERT INTO firstoff_signature {VALUES} VALUES "
        "(1, 'u1', 1, 1, '2026-05-08', 'x', 'r', 's', 'd') "
        "ON CONFLICT (id) DO UPDATE SET meaning = 'x'",
        "UPDATE OR REPLACE firstoff_signature SET id = 1",
        "UPDATE firstoff_ledgerentry SET hash = 'x'",
        "DELETE FROM firstoff_ledgerentry",
        "INSERT OR REPLACE INTO firstoff_ledgerentry (seq, at, by, verb, subject, details, "
        "records, digest, previous, hash) VALUES (1, '', '', '', '', '', '', '', '', 'x')",
    ],
)
def test_a_plain_client_is_refused_too(plain_client: sqlite3.Connection, change: str) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        plain_client.execute(change)
    assert plain_client.execute("SELECT id, uid, meaning FROM firstoff_signature").fetchall() == [
        (1, "u1", "m")
    ]
    assert plain_client.execute("SELECT seq, hash FROM firstoff_ledgerentry").fetchall() == [
        (1, "h")
    ]


def test_writers_take_turns(world: World) -> None:
    with ledger.verb("test.a", by=world.ada, at=NOW, subject="a") as first:
        pass
    with ledger.verb("test.b", by=world.ben, at=NOW + timedelta(seconds=1), subject="b") as second:
        pass
    assert second.seq == first.seq + 1
