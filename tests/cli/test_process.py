"""Process plans and test procedures on the command line."""

import json
from pathlib import Path
from typing import Any

import pytest

from firstoff.cli.shell import run
from firstoff.services import plan
from tests.cli.test_program import asked
from tests.conftest import NOW, World
from tests.making import CROCK

ELI = ("--as", "eli")
OPERATIONS = [
    {"seq": 10, "name": "Fit the ring", "jig_not_needed": True, "steps": [{"text": "Press it."}]},
    {"seq": 20, "name": "Seat the lid", "predecessors": [10], "characteristics": ["1"]},
    {"seq": 30, "name": "Label", "predecessors": []},
]
LEAK = {
    "code": "T-1",
    "name": "Leak test",
    "label": "1",
    "pass_criteria": "Below the limit.",
    "steps": [{"name": "Leak", "unit": "ml", "upper": "0.50"}],
}


@pytest.fixture
def crock(world: World) -> World:
    loaded = plan.load_definition(site_id=world.site.pk, definition=CROCK, by=world.eli, at=NOW)
    plan.create_plan(program_id=loaded.program_id, revision="C", by=world.eli, at=NOW)
    return world


def file(folder: Path, content: object) -> str:
    path = folder / "said.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return str(path)


def test_operations_out_of_a_file(crock: World, tmp_path: Path, capsys: Any) -> None:
    said = file(tmp_path, OPERATIONS)
    code, made = asked(capsys, "operation", "set", "CC-1", said, *ELI)
    assert (code, made["total"], made["items"][0]["steps"][0]["text"]) == (0, 3, "Press it.")
    assert run(["operation", "list", "CC-1"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "10\tFit the ring\tafter none\t\t1 steps",
        "20\tSeat the lid\tafter 10\t\t0 steps",
        "30\tLabel\tafter none\t\t0 steps",
    ]
    assert run(["operation", "show", "CC-1", "10"]) == 0
    assert capsys.readouterr().out.splitlines() == ["10 Fit the ring", "10.1\tPress it."]
    assert run(["operation", "show", "CC-1", "99"]) == 3


def test_what_the_plan_lacks_is_an_exit_code(crock: World, tmp_path: Path, capsys: Any) -> None:
    assert run(["operation", "gaps", "CC-1"]) == 0
    run(["operation", "set", "CC-1", file(tmp_path, OPERATIONS), *ELI])
    capsys.readouterr()
    code, found = asked(capsys, "operation", "gaps", "CC-1")
    assert (code, {(g["kind"], g["seq"]) for g in found["items"]}) == (
        4,
        {
            ("standard_time", 10),
            *((kind, seq) for seq in (20, 30) for kind in ("instruction", "jig", "standard_time")),
        },
    )


def test_a_file_that_cannot_be_says_where(crock: World, tmp_path: Path, capsys: Any) -> None:
    wrong = [{"seq": 10, "name": "x", "steps": [{"text": 3}]}]
    assert run(["operation", "set", "CC-1", file(tmp_path, wrong), *ELI]) == 2
    assert capsys.readouterr().err.startswith(
        "said.json, [0].steps[0].text: expected str, got int."
    )
    assert run(["operation", "set", "CC-1", str(tmp_path / "none.json"), *ELI]) == 2


def test_work_instructions_are_written_as_a_pdf(crock: World, tmp_path: Path, capsys: Any) -> None:
    out = tmp_path / "wi.pdf"
    code, said = asked(capsys, "operation", "instruction", "CC-1", "--out", str(out))
    assert (code, said["bytes"], out.read_bytes()[:5]) == (0, out.stat().st_size, b"%PDF-")
    assert run(["operation", "instruction", "CC-1", "--seq", "99", "-o", str(out)]) == 3


def test_a_test_procedure_from_its_file_to_its_release(
    crock: World, tmp_path: Path, capsys: Any
) -> None:
    for _ in range(2):  # made, then set again
        assert run(["procedure", "set", "CC-1", file(tmp_path, LEAK), *ELI]) == 0
    assert run(["procedure", "release", "CC-1", "T-1", *ELI]) == 0
    capsys.readouterr()
    assert run(["procedure", "list", "CC-1"]) == 0
    assert capsys.readouterr().out == "T-1\t1\tLeak test\treleased\t1 steps\n"
    code, shown = asked(capsys, "procedure", "show", "CC-1", "T-1")
    assert (code, shown["facts"]["steps"][0]["upper"], shown["made"]) == (0, "0.5", [])
    assert run(["procedure", "set", "CC-1", file(tmp_path, LEAK), *ELI]) == 4
    out = tmp_path / "t.pdf"
    assert run(["procedure", "paper", "CC-1", "T-1", "-o", str(out)]) == 0
    assert out.read_bytes()[:5] == b"%PDF-"
