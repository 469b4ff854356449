"""Documents, and characteristics into a draft, on the command line."""

import json
from pathlib import Path
from typing import Any

import pytest

from firstoff.cli import shell
from firstoff.cli.shell import run
from firstoff.db.models import Balloon, DocumentVersion
from firstoff.services import documents
from firstoff.terms import DocumentVisibility
from tests.conftest import NOW, World
from tests.drawing import balloon, make_draft, make_drawing, pdf

TABLE = "No,Requirement,Unit\n1,0.30 to 0.80,mm\n3,25 ±0.1,mm\n"


@pytest.fixture(autouse=True)
def _today(monkeypatch: Any) -> None:
    monkeypatch.setattr(shell, "now", lambda: NOW)


def asked(capsys: Any, *arguments: str, by: str = "eli") -> tuple[int, Any]:
    code = run([*arguments, "--site", "STOKE", "--as", by, "--json"])
    said = capsys.readouterr().out
    return code, json.loads(said) if said else None


def test_a_document_is_added_versioned_and_fetched(
    world: World, capsys: Any, tmp_path: Path
) -> None:
    file = tmp_path / "crock.pdf"
    file.write_bytes(pdf("one"))
    add = ("document", "add", "DRW-1", str(file))
    _, first = asked(capsys, *add, "--title", "Crock")
    file.write_bytes(pdf("two"))
    _, second = asked(capsys, *add, "--note", "Lid higher")
    _, again = asked(capsys, *add)
    assert [v["label"] for v in (first, second, again)] == ["A", "B", "B"]
    out = tmp_path / "back.pdf"
    code, _ = asked(capsys, "document", "get", "DRW-1", "--version", "A", "--out", str(out))
    assert (code, out.read_bytes()) == (0, pdf("one"))
    _, shown = asked(capsys, "document", "show", "DRW-1")
    assert [v["note"] for v in shown["versions"]] == ["Lid higher", ""]
    assert asked(capsys, "document", "list", "--search", "crock")[1]["total"] == 1


def test_a_new_document_needs_a_title(world: World, capsys: Any, tmp_path: Path) -> None:
    file = tmp_path / "crock.pdf"
    file.write_bytes(pdf())
    code, refused = asked(capsys, "document", "add", "DRW-1", str(file))
    assert (code, refused["way_out"]) == (2, "Add --title to make it.")


def test_what_somebody_may_not_see_is_not_there(world: World, capsys: Any) -> None:
    make_drawing(world, visibility=DocumentVisibility.QUALITY)
    assert asked(capsys, "document", "show", "DRW-1", by="vic")[0] == 3
    assert asked(capsys, "document", "list", by="vic")[1]["total"] == 0


def test_the_local_console_sees_whatever_lies_in_its_folder(world: World, capsys: Any) -> None:
    make_drawing(world, visibility=DocumentVisibility.QUALITY)
    assert run(["document", "list", "--site", "STOKE"]) == 0
    assert "DRW-1\tCounter crock" in capsys.readouterr().out


def test_a_drawing_becomes_part_of_a_draft_and_is_printed(
    world: World, capsys: Any, tmp_path: Path
) -> None:
    program = make_draft(world)
    make_drawing(world)
    _, linked = asked(capsys, "document", "link", "DRW-1", "--into", "CC-1")
    documents.set_balloons(
        program_id=program,
        revision="C",
        version_id=DocumentVersion.objects.get().pk,
        balloons=[balloon("1")],
        by=world.eli,
        at=NOW,
    )
    _, found = asked(capsys, "document", "balloons", "DRW-1", "--of", "CC-1")
    out = tmp_path / "b.pdf"
    asked(capsys, "document", "balloons", "DRW-1", "--of", "CC-1", "--out", str(out))
    assert (linked["revision"], found["missing"], Balloon.objects.count()) == ("C", ["2"], 1)
    assert out.read_bytes()[:5] == b"%PDF-"


def test_a_file_of_characteristics_is_compared_and_taken(
    world: World, capsys: Any, tmp_path: Path
) -> None:
    make_draft(world)
    file = tmp_path / "crock.csv"
    file.write_text(TABLE)
    take = ("characteristics", "import", str(file), "--into", "CC-1")
    _, seen = asked(capsys, *take, "--dry-run")
    _, done = asked(capsys, *take)
    assert [r["state"] for r in seen["rows"]] == ["change", "add", "kept"]
    assert (done["added"], done["changed"]) == (1, 1)
    _, there = asked(capsys, "characteristics", "list", "CC-1")
    assert [c["requirement"] for c in there["items"]] == [
        "0.30 to 0.80\u00a0mm",
        "",
        "25 ±0.1\u00a0mm",
    ]


def test_a_file_that_cannot_be_taken_ends_with_its_row(
    world: World, capsys: Any, tmp_path: Path
) -> None:
    make_draft(world)
    file = tmp_path / "crock.csv"
    file.write_text(TABLE + "4,9 to much,mm\n5,MAX,mm\n3,1 ±0.1,mm\n")
    code, refused = asked(capsys, "characteristics", "import", str(file), "--into", "CC-1")
    assert (code, refused["code"]) == (2, "rows-refused")
