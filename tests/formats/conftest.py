"""What repeats much is left to `make test`: files cut off, damaged or filled at random."""

from pathlib import Path

import pytest

_REPEATING = ("cut_off_anywhere", "changed_anywhere", "official_verdict", "a_real_lot")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        drawn = getattr(getattr(item, "obj", None), "is_hypothesis_test", False)
        if here in item.path.parents and (drawn or any(name in item.name for name in _REPEATING)):
            item.add_marker(pytest.mark.slow)
