"""The edge tables of the genealogy on SQLite: the table *is* its primary key.

``(unit, lot, seq)`` in a WITHOUT ROWID table is a third of the size of a table with a key of its
own, and one search instead of two. Django cannot say so, and an ordinary alteration of such a
table would quietly make it a common one again: so it is put right after every migration, like
the triggers. PostgreSQL needs nothing.
"""

from typing import Any

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

EDGES = (
    "firstoff_consumption",
    "firstoff_batchconsumption",
    "firstoff_assembly",
    "firstoff_shippedunit",
    "firstoff_unitroot",
)
_END = " WITHOUT ROWID"


def install_after_migrate(sender: Any, using: str = "default", **_: Any) -> None:
    install(connections[using])


def common(connection: BaseDatabaseWrapper) -> list[str]:
    """Edge tables that are common tables; what `firstoff doctor` tells. Empty on PostgreSQL."""
    if connection.vendor != "sqlite":
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
        found = dict(cursor.fetchall())
    return [t for t in EDGES if t in found and not found[t].rstrip().upper().endswith(_END)]


def install(connection: BaseDatabaseWrapper) -> None:
    """Rebuild what is a common table; safe to run at any time."""
    tables = common(connection)
    if not tables:
        return
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for table in tables:
            cursor.execute(
                "SELECT type, sql FROM sqlite_master WHERE tbl_name = %s AND sql IS NOT NULL",
                [table],
            )
            parts = cursor.fetchall()
            (made,) = [sql for kind, sql in parts if kind == "table"]
            cursor.execute(f"ALTER TABLE {table} RENAME TO {table}_common")
            cursor.execute(made + _END)
            cursor.execute(f"INSERT INTO {table} SELECT * FROM {table}_common")
            cursor.execute(f"DROP TABLE {table}_common")  # its indexes go with it
            for kind, sql in parts:
                if kind != "table":
                    cursor.execute(sql)
