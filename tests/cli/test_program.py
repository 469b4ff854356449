"""Programs, definitions, equipment and baselines on the command line."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from firstoff.cli.shell import run
from firstoff.formats.definitions import write_definition
from firstoff.services import plan
from tests.conftest import NOW, World
from tests.making import CROCK


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "crock.json"
    path.write_text(write_definition(CROCK), encoding="utf-8")
    return path


@pytest.fixture
def crock(world: World) -> World:
    plan.load_definition(site_id=world.site.pk, definition=CROCK, by=world.eli, at=NOW)
    return world


def asked(capsys: Any, *arguments: str) -> tuple[int, Any]:
    code = run([*arguments, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_a_file_becomes_a_program_and_a_second_time_nothing(
    world: World, file: Path, capsys: Any
) -> None:
    load = ("definition", "load", str(file), "--site", "STOKE", "--as", "eli")

    code, loaded = asked(capsys, *load)
    assert (code, loaded["code"], len(loaded["changed"])) == (0, "CC-1", 13)
    assert run(load) == 0
    assert capsys.readouterr().out == "CC-1 is so already; nothing was changed.\n"


def test_a_file_is_checked_without_a_database(file: Path, capsys: Any) -> None:
    assert run(["definition", "load", str(file), "--check"]) == 0
    assert capsys.readouterr().out == "It can be loaded: 2 characteristics, 3 operations.\n"
    file.write_text(file.read_text().replace('"fit"', '"fitness"'))
    assert run(["definition", "load", str(file), "--check"]) == 2
    assert capsys.readouterr().err.startswith(
        "crock.json, defect_codes[0].category: invalid enum value 'fitness'; expected one of fit,"
    )
    assert run(["definition", "load", str(file.parent / "none.json")]) == 2


def test_what_is_exported_can_be_loaded_again(crock: World, tmp_path: Path, capsys: Any) -> None:
    assert run(["definition", "export", "CC-1", "--site", "STOKE"]) == 0
    path = tmp_path / "out.json"
    path.write_text(capsys.readouterr().out, encoding="utf-8")
    code, loaded = asked(capsys, "definition", "load", str(path), "--site", "STOKE", "--as", "eli")
    assert (code, loaded["changed"]) == (0, [])


def test_programs_are_made_listed_and_shown(world: World, capsys: Any) -> None:
    make = ("program", "create", "HK-9", "--name", "Hook", "--site", "LEEDS", "--as", "cy")
    assert run(make) == 0
    assert capsys.readouterr().out == ("Program HK-9 is there, with part HK-9 revision A.\n")
    assert run(["program", "list"]) == 0
    assert capsys.readouterr().out == "LEEDS\tHK-9\tHook\tpart HK-9\tCy Baptiste\n"
    assert asked(capsys, "program", "show", "HK-9", "--site", "LEEDS")[1]["name"] == "Hook"
    assert run(["program", "show", "HK-9", "--site", "LEEDS", "--as", "ada"]) == 3
    assert run([*make[:2], "HK-8", *make[3:-2]]) == 2
    assert "Add --as USERNAME" in capsys.readouterr().err
    assert run([*make[:-1], "ben"]) == 3


def test_the_freeze_answers_no_with_four_and_yes_with_the_id(
    world: World, crock: World, capsys: Any
) -> None:
    made = ("program", "create", "X", "--name", "X", "--site", "STOKE", "--as", "eli")
    run(made)
    capsys.readouterr()
    freeze = ("baseline", "freeze", "--site", "STOKE", "--as", "eli")
    assert run([*freeze, "X"]) == 4
    assert "Rule R-11." in capsys.readouterr().err

    code, frozen = asked(capsys, *freeze, "CC-1")
    assert (code, frozen["revision"], frozen["plan"]) == (0, "C", "1")
    assert run(["baseline", "show", "CC-1", frozen["digest"][:8], "--site", "STOKE"]) == 0
    text = capsys.readouterr().out
    assert hashlib.sha256(text.encode()).hexdigest() == frozen["digest"]
    assert asked(capsys, "baseline", "list", "CC-1", "--site", "STOKE")[1]["total"] == 1
    again = ("baseline", "show", "CC-1", frozen["digest"], "--against", frozen["digest"])
    assert asked(capsys, *again, "--site", "STOKE") == (
        0,
        {"items": [], "next": None, "total": 0},
    )


def test_a_definition_is_shown_with_what_stops_it(crock: World, capsys: Any) -> None:
    assert run(["definition", "show", "CC-1", "--site", "STOKE"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[2] == "  1\tLid clearance\tcritical\t0.30 to 0.90\u00a0mm\tFeeler gauge G-11"
    assert lines[-1].startswith("Nothing stops the freeze; it would be baseline ")


def test_equipment_is_added_listed_and_retired(world: World, capsys: Any) -> None:
    add = ("equipment", "add", "G-1", "--name", "Gauge", "--kind", "gauge", "--site", "STOKE")
    assert run([*add, "--calibration-due", "2020-01-31", "--as", "adam"]) == 0
    capsys.readouterr()
    assert run(["equipment", "list", "--site", "STOKE"]) == 0
    assert capsys.readouterr().out == ("G-1\tGauge\tproduction gauge\t\tdue 2020-01-31\toverdue\n")
    assert run(["equipment", "retire", "G-1", "--site", "STOKE", "--as", "adam"]) == 0
    capsys.readouterr()
    listed = asked(capsys, "equipment", "list", "--retired", "--site", "STOKE")[1]["items"]
    assert [(e["code"], e["state"]) for e in listed] == [("G-1", "retired")]
    assert run([*add, "--as", "vic"]) == 4
