"""`firstoff run verdict` and what follows from it, with exit codes a script can trust."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from firstoff.cli.shell import run
from firstoff.db.models import GateStatement
from tests.conftest import PASSWORD, World
from tests.deciding import first_batch, hold, second_batch, sign_off


class Terminal:
    """Runs a command line in this process: exit code, output, complaints."""

    def __init__(self, capsys: Any, monkeypatch: Any) -> None:
        self.capsys, self.monkeypatch = capsys, monkeypatch

    def __call__(self, *words: str, typed: str = "") -> tuple[int, str, str]:
        self.monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        self.capsys.readouterr()
        code = run(list(words))
        said = self.capsys.readouterr()
        return code, said.out.replace("\u00a0", " "), said.err

    def signed(self, *words: str, who: str = "ada") -> tuple[int, str, str]:
        return self(*words, "--as", who, "--password-stdin", typed=f"{PASSWORD}\n")


@pytest.fixture
def terminal(world: World, capsys: Any, monkeypatch: Any) -> Terminal:
    return Terminal(capsys, monkeypatch)


def test_a_verdict_of_hold_answers_4(world: World, terminal: Terminal) -> None:
    first_batch(world)
    code, out, _ = terminal("run", "verdict", "CC1-P1")
    assert code == 4
    assert out.splitlines()[:3] == [
        "No. Hold.",
        "3 of 4 units were rejected. The bar, locked before the first unit was built, allows 1.",
        "Had the 1,000 been ordered off this batch, about 750 would have been bad.",
    ]


def test_a_verdict_of_sign_off_answers_0(world: World, terminal: Terminal) -> None:
    second_batch(world)
    code, out, _ = terminal("run", "verdict", "CC1-P2")
    assert (code, out.splitlines()[0]) == (0, "Sign-off is possible.")


def test_a_verdict_as_json_is_the_same_for_a_script(world: World, terminal: Terminal) -> None:
    first_batch(world)
    code, out, _ = terminal("run", "verdict", "CC1-P1", "--json")
    found = json.loads(out)
    assert (code, found["verdict"], found["figures"]["rejects"]) == (4, "hold", 3)


def test_a_run_shows_where_it_stands(world: World, terminal: Terminal) -> None:
    first_batch(world)
    code, out, _ = terminal("run", "show", "CC1-P1")
    assert code == 0
    assert out.splitlines()[0] == "CC1-P1: complete, waiting for a signature. No. Hold."
    assert "Setup: Tooling offsets is not filled in." in out


def test_a_sign_off_is_refused_where_the_bar_says_hold(world: World, terminal: Terminal) -> None:
    first_batch(world)
    code, _, err = terminal.signed("run", "sign-off", "CC1-P1")
    assert code == 4
    assert err.splitlines() == [
        "You sign: I have reviewed the evidence of batch CC1-P1 and release the process of "
        f"baseline {_baseline(world)} for 1,000 units.",
        "CC1-P1 cannot be signed off: rejects 3 of 4 (bar: at most 1 of 4).",
        "A person may hold what the bar would sign off, never the reverse.",
        "Rule R-40.",
    ]


def _baseline(world: World) -> str:
    from firstoff.db.models import Baseline

    return Baseline.objects.get().digest[:8]


def test_a_batch_is_held_and_the_next_signed_off(world: World, terminal: Terminal) -> None:
    second_batch(world)
    code, out, _ = terminal.signed("run", "sign-off", "CC1-P2")
    assert (code, out.startswith("CC1-P2 is signed off; entry ")) == (0, True)
    code, _, err = terminal.signed("run", "hold", "CC1-P2", "--reason", "second thoughts")
    assert (code, "Ada Okafor signed “sign off” for CC1-P2" in err) == (4, True)


def test_nobody_signs_without_the_role(world: World, terminal: Terminal) -> None:
    first_batch(world)
    assert terminal.signed("run", "hold", "CC1-P1", who="ben")[0] == 4
    assert terminal.signed("run", "hold", "CC1-P1", who="cy")[0] == 3


def test_a_cause_and_an_action_take_three_commands(world: World, terminal: Terminal) -> None:
    first_batch(world, cause_class="")
    said = terminal("run", "cause", "CC1-P1", "D-101", "process", "Faces foul.", "--as", "ivy")
    assert said[:2] == (0, "Recorded for 3 defects of D-101.\n")
    said = terminal("action", "propose", "CC1-P1", "D-101", "process", "Skim", "--as", "eli")
    assert said[:2] == (0, "CA-0001 is proposed.\n")
    force = ("action", "in-force", "CC1-P1", "CA-0001", "--evidence", "Measured", "--as", "eli")
    assert terminal(*force)[:2] == (0, "CA-0001 is in force.\n")
    code, out, _ = terminal("action", "list", "CC-1", "--site", "STOKE")
    assert (code, out.split("\t")[:3]) == (0, ["CA-0001", "CC1-P1", "D-101"])


def test_a_gate_answers_4_until_it_may_be_passed(world: World, terminal: Terminal) -> None:
    first_batch(world)
    where = ("CC-1", "1", "--site", "STOKE")
    assert terminal("gate", "show", *where)[0] == 4
    for name in ("function", "tolerances"):
        criterion = ("gate", "state", "CC-1", "1", f"statement:{name}", "--site", "STOKE")
        assert terminal.signed(*criterion, "--evidence", "SPEC-2")[0] == 0
    code, out, _ = terminal("gate", "show", *where)
    assert (code, out.splitlines()[0]) == (0, "Gate 1, Product definition: Ready to sign")
    assert terminal.signed("gate", "pass", *where)[0] == 0
    code, out, _ = terminal("gate", "list", "CC-1", "--site", "STOKE")
    assert out.splitlines()[0] == "1\tProduct definition\tpassed\tPassed"


def test_what_is_open_at_a_gate_is_stated_under_one_signature(
    world: World, terminal: Terminal
) -> None:
    first_batch(world)
    state = ("gate", "state", "CC-1", "1", "--site", "STOKE", "--evidence", "SPEC-2")
    assert terminal.signed(*state)[0] == 2
    code, out, _ = terminal.signed(*state, "--all")
    assert (code, out) == (
        0,
        "statement:function, statement:tolerances of gate 1 are stated.\n",
    )
    assert len(set(GateStatement.objects.values_list("signature", flat=True))) == 1
    assert terminal.signed(*state, "--all")[0] == 2


def test_what_has_no_waiver_is_refused_by_its_rule(world: World, terminal: Terminal) -> None:
    first_batch(world)
    code, _, err = terminal.signed(
        "gate", "waive", "CC-1", "6", "statement:tooling", "--site", "STOKE", "--reason", "late",
        "--until", "2100-01-01",
    )  # fmt: skip
    assert (code, "Rule R-5." in err) == (4, True)


def test_a_report_is_written_with_its_evidence_and_verified(
    world: World, terminal: Terminal, tmp_path: Path
) -> None:
    batch = first_batch(world)
    hold(world, batch.pilot.run_id, at=batch.ended)
    assert terminal("run", "report", "CC1-P1", "--to", str(tmp_path))[0] == 0
    pdf, evidence = tmp_path / "CC1-P1-PR.pdf", tmp_path / "CC1-P1-PR.json"
    code, out, _ = terminal("verify", str(pdf))
    assert (code, "byte for byte what its evidence makes" in out) == (0, True)
    code, out, _ = terminal("verify", str(evidence))
    assert (code, out) == (0, "CC1-P1-PR agrees with the records in the database.\n")
    text = evidence.read_bytes()
    evidence.write_bytes(text.replace(b"CC1-P1-002", b"CC1-P1-009"))
    assert terminal("verify", str(pdf))[0] == 2
    evidence.unlink()
    code, out, _ = terminal("verify", str(pdf))
    assert (code, out) == (0, "CC1-P1-PR agrees with the records in the database.\n")
    assert terminal("verify", str(pdf), "--offline")[0] == 4


def test_a_certificate_is_written_for_a_signed_off_process(
    world: World, terminal: Terminal, tmp_path: Path
) -> None:
    _, batch = second_batch(world)
    where = ("run", "report", "CC1-P2", "--certificate", "--to", str(tmp_path))
    assert terminal(*where)[0] == 4
    sign_off(world, batch.pilot.run_id, at=batch.ended)
    assert terminal(*where)[0] == 0
    assert (tmp_path / "CC1-P2-SC.pdf").read_bytes()[:5] == b"%PDF-"


def test_a_file_that_is_not_there_is_named(terminal: Terminal) -> None:
    code, _, err = terminal("verify", "nowhere.pdf")
    assert (code, err.splitlines()[0]) == (
        2,
        "nowhere.pdf cannot be read: No such file or directory.",
    )
