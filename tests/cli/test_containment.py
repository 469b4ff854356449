"""``firstoff containment``: exit codes a script can trust."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_verdict import Terminal
from tests.conftest import World
from tests.containing import SUSPECT, floor

OPEN = ("containment", "open", "Glaze crazing", "--reason", "Cracks.", "--as", "ivy")


@pytest.fixture
def terminal(world: World, capsys: Any, monkeypatch: Any) -> Terminal:
    floor(world)
    return Terminal(capsys, monkeypatch)


def test_it_is_opened_from_a_lot(terminal: Terminal) -> None:
    code, out, _ = terminal(*OPEN, "--lot", "GLZ-7781", "--site", "STOKE")
    assert (code, out) == (0, "C-0001 is open: 6 units at risk are held.\n")
    code, out, _ = terminal("containment", "list", "--site", "STOKE")
    assert (code, out) == (0, "STOKE\tC-0001\t6\t6 open\tGlaze crazing\n")


def test_it_is_opened_from_the_answer_of_where_used(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "question.json"
    file.write_text(json.dumps({"question": SUSPECT, "items": []}))
    code, out, _ = terminal(*OPEN, "--question", f"@{file}", "--site", "STOKE", "--json")
    assert (code, json.loads(out)["numbers"]["at_risk"]) == (0, 6)


def test_while_a_unit_is_open_it_answers_4(terminal: Terminal) -> None:
    terminal(*OPEN, "--lot", "GLZ-7781", "--site", "STOKE")
    code, out, _ = terminal("containment", "show", "C-0001", "--units", "--site", "STOKE")
    assert (code, out.splitlines()[0]) == (
        4,
        "C-0001 Glaze crazing. Not yet. 0 of 6 worked off.",
    )
    code, _, said = terminal.signed("containment", "close", "1", "--site", "STOKE")
    assert (code, "6 units are still open" in said, "Rule R-62." in said) == (4, True, True)


def test_it_is_worked_off_told_and_closed(terminal: Terminal, tmp_path: Path) -> None:
    terminal(*OPEN, "--lot", "GLZ-7781", "--site", "STOKE")
    on = ("--site", "STOKE", "--as", "ivy")
    assert terminal("containment", "finding", "1", "cleared", "P-1", "D-1", *on)[:2] == (
        0,
        "3 recorded as found good; 3 released.\n",
    )
    given = ("--place", "shipped", "--expected", "3")
    assert terminal("containment", "finding", "1", "replaced", *given, *on)[0] == 0
    assert terminal("containment", "notice", "1", "Brown", "--reference", "L-1", *on)[:2] == (
        0,
        "Brown was told about 2 units.\n",
    )
    code, out, _ = terminal.signed("containment", "close", "1", "--site", "STOKE")
    assert (code, out) == (0, "C-0001 is closed.\n")
    csv, pdf = tmp_path / "u.csv", tmp_path / "r.pdf"
    words = ("--csv", str(csv), "--pdf", str(pdf), "--customer", "Brown", "--site", "STOKE")
    assert terminal("containment", "show", "1", *words)[0] == 0
    assert (len(csv.read_text().splitlines()), pdf.read_bytes()[:5]) == (3, b"%PDF-")


def test_a_concession_asks_for_the_password(terminal: Terminal) -> None:
    terminal(*OPEN, "--lot", "GLZ-7781", "--site", "STOKE")
    words = ("containment", "finding", "1", "use_as_is", "P-1", "--note", "cosmetic")
    assert terminal(*words, "--as", "ada", "--site", "STOKE")[0] == 2
    assert terminal.signed(*words, "--site", "STOKE")[0] == 0


def test_bad_words_are_one_sentence(terminal: Terminal) -> None:
    terminal(*OPEN, "--lot", "GLZ-7781", "--site", "STOKE")
    on = ("--site", "STOKE", "--as", "ivy")
    for words, code, said in (
        ((*OPEN, "--site", "STOKE"), 2, "Which units? No condition is given."),
        ((*OPEN, "--lot", "GLZ-1", "--site", "STOKE"), 3, "There is no lot GLZ-1 at this site."),
        ((*OPEN, "--question", "{", "--site", "STOKE"), 2, "The question is no JSON."),
        (("containment", "show", "C-x", "--site", "STOKE"), 2, "'C-x' is no containment"),
        (("containment", "show", "7", "--site", "STOKE"), 3, "There is no containment C-0007"),
        (("containment", "finding", "1", "mended", "P-1", *on), 2, "'mended' is no outcome"),
        (("containment", "finding", "1", "cleared", *on), 2, "Which units?"),
        (("containment", "finding", "1", "rework", "P-3", *on), 4, "P-3 is at Acme"),
        (("containment", "notice", "1", "Nobody", *on), 2, "There is no customer 'Nobody'"),
    ):
        found, _, error = terminal(*words)
        assert (words, found, said in error) == (words, code, True)
