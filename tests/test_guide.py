"""The guide shows what its code prints and draws today."""

import importlib.util
import re
import shutil
from pathlib import Path
from types import ModuleType

import pytest

DOCS = Path(__file__).resolve().parents[1] / "docs"
TEXT = (DOCS / "guide" / "statistics.md").read_text(encoding="utf-8")


def _builder() -> ModuleType:
    found = importlib.util.spec_from_file_location("docs_build", DOCS / "build.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def test_the_tour_prints_and_draws_what_it_shows(tmp_path: Path) -> None:
    shutil.copytree(DOCS / "guide", tmp_path / "guide")
    assert _builder().built(TEXT, tmp_path / "guide") == TEXT
    drawn = {path.name for path in (tmp_path / "pictures").iterdir()}
    assert drawn == set(re.findall(r"\]\(\.\./pictures/([\w-]+\.svg)\)", TEXT))


@pytest.mark.parametrize("name", sorted(set(re.findall(r"pictures/([\w-]+\.svg)\)", TEXT))))
def test_a_picture_of_the_tour_is_there_and_small(name: str) -> None:
    assert (DOCS / "pictures" / name).stat().st_size < 60_000


def test_a_figure_in_an_answer_was_printed_above_it() -> None:
    printed = "".join(re.findall(r"^```text\n(.*?)^```", TEXT, re.M | re.S))
    plain = printed.replace("\u00a0", "").replace(" %", "%")
    told = [bold for bold in re.findall(r"\*\*(.+?)\*\*", TEXT) if bold != "Answer."]
    assert [bold for bold in told if re.sub("[\u00a0 ]%", "%", bold) not in plain] == []


def test_a_command_that_fails_stops_the_build() -> None:
    with pytest.raises(RuntimeError, match="stats proportion 3 2 failed"):
        _builder().printed("console", "$ firstoff stats proportion 3 2\n", {})
