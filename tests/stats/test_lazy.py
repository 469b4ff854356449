"""The names of the statistics are loaded when they are asked for."""

import subprocess
import sys

import pytest

from firstoff import stats

PROGRAM = """
import sys
from firstoff import stats
stats.proportion(1, 20)
print([name for name in ("firstoff.stats.gauge_rr", "scipy.stats") if name in sys.modules])
import firstoff.stats.capability
import firstoff.stats.pareto
print(type(stats.capability).__name__, type(stats.pareto).__name__)
"""

COMMAND = """
import sys
import firstoff.cli.stats
print([name for name in ("scipy.stats", "django") if name in sys.modules])
"""


def test_only_what_is_asked_for_is_loaded_and_a_function_wins_over_its_module() -> None:
    assert printed(PROGRAM) == ["[]", "function function"]


def test_a_command_starts_without_what_it_does_not_use() -> None:
    assert printed(COMMAND) == ["[]"]


def printed(program: str) -> list[str]:
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return ran.stdout.splitlines()


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'capabilty'"):
        stats.capabilty  # type: ignore[attr-defined]  # noqa: B018
