"""The house holds: the import contracts of pyproject.toml, and what they cannot say."""

import ast
from pathlib import Path

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "firstoff"


@pytest.mark.filterwarnings("default")
def test_every_import_contract_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    config = str(ROOT / "pyproject.toml")
    assert lint_imports(config_filename=config, no_logo=True) == EXIT_STATUS_SUCCESS


def test_no_file_is_longer_than_500_lines() -> None:
    files = [p for p in SOURCE.rglob("*.py") if "migrations" not in p.parts]
    lengths = {str(p.relative_to(ROOT)): len(p.read_text().splitlines()) for p in files}
    assert {name: n for name, n in lengths.items() if n > 500} == {}


def test_nine_functions_in_ten_have_at_most_30_lines() -> None:
    lengths = sorted(
        (node.end_lineno or 0) - node.lineno + 1
        for path in SOURCE.rglob("*.py")
        if "migrations" not in path.parts
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    assert lengths[int(len(lengths) * 0.9)] <= 30


def test_nothing_reads_the_clock_below_the_doors() -> None:
    """`by` and `at` come from the door: a rule or a verb that reads the clock cannot be tested."""
    asked = [
        str(path.relative_to(ROOT))
        for floor in ("stats", "rules", "formats", "queries", "services")
        for path in (SOURCE / floor).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func)
        in ("datetime.now", "datetime.utcnow", "timezone.now", "time.time", "date.today")
    ]
    assert asked == []
