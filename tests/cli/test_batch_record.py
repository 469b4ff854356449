"""`firstoff run record`, `accept-gap`, `close`: exit codes a script can trust."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from firstoff.cli.shell import run
from tests.batches import batch
from tests.conftest import PASSWORD, World


@pytest.fixture
def terminal(world: World, capsys: Any, monkeypatch: Any) -> Any:
    batch(world, whole=3)

    def call(*words: str, typed: str = f"{PASSWORD}\n") -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        capsys.readouterr()
        code = run(list(words))
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


SIGN = ("--as", "ada", "--password-stdin")


def test_a_record_with_gaps_exits_with_4(terminal: Any) -> None:
    code, out, _ = terminal("run", "record", "CC1-P1", "--as", "vic")
    assert code == 4
    assert "CC1-P1: 3 of 4 units complete; 1 gap is open." in out
    assert "[gap]       1 of 4 planned units are not started. (R-30)" in out
    assert "Process, IPC-1782: P3. P4: 3 of 3 units have no file" in " ".join(out.split("\n"))


def test_the_record_as_json(terminal: Any) -> None:
    code, out, _ = terminal("run", "record", "CC1-P1", "--as", "vic", "--json")
    found = json.loads(out)
    assert (code, found["open_gaps"], found["process"]["level"]) == (4, 1, "P3")


def test_a_run_is_closed_on_the_command_line(terminal: Any) -> None:
    code, _, err = terminal("run", "close", "CC1-P1", *SIGN)
    assert (code, "its batch record has 1 gap" in err) == (4, True)
    reason = ("--reason", "Three are enough.")
    code, out, _ = terminal("run", "accept-gap", "CC1-P1", "units_missing:1", *reason, *SIGN)
    assert (code, out.startswith("Accepted: 1 of 4 planned units")) == (0, True)
    code, out, err = terminal("run", "close", "CC1-P1", *SIGN)
    assert (code, out.startswith("CC1-P1 is closed; entry")) == (0, True)
    assert "1 gap accepted by deviation, and close the run." in " ".join(err.split())
    assert terminal("run", "record", "CC1-P1", "--as", "vic")[0] == 0


def test_the_document_is_written_and_verified(terminal: Any, tmp_path: Path) -> None:
    pdf = tmp_path / "record.pdf"
    code, _, _ = terminal("run", "record", "CC1-P1", "--as", "vic", "--pdf", str(pdf))
    assert (code, pdf.read_bytes()[:5]) == (4, b"%PDF-")
    code, out, _ = terminal("verify", str(pdf), "--offline")
    assert (code, "byte for byte what its evidence makes" in " ".join(out.split())) == (0, True)
    pdf.with_suffix(".json").unlink()
    code, out, _ = terminal("verify", str(pdf), "--as", "vic")
    assert (code, "agrees with the records in the database" in " ".join(out.split())) == (0, True)


def test_a_document_goes_into_a_folder_that_is_there(terminal: Any, tmp_path: Path) -> None:
    wanted = str(tmp_path / "nowhere" / "record.pdf")
    code, _, err = terminal("run", "record", "CC1-P1", "--as", "vic", "--pdf", wanted)
    assert (code, "expected a file name that ends in .pdf" in " ".join(err.split())) == (2, True)
