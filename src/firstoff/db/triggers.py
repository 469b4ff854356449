"""Append-only, held by the database itself: UPDATE and DELETE of a record fail.

SQLite triggers also refuse an INSERT over an existing key, because ``INSERT OR REPLACE`` deletes
without firing delete triggers unless ``recursive_triggers`` is on, and a plain client leaves it
off. Released definitions (R-10) are guarded the same way.
"""

from collections.abc import Iterator
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

_NO = "Firstoff: records are append-only; record a correction that names what it supersedes"
_RELEASED = "Firstoff: a released definition is immutable (R-10); make a new revision"


def _by(owner: str, key: str, through: str = "") -> str:
    """The status of the owner that a row names by ``key``, straight or through another table.

    through: ``table.column``: the row names a row of ``table``, whose ``column`` names the owner.
    """
    if not through:
        return f"(SELECT status FROM firstoff_{owner} WHERE id = {{row}}.{key})"
    table, column = through.split(".")
    return (
        f"(SELECT o.status FROM firstoff_{owner} o JOIN firstoff_{table} t "
        f"ON o.id = t.{column} WHERE t.id = {{row}}.{key})"
    )


_STEP_PLAN = (
    "(SELECT p.status FROM firstoff_processplan p JOIN firstoff_operation o ON o.plan_id = p.id "
    "JOIN firstoff_instructionstep s ON s.operation_id = o.id "
    "WHERE s.id = {row}.instructionstep_id)"
)
# table -> the status that a row of it hangs on; {row} is NEW or OLD.
_GUARDED = {
    "firstoff_characteristic": _by("partrevision", "revision_id"),
    "firstoff_balloon": _by("partrevision", "characteristic_id", "characteristic.revision_id"),
    "firstoff_revisiondocument": _by("partrevision", "revision_id"),
    "firstoff_bomline": _by("partrevision", "revision_id"),
    "firstoff_variant": _by("partrevision", "revision_id"),
    "firstoff_variantchange": _by("partrevision", "variant_id", "variant.revision_id"),
    "firstoff_stackup": _by("partrevision", "revision_id"),
    "firstoff_stackuplink": _by("partrevision", "stack_id", "stackup.revision_id"),
    "firstoff_operation": _by("processplan", "plan_id"),
    "firstoff_operation_characteristics": _by("processplan", "operation_id", "operation.plan_id"),
    "firstoff_operation_equipment": _by("processplan", "operation_id", "operation.plan_id"),
    "firstoff_processparameter": _by("processplan", "operation_id", "operation.plan_id"),
    "firstoff_operationmaterial": _by("processplan", "operation_id", "operation.plan_id"),
    "firstoff_controlplanline": _by("processplan", "operation_id", "operation.plan_id"),
    "firstoff_instructionstep": _by("processplan", "operation_id", "operation.plan_id"),
    "firstoff_instructionstep_pictures": _STEP_PLAN,
    "firstoff_teststep": _by("testprocedure", "procedure_id"),
    "firstoff_inspectionplanline": _by("inspectionplan", "plan_id"),
}
# table -> what of a released row may no longer move.
_RELEASE = ("revision_id", "label", "released_at", "released_by_id")
_STATUS_ONLY = {
    "firstoff_partrevision": ("part_id", "label", "released_at", "released_by_id", "note"),
    "firstoff_processplan": _RELEASE,
    "firstoff_testprocedure": (
        *(*_RELEASE, "code", "name"),
        *("purpose", "equipment", "pass_criteria"),
    ),
    "firstoff_inspectionplan": (*_RELEASE, "kind", "note", "sampling"),
}
# What is looked at goes back to its draft or is released; only what is released stays as it is.
_OPEN = "('draft', 'in_review')"

# What each statement touches: an update may not move a row into a released definition either.
_EVENTS = (("INSERT", ("NEW",)), ("UPDATE", ("OLD", "NEW")), ("DELETE", ("OLD",)))


def record_tables() -> tuple[str, ...]:
    from firstoff.db.models import LedgerEntry
    from firstoff.db.rows import record_models

    tables = [m._meta.db_table for m in record_models()]
    return (*tables, LedgerEntry._meta.db_table)


def install_after_migrate(sender: Any, using: str = "default", **_: Any) -> None:
    install(connections[using])


