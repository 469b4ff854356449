"""The three tables of a history. docs/reference/history.md describes them for other engines."""

from functools import cache
from typing import Any

from firstoff.history import libraries

VERSION = 2  # of the tables: another one is built anew
MEASUREMENTS, RECORDS, LINES = "measurements", "records", "lines"
TABLES = (MEASUREMENTS, RECORDS, LINES)

# A line of a procedure is numbered by the procedure and its place in it: the same in every build.
_PLACES = 20
DELTA = {  # columns that grow from row to row: a few bits a row
    MEASUREMENTS: ("second", "record", "unit"),
    RECORDS: ("began", "ended", "record", "unit"),
    LINES: (),
}


def line_number(procedure: int, place: int) -> int:
    return procedure << _PLACES | place


@cache
def schema(table: str) -> Any:
    """Columns and types of a table, as Arrow has them."""
    arrow = libraries.arrow()
    return arrow.schema([(name, _type(arrow, kind)) for name, kind in _COLUMNS[table]])


def words(table: str) -> tuple[str, ...]:
    """Its columns of text: few different ones, many rows."""
    return tuple(name for name, kind in _COLUMNS[table] if kind == "word")


def _type(arrow: Any, kind: str) -> Any:
    return {
        "int": arrow.int64(),
        "time": arrow.timestamp("us", tz="UTC"),
        "number": arrow.float64(),
        "word": arrow.dictionary(arrow.int32(), arrow.string()),
        "text": arrow.string(),
    }[kind]


_COLUMNS = {
    MEASUREMENTS: (
        ("line", "int"),
        ("second", "int"),  # whole seconds grow in few steps: a time in full is half of a file
        ("record", "int"),
        ("unit", "int"),
        ("value", "number"),
        ("outcome", "word"),
        ("text", "word"),
        ("batch", "word"),
        ("part", "word"),
        ("site", "word"),
    ),
    RECORDS: (
        ("record", "int"),
        ("began", "time"),
        ("ended", "time"),
        ("unit", "int"),
        ("serial", "text"),
        ("uid", "text"),
        ("outcome", "word"),
        ("procedure", "word"),
        ("procedure_name", "word"),
        ("station", "word"),
        ("batch", "word"),
        ("part", "word"),
        ("site", "word"),
    ),
    LINES: (
        ("line", "int"),
        ("procedure_id", "int"),
        ("procedure", "text"),
        ("procedure_name", "text"),
        ("place", "int"),
        ("characteristic", "text"),
        ("name", "text"),
        ("phase", "text"),
        ("subtest", "text"),
        ("unit", "text"),
        ("lower", "number"),
        ("upper", "number"),
        ("rule", "text"),
    ),
}
