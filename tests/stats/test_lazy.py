"""The names of the statistics are loaded when they are asked for."""

import subprocess
import sys

import pytest

from firstoff import stats

PROGRAM = """
import sys
from firstoff import stats
stats.proportion(1, 20)
print([name for name in ("firstoff.stats.gauge_rr", "numpy.f2py", "scipy.stats")
       if name in sys.modules])
import firstoff.stats.capability
import firstoff.stats.pareto
print(type(stats.capability).__name__, type(stats.pareto).__name__)
import numpy
print("f2py" in dir(numpy), numpy.ma.__name__)
"""


def test_only_what_is_asked_for_is_loaded_and_a_function_wins_over_its_module() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    )
    assert ran.stdout.splitlines() == ["[]", "function function", "True numpy.ma"]


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'capabilty'"):
        stats.capabilty  # type: ignore[attr-defined]  # noqa: B018
