"""Stations run what they came with: the package holds to Python 3.9 and its standard library."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "station" / "src"
FILES = sorted(SOURCE.rglob("*.py"))
# Imported where they are: OpenHTF and pytest call us, we do not need them.
GUESTS = {"openhtf.py": {"openhtf"}, "pytest_plugin.py": {"pytest"}}


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.name)
def test_it_reads_as_python_3_9_and_imports_nothing_else(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 9))
    named = {
        module.partition(".")[0]
        for node in ast.walk(tree)
        for module in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    foreign = named - set(sys.stdlib_module_names) - {"firstoff_station"}
    assert foreign == GUESTS.get(path.name, set())


@pytest.mark.slow
def test_it_records_under_python_3_9(tmp_path: Path) -> None:
    python = shutil.which("python3.9")
    if python is None or subprocess.run([python, "-c", ""], capture_output=True).returncode:
        pytest.skip("python3.9 is not on this machine")
    code = (
        "from firstoff_station import Station\n"
        f"s = Station(folder={str(tmp_path)!r}, background=False)\n"
        "s.record('unit', serial='a'); print(s.status().waiting)\n"
        "import firstoff_station.cli, firstoff_station.watch"
    )
    done = subprocess.run(
        [python, "-c", code], env={"PYTHONPATH": str(SOURCE)}, capture_output=True, text=True
    )
    assert (done.stdout, done.stderr) == ("1\n", "")
