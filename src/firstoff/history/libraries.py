"""The libraries of the extra ``history``, loaded when a question or a build needs them.

They are 300 MB and half a second: who neither builds nor asks a history pays for neither.
"""

import importlib
from functools import cache
from typing import Any

from firstoff.errors import Unavailable


@cache
def arrow() -> Any:
    return _library("pyarrow")


@cache
def compute() -> Any:
    return _library("pyarrow.compute")


@cache
def parquet() -> Any:
    return _library("pyarrow.parquet")


@cache
def ibis() -> Any:
    for name in ("pyarrow", "duckdb"):  # where one is missing, Ibis names no way out
        _library(name)
    return _library("ibis")


def _library(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise Unavailable(
            f"The measurement history needs {name.partition('.')[0]}, which is not installed.",
            code="history-not-installed",
            way_out='Install the extra: pip install "firstoff[history]".',
        ) from error
