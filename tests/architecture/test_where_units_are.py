"""What is kept of containments rests on it: where a unit is follows from records that name it."""

import re
from pathlib import Path

import firstoff

# Each of these writes it with floor records, operations, results, findings or members that name
# the unit (``queries/trace/followed.py``), or, to make readings again, under a verb of its own.
KNOWN = {
    "services/genealogy/keeping.py",
    "services/genealogy/writing.py",
    "services/trace/finding.py",
    "services/trace/ground.py",
}
_TABLES = "UnitState|Assembly"
WRITES = re.compile(
    rf"(?:upsert_rows|write_rows|delete_rows)\(\s*(?:{_TABLES})\b"
    rf"|\b(?:{_TABLES})\.objects[^\n]*\.(?:create|bulk_create|update|delete|get_or_create)\("
    r"|(?:UPDATE|INSERT INTO|DELETE FROM) firstoff_(?:unitstate|assembly)\b"
)


def test_where_units_are_is_written_in_known_places() -> None:
    root = Path(firstoff.__file__).parent
    found = {
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        if "migrations" not in path.parts and WRITES.search(path.read_text())
    }
    # The table of readings names its models, and writes whichever it is.
    assert found | {"services/genealogy/keeping.py"} == KNOWN
