"""`firstoff history`: built and asked on the command line, with exit codes a script can trust."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from firstoff.cli.shell import run
from firstoff.services import execution
from firstoff.services.execution import PostedMeasure, PostedUnit
from tests.conftest import World
from tests.deciding import build, measured_bar
from tests.making import MINUTE, make_pilot

pytestmark = pytest.mark.once


@pytest.fixture
def history(world: World, settings: Any, tmp_path: Path, capsys: Any) -> Any:
    """Four units measured, one of them again and then outside its limits."""
    settings.HISTORY_ROOT = tmp_path / "history"
    batch = build(world, make_pilot(world, bar=measured_bar()), clearance=True)
    at = batch.ended + 10 * MINUTE
    posted = PostedUnit(
        serial="CC1-P1-002", judged_at=at, measures=(PostedMeasure("1", Decimal("0.95")),)
    )
    execution.record_units(run_id=batch.pilot.run_id, records=[posted], by=world.ben, at=at)

    def asked(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = run(["history", *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return asked


def test_a_build_says_what_it_added(history: Any) -> None:
    code, said, _ = history("build")
    first, second = said.splitlines()
    assert (code, first) == (0, "Built from nothing. There was none.")
    assert second.startswith("5 measurements of 5 test records added; 5 in ")
    code, said, _ = history("build", "--json")
    found = json.loads(said)
    assert (code, found["added"], found["measurements"], found["why_anew"]) == (
        0,
        {"records": 0, "measurements": 0},
        5,
        "",
    )


def test_status_is_no_where_there_is_none_or_it_is_damaged(history: Any, tmp_path: Path) -> None:
    code, _, complaint = history("status")
    assert (code, complaint.splitlines()[1]) == (4, "Build it: firstoff history build.")
    history("build")
    code, said, _ = history("status", "--full", "--json")
    assert (code, json.loads(said)["sound"]) == (0, True)
    next((tmp_path / "history" / "records").rglob("*.parquet")).unlink()
    code, _, complaint = history("status")
    assert (code, complaint.startswith("The next build begins from nothing. The file")) == (
        4,
        True,
    )


def test_values_and_those_outside_are_listed(history: Any) -> None:
    history("build")
    code, said, _ = history("values", "CC-1", "1")
    head, *rows = said.splitlines()
    assert (code, len(rows), head.split("\t")[3]) == (0, 5, "value")
    code, said, _ = history("outside", "CC-1")
    _, row = said.splitlines()
    assert row.split("\t")[2:8] == ["CC1-P1-002", "CC1-P1", "0.95", "0.3", "0.9", "fail"]
    code, said, told = history("values", "CC-1", "1", "--limit", "2")
    assert (len(said.splitlines()), told.splitlines()) == (
        3,
        ["The newest 2 of 5; --limit 0 shows all."],
    )


def test_figures_are_printed_and_answered_as_json(history: Any) -> None:
    history("build")
    code, said, _ = history("summary", "CC-1", "1")
    assert (code, "Measurements    5 on 4 units" in said.splitlines()) == (0, True)
    code, said, _ = history("capability", "CC-1", "1")
    lines = said.splitlines()
    assert (code, lines[0].split("  ")[-1].strip()) == (0, "1 Lid clearance, 4 values")
    assert any(line.startswith("Left out") and "1 value of a retest" in line for line in lines)
    code, said, _ = history("capability", "CC-1", "1", "--retests", "--json")
    found = json.loads(said)
    assert (found["capability"]["n"], found["retests"]) == (5, 0)
    code, said, _ = history("yields", "CC-1", "--json")
    (row,) = json.loads(said)["rows"]
    assert (row["units"], row["first_passed"], row["finally_passed"]) == (4, 4, 3)
    code, said, _ = history("series", "CC-1", "1", "--stretches", "3")
    assert sum(int(row.split("\t")[1]) for row in said.splitlines()[1:]) == 5


@pytest.mark.parametrize(
    ("words", "code", "complaint"),
    [
        (("capability", "CC-1", "9"), 3, "The history holds no measurement named '9'"),
        (("capability", "CC-1", "1", "--since", "2031-01-01"), 3, "The history holds no such"),
        (("capability", "CC-1", "1", "--lower", "1", "--upper", "0"), 2, "lower"),
        (("values", "CC-1", "1", "--site", "NOWHERE"), 3, "There is no site 'NOWHERE'"),
        (("values", "CC-1", "1", "--since", "yesterday"), 2, ""),
        (("values", "CC-1", "1", "--as", "cy", "--site", "STOKE"), 3, "There is no site"),
    ],
)
def test_what_cannot_be_answered_has_its_exit_code(
    history: Any, words: tuple[str, ...], code: int, complaint: str
) -> None:
    history("build")
    found, _, said = history(*words)
    assert (found, said.startswith(complaint)) == (code, True)


def test_a_lost_file_is_one_sentence_until_the_next_build(history: Any, tmp_path: Path) -> None:
    history("build")
    next((tmp_path / "history" / "measurements").rglob("*.parquet")).unlink()
    code, _, complaint = history("summary", "CC-1", "1")
    assert (code, complaint.startswith("The measurement history did not answer: ")) == (5, True)
    assert history("build")[0] == 0
    assert history("summary", "CC-1", "1")[0] == 0
