"""firstoff bom import --dry-run: how files are understood, without a database."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from firstoff.cli.shell import run

Console = pytest.CaptureFixture[str]

BOM = (
    "Designator,Qty,Value,MPN,Side,Notes\n"
    '"R1, R2",2,5.6k,RC0603FR-0756KL,top,\n'
    "C1,1,1u,GRM188R61A105KA61D,top,DNP\n"
    ",0.5,tape,,,\n"
)


def _file(folder: Path, text: str = BOM, name: str = "lamp.csv") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def _asked(console: Console, *words: str, code: int = 0) -> Any:
    assert run(["bom", "import", *words, "--dry-run", "--json"]) == code
    return json.loads(console.readouterr().out)


def test_a_dry_run_says_how_a_file_is_understood(tmp_path: Path, capsys: Console) -> None:
    said = _asked(capsys, _file(tmp_path))
    assert (said["kind"], said["label"], said["encoding"], said["delimiter"]) == (
        "table", "Table", "utf-8", ",",
    )  # fmt: skip
    assert (said["sheet"], said["header_row"]) == (None, 1)
    assert [(c["letter"], c["header"], c["meaning"]) for c in said["columns"]] == [
        ("A", "Designator", "designators"),
        ("B", "Qty", "quantity"),
        ("C", "Value", "value"),
        ("D", "MPN", "mpn"),
        ("E", "Side", None),
        ("F", "Notes", "notes"),
    ]


def test_it_says_the_counts(tmp_path: Path, capsys: Console) -> None:
    assert _asked(capsys, _file(tmp_path))["counts"] == {
        "lines": 3,
        "pieces": 2.5,
        "designators": 3,
        "do_not_populate": 1,
        "do_not_populate_designators": 1,
        "manufacturer_parts": 2,
        "alternates": 0,
        "without_manufacturer_part": 1,
        "levels": 1,
    }


def test_it_says_warnings_with_their_rows(tmp_path: Path, capsys: Console) -> None:
    assert _asked(capsys, _file(tmp_path))["warnings"] == [
        {
            "row": 2,
            "column": None,
            "code": "value-mpn",
            "sentence": "Value '5.6k', but RC0603FR-0756KL is 56\u00a0kΩ.",
        }
    ]


def test_refused_rows_end_with_the_code_of_bad_input(tmp_path: Path, capsys: Console) -> None:
    said = _asked(capsys, _file(tmp_path, "MPN,Qty,Value\nAB-1,-2,x\nCD-2,1,y\n"), code=2)
    assert said["refused"] == [
        {
            "row": 2,
            "column": "B",
            "code": "negative-quantity",
            "sentence": "Quantity -2; expected 0 or more.",
        }
    ]


def test_no_bill_of_materials_is_one_sentence(tmp_path: Path, capsys: Console) -> None:
    said = _asked(capsys, _file(tmp_path, "just words\n", "notes.csv"), code=2)
    assert said["code"] == "no-header"
    assert said["title"] == ("notes.csv: no row of column names found; row 1 is 'just words'.")


def test_a_person_says_what_columns_mean(tmp_path: Path, capsys: Console) -> None:
    path = _file(tmp_path, "Ref;Koncar;Qty\nR1;AB-12345;1\n")
    said = _asked(capsys, path, "--column", "B=mpn", "--delimiter", ";", "--header-row", "1")
    assert said["counts"]["manufacturer_parts"] == 1


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--column", "mpn"), "--column 'mpn' is no LETTER=MEANING."),
        (("--column", "A=colour"), "Column A: there is no meaning 'colour'."),
        (("--delimiter", "semi"), "--delimiter 'semi'; expected one sign, tab or fixed."),
        (("--kind", "word"), "There is no kind of bill of materials 'word'; expected "),
    ],
)
def test_what_means_nothing_is_refused(
    tmp_path: Path, capsys: Console, words: tuple[str, ...], sentence: str
) -> None:
    assert _asked(capsys, _file(tmp_path), *words, code=2)["title"].startswith(sentence)


def test_a_folder_of_files_that_refer_to_each_other_is_one(
    tmp_path: Path, capsys: Console
) -> None:
    _file(tmp_path, "IPN,Qty\nPCA-1-0,2\n", "ASY-1-0.csv")
    _file(tmp_path, "IPN,Qty,Ref\nRES-1,2,R1 R2\n", "PCA-1-0.csv")
    _file(tmp_path, "words only", "readme.txt")
    said = _asked(capsys, str(tmp_path))
    assert (said["top"], said["counts"]["levels"], said["counts"]["lines"]) == ("ASY-1-0", 2, 2)


def test_several_files_are_a_list(tmp_path: Path, capsys: Console) -> None:
    first = _file(tmp_path, "Ref,MPN\nR1,AB-1\n", "a.csv")
    other = _file(tmp_path, "Ref,MPN\nC1,CD-2\n", "b.csv")
    said = _asked(capsys, first, other)
    assert ([item["name"] for item in said["items"]], said["total"]) == (["a.csv", "b.csv"], 2)


def test_the_preview_is_readable(tmp_path: Path, capsys: Console) -> None:
    assert run(["bom", "import", _file(tmp_path), "--dry-run"]) == 0
    said = capsys.readouterr()
    assert said.out.splitlines()[:4] == [
        "lamp.csv: Table, utf-8, comma, header in row 1.",
        "3 lines, 2.5 pieces, 3 designators, 1 not fitted on 1 line, 2 manufacturer parts, "
        "1 line without one.",
        "  A   Designator                     Designators",
        "  B   Qty                            Quantity",
    ]
    assert said.err == "row 2: Value '5.6k', but RC0603FR-0756KL is 56\u00a0kΩ.\n"


def test_a_dry_run_imports_no_tables(tmp_path: Path) -> None:
    script = (
        "import sys; from firstoff.cli.shell import run; "
        f"run(['bom', 'import', {_file(tmp_path)!r}, '--dry-run', '--json']); "
        "sys.exit('django' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], capture_output=True).returncode == 0