def install(connection: BaseDatabaseWrapper) -> None:
    """(Re)create every trigger; safe to run at any time."""
    present = set(connection.introspection.table_names())
    tables = [t for t in record_tables() if t in present]
    guarded = {t for t in (*_GUARDED, *_STATUS_ONLY) if t in present}
    make = _postgresql if connection.vendor == "postgresql" else _sqlite
    with connection.cursor() as cursor:
        for statement in make(tables, guarded):
            cursor.execute(statement)


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Names of triggers that should be there and are not; what `firstoff doctor` tells."""
    if connection.vendor == "postgresql":
        query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
        kinds: tuple[str, ...] = ("keep", "truncate")
    else:
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        kinds = ("update", "delete", "replace")
    with connection.cursor() as cursor:
        cursor.execute(query)
        there = {row[0] for row in cursor.fetchall()}
    wanted = [f"{table}_{kind}" for table in record_tables() for kind in kinds]
    released = [f"{t}_released{end}" for t in _GUARDED for end in _ends(connection.vendor)]
    status = [f"{t}_released" for t in _STATUS_ONLY]
    return [name for name in (*wanted, *released, *status) if name not in there]


def _ends(vendor: str) -> tuple[str, ...]:
    return ("",) if vendor == "postgresql" else ("_insert", "_update", "_delete")


def _sqlite(tables: list[str], guarded: set[str]) -> Iterator[str]:
    for table in tables:
        key = "seq" if table == "firstoff_ledgerentry" else "id"
        clash = f"EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key})"
        if key == "id":
            clash += f" OR EXISTS (SELECT 1 FROM {table} WHERE uid = NEW.uid)"
        yield from _sqlite_trigger(f"{table}_update", f"BEFORE UPDATE ON {table}", _NO)
        yield from _sqlite_trigger(f"{table}_delete", f"BEFORE DELETE ON {table}", _NO)
        yield from _sqlite_trigger(
            f"{table}_replace", f"BEFORE INSERT ON {table} WHEN {clash}", _NO
        )
    for table, status in _GUARDED.items():
        if table not in guarded:
            continue
        for event, rows in _EVENTS:
            when = " OR ".join(f"{status.format(row=row)} <> 'draft'" for row in rows)
            yield from _sqlite_trigger(
                f"{table}_released_{event.lower()}",
                f"BEFORE {event} ON {table} WHEN {when}",
                _RELEASED,
            )
    for table, columns in _STATUS_ONLY.items():
        if table in guarded:
            moved = " OR ".join(f"NEW.{c} IS NOT OLD.{c}" for c in columns)
            when = f"OLD.status NOT IN {_OPEN} AND (NEW.status IN {_OPEN} OR {moved})"
            yield from _sqlite_trigger(
                f"{table}_released", f"BEFORE UPDATE ON {table} WHEN {when}", _RELEASED
            )


def _sqlite_trigger(name: str, event: str, message: str) -> Iterator[str]:
    yield f"DROP TRIGGER IF EXISTS {name}"
    yield f"CREATE TRIGGER {name} {event} BEGIN SELECT RAISE(ABORT, '{message}'); END"


def _postgresql(tables: list[str], guarded: set[str]) -> Iterator[str]:
    yield _function("firstoff_append_only", f"RAISE EXCEPTION '{_NO}';")
    for table in tables:
        yield from _pg_trigger(
            f"{table}_keep", f"BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW", "append_only"
        )
        yield from _pg_trigger(
            f"{table}_truncate", f"BEFORE TRUNCATE ON {table} FOR EACH STATEMENT", "append_only"
        )
    for table, status in _GUARDED.items():
        if table in guarded:
            refuse = "IF {test} THEN RAISE EXCEPTION '" + _RELEASED + "'; END IF; "
            body = ""
            for event, rows in _EVENTS:
                test = " OR ".join(f"{status.format(row=row)} <> 'draft'" for row in rows)
                answer = "OLD" if event == "DELETE" else "NEW"
                body += f"IF TG_OP = '{event}' THEN {refuse.format(test=test)}RETURN {answer}; "
                body += "END IF; "
            yield _function(f"{table}_guard", f"{body}RETURN NEW;")
            yield from _pg_trigger(
                f"{table}_released",
                f"BEFORE INSERT OR UPDATE OR DELETE ON {table} FOR EACH ROW",
                f"{table}_guard",
            )
    for table, columns in _STATUS_ONLY.items():
        if table in guarded:
            moved = " OR ".join(f"NEW.{c} IS DISTINCT FROM OLD.{c}" for c in columns)
            yield _function(
                f"{table}_guard",
                f"IF OLD.status NOT IN {_OPEN} AND (NEW.status IN {_OPEN} OR {moved}) "
                f"THEN RAISE EXCEPTION '{_RELEASED}'; END IF; RETURN NEW;",
            )
            yield from _pg_trigger(
                f"{table}_released", f"BEFORE UPDATE ON {table} FOR EACH ROW", f"{table}_guard"
            )


def _function(name: str, body: str) -> str:
    return (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {body} END $$"
    )


def _pg_trigger(name: str, event: str, function: str) -> Iterator[str]:
    full = "firstoff_append_only" if function == "append_only" else function
    yield f"DROP TRIGGER IF EXISTS {name} ON {event.split(' ON ')[1].split()[0]}"
    yield f"CREATE TRIGGER {name} {event} EXECUTE FUNCTION {full}()"


def remove(connection: BaseDatabaseWrapper) -> None:
    """Drop every trigger; for bringing a backup back, in the transaction that installs them."""
    own = "LIKE 'firstoff^_%' ESCAPE '^'"
    if connection.vendor == "postgresql":
        query = (
            "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            f"WHERE NOT t.tgisinternal AND t.tgname {own} AND pg_table_is_visible(c.oid)"
        )
    else:
        query = f"SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger' AND name {own}"
    with connection.cursor() as cursor:
        cursor.execute(query)
        for name, table in cursor.fetchall():
            where = f" ON {table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER {name}{where}")
