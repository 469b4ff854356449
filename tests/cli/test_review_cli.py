"""Reviews, PFMEA, queries, control plans and inspection plans on the command line."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from firstoff.cli import shell
from firstoff.cli.shell import run
from firstoff.formats.documents.control_plan import COLUMNS
from firstoff.formats.documents.pfmea import COLUMNS as PFMEA_COLUMNS
from tests.conftest import NOW, PASSWORD, World
from tests.services.test_controls import drafted


@pytest.fixture(autouse=True)
def _today(monkeypatch: Any) -> None:
    monkeypatch.setattr(shell, "now", lambda: NOW)


@pytest.fixture
def ask(world: World, capsys: Any) -> Any:
    drafted(world)

    def asked(*arguments: str, by: str = "ada") -> tuple[int, Any]:
        code = run([*arguments, "--site", "STOKE", "--as", by, "--json"])
        return code, json.loads(capsys.readouterr().out)

    return asked


def table(file: Path) -> list[list[Any]]:
    from openpyxl import load_workbook

    sheet: Any = load_workbook(file).active
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_a_control_plan_from_a_proposal_to_its_form(ask: Any, tmp_path: Path) -> None:
    code, shown = ask("control-plan", "propose", "CC-1")
    assert (code, len(shown["lines"])) == (0, 3)
    shown["lines"][1]["reaction_owner"] = "=Line lead"
    file = tmp_path / "lines.json"
    file.write_text(json.dumps(shown), encoding="utf-8")
    assert ask("control-plan", "set", "CC-1", str(file))[0] == 0
    assert ask("control-plan", "show", "CC-1", "--phase", "prototype")[1]["lines"] == []
    assert ask("control-plan", "show", "CC-1", "--phase", "never")[0] == 2
    out = tmp_path / "plan.xlsx"
    assert ask("control-plan", "export", "CC-1", "--out", str(out))[1]["file"] == str(out)
    cells = table(out)
    (head,) = [n for n, row in enumerate(cells) if tuple(row) == COLUMNS]
    assert [row[3:6] for row in cells[head + 1 :]] == [
        [None, None, "Press force"],
        ["1", "Lid clearance", None],
        ["2", "Glaze colour", None],
    ]
    assert cells[head + 2][-1] == "=Line lead"  # a text, never a formula
    assert ask("control-plan", "export", "CC-1", "--out", "plan.doc")[0] == 2
    assert ask("control-plan", "export", "CC-1", "--out", str(tmp_path / "plan.pdf"))[0] == 0
    file.write_text("[1]", encoding="utf-8")
    assert ask("control-plan", "set", "CC-1", str(file))[0] == 2


def test_an_inspection_plan_from_its_draft_to_its_release(ask: Any, tmp_path: Path) -> None:
    code, made = ask("inspection-plan", "draft", "CC-1", "final")
    assert (code, [row["characteristic"] for row in made["lines"]]) == (0, ["1", "2"])
    made["sampling"] = {"kind": "c0", "ltpd": "0.05"}
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(made), encoding="utf-8")
    assert ask("inspection-plan", "set", "CC-1", "final", str(file))[0] == 0
    shown = ask("inspection-plan", "show", "CC-1", "final", "--lot", "500")[1]
    assert (shown["sample"]["size"], shown["sample"]["accept"]) == (43, 0)
    for ending in ("pdf", "xlsx"):
        out = tmp_path / f"form.{ending}"
        assert ask("inspection-plan", "export", "CC-1", "final", "--out", str(out))[0] == 0
    assert ask("inspection-plan", "release", "CC-1", "final")[1]["status"] == "released"
    assert ask("inspection-plan", "release", "CC-1", "final")[0] == 4
    assert ask("inspection-plan", "propose", "CC-1", "final")[0] == 4
    assert ask("inspection-plan", "discard", "CC-1", "incoming")[0] == 3
    ask("inspection-plan", "draft", "CC-1", "incoming")
    assert ask("inspection-plan", "discard", "CC-1", "incoming")[1]["done"] == "discarded"
    assert [p["kind"] for p in ask("inspection-plan", "list", "CC-1")[1]["items"]] == ["final"]


def test_a_finding_from_the_review_to_its_acceptance(
    ask: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    held = ("dfm", "hold", "CC-1", "--title", "Before the tool", "--answer", "housing.wall=good")
    assert ask(*held)[1]["number"] == 1
    assert ask("dfm", "hold", "CC-1", "--title", "Next", "--answer", "housing.wall=red")[0] == 2
    added = ("dfm", "add", "CC-1", "1", "--category", "housing", "--severity", "blocker")
    assert ask(*added, "--text", "No draft angle.")[1]["label"] == "DFM-001"
    monkeypatch.setattr("sys.stdin", io.StringIO("wrong\n" + PASSWORD + "\n"))
    accept = ("dfm", "answer", "CC-1", "1", "accepted", "--text", "As the sample.")
    assert ask(*accept, "--password-stdin")[0] == 4
    assert ask(*accept, "--password-stdin")[1]["signed"] is True
    assert ask("dfm", "list", "CC-1", "--open")[1]["items"] == []
    out = tmp_path / "report.pdf"
    assert ask("dfm", "report", "CC-1", "1", "--out", str(out))[0] == 0
    assert out.read_bytes()[:5] == b"%PDF-"
    assert run(["dfm", "checklist"]) == 0


def test_failure_modes_and_queries(ask: Any, tmp_path: Path) -> None:
    file = tmp_path / "rows.json"
    row = {"failure_mode": "Lid sits askew", "operation": 20, "severity": 8, "occurrence": 6,
           "detection": 6, "action_due": "2026-06-01"}  # fmt: skip
    file.write_text(json.dumps({"rows": [row]}), encoding="utf-8")
    code, shown = ask("pfmea", "set", "CC-1", str(file))
    assert (code, shown["open"], shown["rows"][0]["priority"]) == (0, 1, "H")
    file.write_text(json.dumps(shown), encoding="utf-8")  # what is shown can be set again
    assert ask("pfmea", "set", "CC-1", str(file))[1] == shown
    for wrong in ({"severity": "8"}, {"action_due": "June"}, {"failure_mode": None}):
        file.write_text(json.dumps([{**row, **wrong}]), encoding="utf-8")
        assert ask("pfmea", "set", "CC-1", str(file))[0] == 2
    out = tmp_path / "pfmea.xlsx"
    assert ask("pfmea", "export", "CC-1", "--out", str(out))[0] == 0
    assert [tuple(row) for row in table(out) if row[0] == "Process item"] == [PFMEA_COLUMNS]
    assert ask("query", "log", "CC-1", "Which glaze?")[0] == 2
    asked = ask("query", "log", "CC-1", "Which glaze?", "--about", "glaze", by="ben")[1]
    assert (asked["label"], asked["asked_by"]) == ("Q-001", "Ben Tams")
    assert ask("query", "answer", "CC-1", "1", "--text", "G-4", "--revision", "C")[0] == 4
    assert ask("query", "list", "CC-1", "--open")[1]["total"] == 1
    for ending in ("pdf", "csv"):
        assert ask("query", "export", "CC-1", "--out", str(tmp_path / f"log.{ending}"))[0] == 0
