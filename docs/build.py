"""Run the code of the guide: `make docs` writes what it prints and the pictures it draws.

A block ```python or ```console (lines after `$ `) is run in the folder of its page; a block
```text under it holds what it printed. Blocks of one page share their names. A test runs the same
and compares, so that no page shows a number that the product does not print.
"""

import contextlib
import io
import os
import re
import shlex
import sys
from pathlib import Path

from firstoff.cli.shell import run

GUIDE = Path(__file__).parent / "guide"
PAGES = ("statistics.md",)
BLOCK = re.compile(r"^```(python|console)\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?", re.M | re.S)


def printed(kind: str, code: str, names: dict[str, object]) -> str:
    """What one block prints. Raises RuntimeError where a command fails."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        if kind == "python":
            exec(compile(code, "page", "exec"), names)
        else:
            for line in re.findall(r"^\$ firstoff (.*)$", code.replace("\\\n", " "), re.M):
                if run(shlex.split(line)) != 0:
                    raise RuntimeError(f"firstoff {line} failed")
    return "".join(f"{line.rstrip()}\n" for line in out.getvalue().splitlines())


def built(text: str, folder: Path) -> str:
    """The page with what its code prints now; run in ``folder``, where the pictures go from."""
    names: dict[str, object] = {}
    before = Path.cwd()
    (folder.parent / "pictures").mkdir(exist_ok=True)

    def again(block: re.Match[str]) -> str:
        said = printed(block[1], block[2], names)
        shown = f"\n```text\n{said}```\n" if said else ""
        return f"```{block[1]}\n{block[2]}```\n{shown}"

    os.chdir(folder)
    try:
        return BLOCK.sub(again, text)
    finally:
        os.chdir(before)


if __name__ == "__main__":
    for name in PAGES:
        page = GUIDE / name
        page.write_text(built(page.read_text(encoding="utf-8"), GUIDE), encoding="utf-8")
        sys.stderr.write(f"{page} built\n")
