"""What is shipped works: the wheel, in an environment that has never seen the repository."""

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel; what it depends on is borrowed from this one."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "env", with_pip=False)
    (packages,) = (folder / "env").glob("lib/python*/site-packages")
    # Unpacked, not installed by this environment's pip: that would take the editable one out.
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    # A path file inside a folder that a path file names is not read: the editable install of
    # this repository stays out of sight.
    (packages / "borrowed.pth").write_text(sysconfig.get_path("purelib"))
    return folder / "env" / "bin"


def run(installed: Path, *arguments: str, home: Path) -> str:
    python = str(installed / "python")
    program = [python, "-I", "-m", "firstoff.cli", "--home", str(home), *arguments]
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("FIRSTOFF_", "DJANGO_"))}
    done = subprocess.run(program, capture_output=True, text=True, env=kept, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.slow
def test_the_wheel_alone_sets_up_checks_backs_up_and_brings_back(
    installed: Path, tmp_path: Path
) -> None:
    where = [str(installed / "python"), "-I", "-c", "import firstoff; print(firstoff.__file__)"]
    found = subprocess.run(where, capture_output=True, text=True, check=True).stdout
    assert found.startswith(str(installed.parent))
    assert "Sign in as" in run(installed, "demo", "--no-serve", home=tmp_path / "home")
    run(installed, "doctor", "--full", home=tmp_path / "home")
    run(installed, "backup", str(tmp_path / "b.firstoff"), home=tmp_path / "home")
    run(installed, "restore", str(tmp_path / "b.firstoff"), home=tmp_path / "again")
    heads = [run(installed, "ledger", "head", home=tmp_path / h) for h in ("home", "again")]
    assert heads[0] == heads[1]


@pytest.mark.slow
def test_the_wheel_holds_everything_that_is_not_python(installed: Path) -> None:
    source = ROOT / "src"
    (packages,) = installed.parent.glob("lib/python*/site-packages")
    wanted = {
        p.relative_to(source)
        for p in (source / "firstoff").rglob("*")
        if p.is_file() and p.suffix not in (".py", ".pyc")
    }
    assert {str(p) for p in wanted if not (packages / p).exists()} == set()
