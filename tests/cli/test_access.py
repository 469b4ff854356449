"""`firstoff people`, `training`, `token` and `site`."""

import io
import json
from typing import Any

import pytest

from firstoff.cli.shell import run
from firstoff.queries import access
from firstoff.terms import Role
from tests.conftest import NOW, PASSWORD, World

NEW = "quite another passphrase"


class Terminal:
    """Runs a command line in this process: exit code, output, complaints."""

    def __init__(self, capsys: Any, monkeypatch: Any) -> None:
        self.capsys, self.monkeypatch = capsys, monkeypatch

    def __call__(self, line: str, *typed: str) -> tuple[int, str, str]:
        self.monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{t}\n" for t in typed)))
        self.capsys.readouterr()
        code = run(line.split())
        said = self.capsys.readouterr()
        return code, said.out, said.err


@pytest.fixture
def terminal(world: World, capsys: Any, monkeypatch: Any) -> Terminal:
    return Terminal(capsys, monkeypatch)


def test_the_local_console_lists_people(terminal: Terminal) -> None:
    code, out, _ = terminal("people list --site STOKE")
    assert (code, out.splitlines()[0]) == (0, "ada\tAda Okafor\tquality_manager")


def test_lists_are_json_when_asked(terminal: Terminal) -> None:
    code, out, _ = terminal("people list --site STOKE --search ben --json")
    page = json.loads(out)
    assert (code, page["total"], page["items"][0]["roles"]) == (0, 1, ["operator"])


def test_with_two_sites_one_has_to_be_named(terminal: Terminal) -> None:
    code, _, err = terminal("people list")
    assert (code, "LEEDS, STOKE" in err) == (2, True)


def test_a_person_is_added(terminal: Terminal, world: World) -> None:
    line = "people add zoe --name Zoe --role operator --role inspector --site STOKE --as adam"
    code, out, _ = terminal(f"{line} --password-stdin", NEW)
    assert (code, out) == (0, "zoe is added.\n")
    found = access.person(world.adam, world.site.pk, "zoe")
    assert found.roles == (Role.OPERATOR, Role.INSPECTOR)


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("people add zoe --name Z --role operator --site STOKE", 2, "Who does this?"),
        ("people add zoe --name Z --role operator --site STOKE --as nobody", 3, "no person"),
        ("people add zoe --name Z --role operator --site STOKE --as ada", 4, "administrator"),
        ("people add zoe --name Z --role king --site STOKE --as adam", 2, "king"),
        ("people add ada --name Z --role operator --site STOKE --as adam", 2, "is taken"),
        ("people add zoe --name Z --role operator --site HULL --as adam", 3, "HULL"),
        ("people roles ben --site STOKE --as adam", 2, "Which roles?"),
        ("people retire adam --site STOKE --as adam", 4, "Nobody retires themselves."),
    ],
)
def test_a_refusal_says_why_and_ends_with_its_code(
    terminal: Terminal, line: str, code: int, said: str
) -> None:
    stdin = " --password-stdin" if "people add" in line else ""
    answered, _, err = terminal(line + stdin, NEW)
    assert (answered, said in err) == (code, True)


def test_a_password_is_never_an_argument_nor_asked_of_a_pipe(terminal: Terminal) -> None:
    code, _, err = terminal("people add zoe --name Z --role operator --site STOKE --as adam")
    assert (code, "Add --password-stdin." in err) == (2, True)


def test_roles_are_set_and_taken_back(terminal: Terminal, world: World) -> None:
    terminal("people roles ben --role inspector --site STOKE --as adam")
    assert access.roles_at(world.ben.person_id, world.site.pk) == {Role.INSPECTOR}
    terminal("people roles ben --none --site STOKE --as adam")
    assert access.roles_at(world.ben.person_id, world.site.pk) == frozenset()


def test_ones_own_password_takes_the_current_one_first(terminal: Terminal) -> None:
    line = "people password ben --as ben --password-stdin"
    assert terminal(line, "guess", NEW)[0] == 4
    assert terminal(line, PASSWORD, NEW)[0] == 0


def test_somebody_is_retired_and_brought_back(terminal: Terminal, world: World) -> None:
    for more, active in (("", False), (" --back", True)):
        terminal(f"people retire ben --site STOKE --as adam{more}")
        assert access.person(world.adam, world.site.pk, "ben").active == active


def test_a_training_is_recorded_and_listed(terminal: Terminal) -> None:
    terminal("training add ben glaze --from 2026-01-01 --until 2026-12-31 --site STOKE --as eli")
    assert terminal("training list ben --site STOKE")[1] == "glaze\t2026-01-01\t2026-12-31\n"


def test_a_token_is_printed_once(terminal: Terminal) -> None:
    line = "token create nightly --for ben --scope read --site STOKE --as adam --days 3 --json"
    made = json.loads(terminal(line)[1])
    actor = access.actor_of_token(made["secret"], NOW)
    assert actor is not None
    assert actor.username == "ben"
    listed = terminal("token list --site STOKE --as adam")[1]
    assert (made["secret"] in listed, "nightly" in listed) == (False, True)
    assert terminal(f"token revoke {made['id']} --as adam")[0] == 0
    assert access.actor_of_token(made["secret"], NOW) is None


def test_a_site_is_added(terminal: Terminal) -> None:
    assert terminal("site add hull Hull --time-zone Europe/London --as adam")[0] == 0
    assert "hull\tHull\tEurope/London" in terminal("site list")[1]
