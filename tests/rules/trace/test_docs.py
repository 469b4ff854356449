"""The reference names every condition with its fields."""

from pathlib import Path

from firstoff.rules.trace import CONDITIONS

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "trace.md"


def test_the_reference_has_every_kind_with_its_fields() -> None:
    rows = [line for line in PAGE.read_text().splitlines() if line.startswith("| `")]
    said = {
        row.split("|")[1].strip(" `"): {f.strip(" `") for f in row.split("|")[3].split(",")} - {""}
        for row in rows
    }
    assert said == {c.kind: {f.name for f in c.fields[1:]} for c in CONDITIONS}
