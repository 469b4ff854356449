"""Numbers in, frozen results out: the statistics that decide whether a process may start.

numpy and scipy only; nothing else of Firstoff. Fractions inside, percent at the edge. Each
function has its page under docs/methods; what cannot be computed is refused by type.

A name is loaded when it is first asked for: one interval on the command line pays for neither
gauges nor Weibull. Names and their modules stand once, in `__init__.pyi`.
"""

import importlib
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

_LINE = re.compile(r"^from firstoff\.stats\.(\w+) import (?:\(([^)]*)\)|(.*))$", re.MULTILINE)
_HOME = {
    name: module
    for module, many, few in _LINE.findall(
        Path(__file__).with_suffix(".pyi").read_text(encoding="utf-8")
    )
    for name in re.findall(r"\w+", many or few)
}
__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return [*__all__, "__doc__", "__file__", "__path__"]


class _Package(ModuleType):
    """Some functions share the name of their module: whoever imports it, the function wins."""

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(value, ModuleType) and _HOME.get(name) == name:
            value = getattr(value, name)
        super().__setattr__(name, value)


def _import_special() -> None:
    """scipy.special copies every name that numpy lists, and so loads numpy's f2py and testing:
    a quarter of the start of a command. While it is imported, numpy lists them not."""
    costly = {"f2py", "testing", "test", "ctypeslib", "ma"}
    kept = np.__all__, np.__dir__
    names = [name for name in np.__all__ if name not in costly]
    try:
        np.__all__, np.__dir__ = names, lambda: names  # type: ignore[assignment]
        importlib.import_module("scipy.special")
    finally:
        np.__all__, np.__dir__ = kept  # type: ignore[misc]


sys.modules[__name__].__class__ = _Package
_import_special()
