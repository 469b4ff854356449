"""`firstoff characteristics import` as a person at a console sees it; no database is asked."""

import json

import pytest

from firstoff.cli.shell import run

TABLE = "Balloon,Name,Requirement,Class\n1,Bore,Ø 12.50 ±0.05,CC\n2,Hole,⌖ ⌀0.1 Ⓜ A B,\n"


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "fai.csv"
    path.write_text(TABLE, encoding="utf-8")
    return path


def test_a_dry_run_says_what_the_file_holds(file, capsys):
    assert run(["characteristics", "import", str(file), "--dry-run"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "fai.csv: table (CSV), 2 characteristics (1 diameter, 1 position), 2 datums.",
        "  1            Bore: 12.45 to 12.55",
        "  2            Hole: position 0.1 A B",
    ]


def test_json_has_everything(file, capsys):
    assert run(["characteristics", "import", str(file), "--dry-run", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["kind"], found["header_row"], found["delimiter"], found["encoding"]) == (
        "csv",
        1,
        ",",
        "utf-8",
    )
    assert found["counts"] == {
        "characteristics": 2, "types": {"diameter": 1, "position": 1}, "datums": 2,
        "definitions": 0, "nominals": 0, "items": 0, "warnings": 0, "refused": 0,
    }  # fmt: skip
    bore, hole = found["characteristics"]
    assert (bore["number"], bore["class"], bore["limits"], bore["nominal"]) == (
        "1",
        "critical",
        {"lower": "12.45", "upper": "12.55"},
        "12.50",
    )
    assert (hole["symbol"], hole["tolerance"], hole["datums"], hole["material_condition"]) == (
        "position",
        "0.1",
        ["A", "B"],
        "M",
    )
    assert [column["meaning"] for column in found["columns"]] == [
        "number",
        "name",
        "requirement",
        "class",
    ]


def test_rows_that_cannot_be_taken_end_in_an_error(file, capsys):
    file.write_text(TABLE + "2,again,5,\n", encoding="utf-8")
    assert run(["characteristics", "import", str(file), "--dry-run"]) == 2
    assert capsys.readouterr().err.splitlines() == [
        "fai.csv, row 4, column A (Balloon): found '2'; "
        "expected a number of its own; row 3 has it already."
    ]


def test_a_column_is_named_by_hand(file, capsys):
    file.write_text("Balloon,Bohrung,Nominal\n1,Bore,5\n", encoding="utf-8")
    command = ["characteristics", "import", str(file), "--dry-run", "--json"]
    assert run([*command, "--column", "Bohrung=name"]) == 0
    assert json.loads(capsys.readouterr().out)["characteristics"][0]["name"] == "Bore"


@pytest.mark.parametrize("column", ["name", "=name", "Bohrung=colour"])
def test_a_column_named_wrongly_is_refused(file, column, capsys):
    command = ["characteristics", "import", str(file), "--dry-run", "--column", column]
    assert (run(command), capsys.readouterr().out) == (2, "")


def test_without_a_dry_run_nothing_is_done(file, capsys):
    assert run(["characteristics", "import", str(file)]) == 2
    assert "--dry-run" in capsys.readouterr().err


def test_a_shared_plan(shared, capsys):
    path = shared / "cases" / "qif" / "fair_test" / "FAIR_Test_Plan.qif"
    if not path.is_file():
        pytest.skip("the shared plan is not here")
    assert run(["characteristics", "import", str(path), "--dry-run", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["counts"]["characteristics"], found["datums"]) == (5, ["A", "B", "C"])
