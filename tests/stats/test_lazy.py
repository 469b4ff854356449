"""The names of the statistics are loaded when they are asked for."""

import subprocess
import sys

import pytest

from firstoff import stats


def _said(program: str) -> str:
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return ran.stdout.strip()


def test_a_function_wins_over_the_module_of_its_name() -> None:
    program = (
        "import firstoff.stats.capability\n"
        "from firstoff import stats\n"
        "import firstoff.stats.pareto\n"
        "print(type(stats.capability).__name__, type(stats.pareto).__name__)"
    )
    assert _said(program) == "function function"


def test_one_interval_loads_neither_gauges_nor_what_scipy_does_not_need() -> None:
    program = (
        "import sys; from firstoff import stats; stats.proportion(1, 20)\n"
        "seen = ('firstoff.stats.gauge_rr', 'numpy.f2py', 'scipy.stats')\n"
        "print([name for name in seen if name in sys.modules])"
    )
    assert _said(program) == "[]"


def test_numpy_lists_its_names_again_after_the_import() -> None:
    program = (
        "from firstoff import stats; import numpy; print('f2py' in dir(numpy), numpy.ma.__name__)"
    )
    assert _said(program) == "True numpy.ma"


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'capabilty'"):
        stats.capabilty  # type: ignore[attr-defined]  # noqa: B018
