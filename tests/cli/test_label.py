"""`firstoff label`: printed to a file, listed, scanned back."""

import json
from pathlib import Path
from typing import Any

import pytest

from firstoff.cli.shell import run
from firstoff.queries.genealogy import labels as reads
from tests.conftest import World
from tests.making import opened_pilot
from tests.packing import finish


@pytest.fixture
def label(world: World, capsys: Any) -> Any:
    finish(world, opened_pilot(world), 1, 2)

    def call(*words: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = run(["label", *map(str, words)])
        found = capsys.readouterr()
        return code, found.out, found.err

    return call


def test_labels_are_printed_to_a_file_and_listed(label: Any, tmp_path: Path) -> None:
    file = tmp_path / "labels.pdf"
    words = ("print", "unit", "CC1-P1", "--to", file, "--site", "STOKE", "--as", "ben")
    code, _, said = label(*words)
    assert (code, said, file.read_bytes()[:5]) == (0, f"2 labels are in {file}.\n", b"%PDF-")
    again, _, why = label(*words)
    assert (again, "was asked for before" in why) == (4, True)
    _, out, _ = label("list", "--site", "STOKE", "--json")
    (job,) = json.loads(out)["items"]
    assert (job["about"], job["count"], len(job["prints"])) == ("CC1-P1-001", 2, 1)


def test_a_label_scanned_back_is_told_by_the_exit_code(world: World, label: Any) -> None:
    code = reads.expected_of(world.ben, "STOKE", "CC-1", "CC1-P1-001").holds[0]
    given = ("--site", "STOKE", "--as", "ben", "--serial")
    assert label("verify", code, *given, "CC1-P1-001")[0] == 0
    assert label("verify", code, *given, "CC1-P1-002")[0] == 4
    assert label("verify", code, "--site", "STOKE", "--as", "ben")[0] == 2


def test_it_needs_to_know_where_to(label: Any) -> None:
    assert label("print", "unit", "CC1-P1", "--site", "STOKE", "--as", "ben")[0] == 2
