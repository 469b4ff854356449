"""What is installed is what was locked: names, versions, hashes, and nobody's address."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCKS = ("requirements.lock", "requirements-dev.lock")
_PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)==(\S+)((?: ; .*?)?) \\$", re.MULTILINE)


def pins(name: str) -> set[tuple[str, str, str]]:
    """Each pin as (package, version, marker)."""
    return {(p, v, m.strip()) for p, v, m in _PIN.findall((ROOT / name).read_text())}


def asked(*groups: str) -> set[str]:
    wanted = list(PROJECT["project"]["dependencies"])
    wanted += PROJECT["project"]["optional-dependencies"]["postgres"]
    for group in groups:
        wanted += PROJECT["dependency-groups"][group]
    return {re.split(r"[\[<>=!~; ]", w)[0].lower().replace("_", "-") for w in wanted}


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_address(name: str) -> None:
    found = re.findall(r"(?:https?|file|git\+\w+)://\S*|^--\S+", (ROOT / name).read_text(), re.M)
    assert found == []


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_version_has_hashes(name: str) -> None:
    text = (ROOT / name).read_text()
    blocks = re.split(r"\n(?=\S)", text.strip())
    assert [b.split()[0] for b in blocks if "--hash=sha256:" not in b] == []


def test_the_locks_cover_what_the_project_asks_for() -> None:
    missing = {
        "requirements.lock": asked("build") - {p for p, _, _ in pins("requirements.lock")},
        "requirements-dev.lock": asked("build", "dev")
        - {p for p, _, _ in pins("requirements-dev.lock")},
    }
    assert missing == {"requirements.lock": set(), "requirements-dev.lock": set()}


def test_both_locks_name_the_same_versions() -> None:
    """So that one environment can grow from the one to the other."""
    run, dev = ({(p, v) for p, v, _ in pins(name)} for name in LOCKS)
    assert run - dev == set()
