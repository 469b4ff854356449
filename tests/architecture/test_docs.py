"""The reference names everything that can be set, and links lead somewhere."""

import re
from pathlib import Path

import pytest

from firstoff.site.config import ENVIRONMENT

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def test_the_settings_page_lists_every_setting_and_no_other() -> None:
    page = (ROOT / "docs" / "reference" / "settings.md").read_text()
    assert set(re.findall(r"^\| `(FIRSTOFF_\w+)` \|", page, re.M)) == set(ENVIRONMENT)


def test_the_settings_page_says_of_each_what_the_product_says() -> None:
    page = (ROOT / "docs" / "reference" / "settings.md").read_text()
    said = dict(re.findall(r"^\| `(FIRSTOFF_\w+)` \| ([^|]*?) \|", page, re.M))
    assert said == ENVIRONMENT


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_link_within_the_docs_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text())
    local = [t for t in links if not re.match(r"[a-z]+:", t)]
    dead = [t for t in local if not (page.parent / t).exists()]
    if not (ROOT / "docs" / "pictures").exists():
        dead = [t for t in dead if "docs/pictures/" not in t]  # the browser tests make them
    assert dead == []
