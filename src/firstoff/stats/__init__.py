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


sys.modules[__name__].__class__ = _Package
