"""The golden pilot on the command line alone, with exit codes that a script can trust."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from firstoff.cli.shell import run
from tests.conftest import PASSWORD, World
from tests.golden import story
from tests.golden.story import FIRST, PROGRAM, SECOND, Pilot, Unit, plain

YES, BAD, NOT_THERE, NO = 0, 2, 3, 4
SITE = ("--site", "STOKE")


class Terminal:
    """Runs a command line in this process: exit code, output, complaints."""

    def __init__(self, capsys: Any, monkeypatch: Any) -> None:
        self.capsys, self.monkeypatch = capsys, monkeypatch

    def __call__(self, *words: str, typed: str = "") -> tuple[int, str, str]:
        self.monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        self.capsys.readouterr()
        code = run(list(words))
        said = self.capsys.readouterr()
        return code, plain(said.out), plain(said.err)

    def signed(self, *words: str, who: str = "ada", typed: str = PASSWORD) -> tuple[int, str, str]:
        return self(*words, "--as", who, "--password-stdin", typed=f"{typed}\n")

    def data(self, *words: str) -> tuple[int, Any]:
        code, out, _ = self(*words, "--json")
        return code, json.loads(out)


@pytest.fixture
def terminal(world: World, capsys: Any, monkeypatch: Any) -> Terminal:
    return Terminal(capsys, monkeypatch)


def yes(answer: tuple[int, str, str]) -> str:
    assert answer[0] == YES, answer
    return answer[1]


def no(answer: tuple[int, str, str]) -> tuple[int, str, str]:
    """Exit code, the sentence and the rule; what is signed comes before it."""
    code, _, err = answer
    *said, rule = [line for line in err.splitlines() if not line.startswith("You sign:")]
    return code, said[0], rule


def define(terminal: Terminal, folder: Path) -> None:
    file = folder / "caddy.json"
    file.write_text(json.dumps(story.DEFINITION, ensure_ascii=False), "utf-8")
    assert yes(terminal("definition", "load", str(file), "--check")).startswith("It can be loaded")
    load = ("definition", "load", str(file), *SITE, "--as", "eli")
    yes(terminal(*load))
    assert yes(terminal(*load)) == f"{PROGRAM} is so already; nothing was changed.\n"
    yes(terminal("baseline", "freeze", PROGRAM, *SITE, "--as", "eli"))


def create(terminal: Terminal, pilot: Pilot) -> None:
    words = f"run create {PROGRAM} --quantity {pilot.sample} --equipment {story.MACHINE}"
    bench = ("--bench-minutes", str(pilot.bench_minutes))
    said = yes(terminal(*words.split(), "--line", story.LINE, *bench, *SITE, "--as", "eli"))
    assert said == f"{FIRST} is created. Lock its bar before the first unit.\n"


def lock(terminal: Terminal, pilot: Pilot) -> tuple[int, str, str]:
    options = [
        word
        for name, value in pilot.bar.items()
        for word in (f"--{name.replace('_', '-')}", str(value))
    ]
    return terminal.signed("run", "lock", FIRST, *options)


def build(terminal: Terminal, batch: str, units: list[Unit], folder: Path) -> None:
    """The first unit by commands, the rest as the line's log."""
    first, *rest = units
    yes(terminal("run", "start", batch, first.serial, "--as", "ben"))
    article = ("--passed", "--checked", "1", "--as", "ivy")
    yes(terminal("run", "first-article", batch, first.serial, *article))
    good = [w for aspect, value in first.result.items() for w in (f"--{aspect}", value)]
    minutes = ("--minutes", str(first.minutes))
    yes(terminal("run", "judge", batch, first.serial, *good, *minutes, "--as", "ben"))
    file = folder / f"{batch}.csv"
    file.write_text(log(rest), "utf-8")
    take = ("run", "import", batch, str(file), "--as", "ben")
    said = yes(terminal(*take, "--dry-run"))
    assert said == "19 to take, 0 already stored, 0 refused. Nothing was written.\n"
    assert yes(terminal(*take)) == f"{batch}.csv: 19 records taken.\n"


def log(units: list[Unit]) -> str:
    head = "serial,fit,finish,function,build_minutes,defect_code"
    rows = [f"{u.serial},{','.join(u.result.values())},{u.minutes},{u.code}" for u in units]
    return "\n".join([head, *rows, ""])


def causes(terminal: Terminal, batch: str, *codes: str) -> None:
    for code in codes:
        yes(terminal("run", "cause", batch, code, *story.CAUSES[code], "--as", "ivy"))


def act(terminal: Terminal) -> None:
    for number, (code, what, evidence) in enumerate(story.ACTIONS, start=1):
        yes(terminal("action", "propose", FIRST, code, "process", what, "--as", "eli"))
        label = f"CA-{number:04}"
        force = ("action", "in-force", FIRST, label, "--evidence", evidence, "--as", "eli")
        yes(terminal(*force))


