"""The house holds: the import contracts of pyproject.toml, and what they cannot say."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "firstoff"


@pytest.mark.filterwarnings("default")
def test_every_import_contract_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    # The linter sets up the logging of the whole process, and would silence every logger that
    # there is for the tests after this one.
    monkeypatch.setattr("logging.config.dictConfig", lambda config: None)
    config = str(ROOT / "pyproject.toml")
    assert lint_imports(config_filename=config, no_logo=True) == EXIT_STATUS_SUCCESS


def test_no_file_is_longer_than_500_lines() -> None:
    files = [p for p in SOURCE.rglob("*.py") if "migrations" not in p.parts]
    lengths = {str(p.relative_to(ROOT)): len(p.read_text().splitlines()) for p in files}
    assert {name: n for name, n in lengths.items() if n > 500} == {}


def _functions(body: list[ast.stmt]) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Functions in statements, without a walk through every expression."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
        for inner in ("body", "orelse", "finalbody"):
            yield from _functions(getattr(node, inner, []))


@pytest.mark.slow  # reads every line of the source as Python does
def test_nine_functions_in_ten_have_at_most_30_lines() -> None:
    lengths = sorted(
        (node.end_lineno or 0) - node.lineno + 1
        for path in SOURCE.rglob("*.py")
        if "migrations" not in path.parts
        for node in _functions(ast.parse(path.read_text()).body)
    )
    assert lengths[int(len(lengths) * 0.9)] <= 30


def test_nothing_reads_the_clock_below_the_doors() -> None:
    """`by` and `at` come from the door: a rule or a verb that reads the clock cannot be tested."""
    clocks = ("datetime.now", "datetime.utcnow", "timezone.now", "time.time", "date.today")
    asked = [
        str(path.relative_to(ROOT))
        for floor in ("stats", "rules", "formats", "queries", "services")
        for path in (SOURCE / floor).rglob("*.py")
        if any(clock in (text := path.read_text()) for clock in clocks)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in clocks
    ]
    assert asked == []
