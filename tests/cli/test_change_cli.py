"""Change orders, tolerances and the package on the command line."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from firstoff.cli.shell import run
from firstoff.services import plan, product
from tests.conftest import NOW, PASSWORD, World
from tests.services.test_plan import CROCK


@pytest.fixture
def crock(world: World) -> World:
    loaded = plan.load_definition(site_id=world.site.pk, definition=CROCK, by=world.eli, at=NOW)
    plan.freeze_baseline(program_id=loaded.program_id, by=world.eli, at=NOW)
    product.create_revision(program_id=loaded.program_id, by=world.eli, at=NOW)
    return world


def said(capsys: Any, *arguments: str) -> tuple[int, str]:
    code = run(arguments)
    read = capsys.readouterr()
    return code, read.out or read.err


def test_a_change_goes_its_way(crock: World, capsys: Any, monkeypatch: Any) -> None:
    ask = ("change", "ask", "CC-1", "CC-1:D", "--title", "Slower", "--reason", "Rims chip.")
    assert said(capsys, *ask, "--as", "eli") == (0, "ECO-0001 is asked for.\n")
    assess = ("change", "assess", "CC-1", "1", "--as", "eli")
    code, text = said(capsys, *assess)
    assert (code, "--date, --run, --serial" in text) == (2, True)
    code, text = said(capsys, *assess, "--date", "2026-09-01")
    assert (code, text) == (0, "ECO-0001 is assessed; it holds from 2026-09-01.\n")
    monkeypatch.setattr("sys.stdin", io.StringIO(PASSWORD + "\n"))
    approve = ("change", "approve", "CC-1", "1", "--as", "ada", "--password-stdin")
    assert said(capsys, *approve) == (0, "ECO-0001 is approved.\n")
    code, text = said(capsys, "change", "effect", "CC-1", "1", "--as", "eli")
    assert (code, "makes what is not released" in text) == (4, True)
    code, text = said(capsys, "change", "show", "CC-1", "1")
    assert (code, "item\tCC-1 C to D\tdraft" in text, "Revision\tC -> D" in text) == (
        0,
        True,
        True,
    )
    code, text = said(capsys, "change", "list", "CC-1", "--json")
    assert (code, json.loads(text)["open"]) == (0, 1)


def test_what_the_machine_cannot_hold(crock: World, capsys: Any) -> None:
    record = ("tolerance", "record", "Jiggering", "--spread", "0.2", "--unit", "mm")
    rest = ("--values", "40", "--measured-on", "2026-03-01", "--as", "eli")
    assert said(capsys, *record, *rest) == (0, "Jiggering is in the library.\n")
    assign = ("tolerance", "assign", "CC-1", "1", "Jiggering", "--revision", "C", "--as", "eli")
    assert said(capsys, *assign) == (0, "1 is made by Jiggering.\n")
    code, text = said(capsys, "tolerance", "show", "CC-1", "--revision", "C")
    assert (code, text.startswith("not_met\t1 Lid clearance")) == (0, True)
    code, text = said(capsys, "tolerance", "library", "--site", "STOKE")
    assert (code, "sd 0.2 mm" in text) == (0, True)
    bad = ("tolerance", "record", "X", "--spread", "wide", "--unit", "mm")
    assert said(capsys, *bad, *rest)[0] == 2


def test_a_study_comes_out_of_a_file(crock: World, capsys: Any, tmp_path: Path) -> None:
    file = tmp_path / "lid.csv"
    file.write_text("Lid;\n" + "0,60;\n0,61;\n0,59;\n" * 10, encoding="utf-8")
    study = ("tolerance", "study", "CC-1", "1", str(file), "--measured-on", "2026-03-02")
    uid = "01990000-0000-7000-8000-000000000001"
    more = ("--machine", "Haas VF-2", "--gauge", "Feeler", "--source", "R 12", "--uid", uid)
    label = "Study of 30 pieces on Haas VF-2, 2026-03-02"
    done = f"{label}, of 1 Lid clearance, revision C, is recorded.\n"
    for _ in range(2):
        told = said(capsys, *study, *more, "--revision", "C", "--as", "eli")
        assert told == (0, done)
    code, text = said(capsys, "tolerance", "studies", "CC-1", "--number", "1")
    assert (code, text) == (0, f"1 Lid clearance\tC\t{label}\tR 12\n")
    code, text = said(capsys, "tolerance", "studies", "CC-1", "--revision", "D", "--json")
    assert (code, json.loads(text)["total"]) == (0, 0)
    code, text = said(capsys, "tolerance", "show", "CC-1")
    assert (code, text.startswith("met\t1 Lid clearance"), "Study of 30 pieces" in text) == (
        0,
        True,
        True,
    )
    right = ("--supersedes", uid, "--as", "eli", "--json")
    code, text = said(capsys, *study, *right)
    assert (code, json.loads(text)["supersedes"]) == (0, uid)
    assert "corrected since" in said(capsys, "tolerance", "studies", "CC-1")[1]

    file.write_text("0.60\nabc\n", encoding="utf-8")
    code, text = said(capsys, *study, "--as", "eli")
    assert (code, text) == (2, "lid.csv, row 2, column 1: found 'abc'; expected a number.\n")
    assert said(capsys, *study, "--as", "vic")[0] == 2
    file.write_text("0.60\n0.61\n", encoding="utf-8")
    assert said(capsys, *study, "--as", "vic")[0] == 4
    assert said(capsys, *study, "--unit", "in", "--as", "eli")[0] == 2
    file.unlink()
    code, text = said(capsys, *study, "--as", "eli")
    assert (code, "cannot be read" in text) == (2, True)


def test_the_package_names_each_gap(crock: World, capsys: Any) -> None:
    code, text = said(capsys, "package", "CC-1")
    assert (code, "There is no bill of materials." in text) == (0, True)
    code, text = said(capsys, "package", "CC-1", "--json")
    assert (code, json.loads(text)["started"]) == (0, False)
