"""Every public name has a page, and every page is in the index."""

import re
from pathlib import Path

import pytest

from firstoff import stats

PAGES = Path(__file__).resolve().parents[2] / "docs" / "methods"
METHODS = sorted(page for page in PAGES.glob("*.md") if page.name != "README.md")
TEXT = "\n".join(page.read_text(encoding="utf-8") for page in sorted(PAGES.glob("*.md")))


def test_every_public_name_is_explained() -> None:
    explained = set(re.findall(r"`(\w+)[`(]", TEXT))
    assert sorted(set(stats.__all__) - explained) == []


def test_every_public_name_is_there() -> None:
    assert [name for name in stats.__all__ if not hasattr(stats, name)] == []


def test_every_page_is_in_the_index() -> None:
    index = (PAGES / "README.md").read_text(encoding="utf-8")
    pages = {page.name for page in PAGES.glob("*.md")} - {"README.md"}
    assert pages == set(re.findall(r"\]\(([\w-]+\.md)\)", index))


def test_every_function_and_result_is_introduced_at_the_head_of_a_page() -> None:
    heads = [page.read_text(encoding="utf-8").split("\n## ")[0] for page in METHODS]
    introduced = set(re.findall(r"`(\w+)[`(]", "\n".join(heads)))
    refusals = {name for name in stats.__all__ if _is_refusal(getattr(stats, name))}
    assert sorted(set(stats.__all__) - introduced - refusals - {"Caveat"}) == []


def _is_refusal(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, stats.StatsError)


@pytest.mark.parametrize("page", METHODS, ids=lambda page: page.stem)
def test_a_page_has_its_parts(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    wanted = ("## Source", "example", "when", "not ", " = ")
    assert [part for part in wanted if part.lower() not in text.lower()] == []
