"""Parts and bills of materials on the command line, from a file to a comparison and back."""

import json
from pathlib import Path
from typing import Any

import pytest

from firstoff.cli.shell import run
from firstoff.services import product
from tests.conftest import NOW, World

BOARD = """Reference,Value,Footprint,Manufacturer,MPN,Quantity,Notes
"R1, R2, R3",10k,0603,Yageo,RC0603-10K,2,NF(R3)
"C1, C2",100n,0603,,,2,Watch it
"""


@pytest.fixture
def mine(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setenv("FIRSTOFF_USER", "eli")
    product.create_program(
        site_id=world.site.pk, code="MPPT", name="Charger", by=world.eli, at=NOW, revision="1"
    )
    return world


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "board.csv"
    path.write_text(BOARD, encoding="utf-8")
    return path


def said(capsys: Any, *arguments: str, code: int = 0) -> str:
    assert run([*arguments, "--site", "STOKE"]) == code
    return str(capsys.readouterr().out)


def asked(capsys: Any, *arguments: str, code: int = 0) -> Any:
    return json.loads(said(capsys, *arguments, "--json", code=code))


def test_a_file_is_looked_at_taken_and_shown(mine: World, file: Path, capsys: Any) -> None:
    take = ("bom", "import", str(file), "--into", "MPPT")
    looked = said(capsys, *take, "--dry-run")
    assert looked.splitlines() == [
        "KiCad: lines 2 added, 0 removed, 0 changed, 0 same.",
        "2 new parts, 1 manufacturer parts would be made.",
        "+      2 RC0603-10K",
        "+      2 C-100n-0603",
    ]
    assert said(capsys, "bom", "show", "MPPT") == ""
    assert said(capsys, *take).startswith("board.csv is in MPPT revision 1: lines 2 added.")
    assert said(capsys, "bom", "show", "MPPT:1").splitlines() == [
        "1\t2\t\tRC0603-10K\t10k 0603\t10k\tR1, R2, R3\tYageo RC0603-10K",
        "2\t2\t\tC-100n-0603\t100n 0603\t100n\tC1, C2",
    ]
    needs = asked(capsys, "bom", "show", "MPPT", "--needs", "--quantity", "500")
    assert [(n["part_number"], n["quantity"]) for n in needs["items"]] == [
        ("C-100n-0603", "1000.000000"),
        ("RC0603-10K", "1000.000000"),
    ]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_what_is_exported_is_taken_again_as_it_was(
    mine: World, file: Path, tmp_path: Path, capsys: Any, ending: str
) -> None:
    said(capsys, "bom", "import", str(file), "--into", "MPPT")
    out = tmp_path / f"out.{ending}"
    assert run(["bom", "export", "MPPT", str(out), "--site", "STOKE"]) == 0
    capsys.readouterr()

    assert run(["bom", "compare", "MPPT", str(out), "--site", "STOKE"]) == 0
    assert "0 added, 0 removed, 0 changed, 2 same" in capsys.readouterr().out


def test_two_revisions_are_compared_and_differ(mine: World, file: Path, capsys: Any) -> None:
    said(capsys, "bom", "import", str(file), "--into", "MPPT")
    assert said(capsys, "part", "release", "MPPT", "1") == "MPPT revision 1 is released.\n"
    assert said(capsys, "part", "revise", "MPPT") == "MPPT revision A is a draft.\n"
    file.write_text(BOARD.replace('"C1, C2",100n', '"C1, C2",1u'), encoding="utf-8")
    said(capsys, "bom", "import", str(file), "--into", "MPPT")

    told = said(capsys, "bom", "compare", "MPPT:1", "MPPT:A", code=4)
    assert told.splitlines() == [
        "MPPT revision 1 to MPPT revision A: 0 added, 0 removed, 1 changed, 1 same.",
        "~      2 C-1u-0603  part C-100n-0603 -> C-1u-0603",
    ]
    used = asked(capsys, "part", "where-used", "C-100n-0603")
    assert [(u["part_number"], u["label"], u["status"]) for u in used["items"]] == [
        ("MPPT", "1", "released")
    ]


def test_rows_that_cannot_be_taken_stop_it_or_are_left_out(
    mine: World, file: Path, capsys: Any
) -> None:
    file.write_text(BOARD + "X1,,,,,1,\nR1,1k,0402,,,1,\n", encoding="utf-8")
    assert run(["bom", "import", str(file), "--into", "MPPT", "--site", "STOKE"]) == 2
    assert "board.csv, row 4:" in capsys.readouterr().err
    take = ("bom", "import", str(file), "--into", "MPPT", "--leave-out", "--site", "STOKE")
    assert run(take) == 0
    told = capsys.readouterr()
    assert told.out.startswith("board.csv is in MPPT revision 1: lines 2 added.")
    assert "Left out, row 5: R1 stands in row 2 already." in told.err


def test_parts_are_made_listed_shown_and_retired(mine: World, capsys: Any) -> None:
    made = asked(capsys, "part", "create", "R-1", "--name", "Resistor", "--value", "10k")
    assert (made["number"], made["procurement"]) == ("R-1", "buy")
    assert (
        said(capsys, "part", "list") == "MPPT\tCharger\tmake\t1 draft\nR-1\tResistor\tbuy\t\t10k\n"
    )
    assert said(capsys, "part", "show", "MPPT").splitlines() == [
        "MPPT\tCharger\tmake",
        "revision 1\tdraft",
    ]
    assert said(capsys, "part", "move", "MPPT", "1", "in_review") == (
        "MPPT revision 1 is in review.\n"
    )
    said(capsys, "part", "move", "MPPT", "1", "draft")
    said(capsys, "part", "retire", "R-1")
    assert asked(capsys, "part", "list", "--retired", "only")["total"] == 1


def test_a_draft_is_named_or_it_is_said_what_to_do(mine: World, file: Path, capsys: Any) -> None:
    assert run(["bom", "import", str(file)]) == 2
    assert "Add --into PROGRAM/PART" in capsys.readouterr().err
    said(capsys, "part", "release", "MPPT", "1")
    assert run(["bom", "import", str(file), "--into", "MPPT", "--site", "STOKE"]) == 4
    assert "Make one: firstoff part revise MPPT" in capsys.readouterr().err
    assert run(["bom", "show", "MPPT:9", "--site", "STOKE"]) == 3
    assert run(["bom", "show", "NONE", "--site", "STOKE"]) == 3
