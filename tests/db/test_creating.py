"""A database made in one step is the one that the migrations make."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, connections

from firstoff.db.creating import bring_up
from firstoff.queries import health

pytestmark = pytest.mark.slow


@contextmanager
def another(folder: Any, name: str) -> Iterator[str]:
    """An empty database beside that of the tests; answers the name Django knows it by."""
    known = connections.settings
    file = connection.vendor == "sqlite"
    said = {**known["default"], "NAME": str(folder / name) if file else f"firstoff_{name}"}
    known[name] = connections.configure_settings({**known, name: said})[name]
    if not file:
        _on_server(f"DROP DATABASE IF EXISTS firstoff_{name}", f"CREATE DATABASE firstoff_{name}")
    try:
        yield name
    finally:
        connections[name].close()
        del connections[name], known[name]
        if not file:
            _on_server(f"DROP DATABASE firstoff_{name}")


def _on_server(*statements: str) -> None:
    import psycopg

    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as server:
        for statement in statements:
            server.execute(statement)


def _asked(alias: str, sql: str) -> list[Any]:
    with connections[alias].cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def _parts(made: str) -> tuple[str, tuple[str, ...], str]:
    """A CREATE statement: its head, what is between its brackets in order of the alphabet (columns
    may come in another order), and its end."""
    head, inside = made.split("(", 1)
    inside, end = inside.rsplit(")", 1)
    parts, depth, last = [], 0, 0
    for place, sign in enumerate(inside):
        depth += (sign == "(") - (sign == ")")
        if sign == "," and depth == 0:
            parts.append(inside[last:place].strip())
            last = place + 1
    return head.strip(), tuple(sorted([*parts, inside[last:].strip()])), end.strip()


def drawn(alias: str) -> set[Any]:
    """All that a database says of its tables, indexes, constraints and triggers."""
    if connection.vendor == "sqlite":
        made = _asked(alias, "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        plain = {(kind, name, re.sub(r"\s+", " ", sql)) for kind, name, sql in made}
        return {(k, n, _parts(sql) if k == "table" and "(" in sql else sql) for k, n, sql in plain}
    of = "FROM information_schema.columns WHERE table_schema = 'public'"
    columns = "table_name, column_name, data_type, is_nullable, column_default, is_identity"
    return {
        *_asked(alias, f"SELECT {columns}, character_maximum_length {of}"),
        *_asked(alias, "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'"),
        *_asked(
            alias,
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) "
            "FROM pg_constraint WHERE connamespace = 'public'::regnamespace",
        ),
        *_asked(
            alias, "SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal"
        ),
    }


def rows(alias: str) -> dict[str, int]:
    return {
        table: _asked(alias, f'SELECT COUNT(*) FROM "{table}"')[0][0]
        for table in connections[alias].introspection.table_names()
    }


def test_in_one_step_or_by_the_migrations_it_is_the_same_database(
    django_db_setup: None, django_db_blocker: Any, tmp_path: Any
) -> None:
    with (
        django_db_blocker.unblock(),
        another(tmp_path, "stepwise") as slow,
        another(tmp_path, "at_once") as quick,
    ):
        call_command("migrate", database=slow, verbosity=0, interactive=False)
        bring_up(quick)
        assert drawn(quick) ^ drawn(slow) == set()
        assert rows(quick) == rows(slow)
        assert health.migrations(quick) == health.migrations(slow)
        assert health.migrations(quick).pending == ()
