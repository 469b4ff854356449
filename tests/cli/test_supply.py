"""Lots and calibrations on the command line."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from firstoff.cli import shell
from firstoff.cli.shell import run
from firstoff.db.models import Calibration, Lot
from firstoff.services import plan
from tests.conftest import NOW, World
from tests.making import CROCK
from tests.recording import lot, post, rec

AT = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _today(monkeypatch: Any) -> None:
    monkeypatch.setattr(shell, "now", lambda: AT)


def asked(capsys: Any, *arguments: str) -> tuple[int, Any]:
    code = run([*arguments, "--site", "STOKE", "--as", "ada", "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_a_lot_is_received_accepted_and_split(world: World, capsys: Any, tmp_path: Path) -> None:
    paper = tmp_path / "coc.pdf"
    paper.write_bytes(b"%PDF-1.7 coc")
    receive = ("lot", "receive", "R-1", "--part", "GLZ", "--quantity", "4000")
    code, made = asked(capsys, *receive, "--certificate", str(paper), "--date-code", "2231")
    assert (code, made["state"], made["lot"]["status"]) == (0, "stored", "quarantine")
    assert (made["lot"]["quantity"], made["lot"]["certificate"]) == ("4000", "coc.pdf")
    _, accepted = asked(capsys, "lot", "accept", "R-1", "--reason", "inspected")
    assert accepted["lot"]["status"] == "accepted"
    _, split = asked(capsys, "lot", "split", "R-1", "--into", "R-1-A=1500", "--into", "R-1-B=0.5")
    assert split["lot"]["on_hand"] == "2499.5"
    _, story = asked(capsys, "lot", "show", "R-1")
    assert [e["what"] for e in story["events"]][-2:] == ["accepted", "received"]


def test_a_lot_that_was_posted_before_is_answered_so(world: World, capsys: Any) -> None:
    uid = "019a9d3e-0000-7000-8000-000000000001"
    receive = ("lot", "receive", "R-1", "--part", "GLZ", "--quantity", "1", "--uid", uid)
    states = [asked(capsys, *receive)[1]["state"] for _ in range(2)]
    assert (states, Lot.objects.count()) == (["stored", "already"], 1)


def test_a_rejection_needs_a_reason(world: World, capsys: Any) -> None:
    post(world, *lot())
    assert asked(capsys, "lot", "reject", "GLZ-7781")[0] == 4
    code, answer = asked(capsys, "lot", "reject", "GLZ-7781", "--reason", "cracked")
    assert (code, answer["lot"]["status"]) == (0, "rejected")


def test_of_two_lots_of_one_code_the_part_is_asked(world: World, capsys: Any) -> None:
    post(world, *lot("A"), *lot("A", part="LBL"))
    code, error = asked(capsys, "lot", "show", "A")
    assert (code, error["way_out"]) == (2, "Add --part: GLZ, LBL.")
    assert asked(capsys, "lot", "show", "A", "--part", "LBL")[1]["lot"]["part"] == "LBL"


def test_the_list_shows_what_waits_first(world: World, capsys: Any) -> None:
    post(world, *lot("Z"), *lot("W", accepted=False))
    _, found = asked(capsys, "lot", "list")
    assert [i["lot"] for i in found["items"]] == ["W", "Z"]
    _, waiting = asked(capsys, "lot", "list", "--status", "quarantine")
    assert waiting["total"] == 1
    assert run(["lot", "list", "--site", "STOKE"]) == 0
    assert capsys.readouterr().out.startswith("W\tGLZ\tquarantine\t10")


def test_a_list_is_looked_at_and_taken(world: World, capsys: Any, tmp_path: Path) -> None:
    file = tmp_path / "lots.csv"
    file.write_text("part,lot,quantity\nGLZ,R-1,100\nGLZ,R-2,x\n")
    code, seen = asked(capsys, "lot", "receive", "--file", str(file), "--dry-run")
    assert (code, [r["state"] for r in seen["rows"]]) == (4, ["take", "refused"])
    assert asked(capsys, "lot", "receive", "--file", str(file))[0] == 4
    file.write_text("part,lot,quantity\nGLZ,R-1,100\nGLZ,R-2,50\n")
    _, done = asked(capsys, "lot", "receive", "--file", str(file))
    _, again = asked(capsys, "lot", "receive", "--file", str(file))
    assert (done["stored"], again["already"], Lot.objects.count()) == (2, 2, 2)


# ---------------------------------------------------------------- equipment


@pytest.fixture
def crock(world: World) -> World:
    plan.load_definition(site_id=world.site.pk, definition=CROCK, by=world.eli, at=NOW)
    return world


def test_a_calibration_is_recorded_and_its_doubt_said(crock: World, capsys: Any) -> None:
    calibrate = ("equipment", "calibrate", "G-11", "--found")
    assert asked(capsys, *calibrate, "pass", "--at", "2026-05-20", "--due", "2026-06-20")[0] == 0
    assert asked(capsys, *calibrate, "fail", "--left", "pass", "--due", "2026-12-01")[0] == 0
    _, shown = asked(capsys, "equipment", "show", "G-11")
    assert [(c["as_found"], c["as_left"]) for c in shown["items"]] == [
        ("fail", "pass"),
        ("pass", "pass"),
    ]
    assert shown["doubt"]["since"].startswith("2026-05-19T23:00")
    assert Calibration.objects.count() == 2


def test_what_is_due_comes_by_its_date(crock: World, capsys: Any) -> None:
    post(crock, rec("calibration", equipment="J-02", result="pass", due="2026-06-10"))
    _, found = asked(capsys, "equipment", "due")
    assert [(i["code"], i["state"]) for i in found["items"]] == [
        ("G-11", "overdue"),
        ("J-02", "due_soon"),
    ]


def test_the_life_of_a_jig_is_set_and_unset(crock: World, capsys: Any) -> None:
    _, first = asked(capsys, "equipment", "change", "J-02", "--max-uses", "5000")
    _, then = asked(capsys, "equipment", "change", "J-02", "--max-uses", "0", "--line", "L 3")
    assert (first["max_uses"], then["max_uses"], then["line"]) == (5000, None, "L 3")
