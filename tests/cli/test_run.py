"""`firstoff run ...`: a batch on the command line, with exit codes a script can trust."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from firstoff.cli.shell import run
from firstoff.db.models import Unit
from tests.conftest import PASSWORD, World
from tests.making import CROCK

LOG = "serial,fit,finish,function,build_minutes,defect_code\n"


class Terminal:
    """Runs a command line in this process: exit code, output, complaints."""

    def __init__(self, capsys: Any, monkeypatch: Any) -> None:
        self.capsys, self.monkeypatch = capsys, monkeypatch

    def __call__(self, *words: str, typed: str = "") -> tuple[int, str, str]:
        self.monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        self.capsys.readouterr()
        code = run(["run", *words])
        said = self.capsys.readouterr()
        return code, said.out, said.err

    def lock(self, *more: str, batch: str = "CC1-P1") -> tuple[int, str, str]:
        options = ("--as", "ada", "--password-stdin", *more)
        return self("lock", batch, *options, typed=f"{PASSWORD}\n")


@pytest.fixture
def terminal(world: World, capsys: Any, monkeypatch: Any) -> Terminal:
    """With the crock defined and frozen."""
    from firstoff.services import plan

    now = timezone.now()
    loaded = plan.load_definition(site_id=world.site.pk, definition=CROCK, by=world.eli, at=now)
    plan.freeze_baseline(program_id=loaded.program_id, by=world.eli, at=now)
    return Terminal(capsys, monkeypatch)


CREATE = ["create", "CC-1", "--quantity", "20", "--line", "L2", "--site", "STOKE", "--as", "eli"]
PLAN = ("--sample", "20", "--max-rejects", "1", "--commits", "1000")


@pytest.fixture
def batch(terminal: Terminal) -> Terminal:
    """With CC1-P1 created, its bar locked, its first unit started and inspected."""
    words = "create CC-1 --quantity 20 --line L2 --equipment L2-40 --site STOKE --as eli"
    assert terminal(*words.split())[0] == 0
    assert terminal.lock(*PLAN)[0] == 0
    assert terminal("start", "CC1-P1", "CC1-P1-001", "--as", "ben")[0] == 0
    inspect = "first-article CC1-P1 CC1-P1-001 --passed --checked 2 --as ivy"
    assert terminal(*inspect.split())[0] == 0
    return terminal


def test_a_run_is_created_and_listed(terminal: Terminal) -> None:
    words = "create CC-1 --quantity 20 --line L2 --site STOKE --as eli --json"
    code, out, _ = terminal(*words.split())
    assert (code, json.loads(out)["batch_id"]) == (0, "CC1-P1")
    code, out, _ = terminal("list")
    assert (code, out) == (0, "STOKE\tCC1-P1\tpilot\t0 units\tdraft\n")


def test_whoever_locks_reads_first_what_the_bar_lets_through(terminal: Terminal) -> None:
    terminal(
        *["create", "CC-1", "--quantity", "20", "--line", "L2", "--site", "STOKE", "--as", "eli"]
    )
    code, out, _ = terminal.lock(*PLAN)
    lines = out.splitlines()
    assert code == 0
    assert "39 times in 100" in lines[0]
    assert lines[1:] == [
        "You sign: This is the bar for batch CC1-P1.",
        "The bar of CC1-P1 is locked: 1 of 20.",
    ]
    code, _, err = terminal.lock(*PLAN)
    assert (code, "R-31" in err) == (4, True)


def test_a_unit_before_the_bar_answers_4_and_says_why(terminal: Terminal) -> None:
    terminal(
        *["create", "CC-1", "--quantity", "20", "--line", "L2", "--site", "STOKE", "--as", "eli"]
    )
    code, _, err = terminal("start", "CC1-P1", "CC1-P1-001", "--as", "ben")
    assert (code, err.splitlines()[0]) == (
        4,
        "CC1-P1 has no locked bar, so no unit may be started.",
    )


def test_nobody_writes_unnamed_and_strangers_find_nothing(batch: Terminal) -> None:
    assert batch("start", "CC1-P1", "CC1-P1-002")[0] == 2
    assert batch("start", "CC1-P1", "CC1-P1-002", "--as", "cy")[0] == 3
    assert batch("start", "CC1-P1", "CC1-P1-002", "--as", "vic")[0] == 4


def test_a_unit_is_judged_and_read_back(batch: Terminal) -> None:
    words = "judge CC1-P1 CC1-P1-001 --finish pass --function pass --minutes 11 --as ben"
    code, out, _ = batch(*words.split(), "--defect", "D-101=rocks")
    assert (code, out) == (0, "CC1-P1-001, first result: rejected (D-101).\n")
    code, out, _ = batch("units", "CC1-P1", "--show", "rejects")
    assert out == "CC1-P1-001\treject\t11.0 min\tD-101\n"
    code, out, _ = batch("unit", "CC1-P1", "CC1-P1-001", "--json")
    found = json.loads(out)
    assert (code, found["judgements"][0]["defects"][0]["note"]) == (0, "rocks")
    assert batch("unit", "CC1-P1", "CC1-P1-001")[1].startswith("CC1-P1-001, batch CC1-P1")


def test_the_setup_record_answers_4_while_it_has_gaps(batch: Terminal) -> None:
    assert batch("setup", "CC1-P1")[0] == 4
    keys = ("programme", "offsets", "profile", "mould", "calibration", "briefing")
    lines = [word for key in keys for word in ("--line", f"{key}=as the sheet says")]
    code, out, _ = batch("setup", "CC1-P1", *lines, "--as", "ben")
    assert (code, len(out.splitlines())) == (0, 6)


def test_other_records(batch: Terminal) -> None:
    adjust = ("adjust", "CC1-P1", "Press", "--before", "30 N", "--after", "35 N")
    assert batch(*adjust, "--reason", "Loose.", "--as", "ben")[0] == 0
    left = ("leave-out", "CC1-P1", "CC1-P1-001", "--reason", "Dropped.", "--as", "ben")
    assert batch(*left)[0] == 0
    lift = ("release", "CC1-P1", "order", "CC1-P1-001", "--reason", "r", "--as", "ada")
    code, out, _ = batch(*lift, "--password-stdin", typed=f"{PASSWORD}\n")
    assert (code, out.splitlines()[0]) == (
        0,
        "You sign: In batch CC1-P1 the rule 'order' is lifted for CC1-P1-001.",
    )


def test_a_file_is_previewed_then_taken_then_known(batch: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    file.write_text(LOG + "CC1-P1-002,ok,ok,ok,5,\n")
    code, out, _ = batch("import", "CC1-P1", str(file), "--dry-run", "--as", "ben")
    assert (code, out, Unit.objects.count()) == (
        0,
        "1 to take, 0 already stored, 0 refused. Nothing was written.\n",
        1,
    )
    code, out, _ = batch("import", "CC1-P1", str(file), "--as", "ben")
    assert (code, out) == (0, "log.csv: 1 records taken.\n")
    code, out, _ = batch("import", "CC1-P1", str(file), "--as", "ben")
    assert (code, "taken before" in out) == (0, True)


def test_a_file_with_a_bad_row_names_it_and_takes_nothing(batch: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    file.write_text(LOG + "CC1-P1-002,ok,ok,ok,5,\nCC1-P1-003,nok,ok,ok,5,\n")
    code, _, err = batch("import", "CC1-P1", str(file), "--as", "ben")
    assert (code, err.splitlines()[1]) == (
        4,
        "Row 3: CC1-P1-003 fails fit without a defect code. A reject needs at least one defect "
        "with its code.",
    )
    assert Unit.objects.count() == 1
    assert batch("import", "CC1-P1", str(tmp_path / "none.csv"), "--as", "ben")[0] == 2


def test_units_are_written_out_and_a_template_too(batch: Terminal, tmp_path: Path) -> None:
    for name in ("units.csv", "units.xlsx"):
        assert batch("units", "CC1-P1", "--to", str(tmp_path / name))[0] == 0
        assert batch("template", str(tmp_path / f"log-{name}"))[0] == 0
    assert batch("template", str(tmp_path / "log-units.csv"))[0] == 2
    assert batch("units", "CC1-P1", "--to", str(tmp_path / "units.pdf"))[0] == 2
    text = (tmp_path / "units.csv").read_text("utf-8-sig")
    assert text.splitlines()[1].startswith("CC1-P1-001,1,")


def test_a_repeat_is_locked_with_the_bar_it_is_offered(batch: Terminal) -> None:
    assert batch("repeat", "CC1-P1", "--as", "eli")[0] == 0
    code, out, _ = batch.lock(batch="CC1-P2")
    assert (code, out.splitlines()[-1]) == (0, "The bar of CC1-P2 is locked: 1 of 20.")


@pytest.mark.parametrize(
    "words",
    [
        "judge CC1-P1 CC1-P1-001 --minutes eleven --as ben",
        "lock CC1-P1 --sample 20 --as ada --password-stdin",
        "setup CC1-P1 --line programme --as ben",
        "lock CC1-P1 --sample 0 --max-rejects 0 --commits 1 --as ada --password-stdin",
        "units CC1-P1 --show all-of-them",
    ],
)
def test_what_cannot_be_meant_answers_2(batch: Terminal, words: str) -> None:
    assert batch(*words.split(), typed=f"{PASSWORD}\n")[0] == 2
