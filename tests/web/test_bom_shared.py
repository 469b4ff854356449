"""Every shared bill of materials through the pages: looked at, taken, its lines shown."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from firstoff.queries import bom as reads
from tests.building import make_bom
from tests.conftest import SHARED, World
from tests.web.conftest import Browse
from tests.web.test_bom_pages import hidden, text_of

CASES = SHARED / "cases" / "bom"
# A list of what may be bought, without a usage: prices and lead times are taken elsewhere.
NO_USAGE = {"avl_px4_parts_database.csv"}

pytestmark = [
    pytest.mark.once,
    pytest.mark.skipif(not CASES.is_dir(), reason=f"{CASES} is not there"),
]


def content(path: Path) -> BytesIO:
    found = BytesIO(path.read_bytes())
    found.name = path.name
    return found


def taken(client: Any, here: str, files: list[Path]) -> tuple[int, int]:
    """Status of the look and of the taking: rows that cannot be are left out."""
    looked = client.post(here, {"file": [content(path) for path in files]})
    page = text_of(looked)
    if looked.status_code != 200:
        return looked.status_code, 0
    posted = {name: hidden(page, name) for name in ("sha256", "file_name")}
    done = client.post(here, {**posted, "take": "leave"})
    return looked.status_code, done.status_code


def test_every_file_is_looked_at_and_taken(world: World, browse: Browse) -> None:
    files = sorted(path for path in CASES.iterdir() if path.is_file())
    names = [f"TOP-{n}" for n in range(len(files))]
    made = make_bom(world.site, dict.fromkeys(names, ()))
    client = browse(world.eli)
    odd = {}
    for path, number in zip(files, names, strict=True):
        here = f"/parts/STOKE/{number}/1/bom/"
        expected = (422, 0) if path.name in NO_USAGE else (200, 302)
        found = taken(client, f"{here}import/", [path])
        shown = client.get(here)
        lines = len(reads.line_facts(made[number].pk))
        right = found == expected and (shown.context["total"] if lines else 0) == lines
        if not right or (expected[0] == 200) != bool(lines):
            odd[path.name] = (found, lines)
    assert (odd, len(files) > 0) == ({}, True)


def test_a_set_of_files_is_taken_at_once(world: World, browse: Browse) -> None:
    folder = CASES / "gitplm_multilevel"
    if not folder.is_dir():
        pytest.skip(f"{folder} is not there")
    files = sorted(path for path in folder.iterdir() if path.suffix == ".csv")
    make_bom(world.site, {"TOP": ()})
    assert taken(browse(world.eli), "/parts/STOKE/TOP/1/bom/import/", files) == (200, 302)
