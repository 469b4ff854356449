"""Many records of one table, written by one statement.

What ``bulk_create`` does, a column at a time: Django asks every value of every row what it is,
and for ten thousand units that takes ten times as long as the database does.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from operator import itemgetter
from typing import Any, TypeVar

from django.db import connection, models
from django.db.models.base import ModelState

from firstoff.db.models.ledger import Record, new_uid
from firstoff.db.rows import record_columns, settled
from firstoff.rules.ledger import canonical_rows

R = TypeVar("R", bound=Record)

# What these hold is stored as it is when it is of the plain type.
_PLAIN: dict[type, type] = {
    models.CharField: str,
    models.TextField: str,
    models.PositiveIntegerField: int,
    models.PositiveBigIntegerField: int,
    models.BigAutoField: int,
    models.ForeignKey: int,
    models.OneToOneField: int,
    models.BooleanField: bool,
}


def insert(records: Sequence[Record]) -> list[str]:
    """Write new records of one table, numbering them in order; answers their canonical rows.

    Inside the transaction that holds the ledger's lock: nobody else takes a number meanwhile.
    A record may name another one that was written since it was made, and may have its number
    already (``Keys``).
    """
    model = type(records[0])
    nameless = [record for record in records if record.__dict__["id"] is None]
    if nameless:
        for record, key in zip(nameless, _keys(model, len(nameless)), strict=True):
            record.__dict__["id"] = key
    for record in records:
        _name_parents(record)
    fields = model._meta.concrete_fields
    values = itemgetter(*(f.attname for f in fields))
    table = zip(*(values(record.__dict__) for record in records), strict=True)
    columns = {f.attname: _column(f, column) for f, column in zip(fields, table, strict=True)}
    _write(model, [_stored(f, columns[f.attname]) for f in fields])
    alias = connection.alias
    for record in records:
        state = record._state
        state.adding, state.db = False, alias
    names = sorted(record_columns(model))
    return list(canonical_rows(names, [columns[name] for name in names]))


def insert_columns(
    model: type[Record], count: int, columns: Mapping[str, Sequence[Any]]
) -> tuple[Sequence[int], list[str]]:
    """Write new records given by their columns, by attribute, each value as the database gives it
    back; answers their numbers and their canonical rows. For what comes by the hundred in one
    form: an object for every record takes as long as all the rest.
    """
    keys = list(_keys(model, count))
    whole: dict[str, Sequence[Any]] = {**columns, "id": keys}
    fields = model._meta.concrete_fields
    _write(model, [_stored(f, whole[f.attname]) for f in fields])
    names = sorted(record_columns(model))
    return keys, list(canonical_rows(names, [whole[name] for name in names]))


class Keys:
    """Numbers for records of one table before they are written, so that others can name them.

    Inside the ledger's lock; every record of the table written under it takes its number here.
    """

    __slots__ = ("_block", "_held", "_model")

    def __init__(self, model: type[Record], block: int = 1) -> None:
        self._model, self._block = model, block  # how many PostgreSQL is asked for at a time
        self._held: Iterator[int] = iter(())

    def next(self) -> int:
        for key in self._held:
            return key
        # SQLite counts on from the last one; PostgreSQL keeps what nobody uses.
        sqlite = connection.vendor == "sqlite"
        self._held = iter(_keys(self._model, 1_000_000_000 if sqlite else self._block))
        return next(self._held)


def fresh(model: type[R], **values: Any) -> R:
    """A record to be written, like ``model(**values)`` at a tenth of the price: Django asks each
    name and each value what it is, and sixty thousand operations take two seconds of that."""
    held, own = {}, dict(_blank(model))
    for name, value in values.items():
        if isinstance(value, models.Model):
            held[name] = value
            own[f"{name}_id"] = value.pk
        elif value is None and name not in own:
            own[f"{name}_id"] = None
        else:
            own[name] = value
    if len(own) != len(_blank(model)):
        raise TypeError(f"{model.__name__} has no {sorted(own.keys() - _blank(model).keys())}")
    if own["uid"] is None:
        own["uid"] = new_uid()
    record = model.__new__(model)
    record.__dict__.update(own, _state=ModelState())
    record._state.fields_cache = held
    return record


@cache
def _blank(model: type[Record]) -> dict[str, Any]:
    """Every attribute with what it is where nobody says."""
    fields = model._meta.concrete_fields
    return {f.attname: None if f.name == "uid" else f.get_default() for f in fields}


def _name_parents(record: Record) -> None:
    """The keys of the records it hangs on, which may have had none when it was made."""
    held = record._state.fields_cache
    for name, parent in held.items():
        if isinstance(parent, Record):
            record.__dict__[f"{name}_id"] = parent.pk


def _column(field: "models.Field[Any, Any]", values: Sequence[Any]) -> Sequence[Any]:
    """The values as the database will give them back."""
    kinds = set(map(type, values))
    kinds.discard(type(None))
    plain = _PLAIN.get(type(field))
    if plain is not None and kinds <= {plain}:
        return values
    if kinds <= {datetime} and isinstance(field, models.DateTimeField):
        return values
    return [_bare(settled(field, value)) for value in values]


def _bare(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value


def _stored(field: "models.Field[Any, Any]", values: Sequence[Any]) -> Iterable[Any]:
    """The values as the driver takes them."""
    if type(field) in _PLAIN or type(field) is models.BinaryField:
        return values
    if isinstance(field, models.UUIDField) and None not in values:
        return [value.hex for value in values] if connection.vendor == "sqlite" else values
    if isinstance(field, models.DateTimeField):
        write = _time()
        if len(set(map(id, values))) == 1:  # the moment at which all were received
            return [write(values[0])] * len(values)
        return [write(value) for value in values]
    return [field.get_db_prep_save(value, connection) for value in values]


def _time() -> Callable[[datetime | None], Any]:
    """How the database takes a time."""
    adapt = connection.ops.adapt_datetimefield_value
    if connection.vendor != "sqlite":
        return adapt

    def text(at: datetime | None) -> Any:
        # What Django makes of it, after looking at its zone twice.
        return adapt(at) if at is None or at.tzinfo is not UTC else at.isoformat(" ")[:-6]

    return text


def _keys(model: type[Record], count: int) -> Iterable[int]:
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
                [table, count],
            )
            return [key for (key,) in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        (last,) = cursor.fetchone() or (0,)
    return range(last + 1, last + 1 + count)


def _write(model: type[Record], columns: Sequence[Iterable[Any]]) -> None:
    names = [str(f.column) for f in model._meta.concrete_fields]
    write_rows(model, names, zip(*columns, strict=True))


def write_rows(
    model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """New rows of any table, as the driver takes them: readings are narrow, and come in crowds."""
    quote = connection.ops.quote_name
    into = f"{quote(model._meta.db_table)} ({', '.join(map(quote, names))})"
    given, hole = list(rows), f"({', '.join(['%s'] * len(names))})"
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            cursor.executemany(f"INSERT INTO {into} VALUES {hole}", given)
        elif len(given) > _FEW:
            with cursor.copy(f"COPY {into} FROM STDIN") as copy:
                for row in given:
                    copy.write_row(row)
        elif given:
            holes = ", ".join([hole] * len(given))
            cursor.execute(f"INSERT INTO {into} VALUES {holes}", [v for row in given for v in row])


_FEW = 4  # rows for which a COPY, which goes to the server three times, takes longer


def upsert_rows(
    model: type[models.Model],
    names: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    keep: Sequence[str] = (),
    add: Sequence[str] = (),
) -> None:
    """Rows of readings written over those that have their key, in one statement.

    keep: columns that are not changed where there is a row; add: columns that are added to it.
    """
    if not rows:
        return
    table = model._meta.db_table
    key = [str(f.column) for f in model._meta.pk_fields]
    changed = [n for n in names if n not in (*key, *keep)]
    to = [
        f"{n} = {table}.{n} + excluded.{n}" if n in add else f"{n} = excluded.{n}" for n in changed
    ]
    act = f"UPDATE SET {', '.join(to)}" if to else "NOTHING"
    holes = ", ".join(["%s"] * len(names))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table} ({', '.join(names)}) VALUES ({holes}) "
            f"ON CONFLICT ({', '.join(key)}) DO {act}",
            list(rows),
        )


def delete_rows(
    model: type[models.Model], names: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    """Rows of readings taken away, by the values of these columns."""
    if not rows:
        return
    where = " AND ".join(f"{name} = %s" for name in names)
    with connection.cursor() as cursor:
        cursor.executemany(f"DELETE FROM {model._meta.db_table} WHERE {where}", list(rows))