def test_a_pilot_is_held_repeated_signed_off_and_printed(
    terminal: Terminal, pilot: Pilot, tmp_path: Path
) -> None:
    define(terminal, tmp_path)
    create(terminal, pilot)
    start = ("run", "start", FIRST, f"{FIRST}-001", "--as", "ben")
    assert no(terminal(*start)) == (NO, story.NO_BAR, "Rule R-31.")
    assert no(terminal.signed("run", "sign-off", FIRST)) == (NO, story.NO_UNIT, "Rule R-40.")

    said = yes(lock(terminal, pilot))
    assert said.splitlines()[-1] == f"The bar of {FIRST} is locked: 1 of 20."
    build(terminal, FIRST, pilot.first, tmp_path)
    causes(terminal, FIRST, story.LID, story.GLAZE)

    code, out, _ = terminal("run", "verdict", FIRST)
    assert (code, out.splitlines()[:3]) == (
        NO,
        [
            "No. Hold.",
            "5 of 20 units were rejected. The bar, locked before the first unit was built, "
            "allows 1.",
            "Had the 1,000 been ordered off this batch, about 250 would have been bad.",
        ],
    )
    assert "Reject rate 25 %, 95 % interval 8.7 % to 49.1 %" in out
    refused = no(terminal.signed("run", "sign-off", FIRST))
    assert refused == (NO, story.NO_SIGN_OFF, "Rule R-40.")
    yes(terminal.signed("run", "hold", FIRST))

    yes(terminal("run", "repeat", FIRST, "--as", "eli"))
    yes(terminal.signed("run", "lock", SECOND))  # the bar of the first is offered
    start = ("run", "start", SECOND, f"{SECOND}-001", "--as", "ben")
    assert no(terminal(*start)) == (NO, story.UNCHANGED, "Rule R-46.")
    act(terminal)
    code, _, err = terminal("run", "start", SECOND, f"{FIRST}-003", "--as", "ben")
    assert (code, err.splitlines()) == (NO, [story.REWORKED, story.FRESH, "Rule R-41."])
    build(terminal, SECOND, pilot.second, tmp_path)
    causes(terminal, SECOND, story.CHIP)

    code, out, _ = terminal("run", "verdict", SECOND)
    assert (code, out.splitlines()[0]) == (YES, "Sign-off is possible.")
    assert "Reject rate 5 %, 95 % interval 0.13 % to 24.9 %" in out
    code, found = terminal.data("run", "verdict", SECOND)
    assert (code, plain(found["comparison"]["sentence"])) == (YES, story.DIFFERENCE)
    yes(terminal.signed("run", "sign-off", SECOND))

    for words in ((), ("--certificate",)):
        yes(terminal("run", "report", SECOND, *words, "--to", str(tmp_path)))
    for name in ("PR", "SC"):
        pdf = tmp_path / f"{SECOND}-{name}.pdf"
        assert "byte for byte" in yes(terminal("verify", str(pdf)))
        pdf.with_suffix(".json").unlink()
        assert "agrees with the records" in yes(terminal("verify", str(pdf)))
    yes(terminal("ledger", "verify"))


@pytest.fixture
def demo(db: None, capsys: Any, monkeypatch: Any) -> Terminal:
    from firstoff.services import demo

    demo.load(at=timezone.now())
    return Terminal(capsys, monkeypatch)


def test_the_demo_answers_4_for_the_first_batch_and_0_for_the_second(demo: Terminal) -> None:
    answers = [demo("run", "verdict", batch) for batch in ("CC1-P1", "CC1-P2")]
    assert [(code, out.splitlines()[0]) for code, out, _ in answers] == [
        (NO, "No. Hold."),
        (YES, "Sign-off is possible."),
    ]
    held, possible = (demo.data("run", "verdict", batch)[1] for batch in ("CC1-P1", "CC1-P2"))
    assert [
        (v["verdict"], v["figures"]["rejects"], v["figures"]["expected"], v["counts"]["left_out"])
        for v in (held, possible)
    ] == [("hold", 5, 250.0, 2), ("sign_off", 1, 50.0, 0)]
    assert demo("run", "verdict", "CC1-P3")[0] == NOT_THERE
    assert demo("run", "verdict")[0] == BAD


def test_every_answer_as_json_is_one_value_on_standard_output(demo: Terminal) -> None:
    """A refusal too: a script reads one stream and one exit code."""
    for words, expected in (
        (("run", "show", "CC1-P1"), YES),
        (("run", "list"), YES),
        (("run", "units", "CC1-P1"), YES),
        (("run", "unit", "CC1-P1", "CC1-P1-003"), YES),
        (("run", "verdict", "CC1-P1"), NO),
        (("run", "setup", "CC1-P1"), YES),
        (("run", "show", "nothing"), NOT_THERE),
        (("run", "start", "CC1-P1", "CC1-P1-999", "--as", "ben"), NO),
        (("run", "start", "CC1-P1", "CC1-P1-999"), BAD),
        (("action", "list", "CC-1", *SITE), YES),
        (("gate", "list", "CC-1", *SITE), YES),
        (("gate", "show", "CC-1", "7", *SITE), NO),
        (("people", "list", *SITE), YES),
        (("ledger", "verify"), YES),
    ):
        code, found = demo.data(*words)
        assert (words, code, bool(found)) == (words, expected, True)
